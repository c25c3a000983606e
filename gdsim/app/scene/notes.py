"""The legend of a race, the labels of arrows and the squares: what they are, and where they go on a picture."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF, QSizeF
from PySide6.QtGui import QImage, QPainter

from gdsim.app.arrow import Arrow, Square
from gdsim.app.label_places import LABELLED, leader_line, place_labels
from gdsim.app.scene.frame import Frame
from gdsim.app.scene.lettering import quads
from gdsim.app.scene.note_pictures import label_picture, leader_picture, legend_picture, squares_picture
from gdsim.app.scene.trajectory import CURRENT_RADIUS
from gdsim.app.theme import LIGHT, Theme
from gdsim.app.way import Way, in_race
from gdsim.export.contrast import readable

Array = NDArray[np.float64]
Rectangle = tuple[float, float, float, float]

_EDGE = 8.0
"""Pixels (times the scale) that the legend keeps from the picture's edge; labels keep half."""


class Notes:
    """Writes what changes from step to step on one image, anew only when a text on it differs."""

    def __init__(self, family: str) -> None:
        self.theme: Theme = LIGHT
        self.arrows: Sequence[Arrow] = ()
        self.squares: Sequence[Square] = ()
        self.places: list[QRectF] = []
        """Where the legend, the squares and the labels stand, pixels of the picture drawn last."""
        self.image = QImage()
        self._family = family
        self._ways: Sequence[Way] = ()
        self._written: tuple[object, ...] = ()
        self._legend: tuple[tuple[object, ...], QImage] | None = None
        self._sources: dict[object, Rectangle] = {}

    def set_ways(self, ways: Sequence[Way]) -> None:
        """Take the runs, which have a legend in a race."""
        self._ways = ways if in_race(ways) else ()

    def write(self, frame: Frame) -> bool:
        """Bring the image up to date; tell whether it had to be written anew."""
        projection = frame.projection
        names = tuple((way.label, way.colour) for way in self._ways)
        key = (names, tuple(self.arrows), tuple(self.squares), self.theme, frame.scale,
               projection.width - projection.margins.bar, projection.height)  # fmt: skip
        if key == self._written:
            return False
        self._written = key
        pictures: dict[object, QImage] = {}
        if names:
            pictures["legend"] = self._legend_picture(names, frame)
        if self.squares:
            pictures["squares"] = squares_picture(self.squares, self._family, frame.scale, self.theme)
        room = self._area(frame).width()
        for role in {arrow.role for arrow in self.arrows} | {square.role for square in self.squares}:
            pictures[role, ""] = leader_picture(getattr(self.theme, role), frame.scale, self.theme)
        for arrow in self.arrows:
            if arrow.label:
                colour = getattr(self.theme, arrow.role)
                pictures[arrow] = label_picture(arrow.label, colour, self._family, frame.scale, self.theme, room)
        self.image, self._sources = _stack(pictures)
        return True

    def quads(
        self, frame: Frame, arrows: list[tuple[Arrow, Array]], point: Array | None, avoided: Array
    ) -> tuple[Array, Array]:
        """Place what is written, each label beside the tip of its arrow, none over another.

        Parameters
        ----------
        frame
            The picture.
        arrows
            Those in the picture with tail and tip, pixels.
        point
            Where the squares belong, pixels, shape (2,), or None when it is not in the picture.
        avoided
            Pixels, shape (k, 2), that should stay free.

        Returns
        -------
        tuple
            Corners on the picture and in the image as `lettering.quads` returns them.
        """
        notes: list[tuple[object, str, Array]] = []
        if "squares" in self._sources and point is not None:
            reach = np.array([(CURRENT_RADIUS + 2) * frame.scale, 0.0])
            notes.append(("squares", self.squares[0].role, np.array([point - reach, point + reach])))
        for arrow, ends in arrows:
            if arrow in self._sources and math.hypot(*(ends[1] - ends[0])) >= LABELLED * frame.scale:
                notes.append((arrow, arrow.role, ends))
        legend = self._sources.get("legend")
        edge = round(_EDGE * frame.scale)
        standing = [] if legend is None else [QRectF(edge, edge, *legend[2:])]
        sources = [] if legend is None else [legend]
        lines = [(np.empty((0, 6, 2)), np.empty((0, 6, 2)))]
        for (what, role, ends), place in zip(notes, self._placed(notes, frame, standing, avoided), strict=True):
            if place.isEmpty():
                continue
            leader = leader_line(place, ends / frame.scale)
            if leader is not None:
                along = frame.scale * np.array([point.toTuple() for point in leader])
                lines.append(self._line(along, self._sources[role, ""]))
            left, top, (_, _, width, height) = place.left(), place.top(), self._sources[what]
            standing.append(QRectF(round(left * frame.scale), round(top * frame.scale), width, height))
            sources.append(self._sources[what])
        self.places = standing
        corners = np.array([(place.left(), place.top()) for place in standing]).reshape(-1, 2)
        lines.append(quads(corners, np.array(sources).reshape(-1, 4), self._size))
        return np.concatenate([line[0] for line in lines]), np.concatenate([line[1] for line in lines])

    def _placed(
        self, notes: list[tuple[object, str, Array]], frame: Frame, taken: list[QRectF], avoided: Array
    ) -> list[QRectF]:
        """Return where the notes go, in pixels at scale 1."""
        scale = frame.scale
        # Places are rounded to whole pixels: one more keeps them apart.
        sides = [self._sources[what][2:] for what, _, _ in notes]
        sizes = [((width + 1) / scale, (height + 1) / scale) for width, height in sides]
        arrows = [ends / scale for _, _, ends in notes]
        others = [_shrunk(place, scale) for place in taken]
        return place_labels(arrows, sizes, _shrunk(self._area(frame), scale), avoided / scale, others)

    @property
    def _size(self) -> tuple[int, int]:
        return max(1, self.image.width()), max(1, self.image.height())

    def _line(self, ends: Array, source: Rectangle) -> tuple[Array, Array]:
        """Return the corners, as those of `lettering.quads`, of a line (2, 2) as wide as its picture is high."""
        left, top, width, height = source
        way = ends[1] - ends[0]
        side = np.array([-way[1], way[0]]) / max(math.hypot(*way), 1e-9) * height / 2
        a, b = ends
        corners = np.array([[a - side, b - side, b + side, a - side, b + side, a + side]])
        across = [top, top, top + height, top, top + height, top + height]
        shares = np.stack([np.full(6, left + width / 2), across], axis=-1) / self._size
        return corners, shares[None]

    def _area(self, frame: Frame) -> QRectF:
        """Return where labels may lie."""
        projection, edge = frame.projection, _EDGE / 2 * frame.scale
        width = projection.width - projection.margins.bar
        return QRectF(edge, edge, max(1.0, width - 2 * edge), max(1.0, projection.height - 2 * edge))

    def _legend_picture(self, names: tuple[tuple[str, str], ...], frame: Frame) -> QImage:
        """Return the legend, painted anew only when it differs."""
        # In a small view it leaves the lower half to the surface.
        room = QSizeF(0.45 * frame.projection.width, 0.5 * frame.projection.height)
        key = (names, frame.scale, self.theme, room.toTuple())
        if self._legend is None or self._legend[0] != key:
            theme = self.theme
            shown = [(name, readable(colour, theme.ground) if colour else theme.move) for name, colour in names]
            self._legend = (key, legend_picture(shown, self._family, frame.scale, theme, room))
        return self._legend[1]


def _shrunk(place: QRectF, scale: float) -> QRectF:
    return QRectF(place.topLeft() / scale, place.size() / scale)


def _stack(pictures: dict[object, QImage]) -> tuple[QImage, dict[object, Rectangle]]:
    """Return one image with all pictures below one another, and where each is on it."""
    width = max((picture.width() for picture in pictures.values()), default=1)
    height = sum(picture.height() + 1 for picture in pictures.values())
    image = QImage(width, max(1, height), QImage.Format.Format_RGBA8888_Premultiplied)
    image.fill(0)
    sources: dict[object, Rectangle] = {}
    painter = QPainter(image)
    top = 0
    for what, picture in pictures.items():
        painter.drawImage(0, top, picture)
        sources[what] = (0, top, picture.width(), picture.height())
        top += picture.height() + 1
    painter.end()
    return image, sources
