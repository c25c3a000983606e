"""PNG: an iTXt chunk with the keyword gdsim, after the header."""

from __future__ import annotations

import os
import struct
import zlib
from collections.abc import Iterator
from typing import BinaryIO, NamedTuple

from gdsim.carrier.parts import MAX_BYTES, MOST_PARTS, Place, refuse_damaged, refuse_long

SIGNATURE = b"\x89PNG\r\n\x1a\n"

_KEY = b"gdsim\0"


class _Chunk(NamedTuple):
    """A chunk whose data are ``length`` bytes from ``start`` on."""

    kind: bytes
    start: int
    length: int

    @property
    def end(self) -> int:
        return self.start + self.length + 4


def read(file: BinaryIO) -> bytes | None:
    """Return the bytes of the text that ``file`` carries, None without one."""
    own = _own(file)
    if own is None:
        return None
    if own.length > 2 * MAX_BYTES:
        refuse_long()
    file.seek(own.start)
    data, crc = file.read(own.length), file.read(4)
    if crc != zlib.crc32(own.kind + data).to_bytes(4, "big"):
        refuse_damaged()
    # We write an iTXt; other programs that write the picture anew may choose another of the three.
    data = data[len(_KEY) :]
    if own.kind == b"tEXt":
        return data
    if own.kind == b"zTXt":
        return _inflated(data[1:])
    parts = data[2:].split(b"\0", 2)  # language, the keyword translated, the text
    if len(parts) < 3:
        refuse_damaged()
    return _inflated(parts[2]) if data[0] else parts[2]


def write(file: BinaryIO, text: str) -> Place | None:
    """Return where ``text`` goes in ``file``."""
    first = next(_chunks(file), None)
    if first is None or first.kind != b"IHDR":
        return None
    data = _KEY + b"\0" * 4 + text.encode("utf-8")
    chunk = struct.pack(">I", len(data)) + b"iTXt" + data + struct.pack(">I", zlib.crc32(b"iTXt" + data))
    own = _own(file)
    return Place(first.end, first.end, chunk) if own is None else Place(own.start - 8, own.end, chunk)


def _chunks(file: BinaryIO) -> Iterator[_Chunk]:
    """Yield the chunks that ``file`` has whole."""
    end = file.seek(0, os.SEEK_END)
    place = len(SIGNATURE)
    for _ in range(MOST_PARTS):
        file.seek(place)
        head = file.read(8)
        if len(head) < 8:
            return
        chunk = _Chunk(head[4:], place + 8, int.from_bytes(head[:4], "big"))
        if chunk.end > end:
            return
        yield chunk
        place = chunk.end


def _own(file: BinaryIO) -> _Chunk | None:
    for chunk in _chunks(file):
        if chunk.kind in (b"iTXt", b"tEXt", b"zTXt"):
            file.seek(chunk.start)
            if file.read(min(chunk.length, len(_KEY))) == _KEY:
                return chunk
    return None


def _inflated(data: bytes) -> bytes:
    stream = zlib.decompressobj()
    try:
        result = stream.decompress(data, MAX_BYTES + 1)
    except zlib.error:
        refuse_damaged()
    if len(result) <= MAX_BYTES and not stream.eof:
        refuse_damaged()
    return result
