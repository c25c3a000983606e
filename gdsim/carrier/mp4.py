"""MP4: the comment among the tags that iTunes introduced, where every program puts it; only read here."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import BinaryIO, NamedTuple

from gdsim.carrier.parts import MAX_BYTES, MOST_PARTS, text_of

_WAY = (b"moov", b"udta", b"meta", b"ilst", b"\xa9cmt", b"data")
_VERSION = {b"meta": 4, b"data": 8}
"""Bytes before what a box holds."""


class _Box(NamedTuple):
    """A box that holds the bytes from ``start`` to ``stop``."""

    kind: bytes
    start: int
    stop: int


def read(file: BinaryIO) -> bytes | None:
    """Return the bytes of the text that ``file`` carries, None without one."""
    place, stop = 0, file.seek(0, os.SEEK_END)
    for kind in _WAY:
        box = next((box for box in _boxes(file, place, stop) if box.kind == kind), None)
        if box is None:
            return None
        place, stop = box.start + _VERSION.get(kind, 0), box.stop
    file.seek(place)
    return text_of(file.read(min(stop - place, MAX_BYTES + 100)))


def _boxes(file: BinaryIO, place: int, end: int) -> Iterator[_Box]:
    """Yield the boxes between ``place`` and ``end``, as far as they are whole."""
    for _ in range(MOST_PARTS):
        file.seek(place)
        head = file.read(16)
        size, start = int.from_bytes(head[:4], "big"), place + 8
        if size == 1:
            size, start = int.from_bytes(head[8:16], "big"), place + 16
        elif size == 0:
            size = end - place
        if len(head) < 8 or place + size > end or place + size < start:
            return
        yield _Box(head[4:8], start, place + size)
        place += size
