"""The 3D view on a real screen: what is on its pixels, and what the mouse does."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QImage, QWheelEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from gdsim.app.camera import Camera
from gdsim.app.colormaps import lookup
from gdsim.app.scene import opengl_works
from gdsim.app.scene.surface_view import SurfaceView
from gdsim.app.theme import DARK, LIGHT, Theme
from gdsim.app.way import Way
from gdsim.errors import InputError
from tests.app.scenes import lecture, mesh, style

Array = NDArray[np.float64]


@pytest.fixture
def view(qtbot: QtBot) -> SurfaceView:
    view = SurfaceView(Camera())
    qtbot.addWidget(view)
    view.resize(640, 400)
    view.set_mesh(mesh())
    view.set_style(style())
    with qtbot.waitSignal(view.first_painted):
        view.show()
    return view


def pixel(view: SurfaceView, image: QImage, place: Array) -> tuple[float, float]:
    """Return where a point of the box lies on a picture of the view."""
    ratio = image.width() / (view.width() * view.devicePixelRatioF())
    x, y = view.current_frame().projection.pixels(place) * ratio
    return float(x), float(y)


def colour(image: QImage, x: float, y: float) -> tuple[int, int, int]:
    found = image.pixelColor(int(x), int(y))
    return found.red(), found.green(), found.blue()


def array(image: QImage) -> NDArray[np.uint8]:
    plain = image.convertToFormat(QImage.Format.Format_RGBA8888)
    return np.frombuffer(plain.constBits(), np.uint8).reshape(plain.height(), -1, 4).astype(np.uint8)


def near(pixels: NDArray[np.uint8], name: str, tolerance: int = 12) -> NDArray[np.bool_]:
    wanted = QColor(name)
    away = np.abs(pixels[..., :3].astype(int) - [wanted.red(), wanted.green(), wanted.blue()])
    return np.asarray(away.max(axis=-1) <= tolerance)


def at(view: SurfaceView, w1: float, w2: float) -> QPoint:
    """Return the widget's pixel at which a point of the surface is drawn."""
    assert view.space is not None
    x, y = view.current_frame().projection.pixels(view.space.on_surface(np.array([w1, w2])))
    return QPoint(round(float(x)), round(float(y)))


@pytest.mark.parametrize("colormap", ["rainbow", "viridis"])
@pytest.mark.parametrize("place", [(1.0, 1.0), (-5.0, 2.0), (-9.0, -9.0), (4.0, -6.0)])
def test_an_opaque_surface_has_the_colormaps_colours(
    view: SurfaceView, colormap: str, place: tuple[float, float]
) -> None:
    view.set_style(style(colormap=colormap))
    image = view.grabFramebuffer()
    point = at(view, *place)
    share = float(lecture(*np.array(place)[:, None])[0]) / float(lecture(np.array(-10.0), np.array(-10.0)))
    expected = lookup(colormap)[round(share * 255), :3].astype(int)
    assert np.abs(np.array(colour(image, point.x(), point.y())) - expected).max() <= 6


def test_a_translucent_surface_blends_with_the_pane(view: SurfaceView) -> None:
    view.set_style(style(opacity=0.5))
    point = at(view, 0.0, 3.0)
    found = np.array(colour(view.grabFramebuffer(), point.x(), point.y()))
    share = float(lecture(np.array(0.0), np.array(3.0))) / 2420
    expected = 0.5 * lookup("rainbow")[round(share * 255), :3] + 0.5 * np.array(QColor(LIGHT.pane).getRgb()[:3])
    assert np.abs(found - expected).max() <= 10


def test_the_run_lies_on_the_surface_done_black_to_come_muted(view: SurfaceView) -> None:
    run = np.array([[-8.0, 6.0], [-2.0, 5.0], [4.0, 4.0], [8.0, 2.0]])
    view.set_ways([Way(0, run, 2)])
    image = view.grabFramebuffer()
    done, to_come = at(view, -4.0, 5.0 + 1 / 3), at(view, 6.0, 3.0)
    assert colour(image, done.x(), done.y()) == QColor(LIGHT.move).getRgb()[:3]
    assert colour(image, to_come.x(), to_come.y()) == QColor(LIGHT.muted).getRgb()[:3]
    start = at(view, *run[0])
    assert colour(image, start.x(), start.y()) == QColor(LIGHT.start).getRgb()[:3]


def test_going_back_moves_no_data_and_recolours_the_path(view: SurfaceView) -> None:
    run = np.array([[-8.0, 6.0], [-2.0, 5.0], [4.0, 4.0]])
    view.set_ways([Way(0, run, 2)])
    pieces = len(view.scenery.trajectory._path)
    view.set_ways([Way(0, run, 0)])
    assert len(view.scenery.trajectory._path) == pieces
    middle = at(view, -5.0, 5.5)
    assert colour(view.grabFramebuffer(), middle.x(), middle.y()) == QColor(LIGHT.muted).getRgb()[:3]


