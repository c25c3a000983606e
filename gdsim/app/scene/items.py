"""The scene's OpenGL items: surface, panes, wide lines and markers. Data goes to the card when it changes only."""

from __future__ import annotations

import ctypes
from typing import Any

import numpy as np
from numpy.typing import NDArray
from OpenGL import GL
from pyqtgraph.opengl.GLGraphicsItem import GLGraphicsItem

from gdsim.app.scene import cells
from gdsim.app.scene.buffers import Buffer
from gdsim.app.scene.shaders import ATTRIBUTES
from gdsim.app.scene.vertices import Segments, Spots

Array = NDArray[np.float64]
Colour = tuple[float, float, float, float]


class Item(GLGraphicsItem):
    """Common ground: an order of drawing, and the state that each draw sets and puts back."""

    def __init__(self, order: float) -> None:
        super().__init__()
        self.setDepthValue(order)
        self._buffers: list[Buffer] = []

    def buffer(self, kind: int = GL.GL_ARRAY_BUFFER) -> Buffer:
        """Return a new buffer that `release` will delete."""
        self._buffers.append(Buffer(kind))
        return self._buffers[-1]

    def release(self) -> None:
        """Free what is on the card; the context must be current."""
        for buffer in self._buffers:
            buffer.release()

    def forget(self) -> None:
        """Expect a new context: all data is sent anew."""
        for buffer in self._buffers:
            buffer.forget()

    def begin(
        self, name: str, *defines: str, depth: bool = True, write: bool = True, blend: bool = True, **uniforms: Any
    ) -> None:
        """Bind a program, set the blending, the depth test and the uniforms."""
        view = self.view()
        program = view.program(name, *defines)
        GL.glUseProgram(program.handle)
        (GL.glEnable if blend else GL.glDisable)(GL.GL_BLEND)
        GL.glBlendFuncSeparate(GL.GL_SRC_ALPHA, GL.GL_ONE_MINUS_SRC_ALPHA, GL.GL_ONE, GL.GL_ONE_MINUS_SRC_ALPHA)
        (GL.glEnable if depth else GL.glDisable)(GL.GL_DEPTH_TEST)
        GL.glDepthFunc(GL.GL_LEQUAL)
        GL.glDepthMask(write)
        program.set(matrix=view.frame.matrix, viewport=view.frame.viewport, **uniforms)

    def end(self) -> None:
        """Leave the state as other items expect it."""
        for location in range(len(ATTRIBUTES)):
            GL.glDisableVertexAttribArray(location)
        GL.glBindBuffer(GL.GL_ARRAY_BUFFER, 0)
        GL.glBindBuffer(GL.GL_ELEMENT_ARRAY_BUFFER, 0)
        GL.glDepthMask(True)
        GL.glUseProgram(0)


class SurfaceItem(Item):
    """The height field, flat coloured, with wires and contour lines drawn into it."""

    VERTEX = np.dtype([("a_position", "f4", 3), ("a_grid", "f4", 3), ("a_color", "u1", 4)])

    def __init__(self, order: float) -> None:
        super().__init__(order)
        self.opacity = 1.0
        self.wires = False
        self.levels = False
        self.ink: Colour = (0.1, 0.1, 0.1, 0.5)
        self._usable: NDArray[np.bool_] = np.zeros((0, 0), bool)
        self._vertices = self.buffer()
        self._indices: dict[tuple[int, int], Buffer] = {}
        self._errors: dict[int, float] = {}

    def set_mesh(self, positions: Array, grid: Array, colours: NDArray[np.uint8]) -> None:
        """Take a new surface; arrays (n, m, 3), (n, m, 3) and (n, m, 4), positions nan where there is none."""
        self._usable = np.asarray(np.isfinite(positions).all(axis=-1))
        data = np.zeros(self._usable.size, self.VERTEX)
        data["a_position"] = np.nan_to_num(positions, nan=0.0).reshape(-1, 3)
        data["a_grid"] = np.nan_to_num(grid, nan=0.0).reshape(-1, 3)
        data["a_color"] = colours.reshape(-1, 4)
        self._vertices.set(data)
        for index in self._indices.values():
            index.clear()
        # A colour off by 10 of 255 at one place counts like 0.12 pixels at the usual 100 pixels a unit.
        looks = np.concatenate([positions[..., 2:], colours[..., :3] * (0.0012 / 10)], axis=-1)
        self._errors = {stride: cells.coarsening_error(looks, stride) for stride in cells.STRIDES if stride > 1}
        self.update()

    def paint(self) -> None:
        """Draw it, far cells first while one sees through it."""
        frame = self.view().frame
        solid = self.opacity >= 1
        # A solid surface is drawn the other way round, near cells first: what they hide costs nothing.
        towards = frame.azimuth + (180 if solid else 0)
        index = self._order(cells.sector(towards), self._stride(frame.projection.pixels_per_unit))
        if not index.length:
            return
        defines = [name for name, on in (("WIRES", self.wires), ("LEVELS", self.levels)) if on]
        self.begin("surface", *defines, blend=not solid, opacity=self.opacity, ink=self.ink, width=frame.scale)
        self._vertices.bind_attributes(self.VERTEX)
        index.bind()
        GL.glDrawElements(GL.GL_TRIANGLES, index.length, GL.GL_UNSIGNED_INT, None)
        self.end()

    def _stride(self, pixels_per_unit: float) -> int:
        """Return how many cells to draw as one: as many as stay within 0.12 pixels of the surface."""
        return next(s for s in cells.STRIDES if self._errors.get(s, 0.0) * pixels_per_unit <= 0.12)

    def _order(self, sector: int, stride: int) -> Buffer:
        """Return the triangles back to front, made at their first use."""
        key = (sector, stride)
        if key not in self._indices:
            self._indices[key] = self.buffer(GL.GL_ELEMENT_ARRAY_BUFFER)
        index = self._indices[key]
        if index.empty and self._usable.size:
            index.set(cells.ordered_triangles(self._usable, sector, stride).ravel())
        return index


