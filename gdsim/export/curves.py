"""What runs record, as charts over the steps: loss, accuracy and gradient norms."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from gdsim.export.chart_drawing import Chart, Line, draw_charts
from gdsim.export.contrast import readable
from gdsim.export.layer_colours import layer_colours
from gdsim.export.run_lines import are_lost
from gdsim.export.run_look import DASHES, MARKERS, RunLook, look_of
from gdsim.i18n import tr
from gdsim.simulation.surface_scenario import SurfaceScenario

if TYPE_CHECKING:
    from matplotlib.figure import Figure, SubFigure

    from gdsim.export.scenes import NetworkScene, RunScene, RunsScene, SurfaceScene
    from gdsim.export.style import Style

GRADIENT, HELD_OUT = "#d55e00", "#009e73"
"""As in the window: one colour for one thing."""


def draw_curves(figure: Figure | SubFigure, scene: NetworkScene, style: Style) -> None:
    """Draw loss, accuracy and gradient norms one below the other."""
    draw_charts(figure, scene, [_loss(scene, style), _accuracy(scene, style), _gradient(scene, style)], style)


def draw_loss(figure: Figure | SubFigure, scene: SurfaceScene | NetworkScene, style: Style) -> None:
    """Draw the loss over the steps."""
    draw_charts(figure, scene, [_loss(scene, style)], style)


def draw_accuracy(figure: Figure | SubFigure, scene: NetworkScene, style: Style) -> None:
    """Draw the share of samples that are classified rightly."""
    draw_charts(figure, scene, [_accuracy(scene, style)], style)


def draw_gradient(figure: Figure | SubFigure, scene: SurfaceScene | NetworkScene, style: Style) -> None:
    """Draw the norm of the gradient: of each layer, of each run of a race, or of the only one on a surface."""
    draw_charts(figure, scene, [_gradient(scene, style)], style)


def _loss(scene: SurfaceScene | NetworkScene, style: Style) -> Chart:
    # As in the window, which draws the loss of a network linearly.
    on_surface = isinstance(scene.scenario, SurfaceScenario)
    return Chart(tr("loss"), _measured(scene, "loss", style), logarithmic=on_surface)


def _accuracy(scene: NetworkScene, style: Style) -> Chart:
    return Chart(tr("accuracy"), _measured(scene, "accuracy", style), shares=True)


def _gradient(scene: RunsScene, style: Style) -> Chart:
    name = tr("gradient norm")
    if scene.race:
        return Chart(name, _of_runs(scene, "grad_norm", style), logarithmic=True)
    (run,) = scene.shown
    layers = [column for column in run.snapshot.columns if column.startswith("grad_norm:")]
    if not layers:
        return Chart(name, [_line(run, "grad_norm", "", RunLook(GRADIENT))], logarithmic=True)
    colours = [readable(colour, style.ground) for colour in layer_colours(len(layers))]
    lines = [
        _line(run, column, column.removeprefix("grad_norm:"), _layer_look(place, colour, style))
        for place, (column, colour) in enumerate(zip(layers, colours, strict=True))
    ]
    return Chart(name, lines, logarithmic=True)


def _layer_look(place: int, colour: str, style: Style) -> RunLook:
    if not style.grey:
        return RunLook(colour, marker="")
    return RunLook(colour, DASHES[place % len(DASHES)], MARKERS[place // len(DASHES)] if place >= len(DASHES) else "")


def _measured(scene: RunsScene, column: str, style: Style) -> list[Line]:
    """Return the lines of what is measured on the samples that are learned, and on those held out."""
    has_more = f"held_out_{column}" in scene.runs[0].snapshot.columns
    if scene.race:
        lines = _of_runs(scene, column, style)
        return [*lines, *(_of_runs(scene, f"held_out_{column}", style) if has_more else [])]
    (run,) = scene.shown
    first = _line(run, column, tr("training") if has_more else "", RunLook(style.text, marker=""))
    if not has_more:
        return [first]
    look = RunLook(readable(HELD_OUT, style.ground), DASHES[1], "")
    return [first, _line(run, f"held_out_{column}", tr("held out"), look)]


def _of_runs(scene: RunsScene, column: str, style: Style) -> list[Line]:
    """Return a line for each run that is shown."""
    lost = are_lost([run.snapshot for run in scene.runs], column)
    lines = []
    for run in scene.shown:
        look = look_of(run, scene, style)
        marker = look.marker if style.grey else ""
        if column.startswith("held_out_") and not style.grey:
            look = RunLook(look.colour, DASHES[1])
        # Named once, for what is measured on the samples that are learned.
        label = "" if column.startswith("held_out_") else run.label
        line = _line(run, column, label, RunLook(look.colour, look.dashes, marker))
        lines.append(replace(line, lost=lost[run.number]))
    return lines


def _line(run: RunScene, column: str, label: str, look: RunLook) -> Line:
    values = run.whole_column(column)
    held_out = column.startswith("held_out_")
    stopped = run.snapshot.diverged_at is not None
    return Line(label, np.asarray(values, np.float64), run.step, look, held_out, stopped)
