"""The page on adding an optimizer: its rule, put where the page says, is one of gdsim's, and right."""

from __future__ import annotations

import csv
import importlib
import itertools
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import torch

import gdsim.optimizers
from gdsim import cli
from gdsim.errors import InputError
from gdsim.export import notebook_rules
from gdsim.optimizers import UpdateRule, rule_named, rules
from gdsim.optimizers.parts import parts_of
from gdsim.simulation.files import load
from tests.optimizers import twins

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "add-an-optimizer.md").read_text(encoding="utf-8")
RULE_CODE, TWIN_CODE, NOTEBOOK_CODE = re.findall(r"```python\n(.*?)```", PAGE, flags=re.DOTALL)
MODULE = "rule_of_the_page"
HYPER = {"learning_rate": 0.03, "beta": 0.8, "nu": 0.6}


@contextmanager
def installed(folder: Path) -> Iterator[UpdateRule]:
    """Have the page's rule among the others, until the end."""
    (folder / f"{MODULE}.py").write_text(RULE_CODE, encoding="utf-8")
    try:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(gdsim.optimizers, "__path__", [*gdsim.optimizers.__path__, str(folder)])
            rules.cache_clear()
            yield rule_named("qhm")
    finally:
        sys.modules.pop(f"gdsim.optimizers.{MODULE}", None)
        sys.path_importer_cache.pop(str(folder), None)
        vars(gdsim.optimizers).pop(MODULE, None)
        rules.cache_clear()


@pytest.fixture
def rule(tmp_path: Path) -> Iterator[UpdateRule]:
    with installed(tmp_path) as found:
        yield found


def slope(w: tuple[float, float]) -> tuple[float, float]:
    """Return the gradient of (2 - w1 - w2)**2 + (4 - 3*w1 - w2)**2."""
    return 20 * w[0] + 8 * w[1] - 28, 8 * w[0] + 4 * w[1] - 12


def paper(start: tuple[float, float], steps: int) -> Iterator[tuple[tuple[float, float], tuple[float, float]]]:
    """Yield parameters and velocity after each step, by the paper's algorithm: equations 3 and 4."""
    lr, beta, nu = HYPER.values()
    w, v = start, (0.0, 0.0)
    yield w, v
    for _ in range(steps):
        g = slope(w)
        v = tuple((1 - beta) * g[i] + beta * v[i] for i in (0, 1))
        w = tuple(w[i] - lr * ((1 - nu) * g[i] + nu * v[i]) for i in (0, 1))
        yield w, v


def test_the_rule_is_found_last_with_what_all_rules_have(rule: UpdateRule) -> None:
    assert list(rules())[-1] == "qhm"
    names = [h.name for h in rule.hyperparameters]
    assert names == ["learning_rate", "beta", "nu", "weight_decay", "clip_value", "clip_norm", "noise", "noise_seed"]
    assert "`gdsim/optimizers/quasi_hyperbolic.py`" in PAGE


def test_it_moves_as_the_paper_says_and_its_terms_make_the_move(rule: UpdateRule) -> None:
    ways = list(paper((-8.0, 6.0), 40))
    state = rule.init({"w": torch.zeros(2, dtype=torch.float64)})
    for (w, _), (after, velocity) in itertools.pairwise(ways):
        update = rule.update({"w": torch.tensor(slope(w), dtype=torch.float64)}, state, HYPER)
        moved = sum(term.value["w"] for term in update.terms)
        assert moved.tolist() == pytest.approx([after[i] - w[i] for i in (0, 1)], rel=1e-11, abs=1e-12)
        assert update.state["velocity"]["w"].tolist() == pytest.approx(velocity, rel=1e-12)
        state = update.state


def test_its_parts_show_every_line_and_term_once(rule: UpdateRule) -> None:
    parts = parts_of(rule, HYPER)
    assert [result for part in parts for result in part.results] == ["velocity_next", "w_next"]
    gradient = {"w": torch.ones(2)}
    terms = rule.update(gradient, rule.init(gradient), HYPER).terms
    assert [name for part in parts for name in part.terms] == [term.name for term in terms]


