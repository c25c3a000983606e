"""The heat map: histograms on a common scale, without losing a number."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gdsim.simulation.distributions import BINS, Distribution, distribution
from gdsim.simulation.heat_map import ends, heat_map, resampled


def even(step: int, low: float, high: float) -> Distribution:
    """Ten numbers in every bin."""
    return Distribution(step, low, high, np.full(BINS, 10))


def test_even_numbers_on_half_the_scale_fill_half_the_rows() -> None:
    heat = heat_map([even(0, 0.0, 1.0), even(5, 0.0, 2.0)], 8)
    np.testing.assert_array_equal(heat.steps, [0, 5])
    np.testing.assert_allclose(heat.edges, np.linspace(0, 2, 9))
    np.testing.assert_allclose(heat.shares[0], [1 / 4] * 4 + [0] * 4)
    np.testing.assert_allclose(heat.shares[1], [1 / 8] * 8)


def test_a_row_that_cuts_a_bin_takes_its_part() -> None:
    # One bin from 0 to 3, rows from 0 to 1, 2 and 4.
    shares = resampled(np.array([[6.0]]), np.array([0.0]), np.array([3.0]), np.array([0.0, 1.0, 2.0, 4.0]))
    np.testing.assert_allclose(shares, [[1 / 3, 1 / 3, 1 / 3]])


def test_what_lies_outside_the_edges_is_left_out() -> None:
    shares = resampled(np.array([[1.0, 3.0]]), np.array([0.0]), np.array([2.0]), np.array([0.5, 1.0, 1.5]))
    np.testing.assert_allclose(shares, [[1 / 8, 3 / 8]])


def test_a_single_value_fills_the_row_that_holds_it() -> None:
    constant = distribution(3, np.full(7, 0.25))
    heat = heat_map([constant, even(4, 0.0, 1.0)], 4)
    # A row holds its lower edge.
    np.testing.assert_array_equal(heat.shares[0], [0, 1, 0, 0])
    largest = heat_map([distribution(0, np.full(7, 1.0)), even(1, 0.0, 1.0)], 4)
    np.testing.assert_array_equal(largest.shares[0], [0, 0, 0, 1])
    alone = heat_map([constant], 5)
    assert alone.edges[0] < 0.25 < alone.edges[-1]
    assert alone.shares.sum() == 1


def test_steps_without_a_finite_number_are_empty() -> None:
    lost = distribution(1, np.array([np.nan, np.inf]))
    heat = heat_map([even(0, 5.0, 6.0), lost], 4)
    # The empty one's 0 does not stretch the scale.
    assert (heat.edges[0], heat.edges[-1]) == (5.0, 6.0)
    np.testing.assert_array_equal(heat.shares[1], np.zeros(4))
    assert heat_map([lost], 4) is None and ends([lost]) is None and heat_map([], 4) is None


def test_the_step_before_is_found() -> None:
    heat = heat_map([even(0, 0, 1), even(10, 0, 1), even(20, 0, 1)], 4)
    assert [heat.at(step) for step in (-1, 0, 9, 10, 19.5, 1000)] == [-1, 0, 0, 1, 1, 2]


numbers = st.floats(-(2.0**100), 2.0**100, width=32)


@given(st.lists(st.lists(numbers, min_size=1, max_size=20), min_size=1, max_size=5), st.integers(1, 50))
def test_nothing_is_lost(tensors: list[list[float]], rows: int) -> None:
    heat = heat_map([distribution(k, np.array(v, dtype=np.float32)) for k, v in enumerate(tensors)], rows)
    assert (heat.shares >= -1e-12).all()
    np.testing.assert_allclose(heat.shares.sum(axis=1), 1, rtol=1e-9)
    assert (np.diff(heat.edges) > 0).all()


@given(st.lists(numbers, min_size=2, max_size=50, unique=True))
def test_rows_equal_to_the_bins_change_nothing(values: list[float]) -> None:
    spread = distribution(0, np.array(values, dtype=np.float64))
    heat = heat_map([spread], BINS)
    np.testing.assert_allclose(heat.shares[0], spread.counts / len(values), atol=1e-6)


@pytest.mark.parametrize("rows", [1, 7, 96])
def test_the_largest_numbers_of_single_precision(rows: int) -> None:
    heat = heat_map([distribution(0, np.array([-3.4e38, 3.4e38], dtype=np.float32))], rows)
    assert np.isfinite(heat.edges).all()
    assert heat.shares.sum() == pytest.approx(1)
