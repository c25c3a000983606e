"""The parts of an update, one after the other, of every rule."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from gdsim.optimizers.base import DECAY, Equations, Part, UpdateRule
from gdsim.optimizers.pipeline import USED, gradient_equations

_MOVE = Part("Move", "The move that the rule makes of the gradient.")
_DECAY = Part("Weight decay", "Every parameter is pulled towards 0, apart from the gradient.", terms=(DECAY,))
_USED = Part(
    "Gradient used",
    "The rule is not given the gradient itself, but g*: with the noise, clipping and weight decay that are set.",
    arrows=(USED,),
)


def parts_of(rule: UpdateRule, hyper: Mapping[str, float]) -> tuple[Part, ...]:
    """Return the parts of an update with these hyper-parameters.

    What the rule itself does not tell of is shown as one part with all its lines.
    """
    parts = rule.parts or (replace(_MOVE, results=_results(rule.lines({"step": 1.0, **hyper}))),)
    if rule.decay == "decoupled" and hyper.get("weight_decay"):
        *first, last = parts
        parts = (*first, _DECAY, last)
    around = gradient_equations(rule, hyper)
    if around:
        parts = (replace(_USED, results=_results(around)), *parts)
    return parts


def _results(equations: Equations) -> tuple[str, ...]:
    return tuple(equation.result for equation in equations)
