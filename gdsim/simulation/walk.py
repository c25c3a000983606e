"""A walk over a graph: forward and backward, one node at a time, by torch's rules; every state of it at any step."""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, TypeAlias

from gdsim.i18n import tr
from gdsim.problems.graph import Graph, GraphNode
from gdsim.problems.graph_numbers import Numbers, compute
from gdsim.simulation.calls import USUAL, Call

Kind: TypeAlias = Literal["zero_grad", "forward", "seed", "backward", "accumulate"]
GraphState: TypeAlias = Literal["none", "kept", "freed"]


@dataclass(frozen=True)
class Step:
    """One step of the walk.

    Attributes
    ----------
    call
        Number of the call that it belongs to.
    kind
        ``forward`` computes a node's value, ``seed`` gives the result the gradient 1, ``backward`` hands a node's
        gradient to its operands, ``accumulate`` adds a leaf's gradient to its ``.grad``.
    node
        Index of the node; None for ``zero_grad``.
    """

    call: int
    kind: Kind
    node: int | None


@dataclass(frozen=True)
class State:
    """What is there after a number of steps.

    Attributes
    ----------
    position
        Number of steps made.
    step
        The last of them; None at the start.
    values
        Value of each node, None while it is not computed.
    gradients
        What has arrived at each node in the present or last backward call; None where nothing has.
    slopes, contributions
        Of each edge along which the present or last backward call has gone; None for the others.
    grad
        ``.grad`` of each leaf that requires a gradient, by index; None as in torch.
    counts
        How many backward calls are added up in each of these.
    graph
        Whether there is a graph for backward to walk.
    """

    position: int
    step: Step | None
    values: tuple[float | None, ...]
    gradients: tuple[float | None, ...]
    slopes: tuple[float | None, ...]
    contributions: tuple[float | None, ...]
    grad: Mapping[int, float | None]
    counts: Mapping[int, int]
    graph: GraphState


@dataclass(frozen=True)
class Birth:
    """Where a number first is not finite.

    Attributes
    ----------
    node
        Index of the node.
    what
        Whether it is its value or its gradient.
    sentence
        Says so.
    """

    node: int
    what: Literal["value", "gradient"]
    sentence: str


@dataclass(frozen=True)
class Walk:
    """The calls made on a graph, as steps.

    Attributes
    ----------
    graph
        Where one walks.
    leaves
        Value of each leaf by name.
    calls
        What is called, in order; each must be one that `gdsim.simulation.calls.refusal` lets through.
    """

    graph: Graph
    leaves: Mapping[str, float]
    calls: tuple[Call, ...] = USUAL

    @cached_property
    def steps(self) -> tuple[Step, ...]:
        """Every step, in order."""
        return tuple(itertools.chain.from_iterable(self._parts))

    @cached_property
    def ends(self) -> tuple[int, ...]:
        """Number of steps made at the end of each call."""
        return tuple(itertools.accumulate(map(len, self._parts)))

    @cached_property
    def _parts(self) -> tuple[list[Step], ...]:
        """The steps of each call."""
        return tuple(self._steps_of(index) for index in range(len(self.calls)))

    @cached_property
    def numbers(self) -> Numbers:
        """All numbers, as they are once they have been computed."""
        return compute(self.graph, self.leaves)

    def state(self, position: int) -> State:
        """Return what is there after ``position`` steps, 0 to ``len(steps)``."""
        return self._at(position)[0]

    def birth(self, position: int) -> Birth | None:
        """Return where the first number that is not finite came from, once the walk has reached it."""
        return self._at(position)[1]

    def _at(self, position: int) -> tuple[State, Birth | None]:
        if position not in self._known:
            if len(self._known) > 2:
                self._known.clear()
            state = _Ledger(self).state(position)
            self._known[position] = (state, self._birth(state))
        return self._known[position]

    @cached_property
    def _known(self) -> dict[int, tuple[State, Birth | None]]:
        """What was asked for last: several views show the same step."""
        return {}

    def _birth(self, state: State) -> Birth | None:
        for node in self.graph.nodes:
            value = state.values[node.index]
            if value is not None and not math.isfinite(value):
                return Birth(node.index, "value", _value_sentence(node, value))
        for index in self.graph.backward_order:
            gradient = state.gradients[index]
            if gradient is not None and not math.isfinite(gradient):
                name = self.graph.nodes[index].name
                return Birth(
                    index, "gradient", tr("The gradient of {name} is the first that is not finite.", name=name)
                )
        return None

    def _steps_of(self, index: int) -> list[Step]:
        nodes = self.graph.nodes
        match self.calls[index]:
            case "zero_grad":
                return [Step(index, "zero_grad", None)]
            case "forward":
                made = [node.index for node in nodes if not node.is_input]
                # Where the result is a leaf itself, forward still is a call that one makes.
                return [Step(index, "forward", node) for node in made or [self.graph.result]]
        result = [Step(index, "seed", self.graph.result)]
        for node in self.graph.backward_order:
            result.append(Step(index, "accumulate" if nodes[node].is_input else "backward", node))
        return result


