"""A table of numbers under its title, or in its place what to do to get one; and the row of such tables."""

from __future__ import annotations

from typing import Any

from numpy.typing import NDArray
from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPalette, QResizeEvent
from PySide6.QtWidgets import QGridLayout, QLabel, QScrollBar, QSizePolicy, QVBoxLayout, QWidget

from gdsim.app import theme
from gdsim.app.theme import GRID, Theme
from gdsim.app.widgets.naming import named
from gdsim.app.widgets.tensor_grid import Look, TensorGrid
from gdsim.export.tensor_contents import Content, Role
from gdsim.i18n import tr

_SWATCH = 10


class TensorPanel(QWidget):
    """One table with its title; ``content`` says which."""

    def __init__(self, content: Content, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.title = named(_Title(content.role), f"{content.table}_title")
        editable = content.role == "parameter"
        self.grid = TensorGrid(content.table, _accessible(content), editable, self)
        self._advice = named(QLabel(), f"{content.table}_advice")
        self._advice.setWordWrap(True)
        self._advice.setAlignment(Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop)
        self._advice.setContentsMargins(GRID, 2 * GRID, GRID, GRID)
        self._advice.setForegroundRole(QPalette.ColorRole.PlaceholderText)
        self._advice.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Ignored)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(GRID // 4)
        layout.addWidget(self.title)
        layout.addWidget(self.grid, 1)
        layout.addWidget(self._advice, 1)
        self._advice.hide()
        self.set_look(look)

    def set_content(self, content: Content, before: NDArray[Any] | None) -> None:
        """Show the numbers, marked where they changed since ``before``, or say how to get some."""
        self.title.setText(content.title)
        has_numbers = content.array is not None
        if not has_numbers:
            # Hidden before it is empty, or it would scroll all the others to the start.
            self.grid.hide()
        self.grid.tensor.show(content.label, content.array, before)
        self._advice.setText(content.advice)
        self.grid.setVisible(has_numbers)
        self._advice.setVisible(not has_numbers)

    def set_look(self, look: Look) -> None:
        """Take colours, number format and switches."""
        self.grid.set_look(look)
        self.title.set_theme(look.theme)

    def minimumSizeHint(self) -> QSize:
        """Return the room of the smallest table, whether there is one now or not."""
        least = self.grid.minimumSizeHint()
        return QSize(least.width(), least.height() + self.title.sizeHint().height() + GRID // 4)


class _Title(QLabel):
    """A line of text behind a mark in the colour of what it stands for; cut short where there is no room."""

    def __init__(self, role: Role) -> None:
        super().__init__()
        self._role = role
        self._theme = theme.current()
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.setContentsMargins(_SWATCH + GRID, 0, 0, 0)

    def setText(self, text: str) -> None:
        """Show ``text``; the tooltip has it in full length."""
        if text != self.text():
            super().setText(text)
            self.setToolTip(text)

    def set_theme(self, colours: Theme) -> None:
        """Take the colours of the theme."""
        self._theme = colours
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the mark and as much of the text as there is room for."""
        painter = QPainter(self)
        middle = self.height() // 2
        colours = self._theme
        fill = colours.muted if self._role == "parameter" else getattr(colours, self._role)
        painter.fillRect(QRect(0, middle - _SWATCH // 2, _SWATCH, _SWATCH), QColor(fill))
        painter.setPen(self.palette().color(QPalette.ColorRole.WindowText))
        room = self.contentsRect()
        text = self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, room.width())
        painter.drawText(room, int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter), text)
        painter.end()


class TensorRow(QWidget):
    """Panels side by side that scroll together; in several rows where the room is narrow."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._panels: list[TensorPanel] = []
        self._across = 0
        self._scrolling = False
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(GRID)

    def set_panels(self, panels: list[TensorPanel]) -> None:
        """Show ``panels`` in this order; delete those that are no longer among them."""
        for old in self._panels:
            self._grid.removeWidget(old)
            if old not in panels:
                old.hide()
                old.deleteLater()
        for panel in panels:
            if panel not in self._panels:
                for bar in (panel.grid.horizontalScrollBar(), panel.grid.verticalScrollBar()):
                    bar.valueChanged.connect(self._scrolled)
                    bar.rangeChanged.connect(self._follow)
                panel.grid.pointed.connect(self._pointed)
        self._panels = list(panels)
        self._across = 0
        self._arrange()
        for panel in panels:
            # A layout would show a new one only later, an event too late for the first numbers.
            panel.show()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Break the row where it no longer fits."""
        super().resizeEvent(event)
        self._arrange()

    def minimumSizeHint(self) -> QSize:
        """Return the room of the smallest table."""
        return self._panels[0].minimumSizeHint() if self._panels else QSize()

    def _arrange(self) -> None:
        if not self._panels:
            return
        least = max(panel.minimumSizeHint().width() for panel in self._panels)
        fitting = max(1, (self.width() + GRID) // (least + GRID))
        rows = -(-len(self._panels) // fitting)
        across = -(-len(self._panels) // rows)
        if across == self._across:
            return
        self._across = across
        for number in range(max(self._grid.columnCount(), len(self._panels))):
            self._grid.setColumnStretch(number, 1 if number < across else 0)
            self._grid.setRowStretch(number, 1 if number < rows else 0)
        for number, panel in enumerate(self._panels):
            self._grid.addWidget(panel, number // across, number % across)

    def _scrolled(self, value: int) -> None:
        """Scroll all tables to where one was scrolled."""
        moved = self.sender()
        if self._scrolling or not isinstance(moved, QScrollBar):
            return
        bars = {panel: _bar(panel, moved.orientation()) for panel in self._panels}
        if any(bar is moved and panel.grid.isHidden() for panel, bar in bars.items()):
            return
        self._scrolling = True
        for bar in bars.values():
            bar.setValue(value)
        self._scrolling = False

    def _follow(self) -> None:
        """Scroll a table that has just got its numbers to where the first one is."""
        ranged = self.sender()
        if isinstance(ranged, QScrollBar) and self._panels and not self._scrolling:
            self._scrolling = True
            ranged.setValue(_bar(self._panels[0], ranged.orientation()).value())
            self._scrolling = False

    def _pointed(self, row: int, column: int) -> None:
        for panel in self._panels:
            if panel.grid is not self.sender():
                panel.grid.point_at(row, column)


def _bar(panel: TensorPanel, orientation: Qt.Orientation) -> QScrollBar:
    across = orientation == Qt.Orientation.Horizontal
    return panel.grid.horizontalScrollBar() if across else panel.grid.verticalScrollBar()


def _accessible(content: Content) -> str:
    if content.role == "parameter":
        return tr("Weights")
    if content.role == "gradient":
        return tr("Gradients")
    return tr("Last update") if content.role == "move" else content.title
