"""Formulas as vector outlines, set by matplotlib's mathtext, with slots whose digits change at no cost.

A template is set once (some 15 ms); its slots are then filled with digits of a fixed width. matplotlib is
imported by a thread of its own, because the window must not wait for it.
"""

from __future__ import annotations

import functools
import re
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QTransform

from gdsim.formula.latex import BREAK

UNIT = 100.0
"""Size of the type in which everything is set; painting scales it."""

FAMILY = "dejavusans"
SLOT_FONT = "DejaVu Sans Mono"
_MARK = re.compile(r"\\slot\{(\w+)\}\{\d\}")

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
        _parse("$w$")
    finally:
        _ready.set()


@dataclass(frozen=True)
class Place:
    """Where one character of a slot stands: the left end of its baseline and its size."""

    x: float
    y: float
    size: float


@dataclass(frozen=True, eq=False)
class Typeset:
    """A template, set at size `UNIT`; y grows downwards from the baseline.

    Attributes
    ----------
    width, ascent, descent
        Its box.
    outline
        Everything but the slots.
    slots
        The places of each slot's characters, in reading order.
    """

    width: float
    ascent: float
    descent: float
    outline: QPainterPath
    slots: tuple[tuple[Place, ...], ...]


@functools.lru_cache(maxsize=2048)
def typeset(latex: str, widths: tuple[int, ...] = ()) -> Typeset:
    r"""Set LaTeX (without dollars) whose ``\slot{name}{n}`` get ``widths`` characters each.

    What mathtext cannot set is shown as it stands, in upright letters.
    """
    remaining = iter(widths)
    source = _MARK.sub(lambda match: rf"\mathtt{{{'0' * next(remaining, 1)}}}", latex.replace(BREAK, ""))
    try:
        parsed = _parse(f"${source}$")
    except ValueError:
        parsed = _parse(r"$\mathrm{" + re.sub(r"[^\w ]", "", latex).replace("_", r"\_") + "}$")
    outline = QPainterPath()
    places: list[Place] = []
    for glyph in parsed.glyphs:
        font, size, character = glyph[0], float(glyph[1]), int(glyph[2])
        x, y = float(glyph[-2]), -float(glyph[-1])
        if font.family_name == SLOT_FONT:
            places.append(Place(x, y, size))
        else:
            scale = size / UNIT
            outline.addPath(QTransform(scale, 0, 0, scale, x, y).map(_glyph(font, character)))
    for x, y, width, height in parsed.rects:
        outline.addRect(QRectF(float(x), -float(y) - float(height), float(width), float(height)))
    outline.setFillRule(_WINDING)
    slots, start = [], 0
    for width in widths:
        slots.append(tuple(places[start : start + width]))
        start += width
    depth = float(parsed.depth)
    return Typeset(float(parsed.width), float(parsed.height) - depth, depth, outline, tuple(slots))


_WINDING = Qt.FillRule.WindingFill


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
def _slot_font() -> Any:
    from matplotlib.font_manager import findfont, get_font

    return get_font(findfont(SLOT_FONT))


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


def slot_names(latex: str) -> tuple[str, ...]:
    """Return the names of the slots in a template, in reading order."""
    return tuple(match[1] for match in re.finditer(r"\\slot\{(\w+)\}\{\d\}", latex))


def paint(
    painter: QPainter,
    formula: Typeset,
    texts: Sequence[str],
    x: float,
    baseline: float,
    size: float,
    colour: QColor,
    slot_colours: Mapping[int, QColor] | None = None,
) -> None:
    """Paint a formula with its slots filled, each text at the right end of its slot.

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
    """
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.translate(x, baseline)
    painter.scale(size / UNIT, size / UNIT)
    painter.fillPath(formula.outline, colour)
    for number, (places, text) in enumerate(zip(formula.slots, texts, strict=False)):
        ink = (slot_colours or {}).get(number, colour)
        digits = QPainterPath()
        digits.setFillRule(_WINDING)
        for place, character in zip(places[len(places) - len(text) :], text[-len(places) :], strict=False):
            scale = place.size / UNIT
            digits.addPath(QTransform(scale, 0, 0, scale, place.x, place.y).map(_glyph(_slot_font(), ord(character))))
        painter.fillPath(digits, ink)
    painter.restore()
