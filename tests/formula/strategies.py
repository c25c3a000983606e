"""Random trees and values, shared by the property tests of formulas."""

from __future__ import annotations

from hypothesis import strategies as st

from gdsim.formula import Formula
from gdsim.formula.tree import Binary, Call, Constant, Negate, Node, Number, Variable, walk

NAMES = ("x", "y", "w1")

moderate = st.one_of(st.integers(0, 9).map(float), st.floats(0.01, 100, allow_subnormal=False)).map(Number)
numbers = st.one_of(moderate, st.sampled_from([1e-9, 2.5e22, 1e16]).map(Number))
names = st.one_of(st.sampled_from([Constant("pi"), Constant("e")]), st.sampled_from(NAMES).map(Variable))


def _grow(below: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
    return st.one_of(
        below.map(Negate),
        st.builds(Binary, st.sampled_from(["+", "-", "*", "/", "**"]), below, below),
        st.builds(
            lambda f, a: Call(f, (a,)),
            st.sampled_from(["sin", "cos", "tan", "exp", "log", "sqrt", "abs", "sigmoid", "tanh", "relu"]),
            below,
        ),
        st.builds(
            lambda f, a: Call(f, tuple(a)), st.sampled_from(["min", "max"]), st.lists(below, min_size=2, max_size=3)
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
