"""What a run records of every step: one row of numbers."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Protocol

import numpy as np

from gdsim.simulation.layout import ALL
from gdsim.simulation.simulation import Evaluation, Simulation

MOST_WAITING = 64
"""Steps whose rows are worked out together: numpy and torch are five times as quick at it then as one by one."""

MOST_NUMBERS = 1_000_000
"""Numbers that steps which wait for their rows may hold together."""


Rows = tuple[list[list[float]], int | None]
"""Rows, and the place of the first that holds what must be finite and is not."""


class Recorder(Protocol):
    """Makes the rows of a run's history.

    Attributes
    ----------
    columns
        What a row holds before the hyper-parameters.
    waiting
        How many states were seen whose rows have not been made.
    most
        How many may wait.
    """

    columns: tuple[str, ...]
    most: int

    @property
    def waiting(self) -> int: ...

    def see(self, simulation: Simulation, here: Evaluation, hyper: Mapping[str, float]) -> None:
        """Keep what the row of the present state is made from."""
        ...

    def rows(self) -> Rows:
        """Return the rows of all states that were seen since the last call."""
        ...


class ScalarRecorder:
    """Records every number of parameters that are scalars: the coordinates of a point on a surface."""

    most = 1

    def __init__(self, simulation: Simulation) -> None:
        names = list(simulation.parameters)
        velocity = [f"velocity_{n}" for n in names] if "velocity" in simulation.flat_state else []
        self.columns = ("loss", "grad_norm", *names, *(f"grad_{n}" for n in names), *velocity)
        self._row: list[float] = []

    @property
    def waiting(self) -> int:
        """How many states were seen whose rows have not been made."""
        return int(bool(self._row))

    def see(self, simulation: Simulation, here: Evaluation, hyper: Mapping[str, float]) -> None:
        """Note loss, gradient norm, parameters, gradient and velocity."""
        gradient, state = here.gradient.tolist(), simulation.flat_state
        velocity = state["velocity"][ALL].tolist() if "velocity" in state else []
        self._row = [
            here.loss, math.hypot(*gradient), *simulation.flat.tolist(), *gradient, *velocity, *hyper.values()
        ]  # fmt: skip

    def rows(self) -> Rows:
        """Return the row of the last state."""
        row, self._row = self._row, []
        return [row], None if all(map(math.isfinite, row)) else 0


class LayerRecorder:
    """Records norms layer by layer: there are too many numbers to keep of every step.

    ``grad_norm:LAYER`` is the norm of the gradient there, ``ratio:LAYER`` the norm of the update that led to the
    state over the norm of the parameters there (nan at step 0).
    """

    def __init__(self, simulation: Simulation) -> None:
        self._layout = layout = simulation.layout
        self.most = max(1, min(MOST_WAITING, MOST_NUMBERS // layout.size))
        self.columns = (
            "loss",
            *simulation.problem.measures,
            "grad_norm",
            *(f"grad_norm:{n}" for n in layout.layers),
            *(f"ratio:{n}" for n in layout.layers),
        )
        # Copied, because tensors that are kept make torch take new memory for the next ones, which is slower.
        shape = (self.most, layout.size)
        self._gradients, self._parameters, self._moves = (np.empty(shape, simulation.flat.numpy().dtype) for _ in "gpm")
        self._seen: list[tuple[float, Callable[[], tuple[float, ...]], Mapping[str, float]]] = []

    @property
    def waiting(self) -> int:
        """How many states were seen whose rows have not been made."""
        return len(self._seen)

    def see(self, simulation: Simulation, here: Evaluation, hyper: Mapping[str, float]) -> None:
        """Keep gradient, parameters and the move that led to them."""
        at = len(self._seen)
        self._gradients[at] = here.gradient.numpy()
        self._parameters[at] = simulation.flat.numpy()
        self._moves[at] = np.nan if simulation.move is None else simulation.move.numpy()
        self._seen.append((here.loss, here.measures, hyper))

    def rows(self) -> Rows:
        """Return loss, measures, gradient norms and update-to-weight ratios of each."""
        seen, count = self._seen, len(self._seen)
        self._seen = []
        gradients, weights, moves = (
            self._layout.norms(a[:count]) for a in (self._gradients, self._parameters, self._moves)
        )
        with np.errstate(all="ignore"):
            ratios = moves / weights
            totals = np.sqrt((gradients * gradients).sum(axis=1))
        finite = np.isfinite(totals) & np.isfinite(weights).all(axis=1) & np.isfinite([loss for loss, _, _ in seen])
        rows = [
            [loss, *measures(), total, *norm, *ratio, *hyper.values()]
            for (loss, measures, hyper), total, norm, ratio in zip(
                seen, totals.tolist(), gradients.tolist(), ratios.tolist(), strict=True
            )
        ]
        return rows, None if finite.all() else int(np.argmin(finite))


def recorder_of(simulation: Simulation) -> Recorder:
    """Return the recorder that fits the parameters: numbers where all are scalars, else norms of layers."""
    scalars = all(shape == () for shape in simulation.layout.shapes.values())
    return ScalarRecorder(simulation) if scalars else LayerRecorder(simulation)
