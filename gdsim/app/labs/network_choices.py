"""What happens when a person chooses something in the network lab."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from gdsim.app.background import Background
from gdsim.app.labs.network_views import NetworkViews
from gdsim.app.labs.run_choices import RunChoices
from gdsim.app.panels.fields import SpecPanel
from gdsim.app.scenario_model import ScenarioModel, revised
from gdsim.app.trainer import Trainer
from gdsim.errors import InputError
from gdsim.i18n import tr
from gdsim.simulation.build import problem_of
from gdsim.simulation.network_scenario import NetworkScenario, event_entries
from gdsim.simulation.snapshot import Snapshot


class NetworkChoices(RunChoices[NetworkScenario]):
    """The choices that concern data, network and weights.

    A choice is tried before it is taken: data that cannot be read, or that do not fit the rest, change nothing; the
    panel is told why, and may offer less. What takes long, because a file is to be read, is tried in the background.
    """

    def __init__(
        self,
        model: ScenarioModel[NetworkScenario],
        trainer: Trainer,
        views: NetworkViews,
        shown: Callable[[], Snapshot | None],
        reader: Background,
        tell: Callable[[str], None],
    ) -> None:
        super().__init__(model, trainer, shown, views.data.show_error)
        self._views, self._reader, self._tell = views, reader, tell
        self._then: Callable[[], None] = lambda: None
        self._refuse: Callable[[str], None] = views.data.show_error
        reader.done.connect(lambda _: self._read(""))
        reader.failed.connect(self._read)

    def adopt(self, snapshot: Snapshot) -> None:
        """Let the scenario also hold what was done by hand."""
        super().adopt(snapshot)
        done = {
            f"run.{number}.event": event_entries(state.events)
            for number, (run, state) in enumerate(self._known(snapshot))
            if state.events != run.events
        }
        if done:
            self._model.end_gesture()  # each thing done by hand is taken back by itself
            self._model.adopt(done, tr("what was done by hand"))

    def data(self, values: dict[str, Any]) -> None:
        """Take other data."""
        self._try(values, tr("change of the data"), self._views.data)

    def network(self, values: dict[str, Any]) -> None:
        """Take another network, loss or mini-batch."""
        self._try(values, tr("change of the network"), self._views.network)

    def open(self, scenario: NetworkScenario, then: Callable[[], None], refuse: Callable[[str], None]) -> None:
        """Do ``then`` once it is certain that the problem of ``scenario`` can be set up."""
        self._check(scenario, then, refuse)

    def weight(self, name: str, index: tuple[int, ...], value: float) -> None:
        """Set one number of a parameter at the step shown, or at the one that a playing run has reached."""
        snapshot = self._shown()
        if snapshot is not None:
            self._trainer.edit(name, index, value, None if snapshot.playing else snapshot.now.step)

    def epochs(self, count: int) -> None:
        """Make the updates of so many epochs."""
        snapshot = self._shown()
        if snapshot is not None and snapshot.problem is not None:
            self._trainer.play(float("inf"), count * snapshot.problem.steps_per_epoch)

    def reset(self) -> None:
        """Forget the run, with what was done by hand unless it came with the scenario."""
        super().reset()
        runs = self._model.scenario.run
        done = [n for n, run in enumerate(runs) if run.event != self._opened_run(n, "event")]
        if done:
            self.edit({f"run.{number}.event": [] for number in done}, tr("reset"))

    def _try(self, values: dict[str, Any], text: str, panel: SpecPanel) -> None:
        # Steps and places of changes and edits belong to the problem that they were made on.
        values = {"title": "", "description": "", **values}
        for number in range(len(self._model.scenario.run)):
            values |= {f"run.{number}.change": [], f"run.{number}.event": []}
        try:
            new = revised(self._model.scenario, values)
        except InputError as error:
            panel.show_error(str(error))
            return
        if new.problem == self._model.scenario.problem:
            self._stop_reading()
            panel.take_back()
            return

        def take() -> None:
            panel.show_error("")
            self._model.edit(values, text)

        self._check(new, take, panel.show_error)

    def _check(self, scenario: NetworkScenario, then: Callable[[], None], refuse: Callable[[str], None]) -> None:
        self._stop_reading()
        if scenario.problem.data.source == "csv":
            self._then, self._refuse = then, refuse
            self._tell(tr("Reading {path} ...", path=scenario.problem.data.file))
            self._reader.ask(lambda: problem_of(scenario))
            return
        try:
            problem_of(scenario)
        except InputError as error:
            refuse(str(error))
            return
        then()

    def _stop_reading(self) -> None:
        """Forget a file that is being read; what was chosen since then counts."""
        if self._reader.busy:
            self._reader.give_up()
            self._tell("")

    def _read(self, refusal: str) -> None:
        """Take what was read, or say why it could not be."""
        self._tell("")
        self._refuse(refusal) if refusal else self._then()
