"""The plot of a chart: its lines, its axes, the cursor and the dots on it."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QBrush, QFontMetricsF

from gdsim.app.theme import GRID, Theme
from gdsim.app.widgets.chart_line import FEW, ChartLine
from gdsim.app.widgets.chart_marks import marks
from gdsim.app.widgets.chart_series import Floats
from gdsim.app.widgets.chart_steps import StepRange
from gdsim.app.widgets.plot_style import style_axes

AXIS_WIDTH = 6 * GRID
# Pixels that a tick and the gap to its label take, and the axis' name.
_TICK_WIDTH, _NAME_WIDTH = 12, 20
_TICK_PIXELS, _DOT_PIXELS = 10, 8
# A dot, its outline, and a pixel of ground.
_DOT_ROOM = _DOT_PIXELS / 2 + 2
# pyqtgraph's own limit.
_FARTHEST = 1e307


class StepAxis(pg.AxisItem):
    """A horizontal axis that marks whole steps only."""

    def __init__(self) -> None:
        super().__init__("bottom")

    def tickSpacing(self, minVal: float, maxVal: float, size: float) -> list[tuple[float, float]]:
        """Return the distances of ticks: those of pyqtgraph from 1 on."""
        whole = [level for level in super().tickSpacing(minVal, maxVal, size) if level[0] >= 1]
        return whole or [(1.0, 0.0)]


class ChartPlot:
    """What is drawn in a plot item of pyqtgraph; it knows heights, not what they stand for.

    Parameters
    ----------
    item
        The plot item.
    unit
        Label of the vertical axis, empty for none.
    """

    def __init__(self, item: pg.PlotItem, unit: str) -> None:
        self._item = item
        self._named = bool(unit)
        self._logarithmic = False
        self._span, self._drawn = (0.0, 1.0), False
        self._marked: tuple[float, float, float, bool] | None = None
        self._lines: list[ChartLine] = []
        self._brushes: list[QBrush] = []
        item.hideButtons()
        item.setMouseEnabled(False, False)
        item.vb.disableAutoRange()
        item.getAxis("left").setWidth(AXIS_WIDTH)
        if unit:
            item.setLabel("left", unit)
        self._cursor = pg.InfiniteLine(angle=90)
        self._pointer = pg.InfiniteLine(angle=90)
        self._dots = pg.ScatterPlotItem(size=_DOT_PIXELS)
        for thing, height in ((self._cursor, 1), (self._pointer, 1), (self._dots, 2)):
            thing.setZValue(height)
            item.addItem(thing, ignoreBounds=True)
        self.mark_nothing()

    @property
    def columns(self) -> int:
        """Pixels across."""
        return max(1, int(self._item.vb.width()))

    @property
    def margin(self) -> float:
        """Share of the width that a dot at the first or the last step needs beyond it."""
        # In steps, so that the plot does not shift with each new digit beside it.
        return math.ceil(100 * _DOT_ROOM / self.columns) / 100

    def set_theme(self, theme: Theme) -> None:
        """Draw axes and cursors in the colours of ``theme``."""
        style_axes(self._item, theme, _TICK_PIXELS)
        self._dots.setPen(pg.mkPen(theme.ground))
        self._cursor.setPen(pg.mkPen(theme.text, width=1))
        self._pointer.setPen(pg.mkPen(theme.muted, width=1, style=Qt.PenStyle.DashLine))

    def set_looks(self, looks: Sequence[tuple[str, bool]]) -> None:
        """Have a line for each colour (``#rrggbb``), dashed or not."""
        while len(self._lines) > len(looks):
            self._item.removeItem(self._lines.pop())
        while len(self._lines) < len(looks):
            self._lines.append(ChartLine())
            self._item.addItem(self._lines[-1], ignoreBounds=True)
        for line, (colour, dashed) in zip(self._lines, looks, strict=True):
            line.set_look(colour, dashed)
        self._brushes = [pg.mkBrush(colour) for colour, _ in looks]

    def set_logarithmic(self, on: bool) -> None:
        """Take heights as decimal logarithms."""
        if on != self._logarithmic:
            self._logarithmic = on
            self._item.getAxis("left").setLogMode(False, on)

    def draw(self, lines: Sequence[tuple[Floats, Floats]], steps: StepRange) -> None:
        """Draw steps and heights of each line between the ends of ``steps``, as high as there is room."""
        few = sum(len(places) for places, _ in lines) <= FEW
        drawn = [heights[~np.isnan(heights)] for _, heights in lines]
        ends: list[float] = []
        for (places, heights), seen in zip(lines, drawn, strict=True):
            ends += _ends(places, heights, steps) if steps.zoomed else _extremes(seen)
        self._set_range(ends, steps)
        bottom, top = self._span
        bounds = QRectF(steps.left, bottom, steps.right - steps.left, top - bottom)
        for item, (places, heights), seen in zip(self._lines, lines, drawn, strict=True):
            # The line is broken where values are missing, rather than drawn across.
            item.set_points(places, heights, bounds, len(seen) == len(heights), few)

    def place_ticks(self) -> None:
        """Mark at least two values and as many as there is room for, beside the axis' name."""
        axis = self._item.getAxis("left")
        if not self._drawn:
            axis.setTicks([[]])
            self._marked = None
            return
        marked = (*self._span, self._item.vb.height(), self._logarithmic)
        if marked == self._marked:
            return
        self._marked = marked
        values, texts = marks(*marked)
        axis.setTicks([list(zip(values, texts, strict=True))])
        metrics = QFontMetricsF(axis.style["tickFont"])
        widest = max((metrics.horizontalAdvance(text) for text in texts), default=0.0)
        # In steps, so that the plot does not shift with each new digit.
        needed = widest + _TICK_WIDTH + (_NAME_WIDTH if self._named else 0)
        axis.setWidth(max(AXIS_WIDTH, GRID * math.ceil(needed / GRID)))

    def mark(self, current: int, pointed: int | None, steps: Sequence[int], heights: Floats) -> None:
        """Mark the current step, the one under the pointer, and a point of each line (none at ``nan``)."""
        self._cursor.setPos(current)
        self._cursor.show()
        self._pointer.setVisible(pointed is not None)
        if pointed is not None:
            self._pointer.setPos(pointed)
        seen: list[int] = np.flatnonzero(~np.isnan(heights)).tolist()
        brushes = [self._brushes[place] for place in seen]
        self._dots.setData([steps[place] for place in seen], heights[seen], brush=brushes)

    def mark_nothing(self) -> None:
        """Take cursors and dots away."""
        self._cursor.hide()
        self._pointer.hide()
        self._dots.setData([], [])

    def _set_range(self, ends: list[float], steps: StepRange) -> None:
        self._drawn = bool(ends)
        low, high = (min(ends), max(ends)) if ends else (0.0, 1.0)
        margin = (high / 20 - low / 20) or max(abs(high) * 0.05, 0.5 if self._logarithmic else 1e-3)
        bottom, top = max(low - margin, -_FARTHEST), min(high + margin, _FARTHEST)
        self._span = bottom, top
        if self._item.vb.viewRange() != [[steps.left, steps.right], [bottom, top]]:
            self._item.vb.setRange(xRange=(steps.left, steps.right), yRange=self._span, padding=0)


def _extremes(heights: Floats) -> list[float]:
    return [float(heights.min()), float(heights.max())] if len(heights) else []


def _ends(places: Floats, heights: Floats, steps: StepRange) -> list[float]:
    """Return the lowest and the highest point of a line between two steps."""
    if not len(places):
        return []
    # Where the line enters and leaves, since it may come from far above.
    edges = np.interp((steps.left, steps.right), places, heights)
    seen = np.concatenate((heights[(places >= steps.left) & (places <= steps.right)], edges))
    return _extremes(seen[~np.isnan(seen)])
