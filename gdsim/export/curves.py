"""The runs of a network as printed curves: loss, accuracy and gradient norms against the step."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from gdsim.export.contrast import WHITE, readable
from gdsim.export.run_colours import labels as labels_of
from gdsim.export.run_colours import run_colour
from gdsim.export.runs import FinishedRun
from gdsim.i18n import tr

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

OKABE_ITO = ("#0072b2", "#e69f00", "#009e73", "#d55e00", "#cc79a7", "#56b4e9", "#808080", "#000000")
"""In the order that the window gives to layers."""


def draw_curves(figure: Figure, runs: list[FinishedRun], scale: float) -> None:
    """Draw three panels, one below the other, that share the steps.

    Parameters
    ----------
    figure
        Where to draw.
    runs
        Runs of a network at their last step; those that are hidden are left out.
    scale
        Width of lines, and size of what text there is, against the usual.
    """
    panels = figure.subplots(3, 1, sharex=True)
    several = len(runs) > 1
    labels = labels_of([run.spec for run in runs]) if several else [""]
    for run, label in zip(runs, labels, strict=True):
        if run.spec.hidden:
            continue
        history = run.runner.history
        colour = readable(run_colour(run.number, run.spec.colour), WHITE) if several else OKABE_ITO[0]
        _line(panels[0], history.column("loss"), colour, label or tr("training"), scale)
        _line(panels[1], history.column("accuracy"), colour, label or tr("training"), scale)
        if "held_out_loss" in history.columns:
            held_out = tr("{label}, held out", label=label) if several else tr("held out")
            for panel, name in zip(panels, ("held_out_loss", "held_out_accuracy"), strict=False):
                _line(panel, history.column(name), colour if several else OKABE_ITO[2], held_out, scale, "--")
        layers = [column for column in history.columns if column.startswith("grad_norm:")]
        for number, column in enumerate(["grad_norm"] if several else layers):
            name = label if several else column.partition(":")[2]
            _line(
                panels[2],
                history.column(column),
                colour if several else OKABE_ITO[number % len(OKABE_ITO)],
                name,
                scale,
            )
    panels[2].set_yscale("log", nonpositive="mask")
    for panel, name in zip(panels, (tr("loss"), tr("accuracy"), tr("gradient norm")), strict=True):
        panel.set_ylabel(name)
        panel.grid(alpha=0.3)
        panel.legend(loc="best", framealpha=0.8)
    panels[1].set_ylim(-0.02, 1.02)
    panels[2].set_xlabel(tr("step"))
    figure.align_ylabels(panels)


def _line(panel: Axes, values: NDArray[np.float64], colour: str, label: str, scale: float, style: str = "-") -> None:
    steps = np.flatnonzero(np.isfinite(values))
    marker = "o" if len(steps) == 1 else None
    panel.plot(steps, values[steps], style, color=colour, label=label, linewidth=1.5 * scale, marker=marker)
