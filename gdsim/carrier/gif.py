"""GIF: a comment before the first image."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

from gdsim.carrier.parts import MAX_BYTES, MOST_PARTS, Place, comment_of, text_of

_HEADER = 13
_COMMENT, _APPLICATION = 0xFE, 0xFF


def read(file: BinaryIO) -> bytes | None:
    """Return the bytes of the text that ``file`` carries, None without one."""
    data = _beginning(file)
    for label, start, stop in _extensions(data):
        if label == _COMMENT and (text := text_of(_joined(data, start + 2, stop))) is not None:
            return text
    return None


def write(file: BinaryIO, text: str) -> Place | None:
    """Return where ``text`` goes in ``file``."""
    data = _beginning(file)
    comment = comment_of(text).encode("utf-8")
    blocks = [comment[i : i + 255] for i in range(0, len(comment), 255)]
    new = b"\x21\xfe" + b"".join(bytes([len(block)]) + block for block in blocks) + b"\0"
    place = _after_colours(data)
    if place >= len(data):
        return None
    for label, start, stop in _extensions(data):
        if label == _COMMENT and text_of(_joined(data, start + 2, stop)) is not None:
            return Place(start, stop, new)
        # How often a film repeats, some programs look for right behind the colours only.
        if label == _APPLICATION and start == place:
            place = stop
    return Place(place, place, new)


def _beginning(file: BinaryIO) -> bytes:
    file.seek(0)
    return file.read(3 * MAX_BYTES)


def _after_colours(data: bytes) -> int:
    """Return where the header and the table of colours that all images share end."""
    flags = data[10] if len(data) > 10 else 0
    return _HEADER + (3 << (flags & 7) + 1 if flags & 0x80 else 0)


def _extensions(data: bytes) -> Iterator[tuple[int, int, int]]:
    """Yield label, start and stop of each extension before the first image, as far as they are whole."""
    place = _after_colours(data)
    for _ in range(MOST_PARTS):
        if data[place : place + 1] != b"\x21":
            return
        stop = place + 2
        while stop < len(data) and data[stop]:
            stop += data[stop] + 1
        if stop >= len(data):
            return
        yield data[place + 1], place, stop + 1
        place = stop + 1


def _joined(data: bytes, start: int, stop: int) -> bytes:
    """Return what the blocks between ``start`` and ``stop`` hold."""
    parts = []
    while start < stop - 1:
        parts.append(data[start + 1 : start + 1 + data[start]])
        start += data[start] + 1
    return b"".join(parts)
