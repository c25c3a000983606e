"""What a choice that concerns the run changes in a scenario of any lab: dotted keys and their new values."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gdsim.optimizers import rule_named
from gdsim.simulation.schedule import changed
from gdsim.simulation.spec import RunSpec

Values = dict[str, Any]


def optimizer_edit(name: str, shown: Mapping[str, float]) -> Values:
    """Take another rule; it keeps the values ``shown`` of the hyper-parameters that it has too."""
    kept = {h.name: shown.get(h.name, h.default) for h in rule_named(name).hyperparameters}
    return {"run.0.optimizer": name, **hyper_edit(kept, {})}


def change_edit(run: RunSpec, step: int, name: str, value: float) -> Values:
    """Change one hyper-parameter from ``step`` on."""
    return hyper_edit(*changed(run.hyper, changes_of(run), step, name, value))


def hyper_edit(first: Mapping[str, float], changes: Mapping[int, Mapping[str, float]]) -> Values:
    """Set the hyper-parameters at step 0 and all changes."""
    change = [{"step": step, "hyper": dict(hyper)} for step, hyper in changes.items()]
    return {"run.0.hyper": dict(first), "run.0.change": change}


def changes_of(run: RunSpec) -> dict[int, dict[str, float]]:
    """Return the changes of a run by step."""
    return {change.step: dict(change.hyper) for change in run.change}
