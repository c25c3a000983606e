"""Films as files: what a decoder finds in them."""

from __future__ import annotations

import os
import resource
import signal
import threading
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from gdsim import carrier
from gdsim.export.encoder import Encoder
from gdsim.simulation.files import dumps, load

SIZE = (96, 64)
COLOURS = {"vermilion": (213, 94, 0), "blue": (0, 114, 178), "green": (0, 158, 115), "yellow": (240, 228, 66)}
TEXT = dumps(load("lecture-surface"))


def picture(number: int) -> NDArray[np.uint8]:
    """Return four patches of colour, below a white bar as long as the number."""
    result = np.zeros((SIZE[1], SIZE[0], 3), np.uint8)
    for column, colour in enumerate(COLOURS.values()):
        result[16:, 24 * column : 24 * (column + 1)] = colour
    result[:16, : 4 * number] = 255
    return result


def decoded(path: Path) -> tuple[list[NDArray[np.uint8]], Any]:
    with av.open(str(path)) as film:
        stream = film.streams.video[0]
        told = {
            "rate": stream.average_rate,
            "seconds": stream.duration * stream.time_base,
            "codec": stream.codec_context.name,
            "pixels": stream.codec_context.pix_fmt,
            "comment": film.metadata.get("comment", ""),
        }
        return [frame.to_ndarray(format="rgb24") for frame in film.decode(stream)], told


def away(found: NDArray[np.uint8], wanted: NDArray[np.uint8]) -> float:
    """Return how far the middles of the patches and the bar are off, of 255."""
    middle = np.abs(found.astype(int) - wanted)[4:60].reshape(56, -1, 3)
    keep = np.arange(SIZE[0]) % 24 // 4
    return float(middle[24:, (keep > 0) & (keep < 5)].max())


def test_an_mp4_decoded_again(tmp_path: Path) -> None:
    path = tmp_path / "a.mp4"
    with Encoder(path, SIZE, 29.97, TEXT) as film:
        for number in range(5):
            film.add(picture(number))
        film.add(picture(20), 7)
    frames, told = decoded(path)
    assert len(frames) == 12
    assert (told["rate"], told["codec"], told["pixels"]) == (Fraction(2997, 100), "h264", "yuv420p")
    assert float(told["seconds"]) == pytest.approx(12 / 29.97, abs=0.0015)  # told in thousandths
    for frame, number in zip(frames, [0, 1, 2, 3, 4, *[20] * 7], strict=True):
        assert frame.shape == (SIZE[1], SIZE[0], 3)
        # Colours shift by 10 and more where BT.709 is taken for BT.601, or the full range for the limited one.
        assert away(frame, picture(number)) <= 6
        assert (frame[4:12].mean(axis=(0, 2)) > 128).sum() == 4 * number
    assert carrier.extract(path) == TEXT


def test_an_mp4_says_what_its_colours_are_and_begins_with_its_index(tmp_path: Path) -> None:
    path = tmp_path / "a.mp4"
    with Encoder(path, SIZE, 30) as film:
        film.add(picture(3))
    with av.open(str(path)) as opened:
        context: Any = opened.streams.video[0].codec_context
        assert (context.colorspace, context.color_primaries, context.color_trc, context.color_range) == (1, 1, 1, 1)
    data = path.read_bytes()
    assert 0 < data.index(b"moov") < data.index(b"mdat")
    assert carrier.extract(path) is None


def test_a_gif_read_by_another_program(tmp_path: Path) -> None:
    path = tmp_path / "a.gif"
    with Encoder(path, SIZE, 30, TEXT, [picture(0), picture(20)]) as film:
        for number in range(6):
            film.add(picture(number))
        film.add(picture(20), 31)
    with Image.open(path) as image:
        assert (image.size, image.info["loop"], image.n_frames) == (SIZE, 0, 7)
        durations = []
        for number in [0, 1, 2, 3, 4, 5, 20]:
            image.seek([0, 1, 2, 3, 4, 5, 20].index(number))
            durations.append(image.info["duration"])
            found = np.asarray(image.convert("RGB"))
            assert np.abs(found.astype(int) - picture(number)).max() <= 8
    # 30 frames a second last 3 or 4 hundredths, and 37 of them 123 in all.
    assert set(durations[:6]) == {30, 40}
    assert sum(durations[:6]) == 200
    assert sum(durations) == 1230
    assert carrier.extract(path) == TEXT


