"""What the formats have in common."""

from __future__ import annotations

from typing import NamedTuple, NoReturn

from gdsim.errors import InputError
from gdsim.i18n import tr

MARK = "gdsim scenario"
"""The first line of a GIF's or an MP4's comment, which anybody's comment could be."""

MAX_BYTES = 1_000_000
"""The longest text, in UTF-8."""

MOST_PARTS = 100_000
"""So many parts of a file are looked at: a hostile one may consist of millions of empty ones."""


class Place(NamedTuple):
    """Where a text goes: ``new`` is to stand where the file has the bytes from ``start`` to ``stop``."""

    start: int
    stop: int
    new: bytes


def comment_of(text: str) -> str:
    """Return ``text`` as the comment of a film that carries it."""
    return f"{MARK}\n{text}"


def text_of(comment: bytes) -> bytes | None:
    """Return the text that a comment holds, None where the comment is somebody else's."""
    mark = comment_of("").encode()
    return comment[len(mark) :] if comment.startswith(mark) else None


def refuse_damaged() -> NoReturn:
    """Raise the `InputError` for a text that is there and cannot be read."""
    raise InputError(tr("It is damaged."))


def refuse_long() -> NoReturn:
    """Raise the `InputError` for a text that is longer than any that is written."""
    raise InputError(tr("It is longer than the {most} bytes that are allowed.", most=MAX_BYTES))
