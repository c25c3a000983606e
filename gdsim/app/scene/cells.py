"""In which order the cells of a height field are drawn, so that a translucent surface blends rightly.

Seen from outside, a cell can only be hidden by cells that are nearer along both axes. So rows drawn from the
far side to the near one, and in each row cells likewise, are back to front. Eight orders do for all azimuths.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

SECTORS = 8

STRIDES = (4, 2, 1)
"""How many cells may be drawn as one where no eye could tell, best first."""


def sector(azimuth: float) -> int:
    """Return which eighth of the circle, 0 to 7, an azimuth (degrees) lies in."""
    return int(np.floor((azimuth % 360.0) / 45.0)) % SECTORS


def coarsening_error(heights: NDArray[np.float64], stride: int) -> float:
    """Return how far the surface is off at most when only every ``stride``-th point is used.

    Heights of shape (n, m), or (n, m, c) for c quantities at once; infinite where that cannot be said: a hole in
    the surface, or a number of cells that ``stride`` does not divide.
    """
    n, m = heights.shape[:2]
    if (n - 1) % stride or (m - 1) % stride or not np.isfinite(heights).all():
        return np.inf
    flat = heights.reshape(n, m, -1)
    i = np.minimum(np.arange(n) // stride, (n - 1) // stride - 1)
    j = np.minimum(np.arange(m) // stride, (m - 1) // stride - 1)
    u = ((np.arange(n) - i * stride) / stride)[:, None, None]
    v = ((np.arange(m) - j * stride) / stride)[None, :, None]
    kept = flat[::stride, ::stride]
    a, b = kept[np.ix_(i, j)], kept[np.ix_(i + 1, j)]
    c, d = kept[np.ix_(i, j + 1)], kept[np.ix_(i + 1, j + 1)]
    lower = a + u * (b - a) + v * (c - a)
    upper = d + (1 - u) * (c - d) + (1 - v) * (b - d)
    return float(np.abs(np.where(u + v <= 1, lower, upper) - flat).max())


def ordered_triangles(usable: NDArray[np.bool_], which: int, stride: int = 1) -> NDArray[np.uint32]:
    """Return the triangles of a grid, back to front for a sector of azimuths.

    Parameters
    ----------
    usable
        Shape (n, m): points that have a height; a triangle needs three.
    which
        Result of `sector`.
    stride
        Use every so many points only, and the last.

    Returns
    -------
    ndarray
        Shape (k, 3): indices into the points, row by row (``i * m + j``). Every cell is cut from
        (i+1, j) to (i, j+1).
    """
    n, m = usable.shape
    middle = np.radians(which * 45.0 + 22.5)
    towards = np.array([np.cos(middle), np.sin(middle)])
    rows, columns = _chosen(n, stride), _chosen(m, stride)
    i = np.arange(len(rows) - 1)[:: 1 if towards[0] > 0 else -1]
    j = np.arange(len(columns) - 1)[:: 1 if towards[1] > 0 else -1]
    first, second = np.meshgrid(i, j, indexing="ij")
    if abs(towards[0]) <= abs(towards[1]):
        first, second = first.T, second.T
    near_row, far_row = rows[first].ravel() * m, rows[first + 1].ravel() * m
    near, far = columns[second].ravel(), columns[second + 1].ravel()
    lower = np.stack([near_row + near, far_row + near, near_row + far], axis=1)
    upper = np.stack([far_row + near, far_row + far, near_row + far], axis=1)
    pair = (lower, upper) if towards.sum() > 0 else (upper, lower)
    triangles = np.stack(pair, axis=1).reshape(-1, 3)
    return triangles[usable.ravel()[triangles].all(axis=1)].astype(np.uint32)


def _chosen(count: int, stride: int) -> NDArray[np.intp]:
    """Return every ``stride``-th index below ``count``, and the last one."""
    chosen = np.arange(0, count, stride)
    return chosen if chosen[-1] == count - 1 else np.append(chosen, count - 1)
