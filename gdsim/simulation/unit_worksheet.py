"""The computation of one unit for one sample, written out as a worksheet."""

from __future__ import annotations

import functools
import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gdsim.formula.latex import Printer
from gdsim.formula.tree import ATOM, Binary, Call, Node, Number, Variable
from gdsim.i18n import tr
from gdsim.problems.network import Activation, Layer, LayerValues, NetworkProblem
from gdsim.problems.unit import class_shares
from gdsim.simulation.lines import Line, Section, Worksheet, slots

MOST_TERMS = 24
"""Terms of a sum up to which all are written out."""

_KEPT_TERMS = 8
_MOST_CLASSES = 12

Values = Mapping[str, NDArray[Any]]


def unit_worksheet(
    problem: NetworkProblem,
    parameters: Values,
    values: Sequence[LayerValues],
    sample: int,
    layer: int,
    unit: int,
) -> Worksheet:
    """Write out how a unit comes to its output.

    Parameters
    ----------
    problem, parameters
        The network and its weights and biases.
    values
        What each layer makes of the sample, one row each: `gdsim.problems.unit.sample_values`.
    sample
        Number of the sample.
    layer, unit
        Which unit; layer 0 is the first one that computes.
    """
    own = problem.layers[layer]
    given = values[layer]
    result, output = float(given.sums[0, unit]), float(given.outputs[0, unit])
    sections = [
        _results(own, unit, result, output),
        _weighted_sum(problem, layer, unit, parameters, given.inputs[0], result),
        Section("activation", tr("Activation"), (_activation(own.activation, unit, result, output),)),
    ]
    if layer == len(problem.layers) - 1 and problem.loss_name == "cross_entropy":
        sections.append(_softmax(given.outputs, unit, _symbol(own)))
        sections[0] = _results(own, unit, result, output, sections[-1].lines[0].result)
    title = tr(
        "{layer}, unit {unit}, for sample {sample} of class {name}",
        layer=own.name,
        unit=unit,
        sample=sample,
        name=problem.data.class_names[int(problem.data.labels[sample])],
    )
    return Worksheet(title, tuple(sections))


def _symbol(layer: Layer) -> str:
    """Return the letter of what a layer gives: without an activation that is the sum itself."""
    return "z" if layer.activation == "identity" else "a"


def _results(layer: Layer, unit: int, total: float, output: float, share: float | None = None) -> Section:
    """Return what all that follows comes to: a sum of many terms may end out of sight."""
    results = {"z": total}
    if layer.activation != "identity":
        results["a"] = output
    if share is not None:
        results["p"] = share
    lines = []
    for name, value in results.items():
        written = f"{name}_{{{unit}}}", f"{name}_{unit}"
        lines.append(Line(f"result.{name}", *written, Variable(name), "", values={name: value}, result=value))
    return Section("results", tr("Results"), tuple(lines))


def _weighted_sum(
    problem: NetworkProblem,
    layer: int,
    unit: int,
    parameters: Values,
    inputs: NDArray[np.float32],
    result: float,
) -> Section:
    own = problem.layers[layer]
    weights = parameters[f"{own.name}.weight"][unit]
    products = weights.astype(np.float64) * inputs.astype(np.float64)
    written = _written(products)
    rest = len(products) - len(written)
    node, symbols, numbers, text = _sum_pieces(unit, tuple(written.tolist()), own.bias, rest > 0)
    numbers_in: dict[str, float] = {}
    for index in written.tolist():
        numbers_in |= {f"w{index}": float(weights[index]), f"x{index}": float(inputs[index])}
    if rest:
        numbers_in["R"] = float(np.delete(products, written).sum())
    if own.bias:
        numbers_in["b"] = float(parameters[f"{own.name}.bias"][unit])
    line = Line("sum", f"z_{{{unit}}}", f"z_{unit}", node, text, symbols, numbers, numbers_in, result, computed=False)
    return Section("sum", tr("Weighted sum"), (line,), _sum_note(problem, layer, unit, len(written), rest))


def _written(products: NDArray[np.float64]) -> NDArray[np.intp]:
    """Return which terms are written out, in their order: all of them, or the largest few."""
    if len(products) <= MOST_TERMS:
        return np.arange(len(products))
    return np.sort(np.argpartition(-np.abs(products), _KEPT_TERMS)[:_KEPT_TERMS])


