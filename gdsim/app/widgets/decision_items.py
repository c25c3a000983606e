"""What a decision map draws: regions, samples, marks and the legend."""

from __future__ import annotations

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import QLineF, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QImage, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QStyleOptionGraphicsItem, QWidget

from gdsim.app.theme import GRID, LIGHT, Theme
from gdsim.app.widgets.contour_items import PixelItem, round_pen
from gdsim.app.widgets.contour_paths import Floats
from gdsim.app.widgets.network_lettering import sized
from gdsim.app.widgets.plot_style import TICK_PIXELS
from gdsim.export.decision_looks import FAINTEST, MOST_NAMES, STRONGEST, Samples, class_colour
from gdsim.i18n import tr
from gdsim.problems.decision import DecisionGrid

_FEWEST_ENTRIES = 4
_POINT, _HOLE = 7.0, 4.5
_CROSS = 3.5
_CAREFUL = 600


def _rgb(colour: QColor) -> NDArray[np.float32]:
    return np.array((colour.red(), colour.green(), colour.blue()), dtype=np.float32)


def region_image(grid: DecisionGrid, classes: int, theme: Theme) -> QImage:
    """Return a picture of the grid, a pixel a cell, y upwards: the surer the network, the stronger the colour."""
    ground = _rgb(QColor(theme.ground))
    tints = np.array([_rgb(QColor(class_colour(index))) for index in range(classes)])
    least = 1 / classes
    share = np.clip((grid.certainty - least) / (1 - least), 0, 1) if classes > 1 else grid.certainty
    strength = (FAINTEST + (STRONGEST - FAINTEST) * share) * (grid.classes >= 0)
    colours = ground + (tints[grid.classes] - ground) * strength[..., None]
    rows = np.full((*grid.classes.shape, 4), 255, dtype=np.uint8)
    # Qt's 32 bits are blue, green, red in memory, and its first row is the upper one.
    rows[..., :3] = colours[::-1, :, ::-1]
    height, width = grid.classes.shape
    return QImage(rows.tobytes(), width, height, 4 * width, QImage.Format.Format_RGB32).copy()


class RegionsItem(PixelItem):
    """The classified plane."""

    def __init__(self, box: pg.ViewBox) -> None:
        super().__init__(box, -10)
        self._image = QImage()
        self._area = QRectF()

    def set_image(self, image: QImage, area: QRectF) -> None:
        """Show ``image`` over ``area``, in the variables' units."""
        self._image, self._area = image, area
        self.update()

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        """Paint the cells with smooth transitions."""
        if not self._image.isNull():
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            painter.drawImage(self.to_pixels().mapRect(self._area), self._image)


