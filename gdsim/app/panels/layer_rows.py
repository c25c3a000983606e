"""The rows of a network's layers: one for each hidden layer, and the output's."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QObject, QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import QGridLayout, QLabel, QPushButton, QToolButton, QWidget

from gdsim.app import theme
from gdsim.app.panels.fields import Choice, show_or_hide
from gdsim.app.widgets.naming import named
from gdsim.app.widgets.polite import mark_refused
from gdsim.app.widgets.switch import Switch
from gdsim.app.widgets.whole_number import WholeNumber
from gdsim.i18n import tr
from gdsim.problems.network import ACTIVATIONS
from gdsim.simulation.network_scenario import MOST_LAYERS, MOST_UNITS, NetworkSpec

MOST_HIDDEN = MOST_LAYERS - 1
NEW_UNITS = 8
"""Units of an added layer where there is none before it to take them from."""

_UNITS, _ACTIVATION, _BIAS, _REMOVE = 1, 2, 3, 4


class LayerRow(QObject):
    """The fields of one hidden layer, in one row of a grid with those of the others.

    `changed` follows the person, never `show_layer`; `removed` asks for the layer to go.
    """

    changed = Signal()
    removed = Signal()

    def __init__(self, number: int, grid: QGridLayout, parent: QWidget) -> None:
        super().__init__(parent)
        name = f"linear{number}"
        self.label = QLabel(name)
        self.units = named(WholeNumber(1, MOST_UNITS), f"units_{number}", tr("Units of {layer}", layer=name))
        self.units.setButtonSymbols(WholeNumber.ButtonSymbols.NoButtons)
        self.units.reserve(MOST_UNITS)
        self.label.setBuddy(self.units)
        self.activation = activation_choice(f"activation_{number}", name)
        self.bias = bias_switch(f"bias_{number}", name)
        self.remove = named(QToolButton(), f"remove_layer_{number}", tr("Remove {layer}", layer=name))
        self.remove.setText("\N{MULTIPLICATION SIGN}")
        self.remove.setAutoRaise(True)
        self.remove.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.remove.setToolTip(tr("Remove {layer}.", layer=name))
        self.widgets: tuple[QWidget, ...] = (self.label, self.units, self.activation, self.bias, self.remove)
        for column, widget in enumerate(self.widgets):
            grid.addWidget(widget, number, column, *_placed(column))
            widget.hide()
        self.units.valueChanged.connect(lambda _value: self.changed.emit())
        self.activation.activated.connect(lambda _index: self.changed.emit())
        self.bias.toggled.connect(lambda _on: self.changed.emit())
        self.remove.clicked.connect(lambda _checked: self.removed.emit())

    def value(self) -> dict[str, Any]:
        """Return the layer as an entry of a scenario."""
        return {
            "units": self.units.value(),
            "activation": self.activation.choice(),
            "bias": self.bias.isChecked(),
        }

    def show_layer(self, layer: dict[str, Any] | None) -> None:
        """Show a layer without a signal; None hides the row."""
        if layer is not None:
            self.units.set_silently(layer["units"])
            self.activation.show_choice(layer["activation"])
            with QSignalBlocker(self.bias):
                self.bias.setChecked(layer["bias"])
        for widget in self.widgets:
            show_or_hide(widget, layer is not None)

    def mark(self, in_force: dict[str, Any] | None) -> None:
        """Let those fields be seen that differ from a layer; from None, all do."""
        layer = self.value()
        fields = {"units": self.units, "activation": self.activation, "bias": self.bias}
        for key, field in fields.items():
            mark_refused(field, in_force is None or layer[key] != in_force[key])


class LayerRows(QWidget):
    """All layers of a network; rows are made when they are first needed, and kept.

    `layers_changed` and `output_changed` (with the key that has changed) follow the person, never `show_layers`.
    """

    layers_changed = Signal()
    output_changed = Signal(str)
    rejected = Signal(str)
    settled = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rows: list[LayerRow] = []
        self._count = 0
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(theme.GRID // 2)
        self._grid.setVerticalSpacing(theme.GRID // 4)
        self._grid.setColumnStretch(_ACTIVATION, 1)
        for column, text in ((_UNITS, tr("units")), (_ACTIVATION, tr("activation")), (_BIAS, tr("bias"))):
            self._grid.addWidget(QLabel(text), 0, column, *_placed(column))
        self._make_row()  # before the output's fields, so that Tab comes to it first; the others follow it
        self.classes = named(QLabel("\N{EN DASH}"), "units_output", tr("Units of output"))
        self.classes.setToolTip(tr("The output has one unit for each class of the data."))
        self.activation = activation_choice("activation_output", "output")
        self.bias = bias_switch("bias_output", "output")
        self.add = named(QPushButton(tr("Add layer")), "add_layer", tr("Add layer"))
        self.add.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        for column, widget in enumerate((QLabel("output"), self.classes, self.activation, self.bias)):
            self._grid.addWidget(widget, MOST_LAYERS, column, *_placed(column))
        self._grid.setColumnMinimumWidth(_UNITS, self.fontMetrics().horizontalAdvance("4096") + 2 * theme.GRID)
        # As far in as a field's text, which begins behind its frame.
        self.classes.setIndent(theme.GRID // 2)
        self._explain_add()
        self.add.clicked.connect(lambda _checked: self._add())
        self.activation.activated.connect(lambda _index: self._tell_output("activation"))
        self.bias.toggled.connect(lambda _on: self._tell_output("bias"))

    def hidden(self) -> list[dict[str, Any]]:
        """Return the hidden layers as a scenario's ``layer`` list."""
        return [row.value() for row in self._rows[: self._count]]

    def show_network(self, network: NetworkSpec) -> None:
        """Show all layers without a signal."""
        self._show([layer.model_dump() for layer in network.layer])
        self.activation.show_choice(network.output.activation)
        with QSignalBlocker(self.bias):
            self.bias.setChecked(network.output.bias)

    def mark(self, in_force: list[dict[str, Any]]) -> None:
        """Let those fields be seen that differ from the layers in force."""
        for index, row in enumerate(self._rows):
            known = in_force[index] if index < len(in_force) else None
            row.mark(known if index < self._count else row.value())

    def show_classes(self, classes: int) -> None:
        """Show the number of units of the output."""
        self.classes.setText(str(classes))

    def _show(self, layers: list[dict[str, Any]]) -> None:
        while len(self._rows) < len(layers):
            self._make_row()
        self._keep_focus(len(layers))
        self._count = len(layers)
        for index, row in enumerate(self._rows):
            row.show_layer(layers[index] if index < len(layers) else None)
        self.add.setEnabled(len(layers) < MOST_HIDDEN)
        self._explain_add()

    def _make_row(self) -> None:
        index = len(self._rows)
        row = LayerRow(index + 1, self._grid, self)
        row.changed.connect(self.layers_changed)
        row.removed.connect(lambda: self._remove(index))
        row.units.rejected.connect(self.rejected)
        row.units.editingFinished.connect(self.settled)
        for box in (row.activation.activated, row.bias.toggled):
            box.connect(lambda _value: self.settled.emit())
        if self._rows:
            above: QWidget = self._rows[-1].remove
            for widget in row.widgets[_UNITS:]:
                QWidget.setTabOrder(above, widget)
                above = widget
        self._rows.append(row)

    def _keep_focus(self, count: int) -> None:
        """Before rows beyond ``count`` go: let the focus stay on its kind of field, in the last row that remains."""
        focus = self.window().focusWidget()
        for row in self._rows[count:]:
            if focus is not None and focus in row.widgets:
                widgets = self._rows[count - 1].widgets if count else (self.add,) * len(row.widgets)
                widgets[row.widgets.index(focus)].setFocus()
        if focus is self.add and count == MOST_HIDDEN:
            self._rows[-1].remove.setFocus()

    def _add(self) -> None:
        self._commit()
        layers = self.hidden()
        if len(layers) < MOST_HIDDEN:
            last = layers[-1] if layers else {"units": NEW_UNITS, "activation": "relu", "bias": True}
            self._change([*layers, dict(last)])

    def _remove(self, index: int) -> None:
        self._commit()
        layers = self.hidden()
        self._change(layers[:index] + layers[index + 1 :])

    def _change(self, layers: list[dict[str, Any]]) -> None:
        self._show(layers)
        self.layers_changed.emit()
        self.settled.emit()

    def _commit(self) -> None:
        """Take over what is being typed: the buttons do not take the focus, which would do it."""
        for row in self._rows[: self._count]:
            row.units.commit()

    def _tell_output(self, key: str) -> None:
        self.output_changed.emit(key)
        self.settled.emit()

    def _explain_add(self) -> None:
        self.add.setToolTip(
            tr("Add a hidden layer before the output, like the one above it.")
            if self._count < MOST_HIDDEN
            else tr("A network has {most} layers at most, the output included.", most=MOST_LAYERS)
        )


def activation_choice(object_name: str, layer: str) -> Choice:
    """Return a combo box of the activations."""
    titles: dict[str, str] = {name: tr("leaky relu") if name == "leaky_relu" else tr(name) for name in ACTIVATIONS}
    choice = named(Choice(titles), object_name, tr("Activation of {layer}", layer=layer))
    choice.setToolTip(tr("What is done to the weighted sum of each unit of {layer}.", layer=layer))
    return choice


def bias_switch(object_name: str, layer: str) -> Switch:
    """Return a switch without a text; the column's title is its label."""
    switch = named(Switch(), object_name, tr("Bias of {layer}", layer=layer))
    switch.setToolTip(tr("Whether each unit of {layer} adds a bias to its weighted sum.", layer=layer))
    return switch


def _placed(column: int) -> tuple[int, int, Qt.AlignmentFlag]:
    return (1, 1, Qt.AlignmentFlag.AlignHCenter if column == _BIAS else Qt.AlignmentFlag(0))
