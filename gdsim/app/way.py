"""The way of a run over the surface, as a value that both views draw."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gdsim.export.run_colours import COLOURS, run_colour

__all__ = ["COLOURS", "Way", "in_race", "run_colour"]


@dataclass(frozen=True, eq=False)
class Way:
    """One run of a race, or the only one.

    Attributes
    ----------
    number
        Its place in the scenario, from 0.
    points
        Shape ``(k, 2)``: the parameters after 0, 1, .. updates, first variable first.
    current
        Row of the present state; what comes after it is muted.
    label
        Its name in the legend.
    colour
        ``#rrggbb``, to be drawn with `contrast.readable`; empty: the theme's colour of the move.
    """

    number: int
    points: NDArray[np.float64]
    current: int
    label: str = ""
    colour: str = ""


def in_race(ways: Sequence[Way]) -> bool:
    """Tell whether there are several runs to be told apart."""
    return any(way.colour for way in ways)
