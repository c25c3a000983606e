"""Polylines in pixels, made fit for Qt: clipped to what a painter can take and thinned to what one can see."""

from __future__ import annotations

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainterPath

from gdsim.app.scene.polyline import clip_segments as cut_segments

Floats = NDArray[np.float64]

_MANY = 2000
"""Points up to which a path is drawn as it is."""

_FAR, _FARTHEST = 1e12, 1e307
_MARGIN = 200.0


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
    low, high = margins(area)
    with np.errstate(invalid="ignore"):
        outside = ((points < low) | (points > high)).any()
    if not outside:
        return points
    return clip_segments(nearer(points), low, high)


def margins(area: QRectF) -> tuple[Floats, Floats]:
    """Return the corners of the box that Qt's rasteriser can take and that holds all that is seen of ``area``."""
    low, high = np.array([area.left(), area.top()]), np.array([area.right(), area.bottom()])
    return low - _MARGIN, high + _MARGIN


def nearer(points: Floats) -> Floats:
    """Bring far points, pixels, nearer along their own direction, so that differences stay finite."""
    points = np.clip(points, -_FARTHEST, _FARTHEST)
    reach = np.abs(points).max(axis=1, keepdims=True)
    return np.where(reach > _FAR, points / np.maximum(reach, _FAR) * _FAR, points)


def clip_segments(points: Floats, low: Floats, high: Floats) -> Floats:
    """Return a polyline cut at the box ``low`` .. ``high``, its segments parted by ``nan`` rows."""
    first, last, _ = cut_segments(points[:-1], points[1:], low, high)
    result = np.full((3 * len(first), 2), np.nan)
    result[0::3], result[1::3] = first, last
    return result


def distinct_marks(points: Floats, path: NDArray[np.intp]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return the lines and points of several paths in pixels that can be told apart.

    Parameters
    ----------
    points
        Shape ``(n, 2)``, one path after the other.
    path
        The number of each point's path.

    Returns
    -------
    tuple
        Rows of ``points`` at the start and the end of each mark; the same row twice for a point. A longer path has
        the same marks and more.
    """
    cells = _cells(points, 1.0) * (int(path.max(initial=0)) + 1) + path
    _, dots, number = np.unique(cells, return_index=True, return_inverse=True)
    moved = np.flatnonzero((path[1:] == path[:-1]) & (number[1:] != number[:-1]))
    low, high = np.minimum(number[moved], number[moved + 1]), np.maximum(number[moved], number[moved + 1])
    _, once = np.unique(low * len(points) + high, return_index=True)
    lines = moved[np.sort(once)]
    dots = np.sort(dots)
    return np.concatenate([lines, dots]), np.concatenate([lines + 1, dots])


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
