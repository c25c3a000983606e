"""The contour map as a person sees and uses it."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
from numpy.typing import ArrayLike
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QImage, QWheelEvent
from PySide6.QtWidgets import QApplication, QLabel, QToolButton
from pytestqt.qtbot import QtBot

from gdsim.app import theme
from gdsim.app.arrow import Arrow
from gdsim.app.colormaps import lookup
from gdsim.app.theme import DARK, LIGHT
from gdsim.app.way import Way
from gdsim.app.widgets.contour_view import ContourView
from gdsim.problems.mesh import Mesh

LEFT, RIGHT, MIDDLE = Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton, Qt.MouseButton.MiddleButton
PATH = [[-8.0, 6.0], [-4.0, 7.0], [0.0, 5.0], [4.0, 2.0], [2.0, -4.0]]


def mesh(low: float = -10, high: float = 10, hole: bool = False) -> Mesh:
    x = np.linspace(low, high, 81)
    w1, w2 = np.meshgrid(x, x, indexing="ij")
    z = (2 - w1 - w2) ** 2 + (4 - 3 * w1 - w2) ** 2
    if hole:
        z[w1 < -5] = np.nan
    return Mesh(("alpha", "beta"), x, x, z)


@pytest.fixture
def view(qtbot: QtBot) -> ContourView:
    widget = ContourView()
    qtbot.addWidget(widget)
    widget.set_theme(LIGHT)
    widget.resize(480, 400)
    widget.set_mesh(mesh())
    with qtbot.waitExposed(widget):
        widget.show()
    QApplication.processEvents()
    return widget


def way(points: ArrayLike, current: int, number: int = 0, label: str = "", colour: str = "") -> Way:
    return Way(number, np.asarray(points, dtype=np.float64), current, label, colour)


def pixel(view: ContourView, x: float, y: float) -> QPoint:
    return view.mapFromScene(view.plotItem.vb.mapViewToScene(QPointF(x, y)))


def ranges(view: ContourView) -> list[list[float]]:
    return view.plotItem.vb.viewRange()


def picture(view: ContourView) -> QImage:
    return view.grab().toImage()


def colours_near(image: QImage, place: QPoint, reach: int = 1) -> set[str]:
    around = range(-reach, reach + 1)
    return {image.pixelColor(place.x() + dx, place.y() + dy).name() for dx in around for dy in around}


def test_names(view: ContourView) -> None:
    assert view.objectName() == "contour_view"
    assert view.accessibleName()
    assert view.plotItem.getAxis("bottom").labelText == "alpha"
    assert view.plotItem.getAxis("left").labelText == "beta"


def test_the_domain_fills_the_plot(view: ContourView) -> None:
    for low, high in ranges(view):
        assert -12.1 < low <= -10
        assert 10 <= high < 12.1
    view.resize(900, 300)
    QApplication.processEvents()
    np.testing.assert_allclose(ranges(view), [[-10, 10], [-10, 10]])


def test_circles_stay_round_where_that_costs_little_room(view: ContourView) -> None:
    view.resize(440, 440)
    QApplication.processEvents()
    area = view.plotItem.vb.rect()
    (left, right), (bottom, top) = ranges(view)
    assert area.width() / (right - left) == pytest.approx(area.height() / (top - bottom))


def test_bands_have_the_colormap(view: ContourView) -> None:
    view.set_style(SimpleNamespace(colormap="gray", log_height=False))
    image = picture(view)
    # The greatest loss is at (-10, -10), the least at (1, 1).
    bright, dark = (image.pixelColor(pixel(view, *w)) for w in ((-9.8, -9.8), (1.2, 0.5)))
    assert bright.red() == bright.green() == bright.blue() > 230
    assert dark.red() < 5


def test_level_lines_come_after_the_first_paint(qtbot: QtBot) -> None:
    view = ContourView()
    qtbot.addWidget(view)
    view.resize(480, 400)
    view.set_mesh(mesh())
    before = view.grab().toImage()
    qtbot.waitUntil(lambda: view.grab().toImage() != before)


@pytest.mark.parametrize("at", [(3.0, -4.0), (-9.5, 9.5)])
def test_a_click_moves_the_start_there(qtbot: QtBot, view: ContourView, at: tuple[float, float]) -> None:
    dragged: list[tuple[float, float]] = []
    view.start_dragged.connect(lambda x, y: dragged.append((x, y)))
    with qtbot.waitSignal(view.start_dropped) as dropped:
        qtbot.mouseClick(view.viewport(), LEFT, pos=pixel(view, *at))
    assert dropped.args == pytest.approx(at, abs=0.05)
    assert dragged == [tuple(dropped.args)]


def test_dragging_moves_the_start_along_and_stays_in_the_domain(qtbot: QtBot, view: ContourView) -> None:
    dragged: list[tuple[float, float]] = []
    view.start_dragged.connect(lambda x, y: dragged.append((x, y)))
    qtbot.mousePress(view.viewport(), LEFT, pos=pixel(view, -8, 6))
    for x in (-6, -4, -2):
        qtbot.mouseMove(view.viewport(), pixel(view, x, 5))
    qtbot.waitUntil(lambda: len(dragged) >= 4)
    qtbot.mouseMove(view.viewport(), QPoint(478, 200))
    with qtbot.waitSignal(view.start_dropped) as dropped:
        qtbot.mouseRelease(view.viewport(), LEFT, pos=QPoint(478, 200))
    assert dragged[0] == pytest.approx((-8, 6), abs=0.05)
    assert dragged[3] == pytest.approx((-2, 5), abs=0.05)
    assert dropped.args[0] == 10


@pytest.mark.parametrize("place", [QPoint(4, 200), QPoint(240, 396), QPoint(100, 8)])
def test_a_press_beside_the_plot_moves_nothing(qtbot: QtBot, view: ContourView, place: QPoint) -> None:
    with qtbot.assertNotEmitted(view.start_dragged), qtbot.assertNotEmitted(view.start_dropped):
        qtbot.mouseClick(view.viewport(), LEFT, pos=place)


@pytest.mark.parametrize("button", [RIGHT, MIDDLE])
def test_the_other_buttons_pan(qtbot: QtBot, view: ContourView, button: Qt.MouseButton) -> None:
    before, place = ranges(view), pixel(view, 0, 0)
    with qtbot.assertNotEmitted(view.start_dragged), qtbot.assertNotEmitted(view.start_dropped):
        qtbot.mousePress(view.viewport(), button, pos=place)
        for step in (1, 2, 3):
            move(view, button, place + QPoint(20 * step, 10 * step))
        qtbot.mouseRelease(view.viewport(), button, pos=place + QPoint(60, 30))
    # The point that was pressed is still under the pointer.
    assert (pixel(view, 0, 0) - place - QPoint(60, 30)).manhattanLength() <= 2
    assert ranges(view)[0][1] - ranges(view)[0][0] == pytest.approx(before[0][1] - before[0][0])


def move(view: ContourView, button: Qt.MouseButton, to: QPoint) -> None:
    from PySide6.QtCore import QEvent
    from PySide6.QtGui import QMouseEvent

    place = QPointF(to)
    event = QMouseEvent(
        QEvent.Type.MouseMove, place, QPointF(view.viewport().mapToGlobal(to)), Qt.MouseButton.NoButton, button,
        Qt.KeyboardModifier.NoModifier,
    )  # fmt: skip
    QApplication.sendEvent(view.viewport(), event)


def turn_wheel(view: ContourView, at: QPoint, notches: int) -> None:
    event = QWheelEvent(
        QPointF(at), QPointF(view.viewport().mapToGlobal(at)), QPoint(), QPoint(0, 120 * notches),
        Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(view.viewport(), event)


def test_the_wheel_zooms_about_the_pointer_and_fit_comes_back(qtbot: QtBot, view: ContourView) -> None:
    before, place = ranges(view), pixel(view, 5, 5)
    turn_wheel(view, place, 3)
    zoomed = ranges(view)
    assert zoomed[0][1] - zoomed[0][0] < 0.9 * (before[0][1] - before[0][0])
    assert (pixel(view, 5, 5) - place).manhattanLength() <= 2
    view.resize(500, 420)
    QApplication.processEvents()
    assert ranges(view)[0] == pytest.approx(zoomed[0])
    view.resize(480, 400)
    qtbot.mouseClick(view.findChild(QToolButton, "contour_fit"), LEFT)
    QApplication.processEvents()
    np.testing.assert_allclose(ranges(view), before)


def test_a_double_click_fits_and_leaves_the_start_where_it_was(qtbot: QtBot, view: ContourView) -> None:
    view.set_ways([way(PATH, 0)])
    turn_wheel(view, pixel(view, 5, 5), 3)
    dropped: list[tuple[float, float]] = []
    view.start_dropped.connect(lambda x, y: dropped.append((x, y)))
    place = pixel(view, 6, 6)
    qtbot.mouseClick(view.viewport(), LEFT, pos=place)
    qtbot.mouseDClick(view.viewport(), LEFT, pos=place)
    assert dropped[-1] == (-8.0, 6.0)
    assert ranges(view)[0][0] <= -10


def test_hovering_reads_out_the_probe(qtbot: QtBot, view: ContourView) -> None:
    readout = view.findChild(QLabel, "contour_readout")
    hint = readout.text()
    assert "start" in hint
    view.probe = lambda x, y: (x**2 + y**2, (2 * x, 2 * y))
    where = view.plotItem.vb.mapSceneToView(view.mapToScene(pixel(view, 3, -4)))
    qtbot.mouseMove(view.viewport(), pixel(view, 3, -4))
    qtbot.waitUntil(lambda: readout.text() != hint)
    text = readout.text().replace("\N{FIGURE SPACE}", "").replace("\N{MINUS SIGN}", "-")
    loss = where.x() ** 2 + where.y() ** 2
    assert text == (
        f"alpha = {where.x():#.5g} beta = {where.y():#.5g}\n"
        f"loss = {loss:#.5g} gradient = ({2 * where.x():#.5g}, {2 * where.y():#.5g})"
    )
    qtbot.mouseMove(view.viewport(), QPoint(200, 8))
    qtbot.waitUntil(lambda: readout.text() == hint)


def test_a_probe_without_gradient_or_value(qtbot: QtBot, view: ContourView) -> None:
    view.probe = lambda x, y: (float("nan"), None)
    qtbot.mouseMove(view.viewport(), pixel(view, 3, -4))
    readout = view.findChild(QLabel, "contour_readout")
    qtbot.waitUntil(lambda: "loss = none" in readout.text())
    assert "gradient" not in readout.text()


@pytest.mark.parametrize("colours", [LIGHT, DARK], ids=["light", "dark"])
def test_trajectory_start_and_current_point_have_their_colours(view: ContourView, colours: theme.Theme) -> None:
    view.set_theme(colours)
    view.set_ways([way(PATH, 2)])
    image = picture(view)
    assert image.pixelColor(pixel(view, -8, 6)).name() == colours.start
    assert image.pixelColor(pixel(view, 0, 5)).name() == colours.move
    assert image.pixelColor(pixel(view, -4, 7)).name() == colours.move
    assert colours.move in colours_near(image, pixel(view, -2, 6))
    ahead = colours_near(image, pixel(view, 2, 3.5))
    assert colours.muted in ahead
    assert colours.move not in ahead
    assert image.pixelColor(pixel(view, 2, -4)).name() == colours.muted


def test_a_minimum_is_a_star(view: ContourView) -> None:
    view.set_minima([[1.0, 1.0]])
    image, middle = picture(view), pixel(view, 1, 1)
    yellow = [
        (dx, dy)
        for dx in range(-12, 13)
        for dy in range(-12, 13)
        if image.pixelColor(middle + QPoint(dx, dy)).name() == LIGHT.minimum
    ]
    assert (0, 0) in yellow
    # Its point is up: yellow reaches higher than it reaches down along the middle.
    assert max(-dy for dx, dy in yellow if dx == 0) > max(dy for dx, dy in yellow if dx == 0)
    # A star, no disc: far less than the circle around it.
    assert 40 < len(yellow) < 0.6 * np.pi * 9**2


@pytest.mark.parametrize("role", ["gradient", "velocity", "move"])
def test_an_arrow_has_its_colour_and_a_rim(view: ContourView, role: str) -> None:
    view.set_arrows([Arrow((-6.0, -5.0), (4.0, -5.0), role, "")])
    image, middle = picture(view), pixel(view, -1, -5)
    assert image.pixelColor(middle).name() == getattr(LIGHT, role)
    column = [image.pixelColor(middle.x(), middle.y() + dy).name() for dy in range(-4, 5)]
    assert max(map(brightness, column[:4])) > 200
    assert max(map(brightness, column[5:])) > 200
    assert min(map(brightness, column)) < 120
    near_tip = pixel(view, 4, -5) - QPoint(11, 0)
    head = [image.pixelColor(near_tip.x(), near_tip.y() + dy).name() for dy in range(-6, 7)]
    assert head.count(getattr(LIGHT, role)) >= 6


def brightness(name: str) -> int:
    return min(QColor(name).getRgb()[:3])


@pytest.mark.parametrize("colours", [LIGHT, DARK], ids=["light", "dark"])
def test_a_label_is_written_on_the_ground_and_framed_in_its_colour(view: ContourView, colours: theme.Theme) -> None:
    view.set_theme(colours)
    arrow = Arrow((-6.0, -5.0), (0.0, -5.0), "gradient", "WWW")
    view.set_arrows([Arrow(arrow.tail, arrow.tip, arrow.role, "")])
    bare = picture(view)
    view.set_arrows([arrow])
    image, tip = picture(view), pixel(view, 0, -5)
    changed = [
        image.pixelColor(x, y)
        for x in range(tip.x(), tip.x() + 70)
        for y in range(tip.y() - 15, tip.y() + 15)
        if image.pixel(x, y) != bare.pixel(x, y)
    ]

    def count(name: str, tolerance: int) -> int:
        wanted = QColor(name).getRgb()[:3]
        return sum(max(abs(a - b) for a, b in zip(c.getRgb()[:3], wanted, strict=True)) <= tolerance for c in changed)

    assert count(colours.gradient, 60) > 40
    assert count(colours.text, 60) > 20
    # The ground is opaque enough for text on any colour below it.
    assert count(colours.ground, 40) > 200


def test_an_arrow_of_a_few_pixels_goes_without_its_label(view: ContourView) -> None:
    view.set_arrows([Arrow((0.0, 0.0), (0.1, 0.0), "gradient", "")])
    bare = picture(view)
    view.set_arrows([Arrow((0.0, 0.0), (0.1, 0.0), "gradient", "WWW")])
    assert picture(view) == bare


def test_labels_near_a_minimum_leave_the_star_and_the_path_free(view: ContourView) -> None:
    path = 1 + 0.5 * np.array([[np.cos(k), np.sin(k)] for k in range(20)])
    view.set_minima([[1.0, 1.0]])
    view.set_ways([way(path, 19)])
    arrows = [
        Arrow((1.0, 1.0), (1.6, 1.4), "velocity", ""),
        Arrow((1.0, 1.0), (1.5, 0.8), "gradient", ""),
        Arrow((1.0, 1.0), (0.4, 0.7), "gradient", ""),
    ]
    view.set_arrows(arrows)
    bare, middle, reach = picture(view), pixel(view, 1, 1), 10
    view.set_arrows([Arrow(a.tail, a.tip, a.role, "a label") for a in arrows])
    image = picture(view)
    assert image != bare
    around = [(dx, dy) for dx in range(-reach, reach + 1) for dy in range(-reach, reach + 1)]
    same = [image.pixel(middle + QPoint(*d)) == bare.pixel(middle + QPoint(*d)) for d in around]
    # Only thin leader lines may come so near.
    assert np.mean(same) > 0.9


def test_the_ends_of_the_domain_are_marked(view: ContourView) -> None:
    for size in ((480, 400), (900, 300), (300, 260)):
        view.resize(*size)
        QApplication.processEvents()
        for side in ("bottom", "left"):
            ((*ticks,),) = view.plotItem.getAxis(side)._tickLevels
            texts = [text for _, text in ticks]
            assert 3 <= len(texts) <= 10
            assert texts[0].startswith("\N{MINUS SIGN}10") and texts[-1].startswith("10")
            np.testing.assert_allclose([value for value, _ in ticks][:: len(ticks) - 1], [-10, 10])


def test_zoom_ends_at_four_domains_and_at_a_millionth(view: ContourView) -> None:
    turn_wheel(view, pixel(view, 5, 5), -2000)
    for low, high in ranges(view):
        assert high - low <= 80.001
        assert low <= -10 and high >= 10
    turn_wheel(view, pixel(view, 5, 5), 5000)
    for low, high in ranges(view):
        assert 19.9e-6 <= high - low < 1e-4
    assert not view.grab().isNull()


def test_a_long_name_of_an_axis_is_cut_to_its_length(view: ContourView) -> None:
    shape = mesh()
    view.set_mesh(Mesh(("learning_rate_of_the_first_layer" * 3, "w" * 90), shape.x, shape.y, shape.z))
    QApplication.processEvents()
    for side, length in (("bottom", view.plotItem.vb.width()), ("left", view.plotItem.vb.height())):
        axis = view.plotItem.getAxis(side)
        assert axis.labelText.endswith("…")
        assert axis.label.boundingRect().width() <= length + 12


def test_tiny_endless_and_empty_arrows_do_no_harm(view: ContourView) -> None:
    view.set_arrows([
        Arrow((0.0, 0.0), (1e-9, 0.0), "move", "tiny"), Arrow((0.0, 0.0), (0.0, 0.0), "move", "none"),
        Arrow((0.0, 0.0), (1e300, -1e300), "gradient", "far"), Arrow((0.0, 0.0), (np.nan, 1.0), "velocity", "nan"),
    ])  # fmt: skip
    image = picture(view)
    assert LIGHT.gradient in colours_near(image, pixel(view, 4, -4))


def test_a_diverging_run_is_drawn_as_far_as_it_goes(view: ContourView) -> None:
    view.set_ways(
        [way([[0.0, 0.0], [-8.0, 8.0], [1e4, -1e4], [-1e200, 1e200], [np.inf, -np.inf], [np.nan, np.nan]], 5)]
    )
    image = picture(view)
    assert LIGHT.move in colours_near(image, pixel(view, 5, -5))


def test_missing_heights_are_hatched_without_colour(view: ContourView) -> None:
    view.set_mesh(mesh(hole=True))
    image = picture(view)
    colourless = [image.pixelColor(pixel(view, x, y)) for x in np.linspace(-9.5, -6, 30) for y in (-5, 0, 5)]
    # A line of numbers with equal channels is neutral; the hatching makes it more than one shade.
    assert all(max(c.red(), c.green(), c.blue()) - min(c.red(), c.green(), c.blue()) < 12 for c in colourless)
    assert len({c.name() for c in colourless}) > 1
    assert image.pixelColor(pixel(view, 1, 1)).saturation() > 100


def test_a_surface_that_is_finite_nowhere(view: ContourView) -> None:
    x = np.linspace(0, 1, 5)
    view.set_mesh(Mesh(("a", "b"), x, x, np.full((5, 5), np.nan)))
    assert not view.grab().isNull()
    view.set_mesh(Mesh(("a", "b"), x, x, np.full((5, 5), 3.0)))
    assert not view.grab().isNull()


@pytest.mark.parametrize(("ground", "corner"), [("light", LIGHT.ground), ("dark", DARK.ground), ("transparent", None)])
def test_a_picture_has_its_size_and_ground(view: ContourView, ground: str, corner: str | None) -> None:
    image = view.grab_image(800, 600, ground)
    assert (image.width(), image.height()) == (800, 600)
    if corner is None:
        assert image.pixelColor(2, 2).alpha() == 0
    else:
        assert image.pixelColor(2, 2) == QColor(corner)
    assert image.pixelColor(400, 300).alpha() == 255


def dark_runs(image: QImage, y: int) -> list[int]:
    """Return the lengths of the runs of the start's colour along a row."""
    lengths, length = [], 0
    for x in range(image.width()):
        if image.pixelColor(x, y).name() == LIGHT.start:
            length += 1
        elif length:
            lengths.append(length)
            length = 0
    return lengths


