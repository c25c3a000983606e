"""Samples with class labels, as networks are trained on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from gdsim.errors import InputError
from gdsim.i18n import tr


@dataclass(frozen=True, eq=False)
class DataSet:
    """Samples, each of one class.

    Attributes
    ----------
    features
        Shape ``(samples, features)``, float32.
    labels
        Index of each sample's class, shape ``(samples,)``, int64.
    feature_names
        Name of each feature.
    class_names
        Name of each class, by its index.
    """

    features: NDArray[np.float32]
    labels: NDArray[np.int64]
    feature_names: tuple[str, ...]
    class_names: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.labels)


def generate(source: str, samples: int, noise: float, seed: int) -> DataSet:
    """Return a data set by its name: the lecture's, or one with two features that can be drawn.

    Parameters
    ----------
    source
        One of `GENERATED`; each shape is described at its function.
    samples
        Number of samples, 2 at least; the classes take turns, so that their numbers differ by one at most.
    noise
        Standard deviation of what is added to each feature, in the features' own unit; with 0 the shape is exact.
    seed
        The same seed gives the same samples.

    The lecture's set has its own size and no noise.

    Raises
    ------
    InputError
        If there is no such set, or the samples or the noise are no such numbers.
    """
    if source == "lecture":
        return _lecture(seed)
    if source not in _SHAPES:
        known = ", ".join(GENERATED)
        raise InputError(tr("There is no data set {source}: choose one of {known}.", source=source, known=known))
    if samples < 2:
        raise InputError(tr("A data set needs two samples at least, not {count}.", count=samples))
    if not 0 <= noise < np.inf:
        raise InputError(tr("The noise cannot be {noise}: it is a standard deviation, 0 or more.", noise=noise))
    shape, classes = _SHAPES[source]
    random = np.random.default_rng(seed)
    labels = np.arange(samples) % classes
    points = shape(labels, random) + noise * random.standard_normal((samples, 2))
    names = tuple(str(index) for index in range(classes))
    return DataSet(points.astype(np.float32), labels.astype(np.int64), ("x1", "x2"), names)


def split(data: DataSet, share: float, seed: int) -> tuple[DataSet, DataSet | None]:
    """Return the samples to learn from and those held out.

    Parameters
    ----------
    data
        The samples to divide; both parts keep their order.
    share
        The part to hold out, from 0 to 1, rounded to whole samples; with 0 nothing is held out and the second is None.
    seed
        Decides which samples are held out, without regard to their classes.

    Raises
    ------
    InputError
        If no sample would be left to learn from, or none would be held out.
    """
    if share == 0:
        return data, None
    count = int(np.floor(share * len(data) + 0.5)) if 0 < share <= 1 else 0
    if not 0 < count < len(data):
        raise InputError(
            tr(
                "A share of {share} of {count} samples cannot be held out: "
                "one sample at least must be held out, and one left to learn from.",
                share=f"{share:g}",
                count=len(data),
            )
        )
    # Not the stream of `generate`, which may have the same seed.
    order = np.random.default_rng([seed, 1]).permutation(len(data))
    return _part(data, np.sort(order[count:])), _part(data, np.sort(order[:count]))


def standardised(data: DataSet, held_out: DataSet | None) -> tuple[DataSet, DataSet | None]:
    """Return both sets with each feature shifted and scaled so that it has mean 0 and standard deviation 1 in ``data``.

    The standard deviation is the population's, ``sqrt(mean((x - mean)**2))``. A feature that is constant in ``data``
    is shifted only. The held-out samples are shifted and scaled by the numbers of ``data``: nothing is learned of them.
    """
    exact = data.features.astype(np.float64)
    low, high = exact.min(0), exact.max(0)
    constant = low == high
    # Rounding would leave a constant feature a tiny spread, and its noise would be blown up to 1.
    mean = np.where(constant, low, exact.mean(0))
    spread = np.where(constant, 1.0, exact.std(0))

    def scaled(part: DataSet) -> DataSet:
        features = ((part.features.astype(np.float64) - mean) / spread).astype(np.float32)
        return replace(part, features=np.ascontiguousarray(features))

    return scaled(data), None if held_out is None else scaled(held_out)


def _part(data: DataSet, which: NDArray[np.intp]) -> DataSet:
    return replace(data, features=data.features[which], labels=data.labels[which])


def _lecture(seed: int) -> DataSet:
    """500 samples of 20 features, uniform in [0, 100), and three classes that have nothing to do with them.

    As the lecture's notebook makes them after ``torch.manual_seed(seed)``, which has its own generator here.
    """
    import torch

    generator = torch.Generator().manual_seed(seed)
    features = torch.rand((500, 20), generator=generator, dtype=torch.float32) * 100
    labels = torch.randint(low=0, high=3, size=(500,), generator=generator, dtype=torch.float32)
    names = tuple(f"x{number}" for number in range(1, 21))
    return DataSet(features.numpy(), labels.to(torch.int64).numpy(), names, ("0", "1", "2"))


def _along(labels: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return where each sample stands in its class, evenly from 0 for the first to 1 for the last, shape ``(n,)``."""
    counts = np.bincount(labels)
    place: NDArray[np.float64] = np.arange(len(labels)) // len(counts) / np.maximum(counts[labels] - 1, 1)
    return place


