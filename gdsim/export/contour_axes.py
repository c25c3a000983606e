"""A surface from above: filled levels with their numbers, the minima and the runs."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from gdsim.errors import InputError
from gdsim.export import run_look as looks
from gdsim.export.beside import place_beside
from gdsim.export.contrast import contrast
from gdsim.export.plot import em, settle
from gdsim.export.scenes import RunScene, SurfaceScene
from gdsim.export.surface_look import colours_of
from gdsim.i18n import tr
from gdsim.problems.contour_levels import Levels, choose_levels
from gdsim.problems.heights import height_scale
from gdsim.problems.mesh import Mesh

if TYPE_CHECKING:
    from matplotlib.figure import Figure, SubFigure

    from gdsim.export.style import Style

_BANDS, _LINES, _PATH, _MINIMA, _POINTS = 1, 2, 3, 5, 6


def draw_contour(figure: Figure | SubFigure, scene: SurfaceScene, style: Style) -> None:
    """Draw the contour map with the runs as the whole of a figure.

    Raises
    ------
    InputError
        If the loss is finite nowhere.
    """
    draw_runs(draw_ground(figure, scene, style), scene, style)


def draw_ground(figure: Figure | SubFigure, scene: SurfaceScene, style: Style) -> Any:
    """Draw what is the same at every step, and return the axes.

    Raises
    ------
    InputError
        If the loss is finite nowhere.
    """
    mesh, view = scene.mesh, scene.scenario.view
    if not np.isfinite(mesh.z).any():
        raise InputError(mesh.note)
    axes = figure.add_axes((0.1, 0.1, 0.8, 0.8))
    heights = height_scale(mesh.z, view.log_height)
    colours = colours_of(mesh, heights, view, style)
    axes.set_xlim(mesh.x[0], mesh.x[-1])
    axes.set_ylim(mesh.y[0], mesh.y[-1])
    axes.set_xlabel(mesh.names[0], parse_math=False)
    axes.set_ylabel(mesh.names[1], parse_math=False)
    square = _is_square(mesh)
    room = place_beside(
        axes, looks.surface_legend(scene, style), colours, heights, style, 1.0, 1.0 if square else math.inf
    )
    settle(figure, [[axes]], style, room)
    if square:  # circles are round, and gradients stand at right angles to lines
        axes.set_aspect("equal")
    _draw_levels(axes, mesh, choose_levels(mesh.z, view.log_height), colours.cmap, style)
    if len(scene.minima):
        axes.plot(*scene.minima.T, zorder=_MINIMA, label=looks.minima_label(scene), **looks.minimum_look(style))
    return axes


def draw_runs(axes: Any, scene: SurfaceScene, style: Style) -> list[Any]:
    """Draw the runs up to the scene's step into the axes of `draw_ground`, and return all that depends on the step."""
    # As in the window: of two runs at the same place the earlier one is seen.
    drawn = [artist for run in reversed(scene.shown) for artist in _draw_run(axes, run, scene, style)]
    return drawn + looks.update_legend(axes, scene, style)


def _is_square(mesh: Mesh) -> bool:
    return abs(float((mesh.x[-1] - mesh.x[0]) / (mesh.y[-1] - mesh.y[0])) - 1) < 1e-9


def _draw_levels(axes: Any, mesh: Mesh, levels: Levels, colormap: Any, style: Style) -> None:
    # Numbers near the limits of doubles overflow inside matplotlib's contours.
    big = float(np.nanmax(np.abs(mesh.z)))
    unit = big if not 1e-290 < big < 1e290 else 1.0
    values = levels.values / unit
    edges = np.concatenate(([levels.low], levels.values, [levels.high]))
    fractions = levels.fraction(edges)
    bands = colormap((fractions[:-1] + fractions[1:]) / 2)
    if len(values) == 0:
        axes.set_facecolor(bands[0])
        return
    z = mesh.z.T / unit
    edges = np.concatenate(([-np.inf], values, [np.inf]))
    filled = axes.contourf(mesh.x, mesh.y, z, levels=edges, colors=list(bands), zorder=_BANDS)
    # The neighbours of a band overlap it a little, or seams show between them.
    filled.set_edgecolor("face")
    filled.set_linewidth(0.3 * style.scale)
    inks = [_ink(colour) for colour in colormap(levels.fraction(levels.values))]
    lines = axes.contour(
        mesh.x, mesh.y, z, levels=values, colors=inks, linewidths=0.6 * style.scale, alpha=0.6,
        zorder=_LINES,
    )  # fmt: skip
    texts = {value: f"{level:g}" for value, level in zip(lines.levels, levels.values, strict=True)}
    for text in axes.clabel(lines, inline=True, inline_spacing=2, fmt=texts, fontsize=0.7 * em(style), colors=inks):
        text.set_parse_math(False)
        text.set_clip_on(True)
        text.set_alpha(1.0)


def _ink(colour: Any) -> str:
    """Return black or white, whichever is read on a band of this colour."""
    from matplotlib.colors import to_hex

    ground = to_hex(colour)
    return max("#000000", "#ffffff", key=lambda ink: contrast(ink, ground))


def _draw_run(axes: Any, run: RunScene, scene: SurfaceScene, style: Style) -> list[Any]:
    look = looks.look_of(run, scene, style)
    points = np.column_stack([run.column(name) for name in scene.mesh.names])
    # Far beyond the domain numbers overflow on their way to pixels.
    points = np.where(np.abs(points) < 1e100, points, np.nan).T
    label = run.label if scene.race else "_nolegend_"
    drawn = axes.plot(*points, zorder=_PATH, **looks.halo_look(style))
    drawn += axes.plot(*points, zorder=_PATH + 1, label=label, **looks.line_look(look, style))
    if looks.has_dots(scene, style):
        drawn += axes.plot(*points, zorder=_PATH + 1, **looks.dot_look(look, scene, style))
    drawn += axes.plot(*points[:, :1], zorder=_POINTS, label=tr("start"), clip_on=False, **looks.start_look(style))
    label = "_nolegend_" if scene.race else looks.present_label(scene, style)
    present = looks.present_look(look, style) | {"clip_on": not _inside(points[:, -1], scene.mesh)}
    drawn += axes.plot(*points[:, -1:], zorder=_POINTS + 1, label=label, **present)
    return list(drawn)


def _inside(point: NDArray[np.float64], mesh: Mesh) -> bool:
    return bool(mesh.x[0] <= point[0] <= mesh.x[-1] and mesh.y[0] <= point[1] <= mesh.y[-1])
