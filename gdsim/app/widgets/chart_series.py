"""The numbers of a chart: several series over the steps of one run, thinned to what a screen can show."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gdsim.export.run_lines import has_logarithms

Floats = NDArray[np.float64]

_FACTOR = 8
"""Blocks of one level that make a block of the next."""

_PIECE = 1 << 15
"""Values that are taken in at once."""

_SHORT = 24
"""Rows up to this length are reduced column by column."""

_LOW, _HIGH, _LOW_POSITIVE = 0, 1, 2


@dataclass(frozen=True, eq=False)
class Series:
    """One line of a chart.

    Attributes
    ----------
    name
        What the legend calls it.
    values
        Shape ``(n,)``, the quantity after 0, 1, .. updates, ``nan`` where it is not known. May be a view of an array
        that grows.
    colour
        Attribute of `Theme` or ``#rrggbb``, which the chart adapts to its ground.
    dashed
        Whether the line is dashed.
    sparse
        Whether values are known at some steps only: then the line goes across the gaps.
    """

    name: str
    values: Floats
    colour: str
    dashed: bool = False
    sparse: bool = False


class _Growing:
    """A table of a few rows, to which columns are appended in bulk, in a buffer that doubles."""

    def __init__(self, rows: int) -> None:
        self._buffer = np.empty((rows, 64))
        self._length = 0

    def __len__(self) -> int:
        return self._length

    @property
    def table(self) -> Floats:
        """What there is so far, shape ``(rows, len(self))``."""
        return self._buffer[:, : self._length]

    def append(self, columns: Floats) -> None:
        """Add ``columns``, shape ``(rows, m)``."""
        needed = self._length + columns.shape[1]
        if needed > self._buffer.shape[1]:
            larger = np.empty((len(self._buffer), max(needed, 2 * self._buffer.shape[1])))
            larger[:, : self._length] = self.table
            self._buffer = larger
        self._buffer[:, self._length : needed] = columns
        self._length = needed


class Track:
    """One series with the extremes of blocks of 8, 64, 512, .. values, brought up to date with what is new only."""

    def __init__(self, sparse: bool = False) -> None:
        self._sparse = sparse
        self._values: Floats = np.empty(0)
        self._known = _Growing(2)
        self._levels: list[_Growing] = []
        self.length = self.finite = self.positive = self.missing = 0

    def extend(self, values: Floats) -> None:
        """Take a longer view of the same values, shape ``(n,)``; the first `length` must be as they were."""
        # In pieces that stay in the processor's cache.
        while self.length < len(values):
            self._extend(values[: self.length + _PIECE])

    def _extend(self, values: Floats) -> None:
        new = np.ascontiguousarray(values[self.length :])
        finite = np.isfinite(new)
        numbers = int(np.count_nonzero(finite))
        self.finite += numbers
        self.positive += int(np.count_nonzero(finite & (new > 0)))
        self.missing += len(new) - numbers
        if self._sparse:
            places = np.flatnonzero(~np.isnan(new))
            self.missing -= len(new) - len(places)
            self._known.append(np.stack((places + self.length, new[places])))
            self._values = self._known.table[1]
        else:
            self._values = values
        self.length = len(values)
        self._raise()

    def at(self, step: int) -> tuple[int, float]:
        """Return the value at ``step`` and its step; of a sparse series the last one known, ``nan`` where none is."""
        if not self._sparse:
            return step, float(self._values[step]) if 0 <= step < self.length else np.nan
        place = int(np.searchsorted(self._known.table[0], step, side="right")) - 1
        if place < 0:
            return step, np.nan
        known, value = self._known.table[:, place]
        return int(known), float(value)

    def line(self, left: float, right: float, columns: int, logarithmic: bool) -> tuple[Floats, Floats]:
        """Return what to draw between two steps: every value, or two extremes for each of about ``columns`` buckets.

        Parameters
        ----------
        left, right
            Steps at the ends of the view; the line goes on to the next value outside.
        columns
            Pixels across.
        logarithmic
            Whether heights are decimal logarithms.

        Returns
        -------
        steps, heights
            Shape ``(m,)`` each; a height is ``nan`` where nothing can be drawn.
        """
        first, stop = self._between(left, right)
        count = stop - first
        if count <= 2 * columns:
            return self._places(np.arange(first, stop)), heights(self._values[first:stop], logarithmic)
        size, level = self._bucket(count / columns)
        first, stop = first // size * size, min(len(self._values), -(-stop // size) * size)
        extremes = self._extremes(first, stop, size, level)
        starts = np.arange(first, stop, size)
        centres = (self._places(starts) + self._places(np.minimum(starts + size, stop) - 1)) / 2
        return _zigzag(centres, extremes, logarithmic)

    def _between(self, left: float, right: float) -> tuple[int, int]:
        """Return the range of values in view and one more at either end."""
        count = len(self._values)
        if self._sparse:
            steps = self._known.table[0]
            first, stop = int(np.searchsorted(steps, left)) - 1, int(np.searchsorted(steps, right, side="right")) + 1
        else:
            first, stop = int(np.ceil(left)) - 1, int(np.floor(right)) + 2
        return min(max(first, 0), count), min(max(stop, 0), count)

    def _places(self, indices: NDArray[np.intp]) -> Floats:
        """Return the steps of values."""
        return self._known.table[0, indices] if self._sparse else indices.astype(np.float64)

    def _bucket(self, wanted: float) -> tuple[int, int]:
        """Return the size of buckets nearest to ``wanted`` that blocks make up, and the level of these."""
        level, block = -1, 1
        while level + 1 < len(self._levels) and 2 * block * _FACTOR <= wanted:
            level, block = level + 1, block * _FACTOR
        return max(1, round(wanted / block)) * block, level

    def _extremes(self, first: int, stop: int, size: int, level: int) -> Floats:
        """Return the extremes of buckets of ``size`` values from ``first``, a multiple of it; shape ``(3, m)``."""
        whole = (stop - first) // size
        rest = first + whole * size
        if level < 0:
            result = _of_values(self._values[first:rest], size)
        else:
            block = int(_FACTOR ** (level + 1))
            result = _merged(self._levels[level].table[:, first // block : rest // block], size // block)
        if rest < stop:
            result = np.concatenate((result, _of_values(self._values[rest:stop], stop - rest)), axis=1)
        return result

    def _raise(self) -> None:
        """Complete the blocks of every level as far as there are values."""
        below, level = len(self._values), 0
        while below >= _FACTOR:
            if level == len(self._levels):
                self._levels.append(_Growing(3))
            done, whole = len(self._levels[level]), below // _FACTOR
            if whole == done:
                return
            part = slice(done * _FACTOR, whole * _FACTOR)
            self._levels[level].append(
                _merged(self._levels[level - 1].table[:, part], _FACTOR)
                if level
                else _of_values(self._values[part], _FACTOR)
            )
            below, level = whole, level + 1


class Tracks:
    """The series of a chart, each with its track."""

    def __init__(self) -> None:
        self.series: tuple[Series, ...] = ()
        self._tracks: list[Track] = []
        self._run: object = None
        self._copies: list[Floats] = []

    def __iter__(self) -> Iterator[Track]:
        return iter(self._tracks)

    @property
    def length(self) -> int:
        """Steps of the longest series."""
        return max((track.length for track in self._tracks), default=0)

    @property
    def has_logarithms(self) -> bool:
        """Whether enough of the finite values are positive to be drawn on a logarithmic axis."""
        return has_logarithms(
            sum(track.finite for track in self._tracks), sum(track.positive for track in self._tracks)
        )

    def missing(self, logarithmic: bool) -> int:
        """Return how many values cannot be drawn."""
        lost = sum(track.missing for track in self._tracks)
        return lost + sum(track.finite - track.positive for track in self._tracks) if logarithmic else lost

    def update(self, series: Sequence[Series], run: object = None) -> bool:
        """Take the series of a run; return whether there is anything new to draw.

        Parameters
        ----------
        series
            Longer views of what is known are read from where they go on.
        run
            Token of the run: while it stays equal and the series grow, what is known is taken to be unchanged.
            Without one the values are copied and compared.
        """
        alike = [(s.name, s.sparse) for s in series] == [(s.name, s.sparse) for s in self.series]
        looks = [(s.colour, s.dashed) for s in series] != [(s.colour, s.dashed) for s in self.series]
        trusted = run is not None and self._run is not None and bool(run == self._run)
        values = [np.asarray(s.values, dtype=np.float64) for s in series]
        if run is None:
            values = [v.copy() for v in values]
        if not alike:
            self._tracks, trusted = [Track(s.sparse) for s in series], True
            self._copies = []
        changed = not alike or looks
        for place, new in enumerate(values):
            track = self._tracks[place]
            goes_on = track.length <= len(new) and (trusted or self._same(place, new))
            if not goes_on:
                track = self._tracks[place] = Track(series[place].sparse)
            changed |= not goes_on or len(new) > track.length
            if len(new) > track.length:
                track.extend(new)
        self.series, self._run = tuple(series), run
        self._copies = values if run is None else []
        return changed

    def _same(self, place: int, new: Floats) -> bool:
        """Compare with what was copied, as bits, so that nan equals nan."""
        if not self._copies:
            return False
        old = self._copies[place]
        return np.array_equal(new[: len(old)].view(np.int64), old.view(np.int64))


def heights(values: Floats, logarithmic: bool) -> Floats:
    """Return where ``values`` are drawn, ``nan`` for those that cannot be."""
    if logarithmic:
        with np.errstate(divide="ignore", invalid="ignore"):
            values = np.log10(values)
    return np.where(np.isfinite(values), values, np.nan)


def _of_values(values: Floats, size: int) -> Floats:
    """Return lowest, highest and lowest positive finite value of each ``size`` values, shape ``(3, m)``.

    Where there is none the lowest is ``inf`` and the highest ``-inf``.
    """
    values = np.ascontiguousarray(values)
    finite = np.isfinite(values)
    whole = bool(finite.all())
    low = values if whole else np.where(finite, values, np.inf)
    high = values if whole else np.where(finite, values, -np.inf)
    lowest = _folded(np.minimum, low, size)
    # Mostly everything is positive.
    positive = lowest if bool((lowest > 0).all()) else _folded(np.minimum, np.where(low > 0, low, np.inf), size)
    return np.stack((lowest, _folded(np.maximum, high, size), positive))


def _merged(blocks: Floats, count: int) -> Floats:
    """Return the extremes of every ``count`` blocks, shape ``(3, m)``."""
    return np.stack(
        (
            _folded(np.minimum, blocks[_LOW], count),
            _folded(np.maximum, blocks[_HIGH], count),
            _folded(np.minimum, blocks[_LOW_POSITIVE], count),
        )
    )


def _folded(function: np.ufunc, values: Floats, size: int) -> Floats:
    """Reduce every ``size`` values to one by ``function``."""
    groups = values.reshape(-1, size)
    if size > _SHORT:
        reduced: Floats = function.reduce(groups, axis=1)
        return reduced
    # numpy reduces many short rows slowly, a few long columns fast.
    result: Floats = groups[:, 0].copy()
    for column in range(1, size):
        function(result, groups[:, column], out=result)
    return result


def _zigzag(centres: Floats, extremes: Floats, logarithmic: bool) -> tuple[Floats, Floats]:
    """Return a line through both extremes of every bucket, each time the one first that comes next on the way."""
    low = heights(extremes[_LOW_POSITIVE if logarithmic else _LOW], logarithmic)
    high = heights(extremes[_HIGH], logarithmic)
    middle = low / 2 + high / 2
    falling = np.empty(len(middle), dtype=bool)
    falling[:-1] = middle[1:] < middle[:-1]
    falling[-1] = falling[-2] if len(middle) > 1 else False
    line = np.empty((len(middle), 2))
    line[:, 0], line[:, 1] = np.where(falling, high, low), np.where(falling, low, high)
    return np.repeat(centres, 2), line.ravel()
