"""Where the labels of arrows go in a drawing: beside the tips, apart from one another."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF

Floats = NDArray[np.float64]

HEAD_LENGTH, HEAD_WIDTH = 13.0, 11.0
"""Pixels of an arrow's head."""

LABELLED = 6.0
"""Pixels of an arrow below which it goes without its label, which would only hide the points about it."""

_GAP = 4.0

_FAR = 10.0
"""Pixels between a label and its arrow from which on a line leads from one to the other."""


def leader_line(place: QRectF, ends: Floats) -> tuple[QPointF, QPointF] | None:
    """Return the line from a label to the nearest point of its arrow, or None where the label is beside it."""
    along = ends[0] + np.linspace(0, 1, 24)[:, None] * (ends[1] - ends[0])
    nearest = np.clip(along, (place.left(), place.top()), (place.right(), place.bottom()))
    away = np.hypot(*(along - nearest).T)
    k = int(away.argmin())
    if away[k] < _FAR:
        return None
    return QPointF(float(nearest[k, 0]), float(nearest[k, 1])), QPointF(float(along[k, 0]), float(along[k, 1]))


def place_labels(
    arrows: list[Floats],
    sizes: list[tuple[float, float]],
    area: QRectF,
    avoided: Floats | None = None,
    taken: Sequence[QRectF] = (),
) -> list[QRectF]:
    """Place a label beside the tip of each arrow.

    Parameters
    ----------
    arrows
        Tail and tip of each, shape ``(2, 2)``, pixels.
    sizes
        Width and height of each label.
    area
        Where labels may lie.
    avoided
        Points that labels should leave free, shape ``(k, 2)``, pixels.
    taken
        Where something else is written.

    Returns
    -------
    list of QRectF
        One a label, never overlapping one another, clear of arrows and points where there is room; empty where
        there is none at all.
    """
    shafts = np.concatenate([a[0] + np.linspace(0, 1, 24)[:, None] * (a[1] - a[0]) for a in arrows] or [[]])
    if avoided is not None and len(arrows):
        shafts = np.concatenate([shafts, avoided[np.isfinite(avoided).all(axis=1)]])
    placed = list(taken)
    for ends, size in zip(arrows, sizes, strict=True):
        best, least = QRectF(), math.inf
        for rank, place in enumerate(_candidates(ends, size, area)):
            if rank >= least:
                break
            if any(place.intersects(other) for other in placed):
                continue
            hidden = (np.abs(shafts - (place.center().x(), place.center().y())) < (size[0] / 2, size[1] / 2)).all(1)
            cost = 3 * int(hidden.sum()) + rank
            if cost < least:
                best, least = place, cost
        placed.append(best)
    return placed[len(taken) :]


def _candidates(ends: Floats, size: tuple[float, float], area: QRectF) -> Iterator[QRectF]:
    """Yield places for a label, best first: beyond the tip, beside it, beside the middle, then ever farther rings."""
    way = ends[1] - ends[0]
    along = way / math.hypot(*way)
    across = np.array([-along[1], along[0]])
    half = np.array(size) / 2
    anchors = [(ends[1], along), (ends[1], across), (ends[1], -across)]
    anchors += [((ends[0] + ends[1]) / 2, side) for side in (across, -across)]
    for anchor, direction in anchors:
        reach = _GAP + HEAD_WIDTH / 2 * float(direction is not along) + float(np.abs(direction) @ half)
        yield _inside(anchor + reach * direction, size, area)
    for ring in range(1, 16):
        for angle in np.linspace(0, 2 * math.pi, 12, endpoint=False):
            ray = np.array([math.cos(angle), math.sin(angle)])
            yield _inside(ends[1] + ray * (half + ring * size[1]), size, area)


def _inside(centre: Floats, size: tuple[float, float], area: QRectF) -> QRectF:
    """Return the rectangle of ``size`` about ``centre``, moved into ``area``."""
    width, height = size
    x = max(area.left(), min(float(centre[0]) - width / 2, area.right() - width))
    y = max(area.top(), min(float(centre[1]) - height / 2, area.bottom() - height))
    return QRectF(x, y, width, height)
