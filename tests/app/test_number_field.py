"""Number fields, sliders and the row that joins them, used as a person uses them."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QPoint, Qt
from pytestqt.qtbot import QtBot

from gdsim.app.widgets.number_field import (
    LabelledNumber,
    LinearSlider,
    LogSlider,
    NumberField,
    number_text,
    parse_number,
    preferred_number,
)


def type_in(qtbot: QtBot, field: NumberField, text: str, end: Qt.Key = Qt.Key.Key_Return) -> None:
    field.selectAll()
    qtbot.keyClicks(field, text)
    qtbot.keyClick(field, end)


@pytest.fixture
def rate(qtbot: QtBot) -> NumberField:
    field = NumberField(0, 10, scale="log", above=True, unit="1/loss")
    qtbot.addWidget(field)
    field.setValue(0.01)
    field.show()
    return field


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_text_reads_back_as_the_same_double(value: float) -> None:
    assert parse_number(number_text(value)) == value


@pytest.mark.parametrize(("value", "text"), [(3.0, "3"), (0.05, "0.05"), (1e-7, "1e-7"), (-2.5e20, "-2.5e20")])
def test_text_is_the_shortest(value: float, text: str) -> None:
    assert number_text(value) == text


@given(st.text(max_size=12))
def test_only_plain_decimal_numbers_are_read(text: str) -> None:
    number = parse_number(text)
    if number is not None:
        assert float(text.strip().replace("\N{MINUS SIGN}", "-")) == number
        assert not set(text.strip()) & set("_nNxXaA,")


@pytest.mark.parametrize(
    ("value", "steps", "expected"),
    [(0.01, 1, 0.0125), (0.01, -1, 0.008), (3.2, 1, 4.0), (0.0145, 1, 0.016), (0.0145, -1, 0.0125), (1, 10, 10)],
)
def test_preferred_numbers(value: float, steps: int, expected: float) -> None:
    assert preferred_number(value, steps) == expected


@pytest.mark.parametrize("text", ["1e-7", "0.05", "3", ".5", "1e-300", "+2"])
def test_any_number_can_be_typed(qtbot: QtBot, rate: NumberField, text: str) -> None:
    with qtbot.waitSignal(rate.valueChanged) as changed:
        type_in(qtbot, rate, text)
    assert changed.args == [float(text)]
    assert rate.value() == float(text)


def test_nothing_changes_while_typing(qtbot: QtBot, rate: NumberField) -> None:
    seen: list[float] = []
    rate.valueChanged.connect(seen.append)
    rate.selectAll()
    qtbot.keyClicks(rate, "0.0")
    assert seen == []
    qtbot.keyClicks(rate, "5")
    qtbot.keyClick(rate, Qt.Key.Key_Return)
    assert seen == [0.05]


@pytest.mark.parametrize(
    ("text", "part"),
    [("abc", "'abc' is not a number"), ("0,05", "decimal point"), ("0", "above 0"), ("-1", "above 0"), ("11", "10"),
     ("", "is not a number"), ("nan", "not a number"), ("1e999", "too large")],
)  # fmt: skip
def test_bad_input_is_refused_and_the_last_value_stays(qtbot: QtBot, rate: NumberField, text: str, part: str) -> None:
    sentences: list[str] = []
    rate.rejected.connect(sentences.append)
    if text:
        type_in(qtbot, rate, text)
    else:
        rate.selectAll()
        qtbot.keyClick(rate, Qt.Key.Key_Backspace)
        qtbot.keyClick(rate, Qt.Key.Key_Return)
    assert rate.value() == 0.01
    assert rate.text() == "0.01"
    assert len(sentences) == 1
    assert part in sentences[0]


def test_arrow_keys_step_along_preferred_numbers(qtbot: QtBot, rate: NumberField) -> None:
    qtbot.keyClick(rate, Qt.Key.Key_Up)
    assert rate.text() == "0.0125"
    for _ in range(3):
        qtbot.keyClick(rate, Qt.Key.Key_Down)
    assert rate.text() == "0.0063"


def test_linear_steps_stay_round(qtbot: QtBot) -> None:
    field = NumberField(0, 1, step=0.1)
    qtbot.addWidget(field)
    for _ in range(3):
        field.stepUp()
    assert field.text() == "0.3"


def test_tooltip_names_range_and_unit(rate: NumberField) -> None:
    assert rate.toolTip() == "A number above 0, up to 10. Unit: 1/loss."


@pytest.mark.parametrize("key", ["Key_Left", "Key_Right", "Key_Home", "Key_PageUp", "Key_PageDown", "Key_Space"])
def test_sliders_leave_the_step_keys_alone(qtbot: QtBot, key: str) -> None:
    slider = LinearSlider(0, 1)
    qtbot.addWidget(slider)
    slider.set_value(0.5)
    qtbot.keyClick(slider, getattr(Qt.Key, key))
    assert slider.current_value() == 0.5


def test_linear_slider_reacts_to_up_and_down(qtbot: QtBot) -> None:
    slider = LinearSlider(0, 1)
    qtbot.addWidget(slider)
    slider.set_value(0.5)
    with qtbot.waitSignal(slider.value_changed) as changed:
        qtbot.keyClick(slider, Qt.Key.Key_Up)
    assert changed.args == [0.51]


def test_log_slider_puts_the_geometric_mean_in_the_middle(qtbot: QtBot) -> None:
    slider = LogSlider(1e-4, 1.0)
    qtbot.addWidget(slider)
    slider.resize(300, 24)
    slider.show()
    with qtbot.waitSignal(slider.value_changed) as changed:
        qtbot.mouseClick(slider, Qt.MouseButton.LeftButton, pos=QPoint(150, 12))
    assert math.isclose(changed.args[0], 1e-2, rel_tol=0.05)


def test_set_value_is_silent_exact_and_clamped(qtbot: QtBot) -> None:
    slider = LogSlider(1e-4, 1.0)
    qtbot.addWidget(slider)
    with qtbot.assertNotEmitted(slider.value_changed):
        slider.set_value(0.0123456789)
        assert slider.current_value() == 0.0123456789
        slider.set_value(7)
        assert slider.current_value() == 1.0


@pytest.fixture
def row(qtbot: QtBot) -> LabelledNumber:
    widget = LabelledNumber("learning_rate", "Learning rate", 0, 10, scale="log", above=True, slider_range=(1e-5, 10))
    qtbot.addWidget(widget)
    widget.resize(360, 40)
    widget.set_value(0.01)
    widget.show()
    return widget


def test_row_names_its_parts(row: LabelledNumber) -> None:
    assert row.findChild(NumberField, "learning_rate") is row.field
    assert row.findChild(LogSlider, "learning_rate_slider") is row.slider
    assert row.field.accessibleName() == "Learning rate"
    assert row.slider.accessibleName()


def test_slider_and_field_always_agree(qtbot: QtBot, row: LabelledNumber) -> None:
    seen: list[float] = []
    row.changed.connect(seen.append)
    type_in(qtbot, row.field, "0.123")
    assert row.slider.current_value() == 0.123
    qtbot.mouseClick(row.slider, Qt.MouseButton.LeftButton, pos=QPoint(row.slider.width() // 2, 10))
    assert row.field.value() == row.slider.current_value() != 0.123
    assert seen == [0.123, row.value()]


def test_row_set_value_is_silent(qtbot: QtBot, row: LabelledNumber) -> None:
    with qtbot.assertNotEmitted(row.changed):
        row.set_value(0.07)
    assert (row.field.text(), row.slider.current_value()) == ("0.07", 0.07)


def test_a_number_beyond_the_slider_can_be_typed(qtbot: QtBot, row: LabelledNumber) -> None:
    type_in(qtbot, row.field, "1e-7")
    assert row.value() == 1e-7
    assert row.slider.value() == row.slider.minimum()


def test_refusal_shows_under_the_row_until_the_next_good_number(qtbot: QtBot, row: LabelledNumber) -> None:
    message = row.findChild(type(row.label), "learning_rate_message")
    assert message.isHidden()
    type_in(qtbot, row.field, "fast")
    assert message.isVisible()
    assert "'fast'" in message.text()
    type_in(qtbot, row.field, "0.02")
    assert message.isHidden()


def test_warning_comes_back_after_a_refusal(qtbot: QtBot, row: LabelledNumber) -> None:
    message = row.findChild(type(row.label), "learning_rate_message")
    row.set_error("Too large to converge.")
    type_in(qtbot, row.field, "x")
    assert "'x'" in message.text()
    type_in(qtbot, row.field, "0.5")
    assert message.text() == "Too large to converge."
    row.set_error("")
    assert message.isHidden()


def test_escape_takes_an_entry_back_and_gives_the_keys_away(qtbot: QtBot, rate: NumberField) -> None:
    seen: list[float] = []
    rate.valueChanged.connect(seen.append)
    with qtbot.waitActive(rate):
        rate.activateWindow()
    rate.setFocus()
    assert rate.hasFocus()
    type_in(qtbot, rate, "7", Qt.Key.Key_Escape)
    assert (rate.text(), rate.value(), seen) == ("0.01", 0.01, [])
    assert not rate.hasFocus()
    rate.setFocus()
    rate.clearFocus()
    assert seen == []


def test_escape_takes_the_refusal_of_an_entry_away(qtbot: QtBot, row: LabelledNumber) -> None:
    message = row.findChild(type(row.label), "learning_rate_message")
    with qtbot.waitActive(row):
        row.activateWindow()
    row.field.setFocus()
    type_in(qtbot, row.field, "fast")
    assert message.isVisible()
    qtbot.keyClick(row.field, Qt.Key.Key_Escape)
    assert message.isHidden()


def test_a_slider_goes_in_its_own_steps_while_typed_numbers_stay_exact(qtbot: QtBot) -> None:
    row = LabelledNumber("share", "Share", 0, 100, slider_range=(0, 90), positions=90)
    qtbot.addWidget(row)
    row.resize(360, 40)
    row.show()
    for x in range(20, row.slider.width(), 17):
        qtbot.mouseClick(row.slider, Qt.MouseButton.LeftButton, pos=QPoint(x, 10))
        assert row.value() == int(row.value()) > 0
    type_in(qtbot, row.field, "43.29")
    assert row.value() == 43.29
    qtbot.keyClick(row.slider, Qt.Key.Key_Up)
    assert row.field.text() == "44"
