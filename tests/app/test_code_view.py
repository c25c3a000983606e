"""The code in torch on screen: what is shown, marked, kept in view and copied, and which keys it takes."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QKeySequence, QShortcut, QTextCursor
from PySide6.QtWidgets import QApplication, QLabel, QPlainTextEdit, QToolButton, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from gdsim.app import theme
from gdsim.app.widgets.code_view import CodeView

CODE = """import torch

x = torch.tensor(1.0, requires_grad=True)
z = x**2  # a square, not 3*log(x)
loss = -torch.log(z)
loss.backward()
print("x.grad =", None if x.grad is None else x.grad.item())
"""
LINES = tuple(f"a{place} = a{place - 1} + {place}.5" for place in range(1, 101))


@pytest.fixture
def view(qtbot: QtBot) -> CodeView:
    widget = CodeView()
    qtbot.addWidget(widget)
    widget.resize(480, 240)
    with qtbot.waitActive(widget):
        widget.show()
        widget.activateWindow()
    return widget


def editor(view: CodeView) -> QPlainTextEdit:
    return view.findChild(QPlainTextEdit)


def text(view: CodeView) -> str:
    return editor(view).toPlainText()


def place(view: CodeView) -> int:
    """Return the first line that is seen, from 0."""
    return editor(view).verticalScrollBar().value()


def seen(view: CodeView) -> range:
    """Return which lines, from 0, are wholly in view."""
    rows = editor(view).viewport().height() // editor(view).fontMetrics().lineSpacing()
    return range(place(view), place(view) + rows)


def marked(view: CodeView) -> list[int]:
    """Return the marked lines, from 1."""
    return [mark.cursor.blockNumber() + 1 for mark in editor(view).extraSelections()]


def colours(view: CodeView, line: int) -> dict[str, str]:
    """Return what is coloured in a line, from 1, with its colour."""
    block = editor(view).document().findBlockByNumber(line - 1)
    encoded = block.text().encode("utf-16-le")
    return {
        encoded[2 * part.start : 2 * (part.start + part.length)].decode("utf-16-le"): part.format.foreground()
        .color()
        .name()
        for part in block.layout().formats()
    }


def test_names(view: CodeView) -> None:
    assert (view.objectName(), view.accessibleName()) == ("torch_code", "PyTorch code")
    button = view.findChild(QToolButton, "copy_code")
    assert button.accessibleName() and button.toolTip()
    assert editor(view).isReadOnly()


def test_the_button_copies_everything_and_says_so(qtbot: QtBot, view: CodeView) -> None:
    view.set_code(CODE)
    QApplication.clipboard().setText("before")
    message = view.findChild(QLabel, "code_message")
    assert not message.isVisible()
    qtbot.mouseClick(view.findChild(QToolButton, "copy_code"), Qt.MouseButton.LeftButton)
    assert QApplication.clipboard().text() == CODE
    assert message.isVisible() and message.text() == "Copied."


def test_python_is_coloured_and_gradients_are_as_everywhere(view: CodeView) -> None:
    view.set_code(CODE)
    for used in (theme.LIGHT, theme.DARK):
        view.set_theme(used)
        assert colours(view, 1) == {"import": used.text}
        assert colours(view, 3) == {
            "tensor": used.accent,
            "1.0": used.accent,
            "requires_grad": used.gradient,
            "True": used.text,
        }
        assert colours(view, 4) == {"2": used.accent, "# a square, not 3*log(x)": used.muted}
        assert colours(view, 6) == {"backward": used.gradient}
        assert colours(view, 7)['"x.grad ="'] == used.muted
        assert colours(view, 7)["grad"] == used.gradient


def test_letters_that_qt_counts_twice_do_not_shift_the_colours(view: CodeView) -> None:
    view.set_code("𝑥𝑦 = torch.tanh(𝑥) + 2.5")
    assert colours(view, 1) == {"tanh": theme.LIGHT.accent, "2.5": theme.LIGHT.accent}


def test_one_line_is_marked(view: CodeView) -> None:
    view.set_code(CODE)
    assert marked(view) == []
    view.set_code(CODE, 5)
    assert marked(view) == [5]
    view.set_code(CODE.replace("1.0", "1.25"), 4)
    assert marked(view) == [4]
    view.set_code(CODE)
    assert marked(view) == []
    view.set_code(CODE, 400)
    assert marked(view) == []


def test_the_mark_is_the_ground_of_the_whole_line(view: CodeView) -> None:
    view.set_code("a\nb\nc")
    before = pixels(view)
    view.set_code("a\nb\nc", 2)
    rows, columns = np.nonzero(before != pixels(view))
    assert 0.8 * editor(view).viewport().width() < np.ptp(columns)
    assert np.ptp(rows) < 1.5 * editor(view).fontMetrics().lineSpacing()


def pixels(view: CodeView) -> np.ndarray:
    image = editor(view).viewport().grab().toImage()
    return np.frombuffer(image.constBits(), np.uint32).reshape(image.height(), image.width()).copy()


def test_numbers_that_change_leave_everything_where_it_was(view: CodeView) -> None:
    view.set_code("\n".join(LINES))
    bar = editor(view).verticalScrollBar()
    bar.setValue(40)
    cursor = editor(view).textCursor()
    cursor.setPosition(editor(view).document().findBlockByNumber(46).position())
    cursor.movePosition(QTextCursor.MoveOperation.EndOfBlock, QTextCursor.MoveMode.KeepAnchor)
    editor(view).setTextCursor(cursor)
    for step in range(3):
        changed = [line.replace(".5", f".{step}25") if number % 9 == 0 else line for number, line in enumerate(LINES)]
        view.set_code("\n".join(changed))
        assert text(view) == "\n".join(changed)
        assert place(view) == 40
        assert editor(view).textCursor().selectedText() == LINES[46]
        assert colours(view, 46) == {f"46.{step}25": theme.LIGHT.accent}


def test_a_few_more_lines_do_not_move_the_view_either(qtbot: QtBot, view: CodeView) -> None:
    view.set_code("\n".join(LINES))
    editor(view).verticalScrollBar().setValue(40)
    more = "\n".join([*LINES, "x.grad = None", "loss.backward()"])
    view.set_code(more)
    assert (text(view), place(view)) == (more, 40)
    view.set_code("\n".join(LINES[:90]))
    assert (text(view), place(view)) == ("\n".join(LINES[:90]), 40)


def test_another_program_is_shown_from_its_beginning(view: CodeView) -> None:
    view.set_code("\n".join(LINES))
    editor(view).verticalScrollBar().setValue(40)
    view.set_code("\n".join(f"b{place} = 2*x" for place in range(100)))
    assert place(view) == 0


def test_the_marked_line_comes_into_view_when_it_is_another_one(view: CodeView) -> None:
    whole = "\n".join(LINES)
    view.set_code(whole, 1)
    assert place(view) == 0
    view.set_code(whole, 70)
    assert 69 in seen(view)
    there = place(view)
    view.set_code(whole, 69)
    assert place(view) == there
    editor(view).verticalScrollBar().setValue(10)
    view.set_code(whole, 69)
    assert place(view) == 10
    view.set_code(whole, 5)
    assert 4 in seen(view)
    view.set_code(whole, 100)
    assert 99 in seen(view)


def test_up_and_down_scroll_and_all_other_keys_are_the_runs(qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    view = CodeView()
    QVBoxLayout(window).addWidget(view)
    keys = ("Space", "Left", "Right", "Home", "End", "PgUp", "PgDown", "B", "Ctrl+C", "Shift+Right")
    pressed: list[str] = []
    for key in keys:
        QShortcut(QKeySequence(key), window).activated.connect(lambda key=key: pressed.append(key))
    with qtbot.waitActive(window):
        window.show()
        window.activateWindow()
    view.set_code("\n".join(LINES))
    code = editor(view)
    code.setFocus()
    qtbot.keyClick(code, Qt.Key.Key_Down)
    qtbot.keyClick(code, Qt.Key.Key_Down)
    qtbot.keyClick(code, Qt.Key.Key_Up)
    assert place(view) == 1
    for key in keys:
        qtbot.keySequence(code, QKeySequence(key))
    assert pressed == list(keys)
    assert place(view) == 1
    assert text(view) == "\n".join(LINES)
    code.selectAll()
    QApplication.clipboard().setText("before")
    qtbot.keySequence(code, QKeySequence("Ctrl+C"))
    assert QApplication.clipboard().text() == "\n".join(LINES)
    assert pressed == list(keys)


def test_the_focus_is_seen(qtbot: QtBot, view: CodeView) -> None:
    view.set_code(CODE)
    editor(view).setFocus()
    assert _corner(view) == theme.current().accent
    editor(view).clearFocus()
    assert _corner(view) == theme.current().ground


def _corner(view: CodeView) -> str:
    return QColor(editor(view).viewport().grab().toImage().pixelColor(0, 0)).name()


def test_it_follows_the_palette(view: CodeView) -> None:
    view.set_code(CODE, 5)
    try:
        theme.apply("dark")
        QApplication.processEvents()
        assert colours(view, 3)["tensor"] == theme.DARK.accent
        assert editor(view).extraSelections()[0].format.background().color().name() == theme.DARK.accent
    finally:
        theme.apply("light")
