"""What is to be drawn of a computational graph at a step of its walk: texts and marks, without places or colours."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Literal, NamedTuple, TypeAlias

from gdsim.formula.latex import symbol, to_latex
from gdsim.formula.tree import Node, to_text, variables
from gdsim.problems.graph import Edge, Graph, GraphNode
from gdsim.simulation.by_hand import show
from gdsim.simulation.walk import State, Walk

Role: TypeAlias = Literal["input", "operation", "result"]
Flow: TypeAlias = Literal["idle", "value", "gradient", "off", "cut"]


@dataclass(frozen=True)
class BoxPicture:
    """One node.

    Attributes
    ----------
    node
        Its index.
    role
        What kind of node.
    title
        LaTeX: ``v_{4} = 1 - \\sigma``; of a leaf its name. A node with several names shows all.
    plain_title
        The same as text.
    value, gradient
        Numbers as text; empty while they are not there.
    grad
        ``.grad`` of a leaf that requires a gradient: ``None`` or a number; empty for other nodes.
    requires_grad
        Whether a gradient flows back to it; those where none does are drawn dimmed in the backward pass.
    current
        Whether the last step worked on it.
    trouble
        Whether the first number that is not finite was born here.
    """

    node: int
    role: Role
    title: str
    plain_title: str
    value: str
    gradient: str
    grad: str
    requires_grad: bool
    current: bool
    trouble: bool


@dataclass(frozen=True)
class WirePicture:
    """One edge.

    Attributes
    ----------
    edge
        Its index.
    flow
        ``idle``: not reached; ``value``: the value has gone along it; ``gradient``: the gradient has come back along
        it; ``off``: no gradient can flow; ``cut``: detach cuts it.
    formula
        LaTeX of the local derivative; empty until the backward pass has come here, and where it is only a number.
    plain_formula
        The same as text.
    slope, contribution
        Local derivative, and upstream times local, as text; empty until then.
    current
        Whether the last step went along it.
    """

    edge: int
    flow: Flow
    formula: str
    plain_formula: str
    slope: str
    contribution: str
    current: bool


@dataclass(frozen=True)
class GraphPicture:
    """All of a graph; places are in `gdsim.export.graph_layout.GraphLayout`, by the same indices."""

    boxes: tuple[BoxPicture, ...]
    wires: tuple[WirePicture, ...]

    @property
    def backward(self) -> bool:
        """Whether a backward pass is shown, in which what requires no gradient is dimmed."""
        return any(box.gradient for box in self.boxes)


def graph_picture(walk: Walk, state: State, digits: int = 4) -> GraphPicture:
    """Return what is to be drawn after the steps that ``state`` is the result of, with ``digits`` decimals."""
    birth = walk.birth(state.position)
    trouble = None if birth is None else birth.node
    backward = any(gradient is not None for gradient in state.gradients)
    titles = graph_titles(walk.graph)
    boxes = tuple(
        BoxPicture(
            node.index,
            _role(walk.graph, node),
            titles[node.index].latex,
            titles[node.index].plain,
            _number(state.values[node.index], digits),
            _number(state.gradients[node.index], digits),
            _number(state.grad[node.index], digits) or "None" if node.index in state.grad else "",
            node.requires_grad,
            _is_current(node, state),
            node.index == trouble,
        )
        for node in walk.graph.nodes
    )
    wires = tuple(_wire(walk.graph, edge, state, backward, digits) for edge in walk.graph.edges)
    return GraphPicture(boxes, wires)


class Title(NamedTuple):
    """What stands at the top of a box, as LaTeX and as text."""

    latex: str
    plain: str


def graph_titles(graph: Graph) -> tuple[Title, ...]:
    """Return the title of each node: all its names, the last one first, and how it is computed."""
    names: list[list[str]] = [[node.name] for node in graph.nodes]
    for name, index in graph.aliases:
        names[index].insert(0, name)
    result = []
    for node, own in zip(graph.nodes, names, strict=True):
        formula = [] if node.is_input else [node.expression]
        latex = " = ".join([*map(symbol, own), *map(tree_latex, formula)])
        result.append(Title(latex, " = ".join([*own, *map(to_text, formula)])))
    return tuple(result)


@lru_cache(4096)
def tree_latex(tree: Node) -> str:
    """Return the LaTeX of a node's formula or of a local derivative."""
    return to_latex(tree, {})


def _role(graph: Graph, node: GraphNode) -> Role:
    return "result" if node.index == graph.result else "input" if node.is_input else "operation"


def _is_current(node: GraphNode, state: State) -> bool:
    if state.step is None:
        return False
    if state.step.kind == "zero_grad":
        return node.index in state.grad
    return node.index == state.step.node


def _wire(graph: Graph, edge: Edge, state: State, backward: bool, digits: int) -> WirePicture:
    slope = state.slopes[edge.index]
    step = state.step
    current = step is not None and step.node == edge.target
    current &= step is not None and (step.kind == "forward" or (step.kind == "backward" and edge.flows))
    # Of a plain number `slope` says all.
    arrived = slope is not None and bool(variables(edge.partial))
    return WirePicture(
        edge.index,
        _flow(graph, edge, state, backward),
        tree_latex(edge.partial) if arrived else "",
        to_text(edge.partial) if arrived else "",
        _number(slope, digits),
        _number(state.contributions[edge.index], digits),
        current,
    )


def _flow(graph: Graph, edge: Edge, state: State, backward: bool) -> Flow:
    if graph.nodes[edge.target].is_detached and graph.nodes[edge.source].requires_grad:
        return "cut"
    if state.slopes[edge.index] is not None:
        return "gradient"
    if backward and not edge.flows:
        return "off"
    return "idle" if state.values[edge.target] is None else "value"


@lru_cache(8192)
def _number(value: float | None, digits: int) -> str:
    """Return a number's text: only the digits that it has where these are all, else ``digits`` decimals."""
    if value is None:
        return ""
    short = show(value, digits, exact=True)
    if short.value is None or short.value == Decimal(repr(value)):
        return short.text
    return show(value, digits).text
