"""What is said about a node, a wire or a step of a graph: whole sentences with their numbers."""

from __future__ import annotations

from decimal import Decimal

from gdsim.formula.tree import Binary, Node, Variable, to_text
from gdsim.i18n import tr
from gdsim.problems.graph import Edge, GraphNode
from gdsim.simulation.by_hand import Shown, agree, show
from gdsim.simulation.walk import State, Walk

EXACT = 10
"""Decimals of what one points at."""


def node_words(walk: Walk, state: State, index: int) -> str:
    """Return name, formula, value, gradient and torch's attributes of a node."""
    node = walk.graph.nodes[index]
    parts = [_value_words(node, state), *_gradient_words(walk, node, state)]
    parts.append(tr("grad_fn {name}", name=node.grad_fn or "None"))
    if not node.requires_grad:
        parts.append(tr("requires no gradient"))
    parts.append(tr("a leaf") if node.is_leaf else tr("not a leaf"))
    return "; ".join(parts) + "."


def _formula(tree: Node) -> str:
    """Return a tree as text, with the minus sign that numbers have."""
    return to_text(tree).replace("-", "−")


def _value_words(node: GraphNode, state: State, digits: int = EXACT) -> str:
    value = state.values[node.index]
    formula = _formula(node.expression)
    if value is None:
        return tr("{name} = {formula}, not computed yet", name=node.name, formula=formula)
    number = _brief(show(value, digits), value)
    if node.is_input:
        return tr("{name} = {value}", name=node.name, value=number)
    return tr("{name} = {formula} = {value}", name=node.name, formula=formula, value=number)


def _gradient_words(walk: Walk, node: GraphNode, state: State) -> list[str]:
    parts: list[str] = []
    gradient = state.gradients[node.index]
    if gradient is not None:
        result = walk.graph.nodes[walk.graph.result].name
        parts.append(tr("∂{result}/∂{name} = {value}", result=result, name=node.name, value=_exact(gradient)))
    if node.index in state.grad:
        grad = state.grad[node.index]
        parts.append(tr("{name}.grad = {value}", name=node.name, value="None" if grad is None else _exact(grad)))
    return parts


def wire_words(walk: Walk, state: State, index: int) -> str:
    """Return the local derivative on an edge, and what it makes of the gradient from above."""
    graph = walk.graph
    edge = graph.edges[index]
    source, target = graph.nodes[edge.source], graph.nodes[edge.target]
    names = {"source": source.name, "target": target.name}
    if target.is_detached:
        return tr("detach cuts the graph here: no gradient goes back from {target} to {source}.", **names)
    if not edge.flows and not source.requires_grad:
        return tr("{source} requires no gradient, so none goes back to it from {target}.", **names)
    if not edge.flows:
        return tr("No gradient goes back from {target} to {source}.", **names)
    formula, slope, contribution = _formula(edge.partial), state.slopes[index], state.contributions[index]
    upstream = state.gradients[edge.target]
    if slope is None or contribution is None or upstream is None:
        return tr("∂{target}/∂{source} = {formula}; backward works it out.", formula=formula, **names)
    product, total = _product(upstream, slope, contribution, EXACT)
    return tr(
        "∂{target}/∂{source} = {formula} = {slope}; upstream × local = {product} = {contribution}.",
        formula=formula,
        slope=_exact(slope),
        product=product,
        contribution=total,
        **names,
    )


def step_sentences(walk: Walk, state: State, digits: int) -> str:
    """Return what the last step worked out; empty where there is none to tell of."""
    step = state.step
    if step is None:
        return tr("Point at a box or a wire to read its numbers; press Step to begin.")
    if step.node is None:
        return tr("zero_grad: the .grad of every leaf is None again.")
    graph = walk.graph
    node, result = graph.nodes[step.node], graph.nodes[graph.result].name
    match step.kind:
        case "forward":
            return _value_words(node, state, digits) + "."
        case "seed":
            return tr("∂{result}/∂{result} = 1: from here the gradient goes back.", result=result)
        case "backward":
            words = [_hand_down(walk, state, edge, digits) for edge in graph.incoming[step.node] if edge.flows]
            # Of x*x both factors are told of in the same words.
            return " ".join([*dict.fromkeys(words), *_sum_sentences(walk, state, digits)])
    return _accumulated(walk, state, node, digits)


