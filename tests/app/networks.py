"""Snapshots of networks, as a run would give them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from gdsim.problems.data import DataSet
from gdsim.problems.network import Activation, Loss, NetworkProblem, chain
from gdsim.simulation.snapshot import HeldGradient, Point, Snapshot, Values


def network(
    sizes: Sequence[int] = (20, 13, 8, 3),
    activations: Sequence[Activation] = ("relu", "sigmoid", "identity"),
    bias: Sequence[bool] = (False, False, True),
    loss: Loss = "cross_entropy",
    samples: int = 12,
) -> NetworkProblem:
    """Return a network for random samples, by default of the lecture's sizes."""
    rng = np.random.default_rng(7)
    features = rng.uniform(-2, 2, (samples, sizes[0])).astype(np.float32)
    labels = rng.integers(0, sizes[-1], samples)
    data = DataSet(
        features, labels, tuple(f"x{i}" for i in range(sizes[0])), tuple(f"kind {i}" for i in range(sizes[-1]))
    )
    return NetworkProblem(chain(sizes[0], list(zip(sizes[1:], activations, bias, strict=True))), data, loss_name=loss)


def weights(problem: NetworkProblem) -> Values:
    """Return the network's first weights and biases."""
    return {name: value.numpy() for name, value in problem.initial_parameters().items()}


def snapshot(
    problem: NetworkProblem, parameters: Values | None = None, grad: HeldGradient | None = None, step: int = 3
) -> Snapshot:
    """Return a state of a run at rest."""
    values = weights(problem) if parameters is None else parameters
    now = Point(step, values, 1.0, {}, {}, {"learning_rate": 0.1})
    return Snapshot(1, "backward", now, None, (), step, (), np.zeros((step + 1, 0)), problem=problem, grad=grad)
