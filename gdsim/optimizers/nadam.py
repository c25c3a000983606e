"""NAdam: Adam with Nesterov's look ahead, the first moment taken with the momentum of the next step."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from gdsim.optimizers.adam import FIRST_MOMENT, SECOND_MOMENT
from gdsim.optimizers.base import (
    Equation,
    Hyper,
    Params,
    Part,
    State,
    Term,
    Update,
    UpdateRule,
    first_step,
    running_mean,
    zeros_like,
)
from gdsim.optimizers.hyperparameters import Hyperparameter, beta1, beta2, eps, learning_rate

if TYPE_CHECKING:
    from torch import Tensor


def init(params: Params) -> State:
    """Return moments that are zero, and the product of no momentum, 1."""
    import torch

    return {
        "first_moment": zeros_like(params),
        "second_moment": zeros_like(params),
        # As exact as torch.optim.NAdam keeps it: another precision would be another run.
        "mu_product": {name: torch.ones(()) for name in params},
        "step": first_step(params),
    }


def update(gradient: Params, state: State, hyper: Hyper) -> Update:
    """Compute NAdam's update (Dozat 2016, algorithm 2, as torch.optim.NAdam has it).

    Parameters
    ----------
    gradient
        Gradient of the loss, each of its parameter's shape.
    state
        ``first_moment`` and ``second_moment``, of the parameters' shapes; ``mu_product`` and ``step``.
    hyper
        ``learning_rate``, ``beta1``, ``beta2``, ``eps`` and ``momentum_decay``.
    """
    names = ("learning_rate", "beta1", "beta2", "eps", "momentum_decay")
    lr, b1, b2, eps, decay = (hyper[name] for name in names)
    ahead, push, move = {}, {}, {}
    first, second, products, steps = {}, {}, {}, {}
    for name, g in gradient.items():
        steps[name] = count = state["step"][name] + 1
        t = count.item()
        mu = b1 * (1 - 0.5 * 0.96 ** (t * decay))
        mu_ahead = b1 * (1 - 0.5 * 0.96 ** ((t + 1) * decay))
        products[name], so_far = _product(state["mu_product"][name], mu)
        first[name] = m = running_mean(b1, state["first_moment"][name], g)
        second[name] = v = running_mean(b2, state["second_moment"][name], g * g)
        divisor = (v / (1 - b2**t)).sqrt() + eps
        ahead[name] = (-lr * mu_ahead / (1 - so_far * mu_ahead)) * m / divisor
        push[name] = (-lr * (1 - mu) / (1 - so_far)) * g / divisor
        move[name] = ahead[name] + push[name]
    return Update(
        (Term("first moment ahead", "velocity", ahead), Term("new gradient", "gradient", push)),
        {"first_moment": first, "second_moment": second, "mu_product": products, "step": steps},
        move,
    )


def _product(before: Tensor, mu: float | Tensor) -> tuple[Tensor, float | Tensor]:
    """Return the product as it is kept, and the same for sums; of many runs each is then the one it would be alone."""
    if isinstance(mu, float):
        product = before * mu
        return product, product.item()
    product = before * mu.to(before.dtype)
    return product, product.to(mu.dtype)


EQUATIONS = (
    Equation("first_moment_next", "beta1*first_moment + (1 - beta1)*g"),
    Equation("second_moment_next", "beta2*second_moment + (1 - beta2)*g**2"),
    Equation("mu", "beta1*(1 - 0.5*0.96**(step*momentum_decay))"),
    Equation("mu_ahead", "beta1*(1 - 0.5*0.96**((step + 1)*momentum_decay))"),
    Equation("mu_product_next", "mu_product*mu"),
    Equation("first_moment_hat", "mu_ahead*first_moment_next/(1 - mu_product_next*mu_ahead)"),
    Equation("gradient_hat", "(1 - mu)*g/(1 - mu_product_next)"),
    Equation("second_moment_hat", "second_moment_next/(1 - beta2**step)"),
    Equation("w_next", "w - learning_rate*(first_moment_hat + gradient_hat)/(sqrt(second_moment_hat) + eps)"),
)

SCHEDULE = Part(
    "Momentum",
    "The momentum μ grows from step to step: that of this step, of the next, and the product of all.",
    results=("mu", "mu_ahead", "mu_product_next"),
)
CORRECTION = Part(
    "Look ahead",
    "The first moment is taken with the momentum of the next step, the gradient with what that of this step leaves, "
    "and all are corrected for having begun at 0.",
    results=("first_moment_hat", "gradient_hat", "second_moment_hat"),
    arrows=("first_moment_hat", "gradient_hat"),
    squares=("second_moment_hat",),
)
MOVE = Part(
    "Move",
    "First moment and gradient, each component divided by the side of its square and multiplied with −η, are the move.",
    results=("w_next",),
    terms=("first moment ahead", "new gradient"),
)

RULE = UpdateRule(
    name="nadam",
    label="NAdam",
    explanation=(
        "Adam with Nesterov's look ahead: the first moment is taken with the momentum of the next step, and the "
        "gradient of this one is added."
    ),
    source="Dozat 2016, Incorporating Nesterov Momentum into Adam, algorithm 2; torch.optim.NAdam",
    hyperparameters=(
        learning_rate(2e-3),
        beta1(),
        beta2(),
        eps(),
        Hyperparameter(
            "momentum_decay", r"\psi", "Momentum decay ψ", 4e-3, 0.0, 0.1, "linear",
            "How quickly the momentum grows from β₁/2 to β₁; 0 leaves it at β₁/2.", at_least=0.0,
        ),
    ),
    symbols={
        "g": "g",
        "first_moment": "m",
        "second_moment": "v",
        "mu": r"\mu",
        "mu_ahead": r"\mu'",
        "mu_product": r"\Pi",
        "first_moment_hat": r"\hat{m}",
        "gradient_hat": r"\hat{g}",
        "second_moment_hat": r"\hat{v}",
        "step": "t",
    },
    equations=EQUATIONS,
    init=init,
    update=update,
    roles={
        "first_moment": "velocity",
        "first_moment_hat": "velocity",
        "gradient_hat": "gradient",
        "second_moment": "second_moment",
        "second_moment_hat": "second_moment",
    },
    parts=(FIRST_MOMENT, replace(SECOND_MOMENT, results=("second_moment_next",)), SCHEDULE, CORRECTION, MOVE),
)  # fmt: skip
