"""Rewinding: whatever was done, a run is what is recorded of it, bit for bit."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gdsim.errors import InputError
from gdsim.optimizers import rule_named
from gdsim.problems import samples
from gdsim.simulation import recorder
from gdsim.simulation.runner import Runner
from tests.simulation.twins import (
    RULES,
    data_set,
    everything,
    problem_of,
    runner_of,
    spread,
    steps,
)

NAMES = {"linear1.weight": (4, 3), "linear1.bias": (4,), "output.weight": (3, 3)}


@st.composite
def edited_places(draw: st.DrawFn) -> tuple[str, tuple[int, ...]]:
    """Some of the numbers of the parameters."""
    name = draw(st.sampled_from(sorted(NAMES)))
    return name, tuple(draw(st.integers(0, size - 1)) for size in NAMES[name])


deeds = st.one_of(
    st.tuples(st.just("step"), st.integers(1, 25)),
    st.tuples(st.just("phase"), st.integers(1, 4)),
    st.tuples(st.just("seek"), st.integers(-3, 80)),
    st.tuples(st.sampled_from(["zero_grad", "forward", "backward", "backward kept", "update"]), st.just(1)),
    st.tuples(st.just("edit"), st.tuples(edited_places(), st.sampled_from([-2.0, 0.0, 0.5, 1e30]))),
    st.tuples(st.sampled_from(["learning_rate", "gamma"]), st.sampled_from([0.0123, 0.5, 0.9])),
)


def do(runner: Runner, what: str, value: Any) -> None:
    """Do one of `deeds`; what torch would refuse is refused."""
    try:
        match what:
            case "step":
                steps(runner, value)
            case "phase":
                for _ in range(value):
                    runner.next_phase()
            case "seek":
                runner.seek(value)
            case "backward kept":
                runner.backward(retain_graph=True)
            case "edit":
                runner.edit(*value[0], value[1])
            case "learning_rate" | "gamma":
                if what in runner.initial_hyper:
                    runner.set_hyper(what, value)
            case verb:
                getattr(runner, verb)()
    except InputError:
        assert what in ("phase", "backward", "backward kept", "update")


def fresh_like(runner: Runner) -> Runner:
    """Return a new run to which the same happens."""
    return Runner(runner.simulation.problem, runner.rule, runner.initial_hyper, runner.changes, events=runner.events)


@given(
    st.sampled_from(RULES),
    st.none() | st.integers(1, 12),
    st.lists(deeds, max_size=16),
    st.sampled_from([0, 3 * 4500, 2**20]),
    st.booleans(),
)
@settings(max_examples=150)
def test_whatever_was_done_it_is_the_run_of_what_was_recorded_bit_for_bit(
    rule: str, batch_size: int | None, todo: list[tuple[str, Any]], budget: int, held_out: bool
) -> None:
    problem = problem_of(batch_size=batch_size, held_out=data_set(5, seed=1) if held_out else None)
    hyper = {"learning_rate": 0.3} | ({} if rule == "gd" else {"gamma": 0.8})
    runner = Runner(problem, rule_named(rule), hyper, budget=budget)
    for what, value in todo:
        do(runner, what, value)
        assert 0 <= runner.step_count <= runner.last_step
    here, last = runner.step_count, runner.last_step
    fresh = steps(fresh_like(runner), last)
    np.testing.assert_array_equal(runner.history.table(), fresh.history.table())
    assert runner.diverged_at == fresh.diverged_at
    assert (runner.events, runner.changes) == (fresh.events, fresh.changes)
    for step in (last, here):
        runner.seek(0 if step else last)  # away first, so that both come from a checkpoint
        runner.seek(step)
        fresh.seek(step)
        ours, theirs = everything(runner.snapshot()), everything(fresh.snapshot())
        # Which steps' distributions are kept depends on how far a run has been.
        assert ours | {"spread": None} == theirs | {"spread": None}
    both = {d[0]: d for d in spread(fresh.snapshot()).get("gradient", {}).get("linear1.weight", [])}
    for each in spread(runner.snapshot()).get("gradient", {}).get("linear1.weight", []):
        assert both[each[0]] == each


@given(st.sampled_from(RULES), st.none() | st.integers(1, 12), st.lists(deeds, max_size=12), st.floats(-2, 38))
@settings(max_examples=100)
def test_rows_made_in_bulk_are_those_made_one_by_one_whenever_one_looks(
    rule: str, batch_size: int | None, todo: list[tuple[str, Any]], magnitude: float
) -> None:
    problem = problem_of(activations=("relu", "sigmoid", "identity"), batch_size=batch_size)
    rate = 10.0**magnitude
    runner = runner_of(problem, rule, learning_rate=rate)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(recorder, "MOST_WAITING", 1)
        patch.setattr(samples, "MOST_WAITING", 1)
        single = runner_of(problem, rule, learning_rate=rate)
    assert (runner._record._recorder.most, single._record._recorder.most) == (64, 1)
    for what, value in todo:
        do(runner, what, value)
        do(single, what, value)
        assert (runner.step_count, runner.last_step, runner.stopped) == (
            single.step_count, single.last_step, single.stopped
        )  # fmt: skip
        assert runner.diverged_at == single.diverged_at
        if what != "step":
            np.testing.assert_array_equal(runner.history.table(), single.history.table())
            assert everything(runner.snapshot()) == everything(single.snapshot())
    assert everything(runner.snapshot()) == everything(single.snapshot())


def test_a_step_that_repeats_what_is_recorded_keeps_the_future_and_another_cuts_it() -> None:
    runner = steps(runner_of(problem_of()), 20)
    table = runner.history.table().copy()
    runner.seek(10)
    runner.step()
    for verb in (runner.zero_grad, runner.forward, runner.backward, runner.update):
        verb()
    for _ in range(3):
        runner.next_phase()
    assert (runner.step_count, runner.last_step, runner.events) == (13, 20, {})
    np.testing.assert_array_equal(runner.history.table(), table)
    runner.update()
    assert (runner.step_count, runner.last_step, runner.events) == (14, 14, {13: ()})
    np.testing.assert_array_equal(runner.history.table()[:14], table[:14])
    runner.seek(13)
    runner.step()
    assert (runner.step_count, runner.last_step) == (14, 14), "the stale update is repeated, not cut"
    runner.seek(5)
    runner.edit("linear1.bias", (2,), 1.0)
    assert (runner.step_count, runner.last_step) == (5, 5)
    assert list(runner.events) == [5]
    assert runner.snapshot().now.parameters["linear1.bias"][2] == 1.0


def test_an_edit_that_is_impossible_changes_nothing() -> None:
    runner = steps(runner_of(problem_of()), 5)
    runner.seek(2)
    before = everything(runner.snapshot())
    refused = {
        ("linear9.weight", (0, 0), 1.0): "There is no linear9.weight[0, 0] to edit; there are linear1.weight [4, 3], "
        "linear1.bias [4], linear2.weight [3, 4], output.weight [3, 3], output.bias [3].",
        ("linear1.weight", (4, 0), 1.0): "There is no linear1.weight[4, 0] to edit",
        ("linear1.weight", (0,), 1.0): "There is no linear1.weight[0] to edit",
        ("linear1.weight", (-1, 0), 1.0): "There is no linear1.weight[-1, 0] to edit",
        ("linear1.weight", (0, 0), float("nan")): "linear1.weight can only be set to a finite number.",
        ("linear1.weight", (0, 0), 1e39): "linear1.weight can only be set to a finite number.",
    }
    for (name, index, value), sentence in refused.items():
        with pytest.raises(InputError) as caught:
            runner.edit(name, index, value)
        assert str(caught.value).startswith(sentence)
    assert everything(runner.snapshot()) == before


def test_a_snapshot_is_not_changed_by_what_happens_later() -> None:
    runner = steps(runner_of(problem_of(batch_size=5)), 40)
    runner.backward() if runner.simulation.graph == "kept" else runner.forward()
    shot = runner.snapshot()
    before = everything(shot)
    steps(runner, 300)
    runner.seek(2)
    runner.edit("linear1.bias", (0,), 9.0)
    runner.set_hyper("gamma", 0.1)
    steps(runner, 300)
    assert everything(shot) == before


def test_checkpoints_stay_within_their_budget() -> None:
    budget = 200_000
    runner = Runner(problem_of(), rule_named("momentum"), {"learning_rate": 0.1, "gamma": 0.9}, budget=budget)
    for _ in range(20):
        steps(runner, 150)
        kept = runner._record.checkpoints._kept
        assert kept[0].step == 0
        assert budget / 3 < sum(c.nbytes + 4096 for c in kept) <= budget or runner.step_count < 700
    table = runner.history.table().copy()
    for step in (2999, 0, 1234):
        runner.seek(step)
        assert runner.snapshot().now.loss == table[step, 0]
