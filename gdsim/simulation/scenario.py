"""Scenario files: the TOML format of DESIGN's contract, checked by pydantic at the boundary.

A `Scenario` is a frozen value. It holds everything that a person sets, so undo, saving and the command
line all deal in whole scenarios.
"""

from __future__ import annotations

import math
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from gdsim.formula import parse
from gdsim.i18n import tr
from gdsim.optimizers import Hyperparameter, rule_named, rules

Finite = Annotated[float, Field(allow_inf_nan=False)]
Interval = tuple[Finite, Finite]
COLORMAPS = ("rainbow", "viridis", "cividis", "plasma", "inferno", "magma", "turbo", "coolwarm", "gray")


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class ProblemSpec(_Model):
    """What is minimised: a formula of two variables and the rectangle over which it is drawn."""

    formula: str
    domain: dict[str, Interval]

    @field_validator("domain")
    @classmethod
    def _intervals_hold_something(cls, domain: dict[str, Interval]) -> dict[str, Interval]:
        for name, (low, high) in domain.items():
            if not low < high:
                raise ValueError(
                    tr(
                        "The domain of {name} is empty: its lower end {low} must be below its upper end {high}.",
                        name=name,
                        low=f"{low:g}",
                        high=f"{high:g}",
                    )
                )
            if not math.isfinite(high - low):
                raise ValueError(tr("The domain of {name} is too wide.", name=name))
        return domain

    @model_validator(mode="after")
    def _domain_names_the_variables(self) -> ProblemSpec:
        formula = parse(self.formula)
        if len(formula.variables) != 2:
            raise ValueError(
                tr(
                    "The formula needs two variables to make a surface; this one has {count}: {names}.",
                    count=len(formula.variables),
                    names=", ".join(formula.variables) or tr("none"),
                )
            )
        if set(self.domain) != set(formula.variables):
            raise ValueError(
                tr(
                    "The domain must give an interval for each variable of the formula, {names}; it gives {given}.",
                    names=", ".join(formula.variables),
                    given=", ".join(self.domain) or tr("none"),
                )
            )
        return self


class Change(_Model):
    """Hyper-parameters changed in mid-run, in force from the state after ``step`` updates on."""

    step: Annotated[int, Field(ge=0, le=1_000_000)]
    hyper: dict[str, Finite]

    @model_validator(mode="before")
    @classmethod
    def _gather(cls, data: Any) -> Any:
        return _gather_hyper(data, {"step"})


class RunSpec(_Model):
    """One runner: its update rule, hyper-parameters, start and the changes made in mid-run.

    In a file the hyper-parameters stand beside the other keys; here they are gathered in `hyper`.
    """

    name: str = ""
    optimizer: str
    hyper: dict[str, Finite]
    start: dict[str, Finite]
    change: tuple[Change, ...] = ()

    @model_validator(mode="before")
    @classmethod
    def _gather(cls, data: Any) -> Any:
        result = _gather_hyper(data, {"name", "optimizer", "start", "change"})
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


class Playback(_Model):
    """How far a run goes when asked to run, and how fast it plays (steps per second)."""

    steps: Annotated[int, Field(ge=0, le=1_000_000)] = 60
    speed: Annotated[Finite, Field(ge=0.5, le=1000)] = 5.0


class View(_Model):
    """How the surface is drawn; angles in degrees with matplotlib's meaning."""

    elev: Annotated[Finite, Field(ge=-90, le=90)] = 45.0
    azim: Annotated[Finite, Field(ge=-360, le=360)] = 60.0
    colormap: Literal[COLORMAPS] = "rainbow"  # type: ignore[valid-type]
    opacity: Annotated[Finite, Field(ge=0.05, le=1)] = 0.7
    wireframe: bool = False
    contours: bool = True
    floor_contours: bool = True
    log_height: bool = False


class Scenario(_Model):
    """One saved set-up of a lab."""

    format: Literal[1] = 1
    title: str = ""
    description: str = ""
    lab: Literal["surface"] = "surface"
    problem: ProblemSpec
    run: Annotated[tuple[RunSpec, ...], Field(min_length=1)]
    playback: Playback = Playback()
    view: View = View()

    @model_validator(mode="after")
    def _variables_are_no_columns(self) -> Scenario:
        names = list(self.problem.domain)
        columns = {"run", "step", "loss", "grad_norm", "learning_rate", "gamma"}
        columns |= {f"{prefix}_{name}" for prefix in ("grad", "velocity") for name in names}
        columns |= {name for run in self.run for name in run.hyper}
        for name in names:
            if name in columns:
                raise ValueError(
                    tr("A variable cannot be called {name}: the table of a run has a column of this name.", name=name)
                )
        return self

    @model_validator(mode="after")
    def _starts_lie_in_the_domain(self) -> Scenario:
        for run in self.run:
            if set(run.start) != set(self.problem.domain):
                raise ValueError(
                    tr(
                        "The start must give a value for each of {names}; it gives {given}.",
                        names=", ".join(self.problem.domain),
                        given=", ".join(run.start) or tr("none"),
                    )
                )
            for name, value in run.start.items():
                low, high = self.problem.domain[name]
                if not low <= value <= high:
                    raise ValueError(
                        tr(
                            "The start {name} = {value} lies outside the domain [{low}, {high}].",
                            name=name,
                            value=f"{value:g}",
                            low=f"{low:g}",
                            high=f"{high:g}",
                        )
                    )
        return self


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
