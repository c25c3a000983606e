"""Polylines in pixels, made fit for Qt: clipped to what a painter can take and thinned to what one can see."""

from __future__ import annotations

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainterPath

Floats = NDArray[np.float64]

_MANY = 2000
"""Points up to which a path is drawn as it is."""

_FAR, _FARTHEST = 1e12, 1e307


def polyline(points: Floats) -> QPainterPath:
    """Return a path through ``points``, shape ``(k, 2)``, interrupted by rows of ``nan``."""
    if len(points) < 2:
        return QPainterPath()
    x, y = np.ascontiguousarray(points[:, 0]), np.ascontiguousarray(points[:, 1])
    return pg.functions.arrayToQPath(x, y, connect="finite")


def drawable(points: Floats, area: QRectF) -> Floats:
    """Return the part of a polyline that lies near ``area``.

    A diverging run reaches coordinates that Qt's rasteriser cannot hold; segments are cut at a margin around the
    area, so that what shows inside keeps its exact direction.
    """
    margin = 200.0
    low = np.array([area.left() - margin, area.top() - margin])
    high = np.array([area.right() + margin, area.bottom() + margin])
    with np.errstate(invalid="ignore"):
        outside = ((points < low) | (points > high)).any()
    if not outside:
        return points
    # Far points come nearer along their own direction, so that differences stay finite.
    points = np.clip(points, -_FARTHEST, _FARTHEST)
    reach = np.abs(points).max(axis=1, keepdims=True)
    return clip_segments(np.where(reach > _FAR, points / np.maximum(reach, _FAR) * _FAR, points), low, high)


def clip_segments(points: Floats, low: Floats, high: Floats) -> Floats:
    """Return a polyline cut at the box ``low`` .. ``high`` (Liang and Barsky), its segments parted by ``nan`` rows."""
    start, way = points[:-1], np.diff(points, axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        first, second = (low - start) / way, (high - start) / way
    # A segment along an axis enters and leaves that slab never or always.
    within = (start >= low) & (start <= high)
    still = way == 0
    enter = np.where(still, np.where(within, -np.inf, np.inf), np.fmin(first, second)).max(axis=1)
    leave = np.where(still, np.where(within, np.inf, -np.inf), np.fmax(first, second)).min(axis=1)
    enter, leave = np.maximum(enter, 0.0), np.minimum(leave, 1.0)
    seen = (enter <= leave) & np.isfinite(start).all(axis=1) & np.isfinite(way).all(axis=1)
    result = np.full((3 * int(seen.sum()), 2), np.nan)
    result[0::3] = start[seen] + enter[seen, None] * way[seen]
    result[1::3] = start[seen] + leave[seen, None] * way[seen]
    return result


def thin_lines(points: Floats) -> Floats:
    """Return a polyline in pixels without the points, and for long ones the segments, that cannot be told apart."""
    for cell in (1.0, 3.0):
        if len(points) <= _MANY:
            return points
        cells = _cells(points, cell)
        moved = np.concatenate(([True], cells[1:] != cells[:-1]))
        # The very last point is where the current one is drawn: the line must reach it.
        moved[-1] = True
        points, cells = points[moved], cells[moved]
    if len(points) <= _MANY:
        return points
    # A limit cycle or noise about a minimum draws the same segments over and over; keep one of each.
    distinct, number = np.unique(cells, return_inverse=True)
    low, high = np.minimum(number[:-1], number[1:]), np.maximum(number[:-1], number[1:])
    _, first = np.unique(low * len(distinct) + high, return_index=True)
    if len(first) > 0.9 * len(points):
        return points
    first.sort()
    result = np.full((3 * len(first), 2), np.nan)
    result[0::3], result[1::3] = points[first], points[first + 1]
    return result


def thin_points(points: Floats, area: QRectF) -> Floats:
    """Return the points within ``area``, few enough that they can be told apart."""
    with np.errstate(invalid="ignore"):
        x, y = points[:, 0], points[:, 1]
        near = (x > area.left() - 8) & (x < area.right() + 8) & (y > area.top() - 8) & (y < area.bottom() + 8)
    points = points[near]
    if len(points) <= _MANY:
        return points
    _, first = np.unique(_cells(points, 3.0), return_index=True)
    return points[np.sort(first)]


def _cells(points: Floats, cell: float) -> NDArray[np.int64]:
    """Return one number for the square of ``cell`` pixels in which each point lies."""
    rounded = np.clip(np.nan_to_num(points / cell, nan=-1e6), -1e6, 1e6).astype(np.int64)
    return rounded[:, 0] * 4_000_003 + rounded[:, 1]
