"""Where the nodes of a computational graph stand: leaves on the left, the result on the right."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from gdsim.export.graph_heights import BOX_HEIGHT, Heights
from gdsim.export.graph_layers import layers
from gdsim.export.graph_picture import graph_titles, tree_latex
from gdsim.problems.graph import Graph

EM = 16.0
"""Size of the text, in the unit of all lengths here."""

TITLE_SIZE, LABEL_SIZE = 1.0 * EM, 0.92 * EM
"""Sizes of a box's first line and of what is written at a wire."""

PADDING = 8.0
"""Between a box's text and its edges."""

TIP = 10.0
"""Between a label and the box that it belongs to; the wire has its arrow head there."""

_MARGIN = 12.0
_BOX_WIDTHS, _LEAF_WIDTH, _LABEL_WIDTHS = (84.0, 320.0), 104.0, (56.0, 144.0)
_BENDS, _BEND_SHARE = (22.0, 80.0), 0.3


@dataclass(frozen=True)
class Rect:
    """A rectangle: its upper left corner and size; y grows downwards. Unit: a 16th of the text's size."""

    x: float
    y: float
    width: float
    height: float


Point = tuple[float, float]


@dataclass(frozen=True, eq=False)
class GraphLayout:
    """Places of everything, by the indices of nodes and edges.

    Attributes
    ----------
    width, height
        Size of the whole, margins included. Text has the size 16.
    boxes
        The rectangle of each node.
    wires
        Each edge as Bezier curves: a start, then three points (two controls and an end) a curve.
    labels
        The middle of each edge's label, which never lies on a box or another label.
    label_widths
        How wide each edge's label may be; all may be `gdsim.export.graph_heights.LABEL_HEIGHT` high.
    """

    width: float
    height: float
    boxes: tuple[Rect, ...]
    wires: tuple[tuple[Point, ...], ...]
    labels: tuple[Point, ...]
    label_widths: tuple[float, ...]


def lay_out(graph: Graph) -> GraphLayout:
    """Return the places of the nodes and edges of ``graph``; equal graphs give equal places.

    The boxes of a column are equally wide. Wires bend right behind a column; then they run level past the labels
    of the next column and into its boxes, so that none crosses a label. All wires that leave a node run together
    as far as they can.
    """
    return _Plan(graph).layout()


def estimated_width(latex: str) -> float:
    """Return about how wide matplotlib's mathtext sets a formula, in units of the text's size."""
    text = re.sub(r"\\mathrm\{([^{}]*)\}", r"\1", latex)
    text = re.sub(r"\\(?:left|right)|\\[,;]|\s", "", text)
    while match := _FRACTION.search(text):
        text = text[: match.start()] + "^{" + max(match.groups(), key=_line_width) + "}" + text[match.end() :]
    return _line_width(text)


_INNER = r"\{((?:[^{}]|\{[^{}]*\})*)\}"
_FRACTION = re.compile(rf"\\frac{_INNER}{_INNER}")
_SCRIPT = 0.7
_SIGNS = {"=": 1.24, "+": 1.24, "-": 1.24, "(": 0.39, ")": 0.39, ",": 0.5, ".": 0.32, "|": 0.34}
_WORDS = {"ln": 0.95, "sin": 1.45, "cos": 1.75, "tan": 1.65, "tanh": 2.3, "min": 1.9, "max": 2.2}
_PARTS = re.compile(rf"[_^]{_INNER}|\\([a-zA-Z]+)|([^{{}}])")


def _line_width(text: str) -> float:
    width = 0.0
    for script, word, character in _PARTS.findall(text):
        if script:
            width += _SCRIPT * _line_width(script)
        elif word:
            width += _WORDS.get(word, 0.63)
        else:
            width += _SIGNS.get(character, 0.6)
    # A minus at the beginning has no space around it.
    return width - 0.4 * text.startswith("-")


