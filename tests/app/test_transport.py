"""The bars of a run: buttons, speed, number of steps, and where the run is in words."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QMainWindow, QToolBar, QToolButton
from pytestqt.qtbot import QtBot

from gdsim.app.actions import Actions
from gdsim.app.panels.transport import BUTTONS, TimelineBar, Transport
from gdsim.app.widgets.timeline import Timeline
from gdsim.app.widgets.whole_number import WholeNumber
from gdsim.simulation.spec import Playback


@pytest.fixture
def window(qtbot: QtBot) -> QMainWindow:
    """A window of the width of a small projector, with another field and room for a bar."""
    window = QMainWindow()
    qtbot.addWidget(window)
    window.setCentralWidget(QLineEdit())
    window.resize(1280, 200)
    with qtbot.waitActive(window):
        window.show()
        window.activateWindow()  # where no window manager hands out the keys
    return window


def transport(window: QMainWindow, with_run: bool) -> Transport:
    bar = Transport(Actions(window), ("export_image",), with_run=with_run)
    window.addToolBar(bar)
    return bar


def buttons(bar: QToolBar) -> list[str]:
    return [button.objectName() for button in bar.findChildren(QToolButton) if button.defaultAction()]


@pytest.mark.parametrize(("with_run", "between"), [(True, ["run_n"]), (False, [])])
def test_each_button_calls_its_action(qtbot: QtBot, window: QMainWindow, with_run: bool, between: list[str]) -> None:
    bar = transport(window, with_run)
    assert buttons(bar) == [*BUTTONS, *between, "export_image"]
    for name in buttons(bar):
        button = bar.findChild(QToolButton, name)
        assert button.accessibleName()
        with qtbot.waitSignal(button.defaultAction().triggered):
            qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def test_playback_shows_speed_and_steps_in_silence(qtbot: QtBot, window: QMainWindow) -> None:
    bar = transport(window, with_run=True)
    with qtbot.assertNotEmitted(bar.speed_chosen), qtbot.assertNotEmitted(bar.steps_chosen):
        bar.show_playback(Playback(steps=17, speed=8.0))
    assert bar.speed.value() == 8.0
    assert bar.findChild(WholeNumber, "run_steps").text() == "17 steps"


def test_a_bar_without_run_shows_only_the_speed(qtbot: QtBot, window: QMainWindow) -> None:
    bar = transport(window, with_run=False)
    with qtbot.assertNotEmitted(bar.speed_chosen):
        bar.show_playback(Playback(steps=17, speed=8.0))
    assert bar.speed.value() == 8.0
    assert bar.run_steps is None
    assert bar.findChild(WholeNumber) is None
    assert "steps/s" in [label.text() for label in bar.findChildren(QLabel)]
    # One group of buttons and one of the speed.
    assert len([action for action in bar.actions() if action.isSeparator()]) == 1


def test_steps_that_are_typed_are_chosen(qtbot: QtBot, window: QMainWindow) -> None:
    bar = transport(window, with_run=True)
    field = bar.findChild(WholeNumber, "run_steps")
    field.selectAll()
    with qtbot.waitSignal(bar.steps_chosen, check_params_cb=lambda steps: steps == 25):
        qtbot.keyClicks(field, "25")
    field.selectAll()
    qtbot.keyClicks(field, "0")
    with qtbot.waitSignal(bar.refused, check_params_cb=lambda sentence: "0" in sentence):
        qtbot.keyClick(field, Qt.Key.Key_Return)


@pytest.fixture
def timeline_bar(window: QMainWindow) -> TimelineBar:
    bar = TimelineBar()
    window.addToolBar(bar)
    return bar


@pytest.mark.parametrize(
    ("phase", "text"),
    [
        ("", "step 3 of 60"),
        ("update", "step 3 of 60"),
        ("forward", "step 3 of 60, forward done"),
        ("backward", "step 3 of 60, backward done"),
    ],
)
def test_a_step_is_said_in_words(timeline_bar: TimelineBar, phase: str, text: str) -> None:
    timeline_bar.show_step(3, 60, phase)
    assert timeline_bar.findChild(QLabel, "step_label").text() == text


def test_another_lab_has_words_of_its_own_and_nothing_jumps(timeline_bar: TimelineBar) -> None:
    label = timeline_bar.findChild(QLabel, "step_label")
    timeline = timeline_bar.findChild(Timeline)
    widest = "node 10 of 10, the gradient of every intermediate value flows back into the leaves"
    timeline_bar.show_words("node 1 of 10", widest)
    QApplication.processEvents()
    place, room = timeline.geometry(), label.contentsRect().width()
    assert label.text() == "node 1 of 10"
    assert label.fontMetrics().horizontalAdvance(widest) <= room
    for text in (widest, "", "node 10 of 10"):
        timeline_bar.show_words(text, widest)
        QApplication.processEvents()
        assert label.text() == text
        assert timeline.geometry() == place
    timeline_bar.show_words("node 1 of 10", "node 10 of 10")
    QApplication.processEvents()
    assert timeline.width() > place.width()
