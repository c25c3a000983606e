"""What happens when a person chooses something that concerns a run, in any lab."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic

from gdsim.app.labs import run_edits as edits
from gdsim.app.scenario_model import S, ScenarioModel
from gdsim.app.trainer import Trainer
from gdsim.errors import InputError
from gdsim.i18n import tr
from gdsim.optimizers import rule_named
from gdsim.simulation.rates import RateSchedule
from gdsim.simulation.schedule import Schedule
from gdsim.simulation.snapshot import RunState, Snapshot
from gdsim.simulation.spec import RunSpec


class RunChoices(Generic[S]):
    """Turns choices into edits of the scenario and commands to the trainer.

    What is set concerns the run in focus.

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
        """Let the scenario hold the hyper-parameters that were changed while the runs played."""
        for number, (run, state) in enumerate(self._known(snapshot)):
            if set(state.settings) != set(run.hyper):
                continue
            if state.settings != dict(run.hyper) or state.changes != edits.changes_of(run):
                values = edits.hyper_edit(number, state.settings, state.changes)
                self._model.adopt(values, tr("change of hyper-parameters"))

    def edit(self, values: dict[str, Any], text: str, explain: Callable[[str], None] | None = None) -> bool:
        """Make one setting; a refused one is explained beside its fields. Tell whether it was taken."""
        explain = explain or self._explain
        try:
            self._model.edit(values, text)
        except InputError as error:
            explain(str(error))
            return False
        explain("")
        return True

    def optimizer(self, name: str, explain: Callable[[str], None] | None = None) -> None:
        """Take another update rule, with the hyper-parameters in force where it has them."""
        explain = explain or self._explain
        self._model.end_gesture()  # each choice is undone by itself, however quickly they follow
        snapshot = self._shown()
        shown = snapshot.settings if snapshot is not None and self._in_focus(snapshot) else dict(self._run.hyper)
        try:
            values = edits.optimizer_edit(self._model.focus, self._run.optimizer, name, shown)
        except InputError as error:
            explain(str(error))
            return
        self.edit(values, tr("change of the optimizer"), explain)

    def hyper(self, name: str, value: float) -> None:
        """Change a hyper-parameter at the step shown; while the run plays, at the step that it has reached."""
        snapshot, run, number = self._shown(), self._run, self._model.focus
        labels = {hyper.name: hyper.label for hyper in rule_named(run.optimizer).hyperparameters}
        text = tr("change of {setting}", setting=tr(labels[name]))
        if snapshot is None or not self._in_focus(snapshot):
            self.edit(edits.change_edit(number, run, 0, name, value), text)
        elif snapshot.playing:
            self._trainer.set_hyper(name, value)
        else:
            self._trainer.set_hyper(name, value, snapshot.now.step)
            self._model.adopt(edits.change_edit(number, run, snapshot.now.step, name, value), text)

    def schedule(self, schedule: object) -> None:
        """Let the learning rate follow another schedule."""
        assert isinstance(schedule, RateSchedule)
        self.edit(edits.schedule_edit(self._model.focus, schedule), tr("change of the schedule"))

    def speed(self, speed: float) -> None:
        """Play at another pace."""
        self._model.note({"playback.speed": speed})
        self._trainer.set_rate(speed)

    def steps(self, steps: int) -> None:
        """Choose how many updates Run makes."""
        self.edit({"playback.steps": steps}, tr("change of the number of steps"))

    def tolerance(self, tolerance: float, explain: Callable[[str], None]) -> None:
        """Choose how near to the minimum a run has arrived."""
        self.edit({"playback.tolerance": tolerance}, tr("change of the tolerance"), explain)

    def goal(self) -> tuple[int, int]:
        """Return the step to show and the last one to compute when the runs are computed again."""
        snapshot = self._shown()
        if snapshot is None or snapshot.race is None:
            return (0, 0)
        return snapshot.race.step, snapshot.race.last_step

    def reset(self) -> None:
        """Forget the runs: what was changed on the way is the setting now, unless it came with the scenario."""
        snapshot = self._shown()
        if snapshot is None or snapshot.race is None:
            return
        values: dict[str, Any] = {}
        for number, (run, state) in enumerate(self._known(snapshot)):
            if run.change != self._opened_run(number, "change"):
                in_force = Schedule(state.settings, state.changes).settings_at(snapshot.race.step)
                values |= edits.hyper_edit(number, in_force, {})
        if values:
            self.edit(values, tr("reset"))

    # The race ----------------------------------------------------------------------------------------------------

    def add(self, explain: Callable[[str], None]) -> None:
        """Add a run with another rule, and look at it."""
        self._model.end_gesture()
        runs = self._model.scenario.run
        if self.edit(edits.added_edit(runs, self._model.focus), tr("addition of a run"), explain):
            self._model.look_at(len(runs))

    def copy(self, number: int, explain: Callable[[str], None]) -> None:
        """Add a copy of a run, and look at it."""
        self._model.end_gesture()
        runs = self._model.scenario.run
        number = min(number, len(runs) - 1)  # the table may still show a run whose addition was just undone
        if self.edit(edits.copied_edit(runs, number), tr("copy of a run"), explain):
            self._model.look_at(len(runs))

    def remove(self, number: int) -> None:
        """Remove a run, but not the last one."""
        self._model.end_gesture()
        runs = self._model.scenario.run
        if len(runs) > 1:
            if number < self._model.focus:
                self._model.look_at(self._model.focus - 1)
            self.edit(edits.removed_edit(runs, number), tr("removal of a run"))

    def set_look(self, number: int, key: str, value: object, explain: Callable[[str], None]) -> None:
        """Give a run another name or colour, or hide it."""
        if number >= len(self._model.scenario.run):
            return  # it was just undone
        self._model.end_gesture()
        texts = {"name": tr("change of a run's name"), "colour": tr("change of a run's colour")}
        self.edit({f"run.{number}.{key}": value}, texts.get(key, tr("change of the runs shown")), explain)

    def show_only(self, number: int | None) -> None:
        """Draw one run only, or all."""
        self._model.end_gesture()
        self.edit(edits.shown_edit(self._model.scenario.run, number), tr("change of the runs shown"))

    @property
    def _run(self) -> RunSpec:
        return self._model.scenario.run[self._model.focus]

    def _in_focus(self, snapshot: Snapshot) -> bool:
        return snapshot.number == self._model.focus

    def _known(self, snapshot: Snapshot) -> list[tuple[RunSpec, RunState]]:
        """Return the scenario's runs with their states, where the snapshot knows all that was asked for."""
        runs: tuple[RunSpec, ...] = self._model.scenario.run
        states = () if snapshot.race is None else snapshot.race.runs
        if not self._trainer.settled or self._trainer.waiting or len(states) != len(runs):
            return []
        return list(zip(runs, states, strict=True))

    def _opened_run(self, number: int, key: str) -> object:
        runs: tuple[RunSpec, ...] = self._opened.run
        return getattr(runs[number], key) if number < len(runs) else ()
