"""Plots that fill their place in a figure with all that is written beside them; what all views share."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from gdsim.export.legend import Entry, shortened, write_legend

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure, SubFigure

    from gdsim.export.style import Style

Box = tuple[float, float, float, float]
"""Left, bottom, right and top, as shares of a figure."""

WHOLE: Box = (0.0, 0.0, 1.0, 1.0)

_GAP = 9.0


def em(style: Style) -> float:
    """Return the size of text in points."""
    return 12.0 * style.scale * style.type_scale


def pixels(figure: Figure | SubFigure, points: float) -> float:
    """Return how many pixels of ``figure`` so many points are."""
    return float(points * figure.dpi / 72.0)


def line_width(style: Style) -> float:
    """Return the width of a line in points, a little more beside large text."""
    return 1.5 * style.scale * math.sqrt(style.type_scale)


def mixed(ground: str, colour: str, share: float) -> str:
    """Return ``share`` of ``colour`` on ``ground``, all ``#rrggbb``."""
    pairs = ((int(ground[at : at + 2], 16), int(colour[at : at + 2], 16)) for at in (1, 3, 5))
    return "#" + "".join(f"{round(low + (high - low) * share):02x}" for low, high in pairs)


def text_width(text: str, points: float, bold: bool = False) -> float:
    """Return how wide plain text of a size is set, in points."""
    from matplotlib.font_manager import FontProperties
    from matplotlib.textpath import text_to_path

    font = FontProperties(size=points, weight="bold" if bold else "normal")
    return float(text_to_path.get_text_width_height_descent(text, font, False)[0])


def fitted(text: str, points: float, room: float) -> str:
    """Return ``text``, cut off with an ellipsis where it would be wider than ``room`` points."""
    if text_width(text, points) <= room:
        return text
    while text and text_width(text + "…", points) > room:
        text = text[:-1]
    return text.rstrip() + "…" if text else ""


def wrapped(text: str, points: float, room: float) -> str:
    """Return ``text`` in lines of at most ``room`` points, as far as its words are not longer."""
    lines = [""]
    for word in text.split():
        longer = f"{lines[-1]} {word}".strip()
        if text_width(longer, points) <= room or not lines[-1]:
            lines[-1] = longer
        else:
            lines.append(word)
    return "\n".join(lines)


def name_run(figure: Figure | SubFigure, label: str, style: Style) -> Box:
    """Write at the top whose numbers are shown, if there is anything to say; return what is left."""
    if not label:
        return WHOLE
    width, height = figure.bbox.size
    margin = pixels(figure, _GAP * style.scale)
    text = fitted(label, em(style), (width - 2 * margin) * 72 / figure.dpi)
    figure.text(margin / width, 1 - margin / height, text, va="top", color=style.text, parse_math=False)
    return 0.0, 0.0, 1.0, 1 - (margin + pixels(figure, em(style))) / height


def plain(axes: Axes, style: Style) -> None:
    """Leave the axes on the left and below, with a grid and whole words."""
    from matplotlib.ticker import AutoLocator, ScalarFormatter

    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(linewidth=0.6 * style.scale)
    axes.set_axisbelow(True)
    for axis in (axes.xaxis, axes.yaxis):
        formatter = ScalarFormatter(useOffset=False, useMathText=True)
        formatter.set_powerlimits((-3, 5))
        axis.set_major_formatter(formatter)
        axis.set_major_locator(AutoLocator())
        axis.get_offset_text().set_visible(False)


