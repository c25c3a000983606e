"""Frozen pictures of a run, safe to hand to another thread: numpy only, every array copied or append-only."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Phase = Literal["forward", "backward", "update"]
Values = dict[str, NDArray[np.float64]]


@dataclass(frozen=True, eq=False)
class Point:
    """One state and what was computed there.

    Attributes
    ----------
    step
        Number of updates made before it.
    parameters
        Values under the parameters' names, each of its own shape.
    loss
        Loss at the parameters.
    gradient
        Gradient of the loss at the parameters.
    state
        The rule's state (``velocity``) after ``step`` updates.
    hyper
        Hyper-parameters in force for the next update.
    """

    step: int
    parameters: Values
    loss: float
    gradient: Values
    state: dict[str, Values]
    hyper: dict[str, float]


@dataclass(frozen=True, eq=False)
class TermValue:
    """One term of the last update; laid tip to tail the terms make the move."""

    name: str
    role: Literal["gradient", "velocity"]
    value: Values


@dataclass(frozen=True, eq=False)
class Snapshot:
    """What the interface shows of a run.

    Attributes
    ----------
    run_id
        Number of the run that it belongs to; one of an earlier run is to be dropped.
    phase
        What was done last.
    now
        The present state.
    before
        The state from which the last update was made, None at step 0.
    terms
        Terms of the last update.
    last_step
        Last step that is recorded; greater than ``now.step`` after a rewind.
    columns, table
        The recorded rows, shape ``(last_step + 1, len(columns))``.
    changes
        Hyper-parameters changed in mid-run, by step.
    diverged_at
        The step at which the run stopped because a number was no longer finite, or None.
    playing
        Whether the run goes on by itself.
    """

    run_id: int
    phase: Phase
    now: Point
    before: Point | None
    terms: tuple[TermValue, ...]
    last_step: int
    columns: tuple[str, ...]
    table: NDArray[np.float64]
    changes: dict[int, dict[str, float]] = field(default_factory=dict)
    diverged_at: int | None = None
    playing: bool = False

    def column(self, name: str) -> NDArray[np.float64]:
        """Return one recorded column, shape ``(last_step + 1,)``."""
        return self.table[:, self.columns.index(name)]
