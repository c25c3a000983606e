"""The plot of the result against a leaf: curve, tangent, words, and the point that is dragged."""

from __future__ import annotations

import math

import numpy as np
import pyqtgraph as pg
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QHelpEvent, QKeySequence, QShortcut
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QComboBox, QLabel, QToolTip, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from gdsim.app import theme
from gdsim.app.widgets.chart_line import ChartLine
from gdsim.app.widgets.tangent_plot import TangentPlot
from gdsim.formula.program import parse_program
from gdsim.problems.graph import build_graph
from gdsim.simulation.files import load
from gdsim.simulation.tangent import Slice, slice_of


@pytest.fixture
def plot(qtbot: QtBot) -> TangentPlot:
    widget = TangentPlot()
    qtbot.addWidget(widget)
    widget.resize(400, 280)
    with qtbot.waitExposed(widget):
        widget.show()
    return widget


def lecture(leaf: str = "x", x: float = 1.0, y: float = 2.0) -> Slice:
    graph = load("lecture-autograd").walk().graph
    low, high = {"x": (-3.0, 3.0), "y": (0.0, 2.0)}[leaf]
    return slice_of(graph, {"x": x, "y": y}, leaf, low, high)


def made(program: str, low: float = -3, high: float = 3, **leaves: float) -> Slice:
    graph = build_graph(parse_program(program), dict.fromkeys(leaves, True))
    return slice_of(graph, leaves, "x", low, high)


def canvas(plot: TangentPlot) -> pg.PlotWidget:
    return plot.findChild(pg.PlotWidget, "tangent_canvas")


def line(plot: TangentPlot, which: int) -> tuple[np.ndarray, np.ndarray]:
    """Return what is drawn of the curve (0) or the tangent (1)."""
    lines = [item for item in canvas(plot).plotItem.items if isinstance(item, ChartLine)]
    places, heights = lines[which].getOriginalDataset()
    return (np.empty(0), np.empty(0)) if places is None else (places, heights)


def dot(plot: TangentPlot) -> list[list[float]]:
    (found,) = (item for item in canvas(plot).plotItem.items if isinstance(item, pg.ScatterPlotItem))
    return [list(values) for values in found.getData()]


def view(plot: TangentPlot) -> list[list[float]]:
    return canvas(plot).plotItem.vb.viewRange()


def words(plot: TangentPlot, part: str = "readout") -> str:
    return plot.findChild(QLabel, f"tangent_{part}").text()


def pixel(plot: TangentPlot, place: float) -> QPoint:
    box = canvas(plot).plotItem.vb
    return canvas(plot).mapFromScene(box.mapViewToScene(QPointF(place, sum(box.viewRange()[1]) / 2)))


def test_the_slope_of_the_lecture_stands_above_its_curve(plot: TangentPlot) -> None:
    plot.show_slice(lecture())
    assert words(plot) == "d loss/dx = −2.5379 at x = 1"
    assert plot.findChild(QLabel, "tangent_readout").toolTip().startswith("d loss/dx = -2.53788284273999")
    assert words(plot, "note") == ""
    places, heights = line(plot, 0)
    np.testing.assert_allclose(heights, np.log1p(np.exp(-(places**2))) - places**2, atol=1e-12)
    assert (places[0], places[-1]) == (-3, 3)
    assert dot(plot) == [[1.0], [pytest.approx(-0.6867383124817772)]]


def test_the_tangent_goes_through_the_point_and_across_the_plot(plot: TangentPlot) -> None:
    plot.show_slice(lecture())
    places, heights = line(plot, 1)
    assert np.diff(heights)[0] / np.diff(places)[0] == pytest.approx(-2.5378828427399904)
    assert np.interp(1.0, places, heights) == pytest.approx(-0.6867383124817772)
    (left, right), (bottom, top) = view(plot)
    for place, height in zip(places, heights, strict=True):
        assert not (left < place < right and bottom < height < top)


def test_a_leaf_that_requires_no_gradient_has_a_curve_only(plot: TangentPlot) -> None:
    plot.show_slice(lecture("y"))
    assert words(plot) == "loss = −0.6867 at y = 2"
    assert words(plot, "note") == "y requires no gradient, so autograd finds no slope."
    assert len(line(plot, 0)[0]) == 201
    assert len(line(plot, 1)[0]) == 0
    plot.show_slice(lecture("x"))
    assert words(plot, "note") == ""
    assert len(line(plot, 1)[0]) == 2


def test_a_vertical_tangent_is_not_drawn_and_no_infinite_value_either(plot: TangentPlot) -> None:
    plot.show_slice(made("r = log(x)", x=0.0))
    assert len(line(plot, 1)[0]) == 0
    assert dot(plot) == [[], []]
    assert words(plot, "note") == "r is −∞ here, so there is no tangent."


