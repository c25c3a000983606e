"""Where the units and lines of a network's diagram lie, as arrays, so that they are found and drawn in bulk.

For figures and the window alike, in pixels of the latter.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gdsim.i18n import tr
from gdsim.problems.network import Layer

Floats = NDArray[np.float64]
Indices = NDArray[np.intp]

MOST_UNITS = 24
"""Units of a layer that are drawn at most."""

MOST_LINES = 1000
"""Lines that are drawn at most: twice as many take twice the time, and none can be told from the next."""

_FEWEST_UNITS = 4
_LEAST_PITCH = 9.0
_LARGEST_RADIUS, _SMALLEST_RADIUS = 9.0, 2.5
_LINE_REACH, _UNIT_REACH = 5.0, 3.0
_PREFERENCE = 2.0
_SCALES = (1.0, 1.5, 2.0, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0)


@dataclass(frozen=True, eq=False)
class Column:
    """The units of one layer, or the inputs.

    Attributes
    ----------
    size
        How many there are.
    units
        Which are drawn, shape ``(m,)``.
    x, y
        Middles of those, in pixels; ``y`` has shape ``(m,)``.
    radius
        Of each, in pixels.
    dots
        Height of the ellipsis, None where all are drawn.
    """

    size: int
    units: Indices
    x: float
    y: Floats
    radius: float
    dots: float | None

    @property
    def pitch(self) -> float:
        """The smallest distance between two units; infinite where there is one."""
        return float(np.diff(self.y).min()) if len(self.y) > 1 else math.inf


@dataclass(frozen=True)
class Margins:
    """Pixels left free around units and lines, for the names."""

    left: float
    top: float
    right: float
    bottom: float


@dataclass(frozen=True, eq=False)
class Geometry:
    """A whole diagram.

    Attributes
    ----------
    layers
        What is drawn.
    columns
        The inputs, then the units of each layer.
    ends
        Of each line: x and y of its input, x and y of its unit; shape ``(lines, 4)``.
    layer, unit, input
        What each line belongs to, shape ``(lines,)``: number of the layer, row and column of its weight.
    """

    layers: tuple[Layer, ...]
    columns: tuple[Column, ...]
    ends: Floats
    layer: Indices
    unit: Indices
    input: Indices

    def values(self, parameters: Mapping[str, NDArray[Any]]) -> Floats:
        """Return the weights of the lines, or whatever has the weights' names and shapes; shape ``(lines,)``."""
        parts = [
            parameters[f"{layer.name}.weight"][np.ix_(after.units, before.units)].ravel()
            for layer, before, after in zip(self.layers, self.columns, self.columns[1:], strict=False)
        ]
        return np.concatenate(parts).astype(np.float64)

    def incoming(self, layer: int, unit: int) -> NDArray[np.bool_]:
        """Return which lines lead into a unit, shape ``(lines,)``."""
        return np.asarray((self.layer == layer) & (self.unit == unit))

    def middle(self, layer: int, unit: int) -> tuple[float, float] | None:
        """Return where a unit is drawn, None if it is not; layer -1 is that of the inputs."""
        column = self.columns[layer + 1]
        found = np.flatnonzero(column.units == unit)
        return (column.x, float(column.y[found[0]])) if len(found) else None

    def unit_at(self, x: float, y: float) -> tuple[int, int] | None:
        """Return layer (-1: the inputs) and number of the unit at a place, or None."""
        number = int(np.argmin([abs(column.x - x) for column in self.columns]))
        column = self.columns[number]
        distance = np.hypot(column.y - y, column.x - x)
        nearest = int(np.argmin(distance))
        if distance[nearest] > column.radius + _UNIT_REACH:
            return None
        return number - 1, int(column.units[nearest])

    def line_at(self, x: float, y: float, preferred: NDArray[np.bool_] | None = None) -> int | None:
        """Return the number of the line at a place, or None; the ``preferred`` ones win where lines are dense."""
        start, end = self.ends[:, :2], self.ends[:, 2:]
        along = end - start
        place = np.array((x, y)) - start
        share = np.clip((place * along).sum(1) / (along * along).sum(1), 0.0, 1.0)
        distance = np.hypot(*(place - share[:, None] * along).T)
        if preferred is not None:
            distance = distance - _PREFERENCE * preferred
        nearest = int(np.argmin(distance))
        return nearest if distance[nearest] <= _LINE_REACH else None


