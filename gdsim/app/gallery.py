"""The gallery of presets: their pictures with titles and descriptions, by lab, found by typing."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from importlib.resources import files

from PySide6.QtCore import QEvent, QModelIndex, QPersistentModelIndex, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFont, QFontMetrics, QKeyEvent, QPainter, QPainterPath, QPalette, QPen, QPixmap, QResizeEvent
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFrame,
    QLabel,
    QLineEdit,
    QListView,
    QListWidget,
    QListWidgetItem,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from gdsim.app import theme
from gdsim.app.theme import GRID
from gdsim.app.widgets.naming import named
from gdsim.i18n import tr
from gdsim.simulation.files import LABS, preset_names

PICTURE = QSize(256, 160)
"""Size of a thumbnail on screen; their files are larger, for finer displays."""

TITLE_LINES, LINES = 2, 5
"""Lines of a title, and of title and description together on a card; the rest is in its tooltip."""

ROOM = 2 * GRID + 2
"""What the list's frame and margins take from its width."""

RESOURCES = files("gdsim.resources")

_PRESET = Qt.ItemDataRole.UserRole


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


class Gallery(QDialog):
    """Lets a preset be chosen.

    Parameters
    ----------
    lab
        The lab whose first preset is marked at the beginning.
    """

    def __init__(self, lab: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("gallery")
        self.setWindowTitle(tr("Presets"))
        self.filter = named(QLineEdit(), "gallery_filter", tr("Search presets"))
        self.filter.setPlaceholderText(tr("Type to search titles and descriptions"))
        self.filter.setClearButtonEnabled(True)
        self.list = named(_Cards(), "gallery_list", tr("Presets"))
        self.nothing = named(QLabel(tr("No preset has these words in its title or description.")), "gallery_nothing")
        self.nothing.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.nothing.hide()
        self.buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Open | QDialogButtonBox.StandardButton.Cancel)
        layout = QVBoxLayout(self)
        for widget in (self.filter, self.list, self.nothing, self.buttons):
            layout.addWidget(widget, 0 if widget in (self.filter, self.buttons) else 1)
        self._fill(lab)
        self._connect()
        self.resize(self._size())

    def chosen(self) -> str:
        """Return the name of the preset that is marked, empty where none is."""
        item = self.list.currentItem()
        return "" if item is None or item.isHidden() else item.data(_PRESET).name

    def eventFilter(self, watched: object, event: QEvent) -> bool:
        """Let Up and Down go from the search to the cards."""
        pressed = event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent)
        if pressed and event.key() in (Qt.Key.Key_Down, Qt.Key.Key_Up):
            self.list.setFocus()
            return True
        return False

    def _fill(self, lab: str) -> None:
        everything = presets()
        titles = {"surface": tr("Surface"), "network": tr("Network"), "autograd": tr("Autograd")}
        for name in sorted(LABS, key=lambda other: other != lab):
            heading = QListWidgetItem(titles[name], self.list)
            heading.setFlags(Qt.ItemFlag.NoItemFlags)
            for preset in (preset for preset in everything if preset.lab == name):
                item = QListWidgetItem(preset.title, self.list)
                item.setData(_PRESET, preset)
                item.setToolTip(preset.description)
        self.list.setCurrentRow(1)

    def _connect(self) -> None:
        self.filter.installEventFilter(self)
        self.filter.textChanged.connect(self._search)
        self.list.typed.connect(self._type_on)
        self.list.itemDoubleClicked.connect(lambda item: self.accept() if item.data(_PRESET) else None)
        self.list.currentItemChanged.connect(lambda *_: self._offer())
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)
        self.finished.connect(self.deleteLater)

    def _search(self, text: str) -> None:
        """Show the presets that have every word typed somewhere in title, description, name or lab."""
        words = text.casefold().split()
        heading, found, first = self.list.item(0), 0, None
        for item in map(self.list.item, range(self.list.count())):
            preset = item.data(_PRESET)
            if preset is None:
                heading = item
                item.setHidden(True)
                continue
            said = f"{preset.title} {preset.description} {preset.name} {heading.text()}".casefold()
            item.setHidden(not all(word in said for word in words))
            if not item.isHidden():
                heading.setHidden(False)
                first, found = first or item, found + 1
        self.list.setVisible(bool(found))
        self.nothing.setVisible(not found)
        present = self.list.currentItem()
        if first is not None and (present is None or present.isHidden()):
            self.list.setCurrentItem(first)
        self._offer()

    def _offer(self) -> None:
        self.buttons.button(QDialogButtonBox.StandardButton.Open).setEnabled(bool(self.chosen()))

    def _type_on(self, text: str) -> None:
        """Go on searching for what is typed while the cards have the keys."""
        self.filter.setFocus()
        self.filter.setText(self.filter.text() + text)

    def _size(self) -> QSize:
        """Return room for three cards side by side, as high as the window that asks allows."""
        parent = self.parentWidget()
        most = QSize(1280, 720) if parent is None else parent.size()
        wanted = QSize(3 * _card(self.font()).width() + ROOM + 6 * GRID, 10_000)
        return wanted.boundedTo(most - QSize(8 * GRID, 8 * GRID))


class _Cards(QListWidget):
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
        if index.data(_PRESET) is None:
            return QSize(self._cards.viewport().width() - 1, QFontMetrics(_heading(option.font)).height() + 3 * GRID)
        return _card(option.font)

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        """Paint one item."""
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        preset = index.data(_PRESET)
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


def _card(font: QFont) -> QSize:
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
