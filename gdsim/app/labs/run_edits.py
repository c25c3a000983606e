"""What a choice that concerns the runs changes in a scenario of any lab: dotted keys and their new values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from gdsim.i18n import tr
from gdsim.optimizers import rule_named, rules
from gdsim.simulation.rates import RateSchedule
from gdsim.simulation.schedule import changed
from gdsim.simulation.spec import RunSpec

Values = dict[str, Any]


def optimizer_edit(number: int, before: str, name: str, shown: Mapping[str, float]) -> Values:
    """Take another rule; it keeps those of the values ``shown`` that were set and that it has too.

    Raises
    ------
    InputError
        If there is no such rule.
    """
    return {f"run.{number}.optimizer": name, **hyper_edit(number, _kept(before, name, shown), {})}


def change_edit(number: int, run: RunSpec, step: int, name: str, value: float) -> Values:
    """Change one hyper-parameter from ``step`` on."""
    return hyper_edit(number, *changed(run.hyper, changes_of(run), step, name, value))


def hyper_edit(number: int, first: Mapping[str, float], changes: Mapping[int, Mapping[str, float]]) -> Values:
    """Set the hyper-parameters at step 0 and all changes."""
    change = [{"step": step, "hyper": dict(hyper)} for step, hyper in changes.items()]
    return {f"run.{number}.hyper": dict(first), f"run.{number}.change": change}


def changes_of(run: RunSpec) -> dict[int, dict[str, float]]:
    """Return the changes of a run by step."""
    return {change.step: dict(change.hyper) for change in run.change}


def schedule_edit(number: int, schedule: RateSchedule) -> Values:
    """Take another schedule of the learning rate."""
    return {f"run.{number}.schedule": schedule.model_dump(mode="json")}


def added_edit(runs: Sequence[RunSpec], number: int) -> Values:
    """Add a run with the first rule that none has yet; in the rest it is like run ``number``.

    Where every rule runs already, it is like that run with half its learning rate.
    """
    taken = {run.optimizer for run in runs}
    model = runs[number]
    rule = next((name for name in rules() if name not in taken), model.optimizer)
    hyper = _kept(model.optimizer, rule, model.hyper)
    if rule in taken:
        hyper["learning_rate"] = model.hyper["learning_rate"] / 2
    fresh = {"name": "", "colour": "", "hidden": False, "optimizer": rule, "hyper": hyper, "change": []}
    return _runs([*map(_dumped, runs), _without_events({**model.model_dump(mode="json"), **fresh})])


def copied_edit(runs: Sequence[RunSpec], number: int) -> Values:
    """Add a copy of a run, with a name of its own if that has one."""
    names = {run.name for run in runs}
    name = runs[number].name
    free = (tr("{name} ({number})", name=name[:50], number=count) for count in range(2, len(runs) + 3))
    copy = {**_dumped(runs[number]), "colour": "", "hidden": False}
    copy["name"] = next(each for each in free if each not in names) if name else ""
    return _runs([*map(_dumped, runs), copy])


def removed_edit(runs: Sequence[RunSpec], number: int) -> Values:
    """Remove a run."""
    return _runs([_dumped(run) for at, run in enumerate(runs) if at != number])


def shown_edit(runs: Sequence[RunSpec], only: int | None) -> Values:
    """Draw one run only, or all."""
    return {f"run.{number}.hidden": only is not None and number != only for number in range(len(runs))}


def _kept(before: str, rule: str, shown: Mapping[str, float]) -> dict[str, float]:
    """Return the hyper-parameters of ``rule``: what was set for the rule ``before`` it, else its own defaults."""
    usual = {hyper.name: hyper.default for hyper in rule_named(before).hyperparameters}
    result = {}
    for hyper in rule_named(rule).hyperparameters:
        given = shown.get(hyper.name, hyper.default)
        result[hyper.name] = hyper.default if given == usual.get(hyper.name) else given
        try:
            hyper.check(result[hyper.name])
        except ValueError:
            result[hyper.name] = hyper.default  # another rule allows more
    return result


def _dumped(run: RunSpec) -> dict[str, Any]:
    return run.model_dump(mode="json")


def _without_events(run: dict[str, Any]) -> dict[str, Any]:
    return {**run, "event": []} if "event" in run else run


def _runs(dumped: list[dict[str, Any]]) -> Values:
    return {"run": dumped}
