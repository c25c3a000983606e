"""A surface drawn again and again at one size, off screen, without a widget."""

from __future__ import annotations

from collections import deque

import numpy as np
from numpy.typing import NDArray
from OpenGL import GL
from PySide6.QtCore import QSize
from PySide6.QtGui import QGuiApplication, QOffscreenSurface, QOpenGLContext
from PySide6.QtOpenGL import QOpenGLFramebufferObject, QOpenGLFramebufferObjectFormat

from gdsim.app.camera import Camera
from gdsim.app.scene import frame as frames
from gdsim.app.scene.items import Item
from gdsim.app.scene.scenery import Scenery
from gdsim.app.scene.shaders import Program
from gdsim.app.scene.trajectory import rgba
from gdsim.errors import InputError
from gdsim.i18n import tr

SAMPLES = 4
"""Samples a pixel, which smooth the edges of the surface; where the processor draws, they cost more than the rest."""

SLOW = (b"llvmpipe", b"softpipe", b"swiftshader", b"gdi generic", b"software")


class OffScreen:
    """A scenery with an OpenGL context of its own, so that no view on screen notices.

    To the items of the scenery it is what `SurfaceView` is to those on screen. Use it in the GUI's thread.

    Parameters
    ----------
    size
        Width and height of the pictures in pixels.

    Raises
    ------
    InputError
        If OpenGL does not start, or has no room for pictures of this size.
    """

    def __init__(self, size: tuple[int, int]) -> None:
        self.scenery = Scenery(QGuiApplication.font().family())
        self.frame: frames.Frame
        self._size = size
        self._programs: dict[tuple[str, ...], Program] = {}
        self._context, self._surface = QOpenGLContext(), QOffscreenSurface()
        self._context.create()
        self._surface.setFormat(self._context.format())
        self._surface.create()
        self._make_current()
        renderer = GL.glGetString(GL.GL_RENDERER) or b""
        samples = 0 if any(name in renderer.lower() for name in SLOW) else SAMPLES
        self._smooth = _buffer(size, samples) if samples else None
        self._free = [_buffer(size, 0) for _ in range(2)]
        self._drawn: deque[QOpenGLFramebufferObject] = deque()
        if not all(buffer.isValid() for buffer in (*self._free, self._smooth) if buffer is not None):
            self.close()
            raise InputError(tr("The graphics driver cannot draw {width}x{height} pixels.", width=size[0],
                                height=size[1]))  # fmt: skip
        for item in self.scenery.items:
            item._setView(self)

    def draw(self, camera: Camera, scale: float) -> None:
        """Begin to draw the scenery; at most two pictures wait to be read.

        While one is being read, the next can be drawn by the card, or by OpenGL's own threads.
        """
        self._make_current()
        width, height = self._size
        projection = frames.project(camera, width, height, scale, self.scenery.overlay.bar_room)
        self.frame = frames.whole(projection, scale)
        self.scenery.follow(projection, scale)
        flat = self._free.pop()
        target = self._smooth or flat
        target.bind()
        GL.glViewport(0, 0, width, height)
        GL.glDepthMask(True)
        GL.glClearColor(*rgba(self.scenery.overlay.theme.ground))
        GL.glClear(GL.GL_DEPTH_BUFFER_BIT | GL.GL_COLOR_BUFFER_BIT)
        for item in sorted(self.scenery.items, key=lambda item: float(item.depthValue())):
            if item.visible():
                item.paint()
        if target is not flat:
            QOpenGLFramebufferObject.blitFramebuffer(flat, target)
        target.release()
        GL.glFlush()
        self._drawn.append(flat)

    def read(self, into: NDArray[np.uint8]) -> None:
        """Put the earliest picture, lowest row first, into ``into``, shape ``(height, width, 4)`` and contiguous."""
        self._make_current()
        picture = self._drawn.popleft()
        picture.bind()
        GL.glPixelStorei(GL.GL_PACK_ALIGNMENT, 4)
        GL.glReadPixels(0, 0, *self._size, GL.GL_RGBA, GL.GL_UNSIGNED_BYTE, into)
        picture.release()
        self._free.append(picture)

    def close(self) -> None:
        """Give everything back."""
        self._make_current()
        kept: list[Item | Program] = [*self.scenery.items, *self._programs.values()]
        for held in kept:
            held.release()
        self._smooth = None
        self._free.clear()
        self._drawn.clear()
        self._context.doneCurrent()
        self._surface.destroy()

    def program(self, name: str, *defines: str) -> Program:
        """Return a shader program of this context, made at its first use."""
        key = (name, *defines)
        if key not in self._programs:
            self._programs[key] = Program(*key)
        return self._programs[key]

    def update(self) -> None:
        """Do nothing: a picture is drawn when it is asked for."""

    def _make_current(self) -> None:
        if not self._context.makeCurrent(self._surface):
            raise InputError(tr("OpenGL does not start on this display."))


def _buffer(size: tuple[int, int], samples: int) -> QOpenGLFramebufferObject:
    shape = QOpenGLFramebufferObjectFormat()
    shape.setAttachment(QOpenGLFramebufferObject.Attachment.CombinedDepthStencil)
    shape.setSamples(samples)
    shape.setInternalTextureFormat(GL.GL_RGBA8)
    return QOpenGLFramebufferObject(QSize(*size), shape)
