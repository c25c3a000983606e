"""The looks of figures: screen, print, slide and dark."""

from __future__ import annotations

from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Style:
    """What a figure is drawn in.

    Attributes
    ----------
    name
        As in ``picture.style`` of a scenario.
    ground, text, muted, grid, error
        Colours; ``text`` is also that of the move, of axes and of outlines.
    dark
        Whether the ground is dark.
    type_scale
        Size of text against the usual.
    grey
        Whether everything can be told apart without colours: lines by their dashes, the surface by its lightness.
    pane
        Colour of the walls behind a surface.
    scale
        How much larger than usual lines, marks and text are drawn: a picture of 1280x960 at 96 dpi has 1. It is to be
        multiplied with lengths in points; those in pixels depend on the figure's dpi.
    legend
        Whether a view draws its legend and colour bar. Where not, its artists have their labels all the same: the sheet
        makes one legend of them for the cells that show the same view.
    """

    name: str
    ground: str
    text: str
    muted: str
    grid: str
    error: str
    dark: bool = False
    type_scale: float = 1.0
    grey: bool = False
    pane: str = "#f2f2f2"
    scale: float = 1.0
    legend: bool = True

    def at(self, scale: float) -> Style:
        """Return the style for a picture that is ``scale`` times as large as usual."""
        return replace(self, scale=scale)

    def without_legend(self) -> Style:
        """Return the style for a cell beneath which the sheet writes the legend."""
        return replace(self, legend=False)


STYLES = {
    style.name: style
    for style in (
        Style("screen", "#ffffff", "#1a1a1a", "#555555", "#d0d0d0", "#c62828"),
        Style("print", "#ffffff", "#000000", "#333333", "#c8c8c8", "#000000", grey=True, pane="#ffffff"),
        Style("slide", "#ffffff", "#1a1a1a", "#444444", "#d0d0d0", "#c62828", type_scale=1.5),
        Style("dark", "#1e1f22", "#f0f0f0", "#a0a4aa", "#45484d", "#ff8a80", dark=True, pane="#26282c"),
    )
}
