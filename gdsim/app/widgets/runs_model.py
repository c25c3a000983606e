"""The runs of a race as the rows of a table."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal

from gdsim.app.panels.run_rows import RunRow
from gdsim.app.widgets.chart_marks import shown
from gdsim.i18n import tr

Index = QModelIndex | QPersistentModelIndex
_NOWHERE = QModelIndex()

COLOUR, SHOWN, NAME, OPTIMIZER, LOSS, DISTANCE, GRADIENT, STEPS, STATE = COLUMNS = range(9)
NUMBERS = (LOSS, DISTANCE, GRADIENT, STEPS)
"""The columns of numbers."""

NOTHING = "\N{EN DASH}"
_DIGITS = (3, 4)
_SMALL = 1e-3

# Qt asks for these more often than for the texts.
_PLAIN = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemNeverHasChildren
_FLAGS = {NAME: _PLAIN | Qt.ItemFlag.ItemIsEditable, SHOWN: _PLAIN | Qt.ItemFlag.ItemIsUserCheckable}
_RIGHT, _LEFT = Qt.AlignmentFlag.AlignRight, Qt.AlignmentFlag.AlignLeft


class RunsModel(QAbstractTableModel):
    """One row a run.

    Attributes
    ----------
    rows
        What is shown.
    narrow
        Whether each run has two lines, in which numbers are short and the state has no column of its own.

    `renamed` carries row and name when a name has been typed; the model itself changes with `show` only.
    """

    renamed = Signal(int, str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.rows: tuple[RunRow, ...] = ()
        self.narrow = False
        self._texts: dict[bool, list[tuple[str, ...]]] = {False: [], True: []}

    def show(self, rows: Sequence[RunRow]) -> None:
        """Show ``rows``; rows that stay are never taken away, so that one can type in them meanwhile."""
        old, before, now = self.rows, len(self.rows), len(rows)
        if now < before:
            self.beginRemoveRows(_NOWHERE, now, before - 1)
        elif now > before:
            self.beginInsertRows(_NOWHERE, before, now - 1)
        self.rows = tuple(rows)
        self._texts = {narrow: [_texts(row, narrow) for row in rows] for narrow in (False, True)}
        if now < before:
            self.endRemoveRows()
        elif now > before:
            self.endInsertRows()
        stayed = min(before, now)
        if stayed:
            # While the race runs mostly numbers change, and painting costs more than comparing.
            alike = all(_words(a) == _words(b) for a, b in zip(old, rows, strict=False))
            self.dataChanged.emit(self.index(0, LOSS if alike else COLOUR), self.index(stayed - 1, STATE))

    def set_narrow(self, on: bool) -> None:
        """Say everything in the words of a narrow table, or not."""
        if on != self.narrow:
            self.narrow = on
            if self.rows:
                self.dataChanged.emit(self.index(0, LOSS), self.index(len(self.rows) - 1, STATE))

    def text(self, row: int, column: int, narrow: bool | None = None) -> str:
        """Return what a cell says, by default in the present table, else in a narrow or a wide one."""
        return self._texts[self.narrow if narrow is None else narrow][row][column]

    def knows_distance(self) -> bool:
        """Tell whether there is a distance to show."""
        return any(row.distance is not None for row in self.rows)

    def rowCount(self, parent: Index = _NOWHERE) -> int:
        """Return the number of runs."""
        return 0 if parent.isValid() else len(self.rows)

    def columnCount(self, parent: Index = _NOWHERE) -> int:
        """Return the number of columns."""
        return 0 if parent.isValid() else len(COLUMNS)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Return text, tooltip or mark of a cell."""
        row, column = self.rows[index.row()], index.column()
        if role == Qt.ItemDataRole.DisplayRole:
            return self.text(index.row(), column)
        if role == Qt.ItemDataRole.EditRole and column == NAME:
            return row.name
        if role == Qt.ItemDataRole.ToolTipRole:
            return _tip(row, column)
        if role == Qt.ItemDataRole.AccessibleTextRole and column in (COLOUR, SHOWN):
            return _spoken(row, column)
        if role == Qt.ItemDataRole.CheckStateRole and column == SHOWN:
            return Qt.CheckState.Unchecked if row.hidden else Qt.CheckState.Checked
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return alignment(column)
        return None

    def setData(self, index: Index, value: object, role: int = Qt.ItemDataRole.EditRole) -> bool:
        """Say which name was typed for which run."""
        if role != Qt.ItemDataRole.EditRole or index.column() != NAME:
            return False
        name = str(value).strip()
        if name != self.rows[index.row()].name:
            self.renamed.emit(index.row(), name)
        return True

    def flags(self, index: Index) -> Qt.ItemFlag:
        """Let names be edited and boxes be ticked."""
        return _FLAGS.get(index.column(), _PLAIN)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Return title, explanation and side of a column."""
        if orientation == Qt.Orientation.Vertical:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return titles()[section]
        if role == Qt.ItemDataRole.ToolTipRole:
            return _explanations()[section]
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return titles()[section] or _explanations()[section]
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return alignment(section)
        return None


def alignment(column: int) -> Qt.AlignmentFlag:
    """Return the side on which a column's texts stand."""
    return (_RIGHT if column in NUMBERS else _LEFT) | Qt.AlignmentFlag.AlignVCenter


