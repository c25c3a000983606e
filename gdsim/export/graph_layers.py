"""The columns of a computational graph: what stands in which, in which order, and where long wires pass between."""

from __future__ import annotations

from bisect import bisect_right, insort
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from gdsim.problems.graph import Graph

MOST_PASSAGES = 4000
"""What the longest wires need beyond that they go without: they run straight behind everything."""

_MOST_DETOUR = 6
_TURNS = 8


@dataclass(frozen=True, eq=False)
class Layers:
    """Vertices in columns: the graph's nodes by their indices, and after them the passages of long wires.

    Attributes
    ----------
    columns
        The vertices of each column, from top to bottom.
    before
        Where each vertex is reached from: of a node the vertex before it on each incoming edge, of a passage the
        one vertex before it, which comes before it in this list too. All wires of a node share its passages.
    """

    columns: tuple[tuple[int, ...], ...]
    before: tuple[tuple[int, ...], ...]

    @cached_property
    def rank(self) -> list[int]:
        """How many vertices stand above each in its column."""
        rank = [0] * len(self.before)
        for column in self.columns:
            for index, vertex in enumerate(column):
                rank[vertex] = index
        return rank


def layers(graph: Graph) -> Layers:
    """Put the nodes of ``graph`` into columns, each to the right of what it is computed from."""
    place = _places(graph)
    before: list[tuple[int, ...]] = [()] * len(graph.nodes)
    spans = {node.index: max((place[user] for user in _users(graph, node.index)), default=0) for node in graph.nodes}
    through: dict[tuple[int, int], int] = {}
    for source in _with_passages(place, spans):
        last = source
        for column in range(place[source] + 1, spans[source]):
            through[source, column] = len(before)
            before.append((last,))
            last = through[source, column]
            place.append(column)
    for node in graph.nodes:
        before[node.index] = tuple(
            through.get((edge.source, place[node.index] - 1), edge.source) for edge in graph.incoming[node.index]
        )
    return Layers(_Order(place, before, graph.result).improved(), tuple(before))


def _users(graph: Graph, index: int) -> list[int]:
    return [edge.target for edge in graph.outgoing[index]]


def _with_passages(place: Sequence[int], spans: dict[int, int]) -> list[int]:
    """Return the nodes whose wires get passages: those that need few first, as long as there are some left."""
    left = MOST_PASSAGES
    result = []
    for source in sorted(spans, key=lambda index: (spans[index] - place[index], index)):
        left -= max(0, spans[source] - place[source] - 1)
        if left < 0:
            break
        result.append(source)
    return sorted(result)


def _places(graph: Graph) -> list[int]:
    """Return the column of each node, so that wires are short."""
    place = [0] * len(graph.nodes)
    for node in graph.nodes:
        place[node.index] = 1 + max((place[source] for source in node.operands), default=-1)
    for node in reversed(graph.nodes):
        place[node.index] = min((place[user] - 1 for user in _users(graph, node.index)), default=place[node.index])
    operations = [node.index for node in graph.nodes if not node.is_input]
    for index in (*operations, *reversed(operations)):
        _shift(graph, place, index)
    inputs = [node.index for node in graph.nodes if node.is_input]
    for index in inputs:
        place[index] = min((place[user] - 1 for user in _users(graph, index)), default=0)
    if _can_begin_together(place, inputs):
        for index in inputs:
            place[index] = 0
    return place


def _can_begin_together(place: Sequence[int], inputs: Sequence[int]) -> bool:
    """Return whether all inputs fit into the first column, without long detours."""
    return len(inputs) <= max(Counter(place).values()) and sum(place[index] for index in inputs) <= _MOST_DETOUR


