"""Pictures of how the numbers of a tensor are spread: at one step, or over the run."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QImage, QPainter

from gdsim.app.colormaps import lookup
from gdsim.app.scene.ticks import MINUS, labels, linear_ticks, nice_step
from gdsim.app.theme import GRID, Theme
from gdsim.app.widgets.chart_marks import shown
from gdsim.i18n import tr
from gdsim.simulation.distributions import Distribution
from gdsim.simulation.heat_map import HeatMap

_TICK = 4
_ROW = 14
_LABEL_ROOM = 56
"""Pixels of width that a label below the plot needs."""

_DIGITS = 4
FRAME = 2 * _ROW + _TICK
"""Height of a panel beside its plot, at most."""

_SMALL = 110
"""Height of one of several panels below which the vertical axis has no labels."""

_END_PIXELS = 9
"""Size of the figures at the ends of an axis without labels."""

_NARROW = 120
"""Width of a panel below which these have no room."""


def ramp(theme: Theme) -> NDArray[np.uint8]:
    """Return the colours of shares, shape ``(256, 4)``: the fewer numbers, the nearer to the ground."""
    table = lookup("viridis")
    return table if theme.dark else table[::-1]


@dataclass(eq=False)
class Panel(ABC):
    """One plot with its title.

    Attributes
    ----------
    title
        Whose numbers they are; empty where that is written elsewhere.
    """

    title: str

    def plot(self, room: QRect, font: QFont) -> QRect:
        """Return where in ``room`` the plot itself lies."""
        metrics = QFontMetrics(font)
        left = GRID
        labelled = self._labelled(room)
        texts = self._heights(room.height())[1] if labelled else self._ends(room)
        if texts:
            metrics = metrics if labelled else QFontMetrics(_smaller(font))
            widest = max(metrics.horizontalAdvance(text) for text in texts)
            # In steps, so that the plot does not shift with each new digit.
            left = GRID * math.ceil((widest + _TICK + 6) / GRID)
        top = _ROW if self.title else GRID // 2
        return room.adjusted(left, top, -GRID, -_ROW - _TICK)

    def paint(self, painter: QPainter, room: QRect, theme: Theme, current: int) -> None:
        """Draw everything in ``room``; ``current`` is the present step."""
        plot = self.plot(room, painter.font())
        metrics = painter.fontMetrics()
        if self.title:
            painter.setPen(QColor(theme.text))
            # Above the plot, or from the left edge on where that would be too narrow.
            fits = metrics.horizontalAdvance(self.title) <= room.right() - plot.left()
            above = QRect(room.topLeft(), QSize(room.width(), _ROW))
            above.setLeft(plot.left() if fits else room.left() + GRID)
            line = metrics.elidedText(self.title, Qt.TextElideMode.ElideMiddle, above.width())
            painter.drawText(above, Qt.AlignmentFlag.AlignLeft, line)
        if plot.width() < GRID or plot.height() < GRID:
            return
        self._draw(painter, plot, theme, current)
        painter.setPen(QColor(theme.muted))
        painter.drawLine(plot.left(), plot.bottom() + 1, plot.right(), plot.bottom() + 1)
        painter.drawLine(plot.left() - 1, plot.top(), plot.left() - 1, plot.bottom() + 1)
        self._mark(painter, room, plot, theme)

    @abstractmethod
    def describe(self, place: QPointF, plot: QRect) -> str:
        """Return what is at a place in the plot, empty where nothing is."""

    @abstractmethod
    def _draw(self, painter: QPainter, plot: QRect, theme: Theme, current: int) -> None:
        """Draw what is shown."""

    @abstractmethod
    def _across(self) -> tuple[float, float]:
        """Return the ends of the horizontal axis."""

    @abstractmethod
    def _up(self) -> tuple[float, float]:
        """Return the ends of the vertical axis."""

    def _labelled(self, room: QRect) -> bool:
        """Tell whether the vertical axis has labels: always where the plot stands alone."""
        return not self.title or room.height() >= _SMALL

    def _ends(self, room: QRect) -> list[str]:
        """Return what is written at the lower and the upper end of a vertical axis without labels, if anything is."""
        return []

    def _heights(self, pixels: int) -> tuple[NDArray[np.float64], list[str]]:
        values = linear_ticks(*self._up(), max(1, min(5, pixels // 40)))
        return values, labels(values)

    def _mark(self, painter: QPainter, room: QRect, plot: QRect, theme: Theme) -> None:
        """Write ticks and labels."""
        metrics = painter.fontMetrics()
        muted, text = QColor(theme.muted), QColor(theme.text)
        low, high = self._across()
        values = linear_ticks(low, high, max(1, plot.width() // _LABEL_ROOM))
        last = -math.inf
        for value, label in zip(values, labels(values), strict=True):
            x = plot.left() + round((value - low) / (high - low) * plot.width())
            painter.setPen(muted)
            painter.drawLine(x, plot.bottom() + 2, x, plot.bottom() + 1 + _TICK)
            width = metrics.horizontalAdvance(label)
            start = min(max(x - width // 2, room.left()), room.right() - width)
            if start < last + GRID // 2:
                continue
            last = start + width
            painter.setPen(text)
            painter.drawText(start, plot.bottom() + _TICK + metrics.ascent() + 1, label)
        if not self._labelled(room):
            self._mark_ends(painter, room, plot)
            return
        low, high = self._up()
        for value, label in zip(*self._heights(room.height()), strict=True):
            y = plot.bottom() - round((value - low) / (high - low) * plot.height())
            painter.setPen(muted)
            painter.drawLine(plot.left() - 1 - _TICK, y, plot.left() - 2, y)
            painter.setPen(text)
            where = QRect(room.left(), y - _ROW // 2, plot.left() - room.left() - _TICK - 4, _ROW)
            painter.drawText(where, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, label)

    def _mark_ends(self, painter: QPainter, room: QRect, plot: QRect) -> None:
        """Write the ends of the vertical axis in small figures."""
        ends = self._ends(room)
        if not ends:
            return
        font = painter.font()
        painter.setFont(_smaller(font))
        beside = QRect(room.left(), plot.top() - 1, plot.left() - room.left() - 4, plot.height() + 3)
        for text, edge in zip(ends, (Qt.AlignmentFlag.AlignBottom, Qt.AlignmentFlag.AlignTop), strict=True):
            painter.drawText(beside, Qt.AlignmentFlag.AlignRight | edge, text)
        painter.setFont(font)


@dataclass(eq=False)
class HistogramPanel(Panel):
    """A histogram; its axes end at round numbers, so that they rest while the numbers change.

    Attributes
    ----------
    distribution
        What is drawn.
    colour
        Attribute of `Theme`.
    """

    distribution: Distribution
    colour: str

    def __post_init__(self) -> None:
        """Find the ends of the axes."""
        low, high = self.distribution.low, self.distribution.high
        if low == high:
            margin = abs(low) / 10 or 0.5
            low, high = low - margin, high + margin
        self._low, self._high = _round_ends(low, high)
        self._top = _round_ends(0.0, max(1.0, float(self.distribution.counts.max())))[1]

    def describe(self, place: QPointF, plot: QRect) -> str:
        """Return the bin and its count."""
        low, high, counts = self.distribution.low, self.distribution.high, self.distribution.counts
        value = self._low + (place.x() - plot.left()) / max(1, plot.width()) * (self._high - self._low)
        total = int(counts.sum())
        if not total or not plot.contains(place.toPoint()):
            return ""
        if low == high:
            return tr("All {total} numbers are {value}.", total=total, value=shown(low, _DIGITS))
        width = (high - low) / len(counts)
        number = math.floor((value - low) / width)
        if not 0 <= number < len(counts):
            return tr("No number near {value}.", value=shown(value, _DIGITS))
        return tr(
            "From {low} to {high}: {count} of {total}",
            low=shown(low + number * width, _DIGITS),
            high=shown(low + (number + 1) * width, _DIGITS),
            count=int(counts[number]),
            total=total,
        )

    def _across(self) -> tuple[float, float]:
        return self._low, self._high

    def _up(self) -> tuple[float, float]:
        return 0.0, self._top

    def _draw(self, painter: QPainter, plot: QRect, theme: Theme, current: int) -> None:
        span = self._high - self._low
        counts = self.distribution.counts
        low, high = self.distribution.low, self.distribution.high
        if low == high:
            ends = np.array([low - span / 100, low + span / 100])
            counts = counts.sum(keepdims=True)
        else:
            ends = np.linspace(low, high, len(counts) + 1)
        places = plot.left() + (ends - self._low) / span * plot.width()
        tall = counts / self._top * plot.height()
        painter.save()
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(getattr(theme, self.colour)))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        # A gap between the bars where there is room for one.
        gap = 1.0 if places[1] - places[0] > 4 else 0.0
        bottom = plot.bottom() + 1
        # Even a single number is to be seen.
        painter.drawRects(
            [
                QRectF(left, bottom - max(up, 1.0), right - left - gap, max(up, 1.0))
                for left, right, up in zip(places[:-1].tolist(), places[1:].tolist(), tall.tolist(), strict=True)
                if up > 0
            ]
        )
        painter.restore()
        if self._low < 0 < self._high:
            painter.setPen(QColor(theme.grid))
            x = plot.left() + round(-self._low / span * plot.width())
            painter.drawLine(x, plot.top(), x, plot.bottom())


@dataclass(eq=False)
class HeatPanel(Panel):
    """A heat map: steps across, values up, the share of numbers in colour.

    Attributes
    ----------
    heat
        What is drawn.
    top
        Share that has the last colour; a quarter of it has the middle one, so that few numbers are told from none.
    last
        Step at the right end.
    """

    heat: HeatMap
    top: float
    last: int

    def __post_init__(self) -> None:
        """Nothing is drawn yet."""
        self._image: tuple[int, bool, QImage] | None = None

    def describe(self, place: QPointF, plot: QRect) -> str:
        """Return step, values and share."""
        step = round((place.x() - plot.left()) / max(1, plot.width()) * max(1, self.last))
        column = self.heat.at(step)
        rows = len(self.heat.edges) - 1
        row = math.ceil((plot.bottom() + 1 - place.y()) / max(1, plot.height()) * rows) - 1
        if column < 0 or not 0 <= row < rows or not plot.contains(place.toPoint()):
            return ""
        return tr(
            "Step {step}, from {low} to {high}: {share} %",
            step=int(self.heat.steps[column]),
            low=shown(float(self.heat.edges[row]), _DIGITS),
            high=shown(float(self.heat.edges[row + 1]), _DIGITS),
            share=f"{100 * self.heat.shares[column, row]:.3g}",
        )

    def _across(self) -> tuple[float, float]:
        return 0.0, float(max(1, self.last))

    def _up(self) -> tuple[float, float]:
        return float(self.heat.edges[0]), float(self.heat.edges[-1])

    def _ends(self, room: QRect) -> list[str]:
        if room.width() < _NARROW or room.height() < FRAME + 2 * _ROW:
            return []
        # Rounded first, so that 1890 is not written as 1.89e+03.
        return [f"{float(f'{end:.3g}'):g}".replace("-", MINUS) for end in self._up()]

    def _draw(self, painter: QPainter, plot: QRect, theme: Theme, current: int) -> None:
        if self._image is None or self._image[:2] != (plot.width(), theme.dark):
            self._image = plot.width(), theme.dark, self._coloured(plot.width(), theme)
        painter.drawImage(plot, self._image[2])
        painter.setPen(QColor(theme.text))
        x = plot.left() + round(current / max(1, self.last) * (plot.width() - 1))
        painter.drawLine(x, plot.top(), x, plot.bottom())

    def _coloured(self, width: int, theme: Theme) -> QImage:
        """Return one column a pixel; each shows the last distribution before it."""
        steps = np.arange(width) / max(1, width - 1) * max(1, self.last)
        columns = np.searchsorted(self.heat.steps, steps, side="right") - 1
        shades = np.ceil(np.sqrt(self.heat.shares / self.top) * 255).clip(0, 255).astype(np.uint8)
        table = ramp(theme).copy()
        # Where there is no number at all the ground shows.
        table[0, 3] = 0
        colours = table[shades.T[::-1, np.maximum(columns, 0)]]
        colours[:, columns < 0, 3] = 0
        rows = len(colours)
        return QImage(colours.tobytes(), width, rows, 4 * width, QImage.Format.Format_RGBA8888).copy()


def _smaller(font: QFont) -> QFont:
    small = QFont(font)
    small.setPixelSize(_END_PIXELS)
    return small


def _round_ends(low: float, high: float) -> tuple[float, float]:
    """Return round numbers around an interval."""
    span = high - low
    if not (math.isfinite(span) and span > 0):
        return low, high
    step = nice_step(span, 8)
    return math.floor(low / step + 1e-9) * step, math.ceil(high / step - 1e-9) * step
