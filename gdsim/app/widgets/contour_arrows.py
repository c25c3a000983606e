"""The arrows on a contour map and the placing of their labels."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPolygonF
from PySide6.QtWidgets import QStyleOptionGraphicsItem, QWidget

from gdsim.app.arrow import Arrow
from gdsim.app.label_places import HEAD_LENGTH, HEAD_WIDTH, LABELLED, leader_line, place_labels
from gdsim.app.widgets.contour_items import PixelItem, round_pen
from gdsim.app.widgets.contour_legend import LegendItem
from gdsim.app.widgets.contour_paths import Floats, drawable

SHAFT = 3.0
_HALO = 1.5
_PAD = 5.0
_GROUND = 0.85
"""Opacity of the ground on which a label stands, whatever the colours of the map."""


@dataclass(frozen=True, eq=False)
class _Drawn:
    """An arrow in pixels: its ends, shape ``(2, 2)``, its label as far as there is room, and where that stands."""

    arrow: Arrow
    ends: Floats
    label: str = ""
    place: QRectF = field(default_factory=QRectF)


class ArrowsItem(PixelItem):
    """Thick arrows whose heads keep their size in pixels, each with its label beside it."""

    def __init__(self, box: pg.ViewBox, legend: LegendItem) -> None:
        super().__init__(box, 3)
        self._legend = legend
        self._arrows: list[Arrow] = []
        self._avoided: Floats = np.empty((0, 2))
        self._drawn: tuple[object, list[_Drawn]] = (None, [])

    def set_avoided(self, points: Floats) -> None:
        """Keep the labels off ``points``, shape ``(k, 2)``, where there is room."""
        self._avoided = points
        self._forget()

    def set_arrows(self, arrows: list[Arrow]) -> None:
        """Show ``arrows``; those of no length are left out."""
        self._arrows = [arrow for arrow in arrows if arrow.tail != arrow.tip]
        self._forget()

    def written(self) -> list[QRectF]:
        """Return where labels stand, and the legend, in pixels of the plot."""
        places = [drawn.place for drawn in self._laid_out()] + [self._legend.place()]
        return [place for place in places if not place.isEmpty()]

    def covered(self) -> Floats:
        """Return points all along the arrows, and those that labels keep off, in pixels of the plot."""
        shares = np.linspace(0, 1, 24)[:, None]
        along = [shares * drawn.ends[1] + (1 - shares) * drawn.ends[0] for drawn in self._laid_out()]
        return np.concatenate([*along, self.pixels(self._avoided)])

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        """Paint the arrows with a rim in the ground's colour, then the labels over them."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        rim = QColor(self.theme.ground)
        for drawn in self._laid_out():
            outline = arrow_shape(drawn.ends)
            painter.setPen(round_pen(rim, 2 * _HALO))
            painter.drawPolygon(outline)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(getattr(self.theme, drawn.arrow.role)))
            painter.drawPolygon(outline)
        self._paint_labels(painter, [drawn for drawn in self._laid_out() if not drawn.place.isEmpty()])

    def _paint_labels(self, painter: QPainter, labelled: list[_Drawn]) -> None:
        ground = QColor(self.theme.ground)
        for drawn in labelled:
            leader = leader_line(drawn.place, drawn.ends)
            if leader is not None:
                for pen in (round_pen(ground, 3), round_pen(QColor(getattr(self.theme, drawn.arrow.role)), 1.2)):
                    painter.setPen(pen)
                    painter.drawLine(*leader)
        ground.setAlphaF(_GROUND)
        painter.setFont(_font())
        ascent = QFontMetricsF(_font()).ascent()
        for drawn in labelled:
            painter.setPen(round_pen(QColor(getattr(self.theme, drawn.arrow.role)), 1.2))
            painter.setBrush(ground)
            painter.drawRoundedRect(drawn.place.adjusted(0.6, 0.6, -0.6, -0.6), 4, 4)
            painter.setPen(QColor(self.theme.text))
            painter.drawText(QPointF(drawn.place.left() + _PAD, drawn.place.top() + 1 + ascent), drawn.label)

    def _forget(self) -> None:
        self._drawn = (None, [])
        self.update()

    def _laid_out(self) -> list[_Drawn]:
        """Return the arrows in pixels with their labels, worked out anew only when something has changed."""
        area, legend = self.boundingRect(), self._legend.place()
        key = (area.getRect(), self.box.viewRange(), legend.getRect())
        if self._drawn[0] != key:
            self._drawn = (key, self._lay_out(area, legend))
        return self._drawn[1]

    def _lay_out(self, area: QRectF, legend: QRectF) -> list[_Drawn]:
        drawn: list[tuple[Arrow, Floats]] = []
        for arrow in self._arrows:
            ends = drawable(self.pixels(np.array([arrow.tail, arrow.tip], dtype=np.float64)), area)[:2]
            if len(ends) == 2 and np.isfinite(ends).all() and np.ptp(ends, axis=0).max() > 0:
                drawn.append((arrow, ends))
        metrics, room = QFontMetricsF(_font()), area.width() - 2 * _PAD
        labels = {
            k: metrics.elidedText(arrow.label, Qt.TextElideMode.ElideRight, room)
            for k, (arrow, ends) in enumerate(drawn)
            if arrow.label and math.hypot(*(ends[1] - ends[0])) >= LABELLED
        }
        sizes = [(metrics.horizontalAdvance(label) + 2 * _PAD, metrics.height() + 2) for label in labels.values()]
        taken = [] if legend.isEmpty() else [legend]
        found = place_labels([drawn[k][1] for k in labels], sizes, area, self.pixels(self._avoided), taken)
        places = dict(zip(labels, found, strict=True))
        return [_Drawn(*pair, labels.get(k, ""), places.get(k, QRectF())) for k, pair in enumerate(drawn)]


def _font() -> QFont:
    font = QFont()
    font.setPixelSize(13)
    font.setWeight(QFont.Weight.DemiBold)
    return font


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
