"""The autograd lab, used as a lecturer uses it: keys, clicks and typing, against the lecture's number and torch."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QComboBox, QDoubleSpinBox, QLabel, QPlainTextEdit, QToolButton

from gdsim.app.image_export import ExportDialog
from gdsim.simulation.calls import KEEPING
from gdsim.simulation.files import dumps, load, validate
from tests.app.conftest import Bench
from tests.app.export_bench import Desk

FORWARD, BOTH = 10, 21
SLOPE = -2.5378828427399904


@pytest.fixture
def bench(open_window) -> Bench:
    """The window on the lecture's graph."""
    return open_window("lecture-autograd")


def press(bench: Bench, *keys: Qt.Key) -> None:
    for key in keys:
        QTest.keyClick(bench.window, key)


def click(bench: Bench, name: str) -> None:
    QTest.mouseClick(bench.find(name, QToolButton), Qt.MouseButton.LeftButton)


def enter(bench: Bench, name: str, text: str) -> None:
    """Type a number into a field as a user does."""
    field = bench.find(name, QDoubleSpinBox)
    field.setFocus()
    field.selectAll()
    QTest.keyClicks(field, text)
    QTest.keyClick(field, Qt.Key.Key_Return)


def write(bench: Bench, program: str) -> None:
    """Type a program over the one that is there, and take it with Ctrl+Enter."""
    editor = bench.find("program", QPlainTextEdit)
    editor.setFocus()
    editor.selectAll()
    QTest.keyClicks(editor, program.replace("\n", "\r"))
    QTest.keyClick(editor, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)


def said(bench: Bench, name: str) -> str:
    label = bench.find(name, QLabel)
    return label.text() if label.isVisible() else ""


def position(bench: Bench) -> int:
    return bench.lab.walker.position


def grad(bench: Bench, name: str = "x") -> float | None:
    return bench.shown.grad[bench.lab.walker.walk.graph.names[name]]


def test_the_lecture_s_gradient_with_the_keys(bench: Bench) -> None:
    assert bench.lab.objectName() == "autograd_lab"
    press(bench, *[Qt.Key.Key_Right] * FORWARD)
    assert bench.shown.graph == "kept"
    assert grad(bench) is None
    press(bench, *[Qt.Key.Key_Right] * (BOTH - FORWARD))
    assert grad(bench) == pytest.approx(SLOPE, abs=1e-12)
    assert said(bench, "step_label").startswith("step 21 of 21")
    press(bench, Qt.Key.Key_Left, Qt.Key.Key_PageUp)
    assert position(bench) == BOTH - 2
    press(bench, Qt.Key.Key_Home)
    assert position(bench) == 0
    QTest.keyClick(bench.window, Qt.Key.Key_Right, Qt.KeyboardModifier.ShiftModifier)
    assert position(bench) == FORWARD


