"""Documents: executed without gdsim they come to the table of ``gdsim run --csv``, whatever the scenario says."""

from __future__ import annotations

import ast
import csv
import io
import json
import math
import re
import subprocess
import sys
import tomllib
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import matplotlib
import nbformat
import pytest
from hypothesis import HealthCheck, assume, given, reject, settings
from hypothesis import strategies as st

from gdsim.errors import InputError
from gdsim.export import graph_table, table
from gdsim.export.notebook import write_notebook
from gdsim.export.notebook_text import OWN_NAMES, label, literal, plain, python_names
from gdsim.export.runs import finish_runs
from gdsim.formula.tree import Node, to_text, variables
from gdsim.optimizers import rules
from gdsim.optimizers.torch_classes import CLASSES
from gdsim.simulation.autograd_scenario import AutogradScenario
from gdsim.simulation.files import load, preset_names, validate
from gdsim.simulation.scenario import Scenario
from tests.formula.strategies import Setup, moderate_trees, setups

BEALE = "(1.5 - x + x*y)**2 + (2.25 - x + x*y**2)**2 + (2.625 - x + x*y**3)**2"
EVERYTHING = {
    "weight_decay": 0.01, "clip_norm": 0.5, "clip_value": 0.4, "noise": 0.3, "noise_seed": 4,
    "change": [{"step": 5, "learning_rate": 0.002, "noise": 0.1}],
    "schedule": {"kind": "cosine", "steps": 20, "low": 0.1},
}  # fmt: skip


