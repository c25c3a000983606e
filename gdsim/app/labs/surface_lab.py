"""The surface lab: a formula of two parameters, walked down step by step."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QSettings, Qt, QTimer
from PySide6.QtGui import QResizeEvent, QShowEvent
from PySide6.QtWidgets import QWidget

from gdsim.app import theme
from gdsim.app.actions import Actions
from gdsim.app.background import Background
from gdsim.app.camera import DISTANCE, Camera
from gdsim.app.exports.screen_pictures import side_by_side
from gdsim.app.labs.lab import Picture, stacked
from gdsim.app.labs.layout import Layout
from gdsim.app.labs.run_lab import POLL_MS, RunLab, computed
from gdsim.app.labs.surface_choices import Choices
from gdsim.app.labs.surface_display import SurfaceDisplay
from gdsim.app.labs.surface_views import build_views
from gdsim.app.panels.problem_panel import ProblemPanel
from gdsim.app.panels.view_panel import ViewPanel
from gdsim.app.settings import switch, whole_number
from gdsim.formula import parse
from gdsim.i18n import tr
from gdsim.problems.analysis import analyse_surface
from gdsim.problems.mesh import Mesh, surface_mesh
from gdsim.simulation.snapshot import Snapshot
from gdsim.simulation.surface_scenario import SurfaceScenario, View

START_MS = 20
"""Pause between the first paint and the imports, so that the picture reaches the screen first."""


class SurfaceLab(RunLab[SurfaceScenario]):
    """Wires the panels, the trainer and the views of one surface.

    Parameters
    ----------
    scenario
        What to begin with.
    actions
        The program's actions, for the buttons.
    """

    name = "surface"
    default_preset = "lecture-surface"

    def __init__(self, scenario: SurfaceScenario, actions: Actions, parent: QWidget | None = None) -> None:
        super().__init__(scenario, parent)
        self._actions = actions
        self.camera = Camera(parent=self)
        self._aim(scenario.view)
        self.analyst = Background("analysis", self)
        self._build(actions)
        self.display = SurfaceDisplay(self.views)
        self.choices = Choices(self.model, self.trainer, self.problem, self.display)
        self._orbit = QTimer(self)
        self._orbit.setInterval(POLL_MS)
        self._connect()
        self.slots = self._slots()
        self._begin(scenario)

    @property
    def scenario(self) -> SurfaceScenario:
        """The scenario as it would be saved now, camera and mid-run changes included."""
        camera = self.camera
        view = {"elev": camera.elevation, "azim": camera.azimuth, "zoom": DISTANCE / camera.distance}
        return self.model.scenario.model_copy(update={"view": self.model.scenario.view.model_copy(update=view)})

    @property
    def run_choices(self) -> Choices:
        """What happens when something is chosen that concerns the run."""
        return self.choices

    @property
    def snapshot(self) -> Snapshot | None:
        """What is shown of the run, None until it is set up."""
        return self.display.snapshot

    def open_scenario(self, scenario: SurfaceScenario) -> None:
        """Begin anew with another scenario."""
        self._aim(scenario.view)
        self._begin_run(scenario)

    def close_lab(self) -> None:
        """End the threads and timers."""
        super().close_lab()
        self._orbit.stop()
        self.analyst.close()

    def save_layout(self, settings: QSettings) -> None:
        """Remember docks and last choices."""
        super().save_layout(settings)
        settings.setValue("surface_lab/digits", self.views.worksheet.digits())
        settings.setValue("surface_lab/log_loss", self.views.loss.log)
        settings.setValue("surface_lab/log_gradient", self.views.gradient.log)

    def restore_layout(self, settings: QSettings) -> None:
        """Take up docks and last choices again."""
        super().restore_layout(settings)
        self.views.worksheet.set_digits(whole_number(settings, "surface_lab/digits", 4))
        self.views.loss.log = switch(settings, "surface_lab/log_loss", True)
        self.views.gradient.log = switch(settings, "surface_lab/log_gradient", True)

    def pictures(self) -> dict[str, Picture]:
        """Return the 3D view and the contour map, alone and side by side."""
        surface, contour = self.views.surface, self.views.contour
        flat = {"contour": Picture(tr("Contour map"), ("contour",), contour.grab_image, contour)}
        if surface is None:
            return flat
        both = Picture(
            tr("Both, side by side"), ("surface", "contour"), lambda *size: side_by_side(surface, contour, *size)
        )
        solid = Picture(tr("3D view"), ("surface",), surface.grab_image, surface, surface.grab_enlarged)
        return {"surface": solid, **flat, "both": both}

    def worksheet_text(self) -> str:
        """Return the worksheet as text."""
        if self.display.snapshot is not None:
            self.display.write_worksheet()
        return self.views.worksheet.plain_text()

    def rest(self) -> None:
        """Stop turning the surface too."""
        super().rest()
        self._orbit.stop()
        self._actions["orbit"].setChecked(False)

    def showEvent(self, event: QShowEvent) -> None:
        """Share the room out once its size is known; start the threads after the first paint."""
        super().showEvent(event)
        if self.views.surface is None:
            QTimer.singleShot(0, self, self._start)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Share the room out again when a smaller window leaves the surface too little."""
        super().resizeEvent(event)
        if self._arranged and self.views.hero().height() < 0.4 * self.height():
            self.layout_of_docks.proportion()

    def show_theme(self) -> None:
        """Take the colours of the present theme."""
        self.display.show_theme(theme.current())

    def _build(self, actions: Actions) -> None:
        self.problem = ProblemPanel()
        self.preset = self.problem.preset
        self.view_panel = ViewPanel(self.camera, actions)
        self.views = build_views(self.camera, actions)
        views = self.views
        self.setCentralWidget(stacked(self.message, views.hero(), views.note, views.caption))
        self.addToolBar(Qt.ToolBarArea.TopToolBarArea, views.transport)
        self.addToolBar(Qt.ToolBarArea.BottomToolBarArea, views.timeline)
        self.layout_of_docks = Layout(
            self,
            {"problem": self.problem, "optimizer": views.optimizer, "view": self.view_panel},
            {"contour": views.contour, "charts": stacked(views.loss, views.gradient)},
            {"worksheet": views.worksheet, "runs": views.runs},
            (3, 2),
            {"worksheet": ("runs",)},
        )
        self.transport = views.transport

    def _connect(self) -> None:
        views = self.views
        for drawing in views.drawings():
            drawing.start_dragged.connect(self.choices.drag_start)
            drawing.start_dropped.connect(self.choices.drop_start)
            drawing.run_picked.connect(self.model.look_at)
        if views.surface is not None:
            views.surface.first_painted.connect(lambda: QTimer.singleShot(START_MS, self, self._start))
        views.contour.probe = self._probe
        self._connect_run(views.optimizer, views.timeline)
        self._connect_race(views.runs)
        views.runs.move_all_changed.connect(self._set_move_all)
        for name in ("worksheet", "runs"):
            self.layout_of_docks.docks[name].visibilityChanged.connect(lambda _: self.display.refresh())
        self.problem.formula_chosen.connect(self.choices.formula)
        self.problem.place_chosen.connect(self.choices.place)
        self.problem.settled.connect(self.model.end_gesture)
        self.preset.preset_chosen.connect(self.preset_chosen)
        self.view_panel.view_chosen.connect(self.choices.view)
        self.model.changed.connect(self._apply)
        self.analyst.done.connect(self._analysed)
        self.analyst.failed.connect(self.show_message)
        self._orbit.timeout.connect(self._turn)

    def _slots(self) -> dict[str, Callable[..., object]]:
        return self._run_slots() | {
            "camera_lecture": lambda: self.camera.set(elevation=45, azimuth=60),
            "camera_top": lambda: self.camera.set(elevation=90, azimuth=-90),
            "camera_front": lambda: self.camera.set(elevation=0, azimuth=-90),
            "camera_side": lambda: self.camera.set(elevation=0, azimuth=0),
            "camera_reset": self.camera.reset_zoom,
            "orbit": lambda on: self._orbit.start() if on else self._orbit.stop(),
        }

    def _begin(self, scenario: SurfaceScenario) -> None:
        self.display.show_theme(theme.current())
        self.display.show_style(scenario.view)
        self._show_problem(scenario)
        self._show_settings(scenario)
        self._go_to_drawn()

    def _start(self) -> None:
        """Start what the first paint does not need: torch, sympy, scipy."""
        if self._started or self._closed:
            return
        self._start_run()
        self._analyse()

    def _apply(self, old: SurfaceScenario, new: SurfaceScenario) -> None:
        """Bring every view and the run from the old scenario to the new one."""
        if new.problem != old.problem:
            self._show_problem(new)
            if self._started:
                self._analyse()
        if new.view != old.view:
            self.display.show_style(new.view)
        self._show_settings(new)
        if new.problem.formula != old.problem.formula:
            self.display.forget()
            self.choices.drag_goal = None
            self._load(0, 0)
        elif computed(new) != computed(old) and self._started:
            still = [run.model_copy(update={"start": {}}) for run in computed(new)]
            moved = still == [run.model_copy(update={"start": {}}) for run in computed(old)]
            self._load(*self.choices.goal(), dragged=moved, resume=True)
        elif (new.run, new.playback) != (old.run, old.playback):
            self.display.show_looks(new)

    def _analyse(self) -> None:
        formula, mesh = self._surface
        self.analyst.ask(lambda: analyse_surface(formula, mesh))

    def _show_problem(self, scenario: SurfaceScenario) -> None:
        formula = parse(scenario.problem.formula)
        self._surface: tuple[Any, Mesh] = (formula, surface_mesh(formula, dict(scenario.problem.domain)))
        self.display.analysis = None
        self.display.show_mesh(self._surface[1])

    def _show_settings(self, scenario: SurfaceScenario) -> None:
        self.problem.show_scenario(scenario, self.model.focus)
        self.preset.show_title(scenario.title)
        self.view_panel.show_view(scenario.view)
        self._show_run(self.views.optimizer, self.views.runs)

    def _show_focus(self) -> None:
        """Show the settings of the run in focus."""
        self.problem.show_scenario(self.model.scenario, self.model.focus)
        self._show_run(self.views.optimizer, self.views.runs)

    def _set_move_all(self, on: bool) -> None:
        self.choices.move_all = on

    def _take_snapshot(self) -> None:
        snapshot = self.trainer.latest()
        if snapshot is not None:
            self.choices.adopt(snapshot)
            self.display.show_snapshot(snapshot, self.model.scenario)
        self.display.catch_up()

    def _aim(self, view: View) -> None:
        """Look from where a scenario says, at the middle of the box."""
        middle = (0.0, 0.0, 0.0)
        self.camera.set(elevation=view.elev, azimuth=view.azim, distance=DISTANCE / view.zoom, center=middle)

    def _turn(self) -> None:
        self.camera.set(azimuth=self.camera.azimuth + self.view_panel.orbit_speed.value() * POLL_MS / 1000)

    def _analysed(self, analysis: Any) -> None:
        self.display.show_analysis(analysis)

    def _probe(self, x: float, y: float) -> tuple[float, tuple[float, float] | None]:
        """Return loss and gradient at a point of the contour map."""
        here = dict(zip(self.model.scenario.problem.domain, (x, y), strict=True))
        loss = float(self._surface[0].evaluate(here))
        if self.display.analysis is None:
            return loss, None
        first, second = (float(self.display.analysis.partials[name].evaluate(here)) for name in here)
        return loss, (first, second)
