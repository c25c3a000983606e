"""Files, pictures, layout and themes of the real window."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel

from gdsim.app.exports.screen_pictures import render_image
from gdsim.simulation.files import load, preset_names, save
from tests.app.conftest import Bench


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
