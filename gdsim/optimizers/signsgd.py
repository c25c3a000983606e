"""signSGD: a step of the same length for every parameter, by the sign of its gradient."""

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
    """Compute ``w <- w - lr*sign(g)`` (Bernstein et al. 2018, algorithm 1).

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
    move = {name: times(-lr, g.sign()) for name, g in gradient.items()}
    return Update((Term("-lr*sign(g)", "gradient", move),), state, move)


RULE = UpdateRule(
    name="signsgd",
    label="signSGD",
    explanation=(
        "w = w − η·sign(∇L): every parameter moves by η at each step, however steep the loss is, so near a minimum it "
        "goes to and fro."
    ),
    source="Bernstein et al. 2018, signSGD: Compressed Optimisation for Non-Convex Problems, algorithm 1",
    hyperparameters=(learning_rate(1e-3),),
    symbols={"g": "g"},
    equations=(Equation("w_next", "w - learning_rate*sign(g)"),),
    init=no_state,
    update=update,
    parts=(
        Part(
            "Signs",
            "Of the gradient only the signs are used: each component that is not 0 makes a move of η against it.",
            terms=("-lr*sign(g)",),
        ),
        Part("Move", "This is the move.", results=("w_next",)),
    ),
)
