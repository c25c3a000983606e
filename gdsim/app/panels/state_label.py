"""Words in a bar that must not jump: a state behind a dot, and a sentence that makes itself fit."""

from __future__ import annotations

from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPalette, QPen, QResizeEvent
from PySide6.QtWidgets import QApplication, QLabel, QSizePolicy, QWidget

from gdsim.app import theme
from gdsim.app.widgets.message_label import MessageLabel
from gdsim.app.widgets.naming import named
from gdsim.app.widgets.number_field import tabular

_DOT = 8.0
_SIZES = (1.0, 0.9, 0.8)
"""Sizes of a refusal, as parts of the usual one; the first that fits is taken."""


class StateLabel(QLabel):
    """Words behind a dot, which is full or a ring.

    Parameters
    ----------
    name, described
        Object name and accessible name.
    longest
        The longest words that it is to show; longer ones make it wider.
    """

    def __init__(self, name: str, described: str, longest: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        named(self, name, described)
        self.setFont(tabular(self.font()))
        self.setContentsMargins(2 * theme.GRID, 0, 0, 0)
        self._role = "gradient"
        self._full = False
        self._fit(longest)

    def show_state(self, words: str, explanation: str, role: str, full: bool) -> None:
        """Show ``words`` behind a dot in the theme's colour ``role``; the ``explanation`` is the tooltip."""
        if words != self.text():
            self._fit(words)
            self.setText(words)
        if explanation != self.toolTip():
            self.setToolTip(explanation)
        if (role, full) != (self._role, self._full):
            self._role, self._full = role, full
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the dot and the words."""
        super().paintEvent(event)
        colour = QColor(getattr(theme.current(), self._role))
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(colour, 1.5))
        if self._full:
            painter.setBrush(colour)
        painter.drawEllipse(QRectF(2, (self.height() - _DOT) / 2, _DOT, _DOT))
        painter.end()

    def _fit(self, words: str) -> None:
        # Of a fixed size in both directions, or each new text would lay out the whole window anew.
        metrics = self.fontMetrics()
        width = 2 * theme.GRID + metrics.horizontalAdvance(words) + theme.GRID
        if width > self.minimumWidth():
            self.setFixedSize(width, metrics.height() + 1)


class Refusal(MessageLabel):
    """A sentence in whatever room there is: written smaller where it would not fit, whole in the tooltip."""

    def __init__(self, object_name: str, parent: QWidget | None = None) -> None:
        super().__init__(object_name, parent)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Ignored)
        # In a tool bar a label would take the colour of the buttons.
        self.setForegroundRole(QPalette.ColorRole.WindowText)

    def show_sentence(self, sentence: str, muted: bool = False) -> None:
        """Show ``sentence``; an empty one hides the label."""
        super().show_sentence(sentence, muted)
        self.setToolTip(sentence)
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fit the sentence into the new room."""
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        if not self.text():
            return
        font = QApplication.font(self)
        usual = font.pointSizeF()
        for part in _SIZES:
            font.setPointSizeF(usual * part)
            self.setFont(font)
            if self.heightForWidth(self.width()) <= self.height():
                break
