"""The network lab, used as a lecturer uses it: keys, clicks and fields, against the notebook's own numbers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QApplication,
    QCheckBox,
    QComboBox,
    QDoubleSpinBox,
    QLabel,
    QLineEdit,
    QToolButton,
    QWidget,
)

from gdsim.app.exports.screen_pictures import render_image
from gdsim.app.widgets.polite import is_refused
from gdsim.problems.network import NetworkProblem
from gdsim.simulation.build import runner_of
from gdsim.simulation.files import load
from tests.app.conftest import Bench


@pytest.fixture
def bench(open_window) -> Bench:
    """The window on the lecture's network."""
    return open_window("lecture-network")


def press(bench: Bench, *keys: Qt.Key) -> None:
    for key in keys:
        QTest.keyClick(bench.window, key)


def enter(bench: Bench, name: str, text: str) -> None:
    """Type a number into a field as a user does."""
    field = bench.find(name, QDoubleSpinBox)
    field.setFocus()
    field.selectAll()
    QTest.keyClicks(field, text)
    QTest.keyClick(field, Qt.Key.Key_Return)


def choose(bench: Bench, name: str, data: str) -> None:
    """Choose an entry of a combo box by its data, as a click in its list does."""
    box = bench.find(name, QComboBox)
    index = box.findData(data)
    assert index >= 0, data
    box.setCurrentIndex(index)
    box.activated.emit(index)


def cells(bench: Bench, table: str, rows: int = 2, columns: int = 3) -> list[list[float]]:
    """Return the first numbers of a table in full precision."""
    model = bench.find(table).model()
    return [
        [float(model.data(model.index(r, c), Qt.ItemDataRole.EditRole)) for c in range(columns)] for r in range(rows)
    ]


def said(bench: Bench, name: str) -> str:
    label = bench.find(name, QLabel)
    return label.text() if label.isVisible() else ""


def grad_words(bench: Bench) -> str:
    return bench.find("grad_state").accessibleName() + " " + _texts(bench.find("grad_state"))


def _texts(widget: QWidget) -> str:
    labels = [widget, *widget.findChildren(QLabel)]
    return " ".join(label.text() for label in labels if hasattr(label, "text"))


def until_phase(bench: Bench, phase: str) -> None:
    bench.until(lambda: bench.shown.phase == phase and bench.lab.display.turns.done)


def until_step(bench: Bench, step: int) -> None:
    """Wait until a step is shown in every view."""
    bench.until(lambda: bench.shown.now.step == step and bench.lab.display.turns.done)


def test_the_lecture_network_opens_ready_to_step(bench: Bench, oracles: dict[str, Any]) -> None:
    known = oracles["network"]
    assert bench.shown.now.loss == pytest.approx(known["loss_at_start"], abs=1e-7)
    np.testing.assert_allclose(cells(bench, "parameter_table"), known["linear1_weight"], rtol=5e-5)
    assert "391 parameters" in _texts(bench.find("network_panel"))
    assert "500 samples, 20 features, 3 classes" in _texts(bench.find("data_panel"))
    assert "None" in grad_words(bench)
    assert bench.find("tensor_parameter", QComboBox).currentText() == "linear1.weight (13 x 20)"


def test_forward_and_backward_give_the_printed_gradient(bench: Bench, oracles: dict[str, Any]) -> None:
    press(bench, Qt.Key.Key_F, Qt.Key.Key_B)
    until_phase(bench, "backward")
    np.testing.assert_allclose(cells(bench, "gradient_table"), oracles["network"]["linear1_gradient"], rtol=5e-5)
    assert "fresh" in grad_words(bench)
    press(bench, Qt.Key.Key_Z)
    bench.until(lambda: bench.shown.grad is None and bench.lab.display.turns.done)
    assert "None" in grad_words(bench)


