"""Rows that set hyper-parameters, made from their descriptions."""

from __future__ import annotations

import math
from dataclasses import replace

from PySide6.QtCore import QSignalBlocker, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from gdsim.app import theme
from gdsim.app.widgets.message_label import MessageLabel
from gdsim.app.widgets.naming import named
from gdsim.app.widgets.number_field import LabelledNumber
from gdsim.app.widgets.switch import Switch
from gdsim.app.widgets.whole_number import WholeNumber
from gdsim.i18n import tr
from gdsim.optimizers import Hyperparameter

MOST_LABEL = 13 * theme.GRID
"""Pixels of a label before a slider; a longer one takes two lines."""

_LARGEST = 1e308
_MOST = 10**9


class HyperRow(QWidget):
    """One hyper-parameter: a number with its slider, a whole number, or a switch.

    Attributes
    ----------
    label
        What stands before a slider, to be as wide as the others.
    """

    changed = Signal(float)
    settled = Signal()

    def __init__(self, hyper: Hyperparameter, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.hyper = hyper
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(theme.GRID // 4)
        self._number: LabelledNumber | None = None
        self._whole: WholeNumber | None = None
        self._switch: Switch | None = None
        self.label: QLabel | None = None
        if hyper.scale == "switch":
            self._add_switch(layout)
        elif hyper.scale == "whole":
            self._add_whole(layout)
        else:
            self._add_number(layout)

    def show_value(self, value: float) -> None:
        """Show the value in force, but not over a slider that is being dragged."""
        if self._switch is not None:
            with QSignalBlocker(self._switch):
                self._switch.setChecked(value != 0)
        elif self._whole is not None:
            self._whole.set_silently(int(value))
        elif self._number is not None:
            if self._number.value() != value and not self._number.slider.isSliderDown():
                self._number.set_value(value)
            warning = self.hyper.warning(value)
            if warning != self._number.property("warning"):
                self._number.setProperty("warning", warning)
                self._number.set_error(warning)

    def _add_number(self, layout: QVBoxLayout) -> None:
        hyper = self.hyper
        above = hyper.above > -_LARGEST
        low = hyper.above if above else max(hyper.at_least, -_LARGEST)
        high = math.nextafter(hyper.below, -math.inf) if hyper.below < _LARGEST else _LARGEST
        number = LabelledNumber(
            hyper.name, tr(hyper.label), low, high,
            scale="log" if hyper.scale == "logarithmic" else "linear",
            slider_range=(hyper.low, hyper.high), step=0.05, above=above,
        )  # fmt: skip
        for part in (number.field, number.slider):
            part.setToolTip(tr(hyper.explanation))
        number.changed.connect(self.changed)
        number.settled.connect(self.settled)
        # The panel is to fit beside a scroll bar.
        number.slider.setMinimumWidth(4 * theme.GRID)
        number.field.setMinimumWidth(11 * theme.GRID)
        self.label = number.label
        layout.addWidget(number)
        self._number = number

    def _add_whole(self, layout: QVBoxLayout) -> None:
        hyper = self.hyper
        low = int(hyper.at_least) if hyper.at_least > -_LARGEST else -_MOST
        whole = named(WholeNumber(low, _MOST), hyper.name, tr(hyper.label))
        whole.setToolTip(tr(hyper.explanation))
        whole.setMinimumWidth(11 * theme.GRID)
        message = MessageLabel(f"{hyper.name}_message")
        whole.valueChanged.connect(lambda value: self.changed.emit(float(value)))
        whole.rejected.connect(message.show_sentence)
        label = QLabel(tr(hyper.label))
        label.setBuddy(whole)
        line = QHBoxLayout()
        line.setSpacing(theme.GRID)
        line.addWidget(label)
        line.addStretch(1)
        line.addWidget(whole)
        layout.addLayout(line)
        layout.addWidget(message)
        self._whole = whole

    def _add_switch(self, layout: QVBoxLayout) -> None:
        hyper = self.hyper
        self._switch = named(Switch(tr(hyper.label)), hyper.name, tr(hyper.label))
        self._switch.setToolTip(tr(hyper.explanation))
        self._switch.toggled.connect(lambda on: self.changed.emit(float(on)))
        self._switch.toggled.connect(lambda _: self.settled.emit())
        layout.addWidget(self._switch)


class HyperRows(QWidget):
    """The rows of some hyper-parameters; rows that stay as they are keep what is being typed."""

    changed = Signal(str, float)
    settled = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rows: dict[str, HyperRow] = {}
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(theme.GRID // 2)

    def show_rows(self, described: list[Hyperparameter]) -> None:
        """Have a row for each of ``described``, in their order, and for no other."""
        wanted = {hyper.name: hyper for hyper in described}
        for name, row in list(self._rows.items()):
            if name not in wanted or not _look_alike(row.hyper, wanted[name]):
                self._layout.removeWidget(row)
                row.setParent(None)
                row.deleteLater()
                del self._rows[name]
        for place, hyper in enumerate(described):
            if hyper.name not in self._rows:
                self._rows[hyper.name] = row = HyperRow(hyper)
                row.changed.connect(lambda value, name=hyper.name: self.changed.emit(name, value))
                row.settled.connect(self.settled)
            self._layout.insertWidget(place, self._rows[hyper.name])
        labels = [row.label for row in self._rows.values() if row.label is not None]
        for label in labels:
            label.setWordWrap(label.sizeHint().width() > MOST_LABEL)
        width = min(max((label.sizeHint().width() for label in labels), default=0), MOST_LABEL)
        for label in labels:
            label.setFixedWidth(max(width, 1))

    def show_values(self, values: dict[str, float]) -> None:
        """Show the values in force."""
        for name, row in self._rows.items():
            if name in values:
                row.show_value(values[name])


def _look_alike(one: Hyperparameter, other: Hyperparameter) -> bool:
    return replace(one, default=other.default) == other
