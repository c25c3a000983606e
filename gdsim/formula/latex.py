r"""A tree as LaTeX that matplotlib's mathtext can set, with the structure as it was typed."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping

from gdsim.formula.tree import (
    ATOM,
    NEGATION,
    POWER,
    PRODUCT,
    SUM,
    Binary,
    Call,
    Constant,
    Negate,
    Node,
    Number,
    Variable,
    number_text,
)

_GREEK_LETTERS = """
alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi pi rho sigma tau upsilon phi chi psi omega
"""
GREEK = frozenset(_GREEK_LETTERS.split())

_FUNCTIONS = {
    "sin": r"\sin",
    "cos": r"\cos",
    "tan": r"\tan",
    "log": r"\ln",
    "sigmoid": r"\sigma",
    "tanh": r"\tanh",
    "relu": r"\mathrm{relu}",
    "min": r"\min",
    "max": r"\max",
    "detach": r"\mathrm{detach}",
    "sign": r"\mathrm{sgn}",
    "heaviside": r"\mathrm{H}",
}

_LONGEST_INDEX = 6
"""A longer word is too small to read as an index."""

BREAK = "\x1f"
"""Marks where a long piece of LaTeX may be broken; it is no part of the LaTeX."""

Put = Callable[[str, int], "tuple[str, int] | None"]
"""Given a variable's name and how tightly its place binds, what to put in and how tightly that binds."""


def symbol(name: str) -> str:
    """Return the LaTeX of a variable's name: ``w1`` is w with the index 1, ``theta`` and the letter θ are Greek."""
    match = re.fullmatch(r"(.+?)(?:_(\w+)|(\d+))", name)
    if match is not None and match[2] and len(match[2]) > _LONGEST_INDEX:
        return f"\\mathrm{{{_escaped(name)}}}"
    if match is None:
        return _letters(name)
    base, word, digits = match.groups()
    return f"{_letters(base)}_{{{_letters(word) if word else digits}}}"


def _letters(name: str) -> str:
    if name.isdecimal():
        return name
    if len(name) == 1:
        known = unicodedata.name(name, "")
        greek = re.fullmatch(r"GREEK (SMALL|CAPITAL) LETTER (\w+)", known)
        if greek:
            word = greek[2].lower().replace("lamda", "lambda")
            capital = greek[1] == "CAPITAL"
            if word in GREEK and not capital and word != "omicron":
                return "\\" + word
        return name if name.isascii() and name.isalpha() else f"\\mathrm{{{_escaped(name)}}}"
    if name.lower() in GREEK and name == name.lower():
        return "\\" + name
    return f"\\mathrm{{{_escaped(name)}}}"


def _escaped(name: str) -> str:
    return name.replace("_", r"\_")


def latex_number(value: float) -> str:
    r"""Return a number's LaTeX, ``1.5 \cdot 10^{-7}`` where plain digits would be long."""
    text = number_text(value)
    if "e" not in text:
        return text
    mantissa, exponent = text.split("e")
    return rf"{mantissa} \cdot 10^{{{int(exponent)}}}"


def strength(latex: str) -> int:
    """Return how tightly a number or another short piece of LaTeX binds."""
    if latex.startswith("-"):
        return SUM
    if r"\cdot" in latex or r"\times" in latex:
        return PRODUCT
    return ATOM


def to_latex(node: Node, values: Mapping[str, str]) -> str:
    """Return the LaTeX of ``node`` with some variables replaced; see `Formula.latex`."""

    def put(name: str, place: int) -> tuple[str, int] | None:
        return (values[name], strength(values[name])) if name in values else None

    return Printer(put).print(node)


def broken(latex: str) -> list[str]:
    """Break a piece of LaTeX at each `BREAK` that stands inside neither braces nor stretching brackets."""
    parts = [""]
    depth = 0
    for token in re.findall(r"\\left.|\\right.|\\.|.", latex):
        depth += (token == "{") + token.startswith(r"\left") - (token == "}") - token.startswith(r"\right")
        if token == BREAK and depth == 0:
            parts.append("")
        elif token != BREAK:
            parts[-1] += token
    # A sign at the beginning would be set like that of a number, without space after it.
    return [re.sub(r"^([-+]) ", r"\1\\;", part) for part in parts]


