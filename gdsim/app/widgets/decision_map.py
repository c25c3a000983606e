"""The decision map: which class the network gives to each place, under the samples."""

from __future__ import annotations

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QImage, QPainter, QShowEvent, QWheelEvent
from PySide6.QtWidgets import QLabel, QStackedWidget, QVBoxLayout, QWidget

from gdsim.app import theme as themes
from gdsim.app.theme import GRID, Theme
from gdsim.app.widgets.decision_items import ClassLegend, CrossesItem, RegionsItem, SamplesItem, region_image
from gdsim.app.widgets.naming import named
from gdsim.app.widgets.plot_style import blank_image, colour_text, own_menu, style_axes
from gdsim.export.decision_looks import Samples, drawn_samples
from gdsim.i18n import tr
from gdsim.problems.data import DataSet
from gdsim.problems.decision import DecisionGrid, Range, data_ranges

_DESIGN = (480.0, 400.0)
"""Size at which text and points of an exported picture have their size on the screen."""


class DecisionMap(QWidget):
    """Regions of the classes, with the samples on top; it computes nothing.

    To bring it up to date, hand ``ranges`` and ``points`` to `gdsim.problems.decision.decision_grid`, in any thread,
    and what comes out to `set_grid`.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("decision_map")
        self.setAccessibleName(tr("Decision map"))
        self._theme = themes.current()
        self._data: DataSet | None = None
        self._held_out: DataSet | None = None
        self._drawn: list[Samples] = []
        self._ranges: tuple[Range, Range] | None = None
        self._grid: DecisionGrid | None = None
        self._stale = False
        self._sentence = named(QLabel(), "decision_sentence")
        self._note = named(QLabel(), "decision_note")
        self._legend = ClassLegend()
        self._make_plot()
        self._lay_out()
        self.set_theme(self._theme)
        self._show_data()

    def set_data(self, data: DataSet | None, held_out: DataSet | None = None) -> None:
        """Show samples; the grid of others is dropped.

        Parameters
        ----------
        data
            The samples that are learned.
        held_out
            Samples on which the network is judged only.
        """
        if data is self._data and held_out is self._held_out:
            return
        self._data, self._held_out, self._grid = data, held_out, None
        self._drawn, self._ranges = [], None
        if data is not None and data.features.shape[1] == 2:
            self._ranges = data_ranges(data, held_out)
            self._drawn = drawn_samples(data, held_out)
        self._show_data()

    @property
    def ranges(self) -> tuple[Range, Range] | None:
        """The part of the plane that is shown, first and second feature; None: there can be no map of these data."""
        return self._ranges

    @property
    def points(self) -> tuple[NDArray[np.float32], ...]:
        """Samples that are drawn, shape ``(n, 2)`` each: those that are learned, and those held out if there are."""
        return tuple(points for points, _, _ in self._drawn)

    def set_grid(self, grid: DecisionGrid | None) -> None:
        """Show the classified plane; a hidden map does so when it is shown again."""
        self._grid = grid
        self._show_grid()

    def set_theme(self, theme: Theme) -> None:
        """Draw in the colours of ``theme``."""
        self._theme = theme
        self._plot.setBackground(theme.ground)
        style_axes(self._plot.getPlotItem(), theme)
        for item in (self._regions, self._samples, self._crosses):
            item.set_theme(theme)
        self._legend.theme = theme
        self._legend.update()
        for label in (self._sentence, self._note):
            colour_text(label, theme.muted)
        self._show_grid()

    def grab_image(self, width: int, height: int, ground: str = "light") -> QImage:
        """Draw the map anew at a size of its own, with text and points to match.

        Parameters
        ----------
        width, height
            Pixels.
        ground
            ``'light'``, ``'dark'`` or ``'transparent'``.
        """
        scale = min(width / _DESIGN[0], height / _DESIGN[1])
        twin = DecisionMap()
        try:
            twin.setAttribute(Qt.WidgetAttribute.WA_DontShowOnScreen)
            twin.set_theme(themes.for_ground(ground))
            twin.resize(round(width / scale), round(height / scale))
            twin.set_data(self._data, self._held_out)
            twin.show()
            twin.set_grid(self._grid)
            image = twin._painted(width, height, ground == "transparent")
        finally:
            twin.close()
            twin.deleteLater()
        return image

    def sizeHint(self) -> QSize:
        """Return a comfortable size."""
        return QSize(60 * GRID, 50 * GRID)

    def showEvent(self, event: QShowEvent) -> None:
        """Show what came while the map was hidden."""
        super().showEvent(event)
        if self._stale:
            self._show_grid()

    def _make_plot(self) -> None:
        self._plot = _Plot(viewBox=pg.ViewBox(enableMenu=False))
        own_menu(self._plot)
        named(self._plot, "decision_plot", tr("Decision map"))
        plot = self._plot.getPlotItem()
        plot.hideButtons()
        plot.setMouseEnabled(False, False)
        plot.vb.disableAutoRange()
        plot.layout.setContentsMargins(GRID // 2, GRID, 2 * GRID, GRID // 2)
        self._regions, self._samples, self._crosses = RegionsItem(plot.vb), SamplesItem(plot.vb), CrossesItem(plot.vb)

    def _lay_out(self) -> None:
        page = QWidget()
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._legend)
        column.addWidget(self._plot, 1)
        column.addWidget(self._note)
        self._note.setContentsMargins(GRID, 2, GRID, 2)
        self._note.setWordWrap(True)
        self._sentence.setWordWrap(True)
        self._sentence.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._sentence.setContentsMargins(2 * GRID, 2 * GRID, 2 * GRID, 2 * GRID)
        self._pages = QStackedWidget()
        self._pages.addWidget(self._sentence)
        self._pages.addWidget(page)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._pages)

    def _show_data(self) -> None:
        if self._data is None or self._ranges is None:
            self._sentence.setText(_why_not(self._data))
            self._pages.setCurrentIndex(0)
            return
        self._pages.setCurrentIndex(1)
        (x0, x1), (y0, y1) = self._ranges
        plot = self._plot.getPlotItem()
        plot.vb.setRange(xRange=(x0, x1), yRange=(y0, y1), padding=0)
        plot.setLabel("bottom", self._data.feature_names[0])
        plot.setLabel("left", self._data.feature_names[1])
        self._samples.set_samples(self._drawn)
        self._legend.set_classes(self._data.class_names, self._held_out is not None)
        drawn = sum(map(len, self.points))
        count = len(self._data) + (len(self._held_out) if self._held_out is not None else 0)
        self._note.setText(tr("{drawn} of {count} samples are drawn.", drawn=drawn, count=count))
        self._note.setVisible(drawn < count)
        self._show_grid()

    def _show_grid(self) -> None:
        self._stale = not self.isVisible()
        if self._stale or self._data is None or self._ranges is None:
            return
        if self._grid is None:
            self._regions.set_image(QImage(), QRectF())
            self._crosses.set_points(np.empty((0, 2)))
            return
        (x0, x1), (y0, y1) = self._grid.x_range, self._grid.y_range
        image = region_image(self._grid, len(self._data.class_names), self._theme)
        self._regions.set_image(image, QRectF(x0, y0, x1 - x0, y1 - y0))
        wrong = [
            points[(guesses != labels) & (guesses >= 0)]
            for (points, labels, _), guesses in zip(self._drawn, self._grid.guesses, strict=False)
            if len(guesses) == len(labels)
        ]
        self._crosses.set_points(np.concatenate(wrong).astype(np.float64) if wrong else np.empty((0, 2)))

    def _painted(self, width: int, height: int, transparent: bool) -> QImage:
        """Return a picture of this map, enlarged."""
        image = blank_image(width, height, self._theme, transparent)
        # Recorded axis labels are enlarged by the ratio of the resolutions: it must be 1.
        image.setDotsPerMeterX(round(self.logicalDpiX() / 0.0254))
        image.setDotsPerMeterY(round(self.logicalDpiY() / 0.0254))
        if self._ranges is None:
            return image
        if transparent:
            self._plot.setBackground(None)
        self._samples.setCacheMode(self._samples.CacheMode.NoCache)
        self._plot.getPlotItem().layout.activate()
        # The first painting finds out how much room the tick labels need.
        self.grab()
        self._plot.getPlotItem().layout.activate()
        painter = QPainter(image)
        scale = width / self.width()
        top, bottom = self._plot.geometry().top() * scale, (self._plot.geometry().bottom() + 1) * scale
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._plot.render(painter, QRectF(0, top, width, bottom - top), self._plot.viewport().rect())
        painter.scale(scale, scale)
        self._legend.paint_row(painter, self.width())
        painter.end()
        return image


class _Plot(pg.PlotWidget):
    """A plot that leaves the wheel to the panel around."""

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Ignore the wheel."""
        event.ignore()


def _why_not(data: DataSet | None) -> str:
    if data is None:
        return tr("Choose data with two features: the map shows which class the network gives to each place.")
    return tr(
        "A decision map needs data with two features; these have {count}. "
        "Choose moons, circles, spirals, blobs or XOR to see one.",
        count=data.features.shape[1],
    )
