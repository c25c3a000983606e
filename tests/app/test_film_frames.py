"""Films of a surface through OpenGL: what is on their frames, and that no view on screen notices."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from PySide6.QtCore import QTimer
from PySide6.QtGui import QColor
from pytestqt.qtbot import QtBot

from gdsim.app.camera import Camera
from gdsim.app.film_frames import Pictures, SurfaceFilm, drawn_by_window, prepare
from gdsim.app.scene import off_screen
from gdsim.app.scene.frame import project
from gdsim.app.scene.surface_view import SurfaceView
from gdsim.app.theme import LIGHT
from gdsim.app.way import Way
from gdsim.errors import InputError
from gdsim.export.film_plan import Shot, resolved
from gdsim.export.scenes import RunsStage
from gdsim.simulation.files import load
from gdsim.simulation.picture_spec import FilmSpec
from gdsim.simulation.surface_scenario import SurfaceScenario
from tests.app.scenes import mesh, style

SIZE = (320, 180)
LAST = 4

pytestmark = pytest.mark.usefixtures("qapp")

Pixels = NDArray[np.uint8]


def ready(overrides: list[str] | None = None, **film: Any) -> tuple[RunsStage, FilmSpec]:
    scenario = load("lecture-surface", overrides)
    spec = FilmSpec(**{"size": SIZE, "last": LAST, "captions": False, **film})
    return prepare(scenario, spec, Path("a.mp4")), resolved(scenario, spec)


def drawn(stage: RunsStage, film: FilmSpec, *shots: Shot) -> list[Pixels]:
    """Return pictures of a film, each drawn alone."""
    pictures = Pictures(stage, film)
    try:
        return [pictures.draw(shot).copy() for shot in shots]
    finally:
        pictures.close()


def write(stage: RunsStage, film: FilmSpec, target: Path) -> list[int]:
    work, done = SurfaceFilm(stage, film, target), []
    while work.step():
        assert not target.exists()
        done.append(work.done)
    assert work.done == work.total
    return done


def frames_of(path: Path) -> list[Pixels]:
    with av.open(str(path)) as film:
        return [frame.to_ndarray(format="rgb24") for frame in film.decode(video=0)]


def off(found: Pixels, wanted: Pixels) -> float:
    """Return how far two pictures are apart, of 255, on the average."""
    return float(np.abs(found[..., :3].astype(int) - wanted[..., :3]).mean())


def near(picture: Pixels, colour: str, tolerance: int = 30) -> NDArray[np.bool_]:
    wanted = QColor(colour)
    away = np.abs(picture[..., :3].astype(int) - [wanted.red(), wanted.green(), wanted.blue()])
    return np.asarray(away.max(axis=-1) <= tolerance)


def test_a_run_decoded_again(tmp_path: Path) -> None:
    stage, film = ready(speed=2, fps=4, pause=0.5)
    done = write(stage, film, tmp_path / "a.mp4")
    assert done == [2, 4, 6, 8, 11]
    frames = frames_of(tmp_path / "a.mp4")
    alone = drawn(stage, film, *(Shot(step, 45, 60) for step in range(LAST + 1)))
    assert len(frames) == 11
    for frame, step in ((0, 0), (1, 0), (2, 1), (7, 3), (8, 4), (10, 4)):
        away = [off(frames[frame], picture) for picture in alone]
        assert away[step] == min(away) < 2
        assert sorted(away)[1] > min(away) + 0.02


def test_pictures_that_are_drawn_ahead_are_the_same(tmp_path: Path) -> None:
    stage, film = ready(motion="both", speed=1, fps=2, turn=120, pause=0)
    pictures = Pictures(stage, film)
    shots = [Shot(step, 45 - 5 * step, 60 + 20 * step) for step in range(LAST)]
    ahead = [picture.copy() for picture in pictures.drawn(shots)]
    pictures.close()
    for picture, alone in zip(ahead, drawn(stage, film, *shots), strict=True):
        assert np.array_equal(picture, alone)


def test_an_orbit_as_gif(tmp_path: Path) -> None:
    stage, film = ready(motion="orbit", seconds=1, fps=3, turn=90, pause=1)
    write(stage, film, tmp_path / "a.gif")
    alone = drawn(stage, film, *(Shot(LAST, 45, azim) for azim in (60, 90, 120, 150)))
    with Image.open(tmp_path / "a.gif") as image:
        assert (image.n_frames, image.size, image.info["loop"]) == (4, SIZE, 0)
        for frame, wanted in enumerate(alone):
            image.seek(frame)
            assert off(np.asarray(image.convert("RGB")), wanted) < 3
        assert image.info["duration"] == 1000


def test_start_and_present_point_are_where_the_run_is() -> None:
    stage, film = ready()
    camera = Camera(30, 20)
    (picture,) = drawn(stage, film, Shot(3, 30, 20))
    for number, colour in ((0, LIGHT.start), (3, LIGHT.move)):
        run = stage.at(number).runs[0].snapshot.now
        place = np.array([*(run.parameters[name] for name in ("w1", "w2")), run.loss], float)
        pictures = Pictures(stage, film)
        space = pictures._canvas.scenery.space
        assert space is not None
        projection = project(camera, *SIZE, pictures._scale, pictures._canvas.scenery.overlay.bar_room)
        x, y = projection.pixels(space.on_surface(place[:2]))
        pictures.close()
        assert near(picture, colour)[int(y), int(x)]


def test_what_comes_after_the_step_is_not_there() -> None:
    stage, film = ready(last=40)
    early, late = drawn(stage, film, Shot(2, 45, 60), Shot(40, 45, 60))
    ended, _ = ready(last=2)
    (alone,) = drawn(ended, film, Shot(2, 45, 60))
    assert np.array_equal(early, alone)
    assert not np.array_equal(early, late)


def test_a_race_has_its_colours_and_its_legend() -> None:
    runs = ['run=[{optimizer="gd",learning_rate=0.01,start={w1=-8,w2=6}},'
            '{optimizer="adam",learning_rate=0.5,colour="#ee3377",start={w1=6,w2=6}}]']  # fmt: skip
    stage, film = ready(runs, size=(640, 360))
    (picture,) = drawn(stage, film, Shot(LAST, 60, 60))
    seen = near(picture, "#ee3377")
    assert seen[:100, 400:].sum() + seen[:100, :240].sum() > 10  # in the legend, at the top
    assert seen[100:].sum() > 30


def test_captions_styles_and_zoom() -> None:
    stage, film = ready(captions=True)
    plain, dark, near_by = (
        drawn(*given, Shot(LAST, 45, 60))[0]
        for given in ((stage, film), ready(captions=True, style="dark"), ready(["view.zoom=2"], captions=True))
    )
    assert tuple(plain[-1, 0, :3]) == (255, 255, 255)
    assert QColor(*map(int, dark[-1, 0, :3])).lightness() < 60
    header = slice(0, 12), slice(100, 220)
    assert plain[header].min() < 100 < dark[header].max()
    assert np.array_equal(plain[:16], near_by[:16])
    assert not np.array_equal(plain[30:], near_by[30:])


def test_a_view_on_screen_does_not_notice(qtbot: QtBot, tmp_path: Path) -> None:
    view = SurfaceView(Camera(20, 10))
    qtbot.addWidget(view)
    view.resize(320, 240)
    view.set_mesh(mesh())
    view.set_style(style(colormap="viridis"))
    view.set_ways([Way(0, np.array([[1.0, 2.0], [3.0, 4.0]]), 1)])
    with qtbot.waitSignal(view.first_painted):
        view.show()
    before = view.grabFramebuffer()
    stage, film = ready(speed=3, fps=3, pause=0)
    work = SurfaceFilm(stage, film, tmp_path / "a.mp4")
    timer, ended = QTimer(), []

    def go_on() -> None:
        view.camera.set(azimuth=view.camera.azimuth + 30)  # the window is alive meanwhile
        if not work.step():
            timer.stop()
            ended.append(True)

    timer.timeout.connect(go_on)
    timer.start(0)
    qtbot.waitUntil(lambda: bool(ended))
    view.camera.set(azimuth=10)
    assert view.grabFramebuffer() == before
    assert len(frames_of(tmp_path / "a.mp4")) == LAST + 1


@pytest.mark.parametrize("steps", [0, 1, 3])
def test_a_cancelled_film_leaves_nothing(tmp_path: Path, steps: int) -> None:
    stage, film = ready(last=20)
    work = SurfaceFilm(stage, film, tmp_path / "a.mp4")
    for _ in range(steps):
        assert work.step()
    work.cancel()
    work.cancel()
    assert not list(tmp_path.iterdir())
    assert not work.step()


def test_where_it_cannot_be_written(tmp_path: Path) -> None:
    stage, film = ready()
    work = SurfaceFilm(stage, film, tmp_path / "none" / "a.mp4")
    with pytest.raises(InputError, match="cannot be written"):
        work.step()
    assert not work.step()


def test_smooth_edges_where_the_card_is_quick(monkeypatch: pytest.MonkeyPatch) -> None:
    stage, film = ready(["view.contours=false"])
    shot = Shot(0, 45, 60)
    (rough,) = drawn(stage, film, shot)
    monkeypatch.setattr(off_screen, "SLOW", ())
    (smooth,) = drawn(stage, film, shot)
    assert 0.05 < off(smooth, rough) < 4


def test_which_films_the_window_draws() -> None:
    surface, network = load("lecture-surface"), load("lecture-network")
    assert isinstance(surface, SurfaceScenario)
    assert drawn_by_window(surface, FilmSpec())
    assert drawn_by_window(surface, FilmSpec(views=("surface",), style="dark"))
    assert not drawn_by_window(surface, FilmSpec(views=("surface", "loss")))
    assert not drawn_by_window(surface, FilmSpec(style="print"))
    assert not drawn_by_window(network, FilmSpec())


def test_what_cannot_be_filmed_is_refused() -> None:
    scenario = load("lecture-surface")
    for name, film in (("a.avi", FilmSpec()), ("a.mp4", FilmSpec(size=(641, 360))), ("a.gif", FilmSpec(first=70))):
        with pytest.raises(InputError):
            prepare(scenario, film, Path(name))
    with pytest.raises(InputError, match="finite nowhere"):
        ready(['problem.formula="log(-1 - w1**2 - w2**2)"'])
