"""Distributions of weights and gradients, now and over time."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QComboBox, QLabel, QWidget
from pytestqt.qtbot import QtBot

from gdsim.app import theme
from gdsim.app.widgets.histogram_view import MOST_NUMBERS, HistogramView
from gdsim.app.widgets.spread_canvas import SpreadCanvas
from gdsim.app.widgets.spread_panels import HeatPanel, HistogramPanel, ramp
from gdsim.simulation.distributions import distribution
from gdsim.simulation.snapshot import HeldGradient, Point, Snapshot

SHAPES = {"linear1.weight": (13, 20), "output.weight": (3, 13), "output.bias": (3,)}


def snapshot(
    parameters: dict[str, np.ndarray] | None = None,
    gradient: dict[str, np.ndarray] | None = None,
    step: int = 0,
    steps: range = range(0),
) -> Snapshot:
    """A state of a run in which the parameters were ``(1 + k) / 10`` at step k, and the gradients 10 times that."""
    if parameters is None:
        parameters = {
            name: np.linspace(-1, 1, int(np.prod(s)), dtype=np.float32).reshape(s) for name, s in SHAPES.items()
        }
    kept = {
        kind: {
            name: tuple(distribution(k, np.full(s, factor * (1 + k), dtype=np.float32)) for k in steps)
            for name, s in SHAPES.items()
        }
        for kind, factor in (("parameter", 0.1), ("gradient", 1.0))
    }
    point = Point(step, parameters, 1.0, gradient or {}, {}, {})
    return Snapshot(
        1, "update", point, None, (), max(step, max(steps, default=0)), ("loss",), np.zeros((1, 1)),
        grad=None if gradient is None else HeldGradient(gradient, 1, step), distributions=kept,
    )  # fmt: skip


@pytest.fixture
def view(qtbot: QtBot) -> HistogramView:
    widget = HistogramView()
    qtbot.addWidget(widget)
    widget.resize(300, 160)
    with qtbot.waitExposed(widget):
        widget.show()
    return widget


def canvas(view: HistogramView) -> SpreadCanvas:
    return view.findChild(SpreadCanvas)


def box(view: HistogramView, name: str) -> QComboBox:
    return view.findChild(QComboBox, f"histogram_{name}")


def choose(view: HistogramView, name: str, text: str) -> None:
    box(view, name).setCurrentText(text)
    assert box(view, name).currentText() == text


def label(view: HistogramView, name: str) -> QLabel:
    return view.findChild(QLabel, f"histogram_{name}")


def hover(qtbot: QtBot, view: HistogramView, place: QPoint) -> str:
    qtbot.mouseMove(canvas(view), place)
    qtbot.waitUntil(lambda: canvas(view)._pointer is not None and canvas(view)._pointer.toPoint() == place)
    return label(view, "readout").toolTip()


def test_an_empty_view_says_what_to_do(view: HistogramView) -> None:
    assert "Step or play" in canvas(view)._sentence
    assert view.objectName() == "histogram_view"
    for control in (*view.findChildren(QComboBox), canvas(view)):
        assert control.objectName() and control.accessibleName()


def test_the_parameters_are_offered_by_name_and_shape(view: HistogramView) -> None:
    view.set_snapshot(snapshot())
    names = box(view, "parameter")
    assert [names.itemText(row) for row in range(names.count())] == [
        "All layers", "linear1.weight (13 x 20)", "output.weight (3 x 13)", "output.bias (3)",
    ]  # fmt: skip
    choose(view, "parameter", "output.bias (3)")
    view.set_snapshot(snapshot(step=1))
    assert names.currentText() == "output.bias (3)"
    view.set_snapshot(snapshot({"other": np.zeros(3, dtype=np.float32)}))
    assert names.currentText() == "All layers"


def test_all_layers_have_a_histogram_each(view: HistogramView) -> None:
    view.set_snapshot(snapshot())
    assert [panel.title for panel in canvas(view).panels] == list(SHAPES)
    plots = [canvas(view).plot(number) for number in range(3)]
    assert not any(a.intersects(b) for a, b in pairwise(plots))
    assert all(canvas(view).rect().contains(plot) for plot in plots)


def test_the_histogram_is_that_of_the_present_numbers(view: HistogramView) -> None:
    values = np.random.default_rng(0).standard_normal((13, 20)).astype(np.float32)
    view.set_snapshot(snapshot({"linear1.weight": values}))
    (panel,) = canvas(view).panels
    assert isinstance(panel, HistogramPanel)
    np.testing.assert_array_equal(panel.distribution.counts, distribution(0, values).counts)
    assert label(view, "readout").toolTip().startswith("260 numbers from")


def test_under_the_pointer_the_bin_and_its_count(qtbot: QtBot, view: HistogramView) -> None:
    # 3 zeros and 1 one: the first and the last of 64 bins from 0 to 1.
    view.set_snapshot(snapshot({"w": np.array([0, 0, 0, 1], dtype=np.float32)}))
    plot = canvas(view).plot(0)
    assert hover(qtbot, view, QPoint(plot.left() + 1, plot.center().y())) == "From 0.000 to 0.01562: 3 of 4"
    assert hover(qtbot, view, QPoint(plot.right() - 1, plot.center().y())) == "From 0.9844 to 1.000: 1 of 4"
    assert ": 0 of 4" in hover(qtbot, view, plot.center())
    assert "4 numbers" in hover(qtbot, view, QPoint(1, 1))


def test_bars_are_as_tall_as_their_counts(view: HistogramView) -> None:
    view.resize(640, 300)
    view.set_theme(theme.LIGHT)
    view.set_snapshot(snapshot({"w": np.array([0, 0, 0, 0, 1], dtype=np.float32)}))
    plot, image = canvas(view).plot(0), canvas(view).grab().toImage()

    def tall(x: int) -> int:
        accent = QColor(theme.LIGHT.accent)
        return sum(image.pixelColor(x, y) == accent for y in range(plot.top(), plot.bottom() + 1))

    assert tall(plot.left() + 2) == pytest.approx(plot.height(), abs=2)
    assert tall(plot.right() - 4) == pytest.approx(plot.height() / 4, abs=2)
    assert tall(plot.center().x()) == 0


def test_gradients_are_what_grad_holds(view: HistogramView) -> None:
    choose(view, "kind", "Gradients")
    view.set_snapshot(snapshot())
    assert canvas(view)._sentence == "There is no gradient yet (grad is None): run backward first."
    held = {name: np.full(shape, 5, dtype=np.float32) for name, shape in SHAPES.items()}
    view.set_snapshot(snapshot(gradient=held))
    assert [panel.distribution.low for panel in canvas(view).panels] == [5, 5, 5]
    assert canvas(view)._sentence == ""


def test_numbers_that_are_not_finite_are_counted_apart(view: HistogramView) -> None:
    view.set_snapshot(snapshot({"w": np.array([np.nan, np.inf, 1, 2], dtype=np.float32)}))
    assert label(view, "note").text() == "2 not finite"
    view.set_snapshot(snapshot({"w": np.array([np.nan], dtype=np.float32)}))
    assert label(view, "readout").toolTip() == "There is no finite number."
    view.set_snapshot(snapshot({"w": np.ones(3, dtype=np.float32)}))
    assert label(view, "note").text() == ""


def test_of_a_large_tensor_a_regular_sample_is_counted_and_said_so(view: HistogramView) -> None:
    large = np.zeros((4096, 4096), dtype=np.float32)
    large[0, 17] = 3
    large[0, 18] = 99
    view.set_snapshot(snapshot({"w": large}))
    (panel,) = canvas(view).panels
    assert panel.distribution.counts.sum() == -(-(4096**2) // 17) <= MOST_NUMBERS
    assert panel.distribution.high == 3
    assert label(view, "note").text() == "every 17th number"
    view.set_snapshot(snapshot({"w": large[:200]}))
    assert label(view, "note").text() == ""


def test_over_time_the_present_step_and_the_shares(qtbot: QtBot, view: HistogramView) -> None:
    choose(view, "mode", "Over time")
    choose(view, "kind", "Weights")
    view.set_snapshot(snapshot(step=4, steps=range(10)))
    choose(view, "parameter", "linear1.weight (13 x 20)")
    (panel,) = canvas(view).panels
    assert isinstance(panel, HeatPanel)
    assert (panel.heat.edges[0], panel.heat.edges[-1]) == pytest.approx((0.1, 1.0))
    plot = canvas(view).plot(0)
    # All numbers are 0.1 at step 0 and 1.0 at step 9.
    said = hover(qtbot, view, QPoint(plot.left() + 1, plot.bottom()))
    assert said.startswith("Step 0, from 0.1000 to 0.1")
    assert said.endswith(": 100 %")
    assert hover(qtbot, view, QPoint(plot.right() - 1, plot.top())).startswith("Step 9, from 0.9")
    assert hover(qtbot, view, QPoint(plot.left() + 1, plot.top() + 1)).endswith(": 0 %")


@pytest.mark.parametrize("colours", [theme.LIGHT, theme.DARK])
def test_the_heat_map_is_coloured_where_the_numbers_are(view: HistogramView, colours: theme.Theme) -> None:
    view.resize(640, 300)
    view.set_theme(colours)
    choose(view, "mode", "Over time")
    view.set_snapshot(snapshot(step=5, steps=range(10)))
    choose(view, "parameter", "linear1.weight (13 x 20)")
    plot, image = canvas(view).plot(0), canvas(view).grab().toImage()
    most = QColor(*ramp(colours)[-1, :3].tolist())
    ground = QColor(colours.ground)
    assert image.pixelColor(plot.left() + 3, plot.bottom()) == most
    assert image.pixelColor(plot.right() - 3, plot.bottom()) == ground
    assert image.pixelColor(plot.left() + 3, plot.top()) == ground
    # The line at the present step.
    now = plot.left() + round(5 / 9 * (plot.width() - 1))
    assert image.pixelColor(now, plot.top() + 4) == QColor(colours.text)


def test_small_maps_have_the_ends_of_their_values_beside_them(view: HistogramView) -> None:
    choose(view, "mode", "Over time")
    view.resize(420, 260)
    view.set_theme(theme.LIGHT)
    view.set_snapshot(snapshot(step=5, steps=range(10)))
    image = canvas(view).grab().toImage()
    for number, panel in enumerate(canvas(view).panels):
        room, plot = canvas(view)._room(number), canvas(view).plot(number)
        assert panel._ends(room) == ["0.1", "1"]
        assert room.height() < 110 and plot.left() - room.left() >= 16

        def inked(top: int, left: int = room.left(), right: int = plot.left() - 3) -> bool:
            colours = (image.pixelColor(x, top + dy) for x in range(left, right) for dy in range(9))
            return min(colour.lightness() for colour in colours) < 120

        assert inked(plot.top()) and inked(plot.bottom() - 8)
        if plot.height() > 40:
            assert not inked(plot.center().y() - 4)
    # Where there is no room for figures there are none.
    view.resize(240, 144)
    assert all(not panel._ends(canvas(view)._room(n)) for n, panel in enumerate(canvas(view).panels))


def test_over_time_needs_steps(view: HistogramView) -> None:
    choose(view, "mode", "Over time")
    view.set_snapshot(snapshot())
    assert "Step or play" in canvas(view)._sentence
    choose(view, "kind", "Gradients")
    assert "run backward first" in canvas(view)._sentence
    view.set_snapshot(snapshot(steps=range(3), step=2))
    assert len(canvas(view).panels) == 3


def test_a_long_run_has_both_its_ends(view: HistogramView) -> None:
    choose(view, "mode", "Over time")
    view.set_snapshot(snapshot(steps=range(0, 400), step=399))
    for panel in canvas(view).panels:
        assert panel.heat.steps[0] == 0 and panel.heat.steps[-1] == 399
        assert len(panel.heat.steps) <= 66


def test_the_same_distributions_are_resampled_once(view: HistogramView) -> None:
    choose(view, "mode", "Over time")
    shown = snapshot(steps=range(5), step=4)
    view.set_snapshot(shown)
    before = [panel.heat for panel in canvas(view).panels]
    view.set_snapshot(shown)
    assert all(one is other.heat for one, other in zip(before, canvas(view).panels, strict=True))
    view.set_snapshot(snapshot(steps=range(6), step=5))
    assert canvas(view).panels[0].heat.steps[-1] == 5


def test_nothing_is_worked_out_while_hidden(view: HistogramView) -> None:
    view.hide()
    view.set_snapshot(snapshot())
    assert not canvas(view).panels and box(view, "parameter").count() == 1
    view.show()
    assert len(canvas(view).panels) == 3


def test_a_long_name_does_not_widen_the_view(view: HistogramView) -> None:
    narrow = view.minimumSizeHint().width()
    view.set_snapshot(snapshot({"a_very_long_name_of_a_layer.weight": np.ones((4096, 4096), dtype=np.float32)}))
    choose(view, "parameter", "a_very_long_name_of_a_layer.weight (4096 x 4096)")
    assert view.minimumSizeHint().width() == narrow <= 300
    readout = label(view, "readout")
    assert readout.fontMetrics().horizontalAdvance(readout.text()) <= readout.width()


@pytest.mark.parametrize("mode", ["Now", "Over time"])
@pytest.mark.parametrize("colours", [theme.LIGHT, theme.DARK])
def test_the_ground_follows_the_theme(view: HistogramView, mode: str, colours: theme.Theme) -> None:
    choose(view, "mode", mode)
    view.set_snapshot(snapshot(steps=range(3), step=2))
    view.set_theme(colours)
    assert canvas(view).grab().toImage().pixelColor(1, 1) == QColor(colours.ground)


def test_the_boxes_leave_the_keys_to_the_run(qtbot: QtBot) -> None:
    heard: list[int] = []

    class Window(QWidget):
        def keyPressEvent(self, event) -> None:
            heard.append(event.key())

    window = Window()
    qtbot.addWidget(window)
    view = HistogramView(window)
    keys = [
        Qt.Key.Key_Space,
        Qt.Key.Key_Left,
        Qt.Key.Key_Right,
        Qt.Key.Key_PageUp,
        Qt.Key.Key_PageDown,
        Qt.Key.Key_Home,
    ]
    for combo in view.findChildren(QComboBox):
        heard.clear()
        for key in keys:
            qtbot.keyClick(combo, key)
        assert heard == keys
        assert combo.currentIndex() == 0
