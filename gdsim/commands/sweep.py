"""Many scenarios from few words: globs, and ``--set`` with several values."""

from __future__ import annotations

import fnmatch
import glob
import itertools
import os
from dataclasses import dataclass

from gdsim.errors import InputError
from gdsim.i18n import tr

MOST = 10_000
"""Files that one command may write."""

_BRACKETS = {"(": ")", "[": "]", "{": "}"}


@dataclass(frozen=True)
class Variant:
    """One scenario of a sweep.

    Attributes
    ----------
    source
        A file or a preset's name.
    overrides
        ``KEY=VALUE`` for `gdsim.simulation.files.load`.
    swept
        Keys that have several values, with the one that they have here.
    """

    source: str
    overrides: tuple[str, ...]
    swept: tuple[tuple[str, str], ...]


def variants(sources: list[str], overrides: list[str]) -> list[Variant]:
    """Return every source with every combination of values, in the order of the words.

    Raises
    ------
    InputError
        If these are more than can be meant.
    """
    choices = [_choices(override) for override in overrides]
    found = list(dict.fromkeys(itertools.chain.from_iterable(map(expand, sources))))
    count = len(found)
    for values in choices:
        count *= len(values)
    if count > MOST:
        raise InputError(tr("These would be {count} files; at most {most} are allowed.", count=count, most=MOST))
    return [
        Variant(
            source,
            tuple(f"{key}={value}" if equals else key for key, equals, value in combination),
            tuple(
                (key.strip(), value)
                for (key, _, value), values in zip(combination, choices, strict=True)
                if len(values) > 1
            ),
        )
        for source in found
        for combination in itertools.product(*choices)
    ]


def expand(pattern: str) -> list[str]:
    """Return what a pattern with ``* ? [ ]`` stands for; itself where there is nothing of this kind.

    With a dot or in a folder it is one of files, such as ``*.toml``, else one of presets.
    """
    if os.path.exists(pattern) or not any(sign in pattern for sign in "*?["):
        return [pattern]
    if "." in pattern or os.path.dirname(pattern):
        found = sorted(name for name in glob.glob(pattern, recursive=True) if os.path.isfile(name))
    else:
        from gdsim.simulation.files import preset_names

        found = sorted(fnmatch.filter(preset_names(), pattern))
    return found or [pattern]


def _choices(override: str) -> list[tuple[str, str, str]]:
    """Return ``KEY``, ``=`` and one value each of a ``--set``."""
    key, equals, text = override.partition("=")
    return [(key, equals, value) for value in split(text)]


def split(text: str) -> list[str]:
    """Return the values of a list with commas; those within quotes or brackets do not separate."""
    parts, begin, quote = [], 0, ""
    closing: list[str] = []
    for place, sign in enumerate(text):
        if quote:
            # In TOML's double quotes a backslash shields what follows.
            if sign == quote and not (quote == '"' and _shielded(text, place)):
                quote = ""
        elif sign in "\"'":
            quote = sign
        elif sign in _BRACKETS:
            closing.append(_BRACKETS[sign])
        elif closing and sign == closing[-1]:
            closing.pop()
        elif sign == "," and not closing:
            parts.append(text[begin:place])
            begin = place + 1
    if quote or closing:
        return [text]  # not closed: it is for the reader of the value to say so
    return [part.strip() for part in [*parts, text[begin:]]] if parts else [text]


def _shielded(text: str, place: int) -> bool:
    before = text[:place]
    return (len(before) - len(before.rstrip("\\"))) % 2 == 1
