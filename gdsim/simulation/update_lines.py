"""The lines of a worksheet for an update, made from the equations of its rule."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from gdsim.formula import Formula, parse
from gdsim.formula.latex import Printer, symbol
from gdsim.formula.tree import ATOM, FUNCTIONS, to_text
from gdsim.optimizers import Equation, UpdateRule, rule_named
from gdsim.optimizers.pipeline import NORM_OF, STAGES, USED, gradient_equations
from gdsim.simulation.lines import RESULT, Line, slots
from gdsim.simulation.snapshot import Point, TermValue, UsedGradient, Values

_GRADIENTS = {"g": "g", USED: "g^{*}", **{name: "g" + "'" * n for n, name in enumerate(STAGES, 1)}}
_SHARED = {"xi": r"\xi", **{NORM_OF + name: rf"\Vert {latex} \Vert" for name, latex in _GRADIENTS.items()}}


@dataclass(frozen=True)
class Computation:
    """An update as its equations want it.

    Attributes
    ----------
    rule
        The update rule.
    before
        The state from which it is made, with the gradient that `.grad` held.
    after
        The rule's state afterwards.
    moved
        The parameters afterwards.
    used
        What the rule was given, where that is not the gradient itself.
    """

    rule: UpdateRule
    before: Point
    after: Mapping[str, Values]
    moved: Values
    used: UsedGradient | None

    @property
    def constants(self) -> dict[str, float]:
        """Hyper-parameters, and the number of this update."""
        counted = self.after.get("step")
        step = self.before.step + 1 if counted is None else next(iter(counted.values()))
        return {**self.before.hyper, "step": float(step)}

    def numbers(self, parameter: str) -> dict[str, float]:
        """Return every number of one parameter's update under the names that the equations use."""
        rule, before = self.rule, self.before
        known = self.constants
        known |= {"w": float(before.parameters[parameter]), "g": float(before.gradient[parameter])}
        if self.used is not None:
            known |= dict.fromkeys((NORM_OF + name for name in _GRADIENTS), self.used.norm or 0.0)
            known["xi"] = float(self.used.noise[parameter]) if self.used.noise else 0.0
        known |= {name: float(values[parameter]) for name, values in before.state.items() if name != "step"}
        after = {f"{name}_next": float(values[parameter]) for name, values in self.after.items()}
        after["w_next"] = float(self.moved[parameter])
        if rule.update_at is not None:  # it tells of its move only
            known["move"] = after["w_next"] - known["w"]
        if self.used is not None:
            after[USED] = float(self.used.values[parameter])
        for equation in lines_of(rule, before.hyper, known):
            if equation.result in after:
                known[equation.result] = after[equation.result]
            else:
                known[equation.result] = float(_formula(equation.expression).evaluate(known))
        return known


def lines_of(rule: UpdateRule, hyper: Mapping[str, float], known: Mapping[str, float]) -> tuple[Equation, ...]:
    """Return what makes the gradient that is used, then the rule's own equations over that."""
    first = gradient_equations(rule, hyper)
    own = rule.lines(known)
    if first:
        own = tuple(Equation(e.result, re.sub(r"\bg\b", USED, e.expression)) for e in own)
    return (*first, *own)


def general_lines(rule: UpdateRule, hyper: Mapping[str, float], step: int) -> tuple[tuple[str, str], ...]:
    """Return left and right side, as LaTeX, of each line of update number ``step``, for any parameter.

    What a line works out has the same symbol as before: the lines are assignments, one after the other.
    """
    known = {**hyper, "step": float(step)}
    latex = {h.name: h.symbol for h in rule.hyperparameters}

    def symbol_of(name: str) -> str:
        base = name.removesuffix("_next")
        return latex.get(name) or _SHARED.get(name) or _GRADIENTS.get(base) or rule.symbols.get(base, base)

    printer = Printer(lambda name, place: (symbol_of(name), ATOM), numbers=False)
    return tuple(
        (symbol_of(line.result), printer.print(_formula(line.expression).tree)) for line in lines_of(rule, hyper, known)
    )


