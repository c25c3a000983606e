"""Shows snapshots of a run in every view of the surface lab."""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np

from gdsim.app.labs.race_pictures import all_stopped, race_series, race_steps, rows, told, ways
from gdsim.app.labs.run_pictures import arrows, marks, squares
from gdsim.app.labs.surface_views import Views
from gdsim.app.scene.surface_view import SurfaceView
from gdsim.app.theme import Theme
from gdsim.app.widgets.contour_view import ContourView
from gdsim.export.run_colours import labels
from gdsim.i18n import tr
from gdsim.optimizers import rule_named
from gdsim.problems.analysis import Analysis
from gdsim.problems.mesh import Mesh
from gdsim.simulation.apart import Apart, apart
from gdsim.simulation.divergence import divergence_sentence
from gdsim.simulation.snapshot import Snapshot
from gdsim.simulation.stability import covers
from gdsim.simulation.standing import Goal, surface_goal
from gdsim.simulation.surface_scenario import SurfaceRun, SurfaceScenario, View
from gdsim.simulation.worksheet import surface_worksheet

_NO_POINTS = np.empty((0, 2))
HURRY_SECONDS = 0.08
"""Snapshots that follow each other faster than this are shown view by view, so that the window answers between."""


class SurfaceDisplay:
    """Brings snapshot, analysis, mesh and style to the views; it decides nothing."""

    def __init__(self, views: Views) -> None:
        self._views = views
        self.snapshot: Snapshot | None = None
        self.analysis: Analysis | None = None
        self._scenario: SurfaceScenario | None = None
        self._apart: Apart | None = None
        self._goal: Goal | None = None
        self._mesh_note = ""
        self._shown_at = 0.0
        # The surface is watched most closely, so it has every second turn.
        surface, contour = self._show_surface, self._show_contour
        self._turns = (
            surface, contour, surface, self._show_charts, surface, contour, surface, self._show_worksheet,
            surface, self._show_runs,
        )  # fmt: skip
        self._turn = -1
        self._stale: set[Callable[[], None]] = set()

    def show_mesh(self, mesh: Mesh) -> None:
        """Draw another surface."""
        for view in self._views.drawings():
            view.set_minima(_NO_POINTS)
            view.set_mesh(mesh)
        self._mesh_note = mesh.note
        self._goal = None
        self._show_note("")

    def show_style(self, view: View) -> None:
        """Draw the surface in another style."""
        for drawing in self._views.drawings():
            drawing.set_style(view)

    def show_theme(self, theme: Theme) -> None:
        """Take the colours of another theme."""
        for view in self._views.coloured():
            view.set_theme(theme)

    def show_analysis(self, analysis: Analysis) -> None:
        """Mark the minima and complete the worksheet."""
        self.analysis = analysis
        for view in self._views.drawings():
            view.set_minima(analysis.minima)
        self._goal = surface_goal(analysis.formula, tuple(analysis.partials), analysis.minima)
        self.refresh()

    def show_snapshot(self, snapshot: Snapshot, scenario: SurfaceScenario) -> None:
        """Show a state of the run: at once everywhere, or view by view when states follow each other quickly."""
        before, self.snapshot, self._scenario = self.snapshot, snapshot, scenario
        self._apart = apart(snapshot, rule_named(self._run.optimizer), self._names)
        views = self._views
        if before is None or told(before) != told(snapshot):
            views.optimizer.show_hyper(self._run.optimizer, snapshot.settings)
        views.transport.show_playing(snapshot.playing)
        self._show_place(snapshot, scenario)
        now = time.monotonic()
        hurried, self._shown_at = now - self._shown_at < HURRY_SECONDS, now
        self._stale = set(self._turns)
        if not hurried:
            while self._stale:
                self.catch_up()

    def catch_up(self) -> None:
        """Bring the view whose turn it is up to date; call it as often as the display can show it."""
        if self.snapshot is None:
            self._stale = set()
        while self._stale:
            self._turn = (self._turn + 1) % len(self._turns)
            part = self._turns[self._turn]
            if part in self._stale:
                self._stale.remove(part)
                part()
                return

    def forget(self) -> None:
        """Show no run until the next snapshot."""
        self.snapshot = self._apart = None
        self._stale = set()

    def show_looks(self, scenario: SurfaceScenario) -> None:
        """Show other names, colours and runs, whose numbers stay as they are."""
        self._scenario = scenario
        if self.snapshot is not None:
            self._show_place(self.snapshot, scenario)
            self._stale = set(self._turns)
            while self._stale:
                self.catch_up()

    @property
    def _run(self) -> SurfaceRun:
        """The run in focus."""
        assert self.snapshot is not None and self._scenario is not None
        return self._scenario.run[min(self.snapshot.number, len(self._scenario.run) - 1)]

    @property
    def _names(self) -> tuple[str, str]:
        assert self._scenario is not None
        first, second = self._scenario.problem.domain
        return first, second

    def _show_place(self, snapshot: Snapshot, scenario: SurfaceScenario) -> None:
        """Show where on its way the run is, and why it stopped."""
        views = self._views
        step, last = race_steps(snapshot)
        views.optimizer.show_step(step)
        why = self._why_stopped(snapshot)
        ahead = max(scenario.playback.steps, *snapshot.changes, 0) if not all_stopped(snapshot) else 0
        last = max(last, ahead)
        views.timeline.timeline.set_extent(last)
        views.timeline.timeline.set_current(step)
        views.timeline.show_step(step, last, snapshot.phase)
        views.timeline.show_marks(marks(snapshot), snapshot.diverged_at, why)
        self._show_note(why)

    def _show_surface(self) -> None:
        if self._views.surface is not None:
            self._draw(self._views.surface)

    def _show_contour(self) -> None:
        self._draw(self._views.contour)

    def _draw(self, view: SurfaceView | ContourView) -> None:
        """Draw all runs, and the update of the one in focus unless that is hidden."""
        snapshot, scenario = self.snapshot, self._scenario
        assert snapshot is not None and scenario is not None and self._apart is not None
        view.set_ways(ways(snapshot, scenario.run, self._names), snapshot.number)
        hidden = self._run.hidden
        view.set_arrows([] if hidden else arrows(snapshot, self._apart, dict(scenario.problem.domain)))
        view.set_squares([] if hidden else squares(self._apart, self._names))

    def _show_charts(self) -> None:
        assert self.snapshot is not None and self._scenario is not None
        views, runs, step = self._views, self._scenario.run, race_steps(self.snapshot)[0]
        for chart, column, colour in ((views.loss, "loss", "move"), (views.gradient, "grad_norm", "gradient")):
            chart.set_series(race_series(self.snapshot, runs, column, chart.accessibleName(), colour), step)

    def refresh(self) -> None:
        """Bring views up to date that were hidden until now."""
        if self.snapshot is not None:
            self._show_worksheet()
            self._show_runs()

    def _show_worksheet(self) -> None:
        if self._views.worksheet.isVisible():
            self.write_worksheet()

    def write_worksheet(self) -> None:
        """Bring the worksheet up to date, also where it is hidden."""
        assert self.snapshot is not None
        self._views.worksheet.set_content(surface_worksheet(self.snapshot, self._run.optimizer, self.analysis))

    def _show_runs(self) -> None:
        snapshot, scenario = self.snapshot, self._scenario
        assert snapshot is not None and scenario is not None
        if not self._views.runs.isVisible():
            return
        goal = self._goal or Goal(None, np.empty((0, 2)), self._names)
        shown = rows(snapshot, scenario.run, goal, scenario.playback.tolerance)
        self._views.runs.show_rows(shown, snapshot.number)

    def _why_stopped(self, snapshot: Snapshot) -> str:
        if snapshot.diverged_at is None:
            return ""
        quadratic = self.analysis.quadratic if self.analysis is not None else None
        # The step before is the one that led there.
        last = max(snapshot.diverged_at - 1, 0)
        hyper = {name: float(snapshot.column(name)[last]) for name in snapshot.now.hyper}
        known = covers(self._run.optimizer, hyper)
        sentence = divergence_sentence(snapshot.diverged_at, hyper, quadratic if known else None)
        if snapshot.race is None or len(snapshot.race.runs) < 2 or self._scenario is None:
            return sentence
        name = labels(self._scenario.run)[snapshot.number]
        return tr("{name}: {sentence}", name=name, sentence=sentence)

    def _show_note(self, why_stopped: str) -> None:
        """Say why the run stopped, else what is missing of the surface; and what the update does."""
        self._views.note.show_sentence(why_stopped or self._mesh_note, muted=not why_stopped)
        self._views.caption.show_sentence("" if self._apart is None else self._apart.caption)
