"""The scene's mathematics: projection, ticks, cell order, clipping, heights, labels. No window."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from numpy.typing import NDArray

from gdsim.app.scene import axes, cells, polyline, ticks
from gdsim.app.scene.projection import HALF, Projection
from gdsim.app.scene.space import space
from gdsim.problems.heights import DEPTH, height_scale
from tests.app.scenes import mesh

Array = NDArray[np.float64]

CORNERS = np.array(list(itertools.product((-1, 1), repeat=3))) * HALF
ANGLES = [(45, 60), (30, -60), (0, 0), (90, -90), (-30, 130), (10, 179), (60, -135)]
finite = st.floats(-1e9, 1e9)


def projection(elevation: float, azimuth: float, width: float = 640, height: float = 400) -> Projection:
    return Projection(elevation, azimuth, 1.0, (0, 0, 0), width, height)


@pytest.mark.parametrize(("elevation", "azimuth"), ANGLES)
def test_corners_lie_where_matplotlib_puts_them(elevation: float, azimuth: float) -> None:
    """Up to the scale and the place on the page, the picture of the box is matplotlib's, perspective included."""
    from matplotlib.figure import Figure
    from mpl_toolkits.mplot3d import proj3d

    theirs = Figure().add_subplot(projection="3d")
    theirs.set(xlim=(-2, 2), ylim=(-2, 2), zlim=(-1.5, 1.5))
    theirs.set_box_aspect((4, 4, 3))
    theirs.view_init(elevation, azimuth)
    low, high = ([f()[i] for f in (theirs.get_xlim, theirs.get_ylim, theirs.get_zlim)] for i in (0, 1))
    spread = np.where(CORNERS > 0, high, low)
    x, y, _ = proj3d.proj_transform(*spread.T, theirs.get_proj())
    expected = np.stack([x, -np.asarray(y)], axis=1)
    ours = projection(elevation, azimuth).pixels(CORNERS)
    ours, expected = ours - ours.mean(axis=0), expected - expected.mean(axis=0)
    scale = float((ours * expected).sum() / (expected**2).sum())
    assert scale > 0
    np.testing.assert_allclose(ours, expected * scale, atol=0.01 * np.abs(ours).max())


@pytest.mark.parametrize(("elevation", "azimuth"), ANGLES)
@pytest.mark.parametrize("size", [(640, 400), (1100, 700), (300, 600)])
def test_the_whole_box_is_in_the_picture(elevation: float, azimuth: float, size: tuple[int, int]) -> None:
    pixels = projection(elevation, azimuth, *size).pixels(CORNERS)
    assert (pixels >= 0).all() and (pixels <= size).all()


@given(st.floats(-90, 90), st.floats(-180, 180), st.lists(st.floats(-1.5, 1.5), min_size=3, max_size=3))
def test_the_ray_through_a_points_pixel_meets_the_point(elevation: float, azimuth: float, point: list[float]) -> None:
    view = Projection(elevation, azimuth, 2.0, (0.3, -0.2, 0.1), 800, 500)
    eye, along = view.ray(*view.pixels(np.array(point)))
    towards = np.array(point) - eye
    np.testing.assert_allclose(np.cross(towards, along), 0, atol=1e-6)
    assert towards @ along > 0


@given(finite, st.floats(1e-6, 1e9))
def test_ticks_are_those_of_matplotlib(low: float, span: float) -> None:
    from matplotlib.ticker import MaxNLocator

    high = low + span
    assume(span > 1e-6 * max(abs(low), abs(high)))
    theirs, ours = (
        values[(values > low + 1e-6 * span) & (values < high - 1e-6 * span)]
        for values in (
            MaxNLocator(nbins=8, steps=[1, 2, 2.5, 5, 10]).tick_values(low, high),
            ticks.linear_ticks(low, high, 8),
        )
    )
    np.testing.assert_allclose(ours, theirs, atol=1e-6 * span)


def test_the_lectures_ticks() -> None:
    """They are those of matplotlib's own three-dimensional figure of the same surface."""
    lecture = mesh()
    across, _, up = axes.axes_of(space(lecture))
    figure = Figure(figsize=(9, 9))
    theirs = figure.add_subplot(projection="3d")
    theirs.plot_surface(*np.meshgrid(lecture.x, lecture.y, indexing="ij"), lecture.z)
    FigureCanvasAgg(figure).draw()
    for ours, axis, (low, high) in (
        (across, theirs.xaxis, theirs.get_xlim()),
        (up, theirs.zaxis, theirs.get_zlim()),
    ):
        marked = zip(axis.get_majorticklocs(), axis.get_ticklabels(), strict=True)
        assert ours.labels == [label.get_text() for value, label in marked if low <= value <= high]
    np.testing.assert_allclose(across.places / HALF[0] * 10.8, np.arange(-10, 11, 2.5))