def test_axes_bear_the_names(plot: TangentPlot) -> None:
    plot.show_slice(lecture())
    item = canvas(plot).plotItem
    assert (item.getAxis("bottom").labelText, item.getAxis("left").labelText) == ("x", "loss")
    assert plot.accessibleName() and canvas(plot).accessibleName()


def test_the_view_stays_while_the_leaf_moves(plot: TangentPlot) -> None:
    plot.show_slice(lecture(x=-3.0))
    before = view(plot)
    for x in (-1.3, 0.0, 3.0):
        plot.show_slice(lecture(x=x))
        assert view(plot) == before
    plot.show_slice(lecture(x=3.0, y=0.5))
    assert view(plot)[0] == before[0]
    assert view(plot)[1] != before[1]


def test_both_ends_of_the_range_are_inside_the_plot(plot: TangentPlot) -> None:
    plot.show_slice(lecture("y"))
    (left, right), _ = view(plot)
    assert left < 0 < 2 < right


def test_poles_do_not_stretch_the_view_and_are_not_drawn_across(plot: TangentPlot) -> None:
    plot.show_slice(made("tan(x)", -5, 5, x=1.0))
    bottom, top = view(plot)[1]
    assert -100 < bottom < -2 and 2 < top < 100
    places, heights = line(plot, 0)
    for pole in np.array([-3, -1, 1, 3]) * math.pi / 2:
        after = int(np.flatnonzero(places > pole)[0])
        assert np.isnan(heights[after - 1 : after + 1]).any(), pole


def test_a_curve_that_leaves_the_view_is_not_taken_for_a_pole(plot: TangentPlot) -> None:
    plot.show_slice(made("exp(40*x)", x=1.0))
    assert view(plot)[1][1] < math.exp(119)
    assert not np.isnan(line(plot, 0)[1]).any()


def test_a_steep_curve_is_drawn_whole(plot: TangentPlot) -> None:
    plot.show_slice(made("x**9", x=1.0))
    assert not np.isnan(line(plot, 0)[1]).any()
    bottom, top = view(plot)[1]
    assert bottom < -(3**9) and top > 3**9


@pytest.mark.parametrize(
    ("program", "low", "high", "x"),
    [
        ("exp(exp(x))", -10, 10, 1.0),
        ("x**2*1e290", -3, 3, 1.0),
        ("x*1e-290", -3, 3, 1.0),
        ("x", -1e308, 1e308, 1.0),
        ("x", 1.0, 1.0000000000000004, 1.0),
        ("x", -3, 1e200, 1e199),
        ("log(x)", -3, -1, -2.0),
        ("0*x + 5", -3, 3, 1.0),
        ("sqrt(x)*1e150", 0, 3, 1e-300),
    ],
)
def test_nothing_is_too_large_too_small_or_too_flat(
    plot: TangentPlot, program: str, low: float, high: float, x: float
) -> None:
    plot.show_slice(made(program, low, high, x=x))
    QApplication.processEvents()
    assert np.isfinite(view(plot)).all()


def test_what_cannot_be_drawn_is_said(plot: TangentPlot) -> None:
    plot.show_slice(made("x**2*1e290", x=1.0))
    assert words(plot, "note") == "What lies beyond 1·10¹²⁰ is not drawn."


def test_any_leaf_can_be_chosen(qtbot: QtBot, plot: TangentPlot) -> None:
    box = plot.findChild(QComboBox, "tangent_leaf")
    chosen: list[str] = []
    plot.leaf_chosen.connect(chosen.append)
    plot.show_slice(lecture())
    assert [box.itemText(row) for row in range(box.count())] == ["x", "y"]
    assert box.currentText() == "x"
    assert not chosen
    box.setFocus()
    qtbot.keyClick(box, Qt.Key.Key_Down)
    assert chosen == ["y"]
    plot.show_slice(made("a*x + b", a=1.0, x=2.0, b=3.0))
    assert [box.itemText(row) for row in range(box.count())] == ["a", "x", "b"]
    assert box.currentText() == "x"
    assert chosen == ["y"]


