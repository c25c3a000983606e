"""Small dialogs."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QFormLayout, QLabel, QMessageBox, QVBoxLayout, QWidget

from gdsim import __version__
from gdsim.i18n import tr


def show_shortcuts(parent: QWidget, rows: list[tuple[str, str]]) -> None:
    """List every action that has a key."""
    dialog = QDialog(parent)
    dialog.setObjectName("shortcuts_dialog")
    dialog.setWindowTitle(tr("Keyboard shortcuts"))
    layout = QVBoxLayout(dialog)
    form = QFormLayout()
    form.setHorizontalSpacing(32)
    for text, keys in rows:
        form.addRow(text, QLabel(keys))
    layout.addLayout(form)
    buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
    buttons.rejected.connect(dialog.reject)
    layout.addWidget(buttons)
    dialog.exec()
    dialog.deleteLater()


def may_replace(parent: QWidget, path: Path) -> bool:
    """Ask whether an existing file is to be replaced."""
    question = tr("{path} exists already. Do you want to replace it?", path=str(path))
    yes, no = QMessageBox.StandardButton.Yes, QMessageBox.StandardButton.No
    return QMessageBox.question(parent, tr("Replace file"), question, yes | no, no) == yes


def ask_to_save(parent: QWidget, name: str) -> Literal["save", "discard", "cancel"]:
    """Ask what becomes of changes that would be lost."""
    box = QMessageBox(parent)
    box.setObjectName("unsaved_changes")
    box.setIcon(QMessageBox.Icon.Warning)
    box.setWindowTitle(tr("Unsaved changes"))
    box.setTextFormat(Qt.TextFormat.PlainText)  # a name may look like HTML
    box.setText(tr("Do you want to save the changes to {name}?", name=name))
    box.setInformativeText(tr("They are lost otherwise."))
    buttons = QMessageBox.StandardButton
    box.setStandardButtons(buttons.Save | buttons.Discard | buttons.Cancel)
    box.setDefaultButton(buttons.Save)
    answer = box.exec()
    box.deleteLater()
    if answer == buttons.Save:
        return "save"
    return "discard" if answer == buttons.Discard else "cancel"


def show_about(parent: QWidget) -> None:
    """Say what the program is."""
    QMessageBox.about(
        parent,
        tr("About gdsim"),
        tr("gdsim {version}: a desktop laboratory for teaching gradient descent. MIT licence.", version=__version__),
    )
