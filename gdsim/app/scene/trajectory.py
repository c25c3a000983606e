"""The ways of all runs on the surface: paths, points, shadows, starts and current points."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from gdsim.app.scene import polyline
from gdsim.app.scene.items import Colour, Item, LineItem, MarkerItem
from gdsim.app.scene.space import Space
from gdsim.app.scene.vertices import Segments, Spots
from gdsim.app.theme import LIGHT, Theme
from gdsim.app.way import Way, in_race
from gdsim.export.contrast import readable

Array = NDArray[np.float64]
Steps = NDArray[np.intp]
Colours = NDArray[np.uint8]

PATH_WIDTH, POINT_RADIUS, CURRENT_RADIUS, START_RADIUS = 3.0, 3.2, 6.5, 6.0
HALO = 1.5
"""Pixels of ground colour around path and points, which part them from colours of the surface like their own."""

MOST_PIECES, MORE_PIECES = 3_000, 150
"""More pieces of path than this, and so many more for each further run of a race, are not drawn: the runs are
thinned more coarsely, down to `COARSEST` places along a side, and where they fill the domain even so only the latest
steps are shown."""

COARSEST = 90

RACE_LEVELS = 250
"""Places along a side of the domain that are told apart in a race, fewer than for one run: each more has its price
twenty times, and the points cover what is left out between two places."""

PALE = 0.6
"""Share of the ground in the colour of what a run of a race has still to come."""

# Each thing on the surface is drawn twice: its core before the translucent surface, which then tints what lies
# behind a fold, and with its soft edge after it, over what lies in front.
HIDDEN, SEEN = 10.0, 30.0


class Trajectory:
    """Keeps the items of all ways in step with their points; what is on the card already is not sent again.

    Pieces and points of all ways lie together in the order of their steps, so that what is done is a range of them,
    and twenty runs are drawn by as many items as one.
    """

    def __init__(self) -> None:
        self.ways: tuple[Way, ...] = ()
        self._space: Space | None = None
        self._theme: Theme = LIGHT
        self._levels = polyline.LEVELS
        self._thinner = polyline.Thinner(np.zeros(2), np.ones(2))
        self._first = self._drawn_to = 0
        self._colours: Colours = np.empty((0, 4), np.uint8)
        self._path, self._shadow, self._spots = Segments(), Segments(), Spots()
        self._piece_steps: Steps = np.empty(0, np.intp)
        self._shadow_steps = self._spot_steps = self._piece_steps
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

    def set_theme(self, theme: Theme) -> None:
        """Take the colours."""
        changed = theme != self._theme
        self._theme = theme
        self._tint()
        if changed and self._space is not None and in_race(self.ways):
            self._draw_anew(self._space)
            self._show(self._space)

    def set(self, space: Space, ways: Sequence[Way]) -> None:
        """Show the ways up to their present states as done, the rest as still to come.

        Steps that all ways go on by are added to what is drawn; anything else draws all ways anew.
        """
        grows = space is self._space and _continue(self.ways, ways)
        self.ways = tuple(ways)
        if grows:
            self._catch_up(space)
        else:
            self._tint()
            self._draw_anew(space)
        self._show(space)

    def marked(self) -> Array:
        """Return the points (k, 2) that bear large marks: starts, then present states."""
        return np.concatenate([*(way.points[:1] for way in self.ways), *map(_present, self.ways), np.empty((0, 2))])

    def _tint(self) -> None:
        """Colour what has one colour; the runs of a race bring theirs."""
        theme, race = self._theme, in_race(self.ways)
        ground, plain = rgba(theme.ground), rgba("#ffffff")
        self._halo.veil = self._dot_halo.veil = ground
        for item in self._future:
            item.tint = plain if race else rgba(theme.muted)
            item.veil = rgba(theme.ground, PALE if race else 0.0)
        for marker in (*self._past, *self._dots, *self._currents):
            marker.tint = plain if race else rgba(theme.move)
        for start in self._starts:
            start.tint = rgba(theme.start)
        for marker in (*self._starts, *self._currents):
            marker.rim, marker.rim_width = ground, 1.5
        self.shadow.tint = (*(plain if race else rgba(theme.muted))[:3], 0.45)

    def _draw_anew(self, space: Space) -> None:
        theme = self._theme
        shown = ["#ffffff"] * len(self.ways)
        if in_race(self.ways):
            shown = [readable(way.colour, theme.ground) if way.colour else theme.move for way in self.ways]
        self._colours = bytes_of(shown)
        self._levels = RACE_LEVELS if in_race(self.ways) else polyline.LEVELS
        self._begin(space, 0)
        self._catch_up(space)

    def _catch_up(self, space: Space) -> None:
        """Draw the steps that are not drawn yet, more coarsely or from a later one on where they are too many."""
        while (first := self._extend(space)) is not None:
            if self._levels > COARSEST:
                self._levels //= 2
                first = self._first
            self._begin(space, first)

    def _begin(self, space: Space, first: int) -> None:
        """Forget what is drawn; draw from the step ``first`` on."""
        low, high = (np.array([space.mesh.x[i], space.mesh.y[i]]) for i in (0, -1))
        self._space, self._first, self._drawn_to = space, first, first
        self._thinner = polyline.Thinner(low, high, self._levels)
        for held in (self._path, self._shadow, self._spots):
            held.set(np.empty((0, 2, 3)))
        self._piece_steps = self._shadow_steps = self._spot_steps = np.empty(0, np.intp)

    def _extend(self, space: Space) -> int | None:
        """Add the steps that are not drawn yet.

        Returns None when all is well; when there would be too many pieces, the first step from which half as many
        as allowed are left.
        """
        begin, finish, step, way = self._steps()
        fresh = self._thinner.extend(begin, finish, way)
        begin, finish, step, way = begin[fresh], finish[fresh], step[fresh], way[fresh]
        low, high = space.clamp(np.array([[-np.inf, -np.inf], [np.inf, np.inf]]))
        start, end, kept = polyline.clip_segments(begin, finish, low, high)
        counts = polyline.piece_counts(space, start, end)
        most = MOST_PIECES + MORE_PIECES * (len(self.ways) - 1)
        if len(self._path) + counts.sum() > most:
            return _late(step[kept], counts, most // 2)
        self._drawn_to = max(self._drawn_to, *(len(w.points) - 1 for w in self.ways), 0)
        pieces, owner = polyline.sample(start, end, counts)
        colours = self._colours[way]
        self._piece_steps = _add(
            self._path, space.on_surface(pieces), colours[kept][owner], step[kept][owner], self._piece_steps
        )
        flat = space.on_floor(np.stack([start, end], axis=1))
        self._shadow_steps = _add(self._shadow, flat, colours[kept], step[kept], self._shadow_steps)
        self._spot_steps = _add(self._spots, space.on_surface(finish), colours, step + 1, self._spot_steps)
        return None

    def _steps(self) -> tuple[Array, Array, Steps, Steps]:
        """Return the steps not drawn yet, in their order: where each begins and ends, its number and its way."""
        first, none = self._drawn_to, np.empty((0, 2))
        tails = [way.points[first:] for way in self.ways]
        counts = [max(len(tail) - 1, 0) for tail in tails]
        step = np.concatenate([np.arange(first, first + count) for count in counts] or [np.empty(0, np.intp)])
        order = np.argsort(step, kind="stable")
        begin = np.concatenate([none, *(tail[:-1] for tail in tails)])
        finish = np.concatenate([none, *(tail[1:] for tail in tails)])
        return begin[order], finish[order], step[order], np.repeat(np.arange(len(tails)), counts)[order]

    def _show(self, space: Space) -> None:
        """Set what counts as done: no data moves, only how much of it is drawn in which colour."""
        current = max((way.current for way in self.ways), default=0)
        done = int(np.searchsorted(self._piece_steps, current))
        for item in self._past:
            item.range = slice(0, done)
        for item in self._future:
            item.range = slice(done, None)
        self.shadow.range = slice(0, int(np.searchsorted(self._shadow_steps, current)))
        for dot in (self._dot_halo, *self._dots):
            dot.range = slice(0, int(np.searchsorted(self._spot_steps, current, "right")))
        # One disc where many runs start, whose soft edge would harden.
        starts = dict.fromkeys(tuple(start) for way in self.ways for start in way.points[:1].tolist())
        places = space.on_surface(np.array(list(starts), np.float64).reshape(-1, 2))
        self._start.set(places[_finite(places)])
        here = [_present(way) for way in self.ways]
        places = space.on_surface(np.concatenate([np.empty((0, 2)), *here]))
        colours = np.repeat(self._colours, [len(points) for points in here], axis=0)
        self._current.set(places[_finite(places)], colours[_finite(places)])


def rgba(colour: str, opacity: float = 1.0) -> Colour:
    """Return ``#rrggbb`` as four numbers from 0 to 1."""
    red, green, blue = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    return red, green, blue, opacity


