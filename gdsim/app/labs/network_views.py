"""The widgets that show a run in the network lab."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtWidgets import QWidget

from gdsim.app import theme
from gdsim.app.actions import Actions
from gdsim.app.labs.lab import Coloured, stacked
from gdsim.app.panels.data_panel import DataPanel
from gdsim.app.panels.network_panel import NetworkPanel
from gdsim.app.panels.optimizer_panel import OptimizerPanel
from gdsim.app.panels.runs_panel import RunsPanel
from gdsim.app.panels.transport import TimelineBar, Transport
from gdsim.app.panels.verbs_bar import VerbsBar
from gdsim.app.widgets.chart import Chart
from gdsim.app.widgets.decision_map import DecisionMap
from gdsim.app.widgets.histogram_view import HistogramView
from gdsim.app.widgets.message_label import MessageLabel
from gdsim.app.widgets.network_diagram import NetworkDiagram
from gdsim.app.widgets.tensor_tables import TensorTables
from gdsim.app.widgets.unit_view import UnitView
from gdsim.i18n import tr


@dataclass(frozen=True, eq=False)
class NetworkViews:
    """The widgets of the lab; `note` speaks of the run."""

    data: DataPanel
    network: NetworkPanel
    optimizer: OptimizerPanel
    transport: Transport
    verbs: VerbsBar
    timeline: TimelineBar
    diagram: NetworkDiagram
    tensors: TensorTables
    loss: Chart
    accuracy: Chart
    gradient: Chart
    ratio: Chart
    histograms: HistogramView
    unit: UnitView
    decision: DecisionMap
    runs: RunsPanel
    note: MessageLabel

    def charts(self) -> tuple[Chart, ...]:
        """Return the charts of what a run records."""
        return (self.loss, self.accuracy, self.gradient, self.ratio)

    def coloured(self) -> list[Coloured]:
        """Return the views that take their colours from the theme."""
        return [
            *self.charts(),
            self.diagram,
            self.tensors,
            self.histograms,
            self.unit,
            self.decision,
            self.optimizer,
            self.runs,
        ]

    def curves(self) -> QWidget:
        """Return loss and accuracy, one below the other."""
        return stacked(self.loss, self.accuracy)

    def norms(self) -> QWidget:
        """Return what is recorded of each layer, one below the other."""
        return stacked(self.gradient, self.ratio)


def build_views(actions: Actions) -> NetworkViews:
    """Make the widgets."""
    views = NetworkViews(
        data=DataPanel(),
        network=NetworkPanel(),
        optimizer=OptimizerPanel(),
        transport=Transport(actions, ("export_image",)),
        verbs=VerbsBar(actions),
        timeline=TimelineBar(),
        diagram=NetworkDiagram(),
        tensors=TensorTables(),
        loss=Chart("loss_chart", tr("Loss"), "", "move"),
        accuracy=Chart("accuracy_chart", tr("Accuracy"), "", "move", decimals=4),
        gradient=Chart("gradient_chart", tr("Gradient norm"), "", "gradient"),
        ratio=Chart("ratio_chart", tr("Update to weight"), "", "velocity"),
        histograms=HistogramView(),
        unit=UnitView(),
        decision=DecisionMap(),
        runs=RunsPanel(),
        note=MessageLabel("run_note"),
    )
    views.runs.set_has_starts(False)
    views.loss.log = views.accuracy.log = False
    views.note.setContentsMargins(theme.GRID, theme.GRID // 2, theme.GRID, theme.GRID // 2)
    return views
