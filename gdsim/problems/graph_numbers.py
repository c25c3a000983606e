"""The numbers of a computational graph: values forward, local derivatives, and gradients back by the chain rule."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from gdsim.problems.graph import Graph, GraphNode


@dataclass(frozen=True)
class Numbers:
    """All numbers of a graph for given leaves; they are the same in every call.

    Attributes
    ----------
    values
        Value of each node.
    gradients
        Derivative of the result by each node that `Graph.backward_order` reaches; 0 elsewhere.
    slopes
        Local derivative on each edge.
    contributions
        Gradient of the edge's target times its local derivative; 0 where nothing flows.
    """

    values: tuple[float, ...]
    gradients: tuple[float, ...]
    slopes: tuple[float, ...]
    contributions: tuple[float, ...]


def compute(graph: Graph, leaves: Mapping[str, float]) -> Numbers:
    """Return all numbers of ``graph``: its values, and by the chain rule its gradients."""
    values: list[float] = []
    for node in graph.nodes:
        values.append(leaves[node.name] if node.operation is None else node.operation.value(*_arguments(node, values)))
    slopes = _slopes(graph, values)
    gradients = [0.0] * len(graph.nodes)
    contributions = [0.0] * len(graph.edges)
    gradients[graph.result] = 1.0
    for index in graph.backward_order:
        operation = graph.nodes[index].operation
        for edge in graph.incoming[index]:
            if operation is None or not edge.flows:
                continue
            closed = slopes[edge.index] == 0 and operation.gate(edge.place, _arguments(graph.nodes[index], values))
            contributions[edge.index] = 0.0 if closed else gradients[index] * slopes[edge.index]
            gradients[edge.source] += contributions[edge.index]
    if not graph.nodes[graph.result].requires_grad:
        gradients[graph.result] = 0.0
    return Numbers(tuple(values), tuple(gradients), tuple(slopes), tuple(contributions))


def _arguments(node: GraphNode, values: Sequence[float]) -> list[float]:
    operands = iter(node.operands)
    return [values[next(operands)] if given is None else given for given in node.constants]


def _slopes(graph: Graph, values: Sequence[float]) -> list[float]:
    slopes = [0.0] * len(graph.edges)
    for node in graph.nodes:
        if node.operation is not None:
            numbers = node.operation.slopes(_arguments(node, values), values[node.index])
            for edge in graph.incoming[node.index]:
                slopes[edge.index] = numbers[edge.place]
    return slopes
