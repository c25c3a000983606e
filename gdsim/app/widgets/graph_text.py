"""Text of a graph: formulas that are set a few at a time, and numbers, both made to fit their place."""

from __future__ import annotations

import time

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter

from gdsim.app.widgets.number_field import tabular
from gdsim.app.widgets.typeset import UNIT, Typeset, is_ready, paint, typeset

SMALLEST = 6.0
"""Text of fewer pixels is not painted."""

_SLICE_SECONDS = 0.012


class Formulas:
    """Sets formulas for at most a slice of time, and remembers which are still to be set."""

    def __init__(self) -> None:
        self._known: dict[str, Typeset] = {}
        self._missing: dict[str, None] = {}
        self._end = 0.0

    @property
    def behind(self) -> bool:
        """Whether some that were asked for are not set yet."""
        return bool(self._missing)

    def begin(self, patient: bool = False) -> None:
        """Begin a slice of time; ``patient`` lets all be set, however long it takes."""
        self._missing.clear()
        now = time.perf_counter()
        self._end = float("inf") if patient else now + _SLICE_SECONDS if is_ready() else now

    def find(self, latex: str) -> Typeset | None:
        """Return a formula, or None where there is no time left to set it."""
        formula = self._known.get(latex)
        if formula is None and time.perf_counter() < self._end:
            formula = self._known[latex] = typeset(latex)
        if formula is None:
            self._missing[latex] = None
        return formula

    def go_on(self) -> bool:
        """Set more of what is missing, for a slice of time; return whether all is there."""
        missing = list(self._missing)
        self.begin()
        for latex in missing:
            self.find(latex)
        return not self.behind


class Writer:
    """Writes with a painter, in pixels of what it paints on.

    Parameters
    ----------
    painter
        Where to write; its transformation must be none.
    font
        What numbers and plain text are written in.
    formulas
        Where formulas come from.
    """

    def __init__(self, painter: QPainter, font: QFont, formulas: Formulas) -> None:
        self.painter, self.formulas = painter, formulas
        self._font = tabular(font)
        self._fonts: dict[tuple[int, bool], tuple[QFont, QFontMetricsF]] = {}

    def formula(self, place: QRectF, latex: str, plain: str, size: float, colour: QColor) -> None:
        """Write a formula in the middle of ``place``, smaller than ``size`` where it takes that to fit.

        Its text stands in until it is set, a bar where it would be too small to read.
        """
        if self._is_too_small(place, plain, size, colour):
            return
        formula = self.formulas.find(latex)
        if formula is None:
            self.number(place, plain, size, colour)
            return
        width, ascent, height = formula.width() / UNIT, formula.ascent / UNIT, (formula.ascent + formula.descent) / UNIT
        size = min(size, place.width() / max(width, 1e-3), place.height() / max(height, 1e-3))
        middle = place.center()
        # Letters stand on one line in all boxes: only what is taller than a line is centred.
        down = ascent - height / 2 if height > 1.2 else 0.36
        paint(self.painter, formula, (), middle.x() - size * width / 2, middle.y() + size * down, size, colour)

    def number(self, place: QRectF, text: str, size: float, colour: QColor, bold: bool = False) -> None:
        """Write text in the middle of ``place``, smaller than ``size`` where it takes that to fit."""
        if self._is_too_small(place, text, size, colour):
            return
        font, metrics = self._sized(size, bold)
        width = metrics.horizontalAdvance(text)
        if width > place.width():
            font, metrics = self._sized(size * place.width() / width, bold)
            width = metrics.horizontalAdvance(text)
        self.painter.setFont(font)
        self.painter.setPen(colour)
        middle = place.center()
        base = middle.y() + 0.36 * font.pixelSize()
        self.painter.drawText(QPointF(middle.x() - width / 2, base), text)

    def width(self, text: str, size: float, bold: bool = False) -> float:
        """Return the width of text."""
        return self._sized(size, bold)[1].horizontalAdvance(text)

    def formula_size(self, latex: str, plain: str, size: float, height: float) -> tuple[float, float]:
        """Return width and height of a formula that is made to fit a height, or of its text until it is set."""
        formula = self.formulas.find(latex)
        if formula is None:
            return self.width(plain, size), size
        tall = max(1e-3, formula.ascent + formula.descent) / UNIT
        size = min(size, height / tall)
        return formula.width() / UNIT * size, tall * size

    def _sized(self, size: float, bold: bool) -> tuple[QFont, QFontMetricsF]:
        key = (max(1, int(size + 0.25)), bold)
        if key not in self._fonts:
            font = QFont(self._font)
            font.setPixelSize(key[0])
            font.setBold(bold)
            self._fonts[key] = (font, QFontMetricsF(font))
        return self._fonts[key]

    def _is_too_small(self, place: QRectF, text: str, size: float, colour: QColor) -> bool:
        """Paint a bar instead of text that nobody could read; return whether it has come to this."""
        if size >= SMALLEST:
            return False
        if size > 1.0 and text:
            bar = QColor(colour)
            bar.setAlphaF(0.4)
            width = min(place.width(), 0.5 * size * len(text))
            middle = place.center()
            self.painter.fillRect(QRectF(middle.x() - width / 2, middle.y() - size / 4, width, size / 2), bar)
        return True
