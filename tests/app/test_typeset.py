"""Typeset formulas: outlines, slots and how fast digits change."""

from __future__ import annotations

import itertools

import pytest
from PySide6.QtGui import QColor, QImage, QPainter
from pytestqt.qtbot import QtBot

from gdsim.app.widgets.typeset import UNIT, is_ready, paint, typeset

TEMPLATE = r"\left(2 - \slot{w1}{1}\right)^{2} + \frac{\slot{a}{0}}{3}"


def image(texts: list[str], colours: dict[int, QColor] | None = None) -> QImage:
    result = QImage(400, 120, QImage.Format.Format_RGB32)
    result.fill(QColor("white"))
    painter = QPainter(result)
    paint(painter, typeset(TEMPLATE, (6, 3)), texts, 10, 60, 24, QColor("black"), colours)
    painter.end()
    return result


def inked(picture: QImage) -> set[tuple[int, int]]:
    return {
        (x, y)
        for x in range(picture.width())
        for y in range(picture.height())
        if picture.pixelColor(x, y).lightness() < 128
    }


def test_slots_have_the_places_asked_for(qtbot: QtBot) -> None:
    qtbot.waitUntil(is_ready, timeout=20_000)
    formula = typeset(TEMPLATE, (6, 3))
    assert [len(places) for places in formula.slots] == [6, 3]
    first = formula.slots[0]
    steps = [b.x - a.x for a, b in itertools.pairwise(first)]
    assert steps == pytest.approx([steps[0]] * 5)
    assert all(place.size == UNIT for place in first)
    assert formula.slots[1][0].size < UNIT
    assert formula.slots[1][0].y < 0
    assert formula.width > first[-1].x
    assert formula.ascent > 0.5 * UNIT


def test_digits_stand_at_the_right_end_of_their_slot(qapp: object) -> None:
    empty, short, long = (inked(image([text, ""])) for text in ("", "1", "111111"))
    assert short - empty
    assert short < long
    left, right = min(x for x, _ in long - empty), max(x for x, _ in long - empty)
    assert min(x for x, _ in short - empty) > (left + right) / 2


def test_only_the_slot_changes(qapp: object) -> None:
    formula = typeset(TEMPLATE, (6, 3))
    scale = 24 / UNIT
    changed = inked(image(["1.2345", ""])) ^ inked(image(["−9.876", ""]))
    start, end = 10 + formula.slots[0][0].x * scale, 10 + formula.slots[0][-1].x * scale
    assert changed
    assert all(start - 1 <= x <= end + UNIT * scale for x, _ in changed)


def test_slots_take_their_own_colour(qapp: object) -> None:
    picture = image(["8", ""], {0: QColor("#d55e00")})
    found = {picture.pixelColor(x, y).name() for x in range(picture.width()) for y in range(picture.height())}
    assert "#d55e00" in found
    assert "#000000" in found


def test_what_cannot_be_set_is_shown_as_it_stands(qapp: object) -> None:
    assert typeset(r"\nonsense{").width > 0
