"""What the views show of a snapshot: plain values, no widgets."""

from __future__ import annotations

import math

import numpy as np

from gdsim.app.arrow import Arrow, Square
from gdsim.app.widgets.timeline import Mark
from gdsim.i18n import tr
from gdsim.problems.mesh import Domain
from gdsim.simulation.apart import Apart
from gdsim.simulation.events import Edit, Script, edits, is_usual
from gdsim.simulation.snapshot import Snapshot, Values

SYMBOLS = {"gamma": "γ", "lr": "η", "g": "∇L", "lambda": "λ"}

_MOST_EDITS = 6

ARROW_SHARE = 0.18
"""Length of the gradient's arrow, as a share of the domain: its true length seldom fits."""

SHORT_SHARE = 0.06
"""Arrows of an update that is taken apart are enlarged together where all would be shorter than this share."""


def arrows(snapshot: Snapshot, shown: Apart, domain: Domain) -> list[Arrow]:
    """Return the terms of an update tip to tail, what is no move yet, and the negative gradient where the run is."""
    names = tuple(domain)
    update = snapshot.coming or snapshot
    result = _tip_to_tail(shown, _enlargement(snapshot, shown, domain), update.used is not None)
    gradient = snapshot.now.gradient
    if not gradient or not math.isfinite(snapshot.now.loss):
        return result
    here, slope = _pair(snapshot.now.parameters, names), _pair(gradient, names)
    spans = [high - low for low, high in domain.values()]
    reach = max(abs(d) / span for d, span in zip(slope, spans, strict=True))
    if not (math.isfinite(reach) and reach > 0 and all(map(math.isfinite, here))):
        return result
    scale = ARROW_SHARE / reach
    for vector in shown.vectors:
        # A moment may be far longer than the gradient: no arrow leaves the domain for that.
        length = max(abs(d) / span for d, span in zip(vector.value, spans, strict=True))
        fitting = min(scale, 2 * ARROW_SHARE / length) if length > 0 else scale
        down = (-vector.value[0], -vector.value[1])
        label = tr("−{name} {value}, scaled", name=vector.name, value=_written(down))
        result.append(Arrow(here, _ahead(here, down, fitting), vector.role, label))
    if snapshot.phase != "update" and any(term.role == "gradient" for term in shown.terms):
        return result  # the gradient is among the terms, in its true length
    label = tr("−∇L {value}, scaled", value=_written((-slope[0], -slope[1])))
    return [*result, Arrow(here, _ahead(here, slope, -scale), "gradient", label)]


def squares(shown: Apart, names: tuple[str, str]) -> list[Square]:
    """Return a square for each number of each parameter, its area the number, the larger one of full size."""
    result = []
    for number in shown.numbers:
        largest = max(map(abs, number.values))
        for name, value in zip(names, number.values, strict=True):
            if math.isfinite(largest) and largest > 0:
                label = tr("{letter} of {name} = {value}", letter=number.name, name=name, value=f"{value:.3g}")
                result.append(Square(shown.origin, math.sqrt(abs(value) / largest), number.role, label))
    return result


def marks(snapshot: Snapshot) -> list[Mark]:
    """Return a mark for each step at which hyper-parameters changed or something was done by hand, in words."""
    result = [Mark(step, _by_hand(step, script)) for step, script in snapshot.events.items()]
    race = snapshot.race
    # The learning rate as it was set, not what a schedule makes of it.
    first = {} if race is None else race.runs[race.number].settings
    in_force = first or {name: float(snapshot.column(name)[0]) for name in snapshot.now.hyper}
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
        in_force = in_force | changed
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


def _enlargement(snapshot: Snapshot, shown: Apart, domain: Domain) -> float:
    """Return by how much the terms are drawn too long, while an update is taken apart: most would be hard to see."""
    if snapshot.coming is None or snapshot.grad is None:
        return 1.0
    spans = [high - low for low, high in domain.values()]
    ways = np.cumsum([term.value for term in shown.terms], axis=0) if shown.terms else np.zeros((1, 2))
    reach = float(np.max(np.abs(ways) / spans, initial=0.0))
    if not 0 < reach < SHORT_SHARE:
        return 1.0
    wanted = ARROW_SHARE / reach
    decade = 10.0 ** math.floor(math.log10(wanted))
    return max(decade * part for part in (1.0, 2.0, 5.0) if decade * part <= wanted)


def _tip_to_tail(shown: Apart, factor: float, used: bool) -> list[Arrow]:
    """Return the terms laid tip to tail, ``factor`` times as long as they are."""
    result: list[Arrow] = []
    tail = shown.origin
    for term in shown.terms:
        tip = _ahead(tail, term.value, factor)
        if not all(map(math.isfinite, (*tail, *tip))):
            return result
        if term.value != (0.0, 0.0):
            label = f"{_typeset(term.name, used)} {_written(term.value)}"
            result.append(Arrow(tail, tip, term.role, _enlarged(label, factor)))
        tail = tip
    if shown.move is not None and len(shown.terms) > 1:
        label = _enlarged(tr("move {value}", value=_written(shown.move.value)), factor)
        result.append(Arrow(shown.origin, _ahead(shown.origin, shown.move.value, factor), "move", label))
    return result


def _enlarged(label: str, factor: float) -> str:
    if factor == 1:
        return label
    return tr("{label}, drawn ×{factor}", label=label, factor=f"{factor:g}")


def _ahead(tail: tuple[float, float], way: tuple[float, float], factor: float) -> tuple[float, float]:
    return tail[0] + factor * way[0], tail[1] + factor * way[1]


def _written(pair: tuple[float, float]) -> str:
    return "({}, {})".format(*(f"{value:.3g}".replace("-", "−") for value in pair))


def _pair(values: Values, names: tuple[str, ...]) -> tuple[float, float]:
    first, second = (float(values[name]) for name in names)
    return first, second


def _typeset(name: str, used: bool) -> str:
    """Return a term's plain name with the usual symbols: ``-lr*g`` as ``−η·∇L``; a name in words is translated.

    Where the rule was not given the gradient itself (``used``), it says g* as the worksheet does.
    """
    if " " in name:
        return tr(name)
    symbols = SYMBOLS | {"g": "g*"} if used else SYMBOLS
    sign, factors = ("−", name[1:]) if name.startswith("-") else ("", name)
    return sign + "·".join(symbols.get(factor, factor) for factor in factors.split("*"))
