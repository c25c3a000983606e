"""Images on the graphics card."""

from __future__ import annotations

from OpenGL import GL
from PySide6.QtGui import QImage

from gdsim.app.scene.lettering import pixels


class Texture:
    """An image for rectangles that take its pixels one to one; set it at any time, bind it in a current context."""

    def __init__(self) -> None:
        self._image = QImage()
        self._handle = 0
        self._sent = False

    def set(self, image: QImage) -> None:
        """Take another image, four bytes a pixel."""
        self._image, self._sent = image, False

    def bind(self) -> None:
        """Bind it, sending it first when the card does not have it yet."""
        if not self._handle:
            self._handle, self._sent = GL.glGenTextures(1), False
        GL.glBindTexture(GL.GL_TEXTURE_2D, self._handle)
        if self._sent:
            return
        self._sent = True
        for name, value in (
            (GL.GL_TEXTURE_MIN_FILTER, GL.GL_NEAREST), (GL.GL_TEXTURE_MAG_FILTER, GL.GL_NEAREST),
            (GL.GL_TEXTURE_WRAP_S, GL.GL_CLAMP_TO_EDGE), (GL.GL_TEXTURE_WRAP_T, GL.GL_CLAMP_TO_EDGE),
        ):  # fmt: skip
            GL.glTexParameteri(GL.GL_TEXTURE_2D, name, value)
        data = pixels(self._image)
        GL.glPixelStorei(GL.GL_UNPACK_ALIGNMENT, 4)
        GL.glTexImage2D(
            GL.GL_TEXTURE_2D, 0, GL.GL_RGBA, data.shape[1], data.shape[0], 0, GL.GL_RGBA, GL.GL_UNSIGNED_BYTE, data
        )

    def forget(self) -> None:
        """Take it as gone from the card."""
        self._handle = 0

    def release(self) -> None:
        """Delete it on the card; the context must be current."""
        if self._handle:
            GL.glDeleteTextures([self._handle])
        self._handle = 0
