"""Several runs in lockstep: each is the run that it would be alone."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gdsim.errors import InputError
from gdsim.optimizers import rules
from gdsim.simulation.build import race_of, runner_of
from gdsim.simulation.files import validate
from gdsim.simulation.race import Race
from gdsim.simulation.surface_scenario import SurfaceScenario

LECTURE = "(2 - w1 - w2)**2 + (4 - 3*w1 - w2)**2"
GD, MOMENTUM = {"optimizer": "gd", "learning_rate": 0.01}, {"optimizer": "momentum", "learning_rate": 0.01}
DIVERGES = {"optimizer": "gd", "learning_rate": 5.0}


def scenario(*runs: dict[str, Any], formula: str = LECTURE) -> SurfaceScenario:
    start = {"start": {"w1": -8.0, "w2": 6.0}}
    domain = {"w1": [-10, 10], "w2": [-10, 10]}
    made = validate({"problem": {"formula": formula, "domain": domain}, "run": [start | run for run in runs]})
    assert isinstance(made, SurfaceScenario)
    return made


def alone(made: SurfaceScenario, number: int, steps: int) -> np.ndarray:
    runner = runner_of(made, number)
    while runner.step_count < steps and runner.step():
        pass
    return runner.history.table().copy()


deeds = st.lists(
    st.one_of(
        st.just(("step",)), st.just(("phase",)), st.tuples(st.just("seek"), st.integers(0, 12)),
        st.tuples(st.just("rate"), st.integers(0, 2), st.sampled_from([0.005, 0.02])),
    ),
    max_size=14,
)  # fmt: skip


@given(deeds)
@settings(max_examples=60)
def test_whatever_was_done_each_run_is_the_one_it_would_be_alone(done: list[tuple[Any, ...]]) -> None:
    """The events of a race are recorded as changes of its runs; repeated alone they give the same rows, bit for bit."""
    race = race_of(scenario(GD, MOMENTUM, {"optimizer": "adam", "learning_rate": 0.1}))
    for deed in done:
        match deed:
            case ("step",):
                race.step()
            case ("phase",):
                race.next_phase()
            case ("seek", step):
                race.seek(step)
            case ("rate", number, value):
                race.focus = number
                race.set_hyper("learning_rate", value)
        assert {runner.step_count for runner in race.runners} == {race.step_count}
    for runner in race.runners:
        fresh = type(runner)(runner.simulation.problem, runner.rule, runner.initial_hyper, runner.changes)
        while fresh.step_count < runner.last_step:
            fresh.step()
        assert fresh.history.table().tobytes() == runner.history.table().tobytes()


def test_one_that_diverges_stays_and_the_others_go_on() -> None:
    made = scenario(DIVERGES, MOMENTUM)
    race = race_of(made)
    while race.step_count < 300:
        assert race.step()
    lost, going = race.runners
    assert lost.diverged_at is not None and lost.diverged_at < 300
    assert (lost.step_count, going.step_count) == (lost.diverged_at, 300)
    assert (race.last_step, race.stopped) == (300, False)
    np.testing.assert_array_equal(going.history.table(), alone(made, 1, 300))
    race.seek(5)
    assert (lost.step_count, going.step_count, race.step_count) == (5, 5, 5)
    race.seek(200)
    assert (lost.step_count, going.step_count) == (lost.diverged_at, 200)


def test_where_all_have_diverged_nothing_goes_on() -> None:
    race = race_of(scenario(DIVERGES, DIVERGES | {"learning_rate": 9.0}))
    while race.step():
        pass
    assert race.stopped
    assert race.step_count == race.last_step == max(runner.diverged_at or 0 for runner in race.runners)
    assert race.snapshot().race is not None


def test_next_phase_waits_for_the_rule_with_the_most_parts() -> None:
    race = race_of(scenario(GD, {"optimizer": "adam", "learning_rate": 0.1}))
    seen = []
    for _ in range(7):
        race.next_phase()
        seen.append((race.phase, [runner.part for runner in race.runners], race.step_count))
    parts = [[0, 0], [0, 0], [1, 1], [2, 2], [2, 3], [2, 4], [0, 0]]
    assert [part for _, part, _ in seen] == parts, "gradient descent has two parts, Adam four"
    assert [phase for phase, _, _ in seen] == ["forward", *["backward"] * 5, "update"]
    assert [step for *_, step in seen] == [0] * 6 + [1]


def test_looking_at_the_parts_changes_nothing() -> None:
    made = scenario(*({"optimizer": name, "learning_rate": 0.01, "noise": 1.0} for name in rules()))
    looked, plain = race_of(made), race_of(made)
    for _ in range(3):
        plain.step()
    while looked.step_count < 3:
        looked.next_phase()
        for number in range(len(looked.runners)):
            looked.focus = number
            looked.snapshot()
    for one, other in zip(looked.runners, plain.runners, strict=True):
        assert one.history.table().tobytes() == other.history.table().tobytes()
        assert not one.events


def test_what_comes_is_what_then_happens() -> None:
    """The parts are of the update that `update` makes: same terms, same state, and the parameters after it."""
    for name in rules():
        race = race_of(scenario({"optimizer": name, "learning_rate": 0.01, "weight_decay": 0.1, "clip_norm": 5.0}))
        race.step()
        for _ in range(3):
            race.next_phase()
        coming = race.snapshot().coming
        assert coming is not None, name
        before = race.snapshot().now.parameters
        while race.step_count == 1:
            race.next_phase()
        after = race.snapshot()
        for key in before:
            total = sum(term.value[key] for term in coming.terms)
            assert before[key] + total == pytest.approx(after.now.parameters[key], abs=1e-15), name
        assert [t.name for t in coming.terms] == [t.name for t in after.terms]
        for key, values in coming.state.items():
            assert {n: v.tobytes() for n, v in values.items()} == {
                n: v.tobytes() for n, v in after.now.state[key].items()
            }, name


def test_a_race_made_anew_keeps_the_runs_that_stay_as_they_are() -> None:
    first = race_of(scenario(GD, MOMENTUM))
    while first.step_count < 20:
        first.step()
    second = race_of(scenario(MOMENTUM | {"name": "other name", "colour": "#123456"}, DIVERGES, GD), first)
    assert second.runners[0] is first.runners[1]
    assert second.runners[2] is first.runners[0]
    assert [runner.step_count for runner in second.runners] == [0, 0, 0]
    assert [runner.last_step for runner in second.runners] == [20, 0, 20]
    while second.extend(20):
        pass
    assert second.runners[1].last_step == 20 or second.runners[1].diverged_at is not None


def test_a_run_that_was_changed_by_hand_is_not_kept() -> None:
    first = race_of(scenario(GD, MOMENTUM))
    first.step()
    first.set_hyper("learning_rate", 0.02)
    second = race_of(scenario(GD, MOMENTUM), first)
    assert second.runners[0] is not first.runners[0]
    assert second.runners[1] is first.runners[1]


def test_two_runs_alike_are_two_runners() -> None:
    first = race_of(scenario(GD, GD))
    second = race_of(scenario(GD, GD, GD), first)
    assert len({id(runner) for runner in second.runners}) == 3


def test_a_rule_that_refuses_leaves_all_where_they_were() -> None:
    """torch's Muon takes matrices only."""
    race = race_of(scenario(GD, {"optimizer": "torch:Muon", "learning_rate": 0.01}, MOMENTUM))
    with pytest.raises(InputError, match="Muon"):
        race.step()
    assert [runner.step_count for runner in race.runners] == [0, 0, 0]
    assert race.step_count == 0


def test_names_colours_and_numbers_of_runs_are_checked() -> None:
    with pytest.raises(InputError, match="Two runs are called 'a'"):
        scenario(GD | {"name": "a"}, MOMENTUM | {"name": "a"})
    with pytest.raises(InputError, match="'red' is no colour: write it as #rrggbb"):
        scenario(GD | {"colour": "red"})
    with pytest.raises(InputError, match="at most 100 runs; this one has 101"):
        scenario(*[GD] * 101)
    assert len(scenario(GD, GD).run) == 2, "runs without a name may be alike"


def test_a_race_of_one_is_the_run() -> None:
    made = scenario(MOMENTUM)
    race = Race([runner_of(made)])
    for _ in range(30):
        race.step()
    np.testing.assert_array_equal(race.runners[0].history.table(), alone(made, 0, 30))
