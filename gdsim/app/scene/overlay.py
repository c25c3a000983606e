"""All text of the scene, and the colour bar: one item, one painter a frame."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QImage, QPainter, QPen

from gdsim.app.scene import axes
from gdsim.app.scene.items import Item
from gdsim.app.theme import LIGHT, Theme

FONT_PIXELS = 12.0
BAR_WIDTH, BAR_ROOM = 14.0, 88.0
"""Pixels that the colour bar's strip takes, and that it takes with its labels."""


class Overlay(Item):
    """Tick labels, axis names, the colour bar and the note."""

    def __init__(self, order: float, family: str) -> None:
        super().__init__(order)
        self.theme: Theme = LIGHT
        self.axes: tuple[axes.Axis, axes.Axis, axes.Axis] | None = None
        self.note = ""
        self.bar = True
        self.bar_ticks: tuple[NDArray[np.float64], list[str]] = (np.empty(0), [])
        self.bar_title = ""
        self.labels: list[axes.Label] = []
        self._family = family
        self._strip = QImage()

    def set_colours(self, colours: NDArray[np.uint8]) -> None:
        """Take the colormap, shape (256, 4), lowest first, for the colour bar."""
        flipped = np.ascontiguousarray(colours[::-1])
        self._strip = QImage(flipped.tobytes(), 1, len(flipped), 4, QImage.Format.Format_RGBA8888).copy()
        self.update()

    def font(self, scale: float) -> QFont:
        """Return the font of labels in a picture of this scale."""
        font = QFont(self._family)
        font.setPixelSize(max(6, round(FONT_PIXELS * scale)))
        font.setFeature(QFont.Tag("tnum"), 1)
        return font

    def paint(self) -> None:
        """Write over everything that is drawn so far."""
        if self.axes is None:
            return
        frame = self.view().frame
        font = self.font(frame.scale)
        measure = measurer(font.family(), font.pixelSize())
        self.labels = axes.layout(frame.projection, self.axes, measure, frame.scale)
        painter = self.view().painter()
        painter.setFont(font)
        painter.setRenderHint(QPainter.RenderHint.TextAntialiasing)
        descent = QFontMetricsF(font).descent()
        painter.setPen(QColor(self.theme.text))
        for label in self.labels:
            painter.drawText(QPointF(label.left, label.top + label.height - descent), label.text)
        if self.bar and len(self.bar_ticks[0]):
            self._paint_bar(painter, measure, descent)
        if self.note:
            painter.setPen(QColor(self.theme.muted))
            room = QRectF(
                8 * frame.scale, 6 * frame.scale,
                frame.projection.width - (16 + self.bar * BAR_ROOM) * frame.scale, 60 * frame.scale,
            )  # fmt: skip
            painter.drawText(room, Qt.AlignmentFlag.AlignLeft | Qt.TextFlag.TextWordWrap, self.note)
        painter.end()

    def _paint_bar(self, painter: QPainter, measure: axes.Measure, descent: float) -> None:
        frame = self.view().frame
        strip = bar_rectangle(frame.projection.width, frame.projection.height, frame.scale)
        painter.setOpacity(1.0)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawImage(strip, self._strip)
        painter.setPen(QPen(QColor(self.theme.muted), max(1.0, frame.scale)))
        painter.drawRect(strip)
        painter.setPen(QPen(QColor(self.theme.text), max(1.0, frame.scale)))
        gap = axes.GAP * frame.scale
        shares, texts = self.bar_ticks
        heights = [strip.bottom() - share * strip.height() for share in shares]
        painter.drawLines([
            line for y in heights
            for line in (QPointF(strip.right(), y), QPointF(strip.right() + gap, y))
        ])  # fmt: skip
        for y, text in zip(heights, texts, strict=True):
            height = measure(text)[1]
            painter.drawText(QPointF(strip.right() + 2 * gap, y + height / 2 - descent), text)
        width, height = measure(self.bar_title)
        left = min(strip.left(), frame.projection.width - width - 2 * gap)
        painter.drawText(QPointF(left, strip.top() - 2 * gap - descent), self.bar_title)


def bar_rectangle(width: float, height: float, scale: float) -> QRectF:
    """Return where the colour bar's strip lies in a picture."""
    tall = min(0.62 * height, 420 * scale)
    return QRectF(width - (BAR_ROOM - 12) * scale, (height - tall) / 2 + 6 * scale, BAR_WIDTH * scale, tall)


@cache
def measurer(family: str, pixels: int) -> Callable[[str], tuple[float, float]]:
    """Return a function that measures texts, each once."""
    font = QFont(family)
    font.setPixelSize(pixels)
    metrics = QFontMetricsF(font)
    height = metrics.ascent() * 0.86 + metrics.descent()

    @cache
    def measure(text: str) -> tuple[float, float]:
        return metrics.horizontalAdvance(text), height

    return measure
