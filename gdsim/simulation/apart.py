"""An update taken apart: which vectors and squares belong to what Next phase shows, and what it means in words."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from gdsim.i18n import tr
from gdsim.optimizers import Part, Role, UpdateRule
from gdsim.optimizers.parts import parts_of
from gdsim.optimizers.pipeline import USED
from gdsim.simulation.snapshot import Snapshot, TermValue, Values
from gdsim.simulation.update_lines import Computation, moved

Pair = tuple[float, float]
Floats = NDArray[np.float64]

_ALIKE = 0.5
"""Cosine of the angle from which on two vectors point the same way."""


@dataclass(frozen=True)
class Vector:
    """A named vector of two parameters; ``terms`` laid tip to tail, others all from the point."""

    name: str
    role: Role
    value: Pair


@dataclass(frozen=True)
class Number:
    """A named number of each of two parameters, such as the second moment."""

    name: str
    role: Role
    values: Pair


@dataclass(frozen=True)
class Apart:
    """What is shown of an update.

    Attributes
    ----------
    origin
        The point from which the update is made.
    terms
        The terms shown so far, tip to tail from `origin`.
    move
        Their sum, once it is shown.
    vectors
        Vectors that are no move yet, not to scale.
    numbers
        Numbers whose squares are shown.
    caption
        What happens here, in one or two sentences.
    """

    origin: Pair
    terms: tuple[Vector, ...] = ()
    move: Vector | None = None
    vectors: tuple[Vector, ...] = ()
    numbers: tuple[Number, ...] = ()
    caption: str = ""


def apart(snapshot: Snapshot, rule: UpdateRule, names: tuple[str, str]) -> Apart:
    """Return what there is to show of the update that was made last, or of the parts of the one that comes.

    Parameters
    ----------
    snapshot
        The state of a run.
    rule
        Its update rule.
    names
        The two parameters.
    """
    first, second = names
    now, before = snapshot.now, snapshot.before
    here = _pair(now.parameters, first, second)
    if snapshot.coming is not None and snapshot.grad is not None:
        return _coming(snapshot, rule, (first, second))
    if snapshot.phase == "update" and before is not None:
        terms = _vectors(snapshot.terms, first, second)
        caption = _last_step(snapshot, (first, second))
        return Apart(_pair(before.parameters, first, second), terms, caption=caption)
    return Apart(here, caption=_caption(snapshot, here))


def _coming(snapshot: Snapshot, rule: UpdateRule, names: tuple[str, str]) -> Apart:
    now, coming = snapshot.now, snapshot.coming
    assert coming is not None and snapshot.grad is not None
    parts = parts_of(rule, now.hyper)[: snapshot.part]
    shown = [name for part in parts for name in part.terms]
    terms = tuple(v for name in shown for v in _vectors(coming.terms, *names) if v.name == name)
    here = replace(now, gradient=snapshot.grad.values)
    made = Computation(rule, here, coming.state, moved(now.parameters, coming.terms), coming.used)
    one, other = (made.numbers(name) for name in names)
    present = parts[-1]

    def values(name: str) -> Pair:
        return one[name], other[name]

    vectors = tuple(
        Vector(_letter(rule, name), _role(rule, name), values(name)) for name in present.arrows if name in one
    )
    numbers = tuple(
        Number(_letter(rule, name), _role(rule, name), values(name)) for name in _squares(parts) if name in one
    )
    move = None
    if "w_next" in present.results or snapshot.part == len(parts_of(rule, now.hyper)):
        total = tuple(sum(each.value[axis] for each in _vectors(coming.terms, *names)) for axis in (0, 1))
        move = Vector("move", "move", (total[0], total[1]))
    said = _turn(snapshot, move, names) if move is not None else ""
    if not said and present.terms and len(terms) > 1:
        said = _comparison(terms)
    # The line is short: where there is something to say of this very update, the worksheet says the rest.
    caption = tr("{part}: {sentence}", part=tr(present.label), sentence=said or tr(present.sentence))
    return Apart(_pair(now.parameters, *names), terms, move, vectors, numbers, caption)


def _squares(parts: Sequence[Part]) -> tuple[str, ...]:
    """Return the squares that stand: the last ones of the latest part that draws any."""
    return next((part.squares[-1:] for part in reversed(parts) if part.squares), ())


def _caption(snapshot: Snapshot, here: Pair) -> str:
    now = snapshot.now
    if snapshot.phase == "forward":
        return tr("Forward: the loss at this point is {loss}.", loss=f"{now.loss:.6g}")
    if snapshot.phase == "backward":
        norm = math.hypot(*(float(value) for value in now.gradient.values()))
        return tr("Backward: the gradient points uphill and is {norm} long.", norm=f"{norm:.4g}")
    return tr("Right makes a step, Shift+Right one phase of it.")


def _comparison(terms: Sequence[Vector]) -> str:
    """Say what the last term does to the sum of those before it; empty where there is nothing before it."""
    with np.errstate(all="ignore"):
        before = np.sum([term.value for term in terms[:-1]], axis=0)
        added = np.array(terms[-1].value)
        old, new = _length(before), _length(before + added)
    if not (math.isfinite(old) and math.isfinite(new)) or old == 0:
        return ""
    said = {"old": f"{old:.3g}", "new": f"{new:.3g}"}
    cosine = _cosine(before, added)
    if cosine > _ALIKE:
        return tr("it points the same way as what is there: the sum grows from {old} to {new}.", **said)
    if cosine < -_ALIKE:
        return tr("it points against what is there: the sum goes from {old} to {new}.", **said)
    return tr("it points across what is there: the sum turns, from {old} to {new}.", **said)


def _last_step(snapshot: Snapshot, names: tuple[str, str]) -> str:
    """Compare the last move with the one before it."""
    here = snapshot.now.step
    points = np.column_stack([snapshot.column(name)[max(0, here - 2) : here + 1] for name in names])
    with np.errstate(all="ignore"):
        moves = np.diff(points, axis=0)
    if len(moves) > 1:
        return _step_sentence(moves[0], moves[1])
    return tr("The first step is {length} long.", length=f"{_length(moves[-1]):.3g}")


def _turn(snapshot: Snapshot, move: Vector, names: tuple[str, str]) -> str:
    """Compare the move with the one before it."""
    if not snapshot.move:
        return ""
    before, after = np.array(_pair(snapshot.move, *names)), np.array(move.value)
    return _step_sentence(before, after)


def _step_sentence(before: Floats, after: Floats) -> str:
    """Compare a move with the one before it."""
    old, new = _length(before), _length(after)
    if not (math.isfinite(old) and math.isfinite(new)) or old == 0:
        return tr("The step is {length} long.", length=f"{new:.3g}")
    said = {"old": f"{old:.3g}", "new": f"{new:.3g}"}
    cosine = _cosine(before, after)
    if said["old"] == said["new"]:
        return _steady_sentence(cosine, said["new"])
    if cosine > _ALIKE:
        if new > old:
            return tr("Same direction as before: the step grows from {old} to {new}.", **said)
        return tr("Same direction as before, but shorter: the step shrinks from {old} to {new}.", **said)
    if cosine < -_ALIKE:
        if new < old:
            return tr("Opposite direction: the step shrinks from {old} to {new}.", **said)
        return tr("Opposite direction, and longer: the step turns round, from {old} to {new}.", **said)
    return tr("Across the direction of before: the step turns, and goes from {old} to {new}.", **said)


def _steady_sentence(cosine: float, length: str) -> str:
    """Say how a move goes that is as long as the one before it."""
    if cosine > _ALIKE:
        return tr("Same direction as before: the step stays {length} long.", length=length)
    if cosine < -_ALIKE:
        return tr("Opposite direction: the step turns round and stays {length} long.", length=length)
    return tr("Across the direction of before: the step turns and stays {length} long.", length=length)


def _length(vector: Floats) -> float:
    return math.hypot(*vector.tolist())


def _cosine(one: Floats, other: Floats) -> float:
    # In plain numbers, which overflow without a warning: a run may be about to diverge.
    (a, b), (c, d) = one.tolist(), other.tolist()
    lengths = math.hypot(a, b) * math.hypot(c, d)
    return (a * c + b * d) / lengths if lengths > 0 and math.isfinite(lengths) else 0.0


def _vectors(terms: Sequence[TermValue], first: str, second: str) -> tuple[Vector, ...]:
    return tuple(Vector(term.name, term.role, _pair(term.value, first, second)) for term in terms)


def _role(rule: UpdateRule, name: str) -> Role:
    base = name.removesuffix("_next")
    return rule.roles.get(base, "velocity" if base == "velocity" else "gradient")


def _letter(rule: UpdateRule, name: str) -> str:
    """Return how a quantity is called beside its arrow: by its letter where it has a plain one."""
    base = name.removesuffix("_next")
    if name == USED:
        return "g*"
    symbol = rule.symbols.get(base, base)
    corrected = re.fullmatch(r"\\hat\{(\w)\}", symbol)
    if corrected:
        return tr("corrected {letter}", letter=corrected[1])
    return {r"\Delta": "Δ"}.get(symbol) or (symbol if symbol.isalnum() else base.replace("_", " "))


def _pair(values: Values, first: str, second: str) -> Pair:
    return float(values[first]), float(values[second])
