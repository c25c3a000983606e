"""The tree of a formula: six kinds of small immutable nodes, and the table of functions."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

Operator: TypeAlias = Literal["+", "-", "*", "/", "**"]

CONSTANTS = {"pi": math.pi, "e": math.e}

Functions: TypeAlias = Mapping[str, tuple[int, int | None]]

FUNCTIONS: Functions = {
    "sin": (1, 1),
    "cos": (1, 1),
    "tan": (1, 1),
    "exp": (1, 1),
    "log": (1, 1),
    "sqrt": (1, 1),
    "abs": (1, 1),
    "sigmoid": (1, 1),
    "tanh": (1, 1),
    "relu": (1, 1),
    "min": (2, None),
    "max": (2, None),
}
"""What a person may call: least and greatest number of arguments (None: any)."""

PROGRAM_FUNCTIONS: Functions = {**FUNCTIONS, "detach": (1, 1)}
"""What a program may call: detach gives the same number, through which no gradient flows."""

DERIVED_FUNCTIONS = ("sign", "heaviside")
"""What derivatives may hold beside `FUNCTIONS`: sign (0 at 0) and the unit step (0 at 0, as torch's relu has it)."""


@dataclass(frozen=True, slots=True)
class Number:
    """A finite number that is not negative; `Negate` makes it so."""

    value: float


@dataclass(frozen=True, slots=True)
class Constant:
    """``pi`` or ``e``."""

    name: str


@dataclass(frozen=True, slots=True)
class Variable:
    """A name whose value is given when the formula is evaluated."""

    name: str


@dataclass(frozen=True, slots=True)
class Negate:
    """Minus something."""

    operand: Node


@dataclass(frozen=True, slots=True)
class Binary:
    """Two operands and the sign between them."""

    operator: Operator
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class Call:
    """A function of `PROGRAM_FUNCTIONS` or `DERIVED_FUNCTIONS` and its arguments."""

    function: str
    arguments: tuple[Node, ...]


Node: TypeAlias = Number | Constant | Variable | Negate | Binary | Call

SUM, PRODUCT, NEGATION, POWER, ATOM = range(1, 6)
"""How tightly a node binds, loosest first, as in Python."""

_BINDING: dict[Operator, int] = {"+": SUM, "-": SUM, "*": PRODUCT, "/": PRODUCT, "**": POWER}


def number(value: float) -> Node:
    """Return the node of any finite number."""
    return Negate(Number(-value)) if value < 0 else Number(value + 0.0)


def children(node: Node) -> tuple[Node, ...]:
    """Return the nodes right below ``node``, left to right."""
    match node:
        case Negate(operand):
            return (operand,)
        case Binary(_, left, right):
            return (left, right)
        case Call(_, arguments):
            return arguments
        case _:
            return ()


def walk(node: Node) -> Iterator[Node]:
    """Yield ``node`` and everything below it."""
    waiting = [node]
    while waiting:
        current = waiting.pop()
        yield current
        waiting.extend(children(current))


def substituted(node: Node, trees: Mapping[str, Node]) -> Node:
    """Return ``node`` with trees in the place of the variables that they are given for."""
    match node:
        case Variable(name):
            return trees.get(name, node)
        case Negate(operand):
            return Negate(substituted(operand, trees))
        case Binary(operator, left, right):
            return Binary(operator, substituted(left, trees), substituted(right, trees))
        case Call(function, arguments):
            return Call(function, tuple(substituted(each, trees) for each in arguments))
        case _:
            return node


def variables(node: Node) -> tuple[str, ...]:
    """Return the sorted names of the variables in ``node``."""
    return tuple(sorted({each.name for each in walk(node) if isinstance(each, Variable)}))


def binding(node: Node) -> int:
    """Return how tightly ``node`` binds in text."""
    match node:
        case Binary(operator):
            return _BINDING[operator]
        case Negate():
            return NEGATION
        case _:
            return ATOM


def number_text(value: float) -> str:
    """Return the shortest text that reads back as ``value``, without a needless ``.0``."""
    return str(int(value)) if value.is_integer() and value < 1e16 else repr(value)


def to_text(node: Node) -> str:
    """Return text that reads back as exactly this tree."""
    match node:
        case Number(value):
            return number_text(value)
        case Constant(name) | Variable(name):
            return name
        case Call(function, arguments):
            return f"{function}({', '.join(map(to_text, arguments))})"
        case Negate(operand):
            return "-" + _bracketed(operand, NEGATION)
        case Binary("**", left, right):
            return f"{_bracketed(left, ATOM)}**{_bracketed(right, NEGATION)}"
        case Binary(operator, left, right):
            level = _BINDING[operator]
            sign = f" {operator} " if level == SUM else operator
            return _bracketed(left, level) + sign + _bracketed(right, level + 1)
    raise TypeError(node)


def _bracketed(node: Node, least: int) -> str:
    text = to_text(node)
    return text if binding(node) >= least else f"({text})"