def test_dragging_announces_values_until_the_button_is_released(qtbot: QtBot, plot: TangentPlot) -> None:
    plot.show_slice(lecture())
    dragged: list[tuple[str, float]] = []
    settled: list[bool] = []
    plot.value_dragged.connect(lambda name, value: dragged.append((name, value)))
    plot.settled.connect(lambda: settled.append(True))
    view = canvas(plot).viewport()
    QTest.mousePress(view, Qt.MouseButton.LeftButton, pos=pixel(plot, -1.5))
    QTest.mouseMove(view, pixel(plot, 0.5))
    qtbot.waitUntil(lambda: len(dragged) == 2)
    assert not settled
    QTest.mouseMove(view, QPoint(10_000, 5))
    qtbot.waitUntil(lambda: len(dragged) == 3)
    QTest.mouseRelease(view, Qt.MouseButton.LeftButton)
    assert [name for name, _ in dragged] == ["x"] * 3
    width = 6.3 / canvas(plot).plotItem.vb.width()
    assert [value for _, value in dragged] == [pytest.approx(-1.5, abs=width), pytest.approx(0.5, abs=width), 3.0]
    # As many digits as pixels can tell apart, no more.
    assert all(len(str(value)) <= 5 for _, value in dragged)
    assert settled == [True]
    QTest.mouseMove(view, pixel(plot, 0))
    QTest.mouseRelease(view, Qt.MouseButton.LeftButton)
    assert len(dragged) == 3 and settled == [True]


def test_a_press_beside_the_plot_or_with_another_button_changes_nothing(plot: TangentPlot) -> None:
    plot.show_slice(lecture())
    dragged: list[float] = []
    plot.value_dragged.connect(lambda name, value: dragged.append(value))
    view = canvas(plot).viewport()
    QTest.mouseClick(view, Qt.MouseButton.LeftButton, pos=QPoint(3, 3))
    QTest.mouseClick(view, Qt.MouseButton.RightButton, pos=pixel(plot, 0))
    assert not dragged


def test_the_plot_says_what_one_can_do(qtbot: QtBot, plot: TangentPlot) -> None:
    place = pixel(plot, 0)
    event = QHelpEvent(QEvent.Type.ToolTip, place, canvas(plot).viewport().mapToGlobal(place))
    QApplication.sendEvent(canvas(plot).viewport(), event)
    assert QToolTip.text() == "Drag the point to change the leaf."
    QToolTip.hideText()
    qtbot.waitUntil(lambda: not QToolTip.isVisible())


def test_an_empty_plot_can_be_clicked(plot: TangentPlot) -> None:
    QTest.mouseClick(canvas(plot).viewport(), Qt.MouseButton.LeftButton, pos=QPoint(200, 100))
    assert words(plot) == ""


def test_all_keys_are_left_to_the_run(qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    plot = TangentPlot()
    QVBoxLayout(window).addWidget(plot)
    pressed: list[str] = []
    for key in ("Space", "Right", "Home", "B"):
        shortcut = QShortcut(QKeySequence(key), window)
        shortcut.activated.connect(lambda key=key: pressed.append(key))
    with qtbot.waitActive(window):
        window.show()
        window.activateWindow()
    plot.show_slice(lecture())
    QTest.mouseClick(canvas(plot).viewport(), Qt.MouseButton.LeftButton, pos=pixel(plot, 0))
    plot.leaf.setFocus()
    for key in (Qt.Key.Key_Space, Qt.Key.Key_Right, Qt.Key.Key_Home, Qt.Key.Key_B):
        qtbot.keyClick(QApplication.focusWidget(), key)
    assert pressed == ["Space", "Right", "Home", "B"]


def count(plot: TangentPlot, colour: str) -> int:
    image = plot.grab().toImage().convertToFormat(plot.grab().toImage().Format.Format_RGB32)
    pixels = np.frombuffer(image.constBits(), np.uint32).reshape(image.height(), -1) & 0xFFFFFF
    return int((pixels == int(colour[1:], 16)).sum())


def test_the_tangent_has_the_colour_of_gradients_on_both_grounds(plot: TangentPlot) -> None:
    plot.show_slice(lecture())
    for colours in (theme.LIGHT, theme.DARK):
        plot.set_theme(colours)
        assert count(plot, colours.ground) > 20_000
        assert count(plot, colours.gradient) > 100
        assert count(plot, colours.text) > 100
        assert count(plot, colours.accent) > 30
        plot.show_slice(lecture("y"))
        assert count(plot, colours.gradient) == 0
        plot.show_slice(lecture())


def test_it_follows_the_palette(plot: TangentPlot) -> None:
    plot.show_slice(lecture())
    try:
        theme.apply("dark")
        QApplication.processEvents()
        assert count(plot, theme.DARK.ground) > 20_000
    finally:
        theme.apply("light")


def test_words_that_do_not_fit_are_shortened_and_found_in_the_tooltip(qtbot: QtBot, plot: TangentPlot) -> None:
    graph = build_graph(parse_program("a_long_name_of_a_result = x*x"), {"x": True})
    plot.show_slice(slice_of(graph, {"x": 0.1 + 0.2}, "x", -3, 3))
    plot.resize(220, 240)
    qtbot.waitUntil(lambda: words(plot).endswith("…"))
    tip = plot.findChild(QLabel, "tangent_readout").toolTip()
    assert tip == "d a_long_name_of_a_result/dx = 0.6000000000000001 at x = 0.30000000000000004"
