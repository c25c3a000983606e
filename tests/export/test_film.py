"""Films drawn without a display: what is on their frames, what they carry, and what is left of those that failed."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from gdsim.errors import Cancelled, InputError
from gdsim.export import film as films
from gdsim.export.figure import drawing, new_figure
from gdsim.export.film import write_film
from gdsim.export.film_header import pixels_of
from gdsim.export.film_plan import Shot, plan, resolved
from gdsim.export.film_sheet import FilmSheet, style_of
from gdsim.export.scenes import stage_of
from gdsim.export.views import VIEWS, views_named
from gdsim.simulation.files import load
from gdsim.simulation.picture_spec import FilmSpec

SMALL = (320, 180)
LAST = 4

Pixels = NDArray[np.uint8]


def frames_of(path: Path) -> list[Pixels]:
    with av.open(str(path)) as film:
        return [frame.to_ndarray(format="rgb24") for frame in film.decode(video=0)]


def sheet(name: str, overrides: list[str] | None = None, **film: Any) -> FilmSheet:
    """Return the drawer of a small film of a preset."""
    scenario = load(name, overrides)
    spec = resolved(scenario, FilmSpec(**{"size": SMALL, "last": LAST, **film}))
    return FilmSheet(stage_of(scenario, LAST), spec)


def off(found: Pixels, wanted: Pixels) -> float:
    """Return how far two pictures are apart, of 255, on the average."""
    return float(np.abs(found[..., :3].astype(int) - wanted[..., :3]).mean())


def test_a_run_as_mp4(tmp_path: Path) -> None:
    path, told = tmp_path / "run.mp4", []
    film = FilmSpec(size=SMALL, last=LAST, speed=2, fps=4, pause=0.5)
    write_film(load("lecture-surface"), path, film, lambda done, total: told.append((done, total)))
    frames = frames_of(path)
    # Five steps, two frames each, the last of them one and two for the pause.
    assert len(frames) == 2 * LAST + 1 + 2
    assert told == [(2, 11), (4, 11), (6, 11), (8, 11), (11, 11)]
    drawn = sheet("lecture-surface")
    alone = [drawn.picture(Shot(step, 45, 60)).copy() for step in range(LAST + 1)]
    for frame, step in ((0, 0), (1, 0), (2, 1), (7, 3), (8, 4), (10, 4)):
        away = [off(frames[frame], picture) for picture in alone]
        assert away[step] == min(away) < 1.5
        assert sorted(away)[1] > min(away) + 0.02


def test_a_film_carries_its_scenario_with_all_that_made_it(tmp_path: Path) -> None:
    scenario = load("lecture-surface", ["run.learning_rate=0.02", "picture.steps=[9]"])
    for name in ("a.mp4", "a.gif"):
        write_film(scenario, tmp_path / name, FilmSpec(size=SMALL, last=LAST, fps=2, speed=1, pause=0))
        again = load(tmp_path / name)
        assert again.lab == "surface"
        assert again.run == scenario.run  # type: ignore[union-attr]
        assert (again.shown_step, again.picture) == (LAST, None)
        assert again.film == FilmSpec(
            views=("surface",), size=SMALL, first=0, last=LAST, fps=2, speed=1, pause=0, engine="matplotlib"
        )
        write_film(again, tmp_path / f"again-{name}")
        assert (tmp_path / name).read_bytes() == (tmp_path / f"again-{name}").read_bytes()


def test_an_orbit_as_gif(tmp_path: Path) -> None:
    path = tmp_path / "orbit.gif"
    write_film(
        load("lecture-surface"), path, FilmSpec(motion="orbit", size=SMALL, last=2, seconds=1, fps=3, pause=1, turn=90)
    )
    drawn = sheet("lecture-surface")
    with Image.open(path) as image:
        assert image.n_frames == 4
        for frame, azim in enumerate((60, 90, 120, 150)):
            image.seek(frame)
            assert off(np.asarray(image.convert("RGB")), drawn.picture(Shot(2, 45, azim))) < 4, azim
        assert image.info["duration"] == 1000  # the end, which stands through the pause


def test_what_is_laid_on_the_ground_looks_as_if_drawn_anew() -> None:
    look: dict[str, Any] = {"views": ("surface", "contour"), "style": "dark"}
    going = sheet("lecture-surface", **look)
    for shot in (Shot(0, 45, 60), Shot(3, 45, 60), Shot(1, 45, 60), Shot(1, 30, -100)):
        going.picture(shot)
    found = going.picture(Shot(4, 30, -100))
    assert np.array_equal(found, sheet("lecture-surface", **look).picture(Shot(4, 30, -100)))


@pytest.mark.parametrize("name", ["surface", "contour"])
def test_the_ground_with_its_runs_is_the_view(name: str) -> None:
    scenario = load("lecture-surface")
    film = resolved(scenario, FilmSpec(size=SMALL, last=LAST, captions=False, views=(name,)))
    stage = stage_of(scenario, LAST)
    view = views_named(scenario, (name,))[0]
    style = style_of(scenario, [view], film)
    with drawing(style):
        figure = new_figure(SMALL)
        view.draw(figure, stage.at(LAST), style)
        whole = pixels_of(figure)
    assert off(FilmSheet(stage, film).picture(Shot(LAST, 45, 60)), whole) < 0.05


@pytest.mark.parametrize(
    ("preset", "view"),
    [
        ("lecture-surface", "loss"),
        *(("lecture-network", view.name) for view in VIEWS["network"] if view.name != "decision"),
        ("lecture-autograd", "graph"),
        ("lecture-autograd", "tangent"),
    ],
)
def test_every_view_can_be_filmed(preset: str, view: str) -> None:
    drawn = sheet(preset, views=(view,))
    pictures = [drawn.picture(Shot(step)).copy() for step in (0, LAST)]
    assert all(picture.shape == (SMALL[1], SMALL[0], 4) for picture in pictures)
    below = slice(SMALL[1] // 4, None)
    # The tangent is that of the end, at every step of the walk.
    assert np.array_equal(pictures[0][below], pictures[1][below]) == (view == "tangent")


def test_a_film_without_captions_is_all_view() -> None:
    with_words, without = (sheet("lecture-surface", captions=shown).picture(Shot(1, 45, 60)) for shown in (True, False))
    corner = slice(0, 16), slice(90, 230)
    assert with_words[corner].min() < 100
    assert not np.array_equal(with_words, without)


def test_a_run_that_diverges_ends_the_film(tmp_path: Path) -> None:
    scenario = load("lecture-surface", ["run.learning_rate=40", "run.optimizer=gd"])
    film = FilmSpec(size=SMALL, last=400, speed=400, fps=4, pause=0, views=("loss",))
    notes = write_film(scenario, tmp_path / "a.mp4", film)
    assert any("diverge" in note for note in notes)
    last = stage_of(scenario, 400).last
    assert last < 400
    assert len(frames_of(tmp_path / "a.mp4")) == len(plan(scenario, film, last))


@pytest.mark.parametrize(("name", "pictures"), [("a.mp4", 3), ("a.gif", 2), ("a.gif", 7)])
def test_a_cancelled_film_leaves_what_was_there(tmp_path: Path, name: str, pictures: int) -> None:
    path, asked = tmp_path / name, itertools.count()
    path.write_bytes(b"old")
    film = FilmSpec(size=SMALL, last=30, fps=5, views=("contour",))
    with pytest.raises(Cancelled):
        write_film(load("lecture-surface"), path, film, cancelled=lambda: next(asked) == pictures)
    assert path.read_bytes() == b"old"
    assert [entry.name for entry in tmp_path.iterdir()] == [name]


def test_a_film_that_cannot_be_made_is_refused_before_it_is_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(films, "stage_of", lambda *_: pytest.fail("it was run"))
    for name, film in (("a.mp4", {"size": (321, 180)}), ("a.webm", {}), ("a.mp4", {"first": 9, "last": 3})):
        with pytest.raises(InputError):
            write_film(load("lecture-surface"), tmp_path / name, FilmSpec(**film))
    assert not list(tmp_path.iterdir())


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be written"):
        write_film(load("lecture-surface"), tmp_path / "none" / "a.mp4", FilmSpec(size=SMALL, last=1, fps=1, pause=0))