@pytest.fixture(autouse=True)
def _no_window(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """Let documents draw into memory, and write where nothing else is."""
    from matplotlib import pyplot

    with matplotlib.rc_context():
        pyplot.switch_backend("agg")
        monkeypatch.setattr(pyplot, "show", lambda: pyplot.gcf().canvas.draw())
        monkeypatch.chdir(tmp_path)
        yield
        pyplot.close("all")


def surface(*runs: dict[str, Any], formula: str = BEALE, names: tuple[str, str] = ("x", "y"), **more: Any) -> Scenario:
    return validate({
        "problem": {"formula": formula, "domain": {name: [-4.5, 4.5] for name in names}},
        "run": [{"start": dict(zip(names, (1.0, 1.5), strict=True))} | run for run in runs],
    } | more)  # fmt: skip


def network(*runs: dict[str, Any], **problem: Any) -> Scenario:
    usual = {"layer": [{"units": 5, "activation": "tanh"}], "data": {"source": "moons", "samples": 80}}
    return validate({"lab": "network", "problem": usual | problem, "run": list(runs)})


def program(text: str, **leaves: float) -> Scenario:
    leaf = {name: {"value": value} for name, value in leaves.items()}
    return validate({"lab": "autograd", "problem": {"program": text, "leaf": leaf}})


def expected(scenario: Scenario, steps: int | None) -> str:
    stream = io.StringIO(newline="")
    if isinstance(scenario, AutogradScenario):
        walk = scenario.walk()
        graph_table.write_csv(walk, scenario.position(walk, steps), stream)
    else:
        table.write_csv(finish_runs(scenario, scenario.shown_step if steps is None else steps), stream)
    return stream.getvalue()


def script_of(scenario: Scenario, steps: int | None = None) -> str:
    target = Path("document.py")
    write_notebook(scenario, target, steps)
    return target.read_text(encoding="utf-8")


def executed(code: str, pictures: bool = False) -> str:
    """Execute a script, without its pictures, which take most of the time; return the table that it writes."""
    cells = code.split("# %%")
    kept = (cell for cell in cells if pictures or not re.search(r"plt\.(figure|subplots)", cell))
    exec(compile("# %%".join(kept), "document.py", "exec"), {"__name__": "__main__"})
    return Path("document.csv").read_text(encoding="utf-8")


def check(scenario: Scenario, steps: int | None = None, pictures: bool = False) -> None:
    assert executed(script_of(scenario, steps), pictures) == expected(scenario, steps)


@pytest.mark.parametrize("name", preset_names())
def test_presets_come_to_their_own_tables_without_gdsim(name: str) -> None:
    scenario = load(name)
    steps = None if scenario.lab == "autograd" else 7
    code = script_of(scenario, steps)
    assert "Written by gdsim" in code.split("# %%")[1]
    imported = re.findall(r"^\s*(?:import|from) (\w+)", code, re.MULTILINE)
    assert set(imported) <= {"csv", "math", "functools", "numpy", "torch", "matplotlib"}
    assert executed(code) == expected(scenario, steps)


@pytest.mark.parametrize("name", ["lecture-surface", "race-noise", "network-spirals", "lecture-autograd"])
def test_every_picture_can_be_drawn(name: str) -> None:
    scenario = load(name)
    check(scenario, None if scenario.lab == "autograd" else 30, pictures=True)


def test_every_rule_comes_to_the_same_digits() -> None:
    check(surface(*({"optimizer": name, "learning_rate": 0.01} for name in rules())), 25)
    check(surface(*({"optimizer": name, "learning_rate": 0.01} | EVERYTHING for name in rules())), 25)


def test_switches_of_rules_are_heeded() -> None:
    runs = (
        {"optimizer": "adam", "amsgrad": 1, "learning_rate": 0.1},
        {"optimizer": "adam", "change": [{"step": 5, "amsgrad": 1}]},
        {"optimizer": "rmsprop", "gamma": 0.9, "centered": 1},
        {"optimizer": "adagrad", "lr_decay": 0.1, "initial_accumulator": 0.5},
        {"optimizer": "adamw", "weight_decay": 0.0},
        {"optimizer": "lion", "weight_decay": 0.3},
        {"optimizer": "gd", "weight_decay": 0.2},
    )
    check(surface(*runs), 15)


def test_classes_of_torch_come_to_the_same_digits() -> None:
    names = [f"torch:{name}" for name in CLASSES]
    check(surface(*({"optimizer": name, "learning_rate": 0.01} for name in names)), 12)
    check(surface(*({"optimizer": name, "learning_rate": 0.01} | EVERYTHING for name in names)), 12)
    changes = (
        {"optimizer": "torch:Adam", "change": [{"step": 3, "amsgrad": 1}]},
        {"optimizer": "torch:RMSprop", "change": [{"step": 3, "centered": 1, "momentum": 0.9}]},
        {"optimizer": "torch:LBFGS", "change": [{"step": 3, "history_size": 2}, {"step": 6, "history_size": 150}]},
    )
    check(surface(*changes), 9)


@pytest.mark.parametrize(
    "schedule",
    [
        {"kind": "step", "every": 1, "factor": 1e60}, {"kind": "exponential", "factor": 0.8}, {"kind": "warm-up"},
        {"kind": "one-cycle", "steps": 12}, {"kind": "one-cycle", "steps": 1}, {"kind": "cyclical", "steps": 5},
    ],
)  # fmt: skip
def test_schedules_come_to_the_same_digits(schedule: dict[str, Any]) -> None:
    check(surface({"optimizer": "momentum", "learning_rate": 1e-300, "schedule": schedule}, {"optimizer": "gd"}), 15)


def test_a_run_that_diverges_stops_where_gdsim_stops() -> None:
    check(surface({"optimizer": "gd", "learning_rate": 1.0}), 40, pictures=True)
    check(surface({"optimizer": "gd"}, formula="log(x - 2) + y"), 5, pictures=True)
    check(network({"optimizer": "gd", "learning_rate": 1e30}, loss="mse", layer=[{"units": 5}]), 30, pictures=True)


def test_a_network_with_everything_comes_to_the_same_digits() -> None:
    common = {**EVERYTHING, "change": []}
    runs = [{"optimizer": name} | common for name in ("momentum", "adam", "lion", "torch:SGD", "torch:LBFGS")]
    data = {"source": "spirals", "samples": 81, "held_out": 0.3, "standardise": True}
    check(network(*runs, data=data, batch_size=16), 12)


def test_what_was_done_by_hand_is_done_again() -> None:
    events = [
        {"step": 0, "edit": "output.weight", "index": [0, 1], "value": 0.5},
        {"step": 2, "edit": "linear1.weight", "index": [1, 0], "value": 3.0},
        {"step": 3, "verbs": ["backward"]},
        {"step": 5, "verbs": []},
        {"step": 6, "verbs": ["backward", "backward"]},
        {"step": 7, "verbs": ["zero_grad", "backward"]},
        {"step": 7, "edit": "output.bias", "index": [1], "value": -1.0},
        {"step": 7, "verbs": ["backward"]},
    ]
    check(network({"optimizer": "momentum", "event": events}, {"optimizer": "adam"}, batch_size=16), 10)


@pytest.mark.parametrize("source", ["lecture", "xor", "moons", "circles", "spirals", "blobs"])
@pytest.mark.parametrize(("held_out", "standardise"), [(0.0, True), (0.3, False)])
def test_data_are_made_to_the_last_bit(source: str, held_out: float, standardise: bool) -> None:
    data = {"source": source, "samples": 81, "seed": 7, "held_out": held_out, "standardise": standardise}
    check(network({"optimizer": "gd"}, data=data, loss="mse"), 2)


@pytest.mark.parametrize("init", ["xavier", "kaiming", "zeros", "constant"])
def test_weights_begin_alike(init: str) -> None:
    layers = [
        {"units": 4, "activation": name, "bias": name != "gelu"} for name in ("relu", "sigmoid", "leaky_relu", "gelu")
    ]
    check(network({"optimizer": "gd", "learning_rate": 0.5}, init=init, layer=layers), 3)


TABLES = {
    "plain": ("x,y,kind\n1,2,b\n3,4.5,a\n.5,6,b\n7,8,a\n9,-1e-3,c\n", "utf-8"),
    "decimal commas, classes that are numbers": ("x;y;kind\n1,5;2;10\n3;4,5;2\n,5;6;2.0\n\n7;8;10,0\n", "utf-8"),
    "classes with commas": ("x;y;kind\n1.5;2;1,5\n3;4.25;2,5\n.5;6;1,5\n7;8;10,5\n", "utf-8-sig"),
    "white space": ("x y  kind\n 1\t2  'b'\n3 4.5 a\n.5 6   b\n7 8 a\n", "utf-16"),
    "quoted": ('"x a",y,"ki,nd"\r\n1.1,2,"a,b"\r\n 3.3, 4.4,"c\nd"\r\n.12345678901234567,6,"a,b"\r\n', "utf-8"),
}


@pytest.mark.parametrize("kind", TABLES)
def test_csv_files_are_read_wherever_they_lie(kind: str, tmp_path: Path) -> None:
    content, encoding = TABLES[kind]
    folder = tmp_path / 'it\'s\n"data"'
    folder.mkdir()
    file = folder / "a'b\"\\n.csv"
    file.write_bytes(content.encode(encoding))
    scenario = network({"optimizer": "adam"}, data={"source": "csv", "file": str(file)})
    assert write_notebook(scenario, Path("other.py")) == [
        f"The document reads {file}: hand it on together with this file."
    ]
    check(scenario, 3)


def test_the_executed_notebook_holds_the_numbers(tmp_path: Path) -> None:
    with warnings.catch_warnings():
        # Of the packages that run a notebook, on event loops and folders of their own.
        warnings.filterwarnings("ignore", category=DeprecationWarning, module=r"(zmq|jupyter_core|nbclient)")
        from nbclient import NotebookClient

        target = tmp_path / "run.ipynb"
        scenario = load("lecture-surface")
        assert write_notebook(scenario, target) == []
        notebook = nbformat.read(target, as_version=4)  # type: ignore[no-untyped-call]
        client = NotebookClient(
            notebook, timeout=120, kernel_name="python3", resources={"metadata": {"path": tmp_path}}
        )
        client.execute()
    wanted = expected(scenario, None)
    assert (tmp_path / "run.csv").read_text() == wanted
    outputs = [output for cell in notebook.cells if cell.cell_type == "code" for output in cell.outputs]
    printed = "".join(output.text for output in outputs if output.output_type == "stream")
    last = list(csv.DictReader(io.StringIO(wanted)))[-1]
    assert all(last[name] in printed for name in ("loss", "w1", "w2"))
    assert sum("image/png" in output.get("data", {}) for output in outputs) == 3
    assert not any(output.get("name") == "stderr" for output in outputs)


def test_the_script_runs_on_its_own(tmp_path: Path, oracles: dict[str, Any]) -> None:
    scenario = load("lecture-network")
    script_of(scenario, 20)
    command = [
        sys.executable,
        "-I",
        "-c",
        "import runpy, sys; sys.modules['gdsim'] = None; runpy.run_path('document.py')",
    ]
    done = subprocess.run(
        command, cwd=tmp_path, env={"MPLBACKEND": "agg"}, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.stderr == ""
    assert (tmp_path / "document.csv").read_text() == expected(scenario, 20)
    rows = list(csv.DictReader(io.StringIO((tmp_path / "document.csv").read_text())))
    assert [float(row["loss"]) for row in rows[:5]] == pytest.approx(
        oracles["network"]["losses_momentum_lr01_gamma09"], rel=1e-6
    )


def test_a_notebook_is_valid_and_always_the_same(tmp_path: Path) -> None:
    scenario = load("race-gamma")
    first, second = tmp_path / "a.ipynb", tmp_path / "b.IPYNB"
    write_notebook(scenario, first, 3)
    write_notebook(scenario, second, 3)
    assert first.read_text().replace("a.csv", "b.csv") == second.read_text()
    content = json.loads(first.read_text())
    assert (content["nbformat"], content["nbformat_minor"]) == (4, 5)
    nbformat.validate(content)
    assert validate(tomllib.loads(content["metadata"]["gdsim"]["scenario"])) == scenario


@pytest.mark.parametrize("name", ["a.txt", "a", "a.ipynb.bak"])
def test_other_formats_are_refused(name: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"must end in \.ipynb or \.py"):
        write_notebook(load("lecture-surface"), tmp_path / name)
    assert list(tmp_path.iterdir()) == []


def test_steps_that_cannot_be_are_refused(tmp_path: Path) -> None:
    for steps in (-1, 10**7):
        with pytest.raises(InputError, match="steps are not possible"):
            write_notebook(load("lecture-surface"), tmp_path / "a.py", steps)


HOSTILE = "*a* $x$ `b` \\(c\\) <script>\r\n# %%\nimport os\u2028\f\x00[d](e) {f} \"\"\" ''' $"


def test_hostile_texts_stay_texts() -> None:
    runs = ({"optimizer": "gd", "name": HOSTILE[:40]}, {"optimizer": "gd", "name": "_b$"})
    check(surface(*runs, title=HOSTILE, description=HOSTILE), 3, pictures=True)
    notebook = Path("a'b\".ipynb")
    write_notebook(surface(*runs, title=HOSTILE), notebook, 3)
    title = json.loads(notebook.read_text())["cells"][0]["source"][0].rstrip("\n")
    assert not set(title.removeprefix("# ")) & set("*$`\\<>[]{}\n")
    assert "import os" not in {line.strip() for line in script_of(surface(*runs, title=HOSTILE)).splitlines()}


@given(st.text())
@settings(max_examples=100)
def test_any_text_is_one_line_of_a_comment(text: str) -> None:
    assert len(f"# {plain(text)}".splitlines()) == 1
    assert ast.dump(ast.parse(f"# {plain(text)}\nx = 1")) == ast.dump(ast.parse("x = 1"))
    assert isinstance(ast.literal_eval(label(text)), str)


@given(
    st.recursive(
        st.one_of(st.text(), st.floats(allow_nan=False, allow_infinity=False), st.integers(), st.booleans(), st.none()),
        lambda below: st.one_of(
            st.lists(below), st.dictionaries(st.text(), below), st.lists(below, max_size=3).map(tuple)
        ),
    )
)
def test_literals_read_back(value: object) -> None:
    assert ast.literal_eval(literal(value)) == value


def test_names_of_the_document_give_way_to_nobody() -> None:
    names = ("torch", "plt")
    check(surface({"optimizer": "momentum"}, formula="torch**2 + plt*torch + plt**2", names=names), 5, pictures=True)
    names = ("__debug__", "math")
    check(surface({"optimizer": "gd"}, formula="pi*__debug__**2 + sin(1)*math**2", names=names), 5, pictures=True)


@pytest.mark.parametrize(
    ("text", "leaves"),
    [
        ("table = list*plt; tensors = table + sin(plt)", {"list": 1.5, "plt": -0.5}),
        ("value = at**2; places = value*csv; loss = places + slope", {"at": 1.5, "csv": -0.5, "slope": 2.0}),
        ("note = min(float, 2)*note_; note__ = note*e", {"float": 1.5, "note_": 0.5}),
        ("v = 1/run; rows = detach(v)*run", {"run": 2.0}),
        ("x", {"x": 2.0}),
        ("y = max(x, 1, 0.5*x) + relu(-x)", {"x": 3.0}),
    ],
)
def test_programs_may_use_any_names(text: str, leaves: dict[str, float]) -> None:
    check(program(text, **leaves), pictures=True)


@given(tree=moderate_trees, start=st.tuples(st.floats(-3, 3), st.floats(-3, 3)))
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.filter_too_much])
def test_any_formula_comes_to_the_same_digits(tree: Node, start: tuple[float, float]) -> None:
    names = variables(tree)
    assume(len(names) == 2)
    try:
        scenario = surface(
            {"optimizer": "momentum", "start": dict(zip(names, start, strict=True))},
            formula=to_text(tree), names=(names[0], names[1]),
        )  # fmt: skip
    except InputError:
        reject()
    check(scenario, 3)


