"""Contour lines projected on the floor of the box."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from gdsim.app.scene.space import Space

Array = NDArray[np.float64]

ENOUGH, COARSEST = 3000, 3
"""Above so many pieces in all, points of the lines are passed over, at most two of three in turn."""

TOLERANCE = 0.001
"""How far a drawn line may be from the true one, in units of the box, of which one is some 100 pixels."""

KINK = 0.2
"""From this angle on, in radians, a line has a corner, which stays."""


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
        for needed in (_apart, _needed):
            line = line[needed(space.on_floor(line)[:, :2])]
        colour = colours[round(255 * min(1.0, max(0.0, (level - low) / (high - low))))]
        pieces.append(np.stack([line[:-1], line[1:]], axis=1))
        shades.append(np.tile(colour, (len(line) - 1, 1)))
    return space.on_floor(np.concatenate(pieces)), np.concatenate(shades)


def _apart(line: Array) -> NDArray[np.bool_]:
    """Return which points of a line are not where the one before is, as happens at corners of the mesh, shape (k,)."""
    return np.append(True, np.hypot(*np.diff(line, axis=0).T) > 1e-9)


def _needed(line: Array) -> NDArray[np.bool_]:
    """Return which points of a line keep what is left within `TOLERANCE` of it, shape (k,)."""
    steps = np.diff(line, axis=0)
    turns = np.abs(np.diff(np.unwrap(np.arctan2(steps[:, 1], steps[:, 0]))))
    lengths = (np.hypot(*steps[1:].T) + np.hypot(*steps[:-1].T)) / 2
    # A chord of length s leaves a curve that turns by k a unit by k*s*s/8: so many chords there are, a point at each.
    chords = np.floor(np.cumsum(np.sqrt(turns * lengths / (8 * TOLERANCE))))
    needed = np.ones(len(line), bool)
    needed[1:-1] = (np.diff(chords, prepend=0.0) > 0) | (turns > KINK)
    return needed
