"""What a contour map draws, in pixels of its plot: what its items have in common, levels and minima.

pyqtgraph's own items draw cosmetic lines, whose width ignores the size of an exported picture. These items work
out pixel coordinates themselves and use ordinary pens, so that lines, points and text scale with the painter.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontMetricsF,
    QImage,
    QPainter,
    QPainterPath,
    QPen,
    QPixmap,
    QPolygonF,
    QTransform,
)
from PySide6.QtWidgets import QGraphicsObject, QStyleOptionGraphicsItem, QWidget

from gdsim.app.theme import LIGHT, Theme
from gdsim.app.widgets.contour_paths import Floats, drawable, polyline

INK = "#1a1a1a"
"""Level lines and values: dark in either theme, because they lie on the colours of the map."""


def round_pen(colour: QColor, width: float) -> QPen:
    """Return a solid pen of ``width`` pixels with round ends and corners."""
    return QPen(colour, width, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin)


class PixelItem(QGraphicsObject):
    """An item that fills a view box and paints in its pixels."""

    def __init__(self, box: pg.ViewBox, z: float) -> None:
        super().__init__()
        # Not through the constructor: then PySide deletes the item a second time after the scene did, and crashes.
        self.setParentItem(box)
        self.box = box
        self.theme: Theme = LIGHT
        self.setZValue(z)
        box.sigRangeChanged.connect(self._changed)
        box.sigResized.connect(self._resized)

    def set_theme(self, theme: Theme) -> None:
        """Draw in the colours of ``theme``."""
        self.theme = theme
        self.update()

    def boundingRect(self) -> QRectF:
        """Return the whole plot area."""
        return self.box.rect()

    def to_pixels(self) -> QTransform:
        """Return the map from the variables' units to pixels."""
        (left, right), (bottom, top) = self.box.viewRange()
        area = self.box.rect()
        across, up = area.width() / (right - left), area.height() / (top - bottom)
        return QTransform(across, 0, 0, -up, area.left() - left * across, area.bottom() + bottom * up)

    def pixels(self, points: Floats) -> Floats:
        """Return ``points``, shape ``(k, 2)``, in pixels."""
        t = self.to_pixels()
        return points * (t.m11(), t.m22()) + (t.dx(), t.dy())

    def _changed(self, *_: Any) -> None:
        self.update()

    def _resized(self, *_: Any) -> None:
        self.prepareGeometryChange()
        self.update()


class Kept:
    """A picture painted once and copied to the screen for as long as nothing in it changes."""

    def __init__(self) -> None:
        self._key: object = None
        self._picture = QPixmap()

    def forget(self) -> None:
        """Paint anew the next time."""
        self._key = None

    def paint(self, painter: QPainter, area: QRectF, key: object, draw: Callable[[QPainter], None]) -> None:
        """Paint what ``draw`` paints within ``area``: on screen from the copy unless ``key`` has changed."""
        device = painter.device()
        if not isinstance(device, QWidget):
            draw(painter)
            return
        ratio = device.devicePixelRatioF()
        key = (area.getRect(), ratio, key)
        if self._key != key:
            self._picture = QPixmap(area.size().toSize() * ratio)
            self._picture.setDevicePixelRatio(ratio)
            self._picture.fill(Qt.GlobalColor.transparent)
            artist = QPainter(self._picture)
            artist.translate(-area.topLeft())
            draw(artist)
            artist.end()
            self._key = key
        painter.drawPixmap(area.topLeft(), self._picture)


