"""Everything the 3D view shows, kept up to date with the least work."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from gdsim.app import colormaps
from gdsim.app.arrow import Arrow, Square
from gdsim.app.scene import axes, ticks
from gdsim.app.scene.arrows import Arrows
from gdsim.app.scene.floor import floor_contours
from gdsim.app.scene.heights import height_ticks
from gdsim.app.scene.items import FillItem, Item, LineItem, MarkerItem, SurfaceItem
from gdsim.app.scene.overlay import Overlay
from gdsim.app.scene.projection import Projection
from gdsim.app.scene.space import Space, space
from gdsim.app.scene.trajectory import HIDDEN, SEEN, Trajectory, rgba
from gdsim.app.scene.vertices import Spots
from gdsim.app.theme import Theme
from gdsim.app.way import Way

if TYPE_CHECKING:
    from gdsim.problems.mesh import Mesh
    from gdsim.simulation.surface_scenario import View

Array = NDArray[np.float64]

WIRES = 32
"""Lines of the wireframe along each variable."""

LEVELS = 14
"""At most so many contour lines."""


class Scenery:
    """The items of the scene and what they are made from."""

    def __init__(self, family: str) -> None:
        self.space: Space | None = None
        self._mesh: Mesh | None = None
        self._colormap = "rainbow"
        self._logarithmic = False
        self._floor_wanted = True
        self._floor_stale = True
        self._ways: Sequence[Way] = ()
        self._minima: Array = np.empty((0, 2))
        self._back: tuple[object, ...] | None = None
        self.surface = SurfaceItem(20)
        self.surface.levels = True
        self.surface.opacity = 0.7
        self.panes, self.grid, self.edges = FillItem(0), LineItem(1, 1.0), LineItem(2, 1.3)
        self.floor = LineItem(3, 1.3)
        self.floor.tint = (1.0, 1.0, 1.0, 0.8)
        self.trajectory, self.arrows = Trajectory(), Arrows()
        stars = Spots()
        self.stars = [MarkerItem(o + 2.5, 8.5, stars) for o in (HIDDEN, SEEN)]
        for star, core in zip(self.stars, (0.99, 0.0), strict=True):
            star.star, star.bias, star.core, star.write, star.rim_width = True, 0.1, core, core > 0, 1.3
        self.overlay = Overlay(50, family)
        self.items: list[Item] = [
            self.panes, self.grid, self.edges, self.floor, self.surface,
            *self.trajectory.items, *self.arrows.items, *self.stars, self.overlay,
        ]  # fmt: skip

    def set_mesh(self, mesh: Mesh) -> None:
        """Take another surface."""
        self._mesh = mesh
        self._place()

    def set_style(self, view: View) -> None:
        """Take another look; only what differs is made anew."""
        self.surface.opacity = view.opacity
        self.surface.wires = view.wireframe
        self.surface.levels = view.contours
        self._floor_wanted = view.floor_contours
        self.floor.setVisible(view.floor_contours)
        recolour = view.colormap != self._colormap
        replace = view.log_height != self._logarithmic
        self._colormap, self._logarithmic = view.colormap, view.log_height
        if replace:
            self._place()
        elif recolour:
            self._dress()

    def set_ways(self, ways: Sequence[Way]) -> None:
        """Take the runs."""
        self._ways = ways
        self.overlay.notes.set_ways(ways)
        if self.space is not None:
            self.trajectory.set(self.space, ways)

    def set_arrows(self, arrows: Sequence[Arrow]) -> None:
        """Take the arrows."""
        self.overlay.notes.arrows = arrows
        if self.space is not None:
            self.arrows.set(self.space, arrows)

    def set_squares(self, squares: Sequence[Square]) -> None:
        """Take the squares beside a point."""
        self.overlay.notes.squares = squares

    def set_minima(self, points: Array) -> None:
        """Take the places of minima."""
        self._minima = points
        if self.space is not None:
            places = self.space.on_surface(points)
            self.stars[0].spots.set(places[np.isfinite(places).all(axis=1)])

    def set_theme(self, theme: Theme) -> None:
        """Take the colours."""
        self.panes.tint, self.grid.tint = rgba(theme.pane), rgba(theme.grid)
        self.edges.tint = rgba(theme.text)
        self.surface.ink = rgba(theme.text if not theme.dark else "#000000", 0.4)
        self.overlay.theme = self.overlay.notes.theme = theme
        for star in self.stars:
            star.tint, star.rim = rgba(theme.minimum), rgba("#1a1a1a")
        self.trajectory.set_theme(theme)
        self.arrows.set_theme(theme)

    def follow(self, projection: Projection, scale: float) -> None:
        """Bring the panes to the far sides, and what is on the floor to the right side of the surface."""
        back = axes.back_sides(projection.elevation, projection.azimuth)
        below = projection.elevation < 0
        self.floor.setDepthValue(25 if below else 3)
        self.trajectory.shadow.setDepthValue(26 if below else 4)
        self._follow_notes(projection, scale)
        shown = axes.readable(projection, scale)
        if (back, shown) == self._back or self.overlay.axes is None:
            return
        self._back = (back, shown)
        self.panes.set_quads(axes.panes(back))
        self.grid.segments.set(axes.grid_lines(back, self.overlay.axes))
        self.edges.segments.set(axes.tick_marks(back, self.overlay.axes, shown))

    def _follow_notes(self, projection: Projection, scale: float) -> None:
        """Find the pixels of what is labelled."""
        overlay, squares = self.overlay, self.overlay.notes.squares
        overlay.squares_at = None
        self.arrows.follow(projection, scale)
        overlay.arrows = self.arrows.ends
        if self.space is None or not (squares or overlay.arrows):
            return
        marked = projection.pixels(self.space.on_surface(self.trajectory.marked()))
        # They count for more than the shafts' samples do: they are larger.
        overlay.avoided = np.repeat(marked[np.isfinite(marked).all(axis=1)], 5, axis=0)
        if squares:
            at = projection.pixels(self.space.on_surface(np.array(squares[0].at, float)))
            overlay.squares_at = at if np.isfinite(at).all() else None

    def add_floor_contours(self) -> bool:
        """Draw the contour lines on the floor if they are wanted and out of date; tell whether they changed."""
        if not (self._floor_wanted and self._floor_stale and self.space is not None):
            return False
        self._floor_stale = False
        pieces, colours = floor_contours(self.space, self.levels(), colormaps.lookup(self._colormap))
        self.floor.segments.set(pieces, colours)
        return True

    def levels(self) -> Array:
        """Return the heights at which contour lines run."""
        assert self.space is not None
        return ticks.linear_ticks(*self.space.height_range(), LEVELS)

    def _place(self) -> None:
        if self._mesh is None:
            return
        self.space = space(self._mesh, self._logarithmic)
        self.overlay.axes = axes.axes_of(self.space)
        low, high = self.space.height_range()
        slack = 0.005 * (high - low)
        values, texts = height_ticks(self.space.scale, low - slack, high + slack)
        self.overlay.bar_ticks = (np.clip((values - low) / (high - low), 0, 1), texts)
        self.overlay.bar_title = self.space.scale.title()
        self._back = None
        self._dress()
        self.set_ways(self._ways)
        self.set_arrows(self.overlay.notes.arrows)
        self.set_minima(self._minima)

    def _dress(self) -> None:
        """Colour the surface by height, and count its wires and levels."""
        if self.space is None:
            return
        heights = self.space.heights
        table = colormaps.lookup(self._colormap)
        shares = np.nan_to_num(self.space.shares())
        n, m = heights.shape
        wires = np.meshgrid(np.linspace(0, WIRES, n), np.linspace(0, WIRES, m), indexing="ij")
        levels = self.levels()
        step = levels[1] - levels[0] if len(levels) > 1 else np.inf
        grid = np.stack([*wires, heights / step if np.isfinite(step) else heights * 0 + 0.5], axis=-1)
        colours = table[np.round(shares * 255).astype(np.intp)]
        self.surface.set_mesh(self.space.vertices(), grid, colours)
        self.overlay.set_colours(table)
        self.floor.segments.set(np.empty((0, 2, 3)))
        self._floor_stale = True
