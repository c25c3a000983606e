"""One sentence beside what it concerns; hidden while there is nothing to say."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QColor, QHideEvent, QKeySequence, QMouseEvent, QPalette, QShortcut
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from gdsim.app import theme
from gdsim.i18n import tr

NOTE_MS = 8000


class MessageLabel(QLabel):
    """A wrapped sentence in the error colour (or muted, for a note).

    Parameters
    ----------
    dismissable
        Whether a click on the sentence, or Escape in its window, takes it away.
    """

    shown_or_hidden = Signal()
    """The room that the label needs has changed."""

    def __init__(self, object_name: str, parent: QWidget | None = None, *, dismissable: bool = False) -> None:
        super().__init__(parent)
        self.setObjectName(object_name)
        self._dismissable = dismissable
        self.setWordWrap(True)
        self.setTextFormat(Qt.TextFormat.PlainText)  # a name may look like HTML
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        self._muted = False
        self._fading = QTimer(self)
        self._fading.setSingleShot(True)
        self._fading.timeout.connect(lambda: self.show_sentence(""))
        if dismissable:
            self.setCursor(Qt.CursorShape.PointingHandCursor)
            self.setToolTip(tr("Click to close."))
            # Qt lets it rest while the label is hidden.
            escape = QShortcut(QKeySequence(Qt.Key.Key_Escape), self)
            escape.activated.connect(lambda: self.show_sentence(""))
        self.hide()

    def show_sentence(self, sentence: str, muted: bool = False) -> None:
        """Show ``sentence``; an empty one hides the label."""
        self._fading.stop()
        if (sentence, muted) == (self.text(), self._muted):
            return
        self._muted = muted
        self.setText(sentence)
        self.refresh_colour()
        self.setVisible(bool(sentence))
        self.shown_or_hidden.emit()

    def show_for_a_while(self, sentence: str) -> None:
        """Show a note that takes itself away."""
        self.show_sentence(sentence, muted=True)
        self._fading.start(NOTE_MS)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Claim the click that closes."""
        if not (self._dismissable and event.button() == Qt.MouseButton.LeftButton):
            super().mousePressEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Take the sentence away."""
        inside = self.rect().contains(event.position().toPoint())
        if self._dismissable and event.button() == Qt.MouseButton.LeftButton and inside:
            self.show_sentence("")
        else:
            super().mouseReleaseEvent(event)

    def hideEvent(self, event: QHideEvent) -> None:
        """Leave no timer running behind a closed window."""
        super().hideEvent(event)
        self._fading.stop()

    def refresh_colour(self) -> None:
        """Take the colour from the present theme."""
        colours = theme.current()
        palette = self.palette()
        palette.setColor(QPalette.ColorRole.WindowText, QColor(colours.muted if self._muted else colours.error))
        self.setPalette(palette)
