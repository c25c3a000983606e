"""Runs of networks as files: the contract's names, and what is read back is the run, bit for bit."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from gdsim import cli
from gdsim.export import table
from gdsim.export.runs import finish_runs, notes, summary
from gdsim.simulation.files import load, validate
from tests.simulation.twins import lecture, runner_of, steps, values

HEADER = "run,step,loss,accuracy,grad_norm,learning_rate,gamma"
NAMES = ["linear1.weight", "linear2.weight", "output.weight", "output.bias"]

Captured = pytest.CaptureFixture[str]


def printed(capsys: Captured, *arguments: str) -> str:
    """Return what a command prints."""
    assert cli.main(arguments) == 0
    out, err = capsys.readouterr()
    assert err == ""
    return out


def moons(*runs: dict[str, Any], **problem: Any) -> Any:
    """Return a small scenario."""
    data = {"source": "moons", "samples": 40} | problem.pop("data", {})
    problem = {"layer": [{"units": 4, "activation": "tanh"}], "data": data} | problem
    return validate({"lab": "network", "problem": problem, "run": list(runs) or [{"optimizer": "momentum"}]})


def test_four_steps_print_the_five_losses(oracles: dict[str, Any], capsys: Captured) -> None:
    out = printed(capsys, "run", "lecture-network", "--steps", "4", "--csv", "-")
    assert out.splitlines()[0] == HEADER
    rows = list(csv.DictReader(io.StringIO(out)))
    assert [row["step"] for row in rows] == list("01234")
    known = oracles["network"]["losses_momentum_lr01_gamma09"]
    assert [float(row["loss"]) for row in rows] == pytest.approx(known, abs=2e-7)
    assert {(row["run"], row["learning_rate"], row["gamma"]) for row in rows} == {("0", "0.1", "0.9")}
    assert all(0 <= float(row["accuracy"]) <= 1 and float(row["grad_norm"]) > 0 for row in rows)


def test_the_npz_holds_the_weights_and_gradients_of_the_notebook(
    oracles: dict[str, Any], tmp_path: Path, capsys: Captured
) -> None:
    known = oracles["network"]
    printed(capsys, "run", "lecture-network", "--steps", "0", "--npz", str(tmp_path / "start.npz"))
    with np.load(tmp_path / "start.npz", allow_pickle=False) as archive:
        assert archive.files == [name for each in NAMES for name in (each, f"{each}.grad")]
        assert sum(archive[name].size for name in NAMES) == known["parameters"]
        assert all(archive[name].dtype == np.float32 for name in archive.files)
        weight, gradient = archive["linear1.weight"], archive["linear1.weight.grad"]
    assert weight[:2, :3] == pytest.approx(np.array(known["linear1_weight"]), rel=5e-5)
    assert gradient[:2, :3] == pytest.approx(np.array(known["linear1_gradient"]), rel=5e-5)


def test_the_files_of_one_run_agree_with_it_bit_for_bit(tmp_path: Path, capsys: Captured) -> None:
    printed(capsys, "run", "lecture-network", "--steps", "70", "--set", "problem.batch_size=32",
            "--csv", str(tmp_path / "run.csv"), "--npz", str(tmp_path / "run.npz"))  # fmt: skip
    runner = steps(runner_of(lecture(32)), 70)
    rows = list(csv.DictReader(io.StringIO((tmp_path / "run.csv").read_text(encoding="utf-8"))))
    for name in HEADER.split(",")[2:]:
        assert np.array([float(row[name]) for row in rows]).tobytes() == runner.history.column(name).tobytes()
    now = runner.snapshot().now
    with np.load(tmp_path / "run.npz") as archive:
        for name in NAMES:
            assert archive[name].tobytes() == now.parameters[name].tobytes()
            assert archive[f"{name}.grad"].tobytes() == now.gradient[name].tobytes()


def test_the_weights_of_the_file_classify_as_the_accuracy_says(tmp_path: Path, capsys: Captured) -> None:
    out = printed(capsys, "run", "lecture-network", "--steps", "30", "--npz", str(tmp_path / "run.npz"), "--csv", "-")
    accuracy = float(list(csv.DictReader(io.StringIO(out)))[-1]["accuracy"])
    with np.load(tmp_path / "run.npz") as archive:
        x = np.maximum(lecture().data.features @ archive["linear1.weight"].T, 0)
        x = 1 / (1 + np.exp(-(x @ archive["linear2.weight"].T)))
        guesses = (x @ archive["output.weight"].T + archive["output.bias"]).argmax(1)
    assert accuracy == np.mean(guesses == lecture().data.labels)


def test_a_rule_without_gamma_has_empty_cells_in_a_race(capsys: Captured) -> None:
    runs = finish_runs(moons({"optimizer": "gd", "name": "plain"}, {"optimizer": "momentum"}), 2)
    assert ",".join(table.csv_header(runs)) == HEADER
    rows = list(table.csv_rows(runs))
    assert [row[:2] for row in rows] == [[r, s] for r in "01" for s in "012"]
    assert [row[-1] for row in rows] == [""] * 3 + ["0.9"] * 3
    assert {"linear1.weight", "run1.linear1.weight.grad"} < set(table.last_state(runs))


def test_held_out_samples_have_columns_after_the_contracts() -> None:
    runs = finish_runs(moons(data={"held_out": 0.25}, batch_size=10), 7)
    assert ",".join(table.csv_header(runs)) == f"{HEADER},held_out_loss,held_out_accuracy"
    judged = [row[-1] != "" for row in table.csv_rows(runs)]
    assert judged == [True, False, False] * 2 + [True, False]


def test_a_run_that_diverges_ends_there_and_says_so(capsys: Captured) -> None:
    arguments = ["run", "lecture-network", "--set", "problem.loss=mse", "--set", "run.optimizer=gd",
                 "--set", "run.learning_rate=1e6", "--steps", "200", "--csv", "-"]  # fmt: skip
    assert cli.main(arguments) == 0
    out, err = capsys.readouterr()
    rows = list(csv.DictReader(io.StringIO(out)))
    assert len(rows) < 200
    assert all(np.isfinite(float(row["loss"])) for row in rows[:-1])
    assert not np.isfinite([float(rows[-1]["loss"]), float(rows[-1]["grad_norm"])]).all()
    assert f"step {len(rows) - 1}" in err
    runs = finish_runs(validate({"lab": "network", "problem": {"loss": "mse"}, "run": [
        {"optimizer": "gd", "learning_rate": 1e9}]}), 100)  # fmt: skip
    assert len(notes(runs, None)) == 1


def test_a_summary_for_people(capsys: Captured) -> None:
    out = printed(capsys, "run", "lecture-network", "--steps", "4")
    assert "step  4" in out
    assert "loss  1.08998" in out
    (run,) = finish_runs(load("lecture-network"), 4)
    assert f"accuracy  {run.runner.history.column('accuracy')[-1]:.4g}" in summary(run)
    assert summary(run) in out


@pytest.mark.parametrize("kind", ["png", "svg", "pdf"])
def test_a_figure_is_drawn(kind: str, tmp_path: Path, capsys: Captured) -> None:
    path = tmp_path / f"curves.{kind}"
    printed(capsys, "render", "lecture-network", "-o", str(path), "--step", "5", "--size", "640x480")
    start = {"png": b"\x89PNG", "svg": b"<?xml", "pdf": b"%PDF"}[kind]
    assert path.read_bytes().startswith(start)
    assert path.stat().st_size > 4000


def test_a_table_of_a_network_can_be_checked_with_torch_alone(capsys: Captured) -> None:
    out = printed(capsys, "run", "lecture-network", "--steps", "3", "--csv", "-")
    with torch.random.fork_rng():
        torch.manual_seed(420)
        x, y = torch.rand(500, 20) * 100, torch.randint(0, 3, (500,), dtype=torch.float32).long()
        torch.manual_seed(420)
        one, two, last = torch.nn.Linear(20, 13, False), torch.nn.Linear(13, 8, False), torch.nn.Linear(8, 3)
    model = torch.nn.Sequential(one, torch.nn.ReLU(), two, torch.nn.Sigmoid(), last)
    assert len(values(model)) == 4
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
    for row in csv.DictReader(io.StringIO(out)):
        optimizer.zero_grad()
        loss = torch.nn.functional.cross_entropy(model(x), y)
        loss.backward()
        norm = torch.cat([p.grad.ravel() for p in model.parameters()]).norm()
        assert float(row["loss"]) == pytest.approx(loss.item(), rel=1e-6)
        assert float(row["grad_norm"]) == pytest.approx(norm.item(), rel=1e-5)
        optimizer.step()
