"""The axes of the contour map: ticks like those of the 3D view, names that fit, and limits to its zoom."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFont, QFontMetricsF

from gdsim.app.scene.axes import INTERVALS
from gdsim.app.scene.ticks import labels, linear_ticks
from gdsim.app.widgets.plot_style import NAME_PIXELS

_ROOM = {"bottom": 48.0, "left": 28.0}
"""Pixels that a tick takes at least along each axis."""

_BEYOND = 40

_MOST, _LEAST = 4.0, 1e-6
"""How much of the plane can be seen at once, as shares of the domain."""


class ContourAxes:
    """Marks the two axes of ``plot`` whenever its range or size changes."""

    def __init__(self, plot: pg.PlotItem) -> None:
        self._plot = plot
        self._names = {"bottom": "", "left": ""}
        self._domain = (1.0, 1.0)
        for side in _ROOM:
            # Labels at the ends of an axis reach beyond it, by so many pixels at most; they are wanted all the same.
            plot.getAxis(side).setStyle(hideOverlappingLabels=_BEYOND)
        plot.vb.sigRangeChanged.connect(self._mark)
        plot.vb.sigResized.connect(self._mark)

    def set_names(self, names: tuple[str, str]) -> None:
        """Name the axes."""
        self._names = dict(zip(("bottom", "left"), names, strict=True))
        self._mark()

    def limit(self, domain: QRectF) -> None:
        """Let the view show no more than four times the ``domain``, and no less than a millionth."""
        self._domain = width, height = domain.width(), domain.height()
        self._plot.vb.setLimits(
            minXRange=_LEAST * width, maxXRange=_MOST * width, minYRange=_LEAST * height, maxYRange=_MOST * height,
        )  # fmt: skip

    def zoom(self, factor: float, about: QPointF) -> None:
        """Show ``factor`` times as much of the plane, within the limits, ``about`` staying where it is."""
        for (low, high), whole in zip(self._plot.vb.viewRange(), self._domain, strict=True):
            factor = max(_LEAST * whole / (high - low), min(factor, _MOST * whole / (high - low)))
        self._plot.vb.scaleBy((factor, factor), about)

    def _mark(self, *_: Any) -> None:
        """Set ticks and names as there is room for them."""
        area, ranges = self._plot.vb.rect(), self._plot.vb.viewRange()
        if area.isEmpty():
            return
        for side, length, (low, high) in zip(_ROOM, (area.width(), area.height()), ranges, strict=True):
            axis = self._plot.getAxis(side)
            values, texts = _ticks(low, high, side, length, QFontMetricsF(axis.style["tickFont"]))
            axis.setTicks([list(zip(values, texts, strict=True))])
            font = QFont(axis.style["tickFont"])
            font.setPixelSize(NAME_PIXELS)
            name = QFontMetricsF(font).elidedText(self._names[side], Qt.TextElideMode.ElideRight, length)
            if name != axis.labelText:
                self._plot.setLabel(side, name)


def _ticks(low: float, high: float, side: str, length: float, metrics: QFontMetricsF) -> tuple[list[float], list[str]]:
    """Return as many ticks, and their labels, as stand apart along ``length`` pixels."""
    # The ends of the domain are marked although rounding may put them a hair outside.
    slack = 1e-9 * (high - low)
    most = int(min(INTERVALS, max(2.0, length / _ROOM[side])))
    for intervals in range(most, 0, -1):
        values = linear_ticks(low - slack, high + slack, intervals)
        texts = labels(values)
        if all(text.endswith(".0") for text in texts):
            texts = [text[:-2] for text in texts]
        widest = max((metrics.horizontalAdvance(text) for text in texts), default=0.0)
        apart = length * float(np.diff(values[:2]).sum()) / (high - low)
        if side == "left" or len(values) < 2 or widest + 8 <= apart:
            break
    return values.tolist(), texts
