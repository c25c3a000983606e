"""How the numbers of a tensor are spread, at one step and over a run."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from torch import Tensor

    from gdsim.simulation.layout import Layout

BINS = 64
"""Bins of equal width, from the smallest number to the largest."""

MOST = 256
"""Steps of which a run keeps the distributions; they are thinned evenly as it grows."""


@dataclass(frozen=True, eq=False)
class Distribution:
    """The histogram of one tensor at one step.

    Attributes
    ----------
    step
        Number of updates made before.
    low, high
        The smallest and the largest finite number; both 0 where there is none.
    counts
        How many of the finite numbers lie in each of `BINS` equal bins between them, shape ``(BINS,)``.
    """

    step: int
    low: float
    high: float
    counts: NDArray[np.int64]


def distribution(step: int, values: NDArray[Any]) -> Distribution:
    """Return the distribution of the finite numbers among ``values``, of any shape."""
    flat = np.asarray(values).ravel()
    low, high = (float(flat.min()), float(flat.max())) if flat.size else (0.0, 0.0)
    if not (np.isfinite(low) and np.isfinite(high)):
        flat = flat[np.isfinite(flat)]
        low, high = (float(flat.min()), float(flat.max())) if flat.size else (0.0, 0.0)
    if not flat.size:
        return Distribution(step, 0.0, 0.0, np.zeros(BINS, np.int64))
    # By hand: numpy.histogram spends five times as long on finding out what it was given.
    scale = BINS / (high - low) if high > low else 0.0
    if not np.isfinite(scale):
        scale = 0.0  # numbers so close that they cannot be told apart
    places = ((flat.astype(np.float64) - low) * scale).astype(np.intp)
    return Distribution(step, low, high, np.bincount(np.minimum(places, BINS - 1), minlength=BINS))


Distributions = Mapping[str, tuple[Distribution, ...]]
"""Distributions of each parameter, under its name, by ascending step."""


class DistributionLog:
    """The distributions of a run's parameters and gradients, thinned evenly as it grows.

    Attributes
    ----------
    kinds
        ``'parameter'`` and ``'gradient'``, each with the distributions of every parameter by ascending step.
    """

    def __init__(self) -> None:
        self._stride = 1
        self._last = -1
        self.kinds: dict[str, Distributions] = {}

    def due(self, step: int) -> bool:
        """Tell whether the distributions of ``step`` would be kept."""
        return step > self._last and step % self._stride == 0

    def see(self, step: int, layout: Layout, parameters: Tensor, gradient: Tensor) -> None:
        """Keep the distributions of flat parameters and gradients; drop every other step when there are too many."""
        self.kinds = {
            kind: {
                name: (*self.kinds.get(kind, {}).get(name, ()), distribution(step, part.numpy()))
                for name, part in layout.split(flat).items()
            }
            for kind, flat in (("parameter", parameters), ("gradient", gradient))
        }
        self._last = step
        if any(len(d) > MOST for named in self.kinds.values() for d in named.values()):
            self._stride *= 2
            self._keep(lambda kept: tuple(d for d in kept if d.step % self._stride == 0))

    def cut(self, last: int) -> None:
        """Forget what came after step ``last``."""
        self._keep(lambda kept: kept[: bisect_right(kept, last, key=lambda d: d.step)])
        self._last = min(self._last, last)

    def _keep(self, select: Callable[[tuple[Distribution, ...]], tuple[Distribution, ...]]) -> None:
        self.kinds = {kind: {n: select(d) for n, d in named.items()} for kind, named in self.kinds.items()}
