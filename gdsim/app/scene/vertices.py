"""What lines and markers are made of, on the card: pieces and places, each with a colour of its own."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from OpenGL import GL

from gdsim.app.scene.buffers import Buffer

Array = NDArray[np.float64]


class Segments:
    """Wide line pieces on the card, which several `LineItem` may draw, each its own share."""

    VERTEX = np.dtype([("a_position", "f4", 3), ("a_end", "f4", 3), ("a_corner", "i1", 4), ("a_color", "u1", 4)])
    CORNERS = np.array([[0, -1, 0, 0], [0, 1, 0, 0], [1, 1, 0, 0], [1, -1, 0, 0]], np.int8)

    def __init__(self) -> None:
        self.vertices = Buffer(GL.GL_ARRAY_BUFFER)
        self.indices = Buffer(GL.GL_ELEMENT_ARRAY_BUFFER)

    def __len__(self) -> int:
        return self.vertices.length // 4

    def set(self, pieces: Array, colours: NDArray[np.uint8] | None = None) -> None:
        """Take pieces, shape (k, 2, 3), and their colours, (k, 4) or white."""
        self.vertices.clear()
        self.indices.clear()
        self.append(pieces, colours)

    def append(
        self, pieces: Array, colours: NDArray[np.uint8] | None = None, heads: NDArray[np.int8] | None = None
    ) -> None:
        """Add pieces after those already here.

        Parameters
        ----------
        pieces, colours
            As in `set`.
        heads
            Shape (k, 2), for a `LineItem` with heads: 1 for a piece that is an arrow's head, else 0; by how many
            127ths a piece is thinner than the item says.
        """
        if not len(pieces):
            return
        data = np.zeros((len(pieces), 4), self.VERTEX)
        data["a_position"] = pieces[:, None, 0]
        data["a_end"] = pieces[:, None, 1]
        data["a_corner"] = self.CORNERS
        data["a_color"] = 255 if colours is None else colours[:, None]
        if heads is not None:
            data["a_corner"][..., 2:] = heads[:, None]
        base = np.arange(len(self), len(self) + len(pieces), dtype=np.uint32)[:, None] * 4
        self.vertices.append(data.ravel())
        self.indices.append((base + np.array([0, 1, 2, 0, 2, 3], np.uint32)).ravel())


class Spots:
    """Places of markers on the card, which several `MarkerItem` may draw."""

    VERTEX = np.dtype([("a_position", "f4", 3), ("a_corner", "i1", 4), ("a_color", "u1", 4)])
    CORNERS = np.array([[-1, -1, 0, 0], [1, -1, 0, 0], [1, 1, 0, 0], [-1, 1, 0, 0]], np.int8)

    def __init__(self) -> None:
        self.vertices = Buffer(GL.GL_ARRAY_BUFFER)

    def __len__(self) -> int:
        return self.vertices.length // 6

    def set(self, places: Array, colours: NDArray[np.uint8] | None = None) -> None:
        """Take places, shape (k, 3), and their colours, (k, 4) or white."""
        self.vertices.clear()
        self.append(places, colours)

    def append(self, places: Array, colours: NDArray[np.uint8] | None = None) -> None:
        """Add places after those already here."""
        if not len(places):
            return
        data = np.zeros((len(places), 6), self.VERTEX)
        data["a_position"] = places[:, None]
        data["a_corner"] = self.CORNERS[[0, 1, 2, 0, 2, 3]]
        data["a_color"] = 255 if colours is None else colours[:, None]
        self.vertices.append(data.ravel())
