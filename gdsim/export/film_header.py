"""What stands above the views of a film: title, what is run and where it stands, and the views' names."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from gdsim.export import sheet_words as words
from gdsim.export.figure import DPI, drawing, new_figure
from gdsim.i18n import tr

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from gdsim.export.scenes import Scene
    from gdsim.export.style import Style
    from gdsim.export.views import FigureView
    from gdsim.simulation.scenario import Scenario

_TITLE, _SUBTITLE, _NAME = 2.4, 1.7, 1.9
"""Heights of the lines, in sizes of the text."""

_MOST = 0.4
"""Share of the film's height that the header may take."""


class Header:
    """The header of a film, as pixels.

    Parameters
    ----------
    scenario
        What is filmed.
    views, edges
        The views, and where each begins and the last ends, in pixels; their names are written where they are several.
    height
        Of the film, in pixels.
    style
        Of the film.
    """

    def __init__(
        self, scenario: Scenario, views: Sequence[FigureView], edges: Sequence[int], height: int, style: Style
    ) -> None:
        self._title, self._is_formula = words.title(scenario)
        names = [tr(view.label) for view in views] if len(views) > 1 else []
        self._names = list(zip(names, edges, edges[1:], strict=False))
        self._style = style
        lines = _TITLE + _SUBTITLE + (_NAME if names else 0.0)
        self._em = min(12 * style.scale * style.type_scale * DPI / 72, _MOST * height / lines)
        self.size = edges[-1], round(lines * self._em)
        """Width and height in pixels."""
        self._written: tuple[str, NDArray[np.uint8]] | None = None

    def picture(self, scene: Scene) -> NDArray[np.uint8]:
        """Return the header of a scene, shape ``(height, width, 4)``; not to be written to."""
        subtitle = words.subtitle(scene, strip=False)
        if self._written is None or self._written[0] != subtitle:
            self._written = subtitle, self._drawn(subtitle)
        return self._written[1]

    def _drawn(self, subtitle: str) -> NDArray[np.uint8]:
        whole = (0, self.size[0])
        with drawing(self._style):
            figure = new_figure(self.size)
            self._write(figure, self._title, 0.25, _TITLE - 0.25, whole, size=1.44, parse_math=self._is_formula)
            self._write(figure, subtitle, _TITLE, _SUBTITLE, whole, color=self._style.muted)
            for name, left, right in self._names:
                self._write(figure, name, _TITLE + _SUBTITLE, _NAME, (left, right), weight="bold")
            return pixels_of(figure)

    def _write(
        self, figure: Figure, text: str, top: float, lines: float, ends: tuple[int, int], size: float = 1.0, **look: Any
    ) -> None:
        """Write ``text`` into the middle between two pixels, smaller where it would be too wide."""
        width, height = self.size
        middle = (ends[0] + ends[1]) / 2 / width, 1 - (top + lines / 2) * self._em / height
        written = figure.text(
            *middle, text, ha="center", va="center", fontsize=size * self._em * 72 / DPI,
            **({"parse_math": False} | look),
        )  # fmt: skip
        wide = written.get_window_extent().width / (ends[1] - ends[0] - self._em)
        if wide > 1:
            written.set_fontsize(size * self._em * 72 / DPI / wide)


def pixels_of(figure: Any) -> NDArray[np.uint8]:
    """Draw a figure of `new_figure`; return its pixels, shape ``(height, width, 4)``."""
    figure.canvas.draw()
    return np.asarray(figure.canvas.buffer_rgba())
