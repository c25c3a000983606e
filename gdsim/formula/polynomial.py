"""Exact polynomial arithmetic on a tree: tells a quadratic from anything else without sympy."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import TypeAlias

from gdsim.formula.backends import constant_value
from gdsim.formula.expression import Formula
from gdsim.formula.tree import Binary, Negate, Node, Number, Variable

Polynomial: TypeAlias = dict[tuple[int, ...], Fraction]
"""Exponents of the variables, in their sorted order -> coefficient; no zero coefficients."""

_MAX_DEGREE = 8
_MAX_TERMS = 60


class _NotPolynomial(Exception):
    """Something in the tree is no polynomial, or too large a one to be worth writing out."""


def polynomial(formula: Formula) -> Polynomial | None:
    """Return the coefficients of ``formula``, or None if it is not a small polynomial of its variables.

    Decimals count as typed (0.1 is 1/10); ``pi``, ``e`` and functions of constants count in double precision.
    """
    try:
        return _expand(formula.tree, formula.variables)
    except (_NotPolynomial, OverflowError, ZeroDivisionError):
        return None


def degree(terms: Polynomial) -> int:
    """Return the total degree; 0 for a constant."""
    return max((sum(powers) for powers in terms), default=0)


def _expand(node: Node, names: tuple[str, ...]) -> Polynomial:
    none = (0,) * len(names)
    match node:
        case Number(value):
            return {none: Fraction(repr(value))} if value else {}
        case Variable(name):
            return {tuple(int(each == name) for each in names): Fraction(1)}
        case Negate(operand):
            return {powers: -c for powers, c in _expand(operand, names).items()}
        case Binary("+" | "-" as sign, left, right):
            result = _expand(left, names)
            for powers, c in _expand(right, names).items():
                result[powers] = result.get(powers, Fraction(0)) + (c if sign == "+" else -c)
            return _checked(result)
        case Binary("*", left, right):
            return _multiply(_expand(left, names), _expand(right, names))
        case Binary("/", left, right):
            divisor = _expand(right, names)
            if degree(divisor) > 0:
                raise _NotPolynomial
            whole = divisor.get(none, Fraction(0))
            return {powers: c / whole for powers, c in _expand(left, names).items()}
        case Binary("**", left, right):
            return _power(node, left, constant_value(right), names)
    return _constant(node, names)


def _constant(node: Node, names: tuple[str, ...]) -> Polynomial:
    value = constant_value(node)
    if value is None or not math.isfinite(value):
        raise _NotPolynomial
    return {(0,) * len(names): Fraction(value)} if value else {}


def _power(node: Node, left: Node, exponent: float | None, names: tuple[str, ...]) -> Polynomial:
    if exponent is None or not 0 <= exponent <= _MAX_DEGREE or not exponent.is_integer():
        return _constant(node, names)
    base = _expand(left, names)
    result: Polynomial = {(0,) * len(names): Fraction(1)}
    for _ in range(int(exponent)):
        result = _multiply(result, base)
    return result


def _multiply(a: Polynomial, b: Polynomial) -> Polynomial:
    result: Polynomial = {}
    for p, c in a.items():
        for q, d in b.items():
            powers = tuple(i + j for i, j in zip(p, q, strict=True))
            result[powers] = result.get(powers, Fraction(0)) + c * d
    return _checked(result)


def _checked(terms: Polynomial) -> Polynomial:
    result = {powers: c for powers, c in terms.items() if c}
    if len(result) > _MAX_TERMS or degree(result) > _MAX_DEGREE:
        raise _NotPolynomial
    return result
