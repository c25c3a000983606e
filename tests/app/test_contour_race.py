"""Several runs on the contour map: their paths, the legend, picking, squares."""

from __future__ import annotations

import time
from collections.abc import Sequence

import numpy as np
import pytest
from numpy.typing import ArrayLike
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from gdsim.app import theme
from gdsim.app.arrow import Arrow, Square
from gdsim.app.theme import DARK, LIGHT
from gdsim.app.way import Way, run_colour
from gdsim.app.widgets.contour_view import ContourView
from gdsim.export.contrast import contrast
from gdsim.problems.mesh import Mesh

LEFT = Qt.MouseButton.LeftButton
RED, TEAL = "#aa2222", "#117777"
FIRST = [[-8.0, 6.0], [-4.0, 6.0], [0.0, 6.0], [4.0, 6.0]]
SECOND = [[-8.0, -6.0], [-4.0, -6.0], [0.0, -6.0], [4.0, -6.0]]


@pytest.fixture
def view(qtbot: QtBot) -> ContourView:
    widget = ContourView()
    qtbot.addWidget(widget)
    widget.set_theme(LIGHT)
    widget.resize(560, 480)
    x = np.linspace(-10, 10, 41)
    widget.set_mesh(Mesh(("a", "b"), x, x, np.add.outer(x**2, x**2)))
    with qtbot.waitExposed(widget):
        widget.show()
    QApplication.processEvents()
    return widget


def way(number: int, points: ArrayLike, current: int, colour: str = "", label: str = "") -> Way:
    return Way(number, np.asarray(points, dtype=np.float64), current, label or f"run {number}", colour)


def two(current: int = 2) -> list[Way]:
    return [way(0, FIRST, current, RED), way(1, SECOND, current, TEAL)]


def pixel(view: ContourView, x: float, y: float) -> QPoint:
    return view.mapFromScene(view.plotItem.vb.mapViewToScene(QPointF(x, y)))


def picture(view: ContourView) -> QImage:
    return view.grab().toImage()


def colours_near(image: QImage, place: QPoint, reach: int = 1) -> set[str]:
    around = range(-reach, reach + 1)
    return {image.pixelColor(place.x() + dx, place.y() + dy).name() for dx in around for dy in around}


def column(image: QImage, place: QPoint, reach: int = 6) -> list[str]:
    return [image.pixelColor(place.x(), place.y() + dy).name() for dy in range(-reach, reach + 1)]


def seen(view: ContourView, row: int) -> QPoint:
    """Return the middle of a line of the legend, in pixels of the widget."""
    place = view._legend.place()
    inside = QPointF(place.left() + 40, place.top() + 4 + 17 * (row + 0.5))
    return view.mapFromScene(view.plotItem.vb.mapToScene(inside))


def distance(one: str, other: str) -> int:
    pairs = zip(QColor(one).getRgb()[:3], QColor(other).getRgb()[:3], strict=True)
    return max(abs(a - b) for a, b in pairs)