def test_a_command_makes_its_table(rule: UpdateRule, tmp_path: Path) -> None:
    table = tmp_path / "run.csv"
    chosen = {"optimizer": rule.name, "start.w1": -8.0, "start.w2": 6.0, **HYPER}
    settings = [word for key, value in chosen.items() for word in ("--set", f"run.{key}={value}")]
    assert cli.main(["run", "lecture-surface", *settings, "--steps", "25", "--csv", str(table)]) == 0
    rows = list(csv.DictReader(table.read_text(encoding="utf-8").splitlines()))
    assert len(rows) == 26
    for row, (w, v) in zip(rows, paper((-8.0, 6.0), 25), strict=True):
        assert [float(row[key]) for key in ("w1", "w2")] == pytest.approx(w, rel=1e-12)
        assert [float(row[key]) for key in ("velocity_w1", "velocity_w2")] == pytest.approx(v, rel=1e-12)
        assert float(row["learning_rate"]) == HYPER["learning_rate"]


def test_the_pages_command_is_one(rule: UpdateRule) -> None:
    words = re.search(r"^gdsim run (.*) --csv -$", PAGE, flags=re.MULTILINE)[1].split()
    run = load(words[0], words[2::2]).run[0]
    assert run.optimizer == rule.name
    assert (run.hyper["learning_rate"], run.hyper["nu"], run.hyper["beta"]) == (0.05, 0.9, 0.9)


@pytest.mark.parametrize("common", [{}, {"weight_decay": 0.1, "clip_norm": 2.0}], ids=str)
def test_it_agrees_with_the_pages_twin(
    rule: UpdateRule, monkeypatch: pytest.MonkeyPatch, common: dict[str, float]
) -> None:
    known = dict(vars(twins), TWINS={})
    exec(TWIN_CODE, known)
    monkeypatch.setitem(twins.TWINS, rule.name, known["TWINS"][rule.name])
    hyper = twins.defaults(rule) | HYPER | common
    down = lambda w: twins.scalars(*slope((w["w1"].item(), w["w2"].item())))  # noqa: E731
    ours, theirs = twins.side_by_side(rule.name, hyper, twins.scalars(-8.0, 6.0), down, 60, {30: 0.01})
    torch.testing.assert_close(ours, theirs, rtol=1e-12, atol=1e-12)
    assert (ours[-1] - ours[0]).abs().max() > 1


def test_it_leaves_no_trace(tmp_path: Path) -> None:
    before, names, folders = rules(), set(vars(gdsim.optimizers)), list(gdsim.optimizers.__path__)
    with installed(tmp_path):
        assert "qhm" in rules()
        assert MODULE in vars(gdsim.optimizers)
    assert list(rules()) == list(before)
    assert set(vars(gdsim.optimizers)) == names
    assert list(gdsim.optimizers.__path__) == folders
    assert f"gdsim.optimizers.{MODULE}" not in sys.modules
    with pytest.raises(ModuleNotFoundError):
        importlib.import_module(f"gdsim.optimizers.{MODULE}")
    with pytest.raises(InputError, match="There is no optimizer 'qhm'"):
        rule_named("qhm")


def test_its_notebook_comes_to_its_numbers(
    rule: UpdateRule, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["lecture-surface", "--set", "run.optimizer=qhm", "--steps", "30"]
    assert cli.main(["notebook", *words, "-o", str(tmp_path / "qhm.py")]) == 2
    assert "qhm" in capsys.readouterr().err
    monkeypatch.setattr(notebook_rules, "CODES", dict(notebook_rules.CODES))
    exec(NOTEBOOK_CODE, vars(notebook_rules))
    assert cli.main(["notebook", *words, "-o", str(tmp_path / "qhm.py")]) == 0
    assert cli.main(["run", *words, "--csv", str(tmp_path / "gdsim.csv")]) == 0
    monkeypatch.setenv("MPLBACKEND", "agg")
    subprocess.run([sys.executable, "qhm.py"], cwd=tmp_path, check=True, capture_output=True)
    (written,) = (path for path in tmp_path.glob("*.csv") if path.name != "gdsim.csv")
    assert written.read_text(encoding="utf-8") == (tmp_path / "gdsim.csv").read_text(encoding="utf-8")
