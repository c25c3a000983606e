"""Scenarios of programs: the lecture's numbers, files there and back, and one clear sentence for whatever is wrong."""

from __future__ import annotations

import csv
import io
import json
import tomllib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gdsim import cli
from gdsim.errors import InputError
from gdsim.simulation.autograd_scenario import AutogradScenario
from gdsim.simulation.calls import CALLS
from gdsim.simulation.files import dumps, load, preset_names, validate

Captured = pytest.CaptureFixture[str]
PRESETS = [name for name in preset_names() if load(name).lab == "autograd"]


def scenario(program: str = "y = x**2", **more: Any) -> AutogradScenario:
    """Return a scenario with the leaf x and what is given."""
    problem = {"program": program, "leaf": more.pop("leaf", {"x": {"value": 1.0}})}
    result = validate({"lab": "autograd", "problem": problem, **more})
    assert isinstance(result, AutogradScenario)
    return result


def run(capsys: Captured, *arguments: str) -> tuple[int, str, str]:
    code = cli.main(["run", *arguments])
    out, err = capsys.readouterr()
    return code, out, err


def test_the_preset_gives_the_lectures_numbers(oracles: dict[str, Any]) -> None:
    preset = load("lecture-autograd")
    assert isinstance(preset, AutogradScenario)
    walk = preset.walk()
    end = walk.state(preset.position(walk))
    names = walk.graph.names
    assert end.values[names["loss"]] == pytest.approx(oracles["autograd"]["loss"], abs=1e-15)
    assert end.grad[names["x"]] == pytest.approx(oracles["autograd"]["dloss_dx"], abs=5e-5)
    assert names["y"] not in end.grad


def test_there_are_the_presets_that_a_lecture_needs() -> None:
    assert len(PRESETS) >= 7
    for name in PRESETS:
        preset = load(name)
        assert isinstance(preset, AutogradScenario)
        assert preset.title and preset.description
        walk = preset.walk()
        assert walk.calls == preset.playback.calls
        assert walk.birth(len(walk.steps)) is None


def test_the_vanishing_chain_vanishes_and_the_dead_relu_is_dead() -> None:
    chain, dead = load("autograd-vanishing-chain"), load("autograd-dead-relu")
    assert isinstance(chain, AutogradScenario)
    assert isinstance(dead, AutogradScenario)
    walk = chain.walk()
    assert 0 < walk.numbers.gradients[walk.graph.names["x"]] < 0.25**5
    walk = dead.walk()
    assert {walk.numbers.gradients[walk.graph.names[name]] for name in ("w", "b")} == {0.0}


finite = st.floats(-1e6, 1e6)
leaf = st.fixed_dictionaries(
    {"value": finite},
    optional={
        "requires_grad": st.booleans(),
        "range": st.tuples(finite, finite).filter(lambda ends: ends[0] < ends[1]),
    },
)


@given(
    leaves=st.dictionaries(st.sampled_from("xyzabc"), leaf, min_size=1),
    calls=st.lists(st.sampled_from(CALLS), max_size=4),
    steps=st.integers(0, 1_000_000),
    speed=st.floats(0.5, 10_000),
    title=st.text(max_size=10),
)
def test_a_scenario_survives_its_file(
    leaves: dict[str, Any], calls: list[str], steps: int, speed: float, title: str
) -> None:
    data = {
        "lab": "autograd",
        "title": title,
        "problem": {"program": "total = " + " + ".join([*leaves, "1"]), "leaf": leaves},
        "playback": {"calls": calls, "steps": steps, "speed": speed},
    }
    first = validate(data)
    assert validate(tomllib.loads(dumps(first))) == first