def test_playing_and_the_timeline(bench: Bench) -> None:
    enter(bench, "speed", "1000")
    press(bench, Qt.Key.Key_Space)
    bench.until(lambda: position(bench) == BOTH and not bench.lab.walker.playing)
    timeline = bench.find("timeline")
    QTest.mouseClick(timeline, Qt.MouseButton.LeftButton, pos=QPoint(round(timeline.x_of(5)), timeline.height() // 2))
    assert position(bench) == 5


def test_the_calls_follow_torch_s_rules(bench: Bench) -> None:
    press(bench, Qt.Key.Key_F, Qt.Key.Key_B)
    assert grad(bench) == pytest.approx(SLOPE, abs=1e-12)
    press(bench, Qt.Key.Key_B)
    assert "freed" in bench.find("verbs_error").text()
    press(bench, Qt.Key.Key_F, Qt.Key.Key_K, Qt.Key.Key_B, Qt.Key.Key_B)
    assert grad(bench) == pytest.approx(3 * SLOPE, abs=1e-12)
    assert bench.shown.graph == "kept"
    press(bench, Qt.Key.Key_Z)
    assert grad(bench) is None
    # The calls belong to the scenario, and are walked again with the keys.
    assert bench.lab.scenario.playback.calls == ("forward", "backward", "forward", KEEPING, KEEPING, "zero_grad")
    press(bench, Qt.Key.Key_Left)
    assert grad(bench) == pytest.approx(3 * SLOPE, abs=1e-12)
    press(bench, Qt.Key.Key_Home)
    assert bench.lab.scenario.playback.calls == ("forward", "backward")


def test_a_leaf_changes_everything_at_once(bench: Bench) -> None:
    press(bench, Qt.Key.Key_F, Qt.Key.Key_B)
    slider = bench.find("leaf_x_slider")
    slider.setFocus()
    before = grad(bench)
    QTest.keyClick(slider, Qt.Key.Key_Up)
    assert position(bench) == BOTH
    assert grad(bench) != before
    enter(bench, "leaf_x", "0.5")
    x = 0.5
    sigma = 1 / (1 + 2.718281828459045 ** -(x**2))
    assert grad(bench) == pytest.approx((sigma - 2) * 2 * x, abs=1e-12)
    QTest.keyClick(bench.window, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert bench.lab.scenario.problem.leaf["x"].value != 0.5


def test_undo_of_a_leaf_goes_back_to_the_first_value(bench: Bench) -> None:
    enter(bench, "leaf_x", "2")
    enter(bench, "leaf_y", "1")
    for _ in range(2):
        QTest.keyClick(bench.window, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert {name: leaf.value for name, leaf in bench.lab.scenario.problem.leaf.items()} == {"x": 1.0, "y": 2.0}
    assert bench.find("leaf_x", QDoubleSpinBox).value() == 1.0


def test_requires_grad_is_a_switch(bench: Bench) -> None:
    press(bench, Qt.Key.Key_F, Qt.Key.Key_B)
    switch = bench.find("requires_grad_y")
    QTest.mouseClick(switch, Qt.MouseButton.LeftButton, pos=QPoint(8, switch.height() // 2))
    assert grad(bench, "y") == pytest.approx(-1.0, abs=1e-12)
    for name in ("x", "y"):
        switch = bench.find(f"requires_grad_{name}")
        QTest.mouseClick(switch, Qt.MouseButton.LeftButton, pos=QPoint(8, switch.height() // 2))
    assert bench.lab.walker.last == FORWARD
    assert "does not require a gradient" in said(bench, "run_note")
    press(bench, Qt.Key.Key_B)
    assert "does not require a gradient" in bench.find("verbs_error").text()


def test_a_program_of_one_s_own(bench: Bench) -> None:
    write(bench, "s = x*x\nout = sin(s) + y")
    assert bench.lab.scenario.problem.program == "s = x*x\nout = sin(s) + y"
    assert position(bench) == 0
    press(bench, Qt.Key.Key_F, Qt.Key.Key_B)
    assert grad(bench) == pytest.approx(2 * 0.5403023058681398, abs=1e-12)
    QTest.keyClick(bench.window, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert "sigmoid" in bench.find("program", QPlainTextEdit).toPlainText()


def test_a_new_program_begins_with_its_own_calls_and_title(bench: Bench) -> None:
    press(bench, Qt.Key.Key_F, Qt.Key.Key_K, Qt.Key.Key_B, Qt.Key.Key_B)
    assert bench.lab.scenario.playback.calls == ("forward", KEEPING, KEEPING)
    write(bench, "out = x + y")
    assert bench.lab.scenario.playback.calls == ("forward", "backward")
    assert bench.window.windowTitle() == "out = x + y[*] - gdsim"
    assert bench.find("preset", QComboBox).currentIndex() == -1
    press(bench, Qt.Key.Key_F, Qt.Key.Key_K, Qt.Key.Key_B, Qt.Key.Key_B)
    assert bench.lab.scenario.playback.calls == ("forward", "backward", "backward")
    for calls in (("forward", "backward"), ("forward", KEEPING, KEEPING)):
        QTest.keyClick(bench.window, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
        assert bench.lab.scenario.playback.calls == calls
    assert "sigmoid" in bench.lab.scenario.problem.program
    assert "lecture" in bench.window.windowTitle()
    enter(bench, "leaf_x", "0.5")
    assert bench.lab.scenario.problem.leaf["x"].value == 0.5
    assert validate(tomllib.loads(dumps(bench.lab.scenario))) == bench.lab.scenario


def test_more_calls_than_a_walk_holds_are_refused(bench: Bench) -> None:
    write(bench, "out = x*y")
    press(bench, *[Qt.Key.Key_Z] * 60)
    assert len(bench.lab.scenario.playback.calls) == 50
    assert "at most 50 calls" in bench.find("verbs_error").text()
    press(bench, Qt.Key.Key_Home, Qt.Key.Key_F, Qt.Key.Key_B)
    assert grad(bench) == 2.0


def test_a_result_that_is_a_leaf(bench: Bench) -> None:
    write(bench, "out = x")
    press(bench, Qt.Key.Key_F, Qt.Key.Key_B)
    assert grad(bench) == 1.0
    assert bench.lab.scenario.playback.calls == ("forward", "backward")


def test_an_unknown_name_can_be_made_a_leaf(bench: Bench) -> None:
    write(bench, "out = x*w + y")
    assert "w is not known" in said(bench, "program_error")
    assert "sigmoid" in bench.lab.scenario.problem.program
    QTest.mouseClick(bench.find("make_leaf"), Qt.MouseButton.LeftButton)
    assert bench.lab.scenario.problem.program == "out = x*w + y"
    assert list(bench.lab.scenario.problem.leaf) == ["x", "y", "w"]
    assert said(bench, "program_error") == ""


def test_what_is_not_finite_is_traced_to_its_birth(bench: Bench) -> None:
    press(bench, Qt.Key.Key_F)
    enter(bench, "leaf_x", "40")
    assert "v5 is the first value that is not finite" in said(bench, "run_note")
    enter(bench, "leaf_x", "1")
    assert said(bench, "run_note") == ""


def test_the_code_on_screen_prints_the_gradients_on_screen(bench: Bench) -> None:
    press(bench, Qt.Key.Key_F, Qt.Key.Key_K, Qt.Key.Key_B, Qt.Key.Key_B)
    bench.lab.layout_of_docks.docks["code"].raise_()
    bench.until(lambda: bench.find("torch_code").isVisible())
    text = bench.find("torch_code").findChild(QPlainTextEdit)
    bench.until(lambda: "loss.backward(retain_graph=True)" in text.toPlainText())
    QTest.mouseClick(bench.find("copy_code"), Qt.MouseButton.LeftButton)
    code = QApplication.clipboard().text()
    printed = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    line = next(line for line in printed.stdout.splitlines() if "x.grad" in line)
    assert float(line.split()[-1]) == pytest.approx(2 * SLOPE, abs=1e-12)
    assert grad(bench) == pytest.approx(2 * SLOPE, abs=1e-12)


def test_following_another_leaf(bench: Bench) -> None:
    QTest.mouseClick(bench.find("follow_y"), Qt.MouseButton.LeftButton)
    assert bench.lab.scenario.view.leaf == "y"
    assert bench.find("tangent_leaf", QComboBox).currentText() == "y"


def test_the_graph_is_exported_from_the_window(bench: Bench, tmp_path: Path) -> None:
    press(bench, Qt.Key.Key_F)
    for kind, start in {"svg": b"<?xml", "pdf": b"%PDF", "png": b"\x89PNG"}.items():
        desk = Desk(bench, ExportDialog)
        desk.type("export_path", str(tmp_path / f"graph.{kind}"))
        desk.save_and_wait()
        assert (tmp_path / f"graph.{kind}").read_bytes().startswith(start)
        assert load(tmp_path / f"graph.{kind}").shown_step == FORWARD
    assert "Written to" in bench.lab.message.text()


def test_each_lab_keeps_its_own(bench: Bench) -> None:
    press(bench, Qt.Key.Key_F)
    QTest.keyClick(bench.window, Qt.Key.Key_1, Qt.KeyboardModifier.AltModifier)
    assert bench.lab.objectName() == "surface_lab"
    bench.until(lambda: bench.lab.snapshot is not None)
    QTest.keyClick(bench.window, Qt.Key.Key_3, Qt.KeyboardModifier.AltModifier)
    assert bench.lab.objectName() == "autograd_lab"
    assert position(bench) == FORWARD
    assert not bench.window.actions_by_name["update"].isEnabled()
    assert bench.window.actions_by_name["backward"].isEnabled()
