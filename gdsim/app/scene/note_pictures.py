"""What is written over the scene beside its ticks, as pictures: the legend, labels of arrows, squares."""

from __future__ import annotations

import math
from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, QSize, QSizeF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QImage, QPainter, QPen

from gdsim.app.arrow import Square
from gdsim.app.scene.lettering import label_font
from gdsim.app.theme import Theme
from gdsim.i18n import tr

MOST_LINES = 12
"""Lines of the legend, without the one that counts the rest."""

LARGEST = 48.0
"""Pixels (times the scale) of the side of the largest square."""

_PAD, _SAMPLE, _GAP = 5.0, 20.0, 8.0
_GROUND = 0.85
"""Opacity of the ground on which something is written, whatever the colours below."""


def legend_picture(entries: Sequence[tuple[str, str]], family: str, scale: float, theme: Theme, room: QSizeF) -> QImage:
    """Return the legend: a line with a sample for each entry (label, colour), as many as fit into ``room``, pixels."""
    font = label_font(family, scale)
    metrics = QFontMetricsF(font)
    row, pad, left = math.ceil(metrics.height() + 2 * scale), _PAD * scale, (_PAD + _SAMPLE + 6) * scale
    lines = max(1, min(MOST_LINES + 1, int((room.height() - 2 * pad) // row)))
    if len(entries) > min(lines, MOST_LINES):
        shown = list(entries[: max(1, min(lines - 1, MOST_LINES))])
        shown.append((tr("and {count} more", count=len(entries) - len(shown)), ""))
    else:
        shown = list(entries)
    texts = [metrics.elidedText(text, Qt.TextElideMode.ElideRight, room.width() - left - pad) for text, _ in shown]
    widest = max(metrics.horizontalAdvance(text) for text in texts)
    picture = _blank(left + widest + pad, 2 * pad + row * len(shown))
    painter = _painter(picture, font)
    _box(painter, QRectF(picture.rect()), theme, theme.grid, scale)
    for line, (text, (_, colour)) in enumerate(zip(texts, shown, strict=True)):
        top = pad + line * row
        if colour:
            painter.setPen(QPen(QColor(colour), 3 * scale, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
            y = round(top + row / 2) + 0.5 * (round(3 * scale) % 2)
            painter.drawLine(QPointF(pad + 1.5 * scale, y), QPointF(pad + (_SAMPLE - 1.5) * scale, y))
        painter.setPen(QColor(theme.text if colour else theme.muted))
        painter.drawText(QPointF(left, top + scale + metrics.ascent()), text)
    painter.end()
    return picture


def label_picture(text: str, colour: str, family: str, scale: float, theme: Theme, room: float) -> QImage:
    """Return a label in a box with a rim of ``colour``, not wider than ``room`` pixels."""
    font = _strong(family, scale)
    metrics = QFontMetricsF(font)
    text = metrics.elidedText(text, Qt.TextElideMode.ElideRight, max(1.0, room - 2 * _PAD * scale))
    picture = _blank(metrics.horizontalAdvance(text) + 2 * _PAD * scale, metrics.height() + 2 * scale)
    painter = _painter(picture, font)
    _box(painter, QRectF(picture.rect()), theme, colour, scale)
    painter.setPen(QColor(theme.text))
    painter.drawText(QPointF(_PAD * scale, scale + metrics.ascent()), text)
    painter.end()
    return picture


def squares_picture(squares: Sequence[Square], family: str, scale: float, theme: Theme) -> QImage:
    """Return the squares of a point side by side in a box, each with its label below."""
    font = _strong(family, scale)
    metrics = QFontMetricsF(font)
    gap, pen_width = _GAP * scale, 2 * scale
    sides = [min(max(square.side, 0.0), 1.0) * LARGEST * scale for square in squares]
    widths = [metrics.horizontalAdvance(square.label) for square in squares]
    columns = [max(pair) for pair in zip(sides, widths, strict=True)]
    foot = gap + max(sides)
    picture = _blank(sum(columns) + gap * (len(squares) + 1), foot + metrics.height() + gap)
    painter = _painter(picture, font)
    _box(painter, QRectF(picture.rect()), theme, getattr(theme, squares[0].role), scale)
    left = gap
    for square, side, width, column in zip(squares, sides, widths, columns, strict=True):
        colour = QColor(getattr(theme, square.role))
        pen = QPen(colour, pen_width)
        pen.setJoinStyle(Qt.PenJoinStyle.MiterJoin)
        painter.setPen(pen)
        colour.setAlphaF(0.35)
        painter.setBrush(colour)
        inner = max(0.0, side - pen_width)
        if side > 0:
            painter.drawRect(QRectF(left + (column - inner) / 2, foot - pen_width / 2 - inner, inner, inner))
        painter.setPen(QColor(theme.text))
        painter.drawText(QPointF(left + (column - width) / 2, foot + gap / 2 + metrics.ascent()), square.label)
        left += column + gap
    painter.end()
    return picture


def leader_picture(colour: str, scale: float, theme: Theme) -> QImage:
    """Return a piece of a line with a rim of ground colour, which runs across the picture's width."""
    picture = _blank(4, 3 * scale + 2)
    painter = QPainter(picture)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    middle = picture.height() / 2
    for shade, width in ((theme.ground, 3 * scale), (colour, 1.4 * scale)):
        painter.fillRect(QRectF(0, middle - width / 2, picture.width(), width), QColor(shade))
    painter.end()
    return picture


def _box(painter: QPainter, place: QRectF, theme: Theme, rim: str, scale: float) -> None:
    ground = QColor(theme.ground)
    ground.setAlphaF(_GROUND)
    painter.setBrush(ground)
    painter.setPen(QPen(QColor(rim), 1.2 * scale))
    inset = 0.6 * scale
    painter.drawRoundedRect(place.adjusted(inset, inset, -inset, -inset), 4 * scale, 4 * scale)


def _strong(family: str, scale: float) -> QFont:
    font = label_font(family, scale)
    font.setWeight(QFont.Weight.DemiBold)
    return font


def _blank(width: float, height: float) -> QImage:
    size = QSize(max(1, math.ceil(width)), max(1, math.ceil(height)))
    picture = QImage(size, QImage.Format.Format_RGBA8888_Premultiplied)
    picture.fill(0)
    return picture


def _painter(picture: QImage, font: QFont) -> QPainter:
    painter = QPainter(picture)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setFont(font)
    return painter
