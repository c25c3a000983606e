"""The program panel: what is computed, and the leaves that it is computed from."""

from __future__ import annotations

import re
from typing import Any

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QPushButton, QVBoxLayout, QWidget

from gdsim.app import theme
from gdsim.app.panels.leaf_rows import LARGEST, LeafRows
from gdsim.app.panels.preset_box import PresetBox
from gdsim.app.widgets.message_label import MessageLabel
from gdsim.app.widgets.naming import named
from gdsim.app.widgets.number_field import number_text
from gdsim.app.widgets.program_editor import ProgramEditor
from gdsim.errors import OnlyANumber, ProgramError, UnknownName
from gdsim.formula.program import parse_program
from gdsim.formula.tree import PROGRAM_FUNCTIONS
from gdsim.i18n import tr
from gdsim.problems.graph import build_graph
from gdsim.simulation.autograd_scenario import AutogradScenario, Leaf

TYPING_MS = 400
"""A program that is right is taken over when typing pauses this long; Ctrl+Enter takes it at once."""

_LONGEST_NAME = 12
"""A longer one does not fit on the button; the sentence above it has the name."""

_ASSIGNED = re.compile(r"\w+\s*=")


class ProgramPanel(QWidget):
    """Sets the program and its leaves.

    `program_chosen` carries a text that can be read, and the leaves that it uses: name and settings, as in a scenario
    file. Whoever listens may still refuse it and call `show_program_error` or `show_error`. The other signals follow
    the person, too; `settled` says that a drag or an entry is done.

    Leaves that a program no longer uses are remembered while its text is edited: they come back as they were.
    """

    program_chosen = Signal(str, object)
    leaf_value_chosen = Signal(str, float)
    requires_grad_chosen = Signal(str, bool)
    range_chosen = Signal(str, float, float)
    leaf_followed = Signal(str)
    settled = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.preset = PresetBox()
        self.editor = named(ProgramEditor(), "program", tr("Program"))
        self.program_error = MessageLabel("program_error")
        self.make_leaf = named(QPushButton(), "make_leaf")
        self.error = MessageLabel("leaf_error")
        self.rows = LeafRows()
        self._in_force = ""
        self._known: dict[str, dict[str, Any]] = {}
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(TYPING_MS)
        self._explain()
        self._lay_out()
        self._connect()

    def show_scenario(self, scenario: AutogradScenario) -> None:
        """Show what ``scenario`` sets; a program that is being typed is left alone until another is in force."""
        text, leaves = scenario.problem.program, scenario.problem.leaf
        if text != self._in_force:
            self._in_force = text
            self._pause.stop()
            self.show_program_error(None)
            if self.editor.text() != text:
                self.editor.set_text(text)
                self._known = {}
        self.error.show_sentence("")
        self._known |= {name: leaf.model_dump(mode="json") for name, leaf in leaves.items()}
        self.editor.show_leaves(leaves)
        self.rows.show_leaves(leaves, scenario.followed)
        self.rows.put_after(self.make_leaf)

    def show_error(self, sentence: str) -> None:
        """Show why a setting was refused, or take the sentence away; the fields keep what was typed."""
        self.error.show_sentence(sentence)

    def show_program_error(self, error: ProgramError | None) -> None:
        """Show why a program was refused, with its place, and how it can be mended; None takes it all away."""
        if error is None:
            self.program_error.show_sentence("")
            self.editor.clear_mistake()
        else:
            self.program_error.show_sentence(
                tr(
                    "Line {line}, character {place}: {message}",
                    line=error.line,
                    place=error.position + 1,
                    message=str(error),
                )
            )
            self.editor.show_mistake(error.line, error.position, error.length)
        offer = self._offer_of(error)
        self.make_leaf.setText(offer)
        self.make_leaf.setAccessibleName(offer)
        self.make_leaf.setVisible(bool(offer))

    def take_back(self) -> None:
        """Show the program in force, instead of what was typed."""
        self._pause.stop()
        if self.editor.text() != self._in_force:
            self.editor.set_text(self._in_force, undoable=True)
        self.show_program_error(None)
        self.show_error("")

    def _explain(self) -> None:
        self.editor.setPlaceholderText(tr("One assignment a line, for example z = x**2"))
        self.editor.setToolTip(
            tr(
                "One assignment a line, of + - * / ** ( ), pi, e and {functions}. The last line computes the result; "
                "names that are not assigned are leaves.",
                functions=", ".join(PROGRAM_FUNCTIONS),
            )
        )
        self.make_leaf.setToolTip(tr("A leaf is a value that is given: it has a slider, and backward fills its .grad."))
        self.make_leaf.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.make_leaf.setAutoDefault(True)  # Enter presses it; Space is the run's
        self.make_leaf.hide()

    def _lay_out(self) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(theme.GRID, theme.GRID // 2, theme.GRID, theme.GRID // 2)
        layout.setSpacing(theme.GRID // 2)
        for widget in (self.preset, self.editor, self.program_error):
            layout.addWidget(widget)
        layout.addWidget(self.make_leaf, 0, Qt.AlignmentFlag.AlignLeft)
        layout.addWidget(self.error)
        layout.addWidget(self.rows)
        layout.addStretch(1)

    def _connect(self) -> None:
        # Before the preset is opened: it may be the very one whose text was changed.
        self.preset.preset_chosen.connect(lambda _name: self.take_back())
        self._pause.timeout.connect(self._offer)
        self.editor.typed.connect(self._pause.start)
        self.editor.entered.connect(self._enter)
        self.editor.taken_back.connect(self.take_back)
        self.make_leaf.clicked.connect(lambda _checked: self._mend())
        self.rows.value_chosen.connect(self.leaf_value_chosen)
        self.rows.requires_grad_chosen.connect(self.requires_grad_chosen)
        self.rows.range_chosen.connect(self.range_chosen)
        self.rows.followed.connect(self.leaf_followed)
        self.rows.settled.connect(self.settled)

    def _enter(self) -> None:
        self._offer()
        if self.program_error.isHidden() and self.error.isHidden():
            self.editor.clearFocus()  # the keys are the run's again
            self.settled.emit()

    def _offer(self) -> None:
        """Offer the program that was typed, or say what is wrong with it."""
        self._pause.stop()
        try:
            leaves = self._leaves()
        except ProgramError as error:
            self.show_program_error(error)
            return
        self.show_program_error(None)
        if self.editor.text() == self._in_force:
            self.show_error("")
        else:
            self.program_chosen.emit(self.editor.text(), leaves)

    def _leaves(self) -> dict[str, dict[str, Any]]:
        """Return the leaves of the program that was typed; raise `ProgramError` where it cannot be read."""
        program = parse_program(self.editor.text())
        leaves = {name: dict(leaf) for name, leaf in self._known.items() if name in program.inputs}
        build_graph(program, {name: leaf["requires_grad"] for name, leaf in leaves.items()})
        return leaves

    def _mend(self) -> None:
        """Make a leaf of the name that the program lacks, or that is only a number."""
        try:
            self._leaves()  # what was typed since the button came may have another mistake
        except UnknownName as error:
            self._known[error.name] = _new_leaf(1.0)
        except OnlyANumber as error:
            self._known[error.name] = _new_leaf(error.value)
            self.editor.remove(*_statement(self.editor.text(), self.editor.place(error.line, error.position)))
        except ProgramError:
            pass
        self._offer()
        self.settled.emit()

    def _offer_of(self, error: ProgramError | None) -> str:
        """Return what the button says that mends ``error``; empty where nothing does."""
        if isinstance(error, UnknownName):
            short = len(error.name) <= _LONGEST_NAME
            return tr("Make {name} a leaf", name=error.name) if short else tr("Make it a leaf")
        if isinstance(error, OnlyANumber):
            if not _ASSIGNED.match(self.editor.text(), self.editor.place(error.line, error.position)):
                return ""  # the last line need not have a name, and then there is none for a leaf
            value = number_text(error.value)
            if len(error.name + value) <= _LONGEST_NAME:
                return tr("Make {name} a leaf with the value {value}", name=error.name, value=value)
            return tr("Make it a leaf with this value")
        return ""


def _new_leaf(value: float) -> dict[str, Any]:
    low, high = Leaf(value=value).range
    if not low <= value <= high:
        high = min(2 * abs(value), LARGEST)
        low = -high
    return Leaf(value=value, range=(low, high)).model_dump(mode="json")


def _statement(text: str, start: int) -> tuple[int, int]:
    """Return where the statement that begins at ``start`` begins and ends, with what would be left of its line."""
    end, depth = start, 0
    while end < len(text):
        depth += (text[end] in "([{") - (text[end] in ")]}")
        if text[end] in ";#" or (text[end] == "\n" and depth <= 0):
            break
        end += 1
    line = text.rfind("\n", 0, start) + 1
    if text[end : end + 1] == ";":
        return start, end + 1
    if text[line:start].strip() or text[end : end + 1] == "#":
        return start, end
    return (line, end + 1) if end < len(text) else (max(0, line - 1), end)
