"""Stepping, setting and dragging in the real window, as a user does it."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, QRect, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QComboBox,
    QDoubleSpinBox,
    QLabel,
    QLineEdit,
    QScrollArea,
    QSlider,
    QWidget,
)

from gdsim.optimizers import ORDER
from tests.app.conftest import Bench

NAMES = (
    "elevation azimuth learning_rate gamma optimizer formula step next_phase step_back play reset speed timeline "
    "export_image surface_view contour_view worksheet loss_chart"
).split()


def type_into(bench: Bench, field: QLineEdit | QDoubleSpinBox, text: str, enter: bool = True) -> None:
    field.setFocus()
    field.selectAll()
    QTest.keyClicks(field, text)
    if enter:
        QTest.keyClick(field, Qt.Key.Key_Return)


def press(bench: Bench, key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    QTest.keyClick(bench.find("contour_view"), key, modifier)


def contour_place(bench: Bench, x: float, y: float) -> QPoint:
    view = bench.lab.views.contour
    return view.mapFromScene(view.plotItem.vb.mapViewToScene(QPointF(x, y)))


def test_every_control_has_its_name_below_the_lab(bench: Bench) -> None:
    for name in NAMES:
        widget = bench.find(name)
        assert widget.accessibleName(), name
        assert bench.lab.isAncestorOf(widget) or name == "export_image", name
        assert widget.isVisible(), name


def test_nothing_is_clipped_at_1280x720(bench: Bench) -> None:
    inside = bench.window.rect()
    for name in NAMES:
        widget = bench.find(name)
        corner = widget.mapTo(bench.window, widget.rect().bottomRight())
        assert inside.contains(corner), name
        assert widget.width() >= min(widget.minimumSizeHint().width(), 40), name
    surface = bench.lab.views.surface
    assert surface.width() >= 640 and surface.height() >= 340


def test_keys_step_phase_back_and_reset(bench: Bench) -> None:
    for count in (1, 2, 3):
        press(bench, Qt.Key.Key_Right)
        bench.until_step(count)
    press(bench, Qt.Key.Key_Left)
    bench.until_step(2)
    press(bench, Qt.Key.Key_PageDown)
    bench.until_step(3)
    press(bench, Qt.Key.Key_PageUp)
    bench.until_step(2)
    for phase in ("forward", "backward"):
        press(bench, Qt.Key.Key_Right, Qt.KeyboardModifier.ShiftModifier)
        bench.until(lambda phase=phase: bench.shown.phase == phase)
        assert phase in bench.find("step_label").text()
    caption = bench.find("update_caption")
    for part, said in enumerate(("velocity", "gradient", "move"), 1):
        press(bench, Qt.Key.Key_Right, Qt.KeyboardModifier.ShiftModifier)
        bench.until(lambda part=part: bench.shown.part == part)
        assert said in caption.text().lower()
        assert bench.shown.now.step == 2
    press(bench, Qt.Key.Key_Right, Qt.KeyboardModifier.ShiftModifier)
    bench.until_step(3)
    press(bench, Qt.Key.Key_Home)
    bench.until_step(0)
    assert bench.shown.last_step == 0


def test_keys_that_belong_to_a_field_stay_there(bench: Bench) -> None:
    formula = bench.find("formula", QLineEdit)
    formula.setFocus()
    formula.setCursorPosition(5)
    QTest.keyClick(formula, Qt.Key.Key_Left)
    QTest.keyClick(formula, Qt.Key.Key_Space)
    assert formula.cursorPosition() == 5
    assert bench.shown.now.step == 0
    assert not bench.shown.playing


def test_space_plays_and_pauses(bench: Bench) -> None:
    type_into(bench, bench.find("speed", QDoubleSpinBox), "100")
    press(bench, Qt.Key.Key_Space)
    bench.until(lambda: bench.shown.now.step > 10 and bench.shown.playing)
    press(bench, Qt.Key.Key_Space)
    bench.until(lambda: not bench.shown.playing)
    assert not bench.find("play", QAbstractButton).isChecked()


def test_run_and_timeline(bench: Bench) -> None:
    QTest.mouseClick(bench.find("run_n"), Qt.MouseButton.LeftButton)
    bench.until_step(60)
    timeline = bench.find("timeline", QSlider)
    assert (timeline.value(), timeline.maximum()) == (60, 60)
    QTest.mouseClick(timeline, Qt.MouseButton.LeftButton, pos=QPoint(round(timeline.x_of(17)), timeline.height() // 2))
    bench.until_step(17)
    assert bench.shown.last_step == 60
    assert bench.find("step_label").text() == "step 17 of 60"


def test_the_numbers_of_the_oracle_in_the_window(open_window, oracles: dict) -> None:
    run = oracles["surface"]["run"][2]
    bench = open_window(
        "lecture-surface",
        [f"run.learning_rate={run['learning_rate']}", f"run.gamma={run['gamma']}", "run.start.w1=0", "run.start.w2=0"],
    )
    assert "-28.0000" in bench.lab.views.worksheet.plain_text().replace("\N{MINUS SIGN}", "-")
    bench.lab.trainer.seek(50)
    bench.until_step(50)
    shown = [float(bench.shown.now.parameters[name]) for name in ("w1", "w2")]
    np.testing.assert_allclose(shown, run["w"], atol=5e-9)


def test_a_learning_rate_typed_in_mid_run_is_marked_and_repeated(bench: Bench) -> None:
    bench.lab.trainer.seek(20)
    bench.until_step(20)
    type_into(bench, bench.find("learning_rate", QDoubleSpinBox), "0.05")
    bench.until(lambda: bench.shown.changes == {20: {"learning_rate": 0.05}})
    bench.lab.trainer.seek(30)
    bench.until_step(30)
    table = bench.shown.table.copy()
    (mark,) = bench.find("timeline")._marks
    assert mark.step == 20
    assert "0.05" in mark.text and "0.01" in mark.text
    bench.lab.trainer.seek(5)
    bench.until_step(5)
    assert bench.find("learning_rate", QDoubleSpinBox).value() == 0.01
    bench.lab.trainer.seek(30)
    bench.until_step(30)
    assert bench.find("learning_rate", QDoubleSpinBox).value() == 0.05
    assert (bench.shown.table == table).all()
    assert bench.lab.scenario.run[0].change[0].step == 20


@pytest.mark.parametrize(
    ("overrides", "rate", "word"),
    [
        (["run.optimizer=gd"], "0.0857", "converges"),
        (["run.optimizer=gd"], "0.0858", "diverges"),
        (["run.gamma=0.9"], "0.1629", "converges"),
        (["run.gamma=0.9"], "0.1631", "diverges"),
    ],
)
def test_the_worksheet_says_where_the_learning_rate_stands(open_window, overrides, rate: str, word: str) -> None:
    bench = open_window("lecture-surface", overrides)
    type_into(bench, bench.find("learning_rate", QDoubleSpinBox), rate)
    bench.until(lambda: bench.shown.now.hyper["learning_rate"] == float(rate))
    bench.until(lambda: word in bench.lab.views.worksheet.plain_text())
    other = {"converges": "diverges", "diverges": "converges"}[word]
    assert other not in bench.lab.views.worksheet.plain_text()


def test_a_formula_error_is_shown_with_its_position_and_the_surface_stays(bench: Bench) -> None:
    mesh = bench.lab._surface[1]
    formula, error = bench.find("formula", QLineEdit), bench.find("formula_error", QLabel)
    type_into(bench, formula, "w1**2 + foo(w2)", enter=False)
    bench.until(error.isVisible)
    assert "Character 9" in error.text()
    assert "foo" in error.text()
    assert bench.lab._surface[1] is mesh
    type_into(bench, formula, "a**2 + 3*b**2", enter=False)
    bench.until(lambda: bench.lab.scenario.problem.formula == "a**2 + 3*b**2")
    assert not error.isVisible()
    assert bench.lab._surface[1].names == ("a", "b")
    bench.until(lambda: "a" in bench.shown.now.parameters)
    press(bench, Qt.Key.Key_Right)
    bench.until_step(1)


def test_dragging_on_the_contour_map_moves_the_start_and_redraws_the_path(bench: Bench) -> None:
    bench.lab.trainer.seek(30)
    bench.until_step(30)
    viewport = bench.lab.views.contour.viewport()
    QTest.mousePress(viewport, Qt.MouseButton.LeftButton, pos=contour_place(bench, 4, 4))
    for x in (4.5, 5, 5.5, 6):
        QTest.mouseMove(viewport, contour_place(bench, x, 4))
        bench.until(lambda x=x: abs(bench.shown.column("w1")[0] - x) < 0.2 and bench.shown.last_step == 30)
        assert bench.shown.now.step == 30
    QTest.mouseRelease(viewport, Qt.MouseButton.LeftButton, pos=contour_place(bench, 6, 4))
    assert bench.find("start_1", QDoubleSpinBox).value() == pytest.approx(6, abs=0.2)
    bench.window.actions_by_name["undo"].trigger()
    bench.until(lambda: bench.shown.column("w1")[0] == -8)


def test_elevation_by_spin_box_slider_and_mouse_agree(bench: Bench) -> None:
    field, slider = bench.find("elevation", QDoubleSpinBox), bench.find("elevation_slider", QSlider)
    view = bench.lab.views.surface
    type_into(bench, field, "30")
    assert bench.lab.camera.elevation == 30
    assert slider.current_value() == 30
    slider.setValue(slider.maximum())
    assert field.value() == 90 == bench.lab.camera.elevation
    bench.window.actions_by_name["camera_lecture"].trigger()
    assert (field.value(), bench.find("azimuth", QDoubleSpinBox).value()) == (45, 60)
    corner = QPoint(12, view.height() - 12)
    QTest.mousePress(view, Qt.MouseButton.LeftButton, pos=corner)
    QTest.mouseMove(view, corner + QPoint(40, -20))
    QTest.mouseMove(view, corner + QPoint(80, -40))
    QTest.mouseRelease(view, Qt.MouseButton.LeftButton, pos=corner + QPoint(80, -40))
    assert bench.lab.camera.azimuth != 60
    assert field.value() == pytest.approx(bench.lab.camera.elevation, abs=0.05)
    assert bench.find("azimuth", QDoubleSpinBox).value() == pytest.approx(bench.lab.camera.azimuth, abs=0.05)


def test_orbit_turns_the_surface(bench: Bench) -> None:
    orbit = bench.window.actions_by_name["orbit"]
    orbit.trigger()
    bench.until(lambda: bench.lab.camera.azimuth != 60)
    orbit.trigger()
    azimuth = bench.lab.camera.azimuth
    press(bench, Qt.Key.Key_Right)
    bench.until_step(1)
    assert bench.lab.camera.azimuth == azimuth


def test_a_diverging_run_stops_says_why_and_can_be_rewound(open_window) -> None:
    bench = open_window("lecture-diverges", ["run.learning_rate=0.5"])
    bench.window.actions_by_name["run_n"].trigger()
    bench.lab.trainer.seek(100_000)
    bench.until(lambda: bench.shown.diverged_at is not None)
    note = bench.find("run_note", QLabel)
    bench.until(note.isVisible)
    assert str(bench.shown.diverged_at) in note.text()
    assert "0.08579" in note.text()
    press(bench, Qt.Key.Key_Left)
    bench.until_step(bench.shown.diverged_at - 1)
    press(bench, Qt.Key.Key_Home)
    bench.until_step(0)
    bench.until(lambda: not note.isVisible())


def test_bad_settings_are_explained_and_change_nothing(bench: Bench) -> None:
    before = bench.lab.scenario
    error = bench.find("problem_error", QLabel)
    type_into(bench, bench.find("from_1", QDoubleSpinBox), "20")
    assert "empty" in error.text() and error.isVisible()
    type_into(bench, bench.find("from_1", QDoubleSpinBox), "-10")
    type_into(bench, bench.find("start_1", QDoubleSpinBox), "50")
    assert "outside" in error.text()
    rate = bench.find("learning_rate", QDoubleSpinBox)
    for bad in ("0", "-1", "abc", "nan"):
        type_into(bench, rate, bad)
        assert rate.value() == 0.01
        assert bench.find("learning_rate_message", QLabel).isVisible(), bad
    assert bench.lab.scenario == before
    type_into(bench, bench.find("gamma", QDoubleSpinBox), "1")
    bench.until(lambda: bench.shown.now.hyper["gamma"] == 1)
    bench.until(bench.find("gamma_message", QLabel).isVisible)


def test_optimizers_can_be_chosen_and_undone(bench: Bench) -> None:
    box = bench.find("optimizer", QComboBox)
    names = [box.itemData(i) for i in range(box.count())]
    assert names[: len(ORDER)] == list(ORDER)
    assert {"torch:Rprop", "torch:LBFGS", "torch:ASGD"} < set(names[len(ORDER) :])
    box.setFocus()
    QTest.keyClick(box, Qt.Key.Key_Up)
    bench.until(lambda: bench.lab.scenario.run[0].optimizer == "gd")
    assert bench.window.findChild(QDoubleSpinBox, "gamma") is None
    bench.until(lambda: "gamma" not in bench.shown.columns)
    bench.window.actions_by_name["undo"].trigger()
    bench.until(lambda: "gamma" in bench.shown.columns)
    assert bench.find("gamma").isVisible()
    bench.window.actions_by_name["redo"].trigger()
    assert bench.lab.scenario.run[0].optimizer == "gd"


def test_settings_made_before_the_run_is_set_up_take_effect(bench: Bench) -> None:
    """While torch is imported, and after each formula, there is no snapshot yet."""
    bench.lab.choices.formula("a**2 + 3*b**2")
    assert bench.lab.snapshot is None
    bench.lab.choices.optimizer("gd")
    bench.lab.choices.edit({"run.0.start": {"a": 3.0, "b": 3.0}}, "Start point")
    bench.until(lambda: bench.lab.snapshot is not None and "gamma" not in bench.shown.columns)
    assert float(bench.shown.now.parameters["a"]) == 3.0
    press(bench, Qt.Key.Key_Right)
    bench.until_step(1)


def test_enter_in_an_unchanged_formula_keeps_the_changes(open_window) -> None:
    bench = open_window("lecture-surface", ["run.change=[{step = 5, learning_rate = 0.02}]"])
    type_into(bench, bench.find("formula", QLineEdit), bench.lab.scenario.problem.formula)
    assert [c.step for c in bench.lab.scenario.run[0].change] == [5]
    press(bench, Qt.Key.Key_Home)
    bench.lab.trainer.seek(8)
    bench.until_step(8)
    assert bench.shown.now.hyper["learning_rate"] == 0.02
    press(bench, Qt.Key.Key_Home)
    bench.until_step(0)
    assert [c.step for c in bench.lab.scenario.run[0].change] == [5]


def test_reset_keeps_the_learning_rate_that_was_set_on_the_way(bench: Bench) -> None:
    bench.lab.trainer.seek(5)
    bench.until_step(5)
    type_into(bench, bench.find("learning_rate", QDoubleSpinBox), "0.03")
    press(bench, Qt.Key.Key_Right)
    bench.until_step(6)
    press(bench, Qt.Key.Key_Home)
    bench.until(lambda: bench.shown.now.step == 0 and bench.shown.changes == {})
    assert bench.find("learning_rate", QDoubleSpinBox).value() == 0.03 == bench.shown.now.hyper["learning_rate"]
    bench.window.actions_by_name["undo"].trigger()
    bench.until(lambda: bench.shown.changes == {5: {"learning_rate": 0.03}})


def test_a_learning_rate_survives_a_start_moved_at_once(bench: Bench) -> None:
    bench.lab.trainer.seek(10)
    bench.until_step(10)
    bench.lab.choices.hyper("learning_rate", 0.02)
    bench.lab.choices.drop_start(3.0, 3.0)
    bench.until(lambda: bench.shown.column("w1")[0] == 3.0)
    assert bench.shown.changes == {10: {"learning_rate": 0.02}}
    assert [c.step for c in bench.lab.scenario.run[0].change] == [10]


def test_speed_is_not_undone_and_follows_the_scenario(bench: Bench) -> None:
    bench.lab.choices.edit({"view.wireframe": True}, "View")
    type_into(bench, bench.find("speed", QDoubleSpinBox), "100")
    bench.window.actions_by_name["undo"].trigger()
    assert not bench.lab.scenario.view.wireframe
    assert bench.lab.scenario.playback.speed == 100
    bench.window.open("himmelblau")
    assert bench.find("speed", QDoubleSpinBox).value() == 5


def test_a_half_typed_formula_outlives_another_setting(bench: Bench) -> None:
    formula = bench.find("formula", QLineEdit)
    type_into(bench, formula, "w1**2 + ", enter=False)
    bench.lab.choices.edit({"view.wireframe": True}, "View")
    assert formula.text() == "w1**2 + "


def test_a_long_run_from_a_new_start_is_shown_as_it_grows(bench: Bench) -> None:
    bench.lab.trainer.seek(3000)
    bench.until_step(3000)
    seen: list[int] = []
    show = bench.lab.display.show_snapshot

    def noted(snapshot, scenario) -> None:
        seen.append(snapshot.last_step)
        show(snapshot, scenario)

    bench.lab.display.show_snapshot = noted
    bench.lab.choices.drop_start(5.0, 5.0)
    bench.until(lambda: bench.shown.column("w1")[0] == 5.0 and bench.shown.last_step == 3000)
    assert bench.shown.now.step == 3000
    assert seen[0] < 3000


def test_keys_belong_to_the_run_again_once_a_number_is_entered(bench: Bench) -> None:
    rate = bench.find("learning_rate", QDoubleSpinBox)
    type_into(bench, rate, "0.02")
    QTest.keyClick(bench.window, Qt.Key.Key_Right)
    bench.until_step(1)
    rate.setFocus()
    QTest.keyClick(rate, Qt.Key.Key_Space)
    bench.until(lambda: bench.shown.playing)
    assert rate.value() == 0.02


def test_the_domain_can_be_moved_away(bench: Bench) -> None:
    for name, value in (("from_1", "20"), ("to_1", "30"), ("start_1", "25")):
        type_into(bench, bench.find(name, QDoubleSpinBox), value)
    assert bench.lab.scenario.problem.domain["w1"] == (20, 30)
    assert not bench.find("problem_error", QLabel).isVisible()
    bench.until(lambda: bench.shown.column("w1")[0] == 25)


def test_a_run_that_plays_goes_on_from_a_moved_start(bench: Bench) -> None:
    press(bench, Qt.Key.Key_Space)
    bench.until(lambda: bench.shown.now.step > 1)
    bench.lab.choices.drop_start(4.0, 4.0)
    bench.until(lambda: bench.shown.column("w1")[0] == 4)
    step = bench.shown.now.step
    bench.until(lambda: bench.shown.now.step > step and bench.shown.playing)


def test_two_drags_are_two_edits(bench: Bench) -> None:
    for x in (1.0, 2.0):
        bench.lab.choices.drag_start(x, x)
        bench.lab.choices.drag_start(x + 0.5, x)
        bench.lab.choices.drop_start(x + 0.5, x)
    bench.window.actions_by_name["undo"].trigger()
    assert bench.lab.scenario.run[0].start == {"w1": 1.5, "w2": 1.0}
    bench.window.actions_by_name["undo"].trigger()
    assert bench.lab.scenario.run[0].start == {"w1": -8.0, "w2": 6.0}


def test_a_refused_variable_is_explained_beside_the_formula(bench: Bench) -> None:
    type_into(bench, bench.find("formula", QLineEdit), "gamma**2 + eta**2")
    assert "gamma" in bench.find("formula_error", QLabel).text()
    assert not bench.find("problem_error", QLabel).isVisible()
    assert bench.lab.scenario.problem.formula.startswith("(2 - w1")


def is_whole(field: QWidget) -> bool:
    """Tell whether all of a field is inside its panel's frame."""
    frame = field.parentWidget()
    while not isinstance(frame, QScrollArea):
        frame = frame.parentWidget()
    viewport = frame.viewport()
    return viewport.rect().contains(QRect(field.mapTo(viewport, QPoint(0, 0)), field.size()))