def test_a_run_that_leaves_the_domain_is_drawn_up_to_its_border(view: SurfaceView) -> None:
    view.set_ways([Way(0, np.array([[0.0, 8.0], [40.0, 8.0], [np.nan, 3.0], [1e300, -1e300]]), 1)])
    pixels = array(view.grabFramebuffer())
    inside, border = at(view, 5.0, 8.0), at(view, 10.0, 8.0)
    assert near(pixels, LIGHT.move)[inside.y(), inside.x()]
    # Past the border, on the line to where the run goes, there is no path.
    beyond = border + (border - inside) * 2
    box = near(pixels, LIGHT.move)[beyond.y() - 6 : beyond.y() + 7, beyond.x() - 6 : beyond.x() + 7]
    assert not box.all(axis=0).any() and box.mean() < 0.25


def test_a_long_run_stays_within_its_budget(view: SurfaceView) -> None:
    from gdsim.app.scene.trajectory import MOST_PIECES

    run = np.random.default_rng(1).uniform(-10, 10, (100_000, 2))
    view.set_ways([Way(0, run, len(run) - 1)])
    trajectory = view.scenery.trajectory
    assert 0 < len(trajectory._path) <= MOST_PIECES
    for count in (99_990, 100_000):
        view.set_ways([Way(0, run[:count], count - 1)])
        assert 0 < len(trajectory._path) <= MOST_PIECES
    assert view.scenery.trajectory._piece_steps[-1] >= 99_000, "the latest steps are among those drawn"


def test_minima_are_stars(view: SurfaceView) -> None:
    view.set_minima(np.array([[1.0, 1.0], [50.0, 0.0]]))
    point = at(view, 1.0, 1.0)
    assert near(array(view.grabFramebuffer()), LIGHT.minimum)[point.y(), point.x()]


def test_labels_are_really_written(view: SurfaceView) -> None:
    pixels = array(view.grabFramebuffer())
    labels = view.scenery.overlay.labels
    assert {"w1", "w2", "loss", "−10", "2000"} <= {label.text for label in labels}
    for label in labels:
        left, top = round(label.left), round(label.top)
        patch = near(pixels, LIGHT.text, 110)[top : top + round(label.height), left : left + round(label.width)]
        assert 0.04 < patch.mean() < 0.7, label.text


def test_the_colour_bar_shows_the_colormap(view: SurfaceView) -> None:
    with_bar = array(view.grabFramebuffer())[:, -88:]
    for name in ("#ff0000", "#8000ff"):
        assert near(with_bar, name).sum() > 10
    view.set_colour_bar(False)
    assert not near(array(view.grabFramebuffer())[:, -30:], "#ff0000").any()


@pytest.mark.parametrize("azimuth", range(-170, 180, 50))
@pytest.mark.parametrize("elevation", [-15, 10, 45])
def test_no_label_lies_under_the_colour_bar(view: SurfaceView, elevation: int, azimuth: int) -> None:
    view.set_style(style(log_height=True))
    view.camera.set(elevation=elevation, azimuth=azimuth)
    view.grabFramebuffer()
    labels = view.scenery.overlay.labels
    assert "loss (log)" in {label.text for label in labels}
    bar = view.current_frame().projection.width - view.current_frame().projection.margins.bar
    assert max(label.left + label.width for label in labels) <= bar


def test_holes_are_left_out(view: SurfaceView) -> None:
    view.set_mesh(mesh(lambda x, y: np.log(x * y)))
    view.camera.set(elevation=90, azimuth=-90)
    pixels = array(view.grabFramebuffer())
    projection = view.current_frame().projection
    hole = np.round(projection.pixels(np.array([1.0, -1.0, 0.0]))).astype(int)
    assert near(pixels, LIGHT.pane, 4)[hole[1], hole[0]]


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
def test_path_and_points_have_a_halo_in_the_grounds_colour(view: SurfaceView, theme: Theme) -> None:
    view.set_style(style(colormap="inferno"))
    view.set_theme(theme)
    # From above, the path runs across the picture over the lowest and a middling part of the surface.
    view.camera.set(elevation=90, azimuth=-90)
    view.set_ways([Way(0, np.array([[-8.0, 6.0], [8.0, 6.0], [8.0, 5.0]]), 1)])
    pixels = array(view.grabFramebuffer())
    middle, end = at(view, 0.0, 6.0), at(view, 8.0, 6.0)
    column = pixels[middle.y() - 5 : middle.y() + 6, middle.x()]
    halo, path = near(column, theme.ground, 40), near(column, theme.move, 40)
    assert path[4:7].any() and not halo[4:7].all()
    assert halo[:5].any() and halo[6:].any()
    # No gap where one piece of the path meets the next.
    row = pixels[middle.y() - 1 : middle.y() + 2, middle.x() - 60 : middle.x() + 60]
    assert near(row, theme.move, 40).any(axis=0).all()
    assert near(pixels[end.y(), end.x() - 1 : end.x() + 2], theme.move, 40).any()


