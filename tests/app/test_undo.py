"""Whatever one sets in any lab can be taken back and made again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QAbstractSpinBox, QComboBox, QLineEdit, QPlainTextEdit, QWidget

from tests.app.conftest import Bench

PANELS = ("problem", "optimizer", "view", "runs", "data", "network", "program")
"""Docks in which something is set; the others show."""

NOTHING_TO_UNDO = {
    # The camera and how it turns: one turns back. The view's leaf is no such thing: it changes what is computed.
    "elevation", "azimuth", "orbit_speed", "camera_lecture", "camera_top", "camera_front", "camera_side",
    # Another scenario, which has a history of its own.
    "preset",
    # How a panel behaves or looks.
    "more_hyper", "move_all", "leaf_x_range", "leaf_y_range",
    # Followed already.
    "follow_x",
}  # fmt: skip

TYPED = {
    "formula": "(w1 - 1)**2 + w2**2",
    "program": "z = x**3\nloss = z*y",
}

NEEDS = {
    "race-valley": ["run.0.schedule.kind=exponential", "run.0.weight_decay=0.001", "run.1.name=second"],
    "network-xor": ["problem.batch_size=16", "problem.init=constant"],
    "lecture-autograd": [],
}
"""What makes controls appear that are hidden otherwise."""


def controls(bench: Bench) -> list[str]:
    """Return the names of all controls that can be used now, in every panel."""
    found: list[str] = ["run_steps"] if bench.lab.transport.run_steps is not None else []
    for panel in PANELS:
        dock = bench.lab.layout_of_docks.docks.get(panel)
        if dock is None:
            continue
        dock.raise_()
        bench.until(dock.isVisible)
        kinds = (QAbstractSpinBox, QComboBox, QAbstractButton, QLineEdit, QPlainTextEdit)
        for widget in dock.findChildren(QWidget):
            part = isinstance(widget.parent(), (QAbstractSpinBox, QComboBox)) or widget.objectName().startswith("qt_")
            if isinstance(widget, kinds) and widget.isVisible() and widget.isEnabled() and not part:
                found.append(widget.objectName())
    return found


def operate(bench: Bench, name: str) -> None:
    """Set a control to something else, as a person does."""
    widget = bench.lab.findChild(QWidget, name)
    if isinstance(widget, QAbstractButton):
        widget.click()
    elif isinstance(widget, QComboBox):
        index = next(i for i in range(widget.count()) if i != widget.currentIndex() and widget.itemData(i) != "csv")
        widget.setCurrentIndex(index)
        widget.activated.emit(index)
        widget.textActivated.emit(widget.itemText(index))
    elif isinstance(widget, QAbstractSpinBox):
        widget.setFocus()
        down = not widget.stepEnabled() & QAbstractSpinBox.StepEnabledFlag.StepUpEnabled
        QTest.keyClick(widget, Qt.Key.Key_Down if down else Qt.Key.Key_Up)
        widget.clearFocus()
    elif isinstance(widget, QLineEdit):
        widget.setFocus()
        widget.selectAll()
        QTest.keyClicks(widget, TYPED[name])
        QTest.keyClick(widget, Qt.Key.Key_Return)
    else:
        assert isinstance(widget, QPlainTextEdit)
        widget.setPlainText(TYPED[name])
        QTest.keyClick(widget, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)


def check(bench: Bench, name: str, act: Callable[[], object]) -> None:
    """Set something, take it back, and make it again: the scenario follows each time."""
    undo, redo = (bench.window.actions_by_name[action] for action in ("undo", "redo"))
    trainer = getattr(bench.lab, "trainer", None)

    def settled() -> bool:
        if trainer is None:
            return True
        table = bench.lab.views.runs.table
        current = not table.isVisible() or table.model().rowCount() == len(bench.lab.scenario.run)
        return current and not trainer.waiting and trainer.settled

    def settle() -> Any:
        bench.until(settled)
        return bench.lab.scenario

    before = settle()
    act()
    try:
        bench.qtbot.waitUntil(lambda: bench.lab.scenario != before, timeout=5000)
    except bench.qtbot.TimeoutError:
        pytest.fail(f"{name} sets nothing")
    after = settle()
    assert undo.isEnabled() and undo.text().startswith("Undo ") and undo.text() != "Undo ", name
    undo.trigger()
    assert settle() == before, name
    assert redo.text() == undo.text().replace("Undo", "Redo") or redo.text().startswith("Redo "), name
    redo.trigger()
    assert settle() == after, name
    undo.trigger()
    assert settle() == before, name


@pytest.mark.parametrize("preset", NEEDS)
def test_every_control_can_be_undone_and_redone(open_window, preset: str) -> None:
    bench = open_window(preset, NEEDS[preset])
    more = bench.lab.findChild(QAbstractButton, "more_hyper")
    if more is not None and not more.isChecked():
        more.click()
    names = controls(bench)
    assert len(names) > 8
    depth = bench.lab.model.undo_stack.count()
    for name in names:
        if name in NOTHING_TO_UNDO:
            continue
        check(bench, name, lambda name=name: operate(bench, name))
    assert bench.lab.model.undo_stack.index() == depth


def test_what_is_done_in_the_table_and_the_drawings_can_be_undone(open_window) -> None:
    bench = open_window("race-valley")
    bench.lab.go_to(5)
    bench.until(lambda: bench.lab.shown_step == 5)
    runs, contour = bench.lab.views.runs, bench.lab.views.contour
    check(bench, "name", lambda: runs.table.renamed.emit(0, "mine"))
    check(bench, "colour", lambda: runs.table.recoloured.emit(0, "#332288"))
    check(bench, "hidden", lambda: runs.table.hidden.emit(0, True))
    check(bench, "only", lambda: runs.table.shown_only.emit(1))
    check(bench, "start", lambda: contour.start_dropped.emit(1.0, 2.0))
    check(bench, "rate in mid-run", lambda: operate(bench, "learning_rate"))


def test_what_is_done_by_hand_can_be_undone(open_window) -> None:
    bench = open_window("network-xor")
    verbs = [bench.window.actions_by_name[name] for name in ("forward", "backward", "backward")]
    bench.window.actions_by_name["keep_graph"].trigger()
    bench.until(lambda: bench.lab.snapshot is not None)
    check(bench, "weight", lambda: bench.lab.views.tensors.edited.emit("linear1.weight", (0, 0), 0.25))
    check(bench, "verbs", lambda: [verb.trigger() for verb in (*verbs, bench.window.actions_by_name["update"])])
    bench.window.open("lecture-autograd")
    bench.window.actions_by_name["keep_graph"].trigger()  # each lab has its own
    check(bench, "calls", lambda: [verb.trigger() for verb in verbs[:2]])
    check(bench, "range", lambda: bench.lab.views.program.range_chosen.emit("x", -1.0, 1.0))


def test_the_menu_names_what_is_undone(bench: Bench) -> None:
    undo, redo = (bench.window.actions_by_name[name] for name in ("undo", "redo"))
    assert (undo.text(), undo.isEnabled()) == ("Undo", False)
    operate(bench, "opacity")
    operate(bench, "gamma")
    assert undo.text().startswith("Undo change of Momentum coefficient") or "γ" in undo.text()
    undo.trigger()
    assert undo.text() == "Undo change of the opacity"
    undo.trigger()
    assert (undo.text(), undo.isEnabled(), redo.text()) == ("Undo", False, "Redo change of the opacity")
