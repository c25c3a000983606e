"""The worksheet of a walk over a graph: what the last step did, and the chain rule for one leaf."""

from __future__ import annotations

from gdsim.formula.latex import Printer, symbol
from gdsim.formula.tree import ATOM, Binary, Node, Number, Variable, to_text, variables
from gdsim.i18n import tr
from gdsim.problems.graph import Edge
from gdsim.simulation.chain_worksheet import chain_sections
from gdsim.simulation.lines import RESULT, Line, Section, Worksheet, slots
from gdsim.simulation.slope_lines import local, slope_line, slope_note, total
from gdsim.simulation.walk import State, Step, Walk


def autograd_worksheet(walk: Walk, position: int, leaf: str) -> Worksheet:
    """Write out the last step of a walk, and the derivative of the result by a leaf.

    Parameters
    ----------
    walk
        The walk.
    position
        Number of steps made.
    leaf
        Name of the leaf by which the result is differentiated.
    """
    state = walk.state(position)
    title = tr("Step {step} of {last}", step=position, last=len(walk.steps))
    return Worksheet(title, (_this_step(walk, state), *chain_sections(walk, state, leaf)))


def _this_step(walk: Walk, state: State) -> Section:
    step = state.step
    if step is None:
        return Section("step", tr("This step"), (), tr("Make a step: what it computes appears here."))
    if step.node is None:
        note = tr("zero_grad: .grad of every leaf is None again.")
        return Section("step", tr("This step"), (), note)
    lines, note = _written(walk, state, step, step.node)
    return Section("step", tr("This step"), lines, note)


def _written(walk: Walk, state: State, step: Step, node: int) -> tuple[tuple[Line, ...], str]:
    """Return the lines on a step at a node, and a sentence below them."""
    match step.kind:
        case "forward":
            return (_forward(walk, node),), ""
        case "seed":
            return (_seed(walk),), tr("backward starts here: the derivative of the result by itself is 1.")
        case "backward":
            return _backward(walk, state, walk.state(state.position - 1), node)
        case _:
            return _accumulate(walk, state, walk.state(state.position - 1), node)


def _forward(walk: Walk, index: int) -> Line:
    node = walk.graph.nodes[index]
    numbers = walk.numbers.values
    return Line(
        key=f"value.{index}",
        left=symbol(node.name),
        plain_left=node.name,
        node=node.expression,
        plain_symbols=to_text(node.expression),
        symbols=Printer(lambda name, place: None).terms(node.expression),
        numbers=slots(node.expression),
        values={name: numbers[walk.graph.names[name]] for name in variables(node.expression)},
        result=numbers[index],
        computed=True,
    )


def _seed(walk: Walk) -> Line:
    name = walk.graph.nodes[walk.graph.result].name
    return Line("seed", *total(name, name), Number(1.0), "", result=1.0, colours={RESULT: "gradient"}, computed=True)


def _backward(walk: Walk, state: State, before: State, index: int) -> tuple[tuple[Line, ...], str]:
    """Write the local derivatives of a node, and what each of its operands gets."""
    graph = walk.graph
    edges = [edge for edge in graph.incoming[index] if edge.flows]
    lines = []
    for edge in edges:
        target, source = graph.nodes[index].name, graph.nodes[edge.source].name
        key, slope = f"slope.{edge.place}", state.slopes[edge.index]
        lines.append(slope_line(walk, key, local(target, source), edge.partial, slope, True))
    note = slope_note((edge.partial for edge in edges), lines)
    so_far = list(before.gradients)
    open_still = set()
    for edge in edges:
        uses = [each for each in graph.outgoing[edge.source] if each.flows and each.target in graph.backward_order]
        lines.append(_contribution(walk, edge, so_far[edge.source], alone=len(uses) == 1))
        so_far[edge.source] = (so_far[edge.source] or 0.0) + walk.numbers.contributions[edge.index]
        if any(state.contributions[each.index] is None for each in uses):
            open_still.add(graph.nodes[edge.source].name)
    if open_still:
        more = tr("More is added later to the gradient of {names}.", names=", ".join(sorted(open_still)))
        note = f"{note} {more}".strip()
    return tuple(lines), note


def _contribution(walk: Walk, edge: Edge, so_far: float | None, alone: bool) -> Line:
    """Write upstream times local, added to what has come along other edges."""
    names = [walk.graph.nodes[each].name for each in (walk.graph.result, edge.target, edge.source)]
    result, target, source = names
    written = {"sum": total(result, source), "upstream": total(result, target), "local": local(target, source)}
    product: Node = Binary("*", Variable("upstream"), Variable("local"))
    node = product if so_far is None else Binary("+", Variable("sum"), product)
    contribution = walk.numbers.contributions[edge.index]
    values = {"upstream": walk.numbers.gradients[edge.target], "local": walk.numbers.slopes[edge.index]}
    if so_far is not None:
        values["sum"] = so_far
    left, plain_left = written["sum"]
    text = f"{written['upstream'][1]} * {written['local'][1]}"
    return Line(
        key=f"contribution.{edge.place}",
        left=left,
        plain_left=plain_left,
        node=node,
        plain_symbols=text if so_far is None else f"{plain_left} + {text}",
        symbols=Printer(lambda name, place: (written[name][0], ATOM)).terms(node),
        numbers=slots(node),
        values=values,
        result=contribution if so_far is None else so_far + contribution,
        arrow=not alone,
        colours={"sum": "gradient", "upstream": "gradient", RESULT: "gradient"},
        computed=True,
    )


def _accumulate(walk: Walk, state: State, before: State, index: int) -> tuple[tuple[Line, ...], str]:
    """Write what is added to a leaf's ``.grad``."""
    name, result = walk.graph.nodes[index].name, walk.graph.nodes[walk.graph.result].name
    held = before.grad[index]
    gradient, text = total(result, name)
    latex = {"held": rf"{symbol(name)}\mathrm{{.grad}}", "gradient": gradient}
    values = {"gradient": walk.numbers.gradients[index]}
    node: Node = Variable("gradient")
    if held is not None:
        values["held"] = held
        node = Binary("+", Variable("held"), node)
        text = f"{name}.grad + {text}"
    line = Line(
        key="grad",
        left=latex["held"],
        plain_left=f"{name}.grad",
        node=node,
        plain_symbols=text,
        symbols=Printer(lambda each, place: (latex[each], ATOM)).terms(node),
        numbers=slots(node) if held is not None else (),
        values=values,
        result=state.grad[index],
        arrow=True,
        colours=dict.fromkeys(("held", "gradient", RESULT), "gradient"),
        computed=True,
    )
    note = tr("backward adds to .grad: without zero_grad the gradients of several calls add up.")
    return (line,), note if held is not None else ""
