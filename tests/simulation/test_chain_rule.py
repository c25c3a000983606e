"""The chain rule on the worksheet: the product is torch's gradient, and every number can be checked by hand."""

from __future__ import annotations

import ast
import math
import time
from itertools import pairwise

import pytest
from hypothesis import given, settings

from gdsim.formula import Formula
from gdsim.formula.program import parse_program
from gdsim.problems.graph import Graph, build_graph
from gdsim.simulation.autograd_worksheet import autograd_worksheet
from gdsim.simulation.calls import Call
from gdsim.simulation.chain_rule import MOST_FACTORS, Factor, derivatives, factors
from gdsim.simulation.files import load, preset_names
from gdsim.simulation.lines import Line, Section, Worksheet
from gdsim.simulation.walk import Walk
from tests.formula.strategies import Setup, setups
from tests.problems.torch_twin import Twin, grad_of

PRESETS = [name for name in preset_names() if load(name).lab == "autograd"]


def walk_of(text: str, calls: tuple[Call, ...] = ("forward", "backward"), fixed: str = "", **leaves: float) -> Walk:
    program = parse_program(text)
    graph = build_graph(program, {name: name not in fixed.split() for name in program.inputs})
    return Walk(graph, {name: float(leaves.get(name, 0.7)) for name in program.inputs}, calls)


def at_end(walk: Walk, leaf: str = "x") -> Worksheet:
    return autograd_worksheet(walk, len(walk.steps), leaf)


def section(sheet: Worksheet, key: str) -> Section:
    return next(each for each in sheet.sections if each.key == key)


def lines_of(sheet: Worksheet) -> list[Line]:
    return [line for each in sheet.sections for line in each.lines]


def torch_gradient(walk: Walk, leaf: str) -> float | None:
    required = {node.name: node.requires_grad for node in walk.graph.inputs}
    twin = Twin(walk.graph.program, walk.leaves, required)
    twin.forward()
    twin.backward()
    return grad_of(twin.leaves[leaf])


def ways(graph: Graph, leaf: int) -> list[tuple[int, ...]]:
    """Return every path from the result down to a leaf, by trying them all; one that x*x doubles counts once."""
    done: list[tuple[int, ...]] = []
    waiting = [(graph.result,)]
    while waiting:
        path = waiting.pop()
        if path[-1] == leaf:
            done.append(path)
            continue
        below = {edge.source for edge in graph.incoming[path[-1]] if edge.flows}
        waiting += [(*path, source) for source in below]
    return done


def check_factors(graph: Graph, leaf: int, chain: tuple[Factor, ...]) -> None:
    all_ways = ways(graph, leaf)
    assert math.prod(factor.count for factor in chain) == max(1, len(all_ways))
    if not all_ways or leaf == graph.result:
        assert chain == ()
        return
    shared = sorted(set.intersection(*map(set, all_ways)), reverse=True)
    ends = [(factor.target, factor.source) for factor in chain if not factor.middle]
    assert set(ends) <= set(pairwise(shared))
    assert len(ends) == len(shared) - 1 or len(ends) == len(chain) - 1 < MOST_FACTORS <= len(shared)
    for factor in chain:
        between = {path[path.index(factor.target) : path.index(factor.source) + 1] for path in all_ways}
        assert len(between) == factor.count
        written = {(factor.target, *(link.source for link in path)) for path in factor.paths}
        assert written == (between if factor.paths else set())


@given(setups)
@settings(max_examples=100)
def test_the_product_is_cut_where_all_ways_meet(setup: Setup) -> None:
    graph = build_graph(setup.program, setup.requires_grad)
    if not graph.nodes[graph.result].requires_grad:
        return
    for leaf in graph.inputs:
        chain = factors(graph, leaf.index) if leaf.requires_grad else ()
        if math.prod(factor.count for factor in chain) < 1000:
            check_factors(graph, leaf.index, chain)


