"""A field for whole numbers."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QKeyEvent, QWheelEvent
from PySide6.QtWidgets import QAbstractSpinBox, QSizePolicy

from gdsim.app import theme
from gdsim.app.widgets.number_field import parse_number, tabular
from gdsim.app.widgets.polite import entry_answer, is_refused, turn_if_focused
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
    and an empty one as soon as something can be; the last good value stays. Escape takes back what was typed, and then
    means to the parent whatever it means there.
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

    def set_range(self, low: int, high: int) -> None:
        """Allow other numbers, both ends included; the value is moved into the new interval."""
        described = self.toolTip() == self._range_sentence()
        self._low, self._high = low, high
        if described:
            self.setToolTip(self._range_sentence())
        if not low <= self._value <= high:
            self.setValue(self._value)
        self._entered = min(max(self._entered, low), high)

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
        slip = self.slip()
        if slip:
            self._refuse(slip)
        else:
            self._accept()
            self.setValue(_whole(text) or 0)

    def slip(self) -> str:
        """Return why what is typed cannot be used, in one sentence; empty where it can."""
        text = self._typed()
        number = _whole(text)
        if number is None:
            return tr("{text} is not a whole number: write one such as 32.", text=repr(text[:40]))
        if not self._low <= number <= self._high:
            return tr(
                "{value} is not allowed: it must be a whole number from {low} to {high}.",
                value=text[:40],
                low=self._low,
                high=self._high,
            )
        return ""

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
        if event.key() == Qt.Key.Key_Escape:
            self._take_back()
            event.ignore()
            return
        super().keyPressEvent(event)
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not (self._refused or is_refused(self)):
            self.clearFocus()

    def event(self, event: QEvent) -> bool:
        """Leave Space, which no number has, to the run, and claim Escape."""
        answer = entry_answer(event)
        return super().event(event) if answer is None else answer

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

    def _take_back(self) -> None:
        self.setValue(self._entered)
        self._accept()
        self.clearFocus()

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


def _whole(text: str) -> int | None:
    """Return the whole number that ``text`` spells, or None when it spells none."""
    number = parse_number(text)
    if number is None or len(text) > MOST_DIGITS:
        return None
    digits = text.removeprefix("+").removeprefix("-")
    if digits.isascii() and digits.isdigit():
        return int(text)
    return int(number) if number.is_integer() and abs(number) < 2**53 else None
