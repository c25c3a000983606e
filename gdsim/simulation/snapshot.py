"""Frozen pictures of a run, safe to hand to another thread: numpy only, every array copied or append-only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from gdsim.optimizers import Role
from gdsim.simulation.distributions import Distributions
from gdsim.simulation.events import Events

if TYPE_CHECKING:
    from gdsim.problems.base import Problem

Phase = Literal["zero_grad", "forward", "backward", "update"]
Graph = Literal["none", "kept", "freed"]
Values = dict[str, NDArray[Any]]
"""Arrays of float32 or float64 under their names, each of its parameter's shape."""


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
    role: Role
    value: Values


@dataclass(frozen=True, eq=False)
class UsedGradient:
    """What a rule is given, where that is not the gradient itself.

    Attributes
    ----------
    values
        The gradient with its noise, clipped, with weight decay.
    noise
        Standard normal noise; empty without.
    norm
        Norm of the gradient with its noise, which is clipped; None where it is not.
    """

    values: Values
    noise: Values
    norm: float | None


@dataclass(frozen=True, eq=False)
class UpdateValue:
    """An update: of the state before the present one, or the one that comes next.

    Attributes
    ----------
    terms
        Laid tip to tail they make the move.
    state
        The rule's state after it.
    used
        What the rule was given; None where that is the gradient itself.
    """

    terms: tuple[TermValue, ...]
    state: dict[str, Values]
    used: UsedGradient | None = None


@dataclass(frozen=True, eq=False)
class RunState:
    """One run of a race, as it is seen beside the one that is looked at.

    Attributes
    ----------
    step
        Number of updates that its present state has seen; less than the race's where it has diverged.
    columns, table
        Its recorded rows, shape ``(last_step + 1, len(columns))``.
    settings
        Its hyper-parameters at step 0, as they were set.
    changes, events
        As in `Snapshot`.
    diverged_at
        The step at which it stopped, or None.
    """

    step: int
    columns: tuple[str, ...]
    table: NDArray[np.float64]
    settings: dict[str, float]
    changes: dict[int, dict[str, float]]
    events: Events
    diverged_at: int | None

    def column(self, name: str) -> NDArray[np.float64]:
        """Return one recorded column, shape ``(last_step + 1,)``."""
        return self.table[:, self.columns.index(name)]


@dataclass(frozen=True, eq=False)
class RaceState:
    """All runs of a race.

    Attributes
    ----------
    number
        Which of them the snapshot is of.
    step
        Number of updates that those have seen which go on.
    last_step
        The last step that all of them have recorded which do not diverge before.
    runs
        The runs in the scenario's order.
    """

    number: int
    step: int
    last_step: int
    runs: tuple[RunState, ...]


@dataclass(frozen=True, eq=False)
class HeldGradient:
    """What ``.grad`` holds, as in torch: whatever the last calls of ``backward`` have added up.

    Attributes
    ----------
    values
        The gradient under the parameters' names, each of its parameter's shape.
    count
        Calls of ``backward`` that were added up since there was no gradient.
    step
        Number of updates made before the last of them; less than the present step where the gradient is stale.
    """

    values: Values
    count: int
    step: int


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
        The present state; its gradient is the one of the loss there, whatever ``.grad`` holds.
    before
        The state from which the last update was made; None at step 0, and where there are too many parameters.
    terms
        Terms of the last update; none without `before`.
    last_step
        Last step that is recorded; greater than ``now.step`` after a rewind.
    columns, table
        The recorded rows, shape ``(last_step + 1, len(columns))``.
    changes
        Hyper-parameters changed in mid-run, by step.
    events
        What was done by hand before an update, by step.
    diverged_at
        The step at which the run stopped because a number was no longer finite, or None.
    playing
        Whether the run goes on by itself.
    problem
        What is minimised; its data never change.
    grad
        What ``.grad`` holds; None where ``grad is None``.
    graph
        Whether there is a graph for ``backward`` to walk.
    stale_graph
        Whether the parameters have changed since that graph was made, so that torch refuses to walk it.
    move
        The last update, under the parameters' names; empty before the first.
    distributions
        Under ``'parameter'`` and ``'gradient'``: how the numbers of each parameter were spread at some of the steps.
    used
        What the rule was given for the last update; None where that was the gradient itself.
    part
        How many parts of the update that comes next are shown.
    coming
        That update, once its gradient is known (after `backward`); None where there are too many parameters.
    settings
        The hyper-parameters as they are set at the present step, whatever the schedule makes of the learning rate.
    race
        All runs; None where there is no race around the run.
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
    events: Events = field(default_factory=dict)
    diverged_at: int | None = None
    playing: bool = False
    problem: Problem | None = None
    grad: HeldGradient | None = None
    graph: Graph = "none"
    stale_graph: bool = False
    move: Values = field(default_factory=dict)
    distributions: Mapping[str, Distributions] = field(default_factory=dict)
    used: UsedGradient | None = None
    part: int = 0
    coming: UpdateValue | None = None
    settings: dict[str, float] = field(default_factory=dict)
    race: RaceState | None = None

    @property
    def number(self) -> int:
        """Which run of the race it is of."""
        return 0 if self.race is None else self.race.number

    def column(self, name: str) -> NDArray[np.float64]:
        """Return one recorded column, shape ``(last_step + 1,)``."""
        return self.table[:, self.columns.index(name)]
