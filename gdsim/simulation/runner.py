"""A run: steps and phases forward, rewind by replay, and hyper-parameters changed on the way."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from gdsim.errors import InputError
from gdsim.i18n import tr
from gdsim.optimizers import Params, UpdateRule
from gdsim.problems.base import Problem
from gdsim.simulation.history import Checkpoint, Checkpoints, History
from gdsim.simulation.simulation import Simulation
from gdsim.simulation.snapshot import Phase, Point, Snapshot, TermValue, Values

if TYPE_CHECKING:
    from gdsim.simulation.scenario import RunSpec

Changes = dict[int, dict[str, float]]

NEXT_PHASE: dict[Phase, Phase] = {"update": "forward", "forward": "backward", "backward": "update"}


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

    At rest the loss and the gradient of the present state are known and recorded: row ``k`` of the
    history describes the state after ``k`` updates.

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
    """

    def __init__(
        self,
        problem: Problem,
        rule: UpdateRule,
        hyper: Mapping[str, float],
        changes: Mapping[int, Mapping[str, float]] | None = None,
        budget: int = 256 * 2**20,
    ) -> None:
        self.rule = rule
        self.initial_hyper = dict(hyper)
        self.changes: Changes = {step: dict(part) for step, part in sorted((changes or {}).items())}
        self._hyper_known = (-1, dict(hyper))
        self.simulation = Simulation(problem, rule)
        self.phase: Phase = "update"
        self.diverged_at: int | None = None
        self._checkpoints = Checkpoints(budget)
        self._before: Point | None = None
        self._terms: tuple[TermValue, ...] = ()
        names = self._scalars(self.simulation.parameters)
        velocity = names if "velocity" in self.simulation.state else []
        self.history = History(
            ["loss", "grad_norm", *names, *(f"grad_{n}" for n in names), *(f"velocity_{n}" for n in velocity), *hyper]
        )
        self._recorded = names
        self._first_hyper = len(self.history.columns) - len(hyper)
        self._evaluate()
        self._record()

    @classmethod
    def of(cls, problem: Problem, rule: UpdateRule, spec: RunSpec) -> Runner:
        """Return the runner that a scenario's run asks for."""
        changes: Changes = {}
        for change in spec.change:
            changes.setdefault(change.step, {}).update(change.hyper)
        return cls(problem, rule, spec.hyper, changes)

    @property
    def step_count(self) -> int:
        """Number of updates that the present state has seen."""
        return self.simulation.step_count

    @property
    def last_step(self) -> int:
        """Last step that is recorded."""
        return len(self.history) - 1

    def hyper_at(self, step: int) -> dict[str, float]:
        """Return the hyper-parameters in force for the update that follows ``step``."""
        known, result = self._hyper_known
        if step < known:
            known, result = -1, dict(self.initial_hyper)
        if step > known:
            result = dict(result)
            for at in range(known + 1, step + 1):
                result |= self.changes.get(at, {})
            self._hyper_known = (step, result)
        return dict(result)

    def step(self) -> bool:
        """Make one update and evaluate the new state; False where the run has diverged and stays."""
        if self.diverged_at is not None and self.step_count >= self.diverged_at:
            return False
        if self.phase == "forward":
            self.simulation.backward()
        self._update()
        return True

    def next_phase(self) -> Phase | None:
        """Do the next of forward, backward and update; None where the run has diverged and stays."""
        if self.diverged_at is not None and self.step_count >= self.diverged_at:
            return None
        following = NEXT_PHASE[self.phase]
        if following == "forward":
            self.simulation.zero_grad()
            self.simulation.forward()
        elif following == "backward":
            self.simulation.backward()
        else:
            self._update()
        self.phase = following
        return following

    def seek(self, step: int) -> None:
        """Go to a recorded step: the nearest checkpoint, then replay, bit for bit."""
        step = max(0, min(step, self.last_step))
        checkpoint = self._checkpoints.nearest(max(step - 1, 0))
        ahead = checkpoint.step <= self.step_count <= step and self.phase == "update"
        if not ahead:
            self._before, self._terms = None, ()
            self.simulation.restore(checkpoint.parameters, checkpoint.state, checkpoint.step)
            self._evaluate()
        while self.step_count < step:
            self._update()
        self.phase = "update"

    def set_hyper(self, name: str, value: float) -> None:
        """Change a hyper-parameter from the present step on; what was recorded after it is cut off."""
        here = self.step_count
        initial, changes = changed(self.initial_hyper, self.changes, here, name, value)
        if self.hyper_at(here)[name] == value:
            return
        self.initial_hyper, self.changes = initial, changes
        self._hyper_known = (-1, dict(initial))
        row = self.history.table()[here].copy()
        row[self._first_hyper + list(self.initial_hyper).index(name)] = value
        self.history.cut(here)
        self.history.append(row)
        self._checkpoints.cut(here)
        if self.diverged_at is not None and self.diverged_at > here:
            self.diverged_at = None

    def snapshot(self, run_id: int = 0, playing: bool = False) -> Snapshot:
        """Return a frozen picture of the present state and of all that is recorded."""
        return Snapshot(
            run_id=run_id,
            phase=self.phase,
            now=self._point(),
            before=self._before,
            terms=self._terms,
            last_step=self.last_step,
            columns=self.history.columns,
            table=self.history.table(),
            changes={step: dict(part) for step, part in self.changes.items()},
            diverged_at=self.diverged_at,
            playing=playing,
        )

    def _update(self) -> None:
        before = self._point()
        update = self.simulation.update(before.hyper)
        self._before = before
        self._terms = tuple(TermValue(t.name, t.role, _values(t.value)) for t in update.terms)
        self.phase = "update"
        self._evaluate()
        if self.step_count > self.last_step:
            self._record()

    def _evaluate(self) -> None:
        self.simulation.zero_grad()
        self.simulation.forward()
        self.simulation.backward()

    def _record(self) -> None:
        """Append the row of the present state, with a checkpoint when one is due."""
        simulation = self.simulation
        gradient = simulation.gradient or {}
        assert simulation.loss is not None
        flat = {name: g.item() for name, g in gradient.items()} if self._recorded else {}
        norm = math.hypot(*flat.values()) if flat else _norm(gradient)
        loss = simulation.loss.item()
        row = [loss, norm]
        if self._recorded:
            row += [simulation.parameters[n].item() for n in self._recorded]
            row += [flat[n] for n in self._recorded]
            if "velocity" in simulation.state:
                row += [simulation.state["velocity"][n].item() for n in self._recorded]
        row += self.hyper_at(self.step_count).values()
        self.history.append(row)
        if not all(map(math.isfinite, row)):
            self.diverged_at = self.step_count
        # The start is kept even where its loss is not finite: a rewind must have somewhere to go.
        if self._checkpoints.due(self.step_count) and (self.diverged_at is None or self.step_count == 0):
            restart = {n: p.detach().clone() for n, p in simulation.parameters.items()}
            state = {k: {n: v.clone() for n, v in part.items()} for k, part in simulation.state.items()}
            self._checkpoints.add(Checkpoint(self.step_count, restart, state))

    def _point(self) -> Point:
        simulation = self.simulation
        assert simulation.loss is not None
        return Point(
            step=self.step_count,
            parameters=_values(simulation.parameters),
            loss=simulation.loss.item(),
            gradient=_values(simulation.gradient or {}),
            state={key: _values(part) for key, part in simulation.state.items()},
            hyper=self.hyper_at(self.step_count),
        )

    @staticmethod
    def _scalars(params: Params) -> list[str]:
        """Names of the parameters if all are scalars, whose every value is then recorded."""
        return list(params) if all(p.ndim == 0 for p in params.values()) else []


def _values(params: Params) -> Values:
    return {name: value.detach().cpu().numpy().copy() for name, value in params.items()}


def _norm(gradient: Params) -> float:
    return float(np.sqrt(sum(float((g * g).sum()) for g in gradient.values())))
