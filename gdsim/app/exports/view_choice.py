"""Which views of a lab are drawn side by side."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from PySide6.QtCore import QSignalBlocker, Signal
from PySide6.QtWidgets import QCheckBox, QVBoxLayout, QWidget

from gdsim.app.panels.fields import Choice
from gdsim.app.theme import GRID
from gdsim.app.widgets.message_label import MessageLabel
from gdsim.app.widgets.naming import named
from gdsim.errors import InputError
from gdsim.export.views import VIEWS, lacking
from gdsim.i18n import tr
from gdsim.simulation.scenario import Scenario


class ViewChoice(QWidget):
    """A check box for each view of a lab; those that the scenario lacks are disabled, and say why.

    Parameters
    ----------
    kind
        What the names of its controls begin with.
    scenario
        What is drawn.
    """

    changed = Signal()

    def __init__(self, kind: str, scenario: Scenario) -> None:
        super().__init__()
        self.error = MessageLabel(f"{kind}_views_error")
        self.boxes: dict[str, QCheckBox] = {}
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GRID // 2)
        views = VIEWS[scenario.lab]
        for view in views:
            box = self.boxes[view.name] = named(QCheckBox(tr(view.label)), f"{kind}_view_{view.name}", tr(view.label))
            reason = _reason(scenario, view.name)
            box.setEnabled(not reason)
            box.setToolTip(reason or tr("Draw this view; several stand side by side."))
            box.toggled.connect(lambda _on: self.changed.emit())
            column.addWidget(box)
        column.addWidget(self.error)
        self._order = list(self.boxes)

    def names(self) -> tuple[str, ...]:
        """Return the chosen views in their order."""
        return tuple(name for name in self._order if self.boxes[name].isChecked())

    def show_names(self, names: Iterable[str]) -> None:
        """Choose views, in this order, without a signal; the first that there is where none can be."""
        wanted = [name for name in names if name in self.boxes and self.boxes[name].isEnabled()]
        wanted = wanted or [next(name for name, box in self.boxes.items() if box.isEnabled())]
        self._order = wanted + [name for name in self.boxes if name not in wanted]
        for name, box in self.boxes.items():
            with QSignalBlocker(box):
                box.setChecked(name in wanted)

    def check(self) -> bool:
        """Say so where no view is chosen; tell whether one is."""
        self.error.show_sentence("" if self.names() else tr("Choose at least one view."))
        return bool(self.names())


class TableChoice(Choice):
    """Asks whose numbers are shown by tables and histograms, where a network has several parameters.

    Parameters
    ----------
    kind
        What the names of its controls begin with.
    lab
        Whose parameters.
    """

    def __init__(self, kind: str, lab: Any) -> None:
        super().__init__()
        named(self, f"{kind}_parameter", tr("Tables of"))
        self.setToolTip(tr("The parameter whose numbers the tables and histograms show."))
        self._shown = ""
        if lab.name == "network" and lab.snapshot is not None:
            self._shown = lab.views.tensors.parameter
            for name in lab.snapshot.now.parameters:
                self.addItem(name, name)

    def show_parameter(self, name: str) -> None:
        """Choose a parameter; the one on screen where it is empty or unknown."""
        known = {self.itemData(index) for index in range(self.count())}
        self.show_choice(name if name in known else self._shown)

    def concerns(self, views: Iterable[str]) -> bool:
        """Tell whether one of these views shows a single parameter."""
        return self.count() > 0 and not {"tables", "histograms"}.isdisjoint(views)

    def parameter(self, views: Iterable[str]) -> str:
        """Return the parameter chosen, empty where none of these views shows one."""
        return self.choice() if self.concerns(views) else ""


def _reason(scenario: Scenario, name: str) -> str:
    try:
        return lacking(scenario, name)
    except InputError as error:  # its data cannot be read
        return str(error)
