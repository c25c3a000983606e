"""What every lab is made of: a scenario with undo, a trainer that is polled, docks, and a place for messages."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Generic

from PySide6.QtCore import QEvent, QSettings, Qt, QTimer, Signal
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QMainWindow, QVBoxLayout, QWidget

from gdsim.app import theme
from gdsim.app.labs.layout import Layout
from gdsim.app.scenario_model import S, ScenarioModel
from gdsim.app.trainer import Trainer
from gdsim.app.widgets.message_label import MessageLabel
from gdsim.simulation.snapshot import Snapshot

if TYPE_CHECKING:
    from gdsim.app.panels.transport import Transport

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
        self.message = MessageLabel("message")
        self.message.setContentsMargins(theme.GRID, theme.GRID // 2, theme.GRID, theme.GRID // 2)
        self._started = False
        self._closed = False
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
        """Take up docks and last choices again."""
        raise NotImplementedError

    def reset_layout(self) -> None:
        """Put every panel back in its place."""
        self.layout_of_docks.reset()

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
