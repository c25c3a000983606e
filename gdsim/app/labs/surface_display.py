"""Shows snapshots of a run in every view of the surface lab."""

from __future__ import annotations

import time
from dataclasses import dataclass

import numpy as np

from gdsim.app.labs.run_pictures import arrows, marks, trajectory
from gdsim.app.panels.optimizer_panel import OptimizerPanel
from gdsim.app.panels.transport import TimelineBar, Transport
from gdsim.app.scene.surface_view import SurfaceView
from gdsim.app.theme import Theme
from gdsim.app.widgets.chart import Chart
from gdsim.app.widgets.contour_view import ContourView
from gdsim.app.widgets.message_label import MessageLabel
from gdsim.app.widgets.worksheet_view import WorksheetView
from gdsim.problems.analysis import Analysis
from gdsim.problems.mesh import Mesh
from gdsim.simulation.divergence import divergence_sentence
from gdsim.simulation.scenario import Scenario, View
from gdsim.simulation.snapshot import Snapshot
from gdsim.simulation.worksheet import surface_worksheet

_NO_POINTS = np.empty((0, 2))
SLOW_SECONDS = 0.1
"""While a run plays, what is read rather than watched (worksheet, charts) follows at this interval."""


@dataclass(frozen=True, eq=False)
class Views:
    """The widgets that show a run."""

    surface: SurfaceView | None
    contour: ContourView
    loss: Chart
    gradient: Chart
    worksheet: WorksheetView
    transport: Transport
    timeline: TimelineBar
    optimizer: OptimizerPanel
    note: MessageLabel

    def drawings(self) -> list[SurfaceView | ContourView]:
        """Return the views of the surface that there are."""
        return [self.contour] if self.surface is None else [self.surface, self.contour]

    def coloured(self) -> list[SurfaceView | ContourView | Chart | WorksheetView]:
        """Return the views that take their colours from the theme."""
        return [*self.drawings(), self.loss, self.gradient, self.worksheet]


class SurfaceDisplay:
    """Brings snapshot, analysis, mesh and style to the views; it decides nothing."""

    def __init__(self, views: Views) -> None:
        self._views = views
        self.snapshot: Snapshot | None = None
        self.analysis: Analysis | None = None
        self._slow_shown = 0.0

    def show_mesh(self, mesh: Mesh) -> None:
        """Draw another surface."""
        for view in self._views.drawings():
            view.set_minima(_NO_POINTS)
            view.set_mesh(mesh)
        self._show_note(mesh.note)

    def show_style(self, view: View) -> None:
        """Draw the surface in another style."""
        for drawing in self._views.drawings():
            drawing.set_style(view)

    def show_theme(self, theme: Theme) -> None:
        """Take the colours of another theme."""
        for view in self._views.coloured():
            view.set_theme(theme)

    def show_analysis(self, analysis: Analysis, scenario: Scenario) -> None:
        """Mark the minima and complete the worksheet."""
        self.analysis = analysis
        for view in self._views.drawings():
            view.set_minima(analysis.minima)
        if self.snapshot is not None:
            self._show_words(self.snapshot, scenario)

    def show_snapshot(self, snapshot: Snapshot, scenario: Scenario) -> None:
        """Show a state of the run everywhere."""
        before, self.snapshot = self.snapshot, snapshot
        views = self._views
        names = tuple(scenario.problem.domain)
        points = trajectory(snapshot, (names[0], names[1]))
        for drawing in views.drawings():
            drawing.set_trajectory(points, snapshot.now.step)
        views.contour.set_arrows(arrows(snapshot, scenario.problem.domain))
        last = max(snapshot.last_step, scenario.playback.steps if snapshot.diverged_at is None else 0)
        views.timeline.timeline.set_extent(last)
        views.timeline.timeline.set_current(snapshot.now.step)
        views.timeline.show_step(snapshot.now.step, last, snapshot.phase)
        views.transport.show_playing(snapshot.playing)
        if before is None or before.run_id != snapshot.run_id or before.now.hyper != snapshot.now.hyper:
            views.optimizer.show_hyper(scenario.run[0].optimizer, snapshot.now.hyper)
        if not snapshot.playing or time.monotonic() - self._slow_shown > SLOW_SECONDS:
            self._show_words(snapshot, scenario)

    def _show_words(self, snapshot: Snapshot, scenario: Scenario) -> None:
        """Show what is read rather than watched."""
        views = self._views
        views.loss.set_history(snapshot.column("loss"), snapshot.now.step)
        views.gradient.set_history(snapshot.column("grad_norm"), snapshot.now.step)
        views.worksheet.set_content(surface_worksheet(snapshot, scenario.run[0].optimizer, self.analysis))
        why = self._why_stopped(snapshot)
        views.timeline.show_marks(marks(snapshot), snapshot.diverged_at, why)
        self._show_note(why)
        self._slow_shown = time.monotonic()

    def _why_stopped(self, snapshot: Snapshot) -> str:
        if snapshot.diverged_at is None:
            return ""
        quadratic = self.analysis.quadratic if self.analysis is not None else None
        hyper = {name: float(snapshot.column(name)[-1]) for name in snapshot.now.hyper}
        return divergence_sentence(snapshot.diverged_at, hyper, quadratic)

    def _show_note(self, sentence: str) -> None:
        if self._views.note.text() != sentence:
            self._views.note.show_sentence(sentence)