@given(setups)
@settings(max_examples=100)
def test_the_product_is_torchs_gradient(setup: Setup) -> None:
    graph = build_graph(setup.program, setup.requires_grad)
    if not graph.backward_order:
        return
    walk = Walk(graph, setup.leaves)
    numbers = walk.numbers
    for leaf in graph.inputs:
        lines = section(at_end(walk, leaf.name), "chain").lines
        theirs = torch_gradient(walk, leaf.name) if leaf.requires_grad else None
        assert (theirs is None or leaf.index == graph.result) == (not lines)
        # Far out rounding differs; a closed gate times inf is torch's 0 and a person's nan.
        size = [abs(each) for each in (*numbers.slopes, *numbers.gradients, *numbers.contributions, *numbers.values)]
        if lines and all(each < 1e4 for each in size):
            # Of a sum over very many paths alone the last line is the derivative by the leaf.
            line = lines[0] if lines[0].key == "chain" else lines[-1]
            expected = pytest.approx(theirs, rel=1e-9, abs=1e-12 * max(size))
            assert line.result == expected
            assert float(Formula("", line.node).evaluate(line.values)) == expected


_BY_HAND = {name: getattr(math, name) for name in ("sin", "cos", "tan", "exp", "log", "sqrt", "tanh")} | {
    "sigmoid": lambda x: 1 / (1 + math.exp(-x)),
    "relu": lambda x: max(x, 0.0),
    "heaviside": lambda x: float(x > 0),
    "sign": lambda x: float((x > 0) - (x < 0)),
    "abs": abs,
    "detach": float,
    "max": max,
    "min": min,
}


def by_hand(text: str) -> float:
    """Work out what is written on a worksheet."""
    return float(eval(compile(ast.parse(text, mode="eval"), "by hand", "eval"), {"__builtins__": {}}, _BY_HAND))


@pytest.mark.parametrize("name", PRESETS)
def test_every_number_can_be_checked_by_hand(name: str) -> None:
    scenario = load(name)
    walk = scenario.walk()
    checked = 0
    for position in range(len(walk.steps) + 1):
        for leaf in walk.leaves:
            for line in lines_of(autograd_worksheet(walk, position, leaf)):
                if line.result is None or not line.numbers:
                    continue
                written = line.plain_text(4)
                assert " ~ " not in written
                *_, numbers, result = written.split(" = ")
                mantissa, _, exponent = result.partition("e")
                unit = 10.0 ** (int(exponent or 0) - len(mantissa.partition(".")[2]))
                assert abs(by_hand(numbers) - float(result)) <= 0.5001 * unit, written
                checked += 1
    assert checked >= 3


def test_the_lecture_written_out() -> None:
    walk = load("lecture-autograd").walk()
    sheet = at_end(walk)
    assert sheet.title == "Step 21 of 21"
    chain = section(sheet, "chain")
    assert chain.title == "Chain rule for x"
    assert chain.lines[0].plain_text(4) == (
        "dloss/dx = ∂loss/∂v7 * (∂v7/∂v2 * ∂v2/∂v1 * ∂v1/∂sigma + ∂v7/∂v6 * ∂v6/∂v5 * ∂v5/∂v4 * ∂v4/∂sigma)"
        " * ∂sigma/∂z * ∂z/∂x"
        " = -1.0000*(1.0000*2.0000*1.36788 + 1.0000*(-1.0000)*3.71828*(-1.0000))*0.19661*2.0000 = -2.5379"
    )
    local = {line.plain_left: line.plain_text(4) for line in section(sheet, "local").lines}
    assert local["∂sigma/∂z"] == "∂sigma/∂z = sigma*(1 - sigma) = 0.7311*(1 - 0.7311) = 0.1966"
    assert local["∂loss/∂v7"] == "∂loss/∂v7 = -1"
    assert len(local) == 10
    # Symbols above numbers: as many pieces, in the same places.
    assert len(chain.lines[0].symbols) == len(chain.lines[0].numbers) == 4


