"""Where the curve of a slice, its point and its tangent are drawn, in figures and in the window."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gdsim.i18n import tr
from gdsim.simulation.by_hand import show
from gdsim.simulation.tangent import Floats, Slice

_DIGITS = 4
_FARTHEST = 1e120
"""Beyond that the arithmetic of drawing overflows, and lines go astray."""
_MARGIN, _ASIDE = 0.08, 0.025
_OUTLIERS = 8.0
"""How many times as high as the inner nine tenths of the curve the rest may make it before the rest is cut off."""


@dataclass(frozen=True, eq=False)
class TangentCurve:
    """A slice as lines.

    Attributes
    ----------
    across, up
        Ends of the axes.
    curve
        Places and heights, broken by ``nan`` at poles; shape ``(m,)`` each.
    tangent
        Places and heights of its ends; empty where there is none.
    at
        Where the line through the present value stands.
    seen
        Whether the point on the curve can be drawn.
    note
        What there is to explain, one sentence; empty for nothing.
    """

    across: tuple[float, float]
    up: tuple[float, float]
    curve: tuple[Floats, Floats]
    tangent: tuple[Floats, Floats]
    at: float
    seen: bool
    note: str


def tangent_curve(found: Slice) -> TangentCurve:
    """Return the lines of a slice, with axes that hold the curve without its poles."""
    drawable = (np.abs(found.heights) <= _FARTHEST) & (np.abs(found.places) <= _FARTHEST)
    heights = np.where(drawable, found.heights, np.nan)
    bottom, top = _span(heights)
    low, high = (_within(float(end)) for end in found.places[[0, -1]])
    # So that a point at either end is whole.
    low, high = low - _ASIDE * (high - low), high + _ASIDE * (high - low)
    note = found.note
    if not note and not drawable[np.isfinite(found.heights)].all():
        note = tr("What lies beyond {farthest} is not drawn.", farthest=show(_FARTHEST, 0).text)
    return TangentCurve(
        (low, high),
        (bottom, top),
        _broken(found.places, heights, bottom, top),
        _tangent(found, high - low, bottom, top),
        _within(found.at),
        abs(found.at) <= _FARTHEST and abs(found.value) <= _FARTHEST,
        note,
    )


def slice_words(found: Slice) -> str:
    """Return the slope of a slice, or its value where there is no slope, to a few digits."""
    names = {"result": found.result, "leaf": found.leaf, "at": show(found.at, _DIGITS, exact=True).text}
    if found.slope is None:
        return tr("{result} = {value} at {leaf} = {at}", value=show(found.value, _DIGITS).text, **names)
    return tr("d {result}/d{leaf} = {slope} at {leaf} = {at}", slope=show(found.slope, _DIGITS).text, **names)


def _within(value: float) -> float:
    """Return ``value``, or the farthest that can be drawn."""
    return min(max(value, -_FARTHEST), _FARTHEST)


def _span(heights: Floats) -> tuple[float, float]:
    """Return the lower and the upper end of the axis: the curve with a margin, without poles and the like."""
    finite = heights[~np.isnan(heights)]
    if not len(finite):
        return -1.0, 1.0
    low, high = float(finite.min()), float(finite.max())
    inner_low, inner_high = map(float, np.percentile(finite, (5, 95)))
    inner = inner_high - inner_low
    if high - low > _OUTLIERS * inner > 0:
        low, high = max(low, inner_low - inner), min(high, inner_high + inner)
    if high - low <= 1e-9 * max(abs(low), abs(high)):
        around = abs(low) / 2 or 1.0
        return low - around, high + around
    margin = _MARGIN * (high - low)
    return low - margin, high + margin


def _broken(places: Floats, heights: Floats, bottom: float, top: float) -> tuple[Floats, Floats]:
    """Break the curve at poles: where it goes farther than the axis is long, against its way before and after."""
    span = top - bottom
    ways = np.diff(heights)
    turns = np.sign(ways[:-1]) * np.sign(ways[1:]) < 0
    poles = 2 + np.flatnonzero((np.abs(ways[1:-1]) > span) & turns[:-1] & turns[1:])
    # Far outside a line costs much time.
    near = np.clip(heights, bottom - 20 * span, top + 20 * span)
    return np.insert(places, poles, places[poles]), np.insert(near, poles, np.nan)


def _tangent(found: Slice, width: float, bottom: float, top: float) -> tuple[Floats, Floats]:
    """Return the ends of the tangent, no farther outside the axes than needed."""
    if not found.has_tangent or found.slope is None or not max(abs(found.value), abs(found.slope)) <= _FARTHEST:
        return np.empty(0), np.empty(0)
    reach = width
    if found.slope:
        reach = min(reach, (top - bottom + abs(found.value - (bottom + top) / 2)) / abs(found.slope))
    aside = np.array([-reach, reach])
    return found.at + aside, found.value + found.slope * aside
