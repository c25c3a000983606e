"""Places of a laid out graph in Qt's terms: what is inside a rectangle, and what is under a point."""

from __future__ import annotations

from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, QSizeF
from PySide6.QtGui import QPainterPath

from gdsim.export.graph_heights import LABEL_HEIGHT
from gdsim.export.graph_layout import GraphLayout, Point
from gdsim.problems.graph import Graph

Floats = NDArray[np.float64]

_ALONE = 60.0
_BELOW = 14.0
"""More room below the graph, for the terms of a sum under a box."""

_SAMPLES = 12


class Geometry:
    """Rectangles and paths of a graph, by the indices of nodes and edges.

    Parameters
    ----------
    layout
        Where everything is.
    graph
        What was laid out.
    """

    def __init__(self, layout: GraphLayout, graph: Graph) -> None:
        self.size = QSizeF(layout.width, layout.height + _BELOW)
        self.boxes = [QRectF(box.x, box.y, box.width, box.height) for box in layout.boxes]
        self.wires = [_path(points) for points in layout.wires]
        self.labels = [_label(layout, edge.index, len(graph.incoming[edge.target])) for edge in graph.edges]
        self._points = layout.wires
        self._box_ends = _ends(self.boxes)
        self._label_ends = _ends(self.labels)
        pairs = zip(self.wires, self.labels, strict=True)
        self._wire_ends = _ends([path.controlPointRect() | label for path, label in pairs])

    def boxes_in(self, rect: QRectF) -> list[int]:
        """Return which boxes a rectangle touches."""
        return _touching(self._box_ends, rect)

    def wires_in(self, rect: QRectF) -> list[int]:
        """Return which wires a rectangle may touch, labels included."""
        return _touching(self._wire_ends, rect)

    def box_at(self, point: QPointF) -> int | None:
        """Return which box a point is in."""
        found = self.boxes_in(QRectF(point, QSizeF(0.0, 0.0)))
        return found[-1] if found else None

    def wire_at(self, point: QPointF, within: float) -> int | None:
        """Return the nearest wire that is not farther than ``within``, else the one whose label a point is on."""
        starts, steps, owner = self._segments
        if not len(owner):
            return None
        to_point = np.array([point.x(), point.y()]) - starts
        shares = np.clip((to_point * steps).sum(axis=1) / np.maximum((steps**2).sum(axis=1), 1e-12), 0.0, 1.0)
        distances = ((to_point - shares[:, None] * steps) ** 2).sum(axis=1)
        nearest = int(distances.argmin())
        if distances[nearest] <= within**2:
            return int(owner[nearest])
        labels = _touching(self._label_ends, QRectF(point, QSizeF(0.0, 0.0)))
        return labels[0] if labels else None

    def ends(self, wire: int) -> tuple[tuple[QPointF, QPointF], tuple[QPointF, QPointF]]:
        """Return start and end of a wire, each with the control point next to it."""
        points = self._points[wire]
        return (QPointF(*points[0]), QPointF(*points[1])), (QPointF(*points[-1]), QPointF(*points[-2]))

    @cached_property
    def _segments(self) -> tuple[Floats, Floats, NDArray[np.intp]]:
        """The wires as short straight pieces: their starts and steps, shape ``(pieces, 2)``, and whose they are."""
        curves: list[tuple[Point, Point, Point, Point]] = []
        owner: list[int] = []
        for index, points in enumerate(self._points):
            for first in range(0, len(points) - 3, 3):
                curves.append((points[first], points[first + 1], points[first + 2], points[first + 3]))
                owner.append(index)
        corners = np.array(curves, dtype=np.float64).reshape(-1, 4, 2)
        t = np.linspace(0.0, 1.0, _SAMPLES + 1)
        weights = np.stack([(1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t**2 * (1 - t), t**3], axis=1)
        places = np.einsum("tk,ckd->ctd", weights, corners)
        steps = np.diff(places, axis=1).reshape(-1, 2)
        return places[:, :-1].reshape(-1, 2), steps, np.repeat(np.array(owner, dtype=np.intp), _SAMPLES)


def _path(points: tuple[Point, ...]) -> QPainterPath:
    path = QPainterPath(QPointF(*points[0]))
    for first in range(1, len(points), 3):
        path.cubicTo(*(QPointF(*point) for point in points[first : first + 3]))
    return path


def _label(layout: GraphLayout, index: int, count: int) -> QRectF:
    """Return the room for a label; the only one of ``count`` at its box may be almost as high as the box."""
    (x, y), width = layout.labels[index], layout.label_widths[index]
    height = LABEL_HEIGHT if count > 1 else _ALONE
    return QRectF(x - width / 2, y - height / 2, width, height)


def _ends(rects: list[QRectF]) -> Floats:
    """Return left, top, right and bottom of rectangles, shape ``(rectangles, 4)``."""
    ends = [(rect.left(), rect.top(), rect.right(), rect.bottom()) for rect in rects]
    return np.array(ends, dtype=np.float64).reshape(-1, 4)


def _touching(ends: Floats, rect: QRectF) -> list[int]:
    inside = (ends[:, 0] <= rect.right()) & (ends[:, 2] >= rect.left())
    inside &= (ends[:, 1] <= rect.bottom()) & (ends[:, 3] >= rect.top())
    return np.flatnonzero(inside).tolist()