def test_four_stale_updates_at_a_learning_rate_of_ten(bench: Bench, oracles: dict[str, Any]) -> None:
    choose(bench, "optimizer", "gd")
    bench.until(lambda: "gamma" not in bench.shown.now.hyper)
    enter(bench, "learning_rate", "10")
    bench.until(lambda: bench.shown.now.hyper["learning_rate"] == 10.0)
    for name in ("forward", "backward", "update", "update", "update", "update"):
        QTest.mouseClick(bench.find(name, QToolButton), Qt.MouseButton.LeftButton)
    until_step(bench, 4)
    expected = oracles["network"]["linear1_weight_after_four_stale_updates"]
    np.testing.assert_allclose(cells(bench, "parameter_table"), expected, rtol=5e-5)
    assert "stale, of step 0" in grad_words(bench)
    assert bench.shown.events == {1: (), 2: (), 3: ()}


def test_a_second_backward_is_refused_unless_the_graph_was_kept(bench: Bench) -> None:
    press(bench, Qt.Key.Key_F, Qt.Key.Key_B)
    until_phase(bench, "backward")
    press(bench, Qt.Key.Key_B)
    bench.until(lambda: "freed" in said(bench, "verbs_error"))
    assert bench.shown.grad.count == 1
    press(bench, Qt.Key.Key_K, Qt.Key.Key_F, Qt.Key.Key_B, Qt.Key.Key_B)
    bench.until(lambda: bench.shown.grad is not None and bench.shown.grad.count == 3)
    bench.until(lambda: bench.lab.display.turns.done)
    assert said(bench, "verbs_error") == ""
    assert "accumulated 3 times" in grad_words(bench)
    press(bench, Qt.Key.Key_U)
    until_step(bench, 1)
    assert bench.lab.scenario.run[0].events == {0: ("zero_grad", "backward", "backward", "backward")}


def test_update_without_a_gradient_says_what_to_do(bench: Bench) -> None:
    press(bench, Qt.Key.Key_U)
    bench.until(lambda: "run backward first" in said(bench, "verbs_error"))
    assert bench.shown.now.step == 0


def test_steps_give_the_five_losses_and_rewind_bit_for_bit(bench: Bench, oracles: dict[str, Any]) -> None:
    for step in range(1, 5):
        press(bench, Qt.Key.Key_Right)
        until_step(bench, step)
    expected = oracles["network"]["losses_momentum_lr01_gamma09"]
    np.testing.assert_allclose(bench.shown.column("loss"), expected, rtol=2e-7)
    there = bench.shown.now.parameters
    press(bench, Qt.Key.Key_Left)
    until_step(bench, 3)
    bench.find("timeline").setValue(1)
    until_step(bench, 1)
    bench.find("timeline").setValue(4)
    until_step(bench, 4)
    assert all((bench.shown.now.parameters[name] == there[name]).all() for name in there)


def edit_cell(bench: Bench, row: int, column: int, text: str) -> None:
    table = bench.find("parameter_table")
    index = table.model().index(row, column)
    table.setFocus()
    table.setCurrentIndex(index)
    QTest.keyClick(table, Qt.Key.Key_F2)
    bench.until(lambda: bench.window.findChild(QLineEdit, "tensor_editor") is not None)
    editor = bench.find("tensor_editor", QLineEdit)
    editor.selectAll()
    QTest.keyClicks(editor, text)
    QTest.keyClick(editor, Qt.Key.Key_Return)


