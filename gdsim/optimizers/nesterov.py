"""Nesterov's momentum as torch.optim.SGD computes it: the new velocity is looked ahead along once more."""

from __future__ import annotations

from gdsim.optimizers.base import Equation, Hyper, Params, Part, State, Term, Update, UpdateRule, times, zero_velocity
from gdsim.optimizers.hyperparameters import gamma, learning_rate


def update(gradient: Params, state: State, hyper: Hyper) -> Update:
    """Compute ``v <- gamma*v + g; w <- w - lr*(gamma*v + g)`` (Nesterov 1983; Sutskever et al. 2013).

    ``w`` is the point that Nesterov looks ahead to, so that the gradient is taken where the parameters are.

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
    velocity = {name: times(keep, v) + gradient[name] for name, v in state["velocity"].items()}
    ahead = {name: times(-lr * keep, v) for name, v in velocity.items()}
    push = {name: times(-lr, g) for name, g in gradient.items()}
    return Update(
        (Term("-lr*gamma*v'", "velocity", ahead), Term("-lr*g", "gradient", push)),
        {"velocity": velocity},
    )


RULE = UpdateRule(
    name="nesterov",
    label="Nesterov momentum",
    explanation=(
        "v = γ·v + ∇L, then w = w − η·(γ·v + ∇L): the gradient counts once more beside the new velocity, "
        "as if it were taken where the velocity leads."
    ),
    source="Nesterov 1983; Sutskever et al. 2013; torch.optim.SGD (nesterov)",
    hyperparameters=(learning_rate(), gamma()),
    symbols={"g": "g", "velocity": "v"},
    equations=(
        Equation("velocity_next", "gamma*velocity + g"),
        Equation("w_next", "w - learning_rate*(gamma*velocity_next + g)"),
    ),
    init=zero_velocity,
    update=update,
    roles={"velocity": "velocity"},
    parts=(
        Part(
            "Velocity",
            "The velocity shrinks to the share γ of itself and takes in the gradient.",
            results=("velocity_next",),
            arrows=("velocity_next",),
        ),
        Part(
            "Look ahead",
            "−η·γ times the new velocity is where the velocity alone would lead next.",
            terms=("-lr*gamma*v'",),
        ),
        Part("Gradient", "Minus the learning rate times the gradient is laid on its tip.", terms=("-lr*g",)),
        Part("Move", "The sum of both is the move.", results=("w_next",)),
    ),
)
