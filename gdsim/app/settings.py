"""Remembered choices, read with caution: a settings file may be damaged or of another version."""

from __future__ import annotations

from PySide6.QtCore import QSettings


def whole_number(settings: QSettings, key: str, default: int) -> int:
    """Return a remembered whole number, or ``default`` when there is none that can be read."""
    try:
        return int(str(settings.value(key, default)))
    except ValueError:
        return default
