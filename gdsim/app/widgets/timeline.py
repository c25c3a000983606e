"""The timeline: every step of a run on one slider, with what happened on the way marked on it."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QEvent, QPointF, QRectF, QSignalBlocker, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QHelpEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPalette,
    QPen,
    QPolygonF,
)
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from gdsim.app import theme
from gdsim.app.widgets.sliders import PlainSlider
from gdsim.i18n import tr

_HANDLE = 7.0
_REACH = 6.0


@dataclass(frozen=True)
class Mark:
    """Something that happened at a step, such as a changed learning rate; ``text`` says it in one sentence."""

    step: int
    text: str


class Timeline(PlainSlider):
    """A slider over the steps of a run, from 0 to the last one computed.

    `sought` carries the step that the user, a test or an assistive tool asks for; `set_current` and
    `set_extent` are silent. While the user drags, the handle stays under the pointer: `set_current` does nothing.
    """

    sought = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self._marks: list[Mark] = []
        self._stop: Mark | None = None
        self.setObjectName("timeline")
        self.setAccessibleName(tr("Timeline"))
        self.setAccessibleDescription(tr("Drag to any step of the run."))
        self.setRange(0, 0)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.valueChanged.connect(self.sought)

    def set_extent(self, last: int) -> None:
        """Let the timeline reach from step 0 to step ``last``."""
        with QSignalBlocker(self):
            self.setRange(0, max(0, last))
        self.update()

    def set_current(self, step: int) -> None:
        """Put the handle at ``step`` without a signal."""
        if self.isSliderDown():
            return
        with QSignalBlocker(self):
            self.setValue(step)
        self.update()

    def set_marks(self, marks: list[Mark]) -> None:
        """Show a triangle at each mark; its text is the tooltip there."""
        self._marks = list(marks)
        self.update()

    def set_stop(self, step: int | None, text: str = "") -> None:
        """Mark in red the step at which the run stopped, ``text`` saying why; None takes the mark away."""
        self._stop = None if step is None else Mark(step, text)
        self.update()

    def sizeHint(self) -> QSize:
        """Return a comfortable size: four grid units high."""
        return QSize(240, 4 * theme.GRID)

    def minimumSizeHint(self) -> QSize:
        """Return the smallest size at which marks can be told apart."""
        return QSize(80, 4 * theme.GRID)

    def x_of(self, step: int) -> float:
        """Return the widget coordinate of ``step``."""
        span = self.width() - 2 * _HANDLE - 2
        return _HANDLE + 1 + span * min(step, self.maximum()) / max(1, self.maximum())

    def step_at(self, x: float) -> int:
        """Return the step nearest to widget coordinate ``x``."""
        span = self.width() - 2 * _HANDLE - 2
        return min(max(round((x - _HANDLE - 1) / span * self.maximum()), 0), self.maximum())

    def mark_at(self, x: float) -> Mark | None:
        """Return the mark or stop nearest to widget coordinate ``x``, if one is within reach."""
        near = [(abs(self.x_of(m.step) - x), i) for i, m in enumerate(self._all_marks())]
        distance, index = min(near, default=(_REACH + 1, 0))
        return self._all_marks()[index] if distance <= _REACH else None

    def event(self, event: QEvent) -> bool:
        """Say under the pointer what a mark stands for, or which step it is."""
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            mark = self.mark_at(event.x())
            text = mark.text if mark else tr("Step {step}", step=self.step_at(event.x()))
            QToolTip.showText(event.globalPos(), text, self)
            return True
        return super().event(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Seek to where one presses and drag on from there."""
        if event.button() == Qt.MouseButton.LeftButton:
            self.setSliderDown(True)
            self.setValue(self.step_at(event.position().x()))
        event.accept()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Seek along while dragging."""
        if self.isSliderDown():
            self.setValue(self.step_at(event.position().x()))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """End the drag: the handle follows the run again."""
        if event.button() != Qt.MouseButton.LeftButton:
            return
        self.setSliderDown(False)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint groove, part done, marks, stop and handle in the palette's colours."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        self._paint_groove(painter)
        self._paint_marks(painter)
        self._paint_handle(painter)
        painter.end()

    def _all_marks(self) -> list[Mark]:
        return [*self._marks, *([self._stop] if self._stop else [])]

    def _middle(self) -> float:
        return self.height() / 2

    def _paint_groove(self, painter: QPainter) -> None:
        colours, y = theme.current(), self._middle()
        left, right = self.x_of(0), self.x_of(self.maximum()) if self.maximum() else self.width() - _HANDLE - 1
        painter.setBrush(QColor(colours.grid))
        painter.drawRoundedRect(QRectF(left, y - 2, right - left, 4), 2, 2)
        painter.setBrush(self._accent())
        painter.drawRoundedRect(QRectF(left, y - 2, self.x_of(self.value()) - left, 4), 2, 2)

    def _paint_marks(self, painter: QPainter) -> None:
        colours, y = theme.current(), self._middle()
        painter.setBrush(QColor(colours.text))
        # One triangle a pixel column is all one can see of thousands of changes.
        for x in sorted({round(self.x_of(mark.step)) for mark in self._marks}):
            painter.drawPolygon(QPolygonF([QPointF(x, y - 4), QPointF(x - 4, y - 11), QPointF(x + 4, y - 11)]))
        if self._stop:
            stop = self.x_of(self._stop.step)
            painter.setBrush(QColor(colours.error))
            painter.drawRect(QRectF(stop - 1.5, y - 13, 3, 26))
            painter.drawRect(QRectF(stop - 5, y - 13, 10, 3))
            painter.drawRect(QRectF(stop - 5, y + 10, 10, 3))

    def _paint_handle(self, painter: QPainter) -> None:
        centre = QPointF(self.x_of(self.value()), self._middle())
        base = self.palette().color(QPalette.ColorRole.Base)
        painter.setPen(QPen(base, 1.5))
        painter.setBrush(self._accent())
        painter.drawEllipse(centre, _HANDLE, _HANDLE)
        if self.hasFocus():
            painter.setBrush(base)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.drawEllipse(centre, 2.5, 2.5)

    def _accent(self) -> QColor:
        role = QPalette.ColorRole.Accent if self.isEnabled() else QPalette.ColorRole.Mid
        return self.palette().color(role)
