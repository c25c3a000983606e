"""The code shown beside the graph runs as it stands, in torch, and prints what the lab shows."""

from __future__ import annotations

import contextlib
import io
import math
import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gdsim.problems.graph import build_graph
from gdsim.simulation.autograd_scenario import AutogradScenario
from gdsim.simulation.calls import CALLS, Call, refusal
from gdsim.simulation.files import load, preset_names
from gdsim.simulation.torch_code import code_line, torch_code
from gdsim.simulation.walk import Walk
from tests.formula.strategies import Setup, setups

PRESETS = [name for name in preset_names() if load(name).lab == "autograd"]


def printed(output: str) -> dict[str, float | None]:
    """Return what was printed: numbers by name, None where None was printed."""
    rows = (line.partition(" = ") for line in output.splitlines())
    return {name: None if text == "None" else float(text) for name, _, text in rows}


def shown(walk: Walk) -> dict[str, float | None]:
    """Return what the lab shows at the end of a walk."""
    state = walk.state(len(walk.steps))
    result: dict[str, float | None] = {}
    if "forward" in walk.calls:
        result[walk.graph.program.result] = walk.numbers.values[walk.graph.result]
    return result | {f"{walk.graph.nodes[index].name}.grad": grad for index, grad in state.grad.items()}


def run(code: str) -> dict[str, float | None]:
    output = io.StringIO()
    with contextlib.redirect_stdout(output):
        exec(compile(code, "code", "exec"), {})
    return printed(output.getvalue())


def test_the_code_of_the_lecture_runs_on_its_own() -> None:
    scenario = load("lecture-autograd")
    assert isinstance(scenario, AutogradScenario)
    walk = scenario.walk()
    done = subprocess.run(
        [sys.executable, "-c", torch_code(walk)], capture_output=True, text=True, timeout=120, check=True
    )
    assert done.stderr == ""
    assert printed(done.stdout) == pytest.approx(shown(walk), rel=1e-12)


@pytest.mark.parametrize("name", PRESETS)
def test_the_code_of_the_presets_prints_what_the_lab_shows(name: str) -> None:
    scenario = load(name)
    assert isinstance(scenario, AutogradScenario)
    walk = scenario.walk()
    for count in range(1, len(walk.calls) + 1):
        part = Walk(walk.graph, walk.leaves, walk.calls[:count])
        expected = {
            key: value if value is None else pytest.approx(value, rel=1e-12) for key, value in shown(part).items()
        }
        assert run(torch_code(part)) == expected


@settings(max_examples=150)
@given(setup=setups, tried=st.lists(st.sampled_from(CALLS), max_size=4))
def test_the_code_of_any_walk_prints_what_the_lab_shows(setup: Setup, tried: list[Call]) -> None:
    graph = build_graph(setup.program, setup.requires_grad)
    calls: list[Call] = ["forward"]
    for call in ("backward", *tried):
        if not refusal(graph, calls, call):
            calls.append(call)
    walk = Walk(graph, setup.leaves, tuple(calls))
    found, expected = run(torch_code(walk)), shown(walk)
    assert found.keys() == expected.keys()
    # Where a part nearly cancels, rounding differs between libraries more than in the result.
    size = max(1.0, *(abs(value) for value in (*walk.numbers.values, *walk.numbers.contributions)))
    for name, value in expected.items():
        other = found[name]
        if value is None or other is None:
            assert other is value
        elif math.isfinite(value) and math.isfinite(size):
            assert other == pytest.approx(value, rel=1e-9, abs=1e-12 * size), name


def test_the_code_is_that_of_the_notebook() -> None:
    scenario = load("lecture-autograd")
    assert isinstance(scenario, AutogradScenario)
    assert torch_code(scenario.walk()) == (
        "import torch\n\n"
        "x = torch.tensor(1.0, dtype=torch.float64, requires_grad=True)\n"
        "y = torch.tensor(2.0, dtype=torch.float64)\n\n"
        "z = x**2\n"
        "sigma = torch.sigmoid(z)\n"
        "loss = -(y*torch.log(sigma) + (1 - y)*torch.log(1 - sigma))\n\n"
        "loss.backward()\n\n"
        'print("loss =", loss.item())\n'
        'print("x.grad =", x.grad.item())\n'
    )


@pytest.mark.parametrize("name", PRESETS)
def test_each_step_has_its_line(name: str) -> None:
    scenario = load(name)
    assert isinstance(scenario, AutogradScenario)
    walk = scenario.walk()
    lines = torch_code(walk).splitlines()
    assert code_line(walk, 0) is None
    for position, step in enumerate(walk.steps, start=1):
        number = code_line(walk, position)
        assert number is not None
        line = lines[number - 1]
        if step.kind == "forward":
            assert step.node is not None
            node = walk.graph.nodes[step.node]
            statement = next(
                each for each in walk.graph.program.statements if walk.graph.names[each.name] >= node.index
            )
            assert line.startswith(f"{statement.name} = ")
            # A call's own block: as many forward lines stand above it as calls of forward before it.
            assert lines[:number].count(line) == walk.calls[: step.call + 1].count("forward")
        elif step.kind == "zero_grad":
            assert line.endswith(".grad = None")
        else:
            assert ".backward(" in line
            assert ("retain_graph" in line) == ("retain_graph" in walk.calls[step.call])
