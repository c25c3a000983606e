"""A small chart of one quantity against the step, with a cursor at the current one."""

from __future__ import annotations

import math

import numpy as np
import pyqtgraph as pg
from numpy.typing import ArrayLike, NDArray
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QMouseEvent, QResizeEvent, QShowEvent, QWheelEvent
from PySide6.QtWidgets import QLabel, QToolButton, QWidget

from gdsim.app import theme as themes
from gdsim.app.theme import GRID, Theme
from gdsim.app.widgets.chart_marks import has_logarithms, marks, readout
from gdsim.app.widgets.number_field import tabular
from gdsim.app.widgets.plot_style import colour_text, own_menu, style_axes
from gdsim.i18n import tr

Floats = NDArray[np.float64]

_HEADER = 3 * GRID
_AXIS_WIDTH = 6 * GRID
# Pixels that a tick and the gap to its label take, and the axis' name.
_TICK_WIDTH, _NAME_WIDTH = 12, 20
# pyqtgraph's own limit.
_FARTHEST = 1e307


class Chart(pg.PlotWidget):
    """A line chart over the steps of a run; logarithmic unless asked otherwise.

    Parameters
    ----------
    object_name
        ``objectName``, such as ``'loss_chart'``.
    title
        What is charted; also the accessible name.
    unit
        Label of the vertical axis; empty for none, which leaves more room.
    colour_role
        Attribute of `Theme` that gives the line's colour.
    """

    def __init__(
        self, object_name: str, title: str, unit: str = "", colour_role: str = "accent", parent: QWidget | None = None
    ) -> None:
        self._hovered: int | None = None
        super().__init__(parent, viewBox=pg.ViewBox(enableMenu=False))
        own_menu(self)
        self._title, self._colour_role = title, colour_role
        self._values: Floats = np.empty(0)
        self._heights: Floats = np.empty(0)
        self._current = 0
        self._log, self._logarithmic, self._stale = True, True, True
        self._span = (0.0, 1.0)
        self.setObjectName(object_name)
        self.setAccessibleName(title)
        self.setMinimumSize(160, 96)
        self._named = bool(unit)
        self._make_plot(unit)
        self._make_header(title)
        self._apply_mode()
        self.set_theme(themes.current())

    @property
    def log(self) -> bool:
        """Whether the vertical axis is to be logarithmic; values that are not positive may keep it from being so."""
        return self._log

    @log.setter
    def log(self, on: bool) -> None:
        if on != self._log:
            self._log = on
            self._logarithmic = on and has_logarithms(self._values)
            self._heights = self._height_of(self._values)
            self._apply_mode()
            self._redraw()

    def set_history(self, values: ArrayLike, current: int) -> None:
        """Show a run.

        Parameters
        ----------
        values
            Shape ``(n,)``, the quantity after 0, 1, .. updates.
        current
            Index of the cursor.
        """
        new = np.array(values, dtype=np.float64)
        known = len(self._values)
        logarithmic = self._log and has_logarithms(new)
        same_axis, self._logarithmic = logarithmic == self._logarithmic, logarithmic
        # A running simulation appends; only what is new needs its logarithm. Compared as bits, so that nan equals nan.
        if same_axis and known <= len(new) and np.array_equal(new[:known].view(np.int64), self._values.view(np.int64)):
            if len(new) > known:
                self._heights = np.concatenate((self._heights, self._height_of(new[known:])))
            changed = len(new) > known
        else:
            self._heights, changed = self._height_of(new), True
        self._values = new
        self._current = min(max(current, 0), max(0, len(new) - 1))
        if not same_axis:
            self._apply_mode()
        if changed:
            self._redraw()
        self._place_cursor()

    def set_theme(self, theme: Theme) -> None:
        """Draw in the colours of ``theme``."""
        self.setBackground(theme.ground)
        style_axes(self.plotItem, theme, 10)
        colour = QColor(getattr(theme, self._colour_role))
        self._curve.setPen(pg.mkPen(colour, width=2))
        self._dot.setBrush(pg.mkBrush(colour))
        self._dot.setPen(pg.mkPen(theme.ground))
        self._cursor.setPen(pg.mkPen(theme.text, width=1))
        self._pointer.setPen(pg.mkPen(theme.muted, width=1, style=Qt.PenStyle.DashLine))
        colour_text(self._readout, theme.text)
        colour_text(self._note, theme.muted)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Read out the step under the pointer."""
        super().mouseMoveEvent(event)
        box = self.plotItem.vb
        scene = self.mapToScene(event.position().toPoint())
        inside = len(self._values) > 0 and box.sceneBoundingRect().contains(scene)
        self._hovered = min(max(round(box.mapSceneToView(scene).x()), 0), len(self._values) - 1) if inside else None
        self._place_cursor()

    def viewportEvent(self, event: QEvent) -> bool:
        """Read out the current step again once the pointer leaves the plot, be it for the header."""
        if event.type() == QEvent.Type.Leave and self._hovered is not None:
            self._hovered = None
            self._place_cursor()
        return bool(super().viewportEvent(event))

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Leave the wheel to the panel around."""
        event.ignore()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Lay out anew."""
        super().resizeEvent(event)
        # pyqtgraph resizes before this class is set up and once more while it is being taken apart.
        if hasattr(self, "_note") and not self.closed:
            self._place_header()
            self.plotItem.layout.activate()
            self._place_ticks()
            self._place_cursor()

    def showEvent(self, event: QShowEvent) -> None:
        """Draw what came while the chart was hidden."""
        super().showEvent(event)
        if self._stale:
            self._redraw()
            self._place_cursor()

    def changeEvent(self, event: QEvent) -> None:
        """Follow the palette from light to dark and back."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "_note"):
            self.set_theme(themes.current())

    def _make_plot(self, unit: str) -> None:
        plot = self.plotItem
        plot.hideButtons()
        plot.setMouseEnabled(False, False)
        plot.vb.disableAutoRange()
        plot.getAxis("left").setWidth(_AXIS_WIDTH)
        if unit:
            plot.setLabel("left", unit)
        self._curve = plot.plot([], [], antialias=True)
        self._curve.setDownsampling(auto=True, method="peak")
        self._curve.setClipToView(True)
        self._cursor = pg.InfiniteLine(angle=90)
        self._pointer = pg.InfiniteLine(angle=90)
        self._pointer.hide()
        self._dot = pg.ScatterPlotItem(size=8)
        for item in (self._cursor, self._pointer, self._dot):
            plot.addItem(item, ignoreBounds=True)
        self.setMouseTracking(True)

    def _make_header(self, title: str) -> None:
        self._readout = QLabel(self)
        self._readout.setObjectName(f"{self.objectName()}_readout")
        self._readout.setFont(tabular(self._readout.font()))
        self._switch = QToolButton(self)
        self._switch.setObjectName(f"{self.objectName()}_log")
        self._switch.setText(tr("Log"))
        self._switch.setCheckable(True)
        self._switch.setChecked(True)
        self._switch.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._switch.setAccessibleName(tr("{title}, logarithmic axis", title=title))
        self._switch.toggled.connect(self._switched)
        self._note = QLabel(self)
        small = self._note.font()
        small.setPixelSize(10)
        self._note.setFont(small)
        self._note.setObjectName(f"{self.objectName()}_note")
        self._note.setWordWrap(True)
        self._note.hide()

    def _place_header(self) -> None:
        button = self._switch.sizeHint()
        height = min(_HEADER, button.height())
        self._switch.setGeometry(self.width() - button.width() - GRID // 2, 1, button.width(), height)
        room = self.width() - button.width() - 2 * GRID
        if len(self._values) == 0:
            # There is no curve that it could cover.
            self._note.setGeometry(_AXIS_WIDTH + GRID, _HEADER + 2, self.width() - _AXIS_WIDTH - 2 * GRID, 4 * GRID)
            self._note.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
        else:
            text = self._note.fontMetrics().horizontalAdvance(self._note.text()) + 2 if self._note.text() else 0
            room -= text + GRID // 2 if text else 0
            self._note.setGeometry(GRID + room + GRID // 2, 0, text, _HEADER)
            self._note.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self._readout.setGeometry(GRID, 0, room, _HEADER)
        self.plotItem.layout.setContentsMargins(0, _HEADER, GRID, 0)

    def _switched(self, on: bool) -> None:
        self.log = on

    def _apply_mode(self) -> None:
        self._switch.setChecked(self._log)
        self._switch.setToolTip(
            tr("The axis is linear as long as more than a third of the values are not above 0.")
            if self._log and not self._logarithmic
            else tr("Logarithmic or linear axis")
        )
        self.plotItem.getAxis("left").setLogMode(False, self._logarithmic)

    def _height_of(self, values: Floats) -> Floats:
        """Return where ``values`` are drawn, ``nan`` for those that cannot be."""
        if self._logarithmic:
            with np.errstate(divide="ignore", invalid="ignore"):
                values = np.log10(values)
        return np.where(np.isfinite(values), values, np.nan)

    def _redraw(self) -> None:
        self._stale = not self.isVisible()
        if self._stale:
            return
        drawn = ~np.isnan(self._heights)
        heights = self._heights[drawn]
        # The line is broken where values are missing, rather than drawn across.
        whole = len(heights) == len(drawn)
        self._curve.setData(
            np.arange(len(drawn)), self._heights, connect="all" if whole else "finite", skipFiniteCheck=whole
        )
        low, high = (float(heights.min()), float(heights.max())) if len(heights) else (0.0, 1.0)
        margin = (high / 20 - low / 20) or max(abs(high) * 0.05, 0.5 if self._logarithmic else 1e-3)
        last = max(1, len(self._values) - 1)
        heights_shown = np.clip((low - margin, high + margin), -_FARTHEST, _FARTHEST)
        self.plotItem.vb.setRange(xRange=(-0.01 * last, 1.01 * last), yRange=heights_shown, padding=0)
        self._span = (float(heights_shown[0]), float(heights_shown[1]))
        self._tell(len(self._heights) - len(heights))
        self._place_ticks()

    def _place_ticks(self) -> None:
        """Mark at least two values and as many as there is room for, beside the axis' name."""
        axis = self.plotItem.getAxis("left")
        if np.isnan(self._heights).all():
            axis.setTicks([[]])
            return
        values, texts = marks(*self._span, self.plotItem.vb.height(), self._logarithmic)
        axis.setTicks([list(zip(values, texts, strict=True))])
        metrics = QFontMetricsF(axis.style["tickFont"])
        widest = max((metrics.horizontalAdvance(text) for text in texts), default=0.0)
        # In steps, so that the plot does not shift with each new digit.
        needed = widest + _TICK_WIDTH + (_NAME_WIDTH if self._named else 0)
        axis.setWidth(max(_AXIS_WIDTH, GRID * math.ceil(needed / GRID)))

    def _tell(self, missing: int) -> None:
        """Say what is missing, or what to do while there is nothing."""
        whole = ""
        if len(self._values) == 0:
            text = tr("Step or play to fill this chart.")
        elif missing:
            text = tr("{count} not drawn", count=missing)
            whole = (
                tr("Not shown: {count} not finite or not above 0.", count=missing)
                if self._logarithmic
                else tr("Not shown: {count} not finite.", count=missing)
            )
        else:
            text = ""
        self._note.setText(text)
        self._note.setToolTip(whole)
        self._note.setVisible(bool(text))
        self._place_header()

    def _place_cursor(self) -> None:
        if len(self._values) == 0:
            self._readout.setText(self._title)
            self._cursor.hide()
            self._dot.setData([], [])
            return
        step = self._current if self._hovered is None else min(self._hovered, len(self._values) - 1)
        value = float(self._values[step])
        self._readout.setText(readout(self._title, step, value, self._readout.width(), self._readout.fontMetrics()))
        self._readout.setToolTip(repr(value))
        self._cursor.setPos(self._current)
        self._cursor.show()
        self._pointer.setVisible(self._hovered is not None)
        self._pointer.setPos(step)
        height = self._heights[step]
        self._dot.setData([step], [height]) if math.isfinite(height) else self._dot.setData([], [])
