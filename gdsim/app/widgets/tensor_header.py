"""Row and column numbers beside a table of numbers."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt, SignalInstance
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QHeaderView, QWidget

from gdsim.app import theme
from gdsim.app.theme import GRID, Theme
from gdsim.app.widgets.number_field import tabular
from gdsim.app.widgets.tensor_paint import PADDING


class IndexHeader(QHeaderView):
    """Numbers sections of equal size from 0; paints them all at once instead of asking the model for each."""

    def __init__(self, orientation: Qt.Orientation, parent: QWidget | None = None) -> None:
        super().__init__(orientation, parent)
        self._theme = theme.current()
        self._current = -1
        self.setFont(tabular(self.font()))
        self.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.setHighlightSections(False)
        self.setSectionsClickable(True)

    def set_theme(self, colours: Theme) -> None:
        """Take the colours of the theme."""
        self._theme = colours
        self.viewport().update()

    def set_current(self, section: int) -> None:
        """Write the number of one section in full strength, -1 for none."""
        if section != self._current:
            self._current = section
            self.viewport().update()

    def set_section_size(self, size: int) -> None:
        """Give each section the same size, in device-independent pixels."""
        self.setMinimumSectionSize(size)
        self.setDefaultSectionSize(size)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Select a row or column; Qt would take most of a narrow one for a handle that resizes it."""
        if event.button() == Qt.MouseButton.LeftButton:
            self._tell(self.sectionPressed, event)
        event.accept()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Extend the selection while dragging."""
        if event.buttons() & Qt.MouseButton.LeftButton:
            self._tell(self.sectionEntered, event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """End the drag."""
        event.accept()

    def _tell(self, signal: SignalInstance, event: QMouseEvent) -> None:
        section = self.logicalIndexAt(event.position().toPoint())
        if section >= 0:
            signal.emit(section)

    def sizeHint(self) -> QSize:
        """Return room for the largest number."""
        metrics = self.fontMetrics()
        widest = metrics.horizontalAdvance("0" * len(str(max(99, self.count() - 1))))
        return QSize(widest + 2 * PADDING, metrics.height() + GRID // 2)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the numbers that are visible."""
        painter = QPainter(self.viewport())
        painter.fillRect(event.rect(), QColor(self._theme.pane))
        painter.setPen(QColor(self._theme.grid))
        width, height = self.viewport().width(), self.viewport().height()
        across = self.orientation() == Qt.Orientation.Horizontal
        if across:
            painter.drawLine(0, height - 1, width, height - 1)
        else:
            painter.drawLine(width - 1, 0, width - 1, height)
        size, offset = self.defaultSectionSize(), self.offset()
        last = min(self.count(), (offset + (width if across else height)) // size + 1)
        flags = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        normal, strong = QColor(self._theme.muted), QColor(self._theme.text)
        for section in range(offset // size, last):
            painter.setPen(strong if section == self._current else normal)
            start = section * size - offset
            cell = QRectF(start, 0, size, height) if across else QRectF(0, start, width, size)
            painter.drawText(cell.adjusted(0, 0, -PADDING, 0), int(flags), str(section))
        painter.end()
