"""Contour lines projected on the floor of the box."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from gdsim.app.scene.space import Space

Array = NDArray[np.float64]

ENOUGH, COARSEST = 3000, 3
"""Above so many pieces in all, points of the lines are passed over, at most two of three in turn."""


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
    found = [(level, np.asarray(line, float)) for level in levels for line in generator.lines(float(level))]
    every = min(COARSEST, 1 + sum(len(line) for _, line in found) // ENOUGH)
    pieces, shades = [np.empty((0, 2, 2))], [np.empty((0, 4), np.uint8)]
    for level, whole in found:
        line = whole[np.unique(np.append(np.arange(0, len(whole), every), len(whole) - 1))]
        colour = colours[round(255 * min(1.0, max(0.0, (level - low) / (high - low))))]
        pieces.append(np.stack([line[:-1], line[1:]], axis=1))
        shades.append(np.tile(colour, (len(line) - 1, 1)))
    return space.on_floor(np.concatenate(pieces)), np.concatenate(shades)
