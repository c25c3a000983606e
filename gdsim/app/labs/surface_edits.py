"""What a choice in the surface lab changes in the scenario: dotted keys and their new values."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gdsim.formula import parse
from gdsim.optimizers import rule_named
from gdsim.simulation.runner import changed
from gdsim.simulation.surface_scenario import SurfaceRun, SurfaceScenario

Values = dict[str, Any]


def formula_edit(scenario: SurfaceScenario, text: str) -> Values:
    """Take another formula; intervals and starts go over to its variables, changes in mid-run do not."""
    names = parse(text).variables
    values: Values = {
        "title": "",
        "description": "",
        "problem": {"formula": text, "domain": _renamed(dict(scenario.problem.domain), names)},
    }
    for index, run in enumerate(scenario.run):
        values[f"run.{index}.start"] = _renamed(dict(run.start), names)
        values[f"run.{index}.change"] = []
    return values


def optimizer_edit(name: str, shown: Mapping[str, float]) -> Values:
    """Take another rule; it keeps the values ``shown`` of the hyper-parameters that it has too."""
    kept = {h.name: shown.get(h.name, h.default) for h in rule_named(name).hyperparameters}
    return {"run.0.optimizer": name, **hyper_edit(kept, {})}


def start_edit(scenario: SurfaceScenario, x: float, y: float) -> Values:
    """Move the start to a point of the views, into the domain."""
    domain = scenario.problem.domain
    return {
        "run.0.start": {
            name: float(f"{min(max(value, low), high):.6g}")
            for (name, (low, high)), value in zip(domain.items(), (x, y), strict=True)
        }
    }


def change_edit(run: SurfaceRun, step: int, name: str, value: float) -> Values:
    """Change one hyper-parameter from ``step`` on."""
    return hyper_edit(*changed(run.hyper, changes_of(run), step, name, value))


def hyper_edit(first: Mapping[str, float], changes: Mapping[int, Mapping[str, float]]) -> Values:
    """Set the hyper-parameters at step 0 and all changes."""
    change = [{"step": step, "hyper": dict(hyper)} for step, hyper in changes.items()]
    return {"run.0.hyper": dict(first), "run.0.change": change}


def changes_of(run: SurfaceRun) -> dict[int, dict[str, float]]:
    """Return the changes of a run by step."""
    return {change.step: dict(change.hyper) for change in run.change}


def _renamed(values: dict[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    """Return ``values`` for other variables: kept by name and order where they can be, else handed on."""
    if set(names) == set(values):
        return values
    left = [value for name, value in values.items() if name not in names]
    return {name: values[name] if name in values else left.pop(0) for name in names}
