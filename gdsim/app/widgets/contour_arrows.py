"""The arrows on a contour map and the placing of their labels."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPolygonF
from PySide6.QtWidgets import QStyleOptionGraphicsItem, QWidget

from gdsim.app.arrow import Arrow
from gdsim.app.widgets.contour_items import PixelItem, round_pen
from gdsim.app.widgets.contour_paths import Floats, drawable

SHAFT = 3.0
HEAD_LENGTH = 13.0
HEAD_WIDTH = 11.0
_HALO = 1.5
_GAP = 4.0

LABELLED = 6.0
"""Pixels of an arrow below which it goes without its label, which would only hide the points about it."""

_FAR = 10.0
"""Pixels between a label and its arrow from which on a line leads from one to the other."""

_PAD = 5.0
_GROUND = 0.85
"""Opacity of the ground on which a label stands, whatever the colours of the map."""


class ArrowsItem(PixelItem):
    """Thick arrows whose heads keep their size in pixels, each with its label beside it."""

    def __init__(self, box: pg.ViewBox) -> None:
        super().__init__(box, 3)
        self._arrows: list[Arrow] = []
        self._avoided: Floats = np.empty((0, 2))

    def set_avoided(self, points: Floats) -> None:
        """Keep the labels off ``points``, shape ``(k, 2)``, where there is room."""
        self._avoided = points
        self.update()

    def set_arrows(self, arrows: list[Arrow]) -> None:
        """Show ``arrows``; those of no length are left out."""
        self._arrows = [arrow for arrow in arrows if arrow.tail != arrow.tip]
        self.update()

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        """Paint the arrows with a rim in the ground's colour, then the labels over them."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        area = self.boundingRect()
        drawn = []
        for arrow in self._arrows:
            ends = drawable(self.pixels(np.array([arrow.tail, arrow.tip], dtype=np.float64)), area)[:2]
            if len(ends) == 2 and np.isfinite(ends).all() and np.ptp(ends, axis=0).max() > 0:
                drawn.append((arrow, ends))
        rim = QColor(self.theme.ground)
        for arrow, ends in drawn:
            outline = arrow_shape(ends)
            painter.setPen(round_pen(rim, 2 * _HALO))
            painter.drawPolygon(outline)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(getattr(self.theme, arrow.role)))
            painter.drawPolygon(outline)
        labelled = [(a, e) for a, e in drawn if a.label and math.hypot(*(e[1] - e[0])) >= LABELLED]
        self._paint_labels(painter, labelled, area)

    def _paint_labels(self, painter: QPainter, drawn: list[tuple[Arrow, Floats]], area: QRectF) -> None:
        font = QFont(painter.font())
        font.setPixelSize(13)
        font.setWeight(QFont.Weight.DemiBold)
        metrics = QFontMetricsF(font)
        sizes = [(metrics.horizontalAdvance(arrow.label) + 2 * _PAD, metrics.height() + 2) for arrow, _ in drawn]
        places = place_labels([e for _, e in drawn], sizes, area, self.pixels(self._avoided))
        ground = QColor(self.theme.ground)
        for (arrow, ends), place in zip(drawn, places, strict=True):
            leader = leader_line(place, ends)
            if leader is not None:
                for pen in (round_pen(ground, 3), round_pen(QColor(getattr(self.theme, arrow.role)), 1.2)):
                    painter.setPen(pen)
                    painter.drawLine(*leader)
        ground.setAlphaF(_GROUND)
        painter.setFont(font)
        for (arrow, _), place in zip(drawn, places, strict=True):
            painter.setPen(round_pen(QColor(getattr(self.theme, arrow.role)), 1.2))
            painter.setBrush(ground)
            painter.drawRoundedRect(place.adjusted(0.6, 0.6, -0.6, -0.6), 4, 4)
            painter.setPen(QColor(self.theme.text))
            painter.drawText(QPointF(place.left() + _PAD, place.top() + 1 + metrics.ascent()), arrow.label)


def arrow_shape(ends: Floats) -> QPolygonF:
    """Return the outline of an arrow from ``ends[0]`` to ``ends[1]``, pixels; a short one shrinks as a whole."""
    way = ends[1] - ends[0]
    length = math.hypot(*way)
    scale = min(1.0, length / (1.5 * HEAD_LENGTH))
    along = way / length
    across = np.array([-along[1], along[0]])
    half_shaft, half_head, neck = scale * SHAFT / 2, scale * HEAD_WIDTH / 2, ends[1] - scale * HEAD_LENGTH * along
    corners = [
        ends[0] + half_shaft * across,
        neck + half_shaft * across,
        neck + half_head * across,
        ends[1],
        neck - half_head * across,
        neck - half_shaft * across,
        ends[0] - half_shaft * across,
    ]
    return QPolygonF([QPointF(float(x), float(y)) for x, y in corners])


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
    arrows: list[Floats], sizes: list[tuple[float, float]], area: QRectF, avoided: Floats | None = None
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

    Returns
    -------
    list of QRectF
        One a label, never overlapping one another; clear of arrows and points where there is room.
    """
    shafts = np.concatenate([a[0] + np.linspace(0, 1, 24)[:, None] * (a[1] - a[0]) for a in arrows] or [[]])
    if avoided is not None and len(arrows):
        shafts = np.concatenate([shafts, avoided[np.isfinite(avoided).all(axis=1)]])
    placed: list[QRectF] = []
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
    return placed


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
