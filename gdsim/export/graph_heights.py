"""The heights at which the nodes and passages of a computational graph stand in their columns."""

from __future__ import annotations

import itertools
import math
from collections import Counter
from collections.abc import Sequence

from gdsim.export.graph_layers import Layers

BOX_HEIGHT, LABEL_HEIGHT = 84.0, 40.0
"""Of a node; of what is written at a wire. Unit: a 16th of the text's size."""

_PASSAGE_HEIGHT, _GAP = 8.0, 14.0
_PORTS = LABEL_HEIGHT + 1
_TURNS = 8
_STRAIGHT, _LEVEL = 100.0, 10.0


class Heights:
    """Heights, found by turns from the left and from the right.

    Each vertex stands as near as it can to where its wires are level, by least squares; then chains and the
    passages of a wire are made exactly straight where there is room.

    Attributes
    ----------
    y
        The middle of each vertex; the top of the uppermost is at 0.
    ports
        How far below the middle of its node each incoming wire ends, in the order of `Layers.before`.
    """

    def __init__(self, layers: Layers, nodes: int) -> None:
        self.layers, self.nodes = layers, nodes
        self.pulls: list[list[tuple[int, float, float]]] = [[] for _ in layers.before]
        self.next: dict[int, int] = {}
        self.ports = [self._ports(vertex) for vertex in range(len(layers.before))]
        self._join()
        self.distances = [self._distances(column) for column in layers.columns]
        self.y = [0.0] * len(layers.before)
        self._stack()
        for _ in range(_TURNS):
            numbers = range(len(layers.columns))
            for number in (*numbers, *reversed(numbers)):
                self._settle(number)
        self._straighten()
        top = min(y - self.height(vertex) / 2 for vertex, y in enumerate(self.y))
        self.y = [y - top for y in self.y]

    def is_box(self, vertex: int) -> bool:
        """Return whether a vertex is a node, not a passage."""
        return vertex < self.nodes

    def height(self, vertex: int) -> float:
        """Return how high a vertex is."""
        return BOX_HEIGHT if self.is_box(vertex) else _PASSAGE_HEIGHT

    def _ports(self, vertex: int) -> tuple[float, ...]:
        """Let wires end in the order in which they come, one label apart."""
        starts = self.layers.before[vertex]
        order = sorted(range(len(starts)), key=lambda place: (self.layers.rank[starts[place]], place))
        return tuple((order.index(place) - (len(starts) - 1) / 2) * _PORTS for place in range(len(starts)))

    def _join(self) -> None:
        """Note for each vertex where its wires would have it, and how strongly: the start, the end."""
        leaving = Counter(start for starts in self.layers.before for start in starts)
        for vertex, starts in enumerate(self.layers.before):
            for start, port in zip(starts, self.ports[vertex], strict=True):
                weight = 1.0
                if not self.is_box(vertex) and not self.is_box(start):
                    weight = _STRAIGHT
                elif len(starts) == 1 and leaving[start] == 1:
                    weight = _LEVEL
                self.pulls[vertex].append((start, -port, weight))
                self.pulls[start].append((vertex, port, weight))
                if weight > 1:
                    self.next[start] = vertex

    def _distances(self, column: Sequence[int]) -> list[float]:
        """Return how far each vertex must at least be below the one before it."""
        heights = [self.height(vertex) for vertex in column]
        return [0.0, *((a + b) / 2 + _GAP for a, b in itertools.pairwise(heights))]

    def _stack(self) -> None:
        """Put each column's vertices below each other, all columns with their middles side by side."""
        for column, distances in zip(self.layers.columns, self.distances, strict=True):
            y = -sum(distances) / 2
            for vertex, distance in zip(column, distances, strict=True):
                y += distance
                self.y[vertex] = y

    def _settle(self, number: int) -> None:
        """Put a column's vertices as near to their wishes as their distances let.

        Those that would come too close form blocks, each at the mean of its members' wishes.
        """
        column = self.layers.columns[number]
        blocks: list[tuple[float, float, int]] = []  # weight, mean of the wishes, members
        offset = 0.0
        offsets = []
        for vertex, distance in zip(column, self.distances[number], strict=True):
            offset += distance
            offsets.append(offset)
            wish, weight = self._wish(vertex)
            block = (weight, wish - offset, 1)
            while blocks and blocks[-1][1] > block[1]:
                (weight, mean, members), (below, wish, others) = blocks.pop(), block
                block = (weight + below, (weight * mean + below * wish) / (weight + below), members + others)
            blocks.append(block)
        means = [mean for _, mean, members in blocks for _ in range(members)]
        for vertex, mean, offset in zip(column, means, offsets, strict=True):
            self.y[vertex] = mean + offset

    def _wish(self, vertex: int) -> tuple[float, float]:
        """Return where a vertex would stand best, and how much that matters."""
        total = sum([weight for _, _, weight in self.pulls[vertex]])
        if not total:
            return self.y[vertex], 1.0
        return sum([weight * (self.y[other] + port) for other, port, weight in self.pulls[vertex]]) / total, total

    def _straighten(self) -> None:
        chains = []
        for vertex in set(self.next) - set(self.next.values()):
            chain = [vertex]
            while chain[-1] in self.next:
                chain.append(self.next[chain[-1]])
            chains.append(chain)
        above: dict[int, tuple[int, float]] = {}
        below: dict[int, tuple[int, float]] = {}
        for column, distances in zip(self.layers.columns, self.distances, strict=True):
            for upper, lower, distance in zip(column, column[1:], distances[1:], strict=False):
                above[lower], below[upper] = (upper, distance), (lower, -distance)

        def limits(chain: Sequence[int], neighbours: dict[int, tuple[int, float]]) -> list[float]:
            found = [neighbours[vertex] for vertex in chain if vertex in neighbours]
            return [self.y[other] + distance for other, distance in found]

        # What is in the way of one may itself move: more than once.
        for whole in sorted(chains, key=lambda chain: (-len(chain), chain)) * 3:
            for chain in (whole, whole[1:], whole[1:-1]):
                low = max(limits(chain, above), default=-math.inf)
                high = min(limits(chain, below), default=math.inf)
                if chain and low <= high:
                    y = min(max(sum(self.y[vertex] for vertex in chain) / len(chain), low), high)
                    for vertex in chain:
                        self.y[vertex] = y
                    break