def test_a_weight_edited_by_hand_is_an_event_of_the_run(bench: Bench, tmp_path: Path) -> None:
    press(bench, Qt.Key.Key_Right, Qt.Key.Key_Right)
    until_step(bench, 2)
    loss = bench.shown.now.loss
    edit_cell(bench, 0, 1, "2.5")
    bench.until(lambda: float(bench.shown.now.parameters["linear1.weight"][0, 1]) == 2.5)
    assert bench.shown.now.loss != loss
    press(bench, Qt.Key.Key_Right)
    until_step(bench, 3)
    after = bench.shown.table.copy()
    press(bench, Qt.Key.Key_Left, Qt.Key.Key_Left)
    until_step(bench, 1)
    press(bench, Qt.Key.Key_Right, Qt.Key.Key_Right)
    until_step(bench, 3)
    assert np.array_equal(bench.shown.table, after, equal_nan=True)
    bench.window.documents.write(tmp_path / "edited.toml")
    runner = runner_of(load(tmp_path / "edited.toml"))
    for _ in range(3):
        runner.step()
    assert np.array_equal(runner.history.table(), after, equal_nan=True)
    bench.window.actions_by_name["undo"].trigger()
    bench.until(lambda: bench.shown.events == {} and bench.shown.last_step == 3)
    bench.find("timeline").setValue(2)
    until_step(bench, 2)
    assert bench.shown.now.loss == loss


def test_each_edit_is_taken_back_by_itself(bench: Bench) -> None:
    for column, text in enumerate(("0.5", "0.6", "0.7")):
        edit_cell(bench, 0, column, text)
        bench.until(lambda n=column: len(bench.lab.scenario.run[0].events.get(0, ())) == n + 3)
    for left in (2, 1, 0):
        QTest.keyClick(bench.window, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
        bench.until(lambda n=left: len(bench.shown.events.get(0, ())) == (n + 2 if n else 0))


def test_a_cell_that_is_no_number_is_refused(bench: Bench) -> None:
    before = bench.shown.now.parameters["linear1.weight"][0, 0]
    edit_cell(bench, 0, 0, "abc")
    bench.until(lambda: "abc" in said(bench, "tensor_error"))
    assert bench.shown.now.parameters["linear1.weight"][0, 0] == before
    assert bench.shown.events == {}


def test_a_learning_rate_changed_while_training_is_recorded(bench: Bench) -> None:
    bench.find("speed", QDoubleSpinBox).setValue(500)
    press(bench, Qt.Key.Key_Space)
    bench.until(lambda: bench.shown.now.step > 30)
    enter(bench, "learning_rate", "0.01")
    bench.until(lambda: bool(bench.shown.changes) and bench.shown.now.step > max(bench.shown.changes) + 30)
    press(bench, Qt.Key.Key_Space)
    bench.until(lambda: not bench.shown.playing)
    ((at, change),) = bench.shown.changes.items()
    assert change == {"learning_rate": 0.01}
    rates = bench.shown.column("learning_rate")
    assert (rates[:at] == 0.1).all() and (rates[at:] == 0.01).all()
    fresh = runner_of(bench.lab.scenario)
    while fresh.step_count < bench.shown.last_step:
        fresh.step()
    assert np.array_equal(fresh.history.table(), bench.shown.table, equal_nan=True)


def test_at_a_slow_pace_every_view_shows_the_same_step(bench: Bench) -> None:
    bench.find("speed", QDoubleSpinBox).setValue(20)
    press(bench, Qt.Key.Key_Space)
    seen = set()

    def look() -> bool:
        if not bench.lab.display.turns.done:
            return False  # a round that is not over yet
        step = bench.find("timeline").value()
        others = [bench.lab.views.loss._current, bench.lab.views.gradient._current]
        assert others == [step, step]
        assert float(bench.shown.column("loss")[step]) == bench.shown.now.loss
        if bench.shown.grad is not None:
            assert f"stale, of step {step - 1}" in grad_words(bench)
        seen.add(step)
        return len(seen) > 12

    bench.until(look)


def test_the_network_changes_in_mid_run(bench: Bench) -> None:
    press(bench, Qt.Key.Key_Space)
    bench.until(lambda: bench.shown.now.step > 2)
    units = bench.find("units_1")
    units.setFocus()
    units.selectAll()
    QTest.keyClicks(units, "5")
    QTest.keyClick(units, Qt.Key.Key_Return)
    bench.until(lambda: bench.shown.now.parameters["linear1.weight"].shape == (5, 20))
    assert bench.shown.now.step == 0
    assert "167 parameters" in _texts(bench.find("network_panel"))
    bench.window.actions_by_name["undo"].trigger()
    bench.until(lambda: bench.shown.now.parameters["linear1.weight"].shape == (13, 20))


def test_a_batch_larger_than_the_data_is_refused_beside_its_field(bench: Bench) -> None:
    bench.lab.views.network.chosen.emit({"problem.batch_size": 501})
    bench.until(lambda: "A batch of 501 is not possible" in said(bench, "network_error"))
    assert bench.lab.scenario.problem.batch_size is None
    press(bench, Qt.Key.Key_Right)
    until_step(bench, 1)


def test_epochs_of_mini_batches(open_window) -> None:
    bench = open_window("network-spirals")
    assert bench.shown.problem.steps_per_epoch == 10
    bench.lab.views.verbs.epochs.setValue(3)
    bench.window.actions_by_name["run_epochs"].trigger()
    until_step(bench, 30)
    held_out = bench.shown.column("held_out_accuracy")
    assert np.flatnonzero(np.isfinite(held_out)).tolist() == [0, 10, 20, 30]


def csv_file(folder: Path, text: str | bytes) -> Path:
    path = folder / "heights.csv"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def take_file(bench: Bench, path: Path) -> None:
    bench.lab.views.data.chosen.emit({"problem.data.source": "csv", "problem.data.file": str(path)})


def test_a_csv_file_of_ones_own(bench: Bench, tmp_path: Path) -> None:
    rows = "\n".join(f"{i / 10};{i % 7};{'tall' if i > 20 else 'small'}" for i in range(40))
    take_file(bench, csv_file(tmp_path, f"height;age;kind\n{rows}\n"))
    bench.until(lambda: bench.shown.problem.data.class_names == ("small", "tall"))
    assert bench.shown.now.parameters["linear1.weight"].shape == (13, 2)
    assert bench.shown.problem.data.features[3].tolist() == pytest.approx([0.3, 3.0])
    assert "40 samples, 2 features, 2 classes" in _texts(bench.find("data_panel"))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a,b,kind\n1,2,x\n3,,y\n", ["line 3", "b", "missing"]),
        ("a,b,kind\n1,2,x\n3,cat,y\n", ["line 3", "b", "'cat'"]),
        ("a,kind\n1,x\n2,x\n", ["class"]),
        ("a,kind\n1,x\n", ["row"]),
        (b"a,kind\n\xff\xfe1,x\n2,y\n", ["UTF-8"]),
    ],
)
def test_a_bad_csv_file_is_explained_and_changes_nothing(
    bench: Bench, tmp_path: Path, text: str | bytes, words: list[str]
) -> None:
    before = bench.lab.scenario
    take_file(bench, csv_file(tmp_path, text))
    bench.until(lambda: said(bench, "data_error") != "")
    assert all(word in said(bench, "data_error") for word in words), said(bench, "data_error")
    assert bench.lab.scenario == before
    press(bench, Qt.Key.Key_Right)
    until_step(bench, 1)


