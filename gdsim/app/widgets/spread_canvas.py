"""Several plots side by side, with a word about what lies under the pointer."""

from __future__ import annotations

import math
from collections.abc import Sequence

from PySide6.QtCore import QEvent, QPointF, QRect, Qt, Signal
from PySide6.QtGui import QColor, QFont, QImage, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from gdsim.app.theme import GRID, Theme
from gdsim.app.widgets.number_field import tabular
from gdsim.app.widgets.spread_panels import Panel, ramp
from gdsim.i18n import tr

_PIXELS = 10
_BAR = QRect(0, 0, 8 * GRID, GRID)
_BAR_ROOM = 2 * GRID
_SHAPE = 1.7
"""Width of a plot to its height that reads best."""


class SpreadCanvas(QWidget):
    """Plots in as many columns as suits the room, or a sentence in their place.

    `pointed` carries what is under the pointer, empty where nothing is.
    """

    pointed = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMouseTracking(True)
        font = QFont(self.font())
        font.setPixelSize(_PIXELS)
        self.setFont(tabular(font))
        self.panels: list[Panel] = []
        self._sentence, self._current, self._top = "", 0, 0.0
        self._theme: Theme | None = None
        self._pointer: QPointF | None = None

    def set_theme(self, theme: Theme) -> None:
        """Draw in the colours of ``theme``."""
        self._theme = theme
        self.update()

    def show_sentence(self, sentence: str) -> None:
        """Show a sentence and no plot."""
        self._sentence, self.panels = sentence, []
        self._tell()
        self.update()

    def show_panels(self, panels: Sequence[Panel], current: int, top: float = 0.0) -> None:
        """Show plots; ``top`` is the share of the last colour where colours stand for shares."""
        self._sentence, self.panels = "", list(panels)
        self._current, self._top = current, top
        self._tell()
        self.update()

    def plot(self, number: int) -> QRect:
        """Return where in the widget a panel's plot lies, without title and labels."""
        return self.panels[number].plot(self._room(number), self.font())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Say what is under the pointer."""
        self._pointer = event.position()
        self._tell()

    def leaveEvent(self, event: QEvent) -> None:
        """Say nothing any more."""
        super().leaveEvent(event)
        self._pointer = None
        self._tell()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the plots."""
        if self._theme is None:
            return
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(self._theme.ground))
        if self._sentence:
            painter.setPen(QColor(self._theme.muted))
            flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
            painter.drawText(self.rect().adjusted(GRID, GRID, -GRID, -GRID), flags, self._sentence)
            return
        for number, panel in enumerate(self.panels):
            panel.paint(painter, self._room(number), self._theme, self._current)
        if self._top:
            self._paint_bar(painter, self._theme)

    def cell_height(self, count: int, bar: bool) -> int:
        """Return the height of each of ``count`` panels, with or without a bar of colours below."""
        height = self.height() - (_BAR_ROOM if bar else 0)
        return height // math.ceil(count / self._columns(count, height))

    def _columns(self, count: int, height: int) -> int:
        """Return in how many columns plots come out largest."""

        def usable(columns: int) -> float:
            return min(self.width() / columns / _SHAPE, height / math.ceil(count / columns))

        return max(range(1, count + 1), key=usable)

    def _room(self, number: int) -> QRect:
        """Return the cell of a panel."""
        count, width = len(self.panels), self.width()
        height = self.height() - (_BAR_ROOM if self._top else 0)
        columns = self._columns(count, height)
        rows = math.ceil(count / columns)
        row, column = divmod(number, columns)
        left, top = column * width // columns, row * height // rows
        return QRect(left, top, (column + 1) * width // columns - left, (row + 1) * height // rows - top)

    def _paint_bar(self, painter: QPainter, theme: Theme) -> None:
        """Draw what the colours mean."""
        bar = _BAR.translated(GRID, self.height() - _BAR_ROOM + GRID // 2)
        colours = ramp(theme).tobytes()
        painter.drawImage(bar, QImage(colours, 256, 1, 1024, QImage.Format.Format_RGBA8888))
        painter.setPen(QColor(theme.text))
        painter.drawText(
            QRect(bar.right() + GRID, bar.top() - GRID // 2, self.width() - bar.right() - GRID, _BAR_ROOM),
            Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter,
            # The colours go by the square root.
            tr("0 · {middle} · {top} % of the numbers", middle=f"{25 * self._top:.2g}", top=f"{100 * self._top:.2g}"),
        )

    def _tell(self) -> None:
        place, said = self._pointer, ""
        if place is not None:
            for number, panel in enumerate(self.panels):
                if self._room(number).contains(place.toPoint()):
                    said = panel.describe(place, self.plot(number))
                    if said and panel.title:
                        said = tr("{name}. {what}", name=panel.title, what=said)
        self.pointed.emit(said)
