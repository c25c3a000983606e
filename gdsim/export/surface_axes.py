"""What stands in a surface's figure: the surface, its contours, the runs, the minima, colour bar and words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from gdsim.export.contrast import WHITE, readable
from gdsim.export.heights import log_height_ticks
from gdsim.export.path import path_on_surface
from gdsim.export.run_colours import labels as labels_of
from gdsim.export.run_colours import run_colour, worth_telling
from gdsim.export.runs import FinishedRun
from gdsim.formula import parse
from gdsim.i18n import tr
from gdsim.problems.heights import HeightScale, height_scale
from gdsim.problems.mesh import Mesh

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from gdsim.simulation.surface_scenario import SurfaceScenario

# Okabe and Ito's colours, as in the window: one colour for one thing.
MOVE, START, MINIMUM = "#000000", "#009e73", "#f0e442"

# matplotlib sorts whole objects by depth, which hides a path on a surface; here the order is given instead.
_FLOOR, _SURFACE, _LINES, _PATH, _POINTS = 1, 2, 3, 5, 7
_LEVELS = 14
_MOST_DOTS = 250
_MANY, _LONGEST = 10, 30
"""Runs from which on the legend has two columns, and characters of a label."""


def draw_scenario(figure: Figure, scenario: SurfaceScenario, mesh: Mesh, runs: list[FinishedRun], scale: float) -> None:
    """Draw all of a scenario's figure but hidden runs; ``scale`` multiplies line widths and markers."""
    from matplotlib import colormaps
    from matplotlib.colors import Normalize

    axes: Any = figure.add_subplot(projection="3d", computed_zorder=False)
    figure.subplots_adjust(left=0.02, right=0.86, bottom=0.07 if mesh.note else 0.04, top=0.9)
    heights = height_scale(mesh.z, scenario.view.log_height)
    z = heights(mesh.z)
    low, high = float(np.nanmin(z)), float(np.nanmax(z))
    norm = Normalize(low, high if high > low else low + 1.0)
    # A mesh rarely holds the very lowest point; what lies far below it (a pole) would leave the box.
    margin = 0.02 * (high - low)
    limits = (low - margin, high + margin)
    colormap = colormaps[scenario.view.colormap]
    axes.view_init(elev=scenario.view.elev, azim=scenario.view.azim)
    _draw_surface(axes, scenario, mesh, z, colormap, norm, scale)
    race = len(runs) > 1
    labels = labels_of([run.spec for run in runs]) if race else [""]
    shown = [(run, label) for run, label in zip(runs, labels, strict=True) if not run.spec.hidden]
    # As in the window: of two runs at the same place the earlier one is seen.
    lines = [_draw_run(axes, scenario, run, heights, limits, label, scale) for run, label in reversed(shown)]
    _draw_minima(axes, scenario, mesh, heights, limits, scale)
    _name_axes(axes, mesh, heights, norm, scale)
    _draw_colour_bar(figure, axes, scenario, heights, colormap, norm)
    _write_words(figure, scenario, mesh, [run for run, _ in shown])
    named = [(line, label) for line, (_, label) in zip(reversed(lines), shown, strict=True) if label]
    _write_legend(axes, named)


def _draw_surface(
    axes: Any, scenario: SurfaceScenario, mesh: Mesh, z: NDArray[np.float64], colormap: Any, norm: Any, scale: float
) -> None:
    view = scenario.view
    x, y = np.meshgrid(mesh.x, mesh.y, indexing="ij")
    flat = not float(np.nanmax(z)) > float(np.nanmin(z))
    if view.floor_contours and not flat:
        lines = axes.contour(
            x, y, z, levels=_LEVELS, zdir="z", offset=norm.vmin, cmap=colormap, norm=norm, linewidths=0.9 * scale
        )
        lines.set_zorder(_FLOOR)
    surface = axes.plot_surface(
        x, y, z, rstride=1, cstride=1, cmap=colormap, norm=norm, shade=False,
        linewidth=max(0.5, 0.5 * scale), antialiased=True, zorder=_SURFACE,
    )  # fmt: skip
    surface.set_edgecolor("face")
    # Ten thousand translucent patches would show their seams: they are opaque, and the whole is made translucent.
    # In SVG and PDF the surface is an image for that reason; lines and words stay vectors.
    surface.set_agg_filter(lambda image, dpi: (image * (1.0, 1.0, 1.0, view.opacity), 0, 0))
    surface.set_rasterized(True)
    if view.wireframe:
        axes.plot_wireframe(
            x, y, z, rcount=25, ccount=25, color="#333333", alpha=0.5, linewidth=0.5 * scale, zorder=_LINES
        )
    if view.contours and not flat:
        lines = axes.contour(x, y, z, levels=_LEVELS, colors="#222222", linewidths=0.6 * scale, alpha=0.45)
        lines.set_zorder(_LINES)


