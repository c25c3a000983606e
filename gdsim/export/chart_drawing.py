"""Charts over the steps of runs, drawn by matplotlib: what is past strongly, what is to come faintly."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from gdsim.export.plot import em, legend_above, line_width, mixed, pixels, plain, settle, text_width
from gdsim.export.run_colours import letter
from gdsim.export.run_lines import FAR, Floats, has_logarithms
from gdsim.export.run_look import DASHES, RunLook, look_of
from gdsim.i18n import tr
from gdsim.optimizers import rule_named

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure, SubFigure

    from gdsim.export.legend import Entry
    from gdsim.export.scenes import RunScene, RunsScene
    from gdsim.export.style import Style

_FARTHEST = 1e100
_BEYOND = 1e4
"""How many heights of a linear axis a line is followed beyond it."""

_MOST_SHARED = 3
"""Names in a legend up to which the sheet has room for it, beside those of runs."""


@dataclass(frozen=True, eq=False)
class Line:
    """One quantity of one run.

    Attributes
    ----------
    label
        In the legend; empty for none.
    values
        After 0, 1, .. updates, also later than the scene's step; ``nan`` where it is not known.
    step
        Where the run stands.
    look
        Colour, dashes, and marks on the line; without a marker there are none.
    held_out
        Whether it is of samples held out, which is known at some steps only.
    stopped
        Whether the run diverged at the end.
    lost
        Whether it would flatten the others: it is drawn as far as their axis and leaves it at its edge.
    """

    label: str
    values: Floats
    step: int
    look: RunLook
    held_out: bool = False
    stopped: bool = False
    lost: bool = False


@dataclass(frozen=True, eq=False)
class Chart:
    """One quantity of all runs.

    Attributes
    ----------
    name
        Of the vertical axis.
    lines
        From the lowest to the uppermost; of a race from the uppermost to the lowest.
    logarithmic
        Whether its heights are logarithms, where there are enough of them.
    shares
        Whether the values are shares of 1.
    """

    name: str
    lines: list[Line]
    logarithmic: bool = False
    shares: bool = False


def draw_charts(figure: Figure | SubFigure, scene: RunsScene, charts: list[Chart], style: Style) -> None:
    """Draw charts one below the other that share the steps."""
    grid: Any = figure.add_gridspec(len(charts), 1)
    panels: list[Axes] = []
    for number in range(len(charts)):
        panels.append(figure.add_subplot(grid[number, 0], sharex=panels[0] if panels else None))
    for panel, chart in zip(panels, charts, strict=True):
        _draw_chart(panel, scene, chart, style)
        panel.tick_params(labelbottom=panel is panels[-1])
    _fit_steps(panels[-1], scene)
    figure.align_ylabels(panels)
    rows = [[panel] for panel in panels]
    settle(figure, rows, style)
    lifted = _mark_changes(panels, scene, style)
    _write_legends(panels, scene, charts, style, lifted)
    settle(figure, rows, style)


def _draw_chart(panel: Axes, scene: RunsScene, chart: Chart, style: Style) -> None:
    plain(panel, style)
    values = _within_reach(chart)
    finite = values[np.isfinite(values)]
    logarithmic = chart.logarithmic and has_logarithms(finite.size, int((finite > 0).sum()))
    if logarithmic:
        panel.set_yscale("log", nonpositive="mask")
        finite = finite[finite > 0]
    if finite.size and any(line.lost for line in chart.lines):
        # As large as matplotlib would make it of these alone; of logarithms a decade more, to see the others go.
        top = finite.max() * (FAR if logarithmic else 1.0)
        panel.update_datalim([(0.0, finite.min()), (0.0, top)], updatex=False)
        panel.autoscale_view(scalex=False)
        panel.set_autoscaley_on(False)
    for number, line in enumerate(chart.lines):
        # As in the window: of two runs at the same place the earlier one is seen.
        height = 2.5 + (-number if scene.race else number) / (2 * len(chart.lines))
        _draw_line(panel, line, logarithmic, height, style)
    if chart.shares:
        panel.set_ylim(-0.03, 1.03)
    if logarithmic:
        _mark_decades(panel)
    panel.set_ylabel(chart.name)


def _within_reach(chart: Chart) -> Floats:
    """Return the values that the axis holds: of the runs that go on, and where the others begin unless far away."""
    going = [line.values for line in chart.lines if not line.lost]
    if not going:
        return np.concatenate([line.values for line in chart.lines])
    most = FAR * max((float(np.nanmax(np.abs(values), initial=0.0)) for values in going), default=0.0)
    begin = [line.values[:1] for line in chart.lines if line.lost]
    return np.concatenate([*going, *(values[np.abs(values) <= most] for values in begin)])


def _mark_decades(panel: Axes) -> None:
    """Mark powers of ten; where too few are in sight, plain numbers between them."""
    from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter, NullLocator

    low, high = panel.get_ylim()
    if low > 0 and math.floor(math.log10(high)) - math.ceil(math.log10(low)) < 1:
        panel.yaxis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0)))
        panel.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
        panel.yaxis.set_minor_locator(NullLocator())
    panel.yaxis.set_minor_formatter(NullFormatter())


def _draw_line(panel: Axes, line: Line, logarithmic: bool, height: float, style: Style) -> None:
    """Draw a line at a ``height`` above others, and a mark where the run stands: a cross where it diverged."""
    colour, width = line.look.colour, line_width(style)
    values = _near(line.values, panel, logarithmic) if line.lost else line.values
    drawable = np.isfinite(values) & (np.abs(values) <= _FARTHEST)
    if logarithmic:
        drawable &= values > 0
    known = ~np.isnan(line.values)
    # Known at some steps only: the line goes across the gaps between these.
    steps = np.flatnonzero(known if line.held_out else np.ones_like(known))
    heights = np.where(drawable, values, np.nan)[steps]
    past = int(np.searchsorted(steps, line.step, side="right"))
    look: dict[str, Any] = {"linewidth": width, "linestyle": line.look.dashes, "zorder": height}
    if line.look.marker:
        look |= {"marker": line.look.marker, "markevery": max(1, len(steps) // 8), "markersize": 2.6 * width}
    if line.held_out and line.look.marker:
        look |= {"markerfacecolor": style.ground, "linewidth": 0.6 * width}
    if past < len(steps):
        pale = mixed(style.ground, colour, 0.35)
        first = max(past - 1, 0)
        panel.plot(steps[first:], heights[first:], color=pale, label="_nolegend_", **look)
    panel.plot(steps[:past], heights[:past], color=colour, label=line.label or "_nolegend_", **look)
    seen = np.flatnonzero(~np.isnan(heights[:past]))
    if seen.size:
        ended = line.stopped and line.step >= len(line.values) - 1
        place = _last_in_sight(panel, steps[seen], heights[seen])
        panel.plot(
            *place, linestyle="none", marker="X" if ended else line.look.marker or "o", clip_on=not line.lost,
            color=colour, markersize=(4.2 if ended else 3.2) * width, markeredgecolor=style.ground, zorder=height + 1,
            markeredgewidth=0.8 * style.scale, label="_nolegend_",
        )  # fmt: skip


def _near(values: Floats, panel: Axes, logarithmic: bool) -> Floats:
    """Return values of which none is so far beyond the axis that it could not be drawn."""
    low, high = panel.get_ylim()
    far = _FARTHEST if logarithmic else _BEYOND * (high - low)
    return np.clip(values, low - far, high + far)


def _last_in_sight(panel: Axes, steps: NDArray[np.intp], heights: Floats) -> tuple[list[float], list[float]]:
    """Return the end of a line, or where it left the axis for the last time."""
    if panel.get_autoscaley_on():
        return [float(steps[-1])], [float(heights[-1])]
    scale = panel.yaxis.get_transform()
    low, high = scale.transform(np.array(panel.get_ylim())).tolist()
    drawn = scale.transform(heights)
    inside = np.flatnonzero((drawn >= low) & (drawn <= high))
    if inside.size and inside[-1] == len(drawn) - 1:
        return [float(steps[-1])], [float(heights[-1])]
    after = int(inside[-1]) + 1 if inside.size else 0
    before = max(after - 1, 0)
    edge = high if drawn[after] > high else low
    share = (edge - drawn[before]) / (drawn[after] - drawn[before]) if inside.size else 0.0
    step = float(steps[before] + share * (steps[after] - steps[before]))
    return [step], [panel.get_ylim()[edge == high]]


def _fit_steps(panel: Axes, scene: RunsScene) -> None:
    """Show all steps that were made, whichever the scene is at, so that films and strips do not jump."""
    from matplotlib.ticker import MaxNLocator

    last = max([1, *(run.snapshot.last_step for run in scene.shown)])
    panel.set_xlim(-0.02 * last, 1.02 * last)
    panel.xaxis.set_major_locator(MaxNLocator("auto", steps=[1, 2, 5, 10], integer=True))
    panel.set_xlabel(tr("step"))


def _mark_changes(panels: Sequence[Axes], scene: RunsScene, style: Style) -> float:
    """Mark where hyper-parameters changed, with their new values on top; return how high the words are, in points."""
    size, top = 0.8 * em(style), panels[0]
    per_step = float(top.get_window_extent().width) / (top.get_xlim()[1] - top.get_xlim()[0])
    taken, lifted = -np.inf, 0.0
    for step, number in sorted((step, run.number) for run in scene.shown for step in run.snapshot.changes):
        run = scene.runs[number]
        if step > run.snapshot.last_step:
            continue
        colour = look_of(run, scene, style).colour if scene.race else style.muted
        for panel in panels:
            panel.axvline(step, color=colour, linewidth=0.8 * style.scale, linestyle=(0, (2, 2)), zorder=1.5)
        text = _change_words(run, step)
        half = pixels(top.figure, text_width(text, size)) / 2
        if step * per_step - half > taken:
            taken, lifted = step * per_step + half + pixels(top.figure, size), 1.35 * size
            top.annotate(
                text, (step, 1.0), (0, 0.15 * size), xycoords=("data", "axes fraction"), textcoords="offset points",
                ha="center", va="bottom", fontsize=size, color=colour, parse_math=False, annotation_clip=False,
            )  # fmt: skip
    return lifted


def _change_words(run: RunScene, step: int) -> str:
    described = {h.name: h for h in rule_named(run.spec.optimizer).hyperparameters}
    changed = run.snapshot.changes[step]
    return ", ".join(f"{letter(described[name])} = {value:g}" for name, value in changed.items())


def _write_legends(
    panels: Sequence[Axes], scene: RunsScene, charts: Sequence[Chart], style: Style, lifted: float
) -> None:
    """Write which line is which, above each panel, or once where it is the same in all; in a strip the sheet does."""
    named = [_named(panel, scene, chart, style) for panel, chart in zip(panels, charts, strict=True)]
    names = {label for entries in named for _, label in entries}
    if not style.legend and (scene.race or len(names) <= _MOST_SHARED):
        return
    if not style.legend:
        # The sheet has no room for so many.
        for artist in (line for panel in panels for line in panel.lines):
            artist.set_label("_nolegend_")
    for place, (panel, entries) in enumerate(zip(panels, named, strict=True)):
        if entries and (place == 0 or not scene.race):
            legend_above(panel, entries, style, 0.0 if place else lifted)


def _named(panel: Axes, scene: RunsScene, chart: Chart, style: Style) -> list[Entry]:
    from matplotlib.lines import Line2D

    artists = {str(artist.get_label()): artist for artist in reversed(panel.lines)}
    entries: list[Entry] = [(artists[line.label], line.label) for line in chart.lines if line.label]
    if scene.race and any(line.held_out for line in chart.lines):
        dashes: dict[str, Any] = {"marker": "o", "markerfacecolor": style.ground} if style.grey else {}
        dashes |= {"linestyle": "-" if style.grey else DASHES[1], "linewidth": 0.8 * line_width(style)}
        entries.append((Line2D([], [], color=style.muted, **dashes), tr("held out")))
    return entries
