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

REACH = 3.45
"""Radius that every corner stays within on screen, from any side, perspective included."""


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


@dataclass(frozen=True)
class Margins:
    """Pixels around the box that labels and the colour bar need."""

    left: float = 40.0
    right: float = 40.0
    top: float = 8.0
    bottom: float = 40.0


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
        return self.zoom * min(inner_width, inner_height) / (2 * REACH)

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
        shift_y = (self.margins.bottom - self.margins.top) / self.height
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
