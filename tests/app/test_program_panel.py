"""The program panel of the autograd lab, used as a person uses it."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QMimeData, QPoint, Qt, QUrl
from PySide6.QtGui import QAction, QColor, QKeySequence, QTextCursor
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QMainWindow, QPlainTextEdit, QWidget
from pytestqt.qtbot import QtBot

from gdsim.app import theme
from gdsim.app.labs.layout import LEFT_WIDTH, Scrolled
from gdsim.app.panels.program_panel import ProgramPanel
from gdsim.app.panels.range_popup import RangePopup
from gdsim.app.scenario_model import revised
from gdsim.app.widgets.number_field import NumberField
from gdsim.app.widgets.program_editor import LONGEST_LINE, MOST_CHARACTERS, ProgramEditor
from gdsim.app.widgets.sliders import ValueSlider
from gdsim.errors import InputError
from gdsim.simulation.autograd_scenario import AutogradScenario
from gdsim.simulation.files import load

LECTURE = """z = x**2
sigma = sigmoid(z)
loss = -(y*log(sigma) + (1 - y)*log(1 - sigma))"""


class Bench:
    """The panel in a window as wide as the left side, whose listener takes its choices as the lab does."""

    def __init__(self, qtbot: QtBot) -> None:
        loaded = load("lecture-autograd")
        assert isinstance(loaded, AutogradScenario)
        self.qtbot, self.scenario = qtbot, loaded
        self.panel = ProgramPanel()
        self.heard: list[tuple[Any, ...]] = []
        self.keys: list[str] = []
        self.window = QMainWindow()
        qtbot.addWidget(self.window)
        self.window.setCentralWidget(Scrolled(self.panel))
        self.window.resize(LEFT_WIDTH, 600)
        for keys in ("Ctrl+Z", "Ctrl+Y", "Space", "Left", "PgUp", "PgDown", "Home", "B", "Shift+Right", "Esc"):
            action = QAction(keys, self.window)
            action.setShortcut(QKeySequence(keys))
            action.triggered.connect(lambda _on=False, keys=keys: self.keys.append(keys))
            self.window.addAction(action)
        self._listen()
        self.panel.show_scenario(loaded)
        with qtbot.waitActive(self.window):
            self.window.show()
            self.window.activateWindow()

    def _listen(self) -> None:
        panel = self.panel
        for name in ("leaf_value_chosen", "requires_grad_chosen", "range_chosen", "leaf_followed", "settled"):
            getattr(panel, name).connect(lambda *given, name=name: self.heard.append((name, *given)))
        panel.program_chosen.connect(
            lambda text, leaves: self._edit({"problem": {"program": text, "leaf": leaves}, "view.leaf": ""})
        )
        panel.leaf_value_chosen.connect(lambda name, value: self._edit({f"problem.leaf.{name}.value": value}))
        panel.requires_grad_chosen.connect(lambda name, on: self._edit({f"problem.leaf.{name}.requires_grad": on}))
        panel.range_chosen.connect(lambda name, *ends: self._edit({f"problem.leaf.{name}.range": list(ends)}))
        panel.leaf_followed.connect(lambda name: self._edit({"view.leaf": name}))

    def _edit(self, values: dict[str, Any]) -> None:
        try:
            self.scenario = revised(self.scenario, values)
        except InputError as error:
            self.panel.show_error(str(error))
        else:
            self.panel.show_scenario(self.scenario)

    @property
    def program(self) -> str:
        return self.scenario.problem.program

    @property
    def leaves(self) -> dict[str, float]:
        return {name: leaf.value for name, leaf in self.scenario.problem.leaf.items()}

    @property
    def editor(self) -> ProgramEditor:
        return self.panel.editor

    def find(self, name: str, kind: type = QWidget) -> Any:
        found = self.panel.findChild(kind, name)
        assert found is not None, name
        return found

    def said(self, name: str = "program_error") -> str:
        label = self.find(name, QLabel)
        return label.text() if label.isVisible() else ""

    def offer(self) -> str:
        button = self.find("make_leaf", QAbstractButton)
        return button.text() if button.isVisible() else ""

    def type(self, text: str, *, over: bool = True) -> None:
        """Type into the editor: over everything, or at its end."""
        self.editor.setFocus()
        if over:
            self.editor.selectAll()
        else:
            self.editor.moveCursor(QTextCursor.MoveOperation.End)
        for number, line in enumerate(text.split("\n")):
            if number:
                self.qtbot.keyClick(self.editor, Qt.Key.Key_Return)
            for character in line:
                if character.isascii():
                    self.qtbot.keyClicks(self.editor, character)
                else:  # no key of the tests gives it
                    self.editor.insertPlainText(character)

    def take(self, text: str) -> None:
        """Type a program and let it be taken at once."""
        self.type(text)
        self.enter()

    def enter(self) -> None:
        self.qtbot.keyClick(self.editor, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)

    def click(self, name: str) -> None:
        widget = self.find(name)
        self.qtbot.mouseClick(widget, Qt.MouseButton.LeftButton, pos=QPoint(8, widget.height() // 2))

    def set(self, name: str, text: str) -> None:
        field = self.find(name, NumberField)
        field.setFocus()
        field.selectAll()
        self.qtbot.keyClicks(field, text)
        self.qtbot.keyClick(field, Qt.Key.Key_Return)

    def drag(self, name: str, fraction: float) -> None:
        """Move the handle of a slider part of its way, in several moves, and let it go."""
        slider = self.find(f"{name}_slider", ValueSlider)
        middle, width = slider.height() // 2, slider.width()
        self.qtbot.mousePress(slider, Qt.MouseButton.LeftButton, pos=QPoint(width // 2, middle))
        for part in (0.5 + (fraction - 0.5) * k / 3 for k in (1, 2, 3)):
            self.qtbot.mouseMove(slider, QPoint(round(part * (width - 1)), middle))
        assert self.find(f"{name}_slider", ValueSlider) is slider
        self.qtbot.mouseRelease(slider, Qt.MouseButton.LeftButton, pos=QPoint(round(fraction * (width - 1)), middle))


@pytest.fixture
def bench(qtbot: QtBot) -> Bench:
    return Bench(qtbot)


def test_the_lectures_program_is_shown(bench: Bench) -> None:
    assert bench.find("program", QPlainTextEdit).toPlainText() == LECTURE
    assert [bench.find(f"leaf_{name}", NumberField).text() for name in "xy"] == ["1", "2"]
    assert [bench.find(f"requires_grad_{name}", QAbstractButton).isChecked() for name in "xy"] == [True, False]
    assert [bench.find(f"follow_{name}", QAbstractButton).isChecked() for name in "xy"] == [True, False]
    assert (bench.said(), bench.offer(), bench.heard) == ("", "", [])


def test_a_program_is_taken_over_when_typing_pauses(bench: Bench) -> None:
    bench.type("# shorter\nresult = x*y")
    assert bench.program == LECTURE
    bench.qtbot.waitUntil(lambda: bench.program == "# shorter\nresult = x*y", timeout=2000)
    assert bench.editor.hasFocus() and bench.leaves == {"x": 1.0, "y": 2.0}


def test_control_enter_takes_a_program_at_once_and_gives_the_keys_back(bench: Bench) -> None:
    bench.take("z = x*y")
    assert (bench.program, QApplication.focusWidget()) == ("z = x*y", None)
    bench.qtbot.keyClick(bench.window, Qt.Key.Key_Space)
    assert bench.keys == ["Space"]
    bench.take("z = x*")
    assert bench.program == "z = x*y" and bench.editor.hasFocus() and bench.said()


@pytest.mark.parametrize("key", [Qt.Key.Key_Return, Qt.Key.Key_Enter])
@pytest.mark.parametrize("modifier", [Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ShiftModifier])
def test_enter_begins_a_line(bench: Bench, key: Qt.Key, modifier: Qt.KeyboardModifier) -> None:
    bench.type("a = x")
    bench.qtbot.keyClick(bench.editor, key, modifier)
    bench.type("b = a*y", over=False)
    assert (bench.editor.text(), bench.editor.blockCount()) == ("a = x\nb = a*y", 2)


def test_escape_takes_back_what_was_typed(bench: Bench) -> None:
    bench.type("z = w*")
    bench.panel.show_error("No.")
    bench.qtbot.waitUntil(lambda: bench.said() != "", timeout=2000)
    bench.qtbot.keyClick(bench.editor, Qt.Key.Key_Escape)
    assert (bench.editor.text(), bench.editor.toPlainText(), bench.program) == (LECTURE, LECTURE, LECTURE)
    assert (bench.said(), bench.said("leaf_error"), bench.editor.extraSelections()) == ("", "", [])
    assert (QApplication.focusWidget(), bench.keys) == (None, [])
    bench.editor.setFocus()
    bench.qtbot.keyClick(bench.editor, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert bench.editor.text() == "z = w*"  # lines of work are not lost to one key


def test_escape_forgets_a_program_before_it_is_taken(bench: Bench) -> None:
    bench.type("z = x*y")
    bench.qtbot.keyClick(bench.editor, Qt.Key.Key_Escape)
    bench.qtbot.wait(500)
    assert bench.program == LECTURE


def marked(editor: ProgramEditor) -> tuple[str, str]:
    """Return the line and the characters that are marked in the text itself."""
    line, place = (selection.cursor.selectedText() for selection in editor.extraSelections())
    return line, place


@pytest.mark.parametrize(
    ("text", "place", "line", "characters"),
    [
        ("z = x*y\nloss = z +", "Line 2, character 10:", "loss = z +", "+"),
        ("z = x*y; z2 = z*q", "Line 1, character 17:", "z = x*y; z2 = z*q", "q"),
        ("# 𝑥 ∂\ns = 𝑥*x + sigmod(x)*y", "Line 2, character 11:", "s = 𝑥*x + sigmod(x)*y", "sigmod"),
        ("k = 3\nz = k*x", "Line 1, character 1:", "k = 3", "k"),
        ("x*y\nz = x*y", "Line 1, character 1:", "x*y", "x*y"),
    ],
)
def test_a_mistake_is_said_and_marked_with_its_place(
    bench: Bench, text: str, place: str, line: str, characters: str
) -> None:
    bench.take(text)
    assert bench.said().startswith(place) and bench.said().endswith(".")
    assert marked(bench.editor) == (line, characters)
    assert bench.program == LECTURE
    bench.take("z = x*y")
    assert (bench.said(), bench.editor.extraSelections(), bench.program) == ("", [], "z = x*y")


@given(
    st.lists(st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Zl", "Zp", "Cs"]), min_size=1)), st.data()
)
def test_the_right_characters_are_marked_whatever_stands_before_them(lines: list[str], data: st.DataObject) -> None:
    editor = ProgramEditor()
    lines = [line.replace("\xa0", " ") for line in lines] or ["x"]
    editor.set_text("\n".join(lines))
    number = data.draw(st.integers(0, len(lines) - 1))
    start = data.draw(st.integers(0, len(lines[number]) - 1))
    length = data.draw(st.integers(1, len(lines[number]) - start))
    editor.show_mistake(number + 1, start, length)
    assert marked(editor) == (lines[number], lines[number][start : start + length])
    editor.deleteLater()


def test_an_empty_program_is_a_mistake(bench: Bench) -> None:
    bench.editor.setFocus()
    bench.editor.selectAll()
    bench.qtbot.keyClick(bench.editor, Qt.Key.Key_Delete)
    bench.enter()
    assert bench.said() == "Line 1, character 1: The program is empty: type one, for example z = x**2."
    assert bench.offer() == ""


def test_a_name_that_is_not_known_becomes_a_leaf(bench: Bench) -> None:
    bench.take("z = w*x + b1")
    assert bench.offer() == "Make w a leaf"
    bench.click("make_leaf")
    assert bench.offer() == "Make b1 a leaf"
    bench.click("make_leaf")
    assert (bench.offer(), bench.said(), bench.program) == ("", "", "z = w*x + b1")
    assert bench.leaves == {"x": 1.0, "w": 1.0, "b1": 1.0}
    assert bench.scenario.problem.leaf["w"].requires_grad
    assert bench.find("leaf_b1", NumberField).text() == "1"
    assert ("settled",) in bench.heard


def test_a_long_name_leaves_the_button_narrow(bench: Bench) -> None:
    bench.take("z = x*a_name_as_long_as_a_name_may_be_at_most_a")
    assert bench.offer() == "" and "too long" in bench.said()
    name = "a_name_as_long_as_a_name_may_be_at_most"
    bench.take(f"z = x*{name}")
    assert bench.offer() == "Make it a leaf" and name in bench.said()
    bench.click("make_leaf")
    assert name in bench.leaves


@pytest.mark.parametrize(
    ("text", "value", "left"),
    [
        ("k = 3\nz = k*x", 3.0, "z = k*x"),
        ("z = x**2\nk = 3\ny2 = k*z", 3.0, "z = x**2\ny2 = k*z"),
        ("k = -0.25; z = k*x", -0.25, " z = k*x"),
        ("z = x**2; k = 3\ny2 = k*z", 3.0, "z = x**2; \ny2 = k*z"),
        ("k = (1 +\n2)\nz = k*x", 3.0, "z = k*x"),
        ("  k = 3  # of the lecture\nz = k*x", 3.0, "  # of the lecture\nz = k*x"),
    ],
)
def test_a_number_becomes_a_leaf_of_this_value(bench: Bench, text: str, value: float, left: str) -> None:
    bench.editor.setPlainText(text)
    bench.enter()
    assert bench.offer().startswith("Make k a leaf with the value ")
    bench.click("make_leaf")
    assert (bench.said(), bench.program, bench.leaves["k"]) == ("", left, value)
    bench.editor.undo()
    assert bench.editor.text() == text


def test_a_leaf_made_of_a_number_has_a_slider_that_holds_it(bench: Bench) -> None:
    bench.take("z = x**2\nk = 2**10/3")
    assert bench.offer() == "Make it a leaf with this value"
    bench.click("make_leaf")
    assert (bench.program, bench.said()) == ("z = x**2", "")  # nothing uses it yet
    bench.take("z = x**k")
    low, high = bench.scenario.problem.leaf["k"].range
    assert low < bench.leaves["k"] == 1024 / 3 < high


@pytest.mark.parametrize("text", ["3", "z = x**2\n2*3", "k = 1/0\nz = k*x"])
def test_what_no_leaf_can_mend_is_not_offered(bench: Bench, text: str) -> None:
    bench.take(text)
    assert bench.said() and bench.offer() == ""


def test_the_button_minds_what_was_typed_since_it_came(bench: Bench) -> None:
    bench.take("k = 3\nz = k*x")
    bench.type("z = q*", over=True)
    bench.click("make_leaf")
    assert bench.editor.text() == "z = q*" and "must follow *" in bench.said()
    assert bench.offer() == ""


def test_leaves_come_back_as_they_were_while_the_text_is_edited(bench: Bench) -> None:
    bench.set("leaf_y", "0.75")
    bench.click("requires_grad_x")
    bench.take("z = x**2")
    assert list(bench.leaves) == ["x"] and bench.panel.findChild(QWidget, "leaf_y") is None
    bench.take("z = y**2")
    assert bench.leaves == {"y": 0.75}
    bench.take(LECTURE)
    assert bench.leaves == {"x": 1.0, "y": 0.75}
    again = bench.scenario.problem.leaf
    assert [again[name].requires_grad for name in "xy"] == [False, False]
    assert again["y"].range == (0.0, 2.0)


def test_another_program_from_elsewhere_ends_the_memory(bench: Bench) -> None:
    first = bench.scenario
    bench.take("z = x**2")
    bench.panel.show_scenario(revised(first, {"problem": {"program": "q = p**2", "leaf": {"p": {"value": 5}}}}))
    assert bench.editor.toPlainText() == "q = p**2"
    bench.take("z = x*p")
    assert bench.offer() == "Make x a leaf"


def test_a_leaf_that_is_assigned_is_a_leaf_no_more(bench: Bench) -> None:
    bench.take("y = x**2\nz = y*x")
    assert (bench.said(), bench.leaves) == ("", {"x": 1.0})


def test_typing_is_left_alone_until_another_program_is_in_force(bench: Bench) -> None:
    first = bench.scenario
    bench.take("z = x*y")
    bench.type("z = x*y + ")
    bench.enter()
    bench.panel.show_scenario(revised(bench.scenario, {"problem.leaf.x.value": 2.5}))
    assert bench.editor.text() == "z = x*y + " and bench.said()
    assert bench.find("leaf_x", NumberField).text() == "2.5"
    bench.panel.show_scenario(first)  # an undo
    assert (bench.editor.text(), bench.said()) == (LECTURE, "")
    assert not bench.editor.document().isUndoAvailable()


def test_a_program_that_is_refused_stays_and_is_explained(bench: Bench) -> None:
    names = [f"a{index}" for index in range(101)]
    bench.take("z = x*y")
    for name in names:
        bench.panel._known[name] = {"value": 1.0, "requires_grad": True, "range": [-1.0, 1.0]}
    bench.take("z = " + " + ".join(names))
    assert bench.program == "z = x*y" and "100" in bench.said("leaf_error")
    assert bench.editor.hasFocus() and bench.editor.text().endswith("a100")
    bench.take("z = x*y")
    assert bench.said("leaf_error") == ""


def test_choosing_a_preset_forgets_what_was_typed(bench: Bench) -> None:
    bench.panel.preset.fill({"lecture-autograd": "Lecture"})
    bench.take("z = x*")
    assert bench.said()
    with bench.qtbot.waitSignal(bench.panel.preset.preset_chosen) as chosen:
        bench.panel.preset.setFocus()
        bench.qtbot.keyClick(bench.panel.preset, Qt.Key.Key_Down)
    assert (chosen.args, bench.editor.text(), bench.said()) == (["lecture-autograd"], LECTURE, "")


def test_undo_is_the_texts_and_then_the_windows(bench: Bench) -> None:
    def press(key: Qt.Key) -> None:
        bench.qtbot.keyClick(bench.editor, key, Qt.KeyboardModifier.ControlModifier)

    bench.type("# new", over=False)
    press(Qt.Key.Key_Z)
    assert (bench.editor.text(), bench.keys) == (LECTURE, [])
    press(Qt.Key.Key_Y)
    assert (bench.editor.text(), bench.keys) == (LECTURE + "# new", [])
    press(Qt.Key.Key_Y)
    assert bench.keys == ["Ctrl+Y"]
    press(Qt.Key.Key_Z)
    press(Qt.Key.Key_Z)
    assert (bench.editor.text(), bench.keys) == (LECTURE, ["Ctrl+Y", "Ctrl+Z"])


def test_the_editor_takes_the_keys_that_edit_and_leaves_the_clickers(bench: Bench) -> None:
    bench.type("bb", over=True)
    bench.qtbot.keyClick(bench.editor, Qt.Key.Key_Left)
    bench.qtbot.keyClick(bench.editor, Qt.Key.Key_Space)
    bench.qtbot.keyClick(bench.editor, Qt.Key.Key_Home)
    bench.qtbot.keyClick(bench.editor, Qt.Key.Key_Right, Qt.KeyboardModifier.ShiftModifier)
    assert bench.editor.textCursor().selectedText() == "b"
    assert (bench.editor.text(), bench.keys) == ("b b", [])
    bench.qtbot.keyClick(bench.editor, Qt.Key.Key_PageUp)
    bench.qtbot.keyClick(bench.editor, Qt.Key.Key_PageDown)
    assert bench.keys == ["PgUp", "PgDown"]
    bench.qtbot.keyClick(bench.editor, Qt.Key.Key_Tab)
    assert not bench.editor.hasFocus() and bench.editor.text() == "b b"


def test_tab_goes_through_the_panel_from_top_to_bottom(bench: Bench) -> None:
    bench.take("z = w*x")
    bench.click("make_leaf")
    bench.editor.setFocus()
    bench.qtbot.waitUntil(bench.find("leaf_w").isVisible)
    passed = []
    for _ in range(9):
        bench.qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Tab)
        passed.append(QApplication.focusWidget().objectName())
    parts = ("follow_{}", "leaf_{}_slider", "leaf_{}", "leaf_{}_range", "requires_grad_{}")
    expected = [part.format(name) for name in "xw" for part in parts]
    expected.remove("follow_w")  # Down leads there, as in every group of which one is chosen
    assert passed == expected


def test_a_value_is_typed_also_beyond_the_slider(bench: Bench) -> None:
    bench.set("leaf_x", "-12.5")
    assert bench.heard[0] == ("leaf_value_chosen", "x", -12.5) and set(bench.heard[1:]) == {("settled",)}
    slider = bench.find("leaf_x_slider", ValueSlider)
    assert (bench.leaves["x"], slider.value()) == (-12.5, slider.minimum())
    bench.set("leaf_x", "one")
    assert "'one' is not a number" in bench.said("leaf_x_message")
    assert bench.leaves["x"] == -12.5


def test_a_slider_is_dragged(bench: Bench) -> None:
    bench.drag("leaf_x", 1.0)
    values = [heard[2] for heard in bench.heard if heard[0] == "leaf_value_chosen"]
    assert len(values) >= 3 and values == sorted(values) and values[-1] == 3.0
    assert bench.heard[-1] == ("settled",) and bench.heard.count(("settled",)) == 1
    assert bench.leaves["x"] == 3.0


def test_requires_grad_is_switched(bench: Bench) -> None:
    bench.click("requires_grad_y")
    assert bench.heard == [("requires_grad_chosen", "y", True), ("settled",)]
    assert bench.scenario.problem.leaf["y"].requires_grad


def test_a_leaf_is_followed(bench: Bench) -> None:
    bench.click("follow_y")
    bench.click("follow_y")
    assert bench.heard == [("leaf_followed", "y")]
    assert [bench.find(f"follow_{name}", QAbstractButton).isChecked() for name in "xy"] == [False, True]
    bench.panel.show_scenario(revised(bench.scenario, {"view.leaf": "x"}))
    assert [bench.find(f"follow_{name}", QAbstractButton).isChecked() for name in "xy"] == [True, False]
    bench.find("follow_x").setFocus()
    bench.qtbot.keyClick(bench.find("follow_x"), Qt.Key.Key_Left)
    bench.qtbot.keyClick(bench.find("follow_x"), Qt.Key.Key_Down)
    assert bench.heard == [("leaf_followed", "y")] * 2 and bench.find("follow_y").hasFocus()
    assert bench.keys == ["Left"]


def test_a_button_that_has_the_focus_is_pressed_with_enter(bench: Bench) -> None:
    bench.find("leaf_y_range").setFocus()
    bench.qtbot.keyClick(bench.find("leaf_y_range"), Qt.Key.Key_Return)
    assert bench.find("leaf_y_from", NumberField).hasFocus()
    bench.find("leaf_y_from").window().close()
    bench.take("z = x*q")
    bench.find("make_leaf").setFocus()
    bench.qtbot.keyClick(bench.find("make_leaf"), Qt.Key.Key_Return)
    assert bench.leaves == {"x": 1.0, "q": 1.0}


def test_showing_says_nothing(bench: Bench) -> None:
    other = revised(
        bench.scenario,
        {
            "problem.program": "z = x - y",
            "problem.leaf": {
                "x": {"value": 4, "requires_grad": False, "range": [0, 9]},
                "y": {"value": 1, "requires_grad": True, "range": [-1, 1]},
            },
            "view.leaf": "y",
        },
    )
    with bench.qtbot.assertNotEmitted(bench.panel.program_chosen, wait=500):
        bench.panel.show_scenario(other)
    assert bench.heard == []
    assert bench.find("leaf_x", NumberField).text() == "4"
    assert bench.find("follow_y", QAbstractButton).isChecked()


def test_the_ends_of_a_slider_are_set(bench: Bench) -> None:
    field = bench.find("leaf_x", NumberField)
    bench.click("leaf_x_range")
    popup = bench.find("leaf_x_from", NumberField).window()
    assert isinstance(popup, RangePopup) and popup.isVisible()
    assert [bench.find(f"leaf_x_{end}", NumberField).text() for end in ("from", "to")] == ["-3", "3"]
    bench.set("leaf_x_from", "3")
    assert bench.said("leaf_x_range_error") == "The lower end must be below the upper end."
    assert bench.scenario.problem.leaf["x"].range == (-3.0, 3.0) and popup.isVisible()
    bench.set("leaf_x_to", "7")
    assert [heard for heard in bench.heard if heard[0] != "settled"] == [("range_chosen", "x", 3.0, 7.0)]
    assert bench.heard[-1] == ("settled",)
    assert (bench.scenario.problem.leaf["x"].range, popup.isVisible()) == ((3.0, 7.0), False)
    assert bench.find("leaf_x", NumberField) is field and bench.leaves["x"] == 1.0
    bench.drag("leaf_x", 1.0)
    assert bench.leaves["x"] == 7.0
    bench.drag("leaf_x", 0.0)
    assert bench.leaves["x"] == 3.0


def test_the_ends_are_taken_back_with_escape(bench: Bench) -> None:
    bench.click("leaf_x_range")
    low = bench.find("leaf_x_from", NumberField)
    low.selectAll()
    bench.qtbot.keyClicks(low, "2")
    bench.qtbot.keyClick(low, Qt.Key.Key_Escape)
    assert not low.window().isVisible()
    assert [heard for heard in bench.heard if heard[0] == "range_chosen"] == []


@pytest.mark.parametrize("ends", [(-1.7e308, 1.7e308), (0.0, 5e-324), (1e16, 1e16 + 2), (-1e-9, 1e-9)])
def test_extreme_ranges_are_shown(bench: Bench, ends: tuple[float, float]) -> None:
    bench.panel.show_scenario(revised(bench.scenario, {"problem.leaf.x.range": ends}))
    assert bench.find("leaf_x", NumberField).text() == "1"
    slider = bench.find("leaf_x_slider", ValueSlider)
    assert slider.isEnabled() == (ends[1] in (1e16 + 2, 1e-9))


def neuron(bench: Bench) -> AutogradScenario:
    values = {"w1": 1.0, "w2": -0.123456, "x1": 2.0, "x2": 100.0, "bias_of_the_neuron": 0.0}
    problem = {
        "program": "z = w1*x1 + w2*x2 + bias_of_the_neuron\na = tanh(z)  # one neuron\nloss = 0.5*(a - 0.25)**2",
        "leaf": {name: {"value": value} for name, value in values.items()},
    }
    return revised(bench.scenario, {"problem": problem})


def test_everything_fits_into_the_left_side(bench: Bench) -> None:
    bench.panel.show_scenario(neuron(bench))
    bench.window.resize(LEFT_WIDTH, 200)  # so that there is a scroll bar, too
    QApplication.processEvents()
    scrolled = bench.window.centralWidget()
    assert isinstance(scrolled, Scrolled) and scrolled.verticalScrollBar().isVisible()
    width = scrolled.viewport().width()
    assert width < LEFT_WIDTH and bench.panel.minimumSizeHint().width() <= width
    for name in ("w1", "bias_of_the_neuron"):
        parts = [bench.find(f"{kind}_{name}") for kind in ("follow", "leaf", "requires_grad")]
        for part in parts:
            assert part.mapTo(bench.panel, QPoint(part.width(), 0)).x() <= width
            assert part.width() >= part.minimumSizeHint().width()
    assert bench.find("follow_bias_of_the_neuron", QAbstractButton).text() != "bias_of_the_neuron"
    assert "bias_of_the_neuron" in bench.find("follow_bias_of_the_neuron").toolTip()


def test_every_control_has_a_name_and_a_tooltip(bench: Bench) -> None:
    bench.take("z = x*q")
    kinds = (QAbstractButton, NumberField, ValueSlider, ProgramEditor)
    controls = [widget for kind in kinds for widget in bench.panel.findChildren(kind)]
    assert len(controls) == 12
    assert [w for w in controls if not (w.objectName() and w.accessibleName() and w.toolTip())] == []


def test_the_editor_grows_with_its_text_up_to_a_limit(bench: Bench) -> None:
    def height_of(lines: int) -> int:
        bench.editor.set_text("\n".join(["a = x"] * lines))
        QApplication.processEvents()
        QApplication.processEvents()
        return bench.editor.height()

    heights = [height_of(lines) for lines in (1, 6, 10, 14, 40)]
    assert heights[0] == heights[1] < heights[2] < heights[3] == heights[4]
    assert bench.editor.verticalScrollBar().isVisible()
    height_of(10)
    assert not bench.editor.verticalScrollBar().isVisible()


def colours(editor: ProgramEditor, line: int) -> dict[str, str]:
    """Return the colour of each piece of a line that is coloured."""
    block = editor.document().findBlockByNumber(line)
    return {
        block.text()[each.start : each.start + each.length]: each.format.foreground().color().name()
        for each in block.layout().formats()
    }


def test_the_text_is_coloured_in_light_and_dark(bench: Bench) -> None:
    bench.panel.show_scenario(neuron(bench))
    try:
        for name, wanted in (("light", theme.LIGHT), ("dark", theme.DARK)):
            theme.apply(name)
            QApplication.processEvents()
            assert colours(bench.editor, 0) == dict.fromkeys(
                ("w1", "x1", "w2", "x2", "bias_of_the_neuron"), wanted.start
            )
            assert colours(bench.editor, 1) == {"tanh": wanted.accent, "# one neuron": wanted.muted}
            assert set(colours(bench.editor, 2)) == {"0.5", "0.25", "2"}
            bench.take("z = x1*")
            assert bench.editor.extraSelections()[1].format.foreground().color() == QColor(wanted.error)
            bench.editor.setFocus()
            bench.qtbot.keyClick(bench.editor, Qt.Key.Key_Escape)
    finally:
        theme.apply("light")


def test_pasted_text_has_usual_line_breaks_and_a_limit(bench: Bench) -> None:
    data = QMimeData()
    data.setText("a = x\r\nb = a*y\u2028c = b\x0b")
    bench.editor.selectAll()
    bench.editor.insertFromMimeData(data)
    assert (bench.editor.text(), bench.editor.blockCount()) == ("a = x\nb = a*y\nc = b\n", 4)
    data.setText("x*y + " * 100_000)
    bench.editor.selectAll()
    bench.editor.insertFromMimeData(data)
    assert len(bench.editor.text()) == LONGEST_LINE
    data.setText("a = x*y\n" * 100_000)
    bench.editor.selectAll()
    bench.editor.insertFromMimeData(data)
    assert len(bench.editor.text()) == MOST_CHARACTERS
    bench.enter()
    assert "at most 1000 operations" in bench.said() or "twice" in bench.said()


def test_a_file_dropped_on_the_editor_is_for_the_window(bench: Bench) -> None:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile("/lesson.toml")])
    data.setText("file:///lesson.toml")
    assert not bench.editor.canInsertFromMimeData(data)


@given(text=st.text(st.sampled_from("xyzk =*+-/()0123456789.\n;#"), max_size=40))
def test_whatever_is_typed_is_offered_or_explained(text: str) -> None:
    panel = ProgramPanel()
    offers: list[str] = []
    panel.program_chosen.connect(lambda program, _leaves: offers.append(program))
    panel.editor.set_text(text)
    panel.editor.entered.emit()
    assert bool(offers) != bool(panel.program_error.text())
    if not panel.make_leaf.isHidden():
        before = panel.program_error.text()
        panel.make_leaf.click()
        assert offers or panel.program_error.text() != before
    panel.deleteLater()
