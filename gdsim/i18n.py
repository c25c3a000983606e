"""Translation of user-visible text, for the core and the interface alike.

The core knows no Qt, so it asks a replaceable translator; the application installs Qt's at start-up.
"""

from __future__ import annotations

from collections.abc import Callable

_translate: Callable[[str], str] = str


def set_translator(translate: Callable[[str], str]) -> None:
    """Let ``translate`` turn every English sentence into the user's language from now on."""
    global _translate
    _translate = translate


def tr(text: str, /, **values: object) -> str:
    """Return ``text`` in the user's language, its ``{named}`` placeholders filled from ``values``.

    Write whole sentences; never glue one from pieces, because word order differs between languages.
    """
    translated = _translate(text)
    return translated.format(**values) if values else translated
