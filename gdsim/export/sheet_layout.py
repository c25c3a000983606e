"""How views and steps are arranged in a figure, and the sizes of figure and text that suit them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import TYPE_CHECKING

from gdsim.simulation.picture_spec import LARGEST, SMALLEST, Size

if TYPE_CHECKING:
    from gdsim.export.views import FigureView
    from gdsim.simulation.scenario import Scenario

_NORMAL = (1280, 960)
_NARROWEST, _WIDEST = 0.6, 2.4
"""Width to height that a view is given among others."""

_SCREEN = 1.9
"""Width to height of the sheet for which views are arranged where no size is asked for."""

_WORDS = 0.1
"""Share of a sheet's height that its words take, about."""

TITLE, SUBTITLE, CAPTION, LINE, GAP = 2.4, 1.7, 1.9, 1.5, 0.4
"""Heights of what stands beside the cells, in sizes of the text."""


@dataclass(frozen=True)
class Grid:
    """Cells row by row, all rows equally high.

    Attributes
    ----------
    rows
        For each row where its cells begin and the last one ends, as shares of the width.
    """

    rows: tuple[tuple[float, ...], ...]

    @property
    def cells(self) -> list[tuple[int, int]]:
        """Row and column of each cell."""
        return [(row, column) for row, edges in enumerate(self.rows) for column in range(len(edges) - 1)]

    @property
    def columns(self) -> int:
        """Cells of the longest row."""
        return max(map(len, self.rows)) - 1

    def share(self, row: int, column: int) -> float:
        """Return what share of the width a cell has."""
        return self.rows[row][column + 1] - self.rows[row][column]


def grid_of(aspects: Sequence[float], steps: int, sheet: float) -> Grid:
    """Return how views are arranged.

    Parameters
    ----------
    aspects
        Width to height of each view.
    steps
        How many: several views have a row for each, one view a near-square of them.
    sheet
        Width to height of the sheet, which decides how the views of a single step stand.
    """
    if steps == 1 and len(aspects) > 1:
        return max(
            (_in_rows(aspects, columns) for columns in range(len(aspects), 0, -1)),
            key=lambda grid: round(_filled(grid, aspects, sheet), 9),
        )
    if len(aspects) > 1:
        return Grid((_edges(aspects),) * steps)
    rows, columns = _strip(aspects[0], steps)
    return Grid((_edges([1.0] * columns),) * rows)


def _strip(aspect: float, steps: int) -> tuple[int, int]:
    if aspect >= _WIDEST:
        return steps, 1
    if steps <= 3:
        return 1, steps
    least = math.ceil(math.sqrt(steps))
    columns = min((least, least + 1), key=lambda count: -(-steps // count) * count)
    return -(-steps // columns), columns


def _in_rows(aspects: Sequence[float], columns: int) -> Grid:
    """Return rows of so many columns; the views of an incomplete last row share its width."""
    rows = [aspects[at : at + columns] for at in range(0, len(aspects), columns)]
    whole = [row for row in rows if len(row) == columns]
    shared = _edges([max(column) for column in zip(*whole, strict=True)])
    return Grid(tuple(shared if len(row) == columns else _edges(row) for row in rows))


def _edges(widths: Sequence[float]) -> tuple[float, ...]:
    return (0.0, *(part / sum(widths) for part in accumulate(widths)))


def _filled(grid: Grid, aspects: Sequence[float], sheet: float) -> float:
    """Return the area that the views fill, in squares of the sheet's height."""
    height = (1 - _WORDS) / len(grid.rows)
    return sum(
        aspect * min(height, sheet * grid.share(*cell) / aspect) ** 2
        for cell, aspect in zip(grid.cells, aspects, strict=True)
    )


def natural(scenario: Scenario, view: FigureView, strip: bool) -> Size:
    """Return the pixels in which a view alone is drawn with text of the usual size."""
    if scenario.lab == "autograd" and view.name == "graph":
        from gdsim.export.graph_figure import natural_size
        from gdsim.export.graph_layout import lay_out

        return natural_size(lay_out(scenario.walk().graph))
    width, height = _NORMAL
    aspect = view.bare or view.aspect if strip else view.aspect
    return round(min(width, height * aspect)), round(min(height, width / aspect))


def aspects_of(scenario: Scenario, views: Sequence[FigureView], strip: bool) -> list[float]:
    """Return width to height of views among others."""
    sizes = [natural(scenario, view, strip) for view in views]
    return [min(max(width / height, _NARROWEST), _WIDEST) for width, height in sizes]


def size_of(scenario: Scenario, views: Sequence[FigureView], steps: Sequence[int]) -> Size:
    """Return the pixels that suit these views at these steps."""
    if len(views) == len(steps) == 1:
        return natural(scenario, views[0], strip=False)
    aspects = aspects_of(scenario, views, len(steps) > 1)
    grid = grid_of(aspects, len(steps), _SCREEN)
    rows = len(grid.rows)
    share = min(0.75, max(0.3, 1.2 / math.sqrt(rows * grid.columns)))
    if len(views) == 1:
        width, height = (share * length for length in natural(scenario, views[0], strip=True))
        whole = (grid.columns * width, rows * height)
    else:
        height = share * _NORMAL[1]
        # The cells of an incomplete row are wider than their views need.
        width = max(aspect / grid.share(*cell) for cell, aspect in zip(grid.cells, aspects, strict=False))
        whole = (width * height, rows * height)
    words_above = 16 * math.sqrt(share) * (TITLE + SUBTITLE + CAPTION * rows + LINE)
    whole = (whole[0], whole[1] + words_above)
    fit = min(1.0, *(most / length for most, length in zip(LARGEST, whole, strict=True)))
    fitted = [max(least, round(fit * length)) for least, length in zip(SMALLEST, whole, strict=True)]
    return fitted[0], fitted[1]


def scale_of(scenario: Scenario, views: Sequence[FigureView], steps: Sequence[int], size: Size) -> float:
    """Return how large text and lines are on a sheet of ``size`` pixels, against a view alone of the usual size.

    They grow with the picture. In the cells of a sheet they shrink less than the cells do, so that they can be read.
    """
    naturals = [natural(scenario, view, len(steps) > 1) for view in views]
    if len(views) == len(steps) == 1:
        return min(part / whole for part, whole in zip(size, naturals[0], strict=True))
    grid = grid_of(aspects_of(scenario, views, len(steps) > 1), len(steps), size[0] / size[1])
    height = 0.9 * size[1] / len(grid.rows)
    cells = [
        min(size[0] * grid.share(*cell) / needed[0], height / needed[1])
        for cell, needed in zip(grid.cells, naturals, strict=False)
    ]  # fmt: skip
    alone = math.sqrt(size[0] * size[1] / (_NORMAL[0] * _NORMAL[1]))
    return min(1.6 * min(cells), math.sqrt(min(cells) * alone))
