"""How the cells of a race's table look, and the field in which a run's name is typed."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QHelpEvent, QIcon, QPainter, QPen, QPixmap
from PySide6.QtWidgets import (
    QAbstractItemView,
    QApplication,
    QLineEdit,
    QStyle,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from gdsim.app import theme as themes
from gdsim.app.theme import GRID, Theme
from gdsim.app.widgets.naming import named
from gdsim.app.widgets.runs_model import (
    COLOUR,
    NAME,
    NUMBERS,
    OPTIMIZER,
    SHOWN,
    STATE,
    Index,
    RunsModel,
    alignment,
)
from gdsim.app.widgets.tensor_editor import NumberDelegate
from gdsim.export.contrast import readable
from gdsim.i18n import tr
from gdsim.simulation.standing import Where

PADDING = GRID // 2
"""Between a text and the sides of its cell."""

MARK = 2 * GRID
"""Room of the mark before a state."""

_CLOSE_MARK = 14
_SWATCH = 12
_MARK_SIZE = 8.0
_SMALLER = 0.9
_MOST_KEPT = 500
_ENOUGH = 1 << 20
_LEAST_LETTERS = 8
_TINT = 48
"""Opacity, of 255, of the ground of the run whose numbers the other panels show."""
_STATE_COLOURS: dict[Where, str] = {"running": "muted", "converged": "text", "diverged": "error"}


class _Letters:
    """A font with what it measures, kept by text: words seldom change."""

    def __init__(self, font: QFont) -> None:
        self.font, self.metrics = font, QFontMetrics(font)
        self._fitted: dict[tuple[str, int], tuple[str, int]] = {}

    def fitted(self, text: str, room: int) -> tuple[str, int]:
        """Return as much of ``text`` as fits into so many pixels, and its width."""
        key = (text, room)
        if key not in self._fitted:
            if len(self._fitted) > _MOST_KEPT:
                self._fitted.clear()
            elided = self.metrics.elidedText(text, Qt.TextElideMode.ElideRight, room)
            self._fitted[key] = elided, self.metrics.horizontalAdvance(elided)
        return self._fitted[key]

    def width(self, text: str) -> int:
        """Return the width of the whole ``text``."""
        return self.fitted(text, _ENOUGH)[1]


class RunCells(NumberDelegate):
    """Paints the cells with few questions to the model; in a narrow table each run has two lines.

    Attributes
    ----------
    stop
        The column in the current row that keys act on: colour, shown or name.
    """

    def __init__(self, table: QTableView, runs: RunsModel) -> None:
        super().__init__(table)
        self._table, self._runs = table, runs
        slanted, small = QFont(table.font()), QFont(table.font())
        slanted.setItalic(True)
        small.setPointSizeF(_SMALLER * small.pointSizeF())
        self._plain, self._slanted, self._small = _Letters(QFont(table.font())), _Letters(slanted), _Letters(small)
        self.stop = NAME
        self.set_theme(themes.current())

    def set_theme(self, theme: Theme) -> None:
        """Take the colours of ``theme``."""
        self._theme = theme
        self._colours = {role: QColor(getattr(theme, role)) for role in ("text", "muted", "error", "accent", "ground")}
        # Only for marks, which need less contrast than words.
        self._colours["start"] = QColor(readable(theme.start, theme.ground))
        self._tint = QColor(theme.accent)
        self._tint.setAlpha(_TINT)
        self._swatches: dict[str, QColor] = {}

    def row_height(self) -> int:
        """Return the height of a row."""
        below = self._small.metrics.height() + 1 if self._runs.narrow else 0
        return self._plain.metrics.height() + below + PADDING + 2

    def width(self, text: str) -> int:
        """Return the width of a column that holds ``text``."""
        return self._plain.width(text) + 2 * PADDING + 1

    def least_name(self, row: int) -> int:
        """Return the width of a column that shows the first eight letters of a run's name at least."""
        letters = self._plain if self._runs.rows[row].name else self._slanted
        name = self._runs.text(row, NAME)
        whole = len(name) <= _LEAST_LETTERS
        return letters.width(name if whole else f"{name[:_LEAST_LETTERS]}\N{HORIZONTAL ELLIPSIS}") + 2 * PADDING + 1

    def in_second_line(self, area: QRect, y: int) -> bool:
        """Tell whether height ``y`` of a cell in ``area`` lies in a second line, which belongs to the whole row."""
        return self._runs.narrow and y >= self._lines(area)[1].top()

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Paint one cell: tinted and outlined in the row whose numbers the other panels show."""
        row, column, area = index.row(), index.column(), option.rect
        current = row == self._table.currentIndex().row()
        if current or option.state & QStyle.StateFlag.State_Selected:
            # Over the ground that the table has painted, on which no colour can be read.
            painter.fillRect(area, self._colours["ground"])
        if current:
            painter.fillRect(area, self._tint)
        first, second = self._lines(area)
        if column == COLOUR:
            run = self._runs.rows[row]
            paint_swatch(painter, _middle(first, _SWATCH), self._swatch(run.colour), not run.hidden)
        elif column == SHOWN:
            self._paint_box(painter, first, not self._runs.rows[row].hidden)
        else:
            self._paint_words(painter, first, row, column)
        if self._runs.narrow:
            self._paint_second_line(painter, area, second, row)
        if current:
            self._outline(painter, area, column)

    def createEditor(self, parent: QWidget, option: QStyleOptionViewItem, index: Index) -> QWidget:
        """Return an empty field over a name."""
        field = super().createEditor(parent, option, index)
        assert isinstance(field, QLineEdit)
        row = self._runs.rows[index.row()]
        named(field, "run_name", tr("Name of {run}", run=row.label))
        field.setAlignment(Qt.AlignmentFlag.AlignLeft)
        field.setPlaceholderText(row.label)
        return field

    def updateEditorGeometry(self, editor: QWidget, option: QStyleOptionViewItem, index: Index) -> None:
        """Give the field the height of one line, and room for a longer name than the column shows."""
        one_line = QStyleOptionViewItem(option)
        one_line.rect.setHeight(min(option.rect.height(), editor.fontMetrics().height() + PADDING + 2))
        super().updateEditorGeometry(editor, one_line, index)

    def helpEvent(self, event: QHelpEvent, view: QAbstractItemView, option: QStyleOptionViewItem, index: Index) -> bool:
        """Tell all of a run at its second line."""
        if self.in_second_line(option.rect, event.pos().y()):
            index = self._runs.index(index.row(), NAME)
        return super().helpEvent(event, view, option, index)

    def _paint_box(self, painter: QPainter, area: QRect, ticked: bool) -> None:
        """Paint a box: that of the style can hardly be seen on a dark ground."""
        box = _middle(area, _SWATCH)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(self._colours["muted"], 1))
        painter.drawRoundedRect(box.adjusted(0.5, 0.5, -0.5, -0.5), 2, 2)
        if ticked:
            self._paint_tick(painter, box.adjusted(3, 3, -3, -3), "text")
        painter.restore()

    def _paint_words(self, painter: QPainter, area: QRect, row: int, column: int) -> None:
        run, room = self._runs.rows[row], area.adjusted(PADDING, 0, -PADDING, 0)
        letters, colour = self._plain, "text"
        if column == NAME and not run.name:
            letters, colour = self._slanted, "muted"
        if column == STATE:
            colour = _STATE_COLOURS[run.state]
            # Away from the number before it.
            room = room.adjusted(GRID, 0, 0, 0)
            self._paint_mark(painter, room, run.state)
            room = room.adjusted(MARK, 0, 0, 0)
        self._write(painter, room, self._runs.text(row, column), letters, colour, column)

    def _write(self, painter: QPainter, room: QRect, text: str, letters: _Letters, colour: str, column: int) -> None:
        # Columns grow for numbers, so only words need be shortened.
        fitted = text if column in NUMBERS else letters.fitted(text, room.width())[0]
        painter.setFont(letters.font)
        painter.setPen(self._colours[colour])
        painter.drawText(room, alignment(column), fitted)

    def _paint_second_line(self, painter: QPainter, area: QRect, line: QRect, row: int) -> None:
        """Paint that part of a run's optimizer and state, which go below all cells, that lies in one cell."""
        left, state = self._table.columnViewportPosition(COLOUR), self._runs.rows[row].state
        whole = QRect(left + PADDING, line.top(), self._table.horizontalHeader().length() - 2 * PADDING, line.height())
        # A pixel more, for widths are rounded.
        width = min(self._small.width(self._runs.text(row, STATE)) + 1, whole.width() - _CLOSE_MARK)
        words = whole.adjusted(whole.width() - width, 0, 0, 0)
        mark = words.adjusted(-_CLOSE_MARK, 0, 0, 0)
        painter.save()
        painter.setClipRect(area, Qt.ClipOperation.IntersectClip)
        if area.right() >= mark.left():
            self._paint_mark(painter, mark, state)
            self._write(painter, words, self._runs.text(row, STATE), self._small, _STATE_COLOURS[state], STATE)
        whole.setRight(mark.left() - GRID)
        if area.left() <= whole.right():
            self._write(painter, whole, self._runs.text(row, OPTIMIZER), self._small, "muted", OPTIMIZER)
        painter.restore()

    def _lines(self, area: QRect) -> tuple[QRect, QRect]:
        """Divide a cell into its line and an empty one, or in a narrow table into two."""
        if not self._runs.narrow:
            return area, QRect()
        second = self._small.metrics.height()
        edge = area.bottom() - PADDING // 2 - second
        return (
            QRect(area.left(), area.top() + PADDING // 2, area.width(), edge - area.top() - PADDING // 2),
            QRect(area.left(), edge, area.width(), second),
        )

    def _paint_mark(self, painter: QPainter, room: QRect, state: Where) -> None:
        """Paint a ring, a tick or a cross, which differ without their colours."""
        box = QRectF(room.left() + 1, room.center().y() + 1 - _MARK_SIZE / 2, _MARK_SIZE, _MARK_SIZE)
        role = {"running": "muted", "converged": "start", "diverged": "error"}[state]
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(self._colours[role], 2, c=Qt.PenCapStyle.RoundCap, j=Qt.PenJoinStyle.RoundJoin))
        if state == "running":
            painter.drawEllipse(box.adjusted(1, 1, -1, -1))
        elif state == "converged":
            self._paint_tick(painter, box, role)
        else:
            painter.drawLine(box.topLeft(), box.bottomRight())
            painter.drawLine(box.topRight(), box.bottomLeft())
        painter.restore()

    def _paint_tick(self, painter: QPainter, box: QRectF, role: str) -> None:
        painter.setPen(QPen(self._colours[role], 2, c=Qt.PenCapStyle.RoundCap, j=Qt.PenJoinStyle.RoundJoin))
        low = QPointF(box.left() + 0.35 * box.width(), box.bottom())
        painter.drawPolyline([QPointF(box.left(), box.center().y()), low, box.topRight()])

    def _outline(self, painter: QPainter, area: QRect, column: int) -> None:
        focused = self._table.hasFocus()
        painter.setPen(QPen(self._colours["accent"], 2 if focused else 1))
        inner = area.adjusted(1, 1, -1, -1)
        painter.drawLine(area.left(), inner.top(), area.right(), inner.top())
        painter.drawLine(area.left(), inner.bottom(), area.right(), inner.bottom())
        if focused and column == self.stop and column != NAME:
            painter.drawRect(inner)

    def _swatch(self, colour: str) -> QColor:
        if colour not in self._swatches:
            self._swatches[colour] = QColor(readable(colour, self._theme.ground))
        return self._swatches[colour]


def paint_swatch(painter: QPainter, box: QRectF, colour: QColor, full: bool) -> None:
    """Paint a square of a run's colour, or its edge only."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(colour, 2))
    painter.setBrush(colour if full else Qt.BrushStyle.NoBrush)
    painter.drawRoundedRect(box.adjusted(1, 1, -1, -1), 2, 2)
    painter.restore()


def swatch_icon(colour: str) -> QIcon:
    """Return a square of a run's colour for a menu."""
    ratio = QApplication.primaryScreen().devicePixelRatio()
    picture = QPixmap(round(2 * GRID * ratio), round(2 * GRID * ratio))
    picture.setDevicePixelRatio(ratio)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    shade = readable(colour, themes.current().ground)
    paint_swatch(painter, _middle(QRect(0, 0, 2 * GRID, 2 * GRID), _SWATCH), QColor(shade), True)
    painter.end()
    return QIcon(picture)


def _middle(area: QRect, size: int) -> QRectF:
    """Return the square of this size in the middle of ``area``."""
    left, top = area.left() + (area.width() - size) // 2, area.top() + (area.height() - size) // 2
    return QRectF(left, top, size, size)
