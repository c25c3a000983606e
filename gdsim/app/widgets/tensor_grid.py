"""One table of numbers: scrolls over any size, edits in place, copies."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QKeySequence, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractItemView, QTableView, QWidget

from gdsim.app import theme
from gdsim.app.theme import Theme
from gdsim.app.widgets.naming import named
from gdsim.app.widgets.number_field import tabular
from gdsim.app.widgets.tensor_copy import Region, copy_actions
from gdsim.app.widgets.tensor_editor import NumberDelegate
from gdsim.app.widgets.tensor_header import IndexHeader
from gdsim.app.widgets.tensor_model import Index, TensorModel
from gdsim.app.widgets.tensor_paint import (
    PADDING,
    Glyphs,
    Pixels,
    cell_colours,
    glyphs_for,
    image_of,
    marked_cells,
)
from gdsim.app.widgets.tensor_text import NumberFormat

_ARROWS = (Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Up, Qt.Key.Key_Down)
_SHIFT, _ALT = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.AltModifier
_ALL = QKeySequence.StandardKey.SelectAll
_PLAIN = Qt.KeyboardModifier.NoModifier
_LEAST_ROWS, _LEAST_COLUMNS = 2, 2


@dataclass(frozen=True)
class Look:
    """What all tables have in common: colours, how numbers are written, and what is marked."""

    theme: Theme
    form: NumberFormat = field(default_factory=NumberFormat)
    colours: bool = True
    changes: bool = True


@dataclass(frozen=True, eq=False)
class _Picture:
    """The visible cells as pixels."""

    key: object
    numbers: Pixels
    colours: Pixels | None
    large: NDArray[np.intp]
    marked: NDArray[np.intp]


class TensorGrid(QTableView):
    """A `TensorModel` on screen.

    The arrow keys move the cell; Space, PageUp, PageDown, Home and Shift+Right are left to the run, and Escape gives
    the keyboard back to it altogether.
    """

    pointed = Signal(int, int)
    """Row and column that the user has moved to."""

    def __init__(self, name: str, accessible: str, editable: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        named(self, name, accessible)
        self.tensor = TensorModel(editable)
        self.tensor.setParent(self)
        self._look = Look(theme.current())
        self._glyphs: Glyphs | None = None
        self._picture: _Picture | None = None
        self._twin: tuple[int, int] | None = None
        self.setFont(tabular(self.font()))
        self._across = IndexHeader(Qt.Orientation.Horizontal, self)
        self._down = IndexHeader(Qt.Orientation.Vertical, self)
        self.setHorizontalHeader(self._across)
        self.setVerticalHeader(self._down)
        self.setModel(self.tensor)
        self.setItemDelegate(NumberDelegate(self))
        self._set_behaviour(editable)
        self.addActions(copy_actions(self, self.region, self.tensor.refused.emit))
        self._measure()

    def set_look(self, look: Look) -> None:
        """Take colours, number format and switches."""
        if look == self._look:
            return
        self._look = look
        self._across.set_theme(look.theme)
        self._down.set_theme(look.theme)
        self.tensor.set_form(look.form)
        self._measure()
        self.viewport().update()

    def point_at(self, row: int, column: int) -> None:
        """Outline the cell that is the current one of another table."""
        if self._twin != (row, column):
            self._twin = (row, column)
            self.viewport().update()

    def region(self) -> Region:
        """Return the selected block, or everything where nothing is selected."""
        rows, columns = self.tensor.table.shape
        ranges = self.selectionModel().selection()
        if ranges.isEmpty():
            return Region(self.tensor.array, self._look.form, slice(0, rows), slice(0, columns))
        first = ranges.first()
        return Region(
            self.tensor.array,
            self._look.form,
            slice(first.top(), first.bottom() + 1),
            slice(first.left(), first.right() + 1),
        )

    def minimumSizeHint(self) -> QSize:
        """Return room for two rows of two numbers."""
        cell = self._cell()
        frame = 2 * self.frameWidth()
        bar = self.verticalScrollBar().sizeHint().width()
        return QSize(
            self._down.sizeHint().width() + _LEAST_COLUMNS * cell.width() + bar + frame,
            self._across.sizeHint().height() + _LEAST_ROWS * cell.height() + bar + frame,
        )

    def event(self, event: QEvent) -> bool:
        """Claim the arrow keys and Escape before the window's shortcuts do."""
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            if _is_for_table(event):
                event.accept()
            else:
                event.ignore()
            return True
        if event.type() == QEvent.Type.DevicePixelRatioChange:
            self._measure()
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move the cell, begin to edit, or leave the key to the run."""
        if self.state() == QAbstractItemView.State.EditingState:
            event.accept()
        elif event.key() == Qt.Key.Key_Escape:
            self.clearSelection()
            self.clearFocus()
        elif _is_for_table(event) or _begins_number(event) or event.key() == Qt.Key.Key_F2 or event.matches(_ALL):
            super().keyPressEvent(event)
        else:
            event.ignore()

    def currentChanged(self, current: Index, previous: Index) -> None:
        """Say where the user is, so that the other tables can show their number there."""
        super().currentChanged(current, previous)
        self._across.set_current(current.column())
        self._down.set_current(current.row())
        self._twin = None
        self.viewport().update()
        if current.isValid():
            self.pointed.emit(current.row(), current.column())

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint all visible cells at once."""
        painter = QPainter(self.viewport())
        painter.fillRect(event.rect(), QColor(self._look.theme.ground))
        rows, columns = self._visible()
        if rows and columns and self._glyphs is not None:
            picture = self._paint_numbers(painter, rows, columns)
            self._paint_marks(painter, picture, rows, columns)
            self._paint_selection(painter)
        painter.end()

    def _set_behaviour(self, editable: bool) -> None:
        triggers = QAbstractItemView.EditTrigger
        wanted = triggers.DoubleClicked | triggers.EditKeyPressed | triggers.AnyKeyPressed
        self.setEditTriggers(wanted if editable else triggers.NoEditTriggers)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ContiguousSelection)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.ActionsContextMenu)
        self.setTabKeyNavigation(False)
        self.setCornerButtonEnabled(False)
        self.setWordWrap(False)

    def _measure(self) -> None:
        """Give the cells the size that the number format needs."""
        look = self._look
        self._glyphs = glyphs_for(self.font(), self.viewport().devicePixelRatioF(), look.form, look.theme)
        width, height = self._glyphs.cell
        self._across.set_section_size(width)
        self._down.set_section_size(height)
        self.horizontalScrollBar().setSingleStep(width)
        self.verticalScrollBar().setSingleStep(height)

    def _cell(self) -> QSize:
        return QSize(self._across.defaultSectionSize(), self._down.defaultSectionSize())

    def _visible(self) -> tuple[range, range]:
        """Return the rows and columns of which something can be seen."""
        cell, (rows, columns) = self._cell(), self.tensor.table.shape
        top, left = self._down.offset(), self._across.offset()
        return (
            range(top // cell.height(), min(rows, (top + self.viewport().height() - 1) // cell.height() + 1)),
            range(left // cell.width(), min(columns, (left + self.viewport().width() - 1) // cell.width() + 1)),
        )

    def _rect(self, row: int, column: int, rows: int = 1, columns: int = 1) -> QRect:
        cell = self._cell()
        left, top = column * cell.width() - self._across.offset(), row * cell.height() - self._down.offset()
        return QRect(left, top, columns * cell.width() - 1, rows * cell.height() - 1)

    def _paint_numbers(self, painter: QPainter, rows: range, columns: range) -> _Picture:
        assert self._glyphs is not None
        key = (self.tensor.version, rows, columns, self._look, self._glyphs)
        picture = self._picture
        if picture is None or picture.key != key:
            picture = self._picture = self._drawn(key, self._glyphs, rows, columns)
        area = self._rect(rows.start, columns.start, len(rows), len(columns)).adjusted(0, 0, 1, 1)
        if picture.colours is not None:
            painter.drawImage(area, image_of(picture.colours))
        painter.drawImage(area.topLeft(), image_of(picture.numbers, self._glyphs.ratio))
        painter.setFont(self.font())
        painter.setPen(QColor(self._look.theme.text))
        for row, column in picture.large.tolist():
            at, form = (rows.start + row, columns.start + column), self._look.form
            cell = QRectF(self._rect(*at)).adjusted(-PADDING, 0, 1 - PADDING, 0)
            flags = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
            painter.drawText(cell, int(flags), form.text(float(self.tensor.table[at])))
        return picture

    def _drawn(self, key: object, glyphs: Glyphs, rows: range, columns: range) -> _Picture:
        """Make the picture of the visible cells."""
        block = np.s_[rows.start : rows.stop, columns.start : columns.stop]
        values = self.tensor.table[block].astype(np.float64)
        numbers, large = glyphs.picture(values, _premultiplied(self._look.theme.grid, 96))
        colours = cell_colours(values, self.tensor.largest(), self._look.theme) if self._look.colours else None
        marked = np.empty((0, 2), np.intp)
        change = self.tensor.change() if self._look.changes else None
        if change is not None and self.tensor.before is not None:
            before = self.tensor.before[block]
            marked = marked_cells(self.tensor.table[block], before, change)
            if not glyphs.form.scientific:
                # What reads 0.0000 before as after is not marked: one would look in vain for what changed there.
                least, places = 0.5 * 10.0**-glyphs.form.digits, tuple(marked.T)
                marked = marked[(np.abs(values[places]) >= least) | (np.abs(before[places]) >= least)]
        return _Picture(key, numbers, colours, large, marked)

    def _paint_marks(self, painter: QPainter, picture: _Picture, rows: range, columns: range) -> None:
        painter.setPen(QPen(QColor(self._look.theme.text), 2, j=Qt.PenJoinStyle.MiterJoin))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        marked = picture.marked.tolist()
        painter.drawRects([self._rect(rows.start + r, columns.start + c).adjusted(1, 1, -1, -1) for r, c in marked])

    def _paint_selection(self, painter: QPainter) -> None:
        accent = self.palette().color(self.palette().ColorRole.Accent)
        wash = QColor(accent)
        wash.setAlphaF(0.28 if self.hasFocus() else 0.16)
        chosen = self.selectionModel().selection()
        if not chosen.isEmpty():
            part = chosen.first()
            painter.fillRect(self._rect(part.top(), part.left(), part.height(), part.width()), wash)
        current = self.currentIndex()
        if self._twin is not None:
            painter.setPen(QPen(accent, 1, Qt.PenStyle.DashLine))
            painter.drawRect(self._rect(*self._twin).adjusted(0, 0, -1, -1))
        elif current.isValid():
            painter.setPen(QPen(accent, 2 if self.hasFocus() else 1, j=Qt.PenJoinStyle.MiterJoin))
            painter.drawRect(self._rect(current.row(), current.column()).adjusted(0, 0, -1, -1))


def _is_for_table(event: QKeyEvent) -> bool:
    """Whether a key moves the cell or leaves the table; Shift+Right is the run's, Alt+Up and Alt+Down choose."""
    modifiers = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
    if event.key() == Qt.Key.Key_Escape:
        return modifiers == _PLAIN
    return (
        event.key() in _ARROWS
        and not modifiers & _ALT
        and not (event.key() == Qt.Key.Key_Right and modifiers == _SHIFT)
    )


def _begins_number(event: QKeyEvent) -> bool:
    text = event.text()
    return len(text) == 1 and text in "0123456789+-.\N{MINUS SIGN}"


def _premultiplied(colour: str, alpha: int) -> int:
    found = QColor(colour)
    red, green, blue = (channel * alpha // 255 for channel in (found.red(), found.green(), found.blue()))
    return alpha << 24 | red << 16 | green << 8 | blue
