"""Many files in parallel processes: one that fails does not stop the others."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gdsim.commands.parser import note, said
from gdsim.errors import InputError
from gdsim.i18n import tr
from gdsim.unfinished import tidy

if TYPE_CHECKING:
    from gdsim.simulation.scenario import Scenario

DONE, FAILED, BAD_INPUT = 0, 1, 2

Settings = dict[str, Any]
"""What the command line sets of a scenario's ``picture`` or ``film``."""


@dataclass(frozen=True)
class Job:
    """One file to be written.

    Attributes
    ----------
    kind
        ``picture``, ``film`` or ``notebook``.
    source, overrides
        For `gdsim.simulation.files.load`.
    target
        The file.
    settings
        See `Settings`.
    """

    kind: str
    source: str
    overrides: tuple[str, ...]
    target: Path
    settings: Settings


@dataclass(frozen=True)
class Result:
    """What became of a job: ``notes`` on what was written, or the ``error``, a sentence each."""

    job: Job
    notes: tuple[str, ...] = ()
    error: str = ""


Progress = Callable[[int, int], None]


def perform(job: Job, progress: Progress | None = None) -> list[str]:
    """Write a job's file and return notes.

    Raises
    ------
    InputError
        If its scenario, its settings or its file cannot be used.
    """
    from gdsim.simulation.files import load

    scenario = _with_settings(load(job.source, list(job.overrides)), job)
    if job.kind == "picture":
        from gdsim.export.figure import write_figure

        assert scenario.picture is not None
        return write_figure(scenario, job.target, scenario.picture)
    if job.kind == "film":
        from gdsim.export.film import write_film

        assert scenario.film is not None
        return write_film(scenario, job.target, scenario.film, progress)
    from gdsim.export.notebook import write_notebook

    return write_notebook(scenario, job.target, job.settings.get("steps"))


@contextmanager
def folders(jobs: Sequence[Job]) -> Iterator[None]:
    """Make the folders of all files that are not there yet; those that stay empty go again.

    Raises
    ------
    InputError
        If one cannot be made.
    """
    missing = {folder for job in jobs for folder in (job.target.parent, *job.target.parent.parents)}
    made = sorted(folder for folder in missing if not folder.exists())
    try:
        for folder in made:
            try:
                folder.mkdir(exist_ok=True)
            except OSError as error:
                reason = (error.strerror or str(error)).lower()
                sentence = tr("The folder {path} cannot be made: {reason}.", path=str(folder), reason=reason)
                raise InputError(sentence) from None
        yield
    finally:
        for folder in reversed(made):
            with suppress(OSError):  # it is not empty
                folder.rmdir()


def perform_all(jobs: Sequence[Job], processes: int) -> int:
    """Write all files, several at a time, and tell what became of each; return the exit status.

    A single job complains as any command does.
    """
    if len(jobs) == 1:
        return _perform_one(jobs[0])
    begun = time.monotonic()
    written = 0
    with _bar(len(jobs), tr("file")) as bar:
        try:
            for result in _results(jobs, max(1, min(processes, len(jobs)))):
                written += not result.error
                for sentence in _told(result):
                    bar.write(f"gdsim: {sentence}", file=sys.stderr)
                bar.update()
        except KeyboardInterrupt:
            words = tr("Stopped; {written} of {count} files are written.", written=written, count=len(jobs))
            bar.write(f"gdsim: {words}", file=sys.stderr)
            raise
    seconds = f"{time.monotonic() - begun:.1f}"
    print(tr("{written} of {count} files written in {seconds} s.", written=written, count=len(jobs), seconds=seconds))
    return DONE if written == len(jobs) else FAILED


def _told(result: Result) -> list[str]:
    """Return what is to be said of a result, with the file that it concerns."""
    job = result.job
    if result.error:
        return [
            tr("{target}, of {scenario}: {sentence}", target=job.target, scenario=job.source, sentence=result.error)
        ]
    return [tr("{target}: {sentence}", target=job.target, sentence=sentence) for sentence in result.notes]


def _perform_one(job: Job) -> int:
    if not job.target.parent.is_dir():
        raise InputError(tr("{path} cannot be written: there is no such folder.", path=str(job.target)))
    if job.kind != "film":
        note(perform(job))
        return DONE
    with _bar(None, tr("picture")) as bar:

        def show(done: int, total: int) -> None:
            bar.total = total
            bar.update(done - bar.n)

        notes = perform(job, show)
    note(notes)
    return DONE


def _results(jobs: Sequence[Job], processes: int) -> Any:
    """Yield the result of each job as it is there."""
    from concurrent.futures import ProcessPoolExecutor, as_completed
    from concurrent.futures.process import BrokenProcessPool
    from multiprocessing import active_children, get_context

    if processes == 1:
        yield from map(attempt, jobs)
        return
    # A new interpreter each: a copy of one that holds torch's threads would hang.
    with ProcessPoolExecutor(processes, get_context("spawn"), _prepare) as pool:
        futures = {pool.submit(attempt, job): job for job in jobs}
        try:
            for future in as_completed(futures):
                try:
                    yield future.result()
                except BrokenProcessPool:
                    sentence = tr("The process that wrote it ended unexpectedly, perhaps for lack of memory.")
                    yield Result(futures[future], error=sentence)
        except BaseException:
            # What they are at is thrown away, and what they leave is cleared away.
            for process in active_children():
                process.terminate()
            pool.shutdown(cancel_futures=True)
            tidy()
            raise


def _prepare() -> None:
    """Keep a process to its own core; that of Ctrl+C the first one hears, which ends the others."""
    import signal

    import torch

    torch.set_num_threads(1)
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def attempt(job: Job) -> Result:
    """Write a job's file, whatever happens to it."""
    try:
        return Result(job, tuple(perform(job)))
    except InputError as error:
        return Result(job, error=said(error))
    except Exception as error:  # one that a library cannot draw must not stop the others
        reason = str(error) or type(error).__name__
        return Result(job, error=tr("It could not be written: {reason}.", reason=reason))


def _with_settings(scenario: Scenario, job: Job) -> Scenario:
    """Return the scenario with what the command line sets of its picture or film, checked as a file would be."""
    if job.kind == "notebook":
        return scenario
    from gdsim.simulation.files import validate

    data = scenario.model_dump(mode="json")
    old = data[job.kind] or {}
    data[job.kind] = old | {"engine": "matplotlib"} | job.settings
    return validate(data, name_keys=False)


def _bar(total: int | None, unit: str) -> Any:
    from tqdm import tqdm

    tqdm.monitor_interval = 0  # no thread beside ours
    # None: shown on a terminal only.
    return tqdm(total=total, unit=unit, disable=None, leave=False, file=sys.stderr)


def processors() -> int:
    """Return how many processes can work at once."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
