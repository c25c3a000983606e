"""Noise, clipping and weight decay around a rule, whatever the rule."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from gdsim.optimizers import Params, Situation, State, Term, Update, rule_named, rules, total
from gdsim.optimizers.base import Hyper
from gdsim.optimizers.pipeline import apply, gradient_used, noise_of
from tests.optimizers.strategies import hypers
from tests.optimizers.twins import defaults, flat, scalars, situation

GRADIENT = {"a": torch.tensor([3.0, -0.2, 0.0], dtype=torch.float64), "b": torch.tensor(-4.0, dtype=torch.float64)}
PARAMS = {"a": torch.tensor([1.0, 2.0, -3.0], dtype=torch.float64), "b": torch.tensor(0.5, dtype=torch.float64)}


@pytest.mark.parametrize("name", rules())
@settings(max_examples=30)
@given(data=st.data())
def test_the_terms_make_the_move_and_nothing_else(name: str, data: st.DataObject) -> None:
    rule = rule_named(name)
    hyper = data.draw(hypers(rule))
    for h in rule.hyperparameters:
        h.check(hyper[h.name])
    numbers = st.lists(st.floats(-100, 100, width=32), min_size=3, max_size=3)
    params = {"w": torch.tensor(data.draw(numbers))}
    state = rule.init(params)
    for step in range(3):
        update = apply(rule, {"w": torch.tensor(data.draw(numbers))}, state, hyper, situation(params, step))
        names = [term.name for term in update.terms]
        assert len(set(names)) == len(names)
        laid = update.terms[0].value["w"]
        for term in update.terms[1:]:
            laid = laid + term.value["w"]
        np.testing.assert_array_equal(total(update)["w"].numpy(), laid.numpy())
        params, state = {"w": params["w"] + laid}, update.state


@pytest.mark.parametrize("clip", [{"clip_value": 2.5}, {"clip_norm": 2.5}, {"clip_value": 2.5, "clip_norm": 2.5}])
@pytest.mark.parametrize("spread", [0.0, 0.5])
def test_noise_comes_first_then_clipping_then_weight_decay(clip: dict[str, float], spread: float) -> None:
    hyper = {"noise": spread, "noise_seed": 4.0, "weight_decay": 0.1, **clip}
    noise = noise_of(GRADIENT, 4, 7)
    theirs = [torch.zeros_like(g).requires_grad_() for g in GRADIENT.values()]
    for p, (name, g) in zip(theirs, GRADIENT.items(), strict=True):
        p.grad = g + spread * noise[name]
    norm = None
    if "clip_value" in clip:
        torch.nn.utils.clip_grad_value_(theirs, clip["clip_value"])
    if "clip_norm" in clip:
        norm = torch.nn.utils.clip_grad_norm_(theirs, clip["clip_norm"])
    used = gradient_used(rule_named("gd"), GRADIENT, hyper, PARAMS, 7)
    for p, (name, g) in zip(theirs, used.gradient.items(), strict=True):
        assert p.grad is not None
        torch.testing.assert_close(g, p.grad + 0.1 * PARAMS[name], rtol=1e-14, atol=1e-14)
    assert (used.norm is None) == (norm is None)
    if used.norm is not None and norm is not None:
        assert used.norm.item() == pytest.approx(norm.item(), rel=1e-14)


def test_a_gradient_within_the_limits_is_left_alone() -> None:
    used = gradient_used(rule_named("gd"), GRADIENT, {"clip_value": 4.0, "clip_norm": 5.1}, PARAMS, 0)
    assert torch.equal(flat(used.gradient), flat(GRADIENT))  # its norm is 5.004


@pytest.mark.parametrize("name", rules())
def test_weight_decay_pulls_parameters_without_a_gradient_towards_0(name: str) -> None:
    """Decoupled it is a term of its own, coupled it is in the gradient that the rule gets."""
    rule = rule_named(name)
    hyper = defaults(rule) | {"weight_decay": 0.1, "learning_rate": 0.01}
    update = apply(rule, scalars(0.0, 0.0), rule.init(scalars(2.0, -3.0)), hyper, situation(scalars(2.0, -3.0)))
    pulls = [term for term in update.terms if term.role == "decay"]
    assert bool(pulls) is (rule.decay == "decoupled") is (name in ("adamw", "lion"))
    for pull in pulls:
        assert flat(pull.value).tolist() == pytest.approx([-0.002, 0.003], abs=1e-17)
    assert flat(total(update)).sign().tolist() == [-1, 1]


def test_a_rule_that_asks_for_other_points_gets_their_gradient_clipped_and_decayed() -> None:
    seen = []

    def update_at(gradient: Params, state: State, hyper: Hyper, here: Situation) -> Update:
        elsewhere = {name: p + 1 for name, p in here.params.items()}
        seen.extend([gradient, *here.evaluate(elsewhere)])
        return Update((Term("0", "gradient", gradient),), state)

    here = situation(scalars(1.0))._replace(evaluate=lambda params: (torch.tensor(5.0), {"w1": 100 * params["w1"]}))
    rule = replace(rule_named("gd"), update_at=update_at)
    apply(rule, scalars(100.0), {}, {"clip_value": 3.0, "weight_decay": 0.5}, here)
    assert seen == [scalars(3.5), 5.0, scalars(4.0)]


def test_noise_depends_on_seed_and_step_alone() -> None:
    noise = {(seed, step): flat(noise_of(GRADIENT, seed, step)) for seed in range(4) for step in range(4)}
    torch.manual_seed(1)  # another state of torch's own generator
    assert all(torch.equal(flat(noise_of(GRADIENT, *key)), value) for key, value in noise.items())
    values = [tuple(value.tolist()) for value in noise.values()]
    assert len(set(values)) == len(values)


def test_making_noise_leaves_torchs_own_generator_alone() -> None:
    before = torch.get_rng_state()
    noise_of(GRADIENT, 0, 0)
    assert torch.equal(torch.get_rng_state(), before)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_noise_is_normal_with_the_standard_deviation_that_is_asked_for(dtype: torch.dtype) -> None:
    count = 40_000
    gradient = {"w": torch.full((count,), 7.0, dtype=dtype)}
    hyper = {"noise": 0.3, "noise_seed": 2.0}
    parts = [gradient_used(rule_named("gd"), gradient, hyper, gradient, step).gradient["w"] for step in range(2)]
    assert all(part.dtype == dtype for part in parts)
    z, after = ((part.double() - 7) / 0.3 for part in parts)
    bound = 5 / math.sqrt(count)  # five standard errors
    assert abs(z.mean().item()) < bound
    assert abs(z.std().item() - 1) < bound / math.sqrt(2)
    assert abs((z**3).mean().item()) < bound * math.sqrt(15)
    assert abs((z**4).mean().item() - 3) < bound * math.sqrt(96)
    assert abs((z * after).mean().item()) < bound  # each step's is its own
    assert abs((z[1:] * z[:-1]).mean().item()) < bound
