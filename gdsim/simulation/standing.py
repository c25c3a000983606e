"""Where the runs of a race stand."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from gdsim.formula import Formula
from gdsim.simulation.snapshot import RunState

Where = Literal["running", "converged", "diverged"]


@dataclass(frozen=True)
class Goal:
    """What the runs are on their way to.

    Attributes
    ----------
    lowest
        Loss of the lowest known minimum; None where none is known.
    minima
        Known minima, shape ``(m, parameters)``; empty where none is known.
    names
        The parameters, in the order of the columns of `minima`.
    """

    lowest: float | None
    minima: NDArray[np.float64]
    names: tuple[str, ...] = ()


NETWORK_GOAL = Goal(0.0, np.empty((0, 0)))
"""A network's loss is never below 0; where its minima are is not known."""


def surface_goal(formula: Formula, names: tuple[str, ...], minima: NDArray[np.float64]) -> Goal:
    """Return the goal of runs on a surface with these minima, shape ``(m, 2)``."""
    if not len(minima):
        return Goal(None, minima, names)
    heights = formula.evaluate(dict(zip(names, minima.T, strict=True)))
    return Goal(float(np.min(heights)), minima, names)


@dataclass(frozen=True)
class Standing:
    """Where one run stands; see `gdsim.app.panels.run_rows.RunRow`."""

    loss: float
    distance: float | None
    gradient_norm: float
    reached: int | None
    where: Where


def standing(state: RunState, goal: Goal, tolerance: float) -> Standing:
    """Return where a run stands: it has converged when its loss is at most ``tolerance`` above the lowest minimum's.

    ``reached`` is the first step of all that are recorded at which that was so.
    """
    losses = state.column("loss")
    at = min(state.step, len(losses) - 1)
    reached: int | None = None
    where: Where = "running"
    if goal.lowest is not None:
        near = np.flatnonzero(losses <= goal.lowest + tolerance)
        reached = int(near[0]) if len(near) else None
        if losses[at] <= goal.lowest + tolerance:
            where = "converged"
    if state.diverged_at is not None and state.diverged_at <= state.step:
        where = "diverged"
    norm = float(state.column("grad_norm")[at])
    return Standing(float(losses[at]), _distance(state, goal, at), norm, reached, where)


def _distance(state: RunState, goal: Goal, at: int) -> float | None:
    if not len(goal.minima):
        return None
    here = [float(state.column(name)[at]) for name in goal.names]
    # Plain numbers overflow without a warning.
    return min(math.dist(here, minimum) for minimum in goal.minima.tolist())
