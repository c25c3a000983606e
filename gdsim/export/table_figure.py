"""The tables of one parameter as heat maps: weights, gradient, the rule's state and the last update."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from gdsim.errors import InputError
from gdsim.export.contrast import contrast, luminance
from gdsim.export.diagram_figure import signed_colours
from gdsim.export.plot import em, fitted, mixed, name_run, pixels, text_width, wrapped
from gdsim.export.tensor_contents import Content, as_table, contents_of
from gdsim.i18n import tr

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.colors import Colormap
    from matplotlib.figure import Figure, SubFigure

    from gdsim.export.scenes import NetworkScene
    from gdsim.export.style import Style

_STRENGTH = {False: (0.62, 0.62), True: (0.5, 0.8)}
"""How much blue and vermilion the strongest cells have, on a light and on a dark ground, as in the window."""

MOST_VECTORS = 2500
"""Cells up to which a table is drawn cell by cell; a larger one is an image."""

_MOST_SIDE = 1024
_SMALLEST = 0.45
"""Size of the smallest numbers, against the usual text."""

_LEGIBLE = 6.5
"""The same in pixels."""

_WIDEST, _HIGHEST = 9.0, 3.6
"""Largest cells, in sizes of the text."""

_BESIDE, _ABOVE, _UNDER = 7.4, 3.6, 2.8
"""Room for the colours beside a table, for what is above it, and for the colours below a low one; likewise."""


@dataclass(frozen=True)
class _Room:
    """A place in pixels, y upwards."""

    left: float
    top: float
    width: float
    height: float


def draw_tables(figure: Figure | SubFigure, scene: NetworkScene, style: Style) -> None:
    """Draw the tables of the scene's parameter (the first if it names none) in the run in focus.

    Raises
    ------
    InputError
        If there is no such parameter.
    """
    run = scene.focused
    parameters = run.snapshot.now.parameters
    name = scene.parameter or next(iter(parameters))
    if name not in parameters:
        raise InputError(
            tr("There is no parameter {name}; there are {known}.", name=repr(name), known=", ".join(parameters))
        )
    top = name_run(figure, run.label if scene.race else "", style)[3]
    contents = contents_of(run.snapshot, name)
    shape = as_table(parameters[name]).shape
    width, height = figure.bbox.size
    text = pixels(figure, em(style))
    titles = [text_width(_title(content), 1.0) for content in contents]
    most = _largest(shape, max(titles))
    columns = _columns(titles, shape, width / text, top * height / text, most)
    rows = -(-len(contents) // columns)
    wide, high = min(width / columns, most[0] * text), min(top * height / rows, most[1] * text)
    left, upper = (width - columns * wide) / 2, top * height - (top * height - rows * high) / 2
    colours = _colours(style)
    for number, content in enumerate(contents):
        row, column = divmod(number, columns)
        room = _Room(left + wide * column, upper - high * row, wide, high)
        _Panel(figure, content, room, style, colours).draw()


def _is_low(shape: tuple[int, ...]) -> bool:
    return shape[0] <= 2


def _before(shape: tuple[int, ...]) -> float:
    """Return how wide the indices of rows are with what is free around them, in sizes of the text."""
    return 1.6 + 0.62 * len(str(shape[0] - 1))


def _largest(shape: tuple[int, ...], title: float) -> tuple[float, float]:
    """Return the room that a table takes with the largest cells, in sizes of the text."""
    beside, under = (1.0, _UNDER) if _is_low(shape) else (_BESIDE, 0.8)
    wide = _before(shape) + max(_WIDEST * shape[1], 12.0) + beside
    return max(wide, title + 2.0), _ABOVE + _HIGHEST * shape[0] + under


def _title(content: Content) -> str:
    """Return what stands above a table: which it is, and whether numbers of it are left out."""
    if content.array is None:
        return content.title
    table = as_table(content.array)
    left_out = math.prod(_strides(table.shape))
    return tr("{title}, one number in {count}", title=content.title, count=left_out) if left_out > 1 else content.title


def _strides(shape: tuple[int, ...]) -> list[int]:
    """Return which rows and columns are drawn: every first, second, .. one."""
    return [max(1, -(-length // _MOST_SIDE)) for length in shape]


def _columns(
    titles: list[float], shape: tuple[int, ...], width: float, height: float, most: tuple[float, float]
) -> int:
    """Return in how many columns tables of at most some room have the largest cells and room for their titles.

    All lengths are in sizes of the text.
    """
    count = len(titles)

    def size(columns: int) -> float:
        across = (width / columns - 8) / shape[1]
        down = (height / -(-count // columns) - 5) / shape[0]
        return min(across / 2.5, down, _HIGHEST)

    def strangeness(columns: int) -> float:
        rows = -(-count // columns)
        return abs(math.log((columns * most[0] / width) / (rows * most[1] / height)))

    # Where it makes no difference without empty places, then in the shape of the picture.
    fitting = [columns for columns in range(1, count + 1) if width / columns > max(titles) + 2]
    return max(
        fitting or [1], key=lambda columns: (round(size(columns), 3), -(-count % columns), -strangeness(columns))
    )


def _colours(style: Style) -> Colormap:
    """Return the colours of numbers from the lowest over 0 to the highest; in print their lightness grows."""
    from matplotlib import colormaps
    from matplotlib.colors import LinearSegmentedColormap

    if style.grey:
        return colormaps["cividis"].with_extremes(bad=style.error)
    low, high = (
        mixed(style.ground, colour, share)
        for colour, share in zip(signed_colours(style), _STRENGTH[style.dark], strict=True)
    )
    made = LinearSegmentedColormap.from_list("signed", [low, style.ground, high], 511)
    return made.with_extremes(bad=style.error)


class _Panel:
    """One table while it is drawn; lengths are pixels."""

    def __init__(
        self, figure: Figure | SubFigure, content: Content, room: _Room, style: Style, colours: Colormap
    ) -> None:
        self.figure, self.content, self.room, self.style, self.colours = figure, content, room, style, colours
        self.points = em(style)
        self.text = pixels(figure, self.points)

    def draw(self) -> None:
        array = self.content.array
        if array is None:
            self.write_title()
            self.write_advice()
            return
        table = as_table(array).astype(np.float64)
        rows, columns = table.shape
        sizes = np.abs(table[np.isfinite(table)])
        largest = float(sizes.max(initial=0.0))
        down, across = _strides(table.shape)
        self.write_title()
        axes, cell = self.place(rows, columns)
        mesh = self.draw_cells(axes, table[::down, ::across], largest, (rows, columns))
        self.mark_indices(axes, (rows, columns), cell)
        if table.size <= MOST_VECTORS:
            self.write_numbers(axes, table, largest, cell)
        self.draw_bar(axes, mesh, largest)

    def write_title(self) -> None:
        room = (self.room.width - 2 * self.text) * 72 / self.figure.dpi
        self.put(self.text, 1.15 * self.text, fitted(_title(self.content), self.points, room), color=self.style.text)

    def write_advice(self) -> None:
        room = (self.room.width - 2 * self.text) * 72 / self.figure.dpi
        advice = wrapped(self.content.advice, self.points, room)
        self.put(self.text, 2.5 * self.text, advice, color=self.style.muted, va="top")

    def put(self, x: float, down: float, text: str, **look: Any) -> None:
        width, height = self.figure.bbox.size
        x, y = self.room.left + x, self.room.top - down
        self.figure.text(x / width, y / height, text, parse_math=False, **({"va": "center"} | look))

    def place(self, rows: int, columns: int) -> tuple[Axes, tuple[float, float]]:
        """Return the axes of a table, as large as fits but for a few cells, and the size of a cell."""
        beside = self.text * _before((rows, columns))
        self.low = _is_low((rows, columns))
        wide = self.room.width - beside - self.text * (1.0 if self.low else _BESIDE)
        high = self.room.height - self.text * (_ABOVE + (_UNDER if self.low else 0.8))
        wide = max(min(wide, _WIDEST * self.text * columns), 4.0)
        high = max(min(high, _HIGHEST * self.text * rows), 4.0)
        if self.low:
            wide = max(wide, min(12 * self.text, self.room.width - beside - self.text))
        width, height = self.figure.bbox.size
        left, bottom = self.room.left + beside, self.room.top - _ABOVE * self.text - high
        axes = self.figure.add_axes((left / width, bottom / height, wide / width, high / height))
        return axes, (wide / columns, high / rows)

    def draw_cells(self, axes: Axes, drawn: NDArray[Any], largest: float, shape: tuple[int, int]) -> Any:
        rows, columns = shape
        shown = np.ma.masked_invalid(drawn)
        end = largest or 1.0
        look: dict[str, Any] = {"cmap": self.colours, "vmin": -end, "vmax": end}
        if rows * columns > MOST_VECTORS:
            mesh: Any = axes.imshow(
                shown, aspect="auto", interpolation="nearest", extent=(-0.5, columns - 0.5, rows - 0.5, -0.5), **look
            )
        else:
            edges = np.arange(columns + 1) - 0.5, np.arange(rows + 1) - 0.5
            mesh = axes.pcolormesh(
                *edges, shown, edgecolors=self.style.grid, linewidth=0.4 * self.style.scale, antialiased=True, **look
            )
            axes.set_xlim(-0.5, columns - 0.5)
            axes.set_ylim(rows - 0.5, -0.5)
        axes.spines[:].set_visible(False)
        return mesh

    def mark_indices(self, axes: Axes, shape: tuple[int, int], cell: tuple[float, float]) -> None:
        rows, columns = shape
        small = 0.85 * self.points
        wide = pixels(self.figure, text_width(str(columns - 1), small)) + 0.5 * self.text
        axes.set_xticks(_indices(columns, wide / cell[0]))
        axes.set_yticks(_indices(rows, 1.05 * self.text / cell[1]))
        axes.tick_params(
            labelsize=small, top=True, bottom=False, labeltop=True, labelbottom=False, length=0, pad=0.25 * self.points,
            labelcolor=self.style.muted,
        )  # fmt: skip

    def write_numbers(self, axes: Axes, table: NDArray[np.float64], largest: float, cell: tuple[float, float]) -> None:
        texts = [[number_text(value, largest) for value in row] for row in table.tolist()]
        widest = max((text for row in texts for text in row), key=len)
        usual = pixels(self.figure, text_width(widest, self.points))
        size = min(1.0, 0.88 * cell[0] / usual, 0.78 * cell[1] / self.text)
        if size < _SMALLEST or size * self.text < _LEGIBLE:
            return
        for row, line in enumerate(texts):
            for column, text in enumerate(line):
                axes.text(
                    column, row, text, ha="center", va="center_baseline", fontsize=size * self.points,
                    color=self.ink(float(table[row, column]), largest),
                )  # fmt: skip

    def ink(self, value: float, largest: float) -> str:
        """Return black or white, whichever stands out from a cell."""
        from matplotlib.colors import to_hex

        under = to_hex(self.colours((value / (largest or 1.0) + 1) / 2)) if math.isfinite(value) else self.style.error
        if contrast(self.style.text, under) >= 4.5:
            return self.style.text
        return "#ffffff" if luminance(under) < 0.18 else "#000000"

    def draw_bar(self, axes: Axes, mesh: Any, largest: float) -> None:
        """Draw what the colours mean, beside the table or below a low one."""
        width, height = self.figure.bbox.size
        box = axes.get_position()
        thick = 0.7 * self.text
        if self.low:
            place = (box.x0, box.y0 - 1.7 * thick / height, min(box.width, 12 * self.text / width), thick / height)
        else:
            place = (box.x1 + 1.2 * thick / width, box.y0, thick / width, box.height)
        bar = self.figure.colorbar(
            mesh, cax=self.figure.add_axes(place), orientation="horizontal" if self.low else "vertical",
            ticks=[-largest, 0, largest] if largest else [0],
        )  # fmt: skip
        # Matplotlib would make an image of it.
        solids: Any = bar.solids
        solids.set_rasterized(False)
        solids.set_edgecolor("face")
        bar.outline.set_visible(False)
        bar.ax.tick_params(labelsize=0.85 * self.points, length=0, pad=0.35 * self.points)
        number = number_text(largest, largest)
        bar.set_ticklabels([f"−{number}", "0", number] if largest else ["0"])
        ends = ("left", "center", "right") if self.low else ("bottom", "center", "top")
        labels = bar.ax.get_xticklabels() if self.low else bar.ax.get_yticklabels()
        for label, end in zip(labels, ends if largest else ("center",), strict=True):
            label.set(**{"ha" if self.low else "va": end})


def number_text(value: float, largest: float) -> str:
    """Return a number with so many decimals that ``largest`` has three digits; without the sign of a rounded 0."""
    if not math.isfinite(value):
        return str(value).replace("-", "−")
    decimals = max(0, 2 - math.floor(math.log10(largest))) if largest else 0
    if decimals > 5 or largest >= 1e5:
        text = f"{value:.1e}".replace("e-0", "e-").replace("e+0", "e") if value else "0"
    else:
        text = f"{round(value, decimals) + 0.0:.{decimals}f}"
    return text.replace("-", "−")


def _indices(count: int, room: float) -> NDArray[np.intp]:
    """Return the indices that are written where one takes the room of so many cells."""
    stride = next(s * 10**k for k in range(9) for s in (1, 2, 5) if s * 10**k >= room)
    return np.arange(0, count, stride)
