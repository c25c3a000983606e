"""One colour for one thing everywhere: Okabe and Ito's colour-blind-safe set on a light or dark ground."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication

GRID = 8
"""Unit of every margin and gap, in device-independent pixels."""

NAMES = ("system", "light", "dark")
"""What `apply` can be asked for; the first is the usual one."""


@dataclass(frozen=True)
class Theme:
    """Colours (``#rrggbb``) that the palette has no role for; the palette gives the rest."""

    dark: bool
    ground: str
    text: str
    muted: str
    grid: str
    pane: str
    move: str
    gradient: str = "#d55e00"
    velocity: str = "#0072b2"
    second_moment: str = "#cc79a7"
    decay: str = "#e69f00"
    start: str = "#009e73"
    minimum: str = "#f0e442"
    accent: str = "#0072b2"
    error: str = "#c62828"


LIGHT = Theme(False, "#ffffff", "#1a1a1a", "#666666", "#c8c8c8", "#f2f2f2", "#000000")
DARK = Theme(
    True, "#1e1f22", "#f0f0f0", "#a0a4aa", "#4a4d52", "#292b2f", "#ffffff",
    velocity="#56b4e9", accent="#56b4e9", error="#ff8a80",
)  # fmt: skip


def palette(theme: Theme) -> QPalette:
    """Return the application palette of ``theme`` for the Fusion style."""
    base = QColor(theme.ground)
    window = QColor("#2b2d30" if theme.dark else "#f7f7f8")
    text = QColor(theme.text)
    result = QPalette(QColor("#3c3f43" if theme.dark else "#ececee"), window)
    for role, colour in {
        QPalette.ColorRole.Base: base,
        QPalette.ColorRole.AlternateBase: QColor(theme.pane),
        QPalette.ColorRole.Text: text,
        QPalette.ColorRole.WindowText: text,
        QPalette.ColorRole.ButtonText: text,
        QPalette.ColorRole.ToolTipBase: window,
        QPalette.ColorRole.ToolTipText: text,
        QPalette.ColorRole.PlaceholderText: QColor(theme.muted),
        QPalette.ColorRole.Highlight: QColor(theme.accent),
        QPalette.ColorRole.Accent: QColor(theme.accent),
        QPalette.ColorRole.HighlightedText: QColor("#000000" if theme.dark else "#ffffff"),
        QPalette.ColorRole.Link: QColor(theme.accent),
    }.items():
        result.setColor(role, colour)
    for role in (QPalette.ColorRole.Text, QPalette.ColorRole.WindowText, QPalette.ColorRole.ButtonText):
        result.setColor(QPalette.ColorGroup.Disabled, role, QColor(theme.muted))
    return result


def current() -> Theme:
    """Return the theme that the application's palette stands for now."""
    return DARK if QApplication.palette().color(QPalette.ColorRole.Base).lightness() < 128 else LIGHT


def for_ground(ground: str) -> Theme:
    """Return the theme of a picture on a ``light``, ``dark`` or ``transparent`` ground."""
    return DARK if ground == "dark" else LIGHT


def apply(name: str) -> None:
    """Give the application the theme ``light``, ``dark`` or, for ``system``, the desktop's."""
    if name == "system":
        dark = QGuiApplication.styleHints().colorScheme() == Qt.ColorScheme.Dark
    else:
        dark = name == "dark"
    QApplication.setPalette(palette(DARK if dark else LIGHT))
