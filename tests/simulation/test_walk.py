"""The walk: its steps, what is there after each of them, and torch's rules of `.grad` and of freed graphs."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gdsim.formula.program import parse_program
from gdsim.problems.graph import build_graph
from gdsim.simulation.calls import CALLS, KEEPING, Call, first_refusal, refusal
from gdsim.simulation.files import load
from gdsim.simulation.walk import State, Step, Walk
from tests.formula.strategies import Setup, setups
from tests.problems.torch_twin import Twin, grad_of, same


def walk_of(text: str, calls: tuple[Call, ...] = ("forward", "backward"), fixed: str = "", **leaves: float) -> Walk:
    program = parse_program(text)
    graph = build_graph(program, {name: name not in fixed.split() for name in program.inputs})
    return Walk(graph, {name: float(leaves[name]) for name in program.inputs}, calls)


def lecture(*calls: Call) -> Walk:
    walk = load("lecture-autograd").walk()
    return Walk(walk.graph, walk.leaves, calls or walk.calls)


def by_name(walk: Walk, state: State) -> dict[str, float | None]:
    return {walk.graph.nodes[index].name: value for index, value in state.grad.items()}


def call_torch(twin: Twin, call: Call) -> bool:
    """Make a call; return whether torch makes it. One that it breaks off half-way leaves nothing behind."""
    before = {name: None if leaf.grad is None else leaf.grad.clone() for name, leaf in twin.leaves.items()}
    try:
        match call:
            case "zero_grad":
                twin.zero_grad()
            case "forward":
                twin.forward()
            case _:
                if not hasattr(twin, "names"):
                    return False  # there is no result yet
                twin.backward(retain_graph=call == KEEPING)
    except RuntimeError:
        for name, leaf in twin.leaves.items():
            leaf.grad = before[name]
        return False
    return True


@given(setups, st.lists(st.sampled_from(CALLS), max_size=8))
@settings(max_examples=100)
def test_calls_do_what_torch_does(setup: Setup, calls: list[Call]) -> None:
    graph = build_graph(setup.program, setup.requires_grad)
    twins = [Twin(setup.program, setup.leaves, setup.requires_grad, noise) for noise in range(3)]
    done: list[Call] = []
    for call in calls:
        refused = refusal(graph, done, call)
        assert [call_torch(twin, call) for twin in twins] == [not refused] * 3, (done, call, refused)
        if refused:
            continue
        done.append(call)
        walk = Walk(graph, setup.leaves, tuple(done))
        state = walk.state(len(walk.steps))
        for name, own in by_name(walk, state).items():
            theirs, *noisy = (grad_of(twin.leaves[name]) for twin in twins)
            assert same(own, theirs, noisy), (name, done)
    assert first_refusal(graph, done) == ""


@given(setups, st.lists(st.sampled_from(CALLS), max_size=5), st.data())
@settings(max_examples=100)
def test_every_step_adds_to_what_is_there(setup: Setup, calls: list[Call], data: st.DataObject) -> None:
    graph = build_graph(setup.program, setup.requires_grad)
    done: list[Call] = []
    for call in calls:
        if not refusal(graph, done, call):
            done.append(call)
    walk = Walk(graph, setup.leaves, tuple(done))
    position = data.draw(st.integers(0, len(walk.steps)))
    state = walk.state(position)
    assert repr(state) == repr(walk.state(position))  # nan is not nan
    shown = [step.node for step in walk.steps[:position] if step.kind == "forward"]
    computed = {node.index for node in graph.inputs} | set(shown)
    for node in graph.nodes:
        if node.index not in computed:
            assert state.values[node.index] is None
        assert state.values[node.index] is None or repr(state.values[node.index]) == repr(
            walk.numbers.values[node.index]
        )
    for edge in graph.edges:
        assert (state.slopes[edge.index] is None) == (state.contributions[edge.index] is None)
    if position == len(walk.steps) and done and done[-1].startswith("backward"):
        for index in graph.backward_order:
            assert repr(state.gradients[index]) == repr(walk.numbers.gradients[index])


def test_steps_of_the_lecture() -> None:
    walk = lecture()
    names = [walk.graph.nodes[step.node].name for step in walk.steps if step.node is not None]
    forward = ["z", "sigma", "v1", "v2", "v3", "v4", "v5", "v6", "v7", "loss"]
    # y*log(sigma) is v2, (1 - y)*log(1 - sigma) is v6, their sum v7.
    backward = ["loss", "v7", "v6", "v5", "v4", "v2", "v1", "sigma", "z", "x"]
    assert names == [*forward, "loss", *backward]
    kinds = ["forward"] * 10 + ["seed"] + ["backward"] * 9 + ["accumulate"]
    assert [step.kind for step in walk.steps] == kinds
    assert walk.ends == (10, 21)


def test_contributions_meet_on_the_way_back() -> None:
    walk = lecture()
    sigma = 1 / (1 + math.exp(-1))
    first, second = (
        walk.state(1 + walk.steps.index(Step(1, "backward", walk.graph.names[name]))) for name in ("v4", "v1")
    )
    at = walk.graph.names["sigma"]
    assert first.gradients[at] == pytest.approx(-1 / (1 - sigma))
    assert second.gradients[at] == pytest.approx(-1 / (1 - sigma) - 2 / sigma)
    assert first.gradients[walk.graph.names["loss"]] == 1
    assert first.gradients[walk.graph.names["z"]] is None
    # Nothing flows to y, nor to what is computed from y alone.
    assert second.gradients[walk.graph.names["y"]] is second.gradients[walk.graph.names["v3"]] is None
    assert by_name(walk, second) == {"x": None}


def test_grad_adds_up_until_it_is_zeroed() -> None:
    once = 2 * (1 / (1 + math.exp(-1)) - 2)
    walk = lecture("forward", KEEPING, "backward", "forward", "backward", "zero_grad", "forward", "backward")
    grads = [by_name(walk, walk.state(end))["x"] for end in walk.ends]
    assert grads == [None, *(pytest.approx(times * once) for times in (1, 2, 2, 3)), None, None, pytest.approx(once)]
    counts = [walk.state(end).counts[0] for end in walk.ends]
    assert counts == [0, 1, 2, 2, 3, 0, 0, 1]
    assert [walk.state(end).graph for end in walk.ends] == [
        "kept", "kept", "freed", "kept", "freed", "freed", "kept", "freed"
    ]  # fmt: skip


def test_what_is_refused_and_why() -> None:
    graph = lecture().graph
    assert refusal(graph, [], "zero_grad") == refusal(graph, [], "forward") == ""
    assert "call forward first" in refusal(graph, ["zero_grad"], "backward")
    assert "freed" in refusal(graph, ["forward", "backward", "zero_grad"], KEEPING)
    assert refusal(graph, ["forward", KEEPING, "backward", "forward"], "backward") == ""
    assert "freed" in first_refusal(graph, ["forward", "backward", "backward", "forward"])
    none = walk_of("x*y", fixed="x y", x=1, y=1).graph
    assert "does not require a gradient" in refusal(none, ["forward"], "backward")


def test_a_sum_has_nothing_to_free() -> None:
    walk = walk_of("x - y + 1", ("forward", "backward", "backward"), x=1, y=1)
    assert first_refusal(walk.graph, walk.calls) == ""
    state = walk.state(len(walk.steps))
    assert (by_name(walk, state), state.graph) == ({"x": 2.0, "y": -2.0}, "kept")


def test_where_a_nan_is_born() -> None:
    # sigmoid(100) is 1 in double precision, so the lecture's own formula has log(0) there.
    scenario = load("lecture-autograd", ["problem.leaf.x.value=10"])
    walk = scenario.walk()
    before = next(k for k, step in enumerate(walk.steps, 1) if walk.graph.nodes[step.node or 0].name == "v5")
    assert walk.birth(before - 1) is None
    birth = walk.birth(len(walk.steps))
    assert birth is not None
    assert (walk.graph.nodes[birth.node].name, birth.what) == ("v5", "value")
    assert "v5" in birth.sentence and "−∞" in birth.sentence


def test_where_a_gradient_is_born_infinite() -> None:
    walk = walk_of("sqrt(x)*1", x=0)
    forward = walk.ends[0]
    assert walk.birth(forward) is None
    birth = walk.birth(len(walk.steps))
    assert birth is not None
    assert (walk.graph.nodes[birth.node].name, birth.what) == ("x", "gradient")


def test_states_stand_on_their_own() -> None:
    walk = lecture()
    first = walk.state(len(walk.steps))
    walk.state(0)
    assert first == walk.state(len(walk.steps))
    assert walk.state(0).step is None
