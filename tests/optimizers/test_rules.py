"""The update rules against published numbers, torch.optim and their own terms."""

from __future__ import annotations

import importlib
import math
import pkgutil
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

import gdsim.optimizers
from gdsim.errors import InputError
from gdsim.formula import parse
from gdsim.optimizers import Params, State, UpdateRule, rule_named, rules

Optimizer = Callable[[list[torch.Tensor], dict[str, float]], torch.optim.Optimizer]

TWINS: dict[str, Optimizer] = {
    "gd": lambda params, h: torch.optim.SGD(params, lr=h["learning_rate"]),
    "momentum": lambda params, h: torch.optim.SGD(params, lr=h["learning_rate"], momentum=h["gamma"]),
    "momentum-pytorch": lambda params, h: torch.optim.SGD(params, lr=h["learning_rate"], momentum=h["gamma"]),
}
"""torch's own form of each rule; `momentum` agrees with its twin while the learning rate is constant."""


def defaults(rule: UpdateRule) -> dict[str, float]:
    return {h.name: h.default for h in rule.hyperparameters}


def surface(w: Params) -> torch.Tensor:
    return (2 - w["w1"] - w["w2"]) ** 2 + (4 - 3 * w["w1"] - w["w2"]) ** 2


def valley(w: Params) -> torch.Tensor:
    return (1 - w["w1"]) ** 2 + 100 * (w["w2"] - w["w1"] ** 2) ** 2


def apply(rule: UpdateRule, params: Params, gradient: Params, state: State, hyper: Any) -> tuple[Params, State]:
    result = rule.update(gradient, state, hyper)
    return {n: p + sum(t.value[n] for t in result.terms) for n, p in params.items()}, result.state


def scalars(*values: float) -> Params:
    return {f"w{i}": torch.tensor(value, dtype=torch.float64) for i, value in enumerate(values, 1)}


def gradient_of(loss: Callable[[Params], torch.Tensor], params: Params) -> Params:
    leaves = {name: p.clone().requires_grad_() for name, p in params.items()}
    return dict(zip(leaves, torch.autograd.grad(loss(leaves), list(leaves.values())), strict=True))


def test_every_module_with_a_rule_is_found_and_has_a_twin() -> None:
    modules = [info.name for info in pkgutil.iter_modules(gdsim.optimizers.__path__)]
    found = [importlib.import_module(f"gdsim.optimizers.{name}") for name in modules]
    assert {m.RULE.name for m in found if hasattr(m, "RULE")} == set(rules()) == set(TWINS)


def test_an_unknown_rule_is_one_sentence_that_lists_the_known() -> None:
    with pytest.raises(InputError, match=r"There is no optimizer 'sgd'; there are gd, momentum, momentum-pytorch\."):
        rule_named("sgd")