def test_a_run_that_diverges_stops_and_can_be_rewound(bench: Bench) -> None:
    choose(bench, "optimizer", "gd")
    bench.until(lambda: "gamma" not in bench.shown.now.hyper)
    enter(bench, "learning_rate", "1e38")
    bench.until(lambda: bench.shown.now.hyper["learning_rate"] == 1e38)
    bench.window.actions_by_name["run_n"].trigger()
    bench.until(lambda: bench.shown.diverged_at is not None and not bench.shown.playing)
    bench.until(lambda: bench.lab.display.turns.done)
    assert "diverged and stopped" in said(bench, "run_note")
    press(bench, Qt.Key.Key_Left)
    bench.until(lambda: bench.shown.now.step == bench.shown.diverged_at - 1)
    assert np.isfinite(bench.shown.now.loss)


def test_each_lab_keeps_its_run(open_window) -> None:
    bench = open_window()
    press(bench, Qt.Key.Key_Right)
    bench.until_step(1)
    actions = bench.window.actions_by_name
    assert not actions["forward"].isEnabled()
    QTest.mouseClick(bench.find("lab_network", QToolButton), Qt.MouseButton.LeftButton)
    bench.until(lambda: bench.lab.name == "network" and bench.lab.snapshot is not None)
    assert actions["forward"].isEnabled() and not actions["camera_top"].isEnabled()
    assert bench.find("network_lab").isVisible() and not bench.find("surface_lab").isVisible()
    press(bench, Qt.Key.Key_Right, Qt.Key.Key_Right)
    until_step(bench, 2)
    QTest.keyClick(bench.window, Qt.Key.Key_1, Qt.KeyboardModifier.AltModifier)
    bench.until(lambda: bench.lab.name == "surface")
    assert bench.shown.now.step == 1
    QTest.keyClick(bench.window, Qt.Key.Key_2, Qt.KeyboardModifier.AltModifier)
    until_step(bench, 2)