class SamplesItem(PixelItem):
    """Samples as circles in the colours of their classes, hollow where they are held out."""

    def __init__(self, box: pg.ViewBox) -> None:
        super().__init__(box, 10)
        # They never move, so that they are painted once for many pictures of the regions below.
        self.setCacheMode(self.CacheMode.DeviceCoordinateCache)
        self._sets: list[Samples] = []

    def set_samples(self, sets: list[Samples]) -> None:
        """Show these samples."""
        self._sets = sets
        self.update()

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        """Paint all circles of a class at once."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        ground = QColor(self.theme.ground)
        for points, labels, hollow in self._sets:
            pixels = self.pixels(points.astype(np.float64))
            for index in np.unique(labels).tolist():
                places = [QPointF(x, y) for x, y in pixels[labels == index].tolist()]
                colour, size = QColor(class_colour(index)), _POINT + hollow
                for edge, inside in ((ground, size + 2), (colour, size), (ground, _HOLE if hollow else 0)):
                    if inside:
                        painter.setPen(round_pen(edge, inside))
                        painter.drawPoints(places)


class CrossesItem(PixelItem):
    """A cross over each sample that the network takes for one of another class."""

    def __init__(self, box: pg.ViewBox) -> None:
        super().__init__(box, 20)
        self._points: Floats = np.empty((0, 2))

    @property
    def count(self) -> int:
        """Number of crosses."""
        return len(self._points)

    def set_points(self, points: Floats) -> None:
        """Mark ``points``, shape ``(n, 2)``."""
        self._points = points
        self.update()

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        """Paint all crosses at once; many of them without care, so that they take no longer."""
        if not len(self._points):
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, len(self._points) <= _CAREFUL)
        painter.setPen(QPen(QColor(self.theme.text), 1.6 if len(self._points) <= _CAREFUL else 1.0))
        middle = np.repeat(self.pixels(self._points), 2, axis=0)
        half = np.tile([[_CROSS, _CROSS], [_CROSS, -_CROSS]], (len(self._points), 1))
        painter.drawLines([QLineF(*ends) for ends in np.hstack((middle - half, middle + half)).tolist()])


class ClassLegend(QWidget):
    """Which colour is which class, and what hollow and crossed circles are."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("decision_legend")
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.theme: Theme = LIGHT
        self._names: tuple[str, ...] = ()
        self._held_out = False

    def set_classes(self, names: tuple[str, ...], held_out: bool) -> None:
        """Show these classes; ``held_out``: and what a hollow circle is."""
        self._names, self._held_out = names, held_out
        self.setAccessibleName(tr("Classes: {names}", names=", ".join(names[:MOST_NAMES])))
        self.setToolTip("\n".join(names[:50]))
        self.update()

    def sizeHint(self) -> QSize:
        """Return one row."""
        return QSize(30 * GRID, 3 * GRID)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint."""
        painter = QPainter(self)
        self.paint_row(painter, self.width())
        painter.end()

    def paint_row(self, painter: QPainter, width: float) -> None:
        """Paint the legend on a row of ``width`` pixels, names cut off where there is no room for all."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        font = sized(self.font(), TICK_PIXELS)
        painter.setFont(font)
        metrics = QFontMetricsF(font)
        mark, gap = 2.0 * GRID, 1.5 * GRID
        for most in range(MOST_NAMES, 0, -1):
            entries = self._entries(most)
            natural = [metrics.horizontalAdvance(text) + 1 for _, _, text in entries]
            if sum(natural) + len(entries) * (mark + gap) <= width - GRID or len(entries) <= _FEWEST_ENTRIES:
                break
        cut = sum(natural) + len(entries) * (mark + gap) > width - GRID
        room = (width - GRID) / max(1, len(entries)) - mark - gap
        ink = QColor(self.theme.text)
        x = float(GRID)
        for (colour, kind, text), full in zip(entries, natural, strict=True):
            if colour is not None:
                _paint_mark(painter, x + GRID / 2, 1.5 * GRID, colour, kind, QColor(self.theme.ground))
                x += mark
            shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, max(GRID, room)) if cut else text
            painter.setPen(ink)
            flags = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
            painter.drawText(QRectF(x, 0, full + 2, 3 * GRID), flags, shown)
            x += (metrics.horizontalAdvance(shown) if cut else full) + gap

    def _entries(self, most: int) -> list[tuple[QColor | None, str, str]]:
        """Return colour, kind of mark and text of each entry, with ``most`` classes."""
        entries: list[tuple[QColor | None, str, str]] = [
            (QColor(class_colour(index)), "full", name) for index, name in enumerate(self._names[:most])
        ]
        if len(self._names) > most:
            entries.append((None, "", tr("and {count} more", count=len(self._names) - most)))
        if self._held_out:
            entries.append((QColor(self.theme.muted), "hollow", tr("held out")))
        if self._names:
            entries.append((QColor(self.theme.text), "cross", tr("classified wrongly")))
        return entries


def _paint_mark(painter: QPainter, x: float, y: float, colour: QColor, kind: str, ground: QColor) -> None:
    if kind == "cross":
        painter.setPen(QPen(colour, 1.6))
        for sign in (1, -1):
            painter.drawLine(QLineF(x - _CROSS, y - sign * _CROSS, x + _CROSS, y + sign * _CROSS))
        return
    for edge, size in ((colour, _POINT), (ground, _HOLE if kind == "hollow" else 0)):
        if size:
            painter.setPen(round_pen(edge, size))
            painter.drawPoint(QPointF(x, y))
