"""The numbers of a scenario up to a step, as rows and as arrays."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Protocol, TextIO

from numpy.typing import NDArray

from gdsim.export.runs import FinishedRun, finish_runs
from gdsim.simulation.autograd_scenario import AutogradScenario
from gdsim.simulation.scenario import RunScenario, Scenario


class Table(Protocol):
    """Numbers that can be written; ``only`` is the number of a run, or None for all of them."""

    @property
    def scenario(self) -> Scenario:
        """What was run."""

    @property
    def steps(self) -> int:
        """Steps that were asked for."""

    @property
    def last(self) -> int:
        """The last step that there is."""

    def header(self, only: int | None) -> list[str]:
        """Return the names of the columns."""

    def rows(self, every: int, only: int | None) -> Iterator[list[str]]:
        """Yield the rows of every ``every``-th step."""

    def count(self, every: int, only: int | None) -> int:
        """Return the number of rows."""

    def write_csv(self, stream: TextIO, every: int, only: int | None) -> None:
        """Write header and rows."""

    def arrays(self, only: int | None, history: int | None) -> dict[str, NDArray[Any]]:
        """Return the last state by name, and of runs the history of every ``history``-th step if asked for."""


class RunsTable:
    """The runs of a surface or a network."""

    def __init__(self, scenario: RunScenario, steps: int, runs: list[FinishedRun]) -> None:
        self.scenario, self.steps, self._runs = scenario, steps, runs

    @property
    def last(self) -> int:
        """The last step of the run that came furthest."""
        return max(run.runner.last_step for run in self._runs)

    def header(self, only: int | None) -> list[str]:
        """Return the names of the columns."""
        from gdsim.export.table import csv_header

        return csv_header(self._chosen(only))

    def rows(self, every: int, only: int | None) -> Iterator[list[str]]:
        """Yield the rows of every ``every``-th step, run after run."""
        from gdsim.export.table import csv_rows

        return csv_rows(self._chosen(only), every)

    def count(self, every: int, only: int | None) -> int:
        """Return the number of rows."""
        return sum(run.runner.last_step // every + 1 for run in self._chosen(only))

    def write_csv(self, stream: TextIO, every: int, only: int | None) -> None:
        """Write header and rows."""
        from gdsim.export.table import write_csv

        write_csv(self._chosen(only), stream, every)

    def arrays(self, only: int | None, history: int | None) -> dict[str, NDArray[Any]]:
        """Return parameters and gradients of the last state by name, and the history of every ``history``-th step."""
        from gdsim.export import table

        runs = self._chosen(only)
        for run in runs:
            run.runner.seek(run.runner.last_step)  # a history before this one has gone back
        last = table.last_state(runs)
        return last if history is None else last | table.history(runs, history)

    def _chosen(self, only: int | None) -> list[FinishedRun]:
        return [run for run in self._runs if only in (None, run.number)]


class GraphTable:
    """A walk over a graph, which is one run."""

    def __init__(self, scenario: AutogradScenario, steps: int) -> None:
        self.scenario, self.steps = scenario, steps
        self._walk = scenario.walk()
        self.last = scenario.position(self._walk, steps)

    def header(self, only: int | None) -> list[str]:
        """Return the names of the columns."""
        from gdsim.export.graph_table import HEADER

        return list(HEADER)

    def rows(self, every: int, only: int | None) -> Iterator[list[str]]:
        """Yield the rows of every ``every``-th step."""
        from gdsim.export.graph_table import csv_rows

        return (row for number, row in enumerate(csv_rows(self._walk, self.last), 1) if number % every == 0)

    def count(self, every: int, only: int | None) -> int:
        """Return the number of rows."""
        return self.last // every

    def write_csv(self, stream: TextIO, every: int, only: int | None) -> None:
        """Write header and rows."""
        from gdsim.export.graph_table import write_csv

        write_csv(self._walk, self.last, stream, every)

    def arrays(self, only: int | None, history: int | None) -> dict[str, NDArray[Any]]:
        """Return the values of tensors, and the gradients of leaves, by name."""
        from gdsim.export.graph_table import arrays

        return arrays(self._walk, self._walk.state(self.last))


def table_of(scenario: Scenario, steps: int, cancelled: Callable[[], bool]) -> Table:
    """Make the runs of ``scenario``, or walk over its graph, up to a step.

    Raises
    ------
    InputError
        If it cannot be run.
    Cancelled
        Once ``cancelled`` says so.
    """
    if scenario.lab == "autograd":
        return GraphTable(scenario, steps)
    return RunsTable(scenario, steps, finish_runs(scenario, steps, cancelled))
