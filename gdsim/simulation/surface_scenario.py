"""Scenarios of the surface lab: a formula, the rectangle over which it is drawn, and the runs on it."""

from __future__ import annotations

import math
from typing import Annotated, Literal

from pydantic import Field, field_validator, model_validator

from gdsim.formula import parse
from gdsim.i18n import tr
from gdsim.simulation.spec import BaseScenario, RunSpec, check_race
from gdsim.simulation.spec_model import Finite, SpecModel

Interval = tuple[Finite, Finite]
COLORMAPS = ("rainbow", "viridis", "cividis", "plasma", "inferno", "magma", "turbo", "coolwarm", "gray")


class SurfaceSpec(SpecModel):
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
    def _domain_names_the_variables(self) -> SurfaceSpec:
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


class SurfaceRun(RunSpec):
    """A runner on a surface, with the point it starts from."""

    start: dict[str, Finite]


class View(SpecModel):
    """How the surface is drawn; angles in degrees with matplotlib's meaning, a zoom of 1 shows the whole box."""

    elev: Annotated[Finite, Field(ge=-90, le=90)] = 45.0
    azim: Annotated[Finite, Field(ge=-360, le=360)] = 60.0
    zoom: Annotated[Finite, Field(ge=0.25, le=10)] = 1.0
    colormap: Literal[COLORMAPS] = "rainbow"  # type: ignore[valid-type]
    opacity: Annotated[Finite, Field(ge=0.05, le=1)] = 0.7
    wireframe: bool = False
    contours: bool = True
    floor_contours: bool = True
    log_height: bool = False


class SurfaceScenario(BaseScenario):
    """One saved set-up of the surface lab."""

    lab: Literal["surface"] = "surface"
    problem: SurfaceSpec
    run: Annotated[tuple[SurfaceRun, ...], Field(min_length=1)]
    view: View = View()

    @property
    def subject(self) -> str:
        """The formula."""
        return self.problem.formula

    @model_validator(mode="after")
    def _runs_can_be_told_apart(self) -> SurfaceScenario:
        check_race(self.run)
        return self

    @model_validator(mode="after")
    def _variables_are_no_columns(self) -> SurfaceScenario:
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
    def _starts_lie_in_the_domain(self) -> SurfaceScenario:
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
