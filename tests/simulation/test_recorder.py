"""The rows of networks and of surfaces, made at once or many together."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gdsim.formula import parse
from gdsim.optimizers import rule_named
from gdsim.problems.surface import SurfaceProblem
from gdsim.simulation.distributions import DistributionLog
from gdsim.simulation.record import Record
from gdsim.simulation.recorder import MOST_NUMBERS, MOST_WAITING, LayerRecorder, ScalarRecorder, recorder_of
from gdsim.simulation.simulation import Simulation
from tests.simulation.twins import data_set, problem_of, runner_of, steps

HYPER = {"learning_rate": 0.1, "gamma": 0.9}


def see(simulation: Simulation, recorder: LayerRecorder | ScalarRecorder, hyper: dict[str, float]) -> bool:
    known, note = simulation.evaluate()
    finite = recorder.see(simulation, known, note, hyper)
    simulation.take(known)
    return finite


def test_scalars_have_their_numbers_recorded_and_layers_their_norms() -> None:
    surface = Simulation(SurfaceProblem(parse("x**2 + y"), {"x": 3.0, "y": 4.0}), rule_named("momentum"))
    recorder = recorder_of(surface)
    assert isinstance(recorder, ScalarRecorder)
    assert recorder.columns == ("loss", "grad_norm", "x", "y", "grad_x", "grad_y", "velocity_x", "velocity_y")
    assert see(surface, recorder, HYPER)
    assert recorder.rows(0, DistributionLog()).tolist() == [[13, 37**0.5, 3, 4, 6, 1, 0, 0, 0.1, 0.9]]
    assert recorder.waiting == 0
    one_layer = Simulation(problem_of((1, 1), ("identity",), (False,)), rule_named("gd"))
    assert isinstance(recorder_of(one_layer), LayerRecorder), "a matrix of one number is a matrix"


def test_held_out_samples_have_their_columns() -> None:
    problem = problem_of(held_out=data_set(4), batch_size=5)
    runner = steps(runner_of(problem), 7)
    assert runner.history.columns[:4] == ("loss", "accuracy", "held_out_loss", "held_out_accuracy")
    judged = np.isfinite(runner.history.column("held_out_loss"))
    assert np.flatnonzero(judged).tolist() == [0, 3, 6], "once an epoch of three batches"


@given(st.lists(st.tuples(st.integers(1, 9), st.sampled_from([0.1, 0.2])), min_size=1, max_size=12))
@settings(max_examples=30)
def test_rows_do_not_depend_on_how_many_are_made_together(portions: list[tuple[int, float]]) -> None:
    one, many = (Simulation(problem_of(batch_size=5), rule_named("momentum")) for _ in range(2))
    singly, together = LayerRecorder(one), LayerRecorder(many)
    log, logs = DistributionLog(), DistributionLog()
    expected, got, step = [], [], 0
    for count, rate in portions:
        hyper = HYPER | {"learning_rate": rate}
        for _ in range(count):
            assert see(one, singly, hyper) and see(many, together, hyper)
            expected.append(singly.rows(step, log)[0].tolist())
            step += 1
            one.update(hyper)
            many.update(hyper)
            if together.waiting == together.most:
                got += together.rows(len(got), logs).tolist()
    got += together.rows(len(got), logs).tolist() if together.waiting else []
    np.testing.assert_array_equal(got, expected)
    for kind, named in log.kinds.items():
        for name, kept in named.items():
            again = logs.kinds[kind][name]
            assert [(d.step, d.low, d.high) for d in kept] == [(d.step, d.low, d.high) for d in again]
            np.testing.assert_array_equal([d.counts for d in kept], [d.counts for d in again])


def test_what_waits_is_bounded_for_large_networks() -> None:
    small = Simulation(problem_of(), rule_named("gd"))
    assert LayerRecorder(small).most == MOST_WAITING
    wide = Simulation(problem_of((2, 20_000, 3), ("relu", "identity"), (True, True)), rule_named("gd"))
    assert LayerRecorder(wide).most == MOST_NUMBERS // wide.layout.size < MOST_WAITING
    huge = Simulation(problem_of((2, 300_000, 3), ("relu", "identity"), (True, True)), rule_named("gd"))
    assert LayerRecorder(huge).most == 1


def test_a_network_too_large_to_let_rows_wait_has_distributions_too() -> None:
    runner = steps(runner_of(problem_of((2, 110_000, 3), ("relu", "identity"), (True, True))), 2)
    kept = runner.snapshot().distributions["gradient"]["linear1.weight"]
    assert [(d.step, d.counts.sum()) for d in kept] == [(step, 220_000) for step in range(3)]


def test_a_record_counts_the_states_it_has_seen_and_writes_them_when_asked() -> None:
    simulation = Simulation(problem_of(), rule_named("momentum"))
    record = Record(simulation, HYPER, 2**20)
    for step in range(70):
        known, note = simulation.evaluate()
        record.see(simulation, known, note, HYPER)
        assert record.last == step
        simulation.take(known)
        simulation.update(HYPER)
    assert len(record._history) == MOST_WAITING
    assert len(record.history) == 70
    record.cut(65)
    assert (record.last, len(record.history)) == (65, 66)
    record.set_hyper("gamma", 0.5)
    assert record.history.column("gamma")[-2:].tolist() == [0.9, 0.5]
    record.forget_last()
    assert (record.last, len(record.history)) == (64, 65)


def test_a_hyperparameter_called_like_a_column_is_another_column() -> None:
    """``x`` is a variable of the surface here, and no hyper-parameter."""
    simulation = Simulation(SurfaceProblem(parse("gamma**2 + y"), {"gamma": 3.0, "y": 4.0}), rule_named("momentum"))
    record = Record(simulation, HYPER, 2**20)
    known, note = simulation.evaluate()
    record.see(simulation, known, note, HYPER)
    record.set_hyper("gamma", 0.25)
    row = dict(zip(range(99), record.history.table()[0].tolist(), strict=False))
    assert row[record.history.columns.index("gamma")] == 3.0
    assert record.history.table()[0, -1] == pytest.approx(0.25)