class LevelsItem(PixelItem):
    """The filled levels, their lines and the values on some of the lines."""

    def __init__(self, box: pg.ViewBox) -> None:
        super().__init__(box, 0)
        self._image: QImage | None = None
        self._domain = QRectF()
        self._lines: list[tuple[float, Floats]] = []
        self._hatched = False
        self._kept = Kept()

    def set_image(self, image: NDArray[np.uint8], domain: QRectF, hatched: bool) -> None:
        """Show an image, shape ``(h, w, 4)``, over ``domain``, without lines; ``hatched``: some of it is missing."""
        height, width = image.shape[:2]
        data = np.ascontiguousarray(image)
        self._image = QImage(data.data, width, height, 4 * width, QImage.Format.Format_RGBA8888).copy()
        self._domain, self._hatched, self._lines = domain, hatched, []
        self._kept.forget()
        self.update()

    def set_lines(self, lines: list[tuple[float, Floats]]) -> None:
        """Show each level's lines, shape ``(k, 2)`` with ``nan`` rows between separate ones."""
        self._lines = lines
        self._kept.forget()
        self.update()

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        """Paint the map; on screen from a copy, since a step of the run leaves all of it as it is."""
        if self._image is not None:
            self._kept.paint(painter, self.boundingRect(), (self.box.viewRange(), self.theme), self._draw)

    def _draw(self, painter: QPainter) -> None:
        """Draw hatching, bands, lines, values and frame."""
        if self._image is None:
            return
        area = self.to_pixels().mapRect(self._domain)
        if self._hatched:
            self._paint_hatching(painter, area & self.boundingRect())
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        self._paint_bands(painter, area)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_lines(painter)
        painter.setPen(QPen(QColor(self.theme.muted), 1))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(area & self._near())

    def _near(self) -> QRectF:
        """Return the plot and a little more: what Qt's rasteriser takes, unlike a domain magnified a million times."""
        return self.boundingRect().adjusted(-20, -20, 20, 20)

    def _paint_bands(self, painter: QPainter, area: QRectF) -> None:
        assert self._image is not None
        seen = area & self._near()
        across, down = self._image.width() / area.width(), self._image.height() / area.height()
        painter.drawImage(seen, self._image, QRectF(
            (seen.left() - area.left()) * across, (seen.top() - area.top()) * down,
            seen.width() * across, seen.height() * down,
        ))  # fmt: skip

    def _paint_hatching(self, painter: QPainter, area: QRectF) -> None:
        painter.save()
        painter.setClipRect(area, Qt.ClipOperation.IntersectClip)
        painter.fillRect(area, QColor(self.theme.pane))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(self.theme.grid), 1))
        for x in np.arange(area.left() - area.height(), area.right(), 8.0):
            painter.drawLine(QPointF(x, area.bottom()), QPointF(x + area.height(), area.top()))
        painter.restore()

    def _paint_lines(self, painter: QPainter) -> None:
        ink = QColor(INK)
        ink.setAlphaF(0.55)
        painter.setPen(QPen(ink, 0.8))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        drawn = [(value, drawable(self.pixels(line), self.boundingRect())) for value, line in self._lines]
        for _, line in drawn:
            painter.drawPath(polyline(line))
        font = QFont(painter.font())
        font.setPixelSize(10)
        taken: list[QPointF] = []
        for value, line in drawn[:: 1 if len(drawn) <= 10 else 2]:
            text = f"{value:.6g}"
            room = QFontMetricsF(font).horizontalAdvance(text) + 8
            place = _straight_place(line, room, self.boundingRect(), taken)
            if place is not None:
                taken.append(place[0])
                _paint_value(painter, text, font, *place)


class StarsItem(PixelItem):
    """The minima, a star each."""

    RADIUS = 9.0

    def __init__(self, box: pg.ViewBox) -> None:
        super().__init__(box, 2)
        self._points: Floats = np.empty((0, 2))

    def set_points(self, points: Floats) -> None:
        """Show a star at each of ``points``, shape ``(m, 2)``."""
        self._points = points
        self.update()

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        """Paint the stars; those far outside are left out."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(round_pen(QColor(INK), 1.2))
        painter.setBrush(QColor(self.theme.minimum))
        reach = self.boundingRect().adjusted(-20, -20, 20, 20)
        for centre in map(point_of, self.pixels(self._points)):
            if reach.contains(centre):
                painter.drawPolygon(QPolygonF([centre + offset for offset in _star(self.RADIUS)]))


def _star(radius: float) -> list[QPointF]:
    """Return the ten corners of an upright five-pointed star about the origin."""
    corners = []
    for k in range(10):
        length, angle = radius if k % 2 == 0 else radius * 0.45, math.pi * k / 5
        corners.append(QPointF(length * math.sin(angle), -length * math.cos(angle)))
    return corners


def point_of(pair: Floats) -> QPointF:
    """Return a pair of numbers as a point."""
    return QPointF(float(pair[0]), float(pair[1]))


def _straight_place(line: Floats, room: float, area: QRectF, taken: list[QPointF]) -> tuple[QPointF, float] | None:
    """Return a middle and an angle (degrees) for a value on ``line``: where the line is straight and space is free."""
    inner = area.adjusted(room / 2, 10, -room / 2, -10)
    steps = np.hypot(*np.diff(line, axis=0).T)
    along = np.concatenate(([0.0], np.cumsum(np.nan_to_num(steps))))
    best: tuple[float, QPointF, float] | None = None
    for target in np.arange(room, along[-1] - room, max(room / 2, along[-1] / 60)):
        first, last = np.searchsorted(along, (target - room / 2, target + room / 2))
        chord = line[min(last, len(line) - 1)] - line[first]
        length = float(np.hypot(*chord))
        middle = point_of((line[first] + line[min(last, len(line) - 1)]) / 2)
        # A chord much shorter than the stretch of line means a bend, or a jump to another line.
        if not (0.9 * room <= length <= 1.3 * room) or not inner.contains(middle):
            continue
        if any((middle - other).manhattanLength() < 2.5 * room for other in taken):
            continue
        angle = math.degrees(math.atan2(chord[1], chord[0]))
        upright = (angle + 90) % 180 - 90
        # The flattest text reads best.
        if best is None or abs(upright) < best[0] - 5:
            best = (abs(upright), middle, upright)
    return None if best is None else (best[1], best[2])


def _paint_value(painter: QPainter, text: str, font: QFont, middle: QPointF, angle: float) -> None:
    metrics = QFontMetricsF(font)
    path = QPainterPath()
    path.addText(QPointF(-metrics.horizontalAdvance(text) / 2, metrics.capHeight() / 2), font, text)
    painter.save()
    painter.translate(middle)
    painter.rotate(angle)
    halo = QColor("#ffffff")
    halo.setAlphaF(0.75)
    painter.strokePath(path, round_pen(halo, 3))
    painter.fillPath(path, QColor(INK))
    painter.restore()
