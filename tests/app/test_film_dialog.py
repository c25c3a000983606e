"""The dialog that exports films, used as a person uses it."""

from __future__ import annotations

import itertools
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest

from gdsim.app.film_export import FilmDialog, duration
from gdsim.simulation.files import load
from tests.app.conftest import Bench
from tests.app.export_bench import Desk


def open_small(bench: Bench, path: Path, steps: int = 4) -> Desk:
    """Open the dialog on a film of 4 steps a second at 8 frames a second, without a pause."""
    desk = Desk(bench, FilmDialog)
    for name, text in {
        "film_width": "320", "film_height": "240", "film_last": str(steps), "film_speed": "4", "film_fps": "8",
        "film_pause": "0", "film_path": str(path),
    }.items():  # fmt: skip
        desk.type(name, text)
    return desk


def frames(path: Path) -> list[np.ndarray]:
    import av

    with av.open(str(path)) as container:
        return [frame.to_ndarray(format="rgb24").astype(float) for frame in container.decode(video=0)]


def pixels(image: QImage) -> np.ndarray:
    image = image.convertToFormat(QImage.Format.Format_RGB888)
    rows = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine())
    return rows[:, : 3 * image.width()].reshape(image.height(), image.width(), 3).astype(float)


@pytest.mark.parametrize("engine", ["matplotlib", "window"])
def test_a_film_of_the_run_has_the_frames_of_its_preview(bench: Bench, tmp_path: Path, engine: str) -> None:
    desk = open_small(bench, tmp_path / "run.mp4")
    desk.choose("film_engine", engine)
    # 4 steps at 4 a second take 1 s: 8 frames at 8 a second, and the last step's own.
    assert desk.text("film_summary") == "9 frames, 1.1 s"
    slider = desk.find("film_frame")
    previews = []
    for frame in (0, 8):
        slider.setValue(frame)
        desk.settle()
        previews.append(pixels(desk.dialog.preview.image))
    assert "Frame 9 of 9, step 4" in desk.text("film_preview_caption")
    desk.save_and_wait()
    written = frames(tmp_path / "run.mp4")
    assert len(written) == 9
    assert written[0].shape == (240, 320, 3)
    # H.264 loses a little, but less than the frames differ.
    for shown, there, other in ((previews[0], written[0], written[8]), (previews[1], written[8], written[0])):
        assert np.abs(shown - there).mean() < 3
        assert np.abs(shown - there).mean() < np.abs(shown - other).mean() - 0.1
    scenario = load(tmp_path / "run.mp4")
    assert scenario.film is not None
    assert (scenario.film.engine, scenario.film.last, scenario.shown_step) == (engine, 4, 4)
    assert bench.lab.scenario.film == scenario.film
    assert [path.name for path in tmp_path.iterdir()] == ["run.mp4"]


def test_an_orbit_turns_the_camera(bench: Bench, tmp_path: Path) -> None:
    desk = open_small(bench, tmp_path / "orbit.gif")
    desk.choose("film_engine", "window")
    desk.choose("film_motion", "orbit")
    desk.type("film_seconds", "0.5")
    desk.type("film_turn", "90")
    assert desk.text("film_summary") == "4 frames, 0.5 s"
    assert not desk.find("film_speed").isVisible()
    desk.save_and_wait()
    written = frames(tmp_path / "orbit.gif")
    assert len(written) == 4
    assert all(np.abs(a - b).mean() > 1 for a, b in itertools.pairwise(written))


@pytest.mark.parametrize("engine", ["matplotlib", "window"])
def test_a_film_that_is_cancelled_or_closed_leaves_nothing(bench: Bench, tmp_path: Path, engine: str) -> None:
    desk = open_small(bench, tmp_path / "long.mp4", steps=60)
    desk.choose("film_engine", engine)
    desk.save()
    bench.until(lambda: desk.find("film_progress").value() > 0)
    assert "left" in desk.text("film_time_left")
    assert not desk.can_save()
    QTest.mouseClick(desk.dialog.cancel_button, Qt.MouseButton.LeftButton)
    bench.until(lambda: "cancelled" in desk.text("film_failure"))
    assert list(tmp_path.iterdir()) == []
    assert not desk.ended and desk.can_save()
    desk.save()
    bench.until(lambda: desk.find("film_progress").value() > 0)
    desk.dialog.close()
    assert desk.ended == [0]
    bench.until(lambda: not list(tmp_path.iterdir()))


SLIPS = [
    ("film_last", "2000000", "film_steps_error", "2000000 is not allowed"),
    ("film_first", "9", "film_steps_error", "cannot go from step 9 to step 4"),
    ("film_fps", "0", "film_fps_error", "0 is not allowed"),
    ("film_speed", "0.0001", "film_steps_error", "frames"),
    ("film_width", "100000", "film_size_error", "100000"),
    ("film_width", "321", "film_size_error", "must be even"),
    ("film_path", "film.avi", "film_error", "must end in .mp4 or .gif"),
]


def test_each_slip_is_explained_at_its_field(bench: Bench, tmp_path: Path) -> None:
    desk = open_small(bench, tmp_path / "film.mp4")
    for field, wrong, label, words in SLIPS:
        right = desk.find(field).text().removesuffix(" px")
        desk.type(field, wrong)
        assert words in desk.text(label), (field, wrong, desk.text(label))
        assert not desk.can_save()
        desk.type(field, right)
        assert desk.text(label) == ""
        assert desk.can_save()
    desk.dialog.reject()
    assert list(tmp_path.iterdir()) == []


def test_a_walk_has_no_orbit(open_window) -> None:
    desk = Desk(open_window("lecture-autograd"), FilmDialog)
    assert desk.find("film_motion").count() == desk.find("film_engine").count() == 1
    desk.type("film_last", "22")  # one more than the walk has
    assert not desk.can_save()
    desk.dialog.reject()


@pytest.mark.parametrize(("seconds", "text"), [(0.2, "1 second"), (42.4, "42 seconds"), (61, "1 min 1 s")])
def test_time_is_told_as_people_say_it(seconds: float, text: str) -> None:
    assert duration(seconds) == text
