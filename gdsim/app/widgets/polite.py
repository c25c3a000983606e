"""Fields that leave the keys of the run to the run, and the wheel to the panel around them."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent, QWheelEvent
from PySide6.QtWidgets import QComboBox, QSpinBox, QWidget

_CHOOSING = (Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_F4, Qt.Key.Key_Return, Qt.Key.Key_Enter)


def turn_if_focused(widget: QWidget, turn: Callable[[QWheelEvent], None], event: QWheelEvent) -> None:
    """Let the wheel turn a field only while it has the focus, so that scrolling a panel changes nothing."""
    if widget.hasFocus():
        turn(event)
    else:
        event.ignore()


class PoliteComboBox(QComboBox):
    """A combo box for which one goes up and down or opens the list; every other key is the run's."""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Go up and down or open the list."""
        if event.key() in _CHOOSING:
            super().keyPressEvent(event)
        else:
            event.ignore()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Turn only while focused."""
        turn_if_focused(self, super().wheelEvent, event)


class PoliteSpinBox(QSpinBox):
    """A spin box that leaves Space, PageUp and PageDown to the run, and all keys once a number is entered."""

    def event(self, event: QEvent) -> bool:
        """Leave Space, which no number has, to the run."""
        if isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Space:
            event.ignore()
            return False
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Take digits and arrows; Enter ends the entry."""
        if event.key() in (Qt.Key.Key_PageUp, Qt.Key.Key_PageDown):
            event.ignore()
            return
        super().keyPressEvent(event)
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.clearFocus()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Turn only while focused."""
        turn_if_focused(self, super().wheelEvent, event)
