"""Learning-rate schedules: by which factor the learning rate is multiplied at each step."""

from __future__ import annotations

import math
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from pydantic import model_serializer, model_validator

from gdsim.i18n import tr
from gdsim.optimizers import Hyperparameter
from gdsim.simulation.spec_model import MOST_STEPS, SpecModel


@dataclass(frozen=True)
class RateField(Hyperparameter):
    """The description of one number of a schedule.

    Attributes
    ----------
    at_most
        The value must not be greater than this.
    whole_run
        Whether the interface begins with the length of the run, as a schedule is meant to fill it.
    """

    at_most: float = math.inf
    whole_run: bool = False

    def check(self, value: float) -> None:
        """Raise `ValueError` with one clear sentence unless ``value`` is allowed."""
        if value > self.at_most:
            raise ValueError(self._allowed(value))
        super().check(value)

    def _allowed(self, value: float) -> str:
        if not math.isfinite(self.at_most):
            return super()._allowed(value)
        said = {"name": self.name, "value": f"{value:.12g}", "low": f"{self.at_least:g}", "high": f"{self.at_most:.0f}"}
        if self.scale == "whole":
            return tr("{name} = {value} is not allowed: it must be a whole number from {low} to {high}.", **said)
        return tr("{name} = {value} is not allowed: it must be a number from {low} to {high}.", **said)


@dataclass(frozen=True)
class RateKind:
    """One kind of schedule, described by data: panel, checks and files are made from it.

    Attributes
    ----------
    name
        Name in files.
    label
        Name in the interface, in English.
    explanation
        One sentence for the tooltip, in English.
    fields
        Its numbers.
    shape
        Takes a step and the fields by name; returns the factor.
    end
        Takes the fields by name; returns the step from which on the factor stays as it is. None where there is no
        such step; a kind that has one has a field ``steps``.
    """

    name: str
    label: str
    explanation: str
    fields: tuple[RateField, ...]
    shape: Callable[..., float]
    end: Callable[..., int] | None = None

    def field_named(self, name: str) -> RateField:
        """Return the description of a field, or raise `ValueError` with one clear sentence."""
        for field in self.fields:
            if field.name == name:
                return field
        if not self.fields:
            raise ValueError(tr("The schedule {kind} has no key {name}: it takes none.", kind=self.name, name=name))
        known = ", ".join(field.name for field in self.fields)
        raise ValueError(
            tr("The schedule {kind} has no key {name}; it takes {known}.", kind=self.name, name=name, known=known)
        )


class RateSchedule(SpecModel):
    """One schedule, as ``[run.schedule]`` in a scenario file.

    In a file the numbers stand beside ``kind``, and so they do in `model_dump`; here they are gathered in `hyper`,
    whole numbers as int. `of` makes one.
    """

    kind: str = "constant"
    hyper: dict[str, int | float] = {}

    @classmethod
    def of(cls, kind: str, **hyper: float) -> RateSchedule:
        """Return the schedule of a kind with these numbers, and its defaults for the others.

        Raises
        ------
        pydantic.ValidationError
            If there is no such kind, if it has no such number, or if the number is not allowed.
        """
        return cls.model_validate({"kind": kind, **hyper})

    @property
    def description(self) -> RateKind:
        """What there is to know about its kind."""
        return KINDS[self.kind]

    @property
    def length(self) -> int | None:
        """How many steps it takes; None where it has no end."""
        return None if self.description.end is None else int(self.hyper["steps"])

    @property
    def end(self) -> int | None:
        """The first step from which on the factor stays as it is; None where there is none."""
        end = self.description.end
        return None if end is None else end(**self.hyper)

    def factor(self, step: int) -> float:
        """Return what the learning rate is multiplied with for the update that follows ``step``.

        It is finite and never negative; after the end of the schedule it stays as it is.
        """
        return KINDS[self.kind].shape(step, **self.hyper)

    def with_number(self, name: str, value: float) -> RateSchedule:
        """Return the same schedule with another number called ``name``."""
        return self.of(self.kind, **{**self.hyper, name: value})

    def turned_into(self, kind: str, run: int) -> RateSchedule:
        """Return a schedule of another kind for a run of so many steps.

        Of the numbers that both kinds have it keeps those that are not the present kind's defaults, which mean little
        to the other, and each length.
        """
        fields = {field.name: field for field in self.description.fields}
        hyper: dict[str, float] = {}
        for field in KINDS[kind].fields:
            mine = fields.get(field.name)
            if mine is not None and (field.whole_run or self.hyper[field.name] != mine.default):
                hyper[field.name] = self.hyper[field.name]
            elif field.whole_run:
                hyper[field.name] = min(max(run, 1), MOST_STEPS)
        return self.of(kind, **hyper)

    @model_validator(mode="before")
    @classmethod
    def _gather(cls, data: Any) -> Any:
        if not isinstance(data, dict):
            return data
        given = dict(data)
        name = given.pop("kind", "constant")
        kind = KINDS.get(name) if isinstance(name, str) else None
        if kind is None:
            raise ValueError(
                tr("There is no schedule {name}; there are {known}.", name=_short(name), known=", ".join(KINDS))
            )
        hyper: dict[str, int | float] = {field.name: _number(field, field.default) for field in kind.fields}
        for key, value in given.items():
            hyper[str(key)] = _number(kind.field_named(str(key)), value)
        return {"kind": name, "hyper": hyper}

    @model_serializer
    def _scatter(self) -> dict[str, Any]:
        return {"kind": self.kind, **self.hyper}


