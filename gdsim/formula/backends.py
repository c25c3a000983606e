"""A tree compiled once to nested closures, for numpy and for torch."""

from __future__ import annotations

import functools
import operator
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from gdsim.formula.tree import CONSTANTS, Binary, Call, Constant, Negate, Node, Number, Variable

if TYPE_CHECKING:
    from torch import Tensor

Compiled = Callable[[Mapping[str, Any]], Any]
Functions = Mapping[str, Callable[..., Any]]

_OPERATORS: dict[str, Callable[[Any, Any], Any]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "**": operator.pow,
}


def _stable_sigmoid(x: NDArray[np.float64]) -> NDArray[np.float64]:
    small = np.exp(-np.abs(x))
    result: NDArray[np.float64] = np.where(x >= 0, 1.0, small) / (1.0 + small)
    return result


def _many(pairwise: Callable[[Any, Any], Any]) -> Callable[..., Any]:
    return lambda *arguments: functools.reduce(pairwise, arguments)


NUMPY: Functions = {
    "sin": np.sin,
    "cos": np.cos,
    "tan": np.tan,
    "exp": np.exp,
    "log": np.log,
    "sqrt": np.sqrt,
    "abs": np.abs,
    "sigmoid": _stable_sigmoid,
    "tanh": np.tanh,
    "relu": lambda x: np.maximum(x, 0.0),
    "min": _many(np.minimum),
    "max": _many(np.maximum),
    "detach": lambda x: x,
    "sign": np.sign,
    "heaviside": lambda x: np.heaviside(x, 0.0),
}


@functools.cache
def torch_functions() -> Functions:
    """Return torch's functions; imports torch."""
    import torch

    def tensors(
        pairwise: Callable[[Tensor, Tensor], Tensor], numbers: Callable[[float, float], float]
    ) -> Callable[[Any, Any], Any]:
        def apply(a: Any, b: Any) -> Any:
            if isinstance(a, float) and isinstance(b, float):
                return numbers(a, b)
            if not isinstance(a, torch.Tensor):
                a = torch.as_tensor(a, dtype=b.dtype, device=b.device)
            elif not isinstance(b, torch.Tensor):
                b = torch.as_tensor(b, dtype=a.dtype, device=a.device)
            return pairwise(a, b)

        return apply

    names = ("sin", "cos", "tan", "exp", "log", "sqrt", "abs", "sigmoid", "tanh", "relu", "sign")
    return {
        **{name: getattr(torch, name) for name in names},
        "min": _many(tensors(torch.minimum, min)),
        "max": _many(tensors(torch.maximum, max)),
        "detach": lambda x: x.detach(),
        "heaviside": lambda x: (x > 0).to(x.dtype),
    }


def constant_value(node: Node) -> float | None:
    """Return the value of a tree without variables, None for any other; ``nan`` where it is undefined."""
    with np.errstate(all="ignore"):
        return _constant(node)


def _constant(node: Node) -> float | None:
    match node:
        case Number(value):
            return value
        case Constant(name):
            return CONSTANTS[name]
        case Variable():
            return None
        case Negate(operand):
            value_below = _constant(operand)
            return None if value_below is None else -value_below
        case Binary(sign, left, right):
            pair = (_constant(left), _constant(right))
            if pair[0] is None or pair[1] is None:
                return None
            return float(_OPERATORS[sign](np.float64(pair[0]), np.float64(pair[1])))
        case Call(function, arguments):
            values = [_constant(each) for each in arguments]
            if any(value is None for value in values):
                return None
            return float(NUMPY[function](*(np.float64(value) for value in values if value is not None)))
    raise TypeError(node)


def compile_tree(node: Node, functions: Functions) -> Compiled:
    """Return a function of the variables' values that computes ``node``; constant parts are computed now."""
    fixed = constant_value(node)
    if fixed is not None:
        return lambda values: fixed
    match node:
        case Variable(name):
            return operator.itemgetter(name)
        case Negate(operand):
            inner = compile_tree(operand, functions)
            return lambda values: -inner(values)
        case Binary(sign, left, right):
            return _compile_binary(sign, left, right, functions)
        case Call(function, arguments):
            return _compile_call(functions[function], [compile_tree(each, functions) for each in arguments])
    raise TypeError(node)


def _compile_binary(sign: str, left: Node, right: Node, functions: Functions) -> Compiled:
    apply = _OPERATORS[sign]
    a, b = constant_value(left), constant_value(right)
    if a is not None:
        right_part = compile_tree(right, functions)
        return lambda values: apply(a, right_part(values))
    left_part = compile_tree(left, functions)
    if b is not None:
        # x**2 with the integer 2 is exact where x**2.0 need not be.
        b = int(b) if sign == "**" and b.is_integer() else b
        return lambda values: apply(left_part(values), b)
    right_part = compile_tree(right, functions)
    return lambda values: apply(left_part(values), right_part(values))


def _compile_call(function: Callable[..., Any], arguments: list[Compiled]) -> Compiled:
    if len(arguments) == 1:
        only = arguments[0]
        return lambda values: function(only(values))
    return lambda values: function(*(each(values) for each in arguments))