def test_colours_that_only_the_samples_have(tmp_path: Path) -> None:
    grey = np.repeat(np.arange(96, dtype=np.uint8)[None, :, None], 64, axis=0).repeat(3, axis=2) * 2
    off = {}
    for name, samples in (("without", []), ("with", [grey, picture(9)])):
        path = tmp_path / f"{name}.gif"
        with Encoder(path, SIZE, 10, samples=samples) as film:
            film.add(grey)
            film.add(picture(9))
        with Image.open(path) as image:
            image.seek(1)
            off[name] = np.abs(np.asarray(image.convert("RGB")).astype(int) - picture(9)).max()
    assert off["with"] <= 8 < 100 < off["without"]


@pytest.mark.parametrize("name", ["a.mp4", "a.gif"])
def test_rows_in_any_order_and_a_fourth_channel(tmp_path: Path, name: str) -> None:
    whole = np.full((SIZE[1], SIZE[0], 4), 77, np.uint8)
    whole[..., :3] = picture(7)
    upside_down = whole[::-1].copy()
    for folder, given in (("plain", picture(7)), ("odd", upside_down[::-1])):
        (tmp_path / folder).mkdir()
        with Encoder(tmp_path / folder / name, SIZE, 10) as film:
            film.add(given)
            given[:] = 0  # what was added does not change any more
    plain, odd = (tmp_path / folder / name for folder in ("plain", "odd"))
    assert np.array_equal(decoded_first(plain), decoded_first(odd))


def decoded_first(path: Path) -> NDArray[np.uint8]:
    with av.open(str(path)) as film:
        return next(frame.to_ndarray(format="rgb24") for frame in film.decode(video=0))


@pytest.mark.parametrize("name", ["a.mp4", "a.gif"])
def test_the_same_pictures_make_the_same_bytes(tmp_path: Path, name: str) -> None:
    for folder in ("first", "second"):
        (tmp_path / folder).mkdir()
        with Encoder(tmp_path / folder / name, SIZE, 25, TEXT) as film:
            for number in range(4):
                film.add(picture(number))
    assert (tmp_path / "first" / name).read_bytes() == (tmp_path / "second" / name).read_bytes()


@pytest.mark.parametrize("name", ["a.mp4", "a.gif"])
def test_pictures_that_stay_cost_little(tmp_path: Path, name: str) -> None:
    sizes = []
    for times in (1, 200):
        with Encoder(tmp_path / name, SIZE, 25) as film:
            film.add(picture(3), times)
        sizes.append((tmp_path / name).stat().st_size)
    assert sizes[1] - sizes[0] < 200 * 40


@pytest.fixture
def small_disk() -> Iterator[None]:
    """Let no file grow beyond 3000 bytes."""
    before, handler = resource.getrlimit(resource.RLIMIT_FSIZE), signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (3000, before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, before)
    signal.signal(signal.SIGXFSZ, handler)


@pytest.mark.usefixtures("small_disk")
@pytest.mark.parametrize("name", ["a.mp4", "a.gif"])
def test_a_full_disk_is_told_of(tmp_path: Path, name: str) -> None:
    noise = np.random.default_rng(0).integers(0, 255, (60, SIZE[1], SIZE[0], 3), np.uint8)

    def write() -> None:
        with Encoder(tmp_path / name, SIZE, 25, samples=noise[:1]) as film:
            for frame in noise:
                film.add(frame)

    with pytest.raises(OSError, match="File too large"):
        write()


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="No such file"), Encoder(tmp_path / "none" / "a.mp4", SIZE, 25) as film:
        film.add(picture(0))


@pytest.mark.parametrize("name", ["a.mp4", "a.gif"])
def test_an_error_outside_ends_the_thread(tmp_path: Path, name: str) -> None:
    def write() -> None:
        with Encoder(tmp_path / name, SIZE, 25) as film:
            for number in range(12):
                film.add(picture(number))
            raise KeyError

    with pytest.raises(KeyError):
        write()
    assert "film encoder" not in {thread.name for thread in threading.enumerate()}
    assert not os.path.exists("/proc/self/fd") or not any(
        os.path.realpath(f"/proc/self/fd/{number}") == str(tmp_path / name) for number in os.listdir("/proc/self/fd")
    )


def test_a_picture_of_another_size(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="cannot take"), Encoder(tmp_path / "a.mp4", SIZE, 25) as film:
        film.add(picture(0)[:32])
