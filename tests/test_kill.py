"""A process killed while it writes leaves the old file or the new one, whole, and after the next start no litter."""

from __future__ import annotations

import csv
import json
import os
import random
import signal
import subprocess
import sys
import time
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from PIL import Image
from pypdf import PdfReader

from gdsim.carrier import KINDS, extract
from gdsim.unfinished import FOLDER, tidy

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")

KILLS = int(os.environ.get("GDSIM_KILLS", "3"))
"""Of each kind. ``GDSIM_KILLS=200 pytest tests/test_kill.py`` takes some minutes and looks harder."""


class Writers:
    """The other end of ``tests/killable.py``."""

    def __init__(self, notes: Path) -> None:
        one = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")  # a child has no threads but one
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.killable"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, **one, FOLDER: str(notes)},
            cwd=Path(__file__).parent.parent,
        )

    def start(self, how: str, kind: str, target: Path) -> int:
        assert self.process.stdin is not None
        self.process.stdin.write(f"{how}\t{kind}\t{target}\n")
        self.process.stdin.flush()
        return int(self.line())

    def line(self) -> str:
        assert self.process.stdout is not None
        return self.process.stdout.readline()

    def write(self, version: int, kind: str, target: Path) -> float:
        """Write one content, and return how long that took."""
        begin = time.perf_counter()
        self.start(str(version), kind, target)
        assert self.line() == "0\n"
        return time.perf_counter() - begin


@pytest.fixture(scope="module")
def notes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("notes")


@pytest.fixture(scope="module")
def writers(notes: Path) -> Iterator[Writers]:
    result = Writers(notes)
    with result.process:
        yield result
        result.process.kill()


def played(path: Path) -> int:
    with av.open(path) as container:
        return len(list(container.decode(video=0)))


def drawn(path: Path) -> int:
    with Image.open(path) as image:
        image.load()
        return image.width


def arrays(path: Path) -> list[str]:
    with np.load(path) as archive:
        return [name for name in archive if archive[name].size]


READERS: dict[str, Callable[[Path], Any]] = {
    ".png": drawn,
    ".svg": extract,
    ".pdf": lambda path: len(PdfReader(path, strict=True).pages[0].get_contents().get_data()),  # type: ignore[union-attr]
    ".gif": drawn,
    ".mp4": played,
    ".csv": lambda path: list(csv.reader(path.read_text(encoding="utf-8").splitlines())),
    ".npz": arrays,
    ".ipynb": lambda path: json.loads(path.read_text(encoding="utf-8"))["cells"],
    ".py": lambda path: compile(path.read_text(encoding="utf-8"), path, "exec"),
    ".toml": lambda path: tomllib.loads(path.read_text(encoding="utf-8")),
}


@pytest.mark.parametrize("kind", [kind for kind in READERS if kind != ".npz"])
def test_a_file_is_the_old_or_the_new_one_whenever_its_writer_is_killed(
    kind: str, writers: Writers, notes: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(FOLDER, str(notes))
    targets = [tmp_path / f"target{suffix}" for suffix in ((".csv", ".npz") if kind == ".csv" else (kind,))]
    whole: list[list[bytes]] = [[] for _ in targets]
    for version in (1, 0):
        took = writers.write(version, kind, targets[0])
        for contents, target in zip(whole, targets, strict=True):
            contents.append(target.read_bytes())
            assert READERS[target.suffix](target)
            assert target.suffix not in KINDS or extract(target)
    assert all(first != second for first, second in whole)

    chance, left, window = random.Random(kind), 0, 0.0
    for number in range(KILLS):
        writer = writers.start("ever", kind, targets[0])
        if number % 3 == 2:
            wait(chance.uniform(0, 2 * took))
        else:  # most in the short time in which the file is written, after it has been drawn
            until(lambda: unfinished(tmp_path))
            if not window:
                begin = time.perf_counter()
                until(lambda: not unfinished(tmp_path))
                window = time.perf_counter() - begin
                until(lambda: unfinished(tmp_path))
            wait(chance.uniform(0, window))
        os.kill(writer, signal.SIGKILL)
        assert writers.line() == f"{-signal.SIGKILL}\n"
        for contents, target in zip(whole, targets, strict=True):
            assert target.read_bytes() in contents
        left += len(list(tmp_path.iterdir())) > len(targets)
        tidy()
        assert sorted(tmp_path.iterdir()) == sorted(targets)
        assert not list(notes.iterdir())
    print(f"{kind}: {left} of {KILLS} killed while they wrote")
    assert left or KILLS < 50


@pytest.mark.parametrize("kind", READERS)
def test_where_the_disk_is_full_the_old_file_stays(kind: str, writers: Writers, notes: Path, tmp_path: Path) -> None:
    target = tmp_path / f"target{kind}"
    target.write_text("old")
    writers.start("full", kind, target)
    assert writers.line() == "0\n"
    assert target.read_text() == "old"
    assert list(tmp_path.iterdir()) == [target]
    assert not list(notes.iterdir())


def unfinished(folder: Path) -> bool:
    return any("-part" in name for name in os.listdir(folder))


def until(true: Callable[[], bool]) -> None:
    end = time.perf_counter() + 30
    while not true():
        assert time.perf_counter() < end


def wait(seconds: float) -> None:
    end = time.perf_counter() + seconds
    until(lambda: time.perf_counter() >= end)