def bytes_of(colours: Sequence[str]) -> Colours:
    """Return colours ``#rrggbb`` as bytes, shape (k, 4), opaque."""
    return np.array([[*bytes.fromhex(colour[1:]), 255] for colour in colours], np.uint8).reshape(-1, 4)


def _present(way: Way) -> Array:
    """Return the point of the present state, shape (1, 2), or none at the start."""
    return way.points[way.current : way.current + 1] if way.current > 0 else way.points[:0]


def _continue(known: Sequence[Way], ways: Sequence[Way]) -> bool:
    """Tell whether ``ways`` only go on from where they were known to lead, at one pace."""
    if len(known) != len(ways):
        return False
    front = max((len(way.points) for way in known), default=0)
    return all(
        old.number == new.number
        and old.colour == new.colour
        and (len(old.points) == front or len(old.points) == len(new.points))
        and _begins_with(new.points, old.points)
        for old, new in zip(known, ways, strict=True)
    )


def _begins_with(points: Array, known: Array) -> bool:
    """Tell whether ``points`` begin with ``known``, bit for bit: undefined numbers count too."""
    count = len(known)
    return points is known or (
        0 < count <= len(points) and np.array_equal(points[:count].view(np.int64), known.view(np.int64))
    )


def _late(steps: Steps, counts: Steps, most: int) -> int:
    """Return the first step from which on all pieces, of which each step has ``counts``, are no more than ``most``."""
    left = np.cumsum(counts[::-1])[::-1]
    too_many = np.flatnonzero(left > most)
    return int(steps[too_many[-1]]) + 1 if len(too_many) else int(steps[0])


def _add(held: Segments | Spots, places: Array, colours: Colours, steps: Steps, known: Steps) -> Steps:
    """Append the finite ones of ``places``; return the steps of all that are held now."""
    good = _finite(places)
    held.append(places[good], colours[good])
    return np.concatenate([known, steps[good]])


def _finite(places: Array) -> NDArray[np.bool_]:
    return np.asarray(np.isfinite(places).all(axis=tuple(range(1, places.ndim))))