def _sum_note(problem: NetworkProblem, layer: int, unit: int, written: int, rest: int) -> str:
    source = (
        tr("the sample's features")
        if layer == 0
        else tr("the outputs of {layer}", layer=problem.layers[layer - 1].name)
    )
    note = tr(
        "w: row {unit} of {layer}.weight. x: {source}.", unit=unit, layer=problem.layers[layer].name, source=source
    )
    if not rest:
        return note
    more = tr(
        "R: the sum of the other {rest} terms; the {written} largest of {count} are written out.",
        rest=rest,
        written=written,
        count=written + rest,
    )
    return f"{note} {more}"


@functools.lru_cache(maxsize=64)
def _sum_pieces(
    unit: int, indices: tuple[int, ...], bias: bool, rest: bool
) -> tuple[Node, tuple[str, ...], tuple[str, ...], str]:
    """Return the sum, its terms with symbols and with slots, and its text."""
    latex = {"R": "R", "b": f"b_{{{unit}}}"}
    terms: list[Node] = []
    texts = []
    for index in indices:
        latex |= {f"w{index}": f"w_{{{unit},{index}}}", f"x{index}": f"x_{{{index}}}"}
        terms.append(Binary("*", Variable(f"w{index}"), Variable(f"x{index}")))
        texts.append(f"w[{unit},{index}]*x[{index}]")
    if rest:
        terms.append(Variable("R"))
        texts.append("R")
    if bias:
        terms.append(Variable("b"))
        texts.append(f"b[{unit}]")
    node = functools.reduce(lambda left, right: Binary("+", left, right), terms)
    return node, _symbols(node, latex), slots(node), " + ".join(texts)


def _symbols(node: Node, latex: Mapping[str, str]) -> tuple[str, ...]:
    return Printer(lambda name, place: (latex[name], ATOM), numbers=False).terms(node)


def _activation(name: Activation, unit: int, value: float, result: float) -> Line:
    z, left = f"z_{{{unit}}}", (f"a_{{{unit}}}", f"a_{unit}")
    if name == "gelu":
        # No function that formulas know; Phi is the normal distribution (Hendrycks and Gimpel 2016).
        product: Node = Binary("*", Variable("z"), Variable("phi"))
        symbols: tuple[str, ...] = (rf"{z}\,\Phi\left({z}\right)",)
        share = 0.5 * (1 + math.erf(value / math.sqrt(2))) if not math.isnan(value) else value
        numbers_in = {"z": value, "phi": share}
        return Line(
            "activation", *left, product, f"z_{unit}*Phi(z_{unit})", symbols, slots(product), numbers_in, result
        )
    node, text = _activation_node(name, unit)
    numbers = slots(node) if name != "identity" else ()
    return Line("activation", *left, node, text, _symbols(node, {"z": z}), numbers, {"z": value}, result)


def _activation_node(name: Activation, unit: int) -> tuple[Node, str]:
    z = Variable("z")
    if name == "identity":
        return z, f"z_{unit}"
    if name == "leaky_relu":
        return Call("max", (z, Binary("*", Number(0.01), z))), f"max(z_{unit}, 0.01*z_{unit})"
    return Call(name, (z,)), f"{name}(z_{unit})"


def _softmax(outputs: NDArray[np.float32], unit: int, letter: str) -> Section:
    """Write out the probability of a unit's class; of many classes the sum is given as one number."""
    result = float(class_shares(outputs, "cross_entropy")[0, unit])
    given = outputs[0].astype(np.float64)
    if len(given) > _MOST_CLASSES:
        node: Node = Call("exp", (Binary("-", Variable("z"), Variable("M")),))
        latex = {"z": f"{letter}_{{{unit}}}", "M": "M"}
        text = f"exp({letter}_{unit} - M)"
        numbers_in = {"z": float(given[unit]), "M": float(np.logaddexp.reduce(given))}
        note = tr(
            "M: the logarithm of the sum of exp({letter}) over all {count} outputs.", letter=letter, count=len(given)
        )
    else:
        powers: list[Node] = [Call("exp", (Variable(f"z{index}"),)) for index in range(len(given))]
        below = functools.reduce(lambda left, right: Binary("+", left, right), powers)
        node = Binary("/", powers[unit], below)
        latex = {f"z{index}": f"{letter}_{{{index}}}" for index in range(len(given))}
        text = f"exp({letter}_{unit})/({' + '.join(f'exp({letter}_{index})' for index in range(len(given)))})"
        numbers_in = {f"z{index}": value for index, value in enumerate(given.tolist())}
        note = ""
    # At full size: the exponents are to be read.
    symbols, numbers = (
        tuple(each.replace(r"\frac", r"\dfrac") for each in terms) for terms in (_symbols(node, latex), slots(node))
    )
    line = Line("softmax", f"p_{{{unit}}}", f"p_{unit}", node, text, symbols, numbers, numbers_in, result)
    return Section("softmax", tr("Probability of the class"), (line,), note)
