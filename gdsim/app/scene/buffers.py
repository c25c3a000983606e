"""Data on the graphics card that is sent once and may grow."""

from __future__ import annotations

import ctypes
from typing import Any

import numpy as np
from numpy.typing import NDArray
from OpenGL import GL

from gdsim.app.scene.shaders import ATTRIBUTES

_TYPES = {"f": (GL.GL_FLOAT, False), "i": (GL.GL_BYTE, False), "u": (GL.GL_UNSIGNED_BYTE, True)}


class Buffer:
    """An OpenGL buffer; set it at any time, bind it while the context is current.

    What is appended is sent alone, without what was there before.
    """

    def __init__(self, kind: int) -> None:
        self._kind = kind
        self._handle = 0
        self._data: NDArray[Any] | None = None
        self.length = 0
        self._sent = 0
        self._room = 0

    @property
    def empty(self) -> bool:
        """Whether nothing was put in since it was made or cleared (an empty array counts as something)."""
        return self._data is None

    def set(self, data: NDArray[Any]) -> None:
        """Replace the contents."""
        self._data, self.length, self._sent = data, len(data), 0

    def clear(self) -> None:
        """Forget the contents."""
        self._data, self.length, self._sent = None, 0, 0

    def append(self, data: NDArray[Any]) -> None:
        """Add to the contents."""
        if self._data is None:
            self.set(data)
            return
        needed = self.length + len(data)
        if needed > len(self._data):
            grown = np.zeros(max(needed, 2 * self.length), self._data.dtype)
            grown[: self.length] = self._data[: self.length]
            self._data = grown
        self._data[self.length : needed] = data
        self.length = needed

    def bind(self) -> None:
        """Bind it, sending first what the card does not have yet."""
        if not self._handle:
            self._handle = GL.glGenBuffers(1)
            self._room = self._sent = 0
        GL.glBindBuffer(self._kind, self._handle)
        if self._data is None or self._sent == self.length:
            return
        size = self._data.itemsize
        if self._room < self.length * size:
            self._room = len(self._data) * size
            GL.glBufferData(self._kind, self._room, None, GL.GL_DYNAMIC_DRAW)
            self._sent = 0
        part = np.ascontiguousarray(self._data[self._sent : self.length])
        GL.glBufferSubData(self._kind, self._sent * size, part.nbytes, part)
        self._sent = self.length

    def bind_attributes(self, layout: np.dtype[Any]) -> None:
        """Bind it as the vertices of a draw; the fields of ``layout`` are named like the attributes."""
        self.bind()
        assert layout.fields is not None and layout.names is not None
        for name in layout.names:
            base, offset = layout.fields[name][:2]
            location = ATTRIBUTES.index(name)
            kind, normalised = _TYPES[base.base.kind]
            count = base.shape[0]
            GL.glVertexAttribPointer(location, count, kind, normalised, layout.itemsize, ctypes.c_void_p(offset))
            GL.glEnableVertexAttribArray(location)

    def forget(self) -> None:
        """Take it as gone from the card: the next bind makes it anew."""
        self._handle = 0

    def release(self) -> None:
        """Delete it on the card; the context must be current."""
        if self._handle:
            GL.glDeleteBuffers(1, [self._handle])
        self._handle = 0
