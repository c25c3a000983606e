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
from gdsim.simulation.calls import Call as Verb
from gdsim.simulation.walk import Walk

_DTYPE = "torch.float64"
_PAIRS = {"min": "torch.minimum", "max": "torch.maximum"}


def torch_code(walk: Walk) -> str:
    """Return the Python code of all calls of a walk; at the end it prints the result and the ``.grad`` of leaves."""
    result = walk.graph.program.result
    grads = {walk.graph.nodes[index].name: grad for index, grad in walk.state(len(walk.steps)).grad.items()}
    lines = _head(walk)
    for call in walk.calls:
        lines += ["", *_block(walk, call)]
    lines.append("")
    if "forward" in walk.calls:
        lines.append(f'print("{result} =", {result}.item())')
    lines += [f'print("{name}.grad =", {name}.grad{"" if grad is None else ".item()"})' for name, grad in grads.items()]
    return "\n".join(lines) + "\n"


def code_line(walk: Walk, position: int) -> int | None:
    """Return the number, from 1, of the line of `torch_code` that makes the last of ``position`` steps."""
    if not position:
        return None
    step = walk.steps[position - 1]
    before = len(_head(walk)) + sum(1 + len(_block(walk, call)) for call in walk.calls[: step.call])
    if step.kind != "forward":
        return before + 2
    assert step.node is not None
    made = (walk.graph.names[statement.name] for statement in walk.graph.program.statements)
    return before + 2 + next(number for number, root in enumerate(made) if root >= step.node)


def _head(walk: Walk) -> list[str]:
    """Return the imports and the leaves."""
    trees = [statement.formula.tree for statement in walk.graph.program.statements]
    needs_math = any(isinstance(node, Constant) for tree in trees for node in nodes_of(tree))
    leaves = [_leaf(node.name, walk.leaves[node.name], node.requires_grad) for node in walk.graph.inputs]
    return [*(["import math"] if needs_math else []), "import torch", "", *leaves]


def _block(walk: Walk, call: Verb) -> list[str]:
    """Return the lines of one call."""
    program = walk.graph.program
    if call == "forward":
        return [f"{statement.name} = {python_text(statement.formula.tree)}" for statement in program.statements]
    if call == "zero_grad":
        return [f"{node.name}.grad = None" for node in walk.graph.inputs if node.requires_grad]
    return [f"{program.result}.{call if call != 'backward' else 'backward()'}"]


def _leaf(name: str, value: float, requires_grad: bool) -> str:
    switch = ", requires_grad=True" if requires_grad else ""
    return f"{name} = torch.tensor({value!r}, dtype={_DTYPE}{switch})"


def python_text(node: Node) -> str:
    """Return a tree as Python, where its variables are tensors; what has no variables is a plain number there."""
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
            return f"torch.{function}({', '.join(map(python_text, arguments))})"
        case Binary("**", left, right):
            return f"{_within(left, ATOM)}**{_within(right, NEGATION)}"
        case Binary(operator, left, right):
            level = binding(node)
            sign = operator if level == PRODUCT else f" {operator} "
            return _within(left, level) + sign + _within(right, level + 1)
    raise TypeError(node)


def _within(node: Node, least: int) -> str:
    """Return a part of a larger formula, in brackets where it binds less tightly than ``least``."""
    text = python_text(node)
    tight = binding(node) if variables(node) or not text.startswith("-") else NEGATION
    if not variables(node) and not text.startswith("-"):
        tight = ATOM if _is_atom(text) else SUM
    return text if tight >= least else f"({text})"


def _is_atom(text: str) -> bool:
    return not set(text) & set("+*/ ") and "-" not in text.replace("e-", "")


def _tensor(node: Node) -> str:
    """Return an operand that torch wants as a tensor."""
    return python_text(node) if variables(node) else f"torch.tensor({_constant(node)}, dtype={_DTYPE})"


def _constant(node: Node) -> str:
    match node:
        case Number(value):
            return number_text(value)
        case Constant(name):
            return f"math.{name}"
        case Negate(Number(0.0)):
            return "-0.0"  # -0 is 0 in Python
        case Negate(Number() | Constant() as operand):
            return "-" + _constant(operand)
    return repr(constant_value(node))
