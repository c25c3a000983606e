"""Formulas as vector outlines, set by matplotlib's mathtext, with slots whose numbers change at no cost.

A template is set once (some 15 ms); its slots are then filled with numbers of any width. matplotlib is
imported by a thread of its own, because the window must not wait for it. It bears one thread at a time, and figures are
drawn by others: whatever is not known yet waits until they are drawn.
"""

from __future__ import annotations

import functools
import itertools
import re
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QTransform

from gdsim.app.widgets.formula_boxes import Fitted, Glyph, Level, Slot, build, fit, growth
from gdsim.formula.latex import BREAK

UNIT = 100.0
"""Size of the type in which everything is set; painting scales it."""

FAMILY = "dejavusans"
SLOT_FONT = "DejaVu Sans Mono"
"""Nothing but the marks of slots is set in it."""

NUMBER_FONT = "DejaVu Sans"
_PLAIN = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "−0123456789")
# Larger than mathtext's 0.7, for an exponent is read digit by digit.
_SUPERSCRIPT, _RAISED = 0.78, 0.36
_MARK = re.compile(r"\\slot\{(\w+)\}\{\d\}")

_LOW_BARS = re.compile(r"\\left\|((?:(?!\\left\||\\right\||\\d?frac).)*)\\right\|")

_ready = threading.Event()
_starting = threading.Lock()
_thread: threading.Thread | None = None


def is_ready() -> bool:
    """Return whether `typeset` can work without importing anything first; starts the import if not."""
    global _thread
    with _starting:
        if _thread is None and not _ready.is_set():
            _thread = threading.Thread(target=_prepare, name="mathtext", daemon=True)
            _thread.start()
    return _ready.is_set()


def _prepare() -> None:
    try:
        with _lock():
            _parse("$w$")
    finally:
        _ready.set()


@dataclass(frozen=True, eq=False)
class Typeset:
    """A template, set at size `UNIT`; y grows downwards from the baseline.

    Attributes
    ----------
    ascent, descent
        How far it reaches above and below the baseline.
    level
        What it consists of, with slots one character wide.
    """

    ascent: float
    descent: float
    level: Level

    def width(self, widths: Sequence[float] = ()) -> float:
        """Return the width with slots of these widths, all at size `UNIT`."""
        return self.level.width + growth(self.level, widths)

    def fitted(self, widths: Sequence[float] = ()) -> Fitted:
        """Return everything in its place with slots of these widths."""
        result = Fitted()
        fit(self.level, widths, result)
        return result


@functools.lru_cache(maxsize=2048)
def typeset(latex: str) -> Typeset:
    r"""Set LaTeX (without dollars), with a place for each ``\slot{name}{n}``.

    What mathtext cannot set is shown as it stands, in upright letters.
    """
    with _lock():
        return _typeset(latex)


def _typeset(latex: str) -> Typeset:
    source = _plain_bars(_MARK.sub(r"\\mathtt{0}", latex.replace(BREAK, "")))
    try:
        parsed = _parse(f"${source}$")
    except ValueError:
        parsed = _parse(r"$\mathrm{" + re.sub(r"[^\w ]", "", latex).replace("_", r"\_") + "}$")
    glyphs: list[Glyph] = []
    count = itertools.count()
    for glyph in parsed.glyphs:
        font, size, character = glyph[0], float(glyph[1]), int(glyph[2])
        x, y = float(glyph[-2]), -float(glyph[-1])
        if font.family_name == SLOT_FONT:
            glyphs.append(Glyph(x, y, None, Slot(x, next(count), y, size, _advance(font, "0") * size / UNIT)))
        else:
            glyphs.append(Glyph(x, y, _scaled(_glyph(font, character), x, y, size / UNIT)))
    rules = [
        QRectF(float(x), -float(y) - float(height), float(width), float(height)) for x, y, width, height in parsed.rects
    ]
    depth = float(parsed.depth)
    return Typeset(float(parsed.height) - depth, depth, build(source, glyphs, rules, float(parsed.width)))


def _plain_bars(latex: str) -> str:
    """Take the font's own bars around what is no higher than they are: stretched ones come out thin and uneven."""
    while (changed := _LOW_BARS.sub(r"{|}{\1}{|}", latex)) != latex:
        latex = changed
    return latex


def _scaled(path: QPainterPath, x: float, y: float, scale: float) -> QPainterPath:
    return QTransform(scale, 0, 0, scale, x, y).map(path)


_WINDING = Qt.FillRule.WindingFill


@functools.cache
def _lock() -> threading.RLock:
    from gdsim.export.figure import LOCK

    return LOCK


@functools.cache
def _parser() -> Any:
    from matplotlib.mathtext import MathTextParser

    return MathTextParser("path")


def _parse(source: str) -> Any:
    from matplotlib.font_manager import FontProperties

    return _parser().parse(source, 72, FontProperties(size=UNIT, math_fontfamily=FAMILY))