def titles() -> tuple[str, ...]:
    """Return what stands above the columns, short enough for a narrow table."""
    return ("", "", tr("Name"), tr("Optimizer"), tr("Loss"), tr("Distance"), tr("|grad|"), tr("Steps"), tr("State"))


def state_text(row: RunRow, narrow: bool) -> str:
    """Return where a run stands; in a narrow table, which has no column of steps, with the step."""
    if row.state == "diverged" and row.stopped_at is not None:
        return tr("diverged at step {step}", step=row.stopped_at)
    if narrow and row.reached is not None:
        if row.state == "converged":
            return tr("converged at step {step}", step=row.reached)
        if row.state == "running":
            return tr("running; reached at step {step}", step=row.reached)
    return {"running": tr("running"), "converged": tr("converged"), "diverged": tr("diverged")}[row.state]


def number(value: float, digits: int) -> str:
    """Return ``value`` to so many digits in as little room as possible: ``0.1235``, ``1.235e-7``."""
    text = f"{value:.{digits - 1}e}" if 0 < abs(value) < _SMALL else shown(value, digits)
    mantissa, e, exponent = text.partition("e")
    mantissa = mantissa.replace("-", "\N{MINUS SIGN}")
    return f"{mantissa}e{int(exponent)}" if e else mantissa


def _short(value: float) -> str:
    """Return the shorter of ``value`` to three and to four digits: ``0.123`` and ``1.23e-7``, but ``1235``."""
    three, four = (number(value, digits) for digits in _DIGITS)
    return three if len(three) < len(four) else four


def _full(value: float) -> str:
    return number(value, max(_DIGITS))


def _words(row: RunRow) -> tuple[object, ...]:
    """Return what is shown of a run beside its numbers."""
    return row.name, row.label, row.optimizer, row.colour, row.hidden, row.state, row.reached, row.stopped_at


def _texts(row: RunRow, narrow: bool) -> tuple[str, ...]:
    written = _short if narrow else _full
    return (
        "",
        "",
        row.name or row.label,
        row.optimizer,
        written(row.loss),
        NOTHING if row.distance is None else written(row.distance),
        written(row.gradient_norm),
        NOTHING if row.reached is None else str(row.reached),
        state_text(row, narrow),
    )


def _tip(row: RunRow, column: int) -> str:
    if column == COLOUR:
        return tr("Click to choose the colour of {run}.", run=row.label)
    if column == SHOWN:
        return tr("Whether path and curves of {run} are drawn.", run=row.label)
    if column == NAME:
        return _row_tip(row)
    if column == OPTIMIZER:
        return row.optimizer
    if column == DISTANCE and row.distance is None:
        return tr("No minimum is known.")
    if column == STEPS:
        return _steps_tip(row)
    if column == STATE:
        return _state_tip(row)
    return repr({LOSS: row.loss, DISTANCE: row.distance, GRADIENT: row.gradient_norm}[column])


def _row_tip(row: RunRow) -> str:
    """Return all that is known of a run, a line each: a narrow table leaves some of it out."""
    lines = [
        tr("{run}: {optimizer}", run=row.label, optimizer=row.optimizer),
        tr("Loss: {value}", value=repr(row.loss)),
        tr("Norm of the gradient: {value}", value=repr(row.gradient_norm)),
        _state_tip(row),
    ]
    if row.distance is not None:
        lines.insert(2, tr("Distance: {value}", value=repr(row.distance)))
    if row.state != "converged" and row.reached is not None:
        lines.append(_steps_tip(row))
    return "\n".join(lines)


def _steps_tip(row: RunRow) -> str:
    if row.reached is None:
        return tr("The loss has not been within the tolerance yet.")
    return tr("The loss was within the tolerance first at step {step}.", step=row.reached)


def _state_tip(row: RunRow) -> str:
    if row.state == "converged":
        return _steps_tip(row)
    if row.state == "running":
        return tr("The run goes on; its loss is not within the tolerance.")
    if row.stopped_at is None:
        return tr("The run has left all bounds and stands still.")
    return tr("The run left all bounds at step {step} and stands still.", step=row.stopped_at)


def _spoken(row: RunRow, column: int) -> str:
    if column == COLOUR:
        return tr("Colour {colour}", colour=row.colour)
    return tr("hidden") if row.hidden else tr("shown")


def _explanations() -> tuple[str, ...]:
    return (
        tr("Colour of the run."),
        tr("Whether the run's path and curves are drawn."),
        tr(
            "Name of the run; double-click it or press F2 to rename the run. In a narrow table optimizer and state are "
            "below."
        ),
        tr("Update rule and hyper-parameters of the run."),
        tr("Loss of the run's present state."),
        tr("Distance from the run's present state to the nearest minimum, in the units of the parameters."),
        tr("Norm of the gradient at the run's present state."),
        tr("The first step at which the loss was within the tolerance."),
        tr("Whether the run goes on, has come within the tolerance, or has left all bounds; and at which step."),
    )