def test_what_each_kind_of_step_writes() -> None:
    walk = load("lecture-autograd").walk()

    def step(position: int) -> list[str]:
        return [line.plain_text(4) for line in section(autograd_worksheet(walk, position, "x"), "step").lines]

    names = [walk.graph.nodes[each.node or 0].name for each in walk.steps]
    assert section(autograd_worksheet(walk, 0, "x"), "step").note.startswith("Make a step")
    assert step(2) == ["sigma = sigmoid(z) = sigmoid(1.0000) = 0.7311"]
    assert step(11) == ["dloss/dloss = 1.0000"]
    assert step(names.index("v4", 11) + 1) == [
        "∂v4/∂sigma = -1",
        "dloss/dsigma <- dloss/dv4 * ∂v4/∂sigma = 3.7183*(-1.0000) = -3.7183",
    ]
    assert step(names.index("v1", 11) + 1)[-1] == (
        "dloss/dsigma <- dloss/dsigma + dloss/dv1 * ∂v1/∂sigma = -3.71828 + (-2.0000)*1.36788 = -6.4540"
    )
    assert step(names.index("sigma", 11) + 1)[-1] == "dloss/dz = dloss/dsigma * ∂sigma/∂z = -6.4540*0.1966 = -1.2689"
    assert step(21) == ["x.grad <- dloss/dx = -2.5379"]


def test_grad_adds_up_on_the_worksheet() -> None:
    walk = walk_of("z = x**2; y = 3*z", ("forward", "backward", "forward", "backward", "zero_grad"), x=2)
    second = section(autograd_worksheet(walk, walk.ends[3], "x"), "step")
    assert second.lines[0].plain_text(2) == "x.grad <- x.grad + dy/dx = 12.00 + 12.00 = 24.00"
    assert "zero_grad" in second.note
    zeroed = section(at_end(walk), "step")
    assert (zeroed.lines, "None" in zeroed.note) == ((), True)


def test_numbers_come_with_the_walk_and_the_newest_are_marked() -> None:
    walk = load("lecture-autograd").walk()
    results, marked = [], []
    for position in range(len(walk.steps) + 1):
        sheet = autograd_worksheet(walk, position, "x")
        results.append(sum(line.result is not None for line in section(sheet, "local").lines))
        marked.append([line.plain_left for line in section(sheet, "chain").lines if line.computed])
        shown = section(sheet, "chain").lines[0].shown(4)
        assert (shown.result.plain == "-2.5379") == (position >= 20)
    # Five of the ten local derivatives are more than a plain number.
    assert results[:12] == [0] * 12 and results[-1] == 6
    assert results == sorted(results)
    assert [position for position, names in enumerate(marked) if names] == [20]


@pytest.mark.parametrize(
    ("text", "fixed", "leaf", "said"),
    [
        ("x*y", "x", "x", "x does not require a gradient"),
        ("a = x*y; b = y**2", "", "x", "b does not depend on x"),
        ("a = detach(x); a*y", "", "x", "detach cuts every way from result back to x"),
        ("r = x", "", "x", "the derivative is 1"),
        ("x*y", "", "k", "Choose a leaf"),
        ("x*y", "", "", "Choose a leaf"),
    ],
)
def test_where_there_is_no_product_a_sentence_says_why(text: str, fixed: str, leaf: str, said: str) -> None:
    walk = walk_of(text, fixed=fixed)
    for position in range(len(walk.steps) + 1):
        chain = section(autograd_worksheet(walk, position, leaf), "chain")
        assert chain.lines == () and said in chain.note


def test_without_any_gradient_there_is_a_sentence() -> None:
    walk = walk_of("x*y", ("forward",), fixed="x y")
    assert "does not require" in section(at_end(walk), "chain").note


