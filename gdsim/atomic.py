"""Files that are whole or not there: written beside their target, then renamed."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from gdsim.errors import InputError
from gdsim.i18n import tr


@contextmanager
def replacing(target: Path) -> Iterator[Path]:
    """Yield a new file's path beside ``target``; it takes the target's place when the block ends well.

    The new file keeps the target's extension, because writers choose the format by it.

    Raises
    ------
    InputError
        If the folder cannot be written to or the disk is full; the old file is then as it was.
    """
    temporary: Path | None = None
    try:
        if target.is_dir():
            raise IsADirectoryError(21, tr("it is a folder"))
        mode = target.stat().st_mode & 0o777 if target.exists() else 0o666 & ~_umask()
        handle, name = tempfile.mkstemp(prefix=f".{target.stem}-", suffix=target.suffix, dir=target.parent)
        os.close(handle)
        temporary = Path(name)
        yield temporary
        with temporary.open("rb") as written:
            os.fsync(written.fileno())
        temporary.chmod(mode)
        os.replace(temporary, target)
    except OSError as error:
        raise InputError(
            tr("{path} cannot be written: {reason}.", path=str(target), reason=(error.strerror or str(error)).lower())
        ) from error
    finally:
        if temporary is not None:
            temporary.unlink(missing_ok=True)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
