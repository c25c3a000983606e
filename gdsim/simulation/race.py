"""Several runs in lockstep; a single run is a race of one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from gdsim.errors import InputError
from gdsim.optimizers.parts import parts_of
from gdsim.simulation.snapshot import Phase, RaceState, Snapshot

if TYPE_CHECKING:
    from gdsim.simulation.runner import Runner


class Race:
    """Runners that make each step together; one that has diverged stays behind, and the others go on.

    Parameters
    ----------
    runners
        The runs, in the scenario's order; each may have steps behind it.
    keys
        What each was made from, so that a race that is made anew can keep it; see `kept`.
    in_parts
        Whether `next_phase` shows the parts of an update one by one.

    Attributes
    ----------
    focus
        Which run snapshots are of; settings concern it alone.
    """

    def __init__(self, runners: Sequence[Runner], keys: Sequence[object] = (), in_parts: bool = False) -> None:
        self.runners = list(runners)
        self._in_parts = in_parts
        self.focus = 0
        self._keys: list[object] = list(keys) or [None] * len(self.runners)
        self._step = 0
        self.seek(0)

    @property
    def step_count(self) -> int:
        """Number of updates that the runs which go on have seen."""
        return self._step

    @property
    def last_step(self) -> int:
        """The last step that all runs have recorded which do not diverge before; of those that do, the latest."""
        going = [runner.last_step for runner in self.runners if runner.diverged_at is None]
        return min(going) if going else max(runner.last_step for runner in self.runners)

    @property
    def stopped(self) -> bool:
        """Whether every run has diverged here and stays."""
        return all(runner.stopped for runner in self.runners)

    @property
    def phase(self) -> Phase:
        """What was done last."""
        return self._lead.phase

    def kept(self, key: object) -> Runner | None:
        """Return the runner that was made from ``key``, unless something was changed by hand since."""
        return self.runners[self._keys.index(key)] if key in self._keys else None

    def step(self) -> bool:
        """Make one update of every run that goes on; False where none does."""
        going = [runner for runner in self.runners if not runner.stopped]
        self._together(going, lambda runner: runner.step())
        self._step += bool(going)
        return bool(going)

    def extend(self, last: int) -> bool:
        """Make one update of a run that has not recorded step ``last`` yet; False where none is left."""
        for runner in self.runners:
            if runner.last_step < last and runner.diverged_at is None:
                runner.seek(runner.last_step)
                return runner.step()
        return False

    def next_phase(self) -> None:
        """Do the next of forward, backward, the parts of the update one by one, and update."""
        going = [runner for runner in self.runners if not runner.stopped]
        lead = self._lead
        if self._in_parts and lead.phase == "backward" and lead.part < self._parts(going):
            part = lead.part + 1
            for runner in going:
                runner.show_part(min(part, self._parts([runner])))
            return
        updating = lead.phase == "backward"
        self._together(going, lambda runner: runner.next_phase())
        self._step += bool(going and updating)

    def zero_grad(self) -> None:
        """Forget the gradients."""
        self._by_hand(lambda runner: runner.zero_grad())

    def forward(self) -> None:
        """Compute the losses and their graphs."""
        self._by_hand(lambda runner: runner.forward())

    def backward(self, retain_graph: bool = False) -> None:
        """Add the gradients to what each ``.grad`` holds."""
        self._by_hand(lambda runner: runner.backward(retain_graph))

    def update(self) -> None:
        """Make an update with the gradients that are there."""
        going = any(not runner.stopped for runner in self.runners)
        self._by_hand(lambda runner: runner.update())
        self._step += going

    def seek(self, step: int) -> None:
        """Go to a step that all have recorded, each run as far as it came."""
        self._step = max(0, min(step, self.last_step))
        for runner in self.runners:
            runner.seek(self._step)

    def set_hyper(self, name: str, value: float) -> None:
        """Change a hyper-parameter of the run in focus from the present step on."""
        self._keys[self.focus] = None
        self.runners[self.focus].set_hyper(name, value)

    def edit(self, name: str, index: tuple[int, ...], value: float) -> None:
        """Set one number of a parameter of the run in focus."""
        self._keys[self.focus] = None
        self.runners[self.focus].edit(name, index, value)

    def snapshot(self, run_id: int = 0, playing: bool = False) -> Snapshot:
        """Return a frozen picture of the run in focus, with what is recorded of all."""
        states = tuple(runner.state() for runner in self.runners)
        race = RaceState(self.focus, self._step, self.last_step, states)
        return replace(self.runners[self.focus].snapshot(run_id, playing), race=race)

    @property
    def _lead(self) -> Runner:
        """A run that goes on, if there is one, of those the one with the most parts: its phase is that of the race."""
        going = [runner for runner in self.runners if not runner.stopped]
        return max(going, key=lambda runner: self._parts([runner])) if going else self.runners[self.focus]

    @staticmethod
    def _parts(runners: Sequence[Runner]) -> int:
        return max(len(parts_of(runner.rule, runner.hyper_at(runner.step_count))) for runner in runners)

    def _by_hand(self, verb: Callable[[Runner], object]) -> None:
        self._keys = [None] * len(self.runners)
        self._together([runner for runner in self.runners if not runner.stopped], verb)

    def _together(self, runners: Sequence[Runner], act: Callable[[Runner], object]) -> None:
        """Let each run do the same; where one cannot, those before it go back."""
        for number, runner in enumerate(runners):
            try:
                act(runner)
            except InputError:
                if runner.step_count != self._step or any(r.step_count != self._step for r in runners[:number]):
                    for other in runners[: number + 1]:
                        other.seek(self._step)
                raise
