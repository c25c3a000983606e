"""What was done by hand at a step: what is kept of it, and the way to a scenario file and back."""

from __future__ import annotations

import tomllib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gdsim.errors import InputError
from gdsim.simulation.events import STANDARD, Edit, Events, Script, Verb, canonical, edits, is_usual, recorded
from gdsim.simulation.files import dumps, load, validate
from gdsim.simulation.network_scenario import NetworkRun, NetworkScenario, event_entries
from tests.simulation.twins import everything, problem_of, runner_of

VERBS: tuple[Verb, ...] = ("zero_grad", "forward", "backward")
PLACES = {"linear1.weight": (4, 3), "linear2.weight": (3, 4), "output.bias": (3,)}


@st.composite
def edited(draw: st.DrawFn) -> Edit:
    name = draw(st.sampled_from(sorted(PLACES)))
    index = tuple(draw(st.integers(0, size - 1)) for size in PLACES[name])
    return Edit(name, index, draw(st.floats(-5, 5, width=32)))


done = st.lists(st.one_of(st.sampled_from(VERBS), edited()), max_size=8)


def every(steps: st.SearchStrategy[Script]) -> st.SearchStrategy[Events]:
    """Events as a run records them: never a script that every step does anyway."""
    return st.dictionaries(st.integers(0, 1_000_000), steps.filter(lambda s: s != STANDARD), max_size=5)


@given(done, st.integers(0, 2))
def test_the_shortest_script_has_the_same_effect(deeds: list[Verb | Edit], before: int) -> None:
    """Verb by verb on a run: the script instead of all that was done."""
    whole, short = (runner_of(problem_of()) for _ in range(2))
    script = canonical(deeds)
    assert len(script) <= len(deeds)
    assert canonical(script) == script
    for runner, what in ((whole, deeds), (short, script)):
        for _ in range(before):
            runner.step()
        for deed in what:
            if isinstance(deed, Edit):
                runner.edit(deed.parameter, deed.index, deed.value)
            elif deed == "backward":
                runner.forward()
                runner.backward()
            else:
                getattr(runner, deed)()
    ours, theirs = everything(whole.snapshot()), everything(short.snapshot())
    for key in ("grad", "table", "before"):
        assert ours[key] == theirs[key]
    assert whole.snapshot().now.loss == short.snapshot().now.loss


def test_what_is_left_out_and_what_is_not() -> None:
    edit = Edit("w", (0,), 1.0)
    assert canonical(["zero_grad", "forward", "backward"]) == STANDARD
    assert canonical(["backward", "zero_grad", "forward", "forward", "backward"]) == STANDARD
    assert canonical(["backward", edit, "zero_grad", "backward"]) == (edit, *STANDARD)
    assert canonical(["forward", "backward", "forward", "backward"]) == ("backward", "backward")
    assert canonical(["zero_grad", "backward", edit]) == ("zero_grad", "backward", edit)
    assert canonical(["forward"]) == ()


@given(done)
def test_usual_is_edits_and_then_a_whole_step(deeds: list[Verb | Edit]) -> None:
    script = tuple(deeds)
    assert is_usual((*edits(script), *STANDARD))
    assert is_usual(script) == (list(script[-2:]) == list(STANDARD) and all(isinstance(d, Edit) for d in script[:-2]))


def test_what_is_recorded_replaces_the_future() -> None:
    stale: Script = ()
    events: Events = {1: stale, 4: ("backward",), 7: stale}
    assert recorded(events, 4, stale) == {1: stale, 4: stale}
    assert recorded(events, 4, STANDARD) == {1: stale}
    assert recorded(events, 9, STANDARD) == events


@given(every(done.map(canonical)))
def test_there_and_back(events: Events) -> None:
    run = NetworkRun.model_validate({"optimizer": "gd", "event": event_entries(events)})
    assert run.events == events


@given(every(done.map(canonical)))
@settings(max_examples=30)
def test_there_and_back_through_a_file(events: Events) -> None:
    run = {"optimizer": "momentum", "event": event_entries(events)}
    scenario = validate({"lab": "network", "run": [run]})
    again = validate(tomllib.loads(dumps(scenario)))
    assert again == scenario
    assert isinstance(again, NetworkScenario)
    assert again.run[0].events == events


@given(st.lists(st.tuples(st.integers(0, 6), done), max_size=4))
def test_a_run_from_a_file_does_what_the_recorded_run_did(parts: list[tuple[int, list[Verb | Edit]]]) -> None:
    runner = runner_of(problem_of())
    for steps, deeds in parts:
        for _ in range(steps):
            runner.step()
        for deed in deeds:
            if isinstance(deed, Edit):
                runner.edit(deed.parameter, deed.index, deed.value)
            elif deed == "backward":
                runner.forward()
                runner.backward()
            else:
                getattr(runner, deed)()
        if runner.snapshot().grad is not None:
            runner.update()
    run = NetworkRun.model_validate({"optimizer": "momentum", "event": event_entries(runner.events)})
    again = type(runner)(problem_of(), runner.rule, runner.initial_hyper, events=run.events)
    for _ in range(runner.last_step):
        again.step()
    assert again.history.table().tobytes() == runner.history.table().tobytes()


def test_one_thing_is_said_in_one_way() -> None:
    """Out of order, with verbs that leave no trace, and a step that is made as usual anyway."""
    edit = {"step": 3, "edit": "w", "index": [0], "value": 1.0}
    events = [
        {"step": 5, "verbs": ["zero_grad", "forward", "backward"]},
        {"step": 4, "verbs": ["backward", "zero_grad", "forward", "backward", "forward", "backward"]},
        edit,
        {"step": 3, "verbs": ["zero_grad", "forward", "backward"]},
    ]
    run = NetworkRun.model_validate({"optimizer": "gd", "event": events})
    assert run.events == {3: (Edit("w", (0,), 1.0), *STANDARD), 4: (*STANDARD, "backward")}
    assert event_entries(run.events) == [edit, {"step": 4, "verbs": ["zero_grad", "backward", "backward"]}]
    assert run == NetworkRun.model_validate({"optimizer": "gd", "event": event_entries(run.events)})


@pytest.mark.parametrize(
    "event",
    [
        {"step": 1},
        {"step": 1, "verbs": ["backward"], "edit": "w", "value": 1.0},
        {"step": 1, "edit": "w"},
        {"step": 1, "value": 1.0},
        {"step": 1, "verbs": [], "index": [1]},
    ],
)
def test_an_event_is_one_thing(event: dict[str, object]) -> None:
    with pytest.raises(InputError, match="An event either lists verbs, or edits a parameter at an index to a value"):
        validate({"lab": "network", "run": [{"optimizer": "gd", "event": [event]}]})


@pytest.mark.parametrize(
    "event",
    [
        {"step": -1, "verbs": []},
        {"step": 1, "verbs": ["update"]},
        {"step": 1, "edit": "w", "index": [-1], "value": 1.0},
        {"step": 1, "edit": "w", "index": [0], "value": float("nan")},
        {"step": 1, "verbs": [], "colour": "red"},
    ],
)
def test_an_event_with_a_wrong_value_is_refused(event: dict[str, object]) -> None:
    with pytest.raises(InputError, match=r"run\.0\.event\.0"):
        validate({"lab": "network", "run": [{"optimizer": "gd", "event": [event]}]})


def test_the_preset_has_no_events() -> None:
    scenario = load("lecture-network")
    assert isinstance(scenario, NetworkScenario)
    assert scenario.run[0].events == {}
