"""The graph of a program against torch: values, gradients, names of what walks back, and the order of it."""

from __future__ import annotations

import math
import time

import pytest
from hypothesis import given, settings
from torch import Tensor

from gdsim.errors import ProgramError, UnknownName
from gdsim.formula import Formula
from gdsim.formula.program import MAX_OPERATIONS, parse_program
from gdsim.formula.tree import to_text
from gdsim.problems.graph import Graph, build_graph
from gdsim.problems.graph_numbers import Numbers, compute
from tests.formula.strategies import Setup, setups
from tests.problems.torch_twin import Twin, grad_of, same


def setup_of(text: str, fixed: str = "", **leaves: float) -> Setup:
    """Return a program with values for its leaves, of which those in ``fixed`` require no gradient."""
    program = parse_program(text)
    values = {name: float(leaves[name]) for name in program.inputs}
    return Setup(program, values, {name: name not in fixed.split() for name in values})


def graph_of(setup: Setup) -> Graph:
    return build_graph(setup.program, setup.requires_grad)


def made(setup: Setup, noise: int = 0) -> Twin:
    twin = Twin(setup.program, setup.leaves, setup.requires_grad, noise)
    result = twin.forward()
    if result.requires_grad:
        twin.backward(retain_graph=True)
    return twin


def tensors_of(graph: Graph, twin: Twin) -> list[Tensor]:
    """Return the tensor of each node."""
    assert len(graph.nodes) == len(graph.inputs) + len(twin.made)
    return [twin.leaves[node.name] for node in graph.inputs] + twin.made


def check_numbers(setup: Setup) -> Numbers:
    graph = graph_of(setup)
    numbers = compute(graph, setup.leaves)
    tensors = tensors_of(graph, made(setup))
    noisy = [tensors_of(graph, made(setup, noise)) for noise in (1, 2)]
    for node, tensor, *others in zip(graph.nodes, tensors, *noisy, strict=True):
        value, gradient = numbers.values[node.index], numbers.gradients[node.index]
        assert same(value, tensor.item(), [each.item() for each in others]), node.name
        assert same(gradient, grad_of(tensor) or 0.0, [grad_of(each) or 0.0 for each in others]), node.name
    return numbers


@given(setups)
@settings(max_examples=150)
def test_every_number_is_torchs(setup: Setup) -> None:
    check_numbers(setup)


@given(setups)
@settings(max_examples=100)
def test_every_tensor_is_described_as_torch_does(setup: Setup) -> None:
    graph = graph_of(setup)
    twin = made(setup)
    tensors = tensors_of(graph, twin)
    for node, tensor in zip(graph.nodes, tensors, strict=True):
        name = type(tensor.grad_fn).__name__ if tensor.grad_fn is not None else ""
        assert (node.requires_grad, node.is_leaf, node.grad_fn) == (tensor.requires_grad, tensor.is_leaf, name)
    for name, tensor in (twin.names | twin.leaves).items():
        assert tensors[graph.names[name]] is tensor
    assert tensors[graph.result] is twin.names[setup.program.result]


@given(setups)
@settings(max_examples=100)
def test_order_is_that_of_torchs_engine(setup: Setup) -> None:
    graph = graph_of(setup)
    twin = made(setup)
    order = [graph.nodes[index] for index in graph.backward_order]
    assert [node.name if node.is_input else node.index - len(graph.inputs) for node in order] == twin.order


@given(setups)
@settings(max_examples=100)
def test_slopes_multiply_and_add_up(setup: Setup) -> None:
    graph = graph_of(setup)
    numbers = compute(graph, setup.leaves)
    order = graph.backward_order
    totals = [0.0] * len(graph.nodes)
    if order:
        totals[graph.result] = 1.0
    flowing = [edge for edge in graph.edges if edge.flows and edge.target in order]
    assert {edge.index for edge in flowing} >= {i for i, each in enumerate(numbers.contributions) if each != 0}
    for edge in sorted(flowing, key=lambda each: order.index(each.target)):
        contribution = numbers.contributions[edge.index]
        product = numbers.gradients[edge.target] * numbers.slopes[edge.index]
        # A gate that is closed lets not even nan through.
        assert contribution == 0 == numbers.slopes[edge.index] or repr(contribution) == repr(product)
        totals[edge.source] += contribution
    assert list(map(repr, totals)) == list(map(repr, numbers.gradients))


@given(setups)
@settings(max_examples=100)
def test_formulas_of_slopes_give_their_numbers(setup: Setup) -> None:
    graph = graph_of(setup)
    numbers = compute(graph, setup.leaves)
    values = {node.name: numbers.values[node.index] for node in graph.nodes}
    for edge in graph.edges:
        partial = Formula(to_text(edge.partial), edge.partial)
        target = graph.nodes[edge.target]
        assert set(partial.variables) <= {target.name, *(graph.nodes[each].name for each in target.operands)}
        worked_out = float(partial.evaluate(values))
        slope = numbers.slopes[edge.index]
        # Equals share the gradient, a kink has torch's slope; far out the formula overflows first.
        if math.isfinite(worked_out) and slope != 0.5 and 1e-100 < abs(slope) < 1e100:
            assert worked_out == pytest.approx(slope, rel=1e-12)


