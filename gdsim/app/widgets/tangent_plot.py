"""The result of a program against one of its leaves, with the tangent at the present value."""

from __future__ import annotations

import math

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QHelpEvent, QKeyEvent, QMouseEvent, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QToolTip, QVBoxLayout, QWidget

from gdsim.app import theme as themes
from gdsim.app.theme import GRID, Theme
from gdsim.app.widgets.chart_line import ChartLine
from gdsim.app.widgets.contour_axes import ContourAxes
from gdsim.app.widgets.message_label import MessageLabel
from gdsim.app.widgets.naming import named
from gdsim.app.widgets.number_field import tabular
from gdsim.app.widgets.plot_style import colour_text, own_menu, style_axes
from gdsim.app.widgets.polite import PoliteComboBox
from gdsim.export.tangent_curve import slice_words, tangent_curve
from gdsim.i18n import tr
from gdsim.simulation.tangent import Slice

_DOT_PIXELS = 11


class TangentPlot(QWidget):
    """Draws a `Slice`; the point on its curve can be dragged."""

    leaf_chosen = Signal(str)
    """The leaf to follow from now on."""
    value_dragged = Signal(str, float)
    """Leaf and its value under the pointer, again and again while the button is down."""
    settled = Signal()
    """The button was released."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        named(self, "tangent_plot", tr("Result and tangent"))
        self._slice: Slice | None = None
        self._words = ""
        self._readout = named(QLabel(), "tangent_readout")
        self._readout.setFont(tabular(self._readout.font()))
        self._readout.setContentsMargins(GRID, GRID // 2, GRID, 0)
        # As narrow as the plot may be: what does not fit is in the tooltip.
        self._readout.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self._note = MessageLabel("tangent_note")
        self._note.setContentsMargins(GRID, 0, GRID, GRID // 2)
        self.leaf = named(PoliteComboBox(), "tangent_leaf", tr("Leaf against which the result is drawn"))
        self.leaf.setSizeAdjustPolicy(PoliteComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.leaf.setMinimumContentsLength(5)
        self.leaf.setToolTip(tr("The leaf that varies along the axis; the others keep their values."))
        self._make_plot()
        self._lay_out()
        self.leaf.activated.connect(lambda _: self.leaf_chosen.emit(self.leaf.currentText()))
        self._plot.moved.connect(self._drag)
        self._plot.released.connect(self.settled)
        self.set_theme(themes.current())

    def show_slice(self, found: Slice) -> None:
        """Draw ``found``."""
        self._slice = found
        self._offer(found)
        drawn = tangent_curve(found)
        (low, high), (bottom, top) = drawn.across, drawn.up
        self._axes.set_names((found.leaf, found.result))
        box = self._plot.plotItem.vb
        if box.viewRange() != [[low, high], [bottom, top]]:
            box.setRange(xRange=(low, high), yRange=(bottom, top), padding=0)
        area = QRectF(low, bottom, high - low, top - bottom)
        self._curve.set_points(*drawn.curve, area, not np.isnan(drawn.curve[1]).any(), True)
        self._tangent.set_points(*drawn.tangent, area, True, True)
        self._here.setPos(drawn.at)
        self._dot.setData([found.at] * drawn.seen, [found.value] * drawn.seen)
        self._say(found, drawn.note)

    def set_theme(self, theme: Theme) -> None:
        """Draw in the colours of ``theme``."""
        self._theme = theme
        self._plot.setBackground(theme.ground)
        style_axes(self._plot.plotItem, theme)
        self._curve.set_look(theme.text, False)
        self._tangent.set_look(theme.gradient, False)
        self._here.setPen(pg.mkPen(theme.muted, width=1, style=Qt.PenStyle.DashLine))
        self._dot.setPen(pg.mkPen(theme.ground, width=1.5))
        self._dot.setBrush(pg.mkBrush(theme.accent))
        self._note.refresh_colour()
        self._colour_words()

    def sizeHint(self) -> QSize:
        """Return a comfortable size."""
        return QSize(34 * GRID, 30 * GRID)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fit the words into the new width."""
        super().resizeEvent(event)
        self._fit_words()

    def changeEvent(self, event: QEvent) -> None:
        """Follow the palette from light to dark and back."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "_theme") and not self._plot.closed:
            self.set_theme(themes.current())

    def _make_plot(self) -> None:
        self._plot = named(_Plot(), "tangent_canvas", tr("Result and tangent"))
        self._plot.setToolTip(tr("Drag the point to change the leaf."))
        plot = self._plot.plotItem
        self._axes = ContourAxes(plot)
        self._here = pg.InfiniteLine(angle=90)
        self._curve, self._tangent = ChartLine(), ChartLine()
        self._dot = pg.ScatterPlotItem(size=_DOT_PIXELS)
        for height, item in enumerate((self._here, self._curve, self._tangent, self._dot)):
            item.setZValue(height)
            plot.addItem(item, ignoreBounds=True)

    def _lay_out(self) -> None:
        against = QLabel(tr("against"))
        against.setBuddy(self.leaf)
        below = QHBoxLayout()
        below.setContentsMargins(GRID, 0, GRID, GRID // 2)
        below.setSpacing(GRID // 2)
        below.addStretch(1)
        below.addWidget(against)
        below.addWidget(self.leaf)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(GRID // 2)
        layout.addWidget(self._readout)
        layout.addWidget(self._plot, 1)
        layout.addLayout(below)
        layout.addWidget(self._note)

    def _offer(self, found: Slice) -> None:
        """Let one choose among the leaves that there are."""
        if tuple(self.leaf.itemText(row) for row in range(self.leaf.count())) != found.leaves:
            self.leaf.clear()
            self.leaf.addItems(found.leaves)
        self.leaf.setCurrentIndex(found.leaves.index(found.leaf))

    def _say(self, found: Slice, note: str) -> None:
        """Write value or slope above the plot, and below it what there is to explain."""
        self._words = slice_words(found)
        exact = {"result": found.result, "leaf": found.leaf, "at": repr(found.at)}
        if found.slope is None:
            tip = tr("{result} = {value} at {leaf} = {at}", value=repr(found.value), **exact)
        else:
            tip = tr("d {result}/d{leaf} = {slope} at {leaf} = {at}", slope=repr(found.slope), **exact)
        self._readout.setToolTip(tip)
        self._note.show_sentence(note, muted=True)
        self._colour_words()
        self._fit_words()

    def _colour_words(self) -> None:
        steep = self._slice is not None and self._slice.slope is not None
        colour_text(self._readout, self._theme.gradient if steep else self._theme.text)

    def _fit_words(self) -> None:
        room = self._readout.contentsRect().width()
        self._readout.setText(self._readout.fontMetrics().elidedText(self._words, Qt.TextElideMode.ElideRight, room))

    def _drag(self, place: float) -> None:
        """Announce the value of the leaf at a place on the axis, with no more digits than pixels can tell apart."""
        found = self._slice
        if found is None:
            return
        low, high = float(found.places[0]), float(found.places[-1])
        finest = (high / 2 - low / 2) / max(1.0, self._plot.plotItem.vb.width() / 2)
        value = round(place, -math.floor(math.log10(finest))) if finest < 1 else place
        value = min(max(value, low), high)
        if value != found.at:
            self.value_dragged.emit(found.leaf, value)


class _Plot(pg.PlotWidget):
    """A plot along which one can drag; it leaves keys and wheel to the run and to the panel around."""

    moved = Signal(float)
    """Where the pressed button is along the horizontal axis."""
    released = Signal()

    def __init__(self) -> None:
        super().__init__(viewBox=pg.ViewBox(enableMenu=False))
        own_menu(self)
        self._dragging = False
        self.plotItem.hideButtons()
        self.plotItem.setMouseEnabled(False, False)
        self.plotItem.vb.disableAutoRange()
        self.plotItem.layout.setContentsMargins(GRID // 2, GRID, GRID, GRID // 2)
        self.setMinimumSize(20 * GRID, 12 * GRID)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.viewport().setCursor(Qt.CursorShape.SizeHorCursor)

    def sizeHint(self) -> QSize:
        """Return a comfortable size: pyqtgraph's own would fill the window."""
        return QSize(32 * GRID, 20 * GRID)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Take the point to a left press."""
        box = self.plotItem.vb.sceneBoundingRect()
        if event.button() == Qt.MouseButton.LeftButton and box.contains(self.mapToScene(event.position().toPoint())):
            self._dragging = True
            self.moved.emit(self._place(event.position()))

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Take the second of two quick presses for what it is."""
        self.mousePressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Take the point along."""
        if self._dragging:
            self.moved.emit(self._place(event.position()))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Let go of the point."""
        if self._dragging and event.button() == Qt.MouseButton.LeftButton:
            self._dragging = False
            self.released.emit()

    def viewportEvent(self, event: QEvent) -> bool:
        """Show the tooltip: a graphics view asks the things in it only."""
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            QToolTip.showText(event.globalPos(), self.toolTip(), self)
            return True
        return bool(super().viewportEvent(event))

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Ignore the wheel."""
        event.ignore()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Ignore all keys."""
        event.ignore()

    def _place(self, position: QPointF) -> float:
        return float(self.plotItem.vb.mapSceneToView(self.mapToScene(position.toPoint())).x())