@pytest.mark.parametrize(
    ("values", "texts"),
    [
        ([0.0, 0.25, 0.5], ["0.00", "0.25", "0.50"]),
        ([-2e6, 0.0, 2e6], ["−2×10⁶", "0", "2×10⁶"]),
        ([0.0, 5e-5], ["0", "5×10⁻⁵"]),
        ([100.0], ["100"]),
    ],
)
def test_tick_labels(values: list[float], texts: list[str]) -> None:
    assert ticks.labels(np.array(values)) == texts


def test_logarithmic_ticks_are_powers_of_ten_or_numbers_between() -> None:
    assert ticks.power_labels(ticks.log_ticks(0.05, 3000)) == ["10⁻¹", "10⁰", "10¹", "10²", "10³"]
    assert ticks.power_labels(ticks.log_ticks(15, 80)) == ["20", "50"]


@pytest.mark.parametrize("azimuth", [0.1, 60, 100, 170, -170, -100, -60, -30])
def test_cells_are_drawn_back_to_front(azimuth: float) -> None:
    usable = np.ones((7, 5), bool)
    order = cells.ordered_triangles(usable, cells.sector(azimuth))
    assert len(order) == 2 * 6 * 4 and len({tuple(sorted(t)) for t in order.tolist()}) == len(order)
    place = {tuple(sorted(t)): k for k, t in enumerate(order.tolist())}
    towards = np.sign([np.cos(np.radians(azimuth)), np.sin(np.radians(azimuth))]).astype(int)
    for i, j in itertools.product(range(6), range(4)):
        here = place[tuple(sorted((i * 5 + j, (i + 1) * 5 + j, i * 5 + j + 1)))]
        for nearer in ((i + towards[0], j), (i, j + towards[1])):
            if 0 <= nearer[0] < 6 and 0 <= nearer[1] < 4:
                a = nearer[0] * 5 + nearer[1]
                assert here < place[tuple(sorted((a, a + 5, a + 1)))]


def test_triangles_with_a_hole_at_a_corner_are_left_out() -> None:
    usable = np.ones((3, 3), bool)
    usable[0, 0] = False
    order = cells.ordered_triangles(usable, 0)
    assert len(order) == 7 and not (order == 0).any()


def test_coarsening_error_of_a_parabola() -> None:
    x = np.arange(9.0)
    heights = np.tile((x**2)[:, None], (1, 9))
    assert cells.coarsening_error(heights, 2) == pytest.approx(1)  # (1 + 1) / 2 against 0, half-way
    assert cells.coarsening_error(heights, 4) == pytest.approx(4)
    assert cells.coarsening_error(heights, 3) == np.inf


def test_a_segment_is_cut_at_the_border() -> None:
    start = np.array([[-20.0, 0], [0, 0], [11, 11], [0, 0], [5, 5]])
    end = np.array([[20.0, 0], [0, 40], [12, 0], [np.nan, 1], [5, 5]])
    first, last, kept = polyline.clip_segments(start, end, np.array([-10.0, -10]), np.array([10.0, 10]))
    assert kept.tolist() == [0, 1, 4]
    np.testing.assert_allclose(first, [[-10, 0], [0, 0], [5, 5]])
    np.testing.assert_allclose(last, [[10, 0], [0, 10], [5, 5]])


@given(st.lists(st.tuples(st.floats(allow_nan=True), st.floats(allow_infinity=True)), min_size=2, max_size=20))
def test_whatever_the_run_nothing_lies_outside(points: list[tuple[float, float]]) -> None:
    run = np.array(points)
    first, last, _ = polyline.clip_segments(run[:-1], run[1:], np.array([-10.0, -10]), np.array([10.0, 10]))
    for ends in (first, last):
        assert (np.abs(ends) <= 10).all()


def fresh(thinner: polyline.Thinner, run: Array, way: int = 0) -> list[int]:
    return thinner.extend(run[:-1], run[1:], np.full(len(run) - 1, way)).tolist()


def test_steps_between_the_same_places_are_drawn_once_also_when_the_run_grows() -> None:
    zigzag = np.tile([[0.0, 0], [1, 0]], (500, 1))
    thinner = polyline.Thinner(np.array([-10.0, -10]), np.array([10.0, 10]))
    assert fresh(thinner, zigzag) == [0, 1]
    assert fresh(thinner, zigzag) == []
    assert fresh(thinner, np.array([[1.0, 0], [5, 5], [np.nan, 0], [0, 0], [1, 0]])) == [0]


