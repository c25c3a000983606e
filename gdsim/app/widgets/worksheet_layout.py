"""Where the formulas of a worksheet stand: broken between terms, aligned at the equals sign."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QFontMetricsF

from gdsim.app.theme import GRID
from gdsim.app.widgets.typeset import UNIT, Typeset, typeset
from gdsim.formula.latex import broken
from gdsim.simulation.by_hand import Agreement, Shown
from gdsim.simulation.lines import RESULT, SLOT, Line, Worksheet, brackets

RESULT_SLOT = r"\slot{result}{0}"
_LEAST_SCALE = 0.62

Key = tuple[str, int, int]
"""Line, row and piece of a template."""

Item = tuple["Piece", float, float, float | None]
"""A piece, where it begins, its size, and its distance from the one before it, None where it keeps its place."""


@dataclass(frozen=True)
class Piece:
    """A template that is set as a whole, and what fills it.

    Attributes
    ----------
    key
        Where it belongs; the widths of its slots are remembered under it.
    latex
        The template.
    names
        Names of its slots, `RESULT` for the result.
    texts
        What the slots show now.
    offset
        Number of its first slot, where the piece is a part of a broken one.
    """

    key: Key
    latex: str
    names: tuple[str, ...] = ()
    texts: tuple[str, ...] = ()
    offset: int = 0

    def parts(self) -> list[Piece]:
        """Break it wherever it may be broken."""
        result: list[Piece] = []
        first = 0
        for latex in broken(self.latex):
            stop = first + len(SLOT.findall(latex))
            result.append(Piece(self.key, latex, self.names[first:stop], self.texts[first:stop], first))
            first = stop
        return result


@dataclass(frozen=True)
class Row:
    """A sign and the pieces that follow it."""

    sign: str
    pieces: tuple[Piece, ...]


@dataclass(frozen=True)
class Placed:
    """A piece in its place, in device-independent pixels; ``baseline`` is measured from the top of the sheet.

    With ``follows`` it begins at a distance of ``space`` behind the piece before it, wherever that ends.
    """

    piece: Piece
    formula: Typeset
    line: int
    x: float
    baseline: float
    size: float
    follows: bool = False
    space: float = 0.0


@dataclass(frozen=True)
class Words:
    """Plain text in its place."""

    text: str
    heading: bool
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True)
class Sheet:
    """Everything in its place."""

    placed: tuple[Placed, ...]
    words: tuple[Words, ...]
    width: float
    height: float


def rows_of(line: Line, shown: Agreement) -> tuple[Piece, tuple[Row, ...]]:
    """Return a line's left side and its rows: symbols, numbers, result."""

    def pieces(row: int, templates: Sequence[str]) -> tuple[Piece, ...]:
        return tuple(_piece((line.key, row, index), latex, shown) for index, latex in enumerate(templates))

    rows = []
    if line.symbols:
        rows.append(Row(r"\leftarrow" if line.arrow else "=", pieces(1, line.symbols)))
    if line.result is not None:
        if line.numbers:
            rows.append(Row("=", pieces(2, line.numbers)))
        rows.append(Row("=" if shown.exact else r"\approx", pieces(3, (RESULT_SLOT,))))
    return Piece((line.key, 0, 0), line.left), tuple(rows)


def _piece(key: Key, latex: str, shown: Agreement) -> Piece:
    names: list[str] = []
    texts: list[str] = []
    for name, mode in SLOT.findall(latex):
        is_result = latex == RESULT_SLOT
        number: Shown = shown.result if is_result else shown.values[name]
        names.append(RESULT if is_result else name)
        texts.append(f"({number.text})" if brackets(int(mode), number) else number.text)
    return Piece(key, latex, tuple(names), tuple(texts))


def templates(lines: Sequence[tuple[Piece, tuple[Row, ...]]]) -> Iterator[Piece]:
    """Yield every piece, the signs included."""
    for left, rows in lines:
        yield left
        for row in rows:
            yield Piece(("", 0, 0), row.sign)
            yield from row.pieces