@pytest.mark.parametrize(
    "setup",
    [
        setup_of("z = x**2; sigma = sigmoid(z); loss = -(y*log(sigma) + (1-y)*log(1-sigma))", "y", x=1, y=2),
        setup_of("abs(x) + relu(x)", x=0),
        setup_of("min(x, y, x) * max(x, y, y)", x=2, y=2),
        setup_of("max(x, 2)", x=2),
        setup_of("sigmoid(x)*tanh(x)", x=40),
        setup_of("z = sigmoid(x); log(1 - z)", x=100),
        setup_of("sqrt(x)*x", x=0),
        setup_of("relu(x)*log(x)", x=0),
        setup_of("x**0 + x**1 + x**y + 0**x", x=0, y=2),
        setup_of("2**x + x**2 + x**0.5 + x**-1", x=3),
        setup_of("a = x**0 + x**y; a*log(z)", x=2, y=0, z=-1),
        setup_of("sqrt(x**2)", x=0),
        setup_of("min(log(x), y)*max(y, log(x))", x=-1, y=1),
        setup_of("1/x + x/2 + x/y", x=0, y=0),
        setup_of("min(log(x), x)", x=-1),
        setup_of("a = x*x; b = detach(a)*x; a - b", x=3),
        setup_of("result = x", x=3),
        setup_of("a = x; b = a; c = b*a", x=3),
        setup_of("x*y", "x y", x=3, y=2),
        setup_of("detach(x) + y", "y", x=3, y=2),
    ],
    ids=lambda setup: setup.program.text,
)
def test_kinks_poles_and_cuts_have_torchs_numbers(setup: Setup) -> None:
    check_numbers(setup)
    test_every_tensor_is_described_as_torch_does.hypothesis.inner_test(setup)
    test_order_is_that_of_torchs_engine.hypothesis.inner_test(setup)


def test_the_lectures_numbers(oracles: dict[str, dict[str, float]]) -> None:
    setup = setup_of("z = x**2; sigma = sigmoid(z); loss = -(y*log(sigma) + (1-y)*log(1-sigma))", "y", x=1, y=2)
    graph = graph_of(setup)
    numbers = compute(graph, setup.leaves)
    assert numbers.values[graph.names["loss"]] == pytest.approx(oracles["autograd"]["loss"], abs=1e-12)
    assert numbers.gradients[graph.names["x"]] == pytest.approx(oracles["autograd"]["dloss_dx"], abs=5e-5)
    # By hand: dL/dsigma = -y/sigma + (1-y)/(1-sigma), times sigma(1-sigma), times 2x; together 2x(sigma - y).
    sigma = 1 / (1 + math.exp(-1))
    assert numbers.gradients[graph.names["x"]] == pytest.approx(2 * (sigma - 2), rel=1e-12)


def test_names_lines_and_numbers_inside_their_nodes() -> None:
    graph = graph_of(setup_of("z = x**2 + 3*y\nloss = 1 - z*(2 + 0.5)", x=1, y=1))
    assert [node.name for node in graph.nodes] == ["x", "y", "v1", "v2", "z", "v3", "loss"]
    assert [node.line for node in graph.nodes] == [1, 1, 1, 1, 1, 2, 2]
    assert [to_text(node.expression) for node in graph.nodes[2:]] == ["x**2", "3*y", "v1 + v2", "z*2.5", "1 - v3"]
    assert [node.named for node in graph.nodes] == [True, True, False, False, True, False, True]
    assert graph.nodes[5].constants == (None, 2.5)


def test_made_up_names_keep_clear_of_the_programs() -> None:
    graph = graph_of(setup_of("u1 = v1*2 + 1; u1 + v1", x=1, v1=1))
    assert [node.name for node in graph.nodes] == ["v1", "t1", "u1", "result"]


def test_a_second_name_for_a_tensor() -> None:
    graph = graph_of(setup_of("a = x; b = a; c = b + a", x=1))
    assert [node.name for node in graph.nodes] == ["x", "c"]
    assert graph.names == {"x": 0, "c": 1, "a": 0, "b": 0}
    assert graph.nodes[1].operands == (0, 0)


def test_unknown_and_assigned_leaves_are_refused() -> None:
    program = parse_program("z = x*y\nw = z + k")
    with pytest.raises(UnknownName, match="k is not known") as unknown:
        build_graph(program, {"x": True, "y": True})
    assert (unknown.value.name, unknown.value.line, unknown.value.position) == ("k", 2, 8)
    with pytest.raises(ProgramError, match="z is a leaf and cannot be assigned") as assigned:
        build_graph(program, {"x": True, "y": True, "k": True, "z": True})
    assert (assigned.value.line, assigned.value.position) == (1, 0)


def test_the_largest_graph_is_quick_and_right() -> None:
    lines = ["a0 = x*y"]
    lines += [f"a{i} = sin(a{i - 1}) + a{i // 2}*x" for i in range(1, MAX_OPERATIONS // 3)]
    start = time.process_time()
    setup = setup_of("\n".join(lines), x=0.5, y=0.25)
    graph = graph_of(setup)
    numbers = compute(graph, setup.leaves)
    assert time.process_time() - start < 1
    assert len(graph.nodes) == 2 + 3 * (MAX_OPERATIONS // 3) - 2
    for node, tensor in zip(graph.nodes, tensors_of(graph, made(setup)), strict=True):
        assert numbers.gradients[node.index] == pytest.approx(grad_of(tensor), rel=1e-10)
