"""A computational graph drawn by matplotlib: boxes, wires, and what is written on them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from gdsim.export.graph_layout import (
    EM,
    LABEL_SIZE,
    PADDING,
    TITLE_SIZE,
    GraphLayout,
    Point,
    Rect,
    estimated_width,
)
from gdsim.export.graph_picture import BoxPicture, GraphPicture, WirePicture

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from gdsim.export.style import Style

Align: TypeAlias = Literal["left", "center"]


@dataclass(frozen=True)
class Colours:
    """What everything is drawn in, as in the window; ``dim`` is for what no gradient flows to."""

    ground: str
    text: str
    muted: str
    dim: str
    wire: str
    box: str
    leaf: str = "#009e73"
    gradient: str = "#d55e00"
    result: str = "#0072b2"
    error: str = "#c62828"


LIGHT = Colours("#ffffff", "#1a1a1a", "#666666", "#949494", "#4a4a4a", "#f7f7f8")
DARK = Colours(
    "#1e1f22", "#f0f0f0", "#a0a4aa", "#7a7d82", "#b8bbc0", "#292b2f", result="#56b4e9", error="#ff8a80",
)  # fmt: skip


def colours_of(style: Style) -> Colours:
    """Return the colours of a graph in a style; in print all text and lines have the contrast of text."""
    usual = DARK if style.dark else LIGHT
    colours = replace(usual, ground=style.ground, text=style.text, muted=style.muted, error=style.error)
    if style.grey:
        return replace(colours, dim="#757575", wire="#333333", box="#ffffff", gradient="#a34700", leaf="#00694c")
    return colours


_ROUND = 7.0
_ROWS = (18.0, 43.0, 67.0)
_THIN, _USUAL, _THICK = 1.0, 1.6, 3.2
_HEAD = (8.0, 4.2)
_SMALL = 0.78 * EM


class Drawer:
    """Draws a graph into axes whose unit is the layout's.

    Parameters
    ----------
    axes
        Where to draw.
    layout, picture
        Where everything is, and what.
    colours
        In which colours.
    points
        Points (a 72nd of an inch) a unit.
    """

    def __init__(self, axes: Axes, layout: GraphLayout, picture: GraphPicture, colours: Colours, points: float) -> None:
        self.axes, self.layout, self.picture, self.colours, self.points = axes, layout, picture, colours, points

    def draw(self) -> None:
        """Draw everything; what the last step worked on lies on top."""
        order = {"off": 0, "idle": 1, "cut": 2, "value": 3, "gradient": 4}
        for wire in sorted(self.picture.wires, key=lambda each: (each.current, order[each.flow])):
            self.draw_wire(wire)
        for box in self.picture.boxes:
            self.draw_box(box, self.layout.boxes[box.node])

    def draw_wire(self, wire: WirePicture) -> None:
        colour = self.wire_colour(wire)
        width = _THICK if wire.current else _USUAL if wire.flow in ("value", "gradient") else _THIN
        way = list(self.layout.wires[wire.edge])
        x, y = self.layout.labels[wire.edge]
        gap = self.write_label(wire, (x, y), self.layout.label_widths[wire.edge])
        if wire.flow == "cut":
            gap = 14.0
            for shift in (-4.0, 4.0):
                self.line([(x + shift - 3, y + 8), (x + shift + 3, y - 8)], colour, _USUAL)
        else:
            # The gradient comes back; the line itself ends inside the arrow head.
            end, direction = (0, -1.0) if wire.flow == "gradient" else (-1, 1.0)
            self.head(way[end], direction, colour, 1.25 if wire.current else 1.0)
            way[end] = (way[end][0] - direction * _HEAD[0] / 2, way[end][1])
        if gap:
            # The last piece, on which the label lies, is level.
            self.line([(x + gap / 2, y), way[-1]], colour, width)
            way[-3:] = [(x - gap / 2, y)] * 3
        self.curve(way, colour, width, wire.flow == "cut")

    def wire_colour(self, wire: WirePicture) -> str:
        if wire.flow == "gradient":
            return self.colours.gradient
        if wire.current:
            return self.colours.text
        return self.colours.wire if wire.flow == "value" else self.colours.dim

    def write_label(self, wire: WirePicture, place: Point, room: float) -> float:
        """Write local derivative, formula above number; return how wide a gap the wire needs, 0 for none."""
        if not wire.slope:
            return 0.0
        (x, y), colour, bold = place, self.colours.gradient, wire.current
        too_long = estimated_width(wire.formula) * LABEL_SIZE > 2 * room
        if too_long or not wire.formula:
            return self.write((x, y), wire.slope, LABEL_SIZE, colour, room, bold=bold) + 6
        fraction = r"\frac" in wire.formula
        # A fraction is set smaller than its size says, and is higher.
        size, above, below = (1.2 * LABEL_SIZE, 7, 13) if fraction else (LABEL_SIZE, 9, 9)
        first = self.write((x, y - above), wire.formula, size, colour, room, formula=True)
        return max(first, self.write((x, y + below), wire.slope, LABEL_SIZE, colour, room, bold=bold)) + 6

    def draw_box(self, box: BoxPicture, rect: Rect) -> None:
        colours = self.colours
        dim = self.picture.backward and not box.requires_grad
        text = colours.dim if dim else colours.text
        edge = {"input": colours.leaf, "operation": colours.muted, "result": colours.result}[box.role]
        if dim or (box.role == "operation" and not box.value):
            edge = colours.dim
        if box.current:
            edge = colours.gradient if self.picture.backward else colours.text
        if box.trouble:
            edge = colours.error
        heavy = box.current or box.trouble
        self.rounded(rect, edge, _THICK if heavy else _USUAL)
        middle = rect.x + rect.width / 2
        room = rect.width - 2 * PADDING + 2
        first, second, third = (rect.y + row for row in _ROWS)
        self.write((middle, first), box.title, TITLE_SIZE, text, room, formula=True)
        self.write((middle, second), box.value, EM, text, room)
        if box.grad:
            known = colours.muted if box.grad == "None" else colours.gradient
            self.write((middle, third), f".grad {box.grad}", _SMALL, known, room)
        else:
            self.write((middle, third), box.gradient, EM, colours.gradient, room, bold=box.current)
        if box.trouble:
            self.warn((rect.x + rect.width - 3, rect.y + 3))

    def rounded(self, rect: Rect, edge: str, width: float) -> None:
        from matplotlib.patches import FancyBboxPatch

        style: Any = f"round,pad=0,rounding_size={_ROUND}"
        self.axes.add_patch(
            FancyBboxPatch(
                (rect.x, rect.y),
                rect.width,
                rect.height,
                boxstyle=style,
                facecolor=self.colours.box,
                edgecolor=edge,
                linewidth=width * self.points,
                zorder=3,
            )
        )

    def warn(self, place: Point) -> None:
        """Draw a warning sign: a triangle with an exclamation mark."""
        from matplotlib.patches import Polygon

        x, y = place
        self.axes.add_patch(
            Polygon(
                [(x - 10, y + 8), (x, y - 10), (x + 10, y + 8)],
                facecolor=self.colours.error,
                edgecolor=self.colours.ground,
                linewidth=self.points,
                joinstyle="round",
                zorder=5,
            )
        )
        self.write((x, y + 1.5), "!", 0.8 * EM, self.colours.ground, EM, bold=True)

    def curve(self, points: Sequence[Point], colour: str, width: float, dashed: bool) -> None:
        from matplotlib.patches import PathPatch
        from matplotlib.path import Path

        path = Path(points, [Path.MOVETO, *[Path.CURVE4] * (len(points) - 1)])
        style: Any = (0, (4, 3)) if dashed else "-"
        self.axes.add_patch(
            PathPatch(path, fill=False, edgecolor=colour, linewidth=width * self.points, linestyle=style, zorder=1)
        )

    def line(self, points: Sequence[Point], colour: str, width: float) -> None:
        x, y = zip(*points, strict=True)
        self.axes.plot(x, y, color=colour, linewidth=width * self.points, solid_capstyle="butt", zorder=1)

    def head(self, tip: Point, direction: float, colour: str, size: float) -> None:
        from matplotlib.patches import Polygon

        (x, y), (length, half) = tip, _HEAD
        back = x - direction * length * size
        corners = [(x, y), (back, y - half * size), (back, y + half * size)]
        self.axes.add_patch(Polygon(corners, facecolor=colour, edgecolor="none", zorder=2))

    def write(
        self, place: Point, text: str, size: float, colour: str, room: float, formula: bool = False, bold: bool = False
    ) -> float:
        """Write one line about ``place``, smaller where it would be wider than ``room``; return its width."""
        if not text:
            return 0.0
        width = size * (estimated_width(text) if formula else text_width(text, bold))
        shrink = min(1.0, room / width)
        self.put(place, f"${text}$" if formula else text, size * shrink, colour, formula, bold, "center")
        return width * shrink

    def write_from(self, place: Point, text: str, size: float, colour: str, room: float, bold: bool = False) -> None:
        """Write words that begin at ``place``, smaller where they would be wider than ``room``."""
        shrink = min(1.0, room / (size * text_width(text, bold)))
        self.put(place, text, size * shrink, colour, False, bold, "left")

    def put(self, place: Point, text: str, size: float, colour: str, formula: bool, bold: bool, align: Align) -> None:
        self.axes.text(
            *place, text, fontsize=size * self.points, color=colour, ha=align, va="center", parse_math=formula,
            fontweight="bold" if bold else "normal", zorder=6,
        )  # fmt: skip


def text_width(text: str, bold: bool = False) -> float:
    """Return about how wide plain text is set, in units of its size."""
    return sum(_CHARACTERS.get(character, 0.62) for character in text) * (1.1 if bold else 1.0)


_CHARACTERS = {"−": 0.84, " ": 0.32, ".": 0.32, ",": 0.32, "·": 0.32, **dict.fromkeys("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", 0.42)}
