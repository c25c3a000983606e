"""Files that are whole or not there: written beside their target, then renamed."""

from __future__ import annotations

import errno
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from gdsim.errors import Cancelled, InputError
from gdsim.i18n import tr
from gdsim.unfinished import noted, temporary_beside


@contextmanager
def replacing(target: Path, cancelled: Callable[[], bool] | None = None) -> Iterator[Path]:
    """Yield a new file's path beside ``target``; it takes the target's place when the block ends well.

    The new file keeps the target's extension, because writers choose the format by it. A link is followed; a
    device or a pipe (``/dev/stdout``) stays what it is and gets the bytes at the end. What a killed process leaves
    behind, `gdsim.unfinished.tidy` deletes.

    Raises
    ------
    InputError
        If the folder cannot be written to or the disk is full; the old file is then as it was.
    Cancelled
        If ``cancelled``, which is asked when all is written, says so; likewise.
    """
    with _one_sentence(target), ExitStack() as cleaning:
        real = _resolved(target)
        if real.is_dir():
            raise IsADirectoryError(errno.EISDIR, tr("it is a folder"))
        if real.exists() and not os.access(real, os.W_OK):
            raise PermissionError(errno.EACCES, tr("it is read-only"))
        special = real.exists() and not real.is_file()
        mode = real.stat().st_mode & 0o777 if real.exists() else 0o666 & ~_umask()
        temporary = temporary_beside(real, Path(tempfile.gettempdir()) if special else real.parent)
        cleaning.enter_context(noted(temporary))
        cleaning.callback(temporary.unlink, missing_ok=True)
        os.close(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        yield temporary
        if cancelled is not None and cancelled():
            raise Cancelled
        if special:
            with temporary.open("rb") as written, real.open("wb") as device:
                shutil.copyfileobj(written, device)
        else:
            with temporary.open("rb+") as written:
                os.fsync(written.fileno())
            temporary.chmod(mode)
            os.replace(temporary, real)
            _sync_folder(real.parent)


@contextmanager
def _one_sentence(target: Path) -> Iterator[None]:
    """Turn what the system says of a file into an `InputError`."""
    try:
        yield
    except BrokenPipeError:
        raise  # the reader of a pipe has gone, which is nobody's mistake
    except OSError as error:
        raise InputError(
            tr("{path} cannot be written: {reason}.", path=str(target), reason=(error.strerror or str(error)).lower())
        ) from error


def _resolved(target: Path) -> Path:
    try:
        return target.resolve()
    except RuntimeError:  # Python 3.11 and 3.12 raise it for links that lead in a circle
        raise OSError(errno.ELOOP, os.strerror(errno.ELOOP)) from None


def _sync_folder(folder: Path) -> None:
    """Let the new name outlast a loss of power, where the system can."""
    with suppress(OSError):  # Windows opens no folders
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
