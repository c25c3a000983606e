"""The gallery of presets: their pictures with titles and descriptions, by lab, found by typing."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QSize, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QLabel, QLineEdit, QListWidgetItem, QVBoxLayout, QWidget

from gdsim.app.gallery_cards import PRESET, Cards, card_size, presets
from gdsim.app.theme import GRID
from gdsim.app.widgets.naming import named
from gdsim.i18n import tr
from gdsim.simulation.files import LABS

ROOM = 2 * GRID + 2
"""What the list's frame and margins take from its width."""


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
        self.list = named(Cards(), "gallery_list", tr("Presets"))
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
        return "" if item is None or item.isHidden() else item.data(PRESET).name

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Let Up and Down go from the search to the cards."""
        pressed = event.type() == QEvent.Type.KeyPress
        if pressed and isinstance(event, QKeyEvent) and event.key() in (Qt.Key.Key_Down, Qt.Key.Key_Up):
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
                item.setData(PRESET, preset)
                item.setToolTip(preset.description)
        self.list.setCurrentRow(1)

    def _connect(self) -> None:
        self.filter.installEventFilter(self)
        self.filter.textChanged.connect(self._search)
        self.list.typed.connect(self._type_on)
        self.list.itemDoubleClicked.connect(lambda item: self.accept() if item.data(PRESET) else None)
        self.list.currentItemChanged.connect(lambda *_: self._offer())
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)
        self.finished.connect(self.deleteLater)

    def _search(self, text: str) -> None:
        """Show the presets that have every word typed somewhere in title, description, name or lab."""
        words = text.casefold().split()
        heading, found, first = self.list.item(0), 0, None
        for item in map(self.list.item, range(self.list.count())):
            preset = item.data(PRESET)
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
        wanted = QSize(3 * card_size(self.font()).width() + ROOM + 6 * GRID, 10_000)
        return wanted.boundedTo(most - QSize(8 * GRID, 8 * GRID))
