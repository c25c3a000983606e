"""Scenarios of networks: the preset, files there and back, and one clear sentence for whatever is wrong."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gdsim import cli
from gdsim.errors import InputError
from gdsim.optimizers import rules
from gdsim.problems.network import ACTIVATIONS, NetworkProblem
from gdsim.simulation.build import data_of, problem_of, runner_of
from gdsim.simulation.files import dumps, load, save, validate
from gdsim.simulation.network_scenario import SOURCES, DataSpec, NetworkScenario
from tests.simulation.hypers import own

Captured = pytest.CaptureFixture[str]


def scenario(problem: dict[str, Any] | None = None, *runs: dict[str, Any]) -> NetworkScenario:
    """Return a scenario with what is given, and else the defaults."""
    result = validate({"lab": "network", "problem": problem or {}, "run": list(runs) or [{"optimizer": "gd"}]})
    assert isinstance(result, NetworkScenario)
    return result


def refused(*arguments: str, capsys: Captured) -> str:
    """Return the one line with which the command refuses a scenario."""
    assert cli.main(["run", *arguments]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("gdsim: ")
    assert err.count("\n") == 1
    return err.removeprefix("gdsim: ").strip()


def test_the_preset_is_the_lectures_network(oracles: dict[str, Any]) -> None:
    preset = load("lecture-network")
    assert isinstance(preset, NetworkScenario)
    problem = problem_of(preset)
    assert isinstance(problem, NetworkProblem)
    assert [(x.inputs, x.units, x.activation, x.bias) for x in problem.layers] == [
        (20, 13, "relu", False), (13, 8, "sigmoid", False), (8, 3, "identity", True)
    ]  # fmt: skip
    assert (problem.loss_name, problem.batch_size, problem.held_out) == ("cross_entropy", None, None)
    runner = runner_of(preset)
    assert (runner.rule.name, own(runner.initial_hyper)) == ("momentum", {"learning_rate": 0.1, "gamma": 0.9})
    for _ in range(4):
        runner.step()
    known = oracles["network"]["losses_momentum_lr01_gamma09"]
    assert runner.history.column("loss").tolist() == pytest.approx(known, abs=2e-7)


finite = st.floats(-1e6, 1e6)
layers = st.fixed_dictionaries({
    "units": st.integers(1, 4096), "activation": st.sampled_from(ACTIVATIONS), "bias": st.booleans()
})  # fmt: skip
specs = st.fixed_dictionaries({
    "data": st.fixed_dictionaries({
        "source": st.sampled_from(SOURCES),
        "samples": st.integers(2, 100_000),
        "noise": st.floats(0, 10),
        "seed": st.integers(0, 2**63 - 1),
        "file": st.sampled_from(["a.csv", "näher/b c.csv"]),
        "held_out": st.floats(0, 1, exclude_max=True),
        "standardise": st.booleans(),
    }),
    "layer": st.lists(layers, max_size=7),
    "output": st.fixed_dictionaries({"activation": st.sampled_from(ACTIVATIONS), "bias": st.booleans()}),
    "loss": st.sampled_from(["cross_entropy", "mse"]),
    "seed": st.integers(0, 2**63 - 1),
    "init": st.sampled_from(["torch", "xavier", "kaiming", "zeros", "constant"]),
    "constant": finite,
}, optional={"batch_size": st.integers(1, 10**6)})  # fmt: skip


@given(specs, st.lists(st.sampled_from(sorted(rules())), min_size=1, max_size=3))
@settings(max_examples=60)
def test_a_file_gives_the_same_scenario_again(problem: dict[str, Any], optimizers: list[str]) -> None:
    first = scenario(problem, *({"optimizer": name} for name in optimizers))
    assert validate(tomllib.loads(dumps(first))) == first


def test_the_same_scenario_gives_the_same_numbers(tmp_path: Path) -> None:
    first = scenario(
        {"data": {"source": "moons", "samples": 60, "held_out": 0.2, "standardise": True}, "batch_size": 16,
         "layer": [{"units": 5, "activation": "gelu"}], "loss": "mse"},
        {"optimizer": "momentum", "change": [{"step": 4, "gamma": 0.5}], "event": [
            {"step": 2, "verbs": ["backward"]},
            {"step": 7, "edit": "linear1.weight", "index": [1, 1], "value": 0.5},
        ]},
    )  # fmt: skip
    save(first, tmp_path / "file.toml")
    tables = []
    for each in (first, load(tmp_path / "file.toml")):
        runner = runner_of(each)
        for _ in range(20):
            runner.step()
        assert runner.events.keys() == {2, 7}
        tables.append(runner.history.table().tobytes())
    assert tables[0] == tables[1]


def test_a_held_out_part_and_standardised_features() -> None:
    learned, held_out = data_of(DataSpec(source="blobs", samples=100, noise=0.3, held_out=0.25, standardise=True))
    assert held_out is not None
    assert (len(learned), len(held_out)) == (75, 25)
    np.testing.assert_allclose(learned.features.mean(0), 0, atol=1e-6)
    np.testing.assert_allclose(learned.features.std(0), 1, rtol=1e-5)


def test_a_csv_file_beside_the_scenario_is_found_and_read_again_when_it_changes(tmp_path: Path) -> None:
    folder = tmp_path / "lesson"
    folder.mkdir()
    (folder / "points.csv").write_text("x;y;kind\n0,5;1;a\n2;3;b\n4;4;a\n", encoding="utf-8")
    (folder / "scenario.toml").write_text(
        'lab = "network"\n[problem.data]\nsource = "csv"\nfile = "points.csv"\n[[run]]\noptimizer = "gd"\n',
        encoding="utf-8",
    )
    problem = problem_of(load(folder / "scenario.toml"))
    assert isinstance(problem, NetworkProblem)
    assert problem.data.class_names == ("a", "b")
    assert problem.data.features.tolist() == [[0.5, 1], [2, 3], [4, 4]]
    assert [(x.inputs, x.units) for x in problem.layers] == [(2, 2)]
    (folder / "points.csv").write_text("x;y;kind\n0,5;1;a\n2;3;b\n4;4;c\n", encoding="utf-8")
    problem = problem_of(load(folder / "scenario.toml"))
    assert isinstance(problem, NetworkProblem)
    assert problem.data.class_names == ("a", "b", "c")


WRONG = {
    "problem.layer.0.units=0": r"key problem\.layer\.0\.units cannot be 0: input should be greater than or equal to 1",
    "problem.layer.0.units=4097": r"key problem\.layer\.0\.units cannot be 4097: input should be less than or equal",
    "problem.layer.0.units=2.5": r"key problem\.layer\.0\.units cannot be 2\.5: ",
    "problem.layer.0.activation=swish": r"problem\.layer\.0\.activation cannot be 'swish': .*'relu'.*'identity'",
    "problem.layer.5.units=3": r"--set problem\.layer\.5\.units: there is no entry 5",
    "problem.batch_size=0": r"problem\.batch_size cannot be 0: ",
    "problem.batch_size=501": r"^A batch of 501 is not possible: there are 500 samples to learn from\.$",
    "problem.data.source=csv": r"Data from a CSV file need the file's name",
    "problem.data.source=mnist": r"problem\.data\.source cannot be 'mnist': .*'lecture'.*'csv'",
    "problem.data.samples=1": r"problem\.data\.samples cannot be 1: ",
    "problem.data.noise=-1": r"problem\.data\.noise cannot be -1",
    "problem.data.held_out=1.0": r"problem\.data\.held_out cannot be 1\.0: ",
    "problem.data.held_out=0.0001": r"A share of 0\.0001 of 500 samples cannot be held out",
    "problem.loss=hinge": r"problem\.loss cannot be 'hinge': .*'cross_entropy' or 'mse'",
    "problem.init=orthogonal": r"problem\.init cannot be 'orthogonal': ",
    "problem.seed=-1": r"problem\.seed cannot be -1: ",
    "problem.depth=3": r"unknown key problem\.depth",
    "run.optimizer=adamant": r"There is no optimizer 'adamant'; there are gd, ",
    "run.learning_rate=0": r"learning_rate = 0 is not allowed: it must be a number greater than 0",
    "run.start=1": r"The optimizer momentum has no hyper-parameter start",
    "lab=graph": r"key lab cannot be 'graph': there are 'surface', 'network'",
}


@pytest.mark.parametrize("override", WRONG)
def test_what_is_wrong_is_said_in_one_sentence(override: str, capsys: Captured) -> None:
    import re

    sentence = refused("lecture-network", "--steps", "1", "--set", override, capsys=capsys)
    assert re.search(WRONG[override], sentence), sentence


def test_nine_layers_are_too_many(tmp_path: Path, capsys: Captured) -> None:
    path = tmp_path / "deep.toml"
    for hidden in (7, 8):
        text = 'lab = "network"\n[problem.data]\nsource = "xor"\n' + "[[problem.layer]]\nunits = 2\n" * hidden
        path.write_text(text + '[[run]]\noptimizer = "gd"\n', encoding="utf-8")
        if hidden == 7:
            assert cli.main(["run", str(path), "--steps", "1"]) == 0
            capsys.readouterr()
    sentence = refused(str(path), capsys=capsys)
    assert "problem.layer cannot be" in sentence
    assert "at most 7 items" in sentence


EVENTS = {
    'edit = "linear9.weight"\nindex = [0, 0]\nvalue = 1.0': "There is no linear9.weight[0, 0] to edit; there are "
    "linear1.weight [13, 20], linear2.weight [8, 13], output.weight [3, 8], output.bias [3].",
    'edit = "linear1.weight"\nindex = [13, 0]\nvalue = 1.0': "There is no linear1.weight[13, 0] to edit; ",
    'edit = "linear1.weight"\nindex = [0, 0]\nvalue = 1e300': "linear1.weight can only be set to a finite number.",
    "verbs = []": "There is no gradient yet (grad is None): run backward first.",
    "": "An event either lists verbs, or edits a parameter at an index to a value.",
}


@pytest.mark.parametrize("event", EVENTS)
def test_an_event_that_is_impossible_is_refused(event: str, tmp_path: Path, capsys: Captured) -> None:
    path = tmp_path / "scenario.toml"
    layers = "".join(f"[[problem.layer]]\nunits = {units}\nbias = false\n" for units in (13, 8))
    run = f'[[run]]\noptimizer = "gd"\n[[run.event]]\nstep = 0\n{event}\n'
    path.write_text(f'lab = "network"\n{layers}{run}', encoding="utf-8")
    assert EVENTS[event] in refused(str(path), "--steps", "3", capsys=capsys)


CSV = {
    "": " is empty: ",
    "x,y,kind\n": " has no rows below its header.",
    "x,y,kind\n1,2,a\n": " has one row only below its header: two at least are needed.",
    "x,y,kind\n1,2,a\n3,4,a\n": "two classes at least are needed.",
    "x,y,kind\n1,2,a\n3,,b\n": ', line 3, column "y": the value is missing.',
    "x,y,kind\n1,two,a\n3,4,b\n": """, line 2, column "y": 'two' is not a number.""",
}


@pytest.mark.parametrize("content", CSV)
def test_a_file_that_cannot_be_learned_is_refused(content: str, tmp_path: Path, capsys: Captured) -> None:
    (tmp_path / "data.csv").write_text(content, encoding="utf-8")
    overrides = ["--set", "problem.data.source=csv", "--set", f"problem.data.file={tmp_path / 'data.csv'}"]
    sentence = refused("lecture-network", *overrides, capsys=capsys)
    assert CSV[content] in sentence
    assert sentence.endswith(".")


def test_a_file_that_is_not_there_is_named(tmp_path: Path, capsys: Captured) -> None:
    overrides = ["--set", "problem.data.source=csv", "--set", f"problem.data.file={tmp_path / 'no.csv'}"]
    assert "no.csv" in refused("lecture-network", *overrides, capsys=capsys)


def test_a_surface_scenario_does_not_take_a_networks_keys() -> None:
    with pytest.raises(InputError):
        validate({"lab": "surface", "problem": {"layer": []}, "run": [{"optimizer": "gd"}]})
