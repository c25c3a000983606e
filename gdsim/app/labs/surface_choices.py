"""What happens when a person chooses something in the surface lab."""

from __future__ import annotations

from typing import Any

from gdsim.app.labs import surface_edits as edits
from gdsim.app.labs.surface_display import SurfaceDisplay
from gdsim.app.panels.problem_panel import ProblemPanel
from gdsim.app.scenario_model import ScenarioModel
from gdsim.app.trainer import Trainer
from gdsim.errors import InputError
from gdsim.i18n import tr
from gdsim.simulation.snapshot import Snapshot
from gdsim.simulation.surface_scenario import SurfaceScenario


class Choices:
    """Turns choices into edits of the scenario and commands to the trainer.

    Attributes
    ----------
    drag_goal
        While the start is dragged: the step shown and the last step when the drag began.
    """

    def __init__(
        self, model: ScenarioModel[SurfaceScenario], trainer: Trainer, problem: ProblemPanel, display: SurfaceDisplay
    ) -> None:
        self._model, self._trainer, self._problem, self._display = model, trainer, problem, display
        self._opened = model.scenario
        self.drag_goal: tuple[int, int] | None = None

    def begin(self, scenario: SurfaceScenario) -> None:
        """Begin anew with an opened scenario."""
        self._opened = scenario
        self.drag_goal = None

    def adopt(self, snapshot: Snapshot) -> None:
        """Let the scenario hold the hyper-parameters that were changed while the run played."""
        run = self._model.scenario.run[0]
        first = {name: float(snapshot.column(name)[0]) for name in snapshot.now.hyper}
        if not self._trainer.settled or set(first) != set(run.hyper):
            return
        if first != dict(run.hyper) or snapshot.changes != edits.changes_of(run):
            self._model.adopt(edits.hyper_edit(first, snapshot.changes), tr("Hyper-parameters"))

    def edit(self, values: dict[str, Any], text: str) -> None:
        """Make one setting; a refused one is explained beside the problem's fields."""
        try:
            self._model.edit(values, text)
            self._problem.show_error("")
        except InputError as error:
            self._problem.show_error(str(error))

    def formula(self, text: str) -> None:
        """Take another formula; a refused one is explained beside its field."""
        if text == self._model.scenario.problem.formula:
            return
        try:
            self._model.edit(edits.formula_edit(self._model.scenario, text), tr("Formula"))
        except InputError as error:
            self._problem.show_formula_error(str(error))

    def place(self, domain: dict[str, Any], start: dict[str, float]) -> None:
        """Take another domain and start."""
        self.edit({"problem.domain": domain, "run.0.start": start}, tr("Domain and start point"))

    def optimizer(self, name: str) -> None:
        """Take another update rule, with the hyper-parameters in force where it has them."""
        snapshot, run = self._display.snapshot, self._model.scenario.run[0]
        shown = snapshot.now.hyper if snapshot is not None else dict(run.hyper)
        self.edit(edits.optimizer_edit(name, shown), tr("Optimizer"))

    def hyper(self, name: str, value: float) -> None:
        """Change a hyper-parameter at the step shown; while the run plays, at the step that it has reached."""
        snapshot, run = self._display.snapshot, self._model.scenario.run[0]
        if snapshot is None:
            self.edit(edits.change_edit(run, 0, name, value), tr("Hyper-parameters"))
        elif snapshot.playing:
            self._trainer.set_hyper(name, value)
        else:
            self._trainer.set_hyper(name, value, snapshot.now.step)
            self._model.adopt(edits.change_edit(run, snapshot.now.step, name, value), tr("Hyper-parameters"))

    def view(self, key: str, value: object) -> None:
        """Draw the surface otherwise."""
        self.edit({f"view.{key}": value}, tr("View"))

    def speed(self, speed: float) -> None:
        """Play at another pace."""
        self._model.note({"playback.speed": speed})
        self._trainer.set_rate(speed)

    def goal(self) -> tuple[int, int]:
        """Return the step to show and the last one to compute when the run is computed again."""
        snapshot = self._display.snapshot
        return self.drag_goal or ((snapshot.now.step, snapshot.last_step) if snapshot is not None else (0, 0))

    def drag_start(self, x: float, y: float) -> None:
        """Move the start, and go on moving it."""
        # Paths on the way may end early, where they diverge: the last one is to be as long as the first.
        self.drag_goal = self.goal()
        self.edit(edits.start_edit(self._model.scenario, x, y), tr("Start point"))

    def drop_start(self, x: float, y: float) -> None:
        """Move the start to where it stays."""
        self.edit(edits.start_edit(self._model.scenario, x, y), tr("Start point"))
        self.drag_goal = None
        self._model.end_gesture()

    def reset(self) -> None:
        """Forget the run: what was changed on the way is the setting now, unless it came with the scenario."""
        snapshot, run = self._display.snapshot, self._model.scenario.run[0]
        if snapshot is not None and run.change != self._opened.run[0].change:
            self.edit(edits.hyper_edit(snapshot.now.hyper, {}), tr("Reset"))