def test_each_way_is_thinned_for_itself() -> None:
    zigzag = np.tile([[0.0, 0], [1, 0]], (5, 1))
    thinner = polyline.Thinner(np.array([-10.0, -10]), np.array([10.0, 10]))
    assert fresh(thinner, zigzag, 3) == [0, 1]
    assert fresh(thinner, zigzag, 19) == [0, 1]
    assert fresh(thinner, zigzag, 3) == []


@settings(max_examples=50)
@given(st.floats(-10, 10), st.floats(-10, 10))
def test_heights_on_the_drawn_triangles(x: float, y: float) -> None:
    """Within a cell of side h the drawn surface is off by at most h^2/8 (|fxx| + 2 |fxy| + |fyy|) = h^2/8 (20+16+4)."""
    placed = space(mesh())
    exact = (2 - x - y) ** 2 + (4 - 3 * x - y) ** 2
    assert placed.height(np.array([x, y])) == pytest.approx(exact, abs=0.25**2 / 8 * 40 + 1e-9)


def test_heights_off_the_domain_or_in_a_hole_are_nan() -> None:
    placed = space(mesh(lambda x, y: np.log(x * y)))
    assert np.isnan(placed.height(np.array([[11.0, 0], [np.nan, 0], [5, -5]]))).all()


@settings(max_examples=50)
@given(st.floats(-9, 9), st.floats(-9, 9))
def test_the_ray_to_a_point_seen_from_above_finds_it(x: float, y: float) -> None:
    placed = space(mesh())
    view = projection(89, -90)
    found = placed.hit(*view.ray(*view.pixels(placed.on_surface(np.array([x, y])))))
    np.testing.assert_allclose(found, [x, y], atol=0.02)


def test_a_ray_beside_the_surface_finds_nothing() -> None:
    view = projection(45, 60)
    assert space(mesh()).hit(*view.ray(2, 2)) is None


def test_logarithmic_height_of_losses_with_a_zero() -> None:
    losses = np.array([0.0, 0.01, 1.0, 100.0, np.nan])
    scale = height_scale(losses, True)
    np.testing.assert_allclose(scale(losses), [-2, -2, 0, 2, np.nan])
    assert scale.title() == "loss (log)"


def test_logarithmic_height_of_negative_losses_counts_from_the_lowest_and_says_so() -> None:
    scale = height_scale(np.array([-3.0, -2.0, 7.0]), True)
    np.testing.assert_allclose(scale(np.array([-3.0, -2.0, 7.0])), [0, 0, 1])
    assert scale.title() == "loss + 3 (log)"


def test_a_vanishing_loss_does_not_flatten_the_rest() -> None:
    assert height_scale(np.array([1e-300, 1.0]), True).floor == DEPTH


@pytest.mark.parametrize("value", [0.0, 7.0, -1e-320])
@pytest.mark.parametrize("logarithmic", [False, True])
def test_a_flat_surface_can_be_placed(value: float, logarithmic: bool) -> None:
    placed = space(mesh(lambda x, y: x * 0 + value), logarithmic)
    assert np.isfinite(placed.vertices()).all()


@pytest.mark.parametrize("elevation", [-90, -20, 0, 30, 45, 90])
@pytest.mark.parametrize("azimuth", range(-180, 180, 15))
@pytest.mark.parametrize("size", [(640, 400), (1200, 760)])
def test_labels_are_in_the_picture_and_apart(elevation: int, azimuth: int, size: tuple[int, int]) -> None:
    def measure(text: str) -> tuple[float, float]:
        return 7.0 * len(text), 14.0

    placed = axes.layout(projection(elevation, azimuth, *size), axes.axes_of(space(mesh())), measure, 1.0)
    for label in placed:
        assert label.left >= 0 and label.left + label.width <= size[0]
        assert label.top >= 0 and label.top + label.height <= size[1]
    for one, other in itertools.combinations(placed, 2):
        assert not one.touches(other, 0)
    names = [label.text for label in placed if label.title]
    assert len(names) >= 2, "at most the axis that is looked along goes without a name"
    assert len(placed) - len(names) >= 2 * len(names)


@pytest.mark.parametrize("azimuth", [40, 52, 60, 75, -60])
@pytest.mark.parametrize("size", [(640, 400), (900, 520), (1200, 640)])
def test_variables_over_the_same_range_are_marked_alike(azimuth: int, size: tuple[int, int]) -> None:
    def measure(text: str) -> tuple[float, float]:
        return 7.0 * len(text), 14.0

    placed = axes.layout(projection(45, azimuth, *size), axes.axes_of(space(mesh())), measure, 1.0)
    signed = [label.text for label in placed if label.text not in ("w1", "w2", "loss") and len(label.text) < 6]
    negative = [text for text in signed if text.startswith(ticks.MINUS)]
    assert len(negative) >= 2
    assert all(negative.count(text) == 2 for text in negative)
