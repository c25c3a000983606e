"""A run forwards and backwards: known numbers, and rewinding bit for bit."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gdsim.formula import parse
from gdsim.optimizers import rule_named
from gdsim.problems.surface import SurfaceProblem
from gdsim.simulation.files import validate
from gdsim.simulation.runner import Runner
from gdsim.simulation.snapshot import Point, Values
from tests.simulation.hypers import own

LECTURE = "(2 - w1 - w2)**2 + (4 - 3*w1 - w2)**2"
RULES = ("gd", "momentum", "momentum-pytorch")


def lecture(
    rule: str = "momentum",
    start: tuple[float, float] = (0.0, 0.0),
    changes: dict[int, dict[str, float]] | None = None,
    budget: int = 2**20,
    **hyper: float,
) -> Runner:
    described = {h.name: h.default for h in rule_named(rule).hyperparameters}
    problem = SurfaceProblem(parse(LECTURE), dict(zip(("w1", "w2"), start, strict=True)))
    return Runner(problem, rule_named(rule), described | hyper, changes, budget)


def run(runner: Runner, steps: int) -> Runner:
    for _ in range(steps):
        runner.step()
    return runner


def last(runner: Runner) -> list[float]:
    return [float(runner.history.column(name)[-1]) for name in ("w1", "w2")]


def test_the_origin(oracles: dict[str, Any]) -> None:
    now = lecture().snapshot().now
    known = oracles["surface"]["at_origin"]
    assert now.loss == known["loss"]
    assert [float(g) for g in now.gradient.values()] == known["gradient"]


def test_the_minimum_is_a_fixed_point(oracles: dict[str, Any]) -> None:
    minimum = oracles["surface"]["minimum"]
    runner = run(lecture(start=tuple(minimum["at"])), 5)
    assert last(runner) == minimum["at"]
    assert runner.history.column("loss").tolist() == [minimum["loss"]] * 6


FIFTY = [(rule, index) for rule in ("momentum", "momentum-pytorch") for index in range(3)] + [("gd", 0), ("gd", 1)]


@pytest.mark.parametrize(("rule", "index"), FIFTY)
def test_fifty_updates_from_the_origin(oracles: dict[str, Any], rule: str, index: int) -> None:
    known = oracles["surface"]["run"][index]
    hyper = {"learning_rate": known["learning_rate"]} | ({} if rule == "gd" else {"gamma": known["gamma"]})
    runner = run(lecture(rule, **hyper), 50)
    assert runner.step_count == runner.last_step == 50
    assert last(runner) == pytest.approx(known["w"], abs=5e-9)


@pytest.mark.parametrize(("rule", "key"), [("momentum", "momentum"), ("momentum-pytorch", "momentum_pytorch")])
def test_a_learning_rate_changed_in_mid_run_shows_the_conventions(oracles: dict[str, Any], rule: str, key: str) -> None:
    """A slope of 1 everywhere: the published positions, by changing the hyper-parameter on the way."""
    known = oracles["conventions"]
    runner = Runner(SurfaceProblem(parse("x + 0*y"), {"x": 0.0, "y": 0.0}), rule_named(rule),
                    {"learning_rate": known["learning_rates"][0], "gamma": 0.9})  # fmt: skip
    for learning_rate in known["learning_rates"]:
        runner.set_hyper("learning_rate", learning_rate)
        runner.step()
    assert runner.history.column("x")[1:].tolist() == pytest.approx(known[key], abs=1e-15)
    assert runner.changes == {2: {"learning_rate": 0.01}}


@pytest.mark.parametrize(("rule", "name", "gamma"), [("gd", "gd", None), ("momentum", "gamma09", 0.9)])
def test_the_stability_limit(oracles: dict[str, Any], rule: str, name: str, gamma: float | None) -> None:
    surface = oracles["surface"]
    hyper = {} if gamma is None else {"gamma": gamma}
    below = run(lecture(rule, (-8.0, 6.0), learning_rate=surface["converges"][name], **hyper), 5000)
    assert last(below) == pytest.approx(surface["minimum"]["at"], abs=1e-3)
    # The other eigenvector has died out by step 1000; what is left only grows.
    above = run(lecture(rule, (-8.0, 6.0), learning_rate=surface["diverges"][name], **hyper), 1500)
    assert (np.diff(above.history.column("loss")[1000:]) > 0).all()


def test_the_best_rates(oracles: dict[str, Any]) -> None:
    """The distance to the minimum shrinks by the closed form's factor a step, in the long run."""
    surface = oracles["surface"]
    best, momentum = surface["gd_best"], surface["momentum_best"]
    for runner, rate in (
        (lecture("gd", learning_rate=best["learning_rate"]), best["rate"]),
        (
            lecture("momentum", learning_rate=momentum["learning_rate"], gamma=momentum["gamma"]),
            momentum["spectral_radius"],
        ),
    ):
        run(runner, 60)
        away = np.hypot(*(runner.history.column(n) - 1 for n in ("w1", "w2")))
        assert (away[60] / away[20]) ** (1 / 40) == pytest.approx(rate, rel=0.03)  # a double root adds a factor k


