"""What the labs have in common whose run is a training: a trainer that is polled, and what acts on it."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QWidget

from gdsim.app.labs.lab import Lab
from gdsim.app.labs.race_pictures import race_steps
from gdsim.app.labs.run_choices import RunChoices
from gdsim.app.scenario_model import S
from gdsim.app.trainer import Trainer
from gdsim.export.run_colours import labels
from gdsim.simulation.build import LOOKS, race_of
from gdsim.simulation.files import preset_titles
from gdsim.simulation.snapshot import Snapshot

if TYPE_CHECKING:
    from gdsim.app.panels.optimizer_panel import OptimizerPanel
    from gdsim.app.panels.runs_panel import RunsPanel
    from gdsim.app.panels.transport import TimelineBar
    from gdsim.simulation.scenario import RunScenario
    from gdsim.simulation.spec import RunSpec

POLL_MS = 16


class RunLab(Lab[S]):
    """A lab with a run in a thread of its own.

    Attributes
    ----------
    trainer
        Owner of the run.
    """

    def __init__(self, scenario: S, parent: QWidget | None = None) -> None:
        super().__init__(scenario, parent)
        self.trainer = Trainer(self)
        self._started = False
        self._first_step = 0
        self._poll = QTimer(self)
        self._poll.setInterval(POLL_MS)

    @property
    def snapshot(self) -> Snapshot | None:
        """What is shown of the run, None until it is set up."""
        raise NotImplementedError

    @property
    def shown_step(self) -> int:
        """The step on screen."""
        return 0 if self.snapshot is None else race_steps(self.snapshot)[0]

    def go_to(self, step: int) -> None:
        """Bring a step on screen, or the last one that the runs come to; before the thread has started, then."""
        self._first_step = step
        if self._started:
            self.trainer.seek(step)

    @property
    def run_choices(self) -> RunChoices[S]:
        """What happens when something is chosen that concerns the run."""
        raise NotImplementedError

    def rest(self) -> None:
        """Pause the run, and bring it back to the step on screen where it has gone on beyond that."""
        self.trainer.pause()
        if self.snapshot is not None and self.snapshot.playing:
            self.go_to(self.shown_step)

    def set_active(self, active: bool) -> None:
        """Poll the run while the lab is on screen; pause it while another one is."""
        super().set_active(active)
        if not active:
            self._poll.stop()
        elif self._started:
            self._poll.start()

    def close_lab(self) -> None:
        """End the threads and timers; none is started afterwards."""
        super().close_lab()
        self._poll.stop()
        self.trainer.close()

    def _run_slots(self) -> dict[str, Callable[..., object]]:
        """Return what the actions of a run do when they are triggered."""
        return {
            "reset": self._reset,
            "step": self.trainer.step,
            "step_back": self.trainer.step_back,
            "next_phase": self.trainer.next_phase,
            "play": self._play,
            "run_n": lambda: self.trainer.play(math.inf, self.model.scenario.playback.steps),
        }

    def _connect_run(self, optimizer: OptimizerPanel, timeline: TimelineBar) -> None:
        """Let the bars and the optimizer's panel act on the run, and the run be polled."""
        timeline.timeline.sought.connect(self.trainer.seek)
        self.transport.speed_chosen.connect(self.run_choices.speed)
        self.transport.steps_chosen.connect(self.run_choices.steps)
        self.transport.settled.connect(self.model.end_gesture)
        self.transport.refused.connect(self.show_message)
        choices = self.run_choices
        optimizer.optimizer_chosen.connect(lambda name: choices.optimizer(name, optimizer.show_error))
        optimizer.schedule_chosen.connect(choices.schedule)
        optimizer.hyper_chosen.connect(self.run_choices.hyper)
        optimizer.settled.connect(self.model.end_gesture)
        self.trainer.failed.connect(self.show_message)
        self._poll.timeout.connect(self._take_snapshot)
        # What was refused may be right now.
        self.model.changed.connect(lambda *_: self.message.show_sentence(""))

    def _connect_race(self, runs: RunsPanel) -> None:
        """Let the table of the runs act on them."""
        choices = self.run_choices
        runs.run_chosen.connect(self.model.look_at)
        for signal, key in ((runs.renamed, "name"), (runs.recoloured, "colour"), (runs.hidden, "hidden")):
            signal.connect(lambda number, value, key=key: choices.set_look(number, key, value, runs.show_error))
        runs.shown_only.connect(choices.show_only)
        runs.all_shown.connect(lambda: choices.show_only(None))
        runs.added.connect(lambda: choices.add(runs.show_error))
        runs.copied.connect(lambda number: choices.copy(number, runs.show_error))
        runs.removed.connect(choices.remove)
        runs.tolerance_chosen.connect(lambda tolerance: choices.tolerance(tolerance, runs.show_error))
        runs.settled.connect(self.model.end_gesture)
        self.model.focus_changed.connect(self._look_at)

    def _show_run(self, optimizer: OptimizerPanel, runs: RunsPanel) -> None:
        """Show what the scenario sets of the run in focus."""
        scenario = self.model.scenario
        several = len(scenario.run) > 1
        label = labels(scenario.run)[self.model.focus] if several else ""
        optimizer.show_run(scenario.run[self.model.focus], scenario.playback.steps, label)
        runs.show_tolerance(scenario.playback.tolerance)
        self.transport.show_playback(scenario.playback)

    def _look_at(self, number: int) -> None:
        """Show the numbers and settings of another run."""
        self.trainer.look_at(number)
        self._show_focus()

    def _show_focus(self) -> None:
        """Show the settings of the run in focus."""
        raise NotImplementedError

    def _start_run(self) -> None:
        """Start the thread, and bring the step on screen that was asked for before."""
        self._started = True
        self.trainer.start()
        self._load(0, 0)
        if self._first_step:
            self.trainer.seek(self._first_step)
        self._poll.start()
        self.preset.fill(preset_titles())
        self.preset.show_title(self.model.scenario.title)
        self._offer_runs(self.model.scenario)

    def _begin_run(self, scenario: S) -> None:
        """Begin anew with an opened scenario."""
        self.run_choices.begin(scenario)
        self.trainer.look_at(0)
        self.message.show_sentence("")
        self._first_step = 0
        self.model.replace(scenario)
        if self._started:
            self._load(0, 0)
        self._offer_runs(scenario)
        self._go_to_drawn()

    def _go_to_drawn(self) -> None:
        """Bring the step and the run on screen that the scenario's picture or film shows, if it names them."""
        super()._go_to_drawn()
        scenario = self.model.scenario
        drawing = scenario.picture or scenario.film
        if drawing is not None:
            self.model.look_at(min(drawing.run, len(scenario.run) - 1))

    def _offer_runs(self, scenario: S) -> None:
        """Bring the table of the runs to the front where there are several."""
        if len(scenario.run) > 1:
            self.layout_of_docks.docks["runs"].raise_()

    def _load(self, current: int, last: int, dragged: bool = False, resume: bool = False) -> None:
        """Compute the runs again; those that stay as they are keep what they have, but after a reset."""
        scenario = self.model.scenario
        self.trainer.load(lambda before: race_of(scenario, before if last else None), current, last, dragged, resume)

    def _take_snapshot(self) -> None:
        """Show what there is new of the run."""
        raise NotImplementedError

    def _reset(self) -> None:
        self.run_choices.reset()
        self._load(0, 0)

    def _play(self, on: bool) -> None:
        if on:
            self.trainer.play(self.transport.speed.value())
        else:
            self.trainer.pause()


def computed(scenario: RunScenario) -> list[RunSpec]:
    """Return what the numbers of the runs depend on."""
    return [run.model_copy(update=LOOKS) for run in scenario.run]
