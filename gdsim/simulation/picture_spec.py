"""What is drawn of a scenario, and how: the tables ``picture`` and ``film`` of a scenario file."""

from __future__ import annotations

from itertools import pairwise
from typing import Annotated, Literal

from pydantic import Field, field_validator

from gdsim.i18n import tr
from gdsim.simulation.spec_model import Finite, SpecModel, Step

SMALLEST, LARGEST = (64, 64), (7680, 4320)
"""Width and height in pixels that a picture may have."""

MOST_CELLS = 60
"""Drawings, views times steps, in one picture."""

MOST_FRAMES = 20_000

STYLES = ("screen", "print", "slide", "dark")
StyleName = Literal["screen", "print", "slide", "dark"]
Motion = Literal["run", "orbit", "both"]
Size = tuple[int, int]


def check_size(size: Size, largest: Size = LARGEST) -> Size:
    """Return ``size``, or raise `ValueError` where it is none that can be drawn."""
    if not all(low <= n <= high for n, low, high in zip(size, SMALLEST, largest, strict=True)):
        raise ValueError(
            tr(
                "A size of {width}x{height} is not allowed: give width x height in pixels, from {low} to {high}.",
                width=size[0],
                height=size[1],
                low="x".join(map(str, SMALLEST)),
                high="x".join(map(str, largest)),
            )
        )
    return size


class DrawingSpec(SpecModel):
    """What pictures and films have in common.

    ``views`` are names of `gdsim.export.views`, side by side; none stands for the lab's first. ``run`` is the number of
    the run whose numbers are shown where only one can be, ``parameter`` the one whose tables are (the first if empty).
    """

    views: tuple[str, ...] = ()
    style: StyleName = "screen"
    run: Annotated[int, Field(ge=0)] = 0
    parameter: str = ""

    @field_validator("views")
    @classmethod
    def _views_are_told_apart(cls, views: tuple[str, ...]) -> tuple[str, ...]:
        if len(set(views)) < len(views):
            raise ValueError(tr("A picture shows each view once; these are {views}.", views=", ".join(views)))
        return views


class PictureSpec(DrawingSpec):
    """A figure: views side by side, at one step, or at several as a film strip.

    ``steps`` of none is ``playback.steps``; ``size`` in pixels, None for what suits the views; ``dpi`` are the pixels
    of an inch of paper. ``engine`` says who drew it: matplotlib, or the window as it looked on screen.
    """

    steps: Annotated[tuple[Step, ...], Field(max_length=MOST_CELLS)] = ()
    size: Size | None = None
    dpi: Annotated[Finite, Field(ge=10, le=2400)] = 96.0
    transparent: bool = False
    engine: Literal["matplotlib", "window"] = "matplotlib"

    @field_validator("size")
    @classmethod
    def _size_can_be_drawn(cls, size: Size | None) -> Size | None:
        return size and check_size(size)

    @field_validator("steps")
    @classmethod
    def _steps_go_on(cls, steps: tuple[int, ...]) -> tuple[int, ...]:
        if any(later <= earlier for earlier, later in pairwise(steps)):
            raise ValueError(
                tr("The steps of a film strip must grow; these are {steps}.", steps=", ".join(map(str, steps)))
            )
        return steps


class FilmSpec(DrawingSpec):
    """A film of the run, of an orbit of the camera about the surface, or of both at once.

    ``first`` and ``last`` are steps, ``last`` of None is ``playback.steps``; ``speed`` is in steps a second (None: the
    playback's), ``fps`` in frames a second. An orbit turns by ``turn`` degrees in ``seconds`` (of both: while the run
    lasts); ``pause`` seconds the last picture stands.
    """

    motion: Motion = "run"
    first: Step = 0
    last: Step | None = None
    speed: Annotated[Finite, Field(gt=0, le=10_000)] | None = None
    turn: Annotated[Finite, Field(ge=-3600, le=3600)] = 360.0
    seconds: Annotated[Finite, Field(gt=0, le=3600)] = 10.0
    pause: Annotated[Finite, Field(ge=0, le=60)] = 1.0
    fps: Annotated[Finite, Field(ge=1, le=60)] = 30.0
    size: Size = (1280, 720)
    captions: bool = True
    engine: Literal["matplotlib", "window"] = "matplotlib"

    @field_validator("size")
    @classmethod
    def _size_can_be_drawn(cls, size: Size) -> Size:
        return check_size(size, (3840, 2160))
