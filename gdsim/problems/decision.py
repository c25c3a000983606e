"""Which class a network of two inputs gives to each place of the plane."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gdsim.errors import InputError
from gdsim.i18n import tr
from gdsim.problems.data import DataSet
from gdsim.problems.network import Layer, Loss, walk
from gdsim.problems.unit import class_shares

Range = tuple[float, float]

_FINEST, _COARSEST = 100, 8
_SECONDS = 0.025
# Measured on one core: multiplications of large layers, and what each unit costs beside, activation included.
_SECONDS_PER_WEIGHT, _SECONDS_PER_UNIT = 3e-11, 4e-9


@dataclass(frozen=True, eq=False)
class DecisionGrid:
    """The plane, classified cell by cell.

    Attributes
    ----------
    x, y
        Middles of the cells, shapes ``(nx,)`` and ``(ny,)``.
    x_range, y_range
        What the cells cover.
    classes
        Index of the class at ``(y[i], x[j])``, shape ``(ny, nx)``; -1 where the outputs are not numbers.
    certainty
        How sure the network is of it, from 1 / classes to 1, shape ``(ny, nx)``; 0 where there is no class.
    guesses
        Class of each of the ``points``, one array for each of their sets; -1 where it is not known, be it that the
        outputs are not numbers or that a large network has no time for so many.
    """

    x: NDArray[np.float64]
    y: NDArray[np.float64]
    x_range: Range
    y_range: Range
    classes: NDArray[np.intp]
    certainty: NDArray[np.float32]
    guesses: tuple[NDArray[np.intp], ...] = ()


def decision_grid(
    layers: Sequence[Layer],
    parameters: Mapping[str, NDArray[Any]],
    x_range: Range,
    y_range: Range,
    resolution: int,
    loss: Loss = "cross_entropy",
    points: Sequence[NDArray[np.float32]] = (),
) -> DecisionGrid:
    """Classify ``resolution`` x ``resolution`` cells.

    Parameters
    ----------
    layers, parameters
        The network, with weights and biases under their names.
    x_range, y_range
        The part of the plane, first and second feature.
    resolution
        Cells along each side: see `grid_resolution`.
    loss
        What the outputs mean: see `gdsim.problems.unit.class_shares`.
    points
        Sets of samples that are classified beside, each of shape ``(n, 2)``.

    Raises
    ------
    InputError
        If the network does not take two inputs.
    """
    if layers[0].inputs != 2:
        raise InputError(tr("A decision map needs data with two features; these have {count}.", count=layers[0].inputs))
    x, y = _middles(x_range, resolution), _middles(y_range, resolution)
    classes, certainty = _classify(_shares(layers, parameters, _places(x, y), loss))
    guesses = []
    most = max(_COARSEST**2, _affordable(layers))
    for each in points:
        guesses.append(np.full(len(each), -1, dtype=np.intp))
        guesses[-1][:most] = _classify(_shares(layers, parameters, np.ascontiguousarray(each[:most]), loss))[0]
    shape = (resolution, resolution)
    return DecisionGrid(x, y, x_range, y_range, classes.reshape(shape), certainty.reshape(shape), tuple(guesses))


def class_leads(
    layers: Sequence[Layer],
    parameters: Mapping[str, NDArray[Any]],
    x: NDArray[np.float64],
    y: NDArray[np.float64],
    loss: Loss = "cross_entropy",
) -> NDArray[np.float32]:
    """Return by how much each class is ahead of the best other one, which is 0 where two regions meet.

    Parameters
    ----------
    layers, parameters
        The network, with weights and biases under their names.
    x, y
        Values of the first and the second feature, shapes ``(nx,)`` and ``(ny,)``.
    loss
        As of `decision_grid`.

    Returns
    -------
    ndarray
        Shape ``(classes, ny, nx)``, -1 to 1; ``nan`` where the outputs are not numbers.
    """
    shares = _shares(layers, parameters, _places(x, y), loss)
    order = np.sort(shares, axis=1)
    best, second = order[:, -1:], order[:, -2:-1] if order.shape[1] > 1 else np.zeros_like(order)
    leads = shares - np.where(shares == best, second, best)
    return leads.T.reshape(-1, len(y), len(x))


def grid_resolution(layers: Sequence[Layer]) -> int:
    """Return into how many cells a side is divided, so that a grid takes some hundredths of a second.

    Only the largest networks take longer: for them there are 8 x 8 cells.
    """
    return max(_COARSEST, min(_FINEST, math.isqrt(_affordable(layers))))


def _affordable(layers: Sequence[Layer]) -> int:
    """Return how many samples can be classified in the time that a grid may take."""
    weights = sum(layer.inputs * layer.units for layer in layers)
    units = sum(layer.units for layer in layers)
    return int(_SECONDS / (weights * _SECONDS_PER_WEIGHT + units * _SECONDS_PER_UNIT))


def data_ranges(*sets: DataSet | None) -> tuple[Range, Range]:
    """Return the part of the plane in which the samples of all sets lie, with a margin: first and second feature."""
    features = np.concatenate([each.features[:, :2] for each in sets if each is not None]).astype(np.float64)
    low, high = features.min(0), features.max(0)
    margin = np.where(high > low, 0.1 * (high - low), 1.0)
    (x0, y0), (x1, y1) = (low - margin).tolist(), (high + margin).tolist()
    return (x0, x1), (y0, y1)


def _middles(ends: Range, count: int) -> NDArray[np.float64]:
    return ends[0] + (ends[1] - ends[0]) * (np.arange(count) + 0.5) / count


def _places(x: NDArray[np.float64], y: NDArray[np.float64]) -> NDArray[np.float32]:
    places = np.empty((len(y), len(x), 2), dtype=np.float32)
    places[..., 0], places[..., 1] = x, y[:, None]
    return places.reshape(-1, 2)


def _shares(
    layers: Sequence[Layer], parameters: Mapping[str, NDArray[Any]], features: NDArray[np.float32], loss: Loss
) -> NDArray[np.float32]:
    return class_shares(walk(layers, parameters, features)[-1].outputs, loss)


def _classify(shares: NDArray[np.float32]) -> tuple[NDArray[np.intp], NDArray[np.float32]]:
    known = np.isfinite(shares).all(1)
    classes = np.where(known, shares.argmax(1), -1)
    return classes, np.where(known, shares.max(1), 0).astype(np.float32)
