"""The computational graph of a program, as torch would build it: one node an operation, numbers inside their node."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from gdsim.errors import ProgramError, UnknownName
from gdsim.formula.backends import constant_value
from gdsim.formula.program import Program
from gdsim.formula.tree import Binary, Call, Negate, Node, Number, Variable, children, variables
from gdsim.i18n import tr
from gdsim.problems.operations import Operation, operation


@dataclass(frozen=True)
class GraphNode:
    """A tensor of the graph.

    Attributes
    ----------
    index
        Its place in `Graph.nodes`.
    name
        What the program calls it, or ``v`` with a number.
    named
        Whether the program gives it this name.
    operands
        Indices of what it is computed from, in their order, numbers left out; none for a leaf of the program.
    constants
        For each operand of the operation the number that the program gives, None for those in `operands`.
    expression
        How it is computed, over the names of its operands; of a leaf its own name.
    operation
        What kind of operation; None for a leaf of the program.
    requires_grad
        Whether a gradient flows back to it.
    line
        The line of the program that computes it, or that uses the leaf first.
    """

    index: int
    name: str
    named: bool
    operands: tuple[int, ...]
    constants: tuple[float | None, ...]
    expression: Node
    operation: Operation | None
    requires_grad: bool
    line: int

    @property
    def is_input(self) -> bool:
        """Whether its value is given."""
        return self.operation is None

    @property
    def is_leaf(self) -> bool:
        """What torch's ``is_leaf`` says: given, or computed without anything that requires a gradient."""
        return self.operation is None or not self.requires_grad

    @property
    def is_detached(self) -> bool:
        """Whether this is where ``detach`` cuts the graph."""
        return isinstance(self.expression, Call) and self.expression.function == "detach"

    @property
    def grad_fn(self) -> str:
        """What torch calls the node that walks it back; empty where ``grad_fn`` is None."""
        return "" if self.operation is None or not self.requires_grad else self.operation.grad_fn


@dataclass(frozen=True)
class Edge:
    """From an operand to what is computed from it.

    Attributes
    ----------
    index
        Its place in `Graph.edges`.
    source, target
        Indices of the operand and of the node that uses it.
    place
        Which operand of the target's operation it is.
    partial
        The target's derivative by this operand, over the names of the target's operands and its own.
    flows
        Whether a gradient flows along it.
    """

    index: int
    source: int
    target: int
    place: int
    partial: Node
    flows: bool


@dataclass(frozen=True)
class Graph:
    """A program's graph; ``nodes`` holds the leaves first, then the operations in the order of their evaluation."""

    program: Program
    nodes: tuple[GraphNode, ...]
    edges: tuple[Edge, ...]
    result: int

    @cached_property
    def names(self) -> dict[str, int]:
        """The node of each of the program's names and of those that were made up; two names may share one node."""
        return {node.name: node.index for node in self.nodes} | dict(self.aliases)

    aliases: tuple[tuple[str, int], ...] = field(default=())
    """Names that mean a node which has another name already."""

    @cached_property
    def incoming(self) -> tuple[tuple[Edge, ...], ...]:
        """The edges into each node, in the order of its operands."""
        result: list[list[Edge]] = [[] for _ in self.nodes]
        for edge in self.edges:
            result[edge.target].append(edge)
        return tuple(map(tuple, result))

    @cached_property
    def outgoing(self) -> tuple[tuple[Edge, ...], ...]:
        """The edges out of each node."""
        result: list[list[Edge]] = [[] for _ in self.nodes]
        for edge in self.edges:
            result[edge.source].append(edge)
        return tuple(map(tuple, result))

    @property
    def inputs(self) -> tuple[GraphNode, ...]:
        """The nodes whose values are given."""
        return tuple(node for node in self.nodes if node.is_input)

    @cached_property
    def backward_order(self) -> tuple[int, ...]:
        """The nodes that a gradient reaches, in the order in which torch's engine walks them.

        An operation waits for all that is computed from it, the one made last goes first; a leaf takes its
        gradient as soon as all of it is there.
        """
        reached = self._reached()
        waiting = {
            index: sum(edge.flows and edge.target in reached for edge in self.outgoing[index]) for index in reached
        }
        order: list[int] = []
        for index in sorted(reached, reverse=True):
            if self.nodes[index].is_input and index != self.result:
                continue
            order.append(index)
            for edge in self.incoming[index]:
                if edge.flows:
                    waiting[edge.source] -= 1
                    if waiting[edge.source] == 0 and self.nodes[edge.source].is_input:
                        order.append(edge.source)
        return tuple(order)

    @cached_property
    def saves(self) -> bool:
        """Whether torch saves numbers for the way back: without any, backward has nothing to free."""
        operations = (self.nodes[index].operation for index in self.backward_order)
        return any(each is not None and each.saves for each in operations)

    def _reached(self) -> set[int]:
        reached = {self.result} if self.nodes[self.result].requires_grad else set()
        waiting = list(reached)
        while waiting:
            for edge in self.incoming[waiting.pop()]:
                if edge.flows and edge.source not in reached:
                    reached.add(edge.source)
                    waiting.append(edge.source)
        return reached


