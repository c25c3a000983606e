"""Hyper-parameters made from the signature of a class of torch.optim."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, get_args, get_type_hints

from gdsim.optimizers.hyperparameters import (
    Hyperparameter,
    beta1,
    beta2,
    eps,
    learning_rate,
    share,
    switch,
    weight_decay,
)

LEFT_OUT = {"self", "params", "foreach", "capturable", "differentiable", "fused"}
"""What is no hyper-parameter: it says how torch computes, not what."""

CHOICES = {"line_search_fn": "strong_wolfe", "adjust_lr_fn": "match_rms_adamw"}
"""Arguments that are None or a text, with the one text that is something else than None; a switch of that name."""

ELSEWHERE = "An argument of this optimizer; the documentation of torch.optim says what it does."


@dataclass(frozen=True)
class Argument:
    """An argument of an optimizer's class.

    Attributes
    ----------
    name
        Its name in torch.
    described
        The hyper-parameters that it is made of: several where torch takes a tuple.
    make
        Makes it of their values.
    """

    name: str
    described: tuple[Hyperparameter, ...]
    make: Callable[..., object]


def arguments_of(cls: type) -> tuple[Argument, ...]:
    """Return the arguments of the class ``cls`` that are numbers or switches; the others keep torch's defaults."""
    signature = inspect.signature(cls)
    hints = get_type_hints(cls.__init__)  # type: ignore[misc]
    made = (
        _argument(cls.__name__, name, hints.get(name), parameter.default)
        for name, parameter in signature.parameters.items()
        if name not in LEFT_OUT and parameter.default is not inspect.Parameter.empty
    )
    return tuple(argument for argument in made if argument is not None)


def _argument(cls: str, name: str, hint: Any, default: Any) -> Argument | None:
    if name == "lr":
        return Argument(name, (learning_rate(float(default)),), float)
    if name in CHOICES:
        return _choice(name, CHOICES[name], default)
    if isinstance(default, tuple):
        singular = name if name == "eps" else name.removesuffix("s")
        described = tuple(_number(cls, f"{singular}{k}", value, whole=False) for k, value in enumerate(default, 1))
        optional = tuple(value is None for value in default)
        return Argument(name, described, lambda *values: tuple(map(_or_none, values, optional)))
    kinds = set(get_args(hint)) or {hint}
    if kinds & {bool, int, float}:
        return _plain(cls, name, kinds, default)
    return None


def _plain(cls: str, name: str, kinds: set[Any], default: Any) -> Argument | None:
    """Describe a number or a switch."""
    if bool in kinds:
        return None if default is None else Argument(name, (_switch(name, float(default)),), bool)
    described = (_number(cls, name, default, whole=float not in kinds),)
    kind = float if float in kinds else int
    optional = default is None
    return Argument(name, described, lambda value: _or_none(kind(value), optional))


def _or_none(value: float, optional: bool) -> float | None:
    """Return None for 0 where None is torch's default: that leaves the choice to torch."""
    return None if optional and value == 0 else value


def _choice(name: str, text: str, default: Any) -> Argument:
    on = float(default == text)
    return Argument(name, (_switch(text, on),), lambda value: text if value else None)


def _switch(name: str, default: float) -> Hyperparameter:
    return switch(name, _upright(name), _words(name), SWITCHES.get(name, ELSEWHERE), default)


def _number(cls: str, name: str, default: float | None, whole: bool) -> Hyperparameter:
    """Describe a number, by its name where that is known."""
    value = float(default or 0.0)
    known = KNOWN.get(f"{cls}.{name}") or KNOWN.get(name)
    if known is not None:
        return replace(known, default=value)
    symbol, label = _upright(name), _words(name)
    low, high = min(0.0, 10 * value), max(1.0, 10 * value)
    if whole:
        return Hyperparameter(name, symbol, label, value, 0, max(10, high), "whole", ELSEWHERE, at_least=0.0)
    return Hyperparameter(name, symbol, label, value, low, high, "linear", ELSEWHERE)


def _upright(name: str) -> str:
    return rf"\mathrm{{{name}}}".replace("_", r"\ ")


def _words(name: str) -> str:
    return name.replace("_", " ").capitalize()


MOST = 10_001.0
"""Counts are below this: each is work, or memory, of a single step."""


def _linear(symbol: str, label: str, low: float, high: float, text: str, **bounds: Any) -> Hyperparameter:
    return Hyperparameter("", symbol, label, 0.0, low, high, "linear", text, **bounds)


def _logarithmic(symbol: str, label: str, low: float, high: float, text: str, **bounds: Any) -> Hyperparameter:
    return Hyperparameter("", symbol, label, 0.0, low, high, "logarithmic", text, **bounds)


def _whole(symbol: str, label: str, least: float, high: float, text: str) -> Hyperparameter:
    return Hyperparameter("", symbol, label, 0.0, least, high, "whole", text, at_least=least, below=MOST)


