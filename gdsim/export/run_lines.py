"""The recorded numbers of runs as lines of a chart: plain arrays, for figures and the window alike."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

FAR = 10.0
"""What is so many times as large as anything of the runs that go on is not charted."""

_LOST = 1000.0
"""How many times as high as any run began one may end and still go on; beyond it is on its way to diverge."""

_NOT_POSITIVE = 1 / 3
"""Share of values without a logarithm above which an axis is linear after all."""


class Recorded(Protocol):
    """A run with its rows: `gdsim.simulation.snapshot.Snapshot` and `RunState`."""

    @property
    def diverged_at(self) -> int | None:
        """The step at which it stopped, or None."""

    def column(self, name: str) -> Floats:
        """Return one recorded column."""


def without_the_lost(states: Sequence[Recorded], column: str, lines: Sequence[Floats]) -> list[Floats]:
    """Leave out of ``lines`` what is far beyond the runs that go on: one that diverges would flatten all others.

    Parameters
    ----------
    states
        All runs of a race.
    column
        Which of their columns is charted.
    lines
        What is to be charted of it, each line as long as its run.

    Returns
    -------
    list of ndarray
        The lines, with ``nan`` for what is left out.
    """
    rows = [state.column(column) for state in states]
    going = [values for values, lost in zip(rows, are_lost(states, column), strict=True) if not lost]
    if len(going) == len(rows):
        return list(lines)
    with np.errstate(invalid="ignore"):
        most = FAR * max(float(np.nanmax(np.abs(values))) for values in going)
        return [np.where(np.abs(values) <= most, values, np.nan) for values in lines]


def are_lost(states: Sequence[Recorded], column: str) -> list[bool]:
    """Tell of each run of a race whether it would flatten those that go on; of none where no run goes on."""
    rows = [state.column(column) for state in states]
    begin = max((abs(float(values[0])) for values in rows if len(values)), default=0.0)
    limit = _LOST * begin if math.isfinite(begin) and begin > 0 else math.inf
    lost = [
        state.diverged_at is not None or not len(values) or abs(float(values[-1])) > limit
        for state, values in zip(states, rows, strict=True)
    ]
    return [False] * len(lost) if all(lost) else lost


def has_logarithms(finite: int, positive: int) -> bool:
    """Tell whether enough of the finite values are positive to be drawn on a logarithmic axis."""
    return finite - positive <= _NOT_POSITIVE * finite
