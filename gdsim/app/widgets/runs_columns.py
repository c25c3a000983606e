"""How the columns of a race's table share its width."""

from __future__ import annotations

from PySide6.QtWidgets import QTableView

from gdsim.app.theme import GRID
from gdsim.app.widgets.runs_cells import MARK, RunCells
from gdsim.app.widgets.runs_model import (
    COLOUR,
    COLUMNS,
    DISTANCE,
    NAME,
    NUMBERS,
    OPTIMIZER,
    SHOWN,
    STATE,
    STEPS,
    RunsModel,
    titles,
)
from gdsim.i18n import tr

_BOX = 20
_LEAST_NAME, _LEAST_OPTIMIZER = 6 * GRID, 14 * GRID
_NAME_SHARE = 0.4
_LONGEST_STEP = "00000"
_USUAL = {STEPS: _LONGEST_STEP} | dict.fromkeys(set(NUMBERS) - {STEPS}, "0.000000")
"""A text that each column of numbers has room for from the start."""


class RunColumns:
    """The widths: columns of numbers only grow, so that nothing dances; name and optimizer share the rest.

    Where there is little, each run has two lines: the optimizer below its name, the step below its state.
    """

    def __init__(self, table: QTableView, runs: RunsModel, cells: RunCells) -> None:
        self._table, self._runs, self._cells = table, runs, cells
        self._longest = {column: len(text) for column, text in _USUAL.items()}
        self._widths = {column: self._first_width(column) for column in NUMBERS}

    def keep_up(self) -> None:
        """Make room for what the rows hold now, if they need more than before."""
        if self._has_outgrown() or self._table.isColumnHidden(DISTANCE) == self._runs.knows_distance():
            self.lay_out()

    def lay_out(self) -> None:
        """Share the table's width."""
        knows = self._runs.knows_distance()
        fixed = 2 * _BOX + sum(self._widths[each] for each in NUMBERS if each != STEPS and (each != DISTANCE or knows))
        compact = self._cells.compact = self._is_narrow(fixed)
        state = self._state_width(compact)
        rest = self._table.viewport().width() - fixed - state - (0 if compact else self._widths[STEPS])
        name = max(_LEAST_NAME, rest if compact else round(_NAME_SHARE * rest))
        widths = {COLOUR: _BOX, SHOWN: _BOX, **self._widths, NAME: name, OPTIMIZER: rest - name, STATE: state}
        hidden = {DISTANCE: not knows, OPTIMIZER: compact, STEPS: compact}
        for column in COLUMNS:
            self._table.setColumnHidden(column, hidden.get(column, False))
            if not hidden.get(column):
                self._table.setColumnWidth(column, widths[column])
        self._table.verticalHeader().setDefaultSectionSize(self._cells.row_height())

    def _is_narrow(self, fixed: int) -> bool:
        table = self._table
        # With or without a scroll bar, or its coming and going would change the look.
        room = table.width() - 2 * table.frameWidth() - table.verticalScrollBar().sizeHint().width()
        least = fixed + self._widths[STEPS] + self._state_width(False) + _LEAST_NAME + _LEAST_OPTIMIZER
        return room < least

    def _first_width(self, column: int) -> int:
        # A header has a margin of its own on both sides.
        title = self._table.horizontalHeader().fontMetrics().horizontalAdvance(titles()[column])
        return max(self._cells.width(_USUAL[column]), title + GRID + 1)

    def _has_outgrown(self) -> bool:
        wider = False
        for column in NUMBERS:
            for row in range(len(self._runs.rows)):
                text = self._runs.text(row, column)
                if len(text) > self._longest[column]:
                    self._longest[column] = len(text)
                    self._widths[column] = max(self._widths[column], self._cells.width(text))
                    wider = True
        return wider

    def _state_width(self, compact: bool) -> int:
        if not compact:
            return self._cells.width(tr("diverged at step {step}", step=_LONGEST_STEP)) + MARK + GRID
        words = (tr("running"), tr("converged"), tr("diverged"))
        below = self._cells.width(tr("at step {step}", step=_LONGEST_STEP), small=True)
        return max(below, *(self._cells.width(word) + MARK for word in words))
