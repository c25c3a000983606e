"""The calls that one makes on a graph, and torch's rules on which may follow which."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, TypeAlias

from gdsim.i18n import tr
from gdsim.problems.graph import Graph

Call: TypeAlias = Literal["zero_grad", "forward", "backward", "backward(retain_graph=True)"]
CALLS: tuple[Call, ...] = ("zero_grad", "forward", "backward", "backward(retain_graph=True)")
MOST_CALLS = 50
KEEPING: Call = "backward(retain_graph=True)"
USUAL: tuple[Call, ...] = ("forward", "backward")


def refusal(graph: Graph, calls: Sequence[Call], call: Call) -> str:
    """Say why ``call`` cannot follow ``calls``, as torch would; empty where it can."""
    if len(calls) >= MOST_CALLS:
        return tr("A walk holds at most {most} calls: reset it to begin anew.", most=MOST_CALLS)
    if not call.startswith("backward"):
        return ""
    result = graph.nodes[graph.result]
    if not result.requires_grad:
        return tr(
            "{name} does not require a gradient and has no grad_fn: let a leaf that it is computed from "
            "require a gradient.",
            name=result.name,
        )
    since = [each for each in calls if each != "zero_grad"]
    if not since:
        return tr("There is no graph yet: call forward first.")
    if since[-1] == "backward" and graph.saves:
        return tr(
            "The graph has been freed: call forward for a new one, or switch Keep graph on before the first backward."
        )
    return ""


def first_refusal(graph: Graph, calls: Sequence[Call]) -> str:
    """Say why one of ``calls`` cannot follow those before it; empty where all can."""
    sentences = (refusal(graph, calls[:index], call) for index, call in enumerate(calls))
    return next(filter(None, sentences), "")
