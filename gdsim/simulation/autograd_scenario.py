"""Scenarios of the autograd lab: a program, its leaves, and the calls that walk its graph."""

from __future__ import annotations

from functools import lru_cache
from typing import Annotated, Literal

from pydantic import Field, field_validator, model_validator

from gdsim.errors import InputError
from gdsim.formula.program import parse_program
from gdsim.i18n import tr
from gdsim.problems.graph import Graph, build_graph
from gdsim.simulation.calls import CALLS, MOST_CALLS, USUAL, Call, first_refusal
from gdsim.simulation.spec import BaseScenario, Playback
from gdsim.simulation.spec_model import MOST_STEPS, Finite, SpecModel, Step
from gdsim.simulation.walk import Walk

MOST_LEAVES = 100


class Leaf(SpecModel):
    """A value that is given, and the ends of its slider."""

    value: Finite
    requires_grad: bool = True
    range: tuple[Finite, Finite] = (-5.0, 5.0)

    @field_validator("range")
    @classmethod
    def _range_holds_something(cls, ends: tuple[float, float]) -> tuple[float, float]:
        if not ends[0] < ends[1]:
            raise ValueError(
                tr(
                    "The range of a leaf is empty: its lower end {low} must be below its upper end {high}.",
                    low=f"{ends[0]:g}",
                    high=f"{ends[1]:g}",
                )
            )
        return ends


class ProgramSpec(SpecModel):
    """What is computed: a program and its leaves."""

    program: str
    leaf: Annotated[dict[str, Leaf], Field(max_length=MOST_LEAVES)]

    @model_validator(mode="after")
    def _leaves_are_what_the_program_uses(self) -> ProgramSpec:
        graph = self.graph()
        for name in self.leaf:
            if name not in graph.program.inputs:
                raise ValueError(tr("The program does not use the leaf {name}: leave it out.", name=name))
        return self

    def graph(self) -> Graph:
        """Return the program's graph."""
        return _graph(self.program, tuple((name, leaf.requires_grad) for name, leaf in self.leaf.items()))


@lru_cache(maxsize=8)
def _graph(program: str, leaves: tuple[tuple[str, bool], ...]) -> Graph:
    # The same graph again while only values change: a slider that is dragged asks many times a second.
    return build_graph(parse_program(program), dict(leaves))


class WalkPlayback(Playback):
    """What is called, how far the walk goes when it is drawn or run, and how fast it plays (nodes a second)."""

    calls: Annotated[tuple[Literal[CALLS], ...], Field(max_length=MOST_CALLS)] = USUAL  # type: ignore[valid-type]
    steps: Step = MOST_STEPS
    speed: Annotated[Finite, Field(ge=0.5, le=10_000)] = 2.0


class GraphView(SpecModel):
    """What the views follow: the leaf by which the result is differentiated; the first that can be if left out."""

    leaf: str = ""


class AutogradScenario(BaseScenario):
    """One saved set-up of the autograd lab."""

    lab: Literal["autograd"] = "autograd"
    problem: ProgramSpec
    playback: WalkPlayback = WalkPlayback()
    view: GraphView = GraphView()

    @property
    def subject(self) -> str:
        """The program's last line."""
        return self.problem.program.strip().split("\n")[-1].strip()

    @model_validator(mode="after")
    def _view_follows_a_leaf(self) -> AutogradScenario:
        if self.view.leaf and self.view.leaf not in self.problem.leaf:
            raise ValueError(
                tr(
                    "The leaf {name} of the view does not exist; there are {known}.",
                    name=self.view.leaf,
                    known=", ".join(self.problem.leaf),
                )
            )
        return self

    @property
    def followed(self) -> str:
        """The leaf by which the result is differentiated: the chosen one, else the first that can be."""
        leaves = self.problem.leaf
        first = next((name for name, leaf in leaves.items() if leaf.requires_grad), next(iter(leaves)))
        return self.view.leaf or first

    def walk(self) -> Walk:
        """Return the walk, with the calls that can be made."""
        graph = self.problem.graph()
        calls: list[Call] = []
        for call in self.playback.calls:
            if first_refusal(graph, [*calls, call]):
                break
            calls.append(call)
        return Walk(graph, {name: leaf.value for name, leaf in self.problem.leaf.items()}, tuple(calls))

    def position(self, walk: Walk, step: int | None = None) -> int:
        """Return how many steps of ``walk`` are asked for: ``step`` where given, else those shown of the scenario.

        Raises
        ------
        InputError
            If the walk has not so many.
        """
        if step is None:
            return min(self.shown_step, len(walk.steps))
        if step > len(walk.steps):
            raise InputError(
                tr("There is no step {step}: the walk has {count} steps.", step=step, count=len(walk.steps))
            )
        return step

    def notes(self, walk: Walk, position: int) -> list[str]:
        """Return sentences on calls that cannot be made and on numbers that are not finite."""
        birth = walk.birth(position)
        sentences = [first_refusal(walk.graph, self.playback.calls), birth.sentence if birth else ""]
        return [sentence for sentence in sentences if sentence]
