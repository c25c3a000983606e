"""The contour map in the window: a press in it moves the start point, the wheel zooms, the pointer reads out."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from PySide6.QtCore import QEvent, QPointF, Qt, Signal
from PySide6.QtGui import QImage, QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QWidget

from gdsim.app.widgets.contour_drawing import ContourDrawing
from gdsim.app.widgets.contour_export import render
from gdsim.app.widgets.contour_ways import in_order, way_started_at
from gdsim.i18n import tr

Probe = Callable[[float, float], tuple[float, tuple[float, float] | None]]

_NOTCH = 1.35
"""How much less of the plane a notch of the wheel leaves."""


class ContourView(ContourDrawing):
    """The contour map with what a mouse does in it.

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
        super().__init__(parent)
        self.setObjectName("contour_view")
        self.setAccessibleName(tr("Contour map"))
        self.setAccessibleDescription(tr("The loss over its two variables; click or drag to move the start point."))
        self.probe: Probe | None = None
        self._dragging = False
        self._pan_from: QPointF | None = None
        self._before_press: tuple[float, float] | None = None
        self.setMouseTracking(True)

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
