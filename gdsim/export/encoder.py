"""Films written frame by frame: MP4 with H.264, and GIF; both by FFmpeg's libraries, in a thread of its own."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from fractions import Fraction
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Any, Protocol

import av
import numpy as np
from av.filter import Graph
from av.video.format import VideoFormat
from av.video.frame import VideoFrame
from av.video.reformatter import ColorRange, Colorspace, VideoReformatter
from numpy.typing import NDArray

from gdsim.export.film_plan import exact

Picture = NDArray[np.uint8]
"""Shape (height, width, 3), or with a fourth channel that counts for nothing; rows lie in any order in memory."""

WAITING = 3
"""Frames that wait to be encoded while the next one is drawn."""

HUNDREDTH = Fraction(1, 100)
_BT709 = 1
_QUICK = "bframes=2:b-adapt=0:subme=1:me=dia:weightp=0"
"""What x264 need not look for in drawings: it takes a third less time for files that are hardly larger."""
_NOT_YET = (av.error.BlockingIOError, av.error.EOFError)


class Encoder:
    """Writes a film; the format goes by the extension of its path.

    A context manager: where its block ends well the film is finished, else the file is left in pieces, so write inside
    `gdsim.atomic.replacing`. What goes wrong in its thread is raised by the next `add`, or at the end of the block.

    Parameters
    ----------
    path
        Ends in ``.mp4`` or ``.gif``.
    size
        Width and height in pixels; even for MP4.
    fps
        Frames a second. The frames of a GIF stand for whole hundredths of a second, some for one more than others, so
        that the film lasts as long as it should.
    comment
        Text that the film carries; see `gdsim.carrier`.
    samples
        Some of the pictures to come, from which the colours of a GIF are chosen; the first alone where there are none.

    Raises
    ------
    OSError
        If the file cannot be written.
    """

    def __init__(
        self, path: Path, size: tuple[int, int], fps: float, comment: str = "", samples: Sequence[Picture] = ()
    ) -> None:
        gif = path.suffix.lower() == ".gif"
        self.size = size
        self._sink: _Sink = _Gif(path, size, fps, comment, samples) if gif else _Mp4(path, size, fps, comment)
        self._waiting: queue.Queue[tuple[VideoFrame, int] | None] = queue.Queue(WAITING)
        self._error: Exception | None = None
        self._thread = threading.Thread(target=self._work, name="film encoder", daemon=True)
        self._abandoned = False

    def __enter__(self) -> Encoder:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._abandoned = error is not None
        self._waiting.put(None)
        self._thread.join()
        if error is None and self._error is not None:
            raise self._error

    def add(self, picture: Picture, times: int = 1) -> None:
        """Append a picture that stands for ``times`` frames. It is copied, and may be overwritten afterwards.

        Raises
        ------
        OSError
            If the file cannot be written.
        """
        if self._error is not None:
            raise self._error
        self._waiting.put((_frame(picture, self.size), times))

    def _work(self) -> None:
        for frame, times in iter(self._waiting.get, None):
            if not self._abandoned:
                self._attempt(partial(self._sink.add, frame, times))
        if self._abandoned:
            with suppress(OSError, ValueError):
                self._sink.drop()
        else:
            self._attempt(self._sink.finish)

    def _attempt(self, act: Callable[[], None]) -> None:
        """Do something; where it fails keep the error for the other thread, and take what comes without doing more."""
        try:
            act()
        except Exception as error:
            foreign: Any = None if isinstance(error, OSError) or not isinstance(error, av.FFmpegError) else error
            self._error = error if foreign is None else OSError(foreign.errno, foreign.strerror)
            self._abandoned = True


class _Sink(Protocol):
    def add(self, frame: VideoFrame, times: int) -> None: ...
    def finish(self) -> None: ...
    def drop(self) -> None: ...


class _Mp4:
    """H.264 that every player shows: 4:2:0, BT.709 and said so, the index in front for playing from the net."""

    def __init__(self, path: Path, size: tuple[int, int], fps: float, comment: str) -> None:
        options = {"movflags": "+faststart", "fflags": "+bitexact"}
        self._container = av.open(str(path), "w", format="mp4", options=options)
        if comment:
            from gdsim.carrier import comment_of

            self._container.metadata["comment"] = comment_of(comment)
        self._stream: Any = self._container.add_stream("libx264", rate=exact(fps))
        self._stream.width, self._stream.height, self._stream.pix_fmt = *size, "yuv420p"
        context = self._stream.codec_context
        context.options = {"crf": "18", "preset": "veryfast", "tune": "animation", "x264-params": _QUICK}
        context.color_range = ColorRange.MPEG
        context.colorspace = context.color_primaries = context.color_trc = _BT709
        self._tick = 1 / exact(fps)
        context.time_base = self._tick
        self._reformatter = VideoReformatter()
        self._count = 0

    def add(self, frame: VideoFrame, times: int) -> None:
        shown = self._reformatter.reformat(
            frame, format="yuv420p", dst_colorspace=Colorspace.ITU709, dst_color_range=ColorRange.MPEG
        )
        shown.time_base = self._tick
        for _ in range(times):
            shown.pts = self._count
            self._count += 1
            self._container.mux(self._stream.encode(shown))

    def finish(self) -> None:
        self._container.mux(self._stream.encode(None))
        self._container.close()

    def drop(self) -> None:
        self._container.close()


class _Gif:
    """A GIF that goes round for ever, in 256 colours for all its pictures, of which only what changes is written."""

    def __init__(self, path: Path, size: tuple[int, int], fps: float, comment: str, samples: Sequence[Picture]) -> None:
        self._path, self._comment = path, comment
        self._size, self._fps = size, exact(fps)
        self._container = av.open(str(path), "w", format="gif", options={"loop": "0"})
        self._stream: Any = self._container.add_stream("gif", rate=100)
        self._stream.width, self._stream.height, self._stream.pix_fmt = *size, "pal8"
        self._stream.codec_context.time_base = HUNDREDTH
        self._samples = [_frame(sample, size) for sample in samples]
        self._reducer: _Reducer | None = None
        self._count = 0
        self._lasting: dict[int, int] = {}

    def add(self, frame: VideoFrame, times: int) -> None:
        if self._reducer is None:
            self._reducer = _Reducer(self._samples or [frame], self._size)
            self._samples.clear()
        begin, end = (round(100 * count / self._fps) for count in (self._count, self._count + times))
        self._count += times
        self._lasting[begin] = end - begin
        frame.pts, frame.time_base = begin, HUNDREDTH
        self._write(self._reducer.take(frame))

    def finish(self) -> None:
        if self._reducer is not None:
            self._write(self._reducer.take(None))
        self._mux(self._stream.encode(None))
        self._container.close()
        if self._comment:
            from gdsim import carrier

            carrier.embed(self._path, self._comment)

    def drop(self) -> None:
        self._container.close()

    def _write(self, frames: Iterator[VideoFrame]) -> None:
        for reduced in frames:
            reduced.time_base = HUNDREDTH
            self._mux(self._stream.encode(reduced))

    def _mux(self, packets: list[Any]) -> None:
        for packet in packets:
            # Only so does the last picture stand as long as it should.
            packet.duration = self._lasting.pop(packet.pts)
            self._container.mux(packet)


def _frame(picture: Picture, size: tuple[int, int]) -> VideoFrame:
    """Return a copy of a picture as a frame."""
    height, width, channels = picture.shape
    if (width, height) != size:
        raise ValueError(f"a film of {size} cannot take a picture of {(width, height)}")
    frame = VideoFrame(width, height, "rgb0" if channels == 4 else "rgb24")
    plane = frame.planes[0]
    rows = np.frombuffer(plane, np.uint8).reshape(height, plane.line_size)  # type: ignore[call-overload]
    rows[:, : width * channels].reshape(height, width, channels)[...] = picture
    return frame


class _Reducer:
    """Brings pictures to the 256 colours that suit some samples of them best."""

    def __init__(self, samples: list[VideoFrame], size: tuple[int, int]) -> None:
        palette = _palette(samples, size)
        self._graph = Graph()
        self._source = _buffer(self._graph, size, samples[0].format)
        colours = _buffer(self._graph, (16, 16), palette.format)
        # An ordered pattern stays where it is from picture to picture: it neither flickers nor is written again.
        reduce = self._graph.add("paletteuse", "dither=bayer:bayer_scale=5:diff_mode=rectangle")
        self._source.link_to(reduce, 0, 0)
        colours.link_to(reduce, 0, 1)
        reduce.link_to(self._graph.add("buffersink"))
        self._graph.configure()
        colours.push(palette)
        colours.push(None)

    def take(self, frame: VideoFrame | None) -> Iterator[VideoFrame]:
        """Take a picture, None after the last, and return those that are done."""
        self._source.push(frame)
        return _pulled(self._graph)


def _palette(samples: list[VideoFrame], size: tuple[int, int]) -> VideoFrame:
    graph = Graph()
    source, best = _buffer(graph, size, samples[0].format), graph.add("palettegen")
    source.link_to(best)
    best.link_to(graph.add("buffersink"))
    graph.configure()
    for number, sample in enumerate(samples):
        sample.pts, sample.time_base = number, HUNDREDTH
        source.push(sample)
    source.push(None)
    palette = next(_pulled(graph))
    palette.pts, palette.time_base = 0, HUNDREDTH
    return palette


def _buffer(graph: Graph, size: tuple[int, int], layout: VideoFormat) -> Any:
    return graph.add_buffer(width=size[0], height=size[1], format=layout, time_base=HUNDREDTH)


def _pulled(graph: Graph) -> Iterator[VideoFrame]:
    while True:
        try:
            frame = graph.vpull()
        except _NOT_YET:
            return
        assert isinstance(frame, VideoFrame)
        yield frame
