"""The way of a run over the surface, as a figure draws it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gdsim.formula import Formula
from gdsim.problems.mesh import Domain

Floats = NDArray[np.float64]

_POINTS_A_STEP = 24
_MOST_POINTS = 6000


@dataclass(frozen=True, eq=False)
class Path:
    """A run's way, cut off at the edge of the domain.

    Attributes
    ----------
    curve
        Points along the surface, shape ``(n, 3)``: first variable, second variable, loss; a row of nan
        where the curve leaves the domain or the loss is not finite.
    stops
        The states themselves, one a step, shape ``(steps + 1, 3)``; nan like `curve`.
    """

    curve: Floats
    stops: Floats


def path_on_surface(formula: Formula, domain: Domain, points: Floats) -> Path:
    """Lay the polygon through ``points``, shape ``(steps + 1, 2)``, on the surface.

    The straight line between two states would run above or below the ground, so each is divided.
    """
    pieces = max(1, min(_POINTS_A_STEP, _MOST_POINTS // max(1, len(points))))
    shares = np.linspace(0.0, 1.0, pieces, endpoint=False)
    with np.errstate(all="ignore"):
        between = points[:-1, None, :] * (1 - shares)[:, None] + points[1:, None, :] * shares[:, None]
    curve = np.concatenate([between.reshape(-1, 2), points[-1:]])
    return Path(_lifted(formula, domain, curve), _lifted(formula, domain, points))


def _lifted(formula: Formula, domain: Domain, flat: Floats) -> Floats:
    """Add the loss as third column; rows outside the domain or without a finite loss become nan."""
    loss = formula.evaluate(dict(zip(domain, flat.T, strict=True)))
    low, high = np.array(list(domain.values())).T
    inside = ((flat >= low) & (flat <= high)).all(axis=1) & np.isfinite(loss)
    return np.where(inside[:, None], np.column_stack([flat, loss]), np.nan)
