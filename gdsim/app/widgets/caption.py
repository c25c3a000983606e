"""One line that says what is happening; what does not fit is told by its tooltip."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from gdsim.app.theme import GRID


class Caption(QWidget):
    """A sentence in a line of fixed height, so that nothing moves when it changes."""

    def __init__(self, object_name: str, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(object_name)
        self.setAccessibleName(name)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self._sentence = ""

    def text(self) -> str:
        """Return the whole sentence."""
        return self._sentence

    def show_sentence(self, sentence: str) -> None:
        """Show ``sentence``."""
        if sentence != self._sentence:
            self._sentence = sentence
            self.setAccessibleDescription(sentence)
            self.setToolTip(sentence)
            self.update()

    def sizeHint(self) -> QSize:
        """Ask for one line."""
        return QSize(0, self.fontMetrics().height() + GRID // 2)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Write as much as there is room for."""
        painter = QPainter(self)
        area = self.rect().adjusted(GRID, 0, -GRID, 0)
        text = self.fontMetrics().elidedText(self._sentence, Qt.TextElideMode.ElideRight, area.width())
        painter.setPen(self.palette().windowText().color())
        painter.drawText(area, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, text)
