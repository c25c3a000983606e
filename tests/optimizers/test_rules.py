"""The update rules: the registry, published numbers, many runs at once, and what hyper-parameters may be."""

from __future__ import annotations

import importlib
import math
import pkgutil
import re
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

import gdsim.optimizers
from gdsim.errors import InputError
from gdsim.optimizers import ORDER, Hyperparameter, Params, rule_named, rules
from gdsim.optimizers.hyperparameters import COMMON
from gdsim.optimizers.pipeline import apply
from tests.optimizers.strategies import numbers
from tests.optimizers.twins import TWINS, defaults, scalars, situation, updated


def test_every_module_with_a_rule_is_found_and_has_a_twin() -> None:
    modules = [info.name for info in pkgutil.iter_modules(gdsim.optimizers.__path__)]
    found = [importlib.import_module(f"gdsim.optimizers.{name}") for name in modules]
    assert {m.RULE.name for m in found if hasattr(m, "RULE")} == set(rules()) == set(TWINS)


def test_all_rules_are_there_in_their_order() -> None:
    assert set(ORDER) == {
        "gd", "momentum", "momentum-pytorch", "nesterov", "adagrad", "rmsprop", "adadelta", "adam", "adamw", "nadam",
        "radam", "adamax", "lion", "signsgd",
    }  # fmt: skip
    assert tuple(rules())[: len(ORDER)] == ORDER


def test_an_unknown_rule_is_one_sentence_that_lists_the_known() -> None:
    known = ", ".join(rules())
    with pytest.raises(InputError, match=rf"^There is no optimizer 'sgd'; there are {known}\.$"):
        rule_named("sgd")


@pytest.mark.parametrize(("name", "key"), [("momentum", "momentum"), ("momentum-pytorch", "momentum_pytorch")])
def test_conventions_differ_once_the_learning_rate_changes(oracles: dict[str, Any], name: str, key: str) -> None:
    rule, gradient = rule_named(name), scalars(1.0)
    params, state, seen = scalars(0.0), rule.init(gradient), []
    for learning_rate in oracles["conventions"]["learning_rates"]:
        params, state = updated(rule, params, gradient, state, {"learning_rate": learning_rate, "gamma": 0.9})
        seen.append(params["w1"].item())
    assert seen == pytest.approx(oracles["conventions"][key], abs=1e-15)


def test_the_published_momentum_table(oracles: dict[str, Any]) -> None:
    w, gradient, velocity = (
        torch.linspace(*ends, 20, dtype=torch.float64).reshape(4, 5) for ends in ((-0.4, 0.6), (-0.6, 0.4), (0.6, 0.9))
    )
    after, state = updated(
        rule_named("momentum"), {"w": w}, {"w": gradient}, {"velocity": {"w": velocity}},
        {"learning_rate": 1e-3, "gamma": 0.9},
    )  # fmt: skip
    assert after["w"][0].tolist() == pytest.approx(oracles["momentum_table"]["next_w"], abs=5e-9)
    assert state["velocity"]["w"][0].tolist() == pytest.approx(oracles["momentum_table"]["velocity"], abs=5e-9)


@pytest.mark.parametrize("name", rules())
@settings(max_examples=30)
@given(data=st.data())
def test_one_call_updates_many_runs_at_once(name: str, data: st.DataObject) -> None:
    """Hyper-parameters may be tensors that broadcast; each run is then the one it would be alone."""
    rule, count = rule_named(name), 3

    def drawn(values: st.SearchStrategy[float]) -> torch.Tensor:
        return torch.tensor(data.draw(st.lists(values, min_size=count, max_size=count)), dtype=torch.float64)

    many: dict[str, float | torch.Tensor] = {}
    for h in rule.hyperparameters:
        values = numbers(h, least_share=0.2)
        # Switches and what every rule has are numbers, alike for all.
        alike = h.scale == "switch" or h.name in {each.name for each in COMMON}
        many[h.name] = 0.0 if h.common else data.draw(values) if alike else drawn(values)
    start = drawn(st.floats(-9, 9))
    gradients = [sign * drawn(st.floats(0.1, 9)) for sign in (1, -1, 1, -1, 1, -1, 1)]

    def after(params: Params, hyper: dict[str, float | torch.Tensor], run: int | None) -> Params:
        state = rule.init(params)
        for gradient in gradients:
            g = gradient if run is None else gradient[run]
            params, state = updated(rule, params, {"w1": g}, state, hyper)
        return params

    stacked = after({"w1": start}, many, None)["w1"]
    for run in range(count):
        hyper = {key: value[run].item() if isinstance(value, torch.Tensor) else value for key, value in many.items()}
        alone = after({"w1": start[run]}, dict(hyper), run)["w1"]
        assert stacked[run].item() == pytest.approx(alone.item(), rel=1e-6, abs=1e-6)


