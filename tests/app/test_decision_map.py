"""The decision map on screen."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPointF
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from gdsim.app.theme import DARK, LIGHT
from gdsim.app.widgets.decision_items import region_image
from gdsim.app.widgets.decision_map import DecisionMap
from gdsim.export.decision_looks import MOST_POINTS, class_colour
from gdsim.problems.data import DataSet
from gdsim.problems.decision import DecisionGrid, decision_grid
from gdsim.problems.network import chain

LAYERS = chain(2, [(2, "identity", False)])
# Class 1 wherever the first feature is above 0.
PARAMETERS = {"output.weight": np.array([[-3, 0], [3, 0]], dtype=np.float32)}


def data(points: list[tuple[float, float]], labels: list[int]) -> DataSet:
    return DataSet(np.array(points, dtype=np.float32), np.array(labels), ("width", "height"), ("left", "right"))


CORNERS = data([(-1, -1), (-1, 1), (1, -1), (1, 1)], [0, 0, 1, 1])


@pytest.fixture
def view(qtbot: QtBot) -> DecisionMap:
    result = DecisionMap()
    qtbot.addWidget(result)
    result.resize(480, 400)
    with qtbot.waitExposed(result):
        result.show()
    return result


def grid(view: DecisionMap, parameters: dict[str, np.ndarray] = PARAMETERS) -> DecisionGrid:
    assert view.ranges is not None
    return decision_grid(LAYERS, parameters, *view.ranges, 50, points=view.points)


def sentence(view: DecisionMap, name: str = "decision_sentence") -> str:
    found = view.findChild(QLabel, name)
    assert found is not None
    return found.text() if found.isVisible() else ""


def colour_at(view: DecisionMap, x: float, y: float) -> QColor:
    image = view._plot.grab().toImage()
    scene = view._plot.getPlotItem().vb.mapViewToScene(QPointF(x, y))
    place = view._plot.mapFromScene(scene)
    return image.pixelColor(place)


def likeness(colour: QColor, index: int) -> float:
    """Return how far a colour is from the ground towards a class' own."""
    ground, tint = np.array(QColor(LIGHT.ground).getRgb()[:3]), np.array(QColor(class_colour(index)).getRgb()[:3])
    given = np.array(colour.getRgb()[:3]) - ground
    return float(given @ (tint - ground) / ((tint - ground) @ (tint - ground)))


def test_names(view: DecisionMap) -> None:
    assert view.objectName() == "decision_map"
    assert view.accessibleName()


def test_without_data_it_says_what_to_do(view: DecisionMap) -> None:
    assert "two features" in sentence(view)
    assert view.ranges is None
    assert view.points == ()


def test_data_with_more_features_have_no_map(view: DecisionMap) -> None:
    wide = DataSet(np.zeros((3, 20), np.float32), np.zeros(3, np.int64), ("a",) * 20, ("one",))
    view.set_data(wide)
    assert "20" in sentence(view)
    assert view.ranges is None
    view.set_data(CORNERS)
    assert sentence(view) == ""
    assert view.ranges == ((-1.2, 1.2), (-1.2, 1.2))


def test_each_region_has_the_colour_of_its_class(view: DecisionMap) -> None:
    view.set_data(CORNERS)
    view.set_grid(grid(view))
    left, right = colour_at(view, -0.8, 0.2), colour_at(view, 0.8, 0.2)
    assert left.blue() > left.red()
    assert right.red() > right.blue()
    assert likeness(right, 1) > 0.4


def test_the_colour_is_weaker_where_the_network_is_less_sure(view: DecisionMap) -> None:
    view.set_data(CORNERS)
    view.set_grid(grid(view))
    shares = [likeness(colour_at(view, x, 0.2), 1) for x in (0.12, 0.3, 0.9)]
    assert shares == sorted(shares)
    assert shares[0] < shares[2] - 0.1


def test_samples_lie_on_top_in_the_colour_of_their_class(view: DecisionMap) -> None:
    view.set_data(CORNERS)
    assert colour_at(view, -1, 1) == QColor(class_colour(0))
    assert colour_at(view, 1, -1) == QColor(class_colour(1))


def test_held_out_samples_are_hollow(view: DecisionMap) -> None:
    view.set_data(CORNERS, data([(0.5, 0.5)], [1]))
    assert colour_at(view, 0.5, 0.5) == QColor(LIGHT.ground)
    assert [len(each) for each in view.points] == [4, 1]


