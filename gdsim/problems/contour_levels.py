"""Which levels a contour map shows, and its bands as an image: numpy only, no Qt."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gdsim.problems.heights import LINEAR, HeightScale, height_scale
from gdsim.problems.mesh import Mesh

Floats = NDArray[np.float64]

BANDS = 14
"""Bands that a linear map aims at, before the valley is divided further."""

_VALLEY = 0.06
_MOST_SPLITS = 8
_FEWEST = 4
# Beyond these, sums and differences of heights leave the range of doubles.
_TALLEST, _FLATTEST = 1e300, 1e-300


@dataclass(frozen=True, eq=False)
class Levels:
    """Level values of a map and how heights become colours.

    Attributes
    ----------
    values
        Heights of the level lines, ascending, shape ``(k,)``.
    low, high
        Least and greatest finite height.
    scale
        How a loss becomes a height, as in the three-dimensional view, so that both have the same colours.
    """

    values: Floats
    low: float
    high: float
    scale: HeightScale = LINEAR

    def fraction(self, losses: Floats) -> Floats:
        """Return where ``losses`` stand between the ends of the colormap, 0 to 1."""
        with np.errstate(over="ignore"):
            heights, (low, high) = self.scale(losses), self.scale(np.array([self.low, self.high]))
            # Halves, because the difference of two large doubles may overflow.
            span = high / 2 - low / 2
            if not span > _FLATTEST:
                return np.zeros_like(losses)
            return np.asarray(np.clip((heights / 2 - low / 2) / span, 0.0, 1.0))


def choose_levels(z: Floats, log_height: bool = False) -> Levels:
    """Choose the level lines for losses ``z`` (any shape, ``nan`` where there are none)."""
    finite = z[np.abs(z) <= _TALLEST]
    if finite.size == 0:
        return Levels(np.empty(0), 0.0, 0.0)
    low, high = float(finite.min()), float(finite.max())
    if high - low < _FLATTEST:
        return Levels(np.empty(0), low, high)
    scale = height_scale(finite, log_height)
    if scale.logarithmic:
        values = scale.offset + _geometric(scale.floor, high - scale.offset)
        # Within a decade geometric levels are too few to show a shape.
        if len(values) >= _FEWEST and (np.diff(values) > 0).all() and low < values[0] and values[-1] < high:
            return Levels(values, low, high, scale)
    return Levels(_linear(finite, low, high), low, high, scale)


def _linear(finite: Floats, low: float, high: float) -> Floats:
    """Return evenly spaced round levels, with more of them (1, 2, 5 ..) inside a wide valley.

    Even spacing lets the density of lines show the slope. Alone it leaves a bowl's valley, where a run
    spends most of its steps, without a line; so the lowest band is divided until little of the domain is left in it.
    """
    step = _round_up(high / BANDS - low / BANDS)
    first = math.floor(low / step)
    last = min(math.ceil(high / step), first + 4 * BANDS)
    values = [k * step for k in range(first + 1, last) if low < k * step < high]
    if not values:
        return np.empty(0)
    ground, divider, extra = first * step, step, list[float]()
    share = float((finite < values[0]).mean())
    while share > _VALLEY and len(extra) < _MOST_SPLITS:
        divider = _next_lower(divider)
        level = ground + divider
        below = float((finite < level).mean())
        # A plain (relu) or a valley floor well above the band's ground: dividing further shows nothing.
        if level <= low or below > 0.95 * share:
            break
        extra.append(level)
        share = below
    return np.array(sorted(extra) + values)


def _geometric(low: float, high: float) -> Floats:
    """Return 1, 2, 5 .. of each decade between ``low`` and ``high``, or whole decades when there are many."""
    decades = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    digits = (1, 2, 5) if len(decades) <= 7 else (1,)
    values = np.array([float(f"{digit}e{decade}") for decade in decades for digit in digits])
    return values[(values > low) & (values < high)]


def _round_up(value: float) -> float:
    """Return the next of 1, 2, 2.5, 5 times a power of ten at or above ``value``."""
    decade = math.floor(math.log10(value))
    for digit in (1, 2, 2.5, 5):
        rounded = float(f"{digit}e{decade}")
        if rounded >= value * (1 - 1e-9):
            return rounded
    return float(f"1e{decade + 1}")


def _next_lower(value: float) -> float:
    """Return the next lower of the series 1, 2, 5 times powers of ten."""
    decade = math.floor(math.log10(value) + 1e-9)
    digit = int(value / 10.0**decade + 1e-6)
    return float(f"{ {1: 5, 2: 1, 5: 2}[digit] }e{decade - 1 if digit == 1 else decade}")


def fill(mesh: Mesh, levels: Levels, colours: NDArray[np.uint8], side: int) -> NDArray[np.uint8]:
    """Paint the bands between the levels.

    Parameters
    ----------
    mesh, levels
        What to paint.
    colours
        Colormap, shape ``(256, 4)``.
    side
        Pixels along each side of the image.

    Returns
    -------
    ndarray
        Shape ``(side, side, 4)``, first row at the top (greatest ``y``); opacity 0 where there is no height.
    """
    across, down = _interpolation(mesh.x, side), _interpolation(mesh.y, side)[::-1]
    missing = ~np.isfinite(mesh.z)
    heights = (across @ np.where(missing, 0.0, mesh.z) @ down.T).T
    edges = np.concatenate(([levels.low], levels.values, [levels.high]))
    fractions = levels.fraction(edges)
    bands = colours[np.round((fractions[:-1] + fractions[1:]) / 2 * 255).astype(np.intp)]
    image = bands[np.searchsorted(levels.values, heights)]
    if missing.any():
        # Any share of a missing corner leaves a cell without height, as the level lines do.
        image[(across @ missing.astype(float) @ down.T).T > 1e-9, 3] = 0
    return image


def _interpolation(coordinates: Floats, count: int) -> Floats:
    """Return the matrix, shape ``(count, n)``, that interpolates linearly at the centres of ``count`` even pixels."""
    n = len(coordinates)
    centres = coordinates[0] + (np.arange(count) + 0.5) / count * (coordinates[-1] - coordinates[0])
    left = np.clip(np.searchsorted(coordinates, centres) - 1, 0, n - 2)
    weight = (centres - coordinates[left]) / (coordinates[left + 1] - coordinates[left])
    matrix = np.zeros((count, n))
    rows = np.arange(count)
    matrix[rows, left] = 1 - weight
    matrix[rows, left + 1] = weight
    return matrix


def level_lines(mesh: Mesh, levels: Levels) -> list[tuple[float, Floats]]:
    """Return each level with its lines, shape ``(k, 2)``, separate lines parted by a row of ``nan``.

    Uses contourpy, whose import takes a noticeable time: call this after the first paint.
    """
    from contourpy import LineType, contour_generator

    if len(levels.values) == 0:
        return []
    heights = np.ma.masked_invalid(mesh.z.T)
    generator = contour_generator(mesh.x, mesh.y, heights, line_type=LineType.ChunkCombinedNan)
    result = []
    for value in levels.values:
        lines = generator.lines(value)[0][0]
        if lines is not None:
            result.append((float(value), np.asarray(lines, dtype=np.float64)))
    return result
