"""How numbers are spread: closed forms, nothing lost, and what a long run keeps."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from gdsim.simulation import distributions
from gdsim.simulation.distributions import BINS, MOST, Distribution, DistributionLog, distribution
from gdsim.simulation.layout import Layout
from tests.simulation.twins import problem_of, runner_of, spread, steps

LAYOUT = Layout({"a.weight": torch.zeros(3, 4), "a.bias": torch.zeros(3), "b.weight": torch.zeros(1, 3)})

numbers = arrays(np.float32, array_shapes(max_dims=2, max_side=30), elements=st.floats(width=32))


@given(numbers)
def test_every_finite_number_is_counted_once(values: np.ndarray) -> None:
    got = distribution(7, values)
    finite = values[np.isfinite(values)].astype(np.float64)
    assert got.step == 7
    assert got.counts.shape == (BINS,)
    assert got.counts.sum() == finite.size
    if finite.size:
        assert (got.low, got.high) == (finite.min(), finite.max())
    else:
        assert (got.low, got.high) == (0.0, 0.0)


@given(arrays(np.float64, st.integers(2, 300), elements=st.floats(-1e6, 1e6)))
def test_the_bins_are_numpys(values: np.ndarray) -> None:
    low, high = values.min(), values.max()
    got = distribution(0, values)
    if high - low < 1e-9 * max(1.0, abs(low)):
        return  # numpy widens the range
    known, edges = np.histogram(values, BINS, (low, high))
    # A number on an edge may be rounded into the next bin.
    near = np.abs(values[:, None] - edges).min(1) < 1e-12 * max(abs(low), abs(high), high - low) * BINS
    assert np.abs(np.cumsum(got.counts) - np.cumsum(known)).max() <= np.count_nonzero(near)


def test_closed_forms() -> None:
    even = distribution(0, np.arange(64 * 5, dtype=np.float64))
    assert even.counts.tolist() == [5] * BINS
    ends = distribution(0, np.array([-1.0, 1.0, 1.0]))
    assert (ends.counts[0], ends.counts[-1], ends.counts.sum()) == (1, 2, 3)
    for values in (np.zeros((3, 3)), np.full(4, 2.5), np.array([1.0, np.nextafter(1.0, 2.0), 1.0])):
        assert distribution(0, values).counts.sum() == values.size
    tiny = distribution(0, np.array([0.0, 5e-324]))
    assert tiny.counts.sum() == 2
    bad = distribution(0, np.array([np.nan, np.inf, -np.inf, 2.0]))
    assert (bad.low, bad.high, bad.counts.sum()) == (2.0, 2.0, 1)
    assert distribution(0, np.empty((0, 3))).counts.sum() == 0


def test_numbers_beyond_one_part_are_counted_together(monkeypatch: pytest.MonkeyPatch) -> None:
    values = np.random.default_rng(1).standard_normal(1000)
    whole = distribution(0, values)
    monkeypatch.setattr(distributions, "PART", 7)
    assert distribution(0, values).counts.tolist() == whole.counts.tolist()


def facts(d: Distribution) -> tuple[object, ...]:
    return d.step, d.low, d.high, d.counts.tolist()


def check(log: DistributionLog, kinds: dict[str, np.ndarray]) -> list[int]:
    """Check that what is kept is the distribution of each parameter at that step; return the steps."""
    kept = set()
    for kind, flats in kinds.items():
        for name, start, end in zip(LAYOUT.shapes, LAYOUT.starts, [*LAYOUT.starts[1:], LAYOUT.size], strict=True):
            found = log.kinds[kind][name]
            assert [facts(d) for d in found] == [facts(distribution(d.step, flats[d.step, start:end])) for d in found]
            kept.add(tuple(d.step for d in found))
    (same,) = kept
    return list(same)


@given(st.integers(1, 900), st.lists(st.integers(1, 80), min_size=1), st.booleans(), st.integers(0, 5))
@settings(max_examples=40)
def test_a_log_keeps_evenly_spaced_steps_in_whatever_portions_they_come(
    count: int, portions: list[int], with_bad: bool, seed: int
) -> None:
    random = np.random.default_rng(seed)
    kinds = {
        kind: random.standard_normal((count, LAYOUT.size)).astype(np.float32) for kind in ("parameter", "gradient")
    }
    if with_bad:
        kinds["gradient"][random.random(kinds["gradient"].shape) < 0.01] = np.nan
        kinds["parameter"][:, 0] = 1.0
    log, at = DistributionLog(), 0
    while at < count:
        size = portions[at % len(portions)]
        log.see(at, LAYOUT, **{kind: flats[at : at + size] for kind, flats in kinds.items()})
        at += size
    kept = check(log, kinds)
    stride = 1
    while -(-count // stride) > MOST:
        stride *= 2
    assert kept == list(range(0, count, stride))
    log.cut(count // 2)
    assert check(log, kinds) == list(range(0, count // 2 + 1, stride))
    log.see(count // 2 + 1, LAYOUT, **{kind: flats[count // 2 + 1 :] for kind, flats in kinds.items()})
    if count // 2 + 1 < count:
        assert check(log, kinds) == list(range(0, count, stride))


def test_what_was_handed_out_stays() -> None:
    runner = steps(runner_of(problem_of()), 100)
    shot = runner.snapshot()
    before = spread(shot)
    steps(runner, 1000)
    runner.seek(3)
    runner.edit("linear1.bias", (0,), 3.0)
    assert spread(shot) == before


def test_a_run_keeps_the_distributions_of_its_parameters_and_gradients() -> None:
    runner = steps(runner_of(problem_of(batch_size=5)), 30)
    for step in (0, 1, 17, 30):
        runner.seek(step)
        shot = runner.snapshot()
        for kind, now in (("parameter", shot.now.parameters), ("gradient", shot.now.gradient)):
            assert list(shot.distributions[kind]) == list(now)
            for name, value in now.items():
                assert facts(shot.distributions[kind][name][step]) == facts(distribution(step, value))


def test_an_edit_is_seen_in_the_distribution_of_its_step() -> None:
    runner = steps(runner_of(problem_of()), 5)
    runner.edit("output.bias", (1,), 77.0)
    kept = runner.snapshot().distributions["parameter"]["output.bias"]
    assert [d.step for d in kept] == [0, 1, 2, 3, 4, 5]
    assert kept[-1].high == 77.0
