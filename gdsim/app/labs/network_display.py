"""Shows snapshots of a run in every view of the network lab."""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np
from PySide6.QtCore import QObject, Signal

from gdsim.app.background import Background
from gdsim.app.labs.network_views import NetworkViews
from gdsim.app.labs.race_pictures import all_stopped, race_series, race_steps, rows, told
from gdsim.app.labs.run_pictures import marks
from gdsim.app.labs.turns import Turns
from gdsim.app.theme import Theme
from gdsim.app.widgets.chart import Series
from gdsim.export.layer_colours import layer_colours
from gdsim.i18n import tr
from gdsim.problems.decision import DecisionGrid, decision_grid, grid_resolution
from gdsim.problems.network import LayerValues, NetworkProblem
from gdsim.problems.unit import sample_values
from gdsim.simulation.divergence import divergence_sentence
from gdsim.simulation.network_scenario import NetworkScenario
from gdsim.simulation.snapshot import Snapshot
from gdsim.simulation.standing import NETWORK_GOAL

HURRY_SECONDS = 0.08
"""Snapshots that follow each other faster than this are shown view by view, so that the window answers between."""

MAP_SECONDS = 0.5
"""The decision map is worked out no more often than this while a run plays."""


class NetworkDisplay(QObject):
    """Brings snapshots to the views; it decides nothing."""

    problem_changed = Signal()

    def __init__(
        self, views: NetworkViews, mapper: Background, saturated: Callable[[], bool], parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._views, self._mapper, self._saturated = views, mapper, saturated
        self.snapshot: Snapshot | None = None
        self._scenario: NetworkScenario | None = None
        self._problem: NetworkProblem | None = None
        self._values: tuple[Snapshot, int, list[LayerValues]] | None = None
        self._shown_at = 0.0
        self._mapped_at = 0.0
        self._cuts = 0
        self.turns = Turns(
            (
                self._show_bars, self._show_tables, self._show_diagram, self._show_curves, self._show_norms,
                self._show_histograms, self._show_unit, self._show_decision, self._show_runs,
            ),
            self,
        )  # fmt: skip
        mapper.done.connect(self._take_grid)

    def show_theme(self, theme: Theme) -> None:
        """Take the colours of another theme."""
        for view in self._views.coloured():
            view.set_theme(theme)

    def show_snapshot(self, snapshot: Snapshot, scenario: NetworkScenario) -> None:
        """Show a state of the run: at once everywhere, or view by view when states follow each other quickly."""
        before, self.snapshot, self._scenario = self.snapshot, snapshot, scenario
        views = self._views
        if before is None or told(before) != told(snapshot):
            views.optimizer.show_hyper(scenario.run[self._number].optimizer, snapshot.settings)
        if before is None or _is_cut(before, snapshot):
            self._cuts += 1
        if snapshot.problem is not self._problem and isinstance(snapshot.problem, NetworkProblem):
            self._show_problem(snapshot.problem, snapshot)
        self.turns.invalidate()
        now = time.monotonic()
        hurried, self._shown_at = now - self._shown_at < HURRY_SECONDS, now
        if not hurried and not (snapshot.playing and self._saturated()):
            self.turns.all()
        elif before is not None and before.playing != snapshot.playing:
            self._show_bars()

    def catch_up(self) -> None:
        """Bring the view whose turn it is up to date, unless it is the training's time."""
        if self.snapshot is None:
            self.turns.forget()
        elif not (self.snapshot.playing and self._saturated() and self.turns.resting):
            self.turns.next()

    def show_sample(self) -> None:
        """Show what the network makes of another sample."""
        if self.snapshot is not None:
            self._show_diagram()
            self._show_unit()

    def close(self) -> None:
        """Leave no timer behind."""
        self.turns.stop()

    def _show_problem(self, problem: NetworkProblem, snapshot: Snapshot) -> None:
        self._problem = problem
        views, data = self._views, problem.data
        held_out = 0 if problem.held_out is None else len(problem.held_out)
        features, classes = data.features.shape[1], len(data.class_names)
        views.data.show_facts(len(data), held_out, features, classes)
        parameters = sum(value.size for value in snapshot.now.parameters.values())
        views.network.show_facts(parameters, classes, len(data))
        views.decision.set_data(data, problem.held_out)
        self._mapped_at = 0.0
        self.problem_changed.emit()

    def _show_bars(self) -> None:
        snapshot, views = self.snapshot, self._views
        assert snapshot is not None and self._scenario is not None
        why = self._why_stopped(snapshot)
        ahead = self._scenario.playback.steps if not all_stopped(snapshot) else 0
        step, recorded = race_steps(snapshot)
        last = max(recorded, ahead)
        views.timeline.timeline.set_extent(last)
        views.timeline.timeline.set_current(step)
        views.timeline.show_step(step, last, snapshot.phase)
        views.optimizer.show_step(step)
        views.timeline.show_marks(marks(snapshot), snapshot.diverged_at, why)
        views.transport.show_playing(snapshot.playing)
        views.verbs.show_state(snapshot)
        views.note.show_sentence(why)

    def _show_tables(self) -> None:
        assert self.snapshot is not None
        self._views.tensors.set_snapshot(self.snapshot)

    def _show_diagram(self) -> None:
        assert self.snapshot is not None
        self._views.diagram.set_snapshot(self.snapshot)
        if self._views.diagram.isVisible():
            self._views.diagram.set_sample(self._sample_values())

    def _show_unit(self) -> None:
        if self._views.unit.isVisible():
            self._views.unit.set_snapshot(self.snapshot, self._sample_values())

    def _show_curves(self) -> None:
        snapshot = self.snapshot
        assert snapshot is not None and self._scenario is not None
        if snapshot.race is not None and len(snapshot.race.runs) > 1:
            step, token = race_steps(snapshot)[0], (snapshot.run_id, self._cuts)
            for chart, name in ((self._views.loss, "loss"), (self._views.accuracy, "accuracy")):
                series = race_series(snapshot, self._scenario.run, name, chart.accessibleName(), "move")
                chart.set_series(series, step, None if any(one.sparse for one in series) else token)
            return
        held_out = "held_out_loss" in snapshot.columns
        for chart, name in ((self._views.loss, "loss"), (self._views.accuracy, "accuracy")):
            series = [Series(tr("training") if held_out else chart.accessibleName(), snapshot.column(name), "move")]
            if held_out:
                values = snapshot.column(f"held_out_{name}")
                series.append(Series(tr("held out"), values, "start", dashed=True, sparse=True))
            chart.set_series(series, snapshot.now.step, run=(snapshot.run_id, self._cuts))

    def show_looks(self, scenario: NetworkScenario) -> None:
        """Show other names, colours and runs, whose numbers stay as they are."""
        self._scenario = scenario
        if self.snapshot is not None:
            self._show_bars()
            self._show_curves()
            self._show_runs()

    @property
    def _number(self) -> int:
        """The run in focus."""
        return 0 if self.snapshot is None else self.snapshot.number

    def _show_runs(self) -> None:
        snapshot, scenario = self.snapshot, self._scenario
        if snapshot is not None and scenario is not None and self._views.runs.isVisible():
            shown = rows(snapshot, scenario.run, NETWORK_GOAL, scenario.playback.tolerance)
            self._views.runs.show_rows(shown, self._number)

    def _show_norms(self) -> None:
        snapshot = self.snapshot
        assert snapshot is not None
        for chart, prefix in ((self._views.gradient, "grad_norm:"), (self._views.ratio, "ratio:")):
            names = [column for column in snapshot.columns if column.startswith(prefix)]
            series = [
                Series(column.removeprefix(prefix), snapshot.column(column), colour, sparse=prefix == "ratio:")
                for column, colour in zip(names, layer_colours(len(names)), strict=True)
            ]
            chart.set_series(series, snapshot.now.step, run=(snapshot.run_id, self._cuts))

    def _show_histograms(self) -> None:
        assert self.snapshot is not None
        self._views.histograms.set_snapshot(self.snapshot)

    def _show_decision(self) -> None:
        snapshot, problem, view = self.snapshot, self._problem, self._views.decision
        ranges = view.ranges
        if snapshot is None or problem is None or ranges is None or not view.isVisible():
            return
        now = time.monotonic()
        if snapshot.playing and now - self._mapped_at < MAP_SECONDS:
            return
        self._mapped_at = now
        points, parameters = view.points, snapshot.now.parameters
        self._mapper.ask(
            lambda: decision_grid(
                problem.layers, parameters, *ranges, grid_resolution(problem.layers), problem.loss_name, points
            )
        )

    def _take_grid(self, grid: object) -> None:
        assert isinstance(grid, DecisionGrid)
        self._views.decision.set_grid(grid)

    def _sample_values(self) -> list[LayerValues] | None:
        """Return what the network shown makes of the chosen sample."""
        snapshot, problem = self.snapshot, self._problem
        if snapshot is None or problem is None:
            return None
        sample = min(self._views.unit.sample, len(problem.data) - 1)
        if self._values is None or self._values[0] is not snapshot or self._values[1] != sample:
            self._values = (snapshot, sample, sample_values(problem, snapshot.now.parameters, sample))
        return self._values[2]

    def _why_stopped(self, snapshot: Snapshot) -> str:
        if snapshot.diverged_at is None:
            return ""
        last = max(snapshot.diverged_at - 1, 0)
        hyper = {name: float(snapshot.column(name)[last]) for name in snapshot.now.hyper}
        return divergence_sentence(snapshot.diverged_at, hyper, None)


def _is_cut(before: Snapshot, after: Snapshot) -> bool:
    """Tell whether rows that were shown have been replaced since."""
    if before.number != after.number:
        return True
    if before.run_id != after.run_id or after.last_step < before.last_step:
        return True
    if before.events != after.events or before.changes != after.changes:
        return True
    return not np.array_equal(before.table[-1], after.table[before.last_step], equal_nan=True)
