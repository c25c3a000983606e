"""Random trees and values, shared by the property tests of formulas."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from hypothesis import reject
from hypothesis import strategies as st

from gdsim.errors import ProgramError
from gdsim.formula import Formula
from gdsim.formula.backends import constant_value
from gdsim.formula.program import Program, parse_program
from gdsim.formula.tree import Binary, Call, Constant, Negate, Node, Number, Variable, to_text, variables, walk

NAMES = ("x", "y", "w1")

moderate = st.one_of(st.integers(0, 9).map(float), st.floats(0.01, 100, allow_subnormal=False)).map(Number)
numbers = st.one_of(moderate, st.sampled_from([1e-9, 2.5e22, 1e16]).map(Number))
names = st.one_of(st.sampled_from([Constant("pi"), Constant("e")]), st.sampled_from(NAMES).map(Variable))


FUNCTIONS = ("sin", "cos", "tan", "exp", "log", "sqrt", "abs", "sigmoid", "tanh", "relu")


def _grow(
    below: st.SearchStrategy[Node], functions: Sequence[str] = FUNCTIONS, most: int = 3
) -> st.SearchStrategy[Node]:
    return st.one_of(
        below.map(Negate),
        st.builds(Binary, st.sampled_from(["+", "-", "*", "/", "**"]), below, below),
        st.builds(
            lambda f, a: Call(f, (a,)),
            st.sampled_from(functions),
            below,
        ),
        st.builds(
            lambda f, a: Call(f, tuple(a)), st.sampled_from(["min", "max"]), st.lists(below, min_size=2, max_size=most)
        ),
    )


trees: st.SearchStrategy[Node] = st.recursive(st.one_of(numbers, names), _grow, max_leaves=12)
moderate_trees: st.SearchStrategy[Node] = st.recursive(st.one_of(moderate, names), _grow, max_leaves=12)
"""Without the numbers next to which double precision loses all the others."""

# Nothing next to 0: in y/y autograd takes one huge number from another there, and neither is the slope.
points = st.fixed_dictionaries({name: st.floats(-3, 3).map(lambda v: v if abs(v) > 1e-6 else 0.0) for name in NAMES})


def is_moderate(tree: Node, point: dict[str, float]) -> bool:
    """Whether no part of a formula is so large at a point that rewriting it would lose digits (sin of 1e12)."""
    values = (float(Formula("", node).evaluate(point)) for node in walk(tree))
    return all(abs(value) < 1e4 for value in values)


@dataclass(frozen=True)
class Setup:
    """A program and its leaves."""

    program: Program
    leaves: dict[str, float]
    requires_grad: dict[str, bool]


LEAVES = ("x", "y", "w1", "b")
STATEMENTS = ("z", "u", "sigma", "v1", "loss")

_plain = st.one_of(st.integers(0, 4).map(float), st.sampled_from([0.5, 0.1, 1.5, 3.25])).map(Number)
_given = st.one_of(st.sampled_from([0.0, 1.0, -1.0, 2.0, 0.5]), st.integers(-3000, 3000).map(lambda v: v / 1000))
# Counted back from the last name that is known: what was assigned last is used most.
_place = st.sampled_from([1, 1, 1, 2, 2, 3, 4, 5, 6]).map(lambda place: Variable(str(place)))
_placed = st.one_of(_place, _place, _place, _plain, st.sampled_from([Constant("pi"), Constant("e")]))


def _grow_program(below: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
    return _grow(below, (*FUNCTIONS, "detach"), most=4)


_placed_trees = st.one_of(_place, *[_grow_program(st.recursive(_placed, _grow_program, max_leaves=8))] * 5)


def _mended(tree: Node, known: Sequence[str]) -> Node:
    """Return ``tree`` with names in the place of numbers; 1 for constants that are not finite, no negative zeros."""
    if isinstance(tree, Variable):
        return Variable(known[-min(int(tree.name), len(known))])
    value = constant_value(tree)
    if value is not None and (value == 0 or not math.isfinite(value)):
        return Number(0.0 if value == 0 else 1.0)
    match tree:
        case Negate(operand):
            return Negate(_mended(operand, known))
        case Binary(operator, left, right):
            return Binary(operator, _mended(left, known), _mended(right, known))
        case Call(function, arguments):
            return Call(function, tuple(_mended(each, known) for each in arguments))
    return tree


def _setup(
    trees: list[Node], count: int, order: list[str], values: list[float], required: list[bool], between: str
) -> Setup:
    known = list(LEAVES)
    lines = []
    for name, tree in zip(order[:count], trees, strict=False):
        mended = _mended(tree, known)
        if not variables(mended):
            mended = Binary("*", mended, Variable(known[-1]))
        lines.append(f"{name} = {to_text(mended)}")
        known.append(name)
    try:
        program = parse_program(between.join(lines))
    except ProgramError:
        reject()  # a power of a power that is too large
    leaves = dict(zip(program.inputs, values, strict=False))
    return Setup(program, leaves, dict(zip(leaves, required, strict=False)))


setups: st.SearchStrategy[Setup] = st.builds(
    _setup,
    st.lists(_placed_trees, min_size=5, max_size=5),
    st.integers(1, 5),
    st.permutations(STATEMENTS),
    st.lists(_given, min_size=4, max_size=4),
    st.lists(st.sampled_from([True, True, False]), min_size=4, max_size=4),
    st.sampled_from(["\n", "; "]),
)
"""Programs of a few statements that use leaves and each other, with values for the leaves."""