class _Ledger:
    """Keeps account while the steps of a walk are made."""

    def __init__(self, walk: Walk) -> None:
        self.walk, self.graph, self.numbers = walk, walk.graph, walk.numbers
        nodes = self.graph.nodes
        self.values = [self.numbers.values[node.index] if node.is_input else None for node in nodes]
        self.grad: dict[int, float | None] = {
            node.index: None for node in nodes if node.is_input and node.requires_grad
        }
        self.counts = dict.fromkeys(self.grad, 0)
        self.kept: GraphState = "none"
        self.forget()

    def forget(self) -> None:
        """Forget what the last backward call has shown."""
        self.gradients: list[float | None] = [None] * len(self.graph.nodes)
        self.slopes: list[float | None] = [None] * len(self.graph.edges)
        self.contributions: list[float | None] = [None] * len(self.graph.edges)

    def state(self, position: int) -> State:
        for number, step in enumerate(self.walk.steps[:position], start=1):
            self.make(step)
            self.follow_graph(step, number == self.walk.ends[step.call])
        return State(
            position,
            self.walk.steps[position - 1] if position else None,
            tuple(self.values),
            tuple(self.gradients),
            tuple(self.slopes),
            tuple(self.contributions),
            self.grad,
            self.counts,
            self.kept,
        )

    def make(self, step: Step) -> None:
        if step.node is None:
            self.grad = dict.fromkeys(self.grad, None)
            self.counts = dict.fromkeys(self.counts, 0)
        elif step.kind == "forward":
            self.compute(step.node)
        elif step.kind == "seed":
            self.forget()
            self.gradients[step.node] = 1.0
        elif step.kind == "backward":
            self.hand_down(step.node)
        else:
            self.grad[step.node] = (self.grad[step.node] or 0.0) + self.numbers.gradients[step.node]
            self.counts[step.node] += 1

    def compute(self, node: int) -> None:
        if node == next((each.index for each in self.graph.nodes if not each.is_input), None):
            self.values = [v if n.is_input else None for n, v in zip(self.graph.nodes, self.values, strict=True)]
            self.forget()
        self.values[node] = self.numbers.values[node]

    def hand_down(self, node: int) -> None:
        for edge in self.graph.incoming[node]:
            if edge.flows:
                self.slopes[edge.index] = self.numbers.slopes[edge.index]
                contribution = self.numbers.contributions[edge.index]
                self.contributions[edge.index] = contribution
                self.gradients[edge.source] = (self.gradients[edge.source] or 0.0) + contribution

    def follow_graph(self, step: Step, last: bool) -> None:
        """Note whether there is a graph: forward ends with one, backward frees it unless told to keep it."""
        if step.kind == "forward":
            self.kept = "kept" if last else "none"
        elif last and self.walk.calls[step.call] == "backward" and self.graph.saves:
            self.kept = "freed"


def _value_sentence(node: GraphNode, value: float) -> str:
    if math.isnan(value):
        return tr("{name} is the first value that is not a number (nan): it is undefined there.", name=node.name)
    return tr(
        "{name} is the first value that is not finite: it is {value}.", name=node.name, value="∞" if value > 0 else "−∞"
    )
