"""Runs whose numbers are no longer finite: where they stop, and how they go on."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from gdsim.optimizers import rule_named
from gdsim.problems.data import DataSet
from gdsim.problems.network import ACTIVATIONS, NetworkProblem, chain
from gdsim.simulation.runner import Runner
from tests.simulation.twins import (
    lecture,
    loss_of,
    module_of,
    problem_of,
    runner_of,
    steps,
    take_over,
)


def first_not_finite(problem: NetworkProblem, learning_rate: float, most: int) -> int | None:
    """Return the first step at which the notebook's loop has a loss, a weight or a gradient that is not finite."""
    model = take_over(module_of(problem), problem)
    for step in range(most + 1):
        model.zero_grad()
        loss = loss_of(problem, model, step)
        loss.backward()
        numbers = [loss, *model.parameters(), *(p.grad for p in model.parameters())]
        if not all(torch.isfinite(n).all() for n in numbers):
            return step
        with torch.no_grad():
            for w in model.parameters():
                w -= learning_rate * w.grad
    return None


@given(
    st.lists(st.sampled_from(ACTIVATIONS), min_size=3, max_size=3),
    st.sampled_from(["cross_entropy", "mse"]),
    st.none() | st.integers(1, 12),
    st.floats(0, 39),
)
@settings(max_examples=80)
def test_a_run_stops_at_the_first_step_where_anything_is_not_finite(
    functions: Any, loss: Any, batch_size: int | None, magnitude: float
) -> None:
    problem = problem_of(activations=functions, loss=loss, batch_size=batch_size)
    known = first_not_finite(problem, 10.0**magnitude, 100)
    runner = steps(runner_of(problem, "gd", learning_rate=10.0**magnitude), 100)
    assert runner.diverged_at == known
    assert runner.step_count == runner.last_step == (100 if known is None else known)
    shot = runner.snapshot()
    assert len(shot.table) == runner.last_step + 1
    assert np.isfinite(shot.column("loss")[:-1]).all()
    assert np.isfinite(shot.column("grad_norm")[:-1]).all()
    if known:
        assert not runner.step() and not runner.update() and runner.next_phase() is None
        runner.seek(known - 1)
        assert not runner.stopped
        assert all(np.isfinite(p).all() for p in runner.snapshot().now.parameters.values())
        runner.set_hyper("learning_rate", 1e-3)
        assert runner.diverged_at is None
        runner.step()
        assert runner.step_count == known


def test_weights_that_are_infinite_stop_a_run_whose_loss_and_gradient_are_finite() -> None:
    """A sigmoid of an infinite sum is 0 or 1, and its slope 0."""
    data = DataSet(np.ones((4, 2), np.float32), np.array([0, 0, 0, 1]), ("a", "b"), ("0", "1"))
    problem = NetworkProblem(chain(2, [(2, "sigmoid", True)]), data, loss_name="mse", init="zeros")
    runner = runner_of(problem, "gd", learning_rate=1e40)
    runner.step()
    shot = runner.snapshot()
    assert all(np.isinf(p).all() for p in shot.now.parameters.values())
    assert all(np.isfinite(g).all() for g in shot.now.gradient.values()) and np.isfinite(shot.now.loss)
    assert (runner.diverged_at, runner.step_count, runner.step()) == (1, 1, False)


def test_huge_numbers_that_are_finite_do_not_stop_a_run() -> None:
    """Their product with the gradient overflows single precision."""
    data = DataSet(np.full((1, 1), 1e19, np.float32), np.array([1]), ("x",), ("0", "1"))
    layers = chain(1, [(1, "identity", False)] * 4 + [(2, "identity", False)])
    runner = runner_of(NetworkProblem(layers, data, init="constant", constant=1.0), "gd", learning_rate=1e-38)
    runner.edit("output.weight", (1, 0), 0.0)
    runner.edit("output.weight", (0, 0), 1e19)
    now = runner.snapshot().now
    product = sum(float(np.sum(p * now.gradient[name])) for name, p in now.parameters.items())
    assert product > 3.5e38
    assert (runner.diverged_at, runner.step()) == (None, True)


@pytest.mark.parametrize("batch_size", [None, 32])
def test_the_lectures_network_diverges_and_can_be_rewound(batch_size: int | None) -> None:
    runner = runner_of(lecture(batch_size, "mse"), "gd", learning_rate=1e6)
    made = 0
    while runner.step():
        made += 1
    assert runner.diverged_at == made == runner.last_step == first_not_finite(lecture(batch_size, "mse"), 1e6, 200)
    runner.seek(1)
    assert np.isfinite(runner.snapshot().now.loss)
    runner.edit("output.bias", (0,), 0.0)
    assert (runner.last_step, runner.diverged_at) == (1, None)


def test_a_start_that_is_not_finite_stays_there() -> None:
    runner = Runner(
        problem_of(init="constant", constant=3e38, activations=("identity",) * 3),
        rule_named("gd"),
        {"learning_rate": 0.1},
    )
    assert (runner.diverged_at, runner.last_step, runner.step()) == (0, 0, False)
    runner.seek(0)
    assert runner.snapshot().now.step == 0


def test_a_weight_that_made_a_run_diverge_can_be_set_right() -> None:
    runner = steps(runner_of(problem_of(activations=("identity",) * 3, loss="mse")), 3)
    runner.edit("output.weight", (0, 0), 3e38)
    assert (runner.diverged_at, runner.stopped, runner.last_step) == (3, True, 3)
    assert runner.step() is False
    runner.edit("output.weight", (0, 0), 0.5)
    assert (runner.diverged_at, runner.last_step) == (None, 3)
    steps(runner, 2)
    table = runner.history.table().copy()
    runner.seek(0)
    runner.seek(5)
    again = Runner(runner.simulation.problem, runner.rule, runner.initial_hyper, events=runner.events)
    np.testing.assert_array_equal(table, steps(again, 5).history.table())
