"""The worksheet: every number of an update with the formula it came from.

The equations of the update come from the rule itself, so that a new rule needs nothing here.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Mapping
from dataclasses import replace

from gdsim.formula import Formula
from gdsim.formula.latex import Printer, symbol
from gdsim.formula.tree import to_text
from gdsim.i18n import tr
from gdsim.optimizers import UpdateRule, rule_named
from gdsim.optimizers.parts import parts_of
from gdsim.problems.analysis import Analysis
from gdsim.simulation.lines import RESULT, Line, Section, Worksheet, slots
from gdsim.simulation.snapshot import Phase, Point, Snapshot
from gdsim.simulation.stability import stability_section
from gdsim.simulation.update_lines import Computation, indexed, moved, update_lines

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
    loss_at = before if phase == "update" and before is not None else now
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
    note = _note(rule, snapshot)
    sections.append(Section("update", tr("Update"), _update(rule, snapshot), note))
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
        left=rf"{indexed('g', name)} = \frac{{\partial L}}{{\partial {symbol(name)}}}",
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


def _note(rule: UpdateRule, snapshot: Snapshot) -> str:
    """Explain the part of the update that is shown."""
    if snapshot.coming is not None:
        return tr(parts_of(rule, snapshot.now.hyper)[snapshot.part - 1].sentence)
    if snapshot.before is None:
        return tr("Make a step: the numbers of the update appear here.")
    return ""


def _update(rule: UpdateRule, snapshot: Snapshot) -> tuple[Line, ...]:
    """Write the last update, or the parts that are shown of the one that comes next."""
    now, before, coming = snapshot.now, snapshot.before, snapshot.coming
    if coming is not None and snapshot.grad is not None:
        here = replace(now, gradient=snapshot.grad.values)
        made = Computation(rule, here, coming.state, moved(now.parameters, coming.terms), coming.used)
        parts = [frozenset(part.results) for part in parts_of(rule, now.hyper)[: snapshot.part]]
        return update_lines(rule, now.parameters, now.hyper, made, frozenset().union(*parts), parts[-1])
    if before is None:
        return update_lines(rule, now.parameters, now.hyper, None, None, None)
    updated = None if snapshot.phase == "update" else frozenset[str]()
    made = Computation(rule, before, now.state, now.parameters, snapshot.used)
    return update_lines(rule, now.parameters, now.hyper, made, updated, updated)
