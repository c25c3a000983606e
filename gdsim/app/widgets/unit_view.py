"""One unit's computation for one sample, typeset."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSignalBlocker, QSize, Qt, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QLabel, QSpinBox, QVBoxLayout, QWidget

from gdsim.app import theme as themes
from gdsim.app.theme import GRID, Theme
from gdsim.app.widgets.naming import named
from gdsim.app.widgets.number_field import tabular
from gdsim.app.widgets.polite import PoliteSpinBox
from gdsim.app.widgets.worksheet_view import WorksheetView
from gdsim.i18n import tr
from gdsim.problems.network import LayerValues, NetworkProblem
from gdsim.simulation.snapshot import Snapshot
from gdsim.simulation.unit_worksheet import unit_worksheet


class UnitView(QWidget):
    """Writes out how a unit comes to its output, for a sample that is chosen here.

    Signals
    -------
    sample_chosen(int)
        The user chose a sample; what the layers make of it is expected by `set_snapshot`.
    """

    sample_chosen = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("unit_view")
        self.setAccessibleName(tr("Computation of one unit"))
        self._snapshot: Snapshot | None = None
        self._problem: NetworkProblem | None = None
        self._values: Sequence[LayerValues] | None = None
        self._unit: tuple[int, int] | None = None
        self._stale = False
        self._sample = named(_sample_field(), "sample", tr("Sample"))
        self._sample.setToolTip(tr("Number of the sample that goes through the network, from 0."))
        self._sample.valueChanged.connect(self._chosen)
        self._class = named(QLabel(), "sample_class", tr("Class of the sample"))
        # A long name is cut rather than widening the view.
        self._class.setMinimumWidth(1)
        self._sheet = named(WorksheetView(), "unit_worksheet", tr("Computation of one unit"))
        digits = self._sheet.findChild(QSpinBox, "digits")
        assert digits is not None
        # The lab has another worksheet of its own.
        digits.setObjectName("unit_digits")
        self._lay_out()
        self.set_theme(themes.current())
        self._show_problem()
        self._refresh()

    def set_snapshot(self, snapshot: Snapshot | None, values: Sequence[LayerValues] | None = None) -> None:
        """Show a state of the run; a hidden view does so when it is shown again.

        Parameters
        ----------
        snapshot
            The state.
        values
            What each layer makes of the chosen sample there: `gdsim.problems.unit.sample_values`.
        """
        problem = snapshot.problem if snapshot is not None else None
        network = problem if isinstance(problem, NetworkProblem) else None
        changed = network is not self._problem
        self._snapshot, self._problem, self._values = snapshot, network, values
        if changed:
            self._unit = None
            self._show_problem()
        self._show_class()
        self._refresh()

    def set_unit(self, layer: int | None, unit: int = 0) -> None:
        """Choose the unit: its layer (0 is the first one that computes) and number; None for none."""
        chosen = None if layer is None else (layer, unit)
        changed, self._unit = chosen != self._unit, chosen
        self._refresh()
        if changed:
            self._sheet.show_top()

    @property
    def unit(self) -> tuple[int, int] | None:
        """Layer and number of the unit shown."""
        return self._unit

    @property
    def sample(self) -> int:
        """Number of the sample that is chosen."""
        return self._sample.value()

    def set_sample(self, sample: int) -> None:
        """Choose a sample without a signal."""
        with QSignalBlocker(self._sample):
            self._sample.setValue(sample)
        self._show_class()

    def set_theme(self, theme: Theme) -> None:
        """Take the colours of ``theme``."""
        self._sheet.set_theme(theme)

    def is_typeset(self) -> bool:
        """Whether what is on screen is what was asked for last."""
        return not self._stale and self._sheet.is_typeset()

    def plain_text(self) -> str:
        """Return what is written out as text, with the digits shown; empty while no unit is chosen."""
        return self._sheet.plain_text()

    def sizeHint(self) -> QSize:
        """Return a comfortable size."""
        return QSize(50 * GRID, 40 * GRID)

    def showEvent(self, event: QShowEvent) -> None:
        """Show what came while the view was hidden."""
        super().showEvent(event)
        if self._stale:
            self._refresh()

    def _lay_out(self) -> None:
        label = QLabel(tr("S&ample"))
        label.setBuddy(self._sample)
        self._sheet.put_left(label, self._sample, self._class)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._sheet)

    def _show_problem(self) -> None:
        """Allow the samples that there are."""
        with QSignalBlocker(self._sample):
            self._sample.setRange(0, len(self._problem.data) - 1 if self._problem is not None else 0)
        self._sample.setEnabled(self._problem is not None)

    def _show_class(self) -> None:
        text = ""
        if self._problem is not None:
            data = self._problem.data
            text = tr("class {name}", name=data.class_names[int(data.labels[self.sample])])
        if text != self._class.text():
            self._class.setText(text)
            self._class.setToolTip(text)

    def _chosen(self, sample: int) -> None:
        self._show_class()
        self.sample_chosen.emit(sample)

    def _refresh(self) -> None:
        self._stale = not self.isVisible()
        if self._stale:
            return
        if self._problem is None or self._snapshot is None:
            self._invite(tr("Choose data and layers: what a unit computes is written out here."))
        elif self._unit is None or self._values is None:
            self._invite(tr("Click a unit in the diagram: what it computes for this sample is written out here."))
        else:
            sheet = unit_worksheet(self._problem, self._snapshot.now.parameters, self._values, self.sample, *self._unit)
            self._sheet.set_content(sheet)

    def _invite(self, sentence: str) -> None:
        self._sheet.invitation = sentence
        self._sheet.set_content(None)


def _sample_field() -> PoliteSpinBox:
    field = PoliteSpinBox()
    field.setKeyboardTracking(False)
    field.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    field.setFont(tabular(field.font()))
    field.setMinimumWidth(field.fontMetrics().horizontalAdvance("000000") + 4 * GRID)
    return field
