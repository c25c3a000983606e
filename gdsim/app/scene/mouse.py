"""What the mouse does in the 3D view."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QMouseEvent, QWheelEvent

from gdsim.app.scene.projection import rotation
from gdsim.app.way import Way, in_race

if TYPE_CHECKING:
    from gdsim.app.scene.surface_view import SurfaceView

CLICK = 4.0
"""Pixels that the mouse may move between press and release of a click."""

GRIP = 12.0
"""Pixels around the start point within which a press takes hold of it."""

DEGREES = 0.5
"""Degrees that the camera turns for a pixel."""


class Mouse:
    """Turns the events of a view into moves of its camera and of the start point."""

    def __init__(self, view: SurfaceView) -> None:
        self._view = view
        self._pressed: QPointF | None = None
        self._last = QPointF()
        self._action = ""
        self._button = Qt.MouseButton.NoButton
        self._dragged: tuple[float, float] | None = None
        self._moved = False
        self._held: Way | None = None

    def press(self, event: QMouseEvent) -> None:
        """Take hold of the start point, the box or the picture; a second button changes nothing."""
        event.accept()
        if self._pressed is not None:
            return
        self._pressed = self._last = event.position()
        self._button, self._moved, self._dragged = event.button(), False, None
        if event.button() == Qt.MouseButton.LeftButton:
            self._held = self._start_at(event.position())
            self._action = "orbit" if self._held is None else "start"
            if self._held is not None and in_race(self._view.scenery.trajectory.ways):
                self._view.run_picked.emit(self._held.number)
        elif event.button() in (Qt.MouseButton.RightButton, Qt.MouseButton.MiddleButton):
            self._action = "pan"
        else:
            self._action = ""

    def move(self, event: QMouseEvent) -> None:
        """Drag what is held; else show by the cursor what could be."""
        if self._pressed is None:
            self._hint(event.position())
            return
        step = event.position() - self._last
        if not self._moved:
            away = event.position() - self._pressed
            if np.hypot(away.x(), away.y()) <= CLICK:
                return
            self._moved = True
            self._view.setCursor(Qt.CursorShape.ClosedHandCursor)
        self._last = event.position()
        camera = self._view.camera
        if self._action == "start":
            place = self._dragged_to(event.position())
            if place is not None:
                self._dragged = (float(place[0]), float(place[1]))
                self._view.start_dragged.emit(*self._dragged)
        elif self._action == "orbit":
            camera.set(azimuth=camera.azimuth - DEGREES * step.x(), elevation=camera.elevation + DEGREES * step.y())
        elif self._action == "pan":
            self._pan(step)
        event.accept()

    def release(self, event: QMouseEvent) -> None:
        """Drop the start point where it was dragged last, or set it where a click met the surface."""
        event.accept()
        if event.button() != self._button:
            return
        action, moved, self._pressed, self._action = self._action, self._moved, None, ""
        place = self._under(event.position()) if action == "orbit" and not moved else None
        self._hint(event.position())
        if self._dragged is not None:
            self._view.start_dropped.emit(*self._dragged)
        elif place is not None:
            self._view.start_dropped.emit(float(place[0]), float(place[1]))

    def double_click(self, event: QMouseEvent) -> None:
        """Show the whole box; the second press of a double click sets no start."""
        self._pressed, self._action = None, ""
        self._view.camera.reset_zoom()
        event.accept()

    def wheel(self, event: QWheelEvent) -> None:
        """Zoom by a fifth for each notch."""
        notches = (event.angleDelta().y() or event.angleDelta().x()) / 120
        camera = self._view.camera
        camera.set(distance=camera.distance * 0.82**notches)
        event.accept()

    def _pan(self, step: QPointF) -> None:
        camera = self._view.camera
        right, up, _ = rotation(camera.elevation, camera.azimuth)
        unit = self._view.current_frame().projection.pixels_per_unit / self._view.devicePixelRatioF()
        x, y, z = np.asarray(camera.center) + (-step.x() * right + step.y() * up) / unit
        camera.set(center=(float(x), float(y), float(z)))

    def _hint(self, position: QPointF) -> None:
        if self._start_at(position) is not None:
            self._view.setCursor(Qt.CursorShape.OpenHandCursor)
        elif self._under(position) is not None:
            self._view.setCursor(Qt.CursorShape.CrossCursor)
        else:
            self._view.setCursor(Qt.CursorShape.ArrowCursor)

    def _start_at(self, position: QPointF) -> Way | None:
        """Return the way whose start point is drawn nearest, if that is within `GRIP`."""
        space, ways = self._view.space, [way for way in self._view.scenery.trajectory.ways if len(way.points)]
        if space is None or not ways:
            return None
        frame = self._view.current_frame()
        places = space.on_surface(np.array([way.points[0] for way in ways]))
        x, y = frame.projection.pixels(places).T / self._view.devicePixelRatioF()
        away = np.hypot(x - position.x(), y - position.y())
        away[~(away <= GRIP * frame.scale)] = np.inf
        nearest = min(range(len(ways)), key=lambda k: (away[k], ways[k].number != self._view.picked))
        return ways[nearest] if np.isfinite(away[nearest]) else None

    def _ray(self, position: QPointF) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        ratio = self._view.devicePixelRatioF()
        return self._view.current_frame().projection.ray(position.x() * ratio, position.y() * ratio)

    def _under(self, position: QPointF) -> NDArray[np.float64] | None:
        """Return the values of the variables where the mouse points at the surface."""
        space = self._view.space
        return None if space is None else space.hit(*self._ray(position))

    def _dragged_to(self, position: QPointF) -> NDArray[np.float64] | None:
        """Return where a dragged start goes: on the surface, or at its height when the mouse has left it."""
        space, held = self._view.space, self._held
        if space is None or held is None:
            return None
        found = space.hit(*self._ray(position))
        if found is not None:
            return found
        height = float(space.on_surface(np.array(self._dragged or held.points[0]))[2])
        return space.on_level(*self._ray(position), height) if np.isfinite(height) else None
