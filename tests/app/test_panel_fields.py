"""The fields of the network lab's panels, used as a person uses them."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QWidget,
)
from pytestqt.qtbot import QtBot

from gdsim.app.panels.fields import Choice, WholeNumber


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
