"""Lines of a worksheet for local derivatives, and how derivatives are written."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping

from gdsim.formula import Formula
from gdsim.formula.latex import Printer, symbol
from gdsim.formula.tree import Call, Node, Variable, children, to_text, variables
from gdsim.formula.tree import walk as nodes_of
from gdsim.i18n import tr
from gdsim.simulation.lines import Line, slots
from gdsim.simulation.walk import Walk

_CHOSEN = Variable("chosen by torch")


def local(target: str, source: str) -> tuple[str, str]:
    """Return the LaTeX and the text of the local derivative of a node by one of its operands."""
    return _quotient(r"\partial", target, source), f"∂{target}/∂{source}"


def total(target: str, source: str) -> tuple[str, str]:
    """Return the LaTeX and the text of the derivative of a node by another one, along all paths."""
    return _quotient(r"\mathrm{d}", target, source), f"d{target}/d{source}"


def _quotient(letter: str, target: str, source: str) -> str:
    above, below = (
        rf"{letter}\,{latex}" if latex.startswith(r"\mathrm") else f"{letter} {latex}"
        for latex in map(symbol, (target, source))
    )
    return rf"\dfrac{{{above}}}{{{below}}}"


def slope_line(walk: Walk, key: str, left: tuple[str, str], tree: Node, result: float | None, computed: bool) -> Line:
    """Write a local derivative over the names of its graph; ``left`` is its LaTeX and its text."""
    names = variables(tree)
    values = {name: walk.numbers.values[walk.graph.names[name]] for name in names}
    node, numbers = tree, slots(tree) if children(tree) and names else ()
    if result is not None and not _comes_to(tree, values, result):
        # torch's choice at a kink, which the formula does not make: nothing to recompute.
        node, values, numbers = _CHOSEN, {_CHOSEN.name: result}, ()
    constant = not names and (not children(tree) or not children(children(tree)[0]))
    return Line(
        key=key,
        left=left[0],
        plain_left=left[1],
        node=node,
        plain_symbols=to_text(tree),
        symbols=_full_size(Printer(lambda name, place: None).terms(tree)),
        numbers=_full_size(numbers),
        values=values,
        result=None if constant else result,
        computed=computed,
    )


def slope_note(trees: Iterable[Node], lines: Iterable[Line]) -> str:
    """Explain what is not plain in some local derivatives; empty where all are."""
    functions = {node.function for tree in trees for node in nodes_of(tree) if isinstance(node, Call)}
    notes = (
        ("heaviside" in functions, tr("H is 1 above 0, else 0.")),
        ("sign" in functions, tr("sgn is 1 above 0, −1 below, 0 at 0.")),
        (
            any(line.node == _CHOSEN for line in lines),
            tr("At a kink the slope is torch's: of two equal operands of min or max each gets half."),
        ),
    )
    return " ".join(sentence for applies, sentence in notes if applies)


def _comes_to(tree: Node, values: Mapping[str, float], result: float) -> bool:
    worked_out = float(Formula("", tree).evaluate(values))
    return math.isclose(worked_out, result, rel_tol=1e-9, abs_tol=1e-300) or repr(worked_out) == repr(result)


def _full_size(terms: tuple[str, ...]) -> tuple[str, ...]:
    # What stands in a fraction is to be read, as the derivatives on the left are.
    return tuple(term.replace(r"\frac", r"\dfrac") for term in terms)