def build_graph(program: Program, requires_grad: Mapping[str, bool]) -> Graph:
    """Return the graph of ``program``.

    Parameters
    ----------
    program
        What is computed.
    requires_grad
        Whether each leaf requires a gradient, by name, in the order in which leaves are shown.

    Raises
    ------
    ProgramError
        If a name is neither assigned nor a leaf, or is both.
    """
    for statement in program.statements:
        if statement.name in requires_grad:
            raise ProgramError(
                tr("{name} is a leaf and cannot be assigned: choose another name.", name=statement.name),
                *program.place(statement.start),
                len(statement.name),
            )
    for name in program.inputs:
        if name not in requires_grad:
            raise UnknownName(
                tr("{name} is not known: assign it in a line above, or make it a leaf.", name=name),
                name,
                *program.place(program.first_use(name)),
            )
    return _Builder(program, requires_grad).graph()


_LETTERS = ("v", "u", "t", "s", "r", "q", "_")
"""Of what the program has no name for: v1, v2, ..., unless it uses such names itself."""


class _Builder:
    """Turns the trees of a program into nodes."""

    def __init__(self, program: Program, requires_grad: Mapping[str, bool]) -> None:
        self.program = program
        self.nodes: list[GraphNode] = []
        self.edges: list[Edge] = []
        self.known: dict[str, int] = {}
        self.aliases: list[tuple[str, int]] = []
        self.count = 0
        taken = {*requires_grad, *(statement.name for statement in program.statements)}
        self.letter = next(
            letter for letter in _LETTERS if not any(re.fullmatch(rf"{letter}\d+", name) for name in taken)
        )
        for name, required in requires_grad.items():
            line = program.line_at(program.first_use(name)) if name in program.inputs else 1
            self.known[name] = len(self.nodes)
            self.nodes.append(GraphNode(len(self.nodes), name, True, (), (), Variable(name), None, required, line))

    def graph(self) -> Graph:
        for statement in self.program.statements:
            index = self.add(statement.formula.tree, self.program.line_at(statement.right), statement.name)
            if self.nodes[index].name != statement.name:
                self.aliases.append((statement.name, index))
            self.known[statement.name] = index
        return Graph(
            self.program,
            tuple(self.nodes),
            tuple(self.edges),
            self.known[self.program.result],
            aliases=tuple(self.aliases),
        )

    def add(self, tree: Node, line: int, name: str = "") -> int:
        """Return the node that computes ``tree``, made from what it is computed from."""
        match tree:
            case Variable(used):
                return self.known[used]
            case Negate(operand):
                return self.make("negate", (operand,), line, name)
            case Binary(operator, left, right):
                return self.make(operator, (left, right), line, name)
            case Call("min" | "max" as function, (first, *others)):
                return self.pairwise(function, first, others, line, name)
            case Call(function, arguments):
                return self.make(function, arguments, line, name)
        raise TypeError(tree)

    def pairwise(self, function: str, first: Node, others: list[Node], line: int, name: str) -> int:
        """Add the least or greatest of several as torch does, two at a time."""
        left = first
        for right in others[:-1]:
            left = Call(function, (left, right))
        return self.make(function, (left, others[-1]), line, name)

    def make(self, kind: str, parts: tuple[Node, ...], line: int, name: str) -> int:
        sources: dict[int, int] = {}
        operands: list[Node] = []
        for place, part in enumerate(parts):
            if variables(part):
                sources[place] = self.add(part, line)
                operands.append(Variable(self.nodes[sources[place]].name))
            else:
                operands.append(_number(part))
        constant = next((place for place in range(len(parts)) if place not in sources), None)
        made = operation(kind, constant)
        required = bool(made.grad_fn) and any(self.nodes[source].requires_grad for source in sources.values())
        named = bool(name)
        if not named:
            self.count += 1
            name = f"{self.letter}{self.count}"
        index = len(self.nodes)
        expression = _expression(kind, tuple(operands))
        constants = tuple(None if place in sources else constant_value(part) for place, part in enumerate(parts))
        node = GraphNode(index, name, named, tuple(sources.values()), constants, expression, made, required, line)
        self.nodes.append(node)
        partials = made.partials(operands, Variable(name))
        for place, source in sources.items():
            flows = required and self.nodes[source].requires_grad
            self.edges.append(Edge(len(self.edges), source, index, place, partials[place], flows))
        return index


def _number(part: Node) -> Node:
    """Return a part without variables: as it stands where it is short, else its value."""
    if not children(part) or (isinstance(part, Negate) and not children(part.operand)):
        return part
    value = constant_value(part)
    assert value is not None
    return Negate(Number(-value)) if value < 0 else Number(value)


def _expression(kind: str, operands: tuple[Node, ...]) -> Node:
    if kind == "negate":
        return Negate(operands[0])
    if len(operands) == 2 and kind not in ("min", "max"):
        return Binary(kind, operands[0], operands[1])  # type: ignore[arg-type]
    return Call(kind, operands)
