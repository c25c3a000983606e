"""A check box that leaves the keys to the run."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QCheckBox


class Switch(QCheckBox):
    """A check box that keeps Space for itself while it has the focus; elsewhere Space plays."""

    def event(self, event: QEvent) -> bool:
        """Claim Space before the shortcut does."""
        claimed = isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Space
        if claimed and event.type() == QEvent.Type.ShortcutOverride:
            event.accept()
            return True
        return super().event(event)