def _shift(graph: Graph, place: list[int], index: int) -> None:
    """Move an operation to where the wires to it and from it are shortest, the rightmost such column."""
    operands = set(graph.nodes[index].operands)
    users = _users(graph, index)
    low = 1 + max((place[source] for source in operands if not graph.nodes[source].is_input), default=0)
    high = min((place[user] - 1 for user in users), default=place[index])
    others = {source: [place[user] for user in _users(graph, source) if user != index] for source in operands}

    def length(column: int) -> int:
        total = max((place[user] for user in users), default=column) - column
        for source, columns in others.items():
            # An input stands right before its first use, wherever that is.
            start = min([*columns, column]) - 1 if graph.nodes[source].is_input else place[source]
            total += max([*columns, column]) - start
        return total

    stops = {low, high, *(column for columns in others.values() for column in columns if low < column < high)}
    place[index] = min((column for column in stops if low <= column <= high), key=lambda c: (length(c), -c))


class _Order:
    """The vertices of each column in an order by which few wires cross.

    Sugiyama, Tagawa and Toda (1981): each vertex at the mean place of its neighbours in the next column, by turns
    from the right and from the left; the best that was met is kept, and neighbours whose wires cross less the other
    way round change places.
    """

    def __init__(self, place: Sequence[int], before: Sequence[tuple[int, ...]], result: int) -> None:
        self.before: list[list[int]] = [[] for _ in place]
        self.after: list[list[int]] = [[] for _ in place]
        for vertex, starts in enumerate(before):
            for start in sorted(set(starts)):
                if place[start] == place[vertex] - 1:
                    self.before[vertex].append(start)
                    self.after[start].append(vertex)
        self.columns: list[list[int]] = [[] for _ in range(max(place) + 1)]
        for vertex in self.from_result(result):
            self.columns[place[vertex]].append(vertex)
        self.rank = [0] * len(place)
        for column in self.columns:
            self.note(column)

    def from_result(self, result: int) -> list[int]:
        """Return all vertices, the result and what it is computed from first, operands in their order."""
        order: dict[int, None] = {}
        waiting = [*range(len(self.before)), result]
        while waiting:
            vertex = waiting.pop()
            if vertex not in order:
                order[vertex] = None
                waiting += reversed(self.before[vertex])
        return list(order)

    def note(self, column: list[int]) -> None:
        for index, vertex in enumerate(column):
            self.rank[vertex] = index

    def improved(self) -> tuple[tuple[int, ...], ...]:
        """Return the columns after all turns."""
        best, fewest = [list(column) for column in self.columns], self.crossings()
        for _ in range(_TURNS):
            for column in reversed(self.columns):
                self.sort(column, self.after)
            for column in self.columns:
                self.sort(column, self.before)
            crossings = self.crossings()
            if crossings < fewest:
                best, fewest = [list(column) for column in self.columns], crossings
        for column in best:
            self.note(column)
        for _ in range(_TURNS):
            if not sum(self.swap(column) for column in best):
                break
        return tuple(map(tuple, best))

    def sort(self, column: list[int], neighbours: Sequence[Sequence[int]]) -> None:
        rank = self.rank

        def wish(vertex: int) -> float:
            around = neighbours[vertex]
            return sum([rank[other] for other in around]) / len(around) if around else rank[vertex]

        column.sort(key=wish)
        self.note(column)

    def crossings(self) -> int:
        total = 0
        for column in self.columns:
            starts: list[int] = []
            for vertex in column:
                ranks = [self.rank[start] for start in self.before[vertex]]
                total += sum(len(starts) - bisect_right(starts, rank) for rank in ranks)
                for rank in ranks:
                    insort(starts, rank)
        return total

    def swap(self, column: list[int]) -> int:
        """Let neighbours change places; return how many did."""
        swaps = 0
        for index in range(len(column) - 1):
            upper, lower = column[index : index + 2]
            if self.excess(upper, lower) > 0:
                column[index : index + 2] = lower, upper
                self.rank[lower], self.rank[upper] = index, index + 1
                swaps += 1
        return swaps

    def excess(self, upper: int, lower: int) -> int:
        """Return by how many crossings it is worse to have ``upper`` above ``lower`` than the other way round."""
        rank = self.rank
        return sum(
            (rank[a] > rank[b]) - (rank[a] < rank[b])
            for around in (self.before, self.after)
            for a in around[upper]
            for b in around[lower]
        )
