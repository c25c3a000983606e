"""What stands where in a figure: views side by side, steps as a film strip, title, captions and legends."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from gdsim.errors import Cancelled
from gdsim.export import sheet_words as words
from gdsim.export.legend import Entry, entries, shortened, write_legend
from gdsim.export.scenes import RunsScene, Stage
from gdsim.export.views import FigureView, views_named
from gdsim.i18n import tr
from gdsim.simulation.picture_spec import LARGEST, SMALLEST, Size

if TYPE_CHECKING:
    from matplotlib.figure import Figure, SubFigure

    from gdsim.export.style import Style
    from gdsim.simulation.picture_spec import PictureSpec
    from gdsim.simulation.scenario import Scenario

_NORMAL = (1280, 960)
_NARROWEST, _WIDEST = 0.6, 2.4
"""Width to height that a view is given among others."""

_TITLE, _SUBTITLE, _CAPTION, _LINE, _GAP = 2.4, 1.7, 1.9, 1.5, 0.4
"""Heights of what stands beside the cells, in sizes of the text."""

_MOST_WORDS = 0.4
"""Share of the height that words may take."""


@dataclass(frozen=True, eq=False)
class Cell:
    """A view at a step, as it stands in a figure."""

    view: FigureView
    step: int
    figure: SubFigure


def draw_sheet(
    figure: Figure,
    stage: Stage,
    picture: PictureSpec,
    style: Style,
    cancelled: Callable[[], bool] | None = None,
) -> list[Cell]:
    """Draw all views at all steps, with title, captions and legends.

    Parameters
    ----------
    figure
        Empty, of the size of the picture.
    stage
        What is drawn.
    picture
        Resolved: with views and steps.
    style
        With the scale of the sheet (`gdsim.export.figure.style_of`).
    cancelled
        Asked before each view at each step whether to stop.

    Returns
    -------
    list of Cell
        What was drawn, row by row.

    Raises
    ------
    Cancelled
        Once ``cancelled`` says so.
    """
    return _Sheet(figure, stage, views_named(stage.scenario, picture.views), picture.steps, style).draw(cancelled)


class _Sheet:
    """One figure while it is drawn; ``em`` is the size of its text in pixels."""

    def __init__(
        self, figure: Figure, stage: Stage, views: list[FigureView], steps: tuple[int, ...], style: Style
    ) -> None:
        self.figure, self.stage, self.views, self.steps, self.style = figure, stage, views, steps, style
        aspects = _aspects(stage.scenario, views, len(steps) > 1)
        self.rows, self.columns = _shape(aspects, len(steps))
        self.strip, self.several = len(steps) > 1, len(views) > 1
        self.scene = stage.at(steps[-1])
        self.width, self.height = figure.bbox.size
        shares = aspects if self.several else [1.0] * self.columns
        self.edges = [self.width * sum(shares[:k]) / sum(shares) for k in range(self.columns + 1)]
        self.em = 12 * style.scale * style.type_scale * figure.dpi / 72
        self.header, self.caption, self.below = self._heights()
        told = self.header + self.rows * self.caption + self.below
        self.em = min(self.em, _MOST_WORDS * self.height / told)
        self.cell = (self.height - self.em * told) / self.rows

    def _heights(self) -> tuple[float, float, float]:
        """Return in sizes of the text how high the header is, a row's caption, and what stands below all rows."""
        header = _TITLE + (_SUBTITLE if words.subtitle(self.scene, self.strip) else 0.0)
        header += _CAPTION if self.several else 0.0
        footer = _LINE if words.footer(self.stage) else 0.0
        lines = self._legend_lines() if self.strip else 0
        legend = _LINE * lines + _GAP if lines else 0.0
        return header, _CAPTION if self.strip else 0.0, legend + footer

    def draw(self, cancelled: Callable[[], bool] | None = None) -> list[Cell]:
        """Draw everything, and return the cells."""
        self._write_header()
        gap = self.em * self.caption
        heights = [self.em * self.header, *[gap, self.cell] * self.rows, self.em * self.below]
        grid = self.figure.add_gridspec(
            len(heights), self.columns,
            height_ratios=[max(height, 0.01) for height in heights],  # a row without height cannot be
            width_ratios=[right - left for left, right in zip(self.edges, self.edges[1:], strict=False)],
        )  # fmt: skip
        style = self.style.without_legend() if self.strip else self.style
        cells = []
        for number, (step, view) in enumerate(itertools.product(self.steps, self.views)):
            if cancelled is not None and cancelled():
                raise Cancelled
            row, column = divmod(number, self.columns)
            cell = Cell(view, step, self.figure.add_subfigure(grid[2 + 2 * row, column]))
            scene = self.stage.at(step)
            view.draw(cell.figure, scene, style)
            cells.append(cell)
            if self.strip and (column == 0 or not self.several):
                ends = (0, self.columns) if self.several else (column, column + 1)
                top = self.em * self.header + row * (gap + self.cell)
                self._write_between(ends, top, _CAPTION, words.caption(scene))
        self._write_below(cells)
        return cells

    def _write_header(self) -> None:
        title, is_formula = words.title(self.stage.scenario)
        whole = (0, self.columns)
        self._write_between(whole, 0.25 * self.em, _TITLE - 0.25, title, size=1.44, parse_math=is_formula)
        subtitle = words.subtitle(self.scene, self.strip)
        self._write_between(whole, _TITLE * self.em, _SUBTITLE, subtitle, color=self.style.muted)
        if self.several:
            for column, view in enumerate(self.views):
                top = (self.header - _CAPTION) * self.em
                self._write_between((column, column + 1), top, _CAPTION, tr(view.label), weight="bold")

    def _write_below(self, cells: list[Cell]) -> None:
        """Write the legend of each view, and what is unusual."""
        top = self.height - self.em * self.below
        if self.strip:
            for column, cell in enumerate(cells[-len(self.views) :]):
                left, right = (self.edges[column], self.edges[column + 1]) if self.several else (0.0, self.width)
                place = ((left + right) / 2 / self.width, 1 - top / self.height)
                write_legend(
                    self.figure, self._ordered(entries(cell.figure.axes)), loc="upper center", bbox_to_anchor=place,
                    frameon=False, ncols=self._legend_columns(right - left), fontsize=self.em * 72 / self.figure.dpi,
                    borderpad=0.2, borderaxespad=0.0,
                )  # fmt: skip
        note = words.footer(self.stage)
        bottom = self.height - _LINE * self.em
        self._write_between((0, self.columns), bottom, _LINE, note, size=0.83, color=self.style.error)

    def _write_between(
        self, columns: tuple[int, int], top: float, height: float, text: str, size: float = 1.0, **look: Any
    ) -> None:
        """Write ``text`` into the middle of some columns, smaller where it would be too wide."""
        if not text:
            return
        left, right = (self.edges[column] for column in columns)
        points = size * self.em * 72 / self.figure.dpi
        written = self.figure.text(
            (left + right) / 2 / self.width, 1 - (top + height * self.em / 2) / self.height, text, ha="center",
            va="center", fontsize=points, **({"parse_math": False} | look),
        )  # fmt: skip
        wide = written.get_window_extent().width / (right - left - self.em)
        if wide > 1:
            written.set_fontsize(points / wide)

    def _ordered(self, named: list[Entry]) -> list[Entry]:
        """Return the runs in their order, then the rest in its own."""
        labels = [run.label for run in self.scene.shown] if isinstance(self.scene, RunsScene) else []
        places = {label: place for place, label in enumerate(labels)}
        return sorted(named, key=lambda entry: places.get(entry[1], len(labels)))

    def _legend_columns(self, width: float) -> int:
        longest = max(map(len, self._labels()), default=0)
        return max(1, int(width / (self.em * (0.6 * longest + 4))))

    def _legend_lines(self) -> int:
        width = min(b - a for a, b in zip(self.edges, self.edges[1:], strict=False)) if self.several else self.width
        labels = self._labels()
        return -(-len(labels) // self._legend_columns(width))

    def _labels(self) -> list[str]:
        """Return labels at least as many and as long as the legend will have."""
        if not isinstance(self.scene, RunsScene):
            return []
        names = [shortened(run.label) for run in self.scene.shown] if self.scene.race else []
        return [*names, tr("start"), tr("present point"), tr("minimum")]


def _shape(aspects: list[float], steps: int) -> tuple[int, int]:
    """Return rows and columns: a row for each step of several views; a near-square of the steps of one."""
    if len(aspects) > 1:
        return steps, len(aspects)
    if aspects[0] >= _WIDEST:
        return steps, 1
    if steps <= 3:
        return 1, steps
    least = math.ceil(math.sqrt(steps))
    columns = min((least, least + 1), key=lambda count: -(-steps // count) * count)
    return -(-steps // columns), columns


def _natural(scenario: Scenario, view: FigureView, strip: bool) -> Size:
    """Return the pixels in which a view alone is drawn with text of the usual size."""
    if scenario.lab == "autograd" and view.name == "graph":
        from gdsim.export.graph_figure import natural_size
        from gdsim.export.graph_layout import lay_out

        return natural_size(lay_out(scenario.walk().graph))
    width, height = _NORMAL
    aspect = view.bare or view.aspect if strip else view.aspect
    return round(min(width, height * aspect)), round(min(height, width / aspect))


def _aspects(scenario: Scenario, views: list[FigureView], strip: bool) -> list[float]:
    sizes = [_natural(scenario, view, strip) for view in views]
    return [min(max(width / height, _NARROWEST), _WIDEST) for width, height in sizes]


def size_of(scenario: Scenario, views: list[FigureView], steps: tuple[int, ...]) -> Size:
    """Return the pixels that suit these views at these steps."""
    if len(views) == len(steps) == 1:
        return _natural(scenario, views[0], strip=False)
    aspects = _aspects(scenario, views, len(steps) > 1)
    rows, columns = _shape(aspects, len(steps))
    share = min(0.75, max(0.3, 1.2 / math.sqrt(rows * columns)))
    if len(views) == 1:
        width, height = (share * length for length in _natural(scenario, views[0], strip=True))
        whole = (columns * width, rows * height)
    else:
        height = share * _NORMAL[1]
        whole = (sum(aspects) * height, rows * height)
    words_above = 16 * math.sqrt(share) * (_TITLE + _SUBTITLE + _CAPTION * rows + _LINE)
    whole = (whole[0], whole[1] + words_above)
    fit = min(1.0, *(most / length for most, length in zip(LARGEST, whole, strict=True)))
    fitted = [max(least, round(fit * length)) for least, length in zip(SMALLEST, whole, strict=True)]
    return fitted[0], fitted[1]


def scale_of(scenario: Scenario, views: list[FigureView], steps: tuple[int, ...], size: Size) -> float:
    """Return how large text and lines are on a sheet of ``size`` pixels, against a view alone of the usual size.

    They grow with the picture. In the cells of a sheet they shrink less than the cells do, so that they can be read.
    """
    naturals = [_natural(scenario, view, len(steps) > 1) for view in views]
    if len(views) == len(steps) == 1:
        return min(part / whole for part, whole in zip(size, naturals[0], strict=True))
    aspects = _aspects(scenario, views, len(steps) > 1)
    rows, columns = _shape(aspects, len(steps))
    shares = [aspect / sum(aspects) for aspect in aspects] if len(views) > 1 else [1 / columns]
    height = 0.9 * size[1] / rows
    cells = [
        min(size[0] * share / natural[0], height / natural[1])
        for share, natural in zip(shares, naturals, strict=True)
    ]  # fmt: skip
    alone = math.sqrt(size[0] * size[1] / (_NORMAL[0] * _NORMAL[1]))
    return min(1.6 * min(cells), math.sqrt(min(cells) * alone))
