"""A formula's value and gradient at a point, symbolic and numeric side by side."""

from __future__ import annotations

import json
import math
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field

from gdsim.errors import InputError
from gdsim.formula import Formula
from gdsim.i18n import tr


@dataclass(frozen=True)
class Derivative:
    """What ``gdsim grad`` shows.

    Attributes
    ----------
    formula
        What was differentiated.
    at
        The point.
    value
        The formula's value there.
    symbolic
        Partial derivatives as text; None where sympy found no real one.
    symbolic_value
        Their values at the point.
    numeric
        The gradient by torch's automatic differentiation.
    notes
        Sentences about what is missing.
    """

    formula: Formula
    at: dict[str, float]
    value: float
    symbolic: dict[str, str | None]
    symbolic_value: dict[str, float | None]
    numeric: dict[str, float]
    notes: list[str] = field(default_factory=list)

    def json(self) -> str:
        """Return a JSON object; numbers that are not finite, which JSON has not, are null."""
        return json.dumps(
            {
                "formula": self.formula.text,
                "at": self.at,
                "value": _finite(self.value),
                "symbolic": self.symbolic,
                "symbolic_value": {name: _finite(value) for name, value in self.symbolic_value.items()},
                "numeric": {name: _finite(value) for name, value in self.numeric.items()},
            },
            ensure_ascii=False,
        )

    def text(self) -> str:
        """Return lines for people, numbers in full precision."""
        point = ", ".join(f"{name} = {value!r}" for name, value in self.at.items())
        rows = [("f", self.formula.text), ("at", point), ("f", repr(self.value))]
        if not self.at:
            rows.pop(1)
        for name, number in self.numeric.items():
            partial, value = self.symbolic[name], self.symbolic_value[name]
            if partial is not None:
                rows.append((f"df/d{name}", partial if partial == repr(value) else f"{partial} = {value!r}"))
            rows.append((tr("autograd"), repr(number)))
        width = max(len(left) for left, _ in rows)
        return "\n".join(f"{left:<{width}}  {'   ' if left == 'at' else ' = '}{right}" for left, right in rows)


def read_point(formula: Formula, given: Sequence[str]) -> dict[str, float]:
    """Return the value of each of the formula's variables from ``NAME=VALUE`` texts.

    Raises
    ------
    InputError
        If one is missing, superfluous, given twice, or not a finite number.
    """
    point: dict[str, float] = {}
    for text in given:
        left, equals, right = text.partition("=")
        name = unicodedata.normalize("NFKC", left.strip())
        if not equals or not name:
            raise InputError(tr("--at {text} is not of the form NAME=VALUE.", text=text))
        if name in point:
            raise InputError(tr("--at gives {name} twice.", name=name))
        if name not in formula.variables:
            known = ", ".join(formula.variables)
            raise InputError(
                tr(
                    "--at {text}: the formula has no variable {name}; it has {known}.",
                    text=text,
                    name=name,
                    known=known,
                )
                if known
                else tr("--at {text}: the formula has no variables.", text=text)
            )
        point[name] = _number(text, right)
    missing = [name for name in formula.variables if name not in point]
    if missing:
        example = " ".join(f"--at {name}=1" for name in missing)
        raise InputError(
            tr("The formula needs a value for {names}: add {example}.", names=", ".join(missing), example=example)
        )
    return {name: point[name] for name in formula.variables}


def differentiate(formula: Formula, point: dict[str, float]) -> Derivative:
    """Differentiate ``formula`` at ``point`` twice: by sympy's rules, and by torch's automatic differentiation."""
    from gdsim.formula.calculus import gradient

    notes: list[str] = []
    symbolic: dict[str, str | None] = dict.fromkeys(formula.variables)
    values: dict[str, float | None] = dict.fromkeys(formula.variables)
    try:
        for name, partial in gradient(formula).items():
            symbolic[name] = partial.text
            values[name] = float(partial.evaluate(point))
    except InputError as error:
        notes.append(str(error))
    value, numeric = _autograd(formula, point)
    if not math.isfinite(value):
        notes.append(tr("The formula has no finite value at this point."))
    return Derivative(formula, point, value, symbolic, values, numeric, notes)


def _autograd(formula: Formula, point: dict[str, float]) -> tuple[float, dict[str, float]]:
    import torch

    leaves = {name: torch.tensor(x, dtype=torch.float64, requires_grad=True) for name, x in point.items()}
    result = formula.torch(leaves)
    if not result.requires_grad:
        return result.item(), dict.fromkeys(point, 0.0)
    slopes = torch.autograd.grad(result, list(leaves.values()), allow_unused=True)
    return result.item(), {
        name: 0.0 if slope is None else slope.item() for name, slope in zip(point, slopes, strict=True)
    }


def _number(text: str, right: str) -> float:
    try:
        value = float(right)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise InputError(tr("--at {text}: the value must be a finite number.", text=text))
    return value


def _finite(value: float | None) -> float | None:
    return value if value is not None and math.isfinite(value) else None
