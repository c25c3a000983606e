"""Contour lines projected on the floor of the box."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from gdsim.app.scene.space import Space

Array = NDArray[np.float64]

EVERY, SHORT = 3, 80
"""Points of a contour line that make one piece, unless the line has so few that all are needed."""


def floor_contours(space: Space, levels: Array, colours: NDArray[np.uint8]) -> tuple[Array, NDArray[np.uint8]]:
    """Return the level lines of a surface on the floor.

    Parameters
    ----------
    space
        The placed surface.
    levels
        Heights, shape (l,).
    colours
        Colormap, shape (256, 4), lowest height first.

    Returns
    -------
    tuple
        Pieces in the box, shape (k, 2, 3), and their colours, shape (k, 4).
    """
    from contourpy import LineType, contour_generator

    low, high = space.height_range()
    masked = np.ma.masked_invalid(space.heights.T)
    generator = contour_generator(space.mesh.x, space.mesh.y, masked, line_type=LineType.Separate)
    pieces, shades = [np.empty((0, 2, 2))], [np.empty((0, 4), np.uint8)]
    for level in levels:
        colour = colours[round(255 * min(1.0, max(0.0, (level - low) / (high - low))))]
        for found in generator.lines(float(level)):
            line = np.asarray(found, float)
            every = EVERY if len(line) > SHORT else 1
            line = line[np.unique(np.append(np.arange(0, len(line), every), len(line) - 1))]
            pieces.append(np.stack([line[:-1], line[1:]], axis=1))
            shades.append(np.tile(colour, (len(line) - 1, 1)))
    return space.on_floor(np.concatenate(pieces)), np.concatenate(shades)
