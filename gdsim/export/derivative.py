"""Value and gradient of a formula or of a program at a point, symbolic and numeric side by side."""

from __future__ import annotations

import json
import math
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from gdsim.errors import InputError
from gdsim.formula import Formula
from gdsim.formula.program import Program, composed
from gdsim.i18n import tr


@dataclass(frozen=True)
class Derivative:
    """What ``gdsim grad`` shows.

    Attributes
    ----------
    text
        What was differentiated, as it was typed.
    name
        What it is called: ``f``, or the name of a program's result.
    lines
        Right side and value of each name that a program assigns, the result last; empty for one formula.
    at
        The point.
    value
        Its value there.
    symbolic
        Partial derivatives as text; None where sympy found no real one.
    symbolic_value
        Their values at the point.
    numeric
        The gradient by torch's automatic differentiation.
    notes
        Sentences about what is missing.
    """

    text: str
    name: str
    lines: dict[str, tuple[str, float]]
    at: dict[str, float]
    value: float
    symbolic: dict[str, str | None]
    symbolic_value: dict[str, float | None]
    numeric: dict[str, float]
    notes: list[str] = field(default_factory=list)

    def json(self) -> str:
        """Return a JSON object; numbers that are not finite, which JSON has not, are null."""
        values = {name: _finite(value) for name, (_, value) in self.lines.items()}
        return json.dumps(
            {
                "formula": self.text,
                "at": self.at,
                **({"values": values} if values else {}),
                "value": _finite(self.value),
                "symbolic": self.symbolic,
                "symbolic_value": {name: _finite(value) for name, value in self.symbolic_value.items()},
                "numeric": {name: _finite(value) for name, value in self.numeric.items()},
            },
            ensure_ascii=False,
        )

    def table(self) -> str:
        """Return lines for people, numbers in full precision."""
        rows = [] if self.lines else [(self.name, "=", self.text)]
        if self.at:
            rows.append(("at", " ", ", ".join(f"{name} = {value!r}" for name, value in self.at.items())))
        rows += [(name, "=", f"{text} = {value!r}") for name, (text, value) in self.lines.items()]
        rows += [] if self.lines else [(self.name, "=", repr(self.value))]
        for name, number in self.numeric.items():
            partial, value = self.symbolic[name], self.symbolic_value[name]
            slope = f"d{self.name}/d{name}"
            if partial is not None:
                rows.append((slope, "=", partial if partial == repr(value) else f"{partial} = {value!r}"))
            rows.append((tr("autograd") if partial is not None else slope, "=", repr(number)))
        width = max(len(left) for left, *_ in rows)
        return "\n".join(f"{left:<{width}}   {sign} {right}" for left, sign, right in rows)


def read_point(names: Sequence[str], given: Sequence[str]) -> dict[str, float]:
    """Return the value of each of the variables ``names`` from ``NAME=VALUE`` texts.

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
        if name not in names:
            known = ", ".join(names)
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
    missing = [name for name in names if name not in point]
    if missing:
        example = " ".join(f"--at {name}=1" for name in missing)
        raise InputError(
            tr("The formula needs a value for {names}: add {example}.", names=", ".join(missing), example=example)
        )
    return {name: point[name] for name in names}


def differentiate(formula: Formula, point: dict[str, float]) -> Derivative:
    """Differentiate ``formula`` at ``point`` twice: by sympy's rules, and by torch's automatic differentiation."""
    values, numeric = _autograd({"f": formula}, point)
    return _derivative(formula.text, "f", {}, point, formula, values["f"], numeric)


def differentiate_program(program: Program, point: dict[str, float]) -> Derivative:
    """Differentiate the result of ``program`` in the same two ways, by rules where it fits into one formula."""
    formulas = {statement.name: statement.formula for statement in program.statements}
    values, numeric = _autograd(formulas, point)
    lines = {name: (" ".join(formula.text.split()), values[name]) for name, formula in formulas.items()}
    whole = composed(program)
    return _derivative(program.text, program.result, lines, point, whole, values[program.result], numeric)


def _derivative(
    text: str,
    name: str,
    lines: dict[str, tuple[str, float]],
    point: dict[str, float],
    formula: Formula | None,
    value: float,
    numeric: dict[str, float],
) -> Derivative:
    from gdsim.formula.calculus import gradient

    notes: list[str] = []
    symbolic: dict[str, str | None] = dict.fromkeys(point)
    values: dict[str, float | None] = dict.fromkeys(point)
    if formula is None:
        notes.append(tr("There is no symbolic gradient: the program is too large for one formula, or uses detach."))
    else:
        try:
            for variable, partial in gradient(formula).items():
                symbolic[variable] = partial.text
                values[variable] = float(partial.evaluate(point))
        except InputError as error:
            notes.append(str(error))
    if not math.isfinite(value):
        notes.append(tr("The formula has no finite value at this point."))
    return Derivative(text, name, lines, point, value, symbolic, values, numeric, notes)


def _autograd(formulas: Mapping[str, Formula], point: dict[str, float]) -> tuple[dict[str, float], dict[str, float]]:
    """Return the value of each formula, which may use those before it, and the gradient of the last by torch."""
    import torch

    leaves = {name: torch.tensor(x, dtype=torch.float64, requires_grad=True) for name, x in point.items()}
    known = dict(leaves)
    for name, formula in formulas.items():
        known[name] = formula.torch(known)
    values = {name: known[name].item() for name in formulas}
    result = known[name]
    if not result.requires_grad:
        return values, dict.fromkeys(point, 0.0)
    slopes = torch.autograd.grad(result, list(leaves.values()), allow_unused=True)
    return values, {name: 0.0 if slope is None else slope.item() for name, slope in zip(point, slopes, strict=True)}


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
