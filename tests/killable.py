"""A process that writes files when it is told to, in children of its own, to be killed while they write.

It has written everything once, so that a child writes at once. A line of three words with tabs between, how, kind and
target, starts a child; its number is the answer, and its exit code when it has ended. ``0`` and ``1`` write one of two
contents, ``ever`` the two in turn without end, and ``full`` has room for a few bytes only: 0 if that is told in one
sentence.
"""

from __future__ import annotations

import itertools
import os
import sys
import tempfile
import threading
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from gdsim.atomic import replacing
from gdsim.errors import InputError
from gdsim.export import film, notebook, table
from gdsim.export.figure import write_figure
from gdsim.export.runs import finish_runs
from gdsim.simulation import files
from gdsim.simulation.picture_spec import FilmSpec, PictureSpec

SCENARIOS: list[Any] = [files.load("lecture-surface", [f"playback.steps={steps}"]) for steps in (4, 9)]
PICTURE = PictureSpec(views=("loss",), size=(200, 150))
FILM = FilmSpec(views=("contour",), size=(96, 64), fps=20, speed=40, captions=False, pause=0)

KINDS = (".png", ".svg", ".pdf", ".gif", ".mp4", ".ipynb", ".py", ".toml", ".csv")

ROOM = 500
"""Bytes that fit into a file where the disk is full."""


def write(kind: str, target: Path, version: int) -> None:
    """Write ``target`` as the program does."""
    scenario = SCENARIOS[version]
    if kind in (".png", ".svg", ".pdf"):
        write_figure(scenario, target, PICTURE)
    elif kind in (".gif", ".mp4"):
        film.write_film(scenario, target, FILM)
    elif kind in (".ipynb", ".py"):
        notebook.write_notebook(scenario, target)
    elif kind == ".toml":
        files.save(scenario, target)
    else:
        runs = finish_runs(scenario, scenario.playback.steps)
        with ExitStack() as both:
            table.write_npz(table.last_state(runs), both.enter_context(replacing(target.with_suffix(".npz"))))
            path = both.enter_context(replacing(target.with_suffix(".csv")))
            with path.open("w", encoding="utf-8", newline="") as stream:
                table.write_csv(runs, stream)


def work(how: str, kind: str, target: Path) -> int:
    """Do what a line says and return the exit code."""
    if how == "full":
        import resource

        resource.setrlimit(resource.RLIMIT_FSIZE, (ROOM, ROOM))
        try:
            write(kind, target, 1)
        except InputError as error:
            told = str(error).endswith(" cannot be written: file too large.")
            print("" if told else error, file=sys.stderr)
            return 0 if told else 1
        return 2
    for version in itertools.cycle((0, 1)) if how == "ever" else [int(how)]:
        write(kind, target, version)
    return 0


def serve() -> None:
    """Start a child for each line of standard input."""
    for line in sys.stdin:
        how, kind, target = line.rstrip("\n").split("\t")
        child = os.fork()
        if not child:
            code = 3
            try:
                code = work(how, kind, Path(target))
            finally:
                os._exit(code)
        print(child, flush=True)
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        for ending in KINDS:
            write(ending, Path(folder, f"first{ending}"), 0)
    assert threading.active_count() == 1
    serve()
