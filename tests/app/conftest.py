"""The real window, ready to use."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest
from pytestqt.qtbot import QtBot

from gdsim.simulation.files import load
from gdsim.simulation.snapshot import Snapshot

if TYPE_CHECKING:
    from gdsim.app.main_window import MainWindow


@pytest.fixture
def questions() -> None:
    """Let the window ask what becomes of unsaved changes; else they are lost."""


@pytest.fixture(autouse=True)
def _nobody_answers(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if "questions" not in request.fixturenames:
        monkeypatch.setattr("gdsim.app.dialogs.ask_to_save", lambda *_: "discard")


class Bench:
    """The window, with what a test needs to wait for."""

    def __init__(self, qtbot: QtBot, window: MainWindow) -> None:
        self.qtbot = qtbot
        self.window = window

    @property
    def lab(self):
        """The lab on screen."""
        return self.window.lab

    def find(self, name: str, kind: type | None = None):
        """Return the widget of this name."""
        from PySide6.QtWidgets import QWidget

        found = self.window.findChild(kind or QWidget, name)
        assert found is not None, name
        return found

    @property
    def shown(self) -> Snapshot:
        """What is on screen of the run."""
        assert self.lab.snapshot is not None
        return self.lab.snapshot

    def until(self, good: Callable[[], bool]) -> None:
        """Let the window work until something holds."""
        self.qtbot.waitUntil(good, timeout=20_000)

    def until_step(self, step: int) -> None:
        """Let the window work until a step is shown."""
        self.until(lambda: self.lab.snapshot is not None and self.shown.now.step == step)


@pytest.fixture
def open_window(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Bench]]:
    """Return a function that opens a window on a preset or file and waits until it is ready."""
    benches: list[Bench] = []

    def open_one(source: str = "lecture-surface", overrides: list[str] | None = None) -> Bench:
        from gdsim.app.main_window import MainWindow

        window = MainWindow(load(source, overrides))
        bench = Bench(qtbot, window)
        benches.append(bench)
        window.resize(1280, 720)
        with qtbot.waitActive(window):
            window.show()
        bench.until(lambda: bench.lab.snapshot is not None)
        if bench.lab.name == "surface":
            bench.until(lambda: bench.lab.display.analysis is not None)
        return bench

    yield open_one
    monkeypatch.setattr("gdsim.app.dialogs.ask_to_save", lambda *_: "discard")
    for bench in benches:
        bench.window.close()
        bench.window.deleteLater()


@pytest.fixture
def bench(open_window: Callable[..., Bench]) -> Bench:
    """The window on the default scenario, ready to step."""
    return open_window()
