"""The table of a run and its checkpoints."""

from __future__ import annotations

import numpy as np
import torch
from hypothesis import given
from hypothesis import strategies as st

from gdsim.simulation.history import Checkpoint, Checkpoints, History


def checkpoint(step: int, numbers: int = 1) -> Checkpoint:
    return Checkpoint(step, {"w": torch.full((numbers,), float(step), dtype=torch.float64)}, {})


@given(st.lists(st.one_of(st.just("append"), st.integers(0, 600)), max_size=40), st.integers(0, 600))
def test_is_a_list_of_rows_that_can_be_cut(actions: list[object], first: int) -> None:
    history, model = History(["a", "b"]), list[list[float]]()
    for action in ["append"] * first + actions:
        if isinstance(action, int):
            history.cut(action)
            del model[action:]
        else:
            row = [float(len(model)), float(first)]
            history.append(row)
            model.append(row)
        assert len(history) == len(model)
    assert history.table().tolist() == model
    assert history.column("a").tolist() == [row[0] for row in model]


def test_a_view_is_not_changed_by_what_happens_later() -> None:
    history = History(["a"])
    for value in range(300):
        history.append([float(value)])
    view = history.table()
    history.cut(10)
    for _ in range(600):
        history.append([-1.0])
    np.testing.assert_array_equal(view[:, 0], np.arange(300.0))


def test_the_first_checkpoint_is_always_kept() -> None:
    kept = Checkpoints(budget=0)
    for step in range(1000):
        if kept.due(step):
            kept.add(checkpoint(step))
    assert kept.nearest(999).step == 0


@given(st.integers(1, 3000), st.integers(1, 40))
def test_the_budget_holds_and_what_is_kept_is_spread_evenly(steps: int, most: int) -> None:
    each = checkpoint(0).nbytes + 100
    kept = Checkpoints(budget=most * each, overhead=100, stride=4)
    for step in range(steps):
        if kept.due(step):
            kept.add(checkpoint(step))
    found = sorted({kept.nearest(step).step for step in range(steps)})
    assert found[0] == 0
    assert len(found) <= most
    gaps = set(np.diff(found).tolist())
    assert len(gaps) <= 1, "the stride is one for all"
    # Half of what the budget allows is always used, so that a rewind never replays more than it must.
    assert max([*gaps, steps - found[-1]]) <= max(4, 2 * 4 * np.ceil(steps / 4 / most))


def test_nearest_is_the_last_one_at_or_before() -> None:
    kept = Checkpoints(stride=10)
    for step in range(0, 101, 10):
        kept.add(checkpoint(step))
    assert [kept.nearest(s).step for s in (0, 9, 10, 11, 99, 100, 5000)] == [0, 0, 10, 10, 90, 100, 100]
    kept.cut(45)
    assert kept.nearest(100).step == 40


def test_counts_the_bytes_of_parameters_and_state() -> None:
    velocity = {"velocity": {"w": torch.zeros(3, dtype=torch.float64)}}
    assert Checkpoint(0, {"w": torch.zeros((2, 5), dtype=torch.float32)}, velocity).nbytes == 10 * 4 + 3 * 8