def nice_scale(values: Floats) -> float:
    """Return a round number that no finite value exceeds in size; 0 where there is nothing but zeros."""
    sizes = np.abs(values[np.isfinite(values)])
    largest = float(sizes.max()) if len(sizes) else 0.0
    if largest < 1e-300:
        return 0.0
    decade = 10.0 ** math.floor(math.log10(largest))
    # The decade may be a hair off, so that even ten of it are too few.
    return next((each * decade for each in _SCALES if each * decade >= largest), largest)


def arrange(layers: Sequence[Layer], width: float, height: float, margins: Margins, fewest: int = 5) -> Geometry:
    """Arrange a network from left to right on ``width`` x ``height`` pixels.

    Layers with less than ``fewest`` units stand as close as if they had so many.
    """
    sizes = (layers[0].inputs, *(layer.units for layer in layers))
    room = max(1.0, height - margins.top - margins.bottom)
    across = np.linspace(margins.left, max(margins.left + len(sizes), width - margins.right), len(sizes))
    most = _most_units(sizes, room)
    columns = tuple(
        _column(size, most, float(x), margins.top, room, fewest) for size, x in zip(sizes, across, strict=True)
    )
    ends, layer, unit, inputs = [], [], [], []
    for number, (before, after) in enumerate(itertools.pairwise(columns)):
        m, n = len(after.units), len(before.units)
        box = np.empty((m, n, 4))
        box[..., 0], box[..., 1], box[..., 2], box[..., 3] = before.x, before.y, after.x, after.y[:, None]
        ends.append(box.reshape(-1, 4))
        layer.append(np.full(m * n, number, dtype=np.intp))
        unit.append(np.repeat(after.units, n))
        inputs.append(np.tile(before.units, m))
    return Geometry(
        tuple(layers),
        columns,
        np.concatenate(ends),
        np.concatenate(layer),
        np.concatenate(unit),
        np.concatenate(inputs),
    )


def _most_units(sizes: Sequence[int], room: float) -> int:
    """Return how many units of a layer can be drawn: neither too close nor with too many lines."""
    most = int(min(MOST_UNITS, max(_FEWEST_UNITS, room // _LEAST_PITCH - 1)))
    while most > _FEWEST_UNITS:
        drawn = [size if size <= most + 1 else most for size in sizes]
        if sum(a * b for a, b in itertools.pairwise(drawn)) <= MOST_LINES:
            break
        most -= 1
    return most


def _column(size: int, most: int, x: float, top: float, room: float, fewest: int) -> Column:
    # The ellipsis takes the place of a unit, so that it would not save one alone.
    whole = size <= most + 1
    if whole:
        units, places = np.arange(size), np.arange(size, dtype=np.float64)
    else:
        first = (most + 1) // 2
        units = np.concatenate((np.arange(first), np.arange(size - (most - first), size)))
        places = np.arange(most, dtype=np.float64) + (np.arange(most) >= first)
    count = places[-1] + 1
    # A few units are not drawn out over the whole height.
    pitch = room / max(count, fewest)
    above = top + room / 2 - pitch * (count - 1) / 2
    radius = float(np.clip(0.36 * pitch, _SMALLEST_RADIUS, _LARGEST_RADIUS))
    dots = None if whole else float(above + pitch * ((most + 1) // 2))
    return Column(size, units, x, above + pitch * places, radius, dots)


def layer_words(layer: Layer) -> tuple[str, tuple[str, str, str]]:
    """Return what is written above a layer: in one row, and in three where that is too long."""
    sizes, kind = f"{layer.inputs} → {layer.units}", layer.activation.replace("_", " ")
    whole = tr("{layer}: {sizes}, {activation}", layer=layer.name, sizes=sizes, activation=kind)
    # Closer together, for 4096→4096.
    return whole, (layer.name, sizes.replace(" ", ""), kind)


def count_words(column: Column, inputs: bool) -> str:
    """Return how many units a column stands for, and that not all of them are drawn."""
    drawn, count = len(column.units), column.size
    if drawn < count:
        return (
            tr("{drawn} of {count} inputs", drawn=drawn, count=count)
            if inputs
            else tr("{drawn} of {count} units", drawn=drawn, count=count)
        )
    return tr("{count} inputs", count=count) if inputs else tr("{count} units", count=count)
