"""How weights and gradients are spread at a step, as histograms: a pair of them for each parameter."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from gdsim.export.curves import GRADIENT
from gdsim.export.diagram_figure import signed_colours
from gdsim.export.plot import em, fitted, line_width, name_run, pixels, plain, settle, text_width
from gdsim.simulation.distributions import Distribution, distribution

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure, SubFigure

    from gdsim.export.scenes import NetworkScene
    from gdsim.export.style import Style

_SHAPE = 1.7
"""Width of a plot to its height that reads best."""

_FAR = 10.0
"""How many times as wide as usual the numbers of a step may be spread to be within the axis of other steps."""

_SMALLEST = 0.65
"""Size of the smallest titles against the usual."""

_NARROWEST = 1 / 300
"""Width of a bar, as a share of the axis."""


def draw_histograms(figure: Figure | SubFigure, scene: NetworkScene, style: Style) -> None:
    """Draw the weights and beside them the gradient of each parameter of the run in focus, at the scene's step.

    In films and strips the axes hold what was kept of the whole run, so that they do not jump.
    """
    run = scene.focused
    box = name_run(figure, run.label if scene.race else "", style)
    snapshot = run.snapshot
    # Of a strip the sheet makes the legend.
    still = style.legend and not scene.moving
    names = list(snapshot.now.parameters)
    width, height = figure.bbox.size[0], figure.bbox.size[1] * box[3]
    pairs = _pairs(len(names), width / height)
    count = -(-len(names) // pairs)
    grid: Any = figure.add_gridspec(count, 2 * pairs)
    rows: list[list[Axes | None]] = [[None] * (2 * pairs) for _ in range(count)]
    points = 0.9 * em(style)
    room = (width / (2 * pairs) - pixels(figure, 4 * points)) * 72 / figure.dpi
    for number, name in enumerate(names):
        row, pair = number % count, number // count
        both = (
            ("parameter", name, snapshot.now.parameters[name], signed_colours(style)[0]),
            ("gradient", f"{name}.grad", snapshot.now.gradient[name], GRADIENT),
        )
        for side, (kind, title, values, colour) in enumerate(both):
            panel = figure.add_subplot(grid[row, 2 * pair + side])
            rows[row][2 * pair + side] = panel
            now = distribution(run.step, values)
            kept = snapshot.distributions.get(kind, {}).get(name, ())
            _draw(panel, now, () if still else kept, colour, style)
            power = _power(panel)
            panel.set_title(power, loc="right", fontsize=0.85 * points, pad=0.3 * points, color=style.muted)
            text, size = _shown_title(title, points, room - (2.8 * points if power else 0))
            panel.set_title(text, loc="left", fontsize=size, pad=0.3 * points, color=style.text, parse_math=False)
    settle(figure, rows, style, box)


def _power(panel: Axes) -> str:
    """Return the power of ten that the marks on the horizontal axis share, empty for 1."""
    formatter = panel.xaxis.get_major_formatter()
    formatter.set_locs(panel.xaxis.get_majorticklocs().tolist())
    return formatter.get_offset()


def _shown_title(title: str, points: float, room: float) -> tuple[str, float]:
    """Return the name of a tensor and the size of its text so that it fits; its end says which tensor it is."""
    size = points * min(1.0, max(room / text_width(title, points), _SMALLEST))
    if text_width(title, size) <= room:
        return title, size
    kind = ".grad" if title.endswith(".grad") else ""
    return fitted(title.removesuffix(kind), size, room - text_width(kind, size)) + kind, size


def _pairs(count: int, aspect: float) -> int:
    """Return beside how many others a pair of plots comes out largest."""

    def usable(pairs: int) -> float:
        return min(aspect / (2 * pairs) / _SHAPE, 1 / math.ceil(count / pairs))

    return max(range(1, count + 1), key=usable)


def _draw(panel: Axes, now: Distribution, kept: Sequence[Distribution], colour: str, style: Style) -> None:
    from matplotlib.ticker import MaxNLocator, StrMethodFormatter

    plain(panel, style)
    panel.yaxis.set_major_formatter(StrMethodFormatter("{x:.0f}"))
    low, high, top = _reach(now, kept)
    counts, edges = _bars(now, high - low)
    panel.set_xlim(low, high)
    panel.set_ylim(0, 1.05 * max(top, float(counts.max())))
    panel.stairs(counts, edges, fill=True, color=colour, linewidth=0)
    if low < 0 < high:
        panel.axvline(0, color=style.muted, linewidth=0.5 * line_width(style), zorder=1.2)
    panel.tick_params(labelsize=0.85 * em(style))
    panel.xaxis.set_major_locator(MaxNLocator(4, steps=[1, 2, 5, 10]))
    panel.yaxis.set_major_locator(MaxNLocator(3, steps=[1, 2, 5, 10], integer=True))
    panel.grid(visible=False, axis="x")


def _bars(now: Distribution, span: float) -> tuple[NDArray[Any], NDArray[np.float64]]:
    """Return counts and edges; numbers that are all the same are one narrow bar."""
    counts = now.counts
    if not now.low < now.high:
        return counts.sum(keepdims=True), now.low + np.array((-0.01, 0.01)) * span
    # Bars so narrow that they would not be seen are taken together.
    while len(counts) > 1 and now.high - now.low < len(counts) * span * _NARROWEST:
        counts = counts.reshape(-1, 2).sum(axis=1)
    return counts, np.linspace(now.low, now.high, len(counts) + 1)


def _reach(now: Distribution, kept: Sequence[Distribution]) -> tuple[float, float, float]:
    """Return the ends of the values and the highest count of a run, without the steps at which it goes astray."""
    filled = [each for each in kept if each.counts.any()]
    spans = [each.high - each.low for each in filled]
    most = _FAR * float(np.median(spans)) if spans else 0.0
    usual = [now, *(each for each, span in zip(filled, spans, strict=True) if span <= most)]
    low, high = min(each.low for each in usual), max(each.high for each in usual)
    margin = 0.03 * (high - low) or abs(low) / 10 or 0.5
    alike = [each.counts.max() for each in usual if each.high > each.low] or [now.counts.sum()]
    return low - margin, high + margin, max(1.0, float(max(alike)))
