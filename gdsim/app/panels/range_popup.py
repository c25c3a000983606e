"""A small window for the ends of a slider."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QLabel, QWidget

from gdsim.app import theme
from gdsim.app.widgets.message_label import MessageLabel
from gdsim.app.widgets.naming import named
from gdsim.app.widgets.number_field import NumberField
from gdsim.i18n import tr


class RangePopup(QFrame):
    """Two fields for the ends of a slider.

    `chosen` carries both ends once they are in order, `settled` says that an entry is done.
    """

    chosen = Signal(float, float)
    settled = Signal()

    def __init__(self, name: str, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.setFrameShape(QFrame.Shape.StyledPanel)
        self._low = named(NumberField(step=1), f"leaf_{name}_from", tr("Lower end of the slider of {name}", name=name))
        self._high = named(NumberField(step=1), f"leaf_{name}_to", tr("Upper end of the slider of {name}", name=name))
        self._message = MessageLabel(f"leaf_{name}_range_error")
        grid = QGridLayout(self)
        grid.setContentsMargins(theme.GRID, theme.GRID, theme.GRID, theme.GRID)
        grid.setSpacing(theme.GRID // 2)
        grid.addWidget(QLabel(tr("The slider goes")), 0, 0, 1, 2)
        for row, (text, field) in enumerate(((tr("from"), self._low), (tr("to"), self._high)), start=1):
            label = QLabel(text)
            label.setBuddy(field)
            grid.addWidget(label, row, 0)
            grid.addWidget(field, row, 1)
            field.valueChanged.connect(lambda _value: self._edited())
            field.editingFinished.connect(self.settled)
            field.rejected.connect(self._message.show_sentence)
        grid.addWidget(self._message, 3, 0, 1, 2)
        grid.setColumnStretch(1, 1)
        self.setFixedWidth(22 * theme.GRID)
        self._message.shown_or_hidden.connect(self.adjustSize)

    def show_range(self, low: float, high: float) -> None:
        """Show both ends without a signal."""
        self._low.set_silently(low)
        self._high.set_silently(high)
        self._message.show_sentence("")

    def open_below(self, button: QWidget) -> None:
        """Open below ``button``, on its screen."""
        self.adjustSize()
        screen = button.screen().availableGeometry()
        place = button.mapToGlobal(QPoint(0, button.height()))
        self.move(
            max(screen.left(), min(place.x(), screen.right() - self.width())),
            max(screen.top(), min(place.y(), screen.bottom() - self.height())),
        )
        self.show()
        self._low.setFocus()
        self._low.selectAll()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Close on Enter, once both ends are in order; Qt closes on Escape."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self._message.isHidden():
            self.close()
        else:
            super().keyPressEvent(event)

    def _edited(self) -> None:
        low, high = self._low.value(), self._high.value()
        if low < high:
            self._message.show_sentence("")
            self.chosen.emit(low, high)
        else:
            self._message.show_sentence(tr("The lower end must be below the upper end."))
