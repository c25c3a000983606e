"""Which temporary files are being written, so that those of a process that was killed can be found and deleted.

Each has a note, a file that holds its path, in a folder of the user's. Whoever writes holds a lock on the note, which
the system takes off when the process ends, however it ends: a note without a lock is of a file that nobody finishes.
"""

from __future__ import annotations

import os
import re
import stat
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

FOLDER = "GDSIM_UNFINISHED"
"""The environment variable that names another folder for the notes."""

_LONGEST_PATH = 1 << 16
_TEMPORARY = re.compile(r"\.[^.]*-[0-9a-f]{16}-part(\.[^.]*)?")
_FLAGS = os.O_RDWR | getattr(os, "O_BINARY", 0)
_NOTE = re.compile(r"[0-9a-f]{16}\.note")


def temporary_beside(target: Path, folder: Path) -> Path:
    """Return a path in ``folder`` for a new file that is to become ``target``; it keeps the extension."""
    stem = target.stem[:32].replace(".", "-")
    return folder / f".{stem}-{os.urandom(8).hex()}-part{target.suffix}"


@contextmanager
def noted(temporary: Path) -> Iterator[None]:
    """Keep a note of ``temporary`` during the block. Where none can be kept, the block does without."""
    locked = None
    with suppress(OSError):
        locked = _locked_note()
        os.write(locked[1], os.fsencode(temporary.absolute()))
    try:
        yield
    finally:
        if locked is not None:
            os.close(locked[1])
            with suppress(OSError):
                locked[0].unlink(missing_ok=True)


def tidy() -> None:
    """Delete the temporary files that killed processes have left behind, and the notes of them.

    It is quick, touches nothing else, and does not fail: what cannot be deleted stays.
    """
    with suppress(OSError):
        for note in list(_folder().iterdir()):
            if _NOTE.fullmatch(note.name):
                with suppress(OSError):
                    _tidy(note)


def _locked_note() -> tuple[Path, int]:
    """Return the path of a new note and its open file, locked."""
    folder = _folder()
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    for _ in range(3):
        note = folder / f"{os.urandom(8).hex()}.note"
        handle = os.open(note, _FLAGS | os.O_CREAT | os.O_EXCL, 0o600)
        with suppress(OSError):
            _lock(handle)
            if os.path.samestat(os.fstat(handle), note.stat()):
                return note, handle
        # Another process came between the note and its lock to tidy it away, or the file system has no locks.
        os.close(handle)
        note.unlink(missing_ok=True)
    raise OSError


def _tidy(note: Path) -> None:
    handle = os.open(note, _FLAGS | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0))
    try:
        _lock(handle)  # raises where somebody is still at it
        if stat.S_ISREG(os.fstat(handle).st_mode):
            _delete(Path(os.fsdecode(os.read(handle, _LONGEST_PATH))))
        with suppress(PermissionError):  # Windows deletes no open file
            note.unlink()
    finally:
        os.close(handle)
    note.unlink(missing_ok=True)


def _delete(temporary: Path) -> None:
    """Delete ``temporary`` if it is a file such as `temporary_beside` names, whatever a note says."""
    if not temporary.is_absolute() or not _TEMPORARY.fullmatch(temporary.name):
        return
    with suppress(FileNotFoundError, NotADirectoryError, ValueError):
        if stat.S_ISREG(temporary.lstat().st_mode):
            temporary.unlink()


def _folder() -> Path:
    if given := os.environ.get(FOLDER):
        return Path(given)
    from platformdirs import user_state_path

    return user_state_path("gdsim", appauthor=False) / "unfinished"


def _lock(handle: int) -> None:
    """Lock an open file until it is closed or the process ends; raise `OSError` where it is locked already."""
    if sys.platform == "win32":
        msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
    else:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
