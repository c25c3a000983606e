"""SVG: an element of our own namespace within ``<metadata>``, after the root's start tag."""

from __future__ import annotations

import re
from base64 import b64decode, b64encode
from typing import BinaryIO, NoReturn
from xml.parsers import expat

from gdsim.carrier.parts import MAX_BYTES, MOST_PARTS, Place, refuse_damaged, refuse_long
from gdsim.errors import InputError

_NAMESPACE = "urn:gdsim:scenario"
_BLOCK, _MOST_BLOCKS = 1 << 20, 64

_OWN = re.compile(rb"\n<metadata><gdsim:scenario .*?</gdsim:scenario></metadata>", re.DOTALL)
_START_TAG = re.compile(rb"<[^\s>/]+(?:[^>\"']|\"[^\"]*\"|'[^']*')*>")
# What XML 1.0 has no way to write.
_NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def read(file: BinaryIO) -> bytes | None:
    """Return the bytes of the text that ``file`` carries, None without one."""
    found = _Text()
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.StartElementHandler, parser.EndElementHandler = found.start, found.end
    parser.CharacterDataHandler = found.characters
    parser.EntityDeclHandler = _refuse_entity
    file.seek(0)
    try:
        for _ in range(_MOST_BLOCKS):
            if not (block := file.read(_BLOCK)):
                break
            parser.Parse(block)
    except _Ended:
        text = "".join(found.parts)
        return _from_base64(text) if found.encoding == "base64" else text.encode("utf-8")
    except InputError:
        raise
    except (expat.ExpatError, ValueError, LookupError):  # no XML, or of an encoding that there is not
        pass
    return refuse_damaged() if found.depth else None


def write(file: BinaryIO, text: str) -> Place | None:
    """Return where ``text`` goes in ``file``."""
    file.seek(0)
    data = file.read()
    encoding = "base64" if _NO_XML.search(text) else "text"
    body = b64encode(text.encode("utf-8")).decode() if encoding == "base64" else _escaped(text)
    element = f'\n<metadata><gdsim:scenario xmlns:gdsim="{_NAMESPACE}" encoding="{encoding}">{body}'
    new = (element + "</gdsim:scenario></metadata>").encode("utf-8")
    if own := _OWN.search(data):
        return Place(own.start(), own.end(), new)
    starts: list[int] = []
    parser = expat.ParserCreate()
    parser.StartElementHandler = lambda *_: starts.append(parser.CurrentByteIndex)
    try:
        parser.Parse(data, True)
    except expat.ExpatError:
        return None
    tag = _START_TAG.match(data, starts[0])
    return None if tag is None or tag[0].endswith(b"/>") else Place(tag.end(), tag.end(), new)


class _Ended(Exception):
    """The element has been read to its end."""


class _Text:
    """Collects what the first element of our own holds."""

    def __init__(self) -> None:
        self.parts: list[str] = []
        self.size = 0
        self.elements = 0
        self.encoding = ""
        self.depth = 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self.elements += 1
        if self.elements > MOST_PARTS:
            raise expat.ExpatError
        if self.depth:
            self.depth += 1
        elif name == f"{_NAMESPACE} scenario":
            self.depth, self.encoding = 1, attributes.get("encoding", "")

    def characters(self, data: str) -> None:
        if self.depth:
            self.parts.append(data)
            self.size += len(data)
            if self.size > 2 * MAX_BYTES:
                refuse_long()

    def end(self, name: str) -> None:
        if self.depth == 1:
            raise _Ended
        self.depth = max(0, self.depth - 1)


def _refuse_entity(*_: object) -> NoReturn:
    # Entities can make a few bytes swell to gigabytes, and no scenario needs them.
    raise expat.ExpatError


def _escaped(text: str) -> str:
    for character, name in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ("\r", "&#13;")):
        text = text.replace(character, name)
    return text


def _from_base64(text: str) -> bytes:
    try:
        return b64decode("".join(text.split()), validate=True)
    except ValueError:
        refuse_damaged()