def test_one_way_through_detach_is_left_out() -> None:
    chain = section(at_end(walk_of("a = detach(x); y = a*x", x=3)), "chain")
    assert chain.lines[0].result == 3
    assert "detach" in chain.note


def test_a_node_used_twice_by_one_operation() -> None:
    sheet = at_end(walk_of("y = x*x", x=3))
    assert [line.plain_text(1) for line in section(sheet, "local").lines] == ["∂y/∂x = x + x = 3.0 + 3.0 = 6.0"]
    assert section(sheet, "chain").lines[0].plain_text(1) == "dy/dx = ∂y/∂x = 6.0"
    step = section(autograd_worksheet(walk_of("y = x*x", x=3), 3, "x"), "step")
    assert step.lines[-1].plain_text(1) == "dy/dx <- dy/dx + dy/dy * ∂y/∂x = 3.0 + 1.0*3.0 = 6.0"


def test_at_a_kink_the_slope_is_torchs() -> None:
    sheet = at_end(walk_of("y = max(x, k)", x=1, k=1))
    local = section(sheet, "local")
    assert local.lines[0].plain_text(1) == "∂y/∂x = heaviside(x - k) = 0.5"
    assert "half" in local.note and "H is 1 above 0" in local.note


def fibonacci(count: int) -> Walk:
    """Return a program with as many paths as a Fibonacci number, and no node that all of them share."""
    lines = ["f0 = sin(x)", "f1 = cos(x)", *(f"f{i} = f{i - 1}*f{i - 2}" for i in range(2, count))]
    return walk_of("\n".join(lines), x=0.5)


def test_many_paths_are_summed_node_by_node() -> None:
    walk = fibonacci(7)
    sheet = at_end(walk)
    chain = section(sheet, "chain")
    assert "13 paths" in chain.note
    assert chain.lines[1].plain_left == "df6/df4"
    assert chain.lines[1].plain_symbols == "∂f6/∂f4 + df6/df5 * ∂f5/∂f4"
    assert chain.lines[-1].plain_left == "df6/dx"
    assert chain.lines[-1].result == pytest.approx(torch_gradient(walk, "x"), rel=1e-12)
    for line in chain.lines:
        assert float(Formula("", line.node).evaluate(line.values)) == pytest.approx(line.result, rel=1e-12)
    blank = section(autograd_worksheet(walk, walk.ends[0], "x"), "chain")
    assert {line.result for line in blank.lines} == {None}


def test_endless_sums_and_products_stay_short_and_quick() -> None:
    chain = walk_of("\n".join(["a0 = x", *(f"a{i} = sin(a{i - 1})" for i in range(1, 1000))]), x=0.5)
    for walk, said in ((fibonacci(990), "a million paths"), (chain, "in the middle")):
        walk.numbers  # noqa: B018
        begin = time.process_time()
        sheet = at_end(walk)
        assert time.process_time() - begin < 0.25
        assert len(lines_of(sheet)) < 40
        assert said in section(sheet, "chain").note
        product = section(sheet, "chain").lines[0]
        assert product.result == pytest.approx(torch_gradient(walk, "x"), rel=1e-9)
        assert len(product.symbols) <= MOST_FACTORS
        assert float(Formula("", product.node).evaluate(product.values)) == pytest.approx(product.result, rel=1e-9)


def test_derivatives_along_a_factor_are_known_from_above() -> None:
    walk = fibonacci(6)
    (factor,) = factors(walk.graph, walk.graph.names["x"])
    slopes = walk.numbers.slopes
    assert derivatives(factor, slopes)[factor.source] == pytest.approx(torch_gradient(walk, "x"), rel=1e-12)
    unknown = [None if edge.target == walk.graph.names["f2"] else slopes[edge.index] for edge in walk.graph.edges]
    assert set(derivatives(factor, unknown)) == {walk.graph.names[f"f{i}"] for i in (5, 4, 3, 2)}
