"""The fields of the network lab's panels, used as a person uses them."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication, QLineEdit, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from gdsim.app.panels.fields import Choice
from gdsim.app.widgets.message_label import MessageLabel
from gdsim.app.widgets.number_field import NumberField
from gdsim.app.widgets.switch import Switch
from gdsim.app.widgets.whole_number import WholeNumber


@pytest.mark.parametrize("key", ["Key_Space", "Key_PageUp", "Key_PageDown"])
def test_fields_leave_the_keys_of_the_run_alone(qtbot: QtBot, key: str) -> None:
    field, choice = WholeNumber(0, 100), Choice({"a": "A", "b": "B", "c": "C"})
    parent = Listening()
    qtbot.addWidget(parent)
    for widget in (field, choice):
        widget.setParent(parent)
    field.setValue(50)
    choice.show_choice("b")
    parent.show()
    for widget in (field, choice):
        qtbot.keyClick(widget, getattr(Qt.Key, key))
    assert (field.text(), choice.choice()) == ("50", "b")
    assert parent.keys == [getattr(Qt.Key, key)] * 2


class Listening(QWidget):
    """Hears the keys that its fields leave alone."""

    def __init__(self) -> None:
        super().__init__()
        self.keys: list[int] = []

    def keyPressEvent(self, event: Any) -> None:
        self.keys.append(event.key())


@pytest.fixture
def whole(qtbot: QtBot) -> WholeNumber:
    field = WholeNumber(1, 4096, suffixes=(" sample", " samples"))
    qtbot.addWidget(field)
    field.setValue(32)
    return field


def test_arrow_keys_count_from_what_is_typed(qtbot: QtBot, whole: WholeNumber) -> None:
    qtbot.keyClick(whole, Qt.Key.Key_Up)
    assert whole.text() == "33 samples"
    whole.selectAll()
    qtbot.keyClicks(whole, "2")
    qtbot.keyClick(whole, Qt.Key.Key_Down)
    assert whole.text() == "1 sample"
    qtbot.keyClick(whole, Qt.Key.Key_Down)
    assert whole.value() == 1


@given(text=st.text(max_size=12) | st.integers(-10, 5000).map(str) | st.floats(-10, 5000).map(str))
def test_only_whole_numbers_in_range_are_taken(text: str) -> None:
    field = WholeNumber(1, 4096)
    field.setValue(32)
    said: list[str] = []
    field.rejected.connect(said.append)
    field.lineEdit().setText(text)
    text = field.lineEdit().text()  # control characters do not come in
    field.commit()
    try:
        number: float = float(text.strip().replace("\N{MINUS SIGN}", "-")) if text.isascii() else float("nan")
    except ValueError:
        number = float("nan")
    if field.value() != 32 or not said:
        assert number == field.value() and 1 <= field.value() <= 4096
    else:
        assert len(said) == 1 and said[0].endswith(".")
        assert not (text.strip().isascii() and text.strip().isdigit() and 1 <= int(text) <= 4096)
    assert field.text() == str(field.value())
    field.deleteLater()


def active(qtbot: QtBot, *fields: QWidget) -> Listening:
    """Return a window that has the keys, with fields one below the other."""
    window = Listening()
    qtbot.addWidget(window)
    layout = QVBoxLayout(window)
    for field in fields:
        layout.addWidget(field)
    with qtbot.waitActive(window):
        window.show()
        window.activateWindow()
    return window


@pytest.mark.parametrize("tracking", [False, True])
@pytest.mark.parametrize("text", ["7", "70", "9999", "no", ""])
def test_escape_takes_an_entry_back(qtbot: QtBot, tracking: bool, text: str) -> None:
    field, line = WholeNumber(1, 100, tracking=tracking), QLineEdit()
    window = active(qtbot, field, line)
    field.setValue(32)
    said: list[str] = []
    field.rejected.connect(said.append)
    field.setFocus()
    field.selectAll()
    qtbot.keyClick(field, Qt.Key.Key_Backspace)
    qtbot.keyClicks(field, text)
    qtbot.keyClick(field, Qt.Key.Key_Escape)
    assert (field.text(), field.value(), window.focusWidget()) == ("32", 32, None)
    qtbot.mouseClick(line, Qt.MouseButton.LeftButton)
    assert (field.value(), said) == (32, [])


def test_escape_takes_the_sentence_about_a_slip_away(qtbot: QtBot, whole: WholeNumber) -> None:
    said: list[str] = []
    whole.rejected.connect(said.append)
    whole.selectAll()
    qtbot.keyClicks(whole, "5000")
    qtbot.keyClick(whole, Qt.Key.Key_Return)
    assert "5000" in said[-1]
    qtbot.keyClick(whole, Qt.Key.Key_Escape)
    assert said[-1] == ""


def test_a_new_range_moves_the_value_and_says_what_is_allowed(qtbot: QtBot, whole: WholeNumber) -> None:
    with qtbot.waitSignal(whole.valueChanged) as changed:
        whole.set_range(1, 20)
    assert (changed.args, whole.text()) == ([20], "20 samples")
    assert whole.toolTip() == "A whole number from 1 to 20."
    with qtbot.assertNotEmitted(whole.valueChanged):
        whole.set_range(1, 100)
    whole.setToolTip("How many.")
    whole.set_range(1, 200)
    assert (whole.value(), whole.toolTip()) == (20, "How many.")
    whole.selectAll()
    qtbot.keyClicks(whole, "150")
    qtbot.keyClick(whole, Qt.Key.Key_Return)
    assert whole.value() == 150


def test_a_switch_takes_the_focus_with_tab_but_not_with_a_click(qtbot: QtBot) -> None:
    field, switch = WholeNumber(1, 100), Switch("On")
    window = active(qtbot, field, switch)
    changed: list[object] = []
    field.valueChanged.connect(changed.append)
    switch.toggled.connect(changed.append)
    field.setFocus()
    field.selectAll()
    qtbot.keyClicks(field, "7")
    qtbot.mouseClick(switch, Qt.MouseButton.LeftButton, pos=QPoint(8, switch.height() // 2))
    assert changed == [7, True]  # what was being typed came first
    assert QApplication.focusWidget() is None
    qtbot.keyClick(window, Qt.Key.Key_Space)
    assert (window.keys, switch.isChecked()) == ([Qt.Key.Key_Space], True)
    field.setFocus()
    qtbot.keyClick(field, Qt.Key.Key_Tab)
    assert switch.hasFocus()
    qtbot.keyClick(switch, Qt.Key.Key_Space)
    assert not switch.isChecked()


@pytest.mark.parametrize("way", ["click", "Escape"])
def test_a_message_is_closed_with_a_click_or_escape_where_it_may_be(qtbot: QtBot, way: str) -> None:
    fixed, message = MessageLabel("fixed"), MessageLabel("message", dismissable=True)
    window = active(qtbot, fixed, message, WholeNumber(1, 100))
    fixed.show_sentence("No.")
    message.show_sentence("No.")
    assert message.isVisible()
    if way == "click":
        qtbot.mouseClick(message, Qt.MouseButton.LeftButton)
    else:
        qtbot.keyClick(window, Qt.Key.Key_Escape)
    assert (message.isVisible(), message.text()) == (False, "")
    message.show_sentence("No.")
    assert message.isVisible()
    qtbot.mouseClick(fixed, Qt.MouseButton.LeftButton)
    assert fixed.isVisible() and not fixed.toolTip()
    assert message.toolTip() == "Click to close."
    assert message.cursor().shape() == Qt.CursorShape.PointingHandCursor


def test_escape_is_an_entrys_before_it_is_a_messages(qtbot: QtBot) -> None:
    message, field, other = MessageLabel("message", dismissable=True), WholeNumber(1, 100), NumberField(0, 10)
    window = active(qtbot, message, field, other)
    message.show_sentence("No.")
    for entry in (field, other):
        before = entry.text()
        entry.setFocus()
        entry.selectAll()
        qtbot.keyClicks(entry, "7")
        qtbot.keyClick(entry, Qt.Key.Key_Escape)
        assert entry.text() == before
    assert message.isVisible()
    qtbot.keyClick(window, Qt.Key.Key_Escape)
    assert not message.isVisible()
