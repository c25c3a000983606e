"""What is drawn of a graph at each step: texts, numbers, and what is marked."""

from __future__ import annotations

import math

import pytest
import torch
from hypothesis import given, settings

from gdsim.export.graph_picture import BoxPicture, GraphPicture, WirePicture, graph_picture
from gdsim.formula.program import parse_program
from gdsim.formula.tree import variables
from gdsim.problems.graph import build_graph
from gdsim.simulation.calls import KEEPING, Call
from gdsim.simulation.files import load
from gdsim.simulation.walk import Walk
from tests.formula.strategies import Setup, setups


def walk_of(text: str, calls: tuple[Call, ...] = ("forward", "backward"), fixed: str = "", **leaves: float) -> Walk:
    program = parse_program(text)
    graph = build_graph(program, {name: name not in fixed.split() for name in program.inputs})
    return Walk(graph, {name: float(leaves[name]) for name in program.inputs}, calls)


LECTURE = load("lecture-autograd").walk()


def at(walk: Walk, position: int | None = None, digits: int = 4) -> GraphPicture:
    return graph_picture(walk, walk.state(len(walk.steps) if position is None else position), digits)


def box(walk: Walk, picture: GraphPicture, name: str) -> BoxPicture:
    return picture.boxes[walk.graph.names[name]]


def wire(walk: Walk, picture: GraphPicture, source: str, target: str) -> WirePicture:
    names = walk.graph.names
    return next(
        picture.wires[edge.index]
        for edge in walk.graph.edges
        if (edge.source, edge.target) == (names[source], names[target])
    )


def number(text: str) -> float:
    return float(text.replace("−", "-"))


def test_a_box_says_its_names_and_how_it_is_computed() -> None:
    picture = at(LECTURE)
    titles = {each.plain_title: each.title for each in picture.boxes}
    assert titles["x"] == "x"
    assert titles["z = x**2"] == "z = x^{2}"
    assert titles["v4 = 1 - sigma"] == r"v_{4} = 1 - \sigma"
    assert titles["loss = -v7"] == r"\mathrm{loss} = -v_{7}"
    roles = [box(LECTURE, picture, name).role for name in ("x", "y", "sigma", "loss")]
    assert roles == ["input", "input", "operation", "result"]


def test_a_node_with_several_names_shows_all() -> None:
    walk = walk_of("z = x**2\na = z\nb = a", x=3)
    assert box(walk, at(walk), "z").plain_title == "b = a = z = x**2"
    assert box(walk, at(walk), "z").title == "b = a = z = x^{2}"
    leaf = walk_of("r = x", x=3)
    assert at(leaf).boxes[0].plain_title == "r = x"
    assert at(leaf).boxes[0].role == "result"


def test_the_numbers_are_torchs() -> None:
    x = torch.tensor(1.0, dtype=torch.float64, requires_grad=True)
    z = x**2
    sigma = torch.sigmoid(z)
    loss = -(2 * torch.log(sigma) - torch.log(1 - sigma))
    for tensor in (z, sigma):
        tensor.retain_grad()
    loss.backward()
    picture = at(LECTURE)
    for name, tensor in (("z", z), ("sigma", sigma), ("loss", loss)):
        assert number(box(LECTURE, picture, name).value) == pytest.approx(tensor.item(), abs=5e-5)
    for name, tensor in (("x", x), ("z", z), ("sigma", sigma)):
        assert number(box(LECTURE, picture, name).gradient) == pytest.approx(tensor.grad.item(), abs=5e-5)
    assert box(LECTURE, picture, "x").grad == "−2.5379"
    slope = wire(LECTURE, picture, "z", "sigma")
    assert (slope.formula, slope.plain_formula) == (r"\sigma \left(1 - \sigma\right)", "sigma*(1 - sigma)")
    assert number(slope.slope) == pytest.approx((sigma * (1 - sigma)).item(), abs=5e-5)
    assert number(slope.contribution) == pytest.approx(z.grad.item(), abs=5e-5)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1.0, "1"), (-3.0, "−3"), (0.5, "0.5"), (-0.50001, "−0.5000"), (1 / 3, "0.3333"), (0.0, "0"), (-0.0, "0"),
        (1.2e-5, "1.2·10⁻⁵"), (1 / 3e5, "3.3333·10⁻⁶"), (2e9, "2·10⁹"), (123456.0, "123456"), (0.9999999, "1.0000"),
    ],
)  # fmt: skip
def test_numbers_have_all_their_digits_or_as_many_as_are_asked_for(value: float, text: str) -> None:
    assert at(walk_of("sin(x)", x=value), 0).boxes[0].value == text


def test_the_digits_can_be_chosen() -> None:
    walk = walk_of("x/3", x=1)
    assert [box(walk, at(walk, digits=digits), "result").value for digits in (2, 6)] == ["0.33", "0.333333"]


def test_at_the_start_only_the_leaves_have_values() -> None:
    picture = at(LECTURE, 0)
    assert {each.plain_title: each.value for each in picture.boxes if each.value} == {"x": "1", "y": "2"}
    assert [each.grad for each in picture.boxes if each.role == "input"] == ["None", ""]
    assert {each.flow for each in picture.wires} == {"idle"}
    assert not any(each.formula or each.plain_formula or each.slope or each.contribution for each in picture.wires)
    assert not any(each.current for each in (*picture.boxes, *picture.wires))
    assert not picture.backward


