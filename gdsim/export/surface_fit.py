"""How large and where the box of a surface stands in a figure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from gdsim.export.plot import Box, pixels

if TYPE_CHECKING:
    from gdsim.export.style import Style
    from gdsim.simulation.surface_scenario import View

_BESIDE, _BELOW, _ABOVE = 46.0, 40.0, 8.0
"""Points that numbers and names of the axes take beside, below and above the box, with text of the usual size."""

_AROUND = np.arange(0.0, 360.0, 15.0)


def fit_box(axes: Any, room: Box, view: View, style: Style) -> None:
    """Let the box with its numbers fill ``room`` however it is turned, so that it keeps its size in an orbit.

    What a zoomed view shows of it is cut off at the edges of ``room``, also what is drawn later.
    """
    from matplotlib.ticker import MaxNLocator

    figure = axes.figure
    width, height = figure.bbox.size
    size = style.scale * style.type_scale
    beside, below, above = (pixels(figure, part * size) for part in (_BESIDE, _BELOW, _ABOVE))
    left, bottom, right, top = room[0] * width, room[1] * height, room[2] * width, room[3] * height
    low, high = _extent(axes, view)
    span = high - low
    side = max(min((right - left - 2 * beside) / span[0], (top - bottom - below - above) / span[1]), 0.3 * width)
    corner = (
        (left + right) / 2 - side * (low[0] + high[0]) / 2,
        (bottom + below + top - above) / 2 - side * (low[1] + high[1]) / 2,
    )
    axes.set_position((corner[0] / width, corner[1] / height, side / width, side / height))
    axes.set_box_aspect(None, zoom=view.zoom)
    count = int(np.clip(view.zoom * side / pixels(figure, 130 * size), 2, 5))
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_locator(MaxNLocator(count, steps=(1, 2, 2.5, 5, 10)))
    axes.patch.set_bounds(
        (left - corner[0]) / side, (bottom - corner[1]) / side, (right - left) / side, (top - bottom) / side
    )
    for artist in (*axes.lines, *axes.collections):
        artist.set_clip_path(axes.patch)
    if view.zoom > 1:
        _cut_axes_off(axes)


def _cut_axes_off(axes: Any) -> None:
    """Let walls, lines and numbers end where the patch of ``axes`` does; matplotlib draws them everywhere."""
    for axis in (axes.xaxis, axes.yaxis, axes.zaxis):
        ticks = axis.get_major_ticks(len(axis.get_majorticklocs()))
        parts = [part for tick in ticks for part in (tick.tick1line, tick.label1)]
        for artist in (axis.pane, axis.gridlines, axis.line, axis.label, *parts):
            artist.set_clip_path(axes.patch)
            artist.set_clip_on(True)


def _extent(axes: Any, view: View) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the lower left and upper right of the box, turned about its vertical axis, in sides of its square."""
    from matplotlib.transforms import Bbox

    ends = [axes.get_xlim(), axes.get_ylim(), axes.get_zlim()]
    corners = np.array([[x, y, z, 1.0] for x in ends[0] for y in ends[1] for z in ends[2]]).T
    plane = Bbox(axes.viewLim)
    points = []
    for azim in _AROUND:
        axes.view_init(elev=view.elev, azim=azim)
        x, y, _, distance = axes.get_proj() @ corners
        points.append(np.column_stack([x, y]) / distance[:, None])
    axes.view_init(elev=view.elev, azim=view.azim)
    flat = (np.concatenate(points) - plane.min) / plane.size
    return flat.min(axis=0), flat.max(axis=0)
