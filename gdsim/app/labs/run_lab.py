"""What the labs have in common whose run is a training: a trainer that is polled, and what acts on it."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QWidget

from gdsim.app.labs.lab import Lab
from gdsim.app.labs.run_choices import RunChoices
from gdsim.app.scenario_model import S
from gdsim.app.trainer import Trainer
from gdsim.i18n import tr
from gdsim.simulation.build import runner_of
from gdsim.simulation.snapshot import Snapshot

if TYPE_CHECKING:
    from gdsim.app.panels.optimizer_panel import OptimizerPanel
    from gdsim.app.panels.transport import TimelineBar

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
        self._poll = QTimer(self)
        self._poll.setInterval(POLL_MS)

    @property
    def snapshot(self) -> Snapshot | None:
        """What is shown of the run, None until it is set up."""
        raise NotImplementedError

    @property
    def run_choices(self) -> RunChoices[S]:
        """What happens when something is chosen that concerns the run."""
        raise NotImplementedError

    def set_active(self, active: bool) -> None:
        """Poll the run while the lab is on screen; pause it while another one is."""
        super().set_active(active)
        if not active:
            self.trainer.pause()
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
        self.transport.refused.connect(self.show_message)
        optimizer.optimizer_chosen.connect(self.run_choices.optimizer)
        optimizer.hyper_chosen.connect(self.run_choices.hyper)
        optimizer.settled.connect(self.model.end_gesture)
        self.trainer.failed.connect(self.show_message)
        self._poll.timeout.connect(self._take_snapshot)

    def _show_run(self, optimizer: OptimizerPanel) -> None:
        """Show what the scenario sets of its run."""
        scenario = self.model.scenario
        run = scenario.run[0]
        optimizer.show_rule(run.optimizer)
        optimizer.show_hyper(run.optimizer, dict(run.hyper))
        self.transport.show_playback(scenario.playback)

    def _begin_run(self, scenario: S) -> None:
        """Begin anew with an opened scenario."""
        self.run_choices.begin(scenario)
        self.message.show_sentence("")
        self.model.replace(scenario)
        if self._started:
            self._load(0, 0)
        if len(scenario.run) > 1:
            self.show_message(
                tr("This scenario holds {count} runs; the window shows the first.", count=len(scenario.run))
            )

    def _load(self, current: int, last: int, dragged: bool = False, resume: bool = False) -> None:
        """Compute the run again from its start."""
        scenario = self.model.scenario
        self.trainer.load(lambda: runner_of(scenario), current, last, dragged, resume)

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
