"""What an update rule is: pure functions, state in and new state out, in the way of optax."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Literal, NamedTuple

from gdsim.optimizers.hyperparameters import Hyperparameter

if TYPE_CHECKING:
    from torch import Tensor, dtype

Params = dict[str, "Tensor"]
"""Parameters, or anything of their shapes (a gradient, a velocity), under their names."""

State = dict[str, Params]
"""What a rule remembers between updates, under its names (``velocity``)."""

Hyper = Mapping[str, "float | Tensor"]
"""Hyper-parameters under their names: numbers, or tensors that broadcast with the parameters."""


Role = Literal["gradient", "velocity", "second_moment", "decay", "move"]
"""What a vector stands for, which decides its colour: ``velocity`` is whatever remembers earlier gradients' direction,
``second_moment`` what remembers their size."""


@dataclass(frozen=True)
class Equation:
    """One line of an update rule, in the formula grammar.

    Attributes
    ----------
    result
        Name of what is computed: ``velocity_next`` or ``w_next``.
    expression
        Formula over ``w`` (the parameter), ``g`` (its gradient), the hyper-parameters, the state and
        results of earlier equations, by name; ``step`` is the number of this update, 1 for the first.
    """

    result: str
    expression: str


Equations = tuple[Equation, ...]


@dataclass(frozen=True)
class Part:
    """A part of an update; Next phase shows one after the other before the point moves.

    Attributes
    ----------
    label
        Its name in the interface, in English (translated where it is shown).
    sentence
        What happens in it, one sentence in English (translated where it is shown).
    results
        Which equations it works out, by their results.
    terms
        Which terms it lays tip to tail, by their names, after those of earlier parts.
    arrows
        Which results it draws as an arrow from the point, not to scale (a moment is no move yet).
    squares
        Which results it draws as a square for each parameter, whose area is the value.
    """

    label: str
    sentence: str
    results: tuple[str, ...] = ()
    terms: tuple[str, ...] = ()
    arrows: tuple[str, ...] = ()
    squares: tuple[str, ...] = ()


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
    role: Role
    value: Params


class Used(NamedTuple):
    """The gradient on its way to the rule, flat under the names of the gradient.

    Attributes
    ----------
    noise
        Standard normal noise, to be multiplied with ``noise``; None without.
    norm
        Norm of the gradient with its noise, cut by ``clip_value``; None where it is not clipped by its norm.
    gradient
        What the rule is given.
    """

    noise: Params | None
    norm: Tensor | None
    gradient: Params


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
    used
        What the rule was given, where that is not the gradient itself.
    """

    terms: tuple[Term, ...]
    state: State
    move: Params | None = None
    used: Used | None = None


DECAY = "-lr*lambda*w"
"""Name of the term that decoupled weight decay adds."""


class Situation(NamedTuple):
    """Where an update is made, for what only few rules ask for.

    Attributes
    ----------
    step
        Number of updates made before.
    params
        The parameters, under the names of the gradient.
    evaluate
        Returns loss and gradient at other parameters, all under the names of the gradient.
    split, join
        Turn what is under the names of the gradient into the parameters of their own names and shapes, and back.
    """

    step: int
    params: Params
    evaluate: Callable[[Params], tuple[Tensor, Params]]
    split: Callable[[Params], Params]
    join: Callable[[Params], Params]


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
        Descriptions, the learning rate first; the registry adds those that every rule has.
    symbols
        LaTeX of every name that the equations use, beside the hyper-parameters' own.
    equations
        The update of one parameter, line by line; where the lines depend on hyper-parameters or ``step``, a function
        of these that returns them.
    init
        Maps parameters to the rule's first state; ``step`` in it is the number of updates made, shape ``()``.
    update
        Maps gradient, state and hyper-parameters to an `Update`.
    roles
        What states and results of equations stand for, by name, for their colours.
    parts
        The parts of an update; where there are none, one part with all the lines.
    decay
        How weight decay acts: ``coupled`` adds it to the gradient, ``decoupled`` makes a term of its own of it,
        ``own`` leaves it to the rule.
    shared
        Which states are one number for all parameters, such as the count of updates.
    update_at
        In place of `update`, for a rule that asks for more: it is given the `Situation` too.
    """

    name: str
    label: str
    explanation: str
    source: str
    hyperparameters: tuple[Hyperparameter, ...]
    symbols: Mapping[str, str]
    equations: Equations | Callable[[Mapping[str, float]], Equations]
    init: Callable[[Params], State]
    update: Callable[[Params, State, Hyper], Update]
    roles: Mapping[str, Role] = field(default_factory=dict)
    parts: tuple[Part, ...] = ()
    decay: Literal["coupled", "decoupled", "own"] = "coupled"
    update_at: Callable[[Params, State, Hyper, Situation], Update] | None = None
    shared: tuple[str, ...] = ("step",)

    def lines(self, known: Mapping[str, float]) -> Equations:
        """Return the equations for these hyper-parameters and this ``step``."""
        return self.equations if isinstance(self.equations, tuple) else self.equations(known)


def times(factor: float | Tensor, tensor: Tensor) -> Tensor:
    """Return ``factor*tensor``, bit for bit; torch is quicker with a kept tensor of shape ``()`` than with a number."""
    # 0 and -0 are one key.
    return (_scalar(factor, tensor.dtype) if isinstance(factor, float) and factor else factor) * tensor


def running_mean(share: float | Tensor, before: Tensor, new: Tensor) -> Tensor:
    """Return a running mean that keeps ``share`` of itself and takes the rest from ``new``."""
    return times(share, before) + times(1 - share, new)


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


def first_step(params: Params) -> Params:
    """Return the count of updates, 0, for the state of a rule that counts them; one for all parameters."""
    import torch

    return {name: torch.zeros((), dtype=torch.float64) for name in params}


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
