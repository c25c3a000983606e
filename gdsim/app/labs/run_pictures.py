"""What the views show of a snapshot: plain values, no widgets."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from gdsim.app.arrow import Arrow
from gdsim.app.widgets.timeline import Mark
from gdsim.i18n import tr
from gdsim.problems.mesh import Domain
from gdsim.simulation.events import Edit, Script, edits, is_usual
from gdsim.simulation.snapshot import Snapshot, Values

SYMBOLS = {"gamma": "γ", "lr": "η", "g": "∇L"}

_MOST_EDITS = 6

ARROW_SHARE = 0.18
"""Length of the gradient's arrow, as a share of the domain: its true length seldom fits."""


def trajectory(snapshot: Snapshot, names: tuple[str, str]) -> NDArray[np.float64]:
    """Return all recorded points, shape ``(last_step + 1, 2)``."""
    return np.column_stack([snapshot.column(name) for name in names])


def arrows(snapshot: Snapshot, domain: Domain) -> list[Arrow]:
    """Return the negative gradient at the present point and the terms of the last update, tip to tail."""
    names = tuple(domain)
    result = _term_arrows(snapshot, names)
    gradient = snapshot.now.gradient
    if not gradient or not math.isfinite(snapshot.now.loss):
        return result
    spans = [high - low for low, high in domain.values()]
    here = _pair(snapshot.now.parameters, names)
    down = tuple(-component for component in _pair(gradient, names))
    reach = max(abs(d) / span for d, span in zip(down, spans, strict=True))
    if math.isfinite(reach) and reach > 0 and all(map(math.isfinite, here)):
        scale = ARROW_SHARE / reach
        tip = (here[0] + scale * down[0], here[1] + scale * down[1])
        result.append(Arrow(here, tip, "gradient", tr("−∇L (not to scale)")))
    return result


def marks(snapshot: Snapshot) -> list[Mark]:
    """Return a mark for each step at which hyper-parameters changed or something was done by hand, in words."""
    result = [Mark(step, _by_hand(step, script)) for step, script in snapshot.events.items()]
    in_force = {name: float(snapshot.column(name)[0]) for name in snapshot.now.hyper}
    for step, changed in sorted(snapshot.changes.items()):
        parts = []
        for name, value in changed.items():
            before = in_force[name]
            parts.append(
                tr(
                    "{name} from {before} to {after} at step {step}",
                    name=name,
                    before=f"{before:g}",
                    after=f"{value:g}",
                    step=step,
                )
            )
        in_force |= changed
        result.append(Mark(step, "\n".join(parts)))
    return result


def _by_hand(step: int, script: Script) -> str:
    """Say what was done by hand before the update that follows a step."""
    edited = [
        tr(
            "{name}{index} set to {value} at step {step}",
            name=edit.parameter,
            index=list(edit.index) or "",
            value=f"{edit.value:g}",
            step=step,
        )
        for edit in edits(script)[:_MOST_EDITS]
    ]
    left = len(edits(script)) - len(edited)
    if left > 0:
        edited.append(tr("and {count} more", count=left))
    if not is_usual(script):
        verbs = ", ".join(deed for deed in script if not isinstance(deed, Edit)) or tr("none")
        edited.append(tr("verbs before the update of step {step}: {verbs}", step=step, verbs=verbs))
    return "\n".join(edited)


def _term_arrows(snapshot: Snapshot, names: tuple[str, ...]) -> list[Arrow]:
    if snapshot.before is None or snapshot.phase != "update":
        return []
    result = []
    tail = _pair(snapshot.before.parameters, names)
    for term in snapshot.terms:
        step = _pair(term.value, names)
        tip = (tail[0] + step[0], tail[1] + step[1])
        if not all(map(math.isfinite, (*tail, *tip))):
            break
        if step != (0.0, 0.0):
            result.append(Arrow(tail, tip, term.role, _typeset(term.name)))
        tail = tip
    return result


def _pair(values: Values, names: tuple[str, ...]) -> tuple[float, float]:
    first, second = (float(values[name]) for name in names)
    return first, second


def _typeset(name: str) -> str:
    """Return a term's plain name with the usual symbols: ``-lr*g`` as ``−η·∇L``."""
    sign, factors = ("−", name[1:]) if name.startswith("-") else ("", name)
    return sign + "·".join(SYMBOLS.get(factor, factor) for factor in factors.split("*"))
