"""Which step and which view each frame of a film shows."""

from __future__ import annotations

import math
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gdsim.errors import InputError
from gdsim.export.film_plan import Shot, check_target, plan, resolved
from gdsim.simulation.files import load
from gdsim.simulation.picture_spec import FilmSpec

SURFACE, NETWORK, WALK = load("lecture-surface"), load("lecture-network"), load("lecture-autograd")


def steps(made: int = 1000, scenario: Any = SURFACE, **film: Any) -> list[int]:
    return [shot.step for shot in plan(scenario, FilmSpec(pause=0, **film), made)]


def test_several_frames_a_step() -> None:
    assert steps(first=3, last=5, speed=10, fps=30) == [3, 3, 3, 4, 4, 4, 5]


def test_several_steps_a_frame_end_with_the_last() -> None:
    assert steps(last=25, speed=100, fps=10) == [0, 10, 20, 25]


def test_a_step_for_each_frame() -> None:
    assert steps(last=4, speed=30, fps=30) == [0, 1, 2, 3, 4]


def test_fractions_are_exact() -> None:
    # In floating-point numbers 3 / 0.1 * 0.1 and its like fall below a whole number now and then.
    found = steps(last=150, speed=0.3, fps=29.97)
    assert [found.index(step) for step in range(151)] == [math.ceil(step * Fraction(2997, 30)) for step in range(151)]


@given(
    first=st.integers(0, 50),
    count=st.integers(0, 300),
    speed=st.floats(0.5, 1000),
    fps=st.floats(1, 60),
)
def test_a_run_goes_on_from_its_first_step_to_its_last(first: int, count: int, speed: float, fps: float) -> None:
    try:
        found = steps(first=first, last=first + count, speed=speed, fps=fps)
    except InputError:
        assert count * fps / speed > 19_000
        return
    assert (found[0], found[-1]) == (first, first + count)
    assert found == sorted(found)
    assert abs(len(found) - 1 - count * fps / speed) <= 1 + 1e-6
    if speed <= fps:
        assert set(found) == set(range(first, first + count + 1))


def test_the_pause_shows_the_end() -> None:
    film = FilmSpec(last=2, speed=1, fps=2, pause=1.5)
    assert [shot.step for shot in plan(SURFACE, film, 60)] == [0, 0, 1, 1, 2, 2, 2, 2]


def test_an_orbit_goes_round_once_and_comes_back() -> None:
    shots = plan(SURFACE, FilmSpec(motion="orbit", seconds=10, fps=30, pause=1, last=7), 60)
    assert len(shots) == 330
    assert shots[0] == Shot(7, 45.0, 60.0)
    assert [round(shot.azim, 6) for shot in shots[1:3]] == [61.2, 62.4]
    assert all(shot.azim % 360 == 60 for shot in shots[300:])
    assert {shot.step for shot in shots} == {7}


def test_a_loop_shows_no_view_twice() -> None:
    shots = plan(SURFACE, FilmSpec(motion="orbit", seconds=1, fps=12, pause=0), 60)
    assert len({round(shot.azim % 360, 9) for shot in shots}) == 12


def test_both_have_turned_when_the_last_step_is_there() -> None:
    shots = plan(SURFACE, FilmSpec(motion="both", last=4, speed=1, fps=1, pause=0, turn=-90), 60)
    assert [(shot.step, shot.azim) for shot in shots] == [(0, 60), (1, 37.5), (2, 15), (3, -7.5), (4, -30)]


def test_angles_stay_those_of_a_view() -> None:
    shots = plan(SURFACE, FilmSpec(motion="orbit", turn=3600, seconds=2, fps=20), 60)
    assert all(abs(shot.azim) <= 360 for shot in shots)


def test_a_run_that_stopped_ends_the_film() -> None:
    assert steps(12, last=60, speed=30, fps=30)[-2:] == [11, 12]


def test_what_is_left_open_is_filled_in() -> None:
    assert resolved(SURFACE).model_dump(include={"views", "last", "speed"}) == {
        "views": ("surface",), "last": SURFACE.playback.steps, "speed": SURFACE.playback.speed,
    }  # fmt: skip
    walk = WALK.walk()  # type: ignore[union-attr]
    assert resolved(WALK).last == len(walk.steps)
    assert resolved(SURFACE.model_copy(update={"film": FilmSpec(last=9)})).last == 9


@pytest.mark.parametrize(
    ("film", "words"),
    [
        ({"motion": "orbit", "seconds": 0.01, "fps": 1, "pause": 0}, "0 frames"),
        ({"last": 60, "speed": 0.05, "fps": 60}, "72061 frames"),
        ({"first": 20, "last": 10}, "from step 20 to step 10"),
        ({"first": 70, "last": 80}, "begins at step 70"),
        ({"motion": "orbit", "views": ("contour", "loss")}, "contour, loss"),
        ({"views": ("diagram",)}, "no view 'diagram'"),
    ],
)
def test_what_cannot_be_filmed_is_refused(film: dict[str, Any], words: str) -> None:
    with pytest.raises(InputError, match=words):
        plan(SURFACE, FilmSpec(**film), 60)


@pytest.mark.parametrize("scenario", [NETWORK, WALK])
def test_only_a_surface_has_an_orbit(scenario: Any) -> None:
    with pytest.raises(InputError, match="orbit"):
        plan(scenario, FilmSpec(motion="both"), 20)


def test_a_walk_has_an_end() -> None:
    with pytest.raises(InputError, match="no step 999"):
        plan(WALK, FilmSpec(last=999), 999)


@pytest.mark.parametrize(
    ("name", "film", "words"),
    [
        ("a.avi", {}, "must end in .mp4 or .gif"),
        ("a", {}, "must end in .mp4 or .gif"),
        ("a.mp4", {"size": (641, 480)}, "642x480"),
        ("a.MP4", {"size": (640, 481)}, "640x482"),
        ("a.gif", {"fps": 60}, "at most 50 frames"),
    ],
)
def test_files_that_can_hold_no_such_film(name: str, film: dict[str, Any], words: str) -> None:
    with pytest.raises(InputError, match=words):
        check_target(Path(name), FilmSpec(**film))


def test_files_that_can() -> None:
    check_target(Path("a.mp4"), FilmSpec(fps=60))
    check_target(Path("a.GIF"), FilmSpec(size=(641, 481), fps=50))
