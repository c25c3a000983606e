"""The dialog that exports pictures, used as a person uses it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QRect, Qt, QTimer
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog

from gdsim.app.exports.screen_pictures import render_image
from gdsim.app.exports.steps_field import parse_steps
from gdsim.app.image_export import ExportDialog
from gdsim.errors import InputError
from gdsim.simulation.files import load
from tests.app.conftest import Bench
from tests.app.export_bench import Desk


def pixels(image: QImage) -> np.ndarray:
    image = image.convertToFormat(QImage.Format.Format_RGB888)
    rows = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine())
    return rows[:, : 3 * image.width()].reshape(image.height(), image.width(), 3).astype(float)


def open_small(bench: Bench, path: Path, size: tuple[int, int] = (400, 300)) -> Desk:
    desk = Desk(bench, ExportDialog)
    for name, value in zip(("export_width", "export_height"), size, strict=True):
        desk.type(name, str(value))
    desk.type("export_path", str(path))
    return desk


def test_the_preview_is_what_is_written(bench: Bench, tmp_path: Path) -> None:
    desk = open_small(bench, tmp_path / "picture.png", (900, 700))
    desk.settle()
    shown, canvas = desk.dialog.preview.image, desk.dialog.preview.canvas
    on_screen = canvas.grab(QRect(*map(round, canvas.place().getRect()))).toImage()
    desk.save_and_wait()
    written = QImage(str(tmp_path / "picture.png"))
    assert (written.width(), written.height()) == (900, 700)
    assert np.array_equal(pixels(shown), pixels(written))
    assert len(np.unique(pixels(written).reshape(-1, 3), axis=0)) > 100
    mode = Qt.TransformationMode.SmoothTransformation
    scaled = written.scaled(on_screen.size(), Qt.AspectRatioMode.IgnoreAspectRatio, mode)
    assert np.abs(pixels(scaled) - pixels(on_screen)).mean() < 1
    assert [path.name for path in tmp_path.iterdir()] == ["picture.png"]
    assert "Written to" in bench.lab.message.text()


def test_a_film_strip_of_two_views_in_the_style_for_print(bench: Bench, tmp_path: Path) -> None:
    desk = open_small(bench, tmp_path / "strip.png", (500, 400))
    desk.tick("export_view_contour")
    desk.type("export_steps", "0 1, 3")
    desk.choose("export_style", "print")
    desk.save_and_wait()
    picture = load(tmp_path / "strip.png").picture
    assert picture is not None
    assert (picture.views, picture.steps, picture.style, picture.size, picture.engine) == (
        ("surface", "contour"), (0, 1, 3), "print", (500, 400), "matplotlib",
    )  # fmt: skip
    assert bench.lab.scenario.picture == picture


def test_the_name_decides_the_format(bench: Bench, tmp_path: Path) -> None:
    for ending, start in (("svg", b"<?xml"), ("pdf", b"%PDF")):
        desk = open_small(bench, tmp_path / f"picture.{ending}")
        desk.save_and_wait()
        assert (tmp_path / f"picture.{ending}").read_bytes().startswith(start)
        assert load(tmp_path / f"picture.{ending}").problem == bench.lab.scenario.problem


def test_views_are_written_as_they_are_on_screen(bench: Bench, tmp_path: Path) -> None:
    for what, views in (("surface", ("surface",)), ("contour", ("contour",)), ("both", ("surface", "contour"))):
        path = tmp_path / f"{what}.png"
        desk = open_small(bench, path, (300, 200))
        desk.choose("export_what", "figure")
        desk.type("export_path", str(path.with_suffix(".svg")))
        desk.choose("export_what", what)
        desk.choose("export_ground", "dark")
        assert desk.find("export_path").text() == str(path)
        desk.settle()
        shown = desk.dialog.preview.image
        desk.save_and_wait()
        written = QImage(str(path))
        assert np.array_equal(pixels(shown), pixels(written))
        assert written.pixelColor(2, 2).lightness() < 80
        assert len(np.unique(pixels(written).reshape(-1, 3), axis=0)) > 20
        picture = load(path).picture
        assert picture is not None
        assert (picture.engine, picture.size, picture.style) == ("window", (300, 200), "dark")
        assert picture.views == views


def test_a_transparent_ground_is_transparent(bench: Bench) -> None:
    image = render_image(bench.lab, "both", 1200, 600, "transparent")
    assert image.pixelColor(2, 2).alpha() == 0
    assert image.pixelColor(300, 300).alpha() > 0


SLIPS = [
    ("export_width", "100000", "export_size_error", "100000", "300"),
    ("export_height", "0", "export_size_error", "0 is not allowed", "300"),
    ("export_dpi", "x", "export_size_error", "not a number", "100"),
    ("export_steps", "0, 2, 1", "export_steps_error", "must grow", "0, 2"),
    ("export_steps", "0, one", "export_steps_error", "'one' is no step", "0, 1"),
    ("export_steps", " ", "export_steps_error", "such as", "5"),
    ("export_path", "picture.bmp", "export_error", "must end in .png, .svg or .pdf", "/tmp/picture.png"),
    ("export_path", "/nowhere/picture.png", "export_error", "no such folder", "/tmp/picture.png"),
    ("export_path", " ", "export_error", "name of a file", "/tmp/picture.png"),
]


def test_each_slip_is_explained_at_its_field(bench: Bench) -> None:
    desk = open_small(bench, Path("/tmp/picture.png"))
    for field, wrong, label, words, right in SLIPS:
        desk.settle()
        before = desk.dialog.preview.image
        desk.type(field, wrong)
        desk.settle()
        assert words in desk.text(label)
        assert not desk.can_save()
        assert desk.dialog.preview.image == before
        desk.save()
        assert not desk.ended
        desk.type(field, right)
        assert desk.text(label) == ""
        assert desk.can_save()
    desk.tick("export_view_surface")
    assert "at least one view" in desk.text("export_views_error")
    assert not desk.can_save()
    desk.dialog.reject()


def test_a_view_that_the_scenario_lacks_says_why(open_window) -> None:
    desk = Desk(open_window("lecture-network"), ExportDialog)
    box = desk.find("export_view_decision")
    assert not box.isEnabled()
    assert "two features" in box.toolTip()
    desk.dialog.reject()


def test_an_exported_picture_opens_and_is_exported_again(open_window, tmp_path: Path) -> None:
    bench = open_window()
    bench.lab.go_to(7)
    bench.until_step(7)
    bench.lab.camera.set(elevation=20, azimuth=-30)
    desk = open_small(bench, tmp_path / "first.png")
    desk.tick("export_view_loss")
    desk.save_and_wait()
    numbers = (dict(bench.shown.now.parameters), bench.shown.now.loss)
    bench.lab.camera.set(elevation=60, azimuth=10)
    bench.lab.go_to(2)
    bench.until_step(2)
    bench.window.open(tmp_path / "first.png")
    bench.until_step(7)
    assert (dict(bench.shown.now.parameters), bench.shown.now.loss) == numbers
    assert (bench.lab.scenario.view.elev, bench.lab.scenario.view.azim) == (20, -30)
    again = Desk(bench, ExportDialog)
    again.type("export_path", str(tmp_path / "second.png"))
    again.save_and_wait()
    assert load(tmp_path / "second.png") == load(tmp_path / "first.png")
    first, second = (pixels(QImage(str(tmp_path / name))) for name in ("first.png", "second.png"))
    assert np.abs(first - second).max() <= 1


def test_the_last_choices_are_remembered(bench: Bench, tmp_path: Path) -> None:
    desk = open_small(bench, tmp_path / "one.svg", (320, 240))
    desk.choose("export_style", "slide")
    desk.save_and_wait()
    bench.window.open("saddle")
    bench.until(lambda: bench.lab.scenario.problem.formula == "x**2 - y**2")
    desk = Desk(bench, ExportDialog)
    picture = desk.dialog.picture()
    assert (picture.size, picture.style, picture.views) == ((320, 240), "slide", ("surface",))
    assert desk.find("export_path").text().startswith(str(tmp_path))
    assert desk.find("export_path").text().endswith(".svg")
    desk.dialog.reject()


def test_damaged_settings_are_forgotten(bench: Bench) -> None:
    bench.window._settings.setValue("export/surface", '{"size": "huge"')
    desk = Desk(bench, ExportDialog)
    assert desk.dialog.picture().size is None
    desk.dialog.reject()


def test_another_file_is_replaced_only_when_one_agrees(
    bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "kept.png"
    path.write_bytes(b"old")
    answers = [False, True]
    monkeypatch.setattr("gdsim.app.exports.target_field.may_replace", lambda *_: answers.pop(0))
    desk = open_small(bench, path)
    desk.save()
    assert path.read_bytes() == b"old"
    desk.save_and_wait()
    assert path.read_bytes().startswith(b"\x89PNG")
    assert not answers


def test_a_picture_that_cannot_be_written_is_explained(
    bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    desk = open_small(bench, tmp_path / "picture.png")
    desk.settle()
    monkeypatch.setattr("os.replace", full)
    desk.save()
    bench.until(lambda: "no space left" in desk.text("export_failure"))
    assert desk.can_save()
    assert list(tmp_path.iterdir()) == []
    desk.dialog.reject()


def test_escape_and_a_closing_window_leave_no_file_and_no_thread(bench: Bench, tmp_path: Path) -> None:
    desk = open_small(bench, tmp_path / "picture.png")
    bench.until(lambda: desk.dialog._drawing.busy)
    QTest.keyClick(desk.find("export_path"), Qt.Key.Key_Escape)
    assert desk.ended == [0]
    desk = open_small(bench, tmp_path / "picture.png")
    bench.until(lambda: desk.dialog._drawing.busy)
    bench.window.hide()
    assert desk.ended == [0]
    assert list(tmp_path.iterdir()) == []


def test_enter_in_a_number_takes_it_and_enter_elsewhere_saves(bench: Bench, tmp_path: Path) -> None:
    desk = open_small(bench, tmp_path / "picture.png")
    desk.type("export_width", "333")
    QTest.keyClick(desk.find("export_width"), Qt.Key.Key_Return)
    assert not desk.ended and desk.dialog._target is None
    QTest.keyClick(desk.find("export_path"), Qt.Key.Key_Return)
    bench.until(lambda: bool(desk.ended))
    assert QImage(str(tmp_path / "picture.png")).width() == 333


def test_the_menu_opens_the_dialog(bench: Bench) -> None:
    seen: list[object] = []

    def look() -> None:
        dialog = QApplication.activeModalWidget()
        seen.append(type(dialog))
        assert isinstance(dialog, QDialog)
        dialog.reject()

    QTimer.singleShot(0, bench.window, look)
    bench.window.actions_by_name["export_image"].trigger()
    assert seen == [ExportDialog]


@pytest.mark.parametrize(
    ("text", "steps"), [("0, 1, 2", (0, 1, 2)), (" 5 ", (5,)), ("0;3 9", (0, 3, 9)), ("1000000", (1_000_000,))]
)
def test_steps_are_read(text: str, steps: tuple[int, ...]) -> None:
    assert parse_steps(text) == steps


@pytest.mark.parametrize("text", ["", ",", "-1", "1.5", "1000001", "2, 2", "9" * 5000, " ".join(map(str, range(61)))])
def test_what_are_no_steps_is_refused(text: str) -> None:
    with pytest.raises(InputError) as refused:
        parse_steps(text)
    assert len(str(refused.value)) < 200
