"""A tensor as a table, for views and for assistive tools; formats a number only when it is asked for."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt, Signal

from gdsim.app.widgets.tensor_paint import Change, change_between, largest_of
from gdsim.app.widgets.tensor_text import NumberFormat, exact, parsed, place, place_text
from gdsim.errors import InputError
from gdsim.export.tensor_contents import as_table

Index = QModelIndex | QPersistentModelIndex
_NOTHING = np.empty((0, 0), np.float32)
_NOWHERE = QModelIndex()


class TensorModel(QAbstractTableModel):
    """Shows one array at a time and never copies or changes it.

    Parameters
    ----------
    editable
        Whether numbers can be entered. They are announced by `entered`; the array stays as it is.

    Attributes
    ----------
    label
        What the array is called in a tooltip: ``linear1.weight.grad``.
    array, table
        The array, and the same numbers as rows and columns; empty while there is none.
    before
        What `table` was when it was shown last, None where that is unknown.
    version
        Goes up whenever the numbers change.
    """

    entered = Signal(object, float)
    """Index tuple into the array, and the number."""
    refused = Signal(str)
    """Why what was entered cannot be used."""

    def __init__(self, editable: bool = False) -> None:
        super().__init__()
        self._editable = editable
        self._form = NumberFormat()
        self.label = ""
        self.array: NDArray[Any] | None = None
        self.table: NDArray[Any] = _NOTHING
        self.before: NDArray[Any] | None = None
        self.version = 0
        self._largest: float | None = None
        self._change: tuple[Change | None] | None = None

    def show(self, label: str, array: NDArray[Any] | None, before: NDArray[Any] | None = None) -> None:
        """Show ``array`` (0 to 2 dimensions; None: an empty table), and mark what changed since ``before``."""
        table = _NOTHING if array is None else as_table(array)
        earlier = before if array is not None and before is not None and before.shape == array.shape else None
        another = label != self.label or table.shape != self.table.shape
        if another:
            self.beginResetModel()
        self.label, self.array, self.table = label, array, table
        self.before = None if earlier is None else as_table(earlier)
        self.version += 1
        self._largest = self._change = None
        if another:
            self.endResetModel()
        elif table.size:
            self.dataChanged.emit(self.index(0, 0), self.index(table.shape[0] - 1, table.shape[1] - 1))

    def set_form(self, form: NumberFormat) -> None:
        """Choose how numbers are written."""
        self._form = form
        if self.table.size:
            self.dataChanged.emit(self.index(0, 0), self.index(self.table.shape[0] - 1, self.table.shape[1] - 1))

    def largest(self) -> float:
        """Return the largest finite absolute value: the end of the colour scale."""
        if self._largest is None:
            self._largest = largest_of(self.table)
        return self._largest

    def change(self) -> Change | None:
        """Return which changes are large ones, None where nothing changed or nothing is known."""
        if self.before is None:
            return None
        if self._change is None:
            self._change = (change_between(self.table, self.before),)
        return self._change[0]

    def place(self, row: int, column: int) -> tuple[int, ...]:
        """Return the index into the array of a cell."""
        return place(() if self.array is None else self.array.shape, row, column)

    def rowCount(self, parent: Index = _NOWHERE) -> int:
        """Return the number of rows."""
        return 0 if parent.isValid() else self.table.shape[0]

    def columnCount(self, parent: Index = _NOWHERE) -> int:
        """Return the number of columns."""
        return 0 if parent.isValid() else self.table.shape[1]

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Return the number as shown, to its last digit for editing, or as a sentence for a tooltip."""
        row, column = index.row(), index.column()
        if not (0 <= row < self.table.shape[0] and 0 <= column < self.table.shape[1]):
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return self._form.text(float(self.table[row, column]))
        if role == Qt.ItemDataRole.EditRole:
            return exact(self.table[row, column])
        if role == Qt.ItemDataRole.ToolTipRole:
            return f"{self.label}{place_text(self.place(row, column))} = {exact(self.table[row, column])}"
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Return the index of a row or column, from 0 as in torch."""
        return str(section) if role == Qt.ItemDataRole.DisplayRole else None

    def flags(self, index: Index) -> Qt.ItemFlag:
        """Return what can be done with a cell."""
        found = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemNeverHasChildren
        return found | Qt.ItemFlag.ItemIsEditable if self._editable else found

    def setData(self, index: Index, value: object, role: int = Qt.ItemDataRole.EditRole) -> bool:
        """Announce the number that ``value`` spells, or say why it cannot be used."""
        if not self._editable or role != Qt.ItemDataRole.EditRole or not index.isValid():
            return False
        try:
            number = parsed(str(value), self.table.dtype)
        except InputError as error:
            self.refused.emit(str(error))
            return False
        self.entered.emit(self.place(index.row(), index.column()), number)
        return True
