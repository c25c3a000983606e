"""Levels, bands and lines of the contour map, and the paths made fit for drawing: no widgets."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from PySide6.QtCore import QRectF

from gdsim.app.colormaps import lookup
from gdsim.app.widgets.contour_arrows import place_labels
from gdsim.app.widgets.contour_paths import clip_segments, drawable, thin_lines, thin_points
from gdsim.problems.contour_levels import choose_levels, fill, level_lines
from gdsim.problems.mesh import Mesh

AREA = QRectF(0, 0, 400, 300)


def bowl(points: int = 161) -> Mesh:
    x = np.linspace(-10, 10, points)
    w1, w2 = np.meshgrid(x, x, indexing="ij")
    return Mesh(("w1", "w2"), x, x, (2 - w1 - w2) ** 2 + (4 - 3 * w1 - w2) ** 2)


def test_levels_of_the_lecture_surface_are_round_and_show_the_valley() -> None:
    assert choose_levels(bowl().z).values.tolist() == [10, 20, 50, 100, *range(200, 2401, 200)]


def test_logarithmic_levels_are_1_2_5() -> None:
    values = choose_levels(np.geomspace(0.015, 3000, 200), True).values
    expected = [d * 10.0**e for e in range(-2, 4) for d in (1, 2, 5)]
    np.testing.assert_allclose(values, [v for v in expected if 0.015 < v < 3000])


def test_logarithmic_colours_are_even_in_the_logarithm() -> None:
    levels = choose_levels(np.geomspace(0.01, 100, 50), True)
    np.testing.assert_allclose(levels.fraction(np.array([0.01, 0.1, 1.0, 10.0, 100.0])), [0, 0.25, 0.5, 0.75, 1])


def test_a_saddle_has_even_levels_only() -> None:
    x = np.linspace(-2, 2, 81)
    assert choose_levels(x[:, None] ** 2 - x**2).values.tolist() == pytest.approx(np.arange(-3.0, 3.5))


@given(arrays(np.float64, 30, elements=st.floats(allow_infinity=True, allow_nan=True)), st.booleans())
def test_levels_ascend_between_the_extremes_whatever_the_heights(z: np.ndarray, log_height: bool) -> None:
    levels = choose_levels(z, log_height)
    assert len(levels.values) < 100
    if len(levels.values):
        assert (np.diff(levels.values) > 0).all()
        assert levels.low < levels.values[0]
        assert levels.values[-1] < levels.high
    fractions = levels.fraction(z[np.isfinite(z)])
    assert ((fractions >= 0) & (fractions <= 1)).all()


def test_bands_have_the_colours_of_their_heights() -> None:
    x = np.linspace(0, 1, 11)
    mesh = Mesh(("a", "b"), x, x, np.repeat(x[:, None] * 100, 11, axis=1))
    levels = choose_levels(mesh.z)
    image = fill(mesh, levels, lookup("gray"), 200)
    # Grey grows to the right, with the first variable, and not along the second.
    assert (image == image[:1]).all()
    assert (np.diff(image[0, :, 0].astype(int)) >= 0).all()
    assert len(np.unique(image[0, :, 0])) == len(levels.values) + 1
    middle = (levels.values[0] + levels.values[1]) / 2
    assert image[0, round(middle / 100 * 200), 0] == pytest.approx(middle / 100 * 255, abs=1)


def test_the_second_variable_grows_upwards_and_missing_heights_are_clear() -> None:
    x = np.linspace(0, 1, 21)
    z = np.repeat(x[None, :], 21, axis=0)
    z[:5, :] = np.nan
    image = fill(Mesh(("a", "b"), x, x, z), choose_levels(z), lookup("gray"), 100)
    assert image[0, 80, 0] > image[-1, 80, 0]
    assert (image[:, :20, 3] == 0).all()
    assert (image[:, 30:, 3] == 255).all()


def test_lines_lie_on_their_level() -> None:
    mesh = bowl(401)
    for value, line in level_lines(mesh, choose_levels(mesh.z)):
        w1, w2 = line[np.isfinite(line).all(axis=1)].T
        np.testing.assert_allclose((2 - w1 - w2) ** 2 + (4 - 3 * w1 - w2) ** 2, value, rtol=0.02)


def test_clipping_keeps_what_crosses_and_drops_the_rest() -> None:
    low, high = np.array([0.0, 0.0]), np.array([10.0, 10.0])
    path = np.array([[-5.0, 5], [15, 5], [15, 20], [5, 20], [5, 5], [np.nan, 1], [6, 6], [7, 7]])
    cut = clip_segments(path, low, high).reshape(-1, 3, 2)[:, :2]
    np.testing.assert_allclose(cut, [[[0, 5], [10, 5]], [[5, 10], [5, 5]], [[6, 6], [7, 7]]])


def test_a_diverging_path_keeps_its_direction() -> None:
    cut = drawable(np.array([[100.0, 100], [-1e9, 1e9 + 200]]), AREA)
    assert np.abs(cut[:2]).max() < 1000
    np.testing.assert_allclose(cut[1] - cut[0], [-300, 300], atol=1e-3)
    assert np.isfinite(drawable(np.array([[100.0, 100], [1e300, -1e308]]), AREA)[:2]).all()


def test_thinning_keeps_the_picture_and_drops_the_mass() -> None:
    cycle = np.tile([[10.0, 10], [200, 50], [90, 280]], (33_333, 1))
    lines = thin_lines(cycle)
    assert len(lines) == 9
    assert len(thin_points(cycle, AREA)) == 3
    few = np.random.default_rng(0).uniform(0, 300, (100, 2))
    assert thin_lines(few) is few


@given(st.lists(st.tuples(*[st.floats(0, 300)] * 4), min_size=1, max_size=4))
def test_labels_never_overlap(ends: list[tuple[float, float, float, float]]) -> None:
    arrows = [np.array([[a, b], [c, d]]) for a, b, c, d in ends if abs(a - c) + abs(b - d) > 1e-3]
    places = place_labels(arrows, [(120.0, 16.0), (40.0, 16.0), (60.0, 16.0), (16.0, 16.0)][: len(arrows)], AREA)
    for k, place in enumerate(places):
        assert AREA.contains(place)
        assert not any(place.intersects(other) for other in places[:k])
