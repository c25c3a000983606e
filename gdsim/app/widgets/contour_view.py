"""The contour map: filled levels, the ways of runs, arrows and minima; a press in it moves the start point."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pyqtgraph as pg
from numpy.typing import ArrayLike
from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import QImage, QMouseEvent, QPaintEvent, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QToolButton, QWidget

from gdsim.app import theme as themes
from gdsim.app.arrow import Arrow, Square
from gdsim.app.colormaps import lookup
from gdsim.app.theme import GRID, Theme
from gdsim.app.way import Way
from gdsim.app.widgets.contour_arrows import ArrowsItem
from gdsim.app.widgets.contour_axes import ContourAxes
from gdsim.app.widgets.contour_export import render
from gdsim.app.widgets.contour_items import LevelsItem, PixelItem, StarsItem
from gdsim.app.widgets.contour_legend import LegendItem
from gdsim.app.widgets.contour_levels import choose_levels, fill, level_lines
from gdsim.app.widgets.contour_paths import Floats
from gdsim.app.widgets.contour_readout import ContourReadout, fitted_area
from gdsim.app.widgets.contour_squares import SquaresItem
from gdsim.app.widgets.contour_ways import CurrentItem, TrajectoryItem, in_order, way_started_at, worth_seeing
from gdsim.app.widgets.plot_style import colour_text, own_menu, style_axes
from gdsim.i18n import tr
from gdsim.problems.mesh import Mesh

if TYPE_CHECKING:
    from gdsim.simulation.surface_scenario import View

Probe = Callable[[float, float], tuple[float, tuple[float, float] | None]]

_SIDE = 640

_NOTCH = 1.35
"""How much less of the plane a notch of the wheel leaves."""


class ContourView(pg.PlotWidget):
    """The loss over the plane of its two variables, seen from above.

    Signals
    -------
    start_dragged(float, float)
        Where the pressed left button is, in the domain, again and again.
    start_dropped(float, float)
        Where it was released; or the start from before, when a double-click asked for the whole domain.

    run_picked(int)
        The number of another run than the focused one, whose start or line of the legend was pressed.

    Attributes
    ----------
    probe
        Gives loss and gradient (or None) at a point, for the readout under the pointer.
    """

    start_dragged = Signal(float, float)
    start_dropped = Signal(float, float)
    run_picked = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        self._box = pg.ViewBox(enableMenu=False)
        super().__init__(parent, viewBox=self._box)
        own_menu(self)
        self.setObjectName("contour_view")
        self.setAccessibleName(tr("Contour map"))
        self.setAccessibleDescription(tr("The loss over its two variables; click or drag to move the start point."))
        self.probe: Probe | None = None
        self._mesh: Mesh | None = None
        self._colormap, self._log_height = "rainbow", False
        self._side = _SIDE
        self._ways: list[Way] = []
        self._focused = 0
        self._arrows: list[Arrow] = []
        self._squares: list[Square] = []
        self._minima: Floats = np.empty((0, 2))
        self._fitted, self._painted, self._dragging = True, False, False
        self._pan_from: QPointF | None = None
        self._before_press: tuple[float, float] | None = None
        self._make_items()
        self._make_header()
        self._axes = ContourAxes(self.plotItem)
        self._lines_timer = QTimer(self, singleShot=True, interval=0)
        self._lines_timer.timeout.connect(self._draw_lines)
        self._box.sigRangeChangedManually.connect(self._zoomed_by_hand)
        self.setMouseTracking(True)
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

    def grab_image(self, width: int, height: int, ground: str = "light") -> QImage:
        """Render the map anew at a size of its own, with text, lines and points to match.

        Parameters
        ----------
        width, height
            Pixels, up to 7680 x 4320.
        ground
            ``'light'``, ``'dark'`` or ``'transparent'``.
        """
        return render(self, width, height, ground)

    def show_like(self, other: ContourView, side: int) -> None:
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

    def frame_like(self, other: ContourView) -> None:
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

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Move the start to a left press in the plot; begin to pan with another button."""
        if not self._in_plot(event.position()):
            super().mousePressEvent(event)
        elif event.button() != Qt.MouseButton.LeftButton:
            self._pan_from = event.position()
        elif self._on_legend(event.position()):
            self._pick(self._legend.number_at(self._in_box(event.position())))
        else:
            self._drag_start(event.position())
        event.accept()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Drag the start along, or pan, and read out what is under the pointer."""
        if self._dragging:
            self.start_dragged.emit(*self._in_domain(event.position()))
        elif self._pan_from is not None:
            self._pan(event.position() - self._pan_from)
            self._pan_from = event.position()
        else:
            super().mouseMoveEvent(event)
        self._show_hand(self._legend.number_at(self._in_box(event.position())) is not None and not self._dragging)
        self._read_out(event.position())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Drop the start, or end panning."""
        if self._dragging and event.button() == Qt.MouseButton.LeftButton:
            self._dragging = False
            self.start_dropped.emit(*self._in_domain(event.position()))
        elif self._pan_from is not None:
            self._pan_from = None
        else:
            super().mouseReleaseEvent(event)
        event.accept()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Show the whole domain, and take back the move of the start by the first of the two clicks."""
        if not self._in_plot(event.position()):
            super().mouseDoubleClickEvent(event)
            return
        event.accept()
        if self._on_legend(event.position()):
            return
        self.fit()
        if event.button() == Qt.MouseButton.LeftButton and self._before_press is not None:
            self.start_dropped.emit(*self._before_press)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zoom about the pointer."""
        if not self._in_plot(event.position()):
            super().wheelEvent(event)
            return
        notches = max(-50.0, min(event.angleDelta().y() / 120, 50.0))
        self._axes.zoom(_NOTCH**-notches, self._box.mapSceneToView(self.mapToScene(event.position().toPoint())))
        self._fitted = False
        event.accept()

    def viewportEvent(self, event: QEvent) -> bool:
        """Say again what the map is for once the pointer leaves the plot."""
        if event.type() == QEvent.Type.Leave:
            self._readout.show_hint()
        return bool(super().viewportEvent(event))

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

    def _drag_start(self, position: QPointF) -> None:
        """Begin to move a start: that of the run whose start was pressed, else the focused run's."""
        way = way_started_at(self._in_box(position), in_order(self._ways, self._focused), self._trajectory)
        if way is None:
            way = self._focused_way()
        else:
            self._pick(way.number)
        self._before_press = None if way is None else (float(way.points[0, 0]), float(way.points[0, 1]))
        self._dragging = True
        self.start_dragged.emit(*self._in_domain(position))

    def _pick(self, number: int | None) -> None:
        if number is not None and number != self._focused:
            self.run_picked.emit(number)

    def _show_hand(self, hand: bool) -> None:
        """Show by the pointer whether a click picks a run."""
        if hand:
            self.viewport().setCursor(Qt.CursorShape.PointingHandCursor)
        else:
            self.viewport().unsetCursor()

    def _zoomed_by_hand(self, *_: Any) -> None:
        self._fitted = False

    def _pan(self, pixels: QPointF) -> None:
        """Move the plane under the plot by ``pixels``."""
        across, up = self._box.viewPixelSize()
        self._box.translateBy(x=-pixels.x() * across, y=pixels.y() * up)
        self._fitted = False

    def _in_plot(self, position: QPointF) -> bool:
        return self._mesh is not None and self._box.sceneBoundingRect().contains(self.mapToScene(position.toPoint()))

    def _in_box(self, position: QPointF) -> QPointF:
        """Return a widget position in pixels of the plot."""
        return self._box.mapFromScene(self.mapToScene(position.toPoint()))

    def _on_legend(self, position: QPointF) -> bool:
        return self._legend.place().contains(self._in_box(position))

    def _in_domain(self, position: QPointF) -> tuple[float, float]:
        """Return the point of the domain nearest to a widget position."""
        assert self._mesh is not None
        point = self._box.mapSceneToView(self.mapToScene(position.toPoint()))
        x, y = self._mesh.x, self._mesh.y
        return float(np.clip(point.x(), x[0], x[-1])), float(np.clip(point.y(), y[0], y[-1]))

    def _read_out(self, position: QPointF) -> None:
        if not self._in_plot(position) or self._mesh is None:
            self._readout.show_hint()
            return
        x, y = self._in_domain(position)
        loss, gradient = self.probe(x, y) if self.probe else (float("nan"), None)
        self._readout.show_point(self._mesh.names, (x, y), loss, gradient)

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
