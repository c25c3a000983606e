"""The network lab: a multilayer perceptron, trained step by step and verb by verb."""

from __future__ import annotations

import time
from collections.abc import Callable

from PySide6.QtCore import QSettings, Qt, QTimer
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QWidget

from gdsim.app import theme
from gdsim.app.actions import Actions
from gdsim.app.background import Background
from gdsim.app.exports.screen_pictures import side_by_side
from gdsim.app.labs.lab import Picture, stacked
from gdsim.app.labs.layout import Layout
from gdsim.app.labs.network_choices import NetworkChoices
from gdsim.app.labs.network_display import NetworkDisplay
from gdsim.app.labs.network_views import build_views
from gdsim.app.labs.run_lab import RunLab, computed
from gdsim.app.settings import switch, whole_number
from gdsim.app.training_thread import Verb
from gdsim.i18n import tr
from gdsim.simulation.network_scenario import NetworkScenario
from gdsim.simulation.snapshot import Snapshot

PATIENCE_SECONDS = 0.5
"""A run that takes longer than this to be set up is said to be on its way."""


class NetworkLab(RunLab[NetworkScenario]):
    """Wires the panels, the trainer and the views of one network.

    Parameters
    ----------
    scenario
        What to begin with.
    actions
        The program's actions, for the buttons.
    """

    name = "network"
    default_preset = "lecture-network"

    def __init__(self, scenario: NetworkScenario, actions: Actions, parent: QWidget | None = None) -> None:
        super().__init__(scenario, parent)
        self._actions = actions
        self.mapper = Background("decision map", self)
        self.reader = Background("reader", self)
        self._asked_at, self._told = 0.0, False
        self._build(actions)
        self.display = NetworkDisplay(self.views, self.mapper, lambda: self.trainer.saturated, self)
        self.choices = NetworkChoices(
            self.model,
            self.trainer,
            self.views,
            lambda: self.display.snapshot,
            self.reader,
            lambda sentence: self.show_message(sentence, error=False),
        )
        self._connect()
        self.slots = self._slots()
        self.show_theme()
        self._show_settings(scenario)
        self._go_to_drawn()

    @property
    def run_choices(self) -> NetworkChoices:
        """What happens when something is chosen that concerns the run."""
        return self.choices

    @property
    def snapshot(self) -> Snapshot | None:
        """What is shown of the run, None until it is set up."""
        return self.display.snapshot

    def open_scenario(self, scenario: NetworkScenario) -> None:
        """Begin anew with another scenario, unless its data cannot be had."""
        self.choices.open(scenario, lambda: self._begin_run(scenario), self.show_message)

    def pictures(self) -> dict[str, Picture]:
        """Return the diagram and, for data with two features, the decision map."""
        diagram, decision = self.views.diagram, self.views.decision
        result = {"diagram": Picture(tr("Diagram of the network"), ("diagram",), diagram.grab_image, diagram)}
        if decision.ranges is not None:
            result["decision"] = Picture(tr("Decision map"), ("decision",), decision.grab_image, decision)
            result["both"] = Picture(tr("Both, side by side"), ("diagram", "decision"), self._both)
        return result

    def worksheet_text(self) -> str:
        """Return the chosen unit's computation as text."""
        return self.views.unit.plain_text()

    def close_lab(self) -> None:
        """End the threads and timers."""
        super().close_lab()
        self.display.close()
        self.mapper.close()
        self.reader.close()

    def save_layout(self, settings: QSettings) -> None:
        """Remember docks and last choices."""
        super().save_layout(settings)
        for chart in self.views.charts():
            settings.setValue(f"network_lab/{chart.objectName()}_log", chart.log)
        for key, value in self.views.tensors.save_state().items():
            settings.setValue(f"network_lab/tensors_{key}", value)

    def restore_layout(self, settings: QSettings) -> None:
        """Take up docks and last choices again."""
        super().restore_layout(settings)
        for chart in self.views.charts():
            chart.log = switch(settings, f"network_lab/{chart.objectName()}_log", chart.log)
        remembered: dict[str, object] = {}
        for key, value in self.views.tensors.save_state().items():
            name = f"network_lab/tensors_{key}"
            if isinstance(value, bool):
                remembered[key] = switch(settings, name, value)
            elif isinstance(value, int):
                remembered[key] = whole_number(settings, name, value)
        self.views.tensors.restore_state(remembered)

    def show_theme(self) -> None:
        """Take the colours of the present theme."""
        self.display.show_theme(theme.current())

    def set_active(self, active: bool) -> None:
        """Start the thread when the lab is first brought on screen."""
        super().set_active(active)
        if active and not self._started:
            QTimer.singleShot(0, self, self._start)

    def _build(self, actions: Actions) -> None:
        self.views = views = build_views(actions)
        self.transport, self.preset = views.transport, views.data.preset
        self.setCentralWidget(stacked(self.message, views.diagram, views.note))
        self.addToolBar(Qt.ToolBarArea.TopToolBarArea, views.transport)
        self.addToolBarBreak(Qt.ToolBarArea.TopToolBarArea)
        self.addToolBar(Qt.ToolBarArea.TopToolBarArea, views.verbs)
        self.addToolBar(Qt.ToolBarArea.BottomToolBarArea, views.timeline)
        self.layout_of_docks = Layout(
            self,
            {"data": views.data, "network": views.network, "optimizer": views.optimizer},
            {"tensors": views.tensors},
            {
                "charts": views.curves(),
                "layers": views.norms(),
                "histograms": views.histograms,
                "unit": views.unit,
                "decision": views.decision,
                "runs": views.runs,
            },
            (1,),
            {"data": ("network",), "layers": ("histograms", "unit", "decision", "runs")},
        )

    def _connect(self) -> None:
        views, choices = self.views, self.choices
        self._connect_run(views.optimizer, views.timeline)
        self._connect_race(views.runs)
        views.data.chosen.connect(choices.data)
        views.network.chosen.connect(choices.network)
        for panel in (views.data, views.network):
            panel.settled.connect(self.model.end_gesture)
        self.preset.preset_chosen.connect(self.preset_chosen)
        views.tensors.edited.connect(choices.weight)
        views.diagram.unit_chosen.connect(self._show_unit)
        views.unit.sample_chosen.connect(lambda _: self.display.show_sample())
        for name in ("unit", "decision", "runs"):
            self.layout_of_docks.docks[name].visibilityChanged.connect(lambda _: self.display.turns.invalidate())
        self.model.changed.connect(self._apply)
        self.trainer.refused.connect(views.verbs.show_error)
        self.display.problem_changed.connect(self._offer_map)
        self.mapper.failed.connect(self.show_message)

    def _slots(self) -> dict[str, Callable[..., object]]:
        slots: dict[str, Callable[..., object]] = {
            "run_epochs": self._run_epochs,
            "zero_grad": lambda: self._do("zero_grad"),
            "forward": lambda: self._do("forward"),
            "backward": lambda: self._do("backward"),
            "update": lambda: self._do("update"),
            "keep_graph": lambda on: None,
        }
        return self._run_slots() | slots

    def _run_epochs(self) -> None:
        epochs = self.views.verbs.epochs
        assert epochs is not None
        self.choices.epochs(epochs.value())

    def _do(self, verb: Verb) -> None:
        self.views.verbs.show_error("")
        self.trainer.do(verb, self._actions["keep_graph"].isChecked())

    def _start(self) -> None:
        if self._started or self._closed:
            return
        self._start_run()

    def _apply(self, old: NetworkScenario, new: NetworkScenario) -> None:
        """Bring every view and the run from the old scenario to the new one."""
        self._show_settings(new)
        if not self._started:
            return
        if new.problem != old.problem:
            self._load(0, 0)
        elif computed(new) != computed(old):
            self._load(*self.choices.goal(), resume=True)
        elif (new.run, new.playback) != (old.run, old.playback):
            self.display.show_looks(new)

    def _show_settings(self, scenario: NetworkScenario) -> None:
        views = self.views
        views.data.show_scenario(scenario)
        self.preset.show_title(scenario.title)
        views.network.show_scenario(scenario)
        self._show_run(views.optimizer, views.runs)

    def _show_focus(self) -> None:
        """Show the settings of the run in focus."""
        self._show_run(self.views.optimizer, self.views.runs)

    def _load(self, current: int, last: int, dragged: bool = False, resume: bool = False) -> None:
        """Compute the run again from its start."""
        super()._load(current, last, dragged, resume)
        self.display.turns.forget()
        self._asked_at, self._told = time.monotonic(), False

    def _tell_waiting(self) -> None:
        """Say that a large network takes its time."""
        if not self._told and self.trainer.waiting and time.monotonic() - self._asked_at > PATIENCE_SECONDS:
            self._told = True
            self.message.show_sentence(tr("Setting up the network ..."), muted=True)
        elif self._told and not self.trainer.waiting:
            self._told = False
            self.message.show_sentence("")

    def _take_snapshot(self) -> None:
        self._tell_waiting()
        # All views show one snapshot before the next one is taken.
        snapshot = self.trainer.latest() if self.display.turns.done else None
        if snapshot is not None:
            self.choices.adopt(snapshot)
            self.display.show_snapshot(snapshot, self.model.scenario)
        self.display.catch_up()

    def _show_unit(self, layer: int, unit: int) -> None:
        """Bring the computation of a unit that was clicked to the front."""
        dock = self.layout_of_docks.docks["unit"]
        dock.show()
        dock.raise_()
        self.views.unit.set_unit(layer, unit)
        self.display.show_sample()

    def _offer_map(self) -> None:
        """Bring the decision map to the front where there can be one, and away from it where there cannot."""
        docks = self.layout_of_docks.docks
        if len(self.model.scenario.run) > 1:
            return  # then the table of the runs is in front
        if self.views.decision.ranges is not None:
            docks["decision"].raise_()
        elif self.views.decision.isVisible():
            docks["layers"].raise_()

    def _both(self, width: int, height: int, ground: str) -> QImage:
        return side_by_side(self.views.diagram, self.views.decision, width, height, ground)
