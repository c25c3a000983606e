"""The trajectory on the surface: path, points, shadow, start and current point."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from gdsim.app.scene import polyline
from gdsim.app.scene.items import Colour, Item, LineItem, MarkerItem, Segments, Spots
from gdsim.app.scene.space import Space
from gdsim.app.theme import Theme

Array = NDArray[np.float64]

PATH_WIDTH, POINT_RADIUS, CURRENT_RADIUS, START_RADIUS = 3.0, 3.2, 6.5, 6.0
HALO = 1.5
"""Pixels of ground colour around path and points, which part them from colours of the surface like their own."""

MOST_PIECES = 3_000
"""More pieces of path than this are not drawn: the run is thinned more coarsely, down to `COARSEST` places along
a side, and of one that fills the domain even so only the latest steps are shown."""

COARSEST = 90

# Each thing on the surface is drawn twice: its core before the translucent surface, which then tints what lies
# behind a fold, and with its soft edge after it, over what lies in front.
HIDDEN, SEEN = 10.0, 30.0


class Trajectory:
    """Keeps the items of one run in step with its points; what is on the card already is not sent again."""

    def __init__(self) -> None:
        self._space: Space | None = None
        self._points: Array = np.empty((0, 2))
        self._levels = polyline.LEVELS
        self._thinner = polyline.Thinner(np.zeros(2), np.ones(2))
        self._first = self._drawn_to = 0
        self._path, self._shadow, self._spots = Segments(), Segments(), Spots()
        self._piece_steps = self._shadow_steps = self._spot_steps = np.empty(0, np.intp)
        self._start, self._current = Spots(), Spots()
        self._future = [LineItem(o, PATH_WIDTH, self._path) for o in (HIDDEN, SEEN)]
        self._past = [LineItem(o + 1, PATH_WIDTH, self._path) for o in (HIDDEN, SEEN)]
        # What is hidden by a fold needs no halo, and where the cores are it loses the depth test.
        self._halo = LineItem(SEEN - 1, PATH_WIDTH + 2 * HALO, self._path)
        self._dot_halo = MarkerItem(SEEN - 0.9, POINT_RADIUS + HALO, self._spots)
        self._halo.bias = self._dot_halo.bias = 0.038
        self._dots = [MarkerItem(o + 2, POINT_RADIUS, self._spots) for o in (HIDDEN, SEEN)]
        self._starts = [MarkerItem(o + 3, START_RADIUS, self._start) for o in (HIDDEN, SEEN)]
        self._currents = [MarkerItem(o + 4, CURRENT_RADIUS, self._current) for o in (HIDDEN, SEEN)]
        self.shadow = LineItem(4, PATH_WIDTH, self._shadow)
        pairs = ((self._future, 0.04), (self._past, 0.042), (self._dots, 0.06), (self._starts, 0.15),
                 (self._currents, 0.16))  # fmt: skip
        for pair, bias in pairs:
            for item, core in zip(pair, (0.99, 0.0), strict=True):
                item.bias, item.core, item.write = bias, core, core > 0
        self.items: list[Item] = [
            self.shadow,
            self._halo,
            self._dot_halo,
            *(item for pair, _ in pairs for item in pair),
        ]

    @property
    def start(self) -> Array | None:
        """The start point, shape (2,), or None while there is no run."""
        return self._points[0] if len(self._points) else None

    def set_theme(self, theme: Theme) -> None:
        """Take the colours."""
        ground = rgba(theme.ground)
        self._halo.tint = self._dot_halo.tint = ground
        for item in self._future:
            item.tint = rgba(theme.muted)
        for item in (*self._past, *self._dots):
            item.tint = rgba(theme.move)
        for item, colour in [(i, theme.start) for i in self._starts] + [(i, theme.move) for i in self._currents]:
            item.tint, item.rim, item.rim_width = rgba(colour), ground, 1.5
        self.shadow.tint = (*rgba(theme.muted)[:3], 0.45)

    def set(self, space: Space, points: Array, current: int) -> None:
        """Show the points (k, 2) of a run up to ``current`` as done, the rest as still to come."""
        known = len(self._points)
        grows = space is self._space and 0 < known <= len(points) and np.array_equal(points[:known], self._points)
        if not grows:
            self._levels = polyline.LEVELS
            self._begin(space, 0)
        self._points = points.copy()
        while (first := self._extend(space, points)) is not None:
            if self._levels > COARSEST:
                self._levels //= 2
                first = self._first
            self._begin(space, first)
        self._show(space, current)

    def _begin(self, space: Space, first: int) -> None:
        """Forget what is drawn; draw from the step ``first`` on."""
        low, high = (np.array([space.mesh.x[i], space.mesh.y[i]]) for i in (0, -1))
        self._space, self._first, self._drawn_to = space, first, first
        self._thinner = polyline.Thinner(low, high, self._levels)
        for held in (self._path, self._shadow, self._spots):
            held.set(np.empty((0, 2, 3)))
        self._piece_steps = self._shadow_steps = self._spot_steps = np.empty(0, np.intp)

    def _extend(self, space: Space, points: Array) -> int | None:
        """Add the steps that are not drawn yet.

        Returns None when all is well; when there would be too many pieces, the first step from which half as many
        as allowed are left.
        """
        offset = self._drawn_to
        tail = points[offset:]
        fresh = self._thinner.extend(tail)
        low, high = space.clamp(np.array([[-np.inf, -np.inf], [np.inf, np.inf]]))
        start, end, kept = polyline.clip_segments(tail[fresh], tail[fresh + 1], low, high)
        steps = fresh[kept] + offset
        counts = polyline.piece_counts(space, start, end)
        if len(self._path) + counts.sum() > MOST_PIECES:
            left = np.cumsum(counts[::-1])[::-1]
            enough = np.flatnonzero(left <= MOST_PIECES // 2)
            return int(steps[enough[0]]) if len(enough) else len(points) - 1
        self._drawn_to = max(len(points) - 1, 0)
        pieces, owner = polyline.sample(start, end, counts)
        self._piece_steps = _add(self._path, space.on_surface(pieces), steps[owner], self._piece_steps)
        flat = space.on_floor(np.stack([start, end], axis=1))
        self._shadow_steps = _add(self._shadow, flat, steps, self._shadow_steps)
        ends = fresh + 1
        self._spot_steps = _add(self._spots, space.on_surface(tail[ends]), ends + offset, self._spot_steps)
        return None

    def _show(self, space: Space, current: int) -> None:
        """Set what counts as done: no data moves, only how much of it is drawn in which colour."""
        done = int(np.searchsorted(self._piece_steps, current))
        for item in self._past:
            item.range = slice(0, done)
        for item in self._future:
            item.range = slice(done, None)
        self.shadow.range = slice(0, int(np.searchsorted(self._shadow_steps, current)))
        for dot in (self._dot_halo, *self._dots):
            dot.range = slice(0, int(np.searchsorted(self._spot_steps, current, "right")))
        self._start.set(_finite(space.on_surface(self._points[:1])))
        here = self._points[current : current + 1] if current > 0 else self._points[:0]
        self._current.set(_finite(space.on_surface(here)))


def rgba(colour: str, opacity: float = 1.0) -> Colour:
    """Return ``#rrggbb`` as four numbers from 0 to 1."""
    red, green, blue = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    return red, green, blue, opacity


def _finite(places: Array) -> Array:
    return places[np.isfinite(places).all(axis=tuple(range(1, places.ndim)))]


def _add(held: Segments | Spots, places: Array, steps: NDArray[np.intp], known: NDArray[np.intp]) -> NDArray[np.intp]:
    """Append the finite ones of ``places``; return the steps of all that are held now."""
    good = np.isfinite(places).all(axis=tuple(range(1, places.ndim)))
    held.append(places[good])
    return np.concatenate([known, steps[good]])
