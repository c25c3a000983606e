"""A walk's steps in words."""

from __future__ import annotations

from gdsim.i18n import tr
from gdsim.simulation.walk import Walk


def step_words(walk: Walk, position: int) -> str:
    """Return which step of how many this is, and what it does, as one sentence without its point."""
    last = len(walk.steps)
    if not position:
        return tr("step {step} of {last}", step=0, last=last)
    step = walk.steps[position - 1]
    if step.node is None:
        return tr("step {step} of {last}: zero_grad", step=position, last=last)
    name = walk.graph.nodes[step.node].name
    match step.kind:
        case "forward":
            return tr("step {step} of {last}: forward, {name} computed", step=position, last=last, name=name)
        case "seed":
            return tr("step {step} of {last}: backward starts with 1 at {name}", step=position, last=last, name=name)
        case "backward":
            return tr("step {step} of {last}: backward through {name}", step=position, last=last, name=name)
        case _:
            return tr("step {step} of {last}: backward, {name}.grad filled", step=position, last=last, name=name)


def longest_words(walk: Walk) -> str:
    """Return words that are as long as any that `step_words` returns, for the room that they take."""
    last = len(walk.steps)
    name = max((node.name for node in walk.graph.nodes), key=len)
    return tr("step {step} of {last}: backward starts with 1 at {name}", step=last, last=last, name=name)


def call_words(walk: Walk) -> list[tuple[int, str]]:
    """Return the number of steps made before each call but the first, and one sentence that names the call."""
    return [
        (end, tr("Step {step}: {call} begins.", step=end, call=call))
        for end, call in zip(walk.ends[:-1], walk.calls[1:], strict=True)
    ]