def test_samples_that_are_classified_wrongly_are_marked(view: DecisionMap) -> None:
    wrong = data([(-1, -1), (-1, 1), (1, -1), (0.7, 0.7)], [0, 0, 1, 0])
    view.set_data(wrong, data([(-0.5, 0.4), (-0.5, -0.4)], [1, 0]))
    view.set_grid(grid(view))
    assert view._crosses.count == 2
    assert colour_at(view, 0.7, 0.7).lightness() < 60
    assert colour_at(view, -0.5, 0.4).lightness() < 60
    assert colour_at(view, 1, -1) == QColor(class_colour(1))
    view.set_grid(grid(view, {"output.weight": np.full((2, 2), np.nan, dtype=np.float32)}))
    assert view._crosses.count == 0


def test_other_data_drop_the_grid(view: DecisionMap) -> None:
    view.set_data(CORNERS)
    empty = colour_at(view, 0.8, 0.2)
    view.set_grid(grid(view))
    assert colour_at(view, 0.8, 0.2) != empty
    view.set_data(data([(-1, -1), (1, 1)], [0, 1]))
    assert colour_at(view, 0.8, 0.2) == empty


def test_a_grid_upside_up(view: DecisionMap) -> None:
    upper = {"output.weight": np.array([[0, -3], [0, 3]], dtype=np.float32)}
    view.set_data(CORNERS)
    view.set_grid(grid(view, upper))
    above, below = colour_at(view, 0.2, 0.8), colour_at(view, 0.2, -0.8)
    assert above.red() > above.blue()
    assert below.blue() > below.red()


def test_a_hidden_map_catches_up(view: DecisionMap, qtbot: QtBot) -> None:
    view.set_data(CORNERS)
    empty = colour_at(view, 0.8, 0.2)
    view.hide()
    view.set_grid(grid(view))
    assert view._regions._image.isNull()
    with qtbot.waitExposed(view):
        view.show()
    assert colour_at(view, 0.8, 0.2) != empty


def test_of_many_samples_some_are_drawn_and_it_says_so(view: DecisionMap) -> None:
    rng = np.random.default_rng(0)
    many = DataSet(
        rng.normal(size=(MOST_POINTS + 2000, 2)).astype(np.float32),
        rng.integers(0, 2, MOST_POINTS + 2000),
        ("a", "b"),
        ("one", "two"),
    )
    view.set_data(many)
    assert [len(each) for each in view.points] == [MOST_POINTS]
    assert str(MOST_POINTS) in sentence(view, "decision_note") and str(MOST_POINTS + 2000) in sentence(
        view, "decision_note"
    )
    view.set_grid(grid(view))
    assert view._crosses.count > 1000
    view.grab()
    view.set_data(CORNERS)
    assert sentence(view, "decision_note") == ""


def test_the_axes_are_named_after_the_features(view: DecisionMap) -> None:
    view.set_data(CORNERS)
    plot = view._plot.getPlotItem()
    assert (plot.getAxis("bottom").labelText, plot.getAxis("left").labelText) == ("width", "height")


def test_colours_of_many_classes_differ() -> None:
    assert len({class_colour(index) for index in range(21)}) == 21


def test_places_without_a_class_stay_blank() -> None:
    ends = (0.0, 1.0)
    unknown = DecisionGrid(
        np.array([0.25, 0.75]), np.array([0.5]), ends, ends, np.array([[-1, 0]]), np.array([[0, 1]], dtype=np.float32)
    )
    image = region_image(unknown, 2, LIGHT)
    assert image.pixelColor(0, 0) == QColor(LIGHT.ground)
    assert image.pixelColor(1, 0) != QColor(LIGHT.ground)


def test_light_and_dark(view: DecisionMap) -> None:
    view.set_data(CORNERS)
    for theme in (DARK, LIGHT):
        view.set_theme(theme)
        assert colour_at(view, 0.8, 0.2) == QColor(theme.ground)


@pytest.mark.parametrize("ground", ["light", "dark", "transparent"])
def test_pictures_of_any_size(view: DecisionMap, ground: str) -> None:
    view.set_data(CORNERS)
    view.set_grid(grid(view))
    image: QImage = view.grab_image(1200, 900, ground)
    assert (image.width(), image.height()) == (1200, 900)
    expected = {"light": QColor(LIGHT.ground), "dark": QColor(DARK.ground), "transparent": QColor(0, 0, 0, 0)}[ground]
    assert image.pixelColor(4, 300) == expected
    left, right = image.pixelColor(350, 400), image.pixelColor(1000, 400)
    assert left.blue() > left.red()
    assert right.red() > right.blue()
