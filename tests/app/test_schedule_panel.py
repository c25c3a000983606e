"""The schedule of the learning rate, chosen as a person chooses it."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np
import pyqtgraph as pg
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QHelpEvent, QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QApplication, QComboBox, QLabel, QScrollArea, QToolTip, QWidget
from pytestqt.qtbot import QtBot

from gdsim.app import theme
from gdsim.app.panels.schedule_panel import SchedulePanel
from gdsim.app.widgets.chart_line import ChartLine
from gdsim.app.widgets.number_field import LabelledNumber
from gdsim.simulation.rates import KINDS, RateSchedule

LEFT_WIDTH = 280
RATE, RUN = 0.01, 60


class Window(QScrollArea):
    """The left side of the lab: it hears the keys that the panel leaves alone."""

    def __init__(self) -> None:
        super().__init__()
        self.keys: list[int] = []

    def keyPressEvent(self, event: Any) -> None:
        self.keys.append(event.key())


class Bench:
    """A panel in a window, and a listener that puts into force what is chosen."""

    def __init__(self, qtbot: QtBot) -> None:
        self.qtbot, self.panel, self.window = qtbot, SchedulePanel(), Window()
        self.schedule, self.rate, self.run = RateSchedule(), RATE, RUN
        self.chosen: list[RateSchedule] = []
        self.settled = 0
        qtbot.addWidget(self.window)
        self.window.setWidget(self.panel)
        self.window.setWidgetResizable(True)
        self.window.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        self.window.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.window.resize(LEFT_WIDTH, 400)
        self.panel.chosen.connect(self._take)
        self.panel.settled.connect(self._count)
        self.show()
        with qtbot.waitActive(self.window):
            self.window.show()
            self.window.activateWindow()

    def _take(self, schedule: RateSchedule) -> None:
        self.chosen.append(schedule)
        self.show(schedule)

    def _count(self) -> None:
        self.settled += 1

    def show(self, schedule: RateSchedule | None = None, rate: float | None = None, run: int | None = None) -> None:
        """Have this in force."""
        self.schedule = schedule or self.schedule
        self.rate, self.run = rate or self.rate, self.run if run is None else run
        self.panel.show_schedule(self.schedule, self.rate, self.run)
        QApplication.processEvents()

    def find(self, name: str, kind: type = QWidget) -> Any:
        """Return the one widget of this name."""
        found = self.panel.findChildren(kind, name)
        assert len(found) == 1, name
        return found[0]

    def choose(self, title: str) -> None:
        """Choose from the list with the keys."""
        box = self.find("schedule", QComboBox)
        box.showPopup()
        view = box.view()
        view.setCurrentIndex(box.model().index(box.findText(title), 0))
        self.qtbot.keyClick(view, Qt.Key.Key_Return)
        QApplication.processEvents()

    def type(self, name: str, text: str, end: Qt.Key | None = Qt.Key.Key_Return) -> None:
        field = self.find(name)
        field.setFocus()
        field.selectAll()
        self.qtbot.keyClicks(field, text)
        if end is not None:
            self.qtbot.keyClick(field, end)

    def said(self, name: str) -> str:
        """Return what a label says, or nothing where it is hidden."""
        label = self.find(name, QLabel)
        return label.text() if label.isVisible() else ""

    def curve(self) -> tuple[np.ndarray, np.ndarray]:
        """Return steps and learning rates of the curve that is drawn."""
        (line,) = (item for item in self.find("schedule_preview").plotItem.items if isinstance(item, ChartLine))
        return line.getOriginalDataset()

    def mark(self) -> float:
        """Return where the line of the current step is."""
        lines = [item for item in self.find("schedule_preview").plotItem.items if isinstance(item, pg.InfiniteLine)]
        (line,) = (line for line in lines if line.isVisible())
        return float(line.value())

    def rows(self) -> list[str]:
        """Return the names of the fields of numbers, from top to bottom."""
        names = {f"schedule_{field.name}" for kind in KINDS.values() for field in kind.fields}
        found = [w for w in self.panel.findChildren(QWidget) if w.objectName() in names and w.isVisible()]
        return [w.objectName() for w in sorted(found, key=lambda w: w.mapTo(self.panel, QPoint()).y())]


@pytest.fixture
def bench(qtbot: QtBot) -> Bench:
    return Bench(qtbot)


def test_without_a_schedule_the_panel_is_one_line(bench: Bench) -> None:
    box = bench.find("schedule", QComboBox)
    assert box.currentText() == "Constant"
    assert bench.rows() == []
    assert not any(curve.isVisible() for curve in bench.panel.findChildren(QWidget, "schedule_preview"))
    assert bench.said("schedule_readout") == bench.said("schedule_note") == ""
    assert bench.panel.sizeHint().height() <= box.sizeHint().height() + theme.GRID


def test_every_kind_is_offered_with_its_explanation(bench: Bench) -> None:
    box = bench.find("schedule", QComboBox)
    assert [box.itemText(row) for row in range(box.count())] == [
        "Constant", "Step", "Exponential", "Cosine", "Warm-up", "One cycle", "Cyclical",
    ]  # fmt: skip
    assert "cosine" in box.itemData(3, Qt.ItemDataRole.ToolTipRole)
    assert box.accessibleName() == "Schedule of the learning rate"


def test_choosing_a_kind_offers_it_for_the_length_of_the_run(bench: Bench) -> None:
    bench.choose("Cosine")
    assert bench.chosen == [RateSchedule.of("cosine", steps=60, low=0)]
    assert bench.settled == 1
    assert bench.rows() == ["schedule_steps", "schedule_low"]
    assert bench.find("schedule_steps").text() == "60 steps"
    assert bench.said("schedule_note") == ""
    places, rates = bench.curve()
    # cos 60° = 1/2 after a third, cos 90° = 0 after half of the steps.
    assert places.tolist() == list(range(61))
    assert rates[[0, 20, 30, 60]] == pytest.approx([0.01, 0.0075, 0.005, 0.0])


def test_another_kind_keeps_what_one_has_set(bench: Bench) -> None:
    bench.choose("Cosine")
    bench.type("schedule_steps", "40")
    bench.type("schedule_low", "0.25")
    bench.choose("Warm-up")
    assert bench.schedule == RateSchedule.of("warm-up", steps=40, low=0.25)
    assert bench.rows() == ["schedule_steps", "schedule_low"]
    assert bench.find("schedule_low").text() == "0.25"
    bench.choose("Constant")
    assert bench.schedule == RateSchedule()
    assert bench.rows() == []
    assert not any(curve.isVisible() for curve in bench.panel.findChildren(QWidget, "schedule_preview"))


def test_the_kind_that_is_in_force_is_no_new_choice(bench: Bench) -> None:
    bench.show(RateSchedule.of("cosine", steps=40))
    bench.choose("Cosine")
    assert bench.chosen == []


def test_numbers_are_typed_and_seen_at_once(bench: Bench) -> None:
    bench.choose("One cycle")
    assert bench.rows() == ["schedule_steps", "schedule_rise", "schedule_start", "schedule_low"]
    bench.type("schedule_rise", "0.5")
    bench.type("schedule_start", "0.2")
    assert bench.schedule == RateSchedule.of("one-cycle", steps=60, rise=0.5, start=0.2)
    rates = bench.curve()[1]
    assert rates[0] == pytest.approx(0.002)
    assert (rates.max(), int(rates.argmax())) == (0.01, 29)
    assert bench.settled >= 3


def test_a_slider_is_dragged(bench: Bench, qtbot: QtBot) -> None:
    bench.show(RateSchedule.of("cosine"))
    slider = bench.find("schedule_low_slider")
    middle = QPoint(slider.width() // 2, slider.height() // 2)
    qtbot.mousePress(slider, Qt.MouseButton.LeftButton, pos=QPoint(slider.width() // 4, middle.y()))
    qtbot.mouseMove(slider, middle)
    qtbot.mouseRelease(slider, Qt.MouseButton.LeftButton, pos=middle)
    qtbot.waitUntil(lambda: abs(bench.schedule.hyper["low"] - 0.5) < 0.05)
    assert bench.find("schedule_low").value() == bench.schedule.hyper["low"]
    assert bench.curve()[1][-1] == pytest.approx(RATE * bench.schedule.hyper["low"])
    assert bench.settled == 1


@pytest.mark.parametrize(
    ("kind", "name", "text", "sentence"),
    [
        ("cosine", "steps", "0", "0 is not allowed: it must be a whole number from 1 to 1000000."),
        ("cosine", "steps", "2.5", "'2.5' is not a whole number: write one such as 32."),
        ("step", "every", "-3", "-3 is not allowed: it must be a whole number from 1 to 1000000."),
        ("cosine", "low", "1.5", "1.5 is not allowed: it must be a number from 0 to 1."),
        ("one-cycle", "rise", "0,5", "'0,5' is not a number: write a decimal point, as in 0.05."),
        ("exponential", "factor", "0", "0 is not allowed: it must be a number above 0."),
    ],
)
def test_what_is_refused_is_explained_and_changes_nothing(
    bench: Bench, kind: str, name: str, text: str, sentence: str
) -> None:
    bench.show(RateSchedule.of(kind))
    field = bench.find(f"schedule_{name}")
    before = field.text()
    bench.type(f"schedule_{name}", text)
    assert sentence in [label.text() for label in bench.panel.findChildren(QLabel) if label.isVisible()]
    assert (field.text(), bench.chosen) == (before, [])
    bench.type(f"schedule_{name}", "1")
    assert sentence not in [label.text() for label in bench.panel.findChildren(QLabel) if label.isVisible()]
    assert bench.chosen[-1].hyper[name] == 1


def test_a_schedule_that_is_longer_than_the_run_is_told_of(bench: Bench) -> None:
    bench.show(RateSchedule.of("cosine", steps=100))
    assert bench.said("schedule_note") == (
        "The schedule takes 100 steps, but Run makes 60: the learning rate does not come to its end."
    )
    bench.show(run=100)
    assert bench.said("schedule_note") == ""
    assert bench.curve()[0][-1] == 100


@pytest.mark.parametrize(
    ("schedule", "sentence"),
    [
        (RateSchedule.of("cosine", steps=40, low=0.1),
         "ends at step 40; from there on the learning rate stays at 0.001."),
        (RateSchedule.of("one-cycle", steps=40, low=0), "ends at step 39; from there on the learning rate stays at 0."),
        (RateSchedule.of("warm-up", steps=5), "ends at step 5; from there on the learning rate stays at 0.01."),
    ],
)  # fmt: skip
def test_a_schedule_that_is_shorter_than_the_run_is_told_of(
    bench: Bench, schedule: RateSchedule, sentence: str
) -> None:
    bench.show(schedule)
    assert bench.said("schedule_note") == f"The schedule {sentence}"


def test_a_schedule_without_end_needs_no_sentence(bench: Bench) -> None:
    for kind in ("step", "exponential", "cyclical"):
        bench.show(RateSchedule.of(kind))
        assert bench.said("schedule_note") == ""


def test_the_current_step_is_marked_and_read_out(bench: Bench) -> None:
    bench.show(RateSchedule.of("step", every=20, factor=0.5))
    bench.panel.show_step(45)
    assert bench.mark() == 45
    assert bench.said("schedule_readout").startswith("Learning rate, step 45: 0.0025")
    assert bench.find("schedule_readout").toolTip() == "0.0025: the learning rate that is set times 0.25."
    bench.show(rate=0.02)
    assert bench.said("schedule_readout").startswith("Learning rate, step 45: 0.005")
    assert bench.curve()[1][0] == 0.02


def test_a_number_that_is_being_typed_stays_while_the_run_plays(bench: Bench) -> None:
    bench.show(RateSchedule.of("cosine"))
    bench.type("schedule_steps", "3", end=None)
    for step in range(5):
        bench.show(rate=0.01 + step / 1000)
        bench.panel.show_step(step)
    field = bench.find("schedule_steps")
    bench.qtbot.keyClicks(field, "5")
    bench.qtbot.keyClick(field, Qt.Key.Key_Return)
    assert bench.schedule.hyper["steps"] == 35


def test_what_is_not_taken_over_is_shown_no_more(bench: Bench) -> None:
    bench.panel.chosen.disconnect()
    bench.choose("Cosine")
    bench.show()
    assert bench.find("schedule", QComboBox).currentText() == "Constant"
    bench.show(RateSchedule.of("cosine", steps=30))
    bench.type("schedule_steps", "50")
    bench.show()
    assert bench.find("schedule_steps").text() == "30 steps"


def test_undo_brings_kind_and_numbers_back(bench: Bench) -> None:
    bench.choose("Cosine")
    bench.find("schedule_low").setFocus()
    bench.show(RateSchedule.of("exponential", factor=0.5))
    assert bench.find("schedule", QComboBox).currentText() == "Exponential"
    assert bench.rows() == ["schedule_factor"]
    assert bench.find("schedule_factor").text() == "0.5"
    # The field that had the keys is gone, and they are the run's.
    assert QApplication.focusWidget() is None


@pytest.mark.parametrize("name", ["schedule", "schedule_steps", "schedule_low", "schedule_low_slider"])
@pytest.mark.parametrize("key", ["Key_Space", "Key_PageUp", "Key_PageDown"])
def test_keys_of_the_run_are_left_alone(bench: Bench, name: str, key: str) -> None:
    bench.show(RateSchedule.of("cosine"))
    bench.find(name).setFocus()
    bench.qtbot.keyClick(bench.find(name), getattr(Qt.Key, key))
    assert (bench.window.keys, bench.chosen) == ([getattr(Qt.Key, key)], [])


@pytest.mark.parametrize("key", ["Key_Left", "Key_Right", "Key_Home", "Key_End", "Key_R"])
def test_letters_and_arrows_are_the_runs_on_list_slider_and_curve(bench: Bench, key: str) -> None:
    bench.show(RateSchedule.of("cosine"))
    for name in ("schedule", "schedule_low_slider", "schedule_preview"):
        bench.qtbot.keyClick(bench.find(name), getattr(Qt.Key, key))
    assert (bench.window.keys, bench.chosen) == ([getattr(Qt.Key, key)] * 3, [])


def test_a_click_on_the_curve_takes_no_focus_and_the_wheel_scrolls_the_panel(bench: Bench) -> None:
    bench.show(RateSchedule.of("cosine"))
    preview = bench.find("schedule_preview")
    before = preview.plotItem.vb.viewRange()
    middle = QPointF(preview.rect().center())
    for button in (Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton):
        for kind in (QEvent.Type.MouseButtonPress, QEvent.Type.MouseButtonRelease):
            event = QMouseEvent(
                kind, middle, preview.mapToGlobal(middle), button, button, Qt.KeyboardModifier.NoModifier
            )
            QApplication.sendEvent(preview.viewport(), event)
    assert QApplication.focusWidget() is not preview
    assert QApplication.activePopupWidget() is None
    wheel = QWheelEvent(
        middle, preview.mapToGlobal(middle), QPoint(), QPoint(0, 120), Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(preview.viewport(), wheel)
    assert not wheel.isAccepted()
    assert preview.plotItem.vb.viewRange() == before


def test_every_control_says_what_it_is(bench: Bench) -> None:
    for kind in KINDS:
        bench.show(RateSchedule.of(kind))
        for name in bench.rows():
            field = bench.find(name)
            assert field.accessibleName() and field.toolTip().endswith(".")
    preview = bench.find("schedule_preview")
    assert preview.accessibleName() == "Learning rate against the step"
    assert preview.accessibleDescription().endswith(".")
    where = preview.rect().center()
    QApplication.sendEvent(preview.viewport(), QHelpEvent(QEvent.Type.ToolTip, where, preview.mapToGlobal(where)))
    assert QToolTip.text() == preview.toolTip() != ""
    QToolTip.hideText()
    bench.qtbot.waitUntil(lambda: not QToolTip.isVisible())


def test_nothing_is_wider_than_the_left_side(bench: Bench) -> None:
    for kind in KINDS:
        bench.show(RateSchedule.of(kind, **({"steps": 100} if kind == "cosine" else {})))
        bench.panel.show_step(999_999)
        QApplication.processEvents()
        room = bench.window.viewport().width()
        assert bench.panel.minimumSizeHint().width() <= room < LEFT_WIDTH
        for widget in bench.panel.findChildren(QWidget):
            if widget.isVisible() and widget.objectName() and not widget.objectName().startswith("qt_"):
                assert widget.mapTo(bench.panel, QPoint(widget.width(), 0)).x() <= room, widget.objectName()
                assert widget.width() >= widget.minimumSizeHint().width() or widget.objectName() == "schedule_readout"


def test_the_fields_of_a_kind_stand_below_each_other(bench: Bench) -> None:
    bench.show(RateSchedule.of("one-cycle"))
    starts = {row.slider.mapTo(bench.panel, QPoint()).x() for row in bench.panel.findChildren(LabelledNumber)}
    assert starts == {bench.find("schedule_steps").mapTo(bench.panel, QPoint()).x()}


@pytest.mark.parametrize("run", [0, 1, 2, 999, 1000, 1001, 1_000_000])
def test_runs_of_every_length_are_drawn(bench: Bench, run: int) -> None:
    bench.show(RateSchedule.of("cyclical", steps=50, low=0.5), run=run)
    places, rates = bench.curve()
    assert (places[0], places[-1]) == (0, max(run, 1))
    assert len(places) <= 1001
    assert np.all(np.diff(places) > 0)
    assert np.all((rates >= 0.005 * 0.999) & (rates <= 0.01 * 1.001))
    if run > 50:
        # All of its height is seen, however many cycles there are.
        assert (rates.min(), rates.max()) == pytest.approx((0.005, 0.01), rel=0.05)


@pytest.mark.parametrize("factor", [1e-300, 1e300])
@pytest.mark.parametrize("rate", [1e-300, 1e300])
def test_numbers_beyond_all_reason_are_drawn(bench: Bench, rate: float, factor: float) -> None:
    bench.show(RateSchedule.of("exponential", factor=factor), rate=rate)
    for step in (0, 1, 59):
        bench.panel.show_step(step)
        bench.panel.grab()
    assert np.all(np.isfinite(bench.curve()[1]))


def test_what_comes_while_the_panel_is_hidden_is_drawn_when_it_is_shown(bench: Bench) -> None:
    bench.window.hide()
    bench.show(RateSchedule.of("step", every=20))
    bench.panel.show_step(30)
    with bench.qtbot.waitExposed(bench.window):
        bench.window.show()
    QApplication.processEvents()
    assert bench.curve()[1][30] == pytest.approx(0.001)
    assert bench.mark() == 30


@pytest.fixture
def dark(qapp: QApplication) -> Iterator[None]:
    before = qapp.palette()
    qapp.setPalette(theme.palette(theme.DARK))
    yield
    qapp.setPalette(before)


def test_light_and_dark(bench: Bench, request: pytest.FixtureRequest) -> None:
    bench.show(RateSchedule.of("cosine", steps=100))
    preview, note = bench.find("schedule_preview"), bench.find("schedule_note", QLabel)

    def colours() -> tuple[str, str, bool]:
        picture = preview.grab().toImage()
        seen = {picture.pixelColor(x, y).name() for x in range(picture.width()) for y in range(picture.height())}
        ground = picture.pixelColor(2, 2).name()
        accent = (theme.DARK if ground == theme.DARK.ground else theme.LIGHT).accent
        return ground, note.palette().windowText().color().name(), accent in seen

    bench.panel.set_theme(theme.LIGHT)
    assert colours() == (theme.LIGHT.ground, theme.LIGHT.muted, True)
    request.getfixturevalue("dark")
    QApplication.processEvents()
    assert colours() == (theme.DARK.ground, theme.DARK.muted, True)


def test_a_new_kind_needs_no_code_of_the_panel(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    from gdsim.simulation.rates import RateField, RateKind

    power = RateField("power", "p", "Power", 2, 0.1, 10, "logarithmic", "How fast it falls.", above=0.0)
    hold = RateField("hold", "h", "Hold", 5, 1, 100, "whole", "How long it stays.", at_least=1, at_most=100)
    shape = lambda step, power, hold: 1.0 if step < hold else (1 + step - hold) ** -power  # noqa: E731
    monkeypatch.setitem(KINDS, "power", RateKind("power", "Power law", "It falls.", (hold, power), shape))
    bench = Bench(qtbot)
    bench.choose("Power law")
    bench.type("schedule_hold", "10")
    bench.type("schedule_power", "1")
    assert bench.schedule.hyper == {"hold": 10, "power": 1.0}
    assert math.isclose(bench.curve()[1][19], RATE / 10)