def _draw_run(
    axes: Any,
    scenario: SurfaceScenario,
    run: FinishedRun,
    heights: HeightScale,
    limits: tuple[float, float],
    label: str,
    scale: float,
) -> Any:
    """Draw a run, one of a race in its own colour where it has a ``label``; return its line."""
    history = run.runner.history
    colour = readable(run_colour(run.number, run.spec.colour), WHITE) if label else MOVE
    points = np.column_stack([history.column(name) for name in scenario.problem.domain])
    path = path_on_surface(parse(scenario.problem.formula), dict(scenario.problem.domain), points)
    for part in (path.curve, path.stops):
        part[:, 2] = np.clip(heights(part[:, 2]), *limits)
    # A white line below keeps the path apart from a dark surface.
    axes.plot(*path.curve.T, color="white", linewidth=3.6 * scale, alpha=0.8, zorder=_PATH)
    (line,) = axes.plot(*path.curve.T, color=colour, linewidth=2.0 * scale, zorder=_PATH + 1)
    point: dict[str, Any] = {"linestyle": "none", "markeredgecolor": "white", "markeredgewidth": 1.0 * scale}
    if len(points) <= _MOST_DOTS:
        axes.plot(*path.stops.T, marker="o", color=colour, markersize=3.6 * scale, linestyle="none", zorder=_PATH + 1)
    axes.plot(
        *path.stops[:1].T, marker="o", color=START, markersize=11 * scale, zorder=_POINTS, **point,
        label=tr("start"),
    )  # fmt: skip
    axes.plot(
        *path.stops[-1:].T, marker="o", color=colour, markersize=11 * scale, zorder=_POINTS + 1, **point,
        label="_nolegend_" if label else tr("step {step}", step=run.runner.step_count),
    )  # fmt: skip
    return line


def _draw_minima(
    axes: Any, scenario: SurfaceScenario, mesh: Mesh, heights: HeightScale, limits: tuple[float, float], scale: float
) -> None:
    from gdsim.problems.minima import find_minima

    formula = parse(scenario.problem.formula)
    minima = find_minima(mesh, formula)
    if len(minima) == 0:
        return
    loss = formula.evaluate(dict(zip(mesh.names, minima.T, strict=True)))
    axes.plot(
        *minima.T, np.clip(heights(loss), *limits), marker="*", markersize=15 * scale, color=MINIMUM,
        markeredgecolor="black", markeredgewidth=0.9 * scale, linestyle="none", zorder=_POINTS - 1,
        label=tr("minimum") if len(minima) == 1 else tr("minima"),
    )  # fmt: skip


def _name_axes(axes: Any, mesh: Mesh, heights: HeightScale, norm: Any, scale: float) -> None:
    from matplotlib.ticker import MaxNLocator

    axes.set_xlim(mesh.x[0], mesh.x[-1])
    axes.set_ylim(mesh.y[0], mesh.y[-1])
    axes.set_zlim(norm.vmin, norm.vmax)
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_locator(MaxNLocator(5, steps=(1, 2, 2.5, 5, 10)))
    # matplotlib adds 8 and 21 points to these distances, whatever the size of the text.
    axes.tick_params(pad=13 * scale - 8)
    pad = 31 * scale - 21
    axes.set_xlabel(mesh.names[0], labelpad=pad, parse_math=False)
    axes.set_ylabel(mesh.names[1], labelpad=pad, parse_math=False)
    axes.zaxis.set_rotate_label(False)
    axes.set_zlabel(heights.title(), labelpad=pad, rotation=90)
    if heights.logarithmic:
        places, labels = log_height_ticks(norm.vmin, norm.vmax)
        axes.set_zticks(places, labels)
    if abs(axes.elev) > 85:  # seen from above all heights fall on one place
        axes.set_zticks([])
        axes.set_zlabel("")


def _draw_colour_bar(
    figure: Figure, axes: Any, scenario: SurfaceScenario, heights: HeightScale, colormap: Any, norm: Any
) -> None:
    from matplotlib.cm import ScalarMappable

    colours = ScalarMappable(norm, colormap)
    place = figure.add_axes((0.9, 0.25, 0.018, 0.5))
    bar = figure.colorbar(colours, cax=place, alpha=scenario.view.opacity, label=heights.title())
    if heights.logarithmic:
        places, labels = log_height_ticks(norm.vmin, norm.vmax)
        bar.set_ticks(places, labels=labels)


def _write_words(figure: Figure, scenario: SurfaceScenario, mesh: Mesh, runs: list[FinishedRun]) -> None:
    figure.suptitle(scenario.title or scenario.problem.formula, fontsize="x-large", y=0.97, parse_math=False)
    if len(runs) == 1:
        now = runs[0].runner.snapshot().now
        told = worth_telling(runs[0].runner.rule, now.hyper)
        figure.text(
            0.5, 0.915,
            tr(
                "{optimizer}: {hyper}; step {step}, loss {loss}",
                optimizer=runs[0].label,
                hyper=", ".join(f"{name} {value:g}" for name, value in told.items()),
                step=now.step,
                loss=f"{now.loss:.6g}",
            ),
            ha="center", color="#555555", parse_math=False,
        )  # fmt: skip
    elif runs:
        step = max(run.runner.step_count for run in runs)
        words = tr("{count} runs, step {step}", count=len(runs), step=step)
        figure.text(0.5, 0.915, words, ha="center", color="#555555", parse_math=False)
    if mesh.note:
        figure.text(0.5, 0.012, mesh.note, ha="center", color="#c62828", fontsize="small", parse_math=False)


def _write_legend(axes: Any, named: list[tuple[Any, str]]) -> None:
    """Name the runs of a race and the marks; a label is written as it is, whatever matplotlib reads into it."""
    marks = dict(zip(*reversed(axes.get_legend_handles_labels()), strict=True))
    labels = [label if len(label) <= _LONGEST else label[: _LONGEST - 1] + "…" for _, label in named] + [*marks]
    handles = [line for line, _ in named] + [*marks.values()]
    if not handles:
        return
    many = len(named) > _MANY
    legend = axes.legend(
        handles, labels, loc="upper left", bbox_to_anchor=(0.02, 0.98), framealpha=0.85,
        ncols=2 if many else 1, fontsize="small" if many else None,
    )  # fmt: skip
    for text in legend.get_texts():
        text.set_parse_math(False)
