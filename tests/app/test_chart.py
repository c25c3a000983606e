"""The charts: what they draw, read out and leave out."""

from __future__ import annotations

import numpy as np
import pyqtgraph as pg
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtWidgets import QLabel, QToolButton
from pytestqt.qtbot import QtBot

from gdsim.app import theme
from gdsim.app.widgets.chart import Chart
from gdsim.app.widgets.chart_marks import marks


@pytest.fixture
def chart(qtbot: QtBot) -> Chart:
    widget = Chart("loss_chart", "Loss")
    qtbot.addWidget(widget)
    widget.resize(300, 120)
    with qtbot.waitExposed(widget):
        widget.show()
    return widget


def label(chart: Chart, part: str) -> QLabel:
    return chart.findChild(QLabel, f"loss_chart_{part}")


def curve(chart: Chart) -> pg.PlotDataItem:
    (found,) = (item for item in chart.plotItem.items if isinstance(item, pg.PlotDataItem))
    return found


def drawn(chart: Chart) -> tuple[np.ndarray, np.ndarray]:
    return curve(chart).getOriginalDataset()


def pixel(chart: Chart, step: float, height: float) -> QPoint:
    return chart.mapFromScene(chart.plotItem.vb.mapViewToScene(QPointF(step, height)))


def test_empty_chart_says_what_to_do(chart: Chart) -> None:
    chart.set_history([], 0)
    assert label(chart, "note").isVisible()
    assert "Step or play" in label(chart, "note").text()


def test_names(chart: Chart) -> None:
    assert chart.objectName() == "loss_chart"
    assert chart.accessibleName() == "Loss"


def test_logarithmic_by_default_and_switched_by_a_click(qtbot: QtBot, chart: Chart) -> None:
    chart.set_history([1000.0, 10.0, 0.1], 2)
    np.testing.assert_allclose(drawn(chart)[1], [3, 1, -1])
    qtbot.mouseClick(chart.findChild(QToolButton, "loss_chart_log"), Qt.MouseButton.LeftButton)
    assert not chart.log
    np.testing.assert_array_equal(drawn(chart)[1], [1000, 10, 0.1])
    chart.log = True
    assert chart.findChild(QToolButton, "loss_chart_log").isChecked()


def test_readout_has_step_and_value_and_the_tooltip_all_digits(chart: Chart) -> None:
    chart.set_history([4.0, 0.1 + 0.2], 1)
    assert label(chart, "readout").text() == "Loss, step 1: 0.3000000"
    assert label(chart, "readout").toolTip() == "0.30000000000000004"


def test_hovering_reads_out_the_step_under_the_pointer(qtbot: QtBot, chart: Chart) -> None:
    chart.set_history(2.0 ** -np.arange(11.0), 10)
    qtbot.mouseMove(chart.viewport(), pixel(chart, 4.1, -1))
    qtbot.waitUntil(lambda: label(chart, "readout").text() == "Loss, step 4: 0.06250000")
    # The header is outside the plot.
    qtbot.mouseMove(chart.viewport(), QPoint(100, 4))
    qtbot.waitUntil(lambda: "step 10" in label(chart, "readout").text())


def test_cursor_stands_at_the_current_step(chart: Chart) -> None:
    chart.set_history(10.0 ** np.linspace(2, -2, 41), 10)
    place = pixel(chart, 10, -1.5)
    image = chart.grab().toImage()
    colours = {image.pixelColor(place.x() + dx, place.y()).name() for dx in (-1, 0, 1)}
    assert QColor(theme.current().text).name() in colours


def test_values_without_a_logarithm_are_left_out_with_a_note(chart: Chart) -> None:
    chart.set_history([10.0, 0.0, 1000.0, np.inf, np.nan, 100.0], 0)
    np.testing.assert_array_equal(drawn(chart)[1], [1, np.nan, 3, np.nan, np.nan, 2])
    note = label(chart, "note")
    assert note.text() == "3 not drawn"
    assert note.toolTip() == "Not shown: 3 not finite or not above 0."
    assert note.geometry().bottom() < chart.mapFromScene(chart.plotItem.vb.sceneBoundingRect().topLeft()).y()
    chart.log = False
    assert note.toolTip() == "Not shown: 2 not finite."
    chart.set_history([1.0], 0)
    assert note.isHidden()


def test_a_third_of_values_without_a_logarithm_makes_the_axis_linear(chart: Chart) -> None:
    switch = chart.findChild(QToolButton, "loss_chart_log")
    chart.set_history([2.0, 1.0, 0.0], 2)
    np.testing.assert_allclose(drawn(chart)[1][:2], np.log10([2, 1]))
    chart.set_history([2.0, 1.0, 0.0, -1.0], 3)
    np.testing.assert_array_equal(drawn(chart)[1], [2, 1, 0, -1])
    assert chart.log and switch.isChecked()
    assert "linear" in switch.toolTip() and "not above 0" in switch.toolTip()
    assert label(chart, "note").isHidden()
    chart.set_history([2.0, 1.0], 1)
    np.testing.assert_allclose(drawn(chart)[1], np.log10([2, 1]))
    assert "not above 0" not in switch.toolTip()


