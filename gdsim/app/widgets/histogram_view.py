"""How weights and gradients are spread, now and over the run."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QSignalBlocker, Qt
from PySide6.QtGui import QPaintEvent, QPalette, QResizeEvent, QShowEvent
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QLabel,
    QSizePolicy,
    QStyle,
    QStyleOptionComboBox,
    QStylePainter,
    QVBoxLayout,
    QWidget,
)

from gdsim.app import theme as themes
from gdsim.app.theme import GRID, Theme
from gdsim.app.widgets.naming import named
from gdsim.app.widgets.number_field import tabular
from gdsim.app.widgets.polite import PoliteComboBox
from gdsim.app.widgets.spread_canvas import SpreadCanvas
from gdsim.app.widgets.spread_panels import FRAME, HeatPanel, HistogramPanel
from gdsim.export.tensor_contents import title_of
from gdsim.i18n import tr
from gdsim.simulation.distributions import Distribution, distribution
from gdsim.simulation.heat_map import HeatMap, heat_map
from gdsim.simulation.snapshot import Snapshot

MOST_NUMBERS = 1_000_000
"""Numbers that are counted at each refresh; of larger tensors every second, third, .. is, as the view says."""

_ROWS, _FEWEST_ROWS = 96, 8
_COLUMNS, _FEW_COLUMNS = 256, 64
"""Steps of one heat map, and of each of several."""

_COLOURED = 0.99
"""Share of the cells of a heat map that the colours tell apart; the rest has the last colour."""


class _Box(PoliteComboBox):
    """A box that shortens what does not fit, where Qt would cut it off."""

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the box with as much of its text as fits."""
        painter = QStylePainter(self)
        option = QStyleOptionComboBox()
        self.initStyleOption(option)
        field = self.style().subControlRect(
            QStyle.ComplexControl.CC_ComboBox, option, QStyle.SubControl.SC_ComboBoxEditField, self
        )
        option.currentText = self.fontMetrics().elidedText(
            self.currentText(), Qt.TextElideMode.ElideRight, field.width() - GRID // 2
        )
        painter.drawComplexControl(QStyle.ComplexControl.CC_ComboBox, option)
        painter.drawControl(QStyle.ControlElement.CE_ComboBoxLabel, option)


