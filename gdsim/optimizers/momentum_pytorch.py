"""Momentum as torch.optim.SGD computes it: the velocity is a sum of gradients, scaled when it is used."""

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
    """Compute ``v <- gamma*v + g; w <- w - lr*v`` (torch.optim.SGD with momentum, dampening 0).

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
    held = {name: times(keep, v) for name, v in state["velocity"].items()}
    velocity = {name: h + gradient[name] for name, h in held.items()}
    kept = {name: times(-lr, h) for name, h in held.items()}
    push = {name: times(-lr, g) for name, g in gradient.items()}
    return Update(
        (Term("-lr*gamma*v", "velocity", kept), Term("-lr*g", "gradient", push)),
        {"velocity": velocity},
    )


RULE = UpdateRule(
    name="momentum-pytorch",
    label="Momentum (PyTorch)",
    explanation=(
        "v = γ·v + ∇L, then w = w − η·v. A changed learning rate η rescales the whole velocity; "
        "while η is constant it equals the lecture's form."
    ),
    source="torch.optim.SGD (momentum, dampening 0)",
    hyperparameters=(learning_rate(), gamma()),
    symbols={"g": "g", "velocity": "v"},
    equations=(
        Equation("velocity_next", "gamma*velocity + g"),
        Equation("w_next", "w - learning_rate*velocity_next"),
    ),
    init=zero_velocity,
    update=update,
    roles={"velocity": "velocity"},
    parts=(
        Part(
            "Velocity",
            "The velocity shrinks to the share γ of itself and is multiplied with minus the learning rate.",
            terms=("-lr*gamma*v",),
        ),
        Part("Gradient", "Minus the learning rate times the gradient is laid on its tip.", terms=("-lr*g",)),
        Part("Move", "Both together are −η times the new velocity, and the move.", results=("velocity_next", "w_next")),
    ),
)
