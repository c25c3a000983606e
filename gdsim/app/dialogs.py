"""Small dialogs."""

from __future__ import annotations

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


def show_about(parent: QWidget) -> None:
    """Say what the program is."""
    QMessageBox.about(
        parent,
        tr("About gdsim"),
        tr("gdsim {version}: a desktop laboratory for teaching gradient descent. MIT licence.", version=__version__),
    )
