"""The table of a program's tensors: how its rows look, are chosen and copied."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QItemSelectionModel, QRect, Qt, Signal
from PySide6.QtGui import (
    QAction,
    QColor,
    QFocusEvent,
    QFont,
    QFontMetrics,
    QGuiApplication,
    QKeyEvent,
    QKeySequence,
    QPainter,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QStyledItemDelegate, QStyleOptionViewItem, QTableView

from gdsim.app import theme as themes
from gdsim.app.theme import GRID, Theme
from gdsim.app.widgets.naming import named
from gdsim.app.widgets.number_field import tabular
from gdsim.app.widgets.tensor_rules_model import ALIGNMENT, GRADIENT, NAME, NUMBERS, Index, RulesModel
from gdsim.i18n import tr

_TINT = 48
"""Opacity, of 255, of the ground of the row that the last step worked on."""

_WIDEST = 24 * GRID
_PADDING = 5
_MOVING = (Qt.Key.Key_Up, Qt.Key.Key_Down)
_SHIFT = Qt.KeyboardModifier.ShiftModifier


class RulesTable(QTableView):
    """The table: Up and Down go through the rows, Escape gives the keys back, every other key is the run's."""

    row_chosen = Signal(int)

    def __init__(self, rules: RulesModel) -> None:
        super().__init__()
        named(self, "tensor_rules_table", tr("Tensors"))
        self._rules = rules
        self._choosing = False
        self.setFont(tabular(self.font()))
        self.setModel(rules)
        self._cells = _CellPainter(self, rules)
        self.setItemDelegate(self._cells)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.ActionsContextMenu)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setTabKeyNavigation(False)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.verticalHeader().hide()
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.verticalHeader().setDefaultSectionSize(self.fontMetrics().height() + _PADDING)
        self.horizontalHeader().setHighlightSections(False)
        self.horizontalHeader().setSectionsClickable(False)
        copy = QAction(tr("Copy as TSV"), self)
        copy.setObjectName("copy_rules")
        copy.setShortcut(QKeySequence(QKeySequence.StandardKey.Copy))
        copy.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        copy.triggered.connect(self._copy)
        self.addAction(copy)

    def fit_columns(self, digits: int) -> None:
        """Give each column room for what it holds and usual numbers; it grows for longer ones when they are seen."""
        title_metrics = self.horizontalHeader().fontMetrics()
        usual = f"−00.{'0' * digits}"
        for column, title in enumerate(self._rules.titles()):
            texts = {usual} if column in NUMBERS else set(self._rules.texts(column))
            widest = max((self._cells.width(column, text) for text in texts), default=0)
            # A header has a margin of its own on both sides.
            least = title_metrics.horizontalAdvance(title) + 2 * GRID
            self.setColumnWidth(column, max(least, min(widest, _WIDEST)))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint; then widen the columns that were too narrow, which paints once more."""
        super().paintEvent(event)
        for column, width in self._cells.wider.items():
            self.setColumnWidth(column, width)
        self._cells.wider.clear()

    def choose(self, row: int) -> None:
        """Mark a row without a signal, -1 for none."""
        self._choosing = True
        if row < 0:
            self.clearSelection()
            self.selectionModel().clearCurrentIndex()
        elif self.currentIndex().row() != row or len(self._rows()) != 1:
            flags = QItemSelectionModel.SelectionFlag
            self.selectionModel().setCurrentIndex(self._rules.index(row, 0), flags.ClearAndSelect | flags.Rows)
            self.bring_into_view(row)
        self._choosing = False

    def bring_into_view(self, row: int) -> None:
        """Scroll up or down as little as needed to show a row; -1 does nothing."""
        if row >= 0:
            across = self.horizontalScrollBar().value()
            # Rows that have just come have no place yet.
            self.executeDelayedItemsLayout()
            self.scrollTo(self._rules.index(row, 0))
            self.horizontalScrollBar().setValue(across)

    def set_theme(self, theme: Theme) -> None:
        """Take the colours of ``theme``."""
        self._cells.set_theme(theme)
        self.viewport().update()

    def event(self, event: QEvent) -> bool:
        """Claim the few keys that are for the table before the window's shortcuts do."""
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            event.setAccepted(_is_own(event))
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Go to another row, or leave the key to the run."""
        if event.key() == Qt.Key.Key_Escape:
            self.choose(-1)
            self.clearFocus()
        elif _is_own(event):
            super().keyPressEvent(event)
        else:
            event.ignore()

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Choose nothing by being reached: Qt would go to the first row."""
        nowhere = not self.currentIndex().isValid()
        self._choosing = True
        super().focusInEvent(event)
        if nowhere:
            self.choose(-1)
        self._choosing = False

    def currentChanged(self, current: Index, previous: Index) -> None:
        """Say which row was chosen."""
        super().currentChanged(current, previous)
        if current.isValid() and not self._choosing:
            self.row_chosen.emit(current.row())

    def _rows(self) -> list[int]:
        return sorted(index.row() for index in self.selectionModel().selectedRows())

    def _copy(self) -> None:
        rows = self._rows() or list(range(self._rules.rowCount()))
        QGuiApplication.clipboard().setText(self._rules.tsv(rows))


