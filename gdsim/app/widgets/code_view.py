"""The code in torch that does the same as the walk, to be read and copied."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import (
    QColor,
    QFontDatabase,
    QGuiApplication,
    QKeyEvent,
    QKeySequence,
    QPainter,
    QPaintEvent,
    QPen,
    QTextCursor,
    QTextFormat,
)
from PySide6.QtWidgets import QHBoxLayout, QPlainTextEdit, QTextEdit, QToolButton, QVBoxLayout, QWidget

from gdsim.app import theme as themes
from gdsim.app.theme import GRID, Theme
from gdsim.app.widgets.code_colours import CodeColours
from gdsim.app.widgets.message_label import MessageLabel
from gdsim.app.widgets.naming import named
from gdsim.i18n import tr

_TINT = 48
"""Opacity, of 255, of the ground of the marked line."""

_SCROLLING = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}


class CodeView(QWidget):
    """Shows a program; it writes none itself."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        named(self, "torch_code", tr("PyTorch code"))
        self._code = named(_Code(), "code_text", tr("PyTorch code"))
        self._colours = CodeColours(self._code.document())
        self._message = MessageLabel("code_message")
        button = named(QToolButton(), "copy_code", tr("Copy the PyTorch code"))
        button.setText(tr("Copy"))
        button.setToolTip(tr("Copy the whole program; it runs as it stands and prints the gradients shown here."))
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        button.clicked.connect(self._copy)
        header = QHBoxLayout()
        header.setContentsMargins(GRID, GRID // 2, GRID, 0)
        header.addWidget(self._message, 1)
        header.addStretch(0)
        header.addWidget(button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(GRID // 2)
        layout.addLayout(header)
        layout.addWidget(self._code, 1)
        self.set_theme(themes.current())

    def set_code(self, text: str, line: int | None = None) -> None:
        """Show ``text``.

        Parameters
        ----------
        text
            The program.
        line
            Number, from 1, of the line to mark; it comes into view when it is another one than before.
        """
        self._code.take(text)
        self._code.mark(line)

    def set_theme(self, theme: Theme) -> None:
        """Take the colours of ``theme``."""
        self._theme = theme
        self._colours.set_theme(theme)
        self._code.set_accent(theme.accent)
        self._message.refresh_colour()

    def sizeHint(self) -> QSize:
        """Return a comfortable size."""
        return QSize(46 * GRID, 34 * GRID)

    def changeEvent(self, event: QEvent) -> None:
        """Follow the palette from light to dark and back."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "_theme"):
            self.set_theme(themes.current())

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self._code.toPlainText())
        self._message.show_for_a_while(tr("Copied."))


class _Code(QPlainTextEdit):
    """Text that is read: Up and Down scroll, Ctrl+C copies a selection, every other key is the run's."""

    def __init__(self) -> None:
        super().__init__()
        self._lines: list[str] = [""]
        self._marked: int | None = None
        self._accent = QColor()
        font = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont)
        font.setPointSizeF(self.font().pointSizeF())
        self.setFont(font)
        self.setReadOnly(True)
        self.setUndoRedoEnabled(False)
        self.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.setMinimumSize(20 * GRID, 8 * GRID)

    def take(self, text: str) -> None:
        """Show ``text``; what is seen stays where it is when it is much the same as before."""
        old, new = self._lines, text.split("\n")
        if old == new:
            return
        self._lines = new
        similar = 2 * sum((Counter(old) & Counter(new)).values()) >= len(new)
        bars = (self.verticalScrollBar(), self.horizontalScrollBar())
        scrolled = [bar.value() * similar for bar in bars]
        if similar and len(old) == len(new):
            self._replace([place for place, line in enumerate(new) if line != old[place]])
        else:
            self.setPlainText(text)
        for bar, value in zip(bars, scrolled, strict=True):
            bar.setValue(value)

    def mark(self, line: int | None) -> None:
        """Mark a line, from 1, and bring it into view if it was not marked before."""
        place = None if line is None else line - 1
        another, self._marked = place != self._marked, place
        self._paint_mark()
        if another and place is not None:
            self._show_line(place)

    def set_accent(self, colour: str) -> None:
        """Mark in ``colour``."""
        self._accent = QColor(colour)
        self._paint_mark()

    def event(self, event: QEvent) -> bool:
        """Claim the few keys that are for the text before the window's shortcuts do, and no others."""
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            event.setAccepted(self._is_own(event))
            return event.isAccepted()
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Scroll or copy."""
        if not self._is_own(event):
            event.ignore()
        elif event.matches(QKeySequence.StandardKey.Copy):
            self.copy()
        else:
            bar = self.verticalScrollBar()
            bar.setValue(bar.value() + _SCROLLING[Qt.Key(event.key())])

    def paintEvent(self, event: QPaintEvent) -> None:
        """Frame the text while Up and Down are its own."""
        super().paintEvent(event)
        if self.hasFocus():
            painter = QPainter(self.viewport())
            painter.setPen(QPen(self._accent, 1))
            painter.drawRect(self.viewport().rect().adjusted(0, 0, -1, -1))
            painter.end()

    def _is_own(self, event: QKeyEvent) -> bool:
        if event.matches(QKeySequence.StandardKey.Copy):
            return self.textCursor().hasSelection()
        plain = not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        return plain and event.key() in _SCROLLING

    def _replace(self, places: Sequence[int]) -> None:
        """Write these lines anew; the others keep their colours and a selection its place."""
        cursor = QTextCursor(self.document())
        cursor.beginEditBlock()
        for place in places:
            cursor.setPosition(self.document().findBlockByNumber(place).position())
            cursor.movePosition(QTextCursor.MoveOperation.EndOfBlock, QTextCursor.MoveMode.KeepAnchor)
            cursor.insertText(self._lines[place])
        cursor.endEditBlock()

    def _paint_mark(self) -> None:
        marks = []
        if self._marked is not None and 0 <= self._marked < len(self._lines):
            mark = QTextEdit.ExtraSelection()
            mark.cursor = QTextCursor(self.document().findBlockByNumber(self._marked))
            ground = QColor(self._accent)
            ground.setAlpha(_TINT)
            mark.format.setBackground(ground)
            mark.format.setProperty(QTextFormat.Property.FullWidthSelection, True)
            marks.append(mark)
        self.setExtraSelections(marks)

    def _show_line(self, place: int) -> None:
        """Scroll as little as needed to have a line, and the one after it, in view."""
        bar, height = self.verticalScrollBar(), self.fontMetrics().lineSpacing()
        seen = max(1, self.viewport().height() // height - 1)
        bar.setValue(max(min(bar.value(), place), place + 2 - seen))
