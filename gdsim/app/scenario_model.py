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

    Attributes
    ----------
    focus
        Which of the scenario's runs settings concern and numbers are shown of; `focus_changed` tells of another one.
    """

    changed = Signal(object, object)
    focus_changed = Signal(int)

    def __init__(self, scenario: B, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.scenario: B = scenario
        self.gesture = self.focus = 0
        self.undo_stack = QUndoStack(self)

    def edit(self, values: dict[str, Any], text: str) -> None:
        """Set dotted keys (``run.0.start``) to new values, as one undoable edit called ``text``.

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
        """Take over a choice that is no part of the experiment, such as the speed: not undone, not announced."""
        self.scenario = revised(self.scenario, values)

    def replace(self, scenario: B) -> None:
        """Begin anew with another scenario; there is nothing to undo then."""
        self.undo_stack.clear()
        self.focus = 0
        self._set(scenario)

    def look_at(self, run: int) -> None:
        """Let settings concern another run; this is nothing to undo."""
        if run != self.focus:
            self.end_gesture()
            self.focus = run
            self.focus_changed.emit(run)

    def _set(self, scenario: B) -> None:
        old, self.scenario = self.scenario, scenario
        # Before anybody is told: what a run shows is asked for by its number.
        self.focus = max(0, min(self.focus, len(getattr(scenario, "run", ())) - 1))
        self.changed.emit(old, scenario)


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
            self._model.scenario = self._new
            self._in_force = False
        else:
            self._go_to(self._new)

    def undo(self) -> None:
        self._go_to(self._old)

    def _go_to(self, scenario: B) -> None:
        # What was only noted, such as the speed, is not undone.
        playback = self._model.scenario.playback
        self._model._set(scenario.model_copy(update={"playback": playback}))

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
            place = place[int(part)] if isinstance(place, list) else place[part]
        place[last] = value
    result = validate(data, name_keys=False)
    assert type(result) is type(scenario)
    return result
