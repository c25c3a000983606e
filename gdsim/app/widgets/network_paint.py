"""How a network's diagram is painted, on the screen as in a picture of any size."""

from __future__ import annotations

import functools
import itertools
import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QLinearGradient, QPainter, QPen, QPolygonF

from gdsim.app.theme import GRID, Theme
from gdsim.app.widgets.network_lettering import Lettering, sized
from gdsim.app.widgets.plot_style import TICK_PIXELS
from gdsim.export.network_geometry import Column, Floats, Geometry, nice_scale

_SHADES = 10
_THIN, _THICK = 0.7, 3.6
_PALEST, _FADED, _BOLD = 0.14, 0.3, 0.45
_ROUGH = 4
_LEGEND_WIDTH = 10 * GRID
_LEFT, _RIGHT, _MIDDLE = Qt.AlignmentFlag.AlignLeft, Qt.AlignmentFlag.AlignRight, Qt.AlignmentFlag.AlignVCenter


@dataclass(frozen=True, eq=False)
class Picture:
    """All that a diagram shows, but what the pointer touches.

    Attributes
    ----------
    geometry, lettering, theme
        What it is made of.
    ground
        Whether it lies on the theme's ground; if not, it is transparent.
    values, scale
        Number of each line, shape ``(lines,)``, and the one that is drawn thickest; None: there are none.
    flow
        What the drawn units of each column give for the chosen sample, by size of the column; None without one.
    selected
        Layer and unit whose incoming lines stand out.
    moving
        Whether the next picture follows at once, so that pale lines need no smooth edges.
    """

    geometry: Geometry
    lettering: Lettering
    theme: Theme
    ground: bool = True
    values: Floats | None = None
    scale: float = 0.0
    flow: tuple[Floats, ...] | None = None
    selected: tuple[int, int] | None = None
    moving: bool = False

    @property
    def guess(self) -> int:
        """Which class the network makes of the chosen sample; -1 if there is none."""
        return -1 if self.flow is None else int(np.argmax(self.flow[-1]))


@functools.lru_cache(maxsize=8)
def qt_lines(geometry: Geometry) -> list[QLineF]:
    """Return the lines as Qt draws them."""
    return [QLineF(*line) for line in geometry.ends.tolist()]


@functools.lru_cache(maxsize=8)
def qt_middles(geometry: Geometry) -> tuple[list[QPointF], ...]:
    """Return the middles of the drawn units of each column."""
    return tuple([QPointF(column.x, y) for y in column.y.tolist()] for column in geometry.columns)


