"""Adamax: Adam with the largest recent gradient as divisor, the infinity norm in place of the root of squares."""

from __future__ import annotations

from gdsim.optimizers.adam import FIRST_MOMENT
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
    times,
    zeros_like,
)
from gdsim.optimizers.hyperparameters import beta1, eps, learning_rate, share


def init(params: Params) -> State:
    """Return a first moment and a norm that are zero."""
    return {"first_moment": zeros_like(params), "infinity_norm": zeros_like(params), "step": first_step(params)}


def update(gradient: Params, state: State, hyper: Hyper) -> Update:
    """Compute Adamax's update (Kingma and Ba 2015, algorithm 2; ``eps`` as in torch.optim.Adamax).

    Parameters
    ----------
    gradient
        Gradient of the loss, each of its parameter's shape.
    state
        ``first_moment`` and ``infinity_norm``, of the parameters' shapes; ``step``.
    hyper
        ``learning_rate``, ``beta1``, ``beta2`` and ``eps``.
    """
    lr, b1, b2, eps = (hyper[name] for name in ("learning_rate", "beta1", "beta2", "eps"))
    kept, push, move = {}, {}, {}
    first, largest, steps = {}, {}, {}
    for name, g in gradient.items():
        steps[name] = count = state["step"][name] + 1
        old, new = times(b1, state["first_moment"][name]), times(1 - b1, g)
        first[name] = old + new
        largest[name] = times(b2, state["infinity_norm"][name]).maximum(g.abs() + eps)
        factor = (-lr / (1 - b1 ** count.item())) * largest[name].reciprocal()
        kept[name], push[name] = factor * old, factor * new
        move[name] = kept[name] + push[name]
    return Update(
        (Term("kept first moment", "velocity", kept), Term("new gradient", "gradient", push)),
        {"first_moment": first, "infinity_norm": largest, "step": steps},
        move,
    )


NORM = Part(
    "Infinity norm",
    "It keeps the share β₂ of itself, or takes the gradient's size if that is larger.",
    results=("infinity_norm_next",),
    squares=("infinity_norm_next",),
)
CORRECTION = Part(
    "Bias correction",
    "The first moment began at 0 and is too small at first: it is divided by 1 − β₁ᵗ; the norm needs no correction.",
    results=("first_moment_hat",),
    arrows=("first_moment_hat",),
)
MOVE = Part(
    "Move",
    "Each component of the first moment is divided by the area of its square and multiplied with −η: the move.",
    results=("w_next",),
    terms=("kept first moment", "new gradient"),
)

RULE = UpdateRule(
    name="adamax",
    label="Adamax",
    explanation=(
        "Adam with another divisor: u is the largest recent size of each component of the gradient, and w = w − η·m/u."
    ),
    source="Kingma and Ba 2015, algorithm 2; torch.optim.Adamax",
    hyperparameters=(
        learning_rate(2e-3),
        beta1(),
        share(
            "beta2",
            r"\beta_2",
            "Beta2 β₂",
            0.999,
            "Share of the norm, the largest recent gradient, that is kept at each step.",
        ),
        eps(),
    ),
    symbols={"g": "g", "first_moment": "m", "infinity_norm": "u", "first_moment_hat": r"\hat{m}", "step": "t"},
    equations=(
        Equation("first_moment_next", "beta1*first_moment + (1 - beta1)*g"),
        Equation("infinity_norm_next", "max(beta2*infinity_norm, abs(g) + eps)"),
        Equation("first_moment_hat", "first_moment_next/(1 - beta1**step)"),
        Equation("w_next", "w - learning_rate*first_moment_hat/infinity_norm_next"),
    ),
    init=init,
    update=update,
    roles={"first_moment": "velocity", "first_moment_hat": "velocity", "infinity_norm": "second_moment"},
    parts=(FIRST_MOMENT, NORM, CORRECTION, MOVE),
)
