"""All text of the scene and the colour bar: one item, one draw a frame."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from OpenGL import GL
from PySide6.QtGui import QImage

from gdsim.app.scene import axes, lettering
from gdsim.app.scene.frame import Frame
from gdsim.app.scene.items import Item
from gdsim.app.theme import LIGHT, Theme


class Overlay(Item):
    """Tick labels, axis names and the colour bar."""

    VERTEX = np.dtype([("a_position", "f4", 2), ("a_end", "f4", 2)])

    def __init__(self, order: float, family: str) -> None:
        super().__init__(order)
        self.theme: Theme = LIGHT
        self.axes: tuple[axes.Axis, axes.Axis, axes.Axis] | None = None
        self.bar = True
        self.bar_ticks: tuple[NDArray[np.float64], list[str]] = (np.empty(0), [])
        self.bar_title = ""
        self.labels: list[axes.Label] = []
        self._family = family
        self._strip = QImage()
        self._sheet: lettering.Sheet | None = None
        self._written: tuple[object, ...] = ()
        self._texture = 0
        self._vertices = self.buffer()

    @property
    def bar_room(self) -> float:
        """Pixels (times the scale) on the right that the colour bar takes, 0 without one."""
        return lettering.bar_room(self.bar_ticks[1], self.bar_title, self._family) if self.bar else 0.0

    def set_colours(self, colours: NDArray[np.uint8]) -> None:
        """Take the colormap, shape (256, 4), lowest first, for the colour bar."""
        flipped = np.ascontiguousarray(colours[::-1])
        self._strip = QImage(flipped.tobytes(), 1, len(flipped), 4, QImage.Format.Format_RGBA8888).copy()
        self._written = ()
        self.update()

    def forget(self) -> None:
        """Expect a new context."""
        super().forget()
        self._texture, self._written = 0, ()

    def release(self) -> None:
        """Free the texture too."""
        super().release()
        if self._texture:
            GL.glDeleteTextures([self._texture])
        self._texture, self._written = 0, ()

    def paint(self) -> None:
        """Put the texts in place, over everything that is drawn so far."""
        if self.axes is None:
            return
        frame: Frame = self.view().frame
        measure = lettering.measurer(self._family, frame.scale)
        self.labels = axes.layout(frame.projection, self.axes, measure, frame.scale)
        sheet = self._sheet_for(frame)
        places = [(label.left - 2, label.top) for label in self.labels]
        sources = [sheet.places[label.text] for label in self.labels]
        if self.bar:
            width, height = sheet.pictures[0][2:]
            places.append((frame.projection.width - width, (frame.projection.height - height) / 2))
            sources.append(sheet.pictures[0])
        if places:
            self._draw(frame, np.array(places), np.array(sources), sheet)

    def _draw(
        self, frame: Frame, places: NDArray[np.float64], sources: NDArray[np.float64], sheet: lettering.Sheet
    ) -> None:
        corners, shares = lettering.quads(places, sources, (sheet.image.width(), sheet.image.height()))
        data = np.zeros(corners.shape[0] * 6, self.VERTEX)
        data["a_position"] = (corners - frame.origin).reshape(-1, 2)
        data["a_end"] = shares.reshape(-1, 2)
        self._vertices.set(data)
        self.begin("text", depth=False, write=False)
        GL.glBlendFunc(GL.GL_ONE, GL.GL_ONE_MINUS_SRC_ALPHA)
        GL.glActiveTexture(GL.GL_TEXTURE0)
        GL.glBindTexture(GL.GL_TEXTURE_2D, self._texture)
        self._vertices.bind_attributes(self.VERTEX)
        GL.glDrawArrays(GL.GL_TRIANGLES, 0, len(data))
        GL.glBindTexture(GL.GL_TEXTURE_2D, 0)
        self.end()

    def _sheet_for(self, frame: Frame) -> lettering.Sheet:
        """Return the written sheet, made and sent anew only when something on it differs."""
        assert self.axes is not None
        size = (frame.projection.width, frame.projection.height)
        key = (frame.scale, size, self.axes, self.bar, self.theme, self.bar_title)
        if self._sheet is None or self._written != key:
            self._sheet = self._write(frame)
            self._written = key
            self._send(self._sheet)
        return self._sheet

    def _write(self, frame: Frame) -> lettering.Sheet:
        assert self.axes is not None
        theme, scale = self.theme, frame.scale
        pictures = []
        if self.bar:
            pictures.append(lettering.bar_picture(
                self._strip, self.bar_ticks, self.bar_title, self._family, scale,
                (self.bar_room * scale, frame.projection.height), theme.text, theme.muted,
            ))  # fmt: skip
        texts = {text: None for axis in self.axes for text in (*axis.texts(), axis.name)}
        return lettering.Sheet(list(texts), self._family, scale, theme.text, pictures)

    def _send(self, sheet: lettering.Sheet) -> None:
        if not self._texture:
            self._texture = GL.glGenTextures(1)
        GL.glBindTexture(GL.GL_TEXTURE_2D, self._texture)
        for name, value in (
            (GL.GL_TEXTURE_MIN_FILTER, GL.GL_NEAREST), (GL.GL_TEXTURE_MAG_FILTER, GL.GL_NEAREST),
            (GL.GL_TEXTURE_WRAP_S, GL.GL_CLAMP_TO_EDGE), (GL.GL_TEXTURE_WRAP_T, GL.GL_CLAMP_TO_EDGE),
        ):  # fmt: skip
            GL.glTexParameteri(GL.GL_TEXTURE_2D, name, value)
        pixels = sheet.pixels()
        GL.glPixelStorei(GL.GL_UNPACK_ALIGNMENT, 4)
        GL.glTexImage2D(
            GL.GL_TEXTURE_2D, 0, GL.GL_RGBA, pixels.shape[1], pixels.shape[0], 0,
            GL.GL_RGBA, GL.GL_UNSIGNED_BYTE, pixels,
        )  # fmt: skip
        GL.glBindTexture(GL.GL_TEXTURE_2D, 0)
