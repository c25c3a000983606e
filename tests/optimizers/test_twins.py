"""Every rule against torch.optim, or its paper, step for step in double precision."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch

from gdsim.optimizers import Params, rule_named, rules
from gdsim.problems.data import generate
from tests.optimizers.twins import TWINS, GradientAt, Hyper, defaults, flat, scalars, side_by_side
from tests.simulation.twins import Lecture


def assert_same(ours: torch.Tensor, theirs: torch.Tensor) -> None:
    torch.testing.assert_close(ours, theirs, rtol=1e-12, atol=1e-12)


def gradients(w: Params, partials: Callable[[float, float], tuple[float, float]]) -> Params:
    return scalars(*partials(w["w1"].item(), w["w2"].item()))


def lecture(w: Params) -> Params:
    """The gradient of (2 - x - y)**2 + (4 - 3*x - y)**2."""
    return gradients(w, lambda x, y: (20 * x + 8 * y - 28, 8 * x + 4 * y - 12))


def rosenbrock(w: Params) -> Params:
    """The gradient of (1 - x)**2 + 100*(y - x**2)**2."""
    return gradients(w, lambda x, y: (2 * (x - 1) - 400 * x * (y - x * x), 200 * (y - x * x)))


def himmelblau(w: Params) -> Params:
    """The gradient of (x**2 + y - 11)**2 + (x + y**2 - 7)**2."""

    def partials(x: float, y: float) -> tuple[float, float]:
        a, b = x * x + y - 11, x + y * y - 7
        return 4 * x * a + 2 * b, 2 * a + 4 * y * b

    return gradients(w, partials)


STEEP: dict[GradientAt, float] = {lecture: 3e-3, rosenbrock: 2e-4, himmelblau: 1e-3}
"""Learning rates at which a step as long as the gradient goes down, whatever the momentum."""

RATES = {"adagrad": 0.3, "rmsprop": 0.01, "adadelta": 1.0, "adam": 0.02, "adamw": 0.02, "nadam": 0.02, "radam": 0.01,
         "adamax": 0.02, "lion": 0.005, "signsgd": 0.005}  # fmt: skip
"""Those of the rules whose steps are about as long as the learning rate."""

OPTIONS: list[tuple[str, Hyper]] = [
    ("nesterov", {"gamma": 0.5}),
    ("adagrad", {"lr_decay": 0.02}),
    ("adagrad", {"initial_accumulator": 0.5, "eps": 1e-3}),
    ("adagrad", {"initial_accumulator": 30.0, "lr_decay": 0.02}),
    ("rmsprop", {"centered": 1.0}),
    ("rmsprop", {"gamma": 0.8}),
    ("rmsprop", {"centered": 1.0, "gamma": 0.5, "alpha": 0.9, "eps": 1e-3}),
    ("adadelta", {"rho": 0.8, "eps": 1e-3, "learning_rate": 0.05}),
    ("adam", {"amsgrad": 1.0, "beta2": 0.9}),
    ("adam", {"beta1": 0.5, "beta2": 0.9, "eps": 1e-3}),
    ("adamw", {"amsgrad": 1.0, "beta2": 0.9}),
    ("adamw", {"amsgrad": 1.0, "weight_decay": 0.0}),
    ("nadam", {"momentum_decay": 0.03, "beta1": 0.8}),
    ("radam", {"beta2": 0.9}),
    ("radam", {"beta2": 0.5}),
    ("adamax", {"beta1": 0.5, "beta2": 0.8, "eps": 1e-2}),
    ("lion", {"beta1": 0.5, "beta2": 0.9}),
]
"""Switches, and whatever else changes what a rule does."""

COMMON: list[Hyper] = [
    {"weight_decay": 0.3},
    {"clip_value": 0.7},
    {"clip_norm": 1.5},
    {"weight_decay": 0.1, "clip_value": 8.0, "clip_norm": 9.0},
]


def check(name: str, hyper: Hyper, at: GradientAt, steps: int = 100) -> None:
    """Compare all steps; half way the learning rate falls, except for the lecture's momentum."""
    hyper = defaults(rule_named(name)) | {"learning_rate": RATES.get(name, STEEP[at])} | hyper
    start = scalars(-1.2, 1.0)
    rates = {} if name == "momentum" else {steps // 2: 0.3 * hyper["learning_rate"]}
    ours, theirs = side_by_side(name, hyper, start, at, steps, rates)
    assert_same(ours, theirs)
    assert ours.isfinite().all()
    assert (ours[-1] - flat(start)).abs().max() > 0.04  # they do move


@pytest.mark.parametrize("at", [lecture, rosenbrock, himmelblau])
@pytest.mark.parametrize("name", rules())
def test_agrees_with_its_twin_over_300_steps(name: str, at: GradientAt) -> None:
    check(name, {}, at, steps=300)


@pytest.mark.parametrize("at", [lecture, himmelblau])
@pytest.mark.parametrize(("name", "hyper"), OPTIONS, ids=lambda value: str(value) if isinstance(value, str) else None)
def test_agrees_with_its_twin_whatever_is_switched_on(name: str, hyper: Hyper, at: GradientAt) -> None:
    check(name, hyper, at)


@pytest.mark.parametrize("hyper", COMMON, ids=" ".join)
@pytest.mark.parametrize("name", rules())
def test_agrees_with_its_twin_with_weight_decay_and_clipping(name: str, hyper: Hyper) -> None:
    check(name, hyper, himmelblau)


def test_every_switch_is_tried_on() -> None:
    tried = {(name, each) for name, hyper in OPTIONS for each, value in hyper.items() if value == 1}
    assert {
        (name, h.name) for name, rule in rules().items() for h in rule.hyperparameters if h.scale == "switch"
    } <= tried


def test_the_lectures_momentum_is_another_rule_once_the_learning_rate_changes() -> None:
    """There the velocity is a length that the new learning rate does not shorten, in torch a sum of gradients."""
    hyper = defaults(rule_named("momentum")) | {"learning_rate": 0.1}
    hill = lambda w: scalars(1.0)  # noqa: E731
    ours, theirs = side_by_side("momentum", hyper, scalars(0.0), hill, 3, {2: 0.01})
    # The velocity before the change is -0.1 - 0.09: ours keeps 0.9 of it, torch's a tenth of that.
    assert (ours - theirs).flatten().tolist() == pytest.approx([0.0, 0.0, 0.9 * 0.9 * -0.19], abs=1e-15)


@pytest.fixture(scope="module")
def network() -> tuple[Params, GradientAt]:
    """Return the first weights of the lecture's network and the gradient of its loss, in double precision."""
    torch.manual_seed(420)
    model = Lecture().double()
    data = generate("lecture", 500, 0.0, 420)
    features, labels = torch.from_numpy(data.features).double(), torch.from_numpy(data.labels)

    def gradient_at(params: Params) -> Params:
        leaves = {name: p.clone().requires_grad_() for name, p in params.items()}
        outputs = torch.func.functional_call(model, leaves, (features,))
        loss = torch.nn.functional.cross_entropy(outputs, labels)
        return dict(zip(leaves, torch.autograd.grad(loss, list(leaves.values())), strict=True))

    return {name: p.detach().clone() for name, p in model.named_parameters()}, gradient_at


@pytest.mark.parametrize("common", [{}, {"weight_decay": 0.02, "clip_value": 0.05, "clip_norm": 0.06}], ids=" ".join)
@pytest.mark.parametrize("name", TWINS)
def test_agrees_with_its_twin_on_the_lectures_network(
    network: tuple[Params, GradientAt], name: str, common: Hyper
) -> None:
    start, gradient_at = network
    # Larger steps of the momenta are chaotic: what rounding leaves grows past any tolerance.
    usual = 0.1 if name in ("gd", "adadelta") else 0.005 if "momentum" in name or name == "nesterov" else 1e-3
    hyper = defaults(rule_named(name)) | {"learning_rate": usual} | common
    rates = {} if name == "momentum" else {150: 0.1 * usual}
    ours, theirs = side_by_side(name, hyper, start, gradient_at, 300, rates)
    assert_same(ours, theirs)
    assert (ours[-1] - flat(start)).abs().max() > 0.0005
