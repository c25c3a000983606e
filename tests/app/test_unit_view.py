"""One unit's computation on screen."""

from __future__ import annotations

import dataclasses

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QLabel, QScrollArea, QSpinBox, QWidget
from pytestqt.qtbot import QtBot

from gdsim.app.widgets.unit_view import UnitView
from gdsim.app.widgets.worksheet_view import WorksheetView
from gdsim.problems.network import NetworkProblem
from gdsim.problems.unit import sample_values
from tests.app.networks import network, snapshot, weights


@pytest.fixture
def view(qtbot: QtBot) -> UnitView:
    result = UnitView()
    qtbot.addWidget(result)
    result.resize(420, 480)
    with qtbot.waitExposed(result):
        result.show()
    return result


def field(view: UnitView) -> QSpinBox:
    found = view.findChild(QSpinBox, "sample")
    assert found is not None
    return found


def sheet(view: UnitView) -> WorksheetView:
    found = view.findChild(WorksheetView, "unit_worksheet")
    assert found is not None
    return found


def invitation(view: UnitView) -> str:
    """Return the sentence that is painted, none where the sheet is that of a unit."""
    return "" if sheet(view).plain_text() else sheet(view).invitation


def show(view: UnitView, problem: NetworkProblem, factor: float = 1.0) -> None:
    """Do what the lab does: hand over a state, with the values of the sample that is chosen."""
    values = {name: value * factor for name, value in weights(problem).items()}
    view.set_snapshot(snapshot(problem, values), sample_values(problem, values, view.sample))


def test_names(view: UnitView) -> None:
    assert view.objectName() == "unit_view"
    for name in ("sample", "unit_digits", "unit_worksheet"):
        found = view.findChild(QWidget, name)
        assert found is not None and found.accessibleName(), name


def test_an_empty_view_says_what_to_do(view: UnitView) -> None:
    assert "Choose data" in invitation(view)
    assert view.plain_text() == ""
    assert not field(view).isEnabled()
    show(view, network())
    assert "Click a unit" in invitation(view)
    assert view.plain_text() == ""
    assert field(view).isEnabled()


def test_sample_and_decimals_share_a_row(view: UnitView) -> None:
    show(view, network())
    digits = view.findChild(QSpinBox, "unit_digits")
    assert digits is not None

    def middle(widget: QWidget) -> QPoint:
        return widget.mapTo(view, widget.rect().center())

    assert abs(middle(field(view)).y() - middle(digits).y()) <= 1
    assert middle(field(view)).x() < middle(digits).x()
    view.resize(view.minimumSizeHint().width(), 400)
    classed = view.findChild(QLabel, "sample_class")
    assert classed is not None
    assert middle(classed).x() + classed.width() // 2 < digits.mapTo(view, QPoint()).x()


def test_a_long_class_does_not_widen_the_view(view: UnitView) -> None:
    narrow = view.minimumSizeHint().width()
    problem = network()
    names = tuple(f"{name}, of which there is a lot to say" for name in problem.data.class_names)
    show(view, dataclasses.replace(problem, data=dataclasses.replace(problem.data, class_names=names)))
    assert view.minimumSizeHint().width() == narrow
    classed = view.findChild(QLabel, "sample_class")
    assert classed is not None and classed.toolTip() == classed.text() and "a lot to say" in classed.text()


def test_the_invitation_is_painted(view: UnitView) -> None:
    show(view, network())
    before = view.grab().toImage()
    sheet(view).invitation = ""
    assert view.grab().toImage() != before


def test_title_and_results_of_a_long_sum_are_in_sight(view: UnitView, qtbot: QtBot) -> None:
    view.resize(380, 260)
    show(view, network())
    view.set_unit(0, 2)
    qtbot.waitUntil(view.is_typeset, timeout=20_000)
    bar = view.findChild(QScrollArea).verticalScrollBar()
    qtbot.waitUntil(lambda: bar.maximum() > 0)
    # The results stand in the first part of the text, and on top of the sheet.
    assert view.plain_text().split("\n")[2] == "Results"
    bar.setValue(bar.maximum())
    show(view, network(), 0.5)
    view.set_unit(0, 3)
    assert bar.value() == 0
    bar.setValue(bar.maximum())
    view.set_unit(0, 3)
    assert bar.value() == bar.maximum()


