"""The trainer thread, driven as the lab drives it."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from gdsim.app.trainer import Trainer
from gdsim.app.training_thread import Build
from gdsim.errors import InputError
from gdsim.formula import parse
from gdsim.optimizers import rule_named
from gdsim.problems.surface import SurfaceProblem
from gdsim.simulation.race import Race
from gdsim.simulation.runner import Runner
from gdsim.simulation.snapshot import Snapshot

LECTURE = "(2 - w1 - w2)**2 + (4 - 3*w1 - w2)**2"


def builder(learning_rate: float = 0.01, gamma: float = 0.9, w1: float = 0.0, w2: float = 0.0) -> Build:
    problem = SurfaceProblem(parse(LECTURE), {"w1": w1, "w2": w2})
    hyper = {"learning_rate": learning_rate, "gamma": gamma}
    return lambda before: Race([Runner(problem, rule_named("momentum"), hyper)])


class Desk:
    """A trainer, and the last snapshot that was taken from its mailbox."""

    def __init__(self, qtbot: QtBot) -> None:
        self.trainer = Trainer()
        self._qtbot = qtbot
        self.seen: list[Snapshot] = []
        self.trainer.start()

    def until(self, good: Callable[[Snapshot], bool]) -> Snapshot:
        """Poll as the window does until a snapshot is ``good``."""

        def look() -> bool:
            snapshot = self.trainer.latest()
            if snapshot is not None:
                self.seen.append(snapshot)
            return bool(self.seen) and good(self.seen[-1])

        self._qtbot.waitUntil(look, timeout=20_000)
        return self.seen[-1]


@pytest.fixture
def desk(qtbot: QtBot) -> Iterator[Desk]:
    desk = Desk(qtbot)
    yield desk
    desk.trainer.close()


def test_a_run_reproduces_the_oracle(desk: Desk, oracles: dict) -> None:
    expected = oracles["surface"]["run"][2]
    desk.trainer.load(builder(expected["learning_rate"], expected["gamma"]), current=50, last=50)
    now = desk.until(lambda s: s.now.step == 50).now
    np.testing.assert_allclose([now.parameters["w1"], now.parameters["w2"]], expected["w"], atol=5e-9)


def test_step_phase_and_back(desk: Desk) -> None:
    desk.trainer.load(builder())
    start = desk.until(lambda s: s.now.step == 0)
    assert start.before is None
    assert float(start.now.gradient["w1"]) == -28.0
    desk.trainer.next_phase()
    assert desk.until(lambda s: s.phase == "forward").now.gradient == {}
    desk.trainer.next_phase()
    assert float(desk.until(lambda s: s.phase == "backward").now.gradient["w2"]) == -12.0
    desk.trainer.next_phase()
    moved = desk.until(lambda s: s.now.step == 1)
    assert moved.now.parameters["w1"] == pytest.approx(0.28, abs=1e-15)
    desk.trainer.step()
    desk.until(lambda s: s.now.step == 2)
    desk.trainer.step_back()
    again = desk.until(lambda s: s.now.step == 1)
    assert again.last_step == 2
    assert again.now.parameters == moved.now.parameters


@pytest.mark.parametrize(("rate", "steps"), [(0.5, 1), (2.0, 2), (5.0, 3), (200.0, 100)])
def test_play_keeps_its_pace_and_pauses(desk: Desk, rate: float, steps: int) -> None:
    desk.trainer.load(builder())
    desk.until(lambda s: s.now.step == 0)
    started = time.perf_counter()
    desk.trainer.play(rate)
    snapshot = desk.until(lambda s: s.now.step >= steps)
    elapsed = time.perf_counter() - started
    assert snapshot.playing
    assert snapshot.now.step <= rate * elapsed + 1  # never ahead of time; how late depends on the machine
    desk.trainer.pause()
    paused = desk.until(lambda s: not s.playing)
    desk.trainer.step()
    assert desk.until(lambda s: s.now.step != paused.now.step).now.step == paused.now.step + 1


def test_a_learning_rate_changed_while_playing_is_recorded_and_replayed(desk: Desk) -> None:
    desk.trainer.load(builder())
    desk.trainer.play(1000.0)
    desk.until(lambda s: s.now.step > 20)
    desk.trainer.set_hyper("learning_rate", 0.02)
    desk.until(lambda s: bool(s.changes) and s.now.step > max(s.changes) + 20)
    desk.trainer.pause()
    run = desk.until(lambda s: not s.playing)
    ((at, changed),) = run.changes.items()
    assert changed == {"learning_rate": 0.02}
    rates = run.column("learning_rate")
    assert (rates[:at] == 0.01).all()
    assert (rates[at:] == 0.02).all()
    desk.trainer.seek(at - 3)
    desk.until(lambda s: s.now.step == at - 3)
    desk.trainer.seek(run.last_step)
    replayed = desk.until(lambda s: s.now.step == run.last_step)
    assert replayed.now.parameters == run.now.parameters
    assert (replayed.table == run.table).all()


def test_seeking_past_the_end_runs_on(desk: Desk) -> None:
    desk.trainer.load(builder())
    desk.trainer.seek(40)
    assert desk.until(lambda s: s.now.step == 40).last_step == 40


def test_only_the_newest_load_is_shown(desk: Desk) -> None:
    for index in range(200):
        desk.trainer.load(builder(w1=index / 100), current=5, last=60)
    last = desk.until(lambda s: True)
    assert float(last.column("w1")[0]) == 1.99
    assert len(desk.seen) == 1
    assert (last.now.step, last.last_step) == (5, 60)


def test_a_diverging_run_stops_and_can_be_rewound(desk: Desk) -> None:
    desk.trainer.load(builder(learning_rate=1.0))
    desk.trainer.play(math.inf)
    stopped = desk.until(lambda s: s.diverged_at is not None and not s.playing)
    assert stopped.now.step == stopped.diverged_at
    assert np.isfinite(stopped.table[:-1]).all()
    assert not np.isfinite(stopped.table[-1]).all()
    desk.trainer.step()
    desk.trainer.step_back()
    back = desk.until(lambda s: s.now.step == stopped.now.step - 1)
    assert np.isfinite(back.now.loss)
    desk.trainer.set_hyper("learning_rate", 0.001)
    assert desk.until(lambda s: s.changes != {}).diverged_at is None


def test_verbs_in_any_order(desk: Desk, qtbot: QtBot) -> None:
    desk.trainer.load(builder())
    desk.until(lambda s: s.now.step == 0)
    with qtbot.waitSignal(desk.trainer.refused) as refused:
        desk.trainer.do("update")
    assert "run backward first" in refused.args[0]
    for verb in ("forward", "backward"):
        desk.trainer.do(verb, keep_graph=True)
    desk.trainer.do("backward")
    twice = desk.until(lambda s: s.grad is not None and s.grad.count == 2)
    assert [float(g) for g in twice.grad.values.values()] == [-56.0, -24.0]
    assert twice.graph == "freed"
    with qtbot.waitSignal(desk.trainer.refused) as refused:
        desk.trainer.do("backward")
    assert "freed" in refused.args[0]
    desk.trainer.do("update")
    moved = desk.until(lambda s: s.now.step == 1)
    assert float(moved.now.parameters["w1"]) == pytest.approx(0.56, abs=1e-15)
    desk.trainer.do("zero_grad")
    assert desk.until(lambda s: s.phase == "zero_grad").grad is None


def test_an_edit_at_a_step_goes_there_and_cuts_what_followed(desk: Desk, qtbot: QtBot) -> None:
    desk.trainer.load(builder(), current=9, last=9)
    desk.until(lambda s: s.now.step == 9)
    desk.trainer.edit("w1", (), 3.0, at=4)
    edited = desk.until(lambda s: bool(s.events))
    assert (edited.now.step, edited.last_step, float(edited.column("w1")[4])) == (4, 4, 3.0)
    with qtbot.waitSignal(desk.trainer.failed) as failed:
        desk.trainer.edit("w9", (), 3.0)
    assert "w9" in failed.args[0]


def test_nothing_of_a_new_run_has_been_taken_at_first(desk: Desk) -> None:
    desk.trainer.load(builder())
    assert desk.trainer.waiting
    desk.until(lambda s: s.now.step == 0)
    assert not desk.trainer.waiting


def test_what_cannot_be_set_up_is_reported(desk: Desk, qtbot: QtBot) -> None:
    def broken(before: Race | None) -> Race:
        raise InputError("No such thing.")

    with qtbot.waitSignal(desk.trainer.failed) as failed:
        desk.trainer.load(broken)
    assert failed.args == ["No such thing."]
    desk.trainer.load(builder())
    assert desk.until(lambda s: True).now.step == 0


def test_an_unforeseen_error_stops_the_run_but_not_the_thread(desk: Desk, qtbot: QtBot) -> None:
    def broken(before: Race | None) -> Race:
        raise ZeroDivisionError("inside")

    with qtbot.waitSignal(desk.trainer.failed) as failed:
        desk.trainer.load(broken)
    assert "inside" in failed.args[0]
    desk.trainer.load(builder())
    desk.until(lambda s: s.now.step == 0)
    with qtbot.waitSignal(desk.trainer.failed):
        desk.trainer.set_hyper("beta", 0.5)
    desk.trainer.step()
    assert desk.until(lambda s: s.now.step == 1).changes == {}


def test_a_hyper_parameter_is_changed_at_the_step_that_was_shown(desk: Desk) -> None:
    desk.trainer.load(builder(), current=10, last=30)
    desk.until(lambda s: s.now.step == 10)
    desk.trainer.seek(20)
    desk.trainer.set_hyper("gamma", 0.5, at=10)
    assert desk.until(lambda s: s.changes != {}).changes == {10: {"gamma": 0.5}}
    assert desk.trainer.settled


def test_another_pace_keeps_the_end_of_a_run(desk: Desk) -> None:
    desk.trainer.load(builder())
    desk.trainer.play(50.0, 30)
    desk.until(lambda s: s.now.step > 2)
    desk.trainer.set_rate(1000.0)
    assert desk.until(lambda s: s.now.step > 2 and not s.playing).now.step == 30
