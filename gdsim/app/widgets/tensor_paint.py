"""Pictures of many numbers at once: glyphs put together by numpy, a colour a cell, and which cells changed most.

The trainer's thread needs the interpreter, so a table calls nothing for each of its cells: the characters of all of
them come from one format string, and their pixels from one table of glyphs.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QImage, QPainter

from gdsim.app.theme import Theme
from gdsim.app.widgets.number_field import tabular
from gdsim.app.widgets.tensor_text import MINUS, NumberFormat

Pixels = NDArray[np.uint32]
"""Premultiplied ARGB, or RGB, shape ``(rows, columns)``."""

PADDING = 6
"""Left and right of a number, in device-independent pixels."""
MOST_MARKED = 50
_SHARE_MARKED = 0.05
_LARGEST_SAMPLE = 1 << 14
_STRENGTH = {False: (0.62, 0.62), True: (0.5, 0.8)}
"""How much blue and vermilion the strongest cells have, in the light and in the dark theme."""
_CHARACTERS = " 0123456789.e+-<"


@dataclass(frozen=True, eq=False)
class Glyphs:
    """The characters of one `NumberFormat` as pixels, a strip for each position in a number.

    Attributes
    ----------
    form
        The format.
    ratio
        Device pixels in one device-independent pixel.
    cell
        Width and height of a cell, in device-independent pixels.
    left
        Device pixel at which the number begins in its cell.
    strips
        One a position, shape ``(128, height, width of the position)``: the pixels of each ASCII code.
    words
        Whole cells for nan, inf and -inf, shape ``(height, cell width)``, in the error colour.
    """

    form: NumberFormat
    ratio: float
    cell: tuple[int, int]
    left: int
    strips: tuple[Pixels, ...]
    words: tuple[Pixels, Pixels, Pixels]

    def picture(self, values: NDArray[np.float64], line: int) -> tuple[Pixels, NDArray[np.intp]]:
        """Return the pixels of a block of cells, and which of them have no room for their number as it stands.

        Parameters
        ----------
        values
            Shape ``(rows, columns)``.
        line
            Premultiplied ARGB of the lines between cells.

        Returns
        -------
        pixels
            Shape ``(rows * cell height, columns * cell width)``, in device pixels.
        large
            Row and column of each finite number that is still to be drawn, shape ``(count, 2)``.
        """
        rows, columns = values.shape
        width, height = (round(side * self.ratio) for side in self.cell)
        odd = self.form.odd(values)
        codes = self.form.codes(values, odd)
        pixels = np.zeros((rows, height, columns, width), np.uint32)
        left = self.left
        for position, strip in enumerate(self.strips):
            right = left + strip.shape[2]
            pixels[:, :, :, left:right] = strip[codes[:, :, position]].transpose(0, 2, 1, 3)
            left = right
        large = np.empty((0, 2), np.intp)
        if odd.any():
            for word, where in zip(
                self.words, (np.isnan(values), values == math.inf, values == -math.inf), strict=True
            ):
                row, column = where.nonzero()
                pixels[row, :, column, :] = word
            large = np.argwhere(odd & np.isfinite(values))
        thick = max(1, round(self.ratio))
        pixels[:, -thick:, :, :] = line
        pixels[:, :, :, -thick:] = line
        return pixels.reshape(rows * height, columns * width), large


def glyphs_for(font: QFont, ratio: float, form: NumberFormat, theme: Theme) -> Glyphs:
    """Return the glyphs of ``font`` in the colours of ``theme`` at ``ratio`` device pixels a pixel."""
    return _glyphs(font.toString(), ratio, form, theme)


@lru_cache(maxsize=8)
def _glyphs(font_text: str, ratio: float, form: NumberFormat, theme: Theme) -> Glyphs:
    font = QFont()
    font.fromString(font_text)
    font = tabular(font)
    metrics = QFontMetricsF(font)
    slots = _slots(metrics, ratio, form)
    # Whole device pixels at 125, 150 and 175 per cent too, or the pixels would not fall on those of the screen.
    unit = 1 if ratio == round(ratio) else 4
    cell = (
        unit * math.ceil((sum(slots) / ratio + 2 * PADDING) / unit),
        unit * math.ceil((math.ceil(metrics.height()) + 4) / unit),
    )
    width, height = (round(side * ratio) for side in cell)
    pen = _Pen(font, metrics, ratio, height)
    strips = []
    for slot, following in zip(slots, [*slots[1:], 0], strict=True):
        strip = np.zeros((128, height, slot), np.uint32)
        for character in _CHARACTERS:
            # A minus sign is wider than a digit: its left end lies in the slot before.
            end = slot + (following if character == "<" else 0)
            strip[ord(character)] = pen.drawn(MINUS if character in "-<" else character, theme.text, end, slot)
        strips.append(strip)
    end = width - round(PADDING * ratio)
    nan, inf, minus_inf = (pen.drawn(text, theme.error, end, width) for text in ("nan", "inf", f"{MINUS}inf"))
    return Glyphs(form, ratio, cell, end - sum(slots), tuple(strips), (nan, inf, minus_inf))


def _slots(metrics: QFontMetricsF, ratio: float, form: NumberFormat) -> list[int]:
    """Return how many device pixels each position of a number takes."""

    def advance(characters: str) -> int:
        return max(1, round(ratio * max(metrics.horizontalAdvance(each) for each in characters)))

    slots = [advance("0123456789")] * form.width
    slots[0] = advance(MINUS + "+")
    if form.point is not None:
        slots[form.point] = advance(".")
    if form.exponent is not None:
        slots[form.exponent], slots[form.exponent + 1] = advance("e"), advance(MINUS + "+")
    return slots


@dataclass(frozen=True, eq=False)
class _Pen:
    """Draws short texts on strips that are ``height`` device pixels high."""

    font: QFont
    metrics: QFontMetricsF
    ratio: float
    height: int

    def drawn(self, text: str, colour: str, end: int, width: int) -> Pixels:
        """Return a strip ``width`` device pixels wide with ``text`` to the left of device pixel ``end``."""
        image = QImage(width, self.height, QImage.Format.Format_ARGB32_Premultiplied)
        image.setDevicePixelRatio(self.ratio)
        image.fill(Qt.GlobalColor.transparent)
        painter = QPainter(image)
        painter.setFont(self.font)
        painter.setPen(QColor(colour))
        x = round(end - self.ratio * self.metrics.horizontalAdvance(text))
        y = round((self.height - self.ratio * self.metrics.height()) / 2 + self.ratio * self.metrics.ascent())
        painter.drawText(QPointF(x / self.ratio, y / self.ratio), text)
        painter.end()
        return np.frombuffer(image.constBits(), np.uint32).reshape(self.height, width).copy()


def image_of(pixels: Pixels, ratio: float = 1.0) -> QImage:
    """Return ``pixels`` as an image that is valid for as long as the array is."""
    rows, columns = pixels.shape
    image = QImage(pixels.data, columns, rows, 4 * columns, QImage.Format.Format_ARGB32_Premultiplied)
    image.setDevicePixelRatio(ratio)
    return image


def cell_colours(values: NDArray[np.float64], largest: float, theme: Theme) -> Pixels:
    """Return a colour for each number: the ground at 0, vermilion at ``largest``, blue at ``-largest``.

    What is not finite has the ground's colour, on which the error colour can be read; so has everything where
    ``largest`` is 0.
    """
    finite = np.isfinite(values)
    if not finite.all() or largest == 0:
        values = np.where(finite & (largest > 0), values, 0.0)
    # A sample may have missed numbers beyond the largest.
    with np.errstate(over="ignore"):
        scaled = np.clip(values / (largest or 1.0) * 255, -255, 255)
    return _ramp(theme)[np.rint(scaled).astype(np.intp) + 255]


@lru_cache(maxsize=4)
def _ramp(theme: Theme) -> Pixels:
    """Return 511 opaque colours from blue over the ground to vermilion.

    They stop short of the full colours, so that the text can be read on all of them.
    """
    share = np.linspace(-1, 1, 511)[:, None]
    ground, low, high = (_channels(each) for each in (theme.ground, theme.velocity, theme.gradient))
    blue_most, red_most = _STRENGTH[theme.dark]
    mixed = ground + np.abs(share) * np.where(share < 0, blue_most * (low - ground), red_most * (high - ground))
    red, green, blue = np.rint(mixed).astype(np.uint32).T
    return np.uint32(0xFF000000) | red << 16 | green << 8 | blue


def _channels(colour: str) -> NDArray[np.float64]:
    found = QColor(colour)
    return np.array([found.red(), found.green(), found.blue()], float)


def sample_of(table: NDArray[Any]) -> NDArray[Any]:
    """Return about 16 384 numbers of ``table``, evenly spread over rows and columns; all where there are fewer."""
    if table.size <= _LARGEST_SAMPLE:
        return table
    across = min(table.shape[1], math.ceil(math.sqrt(table.size / _LARGEST_SAMPLE)))
    down = math.ceil(table.size / across / _LARGEST_SAMPLE)
    return table[::down, ::across]


def largest_of(table: NDArray[Any]) -> float:
    """Return the largest finite absolute value in a sample of ``table``, 0 where there is none."""
    sizes = np.abs(sample_of(table))
    largest = float(sizes.max(initial=0.0))
    if math.isfinite(largest):
        return largest
    return float(sizes.max(initial=0.0, where=np.isfinite(sizes)))


@dataclass(frozen=True)
class Change:
    """From which change on a cell is marked, and how many cells at most."""

    least: float
    count: int


def change_between(table: NDArray[Any], before: NDArray[Any]) -> Change | None:
    """Return what counts as a large change: that of the twentieth part of all cells which changed most.

    None where nothing changed. Judged by a sample, so that a large layer costs no more than a small one.
    """
    sizes = _sizes(sample_of(table), sample_of(before)).ravel()
    share = max(1, round(_SHARE_MARKED * sizes.size))
    least = float(np.partition(sizes, sizes.size - share)[sizes.size - share])
    if least == 0:
        moved = sizes[sizes > 0]
        if not moved.size and sizes.size == table.size:
            return None
        # Fewer than a twentieth changed (in a large layer, perhaps none of the sample): mark whatever did.
        least = float(moved.min(initial=math.inf)) if moved.size else math.ulp(0.0)
    return Change(least, min(MOST_MARKED, max(1, round(_SHARE_MARKED * table.size))))


def marked_cells(block: NDArray[Any], before: NDArray[Any], change: Change) -> NDArray[np.intp]:
    """Return row and column, in the block, of the cells to mark, shape ``(count, 2)``."""
    sizes = _sizes(block, before)
    found = np.argwhere(sizes >= change.least)
    if len(found) > change.count:
        order = np.argsort(-sizes[found[:, 0], found[:, 1]], kind="stable")
        found = found[order[: change.count]]
    return found


def _sizes(after: NDArray[Any], before: NDArray[Any]) -> NDArray[np.float64]:
    """Return by how much each number changed; one that stopped or began to be finite changed most of all."""
    with np.errstate(invalid="ignore", over="ignore"):
        sizes = np.abs(after.astype(np.float64) - before)
    unknown = np.isnan(sizes)
    if unknown.any():
        same = (after == before) | (np.isnan(after) & np.isnan(before))
        sizes[unknown] = np.where(same, 0.0, math.inf)[unknown]
    return sizes