@pytest.mark.parametrize("name", rules())
def test_state_in_new_state_out(name: str) -> None:
    """Nothing that a rule is given is written to, whatever is switched on, at the first update and at later ones."""
    rule = rule_named(name)
    hyper = defaults(rule) | {h.name: 1.0 for h in rule.hyperparameters if h.scale == "switch"}
    hyper |= {"weight_decay": 0.1, "clip_value": 3.5, "clip_norm": 4.0, "noise": 0.1}
    hyper |= {"gamma": 0.9} if "gamma" in hyper else {}
    params, gradient = scalars(1.0, -2.0), scalars(3.0, 4.0)
    state = rule.init(params)
    for step in range(3):
        given_to_it = [params, gradient, *state.values()]
        before = [{key: value.clone() for key, value in part.items()} for part in given_to_it]
        update = apply(rule, gradient, state, hyper, situation(params, step))
        assert [params, gradient, *state.values()] == before
        assert update.state.keys() == state.keys()
        again = apply(rule, gradient, state, hyper, situation(params, step))
        assert again == update  # the same is made of the same
        state = update.state


ALL = [pytest.param(h, id=f"{name} {h.name}") for name, rule in rules().items() for h in rule.hyperparameters]


@pytest.mark.parametrize("h", ALL)
def test_what_a_hyperparameter_may_not_be_is_said_in_one_sentence(h: Hyperparameter) -> None:
    h.check(h.default)
    assert h.warning(h.default) == ""
    refused = [math.nan, math.inf, -math.inf]
    if h.scale == "switch":
        refused += [0.5, -1.0, 2.0]
    if h.scale == "whole":
        refused += [0.5]
    refused += [bound for bound in (h.above, h.below) if math.isfinite(bound)]
    refused += [h.at_least - 0.1] if math.isfinite(h.at_least) else []
    for value in refused:
        with pytest.raises(ValueError, match=rf"^{h.name} .*must be [^.]*(\.\d[^.]*)?\.$"):
            h.check(value)


@pytest.mark.parametrize("name", ["adagrad", "rmsprop", "adadelta", "adam", "adamw", "nadam", "radam", "adamax"])
def test_what_a_file_leaves_out_is_torchs_default(name: str) -> None:
    """SGD is not among them: it is several rules, without momentum unless it is told so."""
    ours = TWINS[name]([torch.zeros(1, requires_grad=True)], defaults(rule_named(name)))
    theirs = type(ours)([torch.zeros(1, requires_grad=True)])  # type: ignore[call-arg]
    assert {**ours.param_groups[0], "params": []} == {**theirs.param_groups[0], "params": []}


@pytest.mark.parametrize(
    ("rule", "name", "value", "message"),
    [
        ("adam", "beta1", 1.0, "beta1 = 1 is not allowed: it must be at least 0 and less than 1."),
        ("radam", "beta2", 1.5, "beta2 = 1.5 is not allowed: it must be at least 0 and less than 1."),
        ("rmsprop", "alpha", -0.1, "alpha = -0.1 is not allowed: it must be at least 0 and less than 1."),
        ("adadelta", "rho", 1.0, "rho = 1 is not allowed: it must be at least 0 and less than 1."),
        ("adam", "eps", 0.0, "eps = 0 is not allowed: it must be a number greater than 0."),
        ("gd", "weight_decay", -0.1, "weight_decay = -0.1 is not allowed: it must be a number not less than 0."),
        ("adamw", "weight_decay", -0.1, "weight_decay = -0.1 is not allowed: it must be a number not less than 0."),
        ("gd", "learning_rate", 0.0, "learning_rate = 0 is not allowed: it must be a number greater than 0."),
        ("gd", "learning_rate", math.nan, "learning_rate = nan is not allowed: it must be a number greater than 0."),
        ("adam", "amsgrad", 0.5, "amsgrad = 0.5 is not allowed: it must be 0 (off) or 1 (on)."),
        ("rmsprop", "centered", -1.0, "centered = -1 is not allowed: it must be 0 (off) or 1 (on)."),
        ("lion", "noise_seed", 0.5, "noise_seed = 0.5 is not allowed: it must be a whole number from 0 on."),
    ],
)
def test_these_sentences(rule: str, name: str, value: float, message: str) -> None:
    h = next(h for h in rule_named(rule).hyperparameters if h.name == name)
    with pytest.raises(ValueError, match=rf"^{re.escape(message)}$"):
        h.check(value)


@pytest.mark.parametrize(("value", "warned"), [(0.0, False), (0.999, False), (1.0, True), (-0.1, True), (1.5, True)])
def test_gamma_outside_its_interval_is_allowed_with_a_warning(value: float, warned: bool) -> None:
    gamma = next(h for h in rule_named("momentum").hyperparameters if h.name == "gamma")
    gamma.check(value)
    assert bool(gamma.warning(value)) is warned
