"""Export dialogs that are cancelled while something takes its time."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from time import perf_counter

import pytest
from PySide6.QtCore import Qt, QThread
from PySide6.QtTest import QTest

from gdsim.app.background import Background
from gdsim.app.data_export import DataDialog
from gdsim.app.exports.export_window import ExportWindow
from gdsim.app.film_export import FilmDialog
from gdsim.app.image_export import ExportDialog
from gdsim.export import figure
from tests.app.conftest import Bench
from tests.app.export_bench import Desk

AT_ONCE = 1.0
"""Seconds; a million steps take minutes."""


def running(bench: Bench) -> set[str]:
    """Return the names of the threads of dialogs that are closed."""
    left = {thread.objectName() for thread in bench.lab.findChildren(QThread) if thread.isRunning()}
    return {name for name in left if name.endswith(("_preview", "_writer"))}


def of_a_million_steps(bench: Bench, kind: type[ExportWindow], path: Path) -> Desk:
    desk = Desk(bench, kind)
    asked = {
        ExportDialog: {"export_steps": "0, 1000000", "export_path": f"{path}.png"},
        FilmDialog: {"film_last": "1000000", "film_speed": "10000", "film_path": f"{path}.mp4"},
        DataDialog: {"data_steps": "1000000", "data_path": f"{path}.csv"},
    }[kind]
    for name, text in asked.items():
        desk.type(name, text)
    return desk


def cancel(desk: Desk) -> None:
    QTest.mouseClick(desk.dialog.cancel_button, Qt.MouseButton.LeftButton)


@pytest.mark.parametrize("kind", [ExportDialog, FilmDialog, DataDialog])
def test_cancel_ends_the_runs_of_a_preview(bench: Bench, tmp_path: Path, kind: type[ExportWindow]) -> None:
    desk = of_a_million_steps(bench, kind, tmp_path / "a")
    bench.until(lambda: desk.dialog._drawing.busy and not desk.dialog._pause.isActive())
    start = perf_counter()
    cancel(desk)
    assert desk.ended == [0]
    assert perf_counter() - start < AT_ONCE
    bench.until(lambda: not running(bench))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("kind", [ExportDialog, FilmDialog, DataDialog])
def test_a_preview_that_saving_cut_short_is_made_after_all(
    bench: Bench, tmp_path: Path, kind: type[ExportWindow]
) -> None:
    desk = of_a_million_steps(bench, kind, tmp_path / "a")
    bench.until(lambda: desk.dialog._drawing.busy and not desk.dialog._pause.isActive())
    failed: list[str] = []
    desk.dialog._drawing.failed.connect(failed.append)
    desk.save()
    bench.until(lambda: desk.dialog._drawing._thread is None and desk.dialog._writing.busy)
    cancel(desk)
    bench.until(lambda: "cancelled" in desk.text(f"{kind.kind}_failure"))
    bench.until(lambda: desk.dialog._drawing.busy)
    assert not failed
    cancel(desk)
    assert desk.ended == [0]


def test_newer_choices_end_the_runs_of_a_preview(bench: Bench, tmp_path: Path) -> None:
    desk = of_a_million_steps(bench, ExportDialog, tmp_path / "a")
    bench.until(lambda: desk.dialog._drawing.busy and not desk.dialog._pause.isActive())
    desk.type("export_steps", "0, 1")
    desk.settle()
    assert not desk.dialog.preview.image.isNull()
    desk.dialog.reject()


def test_another_frame_is_shown_without_making_the_runs_again(bench: Bench, tmp_path: Path) -> None:
    desk = of_a_million_steps(bench, FilmDialog, tmp_path / "a")
    bench.until(lambda: desk.dialog._drawing.busy and not desk.dialog._pause.isActive())
    thread = desk.dialog._drawing._thread
    desk.find("film_frame").setValue(0)
    bench.until(lambda: desk.dialog._drawing._wanted is not None)
    assert thread is desk.dialog._drawing._thread and not desk.dialog._old.is_set()
    desk.dialog.reject()


class Gate:
    """Where whoever draws a figure waits, all but finished, while it is closed."""

    def __init__(self) -> None:
        self.open, self.reached = threading.Event(), threading.Event()
        self.open.set()
        self._embed = figure.embed

    def embed(self, path: Path, text: str) -> None:
        self._embed(path, text)
        self.reached.set()
        assert self.open.wait(20)

    def close(self) -> None:
        self.open.clear()
        self.reached.clear()


@pytest.fixture
def gate(monkeypatch: pytest.MonkeyPatch) -> Iterator[Gate]:
    result = Gate()
    monkeypatch.setattr(figure, "embed", result.embed)
    yield result
    result.open.set()


def test_a_dialog_closes_while_its_preview_is_drawn(bench: Bench, gate: Gate, monkeypatch: pytest.MonkeyPatch) -> None:
    gate.close()
    desk = Desk(bench, ExportDialog)
    bench.until(gate.reached.is_set)
    cancel(desk)
    assert desk.ended == [0] and not desk.dialog.isVisible()
    assert running(bench) == {"export_preview"}
    wait = Background.close

    def close(worker: Background) -> None:
        gate.open.set()
        wait(worker)

    monkeypatch.setattr(Background, "close", close)
    bench.window.close()
    assert not running(bench)


def test_a_window_that_closes_under_a_dialog_waits_for_its_preview(bench: Bench, gate: Gate) -> None:
    gate.close()
    desk = Desk(bench, ExportDialog)
    bench.until(gate.reached.is_set)
    bench.window.close_labs()
    threading.Timer(0.05, gate.open.set).start()
    bench.window.hide()
    assert desk.ended == [0]
    assert not running(bench)


@pytest.mark.parametrize("what", ["figure", "surface"])
def test_a_picture_that_is_cancelled_or_closed_leaves_nothing(
    bench: Bench, tmp_path: Path, gate: Gate, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    monkeypatch.setattr("gdsim.carrier.embed", gate.embed)
    path = tmp_path / "a.png"
    path.write_bytes(b"old")
    monkeypatch.setattr("gdsim.app.exports.target_field.may_replace", lambda *_: True)
    desk = Desk(bench, ExportDialog)
    desk.choose("export_what", what)
    desk.type("export_path", str(path))
    desk.settle()
    gate.close()
    desk.save()
    assert desk.dialog.preview.canvas.note == "Writing..."
    bench.until(gate.reached.is_set)
    QTest.keyClick(desk.dialog, Qt.Key.Key_Escape)
    assert desk.dialog.preview.canvas.note == "Cancelling..." and not desk.ended
    gate.open.set()
    bench.until(lambda: "cancelled" in desk.text("export_failure"))
    assert desk.can_save() and desk.dialog.preview.canvas.note == ""
    gate.close()
    desk.save()
    bench.until(gate.reached.is_set)
    desk.dialog.close()
    assert desk.ended == [0]
    gate.open.set()
    bench.until(lambda: not running(bench))
    assert [entry.name for entry in tmp_path.iterdir()] == ["a.png"]
    assert path.read_bytes() == b"old"
