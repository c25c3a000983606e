"""RAdam: Adam that trusts the second moment only once enough gradients are in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from gdsim.optimizers.adam import FIRST_MOMENT, SECOND_MOMENT
from gdsim.optimizers.base import (
    Equation,
    Equations,
    Hyper,
    Params,
    Part,
    State,
    Term,
    Update,
    UpdateRule,
    first_step,
    running_mean,
    times,
    zeros_like,
)
from gdsim.optimizers.hyperparameters import beta1, beta2, eps, learning_rate

if TYPE_CHECKING:
    from torch import Tensor

LONG_ENOUGH = 5.0
"""Length of the running mean above which the step is rectified; torch.optim.RAdam's (the paper has 4)."""


def init(params: Params) -> State:
    """Return moments that are zero."""
    return {"first_moment": zeros_like(params), "second_moment": zeros_like(params), "step": first_step(params)}


def update(gradient: Params, state: State, hyper: Hyper) -> Update:
    """Compute RAdam's update (Liu et al. 2020, algorithm 2, as torch.optim.RAdam has it).

    Parameters
    ----------
    gradient
        Gradient of the loss, each of its parameter's shape.
    state
        ``first_moment`` and ``second_moment``, of the parameters' shapes; ``step``.
    hyper
        ``learning_rate``, ``beta1``, ``beta2`` and ``eps``.
    """
    lr, b1, b2, eps = (hyper[name] for name in ("learning_rate", "beta1", "beta2", "eps"))
    kept, push, move = {}, {}, {}
    first, second, steps = {}, {}, {}
    for name, g in gradient.items():
        steps[name] = count = state["step"][name] + 1
        t = count.item()
        old, new = times(b1, state["first_moment"][name]), times(1 - b1, g)
        first[name] = old + new
        second[name] = v = running_mean(b2, state["second_moment"][name], g * g)
        factor = -lr / (1 - b1**t)
        limit, length = lengths(b2, t)
        if isinstance(length, float):
            if length > LONG_ENOUGH:
                factor = factor * rectification(limit, length) * (1 - b2**t) ** 0.5 * (v.sqrt() + eps).reciprocal()
        else:
            adapted = factor * rectification(limit, length) * (1 - b2**t) ** 0.5 * (v.sqrt() + eps).reciprocal()
            factor = adapted.where(length > LONG_ENOUGH, factor)
        kept[name], push[name] = factor * old, factor * new
        move[name] = kept[name] + push[name]
    return Update(
        (Term("kept first moment", "velocity", kept), Term("new gradient", "gradient", push)),
        {"first_moment": first, "second_moment": second, "step": steps},
        move,
    )


def lengths(beta2: float | Tensor, step: float) -> tuple[float | Tensor, float | Tensor]:
    """Return of how many gradients the second moment is a mean: after very many steps, and after ``step``."""
    limit = 2 / (1 - beta2) - 1
    kept = beta2**step
    return limit, limit - 2 * step * kept / (1 - kept)


def rectification(limit: float | Tensor, length: float | Tensor) -> float | Tensor:
    """Return the factor that makes the step's variance the same at every step; below a length of 4 it has no value."""
    ratio = (length - 4) * (length - 2) * limit / ((limit - 4) * (limit - 2) * length)
    return ratio**0.5


def equations(known: Mapping[str, float]) -> Equations:
    """Return the lines of the update: rectified once the running mean is long enough, before that without divisor."""
    move = "w - learning_rate*first_moment_hat"
    rectified: Equations = ()
    if lengths(known["beta2"], known["step"])[1] > LONG_ENOUGH:
        move += "*rectification*adaptive"
        rectified = (
            Equation(
                "rectification",
                "sqrt((length - 4)*(length - 2)*length_limit/((length_limit - 4)*(length_limit - 2)*length))",
            ),
            Equation("adaptive", "sqrt(1 - beta2**step)/(sqrt(second_moment_next) + eps)"),
        )
    return (
        Equation("first_moment_next", "beta1*first_moment + (1 - beta1)*g"),
        Equation("second_moment_next", "beta2*second_moment + (1 - beta2)*g**2"),
        Equation("first_moment_hat", "first_moment_next/(1 - beta1**step)"),
        Equation("length_limit", "2/(1 - beta2) - 1"),
        Equation("length", "length_limit - 2*step*beta2**step/(1 - beta2**step)"),
        *rectified,
        Equation("w_next", move),
    )


CORRECTION = Part(
    "Bias correction",
    "The first moment began at 0 and is too small at first: it is divided by 1 − β₁ᵗ.",
    results=("first_moment_hat",),
    arrows=("first_moment_hat",),
)
RECTIFICATION = Part(
    "Rectification",
    "Only when the second moment is a mean of more than 5 gradients, as ρ says, does it divide the step.",
    results=("length_limit", "length", "rectification", "adaptive"),
)
MOVE = Part(
    "Move",
    "The first moment is multiplied with −η, and with r and ℓ where there are any: the move.",
    results=("w_next",),
    terms=("kept first moment", "new gradient"),
)

RULE = UpdateRule(
    name="radam",
    label="RAdam",
    explanation=(
        "Adam that warms up by itself: while the second moment is a mean of too few gradients it moves by the first "
        "moment alone, then by a rectified step."
    ),
    source="Liu et al. 2020, On the Variance of the Adaptive Learning Rate and Beyond, algorithm 2; torch.optim.RAdam",
    hyperparameters=(learning_rate(1e-3), beta1(), beta2(), eps()),
    symbols={
        "g": "g",
        "first_moment": "m",
        "second_moment": "v",
        "first_moment_hat": r"\hat{m}",
        "length_limit": r"\rho^{\infty}",
        "length": r"\rho",
        "rectification": "r",
        "adaptive": r"\ell",
        "step": "t",
    },
    equations=equations,
    init=init,
    update=update,
    roles={
        "first_moment": "velocity",
        "first_moment_hat": "velocity",
        "second_moment": "second_moment",
        "adaptive": "second_moment",
    },
    parts=(FIRST_MOMENT, replace(SECOND_MOMENT, results=("second_moment_next",)), CORRECTION, RECTIFICATION, MOVE),
)
