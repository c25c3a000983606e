"""The table of a race's runs: how its rows are chosen, named, coloured and hidden."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QEvent, QPoint, QSize, Qt, Signal
from PySide6.QtGui import (
    QAction,
    QColor,
    QContextMenuEvent,
    QFocusEvent,
    QKeyEvent,
    QMouseEvent,
    QResizeEvent,
)
from PySide6.QtWidgets import (
    QAbstractItemDelegate,
    QAbstractItemView,
    QColorDialog,
    QHeaderView,
    QMenu,
    QTableView,
    QWidget,
)

from gdsim.app.panels.run_rows import RunRow
from gdsim.app.theme import GRID, Theme
from gdsim.app.way import COLOURS, run_colour
from gdsim.app.widgets.naming import named
from gdsim.app.widgets.number_field import tabular
from gdsim.app.widgets.runs_cells import PADDING, RunCells, swatch_icon
from gdsim.app.widgets.runs_columns import RunColumns
from gdsim.app.widgets.runs_model import COLOUR, NAME, SHOWN, Index, RunsModel
from gdsim.i18n import tr

_STOPS = (COLOUR, SHOWN, NAME)
"""What Tab comes to within a row."""

_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


class RunsTable(QTableView):
    """The table: Up and Down go through the runs, Tab through what can be set of one, other keys are the run's.

    All signals but `all_shown` begin with the row; they follow the person, never `show_rows`.
    """

    run_chosen = Signal(int)
    renamed = Signal(int, str)
    recoloured = Signal(int, str)
    hidden = Signal(int, bool)
    shown_only = Signal(int)
    all_shown = Signal()
    copied = Signal(int)
    removed = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        named(self, "runs_table", tr("Runs"))
        self._runs = RunsModel(self)
        self._focused = -1
        self._showing = False
        self._pressed: Index | None = None
        self.setFont(tabular(self.font()))
        self._cells = RunCells(self, self._runs)
        self.setItemDelegate(self._cells)
        self.setModel(self._runs)
        self._behave()
        self._columns = RunColumns(self, self._runs, self._cells)
        self._menu = named(QMenu(self), "run_menu", tr("Run"))
        self._add_actions()
        self._runs.renamed.connect(self.renamed)

    def show_rows(self, rows: Sequence[RunRow], focused: int) -> None:
        """Show ``rows``, of which ``focused`` is the one whose numbers the other panels show."""
        self._showing = True
        self._focused = focused
        self._runs.show(rows)
        self._columns.keep_up()
        self._choose()
        self._showing = False
        self._actions["remove_run"].setEnabled(len(rows) > 1)
        self._actions["show_all_runs"].setEnabled(any(row.hidden for row in rows))

    @property
    def focused(self) -> int:
        """The row whose numbers the other panels show; -1 before there is any."""
        return self._focused

    def set_theme(self, theme: Theme) -> None:
        """Take the colours of ``theme``."""
        self._cells.set_theme(theme)
        self.viewport().update()

    def minimumSizeHint(self) -> QSize:
        """Return room for two runs."""
        return QSize(30 * GRID, self.horizontalHeader().sizeHint().height() + 2 * self._cells.row_height() + 2)

    def event(self, event: QEvent) -> bool:
        """Claim the few keys that are for the table before the window's shortcuts do."""
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            event.setAccepted(self._is_own(event))
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Go to another run or act on what the keys are at; leave other keys to the run."""
        if self.state() == QAbstractItemView.State.EditingState:
            event.accept()
        elif not self._is_own(event):
            event.ignore()
        elif event.key() == Qt.Key.Key_Escape:
            self.clearFocus()
        elif event.key() in (*_ENTER, Qt.Key.Key_Space):
            self._act(self._cells.stop)
        else:
            super().keyPressEvent(event)

    def focusNextPrevChild(self, forward: bool) -> bool:
        """Let Tab go through what can be set of a run, and then on."""
        at = _STOPS.index(self._cells.stop) + (1 if forward else -1)
        if not 0 <= at < len(_STOPS):
            return super().focusNextPrevChild(forward)
        self._stop_at(_STOPS[at])
        return True

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Begin where Tab comes from; a click leaves Space to the run."""
        super().focusInEvent(event)
        reason = event.reason()
        if reason not in (Qt.FocusReason.PopupFocusReason, Qt.FocusReason.ActiveWindowFocusReason):
            self._stop_at(COLOUR if reason == Qt.FocusReason.TabFocusReason else NAME)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Press a swatch or a box, which chooses no other run, or choose a run."""
        self._pressed = self._button_at(event) if event.button() == Qt.MouseButton.LeftButton else None
        if self._pressed is None:
            super().mousePressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Choose no runs by dragging away from a swatch or a box."""
        if self._pressed is None:
            super().mouseMoveEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Act on the swatch or box that was pressed, if the mouse is still there."""
        pressed, self._pressed = self._pressed, None
        if pressed is None:
            super().mouseReleaseEvent(event)
        elif self._button_at(event) == pressed:
            self._act(pressed.column(), pressed.row())

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Rename a run, or press a swatch or box once more."""
        if self._button_at(event) is not None:
            self.mousePressEvent(event)
        else:
            super().mouseDoubleClickEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Open the menu of the current run."""
        place = event.globalPos()
        if event.reason() == QContextMenuEvent.Reason.Keyboard:
            place = self._below(self._focused, NAME)
        if self._focused >= 0:
            self._menu.popup(place)

    def currentChanged(self, current: Index, previous: Index) -> None:
        """Say which run was chosen."""
        super().currentChanged(current, previous)
        # Qt repaints the two cells, and the whole rows look different.
        self.viewport().update()
        if current.isValid() and not self._showing and current.row() != self._focused:
            self._focused = current.row()
            self.run_chosen.emit(self._focused)

    def closeEditor(self, editor: QWidget, hint: QAbstractItemDelegate.EndEditHint) -> None:
        """Close the field, go to no other cell, and choose what `show_rows` asked for meanwhile."""
        super().closeEditor(editor, QAbstractItemDelegate.EndEditHint.NoHint)
        self._showing = True
        self._choose()
        self._showing = False

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Share the width among the columns."""
        super().resizeEvent(event)
        self._columns.lay_out()

    def _behave(self) -> None:
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setEditTriggers(QAbstractItemView.EditTrigger.DoubleClicked)
        self.setTabKeyNavigation(False)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.verticalHeader().hide()
        self.verticalHeader().setMinimumSectionSize(1)
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        across = self.horizontalHeader()
        across.setMinimumSectionSize(1)
        across.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        across.setHighlightSections(False)
        across.setSectionsClickable(False)

    def _add_actions(self) -> None:
        self._actions: dict[str, QAction] = {}
        slots: tuple[tuple[str, str, str, Callable[[], object]], ...] = (
            ("rename_run", tr("Rename"), "F2", lambda: self._act(NAME)),
            ("copy_run", tr("Copy"), "Ctrl+D", lambda: self.copied.emit(self._focused)),
            ("show_only_run", tr("Show only this"), "", lambda: self.shown_only.emit(self._focused)),
            ("show_all_runs", tr("Show all"), "", self.all_shown.emit),
            ("remove_run", tr("Remove"), "Del", lambda: self.removed.emit(self._focused)),
        )
        for name, text, keys, slot in slots:
            action = QAction(text, self)
            action.setObjectName(name)
            action.setShortcut(keys)
            action.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
            action.triggered.connect(lambda _checked=False, slot=slot: slot() if self._focused >= 0 else None)
            self._actions[name] = action
            self.addAction(action)
            self._menu.addAction(action)

    def _button_at(self, event: QMouseEvent) -> Index | None:
        """Return the cell of the swatch or box under the mouse, if it is over one."""
        place = event.position().toPoint()
        at = self.indexAt(place)
        below = self._cells.in_second_line(self.visualRect(at), place.y())
        return at if at.column() in (COLOUR, SHOWN) and not below else None

    def _choose(self) -> None:
        """Go to the focused run, unless a name is being typed, which it would end."""
        if self.state() != QAbstractItemView.State.EditingState and self.currentIndex().row() != self._focused:
            self.setCurrentIndex(self._runs.index(self._focused, NAME))

    def _act(self, column: int, row: int = -1) -> None:
        """Do what a click on a cell that can be set does, by default in the current row."""
        row = self._focused if row < 0 else row
        if not 0 <= row < len(self._runs.rows):
            return
        if column == COLOUR:
            self._offer_colours(row)
        elif column == SHOWN:
            self.hidden.emit(row, not self._runs.rows[row].hidden)
        else:
            self.edit(self._runs.index(row, NAME))

    def _offer_colours(self, row: int) -> None:
        run = self._runs.rows[row]
        menu = named(QMenu(self), "run_colours", tr("Colour of {run}", run=run.label))
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for colour, name in zip(COLOURS, _colour_names(), strict=True):
            action = menu.addAction(swatch_icon(colour), name)
            action.triggered.connect(lambda _checked=False, colour=colour: self.recoloured.emit(row, colour))
        menu.addSeparator()
        default = menu.addAction(swatch_icon(run_colour(row)), tr("Default colour"))
        default.triggered.connect(lambda _checked=False: self.recoloured.emit(row, ""))
        menu.addAction(tr("Other...")).triggered.connect(lambda _checked=False: self._ask_colour(row))
        menu.popup(self._below(row, COLOUR))

    def _ask_colour(self, row: int) -> None:
        run = self._runs.rows[row]
        dialog = named(QColorDialog(QColor(run.colour), self), "run_colour")
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setWindowTitle(tr("Colour of {run}", run=run.label))
        dialog.colorSelected.connect(lambda colour: self.recoloured.emit(row, colour.name()))
        dialog.open()

    def _below(self, row: int, column: int) -> QPoint:
        corner = self.visualRect(self._runs.index(row, column)).bottomLeft()
        return self.viewport().mapToGlobal(corner + QPoint(PADDING, 1))

    def _stop_at(self, column: int) -> None:
        self._cells.stop = column
        self.viewport().update()

    def _is_own(self, event: QKeyEvent) -> bool:
        if event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier:
            return False
        if event.key() == Qt.Key.Key_Space:
            return self._cells.stop != NAME
        return event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_Escape, *_ENTER)


def _colour_names() -> tuple[str, ...]:
    """Return the names of `COLOURS`, in their order."""
    return (
        tr("Indigo"), tr("Rose"), tr("Green"), tr("Purple"), tr("Cyan"), tr("Wine"), tr("Teal"), tr("Olive"),
        tr("Black"), tr("Magenta"), tr("Brown"), tr("Grey"), tr("Violet"), tr("Moss"), tr("Salmon"), tr("Slate"),
        tr("Ochre"), tr("Umber"),
    )  # fmt: skip
