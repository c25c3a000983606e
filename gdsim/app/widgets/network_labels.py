"""The small parts around a network's diagram: the scale of its lines, and lines of text that fit any width."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from gdsim.app.theme import GRID, LIGHT
from gdsim.app.widgets.network_paint import paint_legend
from gdsim.app.widgets.number_field import tabular
from gdsim.i18n import tr


class Legend(QWidget):
    """The scale of the lines."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("diagram_legend")
        self.setAccessibleName(tr("Scale of the lines"))
        self.setToolTip(tr("A line is as thick and strong as its number is large, up to the end of this scale."))
        self.setFixedSize(22 * GRID, 2 * GRID + 4)
        self.theme = LIGHT
        self.scale = 0.0
        self.hide()

    def set_scale(self, scale: float) -> None:
        """Show the scale's end; 0: there is no scale."""
        if scale != self.scale:
            self.scale = scale
            self.setVisible(scale > 0)
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint."""
        painter = QPainter(self)
        paint_legend(painter, self.width(), self.height() / 2, self.scale, self.theme, self.font())
        painter.end()


class Readout(QLabel):
    """One line of text, cut off where there is no room; it never asks for more."""

    def __init__(self) -> None:
        super().__init__()
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.setFont(tabular(self.font()))
        self.setContentsMargins(GRID, 2, GRID, 2)
        self._whole = ""

    def say(self, text: str) -> None:
        """Show ``text``."""
        if text != self._whole:
            self._whole = text
            self.setToolTip(text)
            self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Show as much as there is room for."""
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        metrics = QFontMetricsF(self.font())
        self.setText(metrics.elidedText(self._whole, Qt.TextElideMode.ElideRight, self.width() - 2 * GRID))
