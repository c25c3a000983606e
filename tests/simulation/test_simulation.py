"""The notebook's verbs, each against torch itself."""

from __future__ import annotations

import pytest
import torch

from gdsim.errors import InputError
from gdsim.formula import parse
from gdsim.optimizers import rule_named
from gdsim.problems.surface import SurfaceProblem
from gdsim.simulation.simulation import Simulation

FORMULA = "(2 - w1 - w2)**2 + (4 - 3*w1 - w2)**2"
HYPER = {"learning_rate": 0.01, "gamma": 0.9}


class InTorch:
    """The same verbs, written with torch alone."""

    def __init__(self) -> None:
        self.w = [torch.tensor(v, dtype=torch.float64, requires_grad=True) for v in (-8.0, 6.0)]
        self.optimizer = torch.optim.SGD(self.w, lr=0.01, momentum=0.9)

    def forward(self) -> torch.Tensor:
        w1, w2 = self.w
        return (2 - w1 - w2) ** 2 + (4 - 3 * w1 - w2) ** 2


@pytest.fixture
def simulation() -> Simulation:
    problem = SurfaceProblem(parse(FORMULA), {"w1": -8.0, "w2": 6.0})
    return Simulation(problem, rule_named("momentum"))


def grads(simulation: Simulation) -> list[float]:
    assert simulation.gradient is not None
    return [g.item() for g in simulation.gradient.values()]


def values(simulation: Simulation) -> list[float]:
    return [p.item() for p in simulation.parameters.values()]


def test_one_step_is_torchs(simulation: Simulation) -> None:
    theirs = InTorch()
    for _ in range(20):
        simulation.step(HYPER)
        theirs.optimizer.zero_grad()
        theirs.forward().backward()
        theirs.optimizer.step()
    assert values(simulation) == pytest.approx([w.item() for w in theirs.w], rel=1e-13)
    assert simulation.step_count == 20


def test_update_without_a_new_backward_uses_the_old_gradient(simulation: Simulation) -> None:
    theirs = InTorch()
    simulation.forward()
    simulation.backward()
    theirs.forward().backward()
    for _ in range(4):
        simulation.update(HYPER)
        theirs.optimizer.step()
    assert values(simulation) == pytest.approx([w.item() for w in theirs.w], rel=1e-13)
    assert grads(simulation) == [w.grad.item() for w in theirs.w]  # type: ignore[union-attr]


def test_backward_without_zero_grad_accumulates(simulation: Simulation) -> None:
    theirs = InTorch()
    for _ in range(3):
        simulation.forward()
        simulation.backward()
        theirs.forward().backward()
    assert grads(simulation) == [w.grad.item() for w in theirs.w]  # type: ignore[union-attr]
    simulation.zero_grad()
    assert simulation.gradient is None


def test_a_second_backward_on_a_freed_graph_is_refused_as_in_torch(simulation: Simulation) -> None:
    loss = InTorch().forward()
    loss.backward()
    with pytest.raises(RuntimeError, match="second time"):
        loss.backward()
    simulation.forward()
    simulation.backward()
    before = grads(simulation)
    with pytest.raises(InputError, match=r"^The graph was freed by the last backward: .*\.$"):
        simulation.backward()
    assert grads(simulation) == before
    assert simulation.graph == "freed"


def test_a_kept_graph_can_be_walked_again(simulation: Simulation) -> None:
    simulation.forward()
    simulation.backward(retain_graph=True)
    once = grads(simulation)
    simulation.backward()
    assert grads(simulation) == [2 * g for g in once]


def test_verbs_out_of_order_say_what_to_do(simulation: Simulation) -> None:
    with pytest.raises(InputError, match="run forward first"):
        simulation.backward()
    with pytest.raises(InputError, match="run backward first"):
        simulation.update(HYPER)
    simulation.forward()
    with pytest.raises(InputError, match="run backward first"):
        simulation.update(HYPER)


def test_a_loss_that_ignores_a_parameter_has_gradient_zero_there() -> None:
    simulation = Simulation(SurfaceProblem(parse("x**2 + 0*y"), {"x": 3.0, "y": 1.0}), rule_named("gd"))
    simulation.step({"learning_rate": 0.1})
    assert values(simulation) == pytest.approx([2.4, 1.0])


def test_a_checkpoint_is_not_changed_by_what_follows(simulation: Simulation) -> None:
    simulation.step(HYPER)
    checkpoint, before = simulation.checkpoint(), values(simulation)
    gradient = grads(simulation)
    simulation.restore(checkpoint)
    simulation.step(HYPER)
    after = values(simulation)
    simulation.restore(checkpoint)
    assert values(simulation) == before
    assert grads(simulation) == gradient
    assert (simulation.step_count, simulation.graph) == (1, "none")
    simulation.step(HYPER)
    assert values(simulation) == after
    assert (simulation.step_count, simulation.graph) == (2, "freed")
