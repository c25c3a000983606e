"""A surface in three dimensions: its contours, the minima and the runs."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from gdsim.errors import InputError
from gdsim.export import run_look as looks
from gdsim.export.beside import place_beside
from gdsim.export.heights import log_height_ticks, write_powers
from gdsim.export.path import path_on_surface
from gdsim.export.scenes import RunScene, SurfaceScene
from gdsim.export.surface_fit import fit_box
from gdsim.export.surface_look import blended, colours_of, opacity_of
from gdsim.i18n import tr
from gdsim.problems.heights import HeightScale, height_scale
from gdsim.problems.mesh import Mesh

if TYPE_CHECKING:
    from matplotlib.figure import Figure, SubFigure

    from gdsim.export.style import Style

# matplotlib sorts whole objects by depth, which hides a path on a surface; here the order is given instead.
_FLOOR, _SURFACE, _LINES, _PATH, _MINIMA, _POINTS = 1, 2, 3, 5, 7, 8
_LEVELS = 14
_ASPECT = 1.05
"""Width to height of a surface's box with its numbers."""

_MOST = 1.2
"""How much larger than that it is from some sides."""


def draw_surface(figure: Figure | SubFigure, scene: SurfaceScene, style: Style) -> None:
    """Draw the surface with its runs as the whole of a figure.

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
    axes: Any = figure.add_axes((0.0, 0.0, 1.0, 1.0), projection="3d", computed_zorder=False)
    axes.patch.set_visible(False)
    axes.view_init(elev=view.elev, azim=view.azim)
    if _is_from_above(axes):
        axes.set_proj_type("ortho")  # or the floor with its numbers would lie behind the surface
    heights = height_scale(mesh.z, view.log_height)
    colours = colours_of(mesh, heights, view, style)
    _draw_surface(axes, scene, heights(mesh.z), colours, style)
    _draw_minima(axes, scene, heights, style)
    _name_axes(axes, scene, heights, colours.norm, style)
    shown = blended(colours, opacity_of(view, style), style)
    room = place_beside(
        axes, looks.surface_legend(scene, style), shown, heights, style, _ASPECT, _MOST if view.zoom <= 1 else math.inf
    )
    fit_box(axes, room, view, style)
    return axes


def draw_runs(axes: Any, scene: SurfaceScene, style: Style) -> list[Any]:
    """Draw the runs up to the scene's step into the axes of `draw_ground`, and return all that depends on the step."""
    heights = height_scale(scene.mesh.z, scene.scenario.view.log_height)
    # As in the window: of two runs at the same place the earlier one is seen.
    drawn = [artist for run in reversed(scene.shown) for artist in _draw_run(axes, run, scene, heights, style)]
    return drawn + looks.update_legend(axes, scene, style)


def _draw_surface(axes: Any, scene: SurfaceScene, z: NDArray[np.float64], colours: Any, style: Style) -> None:
    view, mesh, scale = scene.scenario.view, scene.mesh, style.scale
    x, y = np.meshgrid(mesh.x, mesh.y, indexing="ij")
    flat = not float(np.nanmax(z)) > float(np.nanmin(z))
    if view.floor_contours and not flat:
        look = {"colors": "#8c8c8c"} if style.grey else {"cmap": colours.cmap, "norm": colours.norm}
        lines = axes.contour(
            x, y, z, levels=_LEVELS, zdir="z", offset=colours.norm.vmin, linewidths=0.9 * scale, **look
        )
        lines.set_zorder(_FLOOR)
    surface = axes.plot_surface(
        x, y, z, rstride=1, cstride=1, cmap=colours.cmap, norm=colours.norm, shade=False,
        linewidth=max(0.5, 0.5 * scale), antialiased=True, zorder=_SURFACE,
    )  # fmt: skip
    surface.set_edgecolor("face")
    # Ten thousand translucent patches would show their seams: they are opaque, and the whole is made translucent.
    # In SVG and PDF the surface is an image for that reason; lines and words stay vectors.
    seen = (1.0, 1.0, 1.0, opacity_of(view, style))
    surface.set_agg_filter(lambda image, dpi: (image * seen, 0, 0))
    surface.set_rasterized(True)
    line = "#e8e8e8" if style.dark else "#222222"
    if view.wireframe:
        axes.plot_wireframe(x, y, z, rcount=25, ccount=25, color=line, alpha=0.5, linewidth=0.5 * scale, zorder=_LINES)
    if view.contours and not flat:
        lines = axes.contour(x, y, z, levels=_LEVELS, colors=line, linewidths=0.6 * scale, alpha=0.45)
        lines.set_zorder(_LINES)


