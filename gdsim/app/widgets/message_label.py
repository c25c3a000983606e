"""One sentence beside what it concerns; hidden while there is nothing to say."""

from __future__ import annotations

from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QLabel, QWidget

from gdsim.app import theme


class MessageLabel(QLabel):
    """A wrapped sentence in the error colour (or muted, for a note)."""

    def __init__(self, object_name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(object_name)
        self.setWordWrap(True)
        self._muted = False
        self.hide()

    def show_sentence(self, sentence: str, muted: bool = False) -> None:
        """Show ``sentence``; an empty one hides the label."""
        self._muted = muted
        self.setText(sentence)
        self.refresh_colour()
        self.setVisible(bool(sentence))

    def refresh_colour(self) -> None:
        """Take the colour from the present theme."""
        colours = theme.current()
        palette = self.palette()
        palette.setColor(QPalette.ColorRole.WindowText, QColor(colours.muted if self._muted else colours.error))
        self.setPalette(palette)
