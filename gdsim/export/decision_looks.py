"""How a decision map looks, in figures and in the window: colours of classes, and which samples are drawn."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from gdsim.problems.data import DataSet

MOST_POINTS = 5000
"""Samples of a set that are drawn at most."""

MOST_NAMES = 8
"""Classes that a legend names at most."""

FAINTEST, STRONGEST = 0.10, 0.55
"""Share of a class's colour where the network is least and most sure of it."""

_OKABE_ITO = ("#0072b2", "#e69f00", "#009e73", "#cc79a7", "#d55e00", "#56b4e9", "#f0e442")

Samples = tuple[NDArray[np.float32], NDArray[np.int64], bool]
"""Places, shape ``(n, 2)``, their classes ``(n,)``, and whether they are hollow."""


def class_colour(index: int) -> str:
    """Return the colour of a class: Okabe and Ito's, then darker ones for more classes than they have."""
    turn, place = divmod(index, len(_OKABE_ITO))
    colour, share = _OKABE_ITO[place], 1 / (1 + 0.5 * turn)
    return "#" + "".join(f"{round(int(colour[at : at + 2], 16) * share):02x}" for at in (1, 3, 5))


def drawn_samples(data: DataSet, held_out: DataSet | None) -> list[Samples]:
    """Return the samples that are drawn, always the same: those that are learned, then those held out."""
    return [_thinned(each, each is held_out) for each in (data, held_out) if each is not None]


def _thinned(data: DataSet, hollow: bool) -> Samples:
    if len(data) <= MOST_POINTS:
        return data.features, data.labels, hollow
    which = np.random.default_rng(0).choice(len(data), MOST_POINTS, replace=False)
    return data.features[which], data.labels[which], hollow