def _number(field: RateField, value: Any) -> int | float:
    """Return ``value`` as the field holds it, or raise `ValueError` with one clear sentence."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise ValueError(tr("{name} cannot be {value}: it must be a number.", name=field.name, value=_short(value)))
    try:
        number = float(value)
    except OverflowError:
        number = math.inf if value > 0 else -math.inf
    field.check(number)
    return int(number) if field.scale == "whole" else number


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."


def _between(first: float, last: float, share: float) -> float:
    # In this form both ends come out to the last digit.
    return first * (1.0 - share) + last * share


def _cosine_between(first: float, last: float, share: float) -> float:
    return _between(last, first, (1.0 + math.cos(math.pi * share)) / 2.0)


def _power(base: float, exponent: int) -> float:
    try:
        return base**exponent
    except OverflowError:
        return sys.float_info.max


def _constant(step: int) -> float:
    del step
    return 1.0


def _step(step: int, every: int, factor: float) -> float:
    return _power(factor, step // every)


def _exponential(step: int, factor: float) -> float:
    return _power(factor, step)


def _cosine(step: int, steps: int, low: float) -> float:
    return _cosine_between(1.0, low, min(step, steps) / steps)


def _warm_up(step: int, steps: int, low: float) -> float:
    return _between(low, 1.0, min(step, steps) / steps)


def _one_cycle(step: int, steps: int, rise: float, start: float, low: float) -> float:
    # PyTorch's: the peak is one step before the share of the steps that rise, the end at the last step.
    last, peak = steps - 1, rise * steps - 1.0
    step = min(step, last)
    if step > peak:
        return _cosine_between(1.0, low, (step - peak) / (last - peak))
    return _cosine_between(start, 1.0, step / peak if peak else 1.0)


def _cyclical(step: int, steps: int, low: float) -> float:
    return _between(1.0, low, abs(2 * (step % steps) / steps - 1.0))


def _steps(default: int, explanation: str, label: str = "Steps") -> RateField:
    return RateField(
        "steps", "T", label, default, 1, 1000, "whole", explanation, at_least=1, at_most=MOST_STEPS, whole_run=True
    )


def _share(name: str, symbol: str, label: str, default: float, explanation: str) -> RateField:
    return RateField(name, symbol, label, default, 0.0, 1.0, "linear", explanation, at_least=0.0, at_most=1.0)


def _factor(default: float, low: float, explanation: str) -> RateField:
    return RateField("factor", "q", "Factor", default, low, 1.0, "linear", explanation, above=0.0)


KINDS = {
    kind.name: kind
    for kind in (
        RateKind("constant", "Constant", "The learning rate stays as it is set.", (), _constant),
        RateKind(
            "step", "Step", "The learning rate is multiplied by a factor every so many steps.",
            (
                RateField(
                    "every", "m", "Every", 20, 1, 1000, "whole", "How many steps pass between two changes.",
                    at_least=1, at_most=MOST_STEPS,
                ),
                _factor(0.1, 0.05, "What the learning rate is multiplied by at each change; above 0."),
            ),
            _step,
        ),
        RateKind(
            "exponential", "Exponential", "The learning rate is multiplied by a factor at each step.",
            (_factor(0.95, 0.5, "What the learning rate is multiplied by at each step; above 0."),),
            _exponential,
        ),
        RateKind(
            "cosine", "Cosine", "The learning rate falls along half a cosine wave.",
            (
                _steps(60, "How many steps the learning rate falls."),
                _share("low", "r", "End share", 0.0, "Share of the learning rate that is left at the end, 0 to 1."),
            ),
            _cosine, end=lambda steps, low: steps,
        ),
        RateKind(
            "warm-up", "Warm-up", "The learning rate rises in a straight line to what is set.",
            (
                _steps(5, "How many steps the learning rate rises."),
                _share("low", "r", "Start share", 1 / 3, "Share of the learning rate at the start, 0 to 1."),
            ),
            _warm_up, end=lambda steps, low: steps,
        ),
        RateKind(
            "one-cycle", "One cycle", "The learning rate rises to what is set and falls again, both along a cosine.",
            (
                _steps(60, "How many steps the rise and the fall take together."),
                _share("rise", "p", "Rise share", 0.3, "Share of the steps in which the learning rate rises, 0 to 1."),
                _share("start", "s", "Start share", 1 / 25, "Share of the learning rate at the start, 0 to 1."),
                _share("low", "r", "End share", 1 / (25 * 1e4), "Share of the learning rate at the end, 0 to 1."),
            ),
            _one_cycle, end=lambda steps, rise, start, low: steps - 1,
        ),
        RateKind(
            "cyclical", "Cyclical", "The learning rate rises and falls in straight lines, again and again.",
            (
                _steps(20, "How many steps a whole cycle takes, up and down.", "Cycle"),
                _share("low", "r", "Low share", 0.1, "Share of the learning rate at the lowest points, 0 to 1."),
            ),
            _cyclical,
        ),
    )
}  # fmt: skip
"""Every kind of schedule under its name; a new kind is one more entry.

Shapes and defaults are those of StepLR, ExponentialLR, CosineAnnealingLR, LinearLR, OneCycleLR and CyclicLR (mode
triangular) in torch.optim.lr_scheduler; where PyTorch has no default, one that is seen in a run of 60 steps.
"""