def test_the_value_goes_along_the_wires_into_the_node_that_is_computed() -> None:
    walk = LECTURE
    for position in range(1, walk.ends[0] + 1):
        picture = at(walk, position)
        now = walk.steps[position - 1].node
        assert [each.node for each in picture.boxes if each.current] == [now]
        into = [edge.index for edge in walk.graph.edges if edge.target == now]
        assert [each.edge for each in picture.wires if each.current] == into
        computed = {step.node for step in walk.steps[:position]}
        for edge in walk.graph.edges:
            assert picture.wires[edge.index].flow == ("value" if edge.target in computed else "idle")


def test_backward_starts_with_one_at_the_result() -> None:
    picture = at(LECTURE, 11)
    result = box(LECTURE, picture, "loss")
    assert (result.gradient, result.current) == ("1", True)
    assert [each.gradient for each in picture.boxes if each is not result] == [""] * 11
    assert not any(each.current for each in picture.wires)
    assert picture.backward


def test_a_gradient_goes_back_along_the_wires_that_can_carry_one() -> None:
    names = ["loss", "v7", "v6", "v5", "v4", "v2", "v1", "sigma", "z"]
    for position, name in enumerate(names, start=12):
        picture = at(LECTURE, position)
        assert [each.node for each in picture.boxes if each.current] == [LECTURE.graph.names[name]]
        current = [each for each in picture.wires if each.current]
        assert current and all(each.flow == "gradient" and each.slope and each.contribution for each in current)
    assert len([each for each in at(LECTURE, 13).wires if each.current]) == 2, "v7 hands on to v2 and v6"
    assert len([each for each in at(LECTURE, 14).wires if each.current]) == 1, "v3 requires no gradient"
    last = at(LECTURE, 21)
    assert box(LECTURE, last, "x").current and not any(each.current for each in last.wires)


def test_what_requires_no_gradient_is_off_in_the_backward_pass() -> None:
    flows = {position: wire(LECTURE, at(LECTURE, position), "y", "v3").flow for position in (0, 10, 11, 21)}
    assert flows == {0: "idle", 10: "value", 11: "off", 21: "off"}
    assert [box(LECTURE, at(LECTURE), name).requires_grad for name in ("x", "y", "v3", "v6")] == [
        True, False, False, True,
    ]  # fmt: skip


def test_detach_cuts_its_wire() -> None:
    walk = walk_of("d = detach(h*2)\nloss = d*h", h=1.5)
    for position in (0, 2, len(walk.steps)):
        assert wire(walk, at(walk, position), "v1", "d").flow == "cut"
    assert wire(walk, at(walk), "d", "loss").flow == "off"
    unneeded = walk_of("d = detach(h*2)\nloss = d*w", fixed="h", h=1.5, w=1)
    assert wire(unneeded, at(unneeded), "v1", "d").flow == "off", "there is nothing to cut"


def test_grad_adds_up_over_two_calls_and_zero_grad_empties_it() -> None:
    walk = walk_of("y = x**2", ("forward", KEEPING, "backward", "zero_grad"), x=3)
    grads = [box(walk, at(walk, end), "x").grad for end in walk.ends]
    assert grads == ["None", "6", "12", "None"]
    assert box(walk, at(walk, walk.ends[-1]), "x").current


def test_the_first_number_that_is_not_finite_is_marked_once_it_is_there() -> None:
    walk = walk_of("s = x - 1\nl = log(s)\nloss = y*l", x=1, y=2)
    marked = [[each.plain_title for each in at(walk, position).boxes if each.trouble] for position in range(4)]
    assert marked == [[], [], ["l = log(s)"], ["l = log(s)"]]
    assert box(walk, at(walk, 2), "l").value == "−∞"
    root = walk_of("s = x - 1\nloss = sqrt(s)", x=1)
    assert [each.plain_title for each in at(root).boxes if each.trouble] == ["s = x - 1"]
    assert box(root, at(root), "x").grad == "∞"


@given(setups)
@settings(max_examples=50)
def test_every_step_of_every_program_can_be_drawn(setup: Setup) -> None:
    graph = build_graph(setup.program, setup.requires_grad)
    calls: tuple[Call, ...] = ("forward", "backward") if graph.nodes[graph.result].requires_grad else ("forward",)
    walk = Walk(graph, setup.leaves, calls)
    for position in range(len(walk.steps) + 1):
        picture = at(walk, position)
        state = walk.state(position)
        current = [each.node for each in picture.boxes if each.current]
        assert current == ([walk.steps[position - 1].node] if position else [])
        assert all(graph.edges[each.edge].target in current for each in picture.wires if each.current)
        for shown, value in zip(picture.boxes, state.values, strict=True):
            assert bool(shown.value) == (value is not None)
            if shown.value and value is not None and math.isfinite(value) and "·" not in shown.value:
                assert number(shown.value) == pytest.approx(value, abs=5.1e-5)
        assert all(bool(each.slope) == (each.flow == "gradient") for each in picture.wires)
        # A local derivative that is a number, as 1 for a sum, is not written twice.
        for each in picture.wires:
            partial = graph.edges[each.edge].partial
            assert bool(each.formula) == (bool(each.slope) and bool(variables(partial)))


@given(setups)
@settings(max_examples=10)
def test_all_that_is_written_can_be_set(setup: Setup) -> None:
    from matplotlib.mathtext import MathTextParser

    graph = build_graph(setup.program, dict.fromkeys(setup.requires_grad, True))
    if not graph.nodes[graph.result].requires_grad:
        return
    picture = at(Walk(graph, setup.leaves))
    parser = MathTextParser("path")
    for latex in {each.title for each in picture.boxes} | {each.formula for each in picture.wires if each.formula}:
        parser.parse(f"${latex}$")
