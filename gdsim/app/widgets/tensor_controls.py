"""What one chooses above the tables: the parameter, and how its numbers are shown."""

from __future__ import annotations

from PySide6.QtCore import QSignalBlocker, Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QWidget

from gdsim.app.theme import GRID
from gdsim.app.widgets.naming import named
from gdsim.app.widgets.number_field import tabular
from gdsim.app.widgets.polite import PoliteComboBox, PoliteSpinBox
from gdsim.app.widgets.switch import Switch
from gdsim.app.widgets.tensor_text import MOST_DIGITS, NumberFormat
from gdsim.i18n import tr


class TensorControls(QWidget):
    """One row of controls; `chosen` carries a parameter's name, `changed` says that the numbers look different."""

    chosen = Signal(str)
    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.parameter = named(PoliteComboBox(), "tensor_parameter", tr("Parameter"))
        self.parameter.setToolTip(tr("The parameter that the tables show; Alt+Up and Alt+Down choose another."))
        self.parameter.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        self.digits = named(PoliteSpinBox(), "tensor_digits", tr("Digits of the tables"))
        self.digits.setToolTip(tr("Number of digits behind the decimal point."))
        self.digits.setRange(0, MOST_DIGITS)
        self.digits.setValue(NumberFormat().digits)
        self.digits.setFont(tabular(self.digits.font()))
        self.scientific = named(Switch(tr("Scientific")), "tensor_scientific")
        self.scientific.setToolTip(tr("Write 1.2346e-05 where plain notation shows 0.0000."))
        self.colours = named(Switch(tr("Colours")), "tensor_colours")
        self.colours.setToolTip(tr("Blue for negative, orange for positive; each table's largest number is strongest."))
        self.changes = named(Switch(tr("Changes")), "tensor_changes")
        self.changes.setToolTip(
            tr("Frame the cells that changed most since the tables were shown last, but none that read 0 all along.")
        )
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
