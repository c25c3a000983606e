"""What tells the runs of a race apart, in figures and in the window: colours and labels."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from gdsim.i18n import tr
from gdsim.optimizers import Hyperparameter, UpdateRule, rule_named
from gdsim.simulation.spec import RunSpec

COLOURS = (
    "#332288", "#cc6677", "#117733", "#aa4499", "#88ccee", "#882255", "#44aa99", "#999933",
    "#000000", "#ee3377", "#aa7744", "#7f7f7f", "#7711cc", "#6a8f00", "#ff9e80", "#2e5c5c", "#b8a038", "#5a2d0c",
)  # fmt: skip
"""Tol's muted set, which the colour-blind can tell apart, then more for races of more runs; none is a colour of
gradient, velocity or start."""


def run_colour(number: int, chosen: str = "") -> str:
    """Return the colour of a race's run: the chosen one, or that of its place in the scenario."""
    return chosen or COLOURS[number % len(COLOURS)]


def labels(runs: Sequence[RunSpec]) -> list[str]:
    """Return what each run is called: its name, or its optimizer's; no two the same."""
    return run_labels([(run.name, tr(rule_named(run.optimizer).label)) for run in runs])


def run_labels(names: Sequence[tuple[str, str]]) -> list[str]:
    """Return a label for each run, no two the same.

    Parameters
    ----------
    names
        Of each run its name, which may be empty, and the label of its rule.

    Returns
    -------
    list of str
        The name, or the rule's label; from the second of the same on with a number, ``'adam (2)'``.
    """
    wanted = [name or rule for name, rule in names]
    result: list[str] = []
    for label in wanted:
        number, distinct = 1, label
        while distinct in result or (number > 1 and distinct in wanted):
            number += 1
            distinct = f"{label} ({number})"
        result.append(distinct)
    return result


def worth_telling(
    rule: UpdateRule, hyper: Mapping[str, float], always: Collection[str] = ("learning_rate", "gamma")
) -> dict[str, float]:
    """Return the hyper-parameters that are not at their default, and those that are ``always`` told."""
    usual = {h.name: h.default for h in rule.hyperparameters}
    return {name: value for name, value in hyper.items() if name in always or value != usual[name]}


def letter(hyper: Hyperparameter) -> str:
    """Return the Greek letter at the end of a hyper-parameter's label, its name where there is none."""
    last = tr(hyper.label).rpartition(" ")[2]
    return last if len(last) <= 2 else hyper.name
