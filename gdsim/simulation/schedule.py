"""Hyper-parameters over the steps of a run: those of the start, and what was changed on the way."""

from __future__ import annotations

from collections.abc import Mapping

from gdsim.errors import InputError
from gdsim.i18n import tr
from gdsim.simulation.rates import RateSchedule

Changes = dict[int, dict[str, float]]
"""Hyper-parameters that are new from a step on, by step."""

CONSTANT = RateSchedule()


def changed(
    initial: Mapping[str, float], changes: Mapping[int, Mapping[str, float]], step: int, name: str, value: float
) -> tuple[dict[str, float], Changes]:
    """Return the hyper-parameters at step 0, and the changes, of a run changed at ``step``; later changes are gone.

    Raises
    ------
    InputError
        If the run has no hyper-parameter ``name``.
    """
    if name not in initial:
        raise InputError(tr("The optimizer of this run has no hyper-parameter {name}.", name=name))
    first = dict(initial)
    kept = {at: dict(part) for at, part in changes.items() if at <= step}
    if step == 0:
        first |= kept.pop(0, {}) | {name: value}
    else:
        before = first | {key: v for at in sorted(kept) if at < step for key, v in kept[at].items()}
        kept.setdefault(step, {})[name] = value
        if before[name] == value:  # back to what it was: nothing changes here
            del kept[step][name]
        kept = {at: part for at, part in kept.items() if part}
    return first, kept


class Schedule:
    """The hyper-parameters in force at each step.

    Attributes
    ----------
    initial
        Those of step 0, as they were set.
    changes
        What is set otherwise on the way, by step.
    rate
        What the learning rate that was set is multiplied with at each step.
    """

    def __init__(
        self,
        initial: Mapping[str, float],
        changes: Mapping[int, Mapping[str, float]],
        rate: RateSchedule = CONSTANT,
    ) -> None:
        self.initial = dict(initial)
        self.rate = rate
        self.changes: Changes = {step: dict(part) for step, part in sorted(changes.items())}
        self._from, self._until, self._known = 0, 0, dict(self.initial)

    def at(self, step: int) -> Mapping[str, float]:
        """Return the hyper-parameters in force for the update that follows ``step``: one object while they last."""
        settings = self.settings_at(step)
        if self.rate is CONSTANT or self.rate == CONSTANT:
            return settings
        return {**settings, "learning_rate": settings["learning_rate"] * self.rate.factor(step)}

    def settings_at(self, step: int) -> Mapping[str, float]:
        """Return the hyper-parameters that are set there, whatever the schedule makes of the learning rate."""
        if not self._from <= step < self._until:
            past = [at for at in self.changes if at <= step]
            self._from = past[-1] if past else 0
            self._until = next((at for at in self.changes if at > step), 2**63)
            self._known = dict(self.initial)
            for at in past:
                self._known |= self.changes[at]
        return self._known

    def cut(self, last: int) -> Schedule:
        """Return the schedule without what changes after step ``last``."""
        return Schedule(self.initial, {at: part for at, part in self.changes.items() if at <= last}, self.rate)

    def set(self, step: int, name: str, value: float) -> Schedule:
        """Return the schedule with one hyper-parameter changed from ``step`` on; see `changed`."""
        return Schedule(*changed(self.initial, self.changes, step, name, value), self.rate)
