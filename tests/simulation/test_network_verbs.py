"""The notebook's verbs in any order, on a runner and on torch itself."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from gdsim.errors import InputError
from gdsim.optimizers import rule_named
from gdsim.simulation.runner import Runner
from tests.simulation.twins import (
    loss_of,
    module_of,
    problem_of,
    runner_of,
    take_over,
)


class Verbs(RuleBasedStateMachine):
    """The same verbs on a runner and, written out, on torch's modules: parameters, velocity and ``.grad`` agree."""

    @initialize(batch_size=st.none() | st.integers(1, 12), budget=st.sampled_from([0, 20_000, 2**20]))
    def begin(self, batch_size: int | None, budget: int) -> None:
        self.problem = problem_of(batch_size=batch_size)
        self.runner = Runner(self.problem, rule_named("momentum"), {"learning_rate": 0.3, "gamma": 0.9}, budget=budget)
        self.model = take_over(module_of(self.problem), self.problem)
        self.velocity = [torch.zeros_like(p) for p in self.model.parameters()]
        self.loss: torch.Tensor | None = None
        self.step = 0
        self.edits: dict[int, list[tuple[str, tuple[int, int], float]]] = {}
        self.arrived: dict[int, Any] = {}
        self.arrive()

    def arrive(self) -> None:
        """Remember the state as it was reached, for a rewind."""
        grads = [None if p.grad is None else p.grad.clone() for p in self.model.parameters()]
        parts = [p.detach().clone() for p in self.model.parameters()]
        self.arrived[self.step] = parts, [v.clone() for v in self.velocity], grads

    def go_back(self, step: int) -> None:
        parts, velocity, grads = self.arrived[step]
        with torch.no_grad():
            for p, part, grad in zip(self.model.parameters(), parts, grads, strict=True):
                p.copy_(part)
                p.grad = None if grad is None else grad.clone()
        self.velocity = [v.clone() for v in velocity]
        self.step, self.loss = step, None
        for edit in self.edits.get(step, []):
            self.set_number(*edit)

    def follow(self, step: int) -> None:
        """Go on to a step as it was recorded."""
        self.go_back(step)
        self.loss = None

    def set_number(self, name: str, index: tuple[int, int], value: float) -> None:
        with torch.no_grad():
            self.model.get_parameter(name)[index] = value

    def move(self) -> None:
        with torch.no_grad():
            for p, v in zip(self.model.parameters(), self.velocity, strict=True):
                v.mul_(0.9).sub_(p.grad, alpha=0.3)
                p += v
        self.step += 1

    @rule()
    def zero_grad(self) -> None:
        self.model.zero_grad()
        self.runner.zero_grad()

    @rule()
    def forward(self) -> None:
        self.loss = loss_of(self.problem, self.model, self.step)
        self.runner.forward()

    @rule(keep=st.booleans())
    def backward(self, keep: bool) -> None:
        refused = self.loss is None
        if self.loss is not None:
            try:
                self.loss.backward(retain_graph=keep)
            except RuntimeError:  # a graph that was freed, or weights modified by an inplace operation
                refused = True
        if refused:
            with pytest.raises(InputError, match="run forward"):
                self.runner.backward(keep)
        else:
            self.runner.backward(keep)

    @rule()
    def update(self) -> None:
        if all(p.grad is None for p in self.model.parameters()):
            with pytest.raises(InputError, match="run backward first"):
                self.runner.update()
            return
        here, last, events = self.step, self.runner.last_step, dict(self.runner.events)
        self.runner.update()
        if here < last and events == self.runner.events:  # as before, and what was edited there is edited again
            self.follow(here + 1)
        else:
            self.edits = {at: edits for at, edits in self.edits.items() if at <= here}
            self.move()
            self.arrive()

    @rule()
    def whole_step(self) -> None:
        here = self.runner.step_count
        recorded = here < self.runner.last_step
        self.runner.step()
        if recorded:
            self.follow(here + 1)
            return
        self.model.zero_grad()
        loss_of(self.problem, self.model, here).backward()
        self.move()
        self.arrive()

    @rule(to=st.integers(0, 12))
    def rewind(self, to: int) -> None:
        to = min(to, self.runner.last_step)
        still = to == self.runner.step_count and self.runner.phase == "update"
        self.runner.seek(to)
        if not still:
            self.go_back(to)

    @rule(index=st.sampled_from([(0, 0), (2, 1)]), value=st.sampled_from([-1.5, 0.25, 3.0]))
    def edit(self, index: tuple[int, int], value: float) -> None:
        """Of the last layer: torch refuses its graph at once, elsewhere when a part of the gradient is there."""
        self.runner.edit("output.weight", index, value)
        self.set_number("output.weight", index, value)
        self.edits = {at: edits for at, edits in self.edits.items() if at <= self.step}
        self.edits.setdefault(self.step, []).append(("output.weight", index, value))

    @invariant()
    def they_agree(self) -> None:
        shot = self.runner.snapshot()
        assert shot.now.step == self.step
        for (name, p), v in zip(self.model.named_parameters(), self.velocity, strict=True):
            np.testing.assert_allclose(shot.now.parameters[name], p.detach().numpy(), rtol=1e-3, atol=1e-5)
            np.testing.assert_allclose(shot.now.state["velocity"][name], v.numpy(), rtol=1e-3, atol=1e-5)
            assert (shot.grad is None) == (p.grad is None)
            if shot.grad is not None:
                np.testing.assert_allclose(shot.grad.values[name], p.grad.numpy(), rtol=1e-3, atol=1e-5)
        with torch.no_grad():
            expected = loss_of(self.problem, self.model, self.step).item()
        assert shot.now.loss == shot.column("loss")[self.step] == pytest.approx(expected, rel=1e-4)


Verbs.TestCase.settings = settings(max_examples=60, stateful_step_count=30)
TestVerbs = Verbs.TestCase


def test_the_state_of_the_gradient_is_told() -> None:
    runner = runner_of(problem_of())
    assert (runner.snapshot().grad, runner.snapshot().graph) == (None, "none")
    runner.forward()
    assert (runner.snapshot().graph, runner.snapshot().now.gradient) == ("kept", {})
    runner.backward(retain_graph=True)
    runner.backward()
    shot = runner.snapshot()
    assert shot.grad is not None
    assert (shot.grad.count, shot.grad.step, shot.graph) == (2, 0, "freed")
    for name, value in shot.grad.values.items():
        np.testing.assert_array_equal(value, 2 * shot.now.gradient[name])
    runner.update()
    shot = runner.snapshot()
    assert shot.grad is not None
    assert (shot.grad.step, shot.now.step, shot.stale_graph) == (0, 1, True)
    with pytest.raises(InputError, match="The graph was freed by the last backward"):
        runner.backward()
    runner.forward()
    runner.update()
    with pytest.raises(InputError, match="its graph is out of date"):
        runner.backward()
