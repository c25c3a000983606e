"""The part of a network's diagram that is painted and points back: lines and units under the pointer."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRect, QSize, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QPixmap, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from gdsim.app.theme import GRID, LIGHT, Theme
from gdsim.app.widgets.network_lettering import paint_lettering
from gdsim.app.widgets.network_paint import Picture, paint_network, qt_lines, ring
from gdsim.i18n import tr

Unit = tuple[int, int]


class NetworkCanvas(QWidget):
    """Paints a `Picture` and says what the pointer touches.

    Signals
    -------
    wanted
        The picture is out of date and about to be painted: call `set_picture`.
    hovered
        What is under the pointer has changed; see ``line`` and ``unit``.
    pressed(int, int)
        A unit was clicked or reached with the keys: layer and unit.

    Attributes
    ----------
    line, unit
        Number of the line under the pointer, or layer (-1: the inputs) and unit; None for none.
    """

    wanted = Signal()
    hovered = Signal()
    pressed = Signal(int, int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("diagram_canvas")
        self.setAccessibleName(tr("Network"))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(30 * GRID, 15 * GRID)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.theme: Theme = LIGHT
        self.line: int | None = None
        self.unit: Unit | None = None
        self._picture: Picture | None = None
        self._stale = True
        self._painted, self._lettering = QPixmap(), QPixmap()
        self._lettered: tuple[object, ...] = ()

    def invalidate(self) -> None:
        """Paint anew when it is seen next."""
        self._stale = True
        self.update()

    def set_picture(self, picture: Picture | None) -> None:
        """Take what is to be painted; None: there is no network."""
        if picture is None or self._picture is None or picture.geometry is not self._picture.geometry:
            self._touch(None, None)
        self._picture = picture
        self._stale = False
        self._painted = QPixmap()

    def sizeHint(self) -> QSize:
        """Return a comfortable size."""
        return QSize(88 * GRID, 38 * GRID)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Arrange anew."""
        super().resizeEvent(event)
        self.invalidate()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint; lines and names are kept as pixels, so that the pointer costs next to nothing."""
        if self._stale:
            self.wanted.emit()
        ratio = self.devicePixelRatioF()
        if self._painted.isNull() or self._painted.devicePixelRatio() != ratio:
            self._painted = QPixmap(self.size() * ratio)
            self._painted.setDevicePixelRatio(ratio)
            self._paint_all(self._painted)
        painter = QPainter(self)
        painter.drawPixmap(0, 0, self._painted)
        if self._picture is not None:
            self._paint_touched(painter, self._picture)
        if self.hasFocus():
            painter.setPen(QPen(QColor(self.theme.accent), 1.0, Qt.PenStyle.DotLine))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(self.rect().adjusted(0, 0, -1, -1))
        painter.end()

    def _paint_all(self, pixels: QPixmap) -> None:
        pixels.fill(QColor(self.theme.ground))
        painter = QPainter(pixels)
        if self._picture is not None:
            paint_network(painter, self._picture)
            painter.drawPixmap(0, 0, self._letters(self._picture))
        else:
            painter.setPen(QColor(self.theme.muted))
            margin = 2 * GRID
            flags = Qt.TextFlag.TextWordWrap | Qt.AlignmentFlag.AlignCenter
            place = QRect(0, 0, self.width(), self.height()).adjusted(margin, margin, -margin, -margin)
            painter.drawText(place, flags, tr("Choose data and layers: the network is drawn here."))
        painter.end()

    def _letters(self, picture: Picture) -> QPixmap:
        """Return the names, which seldom change, on a transparent ground."""
        ratio = self.devicePixelRatioF()
        key = (picture.geometry, picture.theme, picture.guess, ratio)
        if key != self._lettered:
            self._lettered = key
            self._lettering = QPixmap(self.size() * ratio)
            self._lettering.setDevicePixelRatio(ratio)
            self._lettering.fill(Qt.GlobalColor.transparent)
            painter = QPainter(self._lettering)
            paint_lettering(painter, picture)
            painter.end()
        return self._lettering

    def _paint_touched(self, painter: QPainter, picture: Picture) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        ink = QColor(picture.theme.text)
        if self.line is not None:
            painter.setPen(QPen(ink, 2.0))
            painter.drawLine(qt_lines(picture.geometry)[self.line])
            layer = int(picture.geometry.layer[self.line])
            ring(painter, picture.geometry, (layer - 1, int(picture.geometry.input[self.line])), ink, 1.5)
            ring(painter, picture.geometry, (layer, int(picture.geometry.unit[self.line])), ink, 1.5)
        elif self.unit is not None:
            ring(painter, picture.geometry, self.unit, ink, 1.5)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Find out what is under the pointer."""
        picture = self._picture
        if picture is None:
            return
        x, y = event.position().x(), event.position().y()
        unit = picture.geometry.unit_at(x, y)
        chosen = picture.geometry.incoming(*picture.selected) if picture.selected is not None else None
        line = picture.geometry.line_at(x, y, chosen) if unit is None else None
        self.setCursor(Qt.CursorShape.PointingHandCursor if unit and unit[0] >= 0 else Qt.CursorShape.ArrowCursor)
        self._touch(line, unit)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Choose the unit that is clicked."""
        super().mousePressEvent(event)
        if self._picture is None or event.button() != Qt.MouseButton.LeftButton:
            return
        unit = self._picture.geometry.unit_at(event.position().x(), event.position().y())
        if unit is not None and unit[0] >= 0:
            self.pressed.emit(*unit)

    def leaveEvent(self, event: QEvent) -> None:
        """Let go of what was under the pointer."""
        super().leaveEvent(event)
        self._touch(None, None)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Go to the next or previous unit with Down and Up; every other key belongs to the run."""
        step = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}.get(Qt.Key(event.key()))
        if step is None or self._picture is None:
            event.ignore()
            return
        drawn = [
            (layer, unit)
            for layer, column in enumerate(self._picture.geometry.columns[1:])
            for unit in column.units.tolist()
        ]
        selected = self._picture.selected
        if selected in drawn:
            index = min(max(drawn.index(selected) + step, 0), len(drawn) - 1)
        else:
            index = 0
        self.pressed.emit(*drawn[index])

    def focusInEvent(self, event: object) -> None:
        """Show that the keys go here."""
        self.update()

    def focusOutEvent(self, event: object) -> None:
        """Show that the keys go elsewhere."""
        self.update()

    def _touch(self, line: int | None, unit: Unit | None) -> None:
        if (line, unit) != (self.line, self.unit):
            self.line, self.unit = line, unit
            self.update()
            self.hovered.emit()
