"""What stands above the plot of a chart: readout, note, buttons and legend."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QLabel, QToolButton, QWidget

from gdsim.app.theme import GRID, Theme
from gdsim.app.widgets.chart_legend import ChartLegend
from gdsim.app.widgets.naming import named
from gdsim.app.widgets.number_field import tabular
from gdsim.app.widgets.plot_style import colour_text
from gdsim.app.widgets.tint import tint_if_on
from gdsim.i18n import tr

HEADER = 3 * GRID
"""Height of the line with readout and buttons."""

_NOTE_PIXELS = 10


class ChartHeader:
    """The widgets that lie on a chart beside its plot.

    Attributes
    ----------
    readout
        Title, step and value.
    note
        What is missing, or what to do while there is nothing.
    log
        Switch of the vertical axis.
    fit
        Button that shows the whole run again.
    legend
        Name and value of each of several series.
    """

    def __init__(self, chart: QWidget, title: str, decimals: int | None = None) -> None:
        self._chart = chart
        name = chart.objectName()
        self.readout = named(QLabel(chart), f"{name}_readout")
        self.readout.setFont(tabular(self.readout.font()))
        self.log = self._button(f"{name}_log", tr("Log"), tr("{title}, logarithmic axis", title=title))
        self.log.setCheckable(True)
        self.log.setChecked(True)
        self.log.toggled.connect(lambda: tint_if_on(self.log))
        self.fit = self._button(f"{name}_fit", tr("Fit"), tr("{title}, show the whole run", title=title))
        self.fit.setToolTip(tr("Show the whole run again (or double-click the chart)"))
        self.fit.hide()
        self.legend = ChartLegend(f"{name}_legend", chart, decimals)
        self.legend.setAccessibleName(tr("Legend of {title}", title=title))
        self.note = named(QLabel(chart), f"{name}_note")
        small = self.note.font()
        small.setPixelSize(_NOTE_PIXELS)
        self.note.setFont(small)
        self.note.setWordWrap(True)
        self.note.hide()

    def set_theme(self, theme: Theme) -> None:
        """Write in the colours of ``theme``."""
        colours = self.readout.palette()
        colours.setColor(QPalette.ColorRole.Window, QColor(theme.ground))
        self.readout.setPalette(colours)
        # On a ground of its own, or the plot would be painted once more for each number that is read out.
        self.readout.setAutoFillBackground(True)
        colour_text(self.readout, theme.text)
        colour_text(self.note, theme.muted)
        self.legend.set_theme(theme)
        tint_if_on(self.log)

    def tell(self, missing: int, empty: bool, logarithmic: bool) -> bool:
        """Say what is missing, or what to do while there is nothing; return whether something else was said before."""
        whole = ""
        if empty:
            text = tr("Step or play to fill this chart.")
        elif missing:
            text = tr("{count} not drawn", count=missing)
            whole = (
                tr("Not shown: {count} not finite or not above 0.", count=missing)
                if logarithmic
                else tr("Not shown: {count} not finite.", count=missing)
            )
        else:
            text = ""
        self.note.setToolTip(whole)
        if text == self.note.text() and self.note.isHidden() == (not text):
            return False
        self.note.setText(text)
        self.note.setVisible(bool(text))
        return True

    def place(self, axis_width: int, empty: bool) -> int:
        """Give every widget its place; return the height that is taken above the plot."""
        width, half = self._chart.width(), GRID // 2
        right = width - half
        for button in (self.log, self.fit):
            if button.isHidden():
                continue
            size = button.sizeHint()
            right -= size.width()
            button.setGeometry(right, 1, size.width(), min(HEADER, size.height()))
            right -= half
        room = right - GRID
        if empty:
            # There is no curve that it could cover.
            self.note.setGeometry(axis_width + GRID, HEADER + 2, width - axis_width - 2 * GRID, 4 * GRID)
            self.note.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
        elif self.note.text():
            text = self.note.fontMetrics().horizontalAdvance(self.note.text()) + 2
            room -= text + half
            self.note.setGeometry(GRID + room + half, 0, text, HEADER)
            self.note.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.readout.setGeometry(GRID, 0, room, HEADER)
        tall = self.legend.height_for(width - GRID, self._chart.height())
        self.legend.setGeometry(GRID, HEADER, width - GRID, tall)
        self.legend.setVisible(tall > 0)
        return HEADER + tall

    def _button(self, name: str, text: str, accessible: str) -> QToolButton:
        button = named(QToolButton(self._chart), name, accessible)
        button.setText(text)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        return button
