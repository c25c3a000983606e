"""A network as a printed diagram: units, and lines coloured and sized by weight."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from gdsim.export.network_geometry import (
    Column,
    Floats,
    Margins,
    arrange,
    count_words,
    layer_words,
    nice_scale,
)
from gdsim.export.plot import em, fitted, mixed, name_run, pixels, text_width
from gdsim.problems.network import NetworkProblem

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure, SubFigure

    from gdsim.export.scenes import NetworkScene
    from gdsim.export.style import Style

ABOVE, BELOW = "#d55e00", "#0072b2"
"""Colours of weights above and below 0, as in the window."""

_BELOW_ON_DARK = "#56b4e9"
_THIN, _THICK, _PALEST = 0.7, 3.6, 0.14
_DASHES: Any = (0, (3.5, 1.2))
_TEXT, _SMALL = 12.0, 11.0
"""Sizes of captions and names, in the unit of all lengths here: a pixel of the window."""

_WIDEST_NAME, _SHARE = 88.0, 0.18
_EDGE = 8.0
_LEGEND, _LEGEND_PARTS = 80.0, 24


def signed_colours(style: Style) -> tuple[str, str]:
    """Return the colours of numbers below and above 0."""
    return _BELOW_ON_DARK if style.dark else BELOW, ABOVE


def draw_diagram(figure: Figure | SubFigure, scene: NetworkScene, style: Style) -> None:
    """Draw the network of the run in focus; without colours lines below 0 are dashed."""
    run = scene.focused
    problem = run.snapshot.problem
    assert isinstance(problem, NetworkProblem)
    top = name_run(figure, run.label if scene.race else "", style)[3]
    width, height = figure.bbox.size[0], figure.bbox.size[1] * top
    # Units and lines do not grow with large type; words do.
    unit = pixels(figure, 0.75 * style.scale) * 16 / _TEXT
    axes = figure.add_axes((0.0, 0.0, 1.0, top), frameon=False)
    axes.set_axis_off()
    axes.set_xlim(0, width / unit)
    axes.set_ylim(height / unit, 0)
    drawing = _Drawing(axes, problem, style, width / unit, height / unit)
    drawing.draw(run.snapshot.now.parameters)


@dataclass(frozen=True, eq=False)
class _Words:
    """What is written above the lines of each layer, and beside inputs and classes."""

    captions: list[tuple[str, ...]]
    inputs: tuple[str, ...]
    classes: tuple[str, ...]


class _Drawing:
    """A diagram while it is drawn into ``axes``, which are ``width`` x ``height`` pixels of the window."""

    def __init__(self, axes: Axes, problem: NetworkProblem, style: Style, width: float, height: float) -> None:
        self.axes, self.problem, self.style, self.width = axes, problem, style, width
        self.text, self.small = _TEXT * style.type_scale, _SMALL * style.type_scale
        self.points = em(style) / self.text
        names = problem.data.feature_names, problem.data.class_names
        left, right = (self.name_room(each) for each in names)
        gap = (width - left - right) / len(problem.layers)
        self.words = _Words(self.captions(gap), *names)
        rows = max(map(len, self.words.captions))
        self.top = 1.6 * self.text
        above = self.top + 1.3 * self.text + 1.25 * self.small * (rows - 1) + _EDGE
        margins = Margins(left, above, right, 1.4 * self.small + _EDGE)
        # A small network is given the whole height.
        most = max(problem.layers[0].inputs, *(layer.units for layer in problem.layers))
        self.geometry = arrange(problem.layers, width, height, margins, min(max(most, 2), 5))
        # What is written above the lines stands close to the topmost unit.
        topmost = min(float(column.y[0]) - column.radius for column in self.geometry.columns)
        self.top += max(0.0, topmost - above)

    def name_room(self, names: tuple[str, ...]) -> float:
        widest = max((text_width(name, self.small) for name in names[:100]), default=0.0)
        return min(widest, _WIDEST_NAME, _SHARE * self.width) + 3 * _EDGE

    def captions(self, room: float) -> list[tuple[str, ...]]:
        words = [layer_words(layer) for layer in self.problem.layers]
        if max(text_width(whole, self.text) for whole, _ in words) <= room - _EDGE:
            return [(whole,) for whole, _ in words]
        return [
            (fitted(name, self.text, room - 2), *(fitted(part, self.small, room - 2) for part in rest))
            for _, (name, *rest) in words
        ]

    def draw(self, parameters: dict[str, Any]) -> None:
        values = self.geometry.values(parameters)
        scale = nice_scale(values)
        self.draw_lines(values, scale)
        for column in self.geometry.columns:
            self.draw_units(column)
        self.write_captions()
        self.write_counts()
        self.write_names(self.geometry.columns[0], self.words.inputs, "right")
        self.write_names(self.geometry.columns[-1], self.words.classes, "left")
        if scale:
            self.draw_legend(scale)

    def write(self, x: float, y: float, text: str, size: float, muted: bool = False, **look: Any) -> None:
        colour = self.style.muted if muted else self.style.text
        self.axes.text(
            x, y, text, fontsize=size * self.points, color=colour, parse_math=False, **({"va": "center"} | look)
        )

    def shade(self, value: float, strength: float) -> str:
        below, above = signed_colours(self.style)
        return mixed(self.style.ground, above if value > 0 else below, _PALEST + (1 - _PALEST) * strength)

    def draw_lines(self, values: Floats, scale: float) -> None:
        from matplotlib.collections import LineCollection

        strength = np.minimum(np.abs(values) / scale, 1.0) if scale else np.zeros_like(values)
        # Not a number: neither sign nor size.
        known = np.isfinite(strength)
        for chosen in self._kinds(values, known):
            order = np.flatnonzero(chosen)
            order = order[np.argsort(np.nan_to_num(strength[order]), kind="stable")]
            if not order.size:
                continue
            lost = not known[order[0]]
            pairs = zip(values[order].tolist(), strength[order].tolist(), strict=True)
            lines = LineCollection(
                list(self.geometry.ends[order].reshape(-1, 2, 2)),
                colors=[self.style.muted if lost else self.shade(value, size) for value, size in pairs],
                linewidths=1.0 * self.points if lost else (_THIN + (_THICK - _THIN) * strength[order]) * self.points,
                linestyles=":" if lost else _DASHES if self.style.grey and values[order[0]] < 0 else "-",
                capstyle="butt", zorder=1,
            )  # fmt: skip
            lines.set_array(None)
            self.axes.add_collection(lines, autolim=False)

    def _kinds(self, values: Floats, known: Any) -> list[Any]:
        """Return which lines are drawn together, the lowest first."""
        if not self.style.grey:
            return [~known, known]
        return [~known, known & (values < 0), known & (values >= 0)]

    def draw_units(self, column: Column) -> None:
        from matplotlib.collections import EllipseCollection

        def circles(y: Floats, radius: float, inside: str, edge: str) -> None:
            size = np.full(len(y), 2 * radius)
            places = np.column_stack((np.full(len(y), column.x), y))
            self.axes.add_collection(
                EllipseCollection(
                    size, size, np.zeros(len(y)), units="xy", offsets=places, facecolors=inside, edgecolors=edge,
                    offset_transform=self.axes.transData, linewidths=1.0 * self.points, zorder=2,
                ),
                autolim=False,
            )  # fmt: skip

        edge = mixed(self.style.ground, self.style.text, 0.6)
        circles(column.y, column.radius, self.style.ground, edge)
        if column.dots is not None:
            circles(column.dots + np.array((-4.0, 0.0, 4.0)), 1.3, self.style.muted, "none")

    def write_captions(self) -> None:
        for rows, (before, after) in zip(self.words.captions, itertools.pairwise(self.geometry.columns), strict=True):
            y = self.top + 0.65 * self.text
            for number, text in enumerate(rows):
                size = self.small if number else self.text
                self.write((before.x + after.x) / 2, y, text, size, muted=number > 0, ha="center")
                y += 1.25 * self.small

    def write_counts(self) -> None:
        columns = self.geometry.columns
        room = columns[1].x - columns[0].x - _EDGE / 2
        base = max(float(column.y[-1]) + column.radius for column in columns) + 0.5 * _EDGE + 0.6 * self.small
        for number, column in enumerate(columns):
            text = count_words(column, number == 0)
            text = text if text_width(text, self.small) <= room else str(column.size)
            # The outer ones have less room towards the edge.
            half = text_width(text, self.small) / 2 + 3
            x = min(max(column.x, half), self.width - half)
            self.write(x, base, text, self.small, muted=True, ha="center")

    def write_names(self, column: Column, names: tuple[str, ...], side: str) -> None:
        if column.pitch < self.small:
            return
        away = (column.radius + _EDGE / 2) * (-1 if side == "right" else 1)
        room = (column.x if side == "right" else self.width - column.x) - column.radius - _EDGE
        for unit, y in zip(column.units.tolist(), column.y.tolist(), strict=True):
            self.write(column.x + away, y, fitted(names[unit], self.small, room), self.small, ha=side)

    def draw_legend(self, scale: float) -> None:
        """Draw the scale of the lines at the top on the right."""
        from matplotlib.collections import PolyCollection

        number, y = f"{scale:.3g}", 0.8 * self.text
        end = self.width - _EDGE - text_width(f"−{number}", self.small) - _EDGE / 2
        start = end - _LEGEND
        edges = np.linspace(-1, 1, 2 * _LEGEND_PARTS + 1)
        half = (_THIN + (_THICK + 1 - _THIN) * np.abs(edges)) / 2
        x = start + (edges + 1) / 2 * _LEGEND
        # Without colours with gaps below 0, as the lines are dashed there.
        shown = [k for k in range(2 * _LEGEND_PARTS) if not (self.style.grey and k < _LEGEND_PARTS and k % 4 == 3)]
        corners = [
            [(x[k], y - half[k]), (x[k + 1], y - half[k + 1]), (x[k + 1], y + half[k + 1]), (x[k], y + half[k])]
            for k in shown
        ]
        middles = [(edges[k] + edges[k + 1]) / 2 for k in shown]
        colours = [self.shade(middle, abs(middle)) for middle in middles]
        self.axes.add_collection(
            PolyCollection(corners, facecolors=colours, edgecolors=colours, linewidths=0.2 * self.points),
            autolim=False,
        )
        self.write(end + _EDGE / 2, y, number, self.small, ha="left")
        self.write(start - _EDGE / 2, y, f"−{number}", self.small, ha="right")
