"""From the problem's coordinates to the scene's box, and the surface as a function over it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from gdsim.app.scene.cells import coarsening_error
from gdsim.app.scene.projection import HALF
from gdsim.problems.heights import HeightScale, height_scale

if TYPE_CHECKING:
    from gdsim.problems.mesh import Mesh

Array = NDArray[np.float64]

SIDE_PAD, HEIGHT_PAD = 0.04, 0.025
"""Free share of the domain's and the heights' span at each end, so that the surface stays off the panes."""

FLAT = 0.004
"""Units of the box, a third of a pixel in a usual view."""


@dataclass(frozen=True, eq=False)
class Space:
    """A mesh placed in the box.

    Attributes
    ----------
    mesh
        The losses.
    scale
        What height a loss is drawn at.
    heights
        ``scale(mesh.z)``, shape (n, m), nan where nothing is drawn.
    low, high
        Values at the box's faces: first variable, second variable, height; each shape (3,).
    """

    mesh: Mesh
    scale: HeightScale
    heights: Array
    low: Array
    high: Array

    @cached_property
    def straight(self) -> int:
        """Number of mesh cells along which a straight line still lies on the surface, to `FLAT` units."""
        tall = self.vertices()[..., 2]
        return next((s for s in (8, 4, 2) if coarsening_error(tall, s) <= FLAT), 1)

    def to_box(self, values: Array) -> Array:
        """Map (first variable, second variable, height), shape (..., 3), into the box."""
        return (2 * (values - self.low) / (self.high - self.low) - 1) * HALF

    def from_box(self, points: Array) -> Array:
        """Undo `to_box`."""
        return self.low + (points / HALF + 1) / 2 * (self.high - self.low)

    def clamp(self, points: Array) -> Array:
        """Move points, shape (..., 2), into the domain."""
        x, y = self.mesh.x, self.mesh.y
        return np.clip(points, [x[0], y[0]], [x[-1], y[-1]])

    def height(self, points: Array) -> Array:
        """Return the drawn surface's height at points (..., 2): linear on each triangle; nan off it."""
        x, y, z = self.mesh.x, self.mesh.y, self.heights
        inside = np.asarray(np.isfinite(points).all(axis=-1))
        for axis, line in enumerate((x, y)):
            inside &= (points[..., axis] >= line[0]) & (points[..., axis] <= line[-1])
        safe = np.where(inside[..., None], points, [x[0], y[0]])
        i = np.clip(np.searchsorted(x, safe[..., 0], "right") - 1, 0, len(x) - 2)
        j = np.clip(np.searchsorted(y, safe[..., 1], "right") - 1, 0, len(y) - 2)
        u = (safe[..., 0] - x[i]) / (x[i + 1] - x[i])
        v = (safe[..., 1] - y[j]) / (y[j + 1] - y[j])
        # The diagonal of each cell runs from (i+1, j) to (i, j+1): see gdsim.app.scene.cells.
        a, b, c, d = z[i, j], z[i + 1, j], z[i, j + 1], z[i + 1, j + 1]
        near = a + u * (b - a) + v * (c - a)
        far = d + (1 - u) * (c - d) + (1 - v) * (b - d)
        return np.where(inside, np.where(u + v <= 1, near, far), np.nan)

    def on_surface(self, points: Array) -> Array:
        """Return the box coordinates (..., 3) of points (..., 2) laid on the surface; nan where there is none."""
        return self.to_box(np.concatenate([points, self.height(points)[..., None]], axis=-1))

    def on_floor(self, points: Array) -> Array:
        """Return the box coordinates (..., 3) of points (..., 2) laid on the floor."""
        floor = np.full((*points.shape[:-1], 1), self.low[2])
        return self.to_box(np.concatenate([points, floor], axis=-1))

    def vertices(self) -> Array:
        """Return the mesh's points in the box, shape (n, m, 3)."""
        x, y = np.meshgrid(self.mesh.x, self.mesh.y, indexing="ij")
        return self.to_box(np.stack([x, y, self.heights], axis=-1))

    def shares(self) -> Array:
        """Return where each height lies between the lowest (0) and the highest (1), shape (n, m)."""
        low, high = self.height_range()
        return np.clip((self.heights - low) / (high - low), 0, 1)

    def height_range(self) -> tuple[float, float]:
        """Return the lowest and the highest height, made apart where the surface is flat."""
        return _range(self.heights)

    def hit(self, eye: Array, along: Array) -> Array | None:
        """Return where a ray meets the surface first: values of the two variables, shape (2,), or None.

        Parameters
        ----------
        eye, along
            Origin and unit direction in the box, each shape (3,).
        """
        middle = float(-eye @ along)
        distance = middle + np.linspace(-3.6, 3.6, 1441)
        values = self.from_box(eye + distance[:, None] * along)
        above = values[:, 2] - self.height(values[:, :2])
        crossing = np.flatnonzero(np.sign(above[:-1]) * np.sign(above[1:]) <= 0)
        if not crossing.size:
            return None
        k = crossing[0]
        share = above[k] / (above[k] - above[k + 1]) if above[k] != above[k + 1] else 0.0
        return self.clamp(values[k, :2] + share * (values[k + 1, :2] - values[k, :2]))

    def on_level(self, eye: Array, along: Array, level: float) -> Array | None:
        """Return where a ray passes the height ``level`` of the box, clamped to the domain, or None if never."""
        if abs(along[2]) < 1e-6:
            return None
        point = eye + (level - eye[2]) / along[2] * along
        return self.clamp(self.from_box(point)[:2])


def _range(heights: Array) -> tuple[float, float]:
    finite = heights[np.isfinite(heights)]
    low, high = (float(finite.min()), float(finite.max())) if finite.size else (0.0, 1.0)
    if high - low <= 1e-12 * max(abs(low), abs(high), 1e-300):
        half = max(abs(low) * 0.5, 0.5)
        return low - half, high + half
    return low, high


def space(mesh: Mesh, logarithmic: bool = False) -> Space:
    """Place a mesh in the box, on a linear or a logarithmic height."""
    scale = height_scale(mesh.z, logarithmic)
    heights = scale(mesh.z)
    low, high = _range(heights)
    ends = np.array([[mesh.x[0], mesh.x[-1]], [mesh.y[0], mesh.y[-1]], [low, high]])
    pad = (ends[:, 1] - ends[:, 0]) * [SIDE_PAD, SIDE_PAD, HEIGHT_PAD]
    return Space(mesh, scale, heights, ends[:, 0] - pad, ends[:, 1] + pad)
