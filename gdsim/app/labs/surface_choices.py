"""What happens when a person chooses something in the surface lab."""

from __future__ import annotations

from typing import Any

from gdsim.app.labs import surface_edits as edits
from gdsim.app.labs.run_choices import RunChoices
from gdsim.app.labs.surface_display import SurfaceDisplay
from gdsim.app.panels.problem_panel import ProblemPanel
from gdsim.app.scenario_model import ScenarioModel
from gdsim.app.trainer import Trainer
from gdsim.errors import InputError
from gdsim.i18n import tr
from gdsim.simulation.surface_scenario import SurfaceScenario


class Choices(RunChoices[SurfaceScenario]):
    """The choices that concern the surface, its domain and the start.

    Attributes
    ----------
    drag_goal
        While the start is dragged: the step shown and the last step when the drag began.
    move_all
        Whether the starts of all runs are moved together.
    """

    def __init__(
        self, model: ScenarioModel[SurfaceScenario], trainer: Trainer, problem: ProblemPanel, display: SurfaceDisplay
    ) -> None:
        super().__init__(model, trainer, lambda: display.snapshot, problem.show_error)
        self._problem = problem
        self.drag_goal: tuple[int, int] | None = None
        self.move_all = True

    def begin(self, scenario: SurfaceScenario) -> None:
        """Begin anew with an opened scenario."""
        super().begin(scenario)
        self.drag_goal = None

    def formula(self, text: str) -> None:
        """Take another formula; a refused one is explained beside its field."""
        if text == self._model.scenario.problem.formula:
            return
        try:
            self._model.edit(edits.formula_edit(self._model.scenario, text), tr("change of the formula"))
        except InputError as error:
            self._problem.show_formula_error(str(error))

    def place(self, domain: dict[str, Any], start: dict[str, float]) -> None:
        """Take another domain and start."""
        scenario, number = self._model.scenario, self._model.focus
        values = self._moved(*(start[name] for name in scenario.problem.domain)) if self.move_all else {}
        values = {"problem.domain": domain, **values, f"run.{number}.start": start}
        self.edit(values, tr("change of the domain or start"))

    def view(self, key: str, value: object) -> None:
        """Draw the surface otherwise."""
        texts = {
            "opacity": tr("change of the opacity"),
            "colormap": tr("change of the colormap"),
            "contours": tr("change of the contour lines"),
            "floor_contours": tr("change of the lines on the floor"),
            "wireframe": tr("change of the wireframe"),
            "log_height": tr("change of the height's scale"),
        }
        self.edit({f"view.{key}": value}, texts[key])

    def goal(self) -> tuple[int, int]:
        """Return the step to show and the last one to compute when the run is computed again."""
        return self.drag_goal or super().goal()

    def drag_start(self, x: float, y: float) -> None:
        """Move the start, and go on moving it."""
        # Paths on the way may end early, where they diverge: the last one is to be as long as the first.
        self.drag_goal = self.goal()
        self.edit(self._moved(x, y), tr("move of the start"))

    def drop_start(self, x: float, y: float) -> None:
        """Move the start to where it stays."""
        self.edit(self._moved(x, y), tr("move of the start"))
        self.drag_goal = None
        self._model.end_gesture()

    def _moved(self, x: float, y: float) -> dict[str, Any]:
        return edits.start_edit(self._model.scenario, self._model.focus, x, y, self.move_all)
