"""The view box of the contour map."""

from __future__ import annotations

from typing import Any

import pyqtgraph as pg
from PySide6.QtCore import Qt


class ContourBox(pg.ViewBox):
    """A view box that pans with the right and the middle button; the left one belongs to the start point."""

    def mouseDragEvent(self, ev: Any, axis: int | None = None) -> None:
        """Pan."""
        ev.accept()
        if ev.button() == Qt.MouseButton.LeftButton:
            return
        # A double-click or button brings the domain back, so panning needs no limit.
        before, after = self.mapToView(ev.lastPos()), self.mapToView(ev.pos())
        self.translateBy(x=before.x() - after.x(), y=before.y() - after.y())
        self.sigRangeChangedManually.emit(self.state["mouseEnabled"])
