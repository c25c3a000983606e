"""A run: steps, phases and verbs forward, rewind by replay, and what was changed by hand on the way."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from gdsim.optimizers import UpdateRule
from gdsim.problems.base import Problem
from gdsim.simulation.events import STANDARD, Edit, Events, Verb, canonical, edits, recorded
from gdsim.simulation.history import History
from gdsim.simulation.journey import Journey
from gdsim.simulation.rates import RateSchedule
from gdsim.simulation.schedule import CONSTANT, Changes, changed
from gdsim.simulation.snapshot import Phase, RunState, Snapshot, UpdateValue
from gdsim.simulation.still import Copies, Still

if TYPE_CHECKING:
    from gdsim.simulation.spec import RunSpec

__all__ = ["NEXT_PHASE", "Changes", "Runner", "changed"]

NEXT_PHASE: dict[Phase, Phase] = {
    "update": "forward",
    "zero_grad": "forward",
    "forward": "backward",
    "backward": "update",
}

MOST_COPIED = 1_000_000
"""Numbers of parameters up to which a snapshot holds the state before the update, and its terms."""


class Runner(Journey):
    """A simulation with a memory.

    The loss and the gradient of the present state are always known and recorded, whatever ``.grad`` holds: row
    ``k`` of the history describes the state after ``k`` updates.

    Parameters
    ----------
    problem
        What is minimised.
    rule
        The update rule.
    hyper
        Hyper-parameters at step 0.
    changes
        Hyper-parameters changed in mid-run, in force from their step on.
    budget
        Bytes that checkpoints may hold.
    events
        What was done by hand, by step.
    rate
        What the learning rate is multiplied with at each step.

    Raises
    ------
    InputError
        If an event edits what there is not.
    """

    def __init__(
        self,
        problem: Problem,
        rule: UpdateRule,
        hyper: Mapping[str, float],
        changes: Mapping[int, Mapping[str, float]] | None = None,
        budget: int = 256 * 2**20,
        events: Events | None = None,
        rate: RateSchedule = CONSTANT,
    ) -> None:
        super().__init__(problem, rule, hyper, changes or {}, budget, events or {}, rate)

    @classmethod
    def of(cls, problem: Problem, rule: UpdateRule, spec: RunSpec) -> Runner:
        """Return the runner that a scenario's run asks for."""
        changes: Changes = {}
        for change in spec.change:
            changes.setdefault(change.step, {}).update(change.hyper)
        return cls(problem, rule, spec.hyper, changes, events=spec.events, rate=spec.schedule)

    @property
    def step_count(self) -> int:
        """Number of updates that the present state has seen."""
        return self.simulation.step_count

    @property
    def last_step(self) -> int:
        """Last step that is recorded."""
        return self._record.last

    @property
    def history(self) -> History:
        """The recorded rows."""
        return self._record.history

    @property
    def diverged_at(self) -> int | None:
        """The step at which a number was no longer finite, if there was one."""
        return self._record.diverged_at

    @property
    def initial_hyper(self) -> dict[str, float]:
        """Hyper-parameters at step 0, as they were set."""
        return dict(self._schedule.initial)

    @property
    def changes(self) -> Changes:
        """Hyper-parameters changed in mid-run, by step."""
        return self._schedule.changes

    def hyper_at(self, step: int) -> dict[str, float]:
        """Return the hyper-parameters in force for the update that follows ``step``."""
        return dict(self._schedule.at(step))

    def zero_grad(self) -> None:
        """Forget the gradient."""
        self.simulation.zero_grad()
        self._did("zero_grad")

    def forward(self) -> None:
        """Compute the loss and its graph."""
        self.simulation.forward()
        self._did("forward")

    def backward(self, retain_graph: bool = False) -> None:
        """Add the gradient to what ``.grad`` holds; see `Simulation.backward` for what is refused."""
        self.simulation.backward(retain_graph)
        self._did("backward")

    def update(self) -> bool:
        """Make an update with the gradient that is there; False where the run has diverged and stays.

        Raises
        ------
        InputError
            If there is no gradient yet.
        """
        if self.stopped:
            return False
        self.simulation.require_gradient()
        # There is no gradient at the start, so what is done first is done as if it had been zeroed.
        script = canonical(self._done if self.step_count else ["zero_grad", *self._done])
        if script != self.events.get(self.step_count, STANDARD):
            self._cut()
            self.events = recorded(self.events, self.step_count, script)
        self._update()
        return True

    def next_phase(self) -> Phase | None:
        """Do the next of forward, backward and update; None where the run has diverged and stays."""
        if self.stopped:
            return None
        following = NEXT_PHASE[self.phase]
        if following == "forward":
            if self.phase == "update":
                self.zero_grad()
            self.forward()
        elif following == "backward":
            self.backward()
        else:
            self.update()
        return following

    def seek(self, step: int) -> None:
        """Go to a recorded step: the nearest checkpoint, then replay, bit for bit."""
        self._go_to(max(0, min(step, self.last_step)))

    def set_hyper(self, name: str, value: float) -> None:
        """Change a hyper-parameter from the present step on; what was recorded after it is cut off."""
        here = self.step_count
        schedule = self._schedule.set(here, name, value)
        if self._schedule.settings_at(here)[name] == value:
            return
        self._cut()
        self._schedule = schedule
        self._record.set_hyper(name, schedule.at(here)[name])

    def edit(self, name: str, index: tuple[int, ...], value: float) -> None:
        """Set one number of a parameter from the present step on; what was recorded after it is cut off.

        Raises
        ------
        InputError
            If there is no such number, or the new one is not finite.
        """
        deed = Edit(name, tuple(index), float(value))
        self._check(deed)
        self._cut()
        self._done.append(deed)
        self.events = recorded(self.events, self.step_count, (*edits(tuple(self._done)), *STANDARD))
        self._do(deed)
        self._record.forget_last()
        self._look(new=True)

    def snapshot(self, run_id: int = 0, playing: bool = False) -> Snapshot:
        """Return a frozen picture of the present state and of all that is recorded."""
        simulation, record = self.simulation, self._record
        before = self._before if simulation.layout.size <= MOST_COPIED else None
        copies, history = Copies(simulation.layout), record.history
        hide = self.phase == "forward"
        made = None if before is None else self._shown(copies, before)
        return Snapshot(
            run_id=run_id,
            phase=self.phase,
            now=copies.point(self._still(simulation.flat), None if hide else self._known.gradient),
            before=None if before is None else copies.point(before, before.gradient),
            terms=() if made is None else made.terms,
            last_step=record.last,
            columns=history.columns,
            table=history.table(),
            changes={step: dict(part) for step, part in self.changes.items()},
            events=dict(self.events),
            diverged_at=record.diverged_at,
            playing=playing,
            problem=simulation.problem,
            grad=copies.held_gradient(simulation),
            graph=simulation.graph,
            stale_graph=simulation.stale_graph,
            move=copies.of(simulation.move),
            distributions=dict(record.distributions.kinds),
            used=None if made is None else made.used,
            part=self.part,
            coming=self._coming(copies),
            settings=dict(self._schedule.settings_at(simulation.step_count)),
        )

    def show_part(self, part: int) -> None:
        """Show so many parts of the update that comes next.

        Raises
        ------
        InputError
            If there is no gradient yet, or the rule cannot take these parameters.
        """
        self.simulation.require_gradient()
        self._update_from(self._still(self.simulation.flat))
        self.part = part

    def state(self) -> RunState:
        """Return what is seen of the run beside another one."""
        return RunState(
            step=self.step_count,
            columns=self.history.columns,
            table=self.history.table(),
            settings=self.initial_hyper,
            changes={step: dict(part) for step, part in self.changes.items()},
            events=dict(self.events),
            diverged_at=self.diverged_at,
        )

    def _coming(self, copies: Copies) -> UpdateValue | None:
        """Return the update that comes next, where its parts are to be looked at."""
        simulation = self.simulation
        if not self.part or simulation.flat_gradient is None or simulation.layout.size > MOST_COPIED:
            return None
        return self._shown(copies, self._still(simulation.flat))

    def _shown(self, copies: Copies, still: Still) -> UpdateValue:
        """Return the update that is made from a state."""
        return copies.update(self._update_from(still))

    def _did(self, verb: Verb) -> None:
        self._done.append(verb)
        self.phase, self.part = verb, 0
