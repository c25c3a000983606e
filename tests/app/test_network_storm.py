"""Anything at any moment while training runs: what is shown stays true, and nothing is left behind.

Each example is a series of things that a person might do, at once or after a while, in the real window. At its end the
scenario on screen is run anew without the window: every number of the run that was shown must come out again.
"""

from __future__ import annotations

import math
import os
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from gdsim.simulation.build import runner_of
from gdsim.simulation.files import load
from gdsim.simulation.runner import Runner
from tests.app.conftest import Bench

KEYS = {
    "step": Qt.Key.Key_Right,
    "back": Qt.Key.Key_Left,
    "play": Qt.Key.Key_Space,
    "reset": Qt.Key.Key_Home,
    "zero_grad": Qt.Key.Key_Z,
    "forward": Qt.Key.Key_F,
    "backward": Qt.Key.Key_B,
    "update": Qt.Key.Key_U,
    "keep_graph": Qt.Key.Key_K,
}


def _seek(bench: Bench, number: float) -> None:
    timeline = bench.find("timeline")
    timeline.setValue(int(number * min(timeline.maximum(), 400)))


def _edit(bench: Bench, number: float) -> None:
    name = ("linear1.weight", "output.bias")[number > 0.5]
    bench.lab.views.tensors.edited.emit(name, (0, 1) if name.endswith("weight") else (1,), round(number, 3))


def _learning_rate(bench: Bench, number: float) -> None:
    bench.lab.views.optimizer.hyper_chosen.emit("learning_rate", round(0.01 + number / 10, 4))


def _undo(bench: Bench, number: float) -> None:
    bench.window.actions_by_name["undo" if number < 0.7 else "redo"].trigger()


def _network(bench: Bench, number: float) -> None:
    seed = int(number * 10)
    bench.lab.views.network.chosen.emit({"problem.seed": seed})


def _batch(bench: Bench, number: float) -> None:
    bench.lab.views.network.chosen.emit({"problem.batch_size": None if number < 0.5 else 32})


def _full_speed(bench: Bench, number: float) -> None:
    bench.lab.trainer.play(math.inf, int(number * 300) + 1)


def _other_scenario(bench: Bench, number: float) -> None:
    bench.window.open("lecture-network" if number < 0.5 else "network-xor")


ACTIONS: dict[str, Callable[[Bench, float], None]] = {
    **{name: lambda bench, _, key=key: QTest.keyClick(bench.window, key) for name, key in KEYS.items()},
    "seek": _seek,
    "edit": _edit,
    "learning_rate": _learning_rate,
    "undo": _undo,
    "network": _network,
    "batch": _batch,
    "full_speed": _full_speed,
    "other_scenario": _other_scenario,
}

_EXAMPLES = int(os.environ.get("GDSIM_STORMS", "20"))
"""More by hand: GDSIM_STORMS=500."""

deeds = st.lists(
    st.tuples(st.sampled_from(sorted(ACTIONS)), st.floats(0, 1, width=16), st.sampled_from([0, 0, 1, 2, 5])),
    min_size=3,
    max_size=14,
)


class Watch:
    """Sees every snapshot that the lab shows, and fails on one of a run that was given up."""

    def __init__(self, bench: Bench) -> None:
        self.lab = bench.lab
        self._show = self.lab.display.show_snapshot
        self.lab.display.show_snapshot = self.seen  # type: ignore[method-assign]
        self.faults: list[str] = []

    def seen(self, snapshot: Any, scenario: Any) -> None:
        if snapshot.run_id < self.lab.trainer._oldest_shown:
            self.faults.append(f"run {snapshot.run_id} shown after {self.lab.trainer._oldest_shown} was asked for")
        if set(snapshot.now.hyper) != set(scenario.run[0].hyper):
            self.faults.append(f"hyper-parameters {sorted(snapshot.now.hyper)} of another optimizer")
        self._show(snapshot, scenario)


def replayed(bench: Bench) -> Runner:
    """Run the scenario on screen anew, without the window, as far as the run that is shown."""
    runner = runner_of(bench.lab.scenario)
    while runner.step_count < bench.shown.last_step and runner.step():
        pass
    return runner


@pytest.fixture(scope="module")
def scenario() -> Any:
    return load("lecture-network")


@settings(max_examples=_EXAMPLES, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(deeds)
def test_anything_at_any_moment(qtbot: QtBot, scenario: Any, series: list[tuple[str, float, int]]) -> None:
    from gdsim.app.main_window import MainWindow

    window = MainWindow(scenario)
    bench = Bench(qtbot, window)
    window.resize(1000, 640)
    window.show()
    try:
        bench.until(bench.lab._poll.isActive)
        watch = Watch(bench)
        for name, number, pause in series:
            ACTIONS[name](bench, number)
            for _ in range(pause):
                with qtbot.waitSignal(bench.lab._poll.timeout):
                    pass
        bench.lab.trainer.pause()
        quiet = _asked(bench)
        bench.until(lambda: bench.lab.snapshot is not None and not bench.shown.playing and quiet())
        assert watch.faults == []
        again = replayed(bench)
        assert again.last_step == bench.shown.last_step
        assert np.array_equal(again.history.table(), bench.shown.table, equal_nan=True)
        again.seek(bench.shown.now.step)
        for key, value in bench.shown.now.parameters.items():
            assert np.array_equal(again.snapshot().now.parameters[key], value), key
    finally:
        window.close()
        window.deleteLater()


def _asked(bench: Bench) -> Callable[[], bool]:
    """Return a function that tells whether all commands given so far have been carried out and shown."""
    done: list[bool] = []
    worker = bench.lab.trainer._worker
    bench.lab.trainer._post(lambda _: done.append(True))

    def quiet() -> bool:
        return bool(done) and worker.mailbox is None and worker.commands.empty() and bench.lab.trainer.settled

    return quiet


MOMENTS: dict[str, Callable[[Bench], bool]] = {
    "before anything has started": lambda bench: True,
    "while torch is imported and the run is set up": lambda bench: bench.lab.trainer._worker.isRunning(),
    "when the first state is shown": lambda bench: bench.lab.snapshot is not None,
    "in full training": lambda bench: bench.lab.snapshot is not None and bench.shown.now.step > 50,
}


@pytest.mark.parametrize("moment", MOMENTS)
def test_closing_at_any_moment_ends_the_thread(qtbot: QtBot, scenario: Any, moment: str) -> None:
    from gdsim.app.main_window import MainWindow

    window = MainWindow(scenario)
    bench = Bench(qtbot, window)
    window.show()
    if moment == "in full training":
        bench.until(lambda: bench.lab.snapshot is not None)
        bench.lab.trainer.play(math.inf)
    bench.until(lambda: MOMENTS[moment](bench))
    window.actions_by_name["run_n"].trigger()
    window.close()
    assert not bench.lab.trainer._worker.isRunning()
    QApplication.processEvents()
    assert not bench.lab.trainer._worker.isRunning()
    window.deleteLater()
