"""The chain rule for one leaf: the derivative of the result as one product of local derivatives and sums of such."""

from __future__ import annotations

import itertools
import math
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from gdsim.problems.graph import Graph

MOST_PATHS = 8
"""Paths between two nodes up to which all are written out."""

MOST_LINKS = 32
"""Local derivatives up to which the paths between two nodes are written out."""

MOST_FACTORS = 24
_KEPT_FACTORS = 10


@dataclass(frozen=True)
class Link:
    """From a node to one that it is computed from; an operation may use that twice, as in x*x.

    Attributes
    ----------
    target, source
        Indices of the nodes.
    edges
        Indices of the edges between them.
    """

    target: int
    source: int
    edges: tuple[int, ...]


@dataclass(frozen=True)
class Factor:
    """A factor of the product: the derivative of one node by another through which all paths go.

    Attributes
    ----------
    target, source
        Indices of the nodes.
    links
        All links between them, those to the later target first.
    count
        Number of paths.
    paths
        The paths, from the target down; none where they are too many to be written out.
    middle
        Whether it puts together what stands in the middle of a very long product.
    """

    target: int
    source: int
    links: tuple[Link, ...]
    count: int
    paths: tuple[tuple[Link, ...], ...] = ()
    middle: bool = False


def factors(graph: Graph, leaf: int) -> tuple[Factor, ...]:
    """Return the derivative of the result by a leaf, factor by factor from the result down.

    The product is cut at the nodes through which all paths go. In a very long one the factors in the middle are put
    together. There are none where no gradient flows back to the leaf, nor where the leaf is the result itself.
    """
    links = _links(graph, leaf)
    result = [_factor(target, source, own) for target, source, own in _segments(links)]
    if len(result) <= MOST_FACTORS:
        return tuple(result)
    middle = result[_KEPT_FACTORS:-_KEPT_FACTORS]
    merged = Factor(
        middle[0].target,
        middle[-1].source,
        tuple(itertools.chain.from_iterable(each.links for each in middle)),
        math.prod(each.count for each in middle),
        middle=True,
    )
    return (*result[:_KEPT_FACTORS], merged, *result[-_KEPT_FACTORS:])


def slope(link: Link, slopes: Sequence[float | None]) -> float | None:
    """Return the local derivative along a link, None where that of an edge is not known."""
    own = [slopes[edge] for edge in link.edges]
    return None if None in own else sum(each for each in own if each is not None)


def derivatives(factor: Factor, slopes: Sequence[float | None]) -> dict[int, float]:
    """Return the derivative of a factor's target by each node on the way to its source, as far as they are known.

    By the recursion of backpropagation: what a node gives to several others is added up, each path once.
    """
    result = {factor.target: 1.0}
    for source, own in _by_source(factor.links).items():
        terms = []
        for link in own:
            local, above = slope(link, slopes), result.get(link.target)
            terms.append(None if local is None or above is None else above * local)
        if None not in terms:
            result[source] = sum(each for each in terms if each is not None)
    return result


def rows(factor: Factor) -> Mapping[int, Sequence[Link]]:
    """Return for each node of a factor but its target the links to what uses it, from the target down."""
    return _by_source(factor.links)


def _links(graph: Graph, leaf: int) -> list[Link]:
    """Return the links on the paths from the result to the leaf, from the result down."""
    reached = set(graph.backward_order)
    if leaf not in reached:
        return []
    above = {leaf}
    edges: dict[tuple[int, int], list[int]] = defaultdict(list)
    for node in graph.nodes:
        for edge in graph.incoming[node.index]:
            if edge.flows and edge.target in reached and edge.source in above:
                above.add(edge.target)
                edges[edge.target, edge.source].append(edge.index)
    return [Link(*ends, tuple(edges[ends])) for ends in sorted(edges, reverse=True)]


def _segments(links: Sequence[Link]) -> Iterator[tuple[int, int, tuple[Link, ...]]]:
    """Cut the links at the nodes that no link passes by; nodes are numbered in the order of their evaluation."""
    own: list[Link] = []
    lowest = math.inf
    for link in links:
        if own and link.target <= lowest:
            yield own[0].target, int(lowest), tuple(own)
            own, lowest = [], math.inf
        own.append(link)
        lowest = min(lowest, link.source)
    if own:
        yield own[0].target, int(lowest), tuple(own)


def _factor(target: int, source: int, links: tuple[Link, ...]) -> Factor:
    counts = {target: 1}
    for node, own in _by_source(links).items():
        counts[node] = sum(counts[link.target] for link in own)
    count = counts[source]
    if count > MOST_PATHS or len(links) > MOST_LINKS:
        return Factor(target, source, links, count)
    paths = tuple(_paths(target, source, links))
    written = paths if sum(map(len, paths)) <= MOST_LINKS else ()
    return Factor(target, source, links, count, written)


def _paths(target: int, source: int, links: Sequence[Link]) -> Iterator[tuple[Link, ...]]:
    below: dict[int, list[Link]] = defaultdict(list)
    for link in sorted(links, key=lambda each: each.edges):
        below[link.target].append(link)
    waiting: list[tuple[Link, ...]] = [(link,) for link in below[target]]
    while waiting:
        path = waiting.pop(0)
        if path[-1].source == source:
            yield path
        else:
            waiting[:0] = [(*path, link) for link in below[path[-1].source]]


def _by_source(links: Sequence[Link]) -> dict[int, list[Link]]:
    result: dict[int, list[Link]] = defaultdict(list)
    for link in links:
        result[link.source].append(link)
    return {source: result[source] for source in sorted(result, reverse=True)}
