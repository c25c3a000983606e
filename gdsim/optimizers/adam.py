"""Adam: a running mean of the gradients, divided by the root of a running mean of their squares."""

from __future__ import annotations

from collections.abc import Mapping

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
from gdsim.optimizers.hyperparameters import beta1, beta2, eps, learning_rate, switch


def init(params: Params) -> State:
    """Return moments that are zero; ``largest_moment`` is used by AMSGrad only."""
    return {
        "first_moment": zeros_like(params),
        "second_moment": zeros_like(params),
        "largest_moment": zeros_like(params),
        "step": first_step(params),
    }


def update(gradient: Params, state: State, hyper: Hyper) -> Update:
    """Compute Adam's update (Kingma and Ba 2015, algorithm 1; AMSGrad: Reddi et al. 2018).

    Parameters
    ----------
    gradient
        Gradient of the loss, each of its parameter's shape.
    state
        ``first_moment``, ``second_moment`` and ``largest_moment``, of the parameters' shapes; ``step``.
    hyper
        ``learning_rate``, ``beta1``, ``beta2``, ``eps``; ``amsgrad`` is a number, not a tensor.
    """
    lr, b1, b2, eps = (hyper[name] for name in ("learning_rate", "beta1", "beta2", "eps"))
    kept, push, move = {}, {}, {}
    first, second, largest, steps = {}, {}, {}, {}
    for name, g in gradient.items():
        steps[name] = count = state["step"][name] + 1
        t = count.item()
        old, new = times(b1, state["first_moment"][name]), times(1 - b1, g)
        first[name] = old + new
        second[name] = size = running_mean(b2, state["second_moment"][name], g * g)
        largest[name] = state["largest_moment"][name]
        if hyper["amsgrad"]:
            largest[name] = size = largest[name].maximum(size)
        factor = (-lr / (1 - b1**t)) / ((size / (1 - b2**t)).sqrt() + eps)
        kept[name], push[name] = factor * old, factor * new
        move[name] = kept[name] + push[name]
    return Update(
        (Term("kept first moment", "velocity", kept), Term("new gradient", "gradient", push)),
        {"first_moment": first, "second_moment": second, "largest_moment": largest, "step": steps},
        move,
    )


def equations(known: Mapping[str, float]) -> Equations:
    """Return the lines of the update, with or without AMSGrad's largest second moment."""
    size = "largest_moment_next" if known["amsgrad"] else "second_moment_next"
    largest = (Equation("largest_moment_next", "max(largest_moment, second_moment_next)"),) if known["amsgrad"] else ()
    return (
        Equation("first_moment_next", "beta1*first_moment + (1 - beta1)*g"),
        Equation("second_moment_next", "beta2*second_moment + (1 - beta2)*g**2"),
        *largest,
        Equation("first_moment_hat", "first_moment_next/(1 - beta1**step)"),
        Equation("second_moment_hat", f"{size}/(1 - beta2**step)"),
        Equation("w_next", "w - learning_rate*first_moment_hat/(sqrt(second_moment_hat) + eps)"),
    )


FIRST_MOMENT = Part(
    "First moment",
    "A running mean of the gradients: the share β₁ of itself, the rest from the new one.",
    results=("first_moment_next",),
    arrows=("first_moment_next",),
)
SECOND_MOMENT = Part(
    "Second moment",
    "A running mean of squared gradients: each square's area is its value, its side the divisor.",
    results=("second_moment_next", "largest_moment_next"),
    squares=("second_moment_next",),
)
CORRECTION = Part(
    "Bias correction",
    "Both began at 0 and are too small at first: each is divided by 1 − βᵗ.",
    results=("first_moment_hat", "second_moment_hat"),
    arrows=("first_moment_hat",),
    squares=("second_moment_hat",),
)
MOVE = Part(
    "Move",
    "Each component of the first moment is divided by the side of its square and multiplied with −η: the move.",
    results=("w_next",),
    terms=("kept first moment", "new gradient"),
)

RULE = UpdateRule(
    name="adam",
    label="Adam",
    explanation=(
        "Momentum with a step length of its own for each parameter: m is a running mean of the gradients, v one of "
        "their squares, and w = w − η·m/(√v + ε), both corrected for their start at 0."
    ),
    source="Kingma and Ba 2015, algorithm 1; AMSGrad: Reddi, Kale and Kumar 2018; torch.optim.Adam",
    hyperparameters=(
        learning_rate(1e-3),
        beta1(),
        beta2(),
        eps(),
        switch("amsgrad", r"\mathrm{amsgrad}", "AMSGrad", "Divides by the largest second moment so far."),
    ),
    symbols={
        "g": "g",
        "first_moment": "m",
        "second_moment": "v",
        "largest_moment": r"v^{\max}",
        "first_moment_hat": r"\hat{m}",
        "second_moment_hat": r"\hat{v}",
        "step": "t",
    },
    equations=equations,
    init=init,
    update=update,
    roles={
        "first_moment": "velocity",
        "first_moment_hat": "velocity",
        "second_moment": "second_moment",
        "second_moment_hat": "second_moment",
        "largest_moment": "second_moment",
    },
    parts=(FIRST_MOMENT, SECOND_MOMENT, CORRECTION, MOVE),
)
