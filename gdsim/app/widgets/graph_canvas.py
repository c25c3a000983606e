"""The part of the graph view that is painted, moved and zoomed, and that points back: boxes and wires."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QPointF, QSize, QSizeF, Qt, QTimer, Signal
from PySide6.QtGui import (
    QColor,
    QHideEvent,
    QKeyEvent,
    QMouseEvent,
    QNativeGestureEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPixmap,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QApplication, QSizePolicy, QWidget

from gdsim.app.theme import GRID, LIGHT, Theme
from gdsim.app.widgets.graph_paint import Scene, paint_graph, paint_ring
from gdsim.app.widgets.graph_sight import Sight
from gdsim.app.widgets.graph_text import Formulas
from gdsim.app.widgets.typeset import is_ready
from gdsim.i18n import tr

ZOOM = 1.25
"""What a notch of the wheel or a button makes of the scale."""

_NOTCH = 120.0
_NEAR = 6.0
_WAIT_MILLISECONDS = 30


class GraphCanvas(QWidget):
    """Paints a `Scene` and says what the pointer touches.

    Signals
    -------
    wanted
        The scene is out of date and about to be painted: call `set_scene`.
    hovered
        What is under the pointer has changed; see ``box`` and ``wire``.
    chosen(object)
        A box was clicked or reached with the keys: its index; None: the ground was clicked.

    Attributes
    ----------
    box, wire
        Index of the box or else the wire under the pointer; None for none.
    """

    wanted = Signal()
    hovered = Signal()
    chosen = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(30 * GRID, 15 * GRID)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.theme: Theme = LIGHT
        self.box: int | None = None
        self.wire: int | None = None
        self.formulas = Formulas()
        self._scene: Scene | None = None
        self._stale = True
        self.sight = Sight(self)
        self.sight.changed.connect(self._repaint)
        self._dragged_from: QPointF | None = None
        self._painted = QPixmap()
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._go_on)

    def invalidate(self) -> None:
        """Paint anew when it is seen next."""
        self._stale = True
        self.update()

    def set_scene(self, scene: Scene | None) -> None:
        """Take what is to be painted; None: there is no graph."""
        if scene is not None:
            self.sight.graph = scene.geometry.size
        self._scene = scene
        self._stale = False
        self._painted = QPixmap()

    def let_go(self) -> None:
        """Forget what is under the pointer: it is there no more."""
        self._dragged_from = None
        self._touch(None, None)

    def scene(self) -> Scene | None:
        """Return what is painted, up to date."""
        if self._stale:
            self.wanted.emit()
        return self._scene

    def zoom(self, factor: float, about: QPointF | None = None) -> None:
        """Show the graph ``factor`` times as large, one place of the view unmoved: by default its middle."""
        if self.scene() is not None:
            self.sight.zoom(factor, about)

    def bring_into_view(self, box: int, others: Sequence[int] = ()) -> None:
        """Move the graph, if need be, until a box is seen, with ``others`` if there is room for all."""
        scene = self.scene()
        if scene is not None:
            boxes = scene.geometry.boxes
            self.sight.bring(boxes[box], [boxes[other] for other in others])

    def sizeHint(self) -> QSize:
        """Return a comfortable size."""
        return QSize(100 * GRID, 40 * GRID)

    def _repaint(self) -> None:
        self._painted = QPixmap()
        self.update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Paint anew."""
        super().resizeEvent(event)
        self.sight.view = QSizeF(self.size())
        self._repaint()

    def hideEvent(self, event: QHideEvent) -> None:
        """Leave no timer running behind a closed window."""
        super().hideEvent(event)
        self._timer.stop()
        self.sight.arrive()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint; the graph is kept as pixels, so that the pointer costs next to nothing."""
        scene = self.scene()
        ratio = self.devicePixelRatioF()
        if self._painted.isNull() or self._painted.devicePixelRatio() != ratio:
            self._painted = QPixmap(self.size() * ratio)
            self._painted.setDevicePixelRatio(ratio)
            self._paint_all(self._painted, scene)
        painter = QPainter(self)
        painter.drawPixmap(0, 0, self._painted)
        if scene is not None:
            self._paint_touched(painter, scene)
        if self.hasFocus():
            painter.setPen(QPen(QColor(self.theme.accent), 1.0, Qt.PenStyle.DotLine))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(self.rect().adjusted(0, 0, -1, -1))
        painter.end()

    def _paint_all(self, pixels: QPixmap, scene: Scene | None) -> None:
        pixels.fill(QColor(self.theme.ground))
        painter = QPainter(pixels)
        if scene is None:
            painter.setPen(QColor(self.theme.muted))
            margin = 2 * GRID
            flags = Qt.TextFlag.TextWordWrap | Qt.AlignmentFlag.AlignCenter
            place = self.rect().adjusted(margin, margin, -margin, -margin)
            painter.drawText(place, flags, tr("Type a program, for example z = x**2: its graph is drawn here."))
        else:
            self.formulas.begin()
            paint_graph(painter, scene, self.sight.frame, self.sight.view, self.font(), self.formulas)
            if self.formulas.behind and not self._timer.isActive():
                self._go_on_soon()
        painter.end()

    def _go_on(self) -> None:
        """Set more formulas; show them once all are there."""
        if self.formulas.go_on():
            self._repaint()
        else:
            self._go_on_soon()

    def _go_on_soon(self) -> None:
        self._timer.start(0 if is_ready() else _WAIT_MILLISECONDS)

    def _paint_touched(self, painter: QPainter, scene: Scene) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        frame, ink = self.sight.frame, QColor(scene.theme.text)
        if self.box is not None:
            paint_ring(painter, frame.seen(scene.geometry.boxes[self.box]), ink, frame.scale, 1.5)
        elif self.wire is not None:
            edge = scene.picture.wires[self.wire].edge
            painter.translate(frame.x, frame.y)
            painter.scale(frame.scale, frame.scale)
            ink.setAlphaF(0.3)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.strokePath(scene.geometry.wires[edge], QPen(ink, 7.0 / frame.scale))
            painter.resetTransform()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Move the graph while it is dragged, else find out what is under the pointer."""
        scene = self.scene()
        if scene is None:
            return
        if self._dragged_from is not None:
            way = event.position() - self._dragged_from
            if self.sight.is_fitted and way.manhattanLength() < QApplication.startDragDistance():
                return
            self._dragged_from = event.position()
            self.sight.move(way)
            return
        frame = self.sight.frame
        place = frame.place(event.position())
        box = scene.geometry.box_at(place)
        self.setCursor(Qt.CursorShape.ArrowCursor if box is None else Qt.CursorShape.PointingHandCursor)
        self._touch(box, scene.geometry.wire_at(place, _NEAR / frame.scale) if box is None else None)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Choose the box that is clicked, or take hold of the graph."""
        scene = self.scene()
        if scene is None or event.button() not in (Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton):
            return
        box = scene.geometry.box_at(self.sight.frame.place(event.position()))
        if event.button() == Qt.MouseButton.LeftButton:
            self.chosen.emit(box)
        if box is None or event.button() == Qt.MouseButton.MiddleButton:
            self._dragged_from = event.position()
            self.setCursor(Qt.CursorShape.ClosedHandCursor)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Let go of the graph."""
        super().mouseReleaseEvent(event)
        if self._dragged_from is not None:
            self._dragged_from = None
            self.setCursor(Qt.CursorShape.ArrowCursor)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Show all of the graph after a double click on its ground."""
        scene = self.scene()
        if scene is None or event.button() != Qt.MouseButton.LeftButton:
            return
        if scene.geometry.box_at(self.sight.frame.place(event.position())) is None:
            self.sight.fit()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zoom about the pointer."""
        turn = event.angleDelta().y() / _NOTCH
        if turn:
            self.zoom(ZOOM**turn, event.position())
        event.accept()

    def event(self, event: QEvent) -> bool:
        """Zoom about the pointer when two fingers pinch."""
        if isinstance(event, QNativeGestureEvent) and event.gestureType() == Qt.NativeGestureType.ZoomNativeGesture:
            self.zoom(1.0 + event.value(), event.position())
            return True
        return super().event(event)

    def leaveEvent(self, event: QEvent) -> None:
        """Let go of what was under the pointer."""
        super().leaveEvent(event)
        self._touch(None, None)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Go to the next or previous node with Down and Up; every other key belongs to the run."""
        step = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}.get(Qt.Key(event.key()))
        scene = self.scene()
        if step is None or scene is None:
            event.ignore()
            return
        selected, last = scene.selected, len(scene.picture.boxes) - 1
        box = 0 if selected is None else min(max(selected + step, 0), last)
        self.chosen.emit(box)
        self.bring_into_view(box)

    def focusInEvent(self, event: object) -> None:
        """Show that the keys go here."""
        self.update()

    def focusOutEvent(self, event: object) -> None:
        """Show that the keys go elsewhere."""
        self.update()

    def _touch(self, box: int | None, wire: int | None) -> None:
        if (box, wire) != (self.box, self.wire):
            self.box, self.wire = box, wire
            self.update()
            self.hovered.emit()
