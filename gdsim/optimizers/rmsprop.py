"""RMSprop: the gradient, divided by the root of a running mean of its squares."""

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
from gdsim.optimizers.hyperparameters import eps, gamma, learning_rate, share, switch


def init(params: Params) -> State:
    """Return means and a velocity that are zero; ``mean_gradient`` is used by the centered form only."""
    return {
        "second_moment": zeros_like(params),
        "mean_gradient": zeros_like(params),
        "velocity": zeros_like(params),
    }


def update(gradient: Params, state: State, hyper: Hyper) -> Update:
    """Compute RMSprop's update (Hinton 2012, lecture 6e; centered: Graves 2013, section 4.2; as torch.optim.RMSprop).

    Parameters
    ----------
    gradient
        Gradient of the loss, each of its parameter's shape.
    state
        ``second_moment``, ``mean_gradient`` and ``velocity``, of the parameters' shapes.
    hyper
        ``learning_rate``, ``alpha``, ``eps``, ``gamma``; ``centered`` is a number, not a tensor.
    """
    lr, alpha, eps, keep = (hyper[name] for name in ("learning_rate", "alpha", "eps", "gamma"))
    moving = not isinstance(keep, int | float) or keep != 0  # without gamma torch lets the velocity rest
    second, mean, velocity, kept, push = {}, {}, {}, {}, {}
    for name, g in gradient.items():
        second[name] = size = running_mean(alpha, state["second_moment"][name], g * g)
        mean[name] = state["mean_gradient"][name]
        if hyper["centered"]:
            mean[name] = middle = running_mean(alpha, mean[name], g)
            size = size - middle * middle
        scaled = g / (size.sqrt() + eps)
        push[name] = times(-lr, scaled)
        velocity[name] = state["velocity"][name]
        if moving:
            held = times(keep, velocity[name])
            velocity[name], kept[name] = held + scaled, times(-lr, held)
    terms = (Term("scaled gradient", "gradient", push),)
    return Update(
        (Term("kept velocity", "velocity", kept), *terms) if moving else terms,
        {"second_moment": second, "mean_gradient": mean, "velocity": velocity},
    )


def equations(known: Mapping[str, float]) -> Equations:
    """Return the lines of the update, centered or not, with or without a velocity."""
    centered = (
        Equation("mean_gradient_next", "alpha*mean_gradient + (1 - alpha)*g"),
        Equation("variance", "second_moment_next - mean_gradient_next**2"),
    )
    scaled = f"g/(sqrt({'variance' if known['centered'] else 'second_moment_next'}) + eps)"
    moving = (
        Equation("velocity_next", f"gamma*velocity + {scaled}"),
        Equation("w_next", "w - learning_rate*velocity_next"),
    )
    return (
        Equation("second_moment_next", "alpha*second_moment + (1 - alpha)*g**2"),
        *(centered if known["centered"] else ()),
        *(moving if known["gamma"] else (Equation("w_next", f"w - learning_rate*{scaled}"),)),
    )


RULE = UpdateRule(
    name="rmsprop",
    label="RMSProp",
    explanation=(
        "v is a running mean of the squared gradients, and w = w − η·∇L/(√v + ε): "
        "a step length of its own for each parameter."
    ),
    source="Hinton 2012, lecture 6e; centered: Graves 2013; torch.optim.RMSprop",
    hyperparameters=(
        learning_rate(),
        share(
            "alpha", r"\alpha", "Alpha α", 0.99,
            "Share of the second moment, the running mean of the squared gradients, that is kept at each step.",
        ),
        eps(),
        gamma(0.0),
        switch(
            "centered", r"\mathrm{centered}", "Centered",
            "Takes the square of the mean gradient off the second moment, so that the divisor is the spread.",
        ),
    ),
    symbols={
        "g": "g",
        "second_moment": "v",
        "mean_gradient": r"\bar{g}",
        "variance": r"\tilde{v}",
        "velocity": "b",
    },
    equations=equations,
    init=init,
    update=update,
    roles={
        "second_moment": "second_moment",
        "variance": "second_moment",
        "mean_gradient": "velocity",
        "velocity": "velocity",
    },
    parts=(
        Part(
            "Second moment",
            "A running mean of squared gradients (centered: less their mean): each square's side is the divisor.",
            results=("second_moment_next", "mean_gradient_next", "variance"),
            squares=("second_moment_next", "variance"),
        ),
        Part(
            "Move",
            "Each component of the gradient is divided by the side of its square and multiplied with −η, "
            "after what is kept of a velocity, if there is one: the move.",
            results=("velocity_next", "w_next"),
            terms=("kept velocity", "scaled gradient"),
        ),
    ),
)  # fmt: skip