def test_wide_numbers_fit_beside_the_colour_bar(view: SurfaceView) -> None:
    view.set_mesh(mesh(lambda x, y: np.exp(50 * x) + y))
    pixels = array(view.grabFramebuffer())
    written = near(pixels, LIGHT.text, 110)
    assert written[:, -90:-4].any()
    assert not written[:, -4:].any()


@pytest.mark.parametrize(
    "change", [{"wireframe": True}, {"contours": True}, {"floor_contours": True, "opacity": 0.3}, {"log_height": True}]
)
def test_every_style_changes_the_picture(view: SurfaceView, change: dict[str, Any]) -> None:
    plain = style(opacity=change.get("opacity", 1.0))
    view.set_style(plain)
    before = array(view.grabFramebuffer())
    view.set_style(style(**change))
    assert (array(view.grabFramebuffer()) != before).any(axis=-1).sum() > 500
    view.set_style(plain)
    assert (array(view.grabFramebuffer()) == before).all()


def test_turning_sends_no_surface_again(view: SurfaceView) -> None:
    surface = view.scenery.surface
    view.grabFramebuffer()
    data = surface._vertices._data
    view.camera.set(azimuth=-100, elevation=20)
    view.set_ways([Way(0, np.array([[1.0, 2.0], [3.0, 4.0]]), 1)])
    view.grabFramebuffer()
    assert surface._vertices._data is data


def test_dark_ground(view: SurfaceView) -> None:
    view.set_theme(DARK)
    assert near(array(view.grabFramebuffer()), DARK.ground, 1)[2, 2]


@pytest.mark.parametrize(("ground", "expected"), [("light", LIGHT.ground), ("dark", DARK.ground)])
def test_a_picture_has_its_size_and_ground(view: SurfaceView, ground: str, expected: str) -> None:
    image = view.grab_image(1280, 800, ground)
    assert (image.width(), image.height()) == (1280, 800)
    assert image.pixelColor(3, 3).name() == expected
    assert near(array(view.grabFramebuffer()), LIGHT.ground, 1)[3, 3], "the view on screen keeps its own"


def test_a_picture_without_ground_is_see_through(view: SurfaceView) -> None:
    pixels = array(view.grab_image(640, 400, "transparent"))
    assert pixels[3, 3, 3] == 0
    point = at(view, 0.0, 3.0)
    assert pixels[point.y(), point.x(), 3] == 255


def test_an_unknown_ground_is_an_error(view: SurfaceView) -> None:
    with pytest.raises(InputError, match="'blue'"):
        view.grab_image(640, 400, "blue")


def test_a_picture_of_several_tiles_is_the_view_enlarged(view: SurfaceView) -> None:
    view.set_style(style(opacity=0.7, contours=True, floor_contours=True))
    view.set_ways([Way(0, np.array([[-8.0, 6.0], [-2.0, 5.0], [4.0, 4.0]]), 1)])
    # From this size on all grows in proportion.
    small = view.grab_image(1280, 720, "light")
    large = view.grab_image(3840, 2160, "light")  # two tiles by two
    shrunk = large.scaled(1280, 720, mode=Qt.TransformationMode.SmoothTransformation)
    away = np.abs(array(small).astype(int) - array(shrunk)).max(axis=-1)
    assert away.mean() < 3 and (away > 100).mean() < 0.005


def test_a_click_on_the_surface_sets_the_start(view: SurfaceView, qtbot: QtBot) -> None:
    with qtbot.waitSignal(view.start_dropped) as dropped:
        qtbot.mouseClick(view, Qt.MouseButton.LeftButton, pos=at(view, 2.0, -3.0))
    np.testing.assert_allclose(dropped.args, [2.0, -3.0], atol=0.15)


def test_a_click_beside_the_surface_sets_nothing(view: SurfaceView, qtbot: QtBot) -> None:
    with qtbot.assertNotEmitted(view.start_dropped):
        qtbot.mouseClick(view, Qt.MouseButton.LeftButton, pos=QPoint(5, 5))


