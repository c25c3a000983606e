"""The worksheet: every number of an update with the formula it came from.

The equations of the update come from the rule itself, so that a new rule needs nothing here.
"""

from __future__ import annotations

import functools
import math
import re
from collections.abc import Iterable, Mapping

from gdsim.formula import Formula, parse
from gdsim.formula.latex import Printer, symbol
from gdsim.formula.tree import ATOM, to_text
from gdsim.i18n import tr
from gdsim.optimizers import UpdateRule, rule_named
from gdsim.problems.analysis import Analysis
from gdsim.simulation.lines import RESULT, Line, Section, Worksheet, slots
from gdsim.simulation.snapshot import Phase, Point, Snapshot
from gdsim.simulation.stability import stability_section

__all__ = ["Line", "Section", "Worksheet", "surface_worksheet"]


@functools.lru_cache(maxsize=32)
def _formula_pieces(formula: Formula) -> tuple[tuple[str, ...], tuple[str, ...], str]:
    """Return the terms with symbols, with slots, and as text."""
    symbols = Printer(lambda name, place: None).terms(formula.tree)
    return symbols, slots(formula.tree) if formula.variables else (), to_text(formula.tree)


def surface_worksheet(snapshot: Snapshot, optimizer: str, analysis: Analysis | None) -> Worksheet:
    """Write out the last update of a surface's run, or of the present step as far as its phases have come.

    Parameters
    ----------
    snapshot
        The state of the run.
    optimizer
        Name of the update rule.
    analysis
        What is known about the loss; without it only the update is written out.
    """
    now, before, phase = snapshot.now, snapshot.before, snapshot.phase
    # After an update the whole computation is that of the state before; in mid-step it is renewed line by line.
    updated = phase == "update" and before is not None
    loss_at = before if updated and before is not None else now
    gradient_at = before if phase != "backward" and before is not None else now
    sections: list[Section] = []
    if analysis is not None:
        sections.append(Section("loss", tr("Loss"), (_loss(analysis.formula, loss_at, phase == "forward"),)))
        partials = tuple(
            _partial(name, partial, gradient_at, phase, before is None)
            for name, partial in _in_order(analysis.partials, now)
        )
        undefined = not math.isfinite(gradient_at.loss) and any(line.result is not None for line in partials)
        note = tr("The loss is not finite here, so it has no gradient.") if undefined else ""
        sections.append(Section("gradient", tr("Gradient"), partials, note))
    rule = rule_named(optimizer)
    note = "" if before is not None else tr("Make a step: the numbers of the update appear here.")
    sections.append(Section("update", tr("Update"), _update(rule, before, now, updated), note))
    if analysis is not None and analysis.quadratic is not None:
        sections.append(stability_section(analysis.quadratic, optimizer, now.hyper))
    return Worksheet(_title(snapshot), tuple(sections))


def _title(snapshot: Snapshot) -> str:
    step = snapshot.now.step
    if snapshot.phase == "update" and snapshot.before is not None:
        return tr("From step {before} to step {after}", before=step - 1, after=step)
    return tr("Step {step}", step=step)


def _in_order(partials: Mapping[str, Formula], point: Point) -> list[tuple[str, Formula]]:
    return [(name, partials[name]) for name in point.parameters if name in partials]


def _numbers(point: Point) -> dict[str, float]:
    return {name: float(value) for name, value in point.parameters.items()}


def _loss(formula: Formula, point: Point, computed: bool) -> Line:
    symbols, numbers, text = _formula_pieces(formula)
    values = {name: value for name, value in _numbers(point).items() if name in formula.variables}
    return Line("loss", "L", "L", formula.tree, text, symbols, numbers, values, point.loss, computed=computed)


