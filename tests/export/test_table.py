"""Tables: what is read back is the history, bit for bit."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gdsim.errors import InputError
from gdsim.export import table
from gdsim.export.runs import FinishedRun, finish_runs, notes
from gdsim.formula import parse
from gdsim.simulation.files import load, validate
from gdsim.simulation.scenario import Scenario
from tests.simulation.hypers import COMMON

HEADER = "run,step,loss,w1,w2,grad_w1,grad_w2,velocity_w1,velocity_w2,learning_rate,gamma"


def race(*runs: dict[str, Any], formula: str = "(2 - w1 - w2)**2 + (4 - 3*w1 - w2)**2") -> Scenario:
    names = parse(formula).variables
    return validate({
        "problem": {"formula": formula, "domain": {name: [-10, 10] for name in names}},
        "run": [{"start": dict.fromkeys(names, 2.0)} | run for run in runs],
    })  # fmt: skip


def read(runs: list[FinishedRun]) -> list[dict[str, str]]:
    stream = io.StringIO(newline="")
    table.write_csv(runs, stream)
    assert "\r" not in stream.getvalue()
    return list(csv.DictReader(io.StringIO(stream.getvalue(), newline="")))


def test_the_header_is_the_contracts() -> None:
    for optimizer in ("gd", "momentum"):
        assert ",".join(table.csv_header(finish_runs(race({"optimizer": optimizer}), 0))) == HEADER


@given(
    st.floats(-9, 9), st.floats(-9, 9), st.floats(1e-9, 0.5), st.floats(0, 1.2), st.integers(0, 40),
    st.sampled_from(["momentum", "momentum-pytorch"]),
)  # fmt: skip
@settings(max_examples=40)
def test_a_table_read_back_is_the_history_bit_for_bit(
    w1: float, w2: float, rate: float, gamma: float, steps: int, rule: str
) -> None:
    run = {"optimizer": rule, "start": {"w1": w1, "w2": w2}, "learning_rate": rate, "gamma": gamma}
    runs = finish_runs(race(run), steps)
    rows = read(runs)
    history = runs[0].runner.history
    assert [row["step"] for row in rows] == [str(k) for k in range(steps + 1)]
    for name in history.columns:
        if name not in {"grad_norm", *COMMON}:
            got = np.array([float(row[name]) for row in rows])
            assert got.tobytes() == history.column(name).tobytes()


def test_what_every_rule_has_makes_a_column_where_it_does_something() -> None:
    runs = finish_runs(race({"optimizer": "gd"}, {"optimizer": "gd", "noise": 0.5, "weight_decay": 0.1}), 2)
    header = table.csv_header(runs)
    assert header == [*HEADER.split(","), "weight_decay", "noise"]
    assert {row["noise"] for row in read(runs)} == {"0.0", "0.5"}


def test_several_runs_share_a_table_with_empty_cells_for_what_a_rule_has_not() -> None:
    runs = finish_runs(race({"optimizer": "gd", "name": "plain"}, {"optimizer": "momentum", "gamma": 0.5}), 2)
    rows = read(runs)
    assert [(row["run"], row["step"]) for row in rows] == [(r, s) for r in "01" for s in "012"]
    assert {(row["velocity_w1"], row["gamma"]) for row in rows[:3]} == {("", "")}
    assert [row["gamma"] for row in rows[3:]] == ["0.5"] * 3
    assert float(rows[3]["velocity_w1"]) == 0.0


def test_a_change_in_mid_run_is_repeated() -> None:
    """Row ``k`` holds the hyper-parameters of the update that follows it."""
    runs = finish_runs(race({"optimizer": "gd", "change": [{"step": 2, "learning_rate": 0.02}]}), 4)
    rows = read(runs)
    assert [float(row["learning_rate"]) for row in rows] == [0.01, 0.01, 0.02, 0.02, 0.02]
    for k in range(4):
        moved = float(rows[k]["w1"]) - float(rows[k]["learning_rate"]) * float(rows[k]["grad_w1"])
        assert float(rows[k + 1]["w1"]) == pytest.approx(moved, rel=1e-14)


def test_a_diverging_run_ends_with_the_step_that_is_not_finite() -> None:
    runs = finish_runs(race({"optimizer": "gd", "learning_rate": 1e6}), 500)
    rows = read(runs)
    stop = runs[0].runner.diverged_at
    assert stop is not None
    assert len(rows) == stop + 1 < 500
    assert all(np.isfinite([float(v) for v in row.values() if v]).all() for row in rows[:-1])
    assert rows[-1]["loss"] in {"inf", "nan"}
    sentence, = notes(runs, parse("(2 - w1 - w2)**2 + (4 - 3*w1 - w2)**2"))  # fmt: skip
    assert f"step {stop}" in sentence
    assert "1e+06 is above 0.08579" in sentence


def test_the_theory_of_gradient_descent_is_not_laid_on_other_rules() -> None:
    """2/lambda is the limit of plain gradient descent and the heavy ball, without weight decay, clipping and noise."""
    for run in ({"optimizer": "radam"}, {"optimizer": "gd", "weight_decay": 0.1}):
        runs = finish_runs(race(run | {"learning_rate": 1e80}), 500)
        sentence, = notes(runs, parse("(2 - w1 - w2)**2 + (4 - 3*w1 - w2)**2"))  # fmt: skip
        assert "diverged" in sentence
        assert "largest stable" not in sentence


def test_each_diverging_run_is_named_in_a_race() -> None:
    scenario = race({"optimizer": "gd"}, {"optimizer": "gd", "learning_rate": 9.0})
    sentence, = notes(finish_runs(scenario, 500), parse(scenario.problem.formula))  # fmt: skip
    assert sentence.startswith("Run 1: ")


def test_the_last_state_under_the_contracts_names(tmp_path: Path) -> None:
    runs = finish_runs(load("lecture-surface"), 10)
    path = tmp_path / "last.npz"
    table.write_npz(table.last_state(runs), path)
    with np.load(path, allow_pickle=False) as archive:
        assert archive.files == ["w1", "w1.grad", "w2", "w2.grad"]
        for name in ("w1", "w2"):
            assert archive[name].dtype == np.float64
            assert archive[name] == runs[0].runner.history.column(name)[-1]
            assert archive[f"{name}.grad"] == runs[0].runner.history.column(f"grad_{name}")[-1]


def test_further_runs_have_a_prefix_and_any_name_is_fine(tmp_path: Path) -> None:
    scenario = race({"optimizer": "gd"}, {"optimizer": "gd"}, formula="file**2 + allow_pickle**2")
    path = tmp_path / "last.npz"
    table.write_npz(table.last_state(finish_runs(scenario, 1)), path)
    with np.load(path) as archive:
        assert {"file", "file.grad", "run1.file", "run1.allow_pickle.grad"} < set(archive.files)


def test_equal_states_give_equal_files(tmp_path: Path) -> None:
    for name in "ab":
        table.write_npz(table.last_state(finish_runs(load("saddle"), 3)), tmp_path / name)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_the_history_of_a_descent() -> None:
    """Of gradient descent on x**2 + 4*y**2 from (2, 2): each step multiplies x by 0.8 and y by 0.2."""
    scenario = race(
        {"optimizer": "gd", "learning_rate": 0.1}, {"optimizer": "gd", "learning_rate": 0.1}, formula="x**2 + 4*y**2"
    )
    arrays = table.history(finish_runs(scenario, 7), 3)
    steps = np.array([0, 3, 6])
    for prefix in ("", "run1."):
        np.testing.assert_array_equal(arrays[f"{prefix}history.step"], steps)
        np.testing.assert_allclose(arrays[f"{prefix}history.x"], 2 * 0.8**steps, rtol=1e-12)
        np.testing.assert_allclose(arrays[f"{prefix}history.grad_y"], 16 * 0.2**steps, rtol=1e-11)


def test_the_history_of_a_network_has_its_parameters(oracles: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    runs = finish_runs(load("lecture-network"), 4)
    arrays = table.history(runs, 2)
    assert arrays["history.linear1.weight"].shape == (3, 13, 20)
    losses = oracles["network"]["losses_momentum_lr01_gamma09"]
    np.testing.assert_allclose(arrays["history.loss"], losses[:5:2], rtol=1e-6)
    first = oracles["network"]["linear1_weight"]
    np.testing.assert_allclose(arrays["history.linear1.weight"][0, :2, :3], first, rtol=1e-4)
    runs[0].runner.seek(4)
    np.testing.assert_array_equal(arrays["history.linear1.weight"][2], table.last_state(runs)["linear1.weight"])
    monkeypatch.setattr(table, "MOST_NUMBERS", 100)
    with pytest.raises(InputError, match="take only every so many steps"):
        table.history(runs, 2)
