"""Samples as a network's loss takes them, and the share of them that it classifies right."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from torch import Tensor

    from gdsim.problems.base import Operands
    from gdsim.problems.data import DataSet

MOST_WAITING = 64
"""Steps whose right answers are counted together."""

MOST_NUMBERS = 1_000_000
"""Answers that wait to be counted, at most."""


class Batch:
    """Samples as tensors.

    Attributes
    ----------
    features
        Shape ``(n, features)``.
    labels
        Shape ``(n,)``.
    targets
        For the squared error: 1 for each sample's class and 0 for the others, shape ``(n, classes)``; else None.
    """

    features: Tensor
    labels: Tensor
    targets: Tensor | None

    @classmethod
    def of(cls, data: DataSet, outputs: int | None) -> Batch:
        """Return all samples of ``data``, with targets where the number of ``outputs`` is given."""
        import torch
        from torch.nn.functional import one_hot

        features, labels = torch.from_numpy(data.features), torch.from_numpy(data.labels)
        return cls._made(features, labels, one_hot(labels, outputs).to(features.dtype) if outputs else None)

    @classmethod
    def _made(cls, features: Tensor, labels: Tensor, targets: Tensor | None) -> Batch:
        result = cls()
        result.features, result.labels, result.targets = features, labels, targets
        return result

    def __getitem__(self, which: Tensor | slice) -> Batch:
        """Return some of the samples: those of a slice share their memory with these."""
        return Batch._made(
            self.features[which], self.labels[which], None if self.targets is None else self.targets[which]
        )


class RightAnswers:
    """Marks which samples are classified right, and counts them many steps at a time.

    Parameters
    ----------
    samples
        Samples of a step, at most.
    """

    def __init__(self, samples: int) -> None:
        import torch

        self._argmax, self._eq = torch.argmax, torch.eq
        depth = max(1, min(MOST_WAITING, MOST_NUMBERS // samples))
        right = torch.zeros((depth, samples), dtype=torch.bool)
        self._rows, self._right = list(right), right.numpy()
        self._sizes: list[int] = []
        self._shares: list[float] = []

    def see(self, outputs: Tensor, labels: Tensor) -> None:
        """Note a step's outputs, shape ``(n, classes)``, and the classes that are right, shape ``(n,)``."""
        at, size = len(self._sizes), len(labels)
        row = self._rows[at]
        self._eq(self._argmax(outputs, 1), labels, out=row if len(row) == size else row[:size])
        self._sizes.append(size)
        if at + 1 == len(self._rows):
            self._count()

    def shares(self) -> list[float]:
        """Return the share of right answers of each step that was seen since the last call."""
        self._count()
        result, self._shares = self._shares, []
        return result

    def _count(self) -> None:
        for right, size in zip(self._right, self._sizes, strict=False):
            self._shares.append(int(np.count_nonzero(right[:size])) / size)
        self._sizes = []


class Accuracy:
    """The meter of a network: the share of each batch that is classified right, and how held-out samples fare.

    Parameters
    ----------
    right
        Counts the right answers.
    steps_per_epoch
        The held-out samples are judged at the first step of each epoch; between, their loss and accuracy are nan.
    judged
        Returns loss and accuracy of the samples held out; None where there are none.
    """

    def __init__(
        self, right: RightAnswers, steps_per_epoch: int, judged: Callable[[Operands], tuple[float, float]] | None
    ) -> None:
        self._right = right
        self._steps_per_epoch = steps_per_epoch
        self._judge = judged
        self._judged: list[tuple[float, float]] = []

    def see(self, operands: Operands, step: int, note: tuple[Tensor, Batch]) -> None:
        """Note the outputs for the batch of ``step``, and judge the samples held out where an epoch begins."""
        outputs, batch = note
        self._right.see(outputs, batch.labels)
        if self._judge is not None:
            self._judged.append((math.nan, math.nan) if step % self._steps_per_epoch else self._judge(operands))

    def rows(self) -> list[tuple[float, ...]]:
        """Return accuracy, and loss and accuracy of what is held out, of all states seen since the last call."""
        shares, judged = self._right.shares(), self._judged
        self._judged = []
        if self._judge is None:
            return [(share,) for share in shares]
        return [(share, *held_out) for share, held_out in zip(shares, judged, strict=True)]


def share_right(outputs: Tensor, labels: Tensor) -> float:
    """Return the share of samples whose largest output is that of their class."""
    return int((outputs.argmax(1) == labels).sum()) / len(labels)
