"""The runs of a scenario, made from its start to a step, as tables and figures want them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gdsim.errors import Cancelled
from gdsim.export.run_colours import worth_telling
from gdsim.formula import Formula, parse
from gdsim.i18n import tr
from gdsim.problems.network import NetworkProblem
from gdsim.simulation.surface_scenario import SurfaceScenario

if TYPE_CHECKING:
    from gdsim.simulation.runner import Runner
    from gdsim.simulation.scenario import RunScenario
    from gdsim.simulation.spec import RunSpec


@dataclass(frozen=True, eq=False)
class FinishedRun:
    """One run of a scenario.

    Attributes
    ----------
    number
        Its place in the scenario, from 0; the column ``run`` of tables.
    spec
        What the scenario asked for.
    runner
        At its last step, with the whole history.
    """

    number: int
    spec: RunSpec
    runner: Runner

    @property
    def label(self) -> str:
        """Its name, or its optimizer where it has none."""
        return self.spec.name or self.spec.optimizer


def finish_runs(scenario: RunScenario, steps: int, cancelled: Callable[[], bool] | None = None) -> list[FinishedRun]:
    """Make every run of ``scenario``, ``steps`` updates each, or fewer where one diverges.

    Raises
    ------
    Cancelled
        Once ``cancelled``, which is asked before each step, says so.
    """
    from gdsim.simulation.build import runner_of

    result = []
    for number, spec in enumerate(scenario.run):
        runner = runner_of(scenario, number)
        while runner.step_count < steps and runner.step():
            if cancelled is not None and cancelled():
                raise Cancelled
        result.append(FinishedRun(number, spec, runner))
    return result


def notes(runs: list[FinishedRun], formula: Formula | None) -> list[str]:
    """Return one sentence for each unusual hyper-parameter, and for each run that was no longer finite."""
    from gdsim.problems.quadratic import analyse
    from gdsim.simulation.divergence import divergence_sentence
    from gdsim.simulation.stability import covers

    result = []
    for run in runs:
        described = {h.name: h for h in run.runner.rule.hyperparameters}
        parts = [run.runner.initial_hyper, *run.runner.changes.values()]
        warnings = [described[name].warning(value) for part in parts for name, value in part.items()]
        result += [sentence for sentence in warnings if sentence]
        step = run.runner.diverged_at
        if step is not None:
            # The update that led there used the hyper-parameters of the step before.
            hyper = run.runner.hyper_at(max(step - 1, 0))
            covered = covers(run.spec.optimizer, hyper)
            quadratic = analyse(formula) if formula is not None and covered else None
            sentence = divergence_sentence(step, hyper, quadratic)
            result.append(
                sentence if len(runs) == 1 else tr("Run {number}: {sentence}", number=run.number, sentence=sentence)
            )
    return result


def formula_of(scenario: RunScenario) -> Formula | None:
    """Return the formula of a surface, None of another problem."""
    return parse(scenario.problem.formula) if isinstance(scenario, SurfaceScenario) else None


def summary(run: FinishedRun) -> str:
    """Return where a run ended, for people: a few lines."""
    now = run.runner.snapshot().now
    told = worth_telling(run.runner.rule, now.hyper, {h.name for h in run.runner.rule.hyperparameters if not h.common})
    hyper = ", ".join(f"{name} = {value:g}" for name, value in told.items())
    lines = [
        tr("Run {number}: {label} ({hyper})", number=run.number, label=run.label, hyper=hyper),
        tr("  step  {step}", step=now.step),
        tr("  loss  {loss}", loss=f"{now.loss:.9g}"),
    ]
    if isinstance(run.runner.simulation.problem, NetworkProblem):
        accuracy = float(run.runner.history.column("accuracy")[now.step])
        return "\n".join([*lines, tr("  accuracy  {share}", share=f"{accuracy:.4g}")])
    width = max(4, *map(len, now.parameters))
    lines += [
        tr("  {name}  {value}   gradient {slope}", name=f"{name:{width}}", value=f"{float(value):.9g}",
           slope=f"{float(now.gradient[name]):.9g}")
        for name, value in now.parameters.items()
    ]  # fmt: skip
    return "\n".join(lines)
