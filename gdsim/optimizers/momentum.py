"""Momentum as the lecture writes it: the velocity is a length, the learning rate is inside it."""

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
    times,
    zero_velocity,
)
from gdsim.optimizers.hyperparameters import gamma, learning_rate


def update(gradient: Params, state: State, hyper: Hyper) -> Update:
    """Compute ``v <- gamma*v - lr*g; w <- w + v`` (Polyak 1964; Sutskever et al. 2013).

    Parameters
    ----------
    gradient
        Gradient of the loss, each of its parameter's shape.
    state
        ``velocity``, of the parameters' shapes.
    hyper
        ``learning_rate`` and ``gamma``.
    """
    lr, keep = hyper["learning_rate"], hyper["gamma"]
    kept = {name: times(keep, v) for name, v in state["velocity"].items()}
    push = {name: times(-lr, g) for name, g in gradient.items()}
    velocity = {name: kept[name] + push[name] for name in gradient}
    return Update(
        (Term("gamma*v", "velocity", kept), Term("-lr*g", "gradient", push)),
        {"velocity": velocity},
        velocity,
    )


RULE = UpdateRule(
    name="momentum",
    label="Momentum (lecture)",
    explanation=(
        "v = γ·v − η·∇L, then w = w + v. A changed learning rate η acts on new gradients only; "
        "while η is constant it equals PyTorch's form."
    ),
    source="Polyak 1964; Sutskever et al. 2013",
    hyperparameters=(learning_rate(), gamma()),
    symbols={"g": "g", "velocity": "v"},
    equations=(
        Equation("velocity_next", "gamma*velocity - learning_rate*g"),
        Equation("w_next", "w + velocity_next"),
    ),
    init=zero_velocity,
    update=update,
    roles={"velocity": "velocity"},
    parts=(
        Part("Velocity", "The velocity shrinks to the share γ of itself.", terms=("gamma*v",)),
        Part(
            "Gradient",
            "Minus the learning rate times the gradient is laid on its tip: the sum is the new velocity.",
            terms=("-lr*g",),
            results=("velocity_next",),
        ),
        Part("Move", "The new velocity is the move.", results=("w_next",)),
    ),
)
