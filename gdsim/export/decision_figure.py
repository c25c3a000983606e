"""The decision map as a figure: which class the network gives to each place, under the samples."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from gdsim.export.decision_looks import (
    FAINTEST,
    MOST_NAMES,
    STRONGEST,
    Samples,
    class_colour,
    drawn_samples,
)
from gdsim.export.plot import em, legend_above, mixed, name_run, plain, settle
from gdsim.i18n import tr
from gdsim.problems.decision import class_leads, data_ranges, decision_grid, grid_resolution
from gdsim.problems.network import NetworkProblem

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure, SubFigure

    from gdsim.export.legend import Entry
    from gdsim.export.scenes import NetworkScene
    from gdsim.export.style import Style

_FINER = 2
"""How many times as many cells a side has as in the window, where there is less time."""

_LEVELS = np.linspace(0.0, 1.0, 9)
_MARKS = "osD^vP"
"""What tells classes apart without colours."""

_POINT, _CROSS = 6.5, 6.0


def draw_decision(figure: Figure | SubFigure, scene: NetworkScene, style: Style) -> None:
    """Draw the regions of the classes for the run in focus, the stronger the surer, with samples and mistakes."""
    run = scene.focused
    problem = run.snapshot.problem
    assert isinstance(problem, NetworkProblem)
    box = name_run(figure, run.label if scene.race else "", style)
    axes = figure.add_subplot()
    plain(axes, style)
    axes.grid(visible=False)
    sets = drawn_samples(problem.data, problem.held_out)
    ranges = data_ranges(problem.data, problem.held_out)
    _draw_regions(axes, problem, run.snapshot.now.parameters, ranges, style)
    entries = _draw_samples(axes, problem, sets, style)
    grid = decision_grid(
        problem.layers, run.snapshot.now.parameters, *ranges, 2, problem.loss_name, [points for points, _, _ in sets]
    )
    wrong = np.concatenate(
        [
            points[(guesses != labels) & (guesses >= 0)]
            for (points, labels, _), guesses in zip(sets, grid.guesses, strict=True)
        ]
    )
    (crosses,) = axes.plot(
        *wrong.T, linestyle="none", marker="x", color=style.text, markersize=_CROSS * style.scale, zorder=5,
        markeredgewidth=1.2 * style.scale,
    )  # fmt: skip
    entries.append((crosses, tr("classified wrongly")))
    axes.set_xlim(ranges[0])
    axes.set_ylim(ranges[1])
    _name_axes(axes, problem, sets, style)
    settle(figure, [[axes]], style, box)
    legend_above(axes, entries, style)
    settle(figure, [[axes]], style, box)


def _draw_regions(axes: Axes, problem: NetworkProblem, parameters: dict[str, Any], ranges: Any, style: Style) -> None:
    cells = _FINER * grid_resolution(problem.layers)
    x, y = (np.linspace(low, high, cells) for low, high in ranges)
    leads = class_leads(problem.layers, parameters, x, y, problem.loss_name)
    shades = [FAINTEST + (STRONGEST - FAINTEST) * share for share in (_LEVELS[:-1] + _LEVELS[1:]) / 2]
    for index, lead in enumerate(leads):
        if not np.nanmax(lead, initial=-1.0) > 0:
            continue
        colours = [mixed(style.ground, class_colour(index), share) for share in shades]
        regions = axes.contourf(x, y, np.ma.masked_invalid(lead), levels=_LEVELS, colors=colours, zorder=0)
        # Else a hair of the ground would be seen between two shades.
        regions.set_edgecolor("face")
        regions.set_linewidth(0.3 * style.scale)
        if style.grey and len(leads) > 1:
            axes.contour(
                x, y, np.ma.masked_invalid(lead), levels=[0.0], colors=style.text, linewidths=0.8 * style.scale
            )


def _draw_samples(axes: Axes, problem: NetworkProblem, sets: list[Samples], style: Style) -> list[Entry]:
    """Draw the samples, hollow where they are held out; return what the legend says of them."""
    names = problem.data.class_names
    entries: list[Entry] = []
    for points, labels, hollow in sets:
        for index in np.unique(labels).tolist():
            colour = class_colour(index)
            look: dict[str, Any] = {"markerfacecolor": style.ground, "markeredgecolor": colour}
            if not hollow:
                look = {"markerfacecolor": colour, "markeredgecolor": style.ground}
            axes.plot(
                *points[labels == index].T, linestyle="none", markersize=_POINT * style.scale, zorder=3 + hollow,
                marker=_mark(index, style), markeredgewidth=(1.2 if hollow else 0.6) * style.scale, **look,
            )  # fmt: skip
    for index, name in enumerate(names[:MOST_NAMES]):
        entries.append((_sample(class_colour(index), class_colour(index), _mark(index, style), style), name))
    if len(names) > MOST_NAMES:
        more = tr("and {count} more", count=len(names) - MOST_NAMES)
        entries.append((_sample("none", "none", "o", style), more))
    if problem.held_out is not None:
        entries.append((_sample(style.ground, style.muted, "o", style), tr("held out")))
    return entries


def _mark(index: int, style: Style) -> str:
    return _MARKS[index % len(_MARKS)] if style.grey else "o"


def _sample(inside: str, edge: str, mark: str, style: Style) -> Any:
    from matplotlib.lines import Line2D

    return Line2D(
        [], [], linestyle="none", marker=mark, markerfacecolor=inside, markeredgecolor=edge,
        markersize=1.2 * _POINT * style.scale, markeredgewidth=1.2 * style.scale,
    )  # fmt: skip


def _name_axes(axes: Axes, problem: NetworkProblem, sets: list[Samples], style: Style) -> None:
    first, second = problem.data.feature_names[:2]
    axes.set_xlabel(first, parse_math=False)
    axes.set_ylabel(second, parse_math=False)
    drawn = sum(len(points) for points, _, _ in sets)
    count = len(problem.data) + (0 if problem.held_out is None else len(problem.held_out))
    if drawn < count:
        axes.annotate(
            tr("{drawn} of {count} samples are drawn.", drawn=drawn, count=count), (1, 0), (0, -3.1 * em(style)),
            xycoords="axes fraction", textcoords="offset points", ha="right", va="top", fontsize=0.85 * em(style),
            color=style.muted, annotation_clip=False,
        )  # fmt: skip