def test_a_playing_lab_pauses_when_another_comes(bench: Bench) -> None:
    press(bench, Qt.Key.Key_Space)
    bench.until(lambda: bench.shown.playing and bench.shown.now.step > 1)
    network = bench.lab
    QTest.mouseClick(bench.find("lab_surface", QToolButton), Qt.MouseButton.LeftButton)
    bench.until(lambda: bench.lab.name == "surface" and bench.lab.snapshot is not None)
    assert not bench.window.actions_by_name["play"].isChecked()
    QTest.mouseClick(bench.find("lab_network", QToolButton), Qt.MouseButton.LeftButton)
    bench.until(lambda: not network.snapshot.playing)
    step = network.snapshot.now.step
    press(bench, Qt.Key.Key_Right)
    until_step(bench, step + 1)


def test_a_unit_that_is_clicked_is_written_out(bench: Bench) -> None:
    bench.lab.views.diagram.unit_chosen.emit(2, 1)
    bench.until(lambda: bench.lab.views.unit.isVisible() and bench.lab.views.unit.is_typeset())
    problem = bench.shown.problem
    assert isinstance(problem, NetworkProblem)
    text = bench.lab.worksheet_text()
    assert "output, unit 1" in text


def test_two_features_have_a_decision_map(open_window) -> None:
    bench = open_window("network-xor")
    view = bench.find("decision_map")
    bench.until(lambda: view.isVisible() and bench.lab.display._mapped_at > 0)
    bench.window.actions_by_name["run_n"].trigger()
    bench.until(lambda: bench.shown.now.step == 200 and not bench.shown.playing)
    bench.until(lambda: len(colours(view)) > 8)
    assert set(bench.lab.pictures()) == {"diagram", "decision", "both"}
    assert not render_image(bench.lab, "both", 600, 300, "light").isNull()


def colours(view: QWidget) -> set[int]:
    image = view.grab().toImage()
    return {image.pixel(QPoint(x, y)) for x in range(0, image.width(), 5) for y in range(0, image.height(), 5)}


def test_dark_theme_reaches_every_view(bench: Bench) -> None:
    views = (bench.lab.views.loss, bench.lab.views.diagram.canvas, bench.find("parameter_table").viewport())

    def lightness() -> list[int]:
        return [view.grab().toImage().pixelColor(view.width() - 3, view.height() - 3).lightness() for view in views]

    assert min(lightness()) > 200
    bench.window.actions_by_name["theme_dark"].trigger()
    try:
        bench.until(lambda: max(lightness()) < 90)
    finally:
        bench.window.actions_by_name["theme_light"].trigger()


def test_a_network_that_takes_long_to_set_up_says_so(bench: Bench) -> None:
    bench.lab.views.network.chosen.emit({"problem.layer": [{"units": 3000, "activation": "relu", "bias": True}] * 2})
    bench.until(lambda: "Setting up" in said(bench, "message"))
    bench.until(lambda: bench.shown.now.parameters["linear2.weight"].shape == (3000, 3000))
    bench.until(lambda: said(bench, "message") == "")


