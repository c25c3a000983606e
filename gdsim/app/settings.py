"""Remembered choices, read with caution: a settings file may be damaged or of another version."""

from __future__ import annotations

from typing import TypeVar

from pydantic import ValidationError
from PySide6.QtCore import QSettings

from gdsim.simulation.spec_model import SpecModel

M = TypeVar("M", bound=SpecModel)
"""Choices that belong together."""

VERSION = 1
"""Raise it when a key gets another meaning; what another version remembered is then forgotten."""

LARGEST = 2**31 - 1
"""What Qt's fields can hold."""


def program_settings() -> QSettings:
    """Return the program's settings, empty where another version has written them."""
    settings = QSettings("gdsim", "gdsim")
    if settings.contains("version") and whole_number(settings, "version", 0) != VERSION:
        settings.clear()
    settings.setValue("version", VERSION)
    return settings


def whole_number(settings: QSettings, key: str, default: int) -> int:
    """Return a remembered whole number, or ``default`` when there is none that can be read."""
    try:
        number = int(str(settings.value(key, default)))
    except ValueError:
        return default
    return number if abs(number) <= LARGEST else default


def choice(settings: QSettings, key: str, known: tuple[str, ...]) -> str:
    """Return a remembered choice, or the first of those ``known`` when it is none of them."""
    value = settings.value(key)
    return value if isinstance(value, str) and value in known else known[0]


def switch(settings: QSettings, key: str, default: bool) -> bool:
    """Return whether something was on, or ``default`` when that cannot be read."""
    value = settings.value(key, default)
    return {"true": True, "false": False}.get(str(value).lower(), default)


def texts(settings: QSettings, key: str) -> list[str]:
    """Return a remembered list of texts, without what is none."""
    value = settings.value(key)
    # A settings file keeps a list of one as its only entry.
    entries = value if isinstance(value, list) else [value]
    return [entry for entry in entries if isinstance(entry, str) and entry]


def remembered(settings: QSettings, key: str, kind: type[M]) -> M | None:
    """Return remembered choices, or None when there are none that can be read."""
    try:
        return kind.model_validate_json(str(settings.value(key, "")))
    except ValidationError:
        return None
