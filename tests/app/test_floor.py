"""Contour lines on the floor, of which only as many points are kept as one could tell apart."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from gdsim.app.colormaps import lookup
from gdsim.app.scene.floor import TOLERANCE, floor_contours
from gdsim.app.scene.space import space
from tests.app.scenes import mesh

Array = NDArray[np.float64]
Function = Callable[[Array, Array], Array]

CELL = 0.1
"""Side of a cell of the mesh."""

UNIT = space(mesh(), False).on_floor(np.array([[10.0, 10.0]]))[0, 0] / 10
"""What 1 is on the floor, in units of the box."""


def pieces(function: Function, level: float) -> Array:
    """Return the pieces of the level line of a function over -10 to 10, in the function's units, shape (k, 2, 2)."""
    placed = space(mesh(function, points=201), False)
    found, colours = floor_contours(placed, np.array([level]), lookup("rainbow"))
    assert len(found) == len(colours)
    return np.asarray(found[..., :2]) / UNIT


def along(lines: Array) -> Array:
    """Return many points of the pieces, shape (k, 2)."""
    shares = np.linspace(0, 1, 9)[:, None, None]
    return np.asarray(((1 - shares) * lines[:, 0] + shares * lines[:, 1]).reshape(-1, 2))


@pytest.mark.parametrize("radius", [2.0, 5.0, 9.0])
def test_circles_stay_round(radius: float) -> None:
    lines = pieces(lambda x, y: x**2 + y**2, radius**2)
    # Beside the tolerance there is what the mesh cannot tell: an eighth of its cell's square over the radius.
    assert np.abs(np.hypot(*along(lines).T) - radius).max() < 2 * TOLERANCE / UNIT + CELL**2 / 8 / radius
    assert 12 < len(lines) < 200
    assert np.diff(np.sort(np.arctan2(*lines[:, 0].T))).max() < 0.7


def test_corners_stay_sharp() -> None:
    lines = pieces(lambda x, y: np.abs(x) + np.abs(y), 6.05)
    for corner in ((6.05, 0), (0, 6.05), (-6.05, 0), (0, -6.05)):
        assert np.hypot(*(along(lines) - corner).T).min() < CELL
    assert len(lines) < 60
    assert np.abs(np.abs(along(lines)).sum(axis=1) - 6.05).max() < CELL


@pytest.mark.parametrize("level", [2.0, 2.03])
def test_a_straight_line_is_a_few_pieces_from_end_to_end(level: float) -> None:
    # The line through corners of the mesh meets many of them twice.
    lines = pieces(lambda x, y: x + y, level)
    assert len(lines) < 5
    ends = np.sort(lines[..., 0].ravel())
    assert (ends[0], ends[-1]) == pytest.approx((level - 10, 10.0))
    assert np.abs(along(lines).sum(axis=1) - level).max() < 1e-6
