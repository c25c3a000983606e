"""All text of the scene and the colour bar: one item, a draw for what stays and one for what each step writes."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from OpenGL import GL
from PySide6.QtGui import QImage

from gdsim.app.arrow import Arrow
from gdsim.app.scene import axes, lettering
from gdsim.app.scene.frame import Frame
from gdsim.app.scene.items import Item
from gdsim.app.scene.notes import Notes
from gdsim.app.scene.textures import Texture
from gdsim.app.theme import LIGHT, Theme


class Overlay(Item):
    """Tick labels, axis names and the colour bar; over them the legend, squares and labels of arrows."""

    VERTEX = np.dtype([("a_position", "f4", 2), ("a_end", "f4", 2)])

    def __init__(self, order: float, family: str) -> None:
        super().__init__(order)
        self.theme: Theme = LIGHT
        self.axes: tuple[axes.Axis, axes.Axis, axes.Axis] | None = None
        self.bar = True
        self.bar_ticks: tuple[NDArray[np.float64], list[str]] = (np.empty(0), [])
        self.bar_title = ""
        self.labels: list[axes.Label] = []
        self.notes = Notes(family)
        self.arrows: list[tuple[Arrow, NDArray[np.float64]]] = []
        """The arrows in the picture, with tail and tip in its pixels."""
        self.squares_at: NDArray[np.float64] | None = None
        """The pixel beside which the squares stand."""
        self.avoided: NDArray[np.float64] = np.empty((0, 2))
        """Pixels that labels should leave free."""
        self._family = family
        self._strip = QImage()
        self._sheet: lettering.Sheet | None = None
        self._written: tuple[object, ...] = ()
        self._laid: tuple[object, ...] = ()
        self._ticks, self._noted = Texture(), Texture()
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
        for texture in (self._ticks, self._noted):
            texture.forget()

    def release(self) -> None:
        """Free the textures too."""
        super().release()
        for texture in (self._ticks, self._noted):
            texture.release()

    def paint(self) -> None:
        """Put the texts in place, over everything that is drawn so far."""
        if self.axes is None:
            return
        frame: Frame = self.view().frame
        measure = lettering.measurer(self._family, frame.scale)
        if self._laid != (frame.projection, self.axes, frame.scale):
            self._laid = (frame.projection, self.axes, frame.scale)
            self.labels = axes.layout(frame.projection, self.axes, measure, frame.scale)
        sheet = self._sheet_for(frame)
        places = [(label.left - 2, label.top) for label in self.labels]
        sources = [sheet.places[label.text] for label in self.labels]
        if self.bar:
            width, height = sheet.pictures[0][2:]
            places.append((frame.projection.width - width, (frame.projection.height - height) / 2))
            sources.append(sheet.pictures[0])
        if places:
            size = (sheet.image.width(), sheet.image.height())
            self._draw(frame, *lettering.quads(np.array(places), np.array(sources), size), self._ticks)
        self._paint_notes(frame)

    def _paint_notes(self, frame: Frame) -> None:
        if self.notes.write(frame):
            self._noted.set(self.notes.image)
        avoided = [(label.left + label.width / 2, label.top + label.height / 2) for label in self.labels]
        corners, shares = self.notes.quads(
            frame, self.arrows, self.squares_at, np.concatenate([self.avoided, np.array(avoided).reshape(-1, 2)])
        )
        if len(corners):
            self._draw(frame, corners, shares, self._noted)

    def _draw(self, frame: Frame, corners: NDArray[np.float64], shares: NDArray[np.float64], texture: Texture) -> None:
        """Draw rectangles of a texture; see `lettering.quads`."""
        data = np.zeros(len(corners) * 6, self.VERTEX)
        data["a_position"] = (corners - frame.origin).reshape(-1, 2)
        data["a_end"] = shares.reshape(-1, 2)
        self._vertices.set(data)
        self.begin("text", depth=False, write=False)
        GL.glBlendFunc(GL.GL_ONE, GL.GL_ONE_MINUS_SRC_ALPHA)
        GL.glActiveTexture(GL.GL_TEXTURE0)
        texture.bind()
        self._vertices.bind_attributes(self.VERTEX)
        GL.glDrawArrays(GL.GL_TRIANGLES, 0, len(data))
        GL.glBindTexture(GL.GL_TEXTURE_2D, 0)
        self.end()

    def _sheet_for(self, frame: Frame) -> lettering.Sheet:
        """Return the written sheet, made anew only when something on it differs."""
        assert self.axes is not None
        size = (frame.projection.width, frame.projection.height)
        key = (frame.scale, size, self.axes, self.bar, self.theme, self.bar_title)
        if self._sheet is None or self._written != key:
            self._sheet = self._write(frame)
            self._written = key
            self._ticks.set(self._sheet.image)
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
