"""Adagrad: the gradient, divided by the root of the sum of all squared gradients so far."""

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
    times,
    zeros_like,
)
from gdsim.optimizers.hyperparameters import Hyperparameter, eps, learning_rate


def init(params: Params) -> State:
    """Return a sum of squares that is zero; ``initial_accumulator`` joins it at the first update."""
    return {"square_sum": zeros_like(params), "step": first_step(params)}


def update(gradient: Params, state: State, hyper: Hyper) -> Update:
    """Compute Adagrad's update (Duchi, Hazan and Singer 2011, figure 1, with diagonal matrices).

    Parameters
    ----------
    gradient
        Gradient of the loss, each of its parameter's shape.
    state
        ``square_sum``, of the parameters' shapes; ``step``.
    hyper
        ``learning_rate``, ``lr_decay``, ``eps``; ``initial_accumulator`` counts at the first step only.
    """
    lr, fade, eps = (hyper[name] for name in ("learning_rate", "lr_decay", "eps"))
    sums, steps, push = {}, {}, {}
    for name, g in gradient.items():
        steps[name] = count = state["step"][name] + 1
        t = count.item()
        before = state["square_sum"][name]
        if t == 1:
            before = before + hyper["initial_accumulator"]
        sums[name] = size = before + g * g
        push[name] = times(-lr / (1 + (t - 1) * fade), g) / (size.sqrt() + eps)
    return Update((Term("scaled gradient", "gradient", push),), {"square_sum": sums, "step": steps})


def equations(known: Mapping[str, float]) -> Equations:
    """Return the lines of the update, with the initial sum at the first step and the learning rate's decay, if any."""
    before = "square_sum"
    if known["initial_accumulator"] and known["step"] == 1:
        before = "square_sum + initial_accumulator"
    rate = Equation("rate", "learning_rate/(1 + (step - 1)*lr_decay)")
    return (
        Equation("square_sum_next", f"{before} + g**2"),
        *((rate,) if known["lr_decay"] else ()),
        Equation("w_next", f"w - {'rate' if known['lr_decay'] else 'learning_rate'}*g/(sqrt(square_sum_next) + eps)"),
    )


RULE = UpdateRule(
    name="adagrad",
    label="AdaGrad",
    explanation=(
        "G = G + (∇L)², then w = w − η·∇L/(√G + ε): a step length of its own for each parameter, "
        "which shrinks as the squared gradients add up."
    ),
    source="Duchi, Hazan and Singer 2011, figure 1; torch.optim.Adagrad",
    hyperparameters=(
        learning_rate(),
        Hyperparameter(
            "lr_decay", r"\delta", "Learning rate decay δ", 0.0, 0.0, 1.0, "linear",
            "After t steps the learning rate is divided by 1 + δ·t; 0 leaves it as it is.", at_least=0.0,
        ),
        eps(1e-10),
        Hyperparameter(
            "initial_accumulator", "G_0", "Initial sum G₀", 0.0, 0.0, 10.0, "linear",
            "What the sum of squared gradients begins with; it counts at the first step only.", at_least=0.0,
        ),
    ),
    symbols={"g": "g", "square_sum": "G", "rate": r"\eta_t", "step": "t"},
    equations=equations,
    init=init,
    update=update,
    roles={"square_sum": "second_moment"},
    parts=(
        Part(
            "Sum of squares",
            "The square of each component of the gradient is added to its sum: each square's area is the sum, "
            "and its side the divisor.",
            results=("square_sum_next",),
            squares=("square_sum_next",),
        ),
        Part(
            "Move",
            "Each component of the gradient is divided by the side of its square and multiplied with −η: the move.",
            results=("rate", "w_next"),
            terms=("scaled gradient",),
        ),
    ),
)  # fmt: skip
