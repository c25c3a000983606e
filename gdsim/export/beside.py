"""What stands beside a surface or its map: the legend and the colour bar, where they cover nothing."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from gdsim.export.heights import log_height_ticks
from gdsim.export.legend import Entry, write_legend
from gdsim.export.plot import WHOLE, Box, em, pixels
from gdsim.problems.heights import HeightScale

if TYPE_CHECKING:
    from matplotlib.cm import ScalarMappable

    from gdsim.export.style import Style

_GAP = 10.0
_HIGHEST = 0.5
"""Share of the height that a legend in one column may take, and the colour bar."""

_INNER = 0.8
"""Share of a plot's height that its axes take, about."""


def place_beside(
    axes: Any, named: Sequence[Entry], colours: ScalarMappable, heights: HeightScale, style: Style, aspect: float,
    most: float = math.inf,
) -> Box:  # fmt: skip
    """Write legend and colour bar to the right of a plot, or the legend below it where that leaves it more room.

    Parameters
    ----------
    axes
        The plot, in a figure of its own.
    named
        What the legend names.
    colours, heights
        What the colour bar shows.
    style
        Its look; without legend the plot has the whole figure.
    aspect
        Width to height of the plot.
    most
        How many times as large, at most, as `aspect` lets it: in a wider or higher figure legend and colour bar stand
        close to it all the same.

    Returns
    -------
    Box
        What is left for the plot.
    """
    if not style.legend:
        return WHOLE
    figure = axes.figure
    width, height = figure.bbox.size
    gap = pixels(figure, _GAP * style.scale)
    bar, bar_width, around = _bar(axes, colours, heights, style)

    def legend(columns: int) -> tuple[Any, float, float]:
        written = write_legend(
            axes, list(named), ncols=columns, fontsize=0.9 * em(style), frameon=False, borderpad=0.0,
            borderaxespad=0.0, handlelength=2.6, labelspacing=0.4, loc="upper left",
            bbox_transform=figure.transSubfigure, bbox_to_anchor=(0.0, 1.0),
        )  # fmt: skip
        if written is None:
            return None, 0.0, 0.0
        written.set_in_layout(False)  # no part of what is written around the plot
        return (written, *written.get_window_extent().size)

    left, below = _narrowest(legend, _HIGHEST * height), _lowest(legend, width - 2 * gap)
    column = max(left[1], bar_width) + 2 * gap
    beside = min(width - column, aspect * height)
    under = min(width - bar_width - 2 * gap, aspect * (height - below[2] - gap))
    if beside >= under:
        legend(left[0])
        least = left[2] + 4 * gap + 6 * around  # for the legend and a colour bar below it
        idle = max(width - column - most * beside, 0.0) / 2
        spare = max(height - max(most * beside / aspect, least), 0.0) / 2
        x, y = width - column + gap - idle, height - gap - spare
        top = y - left[2] - 2 * gap
        room = (idle / width, spare / height, 1 - (column + idle) / width, 1 - spare / height)
    else:
        legend(below[0])
        idle = max(width - bar_width - 2 * gap - most * under, 0.0) / 2
        spare = max(height - below[2] - gap - most * under / aspect, 0.0) / 2
        x, y = (width - below[1]) / 2, below[2] + gap / 2 + spare
        top = height - gap - spare
        right = width - bar_width - 2 * gap - idle
        room = (idle / width, (below[2] + gap + spare) / height, right / width, 1 - spare / height)
    if axes.get_legend() is not None:
        axes.get_legend().set_bbox_to_anchor((x / width, y / height), figure.transSubfigure)
    bottom = room[1] * height + gap + around
    # Beside a plot that does not fill the height the bar is as high as its axes, without what is written around them.
    long = max(min(_HIGHEST * height, (_INNER if spare else 1.0) * (top - bottom)), gap)
    middle = min(max((bottom + top) / 2, height / 2), top - long / 2) if beside < under else bottom + long / 2
    bar.set_position(
        (room[2] + gap / width, (middle - long / 2) / height, 1.1 * pixels(figure, em(style)) / width, long / height)
    )
    return room


Legends = Callable[[int], tuple[Any, float, float]]


def _narrowest(legend: Legends, most: float) -> tuple[int, float, float]:
    """Return columns, width and height of the legend that is no higher than ``most`` pixels."""
    _, width, height = legend(1)
    columns = max(1, int(-(-height // most)))
    if columns > 1:
        _, width, height = legend(columns)
    return columns, width, height


def _lowest(legend: Legends, most: float) -> tuple[int, float, float]:
    """Return columns, width and height of the legend that is no wider than ``most`` pixels."""
    written, width, _ = legend(1)
    columns = min(int(most // max(width, 1.0)), len(written.get_texts()) if written else 1)
    # There is also room between the columns.
    for count in range(columns, 1, -1):
        _, wide, high = legend(count)
        if wide <= most:
            return count, wide, high
    return 1, *legend(1)[1:]


def _bar(axes: Any, colours: Any, heights: HeightScale, style: Style) -> tuple[Any, float, float]:
    """Return the axes of a colour bar, and in pixels how wide it is and how far its numbers reach beyond its ends."""
    figure = axes.figure
    thick = 1.1 * pixels(figure, em(style)) / figure.bbox.width
    place = figure.add_axes((0.5, 0.2, thick, 0.5))
    bar = figure.colorbar(colours, cax=place, label=heights.title())
    assert bar.solids is not None
    bar.solids.set_rasterized(False)  # vectors in SVG and PDF
    bar.solids.set_edgecolor("face")  # or seams show between its parts
    bar.outline.set_linewidth(0.6 * style.scale)
    if heights.logarithmic:
        ticks, labels = log_height_ticks(colours.norm.vmin, colours.norm.vmax)
        bar.set_ticks(ticks, labels=labels)
    whole, inner = place.get_tightbbox(), place.get_window_extent()
    assert whole is not None
    return place, float(whole.width), float(max(inner.y0 - whole.y0, 0.0))
