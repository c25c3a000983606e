"""The operations of a computational graph: value, local derivatives as formulas and as numbers, torch's name.

Local derivatives follow ``derivatives.yaml`` of PyTorch, also where a function has a kink or is undefined.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from gdsim.formula.backends import NUMPY
from gdsim.formula.tree import Binary, Call, Negate, Node, Number

Partials = Callable[[Sequence[Node], Node], tuple[Node, ...]]
Numbers = Callable[[Sequence[float], float], tuple[float, ...]]
Gate = Callable[[int, Sequence[float]], bool]

ONE, TWO, ZERO = Number(1.0), Number(2.0), Number(0.0)


def _never(place: int, operands: Sequence[float]) -> bool:
    return False


def _always(place: int, operands: Sequence[float]) -> bool:
    return True


def _base_of_power_zero(place: int, operands: Sequence[float]) -> bool:
    return place == 0 and operands[1] == 0


@dataclass(frozen=True, eq=False)
class Operation:
    """One kind of node.

    Attributes
    ----------
    grad_fn
        What torch calls the node that walks it back; empty where nothing is walked back.
    value
        Its value from those of its operands, numbers written in the formula included.
    partials
        Its derivative by each operand as a formula of the operands and of its own value.
    slopes
        The same as numbers.
    gate
        Whether, given the place of an operand and all of them, a slope of 0 holds the gradient back: 0 whatever
        comes from above, where other slopes of 0 give nan for inf.
    saves
        Whether torch saves a number for the way back: that is what a freed graph lacks.
    """

    grad_fn: str
    value: Callable[..., float]
    partials: Partials
    slopes: Numbers
    gate: Gate = _never
    saves: bool = True


def operation(kind: str, constant: int | None) -> Operation:
    """Return the operation of an operator or function.

    Parameters
    ----------
    kind
        An operator, a function's name, or ``negate``.
    constant
        Which operand is a number written in the formula, 0 or 1, None where both are tensors: torch tells
        these apart.
    """
    return _SPECIAL.get((kind, constant)) or _OPERATIONS[kind]


def _power(base: float, exponent: float) -> float:
    with np.errstate(all="ignore"):
        return float(np.float64(base) ** (int(exponent) if exponent.is_integer() else exponent))


def _divide(a: float, b: float) -> float:
    with np.errstate(all="ignore"):
        return float(np.float64(a) / np.float64(b))


def _numpy(name: str) -> Callable[..., float]:
    function = NUMPY[name]

    def value(*operands: float) -> float:
        with np.errstate(all="ignore"):
            return float(function(*map(np.float64, operands)))

    return value


def _power_by_number(base: float, exponent: float) -> float:
    """Return what torch gives where the exponent is a number: roots, which differ from powers at -0 and -inf."""
    if abs(exponent) == 0.5:
        return _SQRT(base) if exponent > 0 else _divide(1.0, _SQRT(base))
    return _power(base, exponent)


def _base_slope(base: float, exponent: float, power: Callable[[float, float], float] = _power) -> float:
    return 0.0 if exponent == 0 else exponent * power(base, exponent - 1)


def _exponent_slope(base: float, exponent: float, own: float) -> float:
    if base == 0 and exponent >= 0:
        return 0.0
    return own * _LOG(base)


_LOG, _COS, _SIN, _SQRT = map(_numpy, ("log", "cos", "sin", "sqrt"))


def times(a: Node, b: Node) -> Node:
    """Return ``a*b``, without a factor 1."""
    if ONE in (a, b):
        return b if a == ONE else a
    return Binary("*", a, b)


def _power_partial(base: Node, exponent: Node) -> Node:
    if not isinstance(exponent, Number):
        return times(exponent, Binary("**", base, Binary("-", exponent, ONE)))
    if exponent.value in (0.0, 1.0):
        return exponent
    if exponent.value == 2.0:
        return times(exponent, base)
    return times(exponent, Binary("**", base, Number(exponent.value - 1)))


def _minus(node: Node) -> Node:
    return Negate(node)


def _step(a: Node, b: Node) -> Node:
    """Return 1 where ``a`` is above ``b``, else 0."""
    return Call("heaviside", (Binary("-", a, b),))


def _larger(a: float, b: float) -> tuple[float, float]:
    if math.isnan(a) or math.isnan(b):
        # torch holds back only what is smaller.
        return (1.0, 1.0)
    # Equals share the gradient.
    first = 0.5 if a == b else float(a > b)
    return first, 1 - first


def _one(
    grad_fn: str,
    name: str,
    partial: Callable[[Node, Node], Node],
    slope: Callable[[float, float], float],
) -> Operation:
    """Return the operation of a function of one operand."""
    return Operation(
        f"{grad_fn}Backward0",
        _numpy(name),
        lambda operands, own: (partial(operands[0], own),),
        lambda operands, own: (slope(operands[0], own),),
    )


def _difference(grad_fn: str) -> Operation:
    return Operation(
        grad_fn, lambda a, b: a - b, lambda o, own: (ONE, _minus(ONE)), lambda o, own: (1.0, -1.0), saves=False
    )


_POWER_FORMULAS: Partials = lambda o, own: (_power_partial(o[0], o[1]), times(own, Call("log", (o[0],))))  # noqa: E731
_POWER_NUMBERS: Numbers = lambda o, own: (_base_slope(o[0], o[1]), _exponent_slope(o[0], o[1], own))  # noqa: E731

_OPERATIONS: dict[str, Operation] = {
    "+": Operation(
        "AddBackward0", lambda a, b: a + b, lambda o, own: (ONE, ONE), lambda o, own: (1.0, 1.0), saves=False
    ),
    "-": _difference("SubBackward0"),
    "*": Operation("MulBackward0", lambda a, b: a * b, lambda o, own: (o[1], o[0]), lambda o, own: (o[1], o[0])),
    "/": Operation(
        "DivBackward0",
        _divide,
        lambda o, own: (Binary("/", ONE, o[1]), _minus(Binary("/", o[0], Binary("**", o[1], TWO)))),
        lambda o, own: (_divide(1.0, o[1]), -_divide(_divide(o[0], o[1]), o[1])),
    ),
    "**": Operation("PowBackward1", _power, _POWER_FORMULAS, _POWER_NUMBERS, gate=_base_of_power_zero),
    "negate": Operation(
        "NegBackward0", lambda a: -a, lambda o, own: (_minus(ONE),), lambda o, own: (-1.0,), saves=False
    ),
    "min": Operation(
        "MinimumBackward0",
        lambda a, b: b if b < a or math.isnan(b) else a,
        lambda o, own: (_step(o[1], o[0]), _step(o[0], o[1])),
        lambda o, own: _larger(o[1], o[0]),
        gate=_always,
    ),
    "max": Operation(
        "MaximumBackward0",
        lambda a, b: b if b > a or math.isnan(b) else a,
        lambda o, own: (_step(o[0], o[1]), _step(o[1], o[0])),
        lambda o, own: _larger(o[0], o[1]),
        gate=_always,
    ),
    "detach": Operation("", lambda a: a, lambda o, own: (ZERO,), lambda o, own: (0.0,), gate=_always),
    "sin": _one("Sin", "sin", lambda a, own: Call("cos", (a,)), lambda a, own: _COS(a)),
    "cos": _one("Cos", "cos", lambda a, own: _minus(Call("sin", (a,))), lambda a, own: -_SIN(a)),
    "tan": _one("Tan", "tan", lambda a, own: Binary("+", ONE, Binary("**", own, TWO)), lambda a, own: 1 + own * own),
    "exp": _one("Exp", "exp", lambda a, own: own, lambda a, own: own),
    "log": _one("Log", "log", lambda a, own: Binary("/", ONE, a), lambda a, own: _divide(1.0, a)),
    "sqrt": _one(
        "Sqrt", "sqrt", lambda a, own: Binary("/", ONE, times(TWO, own)), lambda a, own: _divide(1.0, 2 * own)
    ),
    "abs": _one("Abs", "abs", lambda a, own: Call("sign", (a,)), lambda a, own: float((a > 0) - (a < 0))),
    "sigmoid": _one(
        "Sigmoid",
        "sigmoid",
        lambda a, own: times(own, Binary("-", ONE, own)),
        lambda a, own: (1 - own) * own,
    ),
    "tanh": _one("Tanh", "tanh", lambda a, own: Binary("-", ONE, Binary("**", own, TWO)), lambda a, own: 1 - own * own),
    "relu": Operation(
        "ReluBackward0",
        lambda a: 0.0 if a < 0 else a,
        lambda o, own: (Call("heaviside", (o[0],)),),
        lambda o, own: (0.0 if own <= 0 else 1.0,),
        gate=_always,
    ),
}

_SPECIAL: dict[tuple[str, int | None], Operation] = {
    ("-", 0): _difference("RsubBackward1"),
    # torch takes the reciprocal and multiplies; the node that a person sees is the product.
    ("/", 0): Operation(
        "MulBackward0",
        lambda a, b: _divide(1.0, b) * a,
        _OPERATIONS["/"].partials,
        lambda o, own: (_divide(1.0, o[1]), -o[0] * (_divide(1.0, o[1]) * _divide(1.0, o[1]))),
    ),
    ("**", 0): Operation("PowBackward2", _power, _POWER_FORMULAS, _POWER_NUMBERS),
    ("**", 1): Operation(
        "PowBackward0",
        _power_by_number,
        _POWER_FORMULAS,
        lambda o, own: (_base_slope(o[0], o[1], _power_by_number), 0.0),
        gate=_base_of_power_zero,
    ),
}
