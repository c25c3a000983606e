"""How the numbers of a tensor are spread, at one step and over a run."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from gdsim.simulation.layout import Layout

BINS = 64
"""Bins of equal width, from the smallest number to the largest."""

MOST = 256
"""Steps of which a run keeps the distributions; they are thinned evenly as it grows."""

PART = 1_000_000
"""Numbers that are sorted into bins together."""


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
    with np.errstate(invalid="ignore"):
        low, high = (float(flat.min()), float(flat.max())) if flat.size else (0.0, 0.0)
    if not (np.isfinite(low) and np.isfinite(high)):
        flat = flat[np.isfinite(flat)]
        low, high = (float(flat.min()), float(flat.max())) if flat.size else (0.0, 0.0)
    # By hand: numpy.histogram spends five times as long on finding out what it was given. In parts, to save memory.
    counts = np.zeros(BINS, np.int64)
    for start in range(0, flat.size, PART):
        part = flat[start : start + PART].astype(np.float64)
        counts += np.bincount(_places(part, low, _scale(low, high)), minlength=BINS)
    return Distribution(step, low, high, counts)


def _scale(low: Any, high: Any) -> Any:
    """Return bins per unit; 0 where all numbers are equal, or so close that they cannot be told apart."""
    with np.errstate(all="ignore"):
        scale = BINS / np.subtract(high, low)
    return np.where(np.isfinite(scale), scale, 0.0)


def _places(values: NDArray[np.float64], low: Any, scale: Any) -> NDArray[np.intp]:
    places: NDArray[np.intp] = ((values - low) * scale).astype(np.intp)
    return np.minimum(places, BINS - 1)


def _together(steps: Sequence[int], layout: Layout, flats: NDArray[Any]) -> list[list[Distribution]]:
    """Return the distributions of each parameter at each of ``steps``; ``flats`` has the shape ``(steps, size)``."""
    with np.errstate(invalid="ignore"):
        low = np.minimum.reduceat(flats, layout.starts, axis=1).astype(np.float64)
        high = np.maximum.reduceat(flats, layout.starts, axis=1).astype(np.float64)
    if flats.size > PART or not (np.isfinite(low).all() and np.isfinite(high).all()):
        parts = [np.split(flat, layout.starts[1:]) for flat in flats]
        return [[distribution(step, part) for part in named] for step, named in zip(steps, parts, strict=True)]
    sizes = np.diff(layout.starts, append=layout.size)
    first_bins = BINS * np.arange(low.size).reshape(low.shape)
    wide_low, wide_scale, wide_first = (np.repeat(a, sizes, axis=1) for a in (low, _scale(low, high), first_bins))
    places = _places(flats.astype(np.float64), wide_low, wide_scale) + wide_first
    counts = np.bincount(places.ravel(), minlength=low.size * BINS).reshape(*low.shape, BINS)
    table = zip(steps, low.tolist(), high.tolist(), counts, strict=True)
    return [
        [Distribution(step, a, b, count.copy()) for a, b, count in zip(lows, highs, named, strict=True)]
        for step, lows, highs, named in table
    ]


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

    def see(self, first: int, layout: Layout, **kinds: NDArray[Any]) -> None:
        """Keep what there is to keep of steps that follow each other; drop every other one when there are too many.

        Parameters
        ----------
        first
            The first of the steps.
        layout
            Where each parameter lies.
        **kinds
            ``parameter`` and ``gradient``, each with flat numbers of all these steps, shape ``(steps, size)``.
        """
        count = len(next(iter(kinds.values())))
        due = max(first, self._last + 1)
        steps = range(due + -due % self._stride, first + count, self._stride)
        if not steps:
            return
        self._last = steps[-1]
        rows = slice(steps[0] - first, None, self._stride)
        together = np.concatenate([flats[rows] for flats in kinds.values()])
        new = iter(_together([*steps] * len(kinds), layout, together))
        # Tuples, because those that were handed out are read by another thread.
        self.kinds = {kind: self._longer(self.kinds.get(kind, {}), layout, islice(new, len(steps))) for kind in kinds}
        while any(len(kept) > MOST for named in self.kinds.values() for kept in named.values()):
            self._stride *= 2
            self._keep(lambda kept: tuple(d for d in kept if d.step % self._stride == 0))

    def cut(self, last: int) -> None:
        """Forget what came after step ``last``."""
        self._keep(lambda kept: kept[: bisect_right(kept, last, key=lambda d: d.step)])
        self._last = min(self._last, last)

    @staticmethod
    def _longer(kept: Distributions, layout: Layout, new: Iterable[list[Distribution]]) -> Distributions:
        columns = zip(*new, strict=True)
        return {name: (*kept.get(name, ()), *column) for name, column in zip(layout.shapes, columns, strict=True)}

    def _keep(self, select: Callable[[tuple[Distribution, ...]], tuple[Distribution, ...]]) -> None:
        self.kinds = {kind: {n: select(d) for n, d in named.items()} for kind, named in self.kinds.items()}
