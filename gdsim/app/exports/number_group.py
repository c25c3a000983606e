"""Number fields that share a place for one sentence, and say what is wrong while one types."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent

from gdsim.app.widgets.message_label import MessageLabel
from gdsim.app.widgets.number_field import NumberField
from gdsim.app.widgets.polite import mark_refused
from gdsim.app.widgets.whole_number import WholeNumber


class NumberGroup(QObject):
    """Fields for numbers with one sentence beneath.

    `changed` tells that another number is typed, or something that is none. Enter takes over what is typed, and means
    nothing else.

    Parameters
    ----------
    name
        Object name of the sentence.
    parent
        What owns the group; whoever lays the fields out puts the sentence beneath them.
    """

    changed = Signal()

    def __init__(self, name: str, parent: QObject) -> None:
        super().__init__(parent)
        self.error = MessageLabel(name)
        self._fields: list[WholeNumber | NumberField] = []

    def watch(self, *fields: WholeNumber | NumberField) -> None:
        """Let fields be of this group."""
        for field in fields:
            self._fields.append(field)
            field.setKeyboardTracking(True)
            field.lineEdit().textEdited.connect(lambda _text: self.follow())
            field.valueChanged.connect(lambda _value: self.follow())
            field.rejected.connect(self._take_back)
            field.installEventFilter(self)

    def good(self) -> bool:
        """Tell whether all numbers that are typed can be used."""
        return not any(self._slips())

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Keep Enter from the dialog, which would write the file."""
        pressed = isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress and event.key()
        if pressed not in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            return super().eventFilter(watched, event)
        for field in self._fields:
            if field is watched:
                field.interpretText()
                field.editingFinished.emit()
                field.selectAll()
        return True

    def _slips(self) -> list[str]:
        return [field.slip() if field.isEnabled() else "" for field in self._fields]

    def follow(self) -> None:
        """Say what is wrong with what is typed now, and tell that it is typed."""
        slips = self._slips()
        for field, slip in zip(self._fields, slips, strict=True):
            mark_refused(field, bool(slip))
        self.error.show_sentence(next(filter(None, slips), ""))
        self.changed.emit()

    def _take_back(self, sentence: str) -> None:
        """Say why a number was not taken; its field shows the last good one again."""
        for field in self._fields:
            mark_refused(field, False)
        self.error.show_sentence(sentence)
        self.changed.emit()