def test_choices_of_the_views_are_remembered(open_window) -> None:
    first = open_window("lecture-network")
    first.lab.views.tensors.set_digits(6)
    first.lab.views.loss.log = True
    first.window.close()
    second = open_window("lecture-network")
    assert second.lab.views.tensors.digits() == 6
    assert second.lab.views.loss.log


def test_the_window_closes_in_the_middle_of_training(bench: Bench) -> None:
    bench.lab.trainer.play(float("inf"))
    bench.until(lambda: bench.shown.now.step > 100)
    bench.window.close()
    assert not bench.lab.trainer._worker.isRunning()


def type_into(bench: Bench, name: str, text: str, end: Qt.Key = Qt.Key.Key_Return) -> None:
    field = bench.find(name)
    field.setFocus()
    field.selectAll()
    QTest.keyClicks(field, text)
    QTest.keyClick(field, end)


def test_an_entry_ended_with_escape_is_never_applied(bench: Bench) -> None:
    for step, (name, text) in enumerate((("learning_rate", "7"), ("units_1", "5")), start=1):
        before = bench.find(name).text()
        type_into(bench, name, text, Qt.Key.Key_Escape)
        assert bench.find(name).text() == before != text
        QTest.mouseClick(bench.find("speed", QDoubleSpinBox), Qt.MouseButton.LeftButton)
        QTest.keyClick(bench.find("speed"), Qt.Key.Key_Escape)
        press(bench, Qt.Key.Key_Right)
        until_step(bench, step)
    assert bench.shown.changes == {}
    assert bench.lab.scenario.problem.layer[0].units == 13


def test_space_plays_after_a_click_on_a_check_box(bench: Bench) -> None:
    switch = bench.find("bias_1", QCheckBox)
    QTest.mouseClick(switch, Qt.MouseButton.LeftButton, pos=QPoint(8, switch.height() // 2))
    bench.until(lambda: "linear1.bias" in bench.shown.now.parameters)
    QTest.keyClick(QApplication.focusWidget() or bench.window, Qt.Key.Key_Space)
    bench.until(lambda: bench.shown.now.step > 2)
    assert switch.isChecked()


def test_a_refused_number_of_samples_blocks_nothing_else(open_window) -> None:
    bench = open_window("network-spirals")
    type_into(bench, "batch_size", "33")
    assert bench.lab.scenario.problem.batch_size == 33
    before = bench.find("data_samples").text()
    type_into(bench, "data_samples", "20")
    assert "A batch of 33 is not possible" in said(bench, "data_error")
    assert bench.find("data_samples").text() == "20" and is_refused(bench.find("data_samples"))
    type_into(bench, "data_seed", "7")
    assert bench.lab.scenario.problem.data.seed == 7
    assert (bench.find("data_samples").text(), said(bench, "data_error")) == (before, "")
    type_into(bench, "data_samples", "20")
    assert is_refused(bench.find("data_samples"))
    type_into(bench, "data_samples", before)
    assert not is_refused(bench.find("data_samples")) and said(bench, "data_error") == ""


def test_a_refused_number_goes_back_once_something_else_is_chosen(open_window) -> None:
    bench = open_window("network-spirals")
    before = bench.find("data_samples").text()
    type_into(bench, "data_samples", "20")
    assert is_refused(bench.find("data_samples"))
    switch = bench.find("full_batch", QCheckBox)
    QTest.mouseClick(switch, Qt.MouseButton.LeftButton, pos=QPoint(8, switch.height() // 2))
    assert bench.lab.scenario.problem.batch_size is None
    assert (bench.find("data_samples").text(), said(bench, "data_error")) == (before, "")
    assert not is_refused(bench.find("data_samples"))
