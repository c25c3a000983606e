"""Which part of a graph one sees, and how large."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, QSizeF

_CLOSEST = 5.0
"""Text is this many times 16 pixels high at most."""

_LARGEST_FIT = 2.0
_FARTHEST = 0.5
"""How small a graph may be shown, as a share of the size at which all of it fits."""

_EDGE = 3.0
"""Pixels around all of it, for what is painted around a box however small."""

_KEPT = 48.0
"""Pixels of the graph that stay in view however far it is moved."""


@dataclass(frozen=True)
class Frame:
    """Where the graph's origin is in the view, and how many pixels one of its units takes.

    Attributes
    ----------
    scale
        Pixels per unit.
    x, y
        The graph's upper left corner, in pixels.
    """

    scale: float
    x: float
    y: float

    def seen(self, rect: QRectF) -> QRectF:
        """Return where a rectangle of the graph is seen, in pixels."""
        scale = self.scale
        return QRectF(self.x + scale * rect.x(), self.y + scale * rect.y(), scale * rect.width(), scale * rect.height())

    def place(self, point: QPointF) -> QPointF:
        """Return the place in the graph of a point of the view."""
        return QPointF((point.x() - self.x) / self.scale, (point.y() - self.y) / self.scale)

    def visible(self, view: QSizeF) -> QRectF:
        """Return the part of the graph that a view of this size shows."""
        corner = self.place(QPointF(0.0, 0.0))
        return QRectF(corner.x(), corner.y(), view.width() / self.scale, view.height() / self.scale)

    def zoomed(self, factor: float, about: QPointF, graph: QSizeF, view: QSizeF) -> Frame:
        """Return the frame ``factor`` times as close, with the same place under the point ``about``."""
        whole = fitted(graph, view).scale
        # What is farther or closer already, because the view has changed its size, may stay so.
        scale = min(max(self.scale * factor, min(_FARTHEST * whole, self.scale)), max(_CLOSEST, self.scale))
        ratio = scale / self.scale
        x, y = about.x() - ratio * (about.x() - self.x), about.y() - ratio * (about.y() - self.y)
        return Frame(scale, x, y).moved(0.0, 0.0, graph, view)

    def moved(self, right: float, down: float, graph: QSizeF, view: QSizeF) -> Frame:
        """Return the frame moved by this many pixels, the graph never quite out of sight."""

        def held(place: float, length: float, room: float) -> float:
            kept = min(_KEPT, length)
            return min(max(place, kept - length), room - kept)

        x = held(self.x + right, self.scale * graph.width(), view.width())
        y = held(self.y + down, self.scale * graph.height(), view.height())
        return Frame(self.scale, x, y)

    def with_in_view(self, rect: QRectF, margin: float, view: QSizeF) -> Frame:
        """Return the frame moved as little as it takes to see a rectangle of the graph, ``margin`` pixels around it."""

        def shift(low: float, high: float, room: float) -> float:
            if high - low > room:
                return (room - low - high) / 2
            return max(0.0, -low) - max(0.0, high - room)

        seen = self.seen(rect).adjusted(-margin, -margin, margin, margin)
        right = shift(seen.left(), seen.right(), view.width())
        return Frame(self.scale, self.x + right, self.y + shift(seen.top(), seen.bottom(), view.height()))

    def between(self, other: Frame, share: float) -> Frame:
        """Return the frame on the way to another."""
        return Frame(*(a + share * (b - a) for a, b in zip(_parts(self), _parts(other), strict=True)))


def _parts(frame: Frame) -> tuple[float, float, float]:
    return frame.scale, frame.x, frame.y


def fitted(graph: QSizeF, view: QSizeF, largest: float = _LARGEST_FIT) -> Frame:
    """Return the frame that shows all of a graph in the middle, at ``largest`` pixels per unit at most."""
    across, down = view.width() - 2 * _EDGE, view.height() - 2 * _EDGE
    scale = max(1e-3, min(across / max(1.0, graph.width()), down / max(1.0, graph.height()), largest))
    return Frame(scale, (view.width() - scale * graph.width()) / 2, (view.height() - scale * graph.height()) / 2)
