"""What torch would say of each tensor of a program: the rows of a table."""

from __future__ import annotations

import math
from dataclasses import dataclass

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt

from gdsim.formula.tree import to_text
from gdsim.i18n import tr
from gdsim.problems.graph import GraphNode
from gdsim.simulation.by_hand import show
from gdsim.simulation.lines import BLANK
from gdsim.simulation.walk import State, Walk

Index = QModelIndex | QPersistentModelIndex
_NOWHERE = QModelIndex()

NAME, VALUE, GRAD, GRADIENT, REQUIRES_GRAD, IS_LEAF, GRAD_FN = range(7)
NUMBERS = (VALUE, GRAD, GRADIENT)
"""The columns of numbers."""

_RIGHT, _LEFT, _MIDDLE = Qt.AlignmentFlag.AlignRight, Qt.AlignmentFlag.AlignLeft, Qt.AlignmentFlag.AlignHCenter
ALIGNMENT = tuple(
    side | Qt.AlignmentFlag.AlignVCenter for side in (_LEFT, _RIGHT, _RIGHT, _RIGHT, _MIDDLE, _MIDDLE, _LEFT)
)
"""Of each column."""


@dataclass(frozen=True)
class Cell:
    """One cell.

    Attributes
    ----------
    text
        What is written.
    colour
        Attribute of `Theme` that gives its colour.
    tip
        One sentence, or the number to its last digit.
    plain
        What is copied.
    """

    text: str
    colour: str = "text"
    tip: str = ""
    plain: str = ""


