"""A text that a picture or a film carries unseen: written into the file, and found in it again.

A PNG carries it in a text chunk, an SVG in its metadata, a PDF in its document information, a GIF and an MP4 in their
comment. What is read may come from anybody: it is neither trusted nor loaded whole. Each format has a module whose
``read(file)`` returns the bytes of the text or None, and ``write(file, text)`` the `Place` of the text in the file, or
None for a file that it cannot make out.
"""

from __future__ import annotations

import re
from pathlib import Path

from gdsim.carrier import gif, mp4, pdf, png, svg
from gdsim.carrier.parts import MARK, MAX_BYTES, comment_of, refuse_damaged, refuse_long
from gdsim.errors import InputError
from gdsim.i18n import tr

__all__ = ["HEAD", "KINDS", "MARK", "MAX_BYTES", "comment_of", "embed", "extract", "kind_of"]

KINDS = (".png", ".svg", ".pdf", ".gif", ".mp4")
"""Extensions of the files that can carry a text."""

HEAD = 1 << 16
"""So many bytes of a file's beginning tell its kind."""

_READERS = {".png": png.read, ".svg": svg.read, ".pdf": pdf.read, ".gif": gif.read, ".mp4": mp4.read}
_WRITERS = {".png": png.write, ".svg": svg.write, ".pdf": pdf.write, ".gif": gif.write}


def kind_of(head: bytes) -> str | None:
    """Return the entry of `KINDS` whose files begin with ``head``, whatever their names; None for other files."""
    if head.startswith(png.SIGNATURE):
        return ".png"
    if head.startswith((b"GIF87a", b"GIF89a")):
        return ".gif"
    if head.startswith(b"%PDF-"):
        return ".pdf"
    if head.startswith(b"\0") and head[4:8] == b"ftyp":
        return ".mp4"
    if head.startswith((b"\xff\xfe<\x00", b"\xfe\xff\x00<")):
        head = head[2:].replace(b"\x00", b"")
    opened = head.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"<")
    return ".svg" if opened and re.search(rb"<(\w+:)?svg[\s>]", head[:HEAD]) else None


def embed(path: Path, text: str) -> None:
    """Write ``text`` into the picture at ``path``, in the place of one that it carries already.

    An MP4 gets its text while it is written: its container's ``comment`` is to be `comment_of` the text.

    Raises
    ------
    InputError
        If the text is too long, or the file is none that can carry one.
    OSError
        If the file cannot be read or written.
    """
    data = text.encode("utf-8")
    if len(data) > MAX_BYTES:
        raise InputError(
            tr("A picture can carry {most} bytes of text; this one has {count}.", most=MAX_BYTES, count=len(data))
        )
    with path.open("rb+") as file:
        kind = kind_of(file.read(HEAD))
        place = _WRITERS[kind](file, text) if kind in _WRITERS else None
        if place is None:
            raise InputError(tr("{path} is no picture that can carry a text.", path=str(path)))
        file.seek(place.stop)
        rest = file.read()
        file.seek(place.start)
        file.write(place.new + rest)
        file.truncate()


def extract(path: Path) -> str | None:
    """Return the text that the picture or the film at ``path`` carries, None where it carries none.

    Raises
    ------
    InputError
        If it carries one that is damaged or too long.
    OSError
        If the file cannot be read.
    """
    with path.open("rb") as file:
        kind = kind_of(file.read(HEAD))
        data = _READERS[kind](file) if kind else None
    if data is None:
        return None
    if len(data) > MAX_BYTES:
        refuse_long()
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        refuse_damaged()