def test_row_k_is_the_state_after_k_updates() -> None:
    runner = run(lecture(start=(-8.0, 6.0)), 30)
    table = {name: runner.history.column(name) for name in runner.history.columns}
    formula = parse(LECTURE)
    np.testing.assert_allclose(table["loss"], formula.evaluate({n: table[n] for n in ("w1", "w2")}), rtol=1e-12)
    assert table["velocity_w1"][0] == table["velocity_w2"][0] == 0.0
    for name in ("w1", "w2"):
        velocity = 0.9 * table[f"velocity_{name}"][:-1] - 0.01 * table[f"grad_{name}"][:-1]
        np.testing.assert_allclose(table[f"velocity_{name}"][1:], velocity, rtol=1e-12, atol=1e-13)
        np.testing.assert_allclose(np.diff(table[name]), velocity, rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(table["grad_norm"], np.hypot(table["grad_w1"], table["grad_w2"]), rtol=1e-15)


@given(
    st.sampled_from(RULES), st.floats(-9, 9), st.floats(-9, 9), st.floats(1e-3, 0.2), st.floats(0, 1), st.integers(1, 9)
)
@settings(max_examples=60)
def test_the_terms_sum_to_the_move(rule: str, w1: float, w2: float, rate: float, gamma: float, steps: int) -> None:
    hyper = {"learning_rate": rate} | ({} if rule == "gd" else {"gamma": gamma})
    shot = run(lecture(rule, (w1, w2), **hyper), steps).snapshot()
    assert shot.before is not None
    for name in ("w1", "w2"):
        terms = [float(term.value[name]) for term in shot.terms]
        before, after = float(shot.before.parameters[name]), float(shot.now.parameters[name])
        size = max(map(abs, [*terms, before, after]))
        assert sum(terms) == pytest.approx(after - before, abs=1e-14 * size + 1e-300)


def test_one_phase_at_a_time() -> None:
    runner, whole = lecture(), run(lecture(), 1)
    assert [runner.next_phase() for _ in range(3)] == ["forward", "backward", "update"]
    assert runner.snapshot().table.tolist() == whole.snapshot().table.tolist()
    runner.next_phase()
    assert runner.snapshot().now.gradient == {}, "zero_grad has been; backward has not"
    runner.next_phase()
    assert runner.snapshot().now.gradient == whole.snapshot().now.gradient


def bits(values: Values) -> dict[str, bytes]:
    return {name: value.tobytes() for name, value in values.items()}


def facts(point: Point) -> list[object]:
    """All of a state, comparable bit for bit, nan included."""
    state = {key: bits(part) for key, part in point.state.items()}
    return [point.step, bits(point.parameters), repr(point.loss), bits(point.gradient), state, point.hyper]


actions = st.lists(
    st.one_of(
        st.tuples(st.just("step"), st.integers(1, 25)),
        st.tuples(st.just("phase"), st.integers(1, 4)),
        st.tuples(st.just("seek"), st.integers(-3, 120)),
        st.tuples(st.sampled_from(["learning_rate", "gamma"]), st.sampled_from([0.0123, 0.05, 0.11, 0.3])),
    ),
    max_size=14,
)


@given(st.sampled_from(RULES), actions, st.sampled_from([0, 3 * 4200, 2**20]))
@settings(max_examples=80)
def test_whatever_was_done_it_is_the_plain_run_with_the_same_changes(
    rule: str, todo: list[tuple[str, Any]], budget: int
) -> None:
    runner = lecture(rule, (-8.0, 6.0), budget=budget)
    for what, value in todo:
        match what:
            case "step":
                run(runner, value)
            case "phase":
                for _ in range(value):
                    runner.next_phase()
            case "seek":
                runner.seek(value)
                assert runner.step_count == max(0, min(value, runner.last_step))
            case name if name in runner.initial_hyper:
                runner.set_hyper(name, value)
        assert runner.step_count <= runner.last_step
    plain = lecture(rule, (-8.0, 6.0), changes=runner.changes, **runner.initial_hyper)
    here = runner.step_count
    run(plain, runner.last_step)
    np.testing.assert_array_equal(runner.history.table(), plain.history.table())
    runner.seek(runner.step_count)
    fresh = run(lecture(rule, (-8.0, 6.0), changes=runner.changes, **runner.initial_hyper), here)
    ours, theirs = runner.snapshot(), fresh.snapshot()
    assert facts(ours.now) == facts(theirs.now)
    assert [(t.name, t.role, bits(t.value)) for t in ours.terms] == [
        (t.name, t.role, bits(t.value)) for t in theirs.terms
    ]
    assert (ours.before is None) == (here == 0)
    if ours.before is not None and theirs.before is not None:
        assert facts(ours.before) == facts(theirs.before)


def test_a_rewind_keeps_what_is_recorded_and_a_change_cuts_it_off() -> None:
    runner = run(lecture(start=(-8.0, 6.0)), 40)
    table = runner.history.table().copy()
    runner.seek(17)
    assert (runner.step_count, runner.last_step) == (17, 40)
    run(runner, 3)
    np.testing.assert_array_equal(runner.history.table(), table)
    runner.set_hyper("gamma", 0.5)
    assert (runner.last_step, runner.changes) == (20, {20: {"gamma": 0.5}})
    assert runner.history.column("gamma")[-2:].tolist() == [0.9, 0.5]
    np.testing.assert_array_equal(runner.history.table()[:20], table[:20])


def test_setting_a_hyperparameter_to_its_value_changes_nothing() -> None:
    runner = run(lecture(), 10)
    runner.seek(5)
    runner.set_hyper("gamma", 0.9)
    assert (runner.last_step, runner.changes) == (10, {})


def test_a_change_at_the_start_is_a_new_start() -> None:
    runner = run(lecture(changes={0: {"gamma": 0.2}, 5: {"gamma": 0.1}}), 10)
    runner.seek(0)
    runner.set_hyper("learning_rate", 0.02)
    assert own(runner.initial_hyper) == {"learning_rate": 0.02, "gamma": 0.2}
    assert runner.changes == {}
    assert runner.last_step == 0


def test_a_run_that_diverges_stops_at_that_step_and_can_be_rewound() -> None:
    runner = lecture("gd", (-8.0, 6.0), learning_rate=1e3)
    steps = 0
    while runner.step():
        steps += 1
    assert runner.diverged_at == runner.step_count == runner.last_step == steps
    assert np.isfinite(runner.history.table()[:-1]).all()
    assert not np.isfinite(runner.history.table()[-1]).all()
    assert runner.next_phase() is None
    runner.seek(3)
    assert runner.snapshot().now.step == 3
    runner.set_hyper("learning_rate", 0.01)
    assert runner.diverged_at is None
    assert run(runner, 200).last_step == 203


@pytest.mark.parametrize("start", [0.0, -1.0])
def test_a_start_without_a_finite_loss_stops_there(start: float) -> None:
    runner = Runner(
        SurfaceProblem(parse("log(x) + y"), {"x": start, "y": 0.0}), rule_named("gd"), {"learning_rate": 0.1}
    )
    assert runner.diverged_at == 0
    assert runner.step() is False
    runner.seek(0)
    assert (runner.step_count, runner.last_step) == (0, 0)


def test_two_changes_of_one_step_both_count() -> None:
    scenario = validate({
        "problem": {"formula": LECTURE, "domain": {"w1": [-10, 10], "w2": [-10, 10]}},
        "run": [{
            "optimizer": "momentum", "start": {"w1": 0, "w2": 0},
            "change": [{"step": 4, "gamma": 0.5}, {"step": 4, "learning_rate": 0.02}],
        }],
    })  # fmt: skip
    runner = Runner.of(SurfaceProblem(parse(LECTURE), {"w1": 0, "w2": 0}), rule_named("momentum"), scenario.run[0])
    assert own(runner.hyper_at(3)) == {"learning_rate": 0.01, "gamma": 0.9}
    assert own(runner.hyper_at(4)) == {"learning_rate": 0.02, "gamma": 0.5}


def test_a_snapshot_is_not_changed_by_what_happens_later() -> None:
    runner = run(lecture(start=(-8.0, 6.0)), 5)
    shot = runner.snapshot()
    table, w1 = shot.table.copy(), shot.now.parameters["w1"].copy()
    run(runner, 600)
    runner.seek(2)
    runner.set_hyper("gamma", 0.1)
    run(runner, 10)
    np.testing.assert_array_equal(shot.table, table)
    assert shot.now.parameters["w1"] == w1
    assert shot.changes == {}
