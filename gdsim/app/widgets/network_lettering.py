"""What is written around a network's diagram, and how much room it leaves for the rest."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter

from gdsim.app.theme import GRID
from gdsim.app.widgets.number_field import tabular
from gdsim.app.widgets.plot_style import NAME_PIXELS, TICK_PIXELS
from gdsim.export.network_geometry import Geometry, Margins, arrange, count_words, layer_words
from gdsim.problems.network import Layer

if TYPE_CHECKING:
    from gdsim.app.widgets.network_paint import Picture

_WIDEST_NAME = 11 * GRID
_LEFT, _RIGHT, _CENTRE = Qt.AlignmentFlag.AlignLeft, Qt.AlignmentFlag.AlignRight, Qt.AlignmentFlag.AlignHCenter
_MIDDLE = Qt.AlignmentFlag.AlignVCenter
_ELIDE = Qt.TextElideMode.ElideRight


@dataclass(frozen=True, eq=False)
class Lettering:
    """Names around a diagram, and the fonts they are set in."""

    inputs: tuple[str, ...]
    classes: tuple[str, ...]
    captions: tuple[tuple[str, ...], ...]
    caption_font: QFont
    name_font: QFont


def lay_out(
    layers: Sequence[Layer],
    inputs: tuple[str, ...],
    classes: tuple[str, ...],
    font: QFont,
    width: float,
    height: float,
) -> tuple[Geometry, Lettering]:
    """Arrange units, lines and names on ``width`` x ``height`` pixels; the names are those of inputs and classes."""
    caption_font, name_font = sized(font, NAME_PIXELS), sized(font, TICK_PIXELS)
    metrics = QFontMetricsF(name_font)
    left = _name_width(inputs, metrics)
    right = _name_width(classes, metrics)
    gap = (width - left - right) / len(layers)
    captions = _captions(layers, gap - 2, QFontMetricsF(caption_font), metrics)
    top = GRID + QFontMetricsF(caption_font).height() + metrics.height() * (max(map(len, captions)) - 1)
    geometry = arrange(layers, width, height, Margins(left, top, right, metrics.height() + GRID))
    return geometry, Lettering(inputs, classes, captions, caption_font, name_font)


def sized(font: QFont, pixels: int) -> QFont:
    """Return ``font`` at a size in pixels, with digits of equal width."""
    result = tabular(font)
    result.setPixelSize(pixels)
    return result


def _name_width(names: tuple[str, ...], metrics: QFontMetricsF) -> float:
    widest = max(map(metrics.horizontalAdvance, names), default=0.0)
    return min(widest, _WIDEST_NAME) + 3 * GRID


def _captions(
    layers: Sequence[Layer], room: float, metrics: QFontMetricsF, small: QFontMetricsF
) -> tuple[tuple[str, ...], ...]:
    """Return what is written above the lines of each layer: in one row if there is room, else in three."""
    words = [layer_words(layer) for layer in layers]
    if max(metrics.horizontalAdvance(whole) for whole, _ in words) <= room - GRID:
        return tuple((whole,) for whole, _ in words)
    return tuple(
        (metrics.elidedText(name, _ELIDE, room), *(small.elidedText(part, _ELIDE, room) for part in rest))
        for _, (name, *rest) in words
    )


def paint_lettering(painter: QPainter, picture: Picture) -> None:
    """Paint what is written around them; it depends on ``geometry``, ``theme`` and ``guess`` only."""
    _paint_captions(painter, picture)
    _paint_names(painter, picture)


def _paint_captions(painter: QPainter, picture: Picture) -> None:
    lettering, columns = picture.lettering, picture.geometry.columns
    height, small = (QFontMetricsF(font).height() for font in (lettering.caption_font, lettering.name_font))
    for rows, (before, after) in zip(lettering.captions, itertools.pairwise(columns), strict=True):
        for index, text in enumerate(rows):
            painter.setFont(lettering.name_font if index else lettering.caption_font)
            painter.setPen(QColor(picture.theme.muted if index else picture.theme.text))
            y = GRID / 2 + (height + (index - 1) * small if index else 0)
            place = QRectF(before.x - GRID, y, after.x - before.x + 2 * GRID, small if index else height)
            painter.drawText(place, _CENTRE | _MIDDLE, text)


def _paint_names(painter: QPainter, picture: Picture) -> None:
    lettering, columns = picture.lettering, picture.geometry.columns
    inputs, outputs = columns[0], columns[-1]
    metrics = QFontMetricsF(lettering.name_font)
    painter.setFont(lettering.name_font)
    painter.setPen(QColor(picture.theme.muted))
    _paint_counts(painter, picture, metrics)
    painter.setPen(QColor(picture.theme.text))
    if inputs.pitch >= TICK_PIXELS:
        for unit, y in zip(inputs.units.tolist(), inputs.y.tolist(), strict=True):
            name = metrics.elidedText(lettering.inputs[unit], _ELIDE, _WIDEST_NAME)
            place = QRectF(0, y - 10, inputs.x - inputs.radius - GRID / 2, 20)
            painter.drawText(place, _RIGHT | _MIDDLE, name)
    if outputs.pitch < TICK_PIXELS:
        return
    bold = QFont(lettering.name_font)
    bold.setBold(True)
    for unit, y in zip(outputs.units.tolist(), outputs.y.tolist(), strict=True):
        painter.setFont(bold if unit == picture.guess else lettering.name_font)
        name = metrics.elidedText(lettering.classes[unit], _ELIDE, _WIDEST_NAME)
        painter.drawText(QRectF(outputs.x + outputs.radius + GRID / 2, y - 10, 200, 20), _LEFT | _MIDDLE, name)


def _paint_counts(painter: QPainter, picture: Picture, metrics: QFontMetricsF) -> None:
    """Write below each column how many units there are, and that not all of them are drawn."""
    columns = picture.geometry.columns
    room = columns[1].x - columns[0].x - GRID / 2
    base = max(float(column.y[-1]) + column.radius for column in columns) + GRID / 2
    for number, column in enumerate(columns):
        text = count_words(column, number == 0)
        if metrics.horizontalAdvance(text) > room:
            text = str(column.size)
        painter.drawText(QRectF(column.x - 100, base, 200, metrics.height()), _CENTRE | _MIDDLE, text)
