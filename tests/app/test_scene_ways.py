"""Several runs, arrows and squares in the 3D view on a real screen."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor
from pytestqt.qtbot import QtBot

from gdsim.app.arrow import Arrow, Square
from gdsim.app.camera import Camera
from gdsim.app.scene.surface_view import SurfaceView
from gdsim.app.scene.trajectory import PALE, Trajectory
from gdsim.app.theme import DARK, LIGHT, Theme
from gdsim.app.way import COLOURS, Way, run_colour
from gdsim.export.contrast import readable
from tests.app.scenes import mesh, style
from tests.app.test_surface_view import Array, array, at, near

ACROSS = [np.array([[-8.0, w2], [-3.0, w2], [2.0, w2], [8.0, w2]]) for w2 in (6.0, 1.0, -4.0)]
ROLES = ("gradient", "velocity", "decay", "move")


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


def race(runs: list[Array], current: int | None = None) -> list[Way]:
    steps = [len(run) - 1 if current is None else min(current, len(run) - 1) for run in runs]
    return [Way(k, run, step, f"Run {k}", run_colour(k)) for k, (run, step) in enumerate(zip(runs, steps, strict=True))]


def twenty(steps: int) -> list[Array]:
    """Return twenty spirals about places of their own."""
    turn = np.linspace(0, 12, steps + 1)
    centres = np.random.default_rng(3).uniform(-6, 6, (20, 2))
    radius = 3 * 0.97 ** np.arange(steps + 1)
    return [centre + radius[:, None] * np.stack([np.cos(turn), np.sin(turn)], axis=1) for centre in centres]


def has(view: SurfaceView, place: QPoint, colour: str, tolerance: int = 12) -> bool:
    """Tell whether the pixels at a place are of a colour."""
    pixels = array(view.grabFramebuffer())
    around = pixels[place.y() - 1 : place.y() + 2, place.x() - 1 : place.x() + 2]
    return bool(near(around, colour, tolerance).any())


def blend(colour: str, ground: str, share: float) -> str:
    mixed = [(1 - share) * a + share * b for a, b in zip(QColor(colour).getRgb(), QColor(ground).getRgb(), strict=True)]
    return QColor(*(round(channel) for channel in mixed[:3])).name()


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
def test_each_run_has_its_colour_and_a_paler_one_for_what_is_to_come(view: SurfaceView, theme: Theme) -> None:
    view.set_theme(theme)
    view.camera.set(elevation=90, azimuth=-90)
    view.set_ways(race(ACROSS, 2))
    for k, run in enumerate(ACROSS):
        colour = readable(COLOURS[k], theme.ground)
        assert has(view, at(view, -0.5, run[0, 1]), colour)
        assert has(view, at(view, 5.0, run[0, 1]), blend(colour, theme.ground, PALE))
        assert has(view, at(view, *run[0]), theme.start)
        assert has(view, at(view, *run[2]), colour)
        # The large mark of the present state is of the same colour, with a rim of the ground's.
        place = at(view, *run[2])
        column = array(view.grabFramebuffer())[place.y() - 9 : place.y() + 10, place.x()]
        assert near(column, colour).sum() >= 9 and near(column, theme.ground, 60).sum() >= 2


def test_another_theme_recolours_a_race(view: SurfaceView) -> None:
    view.camera.set(elevation=90, azimuth=-90)
    view.set_ways(race(ACROSS))
    view.set_theme(DARK)
    deep = readable(COLOURS[0], DARK.ground)
    assert deep != COLOURS[0]
    assert has(view, at(view, -0.5, 6.0), deep)


def test_a_run_that_stopped_early_stays_where_it_stopped(view: SurfaceView) -> None:
    view.camera.set(elevation=90, azimuth=-90)
    runs = [ACROSS[0], ACROSS[1][:2], ACROSS[2]]
    view.set_ways(race([run[:2] for run in runs]))
    view.set_ways(race([run[:3] for run in runs]))
    view.set_ways(race(runs))
    assert has(view, at(view, 5.0, 6.0), COLOURS[0])
    assert has(view, at(view, -3.0, 1.0), COLOURS[1])
    assert not has(view, at(view, 0.0, 1.0), COLOURS[1])


def test_twenty_runs_are_drawn_by_as_many_items_as_one(view: SurfaceView) -> None:
    view.set_ways([Way(0, ACROSS[0], 3)])
    items = len(view.items)
    view.set_ways(race(twenty(60)))
    assert len(view.items) == items
    steps = view.scenery.trajectory._piece_steps
    assert len(steps) > 20 * 40
    assert (np.diff(steps) >= 0).all()


@pytest.mark.parametrize("broken", [False, True])
def test_a_step_of_all_runs_adds_to_what_is_drawn(
    view: SurfaceView, broken: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    runs = twenty(40)
    if broken:
        runs[4][20:] = np.nan
        runs[7] = runs[7][:25]
    began = []
    begin = Trajectory._begin
    monkeypatch.setattr(Trajectory, "_begin", lambda *args: began.append(args) or begin(*args))
    for step in range(1, 41):
        view.set_ways(race([run[: step + 1].copy() for run in runs]))
    assert len(began) == 1
    grown = array(view.grabFramebuffer())
    view.set_ways([])
    view.set_ways(race(runs))
    assert len(began) == 3
    # Triangles that come in another order may differ where two runs cross, nowhere else.
    assert (np.abs(grown.astype(int) - array(view.grabFramebuffer())).max(axis=-1) > 8).mean() < 0.001


def test_runs_that_fill_the_domain_stay_within_their_budget(view: SurfaceView) -> None:
    from gdsim.app.scene.trajectory import MORE_PIECES, MOST_PIECES

    runs = [np.random.default_rng(k).uniform(-10, 10, (3000, 2)) for k in range(20)]
    view.set_ways(race(runs))
    assert 0 < len(view.scenery.trajectory._path) <= MOST_PIECES + 19 * MORE_PIECES
    assert view.scenery.trajectory._piece_steps[-1] >= 2990


def test_a_race_has_a_legend_and_one_run_has_none(view: SurfaceView) -> None:
    view.set_ways([Way(0, ACROSS[0], 3, "Alone")])
    view.grabFramebuffer()
    assert view.scenery.overlay.notes.places == []
    view.set_ways(race(ACROSS))
    pixels = array(view.grabFramebuffer())
    (place,) = view.scenery.overlay.notes.places
    assert place.left() < 20 and place.top() < 20
    inside = pixels[8 : int(place.bottom()), 8 : int(place.right())]
    rows = [np.flatnonzero(near(inside, COLOURS[k]).sum(axis=1) >= 10).mean() for k in range(3)]
    assert rows == sorted(rows) and np.diff(rows).min() > 10
    words = near(inside[:, 32:], LIGHT.text, 110)
    assert words.sum() > 100


def test_a_long_legend_counts_the_rest(view: SurfaceView) -> None:
    runs = twenty(3)
    heights = []
    view.resize(640, 600)
    for count in (12, 13, 20):
        view.set_ways(race(runs[:count]))
        view.grabFramebuffer()
        heights.append(view.scenery.overlay.notes.places[0].height())
    assert heights[1] == heights[2] > heights[0]
    view.resize(640, 200)
    view.grabFramebuffer()
    assert view.scenery.overlay.notes.places[0].height() <= 100


@pytest.mark.parametrize(("size", "ratio"), [((200, 140), 1.0), ((1280, 800), 1.38), ((2600, 1500), 2.66)])
def test_pictures_of_any_size_have_the_legend(view: SurfaceView, size: tuple[int, int], ratio: float) -> None:
    view.set_ways(race(ACROSS))
    image = view.grab_image(*size, "light")
    corner = array(image)[: int(80 * ratio) + 8, : int(40 * ratio)]
    for k in range(3):
        assert near(corner, COLOURS[k], 40).sum() > 30 * ratio**2


def arrows() -> list[Arrow]:
    tips = ((4.0, 4.0), (-4.0, 4.0), (-4.0, -4.0), (4.0, -4.0))
    return [Arrow((0.0, 0.0), tip, role, f"{role} (1, 2)") for tip, role in zip(tips, ROLES, strict=True)]


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize(("elevation", "azimuth"), [(90, -90), (45, 60), (30, 130)])
def test_arrows_lie_on_the_surface_in_the_colours_of_their_roles(
    view: SurfaceView, theme: Theme, elevation: int, azimuth: int
) -> None:
    view.set_theme(theme)
    view.camera.set(elevation=elevation, azimuth=azimuth)
    # Without labels, which may hide another arrow's shaft.
    for arrow in arrows():
        view.set_arrows([Arrow(arrow.tail, arrow.tip, arrow.role, "")])
        for share in (0.25, 0.5):
            place = at(view, share * arrow.tip[0], share * arrow.tip[1])
            assert has(view, place, getattr(theme, arrow.role))
        ((_, ends),) = view.scenery.arrows.ends
        assert np.abs(ends[1] - (at(view, *arrow.tip).x(), at(view, *arrow.tip).y())).max() <= 1
        # The head is wider than the shaft, and points where the arrow does.
        pixels = near(array(view.grabFramebuffer()), getattr(theme, arrow.role), 40)
        y, x = np.nonzero(pixels)
        away = np.hypot(x + 0.5 - ends[1, 0], y + 0.5 - ends[1, 1])
        counts = [int(((away >= low) & (away < low + 3)).sum()) for low in (1, 9)]
        assert counts[1] > counts[0] > 0
        if (elevation, azimuth) == (90, -90):
            assert 20 <= counts[1] <= 40


def test_what_lies_behind_a_fold_is_muted(view: SurfaceView) -> None:
    view.set_style(style(opacity=0.5))
    view.camera.set(elevation=30, azimuth=-130)
    place = at(view, 2.0, 2.0)
    before = array(view.grabFramebuffer())[place.y(), place.x()].astype(int)
    view.set_arrows([Arrow((0.0, 0.0), (4.0, 4.0), "gradient", "")])
    after = array(view.grabFramebuffer())[place.y(), place.x()].astype(int)
    wanted = np.array(QColor(LIGHT.gradient).getRgb()[:3])
    assert np.abs(after - before)[:3].max() > 20 and np.abs(after[:3] - wanted).max() > 20


def test_arrows_have_a_rim_in_the_grounds_colour(view: SurfaceView) -> None:
    view.set_style(style(colormap="inferno"))
    view.camera.set(elevation=90, azimuth=-90)
    view.set_arrows([Arrow((-6.0, 0.0), (6.0, 0.0), "gradient", "")])
    place = at(view, 0.0, 0.0)
    column = array(view.grabFramebuffer())[place.y() - 6 : place.y() + 7, place.x()]
    assert near(column, LIGHT.gradient, 40).sum() >= 3
    assert near(column[:6], LIGHT.ground, 60).any() and near(column[7:], LIGHT.ground, 60).any()


@pytest.mark.parametrize("tip", [(40.0, 0.0), (1e300, 0.0), (-30.0, 0.0)])
def test_a_long_arrow_ends_at_the_edge_of_the_domain(view: SurfaceView, tip: tuple[float, float]) -> None:
    view.set_arrows([Arrow((0.0, 0.0), tip, "gradient", "far")])
    view.grabFramebuffer()
    ((_, ends),) = view.scenery.arrows.ends
    edge = at(view, float(np.clip(tip[0], -10, 10)), 0.0)
    assert np.abs(ends[1] - (edge.x(), edge.y())).max() <= 1


@pytest.mark.parametrize(
    "arrow",
    [
        Arrow((1.0, 1.0), (1.0, 1.0), "move", "none"),
        Arrow((np.nan, 1.0), (1.0, 1.0), "move", "undefined"),
        Arrow((20.0, 1.0), (30.0, 1.0), "move", "outside"),
        Arrow((1.0, 1.0), (np.inf, 1.0), "move", "infinite"),
    ],
)
def test_arrows_that_cannot_be_drawn_are_left_out(view: SurfaceView, arrow: Arrow) -> None:
    before = array(view.grabFramebuffer())
    view.set_arrows([arrow])
    assert (array(view.grabFramebuffer()) == before).all()


def test_an_arrow_ends_where_the_surface_does(view: SurfaceView) -> None:
    view.set_mesh(mesh(lambda x, y: np.log(x) + 0 * y))
    view.set_arrows([Arrow((6.0, 0.0), (-6.0, 0.0), "move", "into nothing")])
    view.grabFramebuffer()
    ((_, ends),) = view.scenery.arrows.ends
    assert np.isfinite(ends).all()


@pytest.mark.parametrize("elevation", [-20, 5, 45, 90])
def test_labels_stay_in_the_view_and_off_one_another(view: SurfaceView, elevation: int) -> None:
    view.set_ways(race(ACROSS))
    view.set_arrows(arrows())
    view.set_squares([Square((0.0, 0.0), 1.0, "second_moment", "v₁ = 0.25"), Square((0.0, 0.0), 0.5, "decay", "v₂")])
    for azimuth in range(-170, 180, 70):
        view.camera.set(elevation=elevation, azimuth=azimuth)
        view.grabFramebuffer()
        places = view.scenery.overlay.notes.places
        assert len(places) == 1 + 1 + 4
        room = view.width() - view.current_frame().projection.margins.bar
        for place in places:
            assert place.left() >= 0 and place.top() >= 0 and place.bottom() <= view.height() and place.right() <= room
        assert not any(a.intersects(b) for a, b in itertools.combinations(places, 2))


def test_a_label_stands_beside_its_tip_in_a_box_of_the_roles_colour(view: SurfaceView) -> None:
    view.camera.set(elevation=90, azimuth=-90)
    view.set_arrows([Arrow((-4.0, 0.0), (2.0, 0.0), "gradient", "−η·g (0.31, −0.2)")])
    pixels = array(view.grabFramebuffer())
    (place,) = view.scenery.overlay.notes.places
    tip = at(view, 2.0, 0.0)
    assert abs(place.center().y() - tip.y()) <= 2 and 0 < place.left() - tip.x() < 12
    box = pixels[int(place.top()) : int(place.bottom()), int(place.left()) : int(place.right())]
    assert near(box[:, 0:2], LIGHT.gradient, 60).any() and near(box[0:2], LIGHT.gradient, 60).mean() > 0.3
    assert 0.05 < near(box, LIGHT.text, 110).mean() < 0.5


def test_squares_have_their_sides(view: SurfaceView) -> None:
    view.camera.set(elevation=90, azimuth=-90)
    for share in (1.0, 0.5):
        view.set_squares([Square((0.0, 0.0), share, "second_moment", "")])
        pixels = array(view.grabFramebuffer())
        (place,) = view.scenery.overlay.notes.places
        inner = pixels[int(place.top()) + 4 : int(place.bottom()) - 4, int(place.left()) + 4 : int(place.right()) - 4]
        outline = near(inner, LIGHT.second_moment, 30)
        rows, columns = (np.flatnonzero(outline.any(axis=axis)) for axis in (1, 0))
        assert abs(np.ptp(rows) + 1 - 48 * share) <= 2 and abs(np.ptp(columns) + 1 - 48 * share) <= 2
        middle = inner[rows.mean().astype(int), columns.mean().astype(int)]
        assert near(middle, blend(LIGHT.second_moment, LIGHT.ground, 0.65), 30)


def test_turning_writes_nothing_anew(view: SurfaceView) -> None:
    view.set_ways(race(ACROSS))
    view.set_arrows(arrows())
    view.grabFramebuffer()
    notes = view.scenery.overlay.notes
    written = notes.image.cacheKey()
    view.camera.set(azimuth=-100, elevation=20)
    view.grabFramebuffer()
    assert notes.image.cacheKey() == written
    view.set_arrows(arrows()[:2])
    view.grabFramebuffer()
    assert notes.image.cacheKey() != written


def test_taking_hold_of_a_runs_start_picks_it(view: SurfaceView, qtbot: QtBot) -> None:
    view.set_ways(race(ACROSS))
    signals: list[tuple[str, float]] = []
    view.run_picked.connect(lambda number: signals.append(("picked", number)))
    view.start_dragged.connect(lambda x, y: signals.append(("dragged", round(x))))
    with qtbot.waitSignal(view.start_dropped):
        qtbot.mousePress(view, Qt.MouseButton.LeftButton, pos=at(view, -8.0, -4.0))
        qtbot.mouseMove(view, at(view, -3.0, -6.0))
        qtbot.mouseRelease(view, Qt.MouseButton.LeftButton, pos=at(view, -3.0, -6.0))
    assert signals == [("picked", 2), ("dragged", -3)]


@pytest.mark.parametrize("picked", [0, 2])
def test_of_runs_with_one_start_the_picked_one_is_taken(view: SurfaceView, qtbot: QtBot, picked: int) -> None:
    view.set_ways(race([np.array([[-8.0, 6.0], [k, 0.0]]) for k in range(3)]), picked)
    with qtbot.waitSignal(view.run_picked) as signal:
        qtbot.mouseClick(view, Qt.MouseButton.LeftButton, pos=at(view, -8.0, 6.0))
    assert signal.args == [picked]


def test_no_run_is_picked_elsewhere_nor_where_there_is_one(view: SurfaceView, qtbot: QtBot) -> None:
    view.set_ways(race(ACROSS))
    with qtbot.assertNotEmitted(view.run_picked), qtbot.waitSignal(view.start_dropped):
        qtbot.mouseClick(view, Qt.MouseButton.LeftButton, pos=at(view, 2.0, -7.0))
    view.set_ways([Way(0, ACROSS[0], 3)])
    with qtbot.assertNotEmitted(view.run_picked):
        qtbot.mouseClick(view, Qt.MouseButton.LeftButton, pos=at(view, -8.0, 6.0))
