"""What the scenarios of every lab have in common, checked by pydantic at the boundary."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

from pydantic import Field, field_validator, model_validator

from gdsim.i18n import tr
from gdsim.optimizers import Hyperparameter, rule_named
from gdsim.simulation.events import Events
from gdsim.simulation.picture_spec import FilmSpec, PictureSpec
from gdsim.simulation.rates import RateSchedule
from gdsim.simulation.spec_model import Finite, SpecModel, Step

MOST_RUNS = 100
LONGEST_NAME = 60


class Change(SpecModel):
    """Hyper-parameters changed in mid-run, in force from the state after ``step`` updates on."""

    step: Step
    hyper: dict[str, Finite]

    @model_validator(mode="before")
    @classmethod
    def _gather(cls, data: Any) -> Any:
        return _gather_hyper(data, {"step"})


class RunSpec(SpecModel):
    """One runner: its update rule, hyper-parameters and the changes made in mid-run.

    In a file the hyper-parameters stand beside the other keys; here they are gathered in `hyper`. ``colour`` is
    ``#rrggbb``, or empty for that of its place in the race; a ``hidden`` run is made, but not drawn.
    """

    name: str = ""
    optimizer: str
    hyper: dict[str, Finite]
    schedule: RateSchedule = RateSchedule()
    change: tuple[Change, ...] = ()
    colour: str = ""
    hidden: bool = False

    @field_validator("name")
    @classmethod
    def _name_is_short(cls, name: str) -> str:
        if len(name) > LONGEST_NAME:
            raise ValueError(tr("A run's name has at most {most} characters; this one has {count}.", most=LONGEST_NAME,
                                count=len(name)))  # fmt: skip
        return name

    @field_validator("colour")
    @classmethod
    def _colour_is_one(cls, colour: str) -> str:
        if colour and not re.fullmatch("#[0-9a-fA-F]{6}", colour):
            raise ValueError(tr("{colour} is no colour: write it as #rrggbb, such as #332288.", colour=repr(colour)))
        return colour

    @property
    def events(self) -> Events:
        """What was done by hand before updates, by step; nothing where a lab has no such thing."""
        return {}

    @model_validator(mode="before")
    @classmethod
    def _gather(cls, data: Any) -> Any:
        result = _gather_hyper(data, set(cls.model_fields) - {"hyper"})
        named = isinstance(result, dict) and isinstance(result.get("optimizer"), str)
        if named and isinstance(result.get("hyper"), dict):
            rule = rule_named(result["optimizer"])
            # Before the types are looked at: a misspelt key is to be called unknown, whatever its value.
            for name in result["hyper"]:
                _check_known(rule.name, {h.name: h for h in rule.hyperparameters}, str(name))
        return result

    @model_validator(mode="after")
    def _rule_takes_them(self) -> RunSpec:
        rule = rule_named(self.optimizer)
        described = {h.name: h for h in rule.hyperparameters}
        for given in (self.hyper, *(c.hyper for c in self.change)):
            for name, value in given.items():
                check_hyper(self.optimizer, described, name, value)
        filled = {h.name: self.hyper.get(h.name, h.default) for h in rule.hyperparameters}
        merged: dict[int, dict[str, float]] = {}
        for change in sorted(self.change, key=lambda change: change.step):
            merged.setdefault(change.step, {}).update(change.hyper)
        # A change at step 0 is a hyper-parameter of the start: one way to say one thing.
        object.__setattr__(self, "hyper", filled | merged.pop(0, {}))
        object.__setattr__(self, "change", tuple(Change(step=at, hyper=part) for at, part in merged.items()))
        return self


class Playback(SpecModel):
    """How far a run goes when asked to run, how fast it plays (steps per second), and when it has arrived.

    A run has converged when its loss is no more than ``tolerance`` above that of the lowest known minimum, 0 where none
    is known.
    """

    steps: Step = 60
    tolerance: Annotated[Finite, Field(gt=0)] = 1e-3
    speed: Annotated[Finite, Field(ge=0.5, le=10_000)] = 5.0


class BaseScenario(SpecModel):
    """One saved set-up of a lab; each lab says more of `lab` and adds ``problem`` and ``run``.

    ``picture`` and ``film`` say how it is drawn; a picture carries the scenario that it was made from, with them.
    """

    format: Literal[1] = 1
    title: str = ""
    description: str = ""
    lab: str
    playback: Playback = Playback()
    picture: PictureSpec | None = None
    film: FilmSpec | None = None

    @property
    def shown_step(self) -> int:
        """The step that is shown of it: the last of its picture or film, else that of the playback."""
        if self.picture is not None and self.picture.steps:
            return self.picture.steps[-1]
        if self.film is not None and self.film.last is not None:
            return self.film.last
        return self.playback.steps

    @property
    def subject(self) -> str:
        """What is minimised, in short: the name of a scenario that has no title."""
        raise NotImplementedError


def check_race(runs: tuple[RunSpec, ...]) -> None:
    """Raise `ValueError` unless the runs can be told apart."""
    if len(runs) > MOST_RUNS:
        raise ValueError(tr("A race can have at most {most} runs; this one has {count}.", most=MOST_RUNS,
                            count=len(runs)))  # fmt: skip
    names = [run.name for run in runs if run.name]
    for name in names:
        if names.count(name) > 1:
            raise ValueError(tr("Two runs are called {name}: each needs a name of its own.", name=repr(name)))


def check_hyper(optimizer: str, described: dict[str, Hyperparameter], name: str, value: float) -> None:
    """Raise `ValueError` unless the rule ``optimizer`` takes a hyper-parameter ``name`` of this value."""
    _check_known(optimizer, described, name)
    described[name].check(value)


def _check_known(optimizer: str, described: dict[str, Hyperparameter], name: str) -> None:
    if name not in described:
        raise ValueError(
            tr(
                "The optimizer {optimizer} has no hyper-parameter {name}; it has {known}.",
                optimizer=optimizer,
                name=name,
                known=", ".join(described),
            )
        )


def _gather_hyper(data: Any, known: set[str]) -> Any:
    """Move every key of ``data`` that is not ``known`` into its ``hyper`` table."""
    if not isinstance(data, dict) or "hyper" in data:
        return data
    result = {key: value for key, value in data.items() if key in known}
    result["hyper"] = {key: value for key, value in data.items() if key not in known}
    return result
