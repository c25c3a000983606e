"""Shows snapshots of a run in every view of the surface lab."""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from gdsim.app.labs.run_pictures import arrows, marks, trajectory
from gdsim.app.labs.surface_views import Views
from gdsim.app.theme import Theme
from gdsim.problems.analysis import Analysis
from gdsim.problems.mesh import Mesh
from gdsim.simulation.divergence import divergence_sentence
from gdsim.simulation.snapshot import Snapshot
from gdsim.simulation.surface_scenario import SurfaceScenario, View
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
        self._mesh_note = ""
        self._shown_at = 0.0
        # The surface is watched most closely, so it has every second turn.
        surface, contour = self._show_surface, self._show_contour
        self._turns = (surface, contour, surface, self._show_charts, surface, contour, surface, self._show_worksheet)
        self._turn = -1
        self._stale: set[Callable[[], None]] = set()

    def show_mesh(self, mesh: Mesh) -> None:
        """Draw another surface."""
        for view in self._views.drawings():
            view.set_minima(_NO_POINTS)
            view.set_mesh(mesh)
        self._mesh_note = mesh.note
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
        if self.snapshot is not None:
            self._show_worksheet()

    def show_snapshot(self, snapshot: Snapshot, scenario: SurfaceScenario) -> None:
        """Show a state of the run: at once everywhere, or view by view when states follow each other quickly."""
        before, self.snapshot, self._scenario = self.snapshot, snapshot, scenario
        views = self._views
        if before is None or before.run_id != snapshot.run_id or before.now.hyper != snapshot.now.hyper:
            views.optimizer.show_hyper(scenario.run[0].optimizer, snapshot.now.hyper)
        why = self._why_stopped(snapshot)
        ahead = max(scenario.playback.steps, *snapshot.changes, 0) if snapshot.diverged_at is None else 0
        last = max(snapshot.last_step, ahead)
        views.timeline.timeline.set_extent(last)
        views.timeline.timeline.set_current(snapshot.now.step)
        views.timeline.show_step(snapshot.now.step, last, snapshot.phase)
        views.timeline.show_marks(marks(snapshot), snapshot.diverged_at, why)
        views.transport.show_playing(snapshot.playing)
        self._show_note(why)
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
        self.snapshot = None
        self._stale = set()

    def _points(self) -> NDArray[np.float64]:
        assert self.snapshot is not None and self._scenario is not None
        first, second = self._scenario.problem.domain
        return trajectory(self.snapshot, (first, second))

    def _show_surface(self) -> None:
        if self._views.surface is not None and self.snapshot is not None:
            self._views.surface.set_trajectory(self._points(), self.snapshot.now.step)

    def _show_contour(self) -> None:
        assert self.snapshot is not None and self._scenario is not None
        self._views.contour.set_trajectory(self._points(), self.snapshot.now.step)
        self._views.contour.set_arrows(arrows(self.snapshot, dict(self._scenario.problem.domain)))

    def _show_charts(self) -> None:
        assert self.snapshot is not None
        self._views.loss.set_history(self.snapshot.column("loss"), self.snapshot.now.step)
        self._views.gradient.set_history(self.snapshot.column("grad_norm"), self.snapshot.now.step)

    def _show_worksheet(self) -> None:
        assert self.snapshot is not None and self._scenario is not None
        optimizer = self._scenario.run[0].optimizer
        self._views.worksheet.set_content(surface_worksheet(self.snapshot, optimizer, self.analysis))

    def _why_stopped(self, snapshot: Snapshot) -> str:
        if snapshot.diverged_at is None:
            return ""
        quadratic = self.analysis.quadratic if self.analysis is not None else None
        # The step before is the one that led there.
        last = max(snapshot.diverged_at - 1, 0)
        hyper = {name: float(snapshot.column(name)[last]) for name in snapshot.now.hyper}
        return divergence_sentence(snapshot.diverged_at, hyper, quadratic)

    def _show_note(self, why_stopped: str) -> None:
        """Say why the run stopped, else what is missing of the surface."""
        self._views.note.show_sentence(why_stopped or self._mesh_note, muted=not why_stopped)
