"""The rows of a program's leaves: value, slider and its ends, and whether a gradient is wanted."""

from __future__ import annotations

import math
from collections.abc import Mapping

from PySide6.QtCore import QEvent, QSignalBlocker, Qt, Signal
from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QButtonGroup, QGridLayout, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from gdsim.app import theme
from gdsim.app.panels.range_popup import RangePopup
from gdsim.app.widgets.naming import named
from gdsim.app.widgets.number_field import LabelledNumber, LinearSlider, NumberField, number_text
from gdsim.app.widgets.row_button import RowButton
from gdsim.app.widgets.switch import Switch
from gdsim.app.widgets.tint import tint_if_on
from gdsim.i18n import tr
from gdsim.simulation.autograd_scenario import Leaf

LARGEST = 1e308
"""Beyond it a value can be neither typed nor shown."""

_WIDEST_NAME = 6 * theme.GRID
"""Longer names are elided."""

Ends = tuple[float, float]


class LeafRows(QWidget):
    """One row for each leaf; they stay while the leaves' names stay, so that a slider can be dragged meanwhile.

    All signals but `settled` begin with the leaf's name; they follow the person, never `show_leaves`.
    """

    value_chosen = Signal(str, float)
    requires_grad_chosen = Signal(str, bool)
    range_chosen = Signal(str, float, float)
    followed = Signal(str)
    settled = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rows: dict[str, LeafRow] = {}
        self._group = QButtonGroup(self)
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(theme.GRID // 2)
        titles = QHBoxLayout()
        titles.addWidget(QLabel(tr("Leaves")))
        titles.addStretch(1)
        titles.addWidget(QLabel(tr("requires_grad")))
        self._layout.addLayout(titles)

    def show_leaves(self, leaves: Mapping[str, Leaf], followed: str) -> None:
        """Show leaves by name, and which of them is followed, without a signal."""
        if tuple(leaves) != tuple(self._rows):
            self._make_rows(leaves)
        for name, leaf in leaves.items():
            self._rows[name].show_leaf(leaf, name == followed)

    def put_after(self, widget: QWidget) -> None:
        """Let Tab go from ``widget`` through the rows."""
        for row in self._rows.values():
            for each in row.stops():
                QWidget.setTabOrder(widget, each)
                widget = each

    def changeEvent(self, event: QEvent) -> None:
        """Follow the palette."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "_rows"):
            for row in self._rows.values():
                row.refresh_colours()

    def _make_rows(self, leaves: Mapping[str, Leaf]) -> None:
        for name in [name for name in self._rows if name not in leaves]:
            self._group.removeButton(self._rows[name].follow)
            discard(self._rows.pop(name))
        self._rows = {name: self._rows.get(name) or self._new_row(name, leaf) for name, leaf in leaves.items()}
        for place, row in enumerate(self._rows.values(), start=1):
            self._layout.insertWidget(place, row)
        width = max((row.follow.sizeHint().width() for row in self._rows.values()), default=0)
        for row in self._rows.values():
            row.follow.setFixedWidth(max(width, 4 * theme.GRID))

    def _new_row(self, name: str, leaf: Leaf) -> LeafRow:
        row = LeafRow(name, leaf.range)
        self._group.addButton(row.follow)
        row.changed.connect(lambda value: self.value_chosen.emit(name, value))
        row.requires_grad_chosen.connect(lambda on: self.requires_grad_chosen.emit(name, on))
        row.range_chosen.connect(lambda low, high: self.range_chosen.emit(name, low, high))
        row.followed.connect(lambda: self.followed.emit(name))
        row.settled.connect(self.settled)
        return row


class LeafRow(LabelledNumber):
    """The fields of one leaf: beside the value's slider and field its name, the slider's ends and a switch."""

    requires_grad_chosen = Signal(bool)
    range_chosen = Signal(float, float)
    followed = Signal()

    def __init__(self, name: str, ends: Ends) -> None:
        super().__init__(f"leaf_{name}", tr("Value of {name}", name=name), -LARGEST, LARGEST, slider_range=(0, 1))
        self._name = name
        self._ends: Ends | None = None
        self._popup: RangePopup | None = None
        self.follow = named(RowButton(), f"follow_{name}", tr("Follow {name}", name=name))
        self.more = named(RowButton(), f"leaf_{name}_range", tr("Range of the slider of {name}", name=name))
        self.switch = named(Switch(), f"requires_grad_{name}", tr("{name} requires a gradient", name=name))
        self._explain()
        self._extend()
        self._set_ends(ends)
        # Not `clicked`: it comes again for the one that is on already.
        self.follow.toggled.connect(self._toggled)
        self.more.clicked.connect(lambda _checked: self._open_popup())
        self.switch.toggled.connect(self.requires_grad_chosen)
        self.switch.toggled.connect(lambda _on: self.settled.emit())

    def show_leaf(self, leaf: Leaf, followed: bool) -> None:
        """Show a leaf without a signal."""
        self._set_ends(leaf.range)
        self.set_value(leaf.value)
        with QSignalBlocker(self.switch):
            self.switch.setChecked(leaf.requires_grad)
        with QSignalBlocker(self.follow):
            self.follow.setChecked(followed)
        self.refresh_colours()

    def stops(self) -> tuple[QWidget, ...]:
        """Return what Tab comes to, in order."""
        return self.follow, self.slider, self.field, self.more, self.switch

    def refresh_colours(self) -> None:
        """Take the colours of the present theme."""
        tint_if_on(self.follow)
        if not self.follow.isChecked():
            palette = self.follow.palette()
            palette.setColor(QPalette.ColorRole.ButtonText, QColor(theme.current().start))
            self.follow.setPalette(palette)

    def _explain(self) -> None:
        name = self._name
        font = self.follow.font()
        font.setItalic(True)
        self.follow.setFont(font)
        self.follow.setText(self.follow.fontMetrics().elidedText(name, Qt.TextElideMode.ElideRight, _WIDEST_NAME))
        self.follow.setCheckable(True)
        self.follow.setToolTip(tr("Follow {name}: show its chain rule, and the result along it.", name=name))
        self.field.setToolTip(tr("The value of {name}: any number.", name=name))
        self.more.setText("\N{HORIZONTAL ELLIPSIS}")
        self.more.setToolTip(tr("Set the ends of the slider of {name}.", name=name))
        self.switch.setToolTip(
            tr("requires_grad: backward works out the derivative by {name} and adds it to {name}.grad.", name=name)
        )

    def _extend(self) -> None:
        grid = self._grid()
        grid.setHorizontalSpacing(theme.GRID // 2)
        grid.replaceWidget(self.label, self.follow)
        self.label.hide()
        grid.addWidget(self.more, 0, 3)
        grid.addWidget(self.switch, 0, 4)
        self.more.setFixedWidth(3 * theme.GRID)
        self.field.setMinimumWidth(9 * theme.GRID)
        self.field.setButtonSymbols(NumberField.ButtonSymbols.NoButtons)

    def _grid(self) -> QGridLayout:
        grid = self.layout()
        assert isinstance(grid, QGridLayout)
        return grid

    def _set_ends(self, ends: Ends) -> None:
        """Put a slider with these ends in the place of the one that is there, unless it has them."""
        if ends == self._ends:
            return
        self._ends = ends
        slides = _can_slide(*ends)
        old, self.slider = self.slider, LinearSlider(*(ends if slides else (0, 1)))
        self.slider.setEnabled(slides)
        named(self.slider, old.objectName(), old.accessibleName())
        self.slider.setToolTip(
            tr(
                "The value of {name}, from {low} to {high}.",
                name=self._name,
                low=number_text(ends[0]),
                high=number_text(ends[1]),
            )
        )
        self.slider.value_changed.connect(self._slid)
        self.slider.sliderReleased.connect(self.settled)
        self._grid().replaceWidget(old, self.slider)
        QWidget.setTabOrder(self.follow, self.slider)
        discard(old)

    def _toggled(self, on: bool) -> None:
        self.refresh_colours()
        if on:
            self.followed.emit()

    def _open_popup(self) -> None:
        if self._popup is None:
            self._popup = RangePopup(self._name, self)
            self._popup.chosen.connect(self.range_chosen)
            self._popup.settled.connect(self.settled)
        if self._ends is not None:
            self._popup.show_range(*self._ends)
        self._popup.open_below(self.more)


def discard(widget: QWidget) -> None:
    """Take ``widget`` away at once, and delete it when nobody is inside its methods any more."""
    widget.hide()
    widget.setParent(None)
    widget.deleteLater()


def _can_slide(low: float, high: float) -> bool:
    """Tell whether a slider can divide the interval: it is neither too wide for a double nor too narrow."""
    step = (high - low) / LinearSlider.POSITIONS
    return math.isfinite(step) and step > 0