class Printer:
    """Prints trees; ``put`` may replace each variable, by numbers or by other symbols."""

    def __init__(self, put: Put, numbers: bool = True, breaks: bool = False) -> None:
        self.put = put
        self.numbers = numbers
        self.breaks = breaks

    def terms(self, node: Node) -> tuple[str, ...]:
        """Return the terms of a sum, each with its sign, so that a long one can be broken between them.

        With ``breaks`` a product of sums can also be broken before each sum, and there is a `BREAK` in each
        term where it can be broken if it must; see `broken`.
        """
        match node:
            case Binary("+" | "-" as operator, left, right):
                first, *others = self._factors(right, SUM + 1) if self.breaks else (self.print(right, SUM + 1),)
                return (*self.terms(left), rf"{operator}\;{first}", *others)
        return self._factors(node, SUM) if self.breaks else (self.print(node),)

    def _factors(self, node: Node, place: int) -> tuple[str, ...]:
        match node:
            case Binary("*", left, right) if self._is_bracketed(right):
                before = self._factors(left, PRODUCT)
                if not before[0].startswith("-"):
                    return (*before, rf"\cdot\;{self.print(right, NEGATION)}")
        return (self.print(node, place),)

    def _is_bracketed(self, node: Node) -> bool:
        base = node.left if isinstance(node, Binary) and node.operator == "**" else node
        return isinstance(base, Binary) and base.operator in ("+", "-")

    def print(self, node: Node, place: int = SUM) -> str:
        """Return the LaTeX of ``node`` for a place that binds as tightly as ``place``."""
        text, binds = self._piece(node, place)
        if binds >= place:
            return text
        # Brackets that may be broken cannot stretch.
        return f"({text})" if BREAK in text else rf"\left({text}\right)"

    def _piece(self, node: Node, place: int) -> tuple[str, int]:
        match node:
            case Number(value):
                text = latex_number(value)
                return text, strength(text)
            case Constant(name):
                return (r"\pi" if name == "pi" else r"\mathrm{e}"), ATOM
            case Variable(name):
                return self.put(name, place) or (symbol(name), ATOM)
            case Negate(operand):
                # A leading minus is read with a sum: anything tighter needs brackets around it.
                return "-" + self.print(operand, NEGATION), SUM if place > SUM else NEGATION
            case Call(function, arguments):
                return self._call(function, arguments)
            case Binary("**", left, right):
                return self._power(left, right), POWER
            case Binary("/", left, right):
                return rf"\frac{{{self.print(left)}}}{{{self.print(right)}}}", POWER
            case Binary("*", left, right):
                text = self._product(left, right)
                return text, SUM if text.startswith("-") else PRODUCT
            case Binary(operator, left, right):
                mark = BREAK if self.breaks else ""
                return f"{self.print(left)} {mark}{operator} {self.print(right, SUM + 1)}", SUM
        raise TypeError(node)

    def _product(self, left: Node, right: Node) -> str:
        first = self.print(left, PRODUCT)
        if isinstance(left, Negate):
            # -x y needs no brackets around -x: the product as a whole counts as beginning with a minus.
            first = "-" + self.print(left.operand, NEGATION)
        second = self.print(right, NEGATION)
        return f"{first} {self._sign(left, right, second)}{second}"

    def _sign(self, left: Node, right: Node, second: str) -> str:
        r"""Return ``\cdot`` where two factors side by side would read as one number or one name."""
        if self._starts_with_digit(right) or (self._is_value(left) and self._is_value(right)):
            return r"\cdot "
        if isinstance(left, Variable) and left == right:
            return r"\cdot "  # xx would read as one name
        if self._is_value(left) and isinstance(left, Variable):
            return r"\cdot "
        if second.startswith((r"\mathrm", r"\sin", r"\cos", r"\tan", r"\ln", r"\exp", r"\min", r"\max")):
            return r"\, "
        return r"\, " if self._ends_with_word(left) else ""

    def _is_value(self, node: Node) -> bool:
        if isinstance(node, Variable):
            return self.numbers and self.put(node.name, PRODUCT) is not None
        return isinstance(node, Number)

    def _starts_with_digit(self, node: Node) -> bool:
        match node:
            case Binary("**" | "*", left, _):
                return self._starts_with_digit(left)
            case Binary("/", left, right):
                return isinstance(left, Number) and isinstance(right, Number)
            case _:
                return self._is_value(node)

    def _ends_with_word(self, node: Node) -> bool:
        match node:
            case Binary("*", _, right):
                return self._ends_with_word(right)
            case Variable(name):
                return self.put(name, PRODUCT) is None and symbol(name).startswith(r"\mathrm")
            case _:
                return False

    def _power(self, left: Node, right: Node) -> str:
        exponent = self.print(right)
        match left:
            case Call("sin" | "cos" | "tan" | "tanh" as function, (argument,)) if isinstance(right, Number):
                return rf"{_FUNCTIONS[function]}^{{{exponent}}}\left({self.print(argument)}\right)"
            case Call("abs"):
                return f"{self.print(left)}^{{{exponent}}}"
            case Call():
                return rf"\left({self.print(left)}\right)^{{{exponent}}}"
        return f"{self.print(left, ATOM)}^{{{exponent}}}"

    def _call(self, function: str, arguments: tuple[Node, ...]) -> tuple[str, int]:
        inside = ", ".join(self.print(each) for each in arguments)
        match function:
            case "sqrt":
                return rf"\sqrt{{{inside}}}", ATOM
            case "abs":
                return rf"\left|{inside}\right|", ATOM
            case "exp":
                return rf"\mathrm{{e}}^{{{inside}}}", POWER
            case _:
                return rf"{_FUNCTIONS[function]}\left({inside}\right)", ATOM
