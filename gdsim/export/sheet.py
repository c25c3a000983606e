"""What stands where in a figure: views side by side, steps as a film strip, title, captions and legends."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from gdsim.errors import Cancelled
from gdsim.export import sheet_words as words
from gdsim.export.legend import Entry, entries, shortened, write_legend
from gdsim.export.scenes import RunsScene, Scene, Stage
from gdsim.export.sheet_layout import CAPTION, GAP, LINE, SUBTITLE, TITLE, aspects_of, grid_of
from gdsim.export.views import FigureView, views_named
from gdsim.i18n import tr

if TYPE_CHECKING:
    from matplotlib.figure import Figure, SubFigure
    from matplotlib.gridspec import GridSpec

    from gdsim.export.style import Style
    from gdsim.simulation.picture_spec import PictureSpec

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
        self.strip, self.several = len(steps) > 1, len(views) > 1
        self.scene = stage.at(steps[-1])
        self.width, self.height = figure.bbox.size
        grid = grid_of(aspects_of(stage.scenario, views, self.strip), len(steps), self.width / self.height)
        self.cells = grid.cells
        self.edges = [[self.width * edge for edge in row] for row in grid.rows]
        self.em = 12 * style.scale * style.type_scale * figure.dpi / 72
        self.header, self.caption, self.below = self._heights()
        told = self.header + len(self.edges) * self.caption + self.below
        self.em = min(self.em, _MOST_WORDS * self.height / told)
        self.cell = (self.height - self.em * told) / len(self.edges)

    def _heights(self) -> tuple[float, float, float]:
        """Return in sizes of the text how high the header is, a row's caption, and what stands below all rows."""
        header = TITLE + (SUBTITLE if words.subtitle(self.scene, self.strip) else 0.0)
        header += CAPTION if self.several and self.strip else 0.0
        footer = LINE if words.footer(self.stage) else 0.0
        lines = self._legend_lines() if self.strip else 0
        legend = LINE * lines + GAP if lines else 0.0
        return header, CAPTION if self.several or self.strip else 0.0, legend + footer

    def draw(self, cancelled: Callable[[], bool] | None = None) -> list[Cell]:
        """Draw everything, and return the cells."""
        self._write_header()
        grids = [self._grid(edges) for edges in self.edges]
        style = self.style.without_legend() if self.strip else self.style
        cells = []
        for (step, view), (row, column) in zip(itertools.product(self.steps, self.views), self.cells, strict=False):
            if cancelled is not None and cancelled():
                raise Cancelled
            cell = Cell(view, step, self.figure.add_subfigure(grids[row][2 + 2 * row, column]))
            scene = self.stage.at(step)
            view.draw(cell.figure, scene, style)
            cells.append(cell)
            self._write_caption(cell, scene, row, column)
        self._write_below(cells)
        return cells

    def _grid(self, edges: list[float]) -> GridSpec:
        """Return the places of the whole figure, divided as one row is."""
        heights = [self.em * self.header, *[self.em * self.caption, self.cell] * len(self.edges), self.em * self.below]
        return self.figure.add_gridspec(
            len(heights), len(edges) - 1,
            height_ratios=[max(height, 0.01) for height in heights],  # a row without height cannot be
            width_ratios=[right - left for left, right in itertools.pairwise(edges)],
        )  # fmt: skip

    def _write_caption(self, cell: Cell, scene: Scene, row: int, column: int) -> None:
        """Write above a cell its view's name, or above a step's row or cell what step it is."""
        edges, top = self.edges[row], self.em * self.header + row * (self.em * self.caption + self.cell)
        ends = edges[column], edges[column + 1]
        if not self.strip:
            name = tr(cell.view.label) if self.several else ""
            self._write_between(ends, top, CAPTION, name, weight="bold")
        elif column == 0 or not self.several:
            whole = (0.0, self.width)
            self._write_between(whole if self.several else ends, top, CAPTION, words.caption(scene))

    def _write_header(self) -> None:
        title, is_formula = words.title(self.stage.scenario)
        whole = (0.0, self.width)
        self._write_between(whole, 0.25 * self.em, TITLE - 0.25, title, size=1.44, parse_math=is_formula)
        subtitle = words.subtitle(self.scene, self.strip)
        self._write_between(whole, TITLE * self.em, SUBTITLE, subtitle, color=self.style.muted)
        if self.several and self.strip:
            for ends, view in zip(itertools.pairwise(self.edges[0]), self.views, strict=True):
                top = (self.header - CAPTION) * self.em
                self._write_between(ends, top, CAPTION, tr(view.label), weight="bold")

    def _write_below(self, cells: list[Cell]) -> None:
        """Write the legend of each view, and what is unusual."""
        top = self.height - self.em * self.below
        if self.strip:
            for column, cell in enumerate(cells[-len(self.views) :]):
                left, right = self.edges[0][column : column + 2] if self.several else (0.0, self.width)
                place = ((left + right) / 2 / self.width, 1 - top / self.height)
                write_legend(
                    self.figure, self._ordered(entries(cell.figure.axes)), loc="upper center", bbox_to_anchor=place,
                    frameon=False, ncols=self._legend_columns(right - left), fontsize=self.em * 72 / self.figure.dpi,
                    borderpad=0.2, borderaxespad=0.0,
                )  # fmt: skip
        note = words.footer(self.stage)
        bottom = self.height - LINE * self.em
        self._write_between((0.0, self.width), bottom, LINE, note, size=0.83, color=self.style.error)

    def _write_between(
        self, ends: tuple[float, float], top: float, height: float, text: str, size: float = 1.0, **look: Any
    ) -> None:
        """Write ``text`` into the middle between two pixels, smaller where it would be too wide."""
        if not text:
            return
        left, right = ends
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
        width = min(b - a for a, b in itertools.pairwise(self.edges[0])) if self.several else self.width
        labels = self._labels()
        return -(-len(labels) // self._legend_columns(width))

    def _labels(self) -> list[str]:
        """Return labels at least as many and as long as the legend will have."""
        if not isinstance(self.scene, RunsScene):
            return []
        names = [shortened(run.label) for run in self.scene.shown] if self.scene.race else []
        return [*names, tr("start"), tr("present point"), tr("minimum")]
