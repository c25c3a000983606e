"""What every item needs to know about the picture being drawn."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gdsim.app.camera import DISTANCE, Camera
from gdsim.app.scene.projection import Margins, Projection

USUAL = (1280, 720)
"""Size of a film, or of a larger picture, in which text has the size that it has in a view of this size."""

_UNIT = 100.0
"""Pixels (times the scale) that a unit of the box takes in a picture of usual size."""


@dataclass(frozen=True, eq=False)
class Frame:
    """One picture, or one tile of it.

    Attributes
    ----------
    projection
        Of the whole picture, in its pixels.
    scale
        Pixels per unit of text size, line width and marker size.
    matrix
        From the box to the clip coordinates of the tile, shape (4, 4), float32.
    viewport
        Size of the tile in pixels.
    origin
        Left top corner of the tile in the picture.
    """

    projection: Projection
    scale: float
    matrix: NDArray[np.float32]
    viewport: tuple[float, float]
    origin: tuple[float, float] = (0.0, 0.0)

    @property
    def azimuth(self) -> float:
        """Degrees about the vertical axis."""
        return self.projection.azimuth

    @property
    def depth_per_unit(self) -> float:
        """Normalised depth by which a bias of 1 raises lines and markers: that of one unit of the box, or more.

        In a small picture lines are wide against the box, and reach farther over a surface that rises beside them.
        """
        shrunk = max(1.0, _UNIT * self.scale / self.projection.pixels_per_unit)
        return shrunk * self.projection.depth_per_unit()


def text_scale(width: float, height: float) -> float:
    """Return the size of text in a view, against 12 pixels: larger in a large view, to be read from afar."""
    return min(1.6, max(1.0, math.sqrt(min(width / 640, height / 420))))


def picture_scale(width: float, height: float) -> float:
    """Return the size of text in a picture: that in a view of its size; in a larger one than usual, in proportion."""
    share = min(width / USUAL[0], height / USUAL[1])
    return max(text_scale(width, height), share * text_scale(*USUAL))


def project(camera: Camera, width: float, height: float, scale: float, bar: float) -> Projection:
    """Return the camera's view in a picture of this size, room left for labels of this scale and a bar so wide."""
    free = Margins()
    right = bar + 0.3 * free.right if bar else free.right
    margins = Margins(*(side * scale for side in (free.left, right, free.top, free.bottom, bar)))
    return Projection(
        camera.elevation, camera.azimuth, DISTANCE / camera.distance, camera.center, width, height, margins
    )


def whole(projection: Projection, scale: float) -> Frame:
    """Return the frame that shows all of a picture."""
    return Frame(projection, scale, projection.matrix.astype(np.float32), (projection.width, projection.height))


def tile(projection: Projection, scale: float, left: int, top: int, width: int, height: int) -> Frame:
    """Return the frame that shows a rectangle of a picture (pixels, from the left top corner)."""
    x = 2 * (left + width / 2) / projection.width - 1
    y = 1 - 2 * (top + height / 2) / projection.height
    crop = np.diag([projection.width / width, projection.height / height, 1.0, 1.0])
    crop[0, 3], crop[1, 3] = -x * crop[0, 0], -y * crop[1, 1]
    matrix = (crop @ projection.matrix).astype(np.float32)
    return Frame(projection, scale, matrix, (width, height), (left, top))
