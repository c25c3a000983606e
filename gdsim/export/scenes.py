"""Scenarios at a step, with all that the views of figures and films draw: numbers, no pictures."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

from gdsim.export.run_colours import labels
from gdsim.export.runs import FinishedRun, finish_runs, notes
from gdsim.formula import Formula, parse
from gdsim.i18n import tr
from gdsim.problems.mesh import Mesh, surface_mesh
from gdsim.simulation.surface_scenario import SurfaceScenario

if TYPE_CHECKING:
    from gdsim.simulation.autograd_scenario import AutogradScenario
    from gdsim.simulation.network_scenario import NetworkScenario
    from gdsim.simulation.scenario import Scenario
    from gdsim.simulation.snapshot import Snapshot
    from gdsim.simulation.spec import RunSpec
    from gdsim.simulation.walk import Walk

Floats = NDArray[np.float64]

_POINTS = 101


@dataclass(frozen=True, eq=False)
class RunScene:
    """One run at its step.

    Attributes
    ----------
    number
        Its place in the scenario, from 0.
    spec
        What the scenario asks for.
    label
        What it is called in a race, told apart from the others.
    snapshot
        Its state, with the rows of all steps that were made, also of later ones.
    """

    number: int
    spec: RunSpec
    label: str
    snapshot: Snapshot

    @property
    def step(self) -> int:
        """Updates that the state has seen: fewer than asked for where the run diverged before."""
        return self.snapshot.now.step

    def column(self, name: str) -> Floats:
        """Return a recorded column up to the present step, shape ``(step + 1,)``."""
        return self.snapshot.column(name)[: self.step + 1]

    def whole_column(self, name: str) -> Floats:
        """Return a recorded column of all steps that were made."""
        return self.snapshot.column(name)


@dataclass(frozen=True, eq=False)
class RunsScene:
    """All runs of a scenario at a step, those that are hidden too.

    ``focus`` is the number of the run whose numbers are shown where only one's can be; ``moving`` tells that other
    steps are shown at the same place, whose axes should not jump.
    """

    step: int
    runs: tuple[RunScene, ...]
    focus: int
    moving: bool = field(default=False, kw_only=True)

    @property
    def shown(self) -> tuple[RunScene, ...]:
        """The runs that are drawn."""
        return tuple(run for run in self.runs if not run.spec.hidden)

    @property
    def race(self) -> bool:
        """Whether the runs are told apart by colours and labels."""
        return len(self.runs) > 1

    @property
    def focused(self) -> RunScene:
        """The run whose numbers are shown."""
        return self.runs[min(self.focus, len(self.runs) - 1)]


@dataclass(frozen=True, eq=False)
class SurfaceScene(RunsScene):
    """A surface with its runs; ``minima`` has shape ``(m, 2)``."""

    scenario: SurfaceScenario
    formula: Formula
    mesh: Mesh
    minima: Floats


@dataclass(frozen=True, eq=False)
class NetworkScene(RunsScene):
    """The runs of a network; ``snapshot.problem`` of each is its `NetworkProblem`."""

    scenario: NetworkScenario
    parameter: str


@dataclass(frozen=True, eq=False)
class GraphScene:
    """A graph after ``step`` steps of its walk."""

    scenario: AutogradScenario
    step: int
    walk: Walk


Scene = SurfaceScene | NetworkScene | GraphScene


class Stage(Protocol):
    """A scenario that was played once and can be looked at at any step."""

    @property
    def scenario(self) -> Scenario:
        """What was played."""

    @property
    def last(self) -> int:
        """The last step that there is."""

    def at(self, step: int) -> Scene:
        """Return the scene after ``step`` steps, or the last one that there is."""

    def notes(self) -> list[str]:
        """Return sentences on runs that diverged, calls that cannot be made, and what is not drawn."""


class RunsStage:
    """The runs of a surface or a network.

    Parameters
    ----------
    scenario
        What to play.
    last
        The step up to which its runs are made.
    focus, parameter
        As in the scenes.
    cancelled
        Asked before each step whether to stop.

    Raises
    ------
    Cancelled
        Once ``cancelled`` says so.
    """

    def __init__(
        self,
        scenario: SurfaceScenario | NetworkScenario,
        last: int,
        focus: int = 0,
        parameter: str = "",
        cancelled: Callable[[], bool] | None = None,
    ) -> None:
        self.scenario = scenario
        self._focus, self._parameter = focus, parameter
        self.runs: list[FinishedRun] = finish_runs(scenario, last, cancelled)
        self._labels = labels([run.spec for run in self.runs])

    @property
    def last(self) -> int:
        """The last step of the run that came furthest."""
        return max(run.runner.last_step for run in self.runs)

    @cached_property
    def formula(self) -> Formula:
        """The formula of a surface."""
        assert isinstance(self.scenario, SurfaceScenario)
        return parse(self.scenario.problem.formula)

    @cached_property
    def mesh(self) -> Mesh:
        """The heights of a surface."""
        assert isinstance(self.scenario, SurfaceScenario)
        return surface_mesh(self.formula, self.scenario.problem.domain, _POINTS)

    @cached_property
    def minima(self) -> Floats:
        """The minima of a surface, shape ``(m, 2)``."""
        from gdsim.problems.minima import find_minima

        return find_minima(self.mesh, self.formula)

    def at(self, step: int) -> SurfaceScene | NetworkScene:
        """Return the scene after ``step`` updates; runs that diverged before stand at their last one."""
        runs = tuple(self._run(run, label, step) for run, label in zip(self.runs, self._labels, strict=True))
        if isinstance(self.scenario, SurfaceScenario):
            return SurfaceScene(
                step=step, runs=runs, focus=self._focus, scenario=self.scenario, formula=self.formula, mesh=self.mesh,
                minima=self.minima,
            )  # fmt: skip
        return NetworkScene(step=step, runs=runs, focus=self._focus, scenario=self.scenario, parameter=self._parameter)

    def notes(self) -> list[str]:
        """Return sentences on what is unusual: hyper-parameters, divergence, holes, ways out of the domain."""
        if not isinstance(self.scenario, SurfaceScenario):
            return notes(self.runs, None)
        shown = [run for run in self.runs if not run.spec.hidden]
        sentences = (self.mesh.note, *_outside(self.scenario, shown), *notes(self.runs, self.formula))
        return [sentence for sentence in sentences if sentence]

    def _run(self, run: FinishedRun, label: str, step: int) -> RunScene:
        run.runner.seek(step)
        return RunScene(run.number, run.spec, label, run.runner.snapshot())


class GraphStage:
    """The graph of a program and the walk over it."""

    def __init__(self, scenario: AutogradScenario) -> None:
        self.scenario = scenario
        self.walk = scenario.walk()

    @property
    def last(self) -> int:
        """The last step of the walk."""
        return len(self.walk.steps)

    def at(self, step: int) -> GraphScene:
        """Return the scene after ``step`` steps of the walk.

        Raises
        ------
        InputError
            If the walk has not so many.
        """
        return GraphScene(self.scenario, self.scenario.position(self.walk, step), self.walk)

    def notes(self) -> list[str]:
        """Return sentences on calls that cannot be made and on numbers that are not finite."""
        return self.scenario.notes(self.walk, self.last)


def stage_of(
    scenario: Scenario,
    last: int,
    focus: int = 0,
    parameter: str = "",
    cancelled: Callable[[], bool] | None = None,
) -> RunsStage | GraphStage:
    """Play ``scenario`` up to a step, so that it can be looked at at any.

    Parameters
    ----------
    scenario, last
        What to play, and how far.
    focus
        Number of the run whose numbers are shown where only one's can be.
    parameter
        Name of the parameter of a network whose numbers are shown where only one's can be; the first if empty.
    cancelled
        Asked before each step whether to stop.

    Raises
    ------
    InputError
        If its data cannot be read, or do not fit the rest.
    Cancelled
        Once ``cancelled`` says so.
    """
    if scenario.lab == "autograd":
        return GraphStage(scenario)
    return RunsStage(scenario, last, focus, parameter, cancelled)


def _outside(scenario: SurfaceScenario, runs: list[FinishedRun]) -> list[str]:
    """Return one sentence for each run that leaves the domain."""
    low, high = np.array(list(scenario.problem.domain.values())).T
    result = []
    for run in runs:
        points = np.column_stack([run.runner.history.column(name) for name in scenario.problem.domain])
        steps = np.nonzero(~((points >= low) & (points <= high)).all(axis=1))[0]
        if steps.size:
            result.append(
                tr(
                    "Run {number} leaves the domain at step {step}: it is drawn where it is inside.",
                    number=run.number,
                    step=int(steps[0]),
                )
            )
    return result
