"""Text -> tree. Python's reader does the grammar, a whitelist decides what may come through; nothing is evaluated."""

from __future__ import annotations

import ast
import math
import warnings
from typing import cast

from gdsim.errors import FormulaError
from gdsim.formula.backends import constant_value
from gdsim.formula.expression import Formula
from gdsim.formula.scanner import MAX_DEPTH, scan, too_deep
from gdsim.formula.tree import (
    CONSTANTS,
    FUNCTIONS,
    Binary,
    Call,
    Constant,
    Functions,
    Negate,
    Node,
    Number,
    Operator,
    Variable,
    children,
)
from gdsim.i18n import tr

MAX_NODES = 400
MAX_EXPONENT = 1000

_OPERATORS: dict[type[ast.operator], Operator] = {
    ast.Add: "+",
    ast.Sub: "-",
    ast.Mult: "*",
    ast.Div: "/",
    ast.Pow: "**",
}


def parse(text: str, functions: Functions = FUNCTIONS) -> Formula:
    """Read a formula.

    Parameters
    ----------
    text
        ``+ - * / ** ( )``, numbers, ``pi``, ``e``, the functions of `gdsim.formula.tree.FUNCTIONS`; every
        other name is a variable. Line breaks count as spaces.
    functions
        What may be called, in place of `FUNCTIONS`.

    Raises
    ------
    FormulaError
        With one clear sentence and the place in ``text``; within a second whatever the text is.
    """
    scan(text, functions)
    try:
        return _Reader(text, functions).formula()
    except (SyntaxError, ValueError, MemoryError, RecursionError) as error:
        if isinstance(error, FormulaError):
            raise
        raise FormulaError(tr("The formula cannot be read."), 0, len(text)) from None


class _Reader:
    """Turns Python's tree of one text into ours."""

    def __init__(self, text: str, functions: Functions) -> None:
        self.text, self.functions = text, functions
        spaced = "".join(" " if character.isspace() else character for character in text)
        self.skipped = len(spaced) - len(spaced.lstrip())
        self.source = spaced.strip()
        self.encoded = self.source.encode("utf-8", errors="strict")

    def formula(self) -> Formula:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            expression = ast.parse(self.source, mode="eval").body
        nodes = [each for each in ast.walk(expression) if isinstance(each, ast.expr)]
        if len(nodes) > MAX_NODES:
            raise FormulaError(
                tr("The formula is too large: {count} parts, at most {most}.", count=len(nodes), most=MAX_NODES),
                0,
                len(self.text),
            )
        return Formula(self.text, self.read(expression, 0, 1.0))

    def read(self, node: ast.expr, depth: int, exponents: float) -> Node:
        """Return our node for ``node``, below ``depth`` others and powers whose exponents multiply to ``exponents``."""
        if depth > MAX_DEPTH:
            position, length = self.place(node)
            raise too_deep(position, length)
        result = self.convert(node, depth, exponents)
        value = constant_value(result) if children(result) or isinstance(result, Number) else 0.0
        if value is not None and not math.isfinite(value):
            raise self.error(node, tr("This part has no finite value."))
        return result

    def convert(self, node: ast.expr, depth: int, exponents: float) -> Node:
        match node:
            case ast.Constant(value) if type(value) in (int, float):
                return Number(self.finite(node, value))
            case ast.Name(name):
                return Constant(name) if name in CONSTANTS else Variable(name)
            case ast.UnaryOp(ast.USub(), operand):
                return Negate(self.read(operand, depth + 1, exponents))
            case ast.UnaryOp(ast.UAdd(), operand):
                return self.read(operand, depth + 1, exponents)
            case ast.BinOp(left, ast.Pow(), right):
                return self.power(node, left, right, depth, exponents)
            case ast.BinOp(left, operator, right) if type(operator) in _OPERATORS:
                # A long sum leans to the left but is not nested in the eyes of its author.
                return Binary(
                    _OPERATORS[type(operator)],
                    self.read(left, depth, exponents),
                    self.read(right, depth + 1, exponents),
                )
            case ast.Call(ast.Name(function), arguments, []) if function in self.functions:
                self.check_count(node, function, len(arguments))
                return Call(function, tuple(self.read(each, depth + 1, exponents) for each in arguments))
        raise self.error(node, tr("This is not allowed in a formula."))

    def power(self, node: ast.expr, left: ast.expr, right: ast.expr, depth: int, exponents: float) -> Node:
        exponent = self.read(right, depth + 1, exponents)
        value = constant_value(exponent)
        if value is not None:
            # Algebra on nested powers multiplies the exponents; beyond this it would write out endless numbers.
            exponents *= max(1.0, abs(value))
            if exponents > MAX_EXPONENT:
                raise self.error(
                    right, tr("The exponent is too large: exponents may multiply to at most {most}.", most=MAX_EXPONENT)
                )
        return Binary("**", self.read(left, depth + 1, exponents), exponent)

    def check_count(self, node: ast.expr, function: str, count: int) -> None:
        least, most = self.functions[function]
        if count < least and least > 1:
            message = tr(
                "{function} takes at least {least} arguments, not {count}.", function=function, least=least, count=count
            )
            raise self.error(node, message)
        if count < least or (most is not None and count > most):
            raise self.error(node, tr("{function} takes one argument, not {count}.", function=function, count=count))

    def finite(self, node: ast.expr, value: object) -> float:
        try:
            return float(cast(float, value))
        except OverflowError:
            raise self.error(node, tr("This number is too large.")) from None

    def place(self, node: ast.expr) -> tuple[int, int]:
        """Return where ``node`` stands in the text as typed: first character and length."""
        start = len(self.encoded[: node.col_offset].decode("utf-8"))
        stop = len(self.encoded[: node.end_col_offset].decode("utf-8"))
        return start + self.skipped, stop - start

    def error(self, node: ast.expr, message: str) -> FormulaError:
        position, length = self.place(node)
        return FormulaError(message, position, length)
