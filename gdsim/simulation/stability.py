"""What the worksheet says about stability on a quadratic loss."""

from __future__ import annotations

import functools
from collections.abc import Mapping

from gdsim.formula import Formula, parse
from gdsim.formula.latex import Printer
from gdsim.formula.tree import ATOM
from gdsim.i18n import tr
from gdsim.optimizers import rule_named
from gdsim.optimizers.pipeline import changes_gradient
from gdsim.problems.quadratic import Quadratic, Verdict
from gdsim.simulation.by_hand import show
from gdsim.simulation.lines import Line, Section, slots

COVERED = ("gd", "momentum", "momentum-pytorch")
"""Rules that the theory speaks of: plain gradient descent and the heavy ball in either convention."""

_LATEX = {"gamma": r"\gamma", "lambda_max": r"\lambda_{\max}", "lambda_min": r"\lambda_{\min}"}


def covers(optimizer: str, hyper: Mapping[str, float]) -> bool:
    """Tell whether the theory speaks of an optimizer with these hyper-parameters."""
    return optimizer in COVERED and not changes_gradient(rule_named(optimizer), hyper)


def stability_section(quadratic: Quadratic, optimizer: str, hyper: Mapping[str, float]) -> Section:
    """Return eigenvalues, condition number and limit, and say where the present learning rate stands."""
    low, high = float(quadratic.eigenvalues[0]), float(quadratic.eigenvalues[-1])
    lines = [_plain("lambda_max", high), _plain("lambda_min", low)]
    if low > 0:
        values = {"lambda_max": high, "lambda_min": low}
        condition = quadratic.condition_number
        lines.append(_computed("kappa", r"\kappa", "kappa", "lambda_max/lambda_min", values, condition))
    if changes_gradient(rule_named(optimizer), hyper):
        note = tr("With weight decay, clipping or noise no limit is known.")
        return Section("stability", tr("Stability"), tuple(lines), note)
    if optimizer not in COVERED:
        return Section("stability", tr("Stability"), tuple(lines), tr("No limit is known for this optimizer."))
    gamma = hyper.get("gamma", 0.0)
    limit = quadratic.largest_stable_learning_rate(gamma)
    if limit is not None:
        with_gamma = "gamma" in hyper
        text = "(2 + 2*gamma)/lambda_max" if with_gamma else "2/lambda_max"
        values = {"lambda_max": high} | ({"gamma": gamma} if with_gamma else {})
        lines.append(_computed("limit", r"\eta_{\max}", "lr_max", text, values, limit, more=2))
    return Section("stability", tr("Stability"), tuple(lines), _sentence(quadratic, hyper["learning_rate"], gamma))


def _plain(name: str, value: float) -> Line:
    return Line(name, _LATEX[name], name, parse(name).tree, "", values={name: value}, result=value)


def _computed(
    key: str, left: str, plain: str, text: str, values: dict[str, float], result: float, more: int = 0
) -> Line:
    formula, symbols, numbers = _pieces(text)
    return Line(
        key, left, plain, formula.tree, text, symbols, numbers, values, result, hyper=frozenset({"gamma"}), more=more
    )


@functools.cache
def _pieces(text: str) -> tuple[Formula, tuple[str, ...], tuple[str, ...]]:
    formula = parse(text)
    symbols = Printer(lambda name, place: (_LATEX[name], ATOM), numbers=False).terms(formula.tree)
    return formula, _large(symbols), _large(slots(formula.tree))


def _large(pieces: tuple[str, ...]) -> tuple[str, ...]:
    """Let fractions have the full size of type: they are all there is on the line."""
    return tuple(piece.replace(r"\frac", r"\dfrac") for piece in pieces)


def _sentence(quadratic: Quadratic, learning_rate: float, gamma: float) -> str:
    if quadratic.is_saddle:
        return tr("The loss curves downwards in some direction: it has no lowest point, and every run diverges.")
    if quadratic.minimum is None:
        return tr("The loss falls without end in some direction: it has no lowest point, and every run diverges.")
    limit = quadratic.largest_stable_learning_rate(gamma)
    if limit is None:
        if quadratic.curved.size:
            return tr("With gamma = {gamma} the run diverges at every learning rate.", gamma=_short(gamma))
        return tr("The loss is the same everywhere: nothing moves.")
    values = {"learning_rate": _short(learning_rate), "share": _percentage(learning_rate / limit)}
    match quadratic.verdict(learning_rate, gamma):
        case Verdict.MONOTONE:
            sentence = tr("The learning rate {learning_rate} is {share} of the limit: the run converges.", **values)
        case Verdict.OSCILLATES:
            sentence = tr(
                "The learning rate {learning_rate} is {share} of the limit: the run oscillates and converges.", **values
            )
        case Verdict.LIMIT:
            sentence = tr(
                "The learning rate {learning_rate} is the limit itself: the run swings without end.", **values
            )
        case Verdict.DIVERGES:
            sentence = tr("The learning rate {learning_rate} is {share} of the limit: the run diverges.", **values)
    return sentence


def _short(value: float) -> str:
    return show(value, 6, exact=True).text


def _percentage(share: float) -> str:
    """Return a percentage with as many decimals as it takes to tell it from 100 %."""
    for decimals in range(1, 12):
        text = f"{100 * share:.{decimals}f}"
        if float(text) != 100:
            break
    return f"{text} %" if share < 1e4 else f"{100 * share:.1e} %"
