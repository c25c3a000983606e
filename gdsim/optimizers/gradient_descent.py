"""Plain gradient descent: ``w <- w - learning_rate*g``."""

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
    no_state,
    times,
)
from gdsim.optimizers.hyperparameters import learning_rate


def update(gradient: Params, state: State, hyper: Hyper) -> Update:
    """Move against the gradient (Cauchy 1847).

    Parameters
    ----------
    gradient
        Gradient of the loss, each of its parameter's shape.
    state
        Empty.
    hyper
        ``learning_rate``.
    """
    lr = hyper["learning_rate"]
    move = Term("-lr*g", "gradient", {name: times(-lr, g) for name, g in gradient.items()})
    return Update((move,), state)


RULE = UpdateRule(
    name="gd",
    label="Gradient descent",
    explanation="w = w − η·∇L. Each step goes against the gradient, as far as the learning rate η says.",
    source="Cauchy 1847; torch.optim.SGD without momentum",
    hyperparameters=(learning_rate(),),
    symbols={"g": "g"},
    equations=(Equation("w_next", "w - learning_rate*g"),),
    init=no_state,
    update=update,
    parts=(
        Part("Gradient", "The gradient is multiplied with minus the learning rate.", terms=("-lr*g",)),
        Part("Move", "This is the move.", results=("w_next",)),
    ),
)
