"""A small editor for programs: colours, line numbers, and a mark where a mistake is."""

from __future__ import annotations

import re
from collections.abc import Collection

from PySide6.QtCore import QEvent, QMimeData, QRect, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFontDatabase,
    QKeyEvent,
    QKeySequence,
    QPainter,
    QPaintEvent,
    QPalette,
    QResizeEvent,
    QTextCharFormat,
    QTextCursor,
    QTextOption,
    QWheelEvent,
)
from PySide6.QtWidgets import QPlainTextEdit, QSizePolicy, QTextEdit, QWidget

from gdsim.app import theme
from gdsim.app.widgets.polite import claims_escape, turn_if_focused
from gdsim.app.widgets.program_colours import ProgramColours, units

LEAST_LINES, MOST_LINES = 6, 14
"""The editor grows with its text between these; longer programs scroll."""

MOST_CHARACTERS = 200_000
LONGEST_LINE = 10_000
"""Far more than a program may have. What is pasted is cut there: Qt takes seconds to lay out more."""

_TINT = 28
"""Opacity, of 255, of the ground of a line with a mistake."""

_BREAKS = re.compile("\r\n|[\r\v\f\x85\u2028\u2029]")
_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
_PAGES = (Qt.Key.Key_PageUp, Qt.Key.Key_PageDown)


class ProgramEditor(QPlainTextEdit):
    """Text of a few lines.

    Tab moves on, Escape and Ctrl+Enter give the keys back to the run, and PageUp and PageDown, the presenter's
    clicker, are always the run's. Undo is the text's until there is nothing left to undo, and the window's then.
    """

    typed = Signal()
    """The person has changed the text."""

    entered = Signal()
    """Ctrl+Enter: the program is to be taken now."""

    taken_back = Signal()
    """Escape: what was typed is to be forgotten."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._text = ""
        self._showing = False
        self._mistake: tuple[int, int] | None = None
        self._colours = ProgramColours(self.document())
        self._numbers = _LineNumbers(self)
        font = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont)
        font.setPointSizeF(self.font().pointSizeF())
        self.setFont(font)
        self.setTabChangesFocus(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setWordWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.textChanged.connect(self._changed)
        self.blockCountChanged.connect(lambda _count: self._make_room())
        self.updateRequest.connect(self._numbers.follow)
        self.document().documentLayout().documentSizeChanged.connect(lambda _size: self.updateGeometry())
        self._make_room()

    def text(self) -> str:
        """Return the program as it stands."""
        return self._text

    def set_text(self, text: str, *, undoable: bool = False) -> None:
        """Show ``text`` without a signal; it can be taken back with the text's undo where asked for."""
        self._showing = True
        if undoable:
            cursor = QTextCursor(self.document())
            cursor.select(QTextCursor.SelectionType.Document)
            cursor.insertText(text)
        else:
            self.setPlainText(text)
        self._showing = False
        # Qt turns line breaks and blanks of every kind into usual ones.
        self._text = self.toPlainText()

    def place(self, line: int, position: int) -> int:
        """Return which character of the text is at ``position`` in the line of this number, counted from 1."""
        return sum(len(each) + 1 for each in self._text.split("\n")[: line - 1]) + position

    def remove(self, start: int, end: int) -> None:
        """Take the characters from ``start`` to ``end`` out, as the person could."""
        self._cursor(start, end).removeSelectedText()

    def show_leaves(self, names: Collection[str]) -> None:
        """Colour the names of leaves."""
        self._colours.show_leaves(names)

    def show_mistake(self, line: int, position: int, length: int) -> None:
        """Mark ``length`` characters from ``position``, in the line of this number, counted from 1."""
        start = max(0, min(self.place(line, position), len(self._text) - 1))
        self._mistake = (start, min(start + max(1, length), len(self._text)))
        self._mark()

    def clear_mistake(self) -> None:
        """Take the mark away."""
        self._mistake = None
        self._mark()

    def mistake(self) -> str:
        """Return the characters that are marked."""
        return self._text[slice(*self._mistake)] if self._mistake else ""

    def sizeHint(self) -> QSize:
        """Ask for the height of the text."""
        # The layout of plain text counts its height in lines.
        lines = min(max(round(self.document().size().height()), LEAST_LINES), MOST_LINES)
        # Without a pixel to spare Qt takes the last line for one that does not fit.
        frame = 2 * (round(self.document().documentMargin()) + self.frameWidth()) + 1
        return QSize(super().sizeHint().width(), lines * self.fontMetrics().lineSpacing() + frame)

    def minimumSizeHint(self) -> QSize:
        """Ask for the same height; the width may be small."""
        return QSize(super().minimumSizeHint().width(), self.sizeHint().height())

    def event(self, event: QEvent) -> bool:
        """Claim Escape; leave those keys to the window that mean nothing to the text."""
        if claims_escape(event):
            return True
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            if self._is_windows(event):
                event.ignore()
                return False
            if _is_redo(event):
                event.accept()
                return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Type; see the class for the keys that do something else."""
        key, modifiers = event.key(), event.modifiers()
        if key in _PAGES:
            event.ignore()
        elif key == Qt.Key.Key_Escape:
            self.taken_back.emit()
            self.clearFocus()
        elif key in _ENTER and modifiers & Qt.KeyboardModifier.ControlModifier:
            self.entered.emit()
        elif key in _ENTER:
            # With Shift, Qt would break the line without beginning another one.
            self.insertPlainText("\n")
            self.ensureCursorVisible()
        elif _is_redo(event):
            self.redo()
        else:
            super().keyPressEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Scroll only while focused, so that the panel around scrolls otherwise."""
        turn_if_focused(self, super().wheelEvent, event)

    def canInsertFromMimeData(self, source: QMimeData) -> bool:
        """Take text; a file that is dropped is for the window."""
        return source.hasText() and not source.hasUrls()

    def insertFromMimeData(self, source: QMimeData) -> None:
        """Insert plain text, with line breaks as the keyboard makes them."""
        lines = _BREAKS.sub("\n", source.text()[:MOST_CHARACTERS]).split("\n")
        self.insertPlainText("\n".join(line[:LONGEST_LINE] for line in lines))
        self.ensureCursorVisible()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the line numbers as high as the text."""
        super().resizeEvent(event)
        self._make_room()

    def changeEvent(self, event: QEvent) -> None:
        """Follow the palette."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "_numbers"):
            self._colours.refresh()
            self._mark()

    def _changed(self) -> None:
        # Qt calls it a change, too, when text is coloured anew.
        if not self._showing and (text := self.toPlainText()) != self._text:
            self._text = text
            self.typed.emit()

    def _is_windows(self, event: QKeyEvent) -> bool:
        """Tell whether a key is undo or redo, with nothing left to do for the text."""
        if event.matches(QKeySequence.StandardKey.Undo):
            return not self.document().isUndoAvailable()
        return _is_redo(event) and not self.document().isRedoAvailable()

    def _make_room(self) -> None:
        width, inner = self._numbers.sizeHint().width(), self.contentsRect()
        self.setViewportMargins(width, 0, 0, 0)
        self._numbers.setGeometry(QRect(inner.left(), inner.top(), width, inner.height()))

    def _mark(self) -> None:
        if self._mistake is None:
            self.setExtraSelections([])
            self._numbers.set_wrong(None)
            return
        colour, ground = QColor(theme.current().error), QColor(theme.current().error)
        ground.setAlpha(_TINT)
        line, place = QTextEdit.ExtraSelection(), QTextEdit.ExtraSelection()
        line.cursor, place.cursor = self._cursor(*self._mistake), self._cursor(*self._mistake)
        block = self.document().findBlock(line.cursor.selectionStart())
        line.cursor.setPosition(block.position())
        line.cursor.movePosition(QTextCursor.MoveOperation.EndOfBlock, QTextCursor.MoveMode.KeepAnchor)
        line.format.setBackground(ground)
        place.format.setForeground(colour)
        place.format.setUnderlineColor(colour)
        place.format.setUnderlineStyle(QTextCharFormat.UnderlineStyle.WaveUnderline)
        self.setExtraSelections([line, place])
        self._numbers.set_wrong(block.blockNumber())

    def _cursor(self, start: int, end: int) -> QTextCursor:
        cursor = QTextCursor(self.document())
        last = self.document().characterCount() - 1
        cursor.setPosition(min(units(self._text[:start]), last))
        cursor.setPosition(min(units(self._text[:end]), last), QTextCursor.MoveMode.KeepAnchor)
        return cursor


