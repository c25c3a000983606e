"""Parts of the panels that edit a scenario: choices, rows, and the panel that offers edits."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import QEvent, QSignalBlocker, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QSizePolicy, QWidget

from gdsim.app import theme
from gdsim.app.widgets.message_label import MessageLabel
from gdsim.app.widgets.polite import PoliteComboBox, claims_escape, mark_refused
from gdsim.app.widgets.whole_number import WholeNumber
from gdsim.simulation.network_scenario import NetworkScenario


class Choice(PoliteComboBox):
    """A combo box of values under their titles; it leaves the keys of the run and the panel's wheel alone."""

    def __init__(self, titles: Mapping[str, str] | None = None) -> None:
        super().__init__()
        # As narrow as the panel: a long title is elided.
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(4)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        for value, title in (titles or {}).items():
            self.addItem(title, value)

    def choice(self) -> str:
        """Return the value chosen."""
        return str(self.currentData())

    def show_choice(self, value: str) -> None:
        """Show a value without a signal."""
        with QSignalBlocker(self):
            self.setCurrentIndex(self.findData(value))


class Row(QWidget):
    """A label in front of one or more fields."""

    def __init__(self, label: str, *fields: QWidget) -> None:
        super().__init__()
        self.label = QLabel(label)
        self.label.setBuddy(fields[0])
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(theme.GRID)
        layout.addWidget(self.label)
        for field in fields:
            layout.addWidget(field)


class SpecPanel(QWidget):
    """A panel whose fields are keys of the scenario.

    `chosen` carries dotted keys with new values: first what the person has just set, then what was refused before and
    is still in its field. Whoever listens calls `show_error` to refuse them; then what was just set is offered once
    more, alone. What is refused stays in its field, in the error colour, until it is set anew, until Escape, or until
    another scenario is shown. `settled` says that an entry is done.
    """

    chosen = Signal(object)
    settled = Signal()

    def __init__(self, name: str, error_name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.error = MessageLabel(error_name)
        self._scenario: NetworkScenario | None = None
        self._in_force: dict[str, Any] = {}
        self._alone: dict[str, Any] = {}
        self._refusal = ""

    def values(self) -> dict[str, Any]:
        """Return every dotted key of the panel with what its fields hold."""
        raise NotImplementedError

    def show_scenario(self, scenario: NetworkScenario) -> None:
        """Show what ``scenario`` sets, without a signal."""
        self._scenario = scenario
        self._fill(scenario)
        self._in_force = self.values()
        self._alone = {}
        self.show_error("")

    def take_back(self) -> None:
        """Show what is in force, instead of what was refused."""
        if self._scenario is not None:
            self.show_scenario(self._scenario)

    def show_error(self, sentence: str) -> None:
        """Show why a choice was refused, or take the sentence away; the fields keep what was typed."""
        alone, self._alone = self._alone, {}
        if sentence and alone:
            self.chosen.emit(alone)
            return
        self._refusal = sentence
        self.error.show_sentence(sentence)
        self._mark()

    def event(self, event: QEvent) -> bool:
        """Claim Escape for the field that is being edited."""
        return claims_escape(event) or super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """On Escape, take back what is typed or refused, and give the keys to the run."""
        if event.key() != Qt.Key.Key_Escape:
            super().keyPressEvent(event)
            return
        self.take_back()
        focus = self.window().focusWidget()
        if focus is not None and self.isAncestorOf(focus):
            focus.clearFocus()

    def changeEvent(self, event: QEvent) -> None:
        """Follow the palette."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and self._in_force:
            self._mark()

    def _fill(self, scenario: NetworkScenario) -> None:
        """Bring what ``scenario`` sets into the fields, without a signal."""
        raise NotImplementedError

    def _fields(self) -> dict[str, QWidget]:
        """Return which field holds which key."""
        raise NotImplementedError

    def _mark(self) -> None:
        """Let those fields be seen whose values are not in force."""
        values = self.values()
        for key, field in self._fields().items():
            mark_refused(field, values[key] != self._in_force.get(key, values[key]))

    def _offer(self, *keys: str) -> None:
        """Offer the values of ``keys``, and of whatever else is not in force."""
        values = self.values()
        edit = {key: values[key] for key in keys}
        refused = {k: v for k, v in values.items() if k not in keys and v != self._in_force.get(k)}
        self._alone = edit if refused else {}
        self.chosen.emit(edit | refused)

    def _offer_and_settle(self, *keys: str) -> None:
        self._offer(*keys)
        self.settled.emit()

    def _take_number(self, field: WholeNumber, *keys: str) -> None:
        """Offer ``keys`` when ``field`` changes."""
        field.valueChanged.connect(lambda _value: self._offer(*keys))
        field.rejected.connect(self._show_slip)
        field.editingFinished.connect(self.settled)

    def _show_slip(self, sentence: str) -> None:
        """Say why a field did not take what was typed; without a sentence, say again what was refused before."""
        self.error.show_sentence(sentence or self._refusal)


def align(labels: list[QLabel]) -> None:
    """Make labels equally wide, so that the fields behind them stand below each other."""
    width = max(label.sizeHint().width() for label in labels)
    for label in labels:
        label.setFixedWidth(width)


def show_or_hide(widget: QWidget, visible: bool) -> None:
    """Show or hide ``widget``; when it hides, the keys are the run's again instead of the next field's."""
    focus = widget.window().focusWidget()
    if not visible and focus is not None and (focus is widget or widget.isAncestorOf(focus)):
        focus.clearFocus()
    widget.setVisible(visible)