def _limits(mesh: Mesh, heights: HeightScale) -> tuple[float, float]:
    """Return between which heights anything is drawn.

    A mesh rarely holds the very lowest point; what lies far below it (a pole) would leave the box.
    """
    z = heights(mesh.z)
    low, high = float(np.nanmin(z)), float(np.nanmax(z))
    margin = 0.02 * (high - low)
    return low - margin, high + margin


def _draw_run(axes: Any, run: RunScene, scene: SurfaceScene, heights: HeightScale, style: Style) -> list[Any]:
    look = looks.look_of(run, scene, style)
    domain = dict(scene.scenario.problem.domain)
    points = np.column_stack([run.column(name) for name in domain])
    path = path_on_surface(scene.formula, domain, points)
    for part in (path.curve, path.stops):
        part[:, 2] = np.clip(heights(part[:, 2]), *_limits(scene.mesh, heights))
    curve, stops, label = path.curve.T, path.stops.T, run.label if scene.race else "_nolegend_"
    # A line of the ground's colour below keeps the path apart from the surface.
    drawn = axes.plot(*curve, zorder=_PATH, **looks.halo_look(style))
    drawn += axes.plot(*curve, zorder=_PATH + 1, label=label, **looks.line_look(look, style))
    if looks.has_dots(scene, style):
        drawn += axes.plot(*stops, zorder=_PATH + 1, **looks.dot_look(look, scene, style))
    drawn += axes.plot(*stops[:, :1], zorder=_POINTS, label=tr("start"), **looks.start_look(style))
    label = "_nolegend_" if scene.race else looks.present_label(scene, style)
    drawn += axes.plot(*stops[:, -1:], zorder=_POINTS + 1, label=label, **looks.present_look(look, style))
    return list(drawn)


def _draw_minima(axes: Any, scene: SurfaceScene, heights: HeightScale, style: Style) -> None:
    minima = scene.minima
    if len(minima) == 0:
        return
    loss = scene.formula.evaluate(dict(zip(scene.mesh.names, minima.T, strict=True)))
    z = np.clip(heights(loss), *_limits(scene.mesh, heights))
    axes.plot(*minima.T, z, zorder=_MINIMA, label=looks.minima_label(scene), **looks.minimum_look(style))


def _name_axes(axes: Any, scene: SurfaceScene, heights: HeightScale, norm: Any, style: Style) -> None:
    mesh = scene.mesh
    axes.set_xlim(mesh.x[0], mesh.x[-1])
    axes.set_ylim(mesh.y[0], mesh.y[-1])
    axes.set_zlim(norm.vmin, norm.vmax)
    for axis in (axes.xaxis, axes.yaxis, axes.zaxis):
        axis.line.set_linewidth(0.8 * style.scale)
    # matplotlib adds 8 and 21 points to these distances, whatever the size of the text; they grow with the box.
    size = style.scale * style.type_scale / scene.scenario.view.zoom
    axes.tick_params(pad=13 * size - 8)
    pad = 31 * size - 21
    axes.set_xlabel(mesh.names[0], labelpad=pad, parse_math=False)
    axes.set_ylabel(mesh.names[1], labelpad=pad, parse_math=False)
    axes.zaxis.set_rotate_label(False)
    axes.set_zlabel(heights.title(), labelpad=pad, rotation=90)
    for axis in (axes.xaxis, axes.yaxis, axes.zaxis):
        write_powers(axis)
    if heights.logarithmic:
        places, labels = log_height_ticks(norm.vmin, norm.vmax)
        axes.set_zticks(places, labels)
    if _is_from_above(axes):
        axes.set_zticks([])
        axes.set_zlabel("")


def _is_from_above(axes: Any) -> bool:
    """Return whether all heights fall on about one place."""
    return abs(float(axes.elev)) > 85
