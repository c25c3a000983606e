"""Runs of networks: the notebook's numbers, the notebook's lines bit for bit, and torch.optim.SGD."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from gdsim.problems.network import ACTIVATIONS, NetworkProblem
from tests.simulation.twins import (
    RULES,
    bits,
    lecture,
    loss_of,
    module_of,
    problem_of,
    runner_of,
    steps,
    take_over,
    values,
)


def test_the_lectures_five_losses(oracles: dict[str, Any]) -> None:
    known = oracles["network"]["losses_momentum_lr01_gamma09"]
    assert steps(runner_of(lecture()), 4).history.column("loss").tolist() == pytest.approx(known, abs=2e-7)


def test_four_stale_updates_give_the_table_that_the_notebook_printed(oracles: dict[str, Any]) -> None:
    """The notebook's cell ``w -= lr*dw`` was run four times on one gradient."""
    known = oracles["network"]
    runner = runner_of(lecture(), "gd", learning_rate=10.0)
    runner.zero_grad()
    runner.forward()
    runner.backward()
    for stale in range(4):
        grad = runner.snapshot().grad
        assert grad is not None
        assert grad.values["linear1.weight"][:2, :3] == pytest.approx(np.array(known["linear1_gradient"]), rel=5e-5)
        assert (grad.count, grad.step, runner.step_count) == (1, 0, stale)
        runner.update()
    weight = runner.snapshot().now.parameters["linear1.weight"][:2, :3]
    assert weight == pytest.approx(np.array(known["linear1_weight_after_four_stale_updates"]), rel=5e-5)
    assert runner.events == {1: (), 2: (), 3: ()}
    assert steps(runner_of(lecture(), "gd", learning_rate=10.0), 4).snapshot().now.parameters["linear1.weight"][
        :2, :3
    ] != pytest.approx(weight, rel=1e-2), "four real steps lead elsewhere"


def test_the_columns_of_a_run() -> None:
    assert runner_of(lecture()).history.columns == (
        "loss", "accuracy", "grad_norm", "grad_norm:linear1", "grad_norm:linear2", "grad_norm:output",
        "ratio:linear1", "ratio:linear2", "ratio:output", "learning_rate", "gamma",
    )  # fmt: skip


def plainly(problem: NetworkProblem, count: int, rule: str) -> tuple[list[float], torch.nn.Module]:
    """Train torch's modules with the notebook's own lines at learning rate 0.1."""
    model = take_over(module_of(problem), problem)
    velocity = [torch.zeros_like(p) for p in model.parameters()]
    losses = []
    for step in range(count):
        model.zero_grad()
        loss = loss_of(problem, model, step)
        loss.backward()
        losses.append(loss.item())
        with torch.no_grad():
            for at, w in enumerate(model.parameters()):
                if rule == "gd":
                    w -= 0.1 * w.grad
                else:
                    velocity[at] = 0.9 * velocity[at] - 0.1 * w.grad
                    w += velocity[at]
    return losses, model


def with_sgd(
    problem: NetworkProblem, count: int, rule: str, learning_rate: float
) -> tuple[list[float], torch.nn.Module]:
    """Train torch's modules with `torch.optim.SGD`."""
    model = take_over(module_of(problem), problem)
    optimizer = torch.optim.SGD(model.parameters(), lr=learning_rate, momentum=0.0 if rule == "gd" else 0.9)
    losses = []
    for step in range(count):
        optimizer.zero_grad()
        loss = loss_of(problem, model, step)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses, model


@pytest.mark.parametrize("loss", ["cross_entropy", "mse"])
@pytest.mark.parametrize("batch_size", [None, 32])
@pytest.mark.parametrize("rule", ["gd", "momentum"])
def test_a_hundred_steps_are_those_of_the_notebooks_lines_bit_for_bit(
    rule: str, batch_size: int | None, loss: Any
) -> None:
    problem = lecture(batch_size, loss)
    losses, model = plainly(problem, 100, rule)
    runner = steps(runner_of(problem, rule), 100)
    assert runner.history.column("loss")[:100].tolist() == losses
    assert bits(runner.snapshot().now.parameters) == bits(values(model))