class Arranger:
    """Arranges one worksheet for one width; ``widths`` says how wide the slots of a piece are to be taken."""

    def __init__(self, width: float, size: float, widths: Callable[[Piece], tuple[float, ...]]) -> None:
        self.width = width
        self.size = size
        self.widths = widths
        self.placed: list[Placed] = []
        self.words: list[Words] = []
        self.y = float(GRID)
        self.right = 0.0

    def arrange(
        self,
        content: Worksheet,
        lines: Sequence[tuple[Piece, tuple[Row, ...]]],
        text_metrics: QFontMetricsF,
        heading_metrics: QFontMetricsF,
    ) -> Sheet:
        """Return the sheet; every template has been set before, so this is quick."""
        self._words(content.title, False, text_metrics)
        number = 0
        for section in content.sections:
            self.y += GRID
            self._words(section.title, True, heading_metrics)
            own = lines[number : number + len(section.lines)]
            indent = max((self._width(left) for left, _ in own), default=0.0)
            for left, rows in own:
                self._line(number, left, rows, GRID + indent)
                number += 1
            if section.note:
                self._words(section.note, False, text_metrics)
        return Sheet(tuple(self.placed), tuple(self.words), self.right + GRID, self.y + GRID)

    def _set(self, piece: Piece) -> Typeset:
        return typeset(piece.latex)

    def _width(self, piece: Piece, size: float | None = None) -> float:
        return self._set(piece).width(self.widths(piece)) * (size or self.size) / UNIT

    def _words(self, text: str, heading: bool, metrics: QFontMetricsF) -> None:
        if not text:
            return
        width = max(80.0, self.width - 2 * GRID)
        flags = Qt.TextFlag.TextWordWrap.value
        height = metrics.boundingRect(QRectF(0.0, 0.0, width, 1e6), flags, text).height()
        self.words.append(Words(text, heading, GRID, self.y, width, height))
        self.y += height + GRID / 2

    def _line(self, number: int, left: Piece, rows: tuple[Row, ...], column: float) -> None:
        """Place one line, its relation signs beginning at ``column``."""
        gap = 0.35 * self.size
        start = column + gap
        sign_width = max((self._width(Piece(("", 0, 0), row.sign)) for row in rows), default=0.0)
        widest = max((self._width(piece) for row in rows for piece in row.pieces), default=0.0)
        if start + sign_width + gap + widest > self.width - GRID and rows:
            # A long term gets the whole width, below the left side.
            self._flush(number, [(left, GRID, self.size, None)])
            start = 2.0 * GRID
            left = Piece(left.key, "")
        x = start
        for index, row in enumerate(rows):
            sign = Piece(("", 0, 0), row.sign)
            needed = gap + sign_width + gap + sum(self._width(piece) for piece in row.pieces)
            follows = index == len(rows) - 1 and len(rows) > 2
            if not (follows and x + needed <= self.width - GRID):
                row_left = (left, column - self._width(left)) if index == 0 and left.latex else None
                x = self._broken(number, row, sign, sign_width, start, gap, row_left)
            else:
                self._append(number, row, sign, sign_width, x + gap, gap)
        self.y += 0.45 * self.size

    def _broken(
        self,
        number: int,
        row: Row,
        sign: Piece,
        sign_width: float,
        start: float,
        gap: float,
        left: tuple[Piece, float] | None,
    ) -> float:
        """Place a row, in as many lines as it takes; return where its last line ends."""
        first = start + sign_width + gap
        available = max(60.0, self.width - GRID - first)
        x = first
        current: list[Item] = []
        head: list[Item] = [(sign, start, self.size, None)]
        if left:
            head.append((left[0], left[1], self.size, None))
        # Every line but the first is indented by the size of the type.
        within = available - self.size
        for piece in self._parts(row.pieces, within):
            size = self.size * min(1.0, max(_LEAST_SCALE, within / max(1.0, self._width(piece))))
            width = self._width(piece, size)
            space = 0.25 * self.size if x > first else 0.0
            if x > first and x + space + width > first + available:
                self._flush(number, head + current)
                head, current, x, space = [], [], first + self.size, 0.0
            current.append((piece, x + space, size, space if current else None))
            x += space + width
        self._flush(number, head + current)
        return x

    def _parts(self, pieces: tuple[Piece, ...], available: float) -> Iterator[Piece]:
        for piece in pieces:
            if self._width(piece) > available:
                yield from piece.parts()
            else:
                yield piece

    def _append(self, number: int, row: Row, sign: Piece, sign_width: float, x: float, gap: float) -> None:
        """Place a short row behind the one before it, on its baseline."""
        baseline = self.placed[-1].baseline
        self._place(number, (sign, x, self.size, gap), baseline)
        x += sign_width + gap
        space = gap
        for piece in row.pieces:
            self._place(number, (piece, x, self.size, space), baseline)
            x += self._width(piece)
            space = 0.0

    def _flush(self, number: int, items: list[Item]) -> None:
        ascent = max(self._set(piece).ascent * size / UNIT for piece, _, size, _ in items)
        descent = max(self._set(piece).descent * size / UNIT for piece, _, size, _ in items)
        ascent, descent = max(ascent, 0.9 * self.size), max(descent, 0.3 * self.size)
        for item in items:
            self._place(number, item, self.y + ascent)
        tall = ascent + descent > 2 * self.size
        self.y += ascent + descent + (0.4 if tall else 0.2) * self.size

    def _place(self, number: int, item: Item, baseline: float) -> None:
        piece, x, size, space = item
        self.placed.append(Placed(piece, self._set(piece), number, x, baseline, size, space is not None, space or 0.0))
        self.right = max(self.right, x + self._width(piece, size))
