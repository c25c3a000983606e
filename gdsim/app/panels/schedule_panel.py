"""The schedule of the learning rate: its kind, its numbers and what it makes of the learning rate."""

from __future__ import annotations

import math
from functools import partial

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QEvent, QSignalBlocker, Qt, Signal
from PySide6.QtGui import QHelpEvent, QKeyEvent, QResizeEvent, QShowEvent, QWheelEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QToolTip, QVBoxLayout, QWidget

from gdsim.app import theme as themes
from gdsim.app.theme import GRID, Theme
from gdsim.app.widgets.chart_marks import readout
from gdsim.app.widgets.chart_plot import ChartPlot, StepAxis
from gdsim.app.widgets.chart_steps import StepRange
from gdsim.app.widgets.message_label import MessageLabel
from gdsim.app.widgets.naming import named
from gdsim.app.widgets.number_field import LabelledNumber, number_text, tabular
from gdsim.app.widgets.plot_style import own_menu
from gdsim.app.widgets.polite import PoliteComboBox
from gdsim.app.widgets.whole_number import WholeNumber
from gdsim.i18n import tr
from gdsim.simulation.rates import KINDS, RateField, RateSchedule

_HEIGHT = 11 * GRID
_MOST_POINTS = 1000
"""Points of the curve at most: more than there are pixels."""
_GOLDEN = (math.sqrt(5) - 1) / 2
_FARTHEST = 1e300
"""Learning rates beyond are drawn here."""
_LARGEST = 1e308


