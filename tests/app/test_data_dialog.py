"""The dialogs that export numbers and notebooks, used as a person uses them."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import numpy as np
from PySide6.QtWidgets import QPlainTextEdit

from gdsim.app.data_export import DataDialog
from gdsim.app.notebook_export import NotebookDialog
from tests.app.conftest import Bench
from tests.app.export_bench import Desk


def descent(steps: int) -> np.ndarray:
    """Walk down the lecture's surface with its momentum, by hand: w1 and w2 after each step."""
    point, velocity = np.array([-8.0, 6.0]), np.zeros(2)
    result = [point]
    for _ in range(steps):
        first, second = 2 - point[0] - point[1], 4 - 3 * point[0] - point[1]
        slope = np.array([-2 * first - 6 * second, -2 * first - 2 * second])
        velocity = 0.9 * velocity - 0.01 * slope
        point = point + velocity
        result.append(point)
    return np.array(result)


def shown(desk: Desk, name: str) -> str:
    return desk.find(name, QPlainTextEdit).toPlainText()


def test_every_fifth_step_is_written_as_csv(bench: Bench, tmp_path: Path) -> None:
    desk = Desk(bench, DataDialog)
    assert desk.find("data_steps").value() == 60  # before the first step: all that the scenario asks for
    desk.type("data_steps", "20")
    desk.type("data_every", "5")
    desk.type("data_path", str(tmp_path / "run.csv"))
    desk.settle()
    assert desk.text("data_preview_caption") == "5 rows"
    preview = shown(desk, "data_preview")
    desk.save_and_wait()
    text = (tmp_path / "run.csv").read_text()
    assert text.strip() == preview
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [int(row["step"]) for row in rows] == [0, 5, 10, 15, 20]
    points = [(float(row["w1"]), float(row["w2"])) for row in rows]
    np.testing.assert_allclose(points, descent(20)[::5], rtol=1e-12)
    assert [path.name for path in tmp_path.iterdir()] == ["run.csv"]


def test_the_state_on_screen_is_written_as_npz(bench: Bench, tmp_path: Path) -> None:
    bench.lab.go_to(3)
    bench.until_step(3)
    desk = Desk(bench, DataDialog)
    desk.type("data_path", str(tmp_path / "state.npz"))
    desk.settle()
    assert not desk.find("data_every").isVisible()
    assert "w1.grad" in shown(desk, "data_preview")
    desk.save_and_wait()
    with np.load(tmp_path / "state.npz") as arrays:
        assert set(arrays) == {"w1", "w2", "w1.grad", "w2.grad"}
        np.testing.assert_allclose([arrays["w1"], arrays["w2"]], descent(3)[3], rtol=1e-12)


def test_a_history_is_written_beside_the_last_state(bench: Bench, tmp_path: Path) -> None:
    bench.lab.go_to(6)
    bench.until_step(6)
    desk = Desk(bench, DataDialog)
    desk.type("data_path", str(tmp_path / "run.npz"))
    desk.settle()
    desk.find("data_history").click()
    desk.settle()
    desk.type("data_every", "3")
    desk.settle()
    assert "history.loss: 3" in shown(desk, "data_preview")
    desk.save_and_wait()
    with np.load(tmp_path / "run.npz") as arrays:
        np.testing.assert_array_equal(arrays["history.step"], [0, 3, 6])
        np.testing.assert_allclose(
            np.column_stack([arrays["history.w1"], arrays["history.w2"]]), descent(6)[::3], rtol=1e-12
        )
        np.testing.assert_allclose([arrays["w1"], arrays["w2"]], descent(6)[6], rtol=1e-12)


def test_one_run_of_a_race_can_be_written_alone(open_window, tmp_path: Path) -> None:
    bench = open_window("lecture-surface")
    bench.lab.run_choices.add(lambda sentence: None)
    bench.until(lambda: len(bench.lab.scenario.run) == 2)
    bench.lab.model.look_at(1)
    desk = Desk(bench, DataDialog)
    desk.type("data_steps", "2")
    desk.settle()
    assert desk.text("data_preview_caption") == "6 rows"
    desk.choose("data_runs", "focused")
    desk.settle()
    assert desk.text("data_preview_caption") == "3 rows"
    desk.type("data_path", str(tmp_path / "one.csv"))
    desk.save_and_wait()
    rows = list(csv.DictReader(io.StringIO((tmp_path / "one.csv").read_text())))
    assert {row["run"] for row in rows} == {"1"}


def test_a_walk_is_written_step_by_step(open_window, tmp_path: Path) -> None:
    desk = Desk(open_window("lecture-autograd"), DataDialog)
    desk.type("data_path", str(tmp_path / "walk.csv"))
    desk.save_and_wait()
    rows = list(csv.DictReader(io.StringIO((tmp_path / "walk.csv").read_text())))
    assert [int(row["step"]) for row in rows] == list(range(1, 22))


def test_slips_are_explained_and_a_closed_dialog_stops_its_runs(open_window, tmp_path: Path) -> None:
    bench = open_window("lecture-network")
    desk = Desk(bench, DataDialog)
    for field, wrong, right in (("data_every", "0", "2"), ("data_steps", "2000000", "900000")):
        desk.type(field, wrong)
        assert f"{wrong} is not allowed" in desk.text("data_numbers_error")
        assert not desk.can_save()
        desk.type(field, right)
        assert desk.text("data_numbers_error") == ""
    desk.type("data_path", str(tmp_path / "run.csv"))
    bench.until(lambda: desk.dialog._drawing.busy)
    desk.save()
    bench.until(lambda: desk.dialog._writing.busy)
    desk.dialog.cancel_button.click()
    bench.until(lambda: "cancelled" in desk.text("data_failure"))
    assert list(tmp_path.iterdir()) == []
    desk.dialog.reject()
    assert desk.ended == [0]


def test_a_script_is_shown_and_written(bench: Bench, tmp_path: Path) -> None:
    bench.lab.go_to(3)
    bench.until_step(3)
    desk = Desk(bench, NotebookDialog)
    desk.type("notebook_steps", "5")
    desk.type("notebook_path", str(tmp_path / "again.py"))
    desk.settle()
    assert "import torch" in shown(desk, "notebook_preview")
    desk.save_and_wait()
    code = (tmp_path / "again.py").read_text()
    compile(code, "again.py", "exec")
    desk = Desk(bench, NotebookDialog)
    assert desk.find("notebook_path").text().endswith(".py")
    desk.type("notebook_path", str(tmp_path / "again.ipynb"))
    desk.save_and_wait()
    assert (tmp_path / "again.ipynb").read_text().startswith("{")
