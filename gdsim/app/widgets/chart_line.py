"""The line of one series, drawn fast however many points it has."""

from __future__ import annotations

import pyqtgraph as pg
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPen, QTransform
from PySide6.QtWidgets import QStyleOptionGraphicsItem, QWidget

from gdsim.app.widgets.chart_series import Floats

FEW = 200
"""Points in a chart up to which Qt's own thick lines are fast enough."""

_WIDTH = 2.0


class _Stroke(pg.PlotCurveItem):
    """A line two pixels wide.

    Qt needs 40 times as long for a smooth line of two pixels as for one of a single pixel, so many points are drawn as
    two single lines, one above the other.
    """

    def __init__(self) -> None:
        super().__init__()
        self.few = True
        self._bounds = QRectF()

    def set_bounds(self, bounds: QRectF) -> None:
        """Take this as the place of the line: pyqtgraph would work it out anew from all points each time."""
        if bounds != self._bounds:
            self.prepareGeometryChange()
            self._bounds = bounds

    def boundingRect(self) -> QRectF:
        """Return what `set_bounds` was told."""
        return self._bounds

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        """Draw the line."""
        if self.few or self.xData is None or not len(self.xData):
            super().paint(painter, option, widget)
            return
        pen = QPen(self.opts["pen"])
        pen.setWidthF(_WIDTH / 2)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        painter.setPen(pen)
        path, place = self.getPath(), painter.transform()
        for down in (-_WIDTH / 4, _WIDTH / 4):
            painter.setTransform(place * QTransform.fromTranslate(0.0, down))
            painter.drawPath(path)
        painter.setTransform(place)


class ChartLine(pg.PlotDataItem):
    """One series of a chart, drawn by a `_Stroke`."""

    curve: _Stroke

    def __init__(self) -> None:
        super().__init__(antialias=True)
        plain, self.curve = self.curve, _Stroke()
        plain.setParentItem(None)
        self.curve.setParentItem(self)

    def set_look(self, colour: str, dashed: bool) -> None:
        """Draw in ``colour``."""
        style = Qt.PenStyle.DashLine if dashed else Qt.PenStyle.SolidLine
        self.setPen(pg.mkPen(colour, width=_WIDTH, style=style))

    def set_points(self, steps: Floats, heights: Floats, bounds: QRectF, whole: bool, few: bool) -> None:
        """Draw a line through points, broken where a height is ``nan``.

        Parameters
        ----------
        steps, heights
            Shape ``(m,)`` each.
        bounds
            The part of the plane that is shown.
        whole
            Whether no height is ``nan``.
        few
            Whether the chart has no more than `FEW` points.
        """
        self.curve.few = few
        self.curve.set_bounds(bounds)
        self.setData(steps, heights, connect="all" if whole else "finite", skipFiniteCheck=whole)
