"""Typeset formulas: outlines, slots and how fast digits change."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QColor, QImage, QPainter
from pytestqt.qtbot import QtBot

from gdsim.app.widgets.typeset import UNIT, is_ready, number_width, paint, typeset

MONO = 0.602 * UNIT
"""Width of a digit of DejaVu Sans Mono."""

ROUNDING = 0.04 * UNIT
"""mathtext rounds widths to whole points, once a level."""

TEMPLATE = r"\left(2 - \slot{w1}{1}\right)^{2} + \frac{\slot{a}{0}}{3}"


def image(texts: list[str], colours: dict[int, QColor] | None = None, widths: list[float] | None = None) -> QImage:
    result = QImage(400, 120, QImage.Format.Format_RGB32)
    result.fill(QColor("white"))
    painter = QPainter(result)
    paint(painter, typeset(TEMPLATE), texts, 10, 60, 24, QColor("black"), colours, widths)
    painter.end()
    return result


def inked(picture: QImage) -> set[tuple[int, int]]:
    return {
        (x, y)
        for x in range(picture.width())
        for y in range(picture.height())
        if picture.pixelColor(x, y).lightness() < 128
    }


def test_slots_have_the_widths_asked_for(qtbot: QtBot) -> None:
    qtbot.waitUntil(is_ready, timeout=20_000)
    formula = typeset(TEMPLATE)
    assert formula.ascent > 0.5 * UNIT
    slots = formula.fitted((321.0, 55.0)).slots
    assert sorted(slots) == [0, 1]
    assert (slots[0].width, slots[0].size) == (pytest.approx(321.0), UNIT)
    assert slots[1].size < UNIT
    assert slots[1].width == pytest.approx(55.0 * slots[1].size / UNIT)
    assert slots[1].y < 0


# Slots filled with n mono digits must end up where mathtext itself puts the same digits.
@pytest.mark.parametrize(
    "template",
    [
        r"(2 - #) + 1",
        r"#^{2} + 3",
        r"\frac{#}{3} + x",
        r"\frac{x}{#} + \sqrt{# + 1} - y",
        r"\frac{\frac{#}{2}}{# + \sqrt{#}} \cdot #",
        r"\mathrm{e}^{-\frac{#^{2}}{1234567}} \left|\frac{#}{3}\right|",
    ],
)
@pytest.mark.parametrize("digits", [1, 3, 7])
def test_fitting_agrees_with_setting_anew(qtbot: QtBot, template: str, digits: int) -> None:
    qtbot.waitUntil(is_ready, timeout=20_000)
    anew = typeset(template.replace("#", rf"\mathtt{{{'0' * digits}}}"))
    fitted = typeset(template.replace("#", r"\slot{a}{0}"))
    widths = [digits * MONO] * template.count("#")
    assert fitted.width(widths) == pytest.approx(anew.width([MONO] * 100), abs=ROUNDING)
    placed = fitted.fitted(widths)
    reference = anew.fitted([MONO] * 100)
    starts = [reference.slots[number].x for number in sorted(reference.slots)][::digits]
    assert [placed.slots[number].x for number in sorted(placed.slots)] == pytest.approx(starts, abs=ROUNDING)
    for ours, theirs in zip(placed.rules, reference.rules, strict=True):
        assert (ours.left(), ours.right()) == pytest.approx((theirs.left(), theirs.right()), abs=ROUNDING)


def test_what_follows_a_number_stands_close_behind_it(qapp: object) -> None:
    short, long = inked(image(["1", "5"])), inked(image(["1111.1111", "5"]))
    grown = (number_width("1111.1111") - number_width("1")) * 24 / UNIT
    assert max(x for x, _ in long) - max(x for x, _ in short) == pytest.approx(grown, abs=1.5)


def test_a_short_number_stands_at_the_right_end_of_a_wide_slot(qapp: object) -> None:
    wide = number_width("111111")
    empty, short, long = (inked(image([text, ""], widths=[wide, 60.0])) for text in ("", "1", "111111"))
    left, right = min(x for x, _ in long - empty), max(x for x, _ in long - empty)
    assert min(x for x, _ in short - empty) > (left + right) / 2


def test_digits_are_equally_wide_and_exponents_readable(qapp: object) -> None:
    assert number_width("1.1111") == number_width("8.0274")
    digit, exponent = number_width("7"), number_width("10⁻⁷") - number_width("10⁻")
    assert 0.75 * digit < exponent < 0.9 * digit


@pytest.mark.parametrize("latex", [r"\left|x\right|", r"\left|\left|x\right| - \left|-y\right|\right|"])
def test_the_bars_of_an_absolute_value_are_those_of_the_font(qtbot: QtBot, latex: str) -> None:
    qtbot.waitUntil(is_ready, timeout=20_000)
    plain = typeset(latex.replace(r"\left|", "{|}{").replace(r"\right|", "}{|}"))
    assert typeset(latex).level.width == pytest.approx(plain.level.width)


def test_slots_take_their_own_colour(qapp: object) -> None:
    picture = image(["8", ""], {0: QColor("#d55e00")})
    found = {picture.pixelColor(x, y).name() for x in range(picture.width()) for y in range(picture.height())}
    assert "#d55e00" in found
    assert "#000000" in found


def test_what_cannot_be_set_is_shown_as_it_stands(qapp: object) -> None:
    assert typeset(r"\nonsense{").width() > 0