def test_a_large_picture_is_the_small_one_drawn_larger(view: ContourView) -> None:
    view.set_ways([way([[-5.0, 0.0], [5.0, 0.0]], 1)])
    small, large = view.grab_image(640, 480), view.grab_image(1920, 1440)
    widths = []
    for image, step in ((small, 1), (large, 6)):
        rows = range(image.height() * 2 // 5, image.height() * 3 // 5, step)
        widths.append(max(max(dark_runs(image, y), default=0) for y in rows))
    assert 12 <= widths[0] <= 16
    assert widths[1] / widths[0] == pytest.approx(3, rel=0.15)


def test_the_largest_picture(view: ContourView) -> None:
    view.set_ways([way(PATH, 3)])
    image = view.grab_image(7680, 4320, "dark")
    assert (image.width(), image.height()) == (7680, 4320)
    lightest = tuple(int(c) for c in lookup("rainbow")[0][:3])
    assert image.pixelColor(3840, 2160).alpha() == 255
    assert lightest[2] > 200


def test_a_picture_shows_the_part_on_screen(view: ContourView) -> None:
    turn_wheel(view, pixel(view, 9, 9), 30)
    zoomed = view.grab_image(640, 480)
    view.fit()
    assert zoomed != view.grab_image(640, 480)


def test_a_hundred_thousand_steps_are_drawn_quickly(view: ContourView) -> None:
    import time

    steps = np.random.default_rng(1).normal(scale=0.1, size=(100_000, 2)).cumsum(axis=0)
    view.set_ways([way(steps, len(steps) - 1)])
    view.grab()
    start = time.thread_time()
    view.set_ways([way(steps, len(steps) - 1)])
    view.grab()
    # About 0.03 s; drawing every segment takes over a second.
    assert time.thread_time() - start < 0.5
