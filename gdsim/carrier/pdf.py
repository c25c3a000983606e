"""PDF: an entry of the document information, behind the others."""

from __future__ import annotations

import os
import re
from io import BytesIO
from typing import Any, BinaryIO

from gdsim.carrier.parts import Place

_KEY = "/gdsim"
_MOST_BYTES = 64 << 20
_TAIL = 1024


def read(file: BinaryIO) -> bytes | None:
    """Return the bytes of the text that ``file`` carries, None without one."""
    trailer, _ = _trailer(file)
    try:
        value = trailer["/Info"].get(_KEY)
    except Exception:  # pypdf raises about everything at a file that is broken
        return None
    if isinstance(value, bytes):
        return bytes(value)
    return value.encode("utf-8", "surrogatepass") if isinstance(value, str) else None


def write(file: BinaryIO, text: str) -> Place | None:
    """Return where ``text`` goes in ``file``: at its end, as a change of the document.

    Nothing else is touched: fonts and drawing stay as they were written.
    """
    from pypdf.generic import ByteStringObject, DictionaryObject, IndirectObject, NameObject, NumberObject

    old, previous = _trailer(file)
    try:
        info: Any = DictionaryObject(old.get("/Info") or {})
        size = int(old["/Size"])
    except Exception:
        return None
    reference: Any = old.raw_get("/Info") if "/Info" in old else None
    known = isinstance(reference, IndirectObject)
    number, generation = (reference.idnum, reference.generation) if known else (size, 0)
    info[NameObject(_KEY)] = ByteStringObject(b"\xfe\xff" + text.encode("utf-16-be"))
    trailer: Any = DictionaryObject({NameObject(k): old.raw_get(k) for k in ("/Root", "/ID", "/Encrypt") if k in old})
    trailer[NameObject("/Size")] = NumberObject(max(size, number + 1))
    trailer[NameObject("/Info")] = IndirectObject(number, generation, None)
    trailer[NameObject("/Prev")] = NumberObject(previous)
    end = file.seek(0, os.SEEK_END)
    new = BytesIO()
    new.write(f"\n{number} {generation} obj\n".encode())
    info.write_to_stream(new)
    new.write(b"\nendobj\n")
    table = end + new.tell()
    new.write(f"xref\n{number} 1\n{end + 1:010d} {generation:05d} n \ntrailer\n".encode())
    trailer.write_to_stream(new)
    new.write(f"\nstartxref\n{table}\n%%EOF\n".encode())
    return Place(end, end, new.getvalue())


def _trailer(file: BinaryIO) -> tuple[Any, int]:
    """Return pypdf's trailer, empty where ``file`` is broken, and the place of the last table of objects."""
    import logging

    from pypdf import PdfReader

    # What is wrong with a file is said in our words, or does not matter.
    logging.getLogger("pypdf").setLevel(logging.CRITICAL + 1)
    end = file.seek(0, os.SEEK_END)
    file.seek(max(0, end - _TAIL))
    places = re.findall(rb"startxref\s+(\d{1,18})\s+%%EOF", file.read())
    # In a broken file pypdf would look for what is left of it, which can take minutes.
    if not places or int(places[-1]) >= end or end > _MOST_BYTES:
        return {}, 0
    file.seek(0)
    try:
        return PdfReader(file, strict=True).trailer, int(places[-1])
    except Exception:
        return {}, 0