def _partial(name: str, partial: Formula, point: Point, phase: Phase, first: bool) -> Line:
    symbols, numbers, text = _formula_pieces(partial)
    # The formula of a derivative may have values where that of the loss has none: 1/x where there is no log(x).
    slope = float(point.gradient[name]) if math.isfinite(point.loss) else math.nan
    return Line(
        key=f"gradient.{name}",
        left=rf"{_indexed('g', name)} = \frac{{\partial L}}{{\partial {symbol(name)}}}",
        plain_left=f"g_{name} = dL/d{name}",
        node=partial.tree,
        plain_symbols=text,
        symbols=symbols,
        numbers=numbers,
        values={each: value for each, value in _numbers(point).items() if each in partial.variables},
        result=None if first and phase == "forward" else slope,
        colours={RESULT: "gradient"},
        fresh=phase != "forward",
        computed=phase == "backward",
    )


def _indexed(letter: str, parameter: str) -> str:
    """Return the symbol of a quantity that belongs to a parameter: v with the index 1 for w1, with x for x."""
    match = re.fullmatch(r"[^\W\d]_?(\d+)", parameter)
    return f"{letter}_{{{match[1] if match else symbol(parameter)}}}"


def _update(rule: UpdateRule, before: Point | None, now: Point, updated: bool) -> tuple[Line, ...]:
    return tuple(
        _equation(rule, index, name, before, now, updated)
        for name in now.parameters
        for index in range(len(rule.equations))
    )


@functools.lru_cache(maxsize=64)
def _equation_pieces(
    rule_name: str, index: int, parameter: str
) -> tuple[str, str, Formula, tuple[str, ...], tuple[str, ...], str]:
    rule = rule_named(rule_name)
    equation = rule.equations[index]
    formula = parse(equation.expression)
    latex = {h.name: h.symbol for h in rule.hyperparameters}
    plain = {"w": parameter}
    for name in {equation.result, *formula.variables} - set(latex):
        base = name.removesuffix("_next")
        known = rule.symbols.get(base, base)
        latex[name] = symbol(parameter) if base == "w" else _indexed(known, parameter)
        plain[name] = parameter if base == "w" else f"{known.strip(chr(92))}_{parameter}"
    symbols = Printer(lambda name, place: (latex[name], ATOM), numbers=False).terms(formula.tree)
    text = re.sub(r"[^\W\d]\w*", lambda match: plain.get(match[0], match[0]), to_text(formula.tree))
    return latex[equation.result], plain[equation.result], formula, symbols, slots(formula.tree), text


def _equation(rule: UpdateRule, index: int, parameter: str, before: Point | None, now: Point, updated: bool) -> Line:
    left, plain_left, formula, symbols, numbers, text = _equation_pieces(rule.name, index, parameter)
    result = rule.equations[index].result
    known = _known(rule, parameter, before, now) if before is not None else {}
    hyper = frozenset(h.name for h in rule.hyperparameters)
    names = [*formula.variables, result]
    return Line(
        key=f"{result}.{parameter}",
        left=left,
        plain_left=plain_left,
        node=formula.tree,
        plain_symbols=text,
        symbols=symbols,
        numbers=numbers,
        values={name: known.get(name, 0.0) for name in formula.variables},
        result=known.get(result),
        arrow=True,
        colours=_colours(names) | {RESULT: _colours([result]).get(result, "")},
        hyper=hyper,
        fresh=updated,
        computed=updated,
    )


def _colours(names: Iterable[str]) -> dict[str, str]:
    kinds = {"g": "gradient", "w": ""}
    return {name: kinds.get(name.removesuffix("_next"), "velocity" if "velocity" in name else "") for name in names}


def _known(rule: UpdateRule, parameter: str, before: Point, now: Point) -> dict[str, float]:
    """Return every number of one parameter's update under the names that the equations use."""
    known = dict(before.hyper)
    known |= {"w": float(before.parameters[parameter]), "g": float(before.gradient[parameter])}
    known["step"] = float(now.step)
    known |= {name: float(values[parameter]) for name, values in before.state.items()}
    after = {f"{name}_next": float(values[parameter]) for name, values in now.state.items()}
    after["w_next"] = float(now.parameters[parameter])
    for equation in rule.equations:
        if equation.result in after:
            known[equation.result] = after[equation.result]
        else:
            known[equation.result] = float(parse(equation.expression).evaluate(known))
    return known
