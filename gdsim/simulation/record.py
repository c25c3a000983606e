"""What a run leaves behind: rows, checkpoints, distributions, and the step at which it diverged."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from gdsim.simulation.distributions import DistributionLog
from gdsim.simulation.history import Checkpoint, Checkpoints, History
from gdsim.simulation.recorder import recorder_of
from gdsim.simulation.simulation import Evaluation, Simulation


class Record:
    """Rows of every step from 0 to `last`, written many at a time, and what there is to go back to.

    Attributes
    ----------
    last
        The last step that was seen; -1 before the first.
    diverged_at
        The step at which a number was no longer finite; None where there was none.
    checkpoints
        What a rewind starts from.
    """

    def __init__(self, simulation: Simulation, hyper: Iterable[str], budget: int) -> None:
        self._recorder = recorder_of(simulation)
        self._first_hyper = len(self._recorder.columns)
        self._history = History([*self._recorder.columns, *hyper])
        self._distributions = DistributionLog()
        self.checkpoints = Checkpoints(budget)
        self.last = -1
        self.diverged_at: int | None = None

    @property
    def history(self) -> History:
        """All rows."""
        self.write()
        return self._history

    @property
    def distributions(self) -> DistributionLog:
        """The distributions that were kept."""
        self.write()
        return self._distributions

    def see(self, simulation: Simulation, known: Evaluation, note: Any, hyper: Mapping[str, float]) -> None:
        """Record the next state."""
        recorder = self._recorder
        self.last += 1
        if not recorder.see(simulation, known, note, hyper):
            self.diverged_at = self.last
            self.write()
        elif recorder.waiting >= recorder.most:
            self.write()

    def keep(self, checkpoint: Checkpoint) -> None:
        """Keep a checkpoint of the last state."""
        # The start is kept even where its loss is not finite: a rewind must have somewhere to go.
        if self.diverged_at is None or checkpoint.step == 0:
            self.checkpoints.add(checkpoint)

    def cut(self, here: int) -> None:
        """Forget what was recorded after step ``here``."""
        self.write()
        self._history.cut(here + 1)
        self._distributions.cut(here)
        self.checkpoints.cut(here)
        self.last = here
        if self.diverged_at is not None and self.diverged_at > here:
            self.diverged_at = None

    def forget_last(self) -> None:
        """Forget the last state, which is seen anew; a checkpoint of it, taken before it was edited, stays."""
        self.write()
        self.last -= 1
        self._history.cut(self.last + 1)
        self._distributions.cut(self.last)
        self.diverged_at = None

    def set_hyper(self, name: str, value: float) -> None:
        """Change a hyper-parameter in the last row."""
        row = self.history.table()[self.last].copy()
        row[self._history.columns.index(name, self._first_hyper)] = value
        self._history.cut(self.last)
        self._history.append(row)

    def write(self) -> None:
        """Make the rows that wait."""
        if self._recorder.waiting:
            self._history.extend(self._recorder.rows(len(self._history), self._distributions))
