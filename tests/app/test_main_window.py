"""Files, pictures, layout and themes of the real window."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QTimer, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QGuiApplication, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QComboBox, QDialogButtonBox, QLabel, QLineEdit, QSpinBox

from gdsim.app.image_export import ExportDialog, render_image
from gdsim.simulation.files import load, preset_names, save
from tests.app.conftest import Bench


def export(bench: Bench, path: str, size: tuple[int, int], what: str, ground: str) -> str:
    """Fill in the export dialog and press Save; return what it complains about."""
    complaint = ""

    def fill() -> None:
        nonlocal complaint
        dialog = QApplication.activeModalWidget()
        assert isinstance(dialog, ExportDialog)
        for name, data in (("export_what", what), ("export_ground", ground)):
            box = dialog.findChild(QComboBox, name)
            box.setCurrentIndex(box.findData(data))
        for name, value in zip(("export_width", "export_height"), size, strict=True):
            dialog.findChild(QSpinBox, name).setValue(value)
        field = dialog.findChild(QLineEdit, "export_path")
        field.selectAll()
        QTest.keyClicks(field, path)
        QTest.mouseClick(dialog.buttons.button(QDialogButtonBox.StandardButton.Save), Qt.MouseButton.LeftButton)
        if dialog.isVisible():
            complaint = dialog.findChild(QLabel, "export_error").text()
            dialog.reject()

    QTimer.singleShot(0, bench.window, fill)
    bench.window.actions_by_name["export_image"].trigger()
    return complaint


@pytest.mark.parametrize("what", ["surface", "contour", "both"])
def test_export_writes_the_size_that_was_asked_for(bench: Bench, tmp_path: Path, what: str) -> None:
    path = tmp_path / "picture.png"
    assert export(bench, str(path), (1500, 900), what, "light") == ""
    image = QImage(str(path))
    assert (image.width(), image.height()) == (1500, 900)
    colours = {image.pixelColor(x, y).name() for x in range(0, 1500, 25) for y in range(0, 900, 25)}
    assert len(colours) > 20
    assert [p.name for p in tmp_path.iterdir()] == ["picture.png"]


def test_a_transparent_ground_is_transparent(bench: Bench) -> None:
    image = render_image(bench.lab, "both", 1200, 600, "transparent")
    assert image.pixelColor(2, 2).alpha() == 0
    assert image.pixelColor(300, 300).alpha() > 0


def test_an_export_that_cannot_be_written_is_explained(bench: Bench, tmp_path: Path) -> None:
    kept = tmp_path / "kept.png"
    kept.write_bytes(b"old")
    for path, words in (
        (str(tmp_path / "missing" / "picture.png"), "cannot be written"),
        (str(tmp_path / "picture.bmp"), "must end in .png"),
    ):
        assert words in export(bench, path, (64, 64), "surface", "light")
    assert kept.read_bytes() == b"old"
    assert [p.name for p in tmp_path.iterdir()] == ["kept.png"]


def test_copy_image_fills_the_clipboard(bench: Bench) -> None:
    bench.window.actions_by_name["copy_image"].trigger()
    image = QGuiApplication.clipboard().image()
    assert image.width() == 2 * bench.lab.views.surface.width()


def test_a_saved_scenario_opens_again_as_it_was(bench: Bench, tmp_path: Path) -> None:
    bench.lab.trainer.seek(10)
    bench.until_step(10)
    bench.lab.trainer.set_hyper("gamma", 0.5)
    bench.until(lambda: bench.shown.changes != {})
    bench.lab.camera.set(elevation=20, azimuth=-30)
    assert bench.window.documents.write(tmp_path / "mine.toml")
    saved = load(tmp_path / "mine.toml")
    assert saved == bench.lab.scenario
    assert (saved.view.elev, saved.view.azim) == (20, -30)
    bench.window.open("himmelblau")
    bench.until(lambda: "x" in bench.shown.now.parameters)
    bench.window.open(tmp_path / "mine.toml")
    bench.until(lambda: "w1" in bench.shown.now.parameters)
    assert bench.lab.scenario == saved
    assert bench.shown.changes == {10: {"gamma": 0.5}}


def test_a_dropped_file_opens(bench: Bench, tmp_path: Path) -> None:
    save(load("saddle"), tmp_path / "saddle.toml")
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(tmp_path / "saddle.toml"))])
    how = (Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier)
    QApplication.sendEvent(bench.window, QDragEnterEvent(QPoint(5, 5), *how))
    QApplication.sendEvent(bench.window, QDropEvent(QPointF(5, 5), *how))
    bench.until(lambda: bench.lab.scenario.problem.formula == "x**2 - y**2")


def test_a_scenario_that_cannot_be_opened_is_explained_and_changes_nothing(bench: Bench, tmp_path: Path) -> None:
    before = bench.lab.scenario
    (tmp_path / "bad.toml").write_text("format = 1\ncolour = 'red'\n")
    for path in (tmp_path / "bad.toml", tmp_path / "missing.toml"):
        bench.window.open(path)
        assert bench.find("message", QLabel).isVisible()
        assert bench.lab.scenario == before
    assert "missing.toml" in bench.find("message", QLabel).text()


@pytest.mark.parametrize("name", preset_names())
def test_every_preset_opens_steps_and_draws(open_window, name: str) -> None:
    bench = open_window(name)
    bench.window.actions_by_name["run_n"].trigger()
    if bench.lab.name == "autograd":
        assert bench.lab.walker.position == len(bench.lab.walker.walk.steps) > 0
    else:
        bench.until(lambda: bench.shown.last_step == bench.lab.scenario.playback.steps or bench.shown.diverged_at)
    assert not bench.find("message", QLabel).isVisible()
    assert bench.window.windowTitle() == f"{bench.lab.scenario.title}[*] - gdsim"
    assert not bench.window.isWindowModified()


def test_the_layout_is_remembered_and_can_be_reset(open_window) -> None:
    first = open_window()
    first.lab.layout_of_docks.docks["charts"].close()
    first.lab.views.worksheet.set_digits(7)
    first.window.resize(1300, 760)
    first.window.close()
    second = open_window()
    charts = second.lab.layout_of_docks.docks["charts"]
    assert not charts.isVisible()
    assert second.lab.views.worksheet.digits() == 7
    second.window.actions_by_name["reset_layout"].trigger()
    assert charts.isVisible()


def test_without_opengl_the_contour_map_stands_alone(open_window, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gdsim.app.labs.surface_views.opengl_works", lambda: (False, "no driver"))
    bench = open_window()
    assert bench.lab.views.surface is None
    assert "no driver" in bench.find("no_opengl", QLabel).text()
    QTest.keyClick(bench.find("contour_view"), Qt.Key.Key_Right)
    bench.until_step(1)
    assert not render_image(bench.lab, "surface", 300, 200, "light").isNull()


def test_dark_theme_reaches_views_and_is_remembered(bench: Bench) -> None:
    def lightness() -> list[int]:
        views = (bench.lab.views.contour, bench.lab.views.loss, bench.lab.views.surface)
        return [view.grab().toImage().pixelColor(2, 2).lightness() for view in views]

    assert min(lightness()) > 200
    bench.window.actions_by_name["theme_dark"].trigger()
    try:
        bench.until(lambda: max(lightness()) < 80)
        assert bench.window._settings.value("window/theme") == "dark"
    finally:
        bench.window.actions_by_name["theme_light"].trigger()