def test_a_message_makes_room_for_itself_at_1280x720(bench: Bench) -> None:
    type_into(bench, bench.find("gamma", QDoubleSpinBox), "1")
    type_into(bench, bench.find("from_1", QDoubleSpinBox), "20")
    for name in ("start_2", "learning_rate", "gamma", "opacity"):
        bench.until(lambda name=name: is_whole(bench.find(name)))


def test_the_number_of_steps_is_entered_and_the_keys_are_the_runs(bench: Bench) -> None:
    field = bench.find("run_steps")
    refused: list[str] = []
    bench.lab.transport.refused.connect(refused.append)
    field.setFocus()
    field.selectAll()
    QTest.keyClicks(field, "7")
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert (field.text(), bench.lab.scenario.playback.steps) == ("7 steps", 7)
    QTest.keyClick(QApplication.focusWidget() or bench.window, Qt.Key.Key_Right)
    bench.until_step(1)
    field.setFocus()
    field.selectAll()
    QTest.keyClicks(field, "9999999")
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert "9999999" in refused[-1] and "1000000" in refused[-1]
    assert (field.text(), bench.lab.scenario.playback.steps) == ("7 steps", 7)
    field.selectAll()
    QTest.keyClicks(field, "55")
    QTest.keyClick(field, Qt.Key.Key_Escape)
    assert (field.text(), bench.lab.scenario.playback.steps, refused[-1]) == ("7 steps", 7, "")
    QTest.keyClick(QApplication.focusWidget() or bench.window, Qt.Key.Key_Right)
    bench.until_step(2)


def test_the_speeds_unit_does_not_touch_its_field(bench: Bench) -> None:
    unit = next(label for label in bench.lab.transport.findChildren(QLabel) if label.text() == "steps/s")
    field = bench.find("speed", QDoubleSpinBox)
    text = unit.mapTo(bench.window, unit.contentsRect().topLeft()).x()
    assert text - field.mapTo(bench.window, QPoint(field.width(), 0)).x() >= 4
