"""What the scenarios of every lab have in common, checked by pydantic at the boundary."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from gdsim.i18n import tr
from gdsim.optimizers import Hyperparameter, rule_named, rules
from gdsim.simulation.events import Events

Finite = Annotated[float, Field(allow_inf_nan=False)]
MOST_STEPS = 1_000_000
Step = Annotated[int, Field(ge=0, le=MOST_STEPS)]


class SpecModel(BaseModel):
    """A frozen part of a scenario that refuses unknown keys."""

    model_config = ConfigDict(frozen=True, extra="forbid")


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

    In a file the hyper-parameters stand beside the other keys; here they are gathered in `hyper`.
    """

    name: str = ""
    optimizer: str
    hyper: dict[str, Finite]
    change: tuple[Change, ...] = ()

    @property
    def events(self) -> Events:
        """What was done by hand before updates, by step; nothing where a lab has no such thing."""
        return {}

    @model_validator(mode="before")
    @classmethod
    def _gather(cls, data: Any) -> Any:
        result = _gather_hyper(data, set(cls.model_fields) - {"hyper"})
        rule = rules().get(str(result.get("optimizer"))) if isinstance(result, dict) else None
        if rule is not None and isinstance(result.get("hyper"), dict):
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
    """How far a run goes when asked to run, and how fast it plays (steps per second)."""

    steps: Step = 60
    speed: Annotated[Finite, Field(ge=0.5, le=10_000)] = 5.0


class BaseScenario(SpecModel):
    """One saved set-up of a lab; each lab says more of `lab` and adds ``problem`` and ``run``."""

    format: Literal[1] = 1
    title: str = ""
    description: str = ""
    lab: str
    playback: Playback = Playback()

    @property
    def subject(self) -> str:
        """What is minimised, in short: the name of a scenario that has no title."""
        raise NotImplementedError


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