class _Plan:
    """The heights, and the columns' places from left to right."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self.layers = layers(graph)
        self.heights = Heights(self.layers, len(graph.nodes))
        self.y = [_MARGIN + y for y in self.heights.y]
        titles = [title.latex for title in graph_titles(graph)]
        self.column = [0] * len(self.y)
        self.left: list[float] = []
        self.right: list[float] = []
        self.label: list[float] = []
        x = _MARGIN
        for number, column in enumerate(self.layers.columns):
            boxes = [vertex for vertex in column if self.heights.is_box(vertex)]
            for vertex in column:
                self.column[vertex] = number
            self.label.append(self.label_width(boxes))
            if number:
                x += _within(_BEND_SHARE * self.rise(column), _BENDS) + self.label[-1] + TIP
            self.left.append(x)
            x += _within(max((self.box_width(box, titles[box]) for box in boxes), default=0.0), _BOX_WIDTHS)
            self.right.append(x)

    def box_width(self, index: int, title: str) -> float:
        node = self.graph.nodes[index]
        least = _LEAF_WIDTH if node.is_input and node.requires_grad else 0.0
        return max(least, TITLE_SIZE * estimated_width(title) + 2 * PADDING)

    def label_width(self, boxes: Sequence[int]) -> float:
        formulas = [tree_latex(edge.partial) for box in boxes for edge in self.graph.incoming[box]]
        return _within(LABEL_SIZE * max(map(estimated_width, formulas), default=0.0) + 4, _LABEL_WIDTHS)

    def rise(self, column: Sequence[int]) -> float:
        """Return the greatest difference of height that a wire overcomes just before ``column``."""
        return max(
            (
                abs(self.y[vertex] + port - self.y[start])
                for vertex in column
                for start, port in zip(self.layers.before[vertex], self.heights.ports[vertex], strict=True)
            ),
            default=0.0,
        )

    def layout(self) -> GraphLayout:
        edges, ways = self.graph.edges, self.all_ways()
        wires: list[tuple[Point, ...]] = [()] * len(edges)
        labels: list[Point] = [(0.0, 0.0)] * len(edges)
        for node, incoming in zip(self.graph.nodes, self.graph.incoming, strict=True):
            ends = zip(incoming, self.layers.before[node.index], self.heights.ports[node.index], strict=True)
            for edge, start, port in ends:
                column, y = self.column[node.index], self.y[node.index] + port
                wires[edge.index] = self.longer(ways[start], column, (self.left[column], y))
                labels[edge.index] = (self.left[column] - TIP - self.label[column] / 2, y)
        bottom = max(y + self.heights.height(vertex) / 2 for vertex, y in enumerate(self.y))
        return GraphLayout(
            self.right[-1] + _MARGIN,
            bottom + _MARGIN,
            tuple(self.box(node.index) for node in self.graph.nodes),
            tuple(wires),
            tuple(labels),
            tuple(self.label[self.column[edge.target]] for edge in edges),
        )

    def box(self, index: int) -> Rect:
        left, right = self.left[self.column[index]], self.right[self.column[index]]
        return Rect(left, self.y[index] - BOX_HEIGHT / 2, right - left, BOX_HEIGHT)

    def all_ways(self) -> list[tuple[Point, ...]]:
        """Return the curves from the node where a wire begins to the right of each vertex."""
        ways: list[tuple[Point, ...]] = []
        for vertex, starts in enumerate(self.layers.before):
            column = self.column[vertex]
            end = (self.right[column], self.y[vertex])
            ways.append((end,) if self.heights.is_box(vertex) else self.longer(ways[starts[0]], column, end))
        return ways

    def longer(self, way: tuple[Point, ...], column: int, end: Point) -> tuple[Point, ...]:
        """Let a wire bend before the labels of a column and go on straight to ``end``."""
        x, y = way[-1]
        if y == end[1]:
            # One straight piece instead of several.
            begin = way[:-3] if len(way) > 3 and way[-4][1] == y else way
            return (*begin, *_line(begin[-1], end))
        bent = (self.left[column] - TIP - self.label[column], end[1])
        middle = (x + bent[0]) / 2
        return (*way, (middle, y), (middle, end[1]), bent, *_line(bent, end))


def _line(start: Point, end: Point) -> tuple[Point, Point, Point]:
    step = (end[0] - start[0]) / 3
    return (start[0] + step, start[1]), (end[0] - step, start[1]), end


def _within(length: float, ends: tuple[float, float]) -> float:
    return min(max(length, ends[0]), ends[1])
