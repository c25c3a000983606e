"""What is written on a figure beside its views: title, settings, captions, and what is unusual."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gdsim.export.run_colours import letter, worth_telling
from gdsim.export.scenes import GraphScene, RunScene, RunsStage, Scene, Stage
from gdsim.i18n import tr
from gdsim.optimizers import rule_named
from gdsim.simulation.surface_scenario import SurfaceScenario
from gdsim.simulation.walk_words import step_words

if TYPE_CHECKING:
    from gdsim.simulation.scenario import Scenario


def title(scenario: Scenario) -> tuple[str, bool]:
    """Return the title, and whether it is mathtext: the scenario's own, else its subject."""
    if scenario.title or not isinstance(scenario, SurfaceScenario):
        return scenario.title or scenario.subject, False
    from gdsim.formula import parse
    from gdsim.formula.latex import BREAK

    return f"${parse(scenario.problem.formula).latex().replace(BREAK, '')}$", True


def subtitle(scene: Scene, strip: bool) -> str:
    """Return what is run, and where it stands unless a ``strip`` has a caption for each step."""
    if isinstance(scene, GraphScene):
        return "" if strip else step_words(scene.walk, scene.step)
    if not scene.shown:
        return ""
    if len(scene.shown) > 1:
        return "" if strip else tr("{count} runs, step {step}", count=len(scene.shown), step=scene.step)
    run = scene.shown[0]
    settings = {"optimizer": run.label, "hyper": hyper_words(run)}
    if strip:
        return tr("{optimizer}: {hyper}", **settings)
    return tr(
        "{optimizer}: {hyper}; step {step}, loss {loss}", **settings, step=run.step, loss=f"{run.snapshot.now.loss:.6g}"
    )


def hyper_words(run: RunScene) -> str:
    """Return the hyper-parameters that are worth telling, by their Greek letters where they have one."""
    rule = rule_named(run.spec.optimizer)
    described = {h.name: h for h in rule.hyperparameters}
    told = worth_telling(rule, run.snapshot.now.hyper)
    return ", ".join(f"{letter(described[name])} = {value:g}" for name, value in told.items())


def caption(scene: Scene) -> str:
    """Return where a cell of a film strip stands."""
    if isinstance(scene, GraphScene):
        return step_words(scene.walk, scene.step)
    if len(scene.shown) != 1:
        return tr("step {step}, {count} runs", step=scene.step, count=len(scene.shown))
    run = scene.shown[0]
    loss = f"{run.snapshot.now.loss:.6g}"
    if run.step < scene.step:
        return tr("step {step}: stopped at {last}, loss {loss}", step=scene.step, last=run.step, loss=loss)
    return tr("step {step}, loss {loss}", step=run.step, loss=loss)


def footer(stage: Stage) -> str:
    """Return a sentence on what is not drawn."""
    return stage.mesh.note if isinstance(stage, RunsStage) and isinstance(stage.scenario, SurfaceScenario) else ""
