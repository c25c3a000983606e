"""Steps forward and back: each as recorded where the run has been before."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING

from gdsim.errors import InputError
from gdsim.i18n import tr
from gdsim.optimizers import Update, UpdateRule
from gdsim.problems.base import Problem
from gdsim.simulation.events import Edit, Events, Verb, edits, is_usual
from gdsim.simulation.rates import RateSchedule
from gdsim.simulation.record import Record
from gdsim.simulation.schedule import Schedule
from gdsim.simulation.simulation import Evaluation, Simulation
from gdsim.simulation.snapshot import Phase
from gdsim.simulation.still import Still

if TYPE_CHECKING:
    from torch import Tensor


class Journey:
    """A simulation that remembers its way: what `Runner` is built on.

    Attributes
    ----------
    rule
        The update rule.
    simulation
        The present state.
    events
        What was done by hand, by step.
    phase
        What was done last.
    part
        How many parts of the update that comes next were looked at, one after the other, since `backward`.
    """

    def __init__(
        self,
        problem: Problem,
        rule: UpdateRule,
        hyper: Mapping[str, float],
        changes: Mapping[int, Mapping[str, float]],
        budget: int,
        events: Events,
        rate: RateSchedule,
    ) -> None:
        import torch

        # Small tensors: a pool of threads costs more than it gives, and sums in another order, so that the same
        # scenario would have other digits in the window than from the command line.
        torch.set_num_threads(1)
        self.rule = rule
        self.simulation = Simulation(problem, rule)
        self.events: Events = dict(sorted(events.items()))
        self.phase: Phase = "update"
        self.part = 0
        self._schedule = Schedule(hyper, changes, rate)
        self._record = Record(self.simulation, hyper, budget)
        self._before: Still | None = None
        # The parameters before the last update, written anew each time: what is kept makes the next step slower.
        self._behind = torch.empty_like(self.simulation.flat)
        self._done: list[Verb | Edit] = []
        for deed in [deed for script in self.events.values() for deed in edits(script)]:
            self._check(deed)
        self._known: Evaluation
        self._arrive()

    @property
    def stopped(self) -> bool:
        """Whether the run has diverged here and stays."""
        diverged_at = self._record.diverged_at
        return diverged_at is not None and self.simulation.step_count >= diverged_at

    def step(self) -> bool:
        """Make one update, as recorded where the run has been before; False where it has diverged and stays."""
        if self.stopped:
            return False
        simulation = self.simulation
        if not self.events or self._is_usual(simulation.step_count):
            simulation.take(self._known)
        else:
            self._go_to(simulation.step_count, edited=False)
            self._follow(self.events[simulation.step_count])
        self._update()
        return True

    def _go_to(self, step: int, edited: bool = True) -> None:
        """Go to a recorded step by replay; with ``edited`` what was edited there by hand is edited again."""
        simulation = self.simulation
        checkpoint = self._record.checkpoints.nearest(max(step - 1, 0))
        ready = edited if simulation.step_count == step else self._is_usual(simulation.step_count)
        if not (checkpoint.step <= simulation.step_count <= step and self.phase == "update" and ready):
            self._before = None
            simulation.restore(checkpoint)
            self._arrive(edited if checkpoint.step == step else self._is_usual(checkpoint.step))
        while simulation.step_count < step:
            here, following = simulation.step_count, simulation.step_count + 1
            if self._is_usual(here):
                simulation.take(self._known)
            else:
                self._follow(self.events[here])
            self._update(edited if following == step else self._is_usual(following))

    def _is_usual(self, step: int) -> bool:
        script = self.events.get(step)
        return script is None or is_usual(script)

    def _follow(self, script: tuple[Verb | Edit, ...]) -> None:
        """Do what a script says, and know the state that it leaves."""
        for deed in script:
            self._do(deed)
        if edits(script):
            self._look(new=False)

    def _do(self, deed: Verb | Edit) -> None:
        if isinstance(deed, Edit):
            self.simulation.edit(self._check(deed), deed.value)
        elif deed == "zero_grad":
            self.simulation.zero_grad()
        else:
            self.simulation.forward()
            self.simulation.backward()

    def _update(self, edited: bool = True) -> None:
        simulation = self.simulation
        self._behind.copy_(simulation.flat)
        before = self._still(self._behind)
        simulation.update(before.hyper)
        self._before = before
        self._arrive(edited)

    def _arrive(self, edited: bool = True) -> None:
        """Begin a step: edit what was edited here by hand, look at the state, and record it where it is new."""
        simulation, record = self.simulation, self._record
        step = simulation.step_count
        new = step > record.last
        checkpoint = simulation.checkpoint() if new and record.checkpoints.due(step) else None
        self.phase, self.part = "update", 0
        self._done = []
        if edited and step in self.events:
            self._done = list(edits(self.events[step]))
            for deed in self._done:
                self._do(deed)
        self._look(new)
        if checkpoint is not None:
            record.keep(checkpoint)

    def _look(self, new: bool) -> None:
        """Evaluate the present state; with ``new`` it is recorded."""
        simulation = self.simulation
        self._known, note = simulation.evaluate()
        if new:
            self._record.see(simulation, self._known, note, self._schedule.at(simulation.step_count))

    def _cut(self) -> None:
        """Forget what was recorded after the present step."""
        here = self.simulation.step_count
        self._record.cut(here)
        self._schedule = self._schedule.cut(here)
        self.events = {at: script for at, script in self.events.items() if at <= here}

    def _check(self, deed: Edit) -> int:
        """Return the place of an edited number in the flat tensor, or raise `InputError` where it cannot be edited."""
        import torch

        simulation = self.simulation
        try:
            place = simulation.layout.place(deed.parameter, deed.index)
        except IndexError:
            known = ", ".join(f"{name} {list(shape)}" for name, shape in simulation.layout.shapes.items())
            raise InputError(
                tr("There is no {name}{index} to edit; there are {known}.", name=deed.parameter,
                   index=list(deed.index), known=known)
            ) from None  # fmt: skip
        if not math.isfinite(torch.tensor(deed.value, dtype=torch.float64).to(simulation.flat.dtype).item()):
            raise InputError(tr("{name} can only be set to a finite number.", name=deed.parameter))
        return place

    def _still(self, flat: Tensor) -> Still:
        """Return the present state, with its parameters in ``flat``."""
        simulation = self.simulation
        step = simulation.step_count
        return Still(
            step, flat, self._known.loss, simulation.flat_gradient, simulation.flat_state, self._schedule.at(step)
        )

    def _update_from(self, still: Still) -> Update:
        """Return the update that is made from a state: worked out again, bit for bit."""
        assert still.gradient is not None
        return self.simulation.worked_out(still.step, still.parameters, still.gradient, still.state, still.hyper)
