"""Sliders over doubles, evenly spread or by the logarithm."""

from __future__ import annotations

import math

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QSlider, QStyle, QStyleOptionSlider, QWidget


class PlainSlider(QSlider):
    """A slider that reacts to Up and Down only: the other keys step the run."""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """React to Up and Down; leave every other key to the shortcuts."""
        if event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            super().keyPressEvent(event)
        else:
            event.ignore()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Turn only while focused, so that scrolling a panel changes nothing."""
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()


class ValueSlider(PlainSlider):
    """A horizontal slider over an interval of doubles; base of `LinearSlider` and `LogSlider`.

    Parameters
    ----------
    low, high
        The ends of the interval.
    positions
        In how many equal parts the slider divides it.

    `value_changed` follows the user, never `set_value`.
    """

    value_changed = Signal(float)
    POSITIONS = 1000

    def __init__(self, low: float, high: float, parent: QWidget | None = None, *, positions: int = POSITIONS) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self._low, self._high, self._positions = low, high, positions
        self._exact = low
        self.setRange(0, positions)
        self.setSingleStep(max(1, positions // 100))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMinimumWidth(48)
        self.valueChanged.connect(self._moved)

    def set_value(self, value: float) -> None:
        """Show ``value`` (clamped to the interval) without a signal."""
        self._exact = min(max(value, self._low), self._high)
        with QSignalBlocker(self):
            self.setValue(round(self._fraction(self._exact) * self._positions))

    def current_value(self) -> float:
        """Return the value, to the last digit given by `set_value`."""
        return self._exact

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Jump to where one clicks, then drag from there."""
        if event.button() == Qt.MouseButton.LeftButton:
            self.setSliderPosition(position_at(self, event.position().x()))
        super().mousePressEvent(event)

    def _moved(self, position: int) -> None:
        self._exact = self._value(position / self._positions)
        self.value_changed.emit(self._exact)

    def _fraction(self, value: float) -> float:
        raise NotImplementedError

    def _value(self, fraction: float) -> float:
        raise NotImplementedError


class LinearSlider(ValueSlider):
    """A slider whose positions are spread evenly over the interval."""

    def _fraction(self, value: float) -> float:
        return (value - self._low) / (self._high - self._low)

    def _value(self, fraction: float) -> float:
        resolution = (self._high - self._low) / self._positions
        digits = max(0, -math.floor(math.log10(resolution) + 1e-9))
        return round(self._low + fraction * (self._high - self._low), digits)


class LogSlider(ValueSlider):
    """A slider whose positions are spread evenly over the logarithm; both ends must be positive."""

    def _fraction(self, value: float) -> float:
        return math.log(value / self._low) / math.log(self._high / self._low)

    def _value(self, fraction: float) -> float:
        # Three digits are what a position can tell apart; more would suggest a precision that is not there.
        return float(f"{self._low * (self._high / self._low) ** fraction:.3g}")


def position_at(slider: QSlider, x: float) -> int:
    """Return the position of a horizontal ``slider`` whose handle's middle would lie at widget coordinate ``x``."""
    option = QStyleOptionSlider()
    slider.initStyleOption(option)
    handle = slider.style().subControlRect(
        QStyle.ComplexControl.CC_Slider, option, QStyle.SubControl.SC_SliderHandle, slider
    )
    span = slider.width() - handle.width()
    offset = round(x - handle.width() / 2)
    return QStyle.sliderValueFromPosition(slider.minimum(), slider.maximum(), offset, span)
