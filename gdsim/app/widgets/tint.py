"""Buttons that are switched on are to be seen so."""

from __future__ import annotations

from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QAbstractButton, QApplication

from gdsim.app import theme

_SHARE = 0.45


def tint_if_on(button: QAbstractButton) -> None:
    """Tint a checked button with the accent colour: Fusion's own shade is hard to see on a dark ground."""
    colours = QPalette(QApplication.palette())
    if button.isChecked():
        plain, accent = colours.color(QPalette.ColorRole.Button), QColor(theme.current().accent)
        parts = ((plain.red(), accent.red()), (plain.green(), accent.green()), (plain.blue(), accent.blue()))
        colours.setColor(QPalette.ColorRole.Button, QColor(*(round((1 - _SHARE) * a + _SHARE * b) for a, b in parts)))
    button.setPalette(colours)
