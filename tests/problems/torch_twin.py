"""The same programs in torch, operation by operation, written without anything of ours but the trees."""

from __future__ import annotations

import functools
import math
import struct
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import torch
from torch import Tensor

from gdsim.formula.program import Program
from gdsim.formula.tree import Binary, Call, Constant, Negate, Node, Number, Variable

torch.set_num_threads(1)  # numbers, not arrays

Value = Tensor | float

_EXACT = ("+", "-", "*", "negate", "abs", "relu", "min", "max", "detach", "sqrt")
"""What every library rounds alike; of "/" only the quotient of two tensors."""


class Twin:
    """A program's tensors.

    Attributes
    ----------
    leaves
        The given tensors by name.
    names
        The tensor of each assigned name.
    made
        The tensor of each operation, in the order of evaluation.
    order
        What the engine has walked through in the last backward call: indices of `made`, names of leaves.
    """

    def __init__(
        self, program: Program, leaves: Mapping[str, float], requires_grad: Mapping[str, bool], noise: int = 0
    ) -> None:
        self.program = program
        self.noise = noise
        self.leaves = {
            name: torch.tensor(value, dtype=torch.float64, requires_grad=requires_grad[name])
            for name, value in leaves.items()
        }
        self.order: list[int | str] = []
        for name, leaf in self.leaves.items():
            if leaf.requires_grad:
                leaf.register_post_accumulate_grad_hook(functools.partial(self._leaf_reached, name))

    def forward(self) -> Tensor:
        """Evaluate the program; the result is returned."""
        self.made: list[Tensor] = []
        self.names: dict[str, Tensor] = {}
        for statement in self.program.statements:
            value = self._of(statement.formula.tree)
            assert isinstance(value, Tensor)
            self.names[statement.name] = value
        return self.names[self.program.statements[-1].name]

    def backward(self, retain_graph: bool = False) -> None:
        """Call backward on the last result."""
        self.order.clear()
        self.names[self.program.statements[-1].name].backward(retain_graph=retain_graph)

    def zero_grad(self) -> None:
        """Set every .grad to None, as torch.optim does."""
        for leaf in self.leaves.values():
            leaf.grad = None

    def _leaf_reached(self, name: str, leaf: Tensor) -> None:
        self.order.append(name)

    def _of(self, tree: Node) -> Value:
        match tree:
            case Number(value):
                return value
            case Constant(name):
                return {"pi": torch.pi, "e": torch.e}[name]
            case Variable(name):
                return self.names[name] if name in self.names else self.leaves[name]
            case Negate(operand):
                return self._apply("negate", lambda a: -a, operand)
            case Binary(operator, left, right):
                return self._apply(operator, _OPERATORS[operator], left, right)
            case Call("min" | "max" as name, (first, *others)):
                value = self._of(first)
                for other in others:
                    value = self._made(name, self._extreme(name, value, self._of(other)))
                return value
            case Call("detach", (argument,)):
                return self._apply("detach", lambda a: a.detach() if isinstance(a, Tensor) else a, argument)
            case Call(name, (argument,)):
                return self._apply(name, functools.partial(_function, name), argument)
        raise TypeError(tree)

    def _apply(self, kind: str, function: Callable[..., Value], *parts: Node) -> Value:
        operands = [self._of(part) for part in parts]
        value = function(*operands)
        exact = kind in _EXACT or (kind == "/" and isinstance(operands[0], Tensor))
        return self._made(kind if exact else "", value)

    def _extreme(self, name: str, a: Value, b: Value) -> Value:
        if not isinstance(a, Tensor) and not isinstance(b, Tensor):
            return min(a, b) if name == "min" else max(a, b)
        pair = [torch.as_tensor(each, dtype=torch.float64) for each in (a, b)]
        return torch.minimum(*pair) if name == "min" else torch.maximum(*pair)

    def _made(self, exact: str, value: Value) -> Value:
        if not isinstance(value, Tensor):
            return value
        if self.noise and not exact:
            value = _Rounded.apply(value, self._rounding(value))
        index = len(self.made)
        self.made.append(value)
        if value.requires_grad:
            value.retain_grad()
            if self.noise:
                value.register_hook(lambda slope: slope * (1 + self._rounding(slope)))
            else:
                assert value.grad_fn is not None
                value.grad_fn.register_prehook(lambda slopes: self.order.append(index))
        return value

    def _rounding(self, value: Tensor) -> float:
        """Return an error of one or two units in the last place; equal numbers get equal ones."""
        (bits,) = struct.unpack("<Q", struct.pack("<d", value.item()))
        return (4e-16, -4e-16, 2e-16, -2e-16)[(bits * (2 * self.noise + 1) >> 3) % 4]


def same(own: float | None, theirs: float | None, noisy: Sequence[float | None] = ()) -> bool:
    """Whether two numbers are the same to 1e-12, or as near as rounding errors on the way let them be.

    Parameters
    ----------
    own, theirs
        The two; nan is the same as nan, None as None.
    noisy
        What ``theirs`` becomes under other rounding errors.
    """
    if own is None or theirs is None or not math.isfinite(theirs):
        return repr(own) == repr(theirs)
    spread = max((math.inf if each is None else abs(each - theirs) for each in noisy), default=0.0)
    return not math.isfinite(spread) or abs(own - theirs) <= max(1e-12 * abs(theirs), 50 * spread)


def grad_of(tensor: Tensor) -> float | None:
    """Return a tensor's .grad as a number."""
    return None if tensor.grad is None else tensor.grad.item()


class _Rounded(torch.autograd.Function):
    """Gives a number a rounding error, from which the slopes that are computed from it suffer too."""

    @staticmethod
    def forward(ctx: Any, value: Tensor, error: float) -> Tensor:
        slope = {"TanhBackward0": lambda y: 1 - y * y, "SigmoidBackward0": lambda y: (1 - y) * y}.get(
            type(value.grad_fn).__name__, lambda y: 1.0
        )
        ctx.ratio = slope(value * (1 + error)) / slope(value)
        return value * (1 + error)

    @staticmethod
    def backward(ctx: Any, slope: Tensor) -> tuple[Tensor, None]:  # type: ignore[override]
        return slope * ctx.ratio, None


_OPERATORS: dict[str, Callable[[Any, Any], Any]] = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "/": lambda a, b: a / b,
    "**": lambda a, b: a**b,
}


def _function(name: str, value: Value) -> Value:
    function = getattr(torch, name)
    if isinstance(value, Tensor):
        return function(value)  # type: ignore[no-any-return]
    return function(torch.tensor(float(value), dtype=torch.float64)).item()  # type: ignore[no-any-return]