class _LineNumbers(QWidget):
    """The numbers in front of an editor's lines."""

    def __init__(self, editor: ProgramEditor) -> None:
        super().__init__(editor)
        self._editor = editor
        self._wrong: int | None = None

    def set_wrong(self, line: int | None) -> None:
        """Mark a line, counted from 0, as the one with a mistake."""
        self._wrong = line
        self.update()

    def follow(self, area: QRect, scrolled: int) -> None:
        """Scroll and repaint with the text."""
        if scrolled:
            self.scroll(0, scrolled)
        else:
            self.update(0, area.y(), self.width(), area.height())

    def sizeHint(self) -> QSize:
        """Ask for the width of the longest number."""
        digits = max(2, len(str(self._editor.blockCount())))
        return QSize(self._editor.fontMetrics().horizontalAdvance("0") * digits + theme.GRID, 0)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Write the number of each line at its first row."""
        editor, colours = self._editor, theme.current()
        painter = QPainter(self)
        painter.setFont(editor.font())
        painter.fillRect(event.rect(), self.palette().color(QPalette.ColorRole.AlternateBase))
        block, right = editor.firstVisibleBlock(), Qt.AlignmentFlag.AlignRight
        row = editor.blockBoundingGeometry(block).translated(editor.contentOffset())
        while block.isValid() and row.top() <= event.rect().bottom():
            painter.setPen(QColor(colours.error if block.blockNumber() == self._wrong else colours.muted))
            line = QRect(0, round(row.top()), self.width() - theme.GRID // 2, editor.fontMetrics().lineSpacing())
            painter.drawText(line, right, str(block.blockNumber() + 1))
            block = block.next()
            row = editor.blockBoundingGeometry(block).translated(editor.contentOffset())


def _is_redo(event: QKeyEvent) -> bool:
    # Either of the two keys of the window, whichever is usual on this system.
    control = event.modifiers() == Qt.KeyboardModifier.ControlModifier
    return event.matches(QKeySequence.StandardKey.Redo) or (control and event.key() == Qt.Key.Key_Y)