@pytest.mark.parametrize(
    ("program", "more", "said"),
    [
        ("y = x**2\nz = y*w", {}, "line 2, character 7: w is not known"),
        ("y = x**2\ny = 3*x", {}, "line 2, character 1: y is assigned twice"),
        ("a = b*x\nb = a + 1", {}, "a circle: a → b → a"),
        ("x = 3*x", {}, "line 1, character 7: x cannot be computed from itself"),
        ("a = b*x\nb = 2*x", {}, "line 1, character 5: b is used before it is assigned"),
        ("x = 3*w", {"leaf": {"x": {"value": 1}, "w": {"value": 1}}}, "x is a leaf and cannot be assigned"),
        ("y = x^2", {}, "line 1, character 6: Write ** for powers"),
        ("y = __import__('os')", {}, "character 16"),
        ("", {}, "The program is empty"),
        ("y = x", {"leaf": {"x": {"value": 1}, "k": {"value": 1}}}, "does not use the leaf k"),
        ("y = x", {"leaf": {"x": {"value": 1, "range": [2, 2]}}}, "range of a leaf is empty"),
        ("y = x", {"leaf": {"x": {"value": float("nan")}}}, "leaf.x.value"),
        ("y = x", {"leaf": {"x": {"value": 1, "colour": "red"}}}, "unknown key problem.leaf.x.colour"),
        ("3", {}, "The result is only a number"),
        ("y = 2*pi", {}, "y is only a number"),
        ("y = x", {"playback": {"calls": ["forward"] * 51}}, "playback.calls"),
        ("y = x", {"playback": {"calls": ["fly"]}}, "playback.calls.0 cannot be 'fly'"),
        ("y = x", {"view": {"leaf": "q"}}, "leaf q of the view does not exist"),
        ("\n".join(f"a{i} = {f'a{i - 1}' if i else 'x'} + 1" for i in range(10_000)), {}, "at most 1000 operations"),
    ],
)
def test_bad_input_gets_one_sentence(program: str, more: dict[str, Any], said: str) -> None:
    with pytest.raises(InputError) as error:
        scenario(program, **more)
    assert said in str(error.value)
    assert "\n" not in str(error.value)


def test_calls_without_a_gradient_are_left_out_and_said_so(capsys: Captured) -> None:
    code, out, err = run(capsys, "lecture-autograd", "--set", "problem.leaf.x.requires_grad=false")
    assert code == 0
    assert "gradient" not in out
    assert "loss does not require a gradient" in err


@pytest.mark.parametrize(
    ("calls", "made", "said"),
    [
        (["forward", "backward", "backward", "forward"], 2, "The graph has been freed"),
        (["backward", "forward"], 0, "call forward first"),
    ],
)
def test_calls_that_torch_refuses_are_left_out_and_said_so(calls: list[str], made: int, said: str) -> None:
    found = scenario(playback={"calls": calls})
    walk = found.walk()
    assert walk.calls == tuple(calls[:made])
    assert said in found.notes(walk, len(walk.steps))[0]


def test_a_result_that_is_a_leaf_can_be_walked_back() -> None:
    walk = scenario("y = x", playback={"calls": ["forward", "backward"]}).walk()
    assert [step.kind for step in walk.steps] == ["forward", "seed", "accumulate"]
    assert walk.state(3).grad == {0: 1.0}


def test_csv_has_a_row_for_each_step(capsys: Captured) -> None:
    code, out, err = run(capsys, "lecture-autograd", "--csv", "-")
    rows = list(csv.DictReader(io.StringIO(out)))
    assert (code, err) == (0, "")
    assert [row["step"] for row in rows] == [str(k) for k in range(1, 22)]
    assert [row["kind"] for row in rows].count("forward") == 10
    assert (rows[1]["name"], float(rows[1]["value"])) == ("sigma", 1 / (1 + np.exp(-1.0)))
    assert (rows[-1]["kind"], rows[-1]["name"], rows[-1]["grad"]) == ("accumulate", "x", "-2.5378828427399904")
    code, out, _ = run(capsys, "lecture-autograd", "--csv", "-", "--steps", "3")
    assert out.count("\n") == 4


def test_npz_holds_the_named_tensors_and_the_gradients(tmp_path: Path, capsys: Captured) -> None:
    target = tmp_path / "last.npz"
    assert run(capsys, "autograd-accumulate", "--npz", str(target), "--steps", "10")[0] == 0
    with np.load(target) as found:
        # 3 x**2 at 2, walked back twice.
        assert {name: float(found[name]) for name in found} == {"x": 2.0, "x.grad": 24.0, "z": 4.0, "y": 12.0}


def test_a_step_that_is_not_there_is_refused(capsys: Captured) -> None:
    code, out, err = run(capsys, "lecture-autograd", "--steps", "22")
    assert (code, out) == (2, "")
    assert err == "gdsim: There is no step 22: the walk has 21 steps.\n"


def test_the_birth_of_an_infinity_is_told(capsys: Captured) -> None:
    code, _, err = run(capsys, "lecture-autograd", "--set", "problem.leaf.x.value=40")
    assert code == 0
    assert err == "gdsim: v5 is the first value that is not finite: it is −∞.\n"


@pytest.mark.parametrize("name", PRESETS)
def test_every_key_of_a_preset_can_be_set(name: str) -> None:
    preset = load(name)
    assert isinstance(preset, AutogradScenario)
    for leaf_name, given_leaf in preset.problem.leaf.items():
        other = load(name, [f"problem.leaf.{leaf_name}.value={json.dumps(given_leaf.value + 0.5)}"])
        assert isinstance(other, AutogradScenario)
        assert other.problem.leaf[leaf_name].value == given_leaf.value + 0.5