_glyphs: dict[tuple[str, int], QPainterPath] = {}


def _glyph(font: Any, character: int) -> QPainterPath:
    """Return the outline of a character at size `UNIT`."""
    key = (font.fname, character)
    if key not in _glyphs:
        with _lock():
            font.set_size(UNIT, 72)
            font.load_char(character, flags=_no_hinting())
            _glyphs[key] = _path(*font.get_path())
    return _glyphs[key]


@functools.cache
def _no_hinting() -> Any:
    from matplotlib import ft2font

    flags = getattr(ft2font, "LoadFlags", None)
    # Before matplotlib 3.10 the flags were plain names of the module.
    return flags.NO_HINTING if flags is not None else vars(ft2font)["LOAD_NO_HINTING"]


@functools.cache
def _number_font() -> Any:
    from matplotlib.font_manager import findfont, get_font

    return get_font(findfont(NUMBER_FONT))


_advances: dict[tuple[str, str], float] = {}


def _advance(font: Any, character: str) -> float:
    """Return the width of a character at size `UNIT`."""
    key = (font.fname, character)
    if key not in _advances:
        with _lock():
            font.set_size(UNIT, 72)
            _advances[key] = font.load_char(ord(character), flags=_no_hinting()).linearHoriAdvance / 65536
    return _advances[key]


@functools.lru_cache(maxsize=8192)
def _run(text: str) -> tuple[tuple[tuple[str, float, float], ...], float]:
    """Return the characters of a number, with their places and sizes, and its width at size `UNIT`."""
    characters = []
    x = 0.0
    for character in text:
        plain = character.translate(_PLAIN)
        size = 1.0 if plain == character else _SUPERSCRIPT
        margin = 0.08 * UNIT if character == "·" else 0.0
        characters.append((plain, x + margin, size))
        x += _advance(_number_font(), plain) * size + 2 * margin
    return tuple(characters), x


def number_width(text: str) -> float:
    """Return the width of a number at size `UNIT`; all digits are equally wide."""
    return _run(text)[1]


@functools.lru_cache(maxsize=2048)
def _number_path(text: str) -> QPainterPath:
    path = QPainterPath()
    for character, x, size in _run(text)[0]:
        raised = -_RAISED * UNIT if size < 1 else 0.0
        path.addPath(_scaled(_glyph(_number_font(), ord(character)), x, raised, size))
    path.setFillRule(_WINDING)
    return path


def _path(vertices: Sequence[Sequence[float]], codes: Sequence[int]) -> QPainterPath:
    """Turn matplotlib's vertices and codes (1 move, 2 line, 3 quadratic, 4 cubic, 79 close) into a Qt path."""
    path = QPainterPath()
    path.setFillRule(_WINDING)
    points = [(float(x), -float(y)) for x, y in vertices]
    index = 0
    while index < len(points):
        code = int(codes[index])
        if code == 1:
            path.moveTo(*points[index])
        elif code == 2:
            path.lineTo(*points[index])
        elif code == 3:
            path.quadTo(*points[index], *points[index + 1])
            index += 1
        elif code == 4:
            path.cubicTo(*points[index], *points[index + 1], *points[index + 2])
            index += 2
        else:
            path.closeSubpath()
        index += 1
    return path


def paint(
    painter: QPainter,
    formula: Typeset,
    texts: Sequence[str],
    x: float,
    baseline: float,
    size: float,
    colour: QColor,
    slot_colours: Mapping[int, QColor] | None = None,
    widths: Sequence[float] | None = None,
) -> None:
    """Paint a formula with its slots filled.

    Parameters
    ----------
    painter
        Where to paint; antialiasing is switched on.
    formula
        What was set.
    texts
        What the slots show, in reading order.
    x, baseline
        Left end of the baseline, in device-independent pixels.
    size
        Height of the type, in device-independent pixels.
    colour, slot_colours
        Colour of everything, and of single slots by their number.
    widths
        Widths of the slots at size `UNIT`, their texts at the right ends; without them as wide as the texts.
    """
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.translate(x, baseline)
    painter.scale(size / UNIT, size / UNIT)
    fitted = formula.fitted(widths if widths is not None else [number_width(text) for text in texts])
    for path, shift in fitted.inks:
        painter.translate(shift, 0.0)
        painter.fillPath(path, colour)
        painter.translate(-shift, 0.0)
    for rule in fitted.rules:
        painter.fillRect(rule, colour)
    for number, text in enumerate(texts):
        slot = fitted.slots.get(number)
        if slot is not None:
            scale = slot.size / UNIT
            left = slot.x + slot.width - number_width(text) * scale
            painter.fillPath(_scaled(_number_path(text), left, slot.y, scale), (slot_colours or {}).get(number, colour))
    painter.restore()
