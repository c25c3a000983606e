"""The cards of the gallery: each a preset's picture, title and description."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from importlib.resources import files

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFont, QFontMetrics, QKeyEvent, QPainter, QPainterPath, QPalette, QPen, QPixmap, QResizeEvent
from PySide6.QtWidgets import (
    QFrame,
    QListView,
    QListWidget,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
)

from gdsim.app import theme
from gdsim.app.theme import GRID
from gdsim.simulation.files import preset_names

PICTURE = QSize(256, 160)
"""Size of a thumbnail on screen; their files are larger, for finer displays."""

TITLE_LINES, LINES = 2, 5
"""Lines of a title, and of title and description together on a card; the rest is in its tooltip."""

RESOURCES = files("gdsim.resources")

PRESET = Qt.ItemDataRole.UserRole
"""Where an item keeps its `Preset`; a heading has none."""


@dataclass(frozen=True)
class Preset:
    """A prepared scenario, as the gallery shows it."""

    name: str
    title: str
    description: str
    lab: str


def presets() -> list[Preset]:
    """Return all presets in their usual order."""
    result = []
    for name in preset_names():
        data = tomllib.loads((RESOURCES / "presets" / f"{name}.toml").read_text(encoding="utf-8"))
        result.append(Preset(name, data["title"], data["description"], data["lab"]))
    return result


class Cards(QListWidget):
    """Headings and cards, which fill the width row by row; `typed` carries text that is typed over them."""

    typed = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.setViewMode(QListView.ViewMode.IconMode)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setMovement(QListView.Movement.Static)
        self.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFrameShape(QFrame.Shape.StyledPanel)
        self.setMouseTracking(True)
        self.setItemDelegate(_Card(self))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Let what is typed be searched for, and leave Enter to the dialog."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Escape):
            event.ignore()
        elif event.text().isprintable() and event.text() and event.modifiers() in _TYPING:
            self.typed.emit(event.text())
        else:
            super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Let the headings be as wide as the list."""
        super().resizeEvent(event)
        self.scheduleDelayedItemsLayout()


_TYPING = (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ShiftModifier)


class _Card(QStyledItemDelegate):
    """Paints a heading, or a preset: picture, title and description."""

    def __init__(self, cards: QListWidget) -> None:
        super().__init__(cards)
        self._cards = cards
        self._pictures: dict[str, QPixmap] = {}

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        """Return the size of a card; a heading takes a row for itself."""
        if index.data(PRESET) is None:
            return QSize(self._cards.viewport().width() - 1, QFontMetrics(_heading(option.font)).height() + 3 * GRID)
        return card_size(option.font)

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        """Paint one item."""
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        preset = index.data(PRESET)
        if preset is None:
            painter.setFont(_heading(option.font))
            painter.setPen(option.palette.color(QPalette.ColorGroup.Active, QPalette.ColorRole.Text))
            painter.drawText(
                option.rect.adjusted(2 * GRID, GRID, 0, 0),
                Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter,
                index.data(),
            )
        else:
            self._paint_card(painter, option, preset)
        painter.restore()

    def _paint_card(self, painter: QPainter, option: QStyleOptionViewItem, preset: Preset) -> None:
        card = option.rect.adjusted(GRID // 2, GRID // 2, -GRID // 2, -GRID // 2)
        marked = bool(option.state & QStyle.StateFlag.State_Selected)
        if marked or option.state & QStyle.StateFlag.State_MouseOver:
            painter.setPen(QPen(option.palette.highlight().color(), 2) if marked else Qt.PenStyle.NoPen)
            painter.setBrush(option.palette.alternateBase())
            painter.drawRoundedRect(QRectF(card).adjusted(1, 1, -1, -1), GRID // 2, GRID // 2)
        place = QRect(card.topLeft(), PICTURE).translated(GRID, GRID)
        outline = QPainterPath()
        outline.addRoundedRect(QRectF(place), 3, 3)
        painter.setClipPath(outline)
        painter.drawPixmap(place, self._picture(preset.name))
        painter.setClipping(False)
        painter.setPen(QPen(option.palette.mid().color(), 1))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPath(outline)
        text = QRect(place.left(), place.bottom() + GRID, place.width(), card.bottom() - place.bottom() - GRID)
        bold = _bold(option.font)
        title = _broken(preset.title, bold, text.width(), TITLE_LINES)
        painter.setFont(bold)
        painter.setPen(option.palette.text().color())
        painter.drawText(text, Qt.AlignmentFlag.AlignTop, "\n".join(title))
        text.setTop(text.top() + len(title) * QFontMetrics(bold).lineSpacing())
        painter.setFont(option.font)
        painter.setPen(theme.current().muted)
        description = _broken(preset.description, option.font, text.width(), LINES - len(title))
        painter.drawText(text, Qt.AlignmentFlag.AlignTop, "\n".join(description))

    def _picture(self, name: str) -> QPixmap:
        if name not in self._pictures:
            picture = QPixmap()
            source = RESOURCES / "thumbnails" / f"{name}.png"
            if source.is_file():
                picture.loadFromData(source.read_bytes())
            self._pictures[name] = picture
        return self._pictures[name]


def card_size(font: QFont) -> QSize:
    """Return the size of a card with its margins."""
    words = LINES * QFontMetrics(_bold(font)).lineSpacing()
    return QSize(PICTURE.width() + 3 * GRID, PICTURE.height() + words + 4 * GRID)


def _bold(font: QFont) -> QFont:
    bold = QFont(font)
    bold.setBold(True)
    return bold


def _heading(font: QFont) -> QFont:
    large = _bold(font)
    large.setPointSizeF(1.3 * font.pointSizeF())
    return large


def _broken(text: str, font: QFont, width: int, lines: int) -> list[str]:
    """Break ``text`` into at most so many lines; an ellipsis stands for what is left out."""
    metrics = QFontMetrics(font)
    words = text.split()
    result: list[str] = []
    while words and len(result) < lines - 1:
        count = 1
        while count < len(words) and metrics.horizontalAdvance(" ".join(words[: count + 1])) <= width:
            count += 1
        result.append(" ".join(words[:count]))
        words = words[count:]
    result.append(" ".join(words))
    return [metrics.elidedText(line, Qt.TextElideMode.ElideRight, width) for line in result if line]
