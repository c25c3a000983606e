"""The problem panel: formula, domain and start point."""

from __future__ import annotations

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QGridLayout, QLabel, QLineEdit, QVBoxLayout, QWidget

from gdsim.app import theme
from gdsim.app.panels.preset_box import PresetBox
from gdsim.app.widgets.message_label import MessageLabel
from gdsim.app.widgets.naming import named
from gdsim.app.widgets.number_field import NumberField
from gdsim.errors import FormulaError, InputError
from gdsim.formula import parse
from gdsim.i18n import tr
from gdsim.problems.mesh import Domain
from gdsim.simulation.surface_scenario import SurfaceScenario

TYPING_MS = 250
"""A formula that is right is taken over when typing pauses this long; Enter takes it at once."""


class ProblemPanel(QWidget):
    """Sets what is minimised and where the run starts.

    `formula_chosen` and `place_chosen` (domain and start, which must fit each other) carry valid-looking input;
    whoever listens may still refuse it and call `show_formula_error` or `show_error`.
    """

    formula_chosen = Signal(str)
    place_chosen = Signal(object, object)
    settled = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.preset = PresetBox()
        self.formula = named(QLineEdit(), "formula", tr("Loss formula"))
        self.formula.setToolTip(
            tr(
                "A formula of two variables: + - * / ** ( ), pi, e, sin, cos, tan, exp, log, sqrt, abs, sigmoid, "
                "tanh, relu, min, max."
            )
        )
        self.formula_error = MessageLabel("formula_error")
        self.error = MessageLabel("problem_error")
        self._names: list[QLabel] = []
        self._fields: list[tuple[NumberField, NumberField, NumberField]] = []
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(TYPING_MS)
        self._variables: tuple[str, ...] = ()
        self._formula_shown = ""
        self._lay_out()
        self._pause.timeout.connect(self._offer)
        self.formula.textEdited.connect(self._typed)
        self.formula.returnPressed.connect(self._enter)

    def show_scenario(self, scenario: SurfaceScenario, run: int = 0) -> None:
        """Show what ``scenario`` sets, and where one of its runs starts.

        A formula that is being typed is left alone until another is in force.
        """
        text = scenario.problem.formula
        if self._formula_shown != text:
            self._formula_shown = text
            self._pause.stop()
            self.formula_error.show_sentence("")
            if self.formula.text() != text:
                self.formula.setText(text)
        self.error.show_sentence("")
        self._variables = tuple(scenario.problem.domain)
        for (name, (low, high)), label, fields in zip(
            scenario.problem.domain.items(), self._names, self._fields, strict=True
        ):
            label.setText(name)
            shown = (low, high, scenario.run[run].start[name])
            texts = (tr("Lower end of {name}"), tr("Upper end of {name}"), tr("Start of {name}"))
            for field, value, described in zip(fields, shown, texts, strict=True):
                field.set_silently(value)
                field.setAccessibleName(described.format(name=name))

    def show_error(self, sentence: str) -> None:
        """Show why domain or start was refused; the fields keep what was typed."""
        self.error.show_sentence(sentence)

    def show_formula_error(self, sentence: str) -> None:
        """Show why a formula was refused; the field keeps what was typed."""
        self.formula_error.show_sentence(sentence)

    def _lay_out(self) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(theme.GRID, theme.GRID // 2, theme.GRID, theme.GRID // 2)
        layout.setSpacing(theme.GRID // 2)
        for widget in (self.preset, self.formula, self.formula_error):
            layout.addWidget(widget)
        grid = QGridLayout()
        grid.setSpacing(theme.GRID // 2)
        for column, text in enumerate((tr("from"), tr("to"), tr("start")), start=1):
            grid.addWidget(QLabel(text), 0, column)
        for row in (0, 1):
            self._add_row(grid, row)
        layout.addLayout(grid)
        layout.addWidget(self.error)
        layout.addStretch(1)

    def _add_row(self, grid: QGridLayout, row: int) -> None:
        label = QLabel()
        grid.addWidget(label, row + 1, 0)
        low, high, start = (NumberField(step=0.5) for _ in range(3))
        for column, (kind, field) in enumerate((("from", low), ("to", high), ("start", start)), start=1):
            field.setObjectName(f"{kind}_{row + 1}")
            field.setMinimumWidth(8 * theme.GRID)
            field.setButtonSymbols(NumberField.ButtonSymbols.NoButtons)
            field.rejected.connect(self.show_error)
            grid.addWidget(field, row + 1, column)
            grid.setColumnStretch(column, 1)
        for field in (low, high, start):
            field.valueChanged.connect(self._place_edited)
            field.editingFinished.connect(self.settled)
        self._names.append(label)
        self._fields.append((low, high, start))

    def _place_edited(self) -> None:
        rows = dict(zip(self._variables, self._fields, strict=True))
        domain: Domain = {name: (low.value(), high.value()) for name, (low, high, _) in rows.items()}
        self.place_chosen.emit(domain, {name: start.value() for name, (_, _, start) in rows.items()})

    def _typed(self) -> None:
        self._pause.stop()
        if self._check():
            self._pause.start()

    def _offer(self) -> None:
        self._pause.stop()
        if self._check():
            self.formula_chosen.emit(self.formula.text())

    def _enter(self) -> None:
        self._offer()
        if self.formula_error.isHidden():
            self.formula.clearFocus()  # the keys are the run's again

    def _check(self) -> bool:
        """Show what is wrong with the formula being typed, if anything is."""
        try:
            count = len(parse(self.formula.text()).variables)
        except FormulaError as error:
            self.formula_error.show_sentence(
                tr("Character {position}: {message}", position=error.position + 1, message=str(error))
            )
            return False
        except InputError as error:
            self.formula_error.show_sentence(str(error))
            return False
        if count != 2:
            self.formula_error.show_sentence(
                tr("A surface needs a formula of exactly two variables; this one has {count}.", count=count)
            )
            return False
        self.formula_error.show_sentence("")
        return True
