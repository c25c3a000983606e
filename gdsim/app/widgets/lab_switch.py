"""Chooses the lab: one button each, side by side."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QToolButton, QWidget

from gdsim.app.actions import Actions
from gdsim.app.theme import GRID
from gdsim.app.widgets.naming import named
from gdsim.i18n import tr


class LabSwitch(QWidget):
    """Buttons of the actions that bring a lab on screen."""

    def __init__(self, actions: Actions, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        named(self, "lab_switch", tr("Lab"))
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, GRID // 4, GRID, GRID // 4)
        layout.setSpacing(0)
        for action in actions.in_menu("labs"):
            button = named(QToolButton(), str(action.objectName()), action.text())
            button.setDefaultAction(action)
            button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextOnly)
            button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            button.setMinimumWidth(10 * GRID)
            layout.addWidget(button)
