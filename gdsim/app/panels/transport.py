"""The transport bar: step, play, run, and the speed."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QLabel, QSizePolicy, QToolBar, QToolButton, QWidget

from gdsim.app import theme
from gdsim.app.actions import Actions
from gdsim.app.icons import icon
from gdsim.app.widgets.naming import named
from gdsim.app.widgets.number_field import LabelledNumber, tabular
from gdsim.app.widgets.timeline import Mark, Timeline
from gdsim.app.widgets.whole_number import WholeNumber
from gdsim.i18n import tr
from gdsim.simulation.spec import Playback

MOST_STEPS = 1_000_000
BUTTONS = ("reset", "step_back", "next_phase", "step", "play")


class Transport(QToolBar):
    """Buttons of the run's actions, speed and number of steps.

    Parameters
    ----------
    actions
        The program's actions, for the buttons.
    at_the_end
        Names of the actions whose buttons stand at the right end.
    with_run
        Whether there are a button and a field to run a number of steps.

    Attributes
    ----------
    speed
        Steps a second.
    run_steps
        How many steps to run; None in a bar without them.

    `settled` says that an entry is done; `refused` carries one sentence when a number of steps cannot be used, and an
    empty one as soon as one can be.
    """

    speed_chosen = Signal(float)
    steps_chosen = Signal(int)
    settled = Signal()
    refused = Signal(str)

    def __init__(
        self,
        actions: Actions,
        at_the_end: tuple[str, ...] = ("orbit", "export_image"),
        parent: QWidget | None = None,
        *,
        with_run: bool = True,
    ) -> None:
        super().__init__(tr("Transport"), parent)
        self.setObjectName("transport")
        self.setMovable(False)
        self.setIconSize(QSize(20, 20))
        self._actions = actions
        for name in BUTTONS:
            self._add_button(name)
        self.addSeparator()
        self.speed = LabelledNumber("speed", tr("Speed"), 0.5, 10_000, scale="log", unit=tr("steps a second"))
        self.speed.setMaximumWidth(38 * theme.GRID)
        self.speed.changed.connect(self.speed_chosen)
        self.addWidget(self.speed)
        unit = QLabel(tr("steps/s"))
        unit.setContentsMargins(theme.GRID // 2, 0, 0, 0)
        self.addWidget(unit)
        self.run_steps = self._add_run() if with_run else None
        space = QWidget()
        space.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.addWidget(space)
        for name in at_the_end:
            self._add_button(name)

    def show_playback(self, playback: Playback) -> None:
        """Show the speed and, where it can be chosen, the number of steps."""
        self.speed.set_value(playback.speed)
        if self.run_steps is not None and self.run_steps.value() != playback.steps:
            # Else it is being typed.
            self.run_steps.set_silently(playback.steps)

    def show_playing(self, playing: bool) -> None:
        """Let the play button show what it does next."""
        action = self._actions["play"]
        if action.isChecked() != playing or action.property("playing") != playing:
            action.setProperty("playing", playing)
            action.setChecked(playing)
            action.setProperty("icon_name", "pause" if playing else "play")
            action.setIcon(icon("pause" if playing else "play"))
            action.setText(tr("Pause") if playing else tr("Play"))

    def _add_run(self) -> WholeNumber:
        """Add the button that runs a number of steps, and return the field of that number beside it."""
        self.addSeparator()
        steps = named(
            WholeNumber(1, MOST_STEPS, suffixes=(tr(" step"), tr(" steps")), tracking=True),
            "run_steps",
            tr("Steps to run"),
        )
        steps.reserve(MOST_STEPS)
        steps.setToolTip(tr("How many updates Run makes: from 1 to {most}.", most=MOST_STEPS))
        steps.valueChanged.connect(self.steps_chosen.emit)
        steps.rejected.connect(self.refused)
        steps.editingFinished.connect(self.settled)
        self._add_button("run_n", with_text=True)
        self.addWidget(steps)
        return steps

    def _add_button(self, name: str, with_text: bool = False) -> None:
        button = named(QToolButton(), name)
        button.setDefaultAction(self._actions[name])
        button.setAccessibleName(self._actions[name].text())
        button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        if with_text:
            button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.addWidget(button)


class TimelineBar(QToolBar):
    """The timeline with the present step in words."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(tr("Timeline"), parent)
        self.setObjectName("timeline_bar")
        self.setMovable(False)
        self.timeline = Timeline()
        self.label = named(QLabel(), "step_label")
        self.label.setFont(tabular(self.label.font()))
        self.label.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.addWidget(self.timeline)
        self.addWidget(self.label)
        self.show_step(0, 0, "")

    def show_step(self, step: int, last: int, phase: str) -> None:
        """Show the present step, the last one and, in mid-update, the phase."""
        texts = {
            "forward": tr("step {step} of {last}, forward done", step=step, last=last),
            "backward": tr("step {step} of {last}, backward done", step=step, last=last),
        }
        words = texts.get(phase, tr("step {step} of {last}", step=step, last=last))
        self.show_words(words, tr("step {step} of {last}, backward done", step=last, last=last))

    def show_words(self, text: str, widest: str) -> None:
        """Show where the run is in words, with room for the ``widest`` ones, so that nothing jumps."""
        self.label.setText(text)
        self.label.setMinimumWidth(self.label.fontMetrics().horizontalAdvance(widest) + 2 * theme.GRID)

    def show_marks(self, marks: list[Mark], stop: int | None, why: str) -> None:
        """Show where hyper-parameters changed and where the run stopped."""
        self.timeline.set_marks(marks)
        self.timeline.set_stop(stop, why)
