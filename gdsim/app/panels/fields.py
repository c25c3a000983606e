"""Parts of the panels that edit a scenario: whole numbers, choices, rows, and the panel that offers edits."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import QEvent, QSignalBlocker, Qt, Signal
from PySide6.QtGui import QKeyEvent, QWheelEvent
from PySide6.QtWidgets import QAbstractSpinBox, QComboBox, QHBoxLayout, QLabel, QSizePolicy, QWidget

from gdsim.app import theme
from gdsim.app.widgets.message_label import MessageLabel
from gdsim.app.widgets.number_field import parse_number, tabular
from gdsim.app.widgets.polite import PoliteComboBox, turn_if_focused
from gdsim.i18n import tr

MOST_DIGITS = 25
"""Longer numbers are beyond every range here; Python refuses to read very long ones."""

_STEPS = QAbstractSpinBox.StepEnabledFlag


class WholeNumber(QAbstractSpinBox):
    """A spin box for any whole number between two bounds; Qt's own knows 32 bits, a seed has 63.

    Parameters
    ----------
    low, high
        The allowed interval, both ends included.
    suffixes
        Shown behind the number 1 and behind any other, each with its space.
    tracking
        Whether each number on the way counts while it is typed; otherwise what is entered or left.

    `valueChanged` follows the user and `setValue`. `rejected` carries one sentence when what was typed cannot be used,
    and an empty one as soon as something can be; the last good value stays.
    """

    valueChanged = Signal(object)
    rejected = Signal(str)

    def __init__(self, low: int, high: int, *, suffixes: tuple[str, str] = ("", ""), tracking: bool = False) -> None:
        super().__init__()
        self._low, self._high, self._suffixes, self._value = low, high, suffixes, low
        self._entered = low
        self._refused = False
        self.setKeyboardTracking(tracking)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setFont(tabular(self.font()))
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.setToolTip(self._range_sentence())
        self.editingFinished.connect(self.commit)
        if tracking:
            self.lineEdit().textEdited.connect(self._follow)
        self._show()

    def value(self) -> int:
        """Return the last good value."""
        return self._value

    def setValue(self, value: int) -> None:
        """Set the value, moved into the interval."""
        value = min(max(value, self._low), self._high)
        changed, self._value, self._entered = value != self._value, value, value
        self._show()
        if changed:
            self.valueChanged.emit(value)

    def set_silently(self, value: int) -> None:
        """Show ``value``, whatever it is, without a signal."""
        if value != self._value or self.text() != self._text(value):
            self._value = value
            self._show()
        self._entered = value
        self._refused = False

    def commit(self) -> None:
        """Take over what was typed, or say why it cannot be used and show the last good value again."""
        text = self._typed()
        if text == str(self._value):
            self._entered = self._value
            self._accept()
            return
        number = _whole(text)
        if number is None:
            self._refuse(tr("{text} is not a whole number: write one such as 32.", text=repr(text[:40])))
        elif not self._low <= number <= self._high:
            self._refuse(tr("{value} is not allowed: {range}", value=text[:40], range=self._range_sentence()))
        else:
            self._accept()
            self.setValue(number)

    def reserve(self, widest: int) -> None:
        """Make the field wide enough for the number ``widest``, so that nothing jumps."""
        arrows = 0 if self.buttonSymbols() == QAbstractSpinBox.ButtonSymbols.NoButtons else 2 * theme.GRID
        room = self.fontMetrics().horizontalAdvance(self._text(widest))
        self.setMinimumWidth(room + arrows + 2 * theme.GRID)

    def stepBy(self, steps: int) -> None:
        """Add ``steps`` to what is typed."""
        self.commit()
        self.setValue(self._value + steps)
        self.selectAll()

    def stepEnabled(self) -> QAbstractSpinBox.StepEnabledFlag:
        """Tell which arrows lead anywhere."""
        up = _STEPS.StepUpEnabled if self._value < self._high else _STEPS.StepNone
        return up | (_STEPS.StepDownEnabled if self._value > self._low else _STEPS.StepNone)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Leave PageUp and PageDown to the presenter's clicker, and all keys to the run once a number is entered."""
        if event.key() in (Qt.Key.Key_PageUp, Qt.Key.Key_PageDown):
            event.ignore()
            return
        super().keyPressEvent(event)
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not self._refused:
            self.clearFocus()

    def event(self, event: QEvent) -> bool:
        """Leave Space, which no number has, to the run."""
        if isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Space:
            event.ignore()
            return False
        return super().event(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Turn only while focused, so that scrolling a panel changes nothing."""
        turn_if_focused(self, super().wheelEvent, event)

    def _text(self, value: int) -> str:
        return f"{value}{self._suffixes[value != 1]}"

    def _show(self) -> None:
        self.lineEdit().setText(self._text(self._value))

    def _typed(self) -> str:
        text = self.text()
        for suffix in reversed(self._suffixes):
            text = text.strip().removesuffix(suffix.strip())
        return text.strip()

    def _follow(self) -> None:
        number = _whole(self._typed())
        if number is not None and self._low <= number <= self._high and number != self._value:
            self._value = number
            self.valueChanged.emit(number)

    def _accept(self) -> None:
        if self._refused:
            self._refused = False
            self.rejected.emit("")
        self._show()

    def _refuse(self, sentence: str) -> None:
        self._refused = True
        self.setValue(self._entered)
        self.rejected.emit(sentence)

    def _range_sentence(self) -> str:
        return tr("A whole number from {low} to {high}.", low=self._low, high=self._high)


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

    `chosen` carries dotted keys with new values: what the person set last, and what was set before but is not in force.
    Whoever listens may refuse it and call `show_error`; the fields keep what was typed until `show_scenario`.
    `settled` says that an entry is done.
    """

    chosen = Signal(object)
    settled = Signal()

    def __init__(self, name: str, error_name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.error = MessageLabel(error_name)
        self._in_force: dict[str, Any] = {}

    def values(self) -> dict[str, Any]:
        """Return every dotted key of the panel with what its fields hold."""
        raise NotImplementedError

    def show_error(self, sentence: str) -> None:
        """Show why a choice was refused, or take the sentence away; the fields keep what was typed."""
        self.error.show_sentence(sentence)

    def _shown(self) -> None:
        """Note that the fields hold what is in force."""
        self._in_force = self.values()
        self.show_error("")

    def _offer(self, *keys: str) -> None:
        """Offer the values of ``keys``, and of whatever else is not in force."""
        values = self.values()
        self.chosen.emit({k: v for k, v in values.items() if k in keys or v != self._in_force.get(k)})

    def _offer_and_settle(self, *keys: str) -> None:
        self._offer(*keys)
        self.settled.emit()

    def _take_number(self, field: WholeNumber, *keys: str) -> None:
        """Offer ``keys`` when ``field`` changes."""
        field.valueChanged.connect(lambda _value: self._offer(*keys))
        field.rejected.connect(self.show_error)
        field.editingFinished.connect(self.settled)


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


def _whole(text: str) -> int | None:
    """Return the whole number that ``text`` spells, or None when it spells none."""
    number = parse_number(text)
    if number is None or len(text) > MOST_DIGITS:
        return None
    digits = text.removeprefix("+").removeprefix("-")
    if digits.isascii() and digits.isdigit():
        return int(text)
    return int(number) if number.is_integer() and abs(number) < 2**53 else None