class SchedulePanel(QWidget):
    """Chooses the schedule of the learning rate and shows what it makes of it; one line while that is nothing."""

    chosen = Signal(object)
    """The `RateSchedule` that the user asks for."""
    settled = Signal()
    """A drag has ended, or a value was entered."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        named(self, "schedule_panel", tr("Schedule of the learning rate"))
        self._schedule, self._rate, self._steps = RateSchedule(), 0.0, 1
        self._whole: dict[str, WholeNumber] = {}
        self._numbers: dict[str, LabelledNumber] = {}
        self.kind = named(PoliteComboBox(), "schedule", tr("Schedule of the learning rate"))
        self.kind.setSizeAdjustPolicy(PoliteComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.kind.setMinimumContentsLength(5)
        for kind in KINDS.values():
            self.kind.addItem(tr(kind.label), kind.name)
            self.kind.setItemData(self.kind.count() - 1, tr(kind.explanation), Qt.ItemDataRole.ToolTipRole)
        self.kind.activated.connect(self._choose_kind)
        self._rows: list[QWidget] = []
        self._places = QVBoxLayout()
        self._error = MessageLabel("schedule_error")
        self._readout = named(QLabel(), "schedule_readout", tr("Learning rate at the current step"))
        self._readout.setFont(tabular(self._readout.font()))
        # As narrow as the panel may be: the words are made to fit.
        self._readout.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self._preview: _Preview | None = None
        self._note = MessageLabel("schedule_note")
        self._step = 0
        self._lay_out()
        self._show_kind()

    def show_schedule(self, schedule: RateSchedule, learning_rate: float, steps: int) -> None:
        """Show what is in force, without a signal and not over a slider that is being dragged.

        Parameters
        ----------
        schedule
            The schedule.
        learning_rate
            What it is applied to.
        steps
            Length of the run: what Run makes, or what is recorded if that is more.
        """
        before = self._schedule, self._rate, self._steps
        self._schedule, self._rate, self._steps = schedule, learning_rate, max(steps, 1)
        if schedule.kind != before[0].kind:
            self._show_kind()
        self._show_choices()
        if (self._schedule, self._rate, self._steps) != before:
            self._show_course()

    def show_step(self, step: int) -> None:
        """Mark the current step."""
        self._step = step
        self._show_rate()

    def set_theme(self, theme: Theme) -> None:
        """Take the colours of ``theme``."""
        if self._preview is not None:
            self._preview.set_theme(theme)
        self._note.refresh_colour()
        self._error.refresh_colour()

    def changeEvent(self, event: QEvent) -> None:
        """Follow the palette from light to dark and back."""
        super().changeEvent(event)
        ready = event.type() == QEvent.Type.PaletteChange and hasattr(self, "_step")
        if ready and (self._preview is None or not self._preview.closed):
            self.set_theme(themes.current())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fit the words into the new width."""
        super().resizeEvent(event)
        self._show_rate()

    def _lay_out(self) -> None:
        label = QLabel(tr("Schedule"))
        label.setBuddy(self.kind)
        top = QHBoxLayout()
        top.setSpacing(GRID)
        top.addWidget(label)
        top.addWidget(self.kind, 1)
        self._places.setSpacing(GRID // 2)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(GRID, GRID // 2, GRID, GRID // 2)
        layout.setSpacing(GRID // 2)
        layout.addLayout(top)
        layout.addLayout(self._places)
        for widget in (self._error, self._readout, self._note):
            layout.addWidget(widget)
        layout.addStretch(1)

    def _show_kind(self) -> None:
        """Have a row for each number of the kind in force."""
        kind = self._schedule.description
        self.kind.setToolTip(tr(kind.explanation))
        self._error.show_sentence("")
        self._take_rows_away()
        rows = [self._whole_row(field) if field.scale == "whole" else self._number_row(field) for field in kind.fields]
        width = max((label.sizeHint().width() for _, label in rows), default=0)
        for row, label in rows:
            label.setMinimumWidth(width)
            self._places.addWidget(row)
            self._rows.append(row)
        self._readout.setVisible(bool(kind.fields))
        if kind.fields or self._preview is not None:
            self._curve().setVisible(bool(kind.fields))

    def _curve(self) -> _Preview:
        """Return the preview, made when it is first needed: the window's start is not to wait for it."""
        if self._preview is None:
            self._preview = named(_Preview(), "schedule_preview", tr("Learning rate against the step"))
            layout = self.layout()
            assert isinstance(layout, QVBoxLayout)
            layout.insertWidget(layout.indexOf(self._note), self._preview)
        return self._preview

    def _take_rows_away(self) -> None:
        focus = self.window().focusWidget()
        for row in self._rows:
            if focus is not None and row.isAncestorOf(focus):
                # The keys are the run's again instead of the next field's.
                focus.clearFocus()
            row.hide()
            row.setParent(None)
            row.deleteLater()
        self._rows.clear()
        self._whole.clear()
        self._numbers.clear()

    def _whole_row(self, about: RateField) -> tuple[QWidget, QLabel]:
        field = WholeNumber(int(about.at_least), int(about.at_most), suffixes=(tr(" step"), tr(" steps")))
        named(field, f"schedule_{about.name}", tr(about.label)).setToolTip(tr(about.explanation))
        field.valueChanged.connect(partial(self._choose_number, about.name))
        field.rejected.connect(self._error.show_sentence)
        field.editingFinished.connect(self.settled)
        field.set_silently(int(self._schedule.hyper[about.name]))
        self._whole[about.name] = field
        label = QLabel(tr(about.label))
        label.setBuddy(field)
        row = QWidget()
        layout = QHBoxLayout(row)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(GRID)
        layout.addWidget(label)
        layout.addWidget(field, 1)
        return row, label

    def _number_row(self, about: RateField) -> tuple[QWidget, QLabel]:
        row = LabelledNumber(
            f"schedule_{about.name}",
            tr(about.label),
            max(about.above, about.at_least),
            min(about.at_most, _LARGEST),
            scale="log" if about.scale == "logarithmic" else "linear",
            slider_range=(about.low, about.high),
            step=0.05,
            above=math.isfinite(about.above),
        )
        for part in (row.field, row.slider):
            part.setToolTip(tr(about.explanation))
        row.set_value(self._schedule.hyper[about.name])
        row.changed.connect(partial(self._choose_number, about.name))
        row.settled.connect(self.settled)
        self._numbers[about.name] = row
        return row, row.label

    def _show_choices(self) -> None:
        with QSignalBlocker(self.kind):
            self.kind.setCurrentIndex(self.kind.findData(self._schedule.kind))
        for name, field in self._whole.items():
            if field.value() != self._schedule.hyper[name]:
                field.set_silently(int(self._schedule.hyper[name]))
        for name, row in self._numbers.items():
            if row.value() != self._schedule.hyper[name] and not row.slider.isSliderDown():
                row.set_value(self._schedule.hyper[name])

    def _show_course(self) -> None:
        """Draw the learning rate over the run, and say where the schedule ends if that is elsewhere."""
        self._note.show_sentence(self._sentence(), muted=True)
        if not self._schedule.description.fields:
            return
        places = _places(self._steps)
        rates = [self._rate * self._schedule.factor(place) for place in places]
        self._curve().show_course(np.array(places, np.float64), np.minimum(rates, _FARTHEST), self._steps)
        self._show_rate()

    def _sentence(self) -> str:
        length, end = self._schedule.length, self._schedule.end
        if length is None or end is None or length == self._steps:
            return ""
        if length > self._steps:
            return tr(
                "The schedule takes {length} steps, but Run makes {steps}: the learning rate does not come to its end.",
                length=length,
                steps=self._steps,
            )
        rate = self._rate * self._schedule.factor(end)
        return tr(
            "The schedule ends at step {end}; from there on the learning rate stays at {rate}.",
            end=end,
            rate=number_text(float(f"{rate:.4g}")),
        )

    def _show_rate(self) -> None:
        if not self._schedule.description.fields:
            return
        rate = self._rate * self._schedule.factor(self._step)
        room = self._readout.contentsRect().width()
        self._readout.setText(readout(tr("Learning rate"), self._step, rate, room, self._readout.fontMetrics()))
        said = {"rate": number_text(rate), "factor": number_text(self._schedule.factor(self._step))}
        self._readout.setToolTip(tr("{rate}: the learning rate that is set times {factor}.", **said))
        self._curve().show_step(self._step, min(rate, _FARTHEST))

    def _choose_kind(self, index: int) -> None:
        name = str(self.kind.itemData(index))
        if name != self._schedule.kind:
            self.chosen.emit(self._schedule.turned_into(name, self._steps))
            self.settled.emit()

    def _choose_number(self, name: str, value: float) -> None:
        self.chosen.emit(self._schedule.with_number(name, value))


class _Preview(pg.PlotWidget):
    """A curve over the steps of the run with the current step marked; it leaves keys and wheel alone."""

    def __init__(self) -> None:
        super().__init__(viewBox=pg.ViewBox(enableMenu=False), axisItems={"bottom": StepAxis()})
        own_menu(self)
        self.setAccessibleDescription(tr("What the schedule makes of the learning rate at each step of the run."))
        self.setToolTip(tr("What the schedule makes of the learning rate at each step; the line is the current step."))
        self.setFixedHeight(_HEIGHT)
        self.setMinimumWidth(16 * GRID)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.plotItem.layout.setContentsMargins(0, GRID // 2, GRID, 0)
        self._range, self._line = StepRange(), (np.empty(0), np.empty(0))
        self._plot = ChartPlot(self.plotItem, "")
        self.set_theme(themes.current())

    def show_course(self, places: np.ndarray, rates: np.ndarray, steps: int) -> None:
        """Draw learning rates, finite, at the steps ``places``, shape ``(n,)`` each, of a run of so many steps."""
        self._line = places, rates
        self._range.set_last(steps)
        self._draw()

    def show_step(self, step: int, rate: float) -> None:
        """Mark the current step and the learning rate there."""
        self._plot.mark(step, None, [step], np.array([rate]))

    def set_theme(self, theme: Theme) -> None:
        """Draw in the colours of ``theme``."""
        self.setBackground(theme.ground)
        self._plot.set_theme(theme)
        self._plot.set_looks([(theme.accent, False)])

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Lay out anew."""
        super().resizeEvent(event)
        # pyqtgraph resizes before this class is set up and once more while it is being taken apart.
        if hasattr(self, "_plot") and not self.closed:
            self._draw()

    def showEvent(self, event: QShowEvent) -> None:
        """Draw what came while the curve was hidden."""
        super().showEvent(event)
        self._draw()

    def viewportEvent(self, event: QEvent) -> bool:
        """Show the tooltip: a graphics view asks the things in it only."""
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            QToolTip.showText(event.globalPos(), self.toolTip(), self)
            return True
        return bool(super().viewportEvent(event))

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Leave the wheel to the panel around."""
        event.ignore()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Leave all keys to the run."""
        event.ignore()

    def _draw(self) -> None:
        if self.isVisible() and len(self._line[0]):
            self.plotItem.layout.activate()
            self._range.set_margin(self._plot.margin)
            self._plot.draw([self._line], self._range)
            self._plot.place_ticks()


def _places(steps: int) -> list[int]:
    """Return the steps of a run at which a curve is drawn: all of them, or some in order, both ends among them."""
    if steps < _MOST_POINTS:
        return list(range(steps + 1))
    # Not evenly spaced, or a schedule that goes up and down as often would look flat.
    stride = steps / _MOST_POINTS
    inner = (int(stride * (place + place * _GOLDEN % 1.0)) for place in range(1, _MOST_POINTS))
    return sorted({0, *inner, steps})
