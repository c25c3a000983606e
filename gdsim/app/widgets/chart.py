"""A chart of one or several quantities against the step, with a cursor at the current one."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyqtgraph as pg
from numpy.typing import ArrayLike
from PySide6.QtCore import QEvent, QPoint, QRect, Qt
from PySide6.QtGui import QHelpEvent, QKeyEvent, QMouseEvent, QResizeEvent, QShowEvent, QWheelEvent
from PySide6.QtWidgets import QRubberBand, QToolTip, QWidget

from gdsim.app import theme as themes
from gdsim.app.theme import GRID, Theme
from gdsim.app.widgets.chart_header import ChartHeader
from gdsim.app.widgets.chart_legend import Reading, Sample
from gdsim.app.widgets.chart_marks import heading, readout
from gdsim.app.widgets.chart_plot import AXIS_WIDTH, ChartPlot, StepAxis
from gdsim.app.widgets.chart_series import Series, Tracks, heights
from gdsim.app.widgets.chart_steps import StepRange
from gdsim.app.widgets.plot_style import own_menu
from gdsim.export.contrast import readable
from gdsim.i18n import tr

__all__ = ["Chart", "Series"]

_NOTCH = 120
_ZOOM = 0.8
"""How many of the steps in view a notch of the wheel leaves."""


class Chart(pg.PlotWidget):
    """A line chart over the steps of a run; logarithmic unless asked otherwise.

    With Ctrl, or once the chart has the focus, the wheel zooms about the pointer; a drag with Shift or with the right
    button chooses the steps to show; then a drag moves them and a double click shows the whole run again.

    Parameters
    ----------
    object_name
        ``objectName``, such as ``'loss_chart'``.
    title
        What is charted; also the accessible name.
    unit
        Label of the vertical axis; empty for none, which leaves more room.
    colour_role
        Attribute of `Theme` that gives the line's colour in `set_history`.
    decimals
        Decimals of each value read out; None for as many digits as there is room for.
    """

    def __init__(
        self,
        object_name: str,
        title: str,
        unit: str = "",
        colour_role: str = "accent",
        parent: QWidget | None = None,
        decimals: int | None = None,
    ) -> None:
        super().__init__(parent, viewBox=pg.ViewBox(enableMenu=False), axisItems={"bottom": StepAxis()})
        own_menu(self)
        self._decimals = decimals
        self._title, self._colour_role = title, colour_role
        self._tracks, self._steps = Tracks(), StepRange()
        self._coming: tuple[tuple[Series, ...], object] | None = None
        self._current = 0
        self._hovered: int | None = None
        self._log, self._logarithmic, self._stale = True, True, True
        self._grip: float | None = None
        self._band_start: QPoint | None = None
        self.setObjectName(object_name)
        self.setAccessibleName(title)
        self.setToolTip(
            tr(
                "Ctrl and the wheel zoom; dragging with Shift or the right button chooses the steps to show. "
                "Then dragging moves them, and a double click shows the whole run again."
            )
        )
        self.setMinimumSize(160, 96)
        self.setMouseTracking(True)
        self._plot = ChartPlot(self.plotItem, unit)
        self._band = QRubberBand(QRubberBand.Shape.Rectangle, self.viewport())
        self._header = ChartHeader(self, title, decimals)
        self._header.log.toggled.connect(self._switched)
        self._header.fit.clicked.connect(self._fit)
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
            self._apply_mode()
            self._redraw()
            self._place_cursor()

    @property
    def zoomed(self) -> bool:
        """Whether a part of the run is shown, which new steps do not move."""
        return self._steps.zoomed

    def set_history(self, values: ArrayLike, current: int, run: object = None) -> None:
        """Show a run of one quantity.

        Parameters
        ----------
        values
            Shape ``(n,)``, the quantity after 0, 1, .. updates.
        current, run
            As for `set_series`.
        """
        self.set_series((Series(self._title, np.asarray(values, np.float64), self._colour_role),), current, run)

    def set_series(self, series: Sequence[Series], current: int, run: object = None) -> None:
        """Show a run.

        Parameters
        ----------
        series
            The lines, the last one on top.
        current
            Step of the cursor.
        run
            A token that changes whenever steps that were shown are cut off or replaced. While it stays equal only what
            was appended is read, and nothing is copied. Without one all values are copied and compared each time.
        """
        self._coming = tuple(series), run
        self._current = max(current, 0)
        if self.isVisible():
            self._take()
        else:
            self._stale = True

    def set_theme(self, theme: Theme) -> None:
        """Draw in the colours of ``theme``."""
        self._theme = theme
        self.setBackground(theme.ground)
        self._plot.set_theme(theme)
        self._header.set_theme(theme)
        self._dress()
        self._place_cursor()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Begin to choose steps, or to move the part that is shown."""
        chosen = event.button() == Qt.MouseButton.RightButton or event.modifiers() == Qt.KeyboardModifier.ShiftModifier
        place = event.position().toPoint()
        if not self._in_plot(place):
            event.ignore()
        elif chosen:
            self._band_start = place
        elif event.button() == Qt.MouseButton.LeftButton and self.zoomed:
            self._grip = self._step_at(place)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Read out the step under the pointer, and go on with what was begun."""
        place = event.position().toPoint()
        if self._band_start is not None:
            self._stretch_band(place)
        elif self._grip is not None:
            self._steps.pan(self._grip - self._step_at(place))
            self._redraw()
        last = self._tracks.length - 1
        self._hovered = min(max(round(self._step_at(place)), 0), last) if last >= 0 and self._in_plot(place) else None
        self._place_cursor()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Show the steps that were chosen."""
        start, self._band_start, self._grip = self._band_start, None, None
        self._band.hide()
        end = event.position().toPoint()
        # A click chooses nothing.
        if start is not None and abs(end.x() - start.x()) >= GRID // 2:
            self._steps.show(self._step_at(start), self._step_at(end))
            self._redraw()
            self._place_cursor()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Show the whole run again."""
        self._fit()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zoom about the pointer where that is meant, else leave the wheel to the panel around."""
        notches = event.angleDelta().y() / _NOTCH
        meant = self.hasFocus() or bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        if not (meant and notches and self._tracks.length):
            event.ignore()
            return
        event.accept()
        self._steps.zoom(_ZOOM**notches, self._step_at(event.position().toPoint()))
        self._redraw()
        self._place_cursor()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Leave all keys to the run."""
        event.ignore()

    def viewportEvent(self, event: QEvent) -> bool:
        """Tell how to zoom; read out the current step again once the pointer leaves the plot, be it for the header."""
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            # A graphics view asks the things in it only.
            QToolTip.showText(event.globalPos(), self.toolTip(), self)
            return True
        if event.type() == QEvent.Type.Leave and self._hovered is not None:
            self._hovered = None
            self._place_cursor()
        return bool(super().viewportEvent(event))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Lay out anew."""
        super().resizeEvent(event)
        # pyqtgraph resizes before this class is set up and once more while it is being taken apart.
        if hasattr(self, "_header") and not self.closed:
            self._place_header()
            self.plotItem.layout.activate()
            self._redraw()
            self._place_cursor()

    def showEvent(self, event: QShowEvent) -> None:
        """Draw what came while the chart was hidden."""
        super().showEvent(event)
        if self._stale:
            self._take()

    def changeEvent(self, event: QEvent) -> None:
        """Follow the palette from light to dark and back."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "_header") and not self.closed:
            self.set_theme(themes.current())

    def _take(self) -> None:
        """Draw the series that came last."""
        series, run = self._coming or ((), None)
        before = _looks(self._tracks.series)
        changed = self._tracks.update(series, run) or self._stale
        self._stale = False
        self._current = min(self._current, max(0, self._tracks.length - 1))
        if _looks(series) != before:
            self._dress()
            self._place_header()
        if changed:
            self._steps.set_last(self._tracks.length - 1)
            self._apply_mode()
            self._redraw()
        self._place_cursor()

    def _dress(self) -> None:
        """Have a line of the right look for each series, here and in the legend."""
        colours = [_colour(one.colour, self._theme) for one in self._tracks.series]
        pairs = list(zip(self._tracks.series, colours, strict=True))
        self._plot.set_looks([(colour, one.dashed) for one, colour in pairs])
        self._header.legend.set_lines([Sample(one.name, colour, one.dashed) for one, colour in pairs])

    def _switched(self, on: bool) -> None:
        self.log = on

    def _fit(self) -> None:
        self._steps.fit()
        self._redraw()
        self._place_cursor()

    def _apply_mode(self) -> None:
        self._logarithmic = self._log and self._tracks.has_logarithms
        self._plot.set_logarithmic(self._logarithmic)
        self._header.log.setChecked(self._log)
        self._header.log.setToolTip(
            tr("The axis is linear as long as more than a third of the values are not above 0.")
            if self._log and not self._logarithmic
            else tr("Logarithmic or linear axis")
        )

    def _redraw(self) -> None:
        if not self.isVisible():
            self._stale = True
            return
        said = self._header.tell(self._tracks.missing(self._logarithmic), self._tracks.length == 0, self._logarithmic)
        if said or self._header.fit.isHidden() == self.zoomed:
            self._header.fit.setVisible(self.zoomed)
            self._place_header()
        steps, columns = self._steps, self._plot.columns
        steps.set_margin(self._plot.margin)
        self._plot.draw(
            [track.line(steps.left, steps.right, columns, self._logarithmic) for track in self._tracks], steps
        )
        self._plot.place_ticks()

    def _place_header(self) -> None:
        top = self._header.place(AXIS_WIDTH, self._tracks.length == 0)
        self.plotItem.layout.setContentsMargins(0, top, GRID, 0)
        self.plotItem.layout.activate()

    def _place_cursor(self) -> None:
        length = self._tracks.length
        if length == 0:
            self._header.readout.setText(self._title)
            self._plot.mark_nothing()
            return
        step = self._current if self._hovered is None else min(self._hovered, length - 1)
        readings = [Reading(*track.at(step), step) for track in self._tracks]
        self._read_out(step, readings)
        up = heights(np.array([reading.value for reading in readings]), self._logarithmic)
        self._plot.mark(self._current, None if self._hovered is None else step, [r.step for r in readings], up)

    def _read_out(self, step: int, readings: list[Reading]) -> None:
        """Write the numbers: of one series beside the title, of several in the legend."""
        label = self._header.readout
        if len(readings) > 1:
            label.setText(heading(self._title, step, label.width(), label.fontMetrics()))
            label.setToolTip("")
            self._header.legend.set_readings(readings)
            return
        reading = readings[0]
        room, metrics = label.width(), label.fontMetrics()
        label.setText(readout(self._title, step, reading.value, room, metrics, self._decimals))
        label.setToolTip(reading.sentence())

    def _step_at(self, place: QPoint) -> float:
        """Return the step, not rounded, at a place in the widget."""
        return float(self.plotItem.vb.mapSceneToView(self.mapToScene(place)).x())

    def _in_plot(self, place: QPoint) -> bool:
        return bool(self.plotItem.vb.sceneBoundingRect().contains(self.mapToScene(place)))

    def _stretch_band(self, place: QPoint) -> None:
        assert self._band_start is not None
        plot = self.mapFromScene(self.plotItem.vb.sceneBoundingRect()).boundingRect()
        ends = sorted(min(max(x, plot.left()), plot.right()) for x in (self._band_start.x(), place.x()))
        self._band.setGeometry(QRect(ends[0], plot.top(), ends[1] - ends[0], plot.height()))
        self._band.show()


def _looks(series: Sequence[Series]) -> list[tuple[str, str, bool]]:
    return [(one.name, one.colour, one.dashed) for one in series]


def _colour(colour: str, theme: Theme) -> str:
    """Return a colour of the theme, or one that is readable on its ground."""
    return readable(colour, theme.ground) if colour.startswith("#") else str(getattr(theme, colour))
