"""What a scenario asks for, made: its problem and its runs."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from gdsim.formula import parse
from gdsim.optimizers import rule_named
from gdsim.problems.base import Problem
from gdsim.problems.surface import SurfaceProblem
from gdsim.simulation.surface_scenario import SurfaceScenario

if TYPE_CHECKING:
    from gdsim.problems.data import DataSet
    from gdsim.problems.network import NetworkProblem
    from gdsim.simulation.network_scenario import DataSpec, NetworkSpec
    from gdsim.simulation.race import Race
    from gdsim.simulation.runner import Runner
    from gdsim.simulation.scenario import RunScenario

LOOKS = {"name": "", "colour": "", "hidden": False}
"""What a run looks like, which its numbers do not depend on."""


def runner_of(scenario: RunScenario, number: int = 0) -> Runner:
    """Return one run of ``scenario`` at its start.

    Raises
    ------
    InputError
        If its data cannot be read, or do not fit the rest.
    """
    return _runner(scenario, number, None)


def _runner(scenario: RunScenario, number: int, problem: Problem | None) -> Runner:
    from gdsim.simulation.runner import Runner

    run = scenario.run[number]
    return Runner.of(problem or problem_of(scenario, number), rule_named(run.optimizer), run)


def _shared_problem(scenario: RunScenario, kept: list[Runner]) -> Problem | None:
    """Return the problem of all runs: one network and its data; None where each has a start of its own."""
    if isinstance(scenario, SurfaceScenario):
        return None
    return kept[0].simulation.problem if kept else problem_of(scenario)


def race_of(scenario: RunScenario, before: Race | None = None) -> Race:
    """Return all runs of ``scenario`` as a race; runs of the race ``before`` that stay as they are need not start anew.

    Raises
    ------
    InputError
        If its data cannot be read, or do not fit the rest.
    """
    from gdsim.simulation.race import Race

    keys = [(scenario.problem, run.model_copy(update=LOOKS)) for run in scenario.run]
    kept = [None if before is None else before.kept(key) for key in keys]
    shared = _shared_problem(scenario, [runner for runner in kept if runner is not None])
    runners: list[Runner] = []
    for number, runner in enumerate(kept):
        # Two runs may be alike: one runner cannot be both.
        again = runner is None or runner in runners
        runners.append(_runner(scenario, number, shared) if again or runner is None else runner)
    return Race(runners, keys, in_parts=isinstance(scenario, SurfaceScenario))


def problem_of(scenario: RunScenario, number: int = 0) -> Problem:
    """Return what one run of ``scenario`` minimises."""
    if isinstance(scenario, SurfaceScenario):
        start = scenario.run[number].start
        return SurfaceProblem(parse(scenario.problem.formula), {name: start[name] for name in scenario.problem.domain})
    return _network(scenario.problem)


def _network(spec: NetworkSpec) -> NetworkProblem:
    from gdsim.problems.network import NetworkProblem, chain

    learned, held_out = data_of(spec.data)
    sizes = [(layer.units, layer.activation, layer.bias) for layer in spec.layer]
    sizes.append((len(learned.class_names), spec.output.activation, spec.output.bias))
    return NetworkProblem(
        layers=chain(learned.features.shape[1], sizes),
        data=learned,
        held_out=held_out,
        loss_name=spec.loss,
        batch_size=spec.batch_size,
        seed=spec.seed,
        init=spec.init,
        constant=spec.constant,
    )


def data_of(spec: DataSpec) -> tuple[DataSet, DataSet | None]:
    """Return the samples to learn, and those held out if there are any.

    Raises
    ------
    InputError
        If the file cannot be read, or one of the parts would be empty.
    """
    stamp = None
    if spec.source == "csv":
        try:
            found = Path(spec.file).stat()
            stamp = (found.st_mtime_ns, found.st_size)
        except OSError:
            pass  # the reader will say why
    return _data(spec, stamp)


@lru_cache(maxsize=2)
def _data(spec: DataSpec, stamp: tuple[int, int] | None) -> tuple[DataSet, DataSet | None]:
    from gdsim.problems.csv_data import read_csv
    from gdsim.problems.data import generate, split, standardised

    del stamp  # a file that has changed since is read again
    if spec.source == "csv":
        data = read_csv(Path(spec.file))
    else:
        data = generate(spec.source, spec.samples, spec.noise, spec.seed)
    parts = split(data, spec.held_out, spec.seed)
    return standardised(*parts) if spec.standardise else parts
