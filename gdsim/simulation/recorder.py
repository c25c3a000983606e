"""What a run records of every step: one row of numbers."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from gdsim.simulation.distributions import DistributionLog
from gdsim.simulation.layout import ALL
from gdsim.simulation.simulation import Evaluation, Simulation

MOST_WAITING = 64
"""Steps whose rows are worked out together: numpy and torch are five times as quick at it then as one by one."""

MOST_NUMBERS = 1_000_000
"""Numbers that steps which wait for their rows may hold together."""

Rows = NDArray[np.float64]
"""One row a step: what `Recorder.columns` names, then the hyper-parameters."""


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
    waiting: int
    most: int

    def see(self, simulation: Simulation, here: Evaluation, note: Any, hyper: Mapping[str, float]) -> bool:
        """Keep what the row of the present state is made from; tell whether all that must be finite is."""
        ...

    def rows(self, first: int, distributions: DistributionLog) -> Rows:
        """Return the rows of all states that were seen since the last call, of which ``first`` is the first's step.

        What there is to keep of their distributions goes into ``distributions``.
        """
        ...


class ScalarRecorder:
    """Records every number of parameters that are scalars: the coordinates of a point on a surface."""

    most = 1

    def __init__(self, simulation: Simulation) -> None:
        names = list(simulation.parameters)
        velocity = [f"velocity_{n}" for n in names] if "velocity" in simulation.flat_state else []
        self.columns = ("loss", "grad_norm", *names, *(f"grad_{n}" for n in names), *velocity)
        self.waiting = 0
        self._row: list[float] = []

    def see(self, simulation: Simulation, here: Evaluation, note: Any, hyper: Mapping[str, float]) -> bool:
        """Note loss, gradient norm, parameters, gradient and velocity."""
        gradient, state = here.gradient.tolist(), simulation.flat_state
        velocity = state["velocity"][ALL].tolist() if "velocity" in state else []
        self._row = [
            here.loss, math.hypot(*gradient), *simulation.flat.tolist(), *gradient, *velocity, *hyper.values()
        ]  # fmt: skip
        self.waiting = 1
        return all(map(math.isfinite, self._row))

    def rows(self, first: int, distributions: DistributionLog) -> Rows:
        """Return the row of the last state; two numbers have no distribution."""
        self.waiting = 0
        return np.array([self._row])


class LayerRecorder:
    """Records norms layer by layer: there are too many numbers to keep of every step.

    ``grad_norm:LAYER`` is the norm of the gradient there, ``ratio:LAYER`` the norm of the update that led to the
    state over the norm of the parameters there (nan at step 0).
    """

    def __init__(self, simulation: Simulation) -> None:
        import torch

        self._dot = torch.dot
        self._layout = layout = simulation.layout
        self.most = max(1, min(MOST_WAITING, MOST_NUMBERS // layout.size))
        self.waiting = 0
        self.columns = (
            "loss",
            *simulation.problem.measures,
            "grad_norm",
            *(f"grad_norm:{n}" for n in layout.layers),
            *(f"ratio:{n}" for n in layout.layers),
        )
        # Copied, because tensors that are kept make torch take new memory for the next ones, which is slower.
        kept = torch.empty((self.most, 3, layout.size), dtype=simulation.flat.dtype)
        self._rows = [tuple(row) for row in kept]
        self._kept: NDArray[Any] = kept.numpy()
        self._no_move = torch.full_like(simulation.flat, math.nan)
        self._meter = simulation.problem.meter()
        self._losses: list[float] = []
        self._hyper: list[tuple[int, Mapping[str, float]]] = []

    def see(self, simulation: Simulation, here: Evaluation, note: Any, hyper: Mapping[str, float]) -> bool:
        """Keep gradient, parameters and the move that led to them."""
        loss, gradient = here
        at, parameters, move = self.waiting, simulation.flat, simulation.move
        self._meter.see(simulation.operands, simulation.step_count, note)
        to_gradient, to_parameters, to_move = self._rows[at]
        to_gradient.copy_(gradient)
        to_parameters.copy_(parameters)
        to_move.copy_(self._no_move if move is None else move)
        self._losses.append(loss)
        if not self._hyper or self._hyper[-1][1] is not hyper:
            self._hyper.append((at, hyper))
        self.waiting = at + 1
        # One product tells of both, for not even 0 times infinity is finite; it may overflow where both are finite.
        if math.isfinite(loss) and math.isfinite(self._dot(gradient, parameters).item()):
            return True
        return math.isfinite(loss) and bool(np.isfinite(self._kept[at, :2]).all())

    def rows(self, first: int, distributions: DistributionLog) -> Rows:
        """Return loss, measures, gradient norms and update-to-weight ratios of each."""
        count, layers = self.waiting, len(self._layout.layers)
        kept = self._kept[:count]
        norms = self._layout.norms(kept.reshape(3 * count, -1)).reshape(count, 3, layers)
        gradients, weights, moves = norms[:, 0], norms[:, 1], norms[:, 2]
        measured = np.array(self._meter.rows()).reshape(count, -1)
        result = np.empty((count, len(self.columns) + len(self._hyper[0][1])))
        result[:, 0] = self._losses
        end = 1 + measured.shape[1]
        result[:, 1:end] = measured
        result[:, end] = np.sqrt((gradients * gradients).sum(axis=1))
        result[:, end + 1 : end + 1 + layers] = gradients
        with np.errstate(all="ignore"):
            result[:, end + 1 + layers : end + 1 + 2 * layers] = moves / weights
        for start, hyper in self._hyper:
            result[start:, end + 1 + 2 * layers :] = tuple(hyper.values())
        self.waiting = 0
        self._losses, self._hyper = [], []
        distributions.see(first, self._layout, parameter=kept[:, 1], gradient=kept[:, 0])
        return result


def recorder_of(simulation: Simulation) -> Recorder:
    """Return the recorder that fits the parameters: numbers where all are scalars, else norms of layers."""
    scalars = all(shape == () for shape in simulation.layout.shapes.values())
    return ScalarRecorder(simulation) if scalars else LayerRecorder(simulation)