class FillItem(Item):
    """Triangles in one colour: the panes."""

    VERTEX = np.dtype([("a_position", "f4", 3)])

    def __init__(self, order: float) -> None:
        super().__init__(order)
        self.tint: Colour = (1, 1, 1, 1)
        self._vertices = self.buffer()

    def set_quads(self, corners: Array) -> None:
        """Take quadrilaterals, shape (k, 4, 3), corners in turn."""
        data = np.zeros(len(corners) * 6, self.VERTEX)
        data["a_position"] = corners[:, [0, 1, 2, 0, 2, 3]].reshape(-1, 3)
        self._vertices.set(data)
        self.update()

    def paint(self) -> None:
        """Draw them behind everything."""
        if not self._vertices.length:
            return
        self.begin("flat", depth=False, write=False, blend=False, tint=self.tint)
        self._vertices.bind_attributes(self.VERTEX)
        GL.glDrawArrays(GL.GL_TRIANGLES, 0, self._vertices.length)
        self.end()


class LineItem(Item):
    """Wide, feathered lines."""

    def __init__(self, order: float, width: float, segments: Segments | None = None) -> None:
        super().__init__(order)
        self.segments = Segments() if segments is None else segments
        self._buffers += [self.segments.vertices, self.segments.indices]
        self.width = width
        self.tint: Colour = (1, 1, 1, 1)
        self.veil: Colour = (0, 0, 0, 0)
        self.bias = 0.0
        self.core = 0.0
        self.write = False
        self.range = slice(0, None)
        self.heads = False
        self.rim = 0.0

    def paint(self) -> None:
        """Draw the pieces within `range`.

        `tint` multiplies their colours, `veil` lies over these, as opaque as its fourth number says; a `core` of 1
        leaves out the soft edge; with `heads` some pieces are heads of arrows, and all are wider by `rim` all round.
        """
        first, last, _ = self.range.indices(len(self.segments))
        if last <= first:
            return
        frame = self.view().frame
        self.begin(
            "line", *(["HEADS"] if self.heads else []), write=self.write, width=self.width * frame.scale,
            rim=self.rim * frame.scale, tint=self.tint, veil=self.veil, core=self.core,
            bias=self.bias * frame.depth_per_unit,
        )  # fmt: skip
        self.segments.vertices.bind_attributes(Segments.VERTEX)
        self.segments.indices.bind()
        GL.glDrawElements(GL.GL_TRIANGLES, 6 * (last - first), GL.GL_UNSIGNED_INT, ctypes.c_void_p(24 * first))
        self.end()


class MarkerItem(Item):
    """Discs or stars of a fixed size on screen, with a rim."""

    def __init__(self, order: float, radius: float, spots: Spots | None = None) -> None:
        super().__init__(order)
        self.spots = Spots() if spots is None else spots
        self._buffers.append(self.spots.vertices)
        self.radius = radius
        self.tint: Colour = (1, 1, 1, 1)
        self.veil: Colour = (0, 0, 0, 0)
        self.rim: Colour = (0, 0, 0, 1)
        self.rim_width = 0.0
        self.star = False
        self.bias = 0.0
        self.core = 0.0
        self.write = False
        self.range = slice(0, None)

    def paint(self) -> None:
        """Draw the markers within `range`; tint, veil and core as in `LineItem`."""
        first, last, _ = self.range.indices(len(self.spots))
        if last <= first:
            return
        frame = self.view().frame
        self.begin(
            "marker", write=self.write, radius=self.radius * frame.scale, rim_width=self.rim_width * frame.scale,
            tint=self.tint, veil=self.veil, rim=self.rim, star=float(self.star), core=self.core,
            bias=self.bias * frame.depth_per_unit,
        )  # fmt: skip
        self.spots.vertices.bind_attributes(Spots.VERTEX)
        GL.glDrawArrays(GL.GL_TRIANGLES, 6 * first, 6 * (last - first))
        self.end()
