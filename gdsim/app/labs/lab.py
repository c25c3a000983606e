"""What every lab is made of: a scenario with undo, docks, and a place for messages."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Generic, Protocol

from PySide6.QtCore import QByteArray, QEvent, QSettings, Qt, Signal
from PySide6.QtGui import QImage, QShowEvent
from PySide6.QtWidgets import QMainWindow, QVBoxLayout, QWidget

from gdsim.app import theme
from gdsim.app.background import Background
from gdsim.app.labs.layout import Layout
from gdsim.app.scenario_model import B, ScenarioModel
from gdsim.app.theme import Theme
from gdsim.app.widgets.message_label import MessageLabel

if TYPE_CHECKING:
    from gdsim.app.panels.preset_box import PresetBox
    from gdsim.app.panels.transport import Transport


@dataclass(frozen=True, eq=False)
class Picture:
    """A view that can be exported.

    Attributes
    ----------
    label
        Its name in the interface.
    views
        What ``picture.views`` of a scenario calls the views that it shows.
    grab
        Draws it: width and height in pixels, and ``light``, ``dark`` or ``transparent`` ground.
    view
        The widget whose size a copy takes; None where it is put together from several.
    enlarge
        Draws a copy, as ``grab``, where that is to be the screen enlarged, and ``grab`` does not draw that.
    """

    label: str
    views: tuple[str, ...]
    grab: Callable[[int, int, str], QImage]
    view: QWidget | None = None
    enlarge: Callable[[int, int, str], QImage] | None = None


class Coloured(Protocol):
    """A view that takes its colours from the theme."""

    def set_theme(self, theme: Theme, /) -> None: ...


class Lab(QMainWindow, Generic[B]):
    """The part of a lab that does not depend on what it shows.

    Attributes
    ----------
    name
        What scenarios call it, such as ``surface``; the widget's object name is ``NAME_lab``.
    default_preset
        What the lab begins with when it is opened without a scenario.
    model
        The scenario, with undo.
    slots
        What the lab does when an action of this name is triggered; other actions of its menus are disabled.
    message
        Speaks of anything but the run.
    transport
        The bar that plays what the lab shows.
    preset
        Chooses a prepared scenario.
    """

    name: ClassVar[str]
    default_preset: ClassVar[str]
    preset_chosen = Signal(str)

    layout_of_docks: Layout
    transport: Transport
    preset: PresetBox
    slots: dict[str, Callable[..., object]]

    def __init__(self, scenario: B, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(f"{self.name}_lab")
        self.setWindowFlags(Qt.WindowType.Widget)
        self.model: ScenarioModel[B] = ScenarioModel(scenario, self)
        self.message = MessageLabel("message", dismissable=True)
        self.message.setContentsMargins(theme.GRID, theme.GRID // 2, theme.GRID, theme.GRID // 2)
        self._closed = False
        self._arranged = False
        self._remembered: QByteArray | None = None

    @property
    def scenario(self) -> B:
        """The scenario as it would be saved now."""
        return self.model.scenario

    @property
    def shown_step(self) -> int:
        """The step on screen."""
        raise NotImplementedError

    def go_to(self, step: int) -> None:
        """Bring a step on screen, or the last one that there can be; while nothing is set up yet, once it is."""
        raise NotImplementedError

    def open_scenario(self, scenario: B) -> None:
        """Begin anew with another scenario."""
        raise NotImplementedError

    def pictures(self) -> dict[str, Picture]:
        """Return what can be exported, by name; the first is what is copied to the clipboard."""
        raise NotImplementedError

    def worksheet_text(self) -> str:
        """Return the worksheet as text."""
        raise NotImplementedError

    def rest(self) -> None:
        """Stop what plays or turns: step and view stay as they are on screen now."""
        raise NotImplementedError

    def set_active(self, active: bool) -> None:
        """Work while the lab is on screen; rest, with the run paused, while another one is."""
        if active:
            self.transport.show_playing(False)
        else:
            self.rest()

    def show_message(self, sentence: str, error: bool = True) -> None:
        """Show one sentence above the views; an error stays until the next one, a note for a while."""
        if error:
            self.message.show_sentence(sentence)
        else:
            self.message.show_for_a_while(sentence)

    def _go_to_drawn(self) -> None:
        """Bring the step on screen that the scenario's picture or film shows, if it names one."""
        scenario = self.model.scenario
        drawn = scenario.picture is not None and scenario.picture.steps
        if drawn or (scenario.film is not None and scenario.film.last is not None):
            self.go_to(scenario.shown_step)

    def close_lab(self) -> None:
        """End the threads and timers; none is started afterwards."""
        self._closed = True
        for worker in self.findChildren(Background):
            worker.close()

    def keep(self, worker: Background) -> None:
        """Take over a worker whose dialog has closed until its thread has ended, at the latest with the lab."""
        worker.leave_to(self)
        if self._closed:
            worker.close()

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
