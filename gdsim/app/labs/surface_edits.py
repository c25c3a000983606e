"""What a choice in the surface lab changes in the scenario: dotted keys and their new values."""

from __future__ import annotations

from typing import Any

from gdsim.app.labs.run_edits import Values
from gdsim.formula import parse
from gdsim.simulation.surface_scenario import SurfaceScenario


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


def start_edit(scenario: SurfaceScenario, x: float, y: float) -> Values:
    """Move the start to a point of the views, into the domain."""
    domain = scenario.problem.domain
    return {
        "run.0.start": {
            name: float(f"{min(max(value, low), high):.6g}")
            for (name, (low, high)), value in zip(domain.items(), (x, y), strict=True)
        }
    }


def _renamed(values: dict[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    """Return ``values`` for other variables: kept by name and order where they can be, else handed on."""
    if set(names) == set(values):
        return values
    left = [value for name, value in values.items() if name not in names]
    return {name: values[name] if name in values else left.pop(0) for name in names}
