"""The live tables of one parameter: weight, gradient, the rule's state and the last update, side by side."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut, QShowEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from gdsim.app import theme
from gdsim.app.theme import GRID, Theme
from gdsim.app.widgets.message_label import MessageLabel
from gdsim.app.widgets.naming import named
from gdsim.app.widgets.switch import Switch
from gdsim.app.widgets.tensor_controls import TensorControls
from gdsim.app.widgets.tensor_grid import Look
from gdsim.app.widgets.tensor_panel import TensorPanel, TensorRow
from gdsim.export.tensor_contents import Arrays, Content, arrays_of, contents_of, title_of
from gdsim.i18n import tr
from gdsim.simulation.snapshot import Snapshot

_MOST_REMEMBERED = 2_000_000
"""Numbers of a network whose every tensor is remembered from one refresh to the next, 8 MB a table."""


class TensorTables(QWidget):
    """Shows the tensors of one chosen parameter and lets its numbers be edited.

    Nothing is done while it is hidden; it catches up when it is shown.
    """

    parameter_chosen = Signal(str)
    """Another parameter is shown."""
    edited = Signal(str, object, float)
    """Parameter, index tuple and number that the user entered; the next snapshot will show it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        named(self, "tensor_tables", tr("Tables of weights and gradients"))
        self._theme = theme.current()
        self._snapshot: Snapshot | None = None
        self._shown: Snapshot | None = None
        self._behind = False
        self._wanted = ""
        self._parameter = ""
        self._shapes: dict[str, tuple[int, ...]] = {}
        self._last: Arrays = {}
        self._before: Arrays = {}
        self._panels: dict[str, TensorPanel] = {}
        self._controls = TensorControls()
        self._row = TensorRow()
        self._error = MessageLabel("tensor_error")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(GRID, GRID // 2, GRID, GRID // 2)
        layout.setSpacing(GRID // 2)
        layout.addWidget(self._controls)
        layout.addWidget(self._row, 1)
        layout.addWidget(self._error)
        self._controls.chosen.connect(self.choose)
        self._controls.changed.connect(self._restyle)
        for key, by in (("Alt+Up", -1), ("Alt+Down", 1)):
            shortcut = QShortcut(QKeySequence(key), self)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(lambda by=by: self._controls.next_parameter(by))

    @property
    def parameter(self) -> str:
        """Name of the parameter that is shown, empty before the first snapshot."""
        return self._parameter

    def choose(self, name: str) -> None:
        """Show parameter ``name``, now or as soon as a run has one of this name."""
        self._wanted = name
        if self._shown is None or name == self._parameter or name not in self._shapes:
            return
        self._error.show_sentence("")
        self._take(name)
        self._behind = True
        if self.isVisible():
            self._catch_up()

    def set_snapshot(self, snapshot: Snapshot) -> None:
        """Show ``snapshot``, at once or when the tables are next visible."""
        self._snapshot = snapshot
        if self.isVisible():
            self._catch_up()

    def set_theme(self, colours: Theme) -> None:
        """Take the colours of the theme."""
        self._theme = colours
        self._error.refresh_colour()
        self._restyle()

    def digits(self) -> int:
        """Return the number of decimals."""
        return self._controls.digits.value()

    def set_digits(self, digits: int) -> None:
        """Choose the number of decimals, 0 to 9."""
        self._controls.digits.setValue(digits)

    def save_state(self) -> dict[str, object]:
        """Return the choices worth remembering."""
        return {"digits": self.digits(), **{name: box.isChecked() for name, box in self._toggles().items()}}

    def restore_state(self, state: dict[str, object]) -> None:
        """Take remembered choices; what is missing or makes no sense stays as it is."""
        digits = state.get("digits")
        if isinstance(digits, int) and not isinstance(digits, bool):
            self.set_digits(digits)
        for name, box in self._toggles().items():
            chosen = state.get(name)
            if isinstance(chosen, bool):
                box.setChecked(chosen)

    def showEvent(self, event: QShowEvent) -> None:
        """Catch up with what came while hidden."""
        super().showEvent(event)
        self._catch_up()

    def sizeHint(self) -> QSize:
        """Return a comfortable size: four tables side by side."""
        return QSize(120 * GRID, 36 * GRID)

    def _toggles(self) -> dict[str, Switch]:
        controls = self._controls
        return {"scientific": controls.scientific, "colours": controls.colours, "changes": controls.changes}

    def _catch_up(self) -> None:
        snapshot = self._snapshot
        if snapshot is None:
            return
        if snapshot is not self._shown:
            self._take_snapshot(snapshot)
        if self._behind:
            self._behind = False
            self._show_parameter(snapshot)

    def _take_snapshot(self, snapshot: Snapshot) -> None:
        """Make ``snapshot`` the one that is shown, and remember what was shown before."""
        parameters = snapshot.now.parameters
        same_run = self._shown is not None and self._shown.run_id == snapshot.run_id
        self._offer({name: array.shape for name, array in parameters.items()})
        self._before = self._last if same_run else {}
        small = sum(array.size for array in parameters.values()) <= _MOST_REMEMBERED
        self._last = arrays_of(snapshot, list(parameters) if small else [self._parameter])
        self._shown = snapshot
        self._behind = True

    def _offer(self, shapes: dict[str, tuple[int, ...]]) -> None:
        """Let one choose among parameters of these ``shapes``, and show the one that was chosen before, if there is."""
        if shapes == self._shapes and list(shapes) == list(self._shapes):
            return
        self._shapes = shapes
        name = self._wanted if self._wanted in shapes else next(iter(shapes), "")
        self._take(name)

    def _take(self, name: str) -> None:
        self._controls.set_parameters({each: title_of(each, shape) for each, shape in self._shapes.items()}, name)
        if name != self._parameter:
            self._parameter = name
            self.parameter_chosen.emit(name)

    def _show_parameter(self, snapshot: Snapshot) -> None:
        """Bring the tables up to date."""
        name = self._parameter
        contents = contents_of(snapshot, name)
        if [content.table for content in contents] != list(self._panels):
            panels = {each.table: self._panels.get(each.table) or self._panel(each) for each in contents}
            self._row.set_panels(list(panels.values()))
            self._panels = panels
        for content in contents:
            self._panels[content.table].set_content(content, self._before.get((content.table, name)))

    def _panel(self, content: Content) -> TensorPanel:
        panel = TensorPanel(content, self._look())
        panel.grid.tensor.refused.connect(self._error.show_sentence)
        panel.grid.tensor.entered.connect(self._entered)
        if content.role != "parameter":
            panel.grid.doubleClicked.connect(self._refuse_edit)
        return panel

    def _look(self) -> Look:
        controls = self._controls
        return Look(self._theme, controls.form(), controls.colours.isChecked(), controls.changes.isChecked())

    def _restyle(self) -> None:
        for panel in self._panels.values():
            panel.set_look(self._look())

    def _refuse_edit(self) -> None:
        self._error.show_for_a_while(tr("Only the weights can be edited: double-click a number in the first table."))

    def _entered(self, index: object, value: float) -> None:
        self._error.show_sentence("")
        self.edited.emit(self._parameter, index, value)
