"""Runs whose learning rate follows a schedule, and whose gradient has noise, clipping and weight decay."""

from __future__ import annotations

import tomllib
from typing import Any

import numpy as np
import pytest
import torch

from gdsim.errors import InputError
from gdsim.simulation import files
from gdsim.simulation.build import race_of, runner_of
from gdsim.simulation.runner import Runner
from tests.simulation.test_race import scenario

COSINE = {"kind": "cosine", "steps": 30}


def run(steps: int, **spec: Any) -> Runner:
    runner = runner_of(scenario({"optimizer": "momentum", "learning_rate": 0.01, **spec}))
    while runner.step_count < steps and runner.step():
        pass
    return runner


def test_the_rows_hold_the_rate_in_force_and_the_moves_follow_it() -> None:
    """Against torch.optim.SGD and CosineAnnealingLR, in torch's convention of momentum."""
    runner = run(40, optimizer="momentum-pytorch", gamma=0.8, schedule=COSINE)
    w = torch.tensor([-8.0, 6.0], dtype=torch.float64, requires_grad=True)
    optimizer = torch.optim.SGD([w], lr=0.01, momentum=0.8)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, 30)
    for step in range(30):
        assert runner.history.column("learning_rate")[step] == pytest.approx(schedule.get_last_lr()[0], abs=1e-12)
        optimizer.zero_grad()
        ((2 - w[0] - w[1]) ** 2 + (4 - 3 * w[0] - w[1]) ** 2).backward()
        optimizer.step()
        schedule.step()
        here = [runner.history.column(name)[step + 1] for name in ("w1", "w2")]
        assert here == pytest.approx(w.detach().tolist(), abs=1e-10)
    assert runner.history.column("learning_rate")[30:].tolist() == [0.0] * 11, "a schedule that is shorter than the run"


def test_a_learning_rate_changed_in_mid_run_is_what_the_schedule_multiplies() -> None:
    runner = run(10, schedule=COSINE)
    runner.set_hyper("learning_rate", 0.02)
    before, after = runner.history.column("learning_rate")[[9, 10]]
    assert after == pytest.approx(0.01 * (1 + np.cos(np.pi * 10 / 30)))
    assert before == pytest.approx(0.005 * (1 + np.cos(np.pi * 9 / 30)))
    snapshot = runner.snapshot()
    assert snapshot.settings["learning_rate"] == 0.02
    assert snapshot.now.hyper["learning_rate"] == after


def test_a_rewind_repeats_schedule_and_noise_bit_for_bit() -> None:
    runner = run(50, schedule=COSINE, noise=3.0, noise_seed=7, clip_norm=20.0, weight_decay=0.01)
    rows = runner.history.table().tobytes()
    state = runner.snapshot().now
    runner.seek(13)
    while runner.step_count < 50:
        runner.step()
    assert runner.history.table().tobytes() == rows
    assert runner.snapshot().now.parameters == state.parameters


def test_another_seed_is_another_noise() -> None:
    one, same, other = (run(5, noise=1.0, noise_seed=seed) for seed in (1, 1, 2))
    assert one.history.table().tobytes() == same.history.table().tobytes()
    assert not np.allclose(one.history.column("w1")[1:], other.history.column("w1")[1:])
    assert one.history.column("grad_w1")[0] == -140.0, "what is recorded is the gradient itself"


def test_what_a_file_says_of_schedule_and_looks_is_read_and_written() -> None:
    made = scenario({"optimizer": "adam", "schedule": COSINE, "noise": 0.5, "hidden": True, "colour": "#112233"})
    text = files.dumps(made)
    assert files.validate(tomllib.loads(text)) == made
    assert "weight_decay" not in text, "what does nothing is not written"
    assert "noise_seed" not in text


def test_every_rule_and_wrapped_class_can_be_rewound() -> None:
    for name in ("adam", "nadam", "radam", "lion", "torch:LBFGS", "torch:Rprop", "torch:Adafactor"):
        race = race_of(scenario({"optimizer": name, "learning_rate": 0.01}))
        runner = race.runners[0]
        while runner.step_count < 20:
            race.step()
        rows = runner.history.table().tobytes()
        race.seek(3)
        while runner.step_count < 20:
            race.step()
        assert runner.history.table().tobytes() == rows, name


@pytest.mark.parametrize(
    ("run_", "said"),
    [
        ({"optimizer": "adam", "beta1": 1.0}, "beta1 = 1 is not allowed: it must be at least 0 and less than 1."),
        ({"optimizer": "adam", "eps": 0.0}, "eps = 0 is not allowed: it must be a number greater than 0."),
        ({"optimizer": "gd", "weight_decay": -1.0}, "weight_decay = -1 is not allowed"),
        ({"optimizer": "torch:SparseAdam"}, "sparse gradients"),
        ({"optimizer": "torch:Nope"}, "Nope"),
        ({"optimizer": "gd", "schedule": {"kind": "sawtooth"}}, "sawtooth"),
        ({"optimizer": "gd", "schedule": {"kind": "cosine", "steps": 0}}, "steps = 0 is not allowed"),
    ],
)
def test_bad_settings_are_one_sentence(run_: dict[str, Any], said: str) -> None:
    with pytest.raises(InputError) as caught:
        scenario(run_)
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)