@pytest.mark.parametrize("loss", [surface, valley])
@pytest.mark.parametrize("name", TWINS)
def test_agrees_with_torch_over_300_steps(name: str, loss: Callable[[Params], torch.Tensor]) -> None:
    """The learning rate changes at step 150, save for `momentum`, whose other convention torch has not."""
    rule = rule_named(name)
    hyper = defaults(rule) | {"learning_rate": 1e-3 if loss is surface else 2e-4}
    ours, state = scalars(-1.2, 1.0), rule.init(scalars(-1.2, 1.0))
    theirs = [p.clone().requires_grad_() for p in ours.values()]
    optimizer = TWINS[name](theirs, hyper)
    for step in range(300):
        if step == 150 and name != "momentum":
            hyper["learning_rate"] *= 0.3
            optimizer.param_groups[0]["lr"] = hyper["learning_rate"]
        ours, state = apply(rule, ours, gradient_of(loss, ours), state, hyper)
        optimizer.zero_grad()
        loss(dict(zip(ours, theirs, strict=True))).backward()
        optimizer.step()
        torch.testing.assert_close(list(ours.values()), [p.detach() for p in theirs], rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize(("name", "key"), [("momentum", "momentum"), ("momentum-pytorch", "momentum_pytorch")])
def test_conventions_differ_once_the_learning_rate_changes(oracles: dict[str, Any], name: str, key: str) -> None:
    rule, gradient = rule_named(name), scalars(1.0)
    params, state, seen = scalars(0.0), rule.init(gradient), []
    for learning_rate in oracles["conventions"]["learning_rates"]:
        params, state = apply(rule, params, gradient, state, {"learning_rate": learning_rate, "gamma": 0.9})
        seen.append(params["w1"].item())
    assert seen == pytest.approx(oracles["conventions"][key], abs=1e-15)


def test_the_published_momentum_table(oracles: dict[str, Any]) -> None:
    w, gradient, velocity = (
        torch.linspace(*ends, 20, dtype=torch.float64).reshape(4, 5) for ends in ((-0.4, 0.6), (-0.6, 0.4), (0.6, 0.9))
    )
    after, state = apply(
        rule_named("momentum"), {"w": w}, {"w": gradient}, {"velocity": {"w": velocity}},
        {"learning_rate": 1e-3, "gamma": 0.9},
    )  # fmt: skip
    assert after["w"][0].tolist() == pytest.approx(oracles["momentum_table"]["next_w"], abs=5e-9)
    assert state["velocity"]["w"][0].tolist() == pytest.approx(oracles["momentum_table"]["velocity"], abs=5e-9)


numbers = st.floats(-1e6, 1e6)


@pytest.mark.parametrize("name", TWINS)
@given(data=st.data())
def test_the_equations_say_what_the_code_does(name: str, data: st.DataObject) -> None:
    """The worksheet is made from the equations, the arrows from the terms; both must be the same update."""
    rule = rule_named(name)
    w, g = data.draw(numbers), data.draw(numbers)
    state = {key: {"w1": torch.tensor(data.draw(numbers), dtype=torch.float64)} for key in rule.init(scalars(0.0))}
    hyper = {h.name: data.draw(st.floats(1e-4, 0.999)) for h in rule.hyperparameters}
    after, next_state = apply(rule, scalars(w), scalars(g), state, hyper)
    known: dict[str, float] = {"w": w, "g": g, **hyper, **{key: part["w1"].item() for key, part in state.items()}}
    for equation in rule.equations:
        known[equation.result] = float(parse(equation.expression).evaluate(known))
    assert known["w_next"] == pytest.approx(after["w1"].item(), rel=1e-12, abs=1e-6)
    for key in next_state:
        assert known[f"{key}_next"] == pytest.approx(next_state[key]["w1"].item(), rel=1e-12, abs=1e-6)


@pytest.mark.parametrize("name", TWINS)
@given(data=st.data())
def test_one_call_updates_many_runs_at_once(name: str, data: st.DataObject) -> None:
    """Hyper-parameters may be tensors that broadcast; each run is then the one it would be alone."""
    rule, count = rule_named(name), 3
    draw = lambda low, high: data.draw(st.lists(st.floats(low, high), min_size=count, max_size=count))  # noqa: E731
    w, g = np.array(draw(-9, 9)), np.array(draw(-9, 9))
    hyper = {h.name: np.array(draw(0.01, 0.99)) for h in rule.hyperparameters}
    stacked, _ = apply(
        rule, {"w1": torch.tensor(w)}, {"w1": torch.tensor(g)}, rule.init({"w1": torch.tensor(w)}),
        {key: torch.tensor(value) for key, value in hyper.items()},
    )  # fmt: skip
    for i in range(count):
        alone, _ = apply(
            rule, scalars(w[i]), scalars(g[i]), rule.init(scalars(w[i])), {k: float(v[i]) for k, v in hyper.items()}
        )
        assert stacked["w1"][i].item() == alone["w1"].item()


@pytest.mark.parametrize("name", TWINS)
def test_state_in_new_state_out(name: str) -> None:
    rule = rule_named(name)
    state, gradient = rule.init(scalars(1.0, 2.0)), scalars(3.0, 4.0)
    before = {key: {n: v.clone() for n, v in part.items()} for key, part in state.items()}
    rule.update(gradient, state, defaults(rule))
    assert state == before
    assert gradient == scalars(3.0, 4.0)


@pytest.mark.parametrize("value", [0.0, -0.1, math.nan, math.inf])
def test_a_learning_rate_must_be_positive_and_finite(value: float) -> None:
    learning_rate = rule_named("gd").hyperparameters[0]
    with pytest.raises(ValueError, match="greater than 0"):
        learning_rate.check(value)


@pytest.mark.parametrize(("value", "warned"), [(0.0, False), (0.999, False), (1.0, True), (-0.1, True), (1.5, True)])
def test_gamma_outside_its_interval_is_allowed_with_a_warning(value: float, warned: bool) -> None:
    gamma = next(h for h in rule_named("momentum").hyperparameters if h.name == "gamma")
    gamma.check(value)
    assert bool(gamma.warning(value)) is warned
