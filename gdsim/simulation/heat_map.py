"""How the numbers of a tensor were spread over a run, on one scale of values for all steps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gdsim.simulation.distributions import Distribution


@dataclass(frozen=True, eq=False)
class HeatMap:
    """Shares of the numbers by step and value.

    Attributes
    ----------
    steps
        Steps of the distributions, ascending, shape ``(k,)``.
    edges
        Ends of the rows, in the unit of the numbers, ascending, shape ``(rows + 1,)``.
    shares
        Share of the finite numbers at a step that lie in a row, shape ``(k, rows)``. Each step's shares add up to 1,
        or to 0 where there was no finite number.
    """

    steps: NDArray[np.int64]
    edges: NDArray[np.float64]
    shares: NDArray[np.float64]

    def at(self, step: float) -> int:
        """Return the index of the last distribution at or before ``step``, -1 where there is none."""
        return int(np.searchsorted(self.steps, step, side="right")) - 1


def ends(kept: Sequence[Distribution]) -> tuple[float, float] | None:
    """Return the smallest and the largest number of all ``kept``; None where there is no finite one."""
    filled = [d for d in kept if d.counts.any()]
    if not filled:
        return None
    return min(d.low for d in filled), max(d.high for d in filled)


def heat_map(kept: Sequence[Distribution], rows: int) -> HeatMap | None:
    """Bring distributions to ``rows`` equal rows from the smallest to the largest number of them all.

    The numbers of a bin are taken to be spread evenly over it, so the share of a row is the difference of the
    cumulative counts at its ends: nothing is lost or counted twice, however bins and rows lie.

    Parameters
    ----------
    kept
        Distributions by ascending step, all with the same number of bins.
    rows
        Number of rows.

    Returns
    -------
    HeatMap or None
        None where there is no finite number.
    """
    reach = ends(kept)
    if reach is None:
        return None
    low, high = reach
    if low == high:
        # Room around a single value.
        margin = abs(low) / 10 or 0.5
        low, high = low - margin, high + margin
    edges = low * (1 - np.arange(rows + 1) / rows) + high * (np.arange(rows + 1) / rows)
    edges[-1] = high
    shares = resampled(
        np.array([d.counts for d in kept], dtype=np.float64),
        np.array([d.low for d in kept]),
        np.array([d.high for d in kept]),
        edges,
    )
    return HeatMap(np.array([d.step for d in kept], dtype=np.int64), edges, shares)


def resampled(
    counts: NDArray[np.float64], low: NDArray[np.float64], high: NDArray[np.float64], edges: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return the shares of histograms between other edges.

    Parameters
    ----------
    counts
        Shape ``(k, bins)``: of each histogram the counts in equal bins between ``low`` and ``high``.
    low, high
        Shape ``(k,)``; where they are equal all numbers have that one value.
    edges
        Ascending, shape ``(rows + 1,)``. A row holds its lower edge; the last one both.

    Returns
    -------
    ndarray
        Shape ``(k, rows)``; what lies outside the edges is left out.
    """
    bins = counts.shape[1]
    below = np.concatenate((np.zeros((len(counts), 1)), np.cumsum(counts, axis=1)), axis=1)
    # Halves, since the difference of two doubles may be no double.
    width = (high / 2 - low / 2)[:, None]
    one = width == 0
    place = np.clip((edges / 2 - low[:, None] / 2) / np.where(one, 1.0, width), 0, 1) * bins
    place = np.where(one, np.where(edges > low[:, None], float(bins), 0.0), place)
    # The largest number belongs to the last row.
    place[:, -1] = np.where(edges[-1] >= high, float(bins), place[:, -1])
    whole = np.minimum(place.astype(np.intp), bins - 1)
    row = np.arange(len(counts))[:, None]
    cumulative = below[row, whole] + (place - whole) * counts[row, whole]
    total = below[:, -1:]
    shares: NDArray[np.float64] = np.diff(cumulative, axis=1) / np.maximum(total, 1)
    return shares
