"""From the scene's box to pixels and back: plain numpy, the same perspective as matplotlib's 3D axes.

The box is 4 x 4 x 3 units about the origin, first variable along x, second along y, loss along z.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

HALF = np.array([2.0, 2.0, 1.5])
"""Half the sides of the box."""

EYE = 33.6
"""Distance of the eye from the centre: matplotlib's (``dist=10`` for a box that is 1.19 wide) in our units."""

SIDE_REACH = 3.02
"""How far a vertical edge of the box may lie from the middle of the picture, from any azimuth."""

MOST_GROWTH = 1.3
"""How much larger than in the tallest view the box may be drawn where it is seen flat."""


def direction(elevation: float, azimuth: float) -> Array:
    """Return the unit vector from the centre to the eye, shape (3,); angles in degrees."""
    e, a = np.radians([elevation, azimuth])
    return np.array([np.cos(e) * np.cos(a), np.cos(e) * np.sin(a), np.sin(e)])


def rotation(elevation: float, azimuth: float) -> Array:
    """Return the rows right, up and towards-the-eye of the view, shape (3, 3)."""
    e, a = np.radians([elevation, azimuth])
    right = np.array([-np.sin(a), np.cos(a), 0.0])
    up = np.array([-np.sin(e) * np.cos(a), -np.sin(e) * np.sin(a), np.cos(e)])
    return np.array([right, up, direction(elevation, azimuth)])


def extent(elevation: float) -> tuple[float, float]:
    """Return how far the box reaches below and above its middle on screen, at the worst azimuth, in units."""
    e = np.radians(elevation)
    radius = np.array([1, 1, -1, -1]) * np.hypot(*HALF[:2])
    height = np.array([1, -1, 1, -1]) * HALF[2]
    depth = radius * np.cos(e) + height * np.sin(e)
    up = (height * np.cos(e) - radius * np.sin(e)) / (1 - depth / EYE)
    return float(-up.min()), float(up.max())


@dataclass(frozen=True)
class Margins:
    """Pixels around the box that labels and the colour bar need."""

    left: float = 48.0
    right: float = 40.0
    top: float = 14.0
    bottom: float = 30.0
    bar: float = 0.0
    """Of the right margin, what the colour bar takes for itself."""


@dataclass(frozen=True)
class Projection:
    """One view of the box; lengths in pixels of the picture, y downwards.

    Attributes
    ----------
    elevation, azimuth
        Degrees, as in `gdsim.app.camera.Camera`.
    zoom
        1 fits the box in the margins.
    center
        Point of the box in the middle.
    width, height
        Size of the picture.
    margins
        Kept free at zoom 1.
    """

    elevation: float
    azimuth: float
    zoom: float
    center: tuple[float, float, float]
    width: float
    height: float
    margins: Margins = Margins()

    @cached_property
    def pixels_per_unit(self) -> float:
        """Pixels that one unit of the box takes at its centre."""
        inner_width = max(1.0, self.width - self.margins.left - self.margins.right)
        inner_height = max(1.0, self.height - self.margins.top - self.margins.bottom)
        tallest = 2 * float(np.linalg.norm(HALF))
        tall = max(sum(extent(self.elevation)), tallest / MOST_GROWTH)
        return self.zoom * min(inner_width / (2 * SIDE_REACH), inner_height / tall)

    @cached_property
    def view(self) -> Array:
        """Matrix from the box to the eye's coordinates, shape (4, 4)."""
        matrix = np.eye(4)
        matrix[:3, :3] = rotation(self.elevation, self.azimuth)
        matrix[:3, 3] = -matrix[:3, :3] @ np.asarray(self.center)
        matrix[2, 3] -= EYE
        return matrix

    @cached_property
    def frustum(self) -> Array:
        """Matrix from the eye's coordinates to OpenGL's clip coordinates, shape (4, 4)."""
        near, far = EYE - 12.0, EYE + 12.0
        shift_x = (self.margins.left - self.margins.right) / self.width
        below, above = extent(self.elevation)
        lift = self.margins.bottom - self.margins.top + self.pixels_per_unit / self.zoom * (below - above)
        shift_y = lift / self.height
        matrix = np.zeros((4, 4))
        matrix[0, 0] = 2 * self.pixels_per_unit * EYE / self.width
        matrix[1, 1] = 2 * self.pixels_per_unit * EYE / self.height
        matrix[0, 2], matrix[1, 2] = -shift_x, -shift_y
        matrix[2, 2] = -(far + near) / (far - near)
        matrix[2, 3] = -2 * far * near / (far - near)
        matrix[3, 2] = -1.0
        return matrix

    @cached_property
    def matrix(self) -> Array:
        """Matrix from the box to clip coordinates, shape (4, 4)."""
        return self.frustum @ self.view

    def depth_per_unit(self) -> float:
        """Normalised depth (-1 to 1) that one unit towards the eye amounts to at the centre."""
        return float(-self.frustum[2, 3] / EYE**2)

    def pixels(self, points: Array) -> Array:
        """Project points of shape (..., 3); return pixels, shape (..., 2), from the top left corner."""
        clip = np.asarray(points, float) @ self.matrix[:, :3].T + self.matrix[:, 3]
        ndc = clip[..., :2] / clip[..., 3:]
        return np.stack([(ndc[..., 0] + 1) * self.width / 2, (1 - ndc[..., 1]) * self.height / 2], axis=-1)

    def ray(self, x: float, y: float) -> tuple[Array, Array]:
        """Return the eye and the unit direction, each (3,) in the box, of the ray through a pixel."""
        ndc = np.array([2 * x / self.width - 1, 1 - 2 * y / self.height])
        offset = np.array([self.frustum[0, 2], self.frustum[1, 2]])
        scale = np.array([self.frustum[0, 0], self.frustum[1, 1]])
        towards = np.append((ndc + offset) / scale, -1.0)
        axes = rotation(self.elevation, self.azimuth)
        eye = np.asarray(self.center) + EYE * axes[2]
        along = towards @ axes
        return eye, along / np.linalg.norm(along)