def update_lines(
    rule: UpdateRule,
    names: Iterable[str],
    hyper: Mapping[str, float],
    made: Computation | None,
    fresh: frozenset[str] | None,
    computed: frozenset[str] | None,
) -> tuple[Line, ...]:
    """Return the lines of an update, parameter by parameter.

    Parameters
    ----------
    rule
        The update rule.
    names
        The parameters.
    hyper
        Hyper-parameters in force.
    made
        The update; None before the first: then the lines have no numbers.
    fresh, computed
        Results that belong to the present state, and those that were computed last; None: all.
    """
    constants = {"step": 1.0, **hyper} if made is None else made.constants
    result = []
    for name in names:
        known = {} if made is None else made.numbers(name)
        for equation in lines_of(rule, hyper if made is None else made.before.hyper, constants):
            is_fresh = made is not None and (fresh is None or equation.result in fresh)
            is_new = made is not None and (computed is None or equation.result in computed)
            result.append(_line(rule, equation, name, known, is_fresh, is_new))
    return tuple(result)


def moved(parameters: Values, terms: Sequence[TermValue]) -> Values:
    """Return the parameters after the terms of an update."""
    result = dict(parameters)
    for name in result:
        # As the simulation does it: the terms first, then the parameter.
        result[name] = result[name] + functools.reduce(np.add, [term.value[name] for term in terms])
    return result


def indexed(letter: str, parameter: str) -> str:
    """Return the symbol of a quantity that belongs to a parameter: v with the index 1 for w1, with x for x."""
    match = re.fullmatch(r"[^\W\d]_?(\d+)", parameter)
    return f"{letter}_{{{match[1] if match else symbol(parameter)}}}"


@functools.lru_cache(maxsize=256)
def _formula(expression: str) -> Formula:
    return parse(expression, {**FUNCTIONS, "sign": (1, 1)})


@functools.lru_cache(maxsize=256)
def _pieces(
    rule_name: str, equation: Equation, parameter: str
) -> tuple[str, str, Formula, tuple[str, ...], tuple[str, ...], str]:
    rule = rule_named(rule_name)
    formula = _formula(equation.expression)
    latex = {h.name: h.symbol for h in rule.hyperparameters}
    plain = {}
    for name in {equation.result, *formula.variables} - set(latex):
        latex[name], plain[name] = _names(rule, name, parameter)
    symbols = Printer(lambda name, place: (latex[name], ATOM), numbers=False).terms(formula.tree)
    text = re.sub(r"[^\W\d]\w*", lambda match: plain.get(match[0], match[0]), to_text(formula.tree))
    return latex[equation.result], plain[equation.result], formula, symbols, slots(formula.tree), text


def _names(rule: UpdateRule, name: str, parameter: str) -> tuple[str, str]:
    """Return LaTeX and plain text of one quantity of one parameter."""
    base = name.removesuffix("_next")
    if base == "w":
        return symbol(parameter), parameter
    if name in _SHARED:
        return _SHARED[name], name
    known = _GRADIENTS.get(base) or rule.symbols.get(base, base)
    letter = known.strip("\\") if known.strip("\\").isalpha() else base
    if base in rule.shared:
        return known, base
    return indexed(known, parameter), f"{letter}_{parameter}"


def _line(
    rule: UpdateRule, equation: Equation, parameter: str, known: Mapping[str, float], fresh: bool, computed: bool
) -> Line:
    left, plain_left, formula, symbols, numbers, text = _pieces(rule.name, equation, parameter)
    names = [*formula.variables, equation.result]
    colours = {name: _colour(rule, name) for name in names}
    return Line(
        key=f"{equation.result}.{parameter}",
        left=left,
        plain_left=plain_left,
        node=formula.tree,
        plain_symbols=text,
        symbols=symbols,
        numbers=numbers,
        values={name: known.get(name, 0.0) for name in formula.variables},
        result=known.get(equation.result),
        arrow=True,
        colours=colours | {RESULT: colours[equation.result]},
        hyper=frozenset({*(h.name for h in rule.hyperparameters), "step"}),
        fresh=fresh,
        computed=computed,
    )


def _colour(rule: UpdateRule, name: str) -> str:
    base = name.removesuffix("_next")
    return "gradient" if base in _GRADIENTS else rule.roles.get(base, "velocity" if base == "velocity" else "")
