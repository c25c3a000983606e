"""Adadelta: the gradient, times the usual size of earlier moves, divided by its own usual size."""

from __future__ import annotations

from gdsim.optimizers.base import (
    Equation,
    Hyper,
    Params,
    Part,
    State,
    Term,
    Update,
    UpdateRule,
    running_mean,
    times,
    zeros_like,
)
from gdsim.optimizers.hyperparameters import eps, learning_rate, share


def init(params: Params) -> State:
    """Return running means that are zero."""
    return {"second_moment": zeros_like(params), "move_moment": zeros_like(params)}


def update(gradient: Params, state: State, hyper: Hyper) -> Update:
    """Compute Adadelta's update (Zeiler 2012, algorithm 1; the learning rate is torch.optim.Adadelta's).

    Parameters
    ----------
    gradient
        Gradient of the loss, each of its parameter's shape.
    state
        ``second_moment`` of the gradients and ``move_moment`` of the moves, of the parameters' shapes.
    hyper
        ``learning_rate``, ``rho``, ``eps``.
    """
    lr, rho, eps = (hyper[name] for name in ("learning_rate", "rho", "eps"))
    second, moves, push = {}, {}, {}
    for name, g in gradient.items():
        old = state["move_moment"][name]
        second[name] = size = running_mean(rho, state["second_moment"][name], g * g)
        delta = (old + eps).sqrt() / (size + eps).sqrt() * g
        moves[name] = running_mean(rho, old, delta * delta)
        push[name] = times(-lr, delta)
    return Update((Term("scaled gradient", "gradient", push),), {"second_moment": second, "move_moment": moves})


RULE = UpdateRule(
    name="adadelta",
    label="Adadelta",
    explanation=(
        "v and u are running means of the squared gradients and of the squared steps Δ = √(u + ε)/√(v + ε)·∇L, and "
        "w = w − η·Δ: the steps have the parameter's own unit, so that η = 1 does."
    ),
    source="Zeiler 2012, algorithm 1; torch.optim.Adadelta",
    hyperparameters=(
        learning_rate(1.0),
        share(
            "rho", r"\rho", "Rho ρ", 0.9,
            "Share of both running means, of squared gradients and of squared steps, that is kept at each step.",
        ),
        eps(1e-6),
    ),
    symbols={"g": "g", "second_moment": "v", "move_moment": "u", "delta": r"\Delta"},
    equations=(
        Equation("second_moment_next", "rho*second_moment + (1 - rho)*g**2"),
        Equation("delta", "sqrt(move_moment + eps)/sqrt(second_moment_next + eps)*g"),
        Equation("move_moment_next", "rho*move_moment + (1 - rho)*delta**2"),
        Equation("w_next", "w - learning_rate*delta"),
    ),
    init=init,
    update=update,
    roles={"second_moment": "second_moment", "move_moment": "second_moment", "delta": "gradient"},
    parts=(
        Part(
            "Second moment",
            "A running mean of squared gradients: each square's area is its value, its side the divisor.",
            results=("second_moment_next",),
            squares=("second_moment_next",),
        ),
        Part(
            "Scaled gradient",
            "Each component of the gradient is divided by the side of its square and multiplied with the root of the "
            "mean of earlier squared steps: the step Δ.",
            results=("delta",),
            arrows=("delta",),
        ),
        Part(
            "Mean of steps",
            "The running mean of the squared steps takes in the new one, for the next update.",
            results=("move_moment_next",),
            squares=("move_moment_next",),
        ),
        Part("Move", "The step Δ multiplied with −η is the move.", results=("w_next",), terms=("scaled gradient",)),
    ),
)  # fmt: skip