def legend_above(axes: Axes, named: Sequence[Entry], style: Style, raised: float = 0.0) -> None:
    """Write a legend above ``axes``, in as many columns as there is room for.

    Parameters
    ----------
    axes
        Whose width is the room.
    named
        Artists with their labels.
    style
        Its look.
    raised
        Points between the axes and the legend.
    """
    from matplotlib.transforms import ScaledTranslation

    figure = axes.figure
    size = 0.9 * em(style)
    room = max(float(axes.get_window_extent().width) * 72 / figure.dpi, 1.0)
    short = [(artist, fitted(shortened(label), size, max(room - 4.0 * size, 2.0 * size))) for artist, label in named]
    lift = ScaledTranslation(0, raised / 72, figure.dpi_scale_trans)
    write_legend(
        axes, short, loc="lower left", bbox_to_anchor=(0.0, 1.0), bbox_transform=axes.transAxes + lift,
        ncols=_columns([text_width(label, size) + 4.0 * size for _, label in short], room), frameon=False,
        fontsize=size, borderaxespad=0.15, borderpad=0.0, handlelength=2.2, columnspacing=1.2, handletextpad=0.5,
        labelspacing=0.25,
    )  # fmt: skip


def _columns(widths: Sequence[float], room: float) -> int:
    """Return in how many columns entries of these widths fit, which matplotlib fills one after the other."""
    for count in range(len(widths), 1, -1):
        # As matplotlib splits them: where they do not come out even, the first columns have one more.
        if sum(float(column.max()) for column in np.array_split(np.asarray(widths), count)) <= room:
            return count
    return 1


def settle(figure: Figure | SubFigure, rows: Sequence[Sequence[Axes | None]], style: Style, box: Box = WHOLE) -> None:
    """Place axes in a grid, each plot as large as what is written around it lets; columns and rows are aligned.

    Parameters
    ----------
    figure
        Where they stand.
    rows
        The axes row by row, all rows equally long; None leaves a place empty.
    style
        For the margins.
    box
        The part of the figure that they fill.
    """
    # The second time with the ticks that the sizes of the first bring about.
    for _ in range(2):
        around = _around(rows)
        _place(figure, rows, around, pixels(figure, _GAP * style.scale), box)


def _around(rows: Sequence[Sequence[Axes | None]]) -> np.ndarray[Any, Any]:
    """Return left, bottom, right and top pixels of what is written around each plot, shape ``(rows, columns, 4)``."""
    result = np.zeros((len(rows), len(rows[0]), 4))
    for place, row in enumerate(rows):
        for column, axes in enumerate(row):
            if axes is None:
                continue
            _say_power(axes)
            whole, plot = axes.get_tightbbox(), axes.get_window_extent()
            if whole is not None:
                result[place, column] = plot.x0 - whole.x0, plot.y0 - whole.y0, whole.x1 - plot.x1, whole.y1 - plot.y1
    return np.maximum(result, 0.0)


def _say_power(axes: Axes) -> None:
    """Write a power of ten that all ticks share behind the name of the axis, where nothing stands in its way."""
    for axis in (axes.xaxis, axes.yaxis):
        formatter = axis.get_major_formatter()
        formatter.set_locs(axis.get_majorticklocs().tolist())
        power = formatter.get_offset()
        name = axis.get_label_text().partition(" · ")[0]
        if power and name:
            axis.set_label_text(f"{name} · {power}")
            axis.label.set_parse_math(True)
        elif name:
            axis.set_label_text(name)


def _place(
    figure: Figure | SubFigure,
    rows: Sequence[Sequence[Axes | None]],
    around: np.ndarray[Any, Any],
    gap: float,
    box: Box,
) -> None:
    width, height = figure.bbox.size
    left, bottom, right, top = box[0] * width, box[1] * height, box[2] * width, box[3] * height
    beside, below = around.max(axis=0), around.max(axis=1)
    wide = max((right - left - gap - float((beside[:, 0] + beside[:, 2] + gap).sum())) / len(beside), gap)
    high = max((top - bottom - gap - float((below[:, 1] + below[:, 3] + gap).sum())) / len(below), gap)
    y = top
    for row, (_, under, _, above) in zip(rows, below.tolist(), strict=True):
        y -= gap + above + high
        x = left
        for axes, (before, _, after, _) in zip(row, beside.tolist(), strict=True):
            x += gap + before
            if axes is not None:
                axes.set_position((x / width, y / height, wide / width, high / height))
            x += wide + after
        y -= under
