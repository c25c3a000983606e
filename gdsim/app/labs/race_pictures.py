"""What the views show of all runs of a race: plain values, no widgets."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from gdsim.app.panels.run_rows import RunRow
from gdsim.app.way import Way, run_colour
from gdsim.app.widgets.chart_series import Series
from gdsim.export.run_colours import labels, letter, worth_telling
from gdsim.export.run_lines import without_the_lost
from gdsim.i18n import tr
from gdsim.optimizers import rule_named
from gdsim.simulation.schedule import CONSTANT
from gdsim.simulation.snapshot import RunState, Snapshot
from gdsim.simulation.spec import RunSpec
from gdsim.simulation.standing import Goal, Standing, standing


def ways(snapshot: Snapshot, runs: Sequence[RunSpec], names: tuple[str, str]) -> list[Way]:
    """Return the way of each run that is not hidden; of several, each in its colour."""
    race = snapshot.race
    if race is None:
        points = np.column_stack([snapshot.column(name) for name in names])
        return [Way(0, points, snapshot.now.step)]
    result = []
    for number, (run, state, label) in enumerate(zip(runs, race.runs, labels(runs), strict=False)):
        if run.hidden:
            continue
        points = np.column_stack([state.column(name) for name in names])
        colour = run_colour(number, run.colour) if len(race.runs) > 1 else ""
        result.append(Way(number, points, state.step, label, colour))
    return result


def race_steps(snapshot: Snapshot) -> tuple[int, int]:
    """Return the step that the runs have come to, and the last one that all of them have recorded."""
    race = snapshot.race
    return (snapshot.now.step, snapshot.last_step) if race is None else (race.step, race.last_step)


def told(snapshot: Snapshot) -> tuple[int, int, dict[str, float]]:
    """Return what decides which hyper-parameters the panel shows."""
    return snapshot.run_id, snapshot.number, snapshot.settings


def all_stopped(snapshot: Snapshot) -> bool:
    """Tell whether no run goes on, because each has diverged."""
    states = (snapshot,) if snapshot.race is None else snapshot.race.runs
    return all(state.diverged_at is not None for state in states)


def rows(snapshot: Snapshot, runs: Sequence[RunSpec], goal: Goal, tolerance: float) -> list[RunRow]:
    """Return the rows of the race's table."""
    states = () if snapshot.race is None else snapshot.race.runs
    return [
        _row(number, run, label, state, standing(state, goal, tolerance))
        for number, (run, label, state) in enumerate(zip(runs, labels(runs), states, strict=False))
    ]


def race_series(snapshot: Snapshot, runs: Sequence[RunSpec], column: str, name: str, colour: str) -> list[Series]:
    """Return one line of a chart for each run that is not hidden; of a single run in the colour of the quantity."""
    if snapshot.race is None or len(snapshot.race.runs) < 2:
        return [Series(name, snapshot.column(column), colour)]
    states = snapshot.race.runs
    looks = [
        (run_colour(number, run.colour), label, state)
        for number, (run, label, state) in enumerate(zip(runs, labels(runs), states, strict=False))
        if not run.hidden
    ]
    lines = without_the_lost(states, column, [state.column(column) for _, _, state in looks])
    longest = max(map(len, lines), default=0)
    result = []
    for (tint, label, _), values in zip(looks, lines, strict=True):
        padded = _padded(values, longest)
        result.append(Series(label, padded, tint, sparse=bool(np.isnan(padded).any())))
    return result


def _padded(values: NDArray[np.float64], length: int) -> NDArray[np.float64]:
    if len(values) == length:
        return values
    return np.concatenate([values, np.full(length - len(values), np.nan)])


def _row(number: int, run: RunSpec, label: str, state: RunState, where: Standing) -> RunRow:
    rule = rule_named(run.optimizer)
    described = {h.name: h for h in rule.hyperparameters}
    told = worth_telling(rule, run.hyper)
    settings = ", ".join(f"{letter(described[name])} = {value:g}" for name, value in told.items())
    if run.schedule != CONSTANT:
        kind = tr(run.schedule.description.label).lower()
        settings = tr("{settings}, schedule {kind}", settings=settings, kind=kind)
    return RunRow(
        name=run.name,
        label=label,
        optimizer=tr("{rule} ({settings})", rule=tr(rule.label), settings=settings),
        colour=run_colour(number, run.colour),
        hidden=run.hidden,
        loss=where.loss,
        distance=where.distance,
        gradient_norm=where.gradient_norm,
        reached=where.reached,
        state=where.where,
        stopped_at=state.diverged_at,
    )
