"""The result of a program against one of its leaves as a figure, with the tangent at the present value."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gdsim.export.curves import GRADIENT
from gdsim.export.diagram_figure import signed_colours
from gdsim.export.plot import em, fitted, line_width, pixels, plain, settle, wrapped
from gdsim.export.run_look import DASHES
from gdsim.export.tangent_curve import slice_words, tangent_curve
from gdsim.simulation.tangent import slice_of

if TYPE_CHECKING:
    from matplotlib.figure import Figure, SubFigure

    from gdsim.export.scenes import GraphScene
    from gdsim.export.style import Style


def draw_tangent(figure: Figure | SubFigure, scene: GraphScene, style: Style) -> None:
    """Draw the result over the leaf that the scenario follows, with the point and the tangent there."""
    scenario, walk = scene.scenario, scene.walk
    leaf, value = scenario.followed, walk.leaves[scenario.followed]
    ends = scenario.problem.leaf[leaf].range
    found = slice_of(walk.graph, walk.leaves, leaf, min(ends[0], value), max(ends[1], value))
    drawn = tangent_curve(found)
    axes = figure.add_subplot()
    plain(axes, style)
    width = line_width(style) * 1.2
    axes.axvline(drawn.at, color=style.muted, linewidth=0.5 * width, linestyle=(0, (4, 3)), zorder=2)
    axes.plot(*drawn.curve, color=style.text, linewidth=width, zorder=3)
    dashes = DASHES[1] if style.grey else "-"
    axes.plot(*drawn.tangent, color=GRADIENT, linewidth=width, linestyle=dashes, zorder=4)
    if drawn.seen:
        axes.plot(
            [found.at], [found.value], linestyle="none", marker="o", color=signed_colours(style)[0], zorder=5,
            markersize=6 * width, markeredgecolor=style.ground, markeredgewidth=0.8 * width,
        )  # fmt: skip
    axes.set_xlim(drawn.across)
    axes.set_ylim(drawn.up)
    axes.set_xlabel(found.leaf, parse_math=False)
    axes.set_ylabel(found.result, parse_math=False)
    size = em(style)
    room = (figure.bbox.width - 2 * pixels(figure, size)) * 72 / figure.dpi
    words = fitted(slice_words(found), size, 0.85 * room)
    colour = style.text if found.slope is None else GRADIENT
    axes.set_title(words, loc="left", fontsize=size, color=colour, pad=0.4 * size, parse_math=False)
    bottom = 0.0
    if drawn.note:
        note = wrapped(drawn.note, 0.9 * size, room)
        margin = pixels(figure, 0.5 * size) / figure.bbox.height
        figure.text(
            0.5, margin, note, ha="center", va="bottom", fontsize=0.9 * size, color=style.muted, parse_math=False
        )
        bottom = margin + pixels(figure, 1.2 * size * (note.count("\n") + 1)) / figure.bbox.height
    settle(figure, [[axes]], style, (0.0, bottom, 1.0, 1.0))
