"""The colours of a program's text."""

from __future__ import annotations

import re
from collections.abc import Collection

from PySide6.QtGui import QColor, QFont, QSyntaxHighlighter, QTextCharFormat, QTextDocument

from gdsim.app import theme
from gdsim.formula.tree import CONSTANTS, PROGRAM_FUNCTIONS

_COLOURED = 2000
"""Characters of a line that are coloured; formulas are no longer."""

_PIECE = re.compile(r"(?P<comment>#.*)|(?P<name>[^\W\d]\w*)|(?P<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)")


class ProgramColours(QSyntaxHighlighter):
    """Colours functions, numbers, comments and the names of leaves."""

    def __init__(self, document: QTextDocument) -> None:
        super().__init__(document)
        self._leaves: frozenset[str] = frozenset()
        self._formats = _formats()

    def show_leaves(self, names: Collection[str]) -> None:
        """Colour these names as leaves."""
        if self._leaves != frozenset(names):
            self._leaves = frozenset(names)
            self.rehighlight()

    def refresh(self) -> None:
        """Take the colours of the present theme."""
        self._formats = _formats()
        self.rehighlight()

    def highlightBlock(self, text: str) -> None:
        """Colour one line."""
        text = text[:_COLOURED]
        for match in _PIECE.finditer(text):
            kind = match.lastgroup or ""
            if kind == "name":
                kind = self._kind(match[0])
            if kind in self._formats:
                self.setFormat(units(text[: match.start()]), units(match[0]), self._formats[kind])

    def _kind(self, name: str) -> str:
        if name in PROGRAM_FUNCTIONS:
            return "function"
        if name in CONSTANTS:
            return "number"
        return "leaf" if name in self._leaves else ""


def _formats() -> dict[str, QTextCharFormat]:
    colours = theme.current()
    kinds = {
        "function": QColor(colours.accent),
        "number": _between(QColor(colours.accent), QColor(colours.text)),
        "leaf": QColor(colours.start),
        "comment": QColor(colours.muted),
    }
    result: dict[str, QTextCharFormat] = {}
    for kind, colour in kinds.items():
        result[kind] = QTextCharFormat()
        result[kind].setForeground(colour)
    result["comment"].setFontItalic(True)
    result["leaf"].setFontWeight(QFont.Weight.Bold)
    return result


def _between(one: QColor, other: QColor) -> QColor:
    parts = ((one.red(), other.red()), (one.green(), other.green()), (one.blue(), other.blue()))
    return QColor(*((a + b) // 2 for a, b in parts))


def units(text: str) -> int:
    """Return how many characters ``text`` has for Qt, which counts those beyond U+FFFF twice."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2
