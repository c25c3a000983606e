"""Colours for the code in torch."""

from __future__ import annotations

import keyword
import re

from PySide6.QtGui import QColor, QFont, QSyntaxHighlighter, QTextCharFormat, QTextDocument

from gdsim.app import theme as themes
from gdsim.app.theme import Theme

_PIECE = re.compile(
    r"(?P<comment>#.*)"
    r"|(?P<string>\"[^\"]*\"|'[^']*')"
    r"|(?P<gradient>\b(?:backward|grad|retain_graph|requires_grad|detach)\b)"
    r"|(?P<name>[^\W\d]\w*)"
    r"|(?P<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)"
)


class CodeColours(QSyntaxHighlighter):
    """Colours keywords, functions, numbers, text and comments, and what has to do with gradients as everywhere."""

    def __init__(self, document: QTextDocument) -> None:
        super().__init__(document)
        self._formats = _formats(themes.current())

    def set_theme(self, theme: Theme) -> None:
        """Take the colours of ``theme``."""
        self._formats = _formats(theme)
        self.rehighlight()

    def highlightBlock(self, text: str) -> None:
        """Colour one line."""
        for match in _PIECE.finditer(text):
            kind = match.lastgroup or ""
            if kind == "name" and keyword.iskeyword(match[0]):
                kind = "keyword"
            elif kind == "name" and text[match.end() : match.end() + 1] == "(":
                kind = "function"
            if kind in self._formats:
                # Qt counts characters beyond U+FFFF twice.
                before, length = (len(part.encode("utf-16-le")) // 2 for part in (text[: match.start()], match[0]))
                self.setFormat(before, length, self._formats[kind])


def _formats(theme: Theme) -> dict[str, QTextCharFormat]:
    result: dict[str, QTextCharFormat] = {}
    for kind, colour in {
        "comment": theme.muted,
        "string": theme.muted,
        "gradient": theme.gradient,
        "keyword": theme.text,
        "function": theme.accent,
        "number": theme.accent,
    }.items():
        result[kind] = QTextCharFormat()
        result[kind].setForeground(QColor(colour))
    result["comment"].setFontItalic(True)
    result["keyword"].setFontWeight(QFont.Weight.Bold)
    return result