def _product(upstream: float, slope: float, contribution: float, digits: int) -> tuple[str, str]:
    """Return a product of two numbers and its value as text, with decimals enough to check it by hand."""
    tree = Binary("*", Variable("a"), Variable("b"))
    shown = agree(tree, {"a": upstream, "b": slope}, frozenset(), contribution, digits)
    first, second = _brief(shown.values["a"], upstream), _brief(shown.values["b"], slope)
    return f"{first} × ({second})" if second.startswith("−") else f"{first} × {second}", _brief(
        shown.result, contribution
    )


def _brief(shown: Shown, value: float) -> str:
    """Return a number's text without zeros at its end, where it is all of the number."""
    if shown.value is None or shown.value != Decimal(repr(value)):
        return shown.text
    return show(value, 17, exact=True).text


def _hand_down(walk: Walk, state: State, edge: Edge, digits: int) -> str:
    upstream, slope = state.gradients[edge.target], state.slopes[edge.index]
    contribution = state.contributions[edge.index]
    assert upstream is not None and slope is not None and contribution is not None
    product, total = _product(upstream, slope, contribution, digits)
    nodes = walk.graph.nodes
    return tr(
        "To {source}: ∂{result}/∂{target} × ∂{target}/∂{source} = {product} = {contribution}.",
        source=nodes[edge.source].name,
        target=nodes[edge.target].name,
        result=nodes[walk.graph.result].name,
        product=product,
        contribution=total,
    )


def sums(walk: Walk, state: State, digits: int) -> dict[int, tuple[str, str]]:
    """Return for each node at which the last step's contributions meet others the terms, and their sum, as text."""
    step, graph = state.step, walk.graph
    if step is None or step.node is None:
        return {}
    if step.kind == "accumulate":
        before = _grad_before(walk, state)
        own, after = walk.numbers.gradients[step.node], state.grad[step.node]
        if before is None or after is None:
            return {}
        return {step.node: _added([before, own], after, digits)}
    if step.kind != "backward":
        return {}
    result: dict[int, tuple[str, str]] = {}
    for source in dict.fromkeys(edge.source for edge in graph.incoming[step.node] if edge.flows):
        known = [(edge, state.contributions[edge.index]) for edge in graph.outgoing[source]]
        earlier = [number for edge, number in known if number is not None and edge.target != step.node]
        now = [number for edge, number in known if number is not None and edge.target == step.node]
        total = state.gradients[source]
        if total is not None and len(earlier) + len(now) > 1:
            result[source] = _added([sum(earlier), *now] if earlier else now, total, digits)
    return result


def _added(numbers: list[float], total: float, digits: int) -> tuple[str, str]:
    names = [f"t{place}" for place in range(len(numbers))]
    tree: Node = Variable(names[0])
    for name in names[1:]:
        tree = Binary("+", tree, Variable(name))
    shown = agree(tree, dict(zip(names, numbers, strict=True)), frozenset(), total, digits)
    first, *others = (_brief(shown.values[name], number) for name, number in zip(names, numbers, strict=True))
    signed = [f" − {text[1:]}" if text.startswith("−") else f" + {text}" for text in others]
    return "".join([first, *signed]), _brief(shown.result, total)


def _sum_sentences(walk: Walk, state: State, digits: int) -> list[str]:
    nodes = walk.graph.nodes
    result = nodes[walk.graph.result].name
    return [
        tr("∂{result}/∂{name} = {terms} = {total}.", result=result, name=nodes[index].name, terms=terms, total=total)
        for index, (terms, total) in sums(walk, state, digits).items()
    ]


def _grad_before(walk: Walk, state: State) -> float | None:
    """Return what was in ``.grad`` of the leaf that the last step added to."""
    assert state.step is not None and state.step.node is not None
    if state.counts[state.step.node] < 2:
        return None
    return walk.state(state.position - 1).grad[state.step.node]


def _accumulated(walk: Walk, state: State, node: GraphNode, digits: int) -> str:
    terms, total = sums(walk, state, digits).get(node.index, ("", ""))
    if terms:
        return tr("{name}.grad = {terms} = {total}: backward adds to it.", name=node.name, terms=terms, total=total)
    grad = state.grad[node.index]
    return tr("{name}.grad = {value}.", name=node.name, value="None" if grad is None else show(grad, digits).text)


def _exact(value: float) -> str:
    return show(value, EXACT, exact=True).text
