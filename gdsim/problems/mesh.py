"""The heights of a formula over a rectangle, with what is not finite left out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from gdsim.i18n import tr

if TYPE_CHECKING:
    from gdsim.formula import Formula

Domain = dict[str, tuple[float, float]]
"""Closed interval of each variable, in axis order."""

POINTS = 201
"""Points along each side: smooth at 1920x1080, and quick to rotate with software OpenGL."""


@dataclass(frozen=True, eq=False)
class Mesh:
    """Heights over a rectangle.

    Attributes
    ----------
    names
        Names of the two variables, first axis first.
    x, y
        Coordinates along the first and the second variable, shapes ``(n,)`` and ``(m,)``, ascending.
    z
        ``z[i, j]`` is the loss at ``(x[i], y[j])``, shape ``(n, m)``; ``nan`` where it is not finite.
    note
        One sentence about what is missing, empty when nothing is.
    """

    names: tuple[str, str]
    x: NDArray[np.float64]
    y: NDArray[np.float64]
    z: NDArray[np.float64]
    note: str = ""


def surface_mesh(formula: Formula, domain: Domain, points: int = POINTS) -> Mesh:
    """Evaluate ``formula`` on ``points`` x ``points`` points of ``domain`` (its keys give the axis order)."""
    first, second = domain
    x, y = (np.linspace(low, high, points) for low, high in domain.values())
    grid = dict(zip((first, second), np.meshgrid(x, y, indexing="ij"), strict=True))
    raw = formula.evaluate(grid)
    finite = np.isfinite(raw)
    note = ""
    if not finite.any():
        note = tr("The loss is finite nowhere in this domain: nothing can be drawn.")
    elif not finite.all():
        share = 1 - float(finite.mean())
        note = tr(
            "The loss is not finite in {share} of the domain; the surface is drawn where it is.",
            share=f"{share:.1%}" if share >= 0.001 else "< 0.1%",
        )
    return Mesh((first, second), x, y, np.where(finite, raw, np.nan), note)
