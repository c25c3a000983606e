"""A walk as a program for torch, which runs as it stands and prints the gradients that the walk comes to."""

from __future__ import annotations

from gdsim.formula.backends import constant_value
from gdsim.formula.tree import (
    ATOM,
    NEGATION,
    PRODUCT,
    SUM,
    Binary,
    Call,
    Constant,
    Negate,
    Node,
    Number,
    Variable,
    binding,
    number_text,
    variables,
)
from gdsim.formula.tree import walk as nodes_of
from gdsim.simulation.walk import Walk

_DTYPE = "torch.float64"
_PAIRS = {"min": "torch.minimum", "max": "torch.maximum"}


def torch_code(walk: Walk) -> str:
    """Return the Python code of all calls of a walk; at the end it prints the result and the ``.grad`` of leaves."""
    statements, result = walk.graph.program.statements, walk.graph.program.result
    trees = [statement.formula.tree for statement in statements]
    needs_math = any(isinstance(node, Constant) for tree in trees for node in nodes_of(tree))
    lines = ["import math", "import torch", ""] if needs_math else ["import torch", ""]
    lines += [_leaf(node.name, walk.leaves[node.name], node.requires_grad) for node in walk.graph.inputs]
    grads = {walk.graph.nodes[index].name: grad for index, grad in walk.state(len(walk.steps)).grad.items()}
    for call in walk.calls:
        lines.append("")
        if call == "forward":
            lines += [f"{each.name} = {_text(tree)}" for each, tree in zip(statements, trees, strict=True)]
        elif call == "zero_grad":
            lines += [f"{name}.grad = None" for name in grads]
        else:
            lines.append(f"{result}.{call if call != 'backward' else 'backward()'}")
    lines.append("")
    if "forward" in walk.calls:
        lines.append(f'print("{result} =", {result}.item())')
    lines += [f'print("{name}.grad =", {name}.grad{"" if grad is None else ".item()"})' for name, grad in grads.items()]
    return "\n".join(lines) + "\n"


def _leaf(name: str, value: float, requires_grad: bool) -> str:
    switch = ", requires_grad=True" if requires_grad else ""
    return f"{name} = torch.tensor({value!r}, dtype={_DTYPE}{switch})"


def _text(node: Node) -> str:
    """Return a tree as Python; what has no variables is a plain number there."""
    if not variables(node):
        return _constant(node)
    match node:
        case Variable(name):
            return name
        case Negate(operand):
            return "-" + _within(operand, NEGATION)
        case Call("detach", (operand,)):
            return f"{_within(operand, ATOM)}.detach()"
        case Call(function, arguments) if function in _PAIRS:
            first, *others = map(_tensor, arguments)
            for other in others:
                first = f"{_PAIRS[function]}({first}, {other})"
            return first
        case Call(function, arguments):
            return f"torch.{function}({', '.join(map(_text, arguments))})"
        case Binary("**", left, right):
            return f"{_within(left, ATOM)}**{_within(right, NEGATION)}"
        case Binary(operator, left, right):
            level = binding(node)
            sign = operator if level == PRODUCT else f" {operator} "
            return _within(left, level) + sign + _within(right, level + 1)
    raise TypeError(node)


def _within(node: Node, least: int) -> str:
    """Return a part of a larger formula, in brackets where it binds less tightly than ``least``."""
    text = _text(node)
    tight = binding(node) if variables(node) or not text.startswith("-") else NEGATION
    if not variables(node) and not text.startswith("-"):
        tight = ATOM if _is_atom(text) else SUM
    return text if tight >= least else f"({text})"


def _is_atom(text: str) -> bool:
    return not set(text) & set("+*/ ") and "-" not in text.replace("e-", "")


def _tensor(node: Node) -> str:
    """Return an operand that torch wants as a tensor."""
    return _text(node) if variables(node) else f"torch.tensor({_constant(node)}, dtype={_DTYPE})"


def _constant(node: Node) -> str:
    match node:
        case Number(value):
            return number_text(value)
        case Constant(name):
            return f"math.{name}"
        case Negate(Number() | Constant() as operand):
            return "-" + _constant(operand)
    return repr(constant_value(node))
