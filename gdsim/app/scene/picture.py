"""The 3D view as a picture of any size, drawn off screen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from OpenGL import GL
from PySide6.QtCore import QPoint, QSize
from PySide6.QtGui import QImage, QPainter
from PySide6.QtOpenGL import QOpenGLFramebufferObject, QOpenGLFramebufferObjectFormat

from gdsim.app import theme as themes
from gdsim.app.scene import frame as frames
from gdsim.app.scene.trajectory import rgba
from gdsim.errors import InputError
from gdsim.i18n import tr

if TYPE_CHECKING:
    from gdsim.app.scene.surface_view import SurfaceView

TILE = 2048
"""Side of a tile: small enough for every driver, and for the memory that four samples a pixel take."""

SAMPLES = 4


def grab(view: SurfaceView, width: int, height: int, ground: str, scale: float) -> QImage:
    """Draw ``view`` as a picture with text of this scale; see `SurfaceView.grab_image`."""
    chosen = {"light": themes.LIGHT, "dark": themes.DARK, "transparent": view.theme}.get(ground)
    if chosen is None:
        raise InputError(
            tr("The ground {ground} of a picture is unknown; it is light, dark or transparent.", ground=repr(ground))
        )
    if not (16 <= width <= 16384 and 16 <= height <= 16384):
        raise InputError(
            tr("A picture is between 16 and 16384 pixels wide and high, not {width} x {height}.",
               width=width, height=height)
        )  # fmt: skip
    if not view.isValid():
        view.grabFramebuffer()
    kept = view.theme
    view.makeCurrent()
    try:
        view.scenery.set_theme(chosen)
        colour = rgba(chosen.ground) if ground != "transparent" else (0, 0, 0, 0)
        return _tiles(view, width, height, colour, scale)
    finally:
        view.scenery.set_theme(kept)
        view.doneCurrent()
        view.update()


def _tiles(
    view: SurfaceView, width: int, height: int, colour: tuple[float, float, float, float], scale: float
) -> QImage:
    projection = frames.project(view.camera, width, height, scale, view.scenery.overlay.bar_room)
    result = QImage(width, height, QImage.Format.Format_ARGB32_Premultiplied)
    result.fill(0)
    painter = QPainter(result)
    painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_Source)
    shape = QOpenGLFramebufferObjectFormat()
    shape.setAttachment(QOpenGLFramebufferObject.Attachment.CombinedDepthStencil)
    shape.setSamples(SAMPLES)
    shape.setInternalTextureFormat(GL.GL_RGBA8)
    for top in range(0, height, TILE):
        for left in range(0, width, TILE):
            size = QSize(min(TILE, width - left), min(TILE, height - top))
            buffer = QOpenGLFramebufferObject(size, shape)
            buffer.bind()
            GL.glViewport(0, 0, size.width(), size.height())
            part = frames.tile(projection, scale, left, top, size.width(), size.height())
            view.draw(part, colour)
            buffer.release()
            painter.drawImage(QPoint(left, top), buffer.toImage())
            del buffer
    painter.end()
    return result