def test_dragging_the_start_moves_it_and_not_the_camera(view: SurfaceView, qtbot: QtBot) -> None:
    view.set_ways([Way(0, np.array([[-8.0, 6.0], [0.0, 0.0]]), 1)])
    places: list[tuple[float, float]] = []
    view.start_dragged.connect(lambda x, y: places.append((x, y)))
    with qtbot.waitSignal(view.start_dropped) as dropped:
        qtbot.mousePress(view, Qt.MouseButton.LeftButton, pos=at(view, -8.0, 6.0))
        for target in ((-6.0, 5.0), (-3.0, 2.0)):
            qtbot.mouseMove(view, at(view, *target))
        qtbot.mouseRelease(view, Qt.MouseButton.LeftButton, pos=at(view, -3.0, 2.0))
    np.testing.assert_allclose(places, [(-6.0, 5.0), (-3.0, 2.0)], atol=0.15)
    np.testing.assert_allclose(dropped.args, [-3.0, 2.0], atol=0.15)
    assert (view.camera.elevation, view.camera.azimuth) == (45, 60)


def test_a_start_dragged_off_the_surface_stays_in_the_domain(view: SurfaceView, qtbot: QtBot) -> None:
    view.set_ways([Way(0, np.array([[-8.0, 6.0], [0.0, 0.0]]), 1)])
    with qtbot.waitSignal(view.start_dropped) as dropped:
        qtbot.mousePress(view, Qt.MouseButton.LeftButton, pos=at(view, -8.0, 6.0))
        qtbot.mouseMove(view, QPoint(630, 390))
        qtbot.mouseRelease(view, Qt.MouseButton.LeftButton, pos=QPoint(630, 390))
    assert all(-10 <= value <= 10 for value in dropped.args)
    assert 10 in np.abs(dropped.args)


def test_dragging_elsewhere_orbits(view: SurfaceView, qtbot: QtBot) -> None:
    with qtbot.assertNotEmitted(view.start_dropped):
        qtbot.mousePress(view, Qt.MouseButton.LeftButton, pos=QPoint(300, 200))
        qtbot.mouseMove(view, QPoint(340, 180))
        qtbot.mouseRelease(view, Qt.MouseButton.LeftButton, pos=QPoint(340, 180))
    assert (view.camera.elevation, view.camera.azimuth) == (35, 40)


@pytest.mark.parametrize("button", [Qt.MouseButton.RightButton, Qt.MouseButton.MiddleButton])
def test_panning_moves_the_picture_with_the_mouse(view: SurfaceView, qtbot: QtBot, button: Qt.MouseButton) -> None:
    before = at(view, 1.0, 1.0)
    qtbot.mousePress(view, button, pos=QPoint(300, 200))
    qtbot.mouseMove(view, QPoint(330, 215))
    qtbot.mouseRelease(view, button, pos=QPoint(330, 215))
    moved = at(view, 1.0, 1.0) - before
    assert abs(moved.x() - 30) <= 2 and abs(moved.y() - 15) <= 2


def test_the_wheel_zooms_and_a_double_click_shows_everything_again(view: SurfaceView, qtbot: QtBot) -> None:
    wheel = QWheelEvent(
        QPointF(300, 200), view.mapToGlobal(QPointF(300, 200)), QPoint(), QPoint(0, 240), Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(view, wheel)
    assert view.camera.distance == pytest.approx(10 * 0.82**2)
    with qtbot.assertNotEmitted(view.start_dropped):
        qtbot.mouseDClick(view, Qt.MouseButton.LeftButton, pos=QPoint(5, 5))
    assert view.camera.distance == 10


def test_the_cursor_tells_what_a_press_would_do(view: SurfaceView, qtbot: QtBot) -> None:
    view.set_ways([Way(0, np.array([[-8.0, 6.0], [0.0, 0.0]]), 1)])
    for position, shape in (
        (at(view, -8.0, 6.0), Qt.CursorShape.OpenHandCursor),
        (at(view, 2.0, -3.0), Qt.CursorShape.CrossCursor),
        (QPoint(5, 5), Qt.CursorShape.ArrowCursor),
    ):
        qtbot.mouseMove(view, position)
        assert view.cursor().shape() == shape


def test_the_view_is_found_by_name_and_says_what_it_is(view: SurfaceView) -> None:
    assert view.objectName() == "surface_view"
    assert view.accessibleName()


def test_the_view_draws_again_in_a_new_window(view: SurfaceView, qtbot: QtBot) -> None:
    """As when its dock is floated: Qt then makes a new OpenGL context."""
    from PySide6.QtWidgets import QVBoxLayout, QWidget

    before = array(view.grabFramebuffer())
    window = QWidget()
    qtbot.addWidget(window)
    layout = QVBoxLayout(window)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.addWidget(view)
    window.resize(640, 400)
    window.show()
    qtbot.waitExposed(window)
    qtbot.waitUntil(lambda: view.width() == 640 and view.height() == 400)
    assert (array(view.grabFramebuffer()) == before).all()
    view.setParent(None)


def test_opengl_works_here(qapp: QApplication) -> None:
    assert opengl_works() == (True, "")
