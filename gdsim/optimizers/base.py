"""What an update rule is: pure functions, state in and new state out, in the way of optax."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Literal, NamedTuple

from gdsim.i18n import tr

if TYPE_CHECKING:
    from torch import Tensor, dtype

Params = dict[str, "Tensor"]
"""Parameters, or anything of their shapes (a gradient, a velocity), under their names."""

State = dict[str, Params]
"""What a rule remembers between updates, under its names (``velocity``)."""

Hyper = Mapping[str, "float | Tensor"]
"""Hyper-parameters under their names: numbers, or tensors that broadcast with the parameters."""


@dataclass(frozen=True)
class Hyperparameter:
    """The description from which panels, checks and files are made.

    Attributes
    ----------
    name
        Name in files and code.
    symbol
        LaTeX symbol.
    label
        Name in the interface, in English (translated where it is shown).
    default
        Value when a file leaves it out; torch.optim's.
    low, high
        Ends of the slider; any allowed number can be typed.
    scale
        How the slider runs.
    above
        The value must be greater than this.
    usual
        Half-open interval ``[a, b)`` outside which a warning is shown, if any.
    explanation
        One sentence for the tooltip, in English.
    """

    name: str
    symbol: str
    label: str
    default: float
    low: float
    high: float
    scale: Literal["linear", "logarithmic"]
    explanation: str
    above: float = -math.inf
    usual: tuple[float, float] | None = None

    def check(self, value: float) -> None:
        """Raise `ValueError` with one clear sentence unless ``value`` is allowed."""
        if not math.isfinite(value) or not value > self.above:
            if math.isfinite(self.above):
                raise ValueError(
                    tr(
                        "{name} = {value} is not allowed: it must be a number greater than {above}.",
                        name=self.name,
                        value=f"{value:g}",
                        above=f"{self.above:g}",
                    )
                )
            raise ValueError(tr("{name} must be a finite number.", name=self.name))

    def warning(self, value: float) -> str:
        """Return one sentence when ``value`` is allowed but unusual, else an empty string."""
        if self.usual is None or self.usual[0] <= value < self.usual[1]:
            return ""
        return tr(
            "{name} = {value} is outside the usual range [{low}, {high}): the run may diverge.",
            name=self.name,
            value=f"{value:g}",
            low=f"{self.usual[0]:g}",
            high=f"{self.usual[1]:g}",
        )


@dataclass(frozen=True)
class Equation:
    """One line of an update rule, in the formula grammar.

    Attributes
    ----------
    result
        Name of what is computed: ``velocity_next`` or ``w_next``.
    expression
        Formula over ``w`` (the parameter), ``g`` (its gradient), the hyper-parameters, the state and
        results of earlier equations, by name.
    """

    result: str
    expression: str


class Term(NamedTuple):
    """A named vector of an update; laid tip to tail the terms make the move.

    Attributes
    ----------
    name
        Plain name in the rule's formula (``gamma*v``).
    role
        What it stands for, which decides its colour.
    value
        The vector, parameter by parameter.
    """

    name: str
    role: Literal["gradient", "velocity"]
    value: Params


class Update(NamedTuple):
    """What a rule makes of a gradient.

    Attributes
    ----------
    terms
        The terms of the move.
    state
        The next state.
    move
        The sum of the terms, where the rule has it anyway; see `total`.
    """

    terms: tuple[Term, ...]
    state: State
    move: Params | None = None


@dataclass(frozen=True)
class UpdateRule:
    """An update rule and its description; the registry finds it under `name`.

    Attributes
    ----------
    name
        Name in scenario files.
    label
        Name in the interface, in English (translated where it is shown).
    explanation
        One or two sentences for the interface, in English.
    source
        Where the formula comes from.
    hyperparameters
        Descriptions, the learning rate first.
    symbols
        LaTeX of every name that the equations use, beside the hyper-parameters' own.
    equations
        The update of one parameter, line by line.
    init
        Maps parameters to the rule's first state.
    update
        Maps gradient, state and hyper-parameters to an `Update`.
    """

    name: str
    label: str
    explanation: str
    source: str
    hyperparameters: tuple[Hyperparameter, ...]
    symbols: Mapping[str, str]
    equations: tuple[Equation, ...]
    init: Callable[[Params], State]
    update: Callable[[Params, State, Hyper], Update]


def learning_rate(default: float = 0.01) -> Hyperparameter:
    """Describe the learning rate with a rule's own default."""
    return Hyperparameter(
        name="learning_rate",
        symbol=r"\eta",
        label="Learning rate η",
        default=default,
        low=1e-4,
        high=1.0,
        scale="logarithmic",
        above=0.0,
        explanation="Step length per unit of gradient (no unit of its own).",
    )


def gamma(default: float = 0.9) -> Hyperparameter:
    """Describe the momentum coefficient."""
    return Hyperparameter(
        name="gamma",
        symbol=r"\gamma",
        label="Gamma γ",
        default=default,
        low=0.0,
        high=0.999,
        scale="linear",
        usual=(0.0, 1.0),
        explanation="Momentum coefficient: the share of the velocity that is kept at each step; 0 keeps nothing.",
    )


def times(factor: float | Tensor, tensor: Tensor) -> Tensor:
    """Return ``factor*tensor``, bit for bit; torch is quicker with a kept tensor of shape ``()`` than with a number."""
    # 0 and -0 are one key.
    return (_scalar(factor, tensor.dtype) if isinstance(factor, float) and factor else factor) * tensor


@lru_cache(maxsize=256)
def _scalar(value: float, dtype: dtype) -> Tensor:
    import torch

    return torch.tensor(value, dtype=dtype)


def zeros_like(params: Params) -> Params:
    """Return zeros of the shapes of ``params``."""
    return {name: value.new_zeros(value.shape) for name, value in params.items()}


def no_state(params: Params) -> State:
    """Return the state of a rule that remembers nothing."""
    del params
    return {}


def zero_velocity(params: Params) -> State:
    """Return the state of a rule that remembers a velocity, zero at the start."""
    return {"velocity": zeros_like(params)}


def total(update: Update) -> Params:
    """Return the move of an update: the sum of its terms, first to last."""
    if update.move is not None:
        return update.move
    first, *others = update.terms
    if not others:
        return first.value
    result = dict(first.value)
    for term in others:
        for name, value in term.value.items():
            result[name] = result[name] + value
    return result
