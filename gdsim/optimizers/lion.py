"""Lion: a step of the same length for every parameter, by the sign of a blend of first moment and gradient."""

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
    running_mean,
    times,
    zeros_like,
)
from gdsim.optimizers.hyperparameters import learning_rate, share, weight_decay


def init(params: Params) -> State:
    """Return a first moment that is zero."""
    return {"first_moment": zeros_like(params)}


def update(gradient: Params, state: State, hyper: Hyper) -> Update:
    """Compute ``w <- w - lr*sign(beta1*m + (1 - beta1)*g); m <- beta2*m + (1 - beta2)*g`` (Chen et al. 2023).

    Parameters
    ----------
    gradient
        Gradient of the loss, each of its parameter's shape.
    state
        ``first_moment``, of the parameters' shapes.
    hyper
        ``learning_rate``, ``beta1`` and ``beta2``; ``weight_decay`` acts apart from this.
    """
    lr, b1, b2 = (hyper[name] for name in ("learning_rate", "beta1", "beta2"))
    move, first = {}, {}
    for name, g in gradient.items():
        m = state["first_moment"][name]
        move[name] = times(-lr, (running_mean(b1, m, g)).sign())
        first[name] = running_mean(b2, m, g)
    return Update((Term("-lr*sign", "velocity", move),), {"first_moment": first}, move)


def equations(known: Mapping[str, float]) -> Equations:
    """Return the lines of the update, with decoupled weight decay where there is any."""
    decay = " - learning_rate*weight_decay*w" if known["weight_decay"] else ""
    return (
        Equation("direction", "beta1*first_moment + (1 - beta1)*g"),
        Equation("first_moment_next", "beta2*first_moment + (1 - beta2)*g"),
        Equation("w_next", f"w - learning_rate*sign(direction){decay}"),
    )


DIRECTION = Part(
    "Direction",
    "A blend of the first moment, with the share β₁, and of the gradient, with the rest.",
    results=("direction",),
    arrows=("direction",),
)
FIRST_MOMENT = Part(
    "First moment",
    "It keeps the share β₂ of itself and takes the rest from the gradient, for the next update.",
    results=("first_moment_next",),
    arrows=("first_moment_next",),
)
SIGNS = Part(
    "Signs",
    "Of the direction only the signs are used: each component that is not 0 makes a move of η against it.",
    terms=("-lr*sign",),
)
MOVE = Part("Move", "All that is laid tip to tail is the move.", results=("w_next",))

RULE = UpdateRule(
    name="lion",
    label="Lion",
    explanation=(
        "w = w − η·sign(β₁·m + (1 − β₁)·∇L): every parameter moves by η at each step, however steep the loss is; m is "
        "a running mean of the gradients."
    ),
    source="Chen et al. 2023, Symbolic Discovery of Optimization Algorithms, algorithm 2",
    hyperparameters=(
        learning_rate(1e-4),
        share(
            "beta1", r"\beta_1", "Beta1 β₁", 0.9,
            "Share of the first moment in the direction whose signs are used; the gradient has the rest.",
        ),
        share(
            "beta2", r"\beta_2", "Beta2 β₂", 0.99,
            "Share of the first moment, the running mean of the gradients, that is kept at each step.",
        ),
        weight_decay(),
    ),
    symbols={"g": "g", "first_moment": "m", "direction": "u"},
    equations=equations,
    init=init,
    update=update,
    roles={"first_moment": "velocity", "direction": "velocity"},
    parts=(DIRECTION, FIRST_MOMENT, SIGNS, MOVE),
    decay="decoupled",
)  # fmt: skip
