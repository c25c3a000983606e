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


def start_edit(scenario: SurfaceScenario, number: int, x: float, y: float, together: bool) -> Values:
    """Move the start of a run to a point of the views, into the domain; ``together``: all others by as much."""
    domain = scenario.problem.domain
    before = scenario.run[number].start
    goal = dict(zip(domain, (x, y), strict=True))
    values: Values = {}
    for at, run in enumerate(scenario.run):
        if at == number or together:
            moved = {name: run.start[name] + goal[name] - before[name] for name in domain}
            same = run.start == before
            values[f"run.{at}.start"] = {
                name: _rounded(goal[name] if same else moved[name], *ends) for name, ends in domain.items()
            }
    return values


def _rounded(value: float, low: float, high: float) -> float:
    return min(max(float(f"{min(max(value, low), high):.6g}"), low), high)


def _renamed(values: dict[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    """Return ``values`` for other variables: kept by name and order where they can be, else handed on."""
    if set(names) == set(values):
        return values
    left = [value for name, value in values.items() if name not in names]
    return {name: values[name] if name in values else left.pop(0) for name in names}
