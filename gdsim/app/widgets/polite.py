"""Fields that leave the keys of the run to the run, and the wheel to the panel around them."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QColor, QKeyEvent, QPalette, QWheelEvent
from PySide6.QtWidgets import QCheckBox, QComboBox, QSpinBox, QWidget

from gdsim.app import theme

_CHOOSING = (Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_F4, Qt.Key.Key_Return, Qt.Key.Key_Enter)


def turn_if_focused(widget: QWidget, turn: Callable[[QWheelEvent], None], event: QWheelEvent) -> None:
    """Let the wheel turn a field only while it has the focus, so that scrolling a panel changes nothing."""
    if widget.hasFocus():
        turn(event)
    else:
        event.ignore()


def claims_escape(event: QEvent) -> bool:
    """Keep Escape, which takes an entry back, from the shortcuts of the window; tell whether ``event`` asked for it."""
    if not isinstance(event, QKeyEvent) or event.type() != QEvent.Type.ShortcutOverride:
        return False
    if event.key() != Qt.Key.Key_Escape:
        return False
    event.accept()
    return True


def entry_answer(event: QEvent) -> bool | None:
    """Return what a number field's ``event`` returns for Escape, which it claims, and for Space, which is the run's.

    None: the event is neither, and goes its usual way.
    """
    if claims_escape(event):
        return True
    if isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Space:
        event.ignore()
        return False
    return None


def mark_refused(field: QWidget, refused: bool) -> None:
    """Write what a field holds in the error colour of the present theme, or as usual again."""
    if not refused and not is_refused(field):
        return
    field.setProperty("refused", refused)
    palette = QPalette()
    if refused:
        for role in _text_roles(field):
            palette.setColor(role, QColor(theme.current().error))
    field.setPalette(palette)


def is_refused(field: QWidget) -> bool:
    """Tell whether a field holds what is not in force."""
    return bool(field.property("refused"))


def _text_roles(field: QWidget) -> list[QPalette.ColorRole]:
    if isinstance(field, QComboBox):
        return [QPalette.ColorRole.ButtonText]
    # A check box paints its tick as text.
    return [QPalette.ColorRole.Text] + [QPalette.ColorRole.WindowText] * isinstance(field, QCheckBox)


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
    """A spin box that leaves Space, PageUp and PageDown to the run, and all keys once a number is entered.

    Escape takes back what was typed.
    """

    def event(self, event: QEvent) -> bool:
        """Leave Space, which no number has, to the run, and claim Escape."""
        answer = entry_answer(event)
        return super().event(event) if answer is None else answer

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Take digits and arrows; Enter ends the entry."""
        if event.key() in (Qt.Key.Key_PageUp, Qt.Key.Key_PageDown):
            event.ignore()
            return
        if event.key() == Qt.Key.Key_Escape:
            self.setValue(self.value())
            self.clearFocus()
            return
        super().keyPressEvent(event)
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.clearFocus()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Turn only while focused."""
        turn_if_focused(self, super().wheelEvent, event)