class HistogramView(QWidget):
    """Histograms of the parameters or of what ``.grad`` holds, or heat maps of how they changed.

    Nothing is computed while the view is hidden.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        named(self, "histogram_view", tr("Distributions"))
        self.setMinimumSize(240, 144)
        self._snapshot: Snapshot | None = None
        self._stale = False
        self._shapes: list[tuple[str, tuple[int, ...]]] = []
        self._maps: dict[tuple[str, str, int, int], tuple[Sequence[Distribution], HeatMap | None]] = {}
        self._idle = ""
        self.kind = _box("histogram_kind", tr("Numbers"), tr("Whose spread is shown"))
        self.kind.addItem(tr("Weights"), "parameter")
        self.kind.addItem(tr("Gradients"), "gradient")
        self.parameter = _box("histogram_parameter", tr("Parameter"), tr("Parameter whose spread is shown"))
        self.parameter.addItem(tr("All layers"), "")
        self.mode = _box("histogram_mode", tr("View"), tr("The present step, or every step so far"))
        self.mode.addItem(tr("Now"), "now")
        self.mode.addItem(tr("Over time"), "time")
        self._canvas = named(SpreadCanvas(), "histogram_canvas", tr("Distributions"))
        self._readout = named(QLabel(), "histogram_readout")
        self._note = named(QLabel(), "histogram_note")
        self._lay_out()
        for box in (self.kind, self.parameter, self.mode):
            box.currentIndexChanged.connect(self._refresh)
        self._canvas.pointed.connect(self._point)
        self.set_theme(themes.current())
        self._refresh()

    def set_snapshot(self, snapshot: Snapshot) -> None:
        """Show a state of the run."""
        self._snapshot = snapshot
        self._refresh()

    def set_theme(self, theme: Theme) -> None:
        """Draw in the colours of ``theme``."""
        self._canvas.set_theme(theme)
        self._note.setForegroundRole(QPalette.ColorRole.PlaceholderText)

    def showEvent(self, event: QShowEvent) -> None:
        """Show what came while the view was hidden."""
        super().showEvent(event)
        if self._stale:
            self._refresh()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Write as much as fits."""
        super().resizeEvent(event)
        self._point("")

    def changeEvent(self, event: QEvent) -> None:
        """Follow the palette from light to dark and back."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "_note"):
            self.set_theme(themes.current())

    def _lay_out(self) -> None:
        controls = QHBoxLayout()
        controls.setSpacing(GRID // 2)
        controls.addWidget(self.kind)
        controls.addWidget(self.parameter, 1)
        controls.addWidget(self.mode)
        # A long name is shortened rather than widening the view.
        self.parameter.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        words = QHBoxLayout()
        words.setContentsMargins(GRID, 0, GRID, 0)
        words.setSpacing(GRID)
        self._readout.setFont(tabular(self._readout.font()))
        # Whatever it says, it must not widen the view.
        self._readout.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        words.addWidget(self._readout, 1)
        words.addWidget(self._note, 0, Qt.AlignmentFlag.AlignRight)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(GRID // 2)
        layout.addLayout(controls)
        layout.addWidget(self._canvas, 1)
        layout.addLayout(words)

    def _refresh(self) -> None:
        self._stale = not self.isVisible()
        if self._stale:
            return
        self._name_parameters()
        self._idle = ""
        self._note.setText("")
        self._note.setToolTip("")
        if self._snapshot is None:
            self._canvas.show_sentence(tr("Step or play to see how weights and gradients are spread."))
        elif self.mode.currentData() == "time":
            self._show_maps(self._snapshot)
        else:
            self._show_histograms(self._snapshot)
        if not self._canvas.panels:
            self._point("")

    def _name_parameters(self) -> None:
        """Offer the parameters that there are, and keep the one chosen."""
        parameters = self._snapshot.now.parameters if self._snapshot is not None else {}
        shapes = [(name, value.shape) for name, value in parameters.items()]
        if shapes == self._shapes:
            return
        self._shapes = shapes
        chosen = self.parameter.currentData()
        with QSignalBlocker(self.parameter):
            self.parameter.clear()
            self.parameter.addItem(tr("All layers"), "")
            for name, shape in shapes:
                self.parameter.addItem(title_of(name, shape), name)
            self.parameter.setCurrentIndex(max(0, self.parameter.findData(chosen)))

    def _chosen(self) -> list[str]:
        chosen = self.parameter.currentData()
        return [chosen] if chosen else [name for name, _ in self._shapes]

    def _show_histograms(self, snapshot: Snapshot) -> None:
        gradients = self.kind.currentData() == "gradient"
        if gradients and snapshot.grad is None:
            self._canvas.show_sentence(tr("There is no gradient yet (grad is None): run backward first."))
            return
        tensors = snapshot.grad.values if gradients and snapshot.grad is not None else snapshot.now.parameters
        names = [name for name in self._chosen() if name in tensors]
        panels, strides, lost = [], [], 0
        for name in names:
            stride, sample = _sampled(tensors[name], MOST_NUMBERS // len(names))
            spread = distribution(snapshot.now.step, sample)
            lost += sample.size - int(spread.counts.sum())
            strides.append(stride)
            title = name if len(names) > 1 else ""
            panels.append(HistogramPanel(title, spread, "gradient" if gradients else "accent"))
        self._tell(max(strides, default=1), lost)
        self._idle = (
            _summary(panels[0].distribution) if len(panels) == 1 else tr("At step {step}", step=snapshot.now.step)
        )
        self._canvas.show_panels(panels, snapshot.now.step)

    def _show_maps(self, snapshot: Snapshot) -> None:
        kind = self.kind.currentData()
        kept = snapshot.distributions.get(kind, {})
        names = self._chosen()
        several = len(names) > 1
        # No more rows than pixels, or some would not be seen.
        tall = self._canvas.cell_height(max(1, len(names)), bar=True) - FRAME
        rows, columns = min(max(tall, _FEWEST_ROWS), _ROWS), _FEW_COLUMNS if several else _COLUMNS
        maps = {name: self._map(kind, name, kept.get(name, ()), rows, columns) for name in names}
        drawn = {name: heat for name, heat in maps.items() if heat is not None}
        if not drawn:
            self._canvas.show_sentence(
                tr("There is no gradient yet (grad is None): run backward first.")
                if kind == "gradient" and snapshot.grad is None
                else tr("Step or play to see how this changes over time.")
            )
            return
        top = max(_top(heat) for heat in drawn.values())
        last = max(1, snapshot.last_step)
        panels = [HeatPanel(name if several else "", heat, top, last) for name, heat in drawn.items()]
        self._idle = tr("Steps across, values up; now at step {step}", step=snapshot.now.step)
        self._canvas.show_panels(panels, snapshot.now.step, top)

    def _map(self, kind: str, name: str, kept: Sequence[Distribution], rows: int, columns: int) -> HeatMap | None:
        """Return the heat map of ``kept``, made anew only when these changed."""
        key = (kind, name, rows, columns)
        known = self._maps.get(key)
        if known is None or known[0] is not kept:
            # Every second, third, .. from the first on, and the last one, so that what is shown does not jump.
            thinned = list(kept[:: -(-len(kept) // columns) or 1])
            if kept and thinned[-1] is not kept[-1]:
                thinned.append(kept[-1])
            known = self._maps[key] = (kept, heat_map(thinned, rows))
        return known[1]

    def _tell(self, stride: int, lost: int) -> None:
        """Say what is not counted."""
        notes = []
        if stride > 1:
            notes.append(tr("every {number} number", number=_ordinal(stride)))
        if lost:
            notes.append(tr("{count} not finite", count=lost))
        self._note.setText(", ".join(notes))
        if stride > 1:
            self._note.setToolTip(tr("There are so many numbers that only a regular sample of them is counted."))

    def _point(self, what: str) -> None:
        text = what or self._idle
        room = max(0, self._readout.width())
        self._readout.setText(self._readout.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, room))
        self._readout.setToolTip(text)


def _box(name: str, accessible: str, tip: str) -> QComboBox:
    box = named(_Box(), name, accessible)
    box.setToolTip(tip)
    box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
    return box


def _sampled(values: NDArray[np.floating], most: int) -> tuple[int, NDArray[np.floating]]:
    """Return the numbers of ``values``, or every so manieth where there are more than ``most``, and the stride."""
    stride = max(1, -(-values.size // max(1, most)))
    return stride, values.reshape(-1)[::stride]


def _top(heat: HeatMap) -> float:
    """Return the share from which on the last colour is used."""
    filled = heat.shares[heat.shares > 0]
    place = min(len(filled) - 1, int(_COLOURED * len(filled)))
    return float(np.partition(filled, place)[place])


def _summary(spread: Distribution) -> str:
    total = int(spread.counts.sum())
    if not total:
        return tr("There is no finite number.")
    low, high = f"{spread.low:.4g}", f"{spread.high:.4g}"
    return tr("{total} numbers from {low} to {high}", total=total, low=low, high=high)


def _ordinal(number: int) -> str:
    """Return ``2nd``, ``3rd``, ``17th``."""
    ending = "th" if number % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"
