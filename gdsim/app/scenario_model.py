"""The scenario that is on screen, with undo: a frozen value is replaced, never changed."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QUndoCommand, QUndoStack

from gdsim.simulation.files import validate
from gdsim.simulation.spec import BaseScenario

if TYPE_CHECKING:
    from gdsim.simulation.network_scenario import NetworkScenario
    from gdsim.simulation.surface_scenario import SurfaceScenario

MERGE_SECONDS = 1.0
"""Edits of one setting in one gesture that follow each other faster than this are undone together."""

SIGHTS = ("elev", "azim", "zoom", "leaf")
"""Keys of a view that say where one looks from, and at what."""

B = TypeVar("B", bound=BaseScenario)
"""The scenario of any lab."""

S = TypeVar("S", bound="SurfaceScenario | NetworkScenario")
"""The scenario of a lab whose first ``run`` a trainer carries out."""


class ScenarioModel(QObject, Generic[B]):
    """Holds the present scenario; `changed` carries the old and the new one.

    Parameters
    ----------
    scenario
        The one to begin with.

    Signals
    -------
    changed(object, object)
        Another scenario is to be shown: the old one and the new one.
    focus_changed(int)
        Settings concern another run.
    held
        Another scenario is held, in whichever way it came: also one that was only noted or is in force already.
    replaced(object)
        One has begun anew with this scenario.

    Attributes
    ----------
    focus
        Which of the scenario's runs settings concern and numbers are shown of.
    """

    changed = Signal(object, object)
    focus_changed = Signal(int)
    held = Signal()
    replaced = Signal(object)

    def __init__(self, scenario: B, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.scenario: B = scenario
        self.gesture = self.focus = 0
        self.undo_stack = QUndoStack(self)

    def edit(self, values: dict[str, Any], text: str) -> None:
        """Set dotted keys (``run.0.start``) to new values, as one undoable edit.

        ``text`` is what the menu says behind Undo and Redo, such as "change of the formula".

        Raises
        ------
        InputError
            If the result is no valid scenario; nothing has changed then.
        """
        new = revised(self.scenario, values)
        if new != self.scenario:
            self.undo_stack.push(_Edit(self, new, text, tuple(values), in_force=False))

    def adopt(self, values: dict[str, Any], text: str) -> None:
        """Take over what is already in force (a change made in mid-run), undoable like an edit."""
        new = revised(self.scenario, values)
        if new != self.scenario:
            self.undo_stack.push(_Edit(self, new, text, tuple(values), in_force=True))

    def end_gesture(self) -> None:
        """Let the next edit be undone by itself: a drag has ended, or a value was entered."""
        self.gesture += 1

    def note(self, values: dict[str, Any]) -> None:
        """Take over the speed, or what a picture or film was made with: not undone, not announced, nothing to save."""
        self._hold(revised(self.scenario, values))

    def replace(self, scenario: B) -> None:
        """Begin anew with another scenario; there is nothing to undo then."""
        self.undo_stack.clear()
        self.focus = 0
        self._set(scenario)
        self.replaced.emit(scenario)

    def look_at(self, run: int) -> None:
        """Let settings concern another run; this is nothing to undo."""
        if run != self.focus:
            self.end_gesture()
            self.focus = run
            self.focus_changed.emit(run)

    def _set(self, scenario: B) -> None:
        old = self.scenario
        # Before anybody is told: what a run shows is asked for by its number.
        self.focus = max(0, min(self.focus, len(getattr(scenario, "run", ())) - 1))
        self._hold(scenario)
        self.changed.emit(old, scenario)

    def _hold(self, scenario: B) -> None:
        self.scenario = scenario
        self.held.emit()


class _Edit(QUndoCommand, Generic[B]):
    def __init__(self, model: ScenarioModel[B], new: B, text: str, keys: tuple[str, ...], in_force: bool) -> None:
        super().__init__(text)
        self._model: ScenarioModel[B] = model
        self._old: B = model.scenario
        self._new: B = new
        self._kind = (text, keys, model.gesture)
        self._in_force = in_force
        self._time = time.monotonic()

    def id(self) -> int:
        return 1

    def redo(self) -> None:
        if self._in_force:
            self._model._hold(self._new)
            self._in_force = False
        else:
            self._go_to(self._new)

    def undo(self) -> None:
        self._go_to(self._old)

    def _go_to(self, scenario: B) -> None:
        self._model._set(_with_notes(scenario, self._model.scenario))

    def mergeWith(self, other: QUndoCommand) -> bool:
        if not isinstance(other, _Edit) or other._kind != self._kind:
            return False
        if other._time - self._time > MERGE_SECONDS:
            return False
        self._new, self._time = other._new, other._time
        return True


def revised(scenario: B, values: dict[str, Any]) -> B:
    """Return ``scenario`` with dotted keys set, checked as a file would be."""
    data = scenario.model_dump(mode="json")
    for key, value in values.items():
        *path, last = key.split(".")
        place: Any = data
        for part in path:
            if isinstance(place, list):
                place = place[int(part)]
                continue
            if place.get(part) is None:
                place[part] = {}  # a table that the scenario did not have yet, such as ``picture``
            place = place[part]
        place[last] = value
    result = validate(data, name_keys=False)
    assert type(result) is type(scenario)
    return result


def experiment(scenario: BaseScenario) -> object:
    """Return what of ``scenario`` is worth saving, to be compared: all but notes, and where one looks from and at.

    Nobody is to be asked about a camera that was turned.
    """
    view = getattr(scenario, "view", None)
    sights = {} if view is None else {key: value for key, value in view if key not in SIGHTS}
    playback = scenario.playback.model_copy(update={"speed": 1.0})
    return scenario.model_copy(update={"playback": playback, "picture": None, "film": None, "view": None}), sights


def _with_notes(scenario: B, present: B) -> B:
    """Return ``scenario`` with the notes of the ``present`` one."""
    playback = scenario.playback.model_copy(update={"speed": present.playback.speed})
    return scenario.model_copy(update={"playback": playback, "picture": present.picture, "film": present.film})
