"""What tests of the export dialogs do as a user does."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QAbstractSpinBox, QComboBox, QLabel, QLineEdit, QWidget

from gdsim.app.exports.export_window import ExportWindow
from tests.app.conftest import Bench


class Desk:
    """A dialog that is open, and how it ended."""

    def __init__(self, bench: Bench, kind: type[ExportWindow]) -> None:
        self.bench = bench
        self.dialog = kind(bench.lab, bench.window._settings, bench.window)
        self.ended: list[int] = []
        self.dialog.finished.connect(self.ended.append)
        self.dialog.open()

    def find(self, name: str, kind: type | None = None):
        found = self.dialog.findChild(kind or QWidget, name)
        assert found is not None, name
        return found

    def settle(self) -> None:
        """Wait for the preview of what is chosen."""
        self.bench.until(lambda: not self.dialog._pause.isActive() and not self.dialog._drawing.busy)

    def type(self, name: str, text: str) -> None:
        """Type a text into a field, over what is in it."""
        field = self.find(name)
        assert isinstance(field, QLineEdit | QAbstractSpinBox)
        field.setFocus()
        field.selectAll()
        QTest.keyClicks(field, text)

    def choose(self, name: str, data: str) -> None:
        box = self.find(name, QComboBox)
        assert box.findData(data) >= 0, data
        box.setCurrentIndex(box.findData(data))
        box.activated.emit(box.currentIndex())

    def tick(self, name: str) -> None:
        box = self.find(name, QAbstractButton)
        assert box.isEnabled() and box.isVisible()
        QTest.keyClick(box, Qt.Key.Key_Space)

    def text(self, name: str) -> str:
        """Return the sentence that a label shows, empty where it shows none."""
        label = self.find(name, QLabel)
        return label.text() if label.isVisible() else ""

    def can_save(self) -> bool:
        return self.dialog.save_button.isEnabled()

    def save(self) -> None:
        QTest.mouseClick(self.dialog.save_button, Qt.MouseButton.LeftButton)

    def save_and_wait(self) -> None:
        self.save()
        self.bench.until(lambda: bool(self.ended))
        assert self.ended == [1]
