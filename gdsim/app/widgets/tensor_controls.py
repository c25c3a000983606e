"""What one chooses above the tables: the parameter, and how its numbers are shown."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QSignalBlocker, Qt, Signal
from PySide6.QtGui import QKeyEvent, QWheelEvent
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QSpinBox, QWidget

from gdsim.app.theme import GRID
from gdsim.app.widgets.naming import named
from gdsim.app.widgets.number_field import tabular
from gdsim.app.widgets.switch import Switch
from gdsim.app.widgets.tensor_text import MOST_DIGITS, NumberFormat
from gdsim.i18n import tr

_CHOOSING = (Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_F4, Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_End)


class ParameterBox(QComboBox):
    """Chooses a parameter; leaves all keys but Up and Down to the run, and the wheel while it has no focus."""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Go up and down or open the list."""
        if event.key() in _CHOOSING:
            super().keyPressEvent(event)
        else:
            event.ignore()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Turn only while focused, so that scrolling changes nothing."""
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()


class DigitsBox(QSpinBox):
    """A number of digits; leaves Space, PageUp and PageDown to the run, and all keys once it is entered."""

    def event(self, event: QEvent) -> bool:
        """Leave Space, which no number has, to the run."""
        if isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Space:
            event.ignore()
            return False
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Take digits and arrows; Enter ends the entry."""
        if event.key() in (Qt.Key.Key_PageUp, Qt.Key.Key_PageDown):
            event.ignore()
            return
        super().keyPressEvent(event)
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.clearFocus()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Turn only while focused, so that scrolling changes nothing."""
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()


class TensorControls(QWidget):
    """One row of controls; `chosen` carries a parameter's name, `changed` says that the numbers look different."""

    chosen = Signal(str)
    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.parameter = named(ParameterBox(), "tensor_parameter", tr("Parameter"))
        self.parameter.setToolTip(tr("The parameter that the tables show; Alt+Up and Alt+Down choose another."))
        self.parameter.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        self.digits = named(DigitsBox(), "tensor_digits", tr("Digits of the tables"))
        self.digits.setToolTip(tr("Number of digits behind the decimal point."))
        self.digits.setRange(0, MOST_DIGITS)
        self.digits.setValue(NumberFormat().digits)
        self.digits.setFont(tabular(self.digits.font()))
        self.scientific = named(Switch(tr("Scientific")), "tensor_scientific")
        self.scientific.setToolTip(tr("Write 1.2346e-05 where plain notation shows 0.0000."))
        self.colours = named(Switch(tr("Colours")), "tensor_colours")
        self.colours.setToolTip(tr("Blue for negative, red for positive; each table's largest number is strongest."))
        self.changes = named(Switch(tr("Changes")), "tensor_changes")
        self.changes.setToolTip(tr("Frame the cells that changed most since the tables were shown last."))
        self.colours.setChecked(True)
        self.changes.setChecked(True)
        self._lay_out()
        self.parameter.currentIndexChanged.connect(self._choose)
        self.digits.valueChanged.connect(self.changed)
        for toggle in (self.scientific, self.colours, self.changes):
            toggle.toggled.connect(self.changed)

    def form(self) -> NumberFormat:
        """Return how numbers are to be written."""
        return NumberFormat(self.digits.value(), self.scientific.isChecked())

    def set_parameters(self, titles: dict[str, str], name: str) -> None:
        """Offer parameters by name with their ``titles``, and show ``name``, without a signal."""
        with QSignalBlocker(self.parameter):
            if [self.parameter.itemText(i) for i in range(self.parameter.count())] != list(titles.values()):
                self.parameter.clear()
                for each, title in titles.items():
                    self.parameter.addItem(title, each)
            self.parameter.setCurrentIndex(self.parameter.findData(name))

    def next_parameter(self, by: int) -> None:
        """Choose the parameter ``by`` places further down the list, if there is one."""
        number = self.parameter.currentIndex() + by
        if 0 <= number < self.parameter.count():
            self.parameter.setCurrentIndex(number)

    def _choose(self, number: int) -> None:
        if number >= 0:
            self.chosen.emit(self.parameter.itemData(number))

    def _lay_out(self) -> None:
        label = QLabel(tr("Decimals"))
        label.setBuddy(self.digits)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(GRID)
        layout.addWidget(self.parameter)
        layout.addStretch()
        layout.addWidget(label)
        for control in (self.digits, self.scientific, self.colours, self.changes):
            layout.addWidget(control)
