"""What every lab is made of: a scenario with undo, a trainer that is polled, docks, and a place for messages."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Generic

from PySide6.QtCore import QByteArray, QEvent, QSettings, Qt, QTimer, Signal
from PySide6.QtGui import QImage, QShowEvent
from PySide6.QtWidgets import QMainWindow, QVBoxLayout, QWidget

from gdsim.app import theme
from gdsim.app.labs.layout import Layout
from gdsim.app.labs.run_choices import RunChoices
from gdsim.app.scenario_model import S, ScenarioModel
from gdsim.app.trainer import Trainer
from gdsim.app.widgets.message_label import MessageLabel
from gdsim.i18n import tr
from gdsim.simulation.build import runner_of
from gdsim.simulation.snapshot import Snapshot

if TYPE_CHECKING:
    from gdsim.app.panels.optimizer_panel import OptimizerPanel
    from gdsim.app.panels.transport import TimelineBar, Transport

POLL_MS = 16


@dataclass(frozen=True, eq=False)
class Picture:
    """A view that can be exported.

    Attributes
    ----------
    label
        Its name in the interface.
    grab
        Draws it: width and height in pixels, and ``light``, ``dark`` or ``transparent`` ground.
    view
        The widget whose size a copy takes; None where it is put together from several.
    """

    label: str
    grab: Callable[[int, int, str], QImage]
    view: QWidget | None = None


class Lab(QMainWindow, Generic[S]):
    """The part of a lab that does not depend on what is minimised.

    Attributes
    ----------
    name
        ``surface`` or ``network``; the widget's object name is ``NAME_lab``.
    default_preset
        What the lab begins with when it is opened without a scenario.
    model
        The scenario, with undo.
    trainer
        Owner of the run.
    slots
        What the lab does when an action of this name is triggered; other actions of its menus are disabled.
    message
        Speaks of anything but the run.
    """

    name: ClassVar[str]
    default_preset: ClassVar[str]
    preset_chosen = Signal(str)

    layout_of_docks: Layout
    transport: Transport
    slots: dict[str, Callable[..., object]]

    def __init__(self, scenario: S, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(f"{self.name}_lab")
        self.setWindowFlags(Qt.WindowType.Widget)
        self.model: ScenarioModel[S] = ScenarioModel(scenario, self)
        self.trainer = Trainer(self)
        self.message = MessageLabel("message", dismissable=True)
        self.message.setContentsMargins(theme.GRID, theme.GRID // 2, theme.GRID, theme.GRID // 2)
        self._started = False
        self._closed = False
        self._arranged = False
        self._remembered: QByteArray | None = None
        self._poll = QTimer(self)
        self._poll.setInterval(POLL_MS)

    @property
    def scenario(self) -> S:
        """The scenario as it would be saved now."""
        return self.model.scenario

    @property
    def snapshot(self) -> Snapshot | None:
        """What is shown of the run, None until it is set up."""
        raise NotImplementedError

    def open_scenario(self, scenario: S) -> None:
        """Begin anew with another scenario."""
        raise NotImplementedError

    def pictures(self) -> dict[str, Picture]:
        """Return what can be exported, by name; the first is what is copied to the clipboard."""
        raise NotImplementedError

    def worksheet_text(self) -> str:
        """Return the worksheet as text."""
        raise NotImplementedError

    def _run_slots(self) -> dict[str, Callable[..., object]]:
        """Return what every lab does when the actions of a run are triggered."""
        return {
            "reset": self._reset,
            "step": self.trainer.step,
            "step_back": self.trainer.step_back,
            "next_phase": self.trainer.next_phase,
            "play": self._play,
            "run_n": lambda: self.trainer.play(math.inf, self.model.scenario.playback.steps),
        }

    @property
    def run_choices(self) -> RunChoices[S]:
        """What happens when something is chosen that concerns the run."""
        raise NotImplementedError

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

    def set_active(self, active: bool) -> None:
        """Work while the lab is on screen; rest, with the run paused, while another one is."""
        if active:
            if self._started:
                self._poll.start()
            self.transport.show_playing(False)
        else:
            self.trainer.pause()
            self._poll.stop()

    def show_message(self, sentence: str, error: bool = True) -> None:
        """Show one sentence above the views; an error stays until the next one, a note for a while."""
        if error:
            self.message.show_sentence(sentence)
        else:
            self.message.show_for_a_while(sentence)

    def close_lab(self) -> None:
        """End the threads and timers; none is started afterwards."""
        self._closed = True
        self._poll.stop()
        self.trainer.close()

    def save_layout(self, settings: QSettings) -> None:
        """Remember docks and last choices."""
        settings.setValue(f"{self.name}_lab/layout", self.layout_of_docks.save())

    def restore_layout(self, settings: QSettings) -> None:
        """Take up docks (once the lab is shown and has its size) and last choices again."""
        state = settings.value(f"{self.name}_lab/layout")
        self._remembered = state if isinstance(state, QByteArray) else None

    def reset_layout(self) -> None:
        """Put every panel back in its place."""
        self.layout_of_docks.reset()

    def showEvent(self, event: QShowEvent) -> None:
        """Place the docks as they were left, or share the room out, now that there is a size."""
        super().showEvent(event)
        if not self._arranged:
            self._arranged = True
            if self._remembered is None or not self.layout_of_docks.restore(self._remembered):
                self.layout_of_docks.proportion()

    def show_theme(self) -> None:
        """Take the colours of the present theme."""
        raise NotImplementedError

    def changeEvent(self, event: QEvent) -> None:
        """Follow the palette."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "slots"):
            self.show_theme()
            for label in self.findChildren(MessageLabel):
                label.refresh_colour()


def stacked(*widgets: QWidget) -> QWidget:
    """Return the widgets one below the other, without gaps."""
    holder = QWidget()
    layout = QVBoxLayout(holder)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(0)
    for widget in widgets:
        layout.addWidget(widget)
    return holder