def paint_network(painter: QPainter, picture: Picture) -> None:
    """Paint lines and units on a ground that is there already."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    _paint_lines(painter, picture)
    _paint_units(painter, picture)


def _paint_lines(painter: QPainter, picture: Picture) -> None:
    geometry = picture.geometry
    if picture.values is None:
        painter.setPen(QPen(_shade(picture, QColor(picture.theme.muted), 0.3), _THIN))
        painter.drawLines(qt_lines(geometry))
        return
    strength = np.minimum(np.abs(picture.values) / picture.scale, 1.0) if picture.scale else picture.values * 0.0
    chosen = geometry.incoming(*picture.selected) if picture.selected is not None else None
    if chosen is None or not chosen.any():
        _paint_shades(painter, picture, strength, np.arange(len(strength)))
    else:
        _paint_shades(painter, picture, strength, np.flatnonzero(~chosen), dim=_FADED)
        _paint_shades(painter, picture, strength, np.flatnonzero(chosen), palest=_BOLD)


def _paint_shades(
    painter: QPainter,
    picture: Picture,
    strength: Floats,
    which: NDArray[np.intp],
    palest: float = _PALEST,
    dim: float = 1.0,
) -> None:
    """Paint some lines, the weak ones first, with one call for each shade."""
    assert picture.values is not None
    values = picture.values[which]
    known = np.isfinite(strength[which])
    shade = np.full(len(which), -1)
    shade[known] = np.minimum(strength[which][known] * _SHADES, _SHADES - 1).astype(np.intp) * 2
    shade[known] += values[known] > 0
    order = np.argsort(shade, kind="stable")
    every = qt_lines(picture.geometry)
    lines = [every[index] for index in which[order].tolist()]
    bounds = np.searchsorted(shade[order], np.arange(-1, 2 * _SHADES + 1)).tolist()
    for key, (first, stop) in enumerate(itertools.pairwise(bounds), start=-1):
        if first < stop:
            smooth = not picture.moving or key // 2 >= _ROUGH
            painter.setRenderHint(QPainter.RenderHint.Antialiasing, smooth)
            painter.setPen(_pen(picture, key, palest, dim, smooth))
            painter.drawLines(lines[first:stop])
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)


def _pen(picture: Picture, key: int, palest: float, dim: float, smooth: bool) -> QPen:
    if key < 0:
        # Not a number: neither sign nor size.
        return QPen(_shade(picture, QColor(picture.theme.muted), dim), 1.0, Qt.PenStyle.DotLine)
    strength = (key // 2) / (_SHADES - 1)
    colour = QColor(picture.theme.gradient if key % 2 else picture.theme.velocity)
    share = (palest + (1 - palest) * strength) * dim
    # What stands out by its colour is a little thicker, too.
    width = _THIN + (_THICK - _THIN) * strength + 2 * (palest - _PALEST)
    if not smooth:
        # Of any other width than one pixel a line with rough edges looks dashed. With all the ink of a smooth one it
        # would stand out from the thicker lines.
        share, width = min(1.0, share * math.sqrt(width)), 1.0
    colour = _shade(picture, colour, share)
    # Flat ends: round ones would take longer than the lines.
    return QPen(colour, width, Qt.PenStyle.SolidLine, Qt.PenCapStyle.FlatCap)


def _shade(picture: Picture, colour: QColor, share: float) -> QColor:
    """Return ``colour`` mixed with the ground: translucent lines would take six times as long to paint."""
    if picture.ground:
        return mixed(QColor(picture.theme.ground), colour, share)
    result = QColor(colour)
    result.setAlphaF(share)
    return result


def mixed(ground: QColor, colour: QColor, share: float) -> QColor:
    """Return ``share`` of ``colour`` on ``ground``."""
    return QColor.fromRgbF(
        ground.redF() + (colour.redF() - ground.redF()) * share,
        ground.greenF() + (colour.greenF() - ground.greenF()) * share,
        ground.blueF() + (colour.blueF() - ground.blueF()) * share,
    )


def _paint_units(painter: QPainter, picture: Picture) -> None:
    theme = picture.theme
    ground = QColor(theme.ground)
    outline = QPen(mixed(ground, QColor(theme.text), 0.6), 1.0)
    for number, column in enumerate(picture.geometry.columns):
        middles = qt_middles(picture.geometry)[number]
        painter.setPen(outline)
        if picture.flow is None:
            painter.setBrush(ground)
            for middle in middles:
                painter.drawEllipse(middle, column.radius, column.radius)
        else:
            values = picture.flow[number][column.units]
            scale = nice_scale(values)
            for middle, value in zip(middles, values.tolist(), strict=True):
                painter.setBrush(_fill(ground, theme, value, scale))
                painter.drawEllipse(middle, column.radius, column.radius)
        _paint_dots(painter, column, theme)
    if picture.selected is not None:
        ring(painter, picture.geometry, picture.selected, QColor(theme.text), 2.5)


def _fill(ground: QColor, theme: Theme, value: float, scale: float) -> QColor:
    if not math.isfinite(value) or not scale:
        return ground
    return mixed(ground, QColor(theme.gradient if value > 0 else theme.velocity), min(1.0, abs(value) / scale))


def _paint_dots(painter: QPainter, column: Column, theme: Theme) -> None:
    if column.dots is None:
        return
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(theme.muted))
    for shift in (-4.0, 0.0, 4.0):
        painter.drawEllipse(QPointF(column.x, column.dots + shift), 1.3, 1.3)


def ring(painter: QPainter, geometry: Geometry, unit: tuple[int, int], colour: QColor, width: float) -> None:
    """Draw a ring around a unit, if that is drawn; layer -1 is that of the inputs."""
    middle = geometry.middle(*unit)
    if middle is not None:
        radius = geometry.columns[unit[0] + 1].radius + width / 2 + 1
        painter.setPen(QPen(colour, width))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawEllipse(QPointF(*middle), radius, radius)


def paint_legend(painter: QPainter, right: float, middle: float, scale: float, theme: Theme, font: QFont) -> None:
    """Paint the scale of the lines, ending at ``right`` and centred at the height ``middle``."""
    if not scale:
        return
    font = sized(font, TICK_PIXELS)
    metrics = QFontMetricsF(font)
    number = f"{scale:.3g}"
    width = metrics.horizontalAdvance(f"−{number}")
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setFont(font)
    painter.setPen(QColor(theme.text))
    end = right - width - GRID / 2
    start = end - _LEGEND_WIDTH
    painter.drawText(QRectF(end + GRID / 2, middle - 10, width, 20), _LEFT | _MIDDLE, number)
    place = QRectF(start - GRID / 2 - width, middle - 10, width, 20)
    painter.drawText(place, _RIGHT | _MIDDLE, f"−{number}")
    ground, centre = QColor(theme.ground), (start + end) / 2
    shades = QLinearGradient(start, 0, end, 0)
    for stop, colour, share in (
        (0.0, theme.velocity, 1.0), (0.499, theme.velocity, _PALEST),
        (0.501, theme.gradient, _PALEST), (1.0, theme.gradient, 1.0),
    ):  # fmt: skip
        shades.setColorAt(stop, mixed(ground, QColor(colour), share))
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(shades)
    thick, thin = _THICK / 2 + 0.5, _THIN / 2
    corners = [(start, -thick), (centre, -thin), (end, -thick), (end, thick), (centre, thin), (start, thick)]
    painter.drawPolygon(QPolygonF([QPointF(x, middle + y) for x, y in corners]))
