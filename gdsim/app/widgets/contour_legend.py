"""The legend of a race inside the contour map."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter
from PySide6.QtWidgets import QStyleOptionGraphicsItem, QWidget

from gdsim.app.theme import GRID
from gdsim.app.way import Way, in_race
from gdsim.app.widgets.contour_crowd import WIDTHS, shades
from gdsim.app.widgets.contour_items import Kept, PixelItem, round_pen
from gdsim.app.widgets.contour_paths import Floats
from gdsim.i18n import tr

_MOST = 10
_TEXT = 12
"""Pixels of the font."""

_LINE, _SAMPLE = 17.0, 18.0
_WIDEST = 200.0
_SHARE = (0.45, 0.6)
"""The most that it takes of the plot's width and height."""

_GROUND = 0.85
_DENSE = 500
"""Points of a path from which on those between its steps say nothing more."""

_FAR = 1e100

_CORNERS = ((1, 0), (0, 0), (1, 1), (0, 1))
"""Shares of the free width and height to the left of the legend and above it; of equal ones the first is taken."""


@dataclass(frozen=True)
class _Line:
    text: str
    colour: str
    number: int | None


class LegendItem(PixelItem):
    """A line for each run, in the corner where the fewest points of paths lie."""

    def __init__(self, box: pg.ViewBox) -> None:
        super().__init__(box, 2.2)
        self._ways: Sequence[Way] = ()
        self._focused = 0
        self._minima: Floats = np.empty((0, 2))
        self._corner: tuple[int, int] | None = None
        self._laid_out: tuple[object, QRectF] = (None, QRectF())
        self._kept = Kept()

    def set_ways(self, ways: Sequence[Way], focused: int) -> None:
        """List ``ways`` if they are a race; the corner is chosen anew when there are others than before."""
        if [way.number for way in ways] != [way.number for way in self._ways]:
            self._corner = None
        self._ways, self._focused = ways if in_race(ways) else (), focused
        self.update()

    def set_minima(self, points: Floats) -> None:
        """Keep off ``points``, shape ``(m, 2)``, too, when next a corner is chosen."""
        self._minima = points

    def choose_anew(self) -> None:
        """Choose the corner when next painted."""
        self._corner = None

    def stand_like(self, other: LegendItem) -> None:
        """Take the corner of ``other``."""
        self._corner = other._corner

    def place(self) -> QRectF:
        """Return where it stands, in pixels of the plot; empty where there is no race."""
        key = (self.boundingRect().getRect(), self._corner, self._lines())
        if self._corner is None or key != self._laid_out[0]:
            self._laid_out = (key, self._lay_out())
        return self._laid_out[1]

    def number_at(self, point: QPointF) -> int | None:
        """Return the number of the run whose line is at ``point``, in pixels of the plot."""
        place, lines = self.place(), self._lines()
        row = int((point.y() - place.top() - GRID / 2) // _LINE)
        return lines[row].number if place.contains(point) and 0 <= row < len(lines) else None

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        """Paint ground, samples and labels."""
        place = self.place()
        if not place.isEmpty():
            key = (self._lines(), self._focused, self.theme)
            self._kept.paint(painter, place, key, lambda artist: self._draw(artist, place))

    def _draw(self, painter: QPainter, place: QRectF) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        ground = QColor(self.theme.ground)
        ground.setAlphaF(_GROUND)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(ground)
        painter.drawRoundedRect(place, 4, 4)
        left = place.left() + GRID + _SAMPLE + GRID
        for row, line in enumerate(self._lines()):
            focused = line.number == self._focused
            middle = place.top() + GRID / 2 + (row + 0.5) * _LINE
            if line.number is not None:
                width, dot = (size + focused for size in WIDTHS[True])
                start, colour = QPointF(place.left() + GRID, middle), QColor(shades(line.colour, self.theme)[0])
                painter.setPen(round_pen(colour, width))
                painter.drawLine(start, start + QPointF(_SAMPLE, 0))
                painter.setPen(round_pen(colour, dot + 1))
                painter.drawPoint(start + QPointF(_SAMPLE / 2, 0))
            font = _font(bold=focused)
            metrics = QFontMetricsF(font)
            painter.setFont(font)
            painter.setPen(QColor(self.theme.text if line.number is not None else self.theme.muted))
            text = metrics.elidedText(line.text, Qt.TextElideMode.ElideRight, place.right() - GRID - left + 0.5)
            painter.drawText(QPointF(left, middle + (metrics.ascent() - metrics.descent()) / 2), text)

    def _lay_out(self) -> QRectF:
        area, lines = self.boundingRect().adjusted(GRID, GRID, -GRID, -GRID), self._lines()
        if not lines or area.isEmpty():
            return QRectF()
        font = QFontMetricsF(_font(bold=True))
        widest = max(font.horizontalAdvance(line.text) for line in lines)
        width = math.ceil(min(_SAMPLE + 3 * GRID + widest, _WIDEST, _SHARE[0] * self.boundingRect().width()))
        height = math.ceil(len(lines) * _LINE + GRID)
        if self._corner is None:
            free = [_in_corner(corner, width, height, area) for corner in _CORNERS]
            points = self._points()
            self._corner = _CORNERS[int(np.argmin([_count(points, place) for place in free]))]
        return _in_corner(self._corner, width, height, area)

    def _lines(self) -> list[_Line]:
        """Return as many lines as there is room for, the focused run among them."""
        room = int((_SHARE[1] * self.boundingRect().height() - GRID) // _LINE)
        shown = list(self._ways)
        if len(shown) > min(_MOST, room):
            focused = [way for way in shown if way.number == self._focused]
            shown = shown[: max(1, min(_MOST, room - 1))]
            if focused and focused[0] not in shown:
                shown[-1] = focused[0]
        lines = [_Line(way.label, way.colour, way.number) for way in shown]
        left = len(self._ways) - len(shown)
        return [*lines, _Line(tr("and {count} more", count=left), "", None)] if left else lines

    def _points(self) -> Floats:
        """Return points all along the paths, and the minima, in pixels."""
        shares = np.linspace(0, 1, 6)[:, None, None]
        parts = [self._minima]
        for way in self._ways:
            points = way.points[np.isfinite(way.points).all(axis=1)]
            points = points[np.abs(points).max(axis=1) < _FAR]
            between = shares * points[1:] + (1 - shares) * points[:-1] if len(points) < _DENSE else points
            parts += [between.reshape(-1, 2), points[-1:]]
        return self.pixels(np.concatenate(parts))


def _in_corner(corner: tuple[int, int], width: int, height: int, area: QRectF) -> QRectF:
    """Return the rectangle of this size in a corner, on whole pixels."""
    across, down = corner
    left = area.left() + across * (area.width() - width)
    top = area.top() + down * (area.height() - height)
    return QRectF(round(left), round(top), width, height)


def _count(points: Floats, place: QRectF) -> int:
    inside = (points >= (place.left(), place.top())) & (points <= (place.right(), place.bottom()))
    return int(inside.all(axis=1).sum())


def _font(bold: bool) -> QFont:
    font = QFont()
    font.setPixelSize(_TEXT)
    font.setWeight(QFont.Weight.DemiBold if bold else QFont.Weight.Normal)
    return font
