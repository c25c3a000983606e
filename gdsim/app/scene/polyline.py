"""The trajectory as short segments on the surface: clipped, sampled, and thinned where no eye could tell."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from gdsim.app.scene.space import Space

Array = NDArray[np.float64]

LEVELS = 1500
"""Distinguishable positions along a side of the domain; steps between the same two are drawn once."""


def clip_segments(start: Array, end: Array, low: Array, high: Array) -> tuple[Array, Array, NDArray[np.intp]]:
    """Cut segments to a rectangle (Liang and Barsky 1984).

    Parameters
    ----------
    start, end
        Shape (k, 2); segments with an end that is not finite are left out.
    low, high
        Corners of the rectangle, shape (2,).

    Returns
    -------
    tuple
        Starts and ends of what is inside, shape (r, 2), and which of the k segments each comes from.
    """
    with np.errstate(all="ignore"):
        delta = end - start
        enter, leave = np.zeros(len(start)), np.ones(len(start))
        keep = np.isfinite(delta).all(axis=1)
        for axis in range(2):
            still = delta[:, axis] == 0
            keep &= ~still | ((start[:, axis] >= low[axis]) & (start[:, axis] <= high[axis]))
            to_low = (low[axis] - start[:, axis]) / delta[:, axis]
            to_high = (high[axis] - start[:, axis]) / delta[:, axis]
            enter = np.where(still, enter, np.maximum(enter, np.minimum(to_low, to_high)))
            leave = np.where(still, leave, np.minimum(leave, np.maximum(to_low, to_high)))
        keep &= enter <= leave
    kept = np.flatnonzero(keep)
    first = start[kept] + enter[kept, None] * delta[kept]
    last = start[kept] + leave[kept, None] * delta[kept]
    return np.clip(first, low, high), np.clip(last, low, high), kept


def piece_counts(space: Space, start: Array, end: Array) -> NDArray[np.intp]:
    """Return in how many straight pieces each segment (k, 2) of the domain lies on the surface."""
    cell = np.array([np.diff(space.mesh.x).min(), np.diff(space.mesh.y).min()]) * space.straight
    return np.maximum(1, np.ceil(np.abs((end - start) / cell).max(axis=1, initial=0))).astype(np.intp)


def sample(start: Array, end: Array, pieces: NDArray[np.intp]) -> tuple[Array, NDArray[np.intp]]:
    """Cut segments (k, 2) into ``pieces`` (k,) and return their ends.

    Returns
    -------
    tuple
        Points of the plane, shape (p, 2, 2) (piece, end, variable), and which segment each piece belongs to.
    """
    owner = np.repeat(np.arange(len(start)), pieces)
    rank = np.arange(len(owner)) - np.repeat(np.cumsum(pieces) - pieces, pieces)
    share = np.stack([rank, rank + 1], axis=1) / pieces[owner, None]
    return start[owner, None] + share[..., None] * (end - start)[owner, None], owner


class Thinner:
    """Which steps of growing runs are worth drawing: those between places not yet joined.

    Long runs circle about a minimum or jump between two sides of a valley; beyond a few thousand steps almost
    all of them repeat what is drawn already. `extend` looks at each step once.
    """

    def __init__(self, low: Array, high: Array, levels: int = LEVELS) -> None:
        self._low, self._span = low, high - low
        self._levels = levels
        self._seen = np.empty(0, np.int64)

    def extend(self, start: Array, end: Array, way: NDArray[np.intp]) -> NDArray[np.intp]:
        """Return which of some steps are new to the eye, ascending.

        Parameters
        ----------
        start, end
            Shape (k, 2); steps with an end that is not finite are left out.
        way
            Shape (k,), counted from 0: steps of different ways are different things to see.
        """
        begin, finish = self._places(start), self._places(end)
        candidates = np.flatnonzero((begin != finish) & (begin >= 0) & (finish >= 0))
        most = (4 * self._levels) ** 2
        keys, first = np.unique(((way * most + begin) * most + finish)[candidates], return_index=True)
        fresh = ~np.isin(keys, self._seen, assume_unique=True)
        self._seen = np.concatenate([self._seen, keys[fresh]])
        return np.sort(candidates[first[fresh]])

    def _places(self, points: Array) -> NDArray[np.int64]:
        """Number the places that the eye can tell apart; points that are not finite are at -1."""
        with np.errstate(all="ignore"):
            place = np.floor((points - self._low) / self._span * self._levels)
        finite = np.asarray(np.isfinite(place).all(axis=1))
        # Places outside the domain are kept apart up to one domain's width; farther out only the direction counts.
        place = np.clip(np.where(finite[:, None], place, 0), -self._levels, 2 * self._levels).astype(np.int64)
        code = (place[:, 0] + self._levels) * 4 * self._levels + place[:, 1] + self._levels
        return np.where(finite, code, -1)