class RulesModel(QAbstractTableModel):
    """One row a tensor: the leaves, and the others in the order in which they are computed.

    Attributes
    ----------
    state
        What is shown, None before there is anything.
    current
        The row that the last step worked on, -1 for none.
    """

    def __init__(self) -> None:
        super().__init__()
        self.state: State | None = None
        self.current = -1
        self._walk: Walk | None = None
        self._digits = 4
        self._unnamed = False
        self._names: list[str] = []
        self._nodes: list[int] = []
        self._rows: dict[int, int] = {}
        self._cells: dict[tuple[int, int], Cell] = {}

    @property
    def has_unnamed(self) -> bool:
        """Whether there are tensors for which the program has no name."""
        return self._walk is not None and not all(node.named for node in self._walk.graph.nodes)

    def show(self, walk: Walk, state: State, digits: int) -> bool:
        """Show what is there after some steps of ``walk``; return whether there are other rows than before."""
        another = self._walk is None or walk.graph is not self._walk.graph
        if another:
            self.beginResetModel()
        self._walk, self.state, self._digits = walk, state, digits
        self._cells = {}
        if another:
            self._choose_rows()
        self._find_current()
        if another:
            self.endResetModel()
        elif self._nodes:
            self.dataChanged.emit(self.index(0, 0), self.index(len(self._nodes) - 1, GRAD_FN))
        return another

    def show_unnamed(self, on: bool) -> None:
        """Choose whether tensors without a name have rows."""
        self.beginResetModel()
        self._unnamed = on
        self._choose_rows()
        self._find_current()
        self.endResetModel()

    def node_at(self, row: int) -> int:
        """Return the index of the node of a row."""
        return self._nodes[row]

    def row_of(self, node: int) -> int:
        """Return the row of a node, -1 where it has none."""
        return self._rows.get(node, -1)

    def cell(self, row: int, column: int) -> Cell:
        """Return what is in a cell."""
        key = (row, column)
        if key not in self._cells:
            self._cells[key] = self._made(self._nodes[row], column)
        return self._cells[key]

    def texts(self, column: int) -> list[str]:
        """Return the texts of a column that does not hold numbers."""
        return [self.cell(row, column).text for row in range(len(self._nodes))]

    def titles(self) -> list[str]:
        """Return what stands above the columns."""
        result = self._walk.graph.program.result if self._walk else "result"
        return [
            tr("name"), tr("value"), ".grad", f"∂{result}/∂{tr('name')}", "requires_grad", "is_leaf", "grad_fn",
        ]  # fmt: skip

    def tsv(self, rows: list[int]) -> str:
        """Return rows with a tabulator between columns, each number to its last digit, below the titles."""
        lines = [self.titles(), *([self.cell(row, column).plain for column in range(7)] for row in rows)]
        return "\n".join("\t".join(line) for line in lines)

    def rowCount(self, parent: Index = _NOWHERE) -> int:
        """Return the number of rows."""
        return 0 if parent.isValid() else len(self._nodes)

    def columnCount(self, parent: Index = _NOWHERE) -> int:
        """Return the number of columns."""
        return 0 if parent.isValid() else 7

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Return text and tooltip of a cell."""
        if role == Qt.ItemDataRole.DisplayRole:
            return self.cell(index.row(), index.column()).text
        if role == Qt.ItemDataRole.ToolTipRole:
            return self.cell(index.row(), index.column()).tip
        return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Return a column's title and the rule of torch that it shows."""
        if orientation != Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return self.titles()[section]
        if role == Qt.ItemDataRole.ToolTipRole:
            return _rules()[section]
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return ALIGNMENT[section]
        return None

    def _choose_rows(self) -> None:
        self._cells, self._nodes, self._rows = {}, [], {}
        if self._walk is None:
            return
        graph = self._walk.graph
        names = [[node.name] for node in graph.nodes]
        for name, index in graph.aliases:
            names[index].append(name)
        self._names = [", ".join(each) for each in names]
        self._nodes = [node.index for node in graph.nodes if node.named or self._unnamed]
        self._rows = {node: row for row, node in enumerate(self._nodes)}

    def _find_current(self) -> None:
        step = self.state.step if self.state else None
        self.current = -1 if step is None or step.node is None else self.row_of(step.node)

    def _made(self, index: int, column: int) -> Cell:
        assert self._walk is not None and self.state is not None
        node = self._walk.graph.nodes[index]
        there = self.state.values[index] is not None
        if column == NAME:
            name = self._names[index]
            tip = tr("A leaf of the program.") if node.is_input else f"{node.name} = {to_text(node.expression)}"
            return Cell(name, "start" if node.is_input else "text" if there else "muted", tip, name)
        if column == VALUE:
            return self._number(self.state.values[index], "text", tr("Forward has not computed it yet."))
        if column == GRAD:
            return self._grad(node)
        if column == GRADIENT:
            return self._number(self.state.gradients[index], "gradient", _why_no_gradient(node))
        fact = {
            IS_LEAF: str(node.is_leaf),
            REQUIRES_GRAD: str(node.requires_grad),
            GRAD_FN: f"<{node.grad_fn}>" if node.grad_fn else "None",
        }[column]
        return Cell(fact, "text" if there and fact != "None" else "muted", "" if there else _not_yet(), fact)

    def _grad(self, node: GraphNode) -> Cell:
        """Return the cell of ``.grad``, which says how many backward calls are added up in it."""
        assert self.state is not None
        if not node.is_leaf:
            tip = tr("torch keeps .grad only of leaves; the gradient that flows through is shown in the next column.")
            return Cell("None", "muted", tip, "None")
        if not node.requires_grad:
            return Cell("None", "muted", tr("It requires no gradient, so backward leaves .grad alone."), "None")
        grad, count = self.state.grad[node.index], self.state.counts[node.index]
        if grad is None:
            return Cell("None", "muted", tr("No backward call has filled it yet."), "None")
        cell = self._number(grad, "gradient", "")
        if count < 2:
            return cell
        tip = tr("{value} ({count} backward calls added)", value=cell.tip, count=count)
        return Cell(f"{count}× {cell.text}", cell.colour, tip, cell.plain)

    def _number(self, value: float | None, colour: str, missing: str) -> Cell:
        """Return the cell of a number, or of its absence."""
        if value is None:
            return Cell(BLANK.text, "muted", missing, "")
        exact = repr(value)
        return Cell(show(value, self._digits).text, colour if math.isfinite(value) else "error", exact, exact)


def _not_yet() -> str:
    return tr("The tensor is made when forward computes it.")


def _why_no_gradient(node: GraphNode) -> str:
    if node.requires_grad:
        return tr("No backward call has come here yet.")
    return tr("It requires no gradient, so none flows back to it.")


def _rules() -> list[str]:
    return [
        tr("What the program calls the tensor; those without a name are numbered in the order of their evaluation."),
        tr("The number that the tensor holds, in double precision."),
        tr("Only leaves that require a gradient have it: each backward call adds to it, and zero_grad makes it None."),
        tr(
            "The gradient that has flowed back to the tensor in this backward call; "
            "torch hands it on and forgets it, unless the tensor is told to retain_grad."
        ),
        tr("True for a leaf that was made so, and for all that is computed from one, unless detach cuts it off."),
        tr("True for a tensor that is given, and also for one computed without anything that requires a gradient."),
        tr("What torch calls the node that walks the tensor's operation back; None for a leaf."),
    ]
