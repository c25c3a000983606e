"""A check box that leaves the keys to the run."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QCheckBox, QWidget


class Switch(QCheckBox):
    """A check box that a click leaves without the focus, so that Space plays; reached with Tab, it keeps Space."""

    def __init__(self, text: str = "", parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Let an entry that is being typed elsewhere be taken over first, as if the focus came here."""
        focus = self.window().focusWidget()
        if focus is not None:
            focus.clearFocus()
        super().mousePressEvent(event)

    def event(self, event: QEvent) -> bool:
        """Claim Space before the shortcut does."""
        claimed = isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Space
        if claimed and event.type() == QEvent.Type.ShortcutOverride:
            event.accept()
            return True
        return super().event(event)
