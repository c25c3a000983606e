"""Opening, saving, and what is asked before unsaved changes are lost, in the real window."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, QSettings, Qt, QTimer, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QComboBox, QFileDialog, QLabel, QMessageBox

from gdsim.app.scenario_model import ScenarioModel, experiment
from gdsim.errors import InputError
from gdsim.export.figure import write_figure
from gdsim.simulation.files import load, save
from gdsim.simulation.picture_spec import PictureSpec
from tests.app.conftest import Bench

Button = QMessageBox.StandardButton
CONTROL = Qt.KeyboardModifier.ControlModifier


def answer(bench: Bench, button: Button, act: Callable[[], object]) -> str:
    """Do something that asks about unsaved changes, press a button, and return the question; empty if none came."""
    asked: list[str] = []

    def press() -> None:
        box = QApplication.activeModalWidget()
        if isinstance(box, QMessageBox) and box.objectName() == "unsaved_changes":
            asked.append(box.text())
            QTest.mouseClick(box.button(button), Qt.MouseButton.LeftButton)

    waiting = QTimer(bench.window)
    waiting.timeout.connect(press)
    waiting.start(5)
    act()
    waiting.stop()
    assert len(asked) <= 1
    return asked[0] if asked else ""


def drop(bench: Bench, *paths: Path) -> None:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    how = (Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier)
    QApplication.sendEvent(bench.window, QDragEnterEvent(QPoint(5, 5), *how))
    QApplication.sendEvent(bench.window, QDropEvent(QPointF(5, 5), *how))
    later: list[bool] = []
    QTimer.singleShot(0, bench.window, lambda: later.append(True))
    bench.until(lambda: bool(later))


def change(bench: Bench) -> None:
    """Set something, as a person does."""
    steps = bench.lab.transport.run_steps
    steps.setFocus()
    QTest.keyClick(steps, Qt.Key.Key_Up)


def message(bench: Bench) -> str:
    label = bench.lab.findChild(QLabel, "message")
    return label.text() if label.isVisible() else ""


def choose_in_box(bench: Bench, title: str) -> None:
    box = bench.lab.findChild(QComboBox, "preset")
    index = box.findText(title)
    box.setCurrentIndex(index)
    box.activated.emit(index)


def saves_to(monkeypatch: pytest.MonkeyPatch, path: Path | str) -> list[str]:
    """Let the person choose ``path`` in the next file dialog; return what was suggested."""
    suggested: list[str] = []

    def ask(_parent: object, _title: str, where: str, _kinds: str) -> tuple[str, str]:
        suggested.append(where)
        return str(path), ""

    monkeypatch.setattr(QFileDialog, "getSaveFileName", ask)
    return suggested


def test_the_title_tells_of_what_would_be_saved_otherwise(bench: Bench) -> None:
    window = bench.window
    assert not window.isWindowModified()
    bench.lab.camera.set(elevation=10, azimuth=5, distance=4)
    bench.lab.transport.speed.field.setValue(50)
    QTest.mouseClick(bench.find("run_n"), Qt.MouseButton.LeftButton)
    bench.until_step(60)
    bench.lab.model.note({"picture": {"views": ["contour"], "steps": [3]}})
    assert bench.lab.scenario.playback.speed == 50 and bench.lab.scenario.view.elev == 10
    assert not window.isWindowModified()
    change(bench)
    assert window.isWindowModified()
    QTest.keyClick(window, Qt.Key.Key_Z, CONTROL)
    assert not window.isWindowModified()
    assert bench.lab.scenario.playback.speed == 50 and bench.lab.scenario.picture is not None


def test_a_hyper_parameter_changed_while_it_plays_is_a_change(bench: Bench) -> None:
    bench.window.actions_by_name["play"].trigger()
    bench.until(lambda: bench.shown.playing and bench.shown.now.step > 0)
    bench.find("gamma").setValue(0.5)
    bench.until(bench.window.isWindowModified)
    assert bench.lab.scenario.run[0].change[0].hyper == {"gamma": 0.5}


def test_save_writes_and_takes_the_mark_away(bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    change(bench)
    saves_to(monkeypatch, tmp_path / "mine")
    QTest.keyClick(bench.window, Qt.Key.Key_S, CONTROL)
    assert not bench.window.isWindowModified()
    assert bench.window.windowTitle() == "mine.toml[*] - gdsim"
    assert load(tmp_path / "mine.toml").playback.steps == 61
    change(bench)
    monkeypatch.undo()  # its file is known now: nothing is asked
    QTest.keyClick(bench.window, Qt.Key.Key_S, CONTROL)
    assert load(tmp_path / "mine.toml").playback.steps == 62


WAYS: dict[str, Callable[[Bench, Path], object]] = {
    "preset box": lambda bench, _path: choose_in_box(bench, "A saddle"),
    "recent": lambda bench, path: bench.window.documents.recent.chosen.emit(str(path)),
    "drop": lambda bench, path: drop(bench, path),
    "close": lambda bench, _path: bench.window.close(),
}


@pytest.mark.usefixtures("questions")
@pytest.mark.parametrize("way", WAYS)
def test_what_would_lose_changes_asks_first(bench: Bench, tmp_path: Path, way: str) -> None:
    other, mine = tmp_path / "saddle.toml", tmp_path / "mine.toml"
    save(load("saddle"), other)
    assert bench.window.documents.write(mine)
    change(bench)
    act = lambda: WAYS[way](bench, other)  # noqa: E731
    before = bench.lab.scenario

    assert "mine.toml" in answer(bench, Button.Cancel, act)
    assert bench.lab.scenario == before and bench.window.isVisible() and bench.window.isWindowModified()
    assert bench.lab.preset.currentText() == before.title
    assert load(mine).playback.steps == 60

    assert "mine.toml" in answer(bench, Button.Save, act)
    assert load(mine).playback.steps == 61
    assert not bench.window.isVisible() if way == "close" else bench.lab.scenario.title == "A saddle"


@pytest.mark.usefixtures("questions")
@pytest.mark.parametrize("way", ["drop", "close"])
def test_discard_loses_them_and_without_changes_nothing_is_asked(open_window, tmp_path: Path, way: str) -> None:
    bench = open_window()
    other = tmp_path / "saddle.toml"
    save(load("saddle"), other)
    if way == "drop":
        assert answer(bench, Button.Cancel, lambda: drop(bench, other)) == ""
        assert bench.lab.scenario.title == "A saddle"
    change(bench)
    assert answer(bench, Button.Discard, lambda: WAYS[way](bench, other))
    assert load(other) == load("saddle")
    assert not bench.window.isVisible() if way == "close" else bench.lab.scenario.playback == load("saddle").playback


@pytest.mark.usefixtures("questions")
def test_a_save_that_fails_keeps_the_window_and_the_work(
    bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "taken away"
    folder.mkdir()
    bench.window.documents.write(folder / "mine.toml")
    change(bench)
    (folder / "mine.toml").unlink()
    folder.rmdir()
    assert answer(bench, Button.Save, bench.window.close)
    assert bench.window.isVisible() and bench.window.isWindowModified()
    assert "cannot be written" in message(bench)
    # Nor does it close when the file dialog is cancelled.
    answer(bench, Button.Discard, lambda: bench.window.open("saddle"))
    change(bench)
    saves_to(monkeypatch, "")
    answer(bench, Button.Save, bench.window.close)
    assert bench.window.isVisible() and bench.window.isWindowModified()


@pytest.mark.usefixtures("questions")
def test_each_lab_has_its_own_document(bench: Bench, tmp_path: Path) -> None:
    assert bench.window.documents.write(tmp_path / "mine.toml")
    change(bench)
    assert answer(bench, Button.Cancel, lambda: choose_in_box(bench, "The lecture's graph: x to the loss")) == ""
    assert bench.lab.name == "autograd"
    assert not bench.window.isWindowModified()
    assert bench.window.windowTitle() == "The lecture's graph: x to the loss[*] - gdsim"
    assert bench.window.labs["surface"].preset.currentText() == "Two-parameter loss"
    # The window brings on screen what it asks about.
    assert "mine.toml" in answer(bench, Button.Cancel, bench.window.close)
    assert bench.lab.name == "surface" and bench.window.isWindowModified()
    bench.window.show_lab("autograd")
    assert answer(bench, Button.Cancel, lambda: bench.window.open("saddle"))
    assert bench.lab.name == "autograd"


def test_a_picture_opens_as_it_shows_and_is_saved_beside_itself(
    bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "figure.png"
    drawn = load("race-valley", ["view.elev=12", "view.azim=-100", "view.zoom=2"])
    write_figure(drawn, path, PictureSpec(views=("contour",), steps=(4, 9), size=(300, 200), run=1))
    before = path.read_bytes()
    drop(bench, path)
    assert bench.window.windowTitle() == "figure.png[*] - gdsim"
    bench.until(lambda: bench.shown.race is not None and bench.lab.shown_step == 9 and bench.shown.number == 1)
    camera = bench.lab.camera
    assert (camera.elevation, camera.azimuth, camera.distance) == (12, -100, 5)
    assert bench.lab.model.focus == 1
    assert bench.lab.scenario.picture.steps == (4, 9)
    suggested = saves_to(monkeypatch, tmp_path / "figure.png")
    QTest.keyClick(bench.window, Qt.Key.Key_S, CONTROL)
    assert suggested == [str(tmp_path / "figure.toml")]
    assert path.read_bytes() == before
    assert load(tmp_path / "figure.png.toml") == bench.lab.scenario


@pytest.mark.parametrize("preset", ["lecture-network", "lecture-autograd"])
def test_a_window_begins_at_the_step_of_a_picture(open_window, preset: str) -> None:
    bench = open_window(preset, ["picture.steps=[3]"])
    bench.until(lambda: bench.lab.shown_step == 3)
    bench.lab.go_to(5)
    bench.until(lambda: bench.lab.shown_step == 5)
    bench.window.open(preset)
    bench.until(lambda: bench.lab.shown_step == 0)


def test_a_picture_without_a_scenario_changes_nothing(bench: Bench, tmp_path: Path) -> None:
    before, title = bench.lab.scenario, bench.window.windowTitle()
    path = tmp_path / "photo.png"
    assert bench.window.grab().save(str(path))
    drop(bench, path)
    assert "photo.png" in message(bench)
    assert bench.lab.scenario == before and bench.window.windowTitle() == title
    assert bench.window.documents.recent.paths() == []


def test_of_several_dropped_files_one_is_opened_and_named(bench: Bench, tmp_path: Path) -> None:
    save(load("saddle"), tmp_path / "saddle.toml")
    (tmp_path / "notes.txt").write_text("notes")
    drop(bench, tmp_path / "notes.txt", tmp_path / "saddle.toml")
    assert bench.lab.scenario.title == "A saddle"
    assert "saddle.toml" in message(bench)


def test_recent_files(open_window, tmp_path: Path) -> None:
    bench = open_window()
    recent = bench.window.documents.recent
    assert not recent.menuAction().isEnabled()
    paths = [tmp_path / f"{number}&.toml" for number in range(12)]
    for path in paths:
        save(load("saddle"), path)
        bench.window.open(os.path.relpath(path))
    bench.window.open(paths[5])
    bench.window.open("himmelblau")  # a preset is no file
    expected = [str(paths[number]) for number in (5, 11, 10, 9, 8, 7, 6, 4, 3, 2)]
    bench.window.close()
    second = open_window()
    recent = second.window.documents.recent
    actions = [action for action in recent.actions() if action.toolTip() in expected]
    assert [action.toolTip() for action in actions] == expected == recent.paths()
    assert actions[0].text() == "5&&.toml" and recent.toolTipsVisible()
    paths[11].unlink()
    actions[1].trigger()
    second.until(lambda: str(paths[11]) in message(second))
    assert second.lab.scenario.title == "Two-parameter loss"
    assert recent.paths() == [path for path in expected if path != str(paths[11])]
    recent.actions()[1].trigger()
    second.until(lambda: second.lab.scenario.title == "A saddle")
    assert recent.paths()[0] == str(paths[10])
    recent.actions()[-1].trigger()
    second.until(lambda: recent.paths() == [])
    assert not recent.menuAction().isEnabled()


def test_files_of_one_name_are_told_apart(bench: Bench, tmp_path: Path) -> None:
    for folder in ("monday", "tuesday"):
        (tmp_path / folder).mkdir()
        assert bench.window.documents.write(tmp_path / folder / "lesson.toml")
    texts = [action.text() for action in bench.window.documents.recent.actions()]
    assert texts[:2] == ["lesson.toml in tuesday", "lesson.toml in monday"]


def test_what_a_lab_cannot_open_does_not_take_over_its_file(open_window, tmp_path: Path) -> None:
    bench = open_window("network-xor")
    assert bench.window.documents.write(tmp_path / "mine.toml")
    data = tmp_path / "data.csv"
    data.write_text("x,y,class\n0,1,a\n1,0,b\n")
    other = tmp_path / "other.toml"
    save(load("network-xor", ["problem.data.source=csv", f"problem.data.file={data}"]), other)
    data.unlink()
    text = other.read_text()
    bench.window.open(other)
    bench.until(lambda: "data.csv" in message(bench) and "Reading" not in message(bench))
    assert bench.window.windowTitle() == "mine.toml[*] - gdsim"
    QTest.keyClick(bench.window, Qt.Key.Key_S, CONTROL)
    assert other.read_text() == text


def test_settings_that_cannot_be_read_do_not_keep_the_window_from_opening(open_window) -> None:
    first = open_window()
    first.window.show_lab("network")
    first.window.documents.recent.add(Path("a.toml"))
    first.window.close()
    settings = QSettings("gdsim", "gdsim")
    keys = settings.allKeys()
    assert {"version", "window/recent", "window/geometry", "network_lab/layout"} <= set(keys)
    for value in ("\0broken", [1, {}], -(10**12)):
        for key in keys:
            if key != "version":
                settings.setValue(key, value)
        settings.sync()
        bench = open_window()
        bench.window.show_lab("network")
        bench.window.close()
    settings.setValue("version", 99)
    settings.setValue("window/folder", "of another meaning")
    settings.sync()
    assert open_window().window._settings.value("window/folder") is None


def test_notes_are_kept_and_make_tables_that_were_not_there() -> None:
    model = ScenarioModel(load("lecture-surface"))
    before = model.scenario
    model.note({"picture.style": "print", "picture.steps": [1, 2], "film.fps": 10})
    picture = model.scenario.picture
    assert (picture.style, picture.steps, model.scenario.film.fps) == ("print", (1, 2), 10)
    assert experiment(model.scenario) == experiment(before) and model.undo_stack.count() == 0
    with pytest.raises(InputError):
        model.note({"picture.colour": 3})
    model.edit({"playback.steps": 9}, "change of the number of steps")
    model.undo_stack.undo()
    assert model.scenario.playback == before.playback and model.scenario.picture.style == "print"
