"""The timeline under mouse and keys."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QColor, QHelpEvent
from PySide6.QtWidgets import QApplication, QSlider, QToolTip
from pytestqt.qtbot import QtBot

from gdsim.app import theme
from gdsim.app.widgets.timeline import Mark, Timeline

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def timeline(qtbot: QtBot) -> Timeline:
    widget = Timeline()
    qtbot.addWidget(widget)
    widget.resize(416, 32)
    widget.set_extent(100)
    widget.show()
    return widget


def at(timeline: Timeline, step: int) -> QPoint:
    return QPoint(round(timeline.x_of(step)), 16)


def test_is_a_slider_with_its_name(timeline: Timeline) -> None:
    assert isinstance(timeline, QSlider)
    assert timeline.objectName() == "timeline"
    assert timeline.accessibleName()


def test_current_and_extent_are_silent(qtbot: QtBot, timeline: Timeline) -> None:
    with qtbot.assertNotEmitted(timeline.sought):
        timeline.set_current(80)
        timeline.set_extent(50)
    assert (timeline.value(), timeline.maximum()) == (50, 50)


def test_a_click_seeks(qtbot: QtBot, timeline: Timeline) -> None:
    with qtbot.waitSignal(timeline.sought) as sought:
        qtbot.mouseClick(timeline, LEFT, pos=at(timeline, 30))
    assert sought.args == [30]


def test_setting_the_value_from_outside_seeks(qtbot: QtBot, timeline: Timeline) -> None:
    with qtbot.waitSignal(timeline.sought) as sought:
        timeline.setValue(42)
    assert sought.args == [42]


def test_dragging_seeks_along_and_the_run_does_not_pull_the_handle_away(qtbot: QtBot, timeline: Timeline) -> None:
    seen: list[int] = []
    timeline.sought.connect(seen.append)
    qtbot.mousePress(timeline, LEFT, pos=at(timeline, 10))
    timeline.set_current(99)
    qtbot.mouseMove(timeline, at(timeline, 20))
    qtbot.mouseMove(timeline, at(timeline, 60))
    assert timeline.value() == 60
    qtbot.mouseRelease(timeline, LEFT, pos=at(timeline, 60))
    assert seen[0] == 10
    assert seen[-1] == 60
    timeline.set_current(7)
    assert timeline.value() == 7


@pytest.mark.parametrize(("key", "expected"), [
    ("Key_Up", 51), ("Key_Down", 49), ("Key_Left", 50), ("Key_Right", 50), ("Key_Home", 50), ("Key_End", 50),
    ("Key_PageUp", 50), ("Key_PageDown", 50), ("Key_Space", 50),
])  # fmt: skip
def test_only_up_and_down_move_it(qtbot: QtBot, timeline: Timeline, key: str, expected: int) -> None:
    timeline.set_current(50)
    qtbot.keyClick(timeline, getattr(Qt.Key, key))
    assert timeline.value() == expected


def test_marks_are_found_under_the_pointer(timeline: Timeline) -> None:
    timeline.set_marks([Mark(17, "changed"), Mark(70, "again")])
    timeline.set_stop(90, "diverged")
    assert timeline.mark_at(timeline.x_of(17) + 3) == Mark(17, "changed")
    assert timeline.mark_at(timeline.x_of(90)) == Mark(90, "diverged")
    assert timeline.mark_at(timeline.x_of(40)) is None


def test_the_tooltip_says_what_happened(qtbot: QtBot, timeline: Timeline) -> None:
    timeline.set_marks([Mark(17, "learning rate 0.01 → 0.05 at step 17")])
    place = at(timeline, 17)
    QApplication.sendEvent(timeline, QHelpEvent(QEvent.Type.ToolTip, place, timeline.mapToGlobal(place)))
    assert QToolTip.text() == "learning rate 0.01 → 0.05 at step 17"
    QToolTip.hideText()
    qtbot.waitUntil(lambda: not QToolTip.isVisible())


def test_the_stop_is_painted_red(timeline: Timeline) -> None:
    red = QColor(theme.current().error)
    timeline.set_stop(60, "diverged")
    place = at(timeline, 60)
    assert timeline.grab().toImage().pixelColor(place.x(), 6) == red
    timeline.set_stop(None)
    assert timeline.grab().toImage().pixelColor(place.x(), 6) != red


def test_ten_million_steps(qtbot: QtBot, timeline: Timeline) -> None:
    timeline.set_extent(10_000_000)
    timeline.set_marks([Mark(k * 1000, "") for k in range(5000)])
    timeline.set_current(9_999_999)
    assert not timeline.grab().isNull()
    with qtbot.waitSignal(timeline.sought) as sought:
        qtbot.mouseClick(timeline, LEFT, pos=QPoint(208, 16))
    assert abs(sought.args[0] - 5_000_000) < 15_000


def test_an_empty_run(timeline: Timeline) -> None:
    timeline.set_extent(0)
    assert timeline.step_at(200) == 0
    assert not timeline.grab().isNull()
