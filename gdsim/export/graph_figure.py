"""A computational graph at a step of its walk as a figure, by matplotlib."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gdsim.export.graph_drawing import Drawer, colours_of
from gdsim.export.graph_layout import GraphLayout, lay_out
from gdsim.export.graph_picture import graph_picture
from gdsim.i18n import tr
from gdsim.simulation.picture_spec import LARGEST, SMALLEST, Size

if TYPE_CHECKING:
    from matplotlib.figure import Figure, SubFigure

    from gdsim.export.scenes import GraphScene
    from gdsim.export.style import Style

_NORMAL = 1.25
"""Pixels a unit: text is 20 pixels high."""

_HEADER, _FOOTER, _LEAST_WIDTH = 58.0, 26.0, 420.0
"""What title and step take above a graph, and the words below it, in the layout's unit; and what these need across."""

_DIGITS = 4


def natural_size(layout: GraphLayout) -> Size:
    """Return the pixels in which a graph is shown with text 20 pixels high, smaller where these are too many.

    Title and step have room above it.
    """
    whole = max(layout.width, _LEAST_WIDTH), layout.height + _HEADER + _FOOTER
    scale = min(_NORMAL, *(most / length for most, length in zip(LARGEST, whole, strict=True)))
    width, height = (max(least, round(scale * length)) for least, length in zip(SMALLEST, whole, strict=True))
    return width, height


def draw_graph_scene(figure: Figure | SubFigure, scene: GraphScene, style: Style) -> None:
    """Draw a graph at a step as large as ``figure`` lets, into its middle, with what there is to say below it.

    Its text is as large as its boxes are, whatever the style says.
    """
    layout = lay_out(scene.walk.graph)
    picture = graph_picture(scene.walk, scene.walk.state(scene.step), _DIGITS)
    across, down = figure.bbox.size
    width, height = max(layout.width, _LEAST_WIDTH), layout.height + _FOOTER
    scale = min(across / width, down / height)
    left = (layout.width - across / scale) / 2
    top = (height - down / scale) / 2
    axes = figure.add_axes((0.0, 0.0, 1.0, 1.0), frameon=False)
    axes.set_axis_off()
    axes.set_xlim(left, left + across / scale)
    axes.set_ylim(top + down / scale, top)
    drawer = Drawer(axes, layout, picture, colours_of(style), scale * 72 / figure.dpi)
    drawer.draw()
    place, room = ((layout.width - width) / 2 + 12, layout.height + 9), width - 24
    birth = scene.walk.birth(scene.step)
    if birth:
        drawer.write_from(place, birth.sentence, 14.0, drawer.colours.error, room)
    elif picture.backward:
        result = scene.walk.graph.program.result
        text = (
            tr("Below the values: gradients of {result}; on the wires the local derivatives.", result=result)
            if style.grey
            else tr("In colour: gradients of {result}; on the wires the local derivatives.", result=result)
        )
        drawer.write_from(place, text, 13.0, drawer.colours.gradient, room)
