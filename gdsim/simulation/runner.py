"""A run: steps, phases and verbs forward, rewind by replay, and what was changed by hand on the way."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING

from gdsim.errors import InputError
from gdsim.i18n import tr
from gdsim.optimizers import Term, UpdateRule
from gdsim.problems.base import Problem
from gdsim.simulation.distributions import DistributionLog
from gdsim.simulation.events import STANDARD, Edit, Events, Verb, canonical, edits, is_usual, recorded
from gdsim.simulation.history import Checkpoints, History
from gdsim.simulation.recorder import recorder_of
from gdsim.simulation.simulation import Evaluation, Simulation
from gdsim.simulation.snapshot import Phase, Snapshot
from gdsim.simulation.still import Still, held_gradient, point, term_values

if TYPE_CHECKING:
    from torch import Tensor

    from gdsim.simulation.spec import RunSpec

Changes = dict[int, dict[str, float]]

NEXT_PHASE: dict[Phase, Phase] = {
    "update": "forward",
    "zero_grad": "forward",
    "forward": "backward",
    "backward": "update",
}


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


class Runner:
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
    """

    def __init__(
        self,
        problem: Problem,
        rule: UpdateRule,
        hyper: Mapping[str, float],
        changes: Mapping[int, Mapping[str, float]] | None = None,
        budget: int = 256 * 2**20,
        events: Events | None = None,
    ) -> None:
        self.rule = rule
        self.initial_hyper = dict(hyper)
        self.changes: Changes = {step: dict(part) for step, part in sorted((changes or {}).items())}
        self.events: Events = dict(sorted((events or {}).items()))
        self._hyper_known = (-1, dict(hyper))
        self.simulation = Simulation(problem, rule)
        self.phase: Phase = "update"
        self._diverged_at: int | None = None
        self._checkpoints = Checkpoints(budget)
        self._distributions = DistributionLog()
        self._before: Still | None = None
        self._terms: tuple[Term, ...] = ()
        self._done: list[Verb | Edit] = []
        self._recorder = recorder_of(self.simulation)
        self._history = History([*self._recorder.columns, *hyper])
        self._first_hyper = len(self._recorder.columns)
        for deed in [deed for script in self.events.values() for deed in edits(script)]:
            self._place(deed)
        self._known: Evaluation
        self._flat: Tensor
        self._arrive()

    @classmethod
    def of(cls, problem: Problem, rule: UpdateRule, spec: RunSpec) -> Runner:
        """Return the runner that a scenario's run asks for."""
        changes: Changes = {}
        for change in spec.change:
            changes.setdefault(change.step, {}).update(change.hyper)
        return cls(problem, rule, spec.hyper, changes, events=spec.events)

    @property
    def step_count(self) -> int:
        """Number of updates that the present state has seen."""
        return self.simulation.step_count

    @property
    def last_step(self) -> int:
        """Last step that is recorded."""
        return len(self._history) + self._recorder.waiting - 1

    @property
    def history(self) -> History:
        """The recorded rows."""
        self._write()
        return self._history

    @property
    def diverged_at(self) -> int | None:
        """The step at which a number was no longer finite, if there was one."""
        self._write()
        return self._diverged_at

    @property
    def stopped(self) -> bool:
        """Whether the run has diverged here and stays."""
        return self._diverged_at is not None and self.step_count >= self._diverged_at

    def hyper_at(self, step: int) -> dict[str, float]:
        """Return the hyper-parameters in force for the update that follows ``step``."""
        return dict(self._hyper(step))

    def step(self) -> bool:
        """Make one update, as recorded where the run has been before; False where it has diverged and stays."""
        if self.stopped:
            return False
        if self._is_usual(self.step_count):
            self.simulation.take(self._known)
        else:
            self._go_to(self.step_count, edited=False)
            for deed in self.events[self.step_count]:
                self._do(deed)
        self._update()
        return True

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
        initial, changes = changed(self.initial_hyper, self.changes, here, name, value)
        if self.hyper_at(here)[name] == value:
            return
        row = self.history.table()[here].copy()
        row[self._first_hyper + list(self.initial_hyper).index(name)] = value
        self._cut()
        self.initial_hyper, self.changes = initial, changes
        self._hyper_known = (-1, dict(initial))
        self._history.cut(here)
        self._history.append(row)

    def edit(self, name: str, index: tuple[int, ...], value: float) -> None:
        """Set one number of a parameter from the present step on; what was recorded after it is cut off.

        Raises
        ------
        InputError
            If there is no such number, or the new one is not finite.
        """
        deed = Edit(name, tuple(index), float(value))
        place = self._place(deed)
        if not math.isfinite(deed.value):
            raise InputError(tr("{name} can only be set to a finite number.", name=name))
        self._cut()
        self._done.append(deed)
        self.events = recorded(self.events, self.step_count, (*edits(tuple(self._done)), *STANDARD))
        self.simulation.edit(place, deed.value)
        self._diverged_at = None
        self._history.cut(self.step_count)
        self._look()
        self._write()

    def snapshot(self, run_id: int = 0, playing: bool = False) -> Snapshot:
        """Return a frozen picture of the present state and of all that is recorded."""
        self._write()
        simulation, layout = self.simulation, self.simulation.layout
        hide = self.phase == "forward"
        return Snapshot(
            run_id=run_id,
            phase=self.phase,
            now=point(layout, self._still(), None if hide else self._known.gradient),
            before=None if self._before is None else point(layout, self._before, self._before.gradient),
            terms=term_values(layout, self._terms),
            last_step=self.last_step,
            columns=self._history.columns,
            table=self._history.table(),
            changes={step: dict(part) for step, part in self.changes.items()},
            events=dict(self.events),
            diverged_at=self._diverged_at,
            playing=playing,
            problem=simulation.problem,
            grad=held_gradient(simulation),
            graph=simulation.graph,
            stale_graph=simulation.stale_graph,
            move={} if simulation.move is None else layout.arrays(simulation.move),
            distributions=dict(self._distributions.kinds),
        )

    def _go_to(self, step: int, edited: bool = True) -> None:
        """Go to a recorded step by replay; with ``edited`` what was edited there by hand is edited again."""
        checkpoint = self._checkpoints.nearest(max(step - 1, 0))
        ready = edited if self.step_count == step else self._is_usual(self.step_count)
        if not (checkpoint.step <= self.step_count <= step and self.phase == "update" and ready):
            self._before, self._terms = None, ()
            self.simulation.restore(checkpoint)
            self._arrive(edited if checkpoint.step == step else self._is_usual(checkpoint.step))
        while self.step_count < step:
            here, following = self.step_count, self.step_count + 1
            if self._is_usual(here):
                self.simulation.take(self._known)
            else:
                for deed in self.events[here]:
                    self._do(deed)
            self._update(edited if following == step else self._is_usual(following))

    def _is_usual(self, step: int) -> bool:
        script = self.events.get(step)
        return script is None or is_usual(script)

    def _do(self, deed: Verb | Edit) -> None:
        if isinstance(deed, Edit):
            self.simulation.edit(self._place(deed), deed.value)
        elif deed == "zero_grad":
            self.simulation.zero_grad()
        else:
            self.simulation.forward()
            self.simulation.backward()

    def _did(self, verb: Verb) -> None:
        self._done.append(verb)
        self.phase = verb

    def _update(self, edited: bool = True) -> None:
        before = self._still()
        self._terms = self.simulation.update(before.hyper).terms
        self._before = before
        self._arrive(edited)

    def _arrive(self, edited: bool = True) -> None:
        """Begin a step: edit what was edited here by hand, look at the state, and record it where it is new."""
        simulation, step = self.simulation, self.simulation.step_count
        new = step > self.last_step
        checkpoint = simulation.checkpoint() if new and self._checkpoints.due(step) else None
        self.phase = "update"
        self._done = []
        if edited and step in self.events:
            self._done = list(edits(self.events[step]))
            for deed in self._done:
                self._do(deed)
        self._look(new)
        # The start is kept even where its loss is not finite: a rewind must have somewhere to go.
        if checkpoint is not None and (self._diverged_at is None or step == 0):
            self._checkpoints.add(checkpoint)

    def _look(self, new: bool = True) -> None:
        """Evaluate the present state; with ``new`` its row is recorded, at once or with others."""
        simulation, step = self.simulation, self.simulation.step_count
        self._known = known = simulation.evaluate()
        self._flat = simulation.flat.clone()
        if not new:
            return
        self._recorder.see(simulation, known, self._hyper(step))
        if self._recorder.most > 1 and self._distributions.due(step):
            self._distributions.see(step, simulation.layout, self._flat, known.gradient)
        if self._recorder.waiting >= self._recorder.most or not math.isfinite(known.loss):
            self._write()

    def _write(self) -> None:
        """Write the rows that wait; a run that went on from what is not finite goes back to it."""
        if not self._recorder.waiting:
            return
        first = len(self._history)
        rows, bad = self._recorder.rows()
        self._history.append(*(rows if bad is None else rows[: bad + 1]))
        if bad is not None:
            self._diverged_at = first + bad
            self._checkpoints.cut(first + bad)
            self._distributions.cut(first + bad)
            if self.step_count > first + bad:
                self._go_to(first + bad)

    def _cut(self) -> None:
        """Forget what was recorded after the present step."""
        self._write()
        here = self.step_count
        self._history.cut(here + 1)
        self._checkpoints.cut(here)
        self._distributions.cut(here)
        self.changes = {at: part for at, part in self.changes.items() if at <= here}
        self.events = {at: script for at, script in self.events.items() if at <= here}
        if self._diverged_at is not None and self._diverged_at > here:
            self._diverged_at = None

    def _hyper(self, step: int) -> Mapping[str, float]:
        known, result = self._hyper_known
        if step < known:
            known, result = -1, dict(self.initial_hyper)
        if step > known:
            if self.changes and any(known < at <= step for at in self.changes):
                result = dict(result)
                for at in range(known + 1, step + 1):
                    result |= self.changes.get(at, {})
            self._hyper_known = (step, result)
        return result

    def _place(self, deed: Edit) -> int:
        try:
            return self.simulation.layout.place(deed.parameter, deed.index)
        except IndexError:
            known = ", ".join(f"{name} {list(shape)}" for name, shape in self.simulation.layout.shapes.items())
            raise InputError(
                tr("There is no {name}{index} to edit; there are {known}.", name=deed.parameter,
                   index=list(deed.index), known=known)
            ) from None  # fmt: skip

    def _still(self) -> Still:
        simulation = self.simulation
        return Still(
            simulation.step_count,
            self._flat,
            self._known.loss,
            simulation.flat_gradient,
            simulation.flat_state,
            self._hyper(simulation.step_count),
        )
