"""Chooses a prepared problem or lesson."""

from __future__ import annotations

from PySide6.QtCore import QSignalBlocker, Signal
from PySide6.QtWidgets import QWidget

from gdsim.app.widgets.naming import named
from gdsim.app.widgets.polite import PoliteComboBox
from gdsim.i18n import tr


class PresetBox(PoliteComboBox):
    """The presets of every lab, by their titles; `preset_chosen` carries a preset's name."""

    preset_chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        named(self, "preset", tr("Preset"))
        self.setToolTip(tr("Choose a prepared problem."))
        self.setSizeAdjustPolicy(PoliteComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.activated.connect(lambda index: self.preset_chosen.emit(self.itemData(index)))

    def fill(self, titles: dict[str, str]) -> None:
        """Offer presets: their names and titles."""
        with QSignalBlocker(self):
            self.clear()
            for name, title in titles.items():
                self.addItem(title, name)
            self.setCurrentIndex(-1)
            self.setPlaceholderText(tr("Presets and lessons"))

    def show_title(self, title: str) -> None:
        """Show the preset of this title as the present one, or none."""
        self.setCurrentIndex(self.findText(title))