@given(setup=setups)
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_program_comes_to_the_same_table(setup: Setup) -> None:
    leaf = {name: {"value": value, "requires_grad": setup.requires_grad[name]} for name, value in setup.leaves.items()}
    calls = ["forward", "backward(retain_graph=True)", "backward", "zero_grad"]
    scenario = validate(
        {"lab": "autograd", "problem": {"program": setup.program.text, "leaf": leaf}, "playback": {"calls": calls}}
    )
    found, wanted = (
        list(csv.reader(io.StringIO(text))) for text in (executed(script_of(scenario)), expected(scenario, None))
    )
    assert [row[:5] for row in found] == [row[:5] for row in wanted]
    cells = [(a, b) for row, other in zip(found[1:], wanted[1:], strict=True) for a, b in zip(row, other, strict=True)]
    numbers = [(float(a), float(b)) for a, b in cells if re.fullmatch(r"-?(nan|inf|[0-9.e+-]+)", b)]
    size = max(1.0, *(abs(b) for _, b in numbers if math.isfinite(b)))
    for a, b in numbers:
        assert a == pytest.approx(b, rel=1e-9, abs=1e-12 * size, nan_ok=True)


def test_a_program_without_gradients_has_no_tangent() -> None:
    leaf = {"x": {"value": 1.0, "requires_grad": False}}
    check(validate({"lab": "autograd", "problem": {"program": "y = log(x - 2)", "leaf": leaf}}), pictures=True)


def test_every_name_of_the_document_is_reserved() -> None:
    scenario = load("lecture-autograd")
    tree = ast.parse(script_of(scenario))
    known = {"x", "y", "z", "sigma", "loss", *(f"v{number}" for number in range(1, 8))}
    bound = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
    bound |= {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
    bound |= {alias.asname or alias.name for node in ast.walk(tree) if isinstance(node, ast.Import)
              for alias in node.names}  # fmt: skip
    assert bound - known <= OWN_NAMES


def test_names_are_renamed_without_meeting_each_other() -> None:
    assert python_names(["torch", "torch_", "loss"]) == {"torch": "torch__", "torch_": "torch_", "loss": "loss"}
