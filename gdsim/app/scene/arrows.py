"""Arrows that lie on the surface, with heads of a fixed size on screen."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from gdsim.app.arrow import Arrow
from gdsim.app.label_places import HEAD_LENGTH
from gdsim.app.scene import polyline
from gdsim.app.scene.items import Item, LineItem
from gdsim.app.scene.projection import Projection
from gdsim.app.scene.space import Space
from gdsim.app.scene.trajectory import HALO, HIDDEN, SEEN, bytes_of, rgba
from gdsim.app.scene.vertices import Segments
from gdsim.app.theme import LIGHT, Theme

Array = NDArray[np.float64]

SHAFT = 4.0


class Arrows:
    """The items that draw all arrows, and where the arrows are on screen."""

    def __init__(self) -> None:
        self.ends: list[tuple[Arrow, Array]] = []
        """The arrows in the picture with their tails and tips, each shape (2, 2), pixels."""
        self._theme: Theme = LIGHT
        self._laid: list[tuple[Arrow, Array]] = []
        self._drawn: tuple[object, ...] | None = None
        self._pieces = Segments()
        # Over the path, whose points the shafts run along, and below the large marks at their tails.
        self._halo = LineItem(SEEN + 2.4, SHAFT, self._pieces)
        self._cores = [LineItem(o + 2.5, SHAFT, self._pieces) for o in (HIDDEN, SEEN)]
        self._halo.rim, self._halo.bias = HALO, 0.098
        for item, core in zip(self._cores, (0.99, 0.0), strict=True):
            item.bias, item.core, item.write = 0.1, core, core > 0
        self.items: list[Item] = [self._halo, *self._cores]
        for item in (self._halo, *self._cores):
            item.heads = True

    def set_theme(self, theme: Theme) -> None:
        """Take the colours."""
        self._theme, self._drawn = theme, None
        self._halo.veil = rgba(theme.ground)

    def set(self, space: Space, arrows: Sequence[Arrow]) -> None:
        """Lay the arrows on the surface, cut at the edge of the domain; those of no length are left out."""
        laid = ((arrow, _lay(space, arrow)) for arrow in arrows)
        self._laid = [(arrow, places) for arrow, places in laid if len(places) > 1]
        self._drawn = None

    def follow(self, projection: Projection, scale: float) -> None:
        """Cut the shafts where the heads begin, which keep their size on screen."""
        if self._drawn == (projection, scale):
            return
        self._drawn = (projection, scale)
        self._pieces.set(np.empty((0, 2, 3)))
        self.ends = []
        for arrow, places in self._laid:
            pixels = projection.pixels(places)
            self.ends.append((arrow, pixels[[0, -1]]))
            pieces, thinner = _with_head(places, pixels, scale)
            heads = np.zeros((len(pieces), 2), np.int8)
            heads[-1:, 0], heads[:, 1] = 1, round(127 * thinner)
            colours = bytes_of([getattr(self._theme, arrow.role)])
            self._pieces.append(pieces, np.repeat(colours, len(pieces), axis=0), heads)


def _lay(space: Space, arrow: Arrow) -> Array:
    """Return the arrow as a polyline in the box, shape (k, 3), up to where there is no surface."""
    low, high = space.clamp(np.array([[-np.inf, -np.inf], [np.inf, np.inf]]))
    start, end, _ = polyline.clip_segments(np.array([arrow.tail], float), np.array([arrow.tip], float), low, high)
    if not len(start) or (start == end).all():
        return np.empty((0, 3))
    count = int(polyline.piece_counts(space, start, end)[0])
    places = space.on_surface(start + np.linspace(0, 1, count + 1)[:, None] * (end - start))
    holes = np.flatnonzero(~np.isfinite(places).all(axis=1))
    return places[: holes[0]] if len(holes) else places


def _with_head(places: Array, pixels: Array, scale: float) -> tuple[Array, float]:
    """Return the pieces (k, 2, 3) of an arrow, its head last, and by what share it is thinner than usual.

    A short arrow shrinks as a whole.
    """
    walked = np.append(0, np.cumsum(np.hypot(*np.diff(pixels, axis=0).T)))
    share = min(1.0, walked[-1] / (1.5 * HEAD_LENGTH * scale))
    neck = walked[-1] - share * HEAD_LENGTH * scale
    if neck <= 0:
        return np.empty((0, 2, 3)), 0.0
    cut = np.array([np.interp(neck, walked, places[:, axis]) for axis in range(3)])
    line = np.concatenate([places[walked < neck], [cut, places[-1]]])
    return np.stack([line[:-1], line[1:]], axis=1), 1 - share