SWITCHES = {
    "amsgrad": "Divides by the largest second moment so far.",
    "centered": "Divides by the gradient's spread: the running mean is subtracted from the gradient.",
    "decoupled_weight_decay": "Weight decay acts on the parameters apart from the gradient, as in AdamW.",
    "match_rms_adamw": "Scales the learning rate so that a move is as large as one of AdamW.",
    "maximize": "Goes up the loss instead of down.",
    "nesterov": "Nesterov momentum: the gradient is added once more after the momentum.",
    "strong_wolfe": "Looks along the direction for a step length that fulfils the strong Wolfe conditions.",
}

_NAMELESS = {
    "beta1": beta1(),
    "beta2": beta2(),
    "eps": eps(),
    "weight_decay": weight_decay(),
    **dict.fromkeys(("AdamW.weight_decay", "Adafactor.weight_decay", "Muon.weight_decay"), replace(
        weight_decay(), explanation="Pulls every parameter towards 0, apart from the gradient; 0 is none."
    )),
    "momentum": _linear(
        r"\mu", "Momentum μ", 0.0, 0.999, "The share of the momentum that is kept at each step; 0 keeps nothing.",
        at_least=0.0, usual=(0.0, 1.0),
    ),
    "dampening": _linear(r"\tau", "Dampening τ", 0.0, 1.0, "The share of the gradient that the momentum does not get."),
    "rho": share("", r"\rho", "Rho ρ", 0.0, "Share of the running means of squares that is kept at each step."),
    "alpha": share("", r"\alpha", "Alpha α", 0.0, "Share of the running mean of squares that is kept at each step."),
    "ASGD.alpha": _linear(r"\alpha", "Alpha α", 0.0, 2.0, "Power by which the learning rate falls.", at_least=0.0),
    "lambd": _linear(r"\Lambda", "Lambd Λ", 0.0, 0.1, "How fast the learning rate falls.", at_least=0.0),
    "t0": _logarithmic("t_0", "T0 t₀", 1.0, 1e7, "Step from which on the parameters are averaged.", at_least=0.0),
    "lr_decay": _linear(
        r"\delta", "Learning rate decay δ", 0.0, 1.0, "How fast the learning rate falls; 0: not at all.", at_least=0.0
    ),
    "initial_accumulator_value": _linear(
        "G_0", "Initial accumulator value G₀", 0.0, 1.0, "What the sum of squares begins with.", at_least=0.0
    ),
    "momentum_decay": _linear(
        r"\psi", "Momentum decay ψ", 0.0, 0.1, "How fast the momentum grows to its full size.", at_least=0.0
    ),
    "eta1": share("", r"\eta_1", "Eta1 η₁", 0.0, "Factor of a step size after the slope has changed its sign."),
    "eta2": _linear(
        r"\eta_2", "Eta2 η₂", 1.01, 2.0, "Factor of a step size while the slope keeps its sign.", above=1.0
    ),
    "step_size1": _logarithmic(r"\Delta_1", "Step size 1 Δ₁", 1e-8, 1.0, "Smallest step size.", above=0.0),
    "step_size2": _logarithmic(r"\Delta_2", "Step size 2 Δ₂", 1e-3, 100.0, "Largest step size.", above=0.0),
    "beta2_decay": _linear(
        "c", "Beta2 decay c", -1.0, 0.0, "Power of the step with which 1 − β₂ falls; it must not be above 0."
    ),
    "eps1": _linear(
        r"\epsilon_1", "Epsilon1 ε₁", 0.0, 0.1, "Least root of the second moment; 0: the precision of the numbers.",
        at_least=0.0,
    ),
    "eps2": _logarithmic(
        r"\epsilon_2", "Epsilon2 ε₂", 1e-6, 1.0, "Least size of the parameters by which a step is scaled.", at_least=0.0
    ),
    "d": _linear("d", "Clipping d", 1.0, 10.0, "Largest root mean square of a move before it is scaled.", at_least=1.0),
    "ns_coefficient1": _linear("a", "Newton-Schulz a", -10.0, 10.0, "Factor of X in a Newton-Schulz step."),
    "ns_coefficient2": _linear("b", "Newton-Schulz b", -10.0, 10.0, "Factor of XXᵀX in a Newton-Schulz step."),
    "ns_coefficient3": _linear("c", "Newton-Schulz c", -10.0, 10.0, "Factor of XXᵀXXᵀX in a Newton-Schulz step."),
    "ns_steps": _whole("k", "Newton-Schulz steps", 1.0, 20.0, "Newton-Schulz steps of one update."),
    "max_iter": _whole("k", "Iterations", 1.0, 100.0, "Most iterations of one update."),
    "max_eval": _whole("e", "Evaluations", 0.0, 125.0, "Most evaluations of one update; 0: 1.25 for each iteration."),
    "tolerance_grad": _logarithmic(
        r"\epsilon_g", "Gradient tolerance", 1e-12, 0.1, "An update ends where no slope is larger.", at_least=0.0
    ),
    "tolerance_change": _logarithmic(
        r"\epsilon_c", "Change tolerance", 1e-12, 0.1, "An update ends where parameters or loss change less.",
        at_least=0.0,
    ),
    "history_size": _whole("m", "History size", 1.0, 200.0, "Earlier moves from which the curvature is estimated."),
}  # fmt: skip

KNOWN = {key: replace(known, name=key.rpartition(".")[2]) for key, known in _NAMELESS.items()}
"""Descriptions without their defaults, by name or by class and name."""
