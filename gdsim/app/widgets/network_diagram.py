"""The network drawn from left to right, its lines coloured and sized by weight or gradient, live."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Literal

import numpy as np
from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtGui import QColor, QImage, QPainter, QShowEvent
from PySide6.QtWidgets import (
    QButtonGroup,
    QHBoxLayout,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from gdsim.app import theme as themes
from gdsim.app.theme import GRID, Theme
from gdsim.app.widgets.naming import named
from gdsim.app.widgets.network_canvas import NetworkCanvas, Unit
from gdsim.app.widgets.network_labels import Legend, Readout
from gdsim.app.widgets.network_lettering import Lettering, lay_out, paint_lettering
from gdsim.app.widgets.network_paint import Picture, paint_legend, paint_network
from gdsim.app.widgets.network_words import gradient_note, line_words, unit_words
from gdsim.app.widgets.plot_style import blank_image, colour_text
from gdsim.app.widgets.tint import tint_if_on
from gdsim.export.network_geometry import Floats, Geometry, nice_scale
from gdsim.i18n import tr
from gdsim.problems.network import LayerValues, NetworkProblem
from gdsim.simulation.snapshot import Snapshot

Quantity = Literal["weights", "gradients"]

_DESIGN = (700.0, 350.0)
"""Size at which text and lines of an exported picture have their size on the screen."""

_HEADER = 3 * GRID


class NetworkDiagram(QWidget):
    """The network of a run.

    Signals
    -------
    unit_chosen(int, int)
        The user chose a unit: layer (0 is the first one that computes) and unit.
    quantity_chosen(str)
        The user chose what the lines show: ``'weights'`` or ``'gradients'``.
    """

    unit_chosen = Signal(int, int)
    quantity_chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("network_diagram")
        self.setAccessibleName(tr("Diagram of the network"))
        self._theme = themes.current()
        self._snapshot: Snapshot | None = None
        self._problem: NetworkProblem | None = None
        self._quantity: Quantity = "weights"
        self._flow: tuple[Floats, ...] | None = None
        self._sums: tuple[Floats, ...] = ()
        self._selected: Unit | None = None
        self._layout: tuple[NetworkProblem, QSize, Geometry, Lettering] | None = None
        self.canvas = NetworkCanvas()
        self.canvas.wanted.connect(self._draw)
        self.canvas.hovered.connect(self._read_out)
        self.canvas.pressed.connect(self._choose)
        self._note = named(Readout(), "diagram_note")
        self._legend = Legend()
        self._readout = named(Readout(), "diagram_readout")
        self._lay_out()
        self.set_theme(self._theme)

    def set_snapshot(self, snapshot: Snapshot | None) -> None:
        """Show another state of the run; a hidden diagram does so when it is shown again."""
        problem = snapshot.problem if snapshot is not None else None
        network = problem if isinstance(problem, NetworkProblem) else None
        if network is not self._problem:
            self._flow, self._selected = None, None
        self._snapshot, self._problem = snapshot, network
        self._renew()

    def set_sample(self, values: Sequence[LayerValues] | None) -> None:
        """Fill the units by what they give for one sample; its arrays have one row each. None: leave them empty."""
        if values:
            given = (values[0].inputs, *(each.outputs for each in values))
            self._flow = tuple(np.asarray(each, dtype=np.float64)[0] for each in given)
            self._sums = tuple(np.asarray(each.sums, dtype=np.float64)[0] for each in values)
        else:
            self._flow, self._sums = None, ()
        self._renew()

    @property
    def quantity(self) -> Quantity:
        """What the lines show."""
        return self._quantity

    def set_quantity(self, quantity: Quantity) -> None:
        """Let the lines show the weights or the gradient that ``.grad`` holds."""
        self._buttons[quantity].setChecked(True)
        self._mark_buttons()
        if quantity != self._quantity:
            self._quantity = quantity
            self._renew()

    @property
    def selected(self) -> Unit | None:
        """Layer and unit whose incoming lines stand out."""
        return self._selected

    def select_unit(self, layer: int | None, unit: int = 0) -> None:
        """Let the lines into one unit stand out, without a signal; None: of no unit."""
        self._selected = None if layer is None else (layer, unit)
        self._renew()

    def set_theme(self, theme: Theme) -> None:
        """Draw in the colours of ``theme``."""
        self._theme = theme
        self.canvas.theme = theme
        self._legend.theme = theme
        for label in (self._note, self._readout):
            colour_text(label, theme.muted)
        self._mark_buttons()
        self._renew()

    def grab_image(self, width: int, height: int, ground: str = "light") -> QImage:
        """Draw the diagram anew at a size of its own, with text and lines to match.

        Parameters
        ----------
        width, height
            Pixels.
        ground
            ``'light'``, ``'dark'`` or ``'transparent'``.
        """
        theme = themes.for_ground(ground)
        image = blank_image(width, height, theme, ground == "transparent")
        if self._problem is None:
            return image
        scale = min(width / _DESIGN[0], height / _DESIGN[1])
        across, down = width / scale, height / scale
        geometry, lettering = self._arranged(self._problem, across, down - _HEADER)
        picture = dataclasses.replace(self._picture(geometry, lettering, theme, ground != "transparent"), moving=False)
        painter = QPainter(image)
        painter.scale(scale, scale)
        painter.setFont(lettering.caption_font)
        painter.setPen(QColor(theme.text))
        title = tr("Weights") if self._quantity == "weights" else tr("Gradients")
        painter.drawText(2 * GRID, 0, int(across), _HEADER, Qt.AlignmentFlag.AlignVCenter, title)
        paint_legend(painter, across - 2 * GRID, _HEADER / 2, picture.scale, theme, self.font())
        painter.translate(0, _HEADER)
        paint_network(painter, picture)
        paint_lettering(painter, picture)
        painter.end()
        return image

    def sizeHint(self) -> QSize:
        """Return a comfortable size."""
        return QSize(88 * GRID, 44 * GRID)

    def showEvent(self, event: QShowEvent) -> None:
        """Say what has changed meanwhile."""
        super().showEvent(event)
        self._read_out()

    def changeEvent(self, event: QEvent) -> None:
        """Follow the font, in which the names are set."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange and self._layout is not None:
            self._layout = None
            self._renew()

    def _lay_out(self) -> None:
        switch = named(QWidget(), "diagram_quantity", tr("What the lines show"))
        row = QHBoxLayout(switch)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        group = QButtonGroup(self)
        self._buttons: dict[str, QToolButton] = {}
        tips = {
            "weights": (tr("&Weights"), tr("Lines by weight: blue below 0, orange above, thicker the larger.")),
            "gradients": (tr("&Gradients"), tr("Lines by what .grad holds: blue below 0, orange above.")),
        }
        for quantity, (text, tip) in tips.items():
            button = named(QToolButton(), f"diagram_{quantity}", text.replace("&", ""))
            button.setText(text)
            button.setToolTip(tip)
            button.setCheckable(True)
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            group.addButton(button)
            row.addWidget(button)
            self._buttons[quantity] = button
        self._buttons["weights"].setChecked(True)
        self._buttons["weights"].clicked.connect(lambda: self._switch("weights"))
        self._buttons["gradients"].clicked.connect(lambda: self._switch("gradients"))
        header = QHBoxLayout()
        header.setContentsMargins(GRID, GRID // 2, GRID, GRID // 2)
        header.setSpacing(GRID)
        header.addWidget(switch)
        header.addWidget(self._note, 1)
        header.addWidget(self._legend)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(header)
        layout.addWidget(self.canvas, 1)
        layout.addWidget(self._readout)

    def _mark_buttons(self) -> None:
        for button in self._buttons.values():
            tint_if_on(button)

    def _renew(self) -> None:
        self.canvas.invalidate()
        if self.isVisible():
            self._read_out()

    def _draw(self) -> None:
        """Give the canvas, which is about to paint, what there is now."""
        if self._problem is None:
            self.canvas.set_picture(None)
            self._tell("", 0.0)
            return
        size = self.canvas.size()
        if self._layout is None or self._layout[0] is not self._problem or self._layout[1] != size:
            arranged = self._arranged(self._problem, size.width(), size.height())
            self._layout = (self._problem, size, *arranged)
        picture = self._picture(*self._layout[2:], self._theme, True)
        self.canvas.set_picture(picture)
        self._tell(gradient_note(self._snapshot) if self._quantity == "gradients" else "", picture.scale)

    def _tell(self, note: str, scale: float) -> None:
        self._note.say(note)
        self._legend.set_scale(scale)

    def _arranged(self, problem: NetworkProblem, width: float, height: float) -> tuple[Geometry, Lettering]:
        data = problem.data
        return lay_out(problem.layers, data.feature_names, data.class_names, self.font(), width, height)

    def _picture(self, geometry: Geometry, lettering: Lettering, theme: Theme, ground: bool) -> Picture:
        shown = self._shown()
        values = geometry.values(shown) if shown is not None else None
        scale = nice_scale(values) if values is not None else 0.0
        flow = self._flow
        if flow is not None and [len(each) for each in flow] != [column.size for column in geometry.columns]:
            flow = None
        moving = self._snapshot is not None and self._snapshot.playing
        return Picture(geometry, lettering, theme, ground, values, scale, flow, self._selected, moving)

    def _shown(self) -> dict[str, Floats] | None:
        """Return what the lines show, under the parameters' names."""
        assert self._snapshot is not None
        if self._quantity == "weights":
            return self._snapshot.now.parameters
        return self._snapshot.grad.values if self._snapshot.grad is not None else None

    def _switch(self, quantity: Quantity) -> None:
        if quantity != self._quantity:
            self.set_quantity(quantity)
            self.quantity_chosen.emit(quantity)

    def _choose(self, layer: int, unit: int) -> None:
        self.select_unit(layer, unit)
        self.unit_chosen.emit(layer, unit)

    def _read_out(self) -> None:
        """Write the numbers of what the pointer touches, else of the selected unit."""
        if self._problem is None or self._snapshot is None:
            self._readout.say("")
            return
        unit = self.canvas.unit or self._selected
        if self.canvas.line is not None and self._layout is not None and self._layout[0] is self._problem:
            geometry, line = self._layout[2], self.canvas.line
            place = (int(geometry.layer[line]), int(geometry.unit[line]), int(geometry.input[line]))
            text = line_words(self._snapshot, self._problem, *place)
        elif unit is not None:
            text = unit_words(self._snapshot, self._problem, *unit, self._flow, self._sums)
        else:
            text = tr("Point at a line or a unit to read its numbers; click a unit to see its computation.")
        self._readout.say(text)