@pytest.mark.parametrize("colours", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize("focused", [0, 1])
def test_each_run_has_its_colour_a_rim_and_a_paler_future(
    view: ContourView, colours: theme.Theme, focused: int
) -> None:
    view.set_theme(colours)
    view.set_ways(two(), focused)
    image = picture(view)
    for y in (6, -6):
        now = image.pixelColor(pixel(view, 0, y)).name()
        # The colours are made readable on a dark ground, so each is told by its hue.
        wanted = QColor(RED if y == 6 else TEAL).hslHueF()
        assert QColor(now).hslHueF() == pytest.approx(wanted, abs=0.02)
        assert contrast(now, colours.ground) >= 3
        across = column(image, pixel(view, -2, y))
        assert now in across
        on_line = across.index(now)
        for side in (across[:on_line], across[on_line:]):
            assert min(distance(name, colours.ground) for name in side) < 80
        ahead = column(image, pixel(view, 2, y))
        assert now not in ahead and colours.move not in ahead
        halves = zip(QColor(now).getRgb()[:3], QColor(colours.ground).getRgb()[:3], strict=True)
        halfway = QColor(*((one + other) // 2 for one, other in halves)).name()
        assert min(distance(name, halfway) for name in ahead) < 40
        assert image.pixelColor(pixel(view, -8, y)).name() == colours.start


def test_the_focused_run_is_on_top_and_thicker(view: ContourView) -> None:
    crossing = [[0.0, -8.0], [0.0, 0.0], [0.0, 8.0]]
    level = [[-8.0, -2.0], [8.0, -2.0]]
    for focused, top in ((0, RED), (1, TEAL)):
        view.set_ways([way(0, crossing, 2, RED), way(1, level, 1, TEAL)], focused)
        image = picture(view)
        assert image.pixelColor(pixel(view, 0, -2)).name() == top
        upright = [image.pixelColor(pixel(view, 0, 4) + QPoint(d, 0)).name() for d in range(-5, 6)].count(RED)
        flat = column(image, pixel(view, -4, -2)).count(TEAL)
        assert (upright > flat) == (focused == 0) and upright != flat


def test_of_two_runs_at_one_place_the_earlier_is_seen(view: ContourView) -> None:
    view.set_ways([way(0, FIRST, 1, RED), way(1, FIRST, 1, TEAL), way(2, SECOND, 1, "#333333")], 2)
    assert picture(view).pixelColor(pixel(view, -4, 6)).name() == RED


def test_a_run_without_colour_has_no_legend_whatever_its_label(view: ContourView) -> None:
    view.set_ways([way(0, FIRST, 2)])
    bare = picture(view)
    view.set_ways([way(0, FIRST, 2, label="a long label")])
    assert picture(view) == bare
    assert view._legend.place().isEmpty()


@pytest.mark.parametrize("steps", [range(30), range(30, 0, -1), [3, 25, 4, 4, 28]], ids=["forward", "back", "jumps"])
@pytest.mark.parametrize("growing", [False, True])
def test_what_is_added_step_by_step_looks_as_if_painted_at_once(
    view: ContourView, qtbot: QtBot, steps: Sequence[int], growing: bool
) -> None:
    # Paths that do not cross: where they do, the latest lies on top until all is painted anew.
    angle = np.linspace(0, 0.5, 31)
    paths = [r * np.column_stack([np.cos(angle), np.sin(angle)]) for r in (3, 5, 7, 9)]

    def ways(step: int) -> list[Way]:
        return [way(n, p[: step + 1] if growing else p, step, run_colour(n)) for n, p in enumerate(paths)]

    for step in steps:
        view.set_ways(ways(step), 3)
        image = picture(view)
    view.set_ways([])
    picture(view)
    view.set_ways(ways(steps[-1]), 3)
    fresh = picture(view)
    assert _difference(image, fresh) < 30, "only the edges of a few pixels may differ"
    view.set_ways(ways(2), 3)
    assert _difference(image, picture(view)) > 100


def _difference(one: QImage, other: QImage) -> int:
    """Return how many pixels differ clearly."""
    raw = [np.frombuffer(i.constBits(), np.uint8).reshape(i.height(), i.width(), 4).astype(int) for i in (one, other)]
    return int((np.abs(raw[0] - raw[1]).max(axis=2) > 40).sum())


def test_the_legend_stands_where_no_path_is_and_stays_there(view: ContourView) -> None:
    corner = {"right": 9.0, "left": -9.0, "top": 9.0, "bottom": -9.0}
    paths = [[[0, 0], [corner[x], corner[y]]] for x, y in (("right", "top"), ("left", "top"), ("right", "bottom"))]
    view.set_ways([way(n, path, 0, run_colour(n)) for n, path in enumerate(paths)])
    picture(view)
    area = view.plotItem.vb.rect()
    place = view._legend.place()
    assert place.right() < area.center().x() and place.top() > area.center().y()
    moved = [way(n, [[0, 0], [-9, -9]], 1, run_colour(n)) for n in range(3)]
    view.set_ways(moved)
    picture(view)
    assert view._legend.place() == place
    view.set_ways(moved[:2])
    picture(view)
    assert view._legend.place().top() < area.center().y()


@pytest.mark.parametrize("size", [(420, 300), (560, 480), (200, 160)])
def test_the_legend_of_twenty_runs_says_how_many_more_there_are(view: ContourView, size: tuple[int, int]) -> None:
    view.resize(*size)
    QApplication.processEvents()
    view.set_ways([way(n, FIRST, 1, run_colour(n), "a label that is very long " * 3) for n in range(20)], 15)
    picture(view)
    texts = [line.text for line in view._legend._lines()]
    numbers = [line.number for line in view._legend._lines() if line.number is not None]
    assert len(numbers) <= 10
    assert 15 in numbers, "the focused run is always there"
    assert texts[-1] == f"and {20 - len(numbers)} more"
    place, area = view._legend.place(), view.plotItem.vb.rect()
    assert area.contains(place)
    assert place.width() < 0.5 * area.width() and place.height() < 0.7 * area.height()


def test_a_click_on_a_line_of_the_legend_picks_the_run_and_moves_nothing(qtbot: QtBot, view: ContourView) -> None:
    view.set_ways(two())
    picture(view)
    with (
        qtbot.assertNotEmitted(view.start_dragged),
        qtbot.assertNotEmitted(view.start_dropped),
        qtbot.waitSignal(view.run_picked) as picked,
    ):
        qtbot.mousePress(view.viewport(), LEFT, pos=seen(view, 1))
        qtbot.mouseMove(view.viewport(), pixel(view, 0, 0))
        qtbot.mouseRelease(view.viewport(), LEFT, pos=pixel(view, 0, 0))
    assert picked.args == [1]
    with qtbot.assertNotEmitted(view.run_picked), qtbot.assertNotEmitted(view.start_dropped):
        qtbot.mouseClick(view.viewport(), LEFT, pos=seen(view, 0))
        qtbot.mouseDClick(view.viewport(), LEFT, pos=seen(view, 0))


def test_the_pointer_shows_that_a_line_can_be_clicked(qtbot: QtBot, view: ContourView) -> None:
    view.set_ways(two())
    picture(view)
    qtbot.mouseMove(view.viewport(), seen(view, 1))
    qtbot.waitUntil(lambda: view.viewport().cursor().shape() == Qt.CursorShape.PointingHandCursor)
    qtbot.mouseMove(view.viewport(), pixel(view, 0, 0))
    qtbot.waitUntil(lambda: view.viewport().cursor().shape() != Qt.CursorShape.PointingHandCursor)


def happenings(view: ContourView) -> list[tuple[object, ...]]:
    said: list[tuple[object, ...]] = []
    view.run_picked.connect(lambda number: said.append(("picked", number)))
    view.start_dragged.connect(lambda x, y: said.append(("dragged",)))
    return said


@pytest.mark.parametrize("away", [(0, 0), (8, -6)])
def test_a_press_on_another_start_picks_its_run_first(qtbot: QtBot, view: ContourView, away: tuple[int, int]) -> None:
    view.set_ways(two())
    said = happenings(view)
    qtbot.mousePress(view.viewport(), LEFT, pos=pixel(view, -8, -6) + QPoint(*away))
    qtbot.mouseRelease(view.viewport(), LEFT, pos=pixel(view, -8, -6))
    assert said == [("picked", 1), ("dragged",)]


@pytest.mark.parametrize("at", [(-8.0, 6.0), (3.0, 0.0), (-6.5, -6.0)], ids=["its own start", "nowhere", "too far"])
def test_a_press_elsewhere_picks_nothing(qtbot: QtBot, view: ContourView, at: tuple[float, float]) -> None:
    view.set_ways(two())
    said = happenings(view)
    qtbot.mouseClick(view.viewport(), LEFT, pos=pixel(view, *at))
    assert said == [("dragged",)]


def test_a_press_on_a_shared_start_keeps_the_focused_run(qtbot: QtBot, view: ContourView) -> None:
    view.set_ways([way(n, FIRST, 1, run_colour(n)) for n in range(3)], 1)
    said = happenings(view)
    qtbot.mouseClick(view.viewport(), LEFT, pos=pixel(view, -8, 6))
    assert said == [("dragged",)]


def test_a_double_click_on_another_start_gives_that_run_its_start_back(qtbot: QtBot, view: ContourView) -> None:
    view.set_ways(two())
    view.run_picked.connect(lambda number: view.set_ways(two(), number))
    dropped: list[tuple[float, float]] = []
    view.start_dropped.connect(lambda x, y: dropped.append((x, y)))
    place = pixel(view, -8, -6)
    qtbot.mouseClick(view.viewport(), LEFT, pos=place)
    qtbot.mouseDClick(view.viewport(), LEFT, pos=place)
    assert dropped[-1] == (-8.0, -6.0)


def test_diverging_empty_and_out_of_range_ways_do_no_harm(view: ContourView) -> None:
    wild = [[-4.0, 0.0], [4.0, 1.0], [1e5, 1.0], [1e200, -1e200], [np.inf, np.nan], [np.nan, np.nan]]
    view.set_ways([
        way(0, np.empty((0, 2)), 3, RED), way(1, wild, 5, TEAL), way(2, SECOND, 99, run_colour(2)),
        way(3, SECOND, -4, run_colour(3)), way(4, [[np.nan, 0.0]], 0, run_colour(4)),
    ], 2)  # fmt: skip
    image = picture(view)
    assert TEAL in colours_near(image, pixel(view, 7, 1), 2)
    view.set_ways([])
    assert picture(view) != image


def test_labels_of_arrows_keep_off_the_legend(view: ContourView) -> None:
    view.set_ways(two())
    picture(view)
    place, corner = view._legend.place(), QPointF()
    corner = view.plotItem.vb.mapToView(place.center())
    tip = (corner.x(), corner.y())
    arrows = [Arrow((0.0, 0.0), tip, role, "γ·v (0.312, −0.204)") for role in ("second_moment", "decay", "move")]
    view.set_arrows(arrows)
    picture(view)
    written = view._arrows_item.written()
    assert len(written) == 4
    assert not any(one.intersects(other) for k, one in enumerate(written) for other in written[:k])


def test_a_label_wider_than_the_plot_is_cut(view: ContourView) -> None:
    view.set_arrows([Arrow((0.0, 0.0), (5.0, 5.0), "decay", "a very long label " * 20)])
    picture(view)
    (place,) = view._arrows_item.written()
    assert view.plotItem.vb.rect().contains(place)


@pytest.mark.parametrize("at", [(0.0, 0.0), (9.5, 9.5), (-9.5, -9.0)])
@pytest.mark.parametrize("role", ["second_moment", "decay"])
def test_squares_stand_inside_the_plot_and_their_areas_tell_the_numbers(
    view: ContourView, at: tuple[float, float], role: str
) -> None:
    view.set_arrows([Arrow(at, (0.3 * at[0] + 3, 0.3 * at[1] + 1), "gradient", "−∇L (1.00, 2.00)")])
    bare = picture(view)
    squares = [Square(at, 1.0, role, "v₁ = 0.25"), Square(at, 0.5, role, "v₂ = 0.06"), Square(at, 0.0, role, "v₃ = 0")]
    view.set_squares(squares)
    image = picture(view)
    colour = getattr(LIGHT, role)
    changed = [
        (x, y)
        for x in range(0, image.width(), 2)
        for y in range(0, image.height(), 2)
        if image.pixel(x, y) != bare.pixel(x, y)
    ]
    area = view.plotItem.vb.sceneBoundingRect()
    low, high = np.min(changed, axis=0), np.max(changed, axis=0)
    assert area.left() - 1 <= low[0] and high[0] <= area.right() + 1
    assert area.top() - 1 <= low[1] and high[1] <= area.bottom() + 1
    # The outline of the larger one is 48 pixels wide (less its own halves), that of the other half as much.
    lengths = _runs(image, colour)
    assert max(lengths) == pytest.approx(48, abs=3)
    assert any(abs(length - 24) <= 2 for length in lengths)


def _runs(image: QImage, colour: str) -> list[int]:
    """Return the lengths of unbroken stretches of a colour along rows."""
    lengths = []
    for y in range(image.height()):
        length = 0
        for x in range(image.width() + 1):
            if x < image.width() and image.pixelColor(x, y).name() == colour:
                length += 1
            elif length:
                lengths.append(length)
                length = 0
    return lengths


def test_squares_leave_labels_arrows_and_legend_free(view: ContourView) -> None:
    view.set_ways(two())
    arrows = [
        Arrow((0.0, 0.0), (4.0, 1.0), "velocity", "γ·v (0.31, −0.2)"),
        Arrow((0.0, 0.0), (3.0, -3.0), "move", "Δw"),
    ]
    view.set_arrows(arrows)
    without = picture(view)
    view.set_squares([Square((0.0, 0.0), 0.6, "second_moment", "v₁ = 0.25")])
    image = picture(view)
    assert image != without
    for place in view._arrows_item.written():
        corner = view.mapFromScene(view.plotItem.vb.mapToScene(place.topLeft()))
        part = (corner.x() + 1, corner.y() + 1, int(place.width()) - 2, int(place.height()) - 2)
        assert image.copy(*part) == without.copy(*part)


def test_squares_outside_or_nowhere_are_left_out(view: ContourView) -> None:
    bare = picture(view)
    view.set_squares([Square((50.0, 0.0), 1.0, "decay", "far"), Square((np.nan, 0.0), 1.0, "decay", "nan")])
    assert picture(view) == bare


def test_a_picture_has_the_race_the_legend_and_the_squares(view: ContourView) -> None:
    view.set_ways(two(), 1)
    plain = view.grab_image(800, 600)
    view.set_squares([Square((0.0, 0.0), 1.0, "second_moment", "v₁ = 0.25")])
    image = view.grab_image(1600, 1200)
    names = {image.pixelColor(x, y).name() for x in range(0, 1600, 3) for y in range(0, 1200, 3)}
    assert {RED, TEAL, LIGHT.start, LIGHT.second_moment} & names >= {RED, TEAL, LIGHT.start}
    assert max(_runs(image, LIGHT.second_moment)) == pytest.approx(48 * 2.5, abs=6)
    assert plain.width() == 800


def test_twenty_runs_are_drawn_quickly(view: ContourView) -> None:
    turn = np.linspace(0, 12, 61)
    paths = [np.exp(-turn / 6)[:, None] * 8 * np.column_stack([np.cos(turn + n), np.sin(turn + n)]) for n in range(20)]

    def seconds(runs: int) -> float:
        best = 9.0
        for step in range(1, 61):
            begin = time.thread_time()
            view.set_ways([way(n, p, step, run_colour(n) if runs > 1 else "") for n, p in enumerate(paths[:runs])])
            view.viewport().repaint()
            best = min(best, time.thread_time() - begin)
        return best

    one, twenty = seconds(1), seconds(20)
    # About 1.6 times; painting every path anew takes 10 times as long.
    assert twenty < 3.5 * one
