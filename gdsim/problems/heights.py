"""The height that a loss is drawn at: the loss itself, or its logarithm."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gdsim.i18n import tr

Array = NDArray[np.float64]

DEPTH = 1e-8
"""A logarithmic height shows no less than this share of the largest loss: more would flatten the rest."""


@dataclass(frozen=True)
class HeightScale:
    """How a loss becomes a height.

    Linear: the height is the loss. Logarithmic: ``log10(max(loss - offset, floor))``.

    A logarithm needs positive numbers, and losses need not be. Where the mesh holds a negative loss, `offset`
    is the lowest one, and the axis says that it counts from there. What is then still zero (a minimum that a
    mesh point hits) is drawn at `floor`, the smallest positive value that the mesh shows, or `DEPTH` times the
    largest where that is more.
    """

    logarithmic: bool = False
    offset: float = 0.0
    floor: float = 1.0

    def __call__(self, loss: Array) -> Array:
        """Return the heights of losses of any shape; nan stays nan."""
        if not self.logarithmic:
            return np.asarray(loss, float)
        return np.log10(np.maximum(np.asarray(loss, float) - self.offset, self.floor))

    def title(self) -> str:
        """Return the name of the vertical axis, which says what its ticks count."""
        if not self.logarithmic:
            return tr("loss")
        if self.offset == 0:
            return tr("loss (log)")
        return tr("loss + {shift} (log)", shift=f"{-self.offset:.4g}")


LINEAR = HeightScale()


def height_scale(loss: Array, logarithmic: bool) -> HeightScale:
    """Return the scale that fits a mesh's losses (any shape, nan allowed)."""
    if not logarithmic:
        return LINEAR
    finite = loss[np.isfinite(loss)]
    offset = min(0.0, float(finite.min())) if finite.size else 0.0
    above = finite - offset
    positive = above[above > 0]
    if not positive.size:
        return LINEAR
    return HeightScale(True, offset, max(float(positive.min()), DEPTH * float(positive.max())))
