"""The ways of the runs on a contour map: their paths, starts and current points."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import QStyleOptionGraphicsItem, QWidget

from gdsim.app.way import Way, in_race
from gdsim.app.widgets.contour_crowd import WIDTHS, Crowd, screen_ratio, shades, stamp
from gdsim.app.widgets.contour_items import PixelItem, point_of, round_pen
from gdsim.app.widgets.contour_paths import Floats, drawable, polyline, thin_lines, thin_points

FINE = 2500
"""Segments, or points, up to which a path is drawn with all care."""

_HALO, _CLEAR_HALO = 0.6, 1.0
"""Opacity of the rim of a path: of the only one, and of one that has to stand out from others."""

_GRIP = 12.0
"""Pixels about a start within which a press takes hold of it."""

_DISC_RIM = 1.5

_LATEST = 40
"""Steps of the path that labels keep clear of."""


class TrajectoryItem(PixelItem):
    """The paths: a line, a point at each step, the start; what lies ahead of the current step is muted."""

    def __init__(self, box: pg.ViewBox) -> None:
        super().__init__(box, 1)
        self._ways: Sequence[Way] = ()
        self._focused: Way | None = None
        self._thick, self._halo = 0.0, _HALO
        self._crowd = Crowd(self)

    def set_ways(self, ways: Sequence[Way], focused: Way | None) -> None:
        """Show ``ways``, the last on top, of a race the one that is ``focused`` a little thicker."""
        self._ways, self._focused = ways, focused
        self._thick, self._halo = (1.0, _CLEAR_HALO) if in_race(ways) else (0.0, _HALO)
        self.update()

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        """Paint of each way the part ahead and the part done, then the starts."""
        others = [way for way in self._ways if way is not self._focused]
        if others:
            self._crowd.paint(painter, others)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self._focused is not None:
            points, current = self.pixels(self._focused.points), self._focused.current
            done, ahead = shades(self._focused.colour, self.theme)
            self._paint_part(painter, points[current:], QColor(ahead), *WIDTHS[False])
            width, dot = WIDTHS[True]
            self._paint_part(painter, points[: current + 1], QColor(done), width + self._thick, dot + self._thick)
        starts = {(float(way.points[0, 0]), float(way.points[0, 1])): self.theme.start for way in self._ways}
        _paint_discs(painter, self, starts, 8.0)

    def _paint_part(self, painter: QPainter, points: Floats, colour: QColor, width: float, dot: float) -> None:
        line = drawable(thin_lines(points), self.boundingRect())
        path = polyline(line)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        # A tangle of thousands of segments is a patch of colour: fine drawing would show nothing and take a second.
        fine = len(line) <= FINE
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, fine)
        if fine:
            halo = QColor(self.theme.ground)
            halo.setAlphaF(self._halo)
            painter.setPen(round_pen(halo, width + 2))
            painter.drawPath(path)
        painter.setPen(round_pen(colour, width) if fine else QPen(colour, 1))
        painter.drawPath(path)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        dots = thin_points(points, self.boundingRect())
        if not 0 < len(dots) <= FINE:
            return
        shape = pg.functions.arrayToQPolygonF(np.ascontiguousarray(dots[:, 0]), np.ascontiguousarray(dots[:, 1]))
        for pen in (round_pen(QColor(self.theme.ground), dot + 1.5), round_pen(colour, dot)):
            painter.setPen(pen)
            painter.drawPoints(shape)


class CurrentItem(PixelItem):
    """The current point of each run, large."""

    def __init__(self, box: pg.ViewBox) -> None:
        super().__init__(box, 2.5)
        self._points: dict[tuple[float, float], str] = {}

    def set_ways(self, ways: Sequence[Way]) -> None:
        """Show the current points of ``ways``; of those that coincide the last; none where it is not finite."""
        at = [(way.points[way.current], way.colour) for way in ways]
        # What is shown again moves to the end, which is painted last.
        self._points = {}
        for point, colour in at:
            if np.isfinite(point).all():
                self._points.pop((float(point[0]), float(point[1])), None)
                self._points[float(point[0]), float(point[1])] = colour
        self.update()

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        """Paint the points with a rim in the ground's colour."""
        _paint_discs(painter, self, {at: shades(colour, self.theme)[0] for at, colour in self._points.items()}, 5.5)


def _paint_discs(painter: QPainter, item: PixelItem, colours: dict[tuple[float, float], str], radius: float) -> None:
    """Paint a disc with a rim at each point that is not too far away; of many on screen the last with all care."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    rim, ratio = item.theme.ground, screen_ratio(painter)
    painter.setPen(QPen(QColor(rim), _DISC_RIM))
    centres = item.pixels(np.array([*colours]).reshape(-1, 2))
    for left, centre, colour in zip(range(len(centres) - 1, -1, -1), centres, colours.values(), strict=True):
        if not np.abs(centre).max() < 1e6:
            continue
        if left and ratio:
            stamp(painter, centre[None], colour, rim, 2 * radius - _DISC_RIM, ratio, 2 * _DISC_RIM)
        else:
            painter.setBrush(QColor(colour))
            painter.drawEllipse(point_of(centre), radius, radius)


def in_order(ways: Sequence[Way], focused: int) -> list[Way]:
    """Return the ways that have a point as they are painted: later ones first, the focused one last."""
    return sorted((way for way in ways if len(way.points)), key=lambda way: (way.number == focused, -way.number))


def worth_seeing(ways: Sequence[Way], focused: Way | None, minima: Floats) -> Floats:
    """Return what labels keep off: the latest part of the focused path, starts, current points and minima."""
    between = np.empty((0, 2))
    if focused is not None:
        latest = focused.points[max(0, focused.current - _LATEST) : focused.current + 1]
        latest = latest[np.isfinite(latest).all(axis=1)]
        shares = np.linspace(0, 1, 8)[:, None, None]
        between = (shares * latest[1:] + (1 - shares) * latest[:-1]).reshape(-1, 2)
    # A star or a large point is worth more than a stretch of line.
    large = [way.points[[0, way.current]] for way in ways[-1:]]
    others = [way.points[[0, way.current]] for way in ways[:-1]]
    return np.concatenate([between, *others, *[*large, minima] * 5])


def way_started_at(point: QPointF, drawn: Sequence[Way], item: PixelItem) -> Way | None:
    """Return the way whose start is pressed at ``point``, pixels of the plot: the nearest, of equals the topmost."""
    nearest, least = None, _GRIP
    for way in reversed(drawn):
        away = math.hypot(*(item.pixels(way.points[:1])[0] - (point.x(), point.y())))
        if away < least:
            nearest, least = way, away
    return nearest
