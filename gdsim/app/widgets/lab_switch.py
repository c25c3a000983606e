"""Chooses the lab: one button each, side by side."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt
from PySide6.QtWidgets import QHBoxLayout, QToolButton, QWidget

from gdsim.app.actions import Actions
from gdsim.app.theme import GRID
from gdsim.app.widgets.naming import named
from gdsim.app.widgets.tint import tint_if_on
from gdsim.i18n import tr


class LabSwitch(QWidget):
    """Buttons of the actions that bring a lab on screen."""

    def __init__(self, actions: Actions, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        named(self, "lab_switch", tr("Lab"))
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, GRID // 4, GRID, GRID // 4)
        layout.setSpacing(0)
        self._buttons = []
        for action in actions.in_menu("labs"):
            button = named(QToolButton(), action.objectName(), action.text())
            button.setDefaultAction(action)
            button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextOnly)
            button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            button.setMinimumWidth(10 * GRID)
            button.toggled.connect(self._tint)
            layout.addWidget(button)
            self._buttons.append(button)

    def changeEvent(self, event: QEvent) -> None:
        """Follow the palette."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "_buttons"):
            self._tint()

    def _tint(self) -> None:
        for button in self._buttons:
            tint_if_on(button)
