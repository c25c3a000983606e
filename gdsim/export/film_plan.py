"""Which picture each frame of a film shows: its step, and where the camera stands."""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

from gdsim.errors import InputError
from gdsim.export.endings import FILMS, GIF
from gdsim.export.views import views_named
from gdsim.i18n import tr
from gdsim.simulation.picture_spec import MOST_FRAMES, FilmSpec

if TYPE_CHECKING:
    from gdsim.simulation.scenario import Scenario

GIF_FPS = 50
"""A GIF's pictures stand for whole hundredths of a second, and programs that show it slow down those of only one."""


@dataclass(frozen=True)
class Shot:
    """One frame: the step that it shows, and the camera's angles in degrees (of a surface, else 0)."""

    step: int
    elev: float = 0.0
    azim: float = 0.0


def resolved(scenario: Scenario, film: FilmSpec | None = None) -> FilmSpec:
    """Return ``film``, or the scenario's own, with everything filled in that None or nothing stands for.

    Raises
    ------
    InputError
        If the scenario has no such view, or a walk not so many steps.
    """
    film = film or scenario.film or FilmSpec()
    views = tuple(view.name for view in views_named(scenario, film.views))
    last = _asked_for(scenario, film.last)
    speed = scenario.playback.speed if film.speed is None else film.speed
    return film.model_copy(update={"views": views, "last": last, "speed": speed})


def check_target(target: Path, film: FilmSpec) -> None:
    """Raise `InputError` unless a film can be written to a file of this name."""
    suffix = target.suffix.lower()
    if suffix not in FILMS:
        raise InputError(
            tr("{path} is no film that can be written: its name must end in .mp4 or .gif.", path=str(target))
        )
    width, height = film.size
    if suffix == ".mp4" and (width % 2 or height % 2):
        raise InputError(
            tr(
                "An MP4 of {width}x{height} is not possible, because its width and height must be even: {even} is.",
                width=width,
                height=height,
                even=f"{width + width % 2}x{height + height % 2}",
            )
        )
    if suffix == GIF and film.fps > GIF_FPS:
        raise InputError(tr("A GIF shows at most {most} frames a second, not {fps:g}.", most=GIF_FPS, fps=film.fps))


def plan(scenario: Scenario, film: FilmSpec, last: int) -> tuple[Shot, ...]:
    """Return the frames of a film, in order.

    At time t a run shows step ``first + speed*t``, rounded down: several steps a frame, or several frames a step; its
    first and its last step are always shown. An orbit has turned by ``turn*t/seconds``, in both together by ``turn``
    when the last step is there. The frames of the pause are all the same: the end.

    Parameters
    ----------
    scenario
        What is filmed.
    film
        How; what it leaves open is filled in.
    last
        The last step that there is: a film that is asked to go on ends there.

    Raises
    ------
    InputError
        If there is nothing to film, too much, or no surface to turn about.
    """
    film = resolved(scenario, film)
    if film.motion != "run" and "surface" not in film.views:
        raise InputError(
            tr(
                "The camera can orbit the view surface only; this film shows {views} and can have the motion run.",
                views=", ".join(film.views),
            )
        )
    end = _last_step(film, last)
    pause = round(exact(film.pause) * exact(film.fps))
    if film.motion == "orbit":
        moving = round(exact(film.seconds) * exact(film.fps))
        count = moving + pause
    else:
        moving = math.ceil((end - film.first) / _pace(film))
        count = moving + 1 + pause
    if not 1 <= count <= MOST_FRAMES:
        raise InputError(
            tr("The film would have {count} frames; from 1 to {most} are allowed.", count=count, most=MOST_FRAMES)
        )
    steps = _steps(film, end, moving) if film.motion != "orbit" else [end] * moving
    steps += [end] * (count - moving)
    if scenario.lab != "surface":
        return tuple(map(Shot, steps))
    view = scenario.view
    turned = _turned(film, moving) if film.motion != "run" else [0.0]
    turned = (turned + turned[-1:] * (count - len(turned)))[:count]
    return tuple(Shot(step, view.elev, _wrapped(view.azim + angle)) for step, angle in zip(steps, turned, strict=True))


def exact(number: float) -> Fraction:
    """Return the fraction that a person wrote as a decimal: 29.97 is 2997/100."""
    return Fraction(repr(float(number)))


def _steps(film: FilmSpec, end: int, moving: int) -> list[int]:
    """Return the steps of the frames before the one that is at the end."""
    pace = _pace(film)
    return [min(end, film.first + frame * pace.numerator // pace.denominator) for frame in range(moving)]


def _turned(film: FilmSpec, moving: int) -> list[float]:
    """Return by how many degrees the camera has turned in the moving frames, and after them."""
    turn = exact(film.turn)
    return [float(turn * frame / moving) for frame in range(moving + 1)] if moving else [0.0]


def _wrapped(azim: float) -> float:
    """Return the same direction as an angle that a view may have."""
    return azim if abs(azim) <= 360 else math.remainder(azim, 360)


def _last_step(film: FilmSpec, last: int) -> int:
    assert film.last is not None
    if film.motion != "orbit" and film.last < film.first:
        raise InputError(
            tr(
                "The film cannot go from step {first} to step {last}: the last step must not be before the first.",
                first=film.first,
                last=film.last,
            )
        )
    if film.motion != "orbit" and last < film.first:
        raise InputError(
            tr("The film begins at step {first}, but the last step is {last}.", first=film.first, last=last)
        )
    return min(film.last, last)


def _pace(film: FilmSpec) -> Fraction:
    """Return the steps a frame."""
    assert film.speed is not None
    return exact(film.speed) / exact(film.fps)


def _asked_for(scenario: Scenario, last: int | None) -> int:
    if scenario.lab == "autograd":
        return scenario.position(scenario.walk(), last)
    return scenario.playback.steps if last is None else last
