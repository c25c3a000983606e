"""Generated data sets against their closed forms; parts and scales of data sets."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from gdsim.errors import InputError
from gdsim.problems.data import GENERATED, DataSet, generate, split, standardised

PLANE = [name for name in GENERATED if name != "lecture"]


def data_set(features: list[list[float]] | np.ndarray) -> DataSet:
    table = np.array(features, np.float32)
    names = tuple(f"x{number}" for number in range(1, table.shape[1] + 1))
    return DataSet(table, np.arange(len(table)) % 2, names, ("a", "b"))


def of_class(data: DataSet, index: int) -> np.ndarray:
    return data.features[data.labels == index].astype(np.float64)


def test_the_lecture_set_is_that_of_the_global_seed_and_leaves_it_alone() -> None:
    with torch.random.fork_rng():
        torch.manual_seed(420)
        features = torch.rand((500, 20), dtype=torch.float32) * 100
        labels = torch.randint(low=0, high=3, size=(500,), dtype=torch.float32)
        torch.manual_seed(1)
        expected_next = torch.rand(3)
        torch.manual_seed(1)
        data = generate("lecture", 7, 0.5, 420)
        assert torch.equal(torch.rand(3), expected_next)
    assert np.array_equal(data.features, features.numpy())
    assert np.array_equal(data.labels, labels.numpy())
    assert data.feature_names == tuple(f"x{number}" for number in range(1, 21))
    assert data.class_names == ("0", "1", "2")


def test_the_lecture_set_follows_its_seed() -> None:
    assert not np.array_equal(generate("lecture", 500, 0, 420).features, generate("lecture", 500, 0, 421).features)


@pytest.mark.parametrize("source", GENERATED)
@pytest.mark.parametrize("samples", [2, 3, 7, 500])
def test_types_names_and_balance(source: str, samples: int) -> None:
    data = generate(source, samples, 0.1, 3)
    assert data.features.dtype == np.float32
    assert data.labels.dtype == np.int64
    assert data.features.flags.c_contiguous and data.labels.flags.c_contiguous
    assert data.features.shape == (len(data), len(data.feature_names))
    assert np.isfinite(data.features).all()
    if source != "lecture":
        assert len(data) == samples
        assert data.feature_names == ("x1", "x2")
        assert data.class_names == (("0", "1", "2") if source == "blobs" else ("0", "1"))
        assert np.ptp(np.bincount(data.labels, minlength=len(data.class_names))) <= 1


@pytest.mark.parametrize("source", PLANE)
def test_a_seed_is_the_same_samples_and_another_seed_others(source: str) -> None:
    first, again, other = (generate(source, 60, 0.2, seed) for seed in (5, 5, 6))
    assert np.array_equal(first.features, again.features)
    assert np.array_equal(first.labels, again.labels)
    assert not np.array_equal(first.features, other.features)


@pytest.mark.parametrize("source", ["moons", "circles", "spirals", "blobs"])
def test_noise_is_a_standard_deviation(source: str) -> None:
    added = generate(source, 40_000, 0.3, 8).features - generate(source, 40_000, 0, 8).features
    assert added.mean(0) == pytest.approx([0, 0], abs=0.008)  # 5 standard errors
    assert added.std(0) == pytest.approx([0.3, 0.3], rel=0.02)
    assert abs(np.corrcoef(added.T)[0, 1]) < 0.025


def test_xor_without_noise() -> None:
    data = generate("xor", 40_000, 0, 2)
    x1, x2 = data.features.T.astype(np.float64)
    assert np.array_equal(data.labels, (x1 * x2 < 0).astype(int))
    size = np.abs(data.features)
    assert size.min() >= np.float32(0.05) and size.max() <= 1
    assert size.mean(0) == pytest.approx([0.525, 0.525], abs=0.01)
    assert sorted(np.unique(np.sign(data.features), axis=0, return_counts=True)[1]) == [10_000] * 4


def test_xor_with_noise_crosses_the_axes() -> None:
    data = generate("xor", 1000, 0.3, 2)
    wrong = np.mean(data.labels != (data.features.prod(1) < 0))
    assert 0.05 < wrong < 0.5


def test_moons_are_half_circles() -> None:
    data = generate("moons", 101, 0, 0)
    upper, lower = of_class(data, 0), of_class(data, 1)
    assert np.hypot(*upper.T) == pytest.approx(1, abs=1e-6)
    assert np.hypot(*(lower - [1, 0.5]).T) == pytest.approx(1, abs=1e-6)
    assert upper[:, 1].min() >= -1e-6
    assert lower[:, 1].max() <= 0.5 + 1e-6
    assert upper[[0, -1]] == pytest.approx(np.array([[1, 0], [-1, 0]]), abs=1e-6)
    assert lower[[0, -1]] == pytest.approx(np.array([[0, 0.5], [2, 0.5]]), abs=1e-6)
    gaps = np.hypot(*np.diff(upper, axis=0).T)
    assert gaps == pytest.approx(2 * math.sin(math.pi / (2 * 50)), abs=1e-6)


def test_circles_have_the_radii_1_and_one_half() -> None:
    data = generate("circles", 201, 0, 0)
    for index, radius in enumerate((1.0, 0.5)):
        ring = of_class(data, index)
        assert np.hypot(*ring.T) == pytest.approx(radius, abs=1e-6)
        # Evenly filled: the points of a regular polygon have their centre in the middle.
        assert ring.mean(0) == pytest.approx([0, 0], abs=1e-6)
        assert len(np.unique(ring.round(5), axis=0)) == len(ring)


def test_spirals_are_one_arm_and_the_same_turned_by_half_a_circle() -> None:
    data = generate("spirals", 200, 0, 0)
    arm, other = of_class(data, 0), of_class(data, 1)
    assert other == pytest.approx(-arm, abs=1e-6)
    radius = np.hypot(*arm.T)
    assert radius == pytest.approx(np.linspace(0.2, 2, 100), abs=1e-6)
    turned = np.unwrap(np.arctan2(arm[:, 1], arm[:, 0]))
    assert np.diff(turned) / np.diff(radius) == pytest.approx(1.5 * math.pi, rel=1e-3)
    nearest = np.hypot(*(arm[:, None] - other[None]).T).min()
    assert nearest > 0.35


def test_blobs_are_well_apart() -> None:
    data = generate("blobs", 3000, 0.1, 1)
    centres = np.array([of_class(data, index).mean(0) for index in range(3)])
    expected = [[0, 1], [-math.sqrt(3) / 2, -0.5], [math.sqrt(3) / 2, -0.5]]
    assert centres == pytest.approx(np.array(expected), abs=0.02)
    distances = np.hypot(*(data.features[:, None] - np.array(expected)).T)
    assert np.array_equal(distances.argmin(0), data.labels)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (
            ("iris", 10, 0.1, 0),
            "There is no data set iris: choose one of lecture, xor, moons, circles, spirals, blobs.",
        ),
        (("xor", 1, 0.1, 0), "A data set needs two samples at least, not 1."),
        (("xor", 10, -0.1, 0), "The noise cannot be -0.1: it is a standard deviation, 0 or more."),
        (("moons", 10, math.nan, 0), "The noise cannot be nan: it is a standard deviation, 0 or more."),
        (("blobs", 10, math.inf, 0), "The noise cannot be inf: it is a standard deviation, 0 or more."),
    ],
)
def test_impossible_sets(arguments: tuple[str, int, float, int], sentence: str) -> None:
    with pytest.raises(InputError) as caught:
        generate(*arguments)
    assert str(caught.value) == sentence


@given(st.integers(2, 200), st.floats(0.01, 0.99), st.integers(0, 2**63 - 1))
def test_a_split_loses_and_repeats_nothing(count: int, share: float, seed: int) -> None:
    data = data_set([[number, -number] for number in range(count)])
    held = math.floor(count * share + 0.5)
    if held in (0, count):
        with pytest.raises(InputError, match="cannot be held out"):
            split(data, share, seed)
        return
    learned, held_out = split(data, share, seed)
    assert held_out is not None
    assert len(held_out) == held
    for part in (learned, held_out):
        assert (np.diff(part.features[:, 0]) > 0).all()
        assert np.array_equal(part.labels, part.features[:, 0].astype(int) % 2)
        assert np.array_equal(part.features[:, 1], -part.features[:, 0])
        assert (part.feature_names, part.class_names) == (data.feature_names, data.class_names)
        assert part.features.flags.c_contiguous
    both = np.concatenate([learned.features[:, 0], held_out.features[:, 0]])
    assert sorted(both) == list(range(count))


def test_a_split_follows_its_seed_alone() -> None:
    data = generate("moons", 100, 0.1, 0)
    first, again, other = (split(data, 0.3, seed)[0].features for seed in (1, 1, 2))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


def test_every_sample_is_held_out_as_often_as_any_other() -> None:
    data = data_set([[number, 0] for number in range(10)])
    counts = np.zeros(10)
    for seed in range(2000):
        held_out = split(data, 0.3, seed)[1]
        assert held_out is not None
        counts[held_out.features[:, 0].astype(int)] += 1
    assert counts == pytest.approx(600, abs=5 * math.sqrt(2000 * 0.3 * 0.7))


def test_a_share_of_0_holds_nothing_out() -> None:
    data = generate("xor", 10, 0, 0)
    learned, held_out = split(data, 0, 3)
    assert learned is data
    assert held_out is None


@pytest.mark.parametrize("share", [1, 0.99, 0.01, -0.5, 1.5, math.nan])
def test_an_empty_part_is_refused(share: float) -> None:
    with pytest.raises(InputError) as caught:
        split(generate("xor", 10, 0, 0), share, 0)
    assert str(caught.value) == (
        f"A share of {share:g} of 10 samples cannot be held out: "
        "one sample at least must be held out, and one left to learn from."
    )


def test_standardised_by_hand() -> None:
    # Mean 5 and population variance (9 + 1 + 1 + 9)/4 = 5; mean 1 and variance 4/4 = 1.
    learned, held_out = standardised(data_set([[2, 0], [4, 2], [6, 0], [8, 2]]), data_set([[5, 1], [10, 11]]))
    root = math.sqrt(5)
    assert learned.features == pytest.approx(np.array([[-3 / root, -1], [-1 / root, 1], [1 / root, -1], [3 / root, 1]]))
    assert held_out is not None
    assert held_out.features == pytest.approx(np.array([[0, 0], [root, 10]]))
    assert np.array_equal(learned.labels, [0, 1, 0, 1])
    for part in (learned, held_out):
        assert part.features.dtype == np.float32
        assert part.features.flags.c_contiguous


def test_a_constant_feature_is_centred_only() -> None:
    # The mean of many 0.1 in single precision is not 0.1: the rounding must not be blown up.
    table = np.full((1001, 2), 0.1, np.float32)
    table[:, 1] = np.arange(1001)
    learned, held_out = standardised(data_set(table), data_set([[3.1, 500]]))
    assert not learned.features[:, 0].any()
    assert held_out is not None
    assert held_out.features.tolist() == [[pytest.approx(3), 0]]


def test_standardising_leaves_the_original_alone_and_holds_nothing_out() -> None:
    data = generate("blobs", 30, 0.1, 0)
    before = data.features.copy()
    assert standardised(data, None)[1] is None
    assert np.array_equal(data.features, before)


def test_large_offsets_are_computed_in_double_precision() -> None:
    offset = 2.0**23
    learned, _ = standardised(data_set([[offset + number] for number in range(1000)]), None)
    expected = (np.arange(1000) - 499.5) / math.sqrt((1000**2 - 1) / 12)
    assert learned.features[:, 0] == pytest.approx(expected, abs=1e-6)


@given(arrays(np.float32, (17, 3), elements=st.floats(-(2.0**100), 2.0**100, width=32)))
def test_standardised_has_mean_0_and_deviation_1(table: np.ndarray) -> None:
    learned, _ = standardised(data_set(table), None)
    exact = learned.features.astype(np.float64)
    for column, original in zip(exact.T, table.T, strict=True):
        assert abs(column.mean()) < 1e-5
        if original.min() == original.max():
            assert not column.any()
        else:
            assert column.std() == pytest.approx(1, abs=1e-5)
