"""Which frame of a graph is shown: all of it until one zooms or moves it, and how one gets from one to the next."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QObject, QPointF, QRectF, QSizeF, QVariantAnimation, Signal

from gdsim.app.theme import GRID
from gdsim.app.widgets.graph_frame import Frame, fitted

_MOVE_MILLISECONDS = 160
_LEGIBLE = 0.55
"""Pixels per unit at which text is some 8 pixels high."""


class Sight(QObject):
    """The frame in which a graph is seen.

    Signals
    -------
    changed
        It is another frame now.

    Attributes
    ----------
    graph, view
        Size of the graph in its own units, and of the view in pixels.
    """

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.graph, self.view = QSizeF(1.0, 1.0), QSizeF(1.0, 1.0)
        self._chosen: Frame | None = None
        self._whole = True
        self._way: tuple[Frame, Frame] | None = None
        self._travel = QVariantAnimation(self)
        self._travel.setStartValue(0.0)
        self._travel.setEndValue(1.0)
        self._travel.setDuration(_MOVE_MILLISECONDS)
        self._travel.valueChanged.connect(self._go_on)

    @property
    def is_fitted(self) -> bool:
        """Whether as much of the graph is shown as the size of the view allows, whatever this is."""
        return self._chosen is None

    @property
    def frame(self) -> Frame:
        """The present frame."""
        if self._chosen is not None:
            return self._chosen
        whole = fitted(self.graph, self.view)
        if self._whole or whole.scale >= _LEGIBLE:
            return whole
        height = _LEGIBLE * self.graph.height()
        return Frame(_LEGIBLE, GRID, max(GRID, (self.view.height() - height) / 2))

    def begin(self) -> None:
        """Show all of the graph where it is legible then, else its left end."""
        self._whole = False
        self._go_to(None)

    def fit(self) -> None:
        """Show all of the graph, also when the size of the view changes."""
        self._whole = True
        self._go_to(None)

    def zoom(self, factor: float, about: QPointF | None = None) -> None:
        """Show the graph ``factor`` times as large, one place of the view unmoved: by default its middle."""
        place = about if about is not None else QPointF(self.view.width() / 2, self.view.height() / 2)
        self._go_to(self.frame.zoomed(factor, place, self.graph, self.view))

    def move(self, way: QPointF) -> None:
        """Move the graph by so many pixels."""
        self._go_to(self.frame.moved(way.x(), way.y(), self.graph, self.view))

    def bring(self, rect: QRectF, others: Sequence[QRectF] = ()) -> None:
        """Move the graph, if need be, until a rectangle of it is seen, with ``others`` if there is room for all."""
        if self._chosen is None and (self._whole or fitted(self.graph, self.view).scale >= _LEGIBLE):
            return
        frame = self.frame if self._way is None else self._way[1]
        if QRectF(QPointF(0.0, 0.0), self.view).contains(frame.seen(rect)):
            return
        whole = QRectF(rect)
        for other in others:
            whole = whole.united(other)
        seen = frame.seen(whole)
        fits = seen.width() + 4 * GRID < self.view.width() and seen.height() + 4 * GRID < self.view.height()
        end = frame.with_in_view(whole if fits else rect, 2.0 * GRID, self.view)
        if self._way is not None:
            # The steps come quicker than one can follow.
            self._go_to(end)
            return
        if end != frame:
            self._way = (frame, end)
            self._travel.start()

    def arrive(self) -> None:
        """End a movement that is under way."""
        if self._way is not None:
            self._go_to(self._way[1])

    def _go_to(self, frame: Frame | None) -> None:
        self._way = None
        self._travel.stop()
        self._chosen = frame
        self.changed.emit()

    def _go_on(self, share: float) -> None:
        if self._way is None:
            return
        start, end = self._way
        self._chosen = start.between(end, share * share * (3.0 - 2.0 * share))
        if share >= 1.0:
            self._way = None
        self.changed.emit()
