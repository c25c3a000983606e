"""The lines of a worksheet: formulas in LaTeX with slots for numbers, as plain values for any view."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from gdsim.formula.latex import Printer
from gdsim.formula.tree import ATOM, SUM, Node, to_text
from gdsim.simulation.by_hand import Agreement, Shown, agree

SLOT = re.compile(r"\\slot\{(\w+)\}\{(\d)\}")
r"""A place for a number in LaTeX: ``\slot{name}{brackets}``, see `brackets`."""

RESULT = "="
"""Key of the result among the numbers that `Line.numbers_shown` returns."""

BLANK = Shown(None, "–", "-")


@dataclass(frozen=True)
class Line:
    r"""One computation: ``left = symbols = numbers = result``.

    Attributes
    ----------
    key
        Stable name, ``loss``, ``gradient.w1``, ``velocity_next.w1``.
    left
        LaTeX of what is computed.
    arrow
        Whether it is an assignment, ``left <- symbols``.
    symbols
        LaTeX of the terms of the right side, with symbols; a long sum is broken between them.
    numbers
        The same with a `SLOT` for each number, and marks where a term may be broken; empty where there is
        nothing to put in.
    node
        The computation, over the names of the slots.
    values, result
        The numbers at full precision; no result: not computed yet.
    colours
        What each name stands for: ``gradient`` or ``velocity``, for its colour.
    hyper
        Names that are hyper-parameters, shown as they were set.
    fresh
        Whether it belongs to the present state; views dim what does not.
    computed
        Whether the last phase computed it; views highlight it.
    plain_left, plain_symbols
        The same as text.
    more
        Decimals that the line gets beside those that were chosen.
    """

    key: str
    left: str
    plain_left: str
    node: Node
    plain_symbols: str
    symbols: tuple[str, ...] = ()
    numbers: tuple[str, ...] = ()
    values: Mapping[str, float] = field(default_factory=dict)
    result: float | None = None
    arrow: bool = False
    colours: Mapping[str, str] = field(default_factory=dict)
    hyper: frozenset[str] = frozenset()
    fresh: bool = True
    computed: bool = False
    more: int = 0

    def shown(self, digits: int) -> Agreement:
        """Return the numbers to ``digits`` decimals, in agreement with each other."""
        if self.result is None:
            return Agreement(dict.fromkeys(self.values, BLANK), BLANK, True)
        return agree(self.node, self.values, self.hyper, self.result, digits + self.more)

    def plain_text(self, digits: int) -> str:
        """Return the line as text."""
        parts = [f"{self.plain_left} {'<-' if self.arrow else '='} {self.plain_symbols}".rstrip(" =")]
        if self.result is not None:
            shown = self.shown(digits)
            if self.numbers:
                parts.append(_put_in(self.node, shown.values))
            parts.append(shown.result.plain if shown.exact else f"~ {shown.result.plain}")
        return " = ".join(parts).replace("= ~", "~")


@dataclass(frozen=True)
class Section:
    """A heading, its computations and a sentence below them."""

    key: str
    title: str
    lines: tuple[Line, ...]
    note: str = ""


@dataclass(frozen=True)
class Worksheet:
    """All there is to say about one step."""

    title: str
    sections: tuple[Section, ...]

    def plain_text(self, digits: int) -> str:
        """Return everything as text, a paragraph a section."""
        paragraphs = [self.title]
        for section in self.sections:
            lines = [section.title, *(line.plain_text(digits) for line in section.lines), section.note]
            paragraphs.append("\n".join(filter(None, lines)))
        return "\n\n".join(filter(None, paragraphs))


def brackets(mode: int, shown: Shown) -> bool:
    """Whether a number needs brackets in a slot of this mode: 0 never, 1 if negative, 2 also if a product."""
    return (mode >= 1 and shown.negative) or (mode >= 2 and shown.scientific)


def slots(node: Node) -> tuple[str, ...]:
    """Return the terms of ``node`` with a slot for every variable."""

    def put(name: str, place: int) -> tuple[str, int]:
        mode = 0 if place <= SUM else 2 if place >= ATOM else 1
        return rf"\slot{{{name}}}{{{mode}}}", ATOM

    return Printer(put, breaks=True).terms(node)


def _put_in(node: Node, values: Mapping[str, Shown]) -> str:
    def number(match: re.Match[str]) -> str:
        shown = values.get(match[0])
        if shown is None:
            return match[0]
        around = text[: match.start()][-1:], text[match.end() :][:1]
        alone = around[0] in ("", "(") and around[1] in ("", ",", ")")
        binds = match.start() > 0 or text.startswith("**", match.end())
        return f"({shown.plain})" if shown.negative and binds and not alone else shown.plain

    text = to_text(node)
    return re.sub(r"[^\W\d]\w*", number, text)
