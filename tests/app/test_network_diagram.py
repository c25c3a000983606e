"""The diagram of the network on screen."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QLabel, QToolButton, QWidget
from pytestqt.qtbot import QtBot

from gdsim.app.theme import DARK, LIGHT
from gdsim.app.widgets.network_diagram import NetworkDiagram
from gdsim.app.widgets.network_paint import qt_lines
from gdsim.export.network_geometry import MOST_LINES, Margins, arrange, nice_scale
from gdsim.problems.network import chain
from gdsim.problems.unit import sample_values
from gdsim.simulation.snapshot import HeldGradient
from tests.app.networks import network, snapshot, weights

MARGINS = Margins(50, 30, 60, 20)


@pytest.fixture
def diagram(qtbot: QtBot) -> NetworkDiagram:
    result = NetworkDiagram()
    qtbot.addWidget(result)
    result.resize(700, 350)
    with qtbot.waitExposed(result):
        result.show()
    return result


def label(diagram: NetworkDiagram, name: str) -> str:
    found = diagram.findChild(QLabel, name)
    assert found is not None
    return found.toolTip() or found.text()


def geometry(diagram: NetworkDiagram):
    diagram.grab()
    assert diagram._layout is not None
    return diagram._layout[2]


def picture(diagram: NetworkDiagram) -> QImage:
    return diagram.canvas.grab().toImage()


def colours(image: QImage) -> np.ndarray:
    """Return red, green and blue of every pixel."""
    plain = image.convertToFormat(QImage.Format.Format_RGB32)
    rows = np.frombuffer(plain.constBits(), np.uint8).reshape(plain.height(), plain.bytesPerLine() // 4, 4)
    return rows[:, : plain.width(), 2::-1].astype(int)


def place_of(diagram: NetworkDiagram, layer: int, unit: int) -> QPoint:
    middle = geometry(diagram).middle(layer, unit)
    assert middle is not None
    return QPoint(round(middle[0]), round(middle[1]))


def place_on_line(diagram: NetworkDiagram, layer: int, unit: int, source: int, share: float = 0.5) -> QPoint:
    arranged = geometry(diagram)
    line = np.flatnonzero((arranged.layer == layer) & (arranged.unit == unit) & (arranged.input == source))[0]
    place: QPointF = qt_lines(arranged)[line].pointAt(share)
    return place.toPoint()


def test_names(diagram: NetworkDiagram) -> None:
    assert diagram.objectName() == "network_diagram"
    assert diagram.accessibleName()
    for name in ("diagram_quantity", "diagram_weights", "diagram_gradients", "diagram_canvas"):
        found = diagram.findChild(QWidget, name)
        assert found is not None and found.accessibleName(), name


def test_an_empty_diagram_says_what_to_do(diagram: NetworkDiagram) -> None:
    image = picture(diagram)
    assert len(np.unique(colours(image).reshape(-1, 3), axis=0)) > 2
    assert label(diagram, "diagram_readout") == ""


def test_a_line_has_the_colour_of_its_sign_and_the_thickness_of_its_size(diagram: NetworkDiagram) -> None:
    def thickness(weight: float, other: float = 1.0) -> tuple[int, int]:
        pair = network((2, 1), ("identity",), (False,))
        values = {"output.weight": np.array([[weight, other]], dtype=np.float32)}
        diagram.set_snapshot(snapshot(pair, values))
        place = place_on_line(diagram, 0, 0, 0)
        column = colours(picture(diagram))[place.y() - 6 : place.y() + 7, place.x()]
        blue, orange = column[:, 2] - column[:, 0] > 60, column[:, 0] - column[:, 2] > 60
        return int(blue.sum()), int(orange.sum())

    assert thickness(-1.0)[0] >= 3 and thickness(-1.0)[1] == 0
    assert thickness(1.0)[1] >= 3 and thickness(1.0)[0] == 0
    assert thickness(0.5)[1] < thickness(1.0)[1]
    assert thickness(0.0) == (0, 0)


def test_it_follows_the_run(diagram: NetworkDiagram) -> None:
    problem = network()
    values = weights(problem)
    diagram.set_snapshot(snapshot(problem, values))
    before = picture(diagram)
    diagram.set_snapshot(snapshot(problem, values))
    assert picture(diagram) == before
    diagram.set_snapshot(snapshot(problem, {name: -value for name, value in values.items()}))
    assert picture(diagram) != before


def test_a_run_is_painted_like_a_state_at_rest_but_for_smoothness(diagram: NetworkDiagram) -> None:
    problem = network()
    rest = snapshot(problem)
    diagram.set_snapshot(rest)
    before = colours(picture(diagram))
    diagram.set_snapshot(dataclasses.replace(rest, playing=True))
    after = colours(picture(diagram))
    assert (before != after).any()
    assert np.abs(before.mean((0, 1)) - after.mean((0, 1))).max() < 3


@pytest.mark.parametrize("weight", [0.05, 0.15, 0.25, 0.35])
def test_a_pale_line_of_a_run_is_as_thick_everywhere(diagram: NetworkDiagram, weight: float) -> None:
    pair = network((2, 1), ("identity",), (False,))
    values = {"output.weight": np.array([[weight, 1.0]], dtype=np.float32)}
    diagram.set_snapshot(dataclasses.replace(snapshot(pair, values), playing=True))
    image = colours(picture(diagram))
    for share in np.linspace(0.3, 0.6, 40):
        place = place_on_line(diagram, 0, 0, 0, share)
        column = image[place.y() - 4 : place.y() + 5, place.x()]
        assert (column[:, 0] - column[:, 2] > 5).sum() == 1


def test_a_hidden_diagram_paints_nothing_until_it_is_shown(diagram: NetworkDiagram, qtbot: QtBot) -> None:
    problem = network()
    diagram.set_snapshot(snapshot(problem))
    diagram.select_unit(2, 1)
    picture(diagram)
    before, shown = diagram._layout, label(diagram, "diagram_readout")
    diagram.hide()
    other = network((4, 5, 2), ("relu", "identity"), (True, True))
    diagram.set_snapshot(snapshot(other))
    assert diagram._layout is before
    assert label(diagram, "diagram_readout") == shown
    with qtbot.waitExposed(diagram):
        diagram.show()
    assert len(geometry(diagram).ends) == 4 * 5 + 5 * 2
    assert label(diagram, "diagram_readout") != shown


def test_the_buttons_choose_weights_or_gradients(diagram: NetworkDiagram, qtbot: QtBot) -> None:
    problem = network()
    grad = HeldGradient({name: np.full_like(value, -1.0) for name, value in weights(problem).items()}, 1, 3)
    diagram.set_snapshot(snapshot(problem, grad=grad))
    before = colours(picture(diagram))
    button = diagram.findChild(QToolButton, "diagram_gradients")
    assert button is not None
    with qtbot.waitSignal(diagram.quantity_chosen) as chosen:
        qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert chosen.args == ["gradients"]
    assert diagram.quantity == "gradients"
    after = colours(picture(diagram))

    def orange(image: np.ndarray) -> int:
        return int((image[..., 0] - image[..., 2] > 60).sum())

    assert orange(before) > 1000
    assert orange(after) == 0


def test_setting_the_quantity_sends_no_signal(diagram: NetworkDiagram, qtbot: QtBot) -> None:
    with qtbot.assertNotEmitted(diagram.quantity_chosen):
        diagram.set_quantity("gradients")
    button = diagram.findChild(QToolButton, "diagram_gradients")
    assert button is not None and button.isChecked()


@pytest.mark.parametrize(
    ("count", "step", "words"), [(0, 3, "No gradient yet"), (1, 3, ""), (2, 3, "2"), (1, 2, "step 2")]
)
def test_it_says_what_is_special_about_the_gradient(diagram: NetworkDiagram, count: int, step: int, words: str) -> None:
    problem = network()
    grad = HeldGradient(weights(problem), count, step) if count else None
    diagram.set_quantity("gradients")
    diagram.set_snapshot(snapshot(problem, grad=grad))
    picture(diagram)
    assert words in label(diagram, "diagram_note")
    assert bool(words) == bool(label(diagram, "diagram_note"))


def test_a_line_under_the_pointer_is_read_out(diagram: NetworkDiagram, qtbot: QtBot) -> None:
    problem = network()
    values = weights(problem)
    grad = HeldGradient({name: value * 2 for name, value in values.items()}, 1, 3)
    diagram.set_snapshot(snapshot(problem, values, grad))
    before = picture(diagram)
    place = place_on_line(diagram, 2, 0, 7, 0.8)
    qtbot.mouseMove(diagram.canvas, place)
    weight = values["output.weight"][0, 7]
    expected = f"output.weight[0, 7] = {weight!s}, gradient {weight * 2!s}"
    qtbot.waitUntil(lambda: label(diagram, "diagram_readout") == expected)
    assert picture(diagram) != before
    changed = {name: value + 1 for name, value in values.items()}
    diagram.set_snapshot(snapshot(problem, changed, None))
    text = label(diagram, "diagram_readout")
    assert text.startswith(f"output.weight[0, 7] = {changed['output.weight'][0, 7]!s}")
    assert "no gradient" in text


def test_a_unit_under_the_pointer_is_read_out(diagram: NetworkDiagram, qtbot: QtBot) -> None:
    problem = network()
    values = weights(problem)
    flow = sample_values(problem, values, 5)
    diagram.set_snapshot(snapshot(problem, values))
    diagram.set_sample(flow)
    qtbot.mouseMove(diagram.canvas, place_of(diagram, 2, 1))
    qtbot.waitUntil(lambda: label(diagram, "diagram_readout").startswith("output, unit 1"))
    text = label(diagram, "diagram_readout")
    assert "kind 1" in text
    assert f"bias {values['output.bias'][1]!s}" in text
    assert f"output {float(flow[2].outputs[0, 1]):.7g}" in text
    qtbot.mouseMove(diagram.canvas, place_of(diagram, -1, 4))
    qtbot.waitUntil(lambda: "x4 = " in label(diagram, "diagram_readout"))
    assert f"{float(problem.data.features[5, 4]):.7g}" in label(diagram, "diagram_readout")


def test_a_click_chooses_a_unit_and_its_lines_stand_out(diagram: NetworkDiagram, qtbot: QtBot) -> None:
    diagram.set_snapshot(snapshot(network()))
    place = place_of(diagram, 1, 6)
    away = place_on_line(diagram, 2, 0, 0)
    before = colours(picture(diagram))
    with qtbot.waitSignal(diagram.unit_chosen) as chosen:
        qtbot.mouseClick(diagram.canvas, Qt.MouseButton.LeftButton, pos=place)
    assert chosen.args == [1, 6]
    assert diagram.selected == (1, 6)
    after = colours(picture(diagram))
    ground = np.array([255, 255, 255])
    around = (slice(away.y() - 2, away.y() + 3), slice(away.x() - 2, away.x() + 3))
    assert np.abs(after[around] - ground).sum() < np.abs(before[around] - ground).sum()


def test_inputs_and_empty_places_choose_nothing(diagram: NetworkDiagram, qtbot: QtBot) -> None:
    diagram.set_snapshot(snapshot(network()))
    place = place_of(diagram, -1, 3)
    with qtbot.assertNotEmitted(diagram.unit_chosen):
        qtbot.mouseClick(diagram.canvas, Qt.MouseButton.LeftButton, pos=place)
        qtbot.mouseClick(diagram.canvas, Qt.MouseButton.LeftButton, pos=QPoint(3, 3))
    assert diagram.selected is None


def test_up_and_down_go_through_the_units(diagram: NetworkDiagram, qtbot: QtBot) -> None:
    diagram.set_snapshot(snapshot(network((3, 2, 2), ("relu", "identity"), (True, True))))
    picture(diagram)
    seen = []
    diagram.unit_chosen.connect(lambda layer, unit: seen.append((layer, unit)))
    for key in (Qt.Key.Key_Down, Qt.Key.Key_Down, Qt.Key.Key_Down, Qt.Key.Key_Up):
        qtbot.keyClick(diagram.canvas, key)
        picture(diagram)
    assert seen == [(0, 0), (0, 1), (1, 0), (0, 1)]


@pytest.mark.parametrize("key", [Qt.Key.Key_Space, Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_PageDown])
def test_the_keys_of_the_run_are_left_to_it(qtbot: QtBot, key: Qt.Key) -> None:
    class Window(QWidget):
        def __init__(self) -> None:
            super().__init__()
            self.keys: list[int] = []

        def keyPressEvent(self, event) -> None:
            self.keys.append(event.key())

    window = Window()
    qtbot.addWidget(window)
    diagram = NetworkDiagram(window)
    diagram.set_snapshot(snapshot(network()))
    qtbot.keyClick(diagram.canvas, key)
    assert window.keys == [key]


def test_units_are_filled_by_what_flows_through_them(diagram: NetworkDiagram) -> None:
    problem = network((2, 2, 2), ("identity", "identity"), (False, False))
    values = weights(problem)
    values["linear1.weight"] = np.array([[1, 0], [-1, 0]], dtype=np.float32)
    diagram.set_snapshot(snapshot(problem, values))
    places = [place_of(diagram, 0, unit) for unit in (0, 1)]
    empty = colours(picture(diagram))
    assert all((empty[place.y(), place.x()] == 255).all() for place in places)
    flow = sample_values(problem, values, 0)
    diagram.set_sample(flow)
    filled = colours(picture(diagram))
    for place, value in zip(places, flow[0].outputs[0], strict=True):
        red, _, blue = filled[place.y(), place.x()]
        assert (red > blue) == (value > 0)
        assert red != blue
    diagram.set_sample(None)
    assert (colours(picture(diagram)) == empty).all()


def test_values_of_another_network_are_not_shown(diagram: NetworkDiagram) -> None:
    problem, other = network(), network((5, 4), ("identity",), (True,))
    diagram.set_snapshot(snapshot(problem))
    empty = picture(diagram)
    diagram.set_sample(sample_values(other, weights(other), 0))
    assert picture(diagram) == empty


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_a_run_that_diverged_is_still_drawn(diagram: NetworkDiagram, bad: float) -> None:
    problem = network()
    values = weights(problem)
    values["linear1.weight"] = np.full((13, 20), bad, dtype=np.float32)
    diagram.set_snapshot(snapshot(problem, values))
    diagram.set_sample(sample_values(problem, values, 0))
    assert len(np.unique(colours(picture(diagram)).reshape(-1, 3), axis=0)) > 20


def test_zeros_everywhere_have_no_scale(diagram: NetworkDiagram) -> None:
    problem = network()
    diagram.set_snapshot(snapshot(problem, {name: value * 0 for name, value in weights(problem).items()}))
    picture(diagram)
    assert not diagram._legend.isVisible()
    diagram.set_snapshot(snapshot(problem))
    picture(diagram)
    assert diagram._legend.isVisible()


def test_the_largest_networks_are_drawn_in_part() -> None:
    arranged = arrange(chain(4096, [(4096, "relu", True)] * 7 + [(10, "identity", True)]), 700, 300, MARGINS)
    assert len(arranged.ends) <= MOST_LINES
    assert arranged.columns[0].units[0] == 0
    assert arranged.columns[0].units[-1] == 4095
    assert arranged.columns[1].dots is not None
    assert arranged.columns[-1].dots is None
    drawn = arranged.columns[0].y
    assert drawn.min() > MARGINS.top and drawn.max() < 300 - MARGINS.bottom


def test_the_values_of_a_partly_drawn_layer_are_those_of_its_units() -> None:
    layers = chain(100, [(50, "identity", False)])
    arranged = arrange(layers, 700, 300, MARGINS)
    weight = np.arange(5000, dtype=np.float32).reshape(50, 100)
    values = arranged.values({"output.weight": weight})
    assert (values == weight[arranged.unit, arranged.input]).all()
    assert 49 in arranged.unit and 99 in arranged.input and 25 not in arranged.unit


def test_what_lies_under_a_place_is_found() -> None:
    arranged = arrange(chain(6, [(5, "relu", False), (2, "identity", False)]), 600, 300, MARGINS)
    for number, line in enumerate(qt_lines(arranged)):
        place = line.pointAt(0.37)
        found = arranged.line_at(place.x(), place.y())
        assert found is not None
        near = qt_lines(arranged)[found].pointAt(0.37)
        assert found == number or np.hypot(near.x() - place.x(), near.y() - place.y()) < 1e-6
    assert arranged.unit_at(*arranged.middle(1, 1)) == (1, 1)
    assert arranged.unit_at(*arranged.middle(-1, 5)) == (-1, 5)
    assert arranged.unit_at(300, 5) is None
    assert arranged.line_at(300, 5) is None


def test_lines_of_the_selected_unit_are_found_first() -> None:
    arranged = arrange(chain(20, [(13, "relu", False)]), 600, 300, MARGINS)
    chosen = arranged.incoming(0, 6)
    number = int(np.flatnonzero(chosen)[3])
    place = qt_lines(arranged)[number].pointAt(0.5)
    assert arranged.line_at(place.x() + 1.0, place.y() + 1.0, chosen) in np.flatnonzero(chosen)


@pytest.mark.parametrize(
    ("largest", "scale"), [(0.21, 0.3), (1.0, 1.0), (1.01, 1.5), (9.3e-7, 1e-6), (0.0, 0.0), (7e12, 8e12)]
)
def test_the_scale_is_a_round_number(largest: float, scale: float) -> None:
    assert nice_scale(np.array([0.0, -largest, np.nan, np.inf])) == pytest.approx(scale)


@pytest.mark.parametrize("ground", ["light", "dark", "transparent"])
def test_pictures_of_any_size(diagram: NetworkDiagram, ground: str) -> None:
    diagram.set_snapshot(snapshot(network()))
    image = diagram.grab_image(1400, 900, ground)
    assert (image.width(), image.height()) == (1400, 900)
    corner = image.pixelColor(2, 450)
    expected = {"light": QColor(LIGHT.ground), "dark": QColor(DARK.ground), "transparent": QColor(0, 0, 0, 0)}[ground]
    assert corner == expected
    inked = colours(image)[200:800, 200:1200]
    assert (np.abs(inked - inked[0, 0]).sum(-1) > 30).mean() > 0.1


def test_letters_grow_with_the_picture(diagram: NetworkDiagram) -> None:
    diagram.set_snapshot(snapshot(network()))

    def height_of_title(width: int, height: int) -> int:
        rows = np.abs(colours(diagram.grab_image(width, height))[:, : width // 8] - 255).sum((1, 2))
        inked = np.flatnonzero(rows)
        gaps = np.flatnonzero(np.diff(inked) > 1)
        return int(gaps[0]) + 1

    assert height_of_title(2100, 1050) == pytest.approx(3 * height_of_title(700, 350), abs=4)


def test_light_and_dark(diagram: NetworkDiagram) -> None:
    diagram.set_snapshot(snapshot(network()))
    for theme in (DARK, LIGHT):
        diagram.set_theme(theme)
        assert picture(diagram).pixelColor(1, 1) == QColor(theme.ground)
