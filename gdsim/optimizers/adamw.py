"""AdamW: Adam, with a weight decay that does not pass through the moments."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from gdsim.optimizers import adam
from gdsim.optimizers.base import Equation, Equations, Part
from gdsim.optimizers.hyperparameters import weight_decay


def equations(known: Mapping[str, float]) -> Equations:
    """Return Adam's lines, with the decay in the last one."""
    *lines, last = adam.equations(known)
    if known["weight_decay"]:
        step = last.expression.removeprefix("w - ")
        last = Equation(last.result, f"w - learning_rate*weight_decay*w - {step}")
    return (*lines, last)


DECAY = replace(
    weight_decay(0.01),
    explanation="Pulls every parameter towards 0, apart from the gradient: a step takes the share η·λ off; 0 is none.",
)
ADAMS_STEP = Part(
    "Adam's step",
    "Each component of the first moment is divided by the side of its square and multiplied with −η, as in Adam.",
    terms=adam.MOVE.terms,
)
MOVE = Part("Move", "All that is laid tip to tail is the move.", results=adam.MOVE.results)

RULE = replace(
    adam.RULE,
    name="adamw",
    label="AdamW",
    explanation=(
        "Adam's step, and beside it every parameter is pulled towards 0: w = w − η·λ·w − η·m/(√v + ε). "
        "The decay λ does not pass through the moments."
    ),
    source="Loshchilov and Hutter 2019, algorithm 2; torch.optim.AdamW",
    hyperparameters=(*adam.RULE.hyperparameters, DECAY),
    equations=equations,
    parts=(adam.FIRST_MOMENT, adam.SECOND_MOMENT, adam.CORRECTION, ADAMS_STEP, MOVE),
    decay="decoupled",
)
