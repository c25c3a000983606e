"""Races in the real window: added, copied, removed, named, hidden, dragged, taken apart, as a user does it."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QComboBox, QDoubleSpinBox, QLabel, QTableView, QToolButton

from gdsim.export.run_colours import COLOURS
from gdsim.simulation import files
from gdsim.simulation.build import runner_of
from tests.app.conftest import Bench

SHIFT = Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def valley(open_window: Callable[..., Bench]) -> Bench:
    """Gradient descent against momentum."""
    return open_window("race-valley")


def press(bench: Bench, key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    QTest.keyClick(bench.find("contour_view"), key, modifier)


def click(bench: Bench, name: str) -> None:
    QTest.mouseClick(bench.find(name, QAbstractButton), Qt.MouseButton.LeftButton)


def until_race(bench: Bench, step: int, runs: int) -> None:
    def there() -> bool:
        race = None if bench.lab.snapshot is None else bench.shown.race
        return race is not None and len(race.runs) == runs and race.step == step and not bench.lab.trainer.waiting

    bench.until(there)


def choose(bench: Bench, number: int) -> None:
    """Click the name of a run in the table."""
    table = bench.find("runs_table", QTableView)
    bench.until(table.isVisible)
    bench.until(lambda: table.model().rowCount() == len(bench.lab.scenario.run))
    for column in range(table.model().columnCount()):
        if "Name" in str(table.model().headerData(column, Qt.Orientation.Horizontal)):
            break
    place = table.visualRect(table.model().index(number, column)).center()
    QTest.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=place)
    bench.until(lambda: bench.lab.model.focus == number and bench.shown.race.number == number)


def alone(bench: Bench, number: int, steps: int) -> np.ndarray:
    runner = runner_of(bench.lab.scenario, number)
    while runner.step_count < steps and runner.step():
        pass
    return runner.history.table()


def test_all_runs_step_in_lockstep_each_as_it_would_alone(valley: Bench) -> None:
    for count in (1, 2, 3):
        press(valley, Qt.Key.Key_Right)
        until_race(valley, count, 2)
    for number, state in enumerate(valley.shown.race.runs):
        assert state.table.tobytes() == alone(valley, number, 3).tobytes()
    press(valley, Qt.Key.Key_Left)
    until_race(valley, 2, 2)
    assert [state.step for state in valley.shown.race.runs] == [2, 2]


def test_the_table_is_in_front_and_chooses_whose_numbers_are_shown(valley: Bench) -> None:
    assert valley.find("runs_table").isVisible()
    assert not valley.find("gamma").isVisible() if valley.window.findChild(QDoubleSpinBox, "gamma") else True
    choose(valley, 1)
    assert valley.find("optimizer", QComboBox).currentData() == "momentum"
    assert valley.find("gamma").isVisible()
    assert "Momentum" in valley.find("optimizer_run", QLabel).text()
    press(valley, Qt.Key.Key_Right)
    until_race(valley, 1, 2)
    assert "velocity" in valley.shown.now.state
    assert "v_w1" in valley.lab.worksheet_text()


def test_settings_concern_the_chosen_run_alone_and_are_undone(valley: Bench) -> None:
    choose(valley, 1)
    press(valley, Qt.Key.Key_Right)
    until_race(valley, 1, 2)
    field = valley.find("learning_rate", QDoubleSpinBox)
    field.setFocus()
    field.selectAll()
    QTest.keyClicks(field, "0.02")
    QTest.keyClick(field, Qt.Key.Key_Return)
    valley.until(lambda: valley.lab.scenario.run[1].change != ())
    assert valley.lab.scenario.run[0].change == ()
    press(valley, Qt.Key.Key_Right)
    until_race(valley, 2, 2)
    for number, state in enumerate(valley.shown.race.runs):
        assert state.table.tobytes() == alone(valley, number, 2).tobytes()
    valley.window.actions_by_name["undo"].trigger()
    valley.until(lambda: valley.lab.scenario.run[1].change == () and not valley.shown.changes)
    until_race(valley, 2, 2)


def test_runs_are_added_copied_and_removed_while_the_race_stays_where_it_is(valley: Bench) -> None:
    for count in (1, 2):
        press(valley, Qt.Key.Key_Right)
        until_race(valley, count, 2)
    click(valley, "add_run")
    until_race(valley, 2, 3)
    assert valley.lab.model.focus == 2
    added = valley.lab.scenario.run[2]
    assert added.optimizer not in ("gd", "momentum")
    assert added.start == valley.lab.scenario.run[0].start
    valley.until(lambda: valley.find("runs_table", QTableView).currentIndex().row() == 2)
    click(valley, "copy_run_button")
    until_race(valley, 2, 4)
    assert valley.lab.scenario.run[3].hyper == added.hyper
    choose(valley, 0)
    click(valley, "remove_run_button")
    until_race(valley, 2, 3)
    assert [run.optimizer for run in valley.lab.scenario.run] == ["momentum", added.optimizer, added.optimizer]
    for number, state in enumerate(valley.shown.race.runs):
        assert state.table.tobytes() == alone(valley, number, 2).tobytes()
    for runs in (4, 3, 2):
        valley.window.actions_by_name["undo"].trigger()
        until_race(valley, 2, runs)
    assert valley.lab.scenario.run == files.load("race-valley").run


def test_two_runs_of_one_name_are_refused_beside_the_table(valley: Bench) -> None:
    panel = valley.lab.views.runs
    panel.renamed.emit(0, "same")
    valley.until(lambda: valley.lab.scenario.run[0].name == "same")
    panel.renamed.emit(1, "same")
    error = valley.find("runs_error", QLabel)
    assert error.isVisible() and "Two runs are called 'same'" in error.text()
    assert valley.lab.scenario.run[1].name == ""


def test_a_hidden_run_is_made_but_not_drawn(valley: Bench) -> None:
    press(valley, Qt.Key.Key_Right)
    until_race(valley, 1, 2)
    valley.lab.views.runs.hidden.emit(1, True)
    valley.until(lambda: valley.lab.scenario.run[1].hidden)
    assert [way.number for way in valley.lab.views.contour._ways] == [0]
    press(valley, Qt.Key.Key_Right)
    until_race(valley, 2, 2)
    assert valley.shown.race.runs[1].step == 2


def test_one_that_diverges_stays_and_the_others_go_on(open_window: Callable[..., Bench]) -> None:
    bench = open_window("race-valley", ["run.0.learning_rate=5"])
    bench.lab.trainer.seek(400)
    until_race(bench, 400, 2)
    lost, going = bench.shown.race.runs
    assert lost.diverged_at is not None and lost.step == lost.diverged_at < 400
    assert going.step == 400
    note = bench.find("run_note", QLabel)
    assert note.isVisible() and "Gradient descent" in note.text() and str(lost.diverged_at) in note.text()
    choose(bench, 1)
    bench.until(lambda: not note.isVisible())


def test_dragging_the_start_moves_all_starts_or_one(valley: Bench) -> None:
    view = valley.lab.views.contour

    def place(x: float, y: float) -> QPointF:
        return view.mapFromScene(view.plotItem.vb.mapViewToScene(QPointF(x, y)))

    def drag(x: float, y: float) -> None:
        QTest.mousePress(view.viewport(), Qt.MouseButton.LeftButton, pos=place(-8, 6))
        QTest.mouseMove(view.viewport(), place(x, y))
        QTest.mouseRelease(view.viewport(), Qt.MouseButton.LeftButton, pos=place(x, y))

    if not valley.find("move_all", QAbstractButton).isChecked():
        click(valley, "move_all")
    drag(3.0, -4.0)
    valley.until(lambda: abs(valley.lab.scenario.run[0].start["w1"] - 3) < 0.2)
    one, other = valley.lab.scenario.run
    assert one.start == other.start
    valley.window.actions_by_name["undo"].trigger()
    valley.until(lambda: valley.lab.scenario.run[0].start["w1"] == -8)
    click(valley, "move_all")
    drag(3.0, -4.0)
    valley.until(lambda: abs(valley.lab.scenario.run[0].start["w1"] - 3) < 0.2)
    assert valley.lab.scenario.run[1].start == {"w1": -8.0, "w2": 6.0}


def test_each_run_has_its_colour_in_both_drawings_and_the_chart(valley: Bench) -> None:
    valley.lab.trainer.seek(40)
    until_race(valley, 40, 2)
    for view in (valley.lab.views.surface, valley.lab.views.contour):
        image = view.grab_image(700, 500).convertToFormat(image_format())
        pixels = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), -1, 4)[:, : image.width(), :3]
        for number in (0, 1):
            colour = [int(COLOURS[number][i : i + 2], 16) for i in (1, 3, 5)]
            assert (np.abs(pixels.astype(int) - colour).max(axis=2) <= 40).sum() > 40, (view.objectName(), number)
    names = [line[0] for line in valley.lab.views.loss._header.legend.lines()]
    assert len(names) == 2


def image_format() -> object:
    from PySide6.QtGui import QImage

    return QImage.Format.Format_RGBX8888


def test_adam_is_taken_apart_with_squares_arrows_and_words(open_window: Callable[..., Bench]) -> None:
    bench = open_window("race-saddle")
    press(bench, Qt.Key.Key_Right)
    until_race(bench, 1, 3)
    caption = bench.find("update_caption")
    said = []
    while bench.shown.race.step == 1:
        before = bench.shown.phase, bench.shown.part
        press(bench, Qt.Key.Key_Right, SHIFT)
        bench.until(lambda before=before: (bench.shown.phase, bench.shown.part) != before)
        said.append(caption.text())
    assert bench.shown.race.step == 2
    wanted = ("forward", "backward", "first moment", "second moment", "bias correction", "move")
    for word, sentence in zip(wanted, said, strict=False):
        assert word in sentence.lower(), (word, sentence)


def test_a_schedule_and_noise_are_set_in_the_panel(bench: Bench) -> None:
    box = bench.find("schedule", QComboBox)
    box.setFocus()
    box.setCurrentIndex(box.findData("cosine"))
    box.activated.emit(box.currentIndex())
    bench.until(lambda: bench.lab.scenario.run[0].schedule.kind == "cosine")
    click(bench, "more_hyper")
    field = bench.find("noise", QDoubleSpinBox)
    bench.until(field.isVisible)
    field.setFocus()
    field.selectAll()
    QTest.keyClicks(field, "2")
    QTest.keyClick(field, Qt.Key.Key_Return)
    bench.until(lambda: bench.lab.scenario.run[0].hyper["noise"] == 2.0)
    for count in (1, 2, 3):
        press(bench, Qt.Key.Key_Right)
        bench.until_step(count)
    assert bench.shown.table.tobytes() == alone(bench, 0, 3).tobytes()
    rates = bench.shown.column("learning_rate")
    assert rates[0] == 0.01 and rates[3] < rates[1] < 0.01
    assert bench.find("learning_rate", QDoubleSpinBox).value() == 0.01, "the field shows what is set"
    bench.window.actions_by_name["undo"].trigger()
    bench.window.actions_by_name["undo"].trigger()
    bench.until(lambda: bench.lab.scenario.run[0].schedule.kind == "constant")


def test_any_class_of_torch_can_be_chosen(bench: Bench) -> None:
    box = bench.find("optimizer", QComboBox)
    index = box.findData("torch:Rprop")
    box.setCurrentIndex(index)
    box.activated.emit(index)
    bench.until(lambda: bench.lab.scenario.run[0].optimizer == "torch:Rprop")
    bench.until(bench.find("eta1", QDoubleSpinBox).isVisible)
    press(bench, Qt.Key.Key_Right)
    bench.until_step(1)
    bench.window.actions_by_name["undo"].trigger()
    bench.until(lambda: bench.lab.scenario.run[0].optimizer == "momentum")


def test_a_class_that_refuses_says_so_until_another_is_chosen(open_window: Callable[..., Bench]) -> None:
    bench = open_window("lecture-surface", ["run.optimizer=torch:Muon"])
    message = bench.find("message", QLabel)
    press(bench, Qt.Key.Key_Right)
    bench.until(lambda: message.isVisible() and "Muon" in message.text())
    press(bench, Qt.Key.Key_Right, SHIFT)
    bench.until(lambda: bench.shown.phase == "forward")
    bench.lab.choices.optimizer("gd")
    bench.until(lambda: not message.isVisible())
    press(bench, Qt.Key.Key_Right)
    bench.until_step(1)


def test_networks_race_too(open_window: Callable[..., Bench]) -> None:
    bench = open_window("network-race")
    bench.lab.trainer.seek(20)
    until_race(bench, 20, 3)
    for number, state in enumerate(bench.shown.race.runs):
        assert state.table.tobytes() == alone(bench, number, 20).tobytes()
    assert len(bench.lab.views.loss._header.legend.lines()) == 3
    choose(bench, 2)
    assert bench.find("optimizer", QComboBox).currentData() == "adam"
    assert not bench.find("move_all").isVisible()
    assert isinstance(bench.find("remove_run_button"), QToolButton | QAbstractButton)


def test_a_share_must_stay_below_1_and_the_sentence_says_so(bench: Bench) -> None:
    bench.lab.choices.optimizer("adam")
    bench.until(lambda: "beta1" in bench.shown.now.hyper)
    field = bench.find("beta1", QDoubleSpinBox)
    bench.until(field.isVisible)
    field.setFocus()
    field.selectAll()
    QTest.keyClicks(field, "1")
    QTest.keyClick(field, Qt.Key.Key_Return)
    message = bench.find("beta1_message", QLabel)
    assert message.isVisible() and "to below 1." in message.text()
    assert bench.lab.scenario.run[0].hyper["beta1"] == 0.9
