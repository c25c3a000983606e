"""What happens when a person chooses something that concerns the run, in any lab."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic

from gdsim.app.labs import run_edits as edits
from gdsim.app.scenario_model import S, ScenarioModel
from gdsim.app.trainer import Trainer
from gdsim.errors import InputError
from gdsim.i18n import tr
from gdsim.simulation.snapshot import Snapshot


class RunChoices(Generic[S]):
    """Turns choices into edits of the scenario and commands to the trainer.

    Parameters
    ----------
    model, trainer
        What is edited and what carries it out.
    shown
        Returns the snapshot on screen, if there is one.
    explain
        Shows beside the problem's fields why a setting was refused; an empty sentence takes it away.
    """

    def __init__(
        self,
        model: ScenarioModel[S],
        trainer: Trainer,
        shown: Callable[[], Snapshot | None],
        explain: Callable[[str], None],
    ) -> None:
        self._model, self._trainer, self._shown, self._explain = model, trainer, shown, explain
        self._opened: S = model.scenario

    def begin(self, scenario: S) -> None:
        """Begin anew with an opened scenario."""
        self._opened = scenario

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
            self._explain("")
        except InputError as error:
            self._explain(str(error))

    def optimizer(self, name: str) -> None:
        """Take another update rule, with the hyper-parameters in force where it has them."""
        snapshot, run = self._shown(), self._model.scenario.run[0]
        shown = snapshot.now.hyper if snapshot is not None else dict(run.hyper)
        self.edit(edits.optimizer_edit(name, shown), tr("Optimizer"))

    def hyper(self, name: str, value: float) -> None:
        """Change a hyper-parameter at the step shown; while the run plays, at the step that it has reached."""
        snapshot, run = self._shown(), self._model.scenario.run[0]
        if snapshot is None:
            self.edit(edits.change_edit(run, 0, name, value), tr("Hyper-parameters"))
        elif snapshot.playing:
            self._trainer.set_hyper(name, value)
        else:
            self._trainer.set_hyper(name, value, snapshot.now.step)
            self._model.adopt(edits.change_edit(run, snapshot.now.step, name, value), tr("Hyper-parameters"))

    def speed(self, speed: float) -> None:
        """Play at another pace."""
        self._model.note({"playback.speed": speed})
        self._trainer.set_rate(speed)

    def steps(self, steps: int) -> None:
        """Choose how many updates Run makes."""
        self._model.note({"playback.steps": steps})

    def goal(self) -> tuple[int, int]:
        """Return the step to show and the last one to compute when the run is computed again."""
        snapshot = self._shown()
        return (snapshot.now.step, snapshot.last_step) if snapshot is not None else (0, 0)

    def reset(self) -> None:
        """Forget the run: what was changed on the way is the setting now, unless it came with the scenario."""
        snapshot, run = self._shown(), self._model.scenario.run[0]
        if snapshot is not None and run.change != self._opened.run[0].change:
            self.edit(edits.hyper_edit(snapshot.now.hyper, {}), tr("Reset"))
