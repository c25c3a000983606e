"""The tensors of a program by torch's rules: which are leaves, their grad_fn, and what ends up in .grad."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QSize, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from gdsim.app import theme as themes
from gdsim.app.theme import GRID, Theme
from gdsim.app.widgets.naming import named
from gdsim.app.widgets.switch import Switch
from gdsim.app.widgets.tensor_rules_model import RulesModel
from gdsim.app.widgets.tensor_rules_table import RulesTable
from gdsim.i18n import tr
from gdsim.simulation.walk import State, Walk


class TensorRules(QWidget):
    """Shows every tensor with a name, or every one."""

    node_chosen = Signal(int)
    """Index of the node whose row the person has chosen."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        named(self, "tensor_rules", tr("Tensors"))
        self._model = RulesModel()
        self._model.setParent(self)
        self._digits = -1
        self._chosen: int | None = None
        self._table = RulesTable(self._model)
        self.unnamed = named(Switch(tr("Unnamed too")), "show_unnamed", tr("Show tensors without a name too"))
        self.unnamed.setToolTip(tr("Show also the tensors for which the program has no name: v1, v2 and so on."))
        self.unnamed.toggled.connect(self._show_unnamed)
        above = QHBoxLayout()
        above.setContentsMargins(GRID, GRID // 2, GRID, 0)
        above.addWidget(self.unnamed)
        above.addStretch(1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(GRID // 2)
        layout.addLayout(above)
        layout.addWidget(self._table, 1)
        self._table.row_chosen.connect(self._choose)
        self.set_theme(themes.current())

    def show_state(self, walk: Walk, state: State, digits: int = 4) -> None:
        """Show what is there after some steps of ``walk``, numbers with ``digits`` decimals."""
        before = self._model.state.step if self._model.state else None
        another = self._model.show(walk, state, digits)
        if another or digits != self._digits:
            self._digits = digits
            self._table.fit_columns(digits)
        if another:
            self.unnamed.setEnabled(self._model.has_unnamed)
            chosen = self._chosen
            self.select_node(chosen if chosen is not None and chosen < len(walk.graph.nodes) else None)
        if another or before != state.step:
            self._table.bring_into_view(self._model.current)

    def select_node(self, index: int | None) -> None:
        """Mark the row of a node, if it has one; None for no row."""
        self._chosen = index
        self._table.choose(-1 if index is None else self._model.row_of(index))

    def set_theme(self, theme: Theme) -> None:
        """Take the colours of ``theme``."""
        self._table.set_theme(theme)

    def sizeHint(self) -> QSize:
        """Return a comfortable size."""
        return QSize(72 * GRID, 34 * GRID)

    def changeEvent(self, event: QEvent) -> None:
        """Follow the palette from light to dark and back."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "_table"):
            self.set_theme(themes.current())

    def _show_unnamed(self, on: bool) -> None:
        self._model.show_unnamed(on)
        self._table.fit_columns(self._digits)
        self.select_node(self._chosen)
        self._table.bring_into_view(self._model.current)

    def _choose(self, row: int) -> None:
        self._chosen = self._model.node_at(row)
        self.node_chosen.emit(self._chosen)