def test_a_unit_is_written_out(view: UnitView, qtbot: QtBot) -> None:
    problem = network()
    show(view, problem)
    view.set_unit(2, 1)
    qtbot.waitUntil(view.is_typeset, timeout=20_000)
    text = view.plain_text()
    assert text.startswith("output, unit 1, for sample 0")
    assert "b[1]" in text and "p_1" in text
    before = view.grab().toImage()
    show(view, problem, 0.5)
    assert view.is_typeset()
    assert view.plain_text() != text
    assert view.grab().toImage() != before


def test_the_samples_are_those_of_the_data_and_their_class_is_shown(view: UnitView, qtbot: QtBot) -> None:
    problem = network(samples=12)
    show(view, problem)
    assert (field(view).minimum(), field(view).maximum()) == (0, 11)
    shown = view.findChild(QLabel, "sample_class")
    assert shown is not None
    for sample in (0, 1, 2, 3):
        view.set_sample(sample)
        assert problem.data.class_names[problem.data.labels[sample]] in shown.text()
    with qtbot.waitSignal(view.sample_chosen) as chosen:
        qtbot.keyClick(field(view), Qt.Key.Key_Up)
    assert chosen.args == [4]
    assert problem.data.class_names[problem.data.labels[4]] in shown.text()


def test_a_typed_sample_is_chosen_once(view: UnitView, qtbot: QtBot) -> None:
    show(view, network(samples=50))
    chosen: list[int] = []
    view.sample_chosen.connect(chosen.append)
    field(view).selectAll()
    qtbot.keyClicks(field(view), "17")
    assert chosen == []
    qtbot.keyClick(field(view), Qt.Key.Key_Return)
    assert chosen == [17]
    assert view.sample == 17


def test_setting_the_sample_sends_no_signal(view: UnitView, qtbot: QtBot) -> None:
    show(view, network())
    with qtbot.assertNotEmitted(view.sample_chosen):
        view.set_sample(5)
    assert view.sample == 5


def test_another_network_forgets_the_unit(view: UnitView, qtbot: QtBot) -> None:
    show(view, network(samples=30))
    view.set_unit(1, 7)
    view.set_sample(25)
    qtbot.waitUntil(view.is_typeset, timeout=20_000)
    show(view, network((3, 2), ("identity",), (True,), samples=8))
    assert view.unit is None
    assert view.sample == 7
    assert "Click a unit" in invitation(view)
    assert view.plain_text() == ""


def test_a_hidden_view_catches_up(view: UnitView, qtbot: QtBot) -> None:
    problem = network((3, 2), ("identity",), (True,))
    show(view, problem)
    view.set_unit(0, 0)
    qtbot.waitUntil(view.is_typeset, timeout=20_000)
    before = view.plain_text()
    view.hide()
    show(view, problem, 2.0)
    view.set_unit(0, 1)
    assert view.plain_text() == before
    with qtbot.waitExposed(view):
        view.show()
    qtbot.waitUntil(view.is_typeset, timeout=20_000)
    assert view.plain_text().startswith("output, unit 1")


@pytest.mark.parametrize("key", [Qt.Key.Key_Space, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown])
def test_the_keys_of_the_run_are_left_to_it(qtbot: QtBot, key: Qt.Key) -> None:
    class Window(QWidget):
        def __init__(self) -> None:
            super().__init__()
            self.keys: list[int] = []

        def keyPressEvent(self, event) -> None:
            self.keys.append(event.key())

    window = Window()
    qtbot.addWidget(window)
    view = UnitView(window)
    show(view, network(samples=50))
    field(view).setValue(20)
    qtbot.keyClick(field(view), key)
    assert window.keys == [key]
    assert view.sample == 20
