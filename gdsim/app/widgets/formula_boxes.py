"""What a set formula consists of, so that a number in it can grow or shrink without setting the formula again.

mathtext returns glyphs and rules in their places. Everything to the right of a slot moves with the slot's
width; above and below a fraction bar it stays centred. All lengths are at size 100, y grows downwards.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainterPath

_COMMAND = re.compile(r"\\(d?frac|sqrt)(?=\{)")
_NEAR = 0.01


@dataclass(frozen=True, eq=False)
class Ink:
    """Outlines that keep together; ``x`` is the leftmost origin among them."""

    x: float
    path: QPainterPath


@dataclass(frozen=True)
class Slot:
    """A place for a number: the left end of its baseline, its size and the width that it has for now."""

    x: float
    number: int
    y: float
    size: float
    width: float


@dataclass(frozen=True)
class Roof:
    """The rule over a square root."""

    x: float
    rect: QRectF


@dataclass(frozen=True)
class Fraction:
    """A bar with a row above and a row below it."""

    x: float
    bar: QRectF
    upper: Level
    lower: Level


@dataclass(frozen=True)
class Level:
    """A row of elements from left to right."""

    elements: tuple[Ink | Slot | Roof | Fraction, ...]
    width: float


@dataclass(frozen=True)
class Glyph:
    """A character as mathtext placed it: an outline, or the mark of a slot."""

    x: float
    y: float
    path: QPainterPath | None
    slot: Slot | None = None


@dataclass(frozen=True)
class Fitted:
    """A formula with slots of given widths: outlines with their shifts, rules, and the slots in reading order."""

    inks: list[tuple[QPainterPath, float]] = field(default_factory=list)
    rules: list[QRectF] = field(default_factory=list)
    slots: dict[int, Slot] = field(default_factory=dict)


@dataclass(frozen=True)
class _Rule:
    """A rule in the LaTeX: number ``index`` of those that mathtext draws; over a root there are no parts."""

    index: int
    parts: tuple[list[_Rule], list[_Rule]] | None


def build(source: str, glyphs: Sequence[Glyph], rules: Sequence[QRectF], width: float) -> Level:
    """Find the rows of a formula from its LaTeX and from what mathtext made of it."""
    count = itertools.count()
    found = _rules(source, count)
    if next(count) != len(rules):
        found = [_Rule(index, None) for index in range(len(rules))]
    return _level(glyphs, rules, found, width)


def _rules(source: str, count: Iterator[int]) -> list[_Rule]:
    """Return the rules in ``source``, numbered in the order in which mathtext draws them."""
    result: list[_Rule] = []
    position = 0
    while match := _COMMAND.search(source, position):
        first, position = _braced(source, match.end())
        if match[1] == "sqrt":
            result.append(_Rule(next(count), None))
            result.extend(_rules(first, count))
        else:
            second, position = _braced(source, position)
            upper = _rules(first, count)
            index = next(count)
            result.append(_Rule(index, (upper, _rules(second, count))))
    return result


def _braced(source: str, start: int) -> tuple[str, int]:
    """Return what stands in the braces that open at ``start``, and where they end."""
    depth = 0
    for position in range(start, len(source)):
        depth += (source[position] == "{") - (source[position] == "}")
        if depth == 0:
            return source[start + 1 : position], position + 1
    return "", len(source)


def _level(glyphs: Sequence[Glyph], rects: Sequence[QRectF], rules: Sequence[_Rule], width: float) -> Level:
    rest = list(glyphs)
    movers: list[Slot | Fraction] = []
    roofs: list[Roof] = []
    for rule in rules:
        rect = rects[rule.index]
        if rule.parts is None:
            roofs.append(Roof(rect.left(), rect))
            continue
        inside = [each for each in rest if rect.left() - _NEAR <= each.x < rect.right() - _NEAR]
        rest = [each for each in rest if each not in inside]
        upper = _part([each for each in inside if each.y < rect.top()], rects, rule.parts[0], rect)
        lower = _part([each for each in inside if each.y >= rect.top()], rects, rule.parts[1], rect)
        movers.append(Fraction(rect.left(), rect, upper, lower))
    movers += [each.slot for each in rest if each.slot is not None]
    movers.sort(key=lambda each: each.x)
    inks = _inks([each for each in rest if each.slot is None], [each.x for each in movers])
    # Between equals the outline comes first: it is not moved by what begins where it does.
    elements = sorted([*inks, *roofs, *movers], key=lambda each: each.x)
    return Level(tuple(elements), width)


def _part(glyphs: Sequence[Glyph], rects: Sequence[QRectF], rules: Sequence[_Rule], bar: QRectF) -> Level:
    starts = [each.x for each in glyphs] + [rects[rule.index].left() for rule in rules]
    margin = max(0.0, min(starts, default=bar.left()) - bar.left())
    return _level(glyphs, rects, rules, bar.width() - 2 * margin)


def _inks(glyphs: Sequence[Glyph], stops: Sequence[float]) -> list[Ink]:
    """Join the outlines that stand between the same two movers."""
    groups: dict[int, list[Glyph]] = {}
    for glyph in glyphs:
        groups.setdefault(sum(stop < glyph.x - _NEAR for stop in stops), []).append(glyph)
    result = []
    for group in groups.values():
        path = QPainterPath()
        for glyph in group:
            if glyph.path is not None:
                path.addPath(glyph.path)
        path.setFillRule(path.fillRule().WindingFill)
        result.append(Ink(min(glyph.x for glyph in group), path))
    return result


def growth(level: Level, widths: Sequence[float]) -> float:
    """Return by how much a row is wider with slots of these widths (at size 100, in reading order)."""
    return sum(_grown(each, widths) for each in level.elements)


def _grown(element: Ink | Slot | Roof | Fraction, widths: Sequence[float]) -> float:
    if isinstance(element, Slot):
        width = widths[element.number] if element.number < len(widths) else 0.0
        return width * element.size / 100 - element.width
    if isinstance(element, Fraction):
        parts = (element.upper, element.lower)
        return max(part.width + growth(part, widths) for part in parts) - element.bar.width()
    return 0.0


def fit(level: Level, widths: Sequence[float], result: Fitted, shift: float = 0.0) -> None:
    """Put the elements of a row into ``result``, the slots having these widths."""
    steps: list[tuple[float, float]] = []
    start = shift
    for element in level.elements:
        grown = _grown(element, widths)
        if isinstance(element, Ink):
            result.inks.append((element.path, shift))
        elif isinstance(element, Slot):
            width = element.width + grown
            result.slots[element.number] = Slot(element.x + shift, element.number, element.y, element.size, width)
        elif isinstance(element, Fraction):
            bar = element.bar.translated(shift, 0.0)
            bar.setWidth(bar.width() + grown)
            result.rules.append(bar)
            for part in (element.upper, element.lower):
                before = (element.bar.width() - part.width) / 2
                after = (bar.width() - part.width - growth(part, widths)) / 2
                fit(part, widths, result, shift + after - before)
        steps.append((element.x, grown))
        shift += grown
    for element in level.elements:
        if isinstance(element, Roof):
            left, right = (
                edge + start + sum(grown for x, grown in steps if x < edge - _NEAR)
                for edge in (element.rect.left(), element.rect.right())
            )
            result.rules.append(QRectF(left, element.rect.top(), right - left, element.rect.height()))
