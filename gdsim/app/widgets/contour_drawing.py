"""The contour map as a drawing: filled levels, the ways of runs, arrows, squares and minima."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pyqtgraph as pg
from numpy.typing import ArrayLike
from PySide6.QtCore import QRectF, Qt, QTimer
from PySide6.QtGui import QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QToolButton, QWidget

from gdsim.app import theme as themes
from gdsim.app.arrow import Arrow, Square
from gdsim.app.colormaps import lookup
from gdsim.app.theme import GRID, Theme
from gdsim.app.way import Way
from gdsim.app.widgets.contour_arrows import ArrowsItem
from gdsim.app.widgets.contour_axes import ContourAxes
from gdsim.app.widgets.contour_items import LevelsItem, PixelItem, StarsItem
from gdsim.app.widgets.contour_legend import LegendItem
from gdsim.app.widgets.contour_paths import Floats
from gdsim.app.widgets.contour_readout import ContourReadout, fitted_area
from gdsim.app.widgets.contour_squares import SquaresItem
from gdsim.app.widgets.contour_ways import CurrentItem, TrajectoryItem, in_order, worth_seeing
from gdsim.app.widgets.plot_style import colour_text, own_menu, style_axes
from gdsim.i18n import tr
from gdsim.problems.contour_levels import choose_levels, fill, level_lines
from gdsim.problems.mesh import Mesh

if TYPE_CHECKING:
    from gdsim.simulation.surface_scenario import View

_SIDE = 640


class ContourDrawing(pg.PlotWidget):
    """The loss over the plane of its two variables, seen from above."""

    def __init__(self, parent: QWidget | None = None) -> None:
        self._box = pg.ViewBox(enableMenu=False)
        super().__init__(parent, viewBox=self._box)
        own_menu(self)
        self._mesh: Mesh | None = None
        self._colormap, self._log_height = "rainbow", False
        self._side = _SIDE
        self._ways: list[Way] = []
        self._focused = 0
        self._arrows: list[Arrow] = []
        self._squares: list[Square] = []
        self._minima: Floats = np.empty((0, 2))
        self._fitted, self._painted = True, False
        self._make_items()
        self._make_header()
        self._axes = ContourAxes(self.plotItem)
        self._lines_timer = QTimer(self, singleShot=True, interval=0)
        self._lines_timer.timeout.connect(self._draw_lines)
        self._box.sigRangeChangedManually.connect(self._zoomed_by_hand)
        self.setMinimumSize(160, 120)
        self.set_theme(themes.current())

    def set_mesh(self, mesh: Mesh) -> None:
        """Show the heights of ``mesh``; the view goes back to its domain when the domain changes."""
        same = self._mesh is not None and _domain(self._mesh) == _domain(mesh)
        self._mesh = mesh
        self._legend.choose_anew()
        self._axes.set_names(mesh.names)
        if not same:
            self._axes.limit(_domain(mesh))
            self.fit()
        self._draw_levels()

    def set_style(self, view: View) -> None:
        """Colour the levels by ``view.colormap`` and space them by ``view.log_height``."""
        style = (view.colormap, view.log_height)
        if style != (self._colormap, self._log_height):
            self._colormap, self._log_height = style
            self._draw_levels()

    def set_ways(self, ways: Sequence[Way], focused: int = 0) -> None:
        """Show the ways of one run or of a race, the later ones below; ``focused``: the number of the one on top."""
        last = [max(0, len(way.points) - 1) for way in ways]
        self._ways = [replace(way, current=min(max(way.current, 0), k)) for way, k in zip(ways, last, strict=True)]
        self._focused = focused
        drawn = in_order(self._ways, focused)
        self._trajectory.set_ways(drawn, self._focused_way())
        self._marker.set_ways(drawn)
        self._legend.set_ways(self._ways, focused)
        self._keep_labels_off()

    def set_arrows(self, arrows: list[Arrow]) -> None:
        """Show ``arrows`` with their labels."""
        self._arrows = list(arrows)
        self._arrows_item.set_arrows(self._arrows)
        self._squares_item.update()

    def set_squares(self, squares: list[Square]) -> None:
        """Show ``squares`` side by side beside their points."""
        self._squares = list(squares)
        self._squares_item.set_squares(self._squares)

    def set_minima(self, points: ArrayLike) -> None:
        """Show a star at each of ``points``, shape ``(m, 2)``."""
        self._minima = np.asarray(points, dtype=np.float64).reshape(-1, 2)
        self._stars.set_points(self._minima)
        self._legend.set_minima(self._minima)
        self._keep_labels_off()

    def set_theme(self, theme: Theme) -> None:
        """Draw in the colours of ``theme``."""
        self.setBackground(theme.ground)
        style_axes(self.plotItem, theme)
        colour_text(self._readout, theme.text)
        for item in self._items:
            item.set_theme(theme)

    def fit(self) -> None:
        """Show the whole domain."""
        self._fitted = True
        if self._mesh is None:
            return
        area = fitted_area(_domain(self._mesh), self._box.rect())
        self._box.setRange(xRange=(area.left(), area.right()), yRange=(area.top(), area.bottom()), padding=0)

    def show_like(self, other: ContourDrawing, side: int) -> None:
        """Show what ``other`` shows, the bands painted on ``side`` x ``side`` pixels and the lines at once."""
        self._side = side
        self._colormap, self._log_height = other._colormap, other._log_height
        if other._mesh is not None:
            self.set_mesh(other._mesh)
            self._draw_lines()
        self.set_minima(other._minima)
        self.set_ways(other._ways, other._focused)
        self.set_arrows(other._arrows)
        self.set_squares(other._squares)
        self._legend.stand_like(other._legend)

    def frame_like(self, other: ContourDrawing) -> None:
        """Show the same part of the plane as ``other``."""
        if other._fitted:
            self.fit()
        else:
            (left, right), (bottom, top) = other._box.viewRange()
            self._box.setRange(xRange=(left, right), yRange=(bottom, top), padding=0)

    def become_picture(self) -> None:
        """Drop what belongs to a screen only: readout, button and the cache in screen pixels."""
        self._levels.setCacheMode(self._levels.CacheMode.NoCache)
        self._readout.hide()
        self._fit_button.hide()
        self.plotItem.layout.setContentsMargins(0, GRID, 2 * GRID, 0)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Lay out anew; a map that showed its domain still does."""
        super().resizeEvent(event)
        # pyqtgraph resizes once more while it is being taken apart.
        if hasattr(self, "_readout") and not self.closed:
            self._place_header()
            self.plotItem.layout.activate()
            if self._fitted:
                self.fit()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint; the level lines follow the first picture, because contourpy takes its time to import."""
        super().paintEvent(event)
        if not self._painted:
            self._painted = True
            self._lines_timer.start()

    def _make_items(self) -> None:
        self._levels = LevelsItem(self._box)
        self._trajectory = TrajectoryItem(self._box)
        self._stars = StarsItem(self._box)
        self._legend = LegendItem(self._box)
        self._arrows_item = ArrowsItem(self._box, self._legend)
        self._squares_item = SquaresItem(self._box, self._arrows_item)
        self._marker = CurrentItem(self._box)
        self._items: list[PixelItem] = [
            self._levels, self._trajectory, self._stars, self._legend, self._marker, self._arrows_item,
            self._squares_item,
        ]  # fmt: skip
        # The map changes with the formula only; a step blits it.
        self._levels.setCacheMode(self._levels.CacheMode.DeviceCoordinateCache)
        self._box.disableAutoRange()
        self.plotItem.hideButtons()

    def _make_header(self) -> None:
        self._readout = ContourReadout(self)
        self._fit_button = QToolButton(self)
        self._fit_button.setObjectName("contour_fit")
        self._fit_button.setText(tr("Fit"))
        self._fit_button.setAutoRaise(True)
        self._fit_button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._fit_button.setToolTip(tr("Show the whole domain (or double-click the map)."))
        self._fit_button.setAccessibleName(tr("Show the whole domain"))
        self._fit_button.clicked.connect(self.fit)

    def _place_header(self) -> None:
        button = self._fit_button.sizeHint()
        height = self._readout.height_for(self.width())
        self._readout.setGeometry(GRID, 0, self.width() - button.width() - 3 * GRID, height)
        self._fit_button.setGeometry(self.width() - button.width() - GRID, 0, button.width(), 3 * GRID)
        self.plotItem.layout.setContentsMargins(0, height, 2 * GRID, 0)

    def _keep_labels_off(self) -> None:
        drawn = in_order(self._ways, self._focused)
        self._arrows_item.set_avoided(worth_seeing(drawn, self._focused_way(), self._minima))
        self._squares_item.update()

    def _focused_way(self) -> Way | None:
        """Return the way drawn on top: the only one, or the focused one of several."""
        drawn = in_order(self._ways, self._focused)
        return drawn[-1] if drawn and (len(drawn) == 1 or drawn[-1].number == self._focused) else None

    def _zoomed_by_hand(self, *_: Any) -> None:
        self._fitted = False

    def _draw_levels(self) -> None:
        if self._mesh is None:
            return
        self._chosen = choose_levels(self._mesh.z, self._log_height)
        image = fill(self._mesh, self._chosen, lookup(self._colormap), self._side)
        self._levels.set_image(image, _domain(self._mesh), not np.isfinite(self._mesh.z).all())
        if self._painted:
            self._lines_timer.start()

    def _draw_lines(self) -> None:
        if self._mesh is not None:
            self._levels.set_lines(level_lines(self._mesh, self._chosen))


def _domain(mesh: Mesh) -> QRectF:
    return QRectF(mesh.x[0], mesh.y[0], mesh.x[-1] - mesh.x[0], mesh.y[-1] - mesh.y[0])
