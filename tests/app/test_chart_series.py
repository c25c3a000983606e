"""The numbers behind the charts: thinning, growing runs, zoom and colours."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gdsim.app.theme import DARK, LIGHT
from gdsim.app.widgets.chart_series import Series, Track, Tracks, heights
from gdsim.app.widgets.chart_steps import FEWEST, StepRange
from gdsim.export.contrast import CONTRAST, contrast, readable
from gdsim.export.layer_colours import layer_colours

values = st.lists(st.floats(width=32), max_size=300).map(lambda numbers: np.array(numbers, dtype=np.float64))


def series(*arrays: np.ndarray, sparse: bool = False) -> list[Series]:
    return [Series(f"s{number}", array, "move", sparse=sparse) for number, array in enumerate(arrays)]


def extremes(up: np.ndarray) -> tuple[float, float]:
    seen = up[~np.isnan(up)]
    return (float(seen.min()), float(seen.max())) if len(seen) else (0.0, 0.0)


@given(values, st.integers(1, 40), st.booleans(), st.lists(st.integers(1, 60), max_size=6))
def test_thinning_keeps_the_extremes_however_the_run_grew(
    numbers: np.ndarray, columns: int, logarithmic: bool, pieces: list[int]
) -> None:
    track = Track()
    for length in [*np.minimum(np.cumsum(pieces, dtype=int), len(numbers)), len(numbers)]:
        track.extend(numbers[:length])
    steps, up = track.line(0, max(0, len(numbers) - 1), columns, logarithmic)
    assert len(steps) <= max(2 * columns, 3 * columns + 4)
    assert (np.diff(steps) >= 0).all()
    assert extremes(up) == extremes(heights(numbers, logarithmic))


@settings(max_examples=50)
@given(st.integers(0, 9999), st.integers(0, 9999), st.integers(1, 700))
def test_any_part_of_a_run_shows_its_own_extremes(one: int, other: int, columns: int) -> None:
    numbers = np.random.default_rng(1).standard_normal(10_000)
    track = Track()
    track.extend(numbers)
    left, right = sorted((one, other))
    steps, up = track.line(left, right, columns, False)
    low, high = extremes(up)
    part = numbers[left : right + 1]
    assert low <= part.min() and high >= part.max()
    assert steps[0] <= left + 10_000 / columns and steps[-1] >= right - 10_000 / columns
    # Nothing from far outside.
    room = 2 * max(1, (right - left + 3) // columns) + 2
    around = numbers[max(0, left - room) : right + 1 + room]
    assert low >= around.min() and high <= around.max()


def test_few_values_are_drawn_as_they_are() -> None:
    numbers = np.array([3.0, np.nan, -1.0, np.inf, 10.0])
    track = Track()
    track.extend(numbers)
    steps, up = track.line(0, 4, 100, False)
    np.testing.assert_array_equal(steps, [0, 1, 2, 3, 4])
    np.testing.assert_array_equal(up, [3, np.nan, -1, np.nan, 10])
    np.testing.assert_array_equal(track.line(0, 4, 100, True)[1], np.log10([3, np.nan, np.nan, np.nan, 10]))
    assert (track.finite, track.positive, track.missing) == (3, 2, 2)


def test_a_zoomed_part_has_every_value_and_one_more_at_either_end() -> None:
    track = Track()
    track.extend(np.arange(1e5))
    steps, up = track.line(500.5, 510, 300, False)
    np.testing.assert_array_equal(steps, np.arange(500, 512))
    np.testing.assert_array_equal(up, steps)


def test_a_sparse_series_goes_across_its_gaps() -> None:
    numbers = np.full(1000, np.nan)
    numbers[::100] = np.arange(10.0)
    track = Track(sparse=True)
    for length in (1, 150, 151, 1000):
        track.extend(numbers[:length])
    steps, up = track.line(0, 999, 300, False)
    np.testing.assert_array_equal(steps, np.arange(0, 1000, 100))
    np.testing.assert_array_equal(up, np.arange(10))
    # Between two values the line still has both ends.
    np.testing.assert_array_equal(track.line(310, 320, 300, False)[0], [300, 400])
    assert track.at(299) == (200, 2.0) and track.at(300) == (300, 3.0)
    # A gap is not a missing value, an infinite one is.
    numbers[50] = np.inf
    again = Track(sparse=True)
    again.extend(numbers)
    assert again.missing == 1


def test_a_sparse_series_may_begin_late() -> None:
    track = Track(sparse=True)
    track.extend(np.array([np.nan, np.nan]))
    assert np.isnan(track.at(1)[1])
    assert len(track.line(0, 1, 100, False)[0]) == 0


def test_a_run_of_an_equal_token_is_read_only_where_it_goes_on() -> None:
    buffer = np.arange(1.0, 101.0)
    tracks = Tracks()
    assert tracks.update(series(buffer[:50]), ("run", 1))
    # A promise, which is broken here to see that the known part is not read again.
    buffer[:50] = -7
    assert tracks.update(series(buffer[:60]), ("run", 1))
    (track,) = tracks
    assert (track.length, track.positive) == (60, 60)
    assert not tracks.update(series(buffer[:60]), ("run", 1))


@pytest.mark.parametrize("token", [None, 1])
def test_a_replaced_or_cut_run_is_read_anew(token: int | None) -> None:
    tracks = Tracks()
    tracks.update(series(np.arange(1.0, 51.0)), token)
    replaced = -np.arange(1.0, 61.0)
    assert tracks.update(series(replaced), None if token is None else token + 1)
    (track,) = tracks
    assert (track.length, track.positive) == (60, 0)
    assert tracks.update(series(replaced[:10]), None if token is None else token + 1)
    (track,) = tracks
    assert track.length == 10


def test_without_a_token_values_are_compared_as_bits() -> None:
    numbers = np.array([1.0, np.nan, 3.0])
    tracks = Tracks()
    tracks.update(series(numbers))
    (first,) = tracks
    assert not tracks.update(series(numbers))
    numbers[2] = 4.0
    assert tracks.update(series(numbers))
    (second,) = tracks
    assert second is not first
    assert second.at(2) == (2, 4.0)


def test_other_series_of_the_same_run_are_read_anew() -> None:
    one, other = np.ones(20), np.full(20, 2.0)
    tracks = Tracks()
    tracks.update(series(one), 1)
    tracks.update([Series("another", other, "move")], 1)
    (track,) = tracks
    assert track.at(5) == (5, 2.0)
    tracks.update([Series("another", other, "move"), Series("more", one, "move")], 1)
    assert [track.at(5)[1] for track in tracks] == [2.0, 1.0]


def test_columns_of_a_table_are_series_too() -> None:
    table = np.arange(3000.0).reshape(1000, 3)
    tracks = Tracks()
    tracks.update(series(table[:900, 0], table[:900, 2]), 1)
    tracks.update(series(table[:, 0], table[:, 2]), 1)
    for column, track in zip((0, 2), tracks, strict=True):
        assert extremes(track.line(0, 999, 50, False)[1]) == (column, 2997.0 + column)


def test_a_third_of_values_without_a_logarithm_is_counted_over_all_series() -> None:
    tracks = Tracks()
    tracks.update(series(np.array([1.0, 1.0]), np.array([1.0, 1.0, -1.0, 0.0])), 1)
    assert tracks.has_logarithms
    assert tracks.missing(True) == 2 and tracks.missing(False) == 0
    tracks.update(series(np.array([1.0, 1.0]), np.array([1.0, 1.0, -1.0, 0.0, -1.0])), 1)
    assert not tracks.has_logarithms


def test_everything_is_in_view_and_follows_the_run() -> None:
    steps = StepRange()
    for last in (0, 1, 10, 63, 64, 100, 12_345, 1_000_000):
        steps.set_last(last)
        assert not steps.zoomed
        assert steps.left < 0 and last < steps.right <= 1.06 * max(last, 1)


def test_the_view_moves_in_steps_while_it_follows() -> None:
    steps = StepRange()
    ends = set()
    for last in range(100_000, 101_000, 10):
        steps.set_last(last)
        ends.add(steps.right)
    assert len(ends) <= 2


def test_zooming_keeps_the_step_under_the_pointer() -> None:
    steps = StepRange()
    steps.set_last(1000)
    before = (300 - steps.left) / (steps.right - steps.left)
    steps.zoom(0.5, 300)
    assert steps.zoomed
    assert (300 - steps.left) / (steps.right - steps.left) == pytest.approx(before)
    for _ in range(50):
        steps.zoom(0.5, 300)
    assert steps.right - steps.left == pytest.approx(FEWEST)
    assert steps.left < 300 < steps.right
    for _ in range(50):
        steps.zoom(2, 300)
    assert not steps.zoomed


def test_a_part_stays_while_the_run_grows_and_goes_when_it_is_gone() -> None:
    steps = StepRange()
    steps.set_last(1000)
    steps.show(500, 600)
    steps.set_last(5000)
    assert (steps.left, steps.right) == (500, 600)
    steps.set_last(550)
    assert steps.zoomed
    steps.set_last(100)
    assert not steps.zoomed


def test_panning_stops_at_the_ends_and_keeps_the_width() -> None:
    steps = StepRange()
    steps.set_last(1000)
    steps.pan(50)
    assert not steps.zoomed
    steps.show(700, 500)
    steps.pan(-1e6)
    assert steps.left < 0 and steps.right - steps.left == pytest.approx(200)
    steps.pan(1e6)
    assert steps.right > 1000 and steps.right - steps.left == pytest.approx(200)


@pytest.mark.parametrize("theme", [LIGHT, DARK])
def test_eight_layers_have_eight_colours_that_stand_out(theme) -> None:
    colours = [readable(colour, theme.ground) for colour in layer_colours(8)]
    assert len(set(colours)) == 8
    assert min(contrast(colour, theme.ground) for colour in colours) >= CONTRAST


def test_contrast_is_that_of_the_guidelines() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    # The example that the guidelines' tools give.
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.005)
    assert readable("#000000", "#ffffff") == "#000000"


def test_a_layer_keeps_its_colour_in_a_deeper_network() -> None:
    assert layer_colours(3) == layer_colours(8)[:3]
    assert len(layer_colours(10)) == 10
