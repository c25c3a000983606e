"""The parts of an update, one after the other, of every rule."""

from __future__ import annotations

from collections.abc import Mapping

from gdsim.optimizers.base import Part, UpdateRule

DECAY = "-lr*lambda*w"
"""Name of the term that decoupled weight decay adds."""

_MOVE = Part("Move", "The move that the rule makes of the gradient.")
_DECAY = Part("Weight decay", "Every parameter is pulled towards 0, apart from the gradient.", terms=(DECAY,))


def parts_of(rule: UpdateRule, hyper: Mapping[str, float]) -> tuple[Part, ...]:
    """Return the parts of an update with these hyper-parameters.

    What the rule itself does not tell of is shown as one part with all its lines.
    """
    results = tuple(line.result for line in rule.lines({"step": 1.0, **hyper}))
    parts = rule.parts or (Part(_MOVE.label, _MOVE.sentence, results=results),)
    if rule.decay == "decoupled" and hyper.get("weight_decay"):
        *first, last = parts
        parts = (*first, _DECAY, last)
    return parts
