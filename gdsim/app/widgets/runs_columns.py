"""How the columns of a race's table share its width."""

from __future__ import annotations

from PySide6.QtWidgets import QTableView

from gdsim.app.theme import GRID
from gdsim.app.widgets.runs_cells import MARK, RunCells
from gdsim.app.widgets.runs_model import (
    COLOUR,
    COLUMNS,
    DISTANCE,
    GRADIENT,
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

_BOX = 18
_LEAST_NAME, _LEAST_OPTIMIZER = 6 * GRID, 14 * GRID
_NAME_SHARE = 0.4
_LONGEST_STEP = "00000"
_USUAL = {False: "0.000000", True: "0.000"}
"""A text that each column of numbers has room for from the start, in a wide and in a narrow table."""

_ALIKE = str.maketrans(dict.fromkeys("123456789", "0"))
"""Digits have one width."""


class RunColumns:
    """The widths: columns of numbers only grow, so that nothing dances; name and optimizer share the rest.

    Where there is little, each run has two lines, optimizer and state below the others; where there is still less,
    the norm of the gradient is left out.
    """

    def __init__(self, table: QTableView, runs: RunsModel, cells: RunCells) -> None:
        self._table, self._runs, self._cells = table, runs, cells
        self._least_name = 0
        self._seen: set[tuple[bool, int, str]] = set()
        self._widths = {narrow: {each: self._first_width(narrow, each) for each in NUMBERS} for narrow in (False, True)}

    def keep_up(self) -> None:
        """Make room for what the rows hold now, if they need more than before."""
        least = max((self._cells.least_name(row) for row in range(len(self._runs.rows))), default=0)
        renamed, self._least_name = least != self._least_name, least
        knew = not self._table.isColumnHidden(DISTANCE)
        if self._has_outgrown() or renamed or knew != self._runs.knows_distance():
            self.lay_out()

    def lay_out(self) -> None:
        """Share the table's width."""
        narrow = self._is_narrow()
        self._runs.set_narrow(narrow)
        widths = {COLOUR: _BOX, SHOWN: _BOX, **self._widths[narrow], STATE: self._state_width()}
        hidden = self._left_out(narrow)
        rest = self._table.viewport().width() - sum(width for each, width in widths.items() if each not in hidden)
        name = max(_LEAST_NAME, rest if narrow else round(_NAME_SHARE * rest))
        widths |= {NAME: name, OPTIMIZER: rest - name}
        for column in COLUMNS:
            self._table.setColumnHidden(column, column in hidden)
            if column not in hidden:
                self._table.setColumnWidth(column, widths[column])
        self._table.verticalHeader().setDefaultSectionSize(self._cells.row_height())

    def _is_narrow(self) -> bool:
        hidden = self._left_out(False)
        numbers = sum(width for each, width in self._widths[False].items() if each not in hidden)
        return self._room() < 2 * _BOX + numbers + self._state_width() + _LEAST_NAME + _LEAST_OPTIMIZER

    def _left_out(self, narrow: bool) -> set[int]:
        hidden = set() if self._runs.knows_distance() else {DISTANCE}
        if narrow:
            hidden |= {OPTIMIZER, STEPS, STATE}
            numbers = sum(width for each, width in self._widths[True].items() if each not in hidden)
            if self._room() < 2 * _BOX + self._least_name + numbers:
                hidden.add(GRADIENT)
        return hidden

    def _room(self) -> int:
        table = self._table
        # With or without a scroll bar, or its coming and going would change the look.
        return table.width() - 2 * table.frameWidth() - table.verticalScrollBar().sizeHint().width()

    def _first_width(self, narrow: bool, column: int) -> int:
        # A header has a margin of its own on both sides.
        title = self._table.horizontalHeader().fontMetrics().horizontalAdvance(titles()[column])
        return max(self._cells.width(_LONGEST_STEP if column == STEPS else _USUAL[narrow]), title + GRID + 1)

    def _has_outgrown(self) -> bool:
        """Measure numbers of a shape that has not been seen, and tell whether there is one wider than its column."""
        wider = False
        for narrow, widths in self._widths.items():
            for column in NUMBERS:
                for row in range(len(self._runs.rows)):
                    shape = self._runs.text(row, column, narrow).translate(_ALIKE)
                    if (narrow, column, shape) not in self._seen:
                        self._seen.add((narrow, column, shape))
                        width = self._cells.width(shape)
                        wider |= width > widths[column]
                        widths[column] = max(widths[column], width)
        return wider

    def _state_width(self) -> int:
        return self._cells.width(tr("diverged at step {step}", step=_LONGEST_STEP)) + MARK + GRID
