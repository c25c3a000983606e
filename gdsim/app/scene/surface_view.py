"""The 3D view: the surface in its box of axes, with the trajectory on it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from OpenGL import GL
from pyqtgraph.opengl import GLViewWidget
from PySide6.QtCore import QCoreApplication, Qt, QTimer, Signal
from PySide6.QtGui import QImage, QMatrix4x4, QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QWidget

from gdsim.app.arrow import Arrow, Square
from gdsim.app.camera import Camera
from gdsim.app.scene import frame as frames
from gdsim.app.scene.items import Item
from gdsim.app.scene.mouse import Mouse
from gdsim.app.scene.picture import grab
from gdsim.app.scene.scenery import Scenery
from gdsim.app.scene.shaders import Program
from gdsim.app.scene.space import Space
from gdsim.app.theme import LIGHT, Theme
from gdsim.app.way import Way
from gdsim.i18n import tr

if TYPE_CHECKING:
    from gdsim.problems.mesh import Mesh
    from gdsim.simulation.surface_scenario import View

Array = NDArray[np.float64]


class SurfaceView(GLViewWidget):
    """Draws a mesh, its axes, its minima, runs and arrows; the mouse turns the camera and moves the start.

    A left drag on a start point moves it, a left click on the surface sets it there, any other left drag
    orbits; the wheel zooms; a right or middle drag pans; a double click shows the whole box again.
    """

    start_dragged = Signal(float, float)
    """Values of the two variables, again and again while the start point is dragged."""

    start_dropped = Signal(float, float)
    """Values of the two variables, at the end of a drag and after a click on the surface."""

    run_picked = Signal(int)
    """Number of the way whose start point was taken hold of, in a race."""

    first_painted = Signal()

    def __init__(self, camera: Camera, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("surface_view")
        self.setAccessibleName(tr("Loss surface in three dimensions"))
        self.setMinimumSize(240, 180)
        self.setMouseTracking(True)
        self.camera = camera
        self.theme: Theme = LIGHT
        self._programs: dict[tuple[str, ...], Program] = {}
        self._painted = False
        self.scenery = Scenery(self.font().family())
        for item in self.scenery.items:
            self.addItem(item)
        self.picked = 0
        """Number of the way that a press takes hold of where several start at one point."""
        self._mouse = Mouse(self)
        self.frame = self.current_frame()
        self.set_theme(LIGHT)
        camera.changed.connect(self.update)

    # What is shown ------------------------------------------------------------------------------------------

    @property
    def space(self) -> Space | None:
        """The mesh as placed in the box, or None before there is one."""
        return self.scenery.space

    def set_mesh(self, mesh: Mesh) -> None:
        """Show another surface; runs, arrows and minima stay and are laid on it."""
        self.scenery.set_mesh(mesh)
        self._after_first_paint()
        self.update()

    def set_style(self, view: View) -> None:
        """Take colormap, opacity, wireframe, contours and kind of height; the angles are the camera's."""
        self.scenery.set_style(view)
        self._after_first_paint()
        self.update()

    def set_ways(self, ways: Sequence[Way], focused: int = 0) -> None:
        """Show the runs, each from its start on; those of a race in their colours, with a legend.

        The points are not copied: they must not change afterwards. Runs of a race go on at one pace; one that
        stopped early has fewer points, and its last as the present one. Where several start at one point, a press
        takes hold of the one with the number ``focused``.
        """
        self.picked = focused
        self.scenery.set_ways(tuple(ways))
        self.update()

    def set_arrows(self, arrows: list[Arrow]) -> None:
        """Show arrows on the surface, each with its label; those of no length are left out."""
        self.scenery.set_arrows(tuple(arrow for arrow in arrows if arrow.tail != arrow.tip))
        self.update()

    def set_squares(self, squares: list[Square]) -> None:
        """Show the squares of a point side by side beside it, each with its label."""
        self.scenery.set_squares(tuple(squares))
        self.update()

    def set_minima(self, points: Array) -> None:
        """Mark minima, shape (m, 2), with stars."""
        self.scenery.set_minima(np.asarray(points, float).reshape(-1, 2))
        self.update()

    def set_theme(self, theme: Theme) -> None:
        """Take the colours of a light or dark ground."""
        self.theme = theme
        self.scenery.set_theme(theme)
        self.setBackgroundColor(theme.ground)

    def set_colour_bar(self, shown: bool) -> None:
        """Show or hide the colour bar."""
        self.scenery.overlay.bar = shown
        self.update()

    def grab_image(self, width: int, height: int, ground: str = "light") -> QImage:
        """Draw the view anew as a picture; the size of text, lines and points follows from that of the picture.

        Parameters
        ----------
        width, height
            Pixels, up to 7680 x 4320 and beyond: large pictures are drawn in tiles.
        ground
            ``light``, ``dark`` or ``transparent`` (in the colours of the present theme).
        """
        return grab(self, width, height, ground, frames.picture_scale(width, height))

    def grab_enlarged(self, width: int, height: int, ground: str = "light") -> QImage:
        """Draw what is on screen at another size, as `grab_image`, but with text as large as on screen beside it."""
        ratio = min(width / self.width(), height / self.height())
        return grab(self, width, height, ground, ratio * frames.text_scale(self.width(), self.height()))

    # Drawing ------------------------------------------------------------------------------------------------

    def current_frame(self) -> frames.Frame:
        """Return the frame that the widget shows now, in device pixels."""
        ratio = self.devicePixelRatioF()
        width, height = max(1.0, self.width() * ratio), max(1.0, self.height() * ratio)
        scale = frames.text_scale(self.width(), self.height()) * ratio
        return frames.whole(frames.project(self.camera, width, height, scale, self.scenery.overlay.bar_room), scale)

    def program(self, name: str, *defines: str) -> Program:
        """Return a shader program of this view's context, made at its first use."""
        key = (name, *defines)
        if key not in self._programs:
            self._programs[key] = Program(*key)
        return self._programs[key]

    def draw(self, frame: frames.Frame, ground: tuple[float, float, float, float]) -> None:
        """Draw everything into the bound framebuffer, whose context is current."""
        self.frame = frame
        self.scenery.follow(frame.projection, frame.scale)
        self.setProjection((0, 0, 1, 1), (0, 0, 1, 1))
        self.setModelview()
        GL.glDepthMask(True)
        GL.glClearColor(*ground)
        GL.glClear(GL.GL_DEPTH_BUFFER_BIT | GL.GL_COLOR_BUFFER_BIT)
        self.drawItemTree()

    def initializeGL(self) -> None:
        """Start afresh in a new context, as after the view's dock was floated."""
        super().initializeGL()
        # What the old context held lives on where contexts share; elsewhere its names may be another's by now.
        shared = QCoreApplication.testAttribute(Qt.ApplicationAttribute.AA_ShareOpenGLContexts)
        kept: list[Item | Program] = [*self.scenery.items, *self._programs.values()]
        for held in kept:
            held.release() if shared else held.forget()
        self._programs.clear()

    def paintGL(self) -> None:
        """Draw the widget's frame."""
        self.draw(self.current_frame(), self.opts["bgcolor"])
        if not self._painted:
            self._painted = True
            QTimer.singleShot(0, self, self._first_paint_done)

    def projectionMatrix(self, region: Any, viewport: Any) -> QMatrix4x4:
        """Return the scene's own perspective, for pyqtgraph's items."""
        return QMatrix4x4(*self.frame.projection.frustum.ravel().tolist())

    def viewMatrix(self) -> QMatrix4x4:
        """Return the camera's matrix, for pyqtgraph's items."""
        return QMatrix4x4(*self.frame.projection.view.ravel().tolist())

    def _first_paint_done(self) -> None:
        self._after_first_paint()
        self.first_painted.emit()

    def _after_first_paint(self) -> None:
        """Add what needs contourpy, which the first picture does not wait for."""
        if self._painted and self.scenery.add_floor_contours():
            self.update()

    # Mouse --------------------------------------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Begin a drag."""
        self._mouse.press(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Drag, or show what a drag from here would do."""
        self._mouse.move(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """End a drag or a click."""
        self._mouse.release(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Show the whole box again."""
        self._mouse.double_click(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zoom."""
        self._mouse.wheel(event)

    def keyPressEvent(self, event: Any) -> None:
        """Leave the keys to the window: they step the run."""
        event.ignore()

    def keyReleaseEvent(self, event: Any) -> None:
        """Leave the keys to the window."""
        event.ignore()
