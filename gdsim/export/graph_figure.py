"""A computational graph at a step of its walk as a printed figure, by matplotlib; no display, no pyplot."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from gdsim.atomic import replacing
from gdsim.export.figure import drawing, new_figure, save
from gdsim.export.graph_drawing import DARK, LIGHT, Colours, Drawer
from gdsim.export.graph_layout import GraphLayout, lay_out
from gdsim.export.graph_picture import GraphPicture, graph_picture
from gdsim.i18n import tr
from gdsim.simulation.walk_words import step_words

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from gdsim.simulation.autograd_scenario import AutogradScenario
    from gdsim.simulation.walk import Walk

_NORMAL = 1.25
"""Pixels a unit: text is 20 pixels high."""

_SMALLEST, _LARGEST = 64, (7680, 4320)
_HEADER, _FOOTER, _LEAST_WIDTH = 58.0, 26.0, 420.0


def write_graph(
    scenario: AutogradScenario, target: Path, size: tuple[int, int] | None = None, step: int | None = None
) -> list[str]:
    """Draw the graph of ``scenario`` at a step of its walk, and write it to ``target``, whole or not at all.

    Parameters
    ----------
    scenario
        What to draw.
    target
        A file's name that ends in ``.png``, ``.svg`` or ``.pdf``. Equal scenarios give equal bytes.
    size
        Width and height in pixels, into the middle of which the graph is fitted; None: what the graph needs.
    step
        How many steps of the walk have been made; ``playback.steps`` when None.

    Returns
    -------
    list of str
        Sentences on calls that cannot be made, and on numbers that are not finite.

    Raises
    ------
    InputError
        If the walk has not so many steps, or the file cannot be written.
    """
    walk = scenario.walk()
    position = scenario.position(walk, step)
    write_graph_of(walk, position, target, size, title=scenario.title or scenario.subject)
    return scenario.notes(walk, position)


def write_graph_of(
    walk: Walk,
    position: int,
    target: Path,
    size: tuple[int, int] | None = None,
    ground: str = "light",
    digits: int = 4,
    title: str = "",
    dark: bool = False,
) -> None:
    """Draw the graph that ``walk`` goes over after ``position`` steps, and write it to ``target``.

    Parameters
    ----------
    walk, position
        What to draw.
    target, size
        See `write_graph`.
    ground
        ``light``, ``dark`` or ``transparent``.
    digits
        Decimals of numbers.
    title
        What is written above; the program's last line when empty.
    dark
        Whether a transparent picture is meant to lie on a dark ground.

    Raises
    ------
    InputError
        If the file cannot be written.
    """
    layout = lay_out(walk.graph)
    picture = graph_picture(walk, walk.state(position), digits)
    birth = walk.birth(position)
    words = Words(
        title or walk.graph.program.text.strip().split("\n")[-1].strip(),
        step_words(walk, position),
        walk.graph.program.result,
        birth.sentence if birth else "",
    )
    size = size or natural_size(layout)
    colours = DARK if ground == "dark" or (ground == "transparent" and dark) else LIGHT
    scale = min(size[0] / _whole(layout)[0], size[1] / _whole(layout)[1])
    with drawing(scale), replacing(target) as temporary:
        figure = new_figure(size)
        figure.patch.set_facecolor(colours.ground)
        figure.patch.set_alpha(0.0 if ground == "transparent" else 1.0)
        draw_graph(figure, layout, picture, colours, words)
        save(figure, temporary, tr("{title}, {words}", title=words.title, words=words.step))


@dataclass(frozen=True)
class Words:
    """What is written beside the graph.

    Attributes
    ----------
    title, step
        What it is, and where the walk stands.
    result
        Name of what is differentiated.
    trouble
        A sentence on the first number that is not finite; empty where all are.
    """

    title: str
    step: str
    result: str
    trouble: str


def natural_size(layout: GraphLayout) -> tuple[int, int]:
    """Return the pixels in which a graph is shown with text 20 pixels high, smaller where these are too many."""
    whole = _whole(layout)
    scale = min(_NORMAL, *(most / length for most, length in zip(_LARGEST, whole, strict=True)))
    width, height = (max(_SMALLEST, round(scale * length)) for length in whole)
    return width, height


def _whole(layout: GraphLayout) -> tuple[float, float]:
    """Return width and height of a graph with the words above and below it, in the layout's unit."""
    return max(layout.width, _LEAST_WIDTH), layout.height + _HEADER + _FOOTER


def draw_graph(figure: Figure, layout: GraphLayout, picture: GraphPicture, colours: Colours, words: Words) -> None:
    """Draw a graph and its words as large as ``figure`` lets, into its middle."""
    pixels = figure.bbox.size
    width, height = _whole(layout)
    scale = min(pixels[0] / width, pixels[1] / height)
    left = (layout.width - pixels[0] / scale) / 2
    top = (height - pixels[1] / scale) / 2 - _HEADER
    axes = figure.add_axes((0.0, 0.0, 1.0, 1.0), frameon=False)
    axes.set_axis_off()
    axes.set_xlim(left, left + pixels[0] / scale)
    axes.set_ylim(top + pixels[1] / scale, top)
    Drawer(axes, layout, picture, colours, scale * 72 / figure.dpi).draw()
    _write_words(axes, layout, picture, colours, words, scale * 72 / figure.dpi)


def _write_words(
    axes: Axes, layout: GraphLayout, picture: GraphPicture, colours: Colours, words: Words, points: float
) -> None:
    width = _whole(layout)[0] - 24
    x = (layout.width - width) / 2
    drawer = Drawer(axes, layout, picture, colours, points)
    drawer.write_from((x, -36.0), words.title, 19.0, colours.text, width, bold=True)
    drawer.write_from((x, -11.0), words.step, 15.0, colours.muted, width)
    below = layout.height + 9
    if words.trouble:
        drawer.write_from((x, below), words.trouble, 14.0, colours.error, width)
    elif picture.backward:
        text = tr("In colour: gradients of {result}; on the wires the local derivatives.", result=words.result)
        drawer.write_from((x, below), text, 13.0, colours.gradient, width)
