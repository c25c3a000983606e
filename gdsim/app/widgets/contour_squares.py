"""Squares beside a point of the contour map, whose areas stand for numbers."""

from __future__ import annotations

import math

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPen
from PySide6.QtWidgets import QStyleOptionGraphicsItem, QWidget

from gdsim.app.arrow import Square
from gdsim.app.label_places import leader_line, place_labels
from gdsim.app.theme import GRID
from gdsim.app.widgets.contour_arrows import ArrowsItem
from gdsim.app.widgets.contour_items import PixelItem, round_pen
from gdsim.app.widgets.contour_paths import Floats

SIDE = 48.0
"""Pixels of the largest square's side."""

_FILL, _GROUND = 0.35, 0.85
_FROM_POINT = 8.0
"""Pixels from the point to where the squares may begin."""


class SquaresItem(PixelItem):
    """Squares side by side on a piece of ground of their own, clear of the arrows and their labels."""

    def __init__(self, box: pg.ViewBox, arrows: ArrowsItem) -> None:
        super().__init__(box, 2.4)
        self._arrows = arrows
        self._groups: list[list[Square]] = []

    def set_squares(self, squares: list[Square]) -> None:
        """Show ``squares``; those of one point stand together."""
        groups: dict[tuple[float, float], list[Square]] = {}
        for square in squares:
            if np.isfinite(square.at).all():
                groups.setdefault(square.at, []).append(square)
        self._groups = list(groups.values())
        self.update()

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        """Paint each group where there is room for it."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        area, taken = self.boundingRect(), self._arrows.written()
        for group in self._groups:
            point = self.pixels(np.array([group[0].at]))[0]
            if area.contains(*point):
                (place,) = self._places(point, group, taken)
                if not place.isEmpty():
                    taken = [*taken, place]
                    self._paint_group(painter, group, place, point)

    def _places(self, point: Floats, group: list[Square], taken: list[QRectF]) -> list[QRectF]:
        free = self._free_direction(point, taken)
        ends = np.array([point, point + _FROM_POINT * free])
        return place_labels([ends], [_size(group)], self.boundingRect(), self._arrows.covered(), taken)

    def _free_direction(self, point: Floats, taken: list[QRectF]) -> Floats:
        """Return the direction, length 1, that leads away from arrows and labels near ``point``."""
        centres = [[place.center().x(), place.center().y()] for place in taken]
        ways = np.concatenate([np.array(centres).reshape(-1, 2), self._arrows.covered()]) - point
        near = np.hypot(*ways.T)
        ways, near = ways[(near > 1) & (near < 4 * SIDE)], near[(near > 1) & (near < 4 * SIDE)]
        away = -(ways / near[:, None] ** 2).sum(axis=0)
        length = math.hypot(*away)
        return away / length if length > 0 else np.array([1.0, 0.0])

    def _paint_group(self, painter: QPainter, group: list[Square], place: QRectF, point: Floats) -> None:
        ground = QColor(self.theme.ground)
        leader = leader_line(place, np.array([point, point]))
        if leader is not None:
            for pen in (round_pen(ground, 3), round_pen(QColor(self.theme.text), 1.2)):
                painter.setPen(pen)
                painter.drawLine(*leader)
        ground.setAlphaF(_GROUND)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(ground)
        painter.drawRoundedRect(place, 4, 4)
        metrics = QFontMetricsF(_font())
        painter.setFont(_font())
        left, baseline = place.left() + GRID / 2, place.bottom() - GRID / 2 - metrics.descent()
        for square in group:
            width, side = _width(square, metrics), _side(square)
            colour = QColor(getattr(self.theme, square.role))
            fill = QColor(colour)
            fill.setAlphaF(_FILL)
            pen = QPen(colour, 1.5)
            pen.setJoinStyle(Qt.PenJoinStyle.MiterJoin)
            painter.setPen(pen)
            painter.setBrush(fill)
            if side > 0:
                top = baseline - metrics.ascent() - GRID / 2 - side
                painter.drawRect(QRectF(left + (width - side) / 2, top, side, side).adjusted(0.75, 0.75, -0.75, -0.75))
            painter.setPen(QColor(self.theme.text))
            text = left + (width - metrics.horizontalAdvance(square.label)) / 2
            painter.drawText(QPointF(text, baseline), square.label)
            left += width + GRID


def _side(square: Square) -> float:
    """Return the side in pixels; of what is almost nothing two, so that it can be seen."""
    if not square.side > 0:
        return 0.0
    return max(2.0, SIDE * min(square.side, 1.0))


def _width(square: Square, metrics: QFontMetricsF) -> float:
    return max(_side(square), metrics.horizontalAdvance(square.label))


def _size(group: list[Square]) -> tuple[float, float]:
    """Return width and height of a group with its labels."""
    metrics = QFontMetricsF(_font())
    width = sum(_width(square, metrics) for square in group) + GRID * len(group)
    return width, max(map(_side, group)) + metrics.ascent() + metrics.descent() + 1.5 * GRID


def _font() -> QFont:
    font = QFont()
    font.setPixelSize(12)
    return font
