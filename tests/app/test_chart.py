"""The charts: what they draw, read out and leave out."""

from __future__ import annotations

import numpy as np
import pyqtgraph as pg
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QHelpEvent, QImage, QKeySequence, QMouseEvent, QPainter, QShortcut, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QRubberBand, QToolButton, QToolTip, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from gdsim.app import theme
from gdsim.app.widgets.chart import Chart, Series
from gdsim.app.widgets.chart_legend import ChartLegend
from gdsim.app.widgets.chart_marks import marks
from gdsim.export.contrast import CONTRAST, contrast, readable
from gdsim.export.layer_colours import layer_colours


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


def test_what_came_before_the_window_is_drawn_when_it_opens(qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    chart = Chart("loss_chart", "Loss")
    QVBoxLayout(window).addWidget(chart)
    window.resize(500, 300)
    chart.set_history([1.0, 10.0], 1)
    with qtbot.waitExposed(window):
        window.show()
    np.testing.assert_array_equal(drawn(chart)[1], [0, 1])
    assert label(chart, "note").isHidden()


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


LAYERS = [*(f"linear{number}" for number in range(1, 8)), "output"]


def layers(length: int) -> list[Series]:
    """Eight lines, each ten times lower than the one before."""
    steps = np.arange(length)
    return [
        Series(name, 10.0**-place * (1 + steps / max(1, length)), colour)
        for place, (name, colour) in enumerate(zip(LAYERS, layer_colours(8), strict=True))
    ]


def legend(chart: Chart) -> ChartLegend:
    return chart.findChild(ChartLegend, "loss_chart_legend")


def fit(chart: Chart) -> QToolButton:
    return chart.findChild(QToolButton, "loss_chart_fit")


def view(chart: Chart) -> list[float]:
    return chart.plotItem.vb.viewRange()[0]


def heights(chart: Chart) -> list[float]:
    return chart.plotItem.vb.viewRange()[1]


def wheel(chart: Chart, place: QPoint, notches: int, modifiers: Qt.KeyboardModifier) -> bool:
    """Turn the wheel over a chart; return whether the chart took it."""
    viewport = chart.viewport()
    event = QWheelEvent(
        QPointF(place), QPointF(viewport.mapToGlobal(place)), QPoint(), QPoint(0, 120 * notches),
        Qt.MouseButton.NoButton, modifiers, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    event.ignore()
    QApplication.sendEvent(viewport, event)
    return event.isAccepted()


NO_BUTTON = Qt.MouseButton.NoButton
CTRL, NONE = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.NoModifier


def test_one_series_has_no_legend_and_several_do(chart: Chart) -> None:
    chart.set_history([1.0, 2.0], 1)
    assert legend(chart).isHidden()
    chart.set_series(layers(20), 3, 1)
    assert legend(chart).isVisible()
    assert label(chart, "readout").text() == "Loss, step 3"
    assert [name for name, _ in legend(chart).lines()] == LAYERS
    assert sum(isinstance(item, pg.PlotDataItem) for item in chart.plotItem.items) == 8
    chart.set_history([1.0, 2.0], 1)
    assert legend(chart).isHidden()
    assert len(drawn(chart)[0]) == 2


@pytest.mark.parametrize("width", [300, 420, 640])
def test_eight_series_are_read_out_in_full_at_300_pixels(chart: Chart, width: int) -> None:
    chart.resize(width, 200)
    chart.set_series(layers(100), 50, 1)
    for place, (name, number) in enumerate(legend(chart).lines()):
        assert name == LAYERS[place]
        assert float(number) == pytest.approx(1.5 * 10.0**-place, rel=1e-3)
    # Names and numbers do not meet, and the plot begins below.
    metrics = legend(chart).fontMetrics()
    for place, (name, number) in enumerate(legend(chart).lines()):
        cell = legend(chart)._cell(place)
        assert metrics.horizontalAdvance(name) + metrics.horizontalAdvance(number) + 24 <= cell.width()
    top = chart.mapFromScene(chart.plotItem.vb.sceneBoundingRect().topLeft()).y()
    assert legend(chart).geometry().bottom() <= top


def test_long_names_are_elided_rather_than_clipped(chart: Chart) -> None:
    chart.set_series([Series("the first of two very long names indeed", np.ones(3), "move")] * 2, 1, 1)
    metrics = legend(chart).fontMetrics()
    for place, (name, number) in enumerate(legend(chart).lines()):
        assert name.startswith("the") and name.endswith("…")
        assert float(number) == 1
        room = legend(chart)._cell(place).width()
        assert metrics.horizontalAdvance(name) + metrics.horizontalAdvance(number) + 24 <= room


def test_the_legend_keeps_its_shape_while_numbers_change(chart: Chart) -> None:
    one, other = Series("a", 10.0 ** np.arange(-9.0, 9), "move"), Series("b", -(10.0 ** np.arange(-9.0, 9)), "gradient")
    places = set()
    for step in range(18):
        chart.set_series([one, other], step, 1)
        places.add((legend(chart).geometry().getRect(), legend(chart).lines()[0][0]))
    assert len(places) == 1


@pytest.mark.parametrize("colours", [theme.LIGHT, theme.DARK])
def test_each_line_and_its_sample_have_the_colour_asked_for(chart: Chart, colours: theme.Theme) -> None:
    chart.log = False
    chart.resize(300, 200)
    series = [
        Series("high", np.full(11, 5.0), "#f0e442"),
        Series("middle", np.full(11, 3.0), "gradient"),
        Series("low", np.full(11, 1.0), "#0072b2"),
    ]
    chart.set_theme(colours)
    chart.set_series(series, 0, 1)
    image = chart.grab().toImage()
    expected = [readable("#f0e442", colours.ground), colours.gradient, readable("#0072b2", colours.ground)]
    for place, (height, colour) in enumerate(zip((5, 3, 1), expected, strict=True)):
        at, wanted = pixel(chart, 5.5, height), QColor(colour)
        column = [image.pixelColor(at.x(), at.y() + dy) for dy in range(-2, 3)]
        sample = legend(chart).geometry().topLeft() + legend(chart)._cell(place).center()
        left = legend(chart).x() + legend(chart)._cell(place).left() + 8
        row = [image.pixelColor(left, sample.y() + dy) for dy in range(-2, 4)]
        for pixels in (column, row):
            assert min(abs(c.red() - wanted.red()) + abs(c.blue() - wanted.blue()) for c in pixels) < 60


def test_a_dashed_line_has_gaps(chart: Chart) -> None:
    chart.log = False
    chart.set_series([Series("a", np.full(11, 1.0), "move", dashed=True), Series("b", np.full(11, 3.0), "move")], 0, 1)
    image = chart.grab().toImage()
    for height, gaps in ((1, True), (3, False)):
        row = pixel(chart, 5, height).y()
        columns = range(pixel(chart, 1, height).x(), pixel(chart, 9, height).x())
        dark = [any(image.pixelColor(x, row + dy).lightness() < 100 for dy in (-1, 0, 1)) for x in columns]
        assert any(dark)
        assert all(dark) != gaps


@pytest.mark.parametrize("few", [True, False])
def test_many_points_are_drawn_as_thick_as_few(chart: Chart, few: bool) -> None:
    chart.log = False
    chart.set_history(np.full(50 if few else 5000, 5.0), 0)
    image = chart.grab().toImage()
    place = pixel(chart, 25 if few else 2500, 5)
    ink = sum(255 - image.pixelColor(place.x(), place.y() + dy).red() for dy in range(-4, 5)) / 255
    assert 1.4 < ink < 2.6


def test_hovering_reads_out_every_series(qtbot: QtBot, chart: Chart) -> None:
    chart.resize(300, 200)
    chart.set_series(layers(11), 10, 1)
    qtbot.mouseMove(chart.viewport(), pixel(chart, 4.1, -3))
    qtbot.waitUntil(lambda: label(chart, "readout").text() == "Loss, step 4")
    assert float(legend(chart).lines()[7][1]) == pytest.approx(1e-7 * (1 + 4 / 11), rel=1e-3)
    assert legend(chart).tip(legend(chart)._cell(7).center()) == f"output, step 4: {1e-7 * (1 + 4 / 11)!r}"
    assert legend(chart).tip(QPoint(-5, -5)) == ""
    qtbot.mouseMove(chart.viewport(), QPoint(100, 4))
    qtbot.waitUntil(lambda: label(chart, "readout").text() == "Loss, step 10")


def test_a_sparse_series_shows_the_value_last_known(chart: Chart) -> None:
    held_out = np.array([0.5, np.nan, np.nan, 0.75, np.nan])
    chart.set_series(
        [Series("training", np.ones(5), "velocity"), Series("held out", held_out, "gradient", sparse=True)], 4, 1
    )
    assert legend(chart).lines()[1] == ("held out", "0.75000")
    assert legend(chart).tip(legend(chart)._cell(1).center()) == (
        "held out, step 4: 0.75, known last at step 3 and therefore grey"
    )
    place = legend(chart)._cell(1).center()
    QApplication.sendEvent(legend(chart), QHelpEvent(QEvent.Type.ToolTip, place, legend(chart).mapToGlobal(place)))
    assert "therefore grey" in QToolTip.text()
    QToolTip.hideText()
    chart.set_series([Series("training", np.ones(5), "velocity"), Series("held out", held_out, "gradient")], 4, 2)
    assert legend(chart).lines()[1] == ("held out", "–")


def test_the_only_series_says_of_which_step_it_is(chart: Chart) -> None:
    chart.set_series([Series("ratio", np.array([np.nan, 0.25, np.nan]), "velocity", sparse=True)], 2, 1)
    assert label(chart, "readout").toolTip() == "0.25, known last at step 1"


@pytest.mark.parametrize("width", [160, 300, 900])
@pytest.mark.parametrize("last", [0, 1, 2, 4, 9, 60])
def test_only_whole_steps_are_marked(chart: Chart, width: int, last: int) -> None:
    chart.resize(width, 140)
    chart.set_history(np.arange(1.0, last + 2.0), last)
    axis = chart.plotItem.getAxis("bottom")
    levels = axis.tickValues(*view(chart), axis.width())
    places = [place for _, level in levels for place in level if view(chart)[0] <= place <= view(chart)[1]]
    assert len(places) >= 2
    assert all(place == round(place) for place in places)
    assert all(set(text) <= set("0123456789") for spacing, level in levels
               for text in axis.tickStrings(level, 1, spacing) if not text.startswith("-"))  # fmt: skip


@pytest.mark.parametrize("width", [160, 300, 900])
@pytest.mark.parametrize("last", [1, 7, 1000])
def test_the_dot_at_the_last_step_is_whole(chart: Chart, width: int, last: int) -> None:
    chart.resize(width, 140)
    chart.set_theme(theme.LIGHT)
    chart.log = False
    chart.set_history(np.full(last + 1, 5.0), last)
    for step in (last, 0):
        chart.set_history(np.full(last + 1, 5.0), step)
        image, at = chart.grab().toImage(), pixel(chart, step, 5.0)
        columns = [[image.pixelColor(at.x() + dx, at.y() + dy) for dy in (-2, -1, 1, 2)] for dx in range(-6, 7)]
        inked = [dx for dx, column in enumerate(columns, start=-6) if all(c.blue() > c.red() + 60 for c in column)]
        # The line is two pixels high, so it is not taken for the dot.
        assert max(inked) - min(inked) in (4, 5, 6), inked
    # Zoomed to the end as well.
    chart.set_history(np.full(last + 1, 5.0), last)
    wheel(chart, pixel(chart, last, 5), 12, CTRL)
    room = chart.plotItem.vb.sceneBoundingRect().right() - pixel(chart, last, 5).x()
    assert room >= 5


def test_the_log_button_shows_that_it_is_on_in_the_dark(qtbot: QtBot, chart: Chart) -> None:
    button = chart.findChild(QToolButton, "loss_chart_log")
    theme.apply("dark")
    try:
        chart.set_theme(theme.DARK)

        def ground() -> QColor:
            return button.grab().toImage().pixelColor(5, button.height() // 2)

        on = ground()
        assert on.blue() > on.red() + 30
        qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
        assert not chart.log
        qtbot.mouseMove(chart, QPoint(20, 60))
        qtbot.waitUntil(lambda: ground().blue() <= ground().red() + 15)
    finally:
        theme.apply("light")


def test_the_tooltip_tells_how_to_zoom(chart: Chart) -> None:
    chart.set_history([1.0, 2.0], 1)
    place = pixel(chart, 0.5, 0.1)
    port = chart.viewport()
    QApplication.sendEvent(port, QHelpEvent(QEvent.Type.ToolTip, place, port.mapToGlobal(place)))
    for word in ("Ctrl", "wheel", "Shift", "drag", "double click"):
        assert word in QToolTip.text()
    QToolTip.hideText()


@pytest.mark.parametrize("several", [False, True])
def test_decimals_may_be_chosen(qtbot: QtBot, several: bool) -> None:
    chart = Chart("loss_chart", "Accuracy", decimals=4)
    qtbot.addWidget(chart)
    chart.resize(300, 200)
    with qtbot.waitExposed(chart):
        chart.show()
    series = [Series("training", np.array([0.362, 1.0]), "move"), Series("held out", np.array([0.25, 0.5]), "start")]
    chart.set_series(series if several else series[:1], 0, 1)
    if several:
        assert legend(chart).lines() == [("training", "0.3620"), ("held out", "0.2500")]
    else:
        assert label(chart, "readout").text() == "Accuracy, step 0: 0.3620"


@pytest.mark.parametrize("colours", [theme.LIGHT, theme.DARK])
def test_the_second_series_stands_out_from_the_ground(colours: theme.Theme) -> None:
    assert contrast(colours.start, colours.ground) >= CONTRAST


def test_a_growing_buffer_is_followed(chart: Chart) -> None:
    buffer = np.zeros(100)
    buffer[:] = np.arange(1.0, 101.0)
    chart.log = False
    for length in (1, 2, 50, 100):
        chart.set_series([Series("a", buffer[:length], "move")], length - 1, "run 1")
        np.testing.assert_array_equal(drawn(chart)[1], buffer[:length])
    chart.set_series([Series("a", buffer[:10] * 2, "move")], 9, "run 2")
    np.testing.assert_array_equal(drawn(chart)[1], 2 * buffer[:10])


def test_the_wheel_zooms_about_the_pointer_with_ctrl_only(chart: Chart) -> None:
    chart.set_history(np.arange(1.0, 1002.0), 1000)
    whole, place = view(chart), pixel(chart, 250, 1)
    assert not wheel(chart, place, 1, NONE)
    assert view(chart) == whole and fit(chart).isHidden()
    assert wheel(chart, place, 1, CTRL)
    left, right = view(chart)
    assert right - left == pytest.approx(0.8 * (whole[1] - whole[0]))
    assert pixel(chart, 250, 1).x() == pytest.approx(place.x(), abs=2)
    assert chart.zoomed and fit(chart).isVisible()
    wheel(chart, place, -2, CTRL)
    assert not chart.zoomed and fit(chart).isHidden()
    assert view(chart) == whole


def test_the_wheel_zooms_a_chart_that_has_the_focus(qtbot: QtBot, chart: Chart) -> None:
    chart.set_history(np.arange(1.0, 1002.0), 1000)
    chart.activateWindow()
    qtbot.mouseClick(chart.viewport(), Qt.MouseButton.LeftButton, pos=pixel(chart, 250, 1))
    qtbot.waitUntil(chart.hasFocus)
    assert wheel(chart, pixel(chart, 250, 1), 1, NONE)
    assert chart.zoomed


@pytest.mark.parametrize("button", [Qt.MouseButton.RightButton, Qt.MouseButton.LeftButton])
def test_a_rubber_band_chooses_steps(chart: Chart, button: Qt.MouseButton) -> None:
    chart.set_history(np.arange(1.0, 102.0), 100)
    shift = NONE if button == Qt.MouseButton.RightButton else Qt.KeyboardModifier.ShiftModifier
    start, end = pixel(chart, 20, 1), pixel(chart, 60, 1)
    QTest.mousePress(chart.viewport(), button, shift, start)
    drag(chart, end)
    band = chart.findChild(QRubberBand)
    assert band.isVisible() and abs(band.width() - (end.x() - start.x())) <= 1
    QTest.mouseRelease(chart.viewport(), button, shift, end)
    np.testing.assert_allclose(view(chart), (20, 60), atol=1)
    # A click chooses nothing.
    assert band.isHidden()
    before = view(chart)
    QTest.mouseClick(chart.viewport(), button, shift, start)
    assert view(chart) == before


def drag(chart: Chart, place: QPoint) -> None:
    """Move the pointer with the left button down."""
    viewport = chart.viewport()
    left = Qt.MouseButton.LeftButton
    where, there = QPointF(place), QPointF(viewport.mapToGlobal(place))
    QApplication.sendEvent(viewport, QMouseEvent(QEvent.Type.MouseMove, where, there, NO_BUTTON, left, NONE))


def zoom_to(chart: Chart, first: float, last: float) -> None:
    QTest.mousePress(chart.viewport(), Qt.MouseButton.RightButton, NONE, pixel(chart, first, 1))
    QTest.mouseRelease(chart.viewport(), Qt.MouseButton.RightButton, NONE, pixel(chart, last, 1))


def test_heights_follow_the_part_in_view(chart: Chart) -> None:
    chart.log = False
    values = np.full(1001, 1000.0)
    values[400:600] = np.linspace(1, 2, 200)
    chart.set_history(values, 0)
    assert heights(chart)[1] > 1000
    zoom_to(chart, 450, 550)
    low, high = heights(chart)
    assert 1 < low < 1.3 and 1.7 < high < 2


def test_new_steps_do_not_move_a_part_but_the_whole_follows(chart: Chart) -> None:
    values = np.arange(1.0, 5001.0)
    chart.set_series([Series("a", values[:1000], "move")], 999, 1)
    zoom_to(chart, 200, 300)
    before = view(chart)
    chart.set_series([Series("a", values, "move")], 4999, 1)
    assert view(chart) == before
    assert "step 4999" in label(chart, "readout").text()
    fit(chart).click()
    assert view(chart)[1] > 4999
    assert fit(chart).isHidden()


def test_dragging_moves_a_part_and_a_double_click_shows_everything(chart: Chart) -> None:
    chart.set_history(np.arange(1.0, 1002.0), 1000)
    whole = view(chart)
    QTest.mousePress(chart.viewport(), Qt.MouseButton.LeftButton, NONE, pixel(chart, 500, 1))
    drag(chart, pixel(chart, 300, 1))
    QTest.mouseRelease(chart.viewport(), Qt.MouseButton.LeftButton, NONE, pixel(chart, 300, 1))
    assert view(chart) == whole
    zoom_to(chart, 400, 600)
    before, width = view(chart), view(chart)[1] - view(chart)[0]
    grip, to = pixel(chart, 500, 2.7), pixel(chart, 450, 2.7)
    QTest.mousePress(chart.viewport(), Qt.MouseButton.LeftButton, NONE, grip)
    drag(chart, to)
    QTest.mouseRelease(chart.viewport(), Qt.MouseButton.LeftButton, NONE, to)
    np.testing.assert_allclose(view(chart), (before[0] + 50, before[1] + 50), atol=2)
    assert view(chart)[1] - view(chart)[0] == pytest.approx(width)
    QTest.mouseDClick(chart.viewport(), Qt.MouseButton.LeftButton, NONE, grip)
    assert view(chart) == whole


def test_zoomed_in_every_value_of_a_long_run_is_drawn(chart: Chart) -> None:
    values = np.random.default_rng(0).random(1_000_000) + 1
    chart.set_history(values, 0, run=1)
    assert len(drawn(chart)[0]) < 2000
    wheel(chart, pixel(chart, 500_000, 0.1), 45, CTRL)
    steps, up = drawn(chart)
    assert len(steps) < 200
    np.testing.assert_array_equal(np.diff(steps), 1)
    np.testing.assert_array_equal(up, np.log10(values[steps.astype(int)]))


def test_the_keys_of_the_run_reach_it(qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    layout = QVBoxLayout(window)
    chart = Chart("loss_chart", "Loss")
    layout.addWidget(chart)
    keys = [
        Qt.Key.Key_Space,
        Qt.Key.Key_Left,
        Qt.Key.Key_Right,
        Qt.Key.Key_PageUp,
        Qt.Key.Key_PageDown,
        Qt.Key.Key_Home,
    ]
    heard: list[Qt.Key] = []
    for key in keys:
        QShortcut(QKeySequence(key), window, lambda key=key: heard.append(key))
    window.resize(320, 200)
    with qtbot.waitExposed(window):
        window.show()
    chart.set_history([1.0, 2.0], 1)
    window.activateWindow()
    chart.setFocus()
    qtbot.waitUntil(chart.hasFocus)
    for key in keys:
        qtbot.keyClick(chart, key)
    assert heard == keys


def test_nothing_is_worked_out_while_hidden(chart: Chart) -> None:
    chart.set_series(layers(10), 0, 1)
    chart.hide()
    chart.set_series(layers(20), 19, 2)
    assert chart._tracks.length == 10
    chart.show()
    assert chart._tracks.length == 20
    assert label(chart, "readout").text() == "Loss, step 19"