@pytest.mark.parametrize("width", [200, 240, 300, 600])
@pytest.mark.parametrize("value", [1.203486, -1.2345678e-105, 0.0037387923])
def test_the_readout_fits_and_keeps_the_number(qtbot: QtBot, width: int, value: float) -> None:
    chart = Chart("loss_chart", "Gradient norm", "|gradient|")
    qtbot.addWidget(chart)
    chart.resize(width, 120)
    with qtbot.waitExposed(chart):
        chart.show()
    for history in ([1.0] * 60 + [value], [1.0, np.nan] + [2.0] * 58 + [value]):
        chart.set_history(history, 60)
        readout, switch = label(chart, "readout"), chart.findChild(QToolButton, "loss_chart_log")
        assert readout.fontMetrics().horizontalAdvance(readout.text()) <= readout.width()
        assert readout.geometry().right() < switch.x()
        assert float(readout.text().split()[-1]) == pytest.approx(value, rel=1e-3)


@pytest.mark.parametrize("log", [True, False])
@pytest.mark.parametrize("height", [96, 120, 300])
@settings(max_examples=20, deadline=None)
@given(low=st.floats(-300, 290), span=st.floats(1e-4, 10))
def test_at_least_two_values_are_marked(log: bool, height: int, low: float, span: float) -> None:
    ends = (low, low + span)
    places, texts = marks(*ends, height, log)
    assert len(places) == len(texts) >= 2
    assert len(set(texts)) == len(texts)
    assert ends[0] <= places[0] and places[-1] <= ends[1]


@pytest.mark.parametrize("values", [[1.2, 1.3, 1.4], [5.0], [1.25e-7, 1.26e-7], [3e200, 1e-200], [12345.6, 12345.7]])
def test_tick_labels_stand_beside_the_axis_name(qtbot: QtBot, values: list[float]) -> None:
    chart = Chart("loss_chart", "Loss", "loss")
    qtbot.addWidget(chart)
    chart.resize(300, 120)
    with qtbot.waitExposed(chart):
        chart.show()
    chart.set_history(values, 0)
    chart.plotItem.layout.activate()
    axis = chart.plotItem.getAxis("left")
    image = QImage(300, 120, QImage.Format.Format_RGB32)
    painter = QPainter(image)
    _, _, texts = axis.generateDrawSpecs(painter)
    painter.end()
    assert len(texts) >= 2
    name = axis.mapRectFromItem(axis.label, axis.label.boundingRect())
    assert min(rect.left() for rect, _, _ in texts) >= name.right() - 4


def test_an_appended_and_a_rewritten_history_are_both_shown(chart: Chart) -> None:
    history = np.array([1.0, 10.0, np.nan, 100.0, 1000.0])
    chart.set_history(history[:3], 2)
    chart.set_history(history, 4)
    np.testing.assert_array_equal(drawn(chart)[1], [0, 1, np.nan, 2, 3])
    # The caller's buffer is reused after a rewind.
    history[2:] = 1e5
    chart.set_history(history[:4], 3)
    np.testing.assert_array_equal(drawn(chart)[1], [0, 1, 5, 5])
    history[3] = 1e-5
    chart.set_history(history, 3)
    np.testing.assert_array_equal(drawn(chart)[1], [0, 1, 5, -5, 5])


def test_the_whole_run_is_in_view_even_when_huge(chart: Chart) -> None:
    chart.log = False
    for values in ([1.7e308, -1.7e308], [7e307, -7e307], [5.0, 5.0], [0.0]):
        chart.set_history(values, 0)
        (left, right), (bottom, top) = chart.plotItem.vb.viewRange()
        assert left <= 0
        assert right >= len(values) - 1
        assert bottom < min(values) or bottom == -1e307
        assert top > max(values) or top == 1e307


def test_a_million_steps_are_thinned_before_drawing(chart: Chart) -> None:
    values = np.exp(-np.arange(1e6) / 1e5)
    values[123_456] = 1e9
    chart.set_history(values, 999_999)
    shown = curve(chart).getData()[1]
    assert len(shown) < 20_000
    # A peak one step wide survives.
    assert shown.max() == pytest.approx(9)


def test_what_comes_while_hidden_is_drawn_when_shown(chart: Chart) -> None:
    chart.hide()
    chart.set_history([1.0, 10.0], 1)
    chart.show()
    np.testing.assert_array_equal(drawn(chart)[1], [0, 1])


@pytest.mark.parametrize("colours", [theme.LIGHT, theme.DARK])
def test_line_and_ground_follow_the_theme(chart: Chart, colours: theme.Theme) -> None:
    chart.log = False
    chart.set_history([5.0] * 11, 0)
    chart.set_theme(colours)
    image = chart.grab().toImage()
    place = pixel(chart, 5.5, 5)
    assert image.pixelColor(2, 60).name() == colours.ground
    near = [image.pixelColor(place.x(), place.y() + dy) for dy in range(-2, 3)]
    accent = QColor(colours.accent)
    assert any(abs(c.red() - accent.red()) + abs(c.blue() - accent.blue()) < 60 for c in near)