def _points(x1: NDArray[np.float64], x2: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.stack([x1, x2], axis=1)


def _xor(labels: NDArray[np.int64], random: np.random.Generator) -> NDArray[np.float64]:
    """Uniform in the square [-1, 1]^2 but for the axes: ``|x1|`` and ``|x2|`` lie in [0.05, 1].

    Class 0 is where ``x1*x2 > 0``, class 1 where ``x1*x2 < 0``; the four quarters take turns.
    """
    distance = random.uniform(0.05, 1, (len(labels), 2))
    side = np.where(np.arange(len(labels)) // 2 % 2 == 0, 1, -1)
    return distance * _points(side, np.where(labels == 0, side, -side))


def _moons(labels: NDArray[np.int64], random: np.random.Generator) -> NDArray[np.float64]:
    """Two half circles of radius 1, evenly filled from a = 0 to pi, each with an end inside the other.

    Class 0 is ``(cos a, sin a)``, class 1 is ``(1 - cos a, 1/2 - sin a)``.
    """
    a = np.pi * _along(labels)
    return np.where(labels[:, None] == 0, _points(np.cos(a), np.sin(a)), _points(1 - np.cos(a), 0.5 - np.sin(a)))


def _circles(labels: NDArray[np.int64], random: np.random.Generator) -> NDArray[np.float64]:
    """Two circles about the origin, evenly filled: class 0 of radius 1, class 1 of radius 1/2."""
    count = np.bincount(labels)[labels]
    a = 2 * np.pi * (np.arange(len(labels)) // 2) / count
    radius = np.where(labels == 0, 1.0, 0.5)
    return radius[:, None] * _points(np.cos(a), np.sin(a))


def _spirals(labels: NDArray[np.int64], random: np.random.Generator) -> NDArray[np.float64]:
    """Two arms of Archimedes' spiral, ``r (cos a, sin a)`` with r evenly from 0.2 to 2 and ``a = 3 pi r / 2``.

    Each arm makes 1.35 turns; class 1 is class 0 turned by half a circle. The arms are 2/3 apart along a ray.
    """
    radius = 0.2 + 1.8 * _along(labels)
    a = 1.5 * np.pi * radius + np.pi * labels
    return radius[:, None] * _points(np.cos(a), np.sin(a))


def _blobs(labels: NDArray[np.int64], random: np.random.Generator) -> NDArray[np.float64]:
    """Three points on the circle of radius 1, at 90, 210 and 330 degrees; only the noise makes blobs of them."""
    a = np.pi / 2 + 2 * np.pi / 3 * labels
    return _points(np.cos(a), np.sin(a))


_Shape = Callable[[NDArray[np.int64], np.random.Generator], NDArray[np.float64]]
_SHAPES: dict[str, tuple[_Shape, int]] = {
    "xor": (_xor, 2),
    "moons": (_moons, 2),
    "circles": (_circles, 2),
    "spirals": (_spirals, 2),
    "blobs": (_blobs, 3),
}
GENERATED = ("lecture", *_SHAPES)
"""The names of the sets that `generate` makes."""
