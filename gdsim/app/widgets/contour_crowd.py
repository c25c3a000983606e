"""The paths of many runs as one picture to which each step is added, because twenty paths take long to paint."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import QLineF, QPointF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPixmap
from PySide6.QtWidgets import QWidget

from gdsim.app.scene.polyline import clip_segments
from gdsim.app.theme import Theme
from gdsim.app.way import Way
from gdsim.app.widgets.contour_items import PixelItem, round_pen
from gdsim.app.widgets.contour_paths import Floats, distinct_marks, margins, nearer
from gdsim.export.contrast import readable

WIDTHS = {False: (1.5, 3.0), True: (2.0, 5.0)}
"""Pixels of a line and of its points: of what lies ahead, and of what is done."""

_RIM = 1.5
_PALE = 0.5
"""Share of the ground in the colour of what lies ahead."""

_FINE = 20_000
"""Marks up to which they are drawn with all care."""


@lru_cache(maxsize=128)
def shades(colour: str, theme: Theme) -> tuple[str, str]:
    """Return the colours of what a run of this colour (empty: the only run) has done, and of what lies ahead."""
    if not colour:
        return theme.move, theme.muted
    done = readable(colour, theme.ground)
    one, ground = QColor(done), QColor(theme.ground)
    pairs = ((one.red(), ground.red()), (one.green(), ground.green()), (one.blue(), ground.blue()))
    return done, QColor(*(round((1 - _PALE) * a + _PALE * b) for a, b in pairs)).name()


class Crowd:
    """Paints the paths of runs, those at the end on top; what is done lies over all that is ahead."""

    def __init__(self, item: PixelItem) -> None:
        self._item = item
        self._key: tuple[object, bytes] | None = None
        self._ahead, self._picture = QPixmap(), QPixmap()
        self._painted: set[bytes] = set()
        self._found: tuple[Floats, object, Floats, NDArray[np.intp]] | None = None

    def paint(self, painter: QPainter, ways: Sequence[Way]) -> None:
        """Paint; on screen from a copy, to which the latest steps are added."""
        marks = self._marks(ways)
        done = marks[marks[:, 5] == 1]
        ratio = screen_ratio(painter)
        if ratio:
            self._keep(marks, done, ways, ratio)
            painter.drawPixmap(self._item.boundingRect().topLeft(), self._picture)
        else:
            for part in (marks[marks[:, 5] == 0], done):
                self._draw(painter, part, ways, 0.0)

    def _keep(self, marks: Floats, done: Floats, ways: Sequence[Way], ratio: float) -> None:
        """Bring the copy up to date; steps taken since then are painted over it, for anything else it begins anew."""
        area = self._item.boundingRect()
        # A path all of which is done has nothing ahead that could be seen, now or before.
        unfinished = np.array([way.current < len(way.points) - 1 for way in ways])
        ahead = marks[unfinished[marks[:, 4].astype(int)]] * (1, 1, 1, 1, 1, 0)
        key = (area.getRect(), ratio, self._item.theme, [way.colour for way in ways], len(marks) > _FINE)
        if (key, ahead.tobytes()) != self._key:
            self._key, self._painted = (key, ahead.tobytes()), set()
            self._ahead = QPixmap(area.size().toSize() * ratio)
            self._ahead.setDevicePixelRatio(ratio)
            self._ahead.fill(Qt.GlobalColor.transparent)
            self._add(self._ahead, ahead, ways)
        present = done.view("V48").ravel().tolist()
        if not self._painted or not self._painted.issubset(present):
            self._picture, self._painted = self._ahead.copy(), set()
        latest = done[[mark not in self._painted for mark in present]]
        # The points from which they go are painted again over the new lines.
        self._add(self._picture, np.concatenate([latest, latest[:, [0, 1, 0, 1, 4, 5]]]), ways)
        self._painted = set(present)

    def _marks(self, ways: Sequence[Way]) -> Floats:
        """Return what there is to paint, shape ``(n, 6)``: two ends in pixels, place in ``ways``, whether it is done.

        A mark whose ends are the same is the point of a step; what can't be told apart is there once.
        """
        points = np.concatenate([way.points for way in ways])
        lengths = [len(way.points) for way in ways]
        where = (lengths, self._item.boundingRect().getRect(), self._item.box.viewRange())
        if self._found is None or self._found[1] != where or not np.array_equal(self._found[0], points, equal_nan=True):
            self._found = (points, where, *_distinct(self._item, points, lengths))
        ends, last = self._found[2:]
        first = np.cumsum([0, *lengths[:-1]])
        number = ends[:, 4].astype(int)
        reached = first + [way.current for way in ways]
        return np.column_stack([ends, last <= reached[number]])

    def _add(self, picture: QPixmap, marks: Floats, ways: Sequence[Way]) -> None:
        artist = QPainter(picture)
        artist.translate(-self._item.boundingRect().topLeft())
        self._draw(artist, marks, ways, picture.devicePixelRatio())
        artist.end()

    def _draw(self, painter: QPainter, marks: Floats, ways: Sequence[Way], ratio: float) -> None:
        """Paint marks; with a ``ratio`` of screen pixels to pixels, their points as stamps."""
        fine = len(marks) <= _FINE
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, fine)
        kind = 2 * marks[:, 4] + (marks[:, :2] == marks[:, 2:4]).all(axis=1)
        order = np.argsort(kind, kind="stable")
        parts = np.split(marks[order], np.flatnonzero(np.diff(kind[order])) + 1)
        rim = self._item.theme.ground
        for part in parts if len(marks) else []:
            done = bool(part[0, 5])
            colour = shades(ways[int(part[0, 4])].colour, self._item.theme)[0 if done else 1]
            width, size = WIDTHS[done]
            if (part[0, :2] != part[0, 2:4]).any():
                lines = [QLineF(*ends) for ends in part[:, :4].tolist()]
                # Qt strokes round caps and joins ten times slower; the points at the steps cover them anyway.
                pens = [_square_pen(rim, width + 2), _square_pen(colour, width)] if fine else [QPen(QColor(colour), 1)]
                for pen in pens:
                    painter.setPen(pen)
                    painter.drawLines(lines)
            elif fine and ratio:
                stamp(painter, part[:, :2], colour, rim, size, ratio)
            elif fine:
                shape = pg.functions.arrayToQPolygonF(*np.ascontiguousarray(part[:, :2].T))
                for colour_, size_ in ((rim, size + _RIM), (colour, size)):
                    painter.setPen(round_pen(QColor(colour_), size_))
                    painter.drawPoints(shape)


def screen_ratio(painter: QPainter) -> float:
    """Return how many pixels of the screen a pixel is wide; 0 where something else is painted on."""
    device = painter.device()
    return device.devicePixelRatioF() if isinstance(device, QWidget) else 0.0


def stamp(
    painter: QPainter, points: Floats, colour: str, rim: str, size: float, ratio: float, rim_width: float = _RIM
) -> None:
    """Paint a point at each of ``points`` from pictures of one, ten times faster than Qt paints round points."""
    half = np.round(2 * ratio * points)
    whole, rest = half // 2, half % 2
    places = ((whole - math.ceil(ratio * size)) / ratio).tolist()
    for (x, y), (right, down) in zip(places, rest.tolist(), strict=True):
        painter.drawPixmap(QPointF(x, y), _dot(colour, rim, size, rim_width, ratio, right / 2, down / 2))


@lru_cache(maxsize=1024)
def _dot(colour: str, rim: str, size: float, rim_width: float, ratio: float, right: float, down: float) -> QPixmap:
    """Return a picture of a point whose middle is ``right`` and ``down`` of the picture's by parts of a pixel."""
    reach = math.ceil(ratio * size)
    picture = QPixmap(2 * reach + 1, 2 * reach + 1)
    picture.fill(Qt.GlobalColor.transparent)
    artist = QPainter(picture)
    artist.setRenderHint(QPainter.RenderHint.Antialiasing)
    for name, width in ((rim, size + rim_width), (colour, size)):
        artist.setPen(round_pen(QColor(name), ratio * width))
        artist.drawPoint(QPointF(reach + right, reach + down))
    artist.end()
    picture.setDevicePixelRatio(ratio)
    return picture


@lru_cache(maxsize=256)
def _square_pen(colour: str, width: float) -> QPen:
    return QPen(QColor(colour), width, Qt.PenStyle.SolidLine, Qt.PenCapStyle.SquareCap, Qt.PenJoinStyle.BevelJoin)


def _distinct(item: PixelItem, points: Floats, lengths: list[int]) -> tuple[Floats, NDArray[np.intp]]:
    """Return the ends of each mark and the place of its path, shape ``(n, 5)``, and the row where it ends."""
    path = np.repeat(np.arange(len(lengths)), lengths)
    pixels = item.pixels(points)
    first, last = distinct_marks(pixels, path)
    pixels = nearer(pixels)
    begin, end, seen = clip_segments(pixels[first], pixels[last], *margins(item.boundingRect()))
    return np.column_stack([begin, end, path[first[seen]]]), last[seen]
