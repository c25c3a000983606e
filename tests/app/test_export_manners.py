"""What the export dialogs do for a person in passing: they hold the run, keep still, and say what is wrong where."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QGuiApplication, QImage, QStandardItemModel
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog, QLabel, QMessageBox

from gdsim.app.data_export import DataDialog
from gdsim.app.exports.export_window import ExportWindow
from gdsim.app.film_export import FilmDialog
from gdsim.app.image_export import ExportDialog
from gdsim.app.notebook_export import NotebookDialog
from tests.app.conftest import Bench
from tests.app.export_bench import Desk


def pixels(image: QImage) -> np.ndarray:
    image = image.convertToFormat(QImage.Format.Format_RGB888)
    rows = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine())
    return rows[:, : 3 * image.width()].reshape(image.height(), image.width(), 3).astype(float)


@pytest.mark.parametrize("kind", [ExportDialog, FilmDialog, DataDialog, NotebookDialog])
def test_a_run_that_plays_rests_at_the_step_on_screen(open_window, kind: type[ExportWindow]) -> None:
    bench = open_window("lecture-surface", ["playback.speed=400"])
    actions = bench.window.actions_by_name
    actions["orbit"].trigger()
    actions["play"].trigger()
    bench.until(lambda: bench.shown.playing and bench.shown.now.step > 20)
    step, azimuth = bench.lab.shown_step, bench.lab.camera.azimuth
    desk = Desk(bench, kind)
    bench.until(lambda: not bench.shown.playing and bench.lab.trainer.settled)
    desk.settle()
    assert (bench.lab.shown_step, bench.lab.camera.azimuth) == (step, azimuth)
    assert not actions["play"].isChecked() and not actions["orbit"].isChecked()
    desk.dialog.reject()


def test_a_picture_of_the_screen_is_the_same_in_any_window(bench: Bench) -> None:
    grabbed = []
    for size in ((1280, 720), (1700, 1000)):
        bench.window.resize(*size)
        bench.until(lambda size=size: bench.window.width() == size[0])
        before = bench.lab.views.surface.size()
        grabbed.append((before, bench.lab.pictures()["surface"].grab(640, 420, "light")))
    assert grabbed[0][0] != grabbed[1][0]
    assert np.array_equal(pixels(grabbed[0][1]), pixels(grabbed[1][1]))


def test_pictures_and_copies_look_like_the_screen(bench: Bench) -> None:
    view = bench.lab.views.surface
    on_screen = view.grabFramebuffer()
    same = bench.lab.pictures()["surface"].grab(on_screen.width(), on_screen.height(), "light")
    assert np.abs(pixels(same) - pixels(on_screen)).mean() < 0.2
    bench.window.actions_by_name["copy_image"].trigger()
    copied = QGuiApplication.clipboard().image()
    assert copied.size() == view.size() * 2
    mode = Qt.TransformationMode.SmoothTransformation
    shrunk = copied.scaled(on_screen.size(), Qt.AspectRatioMode.IgnoreAspectRatio, mode)
    assert np.abs(pixels(shrunk) - pixels(on_screen)).mean() < 2


def test_the_film_of_the_3d_view_comes_first_and_has_no_style_for_print(bench: Bench) -> None:
    desk = Desk(bench, FilmDialog)
    style = desk.find("film_style")
    model = style.model()
    assert isinstance(model, QStandardItemModel)
    of_print = model.item(style.findData("print"))
    assert desk.dialog.film().engine == "window"
    assert not of_print.isEnabled() and "no style for print" in of_print.toolTip()
    desk.choose("film_engine", "matplotlib")
    assert of_print.isEnabled() and of_print.toolTip() == ""
    desk.choose("film_style", "print")
    desk.choose("film_engine", "window")
    assert desk.dialog.film().style == "screen" and desk.can_save()
    desk.dialog.reject()


def test_a_chosen_engine_is_remembered(bench: Bench, tmp_path: Path) -> None:
    desk = Desk(bench, FilmDialog)
    for name, text in {"film_width": "64", "film_height": "64", "film_last": "1", "film_pause": "0"}.items():
        desk.type(name, text)
    desk.type("film_path", str(tmp_path / "film.gif"))
    desk.choose("film_engine", "matplotlib")
    desk.save_and_wait()
    bench.window.open("saddle")
    bench.until(lambda: bench.lab.scenario.problem.formula == "x**2 - y**2")
    desk = Desk(bench, FilmDialog)
    assert desk.dialog.film().engine == "matplotlib"
    desk.dialog.reject()


def test_slips_of_a_film_stand_at_their_fields_and_it_has_no_length_then(bench: Bench, tmp_path: Path) -> None:
    desk = Desk(bench, FilmDialog)
    desk.type("film_path", str(tmp_path / "film.gif"))
    assert "frames" in desk.text("film_summary")
    desk.type("film_fps", "60")
    assert "at most 50" in desk.text("film_fps_error") and desk.text("film_size_error") == ""
    assert desk.text("film_summary") == ""
    desk.type("film_fps", "30")
    assert desk.text("film_fps_error") == "" and "frames" in desk.text("film_summary")
    desk.type("film_last", "100000")
    assert "are allowed" in desk.text("film_steps_error") and not desk.can_save()
    assert desk.text("film_summary") == ""
    desk.type("film_last", "5")
    desk.choose("film_motion", "orbit")
    desk.type("film_seconds", "3000")
    assert "are allowed" in desk.text("film_turn_error") and desk.text("film_steps_error") == ""
    labels = [label.text() for label in desk.dialog.findChildren(QLabel)]
    assert "Frame rate" in labels and "Smoothness" not in labels
    desk.dialog.reject()


def test_nothing_moves_while_a_film_is_written(bench: Bench, tmp_path: Path) -> None:
    desk = Desk(bench, FilmDialog)
    for name, text in {"film_width": "320", "film_height": "240", "film_last": "60", "film_speed": "4"}.items():
        desk.type(name, text)
    desk.type("film_path", str(tmp_path / "film.mp4"))
    desk.settle()
    place = desk.dialog.target.geometry()
    desk.save()
    widths = set()

    def is_written() -> bool:
        if desk.find("film_progress").value() > 0:
            widths.add(desk.find("film_progress").width())
            assert desk.dialog.target.geometry() == place
            label = desk.find("film_time_left")
            assert label.fontMetrics().horizontalAdvance(label.text()) <= label.width()
        return desk.find("film_progress").value() > 20

    bench.until(is_written)
    assert len(widths) == 1
    desk.dialog.close()


def test_enter_replaces_no_file(bench: Bench, tmp_path: Path) -> None:
    path = tmp_path / "kept.png"
    path.write_bytes(b"old")
    desk = Desk(bench, ExportDialog)
    desk.type("export_path", str(path))
    asked = []

    def press() -> None:
        box = QApplication.activeModalWidget()
        assert isinstance(box, QMessageBox)
        asked.append(box.text())
        QTest.keyClick(box, Qt.Key.Key_Return)

    QTimer.singleShot(0, desk.dialog, press)
    desk.save()
    assert str(path) in asked[0]
    assert path.read_bytes() == b"old" and not desk.ended and desk.dialog._target is None
    desk.dialog.reject()


def test_saving_and_exporting_suggest_one_name(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    suggested = []
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *given: (suggested.append(given[2]), ("", ""))[1])
    bench.window.actions_by_name["save"].trigger()
    desk = Desk(bench, ExportDialog)
    exported = Path(desk.find("export_path").text())
    assert Path(suggested[0]).name == f"{exported.stem}.toml"
    assert exported.stem.startswith(bench.lab.scenario.title[:4].lower())
    desk.dialog.reject()


def test_of_several_files_the_first_that_opens_is_opened(bench: Bench, tmp_path: Path) -> None:
    foreign, own = tmp_path / "a.png", tmp_path / "b.png"
    QImage(20, 20, QImage.Format.Format_RGB32).save(str(foreign))
    documents = bench.window.documents
    documents.open_dropped([str(foreign), str(foreign)])
    assert str(foreign) in bench.lab.message.text()
    assert bench.lab.scenario.problem.formula != "x**2 - y**2"
    bench.window.open("saddle")
    desk = Desk(bench, ExportDialog)
    desk.type("export_path", str(own))
    desk.save_and_wait()
    bench.window.open("lecture-surface")
    documents.open_dropped([str(foreign), str(own)])
    assert bench.lab.scenario.problem.formula == "x**2 - y**2"
    assert "b.png is the one" in bench.lab.message.text()


def test_the_preview_of_a_script_names_what_it_will_write(bench: Bench, tmp_path: Path) -> None:
    desk = Desk(bench, NotebookDialog)
    desk.type("notebook_path", str(tmp_path / "valley.py"))
    desk.settle()
    assert '"valley.csv"' in desk.dialog.preview.text.toPlainText()
    desk.type("notebook_path", str(tmp_path / "other.py"))
    desk.settle()
    assert '"other.csv"' in desk.dialog.preview.text.toPlainText()
    desk.dialog.reject()


def test_a_number_out_of_range_is_refused_in_a_sentence(bench: Bench) -> None:
    desk = Desk(bench, ExportDialog)
    desk.type("export_width", "99999")
    assert desk.text("export_size_error") == "99999 is not allowed: it must be a whole number from 64 to 7680."
    desk.type("export_width", "64")
    desk.type("export_dpi", "9")
    assert desk.text("export_size_error") == "9 is not allowed: it must be a number from 10 to 2400."
    desk.dialog.reject()