@pytest.mark.parametrize("loss", ["cross_entropy", "mse"])
@pytest.mark.parametrize("batch_size", [None, 32])
@pytest.mark.parametrize("rule", RULES)
def test_a_hundred_steps_are_those_of_sgd_to_the_last_digits(rule: str, batch_size: int | None, loss: Any) -> None:
    """At learning rate 0.01: at 0.1 the lecture's network multiplies differences, SGD's own to the notebook's too."""
    problem = lecture(batch_size, loss)
    losses, model = with_sgd(problem, 100, rule, 0.01)
    runner = steps(runner_of(problem, rule, learning_rate=0.01), 100)
    np.testing.assert_allclose(runner.history.column("loss")[:100], losses, rtol=0, atol=5e-7)
    for name, value in values(model).items():
        np.testing.assert_allclose(runner.snapshot().now.parameters[name], value, rtol=0, atol=5e-7, err_msg=name)


@pytest.mark.parametrize("batch_size", [None, 32])
@pytest.mark.parametrize("rule", RULES)
def test_each_of_a_hundred_updates_is_sgds_from_the_same_state(rule: str, batch_size: int | None) -> None:
    """At learning rate 0.1, where differences would grow from step to step."""
    problem = lecture(batch_size)
    runner = runner_of(problem, rule)
    model = module_of(problem)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.0 if rule == "gd" else 0.9)
    for step in range(100):
        now = runner.snapshot().now
        model.load_state_dict({name: torch.from_numpy(value.copy()) for name, value in now.parameters.items()})
        if step and rule != "gd":
            for name, p in model.named_parameters():
                scale = -0.1 if rule == "momentum" else 1.0
                optimizer.state[p]["momentum_buffer"] = torch.from_numpy(
                    now.state["velocity"][name] / np.float32(scale)
                )
        optimizer.zero_grad()
        loss_of(problem, model, step).backward()
        optimizer.step()
        runner.step()
        moved = runner.snapshot().now.parameters
        for name, value in values(model).items():
            np.testing.assert_allclose(moved[name], value, rtol=3e-7, atol=3e-8, err_msg=f"{name} at step {step}")


@given(
    st.lists(st.integers(1, 6), min_size=2, max_size=5),
    st.data(),
    st.sampled_from(["cross_entropy", "mse"]),
    st.none() | st.integers(1, 12),
    st.sampled_from(RULES),
    st.sampled_from(["torch", "xavier", "kaiming", "constant"]),
)
@settings(max_examples=60)
def test_any_network_trains_as_with_sgd(
    shape: list[int], data: st.DataObject, loss: Any, batch_size: int | None, rule: str, init: Any
) -> None:
    layers = len(shape) - 1
    functions = data.draw(st.lists(st.sampled_from(ACTIVATIONS), min_size=layers, max_size=layers))
    bias = data.draw(st.lists(st.booleans(), min_size=layers, max_size=layers))
    problem = problem_of(shape, functions, bias, 12, loss, batch_size, 3, init)
    losses, model = with_sgd(problem, 20, rule, 0.02)
    runner = steps(runner_of(problem, rule, learning_rate=0.02), 20)
    np.testing.assert_allclose(runner.history.column("loss")[:20], losses, rtol=1e-4, atol=1e-5)
    for name, value in values(model).items():
        np.testing.assert_allclose(runner.snapshot().now.parameters[name], value, rtol=1e-4, atol=1e-5, err_msg=name)


def test_a_row_holds_norms_and_ratios_layer_by_layer() -> None:
    problem = problem_of(batch_size=5)
    runner = steps(runner_of(problem), 9)
    runner.seek(7)
    shot = runner.snapshot()
    assert shot.before is not None
    for layer in ("linear1", "linear2", "output"):
        names = [name for name in shot.now.parameters if name.startswith(layer)]
        gradient, move, weights = (
            np.linalg.norm(np.concatenate([part[name].ravel().astype(np.float64) for name in names]))
            for part in (shot.now.gradient, shot.move, shot.now.parameters)
        )
        assert shot.column(f"grad_norm:{layer}")[7] == pytest.approx(gradient, rel=1e-9)
        assert shot.column(f"ratio:{layer}")[7] == pytest.approx(move / weights, rel=1e-9)
        assert np.isnan(shot.column(f"ratio:{layer}")[0])
    parts = [shot.column(f"grad_norm:{layer}") for layer in ("linear1", "linear2", "output")]
    np.testing.assert_allclose(shot.column("grad_norm"), np.linalg.norm(parts, axis=0), rtol=1e-12)
    model = module_of(problem)
    model.load_state_dict({name: torch.from_numpy(value) for name, value in shot.now.parameters.items()})
    batch = problem.batch(7)
    assert shot.column("accuracy")[7] == np.mean(model(batch.features).argmax(1).numpy() == batch.labels.numpy())
    for name, move in shot.move.items():
        np.testing.assert_allclose(shot.now.parameters[name] - shot.before.parameters[name], move, rtol=1e-3, atol=1e-6)
