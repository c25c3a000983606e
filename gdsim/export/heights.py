"""The height that a figure draws a loss at: the loss itself, or its logarithm."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gdsim.i18n import tr

_DEPTH = 1e-8
"""A logarithmic height shows no less than this share of the largest loss: more would flatten the rest."""

_MOST_TICKS = 7


@dataclass(frozen=True)
class Heights:
    """How losses become heights: unchanged, or ``log10(max(loss - offset, floor))``.

    Attributes
    ----------
    logarithmic
        Whether heights are logarithms.
    offset
        What is subtracted first: the lowest loss where it is negative, else 0.
    floor
        Least positive loss that is told apart from 0.
    """

    logarithmic: bool = False
    offset: float = 0.0
    floor: float = 1.0

    def __call__(self, loss: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the heights of ``loss``, any shape; nan stays nan."""
        return np.log10(np.maximum(loss - self.offset, self.floor)) if self.logarithmic else loss

    def label(self) -> str:
        """Return the vertical axis's name."""
        if not self.logarithmic:
            return tr("loss")
        if self.offset == 0:
            return tr("loss (log)")
        return tr("loss + {shift} (log)", shift=f"{-self.offset:.4g}")

    def ticks(self, low: float, high: float) -> tuple[list[float], list[str]]:
        """Return the heights to mark on a logarithmic axis, and what to write there."""
        decades = range(math.ceil(low - 1e-9), math.floor(high + 1e-9) + 1)
        if len(decades) >= 2:
            kept = decades[:: -(-len(decades) // _MOST_TICKS)]
            return [float(d) for d in kept], [f"$10^{{{d}}}$" for d in kept]
        places = np.linspace(low, high, 4).tolist()
        return places, [f"{10**place:.3g}" for place in places]


def heights_for(loss: NDArray[np.float64], logarithmic: bool) -> Heights:
    """Return the heights that fit a mesh's losses; linear where no loss is above the lowest one."""
    finite = loss[np.isfinite(loss)]
    offset = min(0.0, float(finite.min()))
    above = finite - offset
    positive = above[above > 0]
    if not logarithmic or not positive.size:
        return Heights()
    return Heights(True, offset, max(float(positive.min()), _DEPTH * float(positive.max())))
