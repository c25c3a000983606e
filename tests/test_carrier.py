"""Pictures and films carry a text: found again as it was, seen by nobody, and no hostile file does harm."""

from __future__ import annotations

import contextlib
import io
import re
import shutil
import struct
import subprocess
import time
import tracemalloc
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from PIL import Image, PngImagePlugin
from pypdf import PdfReader, PdfWriter

from gdsim.carrier import KINDS, MARK, MAX_BYTES, comment_of, embed, extract, kind_of
from gdsim.errors import InputError

NASTY = "a = \"ü 😀 λ ]]> --> </gdsim:scenario></metadata> &amp; <b> '''\"\n\tb = 1\r\n# \x01\ufffe\x7f (x\\) %%EOF\n"
TOML = '[problem]\nformula = "w1**2 < w2 & \\"x\\""\n'
PICTURES = tuple(kind for kind in KINDS if kind != ".mp4")


@pytest.fixture(scope="module")
def blank(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """Return a small file of each kind that can be written into, as other libraries write it."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(1, 1))
    figure.gca().plot([1, 3, 2])
    result = {}
    for kind in (".png", ".svg", ".pdf"):
        stream = io.BytesIO()
        figure.savefig(stream, format=kind[1:], metadata={"Title": "T (1)"} if kind != ".svg" else {"Title": "a > b"})
        result[kind] = stream.getvalue()
    stream = io.BytesIO()
    first, *others = frames()
    first.save(stream, "GIF", save_all=True, append_images=others, loop=0, duration=40)
    return {**result, ".gif": stream.getvalue()}


def frames() -> list[Image.Image]:
    return [Image.fromarray(np.full((16, 16, 3), grey, np.uint8)) for grey in (0, 120, 250)]


def film(comment: str) -> bytes:
    stream = io.BytesIO()
    with av.open(stream, "w", format="mp4") as container:
        container.metadata["comment"] = comment
        video = container.add_stream("libx264", rate=25)
        video.width, video.height, video.pix_fmt = 16, 16, "yuv420p"
        for image in frames():
            container.mux(video.encode(av.VideoFrame.from_image(image)))
        container.mux(video.encode(None))
    return stream.getvalue()


def rewrap(content: bytes, target: Path, options: dict[str, str]) -> None:
    """Write the same film anew, as ``ffmpeg -c copy`` does."""
    with av.open(io.BytesIO(content)) as old, av.open(target, "w", options=options) as new:
        new.metadata.update(old.metadata)
        video = new.add_stream_from_template(old.streams.video[0])
        for packet in old.demux(video=0):
            if packet.dts is not None:
                packet.stream = video
                new.mux(packet)


@pytest.fixture(scope="module")
def carriers(blank: dict[str, bytes], tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """Return a file of each kind that carries `TOML`."""
    path = tmp_path_factory.mktemp("carriers") / "picture"
    result = {".mp4": film(comment_of(TOML))}
    for kind, content in blank.items():
        path.write_bytes(content)
        embed(path, TOML)
        result[kind] = path.read_bytes()
    return result


def found(path: Path, content: bytes) -> str | None:
    path.write_bytes(content)
    return extract(path)


@pytest.mark.parametrize("kind", PICTURES)
def test_any_text_is_found_as_it_was(kind: str, blank: dict[str, bytes], tmp_path: Path) -> None:
    path = tmp_path / "picture.any"

    @given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")))
    @example(NASTY)
    @example(NASTY * 500)
    @example("")
    @settings(max_examples=40)
    def check(text: str) -> None:
        path.write_bytes(blank[kind])
        assert extract(path) is None
        embed(path, text)
        assert extract(path) == text

    check()


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")))
@example(NASTY * 500)
@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_comment_of_a_film_is_found_as_it_was(tmp_path: Path, text: str) -> None:
    assert found(tmp_path / "film", film(comment_of(text))) == text


def test_a_film_that_can_be_played_while_it_loads_is_read_too(carriers: dict[str, bytes], tmp_path: Path) -> None:
    path = tmp_path / "film.mp4"
    rewrap(carriers[".mp4"], path, {"movflags": "+faststart"})
    content = path.read_bytes()
    assert content.index(b"moov") < content.index(b"mdat")
    assert extract(path) == TOML


@pytest.mark.parametrize("kind", PICTURES)
def test_the_longest_text_is_carried_and_a_longer_one_refused(
    kind: str, blank: dict[str, bytes], tmp_path: Path
) -> None:
    path = tmp_path / "picture"
    path.write_bytes(blank[kind])
    embed(path, "<" * MAX_BYTES)
    assert extract(path) == "<" * MAX_BYTES
    before = path.read_bytes()
    with pytest.raises(InputError, match=r"1000000 bytes of text; this one has 1000001\.$"):
        embed(path, "x" * (MAX_BYTES - 1) + "é")
    assert path.read_bytes() == before


@pytest.mark.parametrize("kind", PICTURES)
def test_a_second_text_takes_the_place_of_the_first(kind: str, blank: dict[str, bytes], tmp_path: Path) -> None:
    path, once = tmp_path / "twice", tmp_path / "once"
    path.write_bytes(blank[kind])
    once.write_bytes(blank[kind])
    embed(once, NASTY)
    for text in ("first " * 100, NASTY):
        embed(path, text)
    assert extract(path) == NASTY
    # A PDF grows: changes are put behind what there is.
    assert path.read_bytes() == once.read_bytes() or (kind == ".pdf" and b"first" not in path.read_bytes())


@pytest.mark.parametrize("kind", PICTURES)
def test_equal_texts_give_equal_bytes(
    kind: str, blank: dict[str, bytes], carriers: dict[str, bytes], tmp_path: Path
) -> None:
    path = tmp_path / "again"
    path.write_bytes(blank[kind])
    embed(path, TOML)
    assert path.read_bytes() == carriers[kind]


# From outside ------------------------------------------------------------------------------------------------------


def test_pillow_sees_the_same_picture(blank: dict[str, bytes], carriers: dict[str, bytes]) -> None:
    before, after = (Image.open(io.BytesIO(files[".png"])) for files in (blank, carriers))
    assert np.array_equal(np.asarray(before), np.asarray(after))
    assert after.text == {**before.text, "gdsim": TOML}  # type: ignore[attr-defined]
    before, after = (Image.open(io.BytesIO(files[".gif"])) for files in (blank, carriers))
    assert (after.n_frames, after.info["loop"]) == (before.n_frames, before.info["loop"]) == (3, 0)  # type: ignore[attr-defined]
    assert after.info["comment"].decode() == comment_of(TOML)
    for number in range(3):
        before.seek(number)
        after.seek(number)
        assert np.array_equal(np.asarray(before.convert("RGB")), np.asarray(after.convert("RGB")))


def test_a_gif_repeats_still_where_programs_look_for_it(blank: dict[str, bytes], carriers: dict[str, bytes]) -> None:
    colours = 13 + (3 << (blank[".gif"][10] & 7) + 1 if blank[".gif"][10] & 0x80 else 0)
    assert carriers[".gif"][colours + 3 :].startswith(b"NETSCAPE2.0")


@pytest.mark.skipif(shutil.which("pdftoppm") is None, reason="needs poppler")
def test_poppler_sees_the_same_pages(blank: dict[str, bytes], carriers: dict[str, bytes], tmp_path: Path) -> None:
    drawn = []
    for name, content in (("before", blank[".pdf"]), ("after", carriers[".pdf"])):
        path = tmp_path / f"{name}.pdf"
        path.write_bytes(content)
        done = subprocess.run(["pdftoppm", "-r", "72", path, tmp_path / name], capture_output=True, check=True)
        assert not done.stderr
        drawn.append(np.asarray(Image.open(next(tmp_path.glob(f"{name}*.ppm")))))
        info = subprocess.run(["pdfinfo", path], capture_output=True, check=True, text=True)
        assert not info.stderr
        assert re.search(r"^Title: +T \(1\)$", info.stdout, re.MULTILINE)
    assert drawn[0].std() > 10
    assert np.array_equal(*drawn)


def test_pypdf_keeps_what_else_is_told_of_a_pdf(blank: dict[str, bytes], carriers: dict[str, bytes]) -> None:
    before, after = (PdfReader(io.BytesIO(files[".pdf"]), strict=True).metadata for files in (blank, carriers))
    assert before is not None and after is not None
    assert dict(after) == {**before, "/gdsim": TOML}


def test_pyav_sees_a_film_with_a_comment(carriers: dict[str, bytes]) -> None:
    with av.open(io.BytesIO(carriers[".mp4"])) as container:
        assert container.metadata["comment"] == f"{MARK}\n{TOML}"
        assert len(list(container.decode(video=0))) == 3


# From elsewhere ------------------------------------------------------------------------------------------------------


def resaved_png(content: bytes, chunk: Callable[[PngImagePlugin.PngInfo], Any]) -> bytes:
    info, stream = PngImagePlugin.PngInfo(), io.BytesIO()
    info.add_text("Comment", "of another program")
    chunk(info)
    Image.open(io.BytesIO(content)).save(stream, "PNG", pnginfo=info)
    return stream.getvalue()


@pytest.mark.parametrize(
    "chunk",
    [
        lambda info: info.add_itxt("gdsim", TOML, lang="de", tkey="Aufbau", zip=True),
        lambda info: info.add_itxt("gdsim", TOML, lang="de", tkey="Aufbau"),
        lambda info: info.add_text("gdsim", TOML, zip=True),
        lambda info: info.add_text("gdsim", TOML),
    ],
)
def test_a_png_that_was_written_anew_is_read(
    chunk: Callable[[PngImagePlugin.PngInfo], Any], blank: dict[str, bytes], tmp_path: Path
) -> None:
    assert found(tmp_path / "a.png", resaved_png(blank[".png"], chunk)) == TOML
    embed(tmp_path / "a.png", NASTY)
    assert extract(tmp_path / "a.png") == NASTY


SVG = '<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg">{}<g/></svg>'
OWN = '<metadata><x:scenario xmlns:x="urn:gdsim:scenario" encoding="{}">{}</x:scenario></metadata>'


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (OWN.format("text", "<![CDATA[a < b & c]]>\n<!-- no -->x<?p?>"), "a < b & c\nx"),
        (OWN.format("text", "&#97; &#x3C; &quot;b&quot;&amp;"), 'a < "b"&'),
        (OWN.format("text", "<b>bold</b> word"), "bold word"),
        (OWN.format("", "a"), "a"),
        (OWN.format("base64", " YSA9\n IDE= "), "a = 1"),
        (OWN.format("text", "1") + OWN.format("text", "2"), "1"),
        ('<metadata><scenario xmlns="urn:gdsim:scenario">a</scenario></metadata>', "a"),
        ("<metadata><scenario>a</scenario></metadata>", None),
        ('<metadata><scenario xmlns="urn:other">a</scenario></metadata>', None),
        ('<metadata><g:scenario encoding="text">a</g:scenario></metadata>', None),
        ("", None),
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_an_svg_that_was_written_anew_is_read(body: str, text: str | None, encoding: str, tmp_path: Path) -> None:
    assert found(tmp_path / "a.svg", SVG.format(body).encode(encoding)) == text


def test_a_pdf_that_was_written_anew_is_read(carriers: dict[str, bytes], tmp_path: Path) -> None:
    stream = io.BytesIO()
    writer = PdfWriter(clone_from=io.BytesIO(carriers[".pdf"]))
    writer.write(stream)
    assert found(tmp_path / "a.pdf", stream.getvalue()) == TOML
    writer = PdfWriter()
    writer.add_blank_page(10, 10)
    writer.write(tmp_path / "b.pdf")
    embed(tmp_path / "b.pdf", NASTY)
    assert extract(tmp_path / "b.pdf") == NASTY
    assert len(PdfReader(tmp_path / "b.pdf").pages) == 1


def test_films_that_were_written_anew_are_read(carriers: dict[str, bytes], tmp_path: Path) -> None:
    rewrap(carriers[".mp4"], tmp_path / "a.mp4", {})
    assert extract(tmp_path / "a.mp4") == TOML
    stream = io.BytesIO()
    Image.open(io.BytesIO(carriers[".gif"])).save(stream, "GIF", save_all=True)
    assert found(tmp_path / "a.gif", stream.getvalue()) == TOML


def test_what_others_have_written_is_no_text_of_ours(blank: dict[str, bytes], tmp_path: Path) -> None:
    path = tmp_path / "foreign"
    assert found(path, resaved_png(blank[".png"], lambda info: info.add_text("gdsim2", TOML))) is None
    assert found(path, film("made by hand")) is None
    stream = io.BytesIO()
    frames()[0].save(stream, "GIF", comment=b"made by hand")
    assert found(path, stream.getvalue()) is None
    embed(path, TOML)
    assert extract(path) == TOML
    assert b"made by hand" in path.read_bytes()


@pytest.mark.parametrize("content", [b"", b"a = 1\n", b"<html></html>", b"<svg", b"GIF", b"\x00\x00\x00\x18ftypisom"])
def test_what_is_no_picture_gets_no_text(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "picture.png"
    assert found(path, content) is None
    with pytest.raises(InputError, match=r"picture\.png is no picture that can carry a text\.$"):
        embed(path, TOML)
    assert path.read_bytes() == content


def test_the_first_bytes_tell_the_kind(carriers: dict[str, bytes]) -> None:
    assert {kind: kind_of(content) for kind, content in carriers.items()} == {kind: kind for kind in KINDS}
    for text in (b"", b"format = 1", b"# <svg", b"\xef\xbb\xbfa = 1", b"<toml>", b"ftypftyp = 1", b"%PD"):
        assert kind_of(text) is None


# Hostile ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
def test_whatever_befalls_a_file_it_is_read_or_refused(kind: str, carriers: dict[str, bytes], tmp_path: Path) -> None:
    path, whole = tmp_path / "broken", carriers[kind]
    near = max(0, whole.find(b"gdsim") - 60)
    places = st.one_of(st.integers(0, len(whole) - 1), st.integers(near, min(near + 400, len(whole) - 1)))
    damage = st.tuples(places, st.binary(min_size=1, max_size=4), st.sampled_from(["replace", "insert", "cut"]))

    @given(st.lists(damage, min_size=1, max_size=4), st.one_of(st.none(), places))
    @settings(max_examples=60)
    def check(damages: list[tuple[int, bytes, str]], end: int | None) -> None:
        content = whole
        for place, new, how in damages:
            content = content[:place] + new * (how != "cut") + content[place + len(new) * (how != "insert") :]
        try:
            text = found(path, content[:end])
        except InputError as error:
            assert re.fullmatch(r"It is .*\.", str(error))  # noqa: PT017
        else:
            assert text is None or len(text.encode()) <= MAX_BYTES
        try:
            embed(path, NASTY)
        except InputError:
            assert path.read_bytes() == content[:end]
        else:
            with contextlib.suppress(InputError):
                extract(path)

    check()


def png(*chunks: tuple[bytes, bytes, int | None]) -> bytes:
    """Return a PNG of these chunks: kind, data, and a length that is told of them (the true one if None)."""
    parts = [b"\x89PNG\r\n\x1a\n"]
    for kind, data, length in ((b"IHDR", bytes(13), None), *chunks):
        told = struct.pack(">I", len(data) if length is None else length)
        parts.append(told + kind + data + struct.pack(">I", zlib.crc32(kind + data)))
    return b"".join(parts)


def box(kind: bytes, body: bytes, size: int | None = None) -> bytes:
    return struct.pack(">I", len(body) + 8 if size is None else size) + kind + body


def comment_box(body: bytes) -> bytes:
    tag = box(b"ilst", box(b"\xa9cmt", box(b"data", bytes(8) + body)))
    return box(b"ftyp", b"isom") + box(b"moov", box(b"udta", box(b"meta", bytes(4) + tag)))


def pdf(*objects: bytes, trailer: bytes = b"/Info 1 0 R") -> bytes:
    """Return a PDF of these objects, 1 and up."""
    content, places = b"%PDF-1.7\n", []
    for number, body in enumerate(objects, 1):
        places.append(len(content))
        content += b"%d 0 obj\n%b\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    head = b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    start = len(content)
    trailer = trailer.replace(b"HERE", b"%d" % start)
    size = b"trailer\n<</Size %d %b>>\n" % (len(objects) + 1, trailer)
    return content + head + table + size + b"startxref\n%d\n%%%%EOF\n" % start


def blown(size: int) -> bytes:
    """Return ``size`` zeros compressed, by and by."""
    packer = zlib.compressobj(9)
    return b"".join(packer.compress(bytes(1 << 20)) for _ in range(size >> 20)) + packer.flush()


BOMB = blown(300 << 20)
DECLARED = '<!DOCTYPE svg [<!ENTITY a "{}">{}]>'
LAUGHS = "".join(f'<!ENTITY {b} "{f"&{a};" * 10}">' for a, b in zip("abcdefgh", "bcdefghi", strict=True))
DAMAGED, LONG = "It is damaged.", "It is longer than the 1000000 bytes that are allowed."
GIF = b"GIF89a\x01\x00\x01\x00\x00\x00\x00"
BLOCK = b"\xff" + b"x" * 255


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (png((b"iTXt", b"gdsim\0\1\0\0\0" + BOMB, None)), LONG),
        (png((b"zTXt", b"gdsim\0\0" + BOMB, None)), LONG),
        (png((b"zTXt", b"gdsim\0\0" + zlib.compress(b"a = 1")[:-6], None)), DAMAGED),
        (png((b"iTXt", b"gdsim\0\1\0\0\0nothing", None)), DAMAGED),
        (png((b"iTXt", b"gdsim\0", None)), DAMAGED),
        (png((b"iTXt", b"gdsim\0\0\0\0\0\xff", None)), DAMAGED),
        (png((b"iTXt", b"gdsim\0\0\0\0\0a", None))[:-1] + b"?", DAMAGED),
        (png((b"tEXt", b"gdsim\0" + b"x" * (MAX_BYTES + 1), None)), LONG),
        (png((b"tEXt", b"gdsim\0" + b"x" * (3 * MAX_BYTES), None)), LONG),
        (png((b"iTXt", b"gdsim\0\0\0\0\0a = 1", 2**31)), None),
        (png((b"iTXt", b"gdsim\0\0\0\0\0a = 1", 2**32 - 1)), None),
        (png((b"iTXt", b"gdsim\0\0\0\0\0a = 1", 2**31 - 1)) + bytes(100), None),
        (png() + b"\0\0\0\0aaaa\0\0\0\0" * 300_000, None),
        (SVG.format(OWN.format("text", "x" * (2 * MAX_BYTES + 1))).encode(), LONG),
        (SVG.format(OWN.format("text", "é" * MAX_BYTES)).encode(), LONG),
        (SVG.format(OWN.format("base64", "?")).encode(), DAMAGED),
        (SVG.format(OWN.format("base64", "_w==")).encode(), DAMAGED),
        (SVG.format(OWN.format("base64", "/w==")).encode(), DAMAGED),
        (SVG.format(OWN.format("text", "a"))[:-30].encode(), DAMAGED),
        (SVG.format(OWN.format("text", "a & b")).encode(), DAMAGED),
        (DECLARED.format("ha", LAUGHS).encode() + SVG[21:].format(OWN.format("text", "&i;")).encode(), None),
        (DECLARED.format("x" * 50_000, "").encode() + SVG[21:].format("&a;" * 50_000).encode(), None),
        (b'<!DOCTYPE svg [<!ENTITY % p SYSTEM "file:///etc/passwd">%p;]><svg/>', None),
        (b"<svg>" + b"<g>" * 3_000_000, None),
        (b"<svg a='" + b"x" * 10_000_000, None),
        (b'<?xml version="1.0" encoding="none"?><svg/>', None),
        (b'<?xml version="1.0" encoding="utf-7"?><svg/>', None),
        (GIF + b"\x21\xfe" + b"\x0f" + MARK.encode() + b"\n" + BLOCK * 20_000 + b"\0;", None),
        (GIF + b"\x21\xfe" + b"\x0f" + MARK.encode() + b"\n" + BLOCK * 5_000 + b"\0;", LONG),
        (GIF + b"\x21\xfe" + b"\x0f" + MARK.encode() + b"\n" + BLOCK, None),
        (GIF + b"\x21\xfe\x10" + MARK.encode() + b"\n\xff\0;", DAMAGED),
        (GIF + b"\x21\xff\0" * 300_000, None),
        (GIF[:10] + b"\xff", None),
        (comment_box(MARK.encode() + b"\n" + b"x" * 5_000_000), LONG),
        (comment_box(MARK.encode() + b"\n\xff"), DAMAGED),
        (comment_box(MARK.encode()), None),
        (box(b"ftyp", b"isom") + box(b"moov", b"", 2**31), None),
        (box(b"ftyp", b"isom") + box(b"moov", b"", 1) + b"\xff" * 8, None),
        (box(b"ftyp", b"isom") + box(b"moov", b"", 1) + b"\0" * 8, None),
        (box(b"ftyp", b"isom") + b"\0\0\0\x08free" * 300_000, None),
        (box(b"ftyp", b"isom") + b"\0\0\0\x07free" * 1_000, None),
        (pdf(b"1 0 R"), None),
        (pdf(b"2 0 R", b"1 0 R"), None),
        (pdf(b"<</gdsim 2 0 R>>", b"1 0 R", trailer=b"/Info 1 0 R/Prev HERE"), None),
        (pdf(b"<</gdsim 2 0 R>>", b"3 0 R", b"2 0 R"), None),
        (pdf(b"<</gdsim 17>>"), None),
        (pdf(b"<</gdsim <ff00ff>>>"), DAMAGED),
        (pdf(b"<</gdsim (" + b"x" * (MAX_BYTES + 1) + b")>>"), LONG),
        (pdf(b"[" * 1_000_000), None),
        (pdf(b"<</gdsim " + b"<<" * 1_000_000), None),
        (pdf(b"(" * 1_000_000), None),
        (pdf(b"9" * 1_000_000), None),
        (pdf(b"<</gdsim(a)>>", trailer=b"/Info 1 0 R/Prev 99999999999"), None),
        (b"%PDF-1.7\n" + b"1 0 obj\n" * 1_000_000, None),
        (b"%PDF-1.7\n" + b"startxref\n9\n" * 1_000_000 + b"%%EOF", None),
        (b"%PDF-1.7\nxref\n0 999999999\n" + b"0000000000 65535 f \n" * 100_000 + b"startxref\n9\n%%EOF", None),
    ],
    ids=lambda value: f"{value[:40]!r}" if isinstance(value, bytes) else "",
)  # fmt: skip
def test_a_hostile_file_is_refused_soon_and_takes_no_room(content: bytes, said: str | None, tmp_path: Path) -> None:
    path = tmp_path / "hostile"
    path.write_bytes(content)
    tracemalloc.start()
    start = time.process_time()
    try:
        if said is None:
            assert extract(path) is None
        else:
            with pytest.raises(InputError) as caught:
                extract(path)
            assert str(caught.value) == said
        took, room = time.process_time() - start, tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert took < 5
    assert room < 30 << 20


def test_a_film_is_not_read_as_a_whole(carriers: dict[str, bytes], tmp_path: Path) -> None:
    """Half a gigabyte, most of it a hole in the file."""
    path = tmp_path / "film.mp4"
    name, rest = carriers[".mp4"][:32], carriers[".mp4"][32:]
    assert rest[4:8] in (b"free", b"mdat", b"moov")
    with path.open("wb") as file:
        file.write(name + struct.pack(">I", 500_000_000) + b"free")
        file.seek(len(name) + 500_000_000)
        file.write(rest)
    tracemalloc.start()
    assert extract(path) == TOML
    assert tracemalloc.get_traced_memory()[1] < 1 << 20
    tracemalloc.stop()
