"""The result of a program as a function of one leaf, with the tangent whose slope autograd finds."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gdsim.i18n import tr
from gdsim.problems.graph import Graph, GraphNode
from gdsim.problems.graph_numbers import Numbers, compute
from gdsim.simulation.by_hand import show

Floats = NDArray[np.float64]

_DIGITS = 4
_SAME = 1e-9


@dataclass(frozen=True, eq=False)
class Slice:
    """The result over one leaf while the others stay as they are.

    Attributes
    ----------
    leaf, leaves
        The leaf, and every leaf there is.
    result
        What the result is called.
    places
        Values of the leaf, ascending, shape ``(n,)``.
    heights
        The result there, shape ``(n,)``; ``nan`` where it is not finite.
    at, value
        The present value of the leaf, and the result there.
    slope
        Derivative of the result by the leaf as autograd finds it; None where no gradient flows back to the leaf.
    note
        Why there is no tangent, or why it does not lie along the curve; empty where there is nothing to explain.
    """

    leaf: str
    leaves: tuple[str, ...]
    result: str
    places: Floats
    heights: Floats
    at: float
    value: float
    slope: float | None
    note: str

    @property
    def has_tangent(self) -> bool:
        """Whether there is a tangent to draw."""
        return self.slope is not None and math.isfinite(self.slope) and math.isfinite(self.value)


def slice_of(graph: Graph, leaves: Mapping[str, float], name: str, low: float, high: float, points: int = 201) -> Slice:
    """Return the result of ``graph`` as a function of the leaf ``name``.

    Parameters
    ----------
    graph
        What is computed.
    leaves
        Value of each leaf by name.
    name
        The leaf that varies.
    low, high
        Between which values.
    points
        At how many values, evenly spread.
    """
    numbers = compute(graph, leaves)
    leaf, result = graph.nodes[graph.names[name]], graph.nodes[graph.result]
    # Halved, since the distance of two finite numbers need not be finite.
    places = 2 * np.linspace(low / 2, high / 2, points)
    return Slice(
        name,
        tuple(node.name for node in graph.inputs),
        graph.program.result,
        places,
        _heights(graph, {**leaves, name: places}, points),
        leaves[name],
        numbers.values[result.index],
        numbers.gradients[leaf.index] if leaf.index in graph.backward_order else None,
        _note(graph, leaf, numbers),
    )


def _heights(graph: Graph, leaves: Mapping[str, float | Floats], points: int) -> Floats:
    """Return the result for all values at once, by the statements as they were typed."""
    known: dict[str, float | Floats] = dict(leaves)
    for statement in graph.program.statements:
        formula = statement.formula
        known[statement.name] = formula.evaluate({name: known[name] for name in formula.variables})
    result = np.broadcast_to(known[graph.program.result], (points,))
    return np.where(np.isfinite(result), result, np.nan)


def _note(graph: Graph, leaf: GraphNode, numbers: Numbers) -> str:
    names = {"result": graph.program.result, "leaf": leaf.name}
    own = _curve_slopes(graph, leaf, numbers)[graph.result]
    if own is None:
        return tr("{result} does not depend on {leaf}.", **names)
    value = numbers.values[graph.result]
    if not math.isfinite(value):
        return tr("{result} is {value} here, so there is no tangent.", value=show(value, _DIGITS).text, **names)
    if not leaf.requires_grad:
        return tr("{leaf} requires no gradient, so autograd finds no slope.", **names)
    curve = show(own, _DIGITS).text
    if leaf.index not in graph.backward_order:
        return tr(
            "detach cuts {leaf} off from {result}: the curve has the slope {curve}, autograd finds none.",
            curve=curve,
            **names,
        )
    slope = numbers.gradients[leaf.index]
    if not math.isfinite(slope):
        return tr("The slope is {slope} here, so there is no tangent.", slope=show(slope, _DIGITS).text)
    # Without detach only rounding errors tell the two apart.
    cut = any(node.is_detached for node in graph.nodes)
    if cut and not math.isclose(slope, own, rel_tol=_SAME, abs_tol=_SAME):
        return tr(
            "detach hides a part of {result}: autograd finds the slope {slope}, the curve has {curve}.",
            slope=show(slope, _DIGITS).text,
            curve=curve,
            **names,
        )
    return ""


def _curve_slopes(graph: Graph, leaf: GraphNode, numbers: Numbers) -> list[float | None]:
    """Return the derivative of each node by ``leaf`` along the curve, detach or not; None where it does not depend."""
    slopes: list[float | None] = [None] * len(graph.nodes)
    slopes[leaf.index] = 1.0
    for edge in graph.edges:
        before = slopes[edge.source]
        if before is not None:
            local = 1.0 if graph.nodes[edge.target].is_detached else numbers.slopes[edge.index]
            slopes[edge.target] = (slopes[edge.target] or 0.0) + local * before
    return slopes
