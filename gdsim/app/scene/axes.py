"""The box around the surface: which panes show, where ticks run, and where labels go without touching."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from gdsim.app.scene import ticks
from gdsim.app.scene.heights import height_ticks
from gdsim.app.scene.lettering import Measure
from gdsim.app.scene.projection import HALF, Projection
from gdsim.app.scene.space import Space

Array = NDArray[np.float64]

TICK = 0.1
"""Length of a tick mark, in units of the box."""

GAP = 3.0
"""Pixels (times the picture's scale) between tick mark and label, and between labels."""

EDGE = 6.0
"""Pixels (times the scale) that a label keeps from the edge of the picture."""

SHORTEST = 48.0
"""Pixels (times the scale) of an axis on screen below which it has no ticks and no name."""

INTERVALS = 9
"""Most intervals between the ticks of a variable; matplotlib's automatic number."""

STRIDES = (1, 2, 4, 5, 10, 20, 50)


@dataclass(frozen=True, eq=False)
class Axis:
    """Name, tick places (in the box, along the axis), their labels and their rank counted from zero."""

    name: str
    places: Array
    labels: list[str]
    ranks: NDArray[np.int64]

    def texts(self) -> list[str]:
        """Return every text that may stand at a tick."""
        return [*self.labels, *(text.removesuffix(".0") for text in self.labels)]


@dataclass(frozen=True)
class Label:
    """A text and the rectangle it fills: left, top, width, height in pixels."""

    text: str
    left: float
    top: float
    width: float
    height: float
    title: bool = False

    def touches(self, other: Label, gap: float) -> bool:
        """Tell whether two labels come nearer to each other than ``gap``."""
        return (
            self.left < other.left + other.width + gap
            and other.left < self.left + self.width + gap
            and self.top < other.top + other.height + gap / 2
            and other.top < self.top + self.height + gap / 2
        )


def axes_of(space: Space) -> tuple[Axis, Axis, Axis]:
    """Return the three axes of a placed mesh."""
    found = []
    for k, name in enumerate((*space.mesh.names, space.scale.title())):
        if k < 2:
            values = ticks.linear_ticks(space.low[k], space.high[k], INTERVALS)
            texts = ticks.labels(values)
        else:
            values, texts = height_ticks(space.scale, space.low[2], space.high[2])
        places = (2 * (values - space.low[k]) / (space.high[k] - space.low[k]) - 1) * HALF[k]
        step = values[1] - values[0] if len(values) > 1 else 1.0
        found.append(Axis(name, places, texts, np.round(values / step).astype(np.int64)))
    return found[0], found[1], found[2]


def back_sides(elevation: float, azimuth: float) -> tuple[bool, bool, bool]:
    """Return for each axis whether the pane behind the surface is the one at the axis' upper end.

    Where an axis lies across the view, matplotlib's choice.
    """
    c, s = math.cos(math.radians(azimuth)), math.sin(math.radians(azimuth))
    return (c < 1e-9, s < -1e-9, elevation < 0)


def panes(back: tuple[bool, bool, bool]) -> Array:
    """Return the three panes' corners, shape (3, 4, 3)."""
    quads = np.empty((3, 4, 3))
    for k in range(3):
        u, v = (i for i in range(3) if i != k)
        quads[k, :, k] = HALF[k] if back[k] else -HALF[k]
        quads[k, :, u] = HALF[u] * np.array([-1, 1, 1, -1])
        quads[k, :, v] = HALF[v] * np.array([-1, -1, 1, 1])
    return quads


def grid_lines(back: tuple[bool, bool, bool], axes: tuple[Axis, Axis, Axis]) -> Array:
    """Return the lines through the ticks on the panes, shape (k, 2, 3)."""
    lines = []
    sides = np.where(back, HALF, -HALF)
    for k, axis in enumerate(axes):
        for other in (i for i in range(3) if i != k):
            line = np.tile(sides, (len(axis.places), 2, 1))
            line[:, :, k] = axis.places[:, None]
            line[:, 0, other], line[:, 1, other] = -HALF[other], HALF[other]
            lines.append(line)
    return np.concatenate(lines)


def axis_edges(back: tuple[bool, bool, bool]) -> tuple[Array, Array]:
    """Return the edges of the box that carry the ticks (matplotlib's choice), and which way the ticks point.

    Returns
    -------
    tuple
        Ends, shape (3, 2, 3), from each axis' lower to its upper end; unit vectors, shape (3, 3).
    """
    behind = np.where(back, HALF, -HALF)
    ends = np.empty((3, 2, 3))
    outward = np.zeros((3, 3))
    for k, moved in enumerate((1, 0, 0)):
        corner = behind.copy()
        corner[moved] *= -1
        ends[k] = corner
        ends[k, :, k] = -HALF[k], HALF[k]
        outward[k, moved] = np.sign(corner[moved])
    # The vertical axis' ticks leave along the second variable, whose pane it ends.
    outward[2] = 0
    outward[2, 1] = np.sign(behind[1])
    return ends, outward


def readable(projection: Projection, scale: float) -> tuple[bool, bool, bool]:
    """Return which axes are long enough on screen for ticks; one that is looked along is not."""
    ends = axis_edges(back_sides(projection.elevation, projection.azimuth))[0]
    along = np.diff(projection.pixels(ends), axis=1)[:, 0]
    x, y, z = (bool(length >= SHORTEST * scale) for length in np.hypot(along[:, 0], along[:, 1]))
    return x, y, z


def tick_marks(back: tuple[bool, bool, bool], axes: tuple[Axis, Axis, Axis], shown: tuple[bool, bool, bool]) -> Array:
    """Return the edges and, on the axes that are ``shown``, their tick marks, shape (k, 2, 3)."""
    ends, outward = axis_edges(back)
    lines = [ends]
    for k, axis in enumerate(axes):
        if not shown[k]:
            continue
        mark = np.tile(ends[k, 0], (len(axis.places), 2, 1))
        mark[:, :, k] = axis.places[:, None]
        mark[:, 1] += TICK * outward[k]
        mark[:, 0] -= TICK / 2 * outward[k]
        lines.append(mark)
    return np.concatenate(lines)


def layout(projection: Projection, axes: tuple[Axis, Axis, Axis], measure: Measure, scale: float) -> list[Label]:
    """Place tick labels and names around the box, inside the picture and apart from each other.

    Parameters
    ----------
    projection, axes
        The picture, and what stands along its axes.
    measure
        Width and height of a text in pixels.
    scale
        Size of the picture against one at 100 %.
    """
    back = back_sides(projection.elevation, projection.azimuth)
    ends, outward = axis_edges(back)
    middle = projection.pixels(np.asarray(np.zeros(3)))
    rows: list[tuple[Axis, Array, Array, Array, Array]] = []
    shown = readable(projection, scale)
    for k, axis in enumerate(axes):
        if not shown[k]:
            continue
        edge = projection.pixels(ends[k])
        normal = _outward(edge[1] - edge[0], edge.mean(axis=0) - middle)
        base = np.tile(ends[k, 0], (len(axis.places), 1))
        base[:, k] = axis.places
        tips = projection.pixels(base + TICK * outward[k])
        rows.append((axis, edge.mean(axis=0), normal, projection.pixels(base), tips))
    strides = [_stride(axis, tips, normal, measure, scale) for axis, _, normal, _, tips in rows]
    # Variables over the same range are read side by side: they are marked alike.
    if shown[0] and shown[1] and axes[0].labels == axes[1].labels:
        strides[:2] = [max(strides[:2])] * 2
    placed: list[Label] = []
    names: list[tuple[Axis, Array, Array, float]] = []
    for (axis, start, normal, base, tips), stride in zip(rows, strides, strict=True):
        chosen = _tick_labels(axis, tips, normal, stride, measure, scale)
        within = (_inside(label, projection, scale) for label in chosen)
        chosen = [a for a in within if a and not any(a.touches(b, GAP * scale) for b in placed)]
        placed += chosen
        depth = max((abs(normal[0]) * label.width + abs(normal[1]) * label.height for label in chosen), default=0.0)
        lifted = max(float(np.max((tips - base) @ normal, initial=0.0)), 0.0)
        names.append((axis, start, normal, lifted + depth + 2 * GAP * scale))
    for axis, start, normal, away in names:
        label = _name(axis.name, start, normal, away, measure, scale, placed, projection)
        if label:
            placed.append(label)
    return placed


def _outward(along: Array, from_middle: Array) -> Array:
    """Return the unit normal of an edge on the screen that points away from the middle of the box."""
    normal = np.array([-along[1], along[0]]) / np.hypot(*along)
    return normal if normal @ from_middle >= 0 else -normal


def _beside(text: str, point: Array, normal: Array, gap: float, measure: Measure, title: bool = False) -> Label:
    """Return a label that stands clear of ``point`` by ``gap`` in the direction ``normal``."""
    width, height = measure(text)
    reach = 0.5 * (abs(normal[0]) * width + abs(normal[1]) * height) + gap
    x, y = point + normal * reach
    return Label(text, float(x - width / 2), float(y - height / 2), width, height, title)


def _inside(label: Label, projection: Projection, scale: float) -> Label | None:
    """Push a label into the picture, or drop it when most of it lies outside."""
    x, y = label.left + label.width / 2, label.top + label.height / 2
    # A name may be pushed farther than a number, which belongs to its tick.
    slack = (24 if label.title else 4) * scale
    if not (
        -slack <= x <= projection.width - projection.margins.bar + slack and -slack <= y <= projection.height + slack
    ):
        return None
    room = projection.width - projection.margins.bar
    left = max(min(label.left, room - label.width - EDGE * scale), EDGE * scale)
    top = min(max(label.top, EDGE * scale), projection.height - label.height - EDGE * scale)
    return Label(label.text, left, top, label.width, label.height, label.title)


def _stride(axis: Axis, tips: Array, normal: Array, measure: Measure, scale: float) -> int:
    """Return which ticks have labels that stand apart: all (1), every second (2), .."""
    for stride in STRIDES:
        labels = _tick_labels(axis, tips, normal, stride, measure, scale)
        if not any(a.touches(b, GAP * scale) for a, b in pairwise(labels)):
            return stride
    return STRIDES[-1]


def _tick_labels(axis: Axis, tips: Array, normal: Array, stride: int, measure: Measure, scale: float) -> list[Label]:
    """Return the labels of the ticks whose rank is a multiple of ``stride``."""
    left = [index for index, rank in enumerate(axis.ranks) if rank % stride == 0]
    texts = _whole([axis.labels[index] for index in left])
    return [_beside(text, tips[i], normal, GAP * scale, measure) for text, i in zip(texts, left, strict=True)]


def _whole(texts: list[str]) -> list[str]:
    """Leave out a decimal that is 0 in all of them, as it is where every second of 0, 2.5, 5.0 .. is left."""
    return [text[:-2] for text in texts] if texts and all(text.endswith(".0") for text in texts) else texts


def _name(
    text: str, start: Array, normal: Array, away: float, measure: Measure, scale: float,
    placed: list[Label], projection: Projection,
) -> Label | None:  # fmt: skip
    """Return the axis' name beside its ticks, moved out, then along, until it touches nothing."""
    along = np.array([-normal[1], normal[0]])
    for slide in (0, 1, -1, 2, -2, 4, -4, 6, -6, 8, -8, 10, -10):
        for more in (0, 4, 8, 14, 20, 28):
            point = start + along * slide * 16 * scale
            label = _inside(_beside(text, point, normal, away + more * scale, measure, True), projection, scale)
            if label and not any(label.touches(other, GAP * scale) for other in placed):
                return label
    return None
