"""Going along a walk: by steps, calls, to any step, at a pace; calls made by hand, by torch's rules."""

from __future__ import annotations

import pytest
from pytestqt.qtbot import QtBot

from gdsim.app.labs.walker import Walker
from gdsim.simulation.autograd_scenario import AutogradScenario
from gdsim.simulation.calls import KEEPING
from gdsim.simulation.files import load

FORWARD, BOTH = 10, 21
"""Steps of the lecture's forward pass; of forward and backward."""


@pytest.fixture
def walker(qapp) -> Walker:
    scenario = load("lecture-autograd")
    assert isinstance(scenario, AutogradScenario)
    return Walker(scenario.walk())


def grad(walker: Walker) -> float | None:
    return walker.state.grad[walker.walk.graph.names["x"]]


def test_steps_and_ends(walker: Walker) -> None:
    walker.step_back()
    assert walker.position == 0
    walker.step()
    walker.step()
    walker.step_back()
    assert walker.position == 1
    walker.next_call()
    assert walker.position == FORWARD
    walker.next_call()
    assert walker.position == BOTH
    walker.step()
    assert walker.position == BOTH
    walker.seek(15)
    assert walker.position == 15


def test_calls_follow_the_walk(walker: Walker) -> None:
    made: list[object] = []
    walker.calls_made.connect(made.append)
    walker.call("forward")
    assert walker.position == FORWARD
    walker.call("backward")
    assert walker.position == BOTH
    assert made == []
    assert grad(walker) == pytest.approx(-2.5378828427399904, abs=1e-12)


def test_a_call_finishes_the_one_under_way(walker: Walker) -> None:
    walker.seek(3)
    walker.call("forward")
    assert walker.position == FORWARD
    walker.seek(13)
    walker.call("backward")
    assert walker.position == BOTH
    walker.seek(3)
    walker.call("backward")
    assert walker.position == BOTH


def test_refusals_are_torch_s(walker: Walker) -> None:
    said: list[str] = []
    walker.refused.connect(said.append)
    walker.call("backward")
    assert "forward first" in said[-1]
    walker.finish()
    walker.call("backward")
    assert "freed" in said[-1]
    assert walker.position == BOTH
    assert grad(walker) == pytest.approx(-2.5378828427399904, abs=1e-12)
    walker.call("forward")
    assert said[-1] == ""
    walker.call("backward")
    assert grad(walker) == pytest.approx(2 * -2.5378828427399904, abs=1e-12)


def test_a_kept_graph_can_be_walked_again(walker: Walker) -> None:
    walker.call("forward")
    walker.keep = True
    walker.call("backward")
    assert walker.walk.calls == ("forward", KEEPING)
    assert walker.state.graph == "kept"
    walker.keep = False
    walker.call("backward")
    assert walker.state.graph == "freed"
    assert grad(walker) == pytest.approx(2 * -2.5378828427399904, abs=1e-12)
    walker.call("zero_grad")
    assert grad(walker) is None
    assert walker.walk.calls == ("forward", KEEPING, "backward", "zero_grad")


def test_another_call_gives_up_what_was_to_come(walker: Walker) -> None:
    walker.call("forward")
    walker.call("zero_grad")
    assert walker.walk.calls == ("forward", "zero_grad")
    assert walker.last == FORWARD + 1


def test_playing_goes_to_the_end_and_begins_anew(qtbot: QtBot, walker: Walker) -> None:
    changes: list[bool] = []
    walker.playing_changed.connect(changes.append)
    walker.play(1000)
    qtbot.waitUntil(lambda: not walker.playing)
    assert walker.position == BOTH
    assert changes == [True, False]
    walker.play(0.5)
    assert walker.position == 0
    assert walker.playing
    walker.set_rate(1000)
    qtbot.waitUntil(lambda: walker.position == BOTH and not walker.playing)
    walker.play(0.5)
    walker.step()
    assert not walker.playing
    assert walker.position == 1