class _CellPainter(QStyledItemDelegate):
    """Paints cells with few questions to the model; a style would ask it ten times for each.

    Attributes
    ----------
    wider
        Columns that turned out to be too narrow for a number, and the width that they need.
    """

    def __init__(self, table: RulesTable, rules: RulesModel) -> None:
        super().__init__(table)
        self._table, self._rules = table, rules
        self._plain, self._bold = QFont(table.font()), QFont(table.font())
        self._bold.setBold(True)
        self._metrics = {False: QFontMetrics(self._plain), True: QFontMetrics(self._bold)}
        self.wider: dict[int, int] = {}
        self.set_theme(themes.current())

    def set_theme(self, theme: Theme) -> None:
        """Take the colours of ``theme``."""
        self._colours = {role: QColor(getattr(theme, role)) for role in ("text", "muted", "start", "gradient", "error")}
        self._ground, self._accent, self._tint = QColor(theme.ground), QColor(theme.accent), QColor(theme.accent)
        self._tint.setAlpha(_TINT)

    def width(self, column: int, text: str) -> int:
        """Return the width of a column that holds ``text``."""
        return self._metrics[column == NAME].horizontalAdvance(text) + 2 * _PADDING + 1

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Paint one cell: tinted where the last step was, outlined where the person is."""
        row, column, area = index.row(), index.column(), option.rect
        cell = self._rules.cell(row, column)
        selected = self._table.selectionModel().isSelected(index)
        if selected:
            # Over the ground that the table has painted, on which neither gradients nor leaves can be read.
            painter.fillRect(area, self._ground)
        if row == self._rules.current:
            painter.fillRect(area, self._tint)
        text, room = cell.text, area.adjusted(_PADDING, 0, -_PADDING, 0)
        metrics = self._metrics[column == NAME]
        if metrics.horizontalAdvance(text) > room.width():
            if column in NUMBERS:
                self.wider[column] = max(self.wider.get(column, 0), self.width(column, text))
            else:
                text = metrics.elidedText(text, Qt.TextElideMode.ElideRight, room.width())
        painter.setFont(self._bold if column == NAME else self._plain)
        painter.setPen(self._colours[cell.colour])
        painter.drawText(room, ALIGNMENT[column], text)
        if selected:
            self._outline(painter, area, column)

    def _outline(self, painter: QPainter, area: QRect, column: int) -> None:
        painter.setPen(QPen(self._accent, 2 if self._table.hasFocus() else 1))
        inner = area.adjusted(1, 1, -1, -1)
        painter.drawLine(area.left(), inner.top(), area.right(), inner.top())
        painter.drawLine(area.left(), inner.bottom(), area.right(), inner.bottom())
        if column == NAME:
            painter.drawLine(inner.topLeft(), inner.bottomLeft())
        if column == GRADIENT:
            painter.drawLine(inner.topRight(), inner.bottomRight())


def _is_own(event: QKeyEvent) -> bool:
    if event.matches(QKeySequence.StandardKey.SelectAll):
        return True
    modifiers = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
    if event.key() == Qt.Key.Key_Escape:
        return not modifiers
    return event.key() in _MOVING and not modifiers & ~_SHIFT
