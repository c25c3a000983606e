"""The legend of a chart: a sample of each line, its name, and its value where the cursor stands."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

from PySide6.QtCore import QEvent, QPoint, QRect, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QHelpEvent, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QToolTip, QWidget

from gdsim.app.theme import GRID, Theme
from gdsim.app.widgets.chart_marks import shown
from gdsim.app.widgets.number_field import tabular
from gdsim.i18n import tr

_PIXELS = 11
_ROW = 14
_SAMPLE = 2 * GRID
_GAP = GRID // 2
# Pixels of a name that is still worth reading.
_SHORTEST_NAME = 24
_DIGITS = (5, 4, 3)
_MOST_HEIGHT = 0.4
"""Share of the chart's height that the legend may take."""


class Sample(NamedTuple):
    """How one line looks, and its name."""

    name: str
    colour: str
    dashed: bool


class Reading(NamedTuple):
    """A value, the step that it is of, and the step that is read out, which may be later."""

    step: int
    value: float
    asked: int

    @property
    def earlier(self) -> bool:
        """Whether the value is of an earlier step than that which is read out."""
        return self.step < self.asked

    def sentence(self) -> str:
        """Return the value with all its digits, and of which step it is if of an earlier one."""
        if self.earlier:
            return tr("{value}, known last at step {step}", value=repr(self.value), step=self.step)
        return repr(self.value)


class ChartLegend(QWidget):
    """Names and values in as many columns as fit, each number in a place of its own, so that nothing dances."""

    def __init__(self, object_name: str, parent: QWidget, decimals: int | None = None) -> None:
        super().__init__(parent)
        self._decimals = decimals
        self.setObjectName(object_name)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        # Hovering is the plot's business.
        self.setMouseTracking(True)
        font = QFont(self.font())
        font.setPixelSize(_PIXELS)
        self.setFont(tabular(font))
        self._lines: list[Sample] = []
        self._readings: list[Reading] = []
        self._elided: list[str] = []
        self._columns, self._digits = 1, _DIGITS[0]
        self._theme: Theme | None = None
        self.hide()

    def set_theme(self, theme: Theme) -> None:
        """Write in the colours of ``theme``."""
        self._theme = theme
        self.update()

    def set_lines(self, lines: Sequence[Sample]) -> None:
        """Name the lines of the chart, in their order."""
        self._lines = list(lines)
        self._readings = []
        self._lay_out()
        self.update()

    def set_readings(self, readings: Sequence[Reading]) -> None:
        """Show a value for each line."""
        self._readings = list(readings)
        self.update()

    def height_for(self, width: int, chart_height: int) -> int:
        """Return the height that the legend needs in a chart of this size, and lay it out for it."""
        count = len(self._lines)
        if count < 2:
            return 0
        metrics = QFontMetrics(self.font())
        cell = _SAMPLE + 3 * _GAP + _SHORTEST_NAME + self._number_room(metrics, _DIGITS[-1])
        most = max(1, int(_MOST_HEIGHT * chart_height) // _ROW)
        # More columns than there is room for numbers only where the rows would fill the chart.
        columns = max(1, min(count, width // cell), math.ceil(count / most))
        if width // columns < _SAMPLE + 3 * _GAP + _SHORTEST_NAME and columns > 2:
            return 0  # nothing of the names could be read, and the lines need the room
        rows = math.ceil(count / columns)
        self._columns = math.ceil(count / rows)
        return rows * _ROW

    def lines(self) -> list[tuple[str, str]]:
        """Return name and value of each line as they are written."""
        numbers = [self._number(reading.value) for reading in self._readings] or [""] * len(self._lines)
        return list(zip(self._elided, numbers, strict=True))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Find out what fits."""
        super().resizeEvent(event)
        self._lay_out()

    def event(self, event: QEvent) -> bool:
        """Tell all digits of the value under the pointer."""
        if isinstance(event, QHelpEvent):
            QToolTip.showText(event.globalPos(), self.tip(event.pos()), self)
            return True
        return super().event(event)

    def tip(self, place: QPoint) -> str:
        """Return the sentence about the line at ``place``, empty where there is none."""
        for number, (line, reading) in enumerate(zip(self._lines, self._readings, strict=False)):
            if self._cell(number).contains(place):
                said = {"name": line.name, "step": reading.asked, "value": reading.sentence()}
                if reading.earlier:
                    return tr("{name}, step {step}: {value} and therefore grey", **said)
                return tr("{name}, step {step}: {value}", **said)
        return ""

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw samples, names and values."""
        if self._theme is None:
            return
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(self._theme.ground))
        text, muted = QColor(self._theme.text), QColor(self._theme.muted)
        left = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        for number, (line, (name, value)) in enumerate(zip(self._lines, self.lines(), strict=True)):
            cell = self._cell(number)
            middle = cell.center().y() + 1
            style = Qt.PenStyle.DashLine if line.dashed else Qt.PenStyle.SolidLine
            painter.setPen(QPen(QColor(line.colour), 2, style, Qt.PenCapStyle.FlatCap))
            painter.drawLine(cell.left(), middle, cell.left() + _SAMPLE, middle)
            painter.setPen(text)
            painter.drawText(cell.adjusted(_SAMPLE + _GAP, 0, 0, 0), left, name)
            if self._readings and self._readings[number].earlier:
                painter.setPen(muted)
            painter.drawText(cell.adjusted(0, 0, -2 * _GAP, 0), right, value)

    def _cell(self, number: int) -> QRect:
        rows = max(1, math.ceil(len(self._lines) / self._columns))
        column, row = divmod(number, rows)
        left = column * self.width() // self._columns
        return QRect(left, row * _ROW, (column + 1) * self.width() // self._columns - left, _ROW)

    def _lay_out(self) -> None:
        """Choose the digits for which there is room beside the names, and shorten names that are still too long."""
        metrics = QFontMetrics(self.font())
        cell = self.width() // self._columns - _SAMPLE - 4 * _GAP
        longest = max((metrics.horizontalAdvance(line.name) for line in self._lines), default=0)
        self._digits = next((d for d in _DIGITS if longest + self._number_room(metrics, d) <= cell), _DIGITS[-1])
        room = cell - self._number_room(metrics, self._digits)
        if room < _SHORTEST_NAME:
            self._digits, room = 0, cell + _GAP
        self._elided = [metrics.elidedText(line.name, Qt.TextElideMode.ElideRight, room + 1) for line in self._lines]

    @staticmethod
    def _number_room(metrics: QFontMetrics, digits: int) -> int:
        return metrics.horizontalAdvance("-0." + "0" * (digits - 1) + "e-00")

    def _number(self, value: float) -> str:
        """Return the value as it is written, empty where there is no room for numbers."""
        if not self._digits:
            return ""
        return "–" if math.isnan(value) else shown(value, self._digits, self._decimals)
