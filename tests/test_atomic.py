"""Files are whole or not there."""

from __future__ import annotations

import errno
import os
import stat
import sys
from contextlib import ExitStack
from pathlib import Path

import pytest

from gdsim.atomic import replacing
from gdsim.errors import InputError


def write(target: Path, text: str = "new") -> None:
    with replacing(target) as temporary:
        temporary.write_text(text, encoding="utf-8")


def test_writes_a_new_file_with_the_usual_permissions(tmp_path: Path) -> None:
    usual = tmp_path / "usual"
    usual.write_text("")
    write(tmp_path / "table.csv")
    assert (tmp_path / "table.csv").read_text() == "new"
    assert stat.S_IMODE((tmp_path / "table.csv").stat().st_mode) == stat.S_IMODE(usual.stat().st_mode)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["table.csv", "usual"]


def test_the_temporary_file_lies_beside_the_target_with_its_extension(tmp_path: Path) -> None:
    with replacing(tmp_path / "picture.svg") as temporary:
        assert (temporary.parent, temporary.suffix) == (tmp_path, ".svg")


def test_a_target_without_an_extension_has_a_temporary_file_without_one(tmp_path: Path) -> None:
    """A writer such as numpy's adds what a name lacks, and the file would not be found."""
    for name in ("picture", ".picture", "a.b.c."):
        with replacing(tmp_path / name) as temporary:
            assert temporary.suffix == ""


def test_several_files_are_written_together_or_not_at_all(tmp_path: Path) -> None:
    for name in ("a.csv", "b.npz"):
        (tmp_path / name).write_text("old")

    def write_all() -> None:
        with ExitStack() as files:
            for path in (tmp_path / "a.csv", tmp_path / "b.npz", tmp_path / "missing" / "none.txt"):
                files.enter_context(replacing(path)).write_text("new")

    with pytest.raises(InputError, match=r"none\.txt cannot be written"):
        write_all()
    assert sorted((path.name, path.read_text()) for path in tmp_path.iterdir()) == [("a.csv", "old"), ("b.npz", "old")]


def test_keeps_the_permissions_of_the_old_file(tmp_path: Path) -> None:
    target = tmp_path / "a.csv"
    target.write_text("old")
    target.chmod(0o640)
    write(target)
    assert (target.read_text(), stat.S_IMODE(target.stat().st_mode)) == ("new", 0o640)


@pytest.mark.parametrize("error", [OSError(errno.ENOSPC, "No space left on device"), KeyboardInterrupt(), KeyError()])
def test_a_failure_leaves_the_old_file_and_nothing_else(tmp_path: Path, error: BaseException) -> None:
    target = tmp_path / "a.csv"
    target.write_text("old")

    def fail() -> None:
        with replacing(target) as new:
            new.write_text("half of the n")
            raise error

    with pytest.raises(InputError if isinstance(error, OSError) else type(error)) as caught:
        fail()
    assert target.read_text() == "old"
    assert list(tmp_path.iterdir()) == [target]
    if isinstance(error, OSError):
        assert str(caught.value) == f"{target} cannot be written: no space left on device."


def test_follows_a_link(tmp_path: Path) -> None:
    target, link = tmp_path / "target.csv", tmp_path / "link.csv"
    target.write_text("old")
    link.symlink_to(target)
    write(link)
    assert link.is_symlink()
    assert target.read_text() == "new"


def test_a_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="it is a folder"):
        write(tmp_path)


def test_a_missing_folder_is_refused_in_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"no\.csv cannot be written: no such file or directory\.$"):
        write(tmp_path / "missing" / "no.csv")


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write anywhere")
def test_a_read_only_file_is_refused(tmp_path: Path) -> None:
    target = tmp_path / "a.csv"
    target.write_text("old")
    target.chmod(0o444)
    with pytest.raises(InputError, match="read-only"):
        write(target)
    assert target.read_text() == "old"


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs Linux's devices")
def test_a_device_stays_a_device() -> None:
    before = os.stat("/dev/null")
    write(Path("/dev/null"))
    after = os.stat("/dev/null")
    assert stat.S_ISCHR(after.st_mode)
    assert after.st_rdev == before.st_rdev


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs Linux's /dev/full")
def test_a_full_device_is_one_sentence() -> None:
    with pytest.raises(InputError, match="no space left on device"):
        write(Path("/dev/full"))
    assert stat.S_ISCHR(os.stat("/dev/full").st_mode)


def test_a_name_of_the_greatest_length_can_be_written(tmp_path: Path) -> None:
    write(tmp_path / ("a" * 251 + ".csv"))
    assert (tmp_path / ("a" * 251 + ".csv")).read_text() == "new"
