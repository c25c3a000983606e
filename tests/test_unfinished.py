"""What killed processes leave behind is found and deleted, and nothing else is."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path

import pytest

from gdsim import unfinished
from gdsim.atomic import replacing
from gdsim.unfinished import FOLDER, tidy

HANG = """
import os, sys
from pathlib import Path
from gdsim.atomic import replacing
with replacing(Path(sys.argv[1])) as first, replacing(Path(sys.argv[2])) as second:
    first.write_text("half")
    print(first, second, sep="\\n", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def notes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "state" / "notes"
    monkeypatch.setenv(FOLDER, str(folder))
    return folder


@pytest.fixture
def work(tmp_path: Path) -> Path:
    (tmp_path / "work").mkdir()
    return tmp_path / "work"


def temporary(folder: Path, suffix: str = ".png") -> Path:
    """Return a file such as an export leaves behind."""
    path = unfinished.temporary_beside(folder / f"picture{suffix}", folder)
    path.write_text("half")
    return path


def note(notes: Path, content: str | bytes) -> Path:
    """Return a note of a process that has gone."""
    notes.mkdir(parents=True, exist_ok=True)
    path = notes / f"{os.urandom(8).hex()}.note"
    path.write_bytes(os.fsencode(content))
    return path


def test_the_litter_of_a_killed_process_goes_and_that_of_a_living_one_stays(notes: Path, work: Path) -> None:
    targets = [work / "table.csv", work / "größe \udc80.npz"]
    command = [sys.executable, "-c", HANG, *map(os.fsencode, targets)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        lines = [Path(os.fsdecode(process.stdout.readline()).rstrip("\n")) for _ in targets]
        tidy()
        assert sorted(work.iterdir()) == sorted(lines), "it is still at it"
        assert len(list(notes.iterdir())) == 2
        process.kill()
    assert sorted(work.iterdir()) == sorted(lines)
    tidy()
    assert not list(work.iterdir())
    assert not list(notes.iterdir())


def test_a_note_is_kept_only_while_the_file_is_written(notes: Path, work: Path) -> None:
    target = work / "table.csv"
    with ExitStack() as both:
        for name in ("a.csv", "b.csv"):
            path = both.enter_context(replacing(work / name))
            path.write_text("new")
            assert str(path) in [kept.read_text() for kept in notes.iterdir()]
        tidy()  # as another window would that starts now
        assert len(list(notes.iterdir())) == 2
    assert sorted(path.name for path in work.iterdir()) == ["a.csv", "b.csv"]
    assert not list(notes.iterdir())
    with pytest.raises(KeyError), replacing(target):
        raise KeyError
    assert not list(notes.iterdir())
    assert not target.exists()


def test_notes_are_for_the_user_alone(notes: Path, work: Path) -> None:
    with replacing(work / "a.csv"):
        assert stat.S_IMODE(notes.stat().st_mode) == 0o700 or os.name == "nt"
        assert [stat.S_IMODE(kept.stat().st_mode) for kept in notes.iterdir()] == [0o600] or os.name == "nt"


@pytest.mark.parametrize("place", ["file/notes", "file", "a" * 300])
def test_without_a_folder_for_notes_files_are_written_all_the_same(
    place: str, work: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (work / "file").touch()
    monkeypatch.setattr(unfinished, "_folder", lambda: work / place)
    with replacing(work / "a.csv") as path:
        path.write_text("new")
    assert (work / "a.csv").read_text() == "new"
    tidy()


def test_without_locks_files_are_written_all_the_same(notes: Path, work: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_locks(handle: int) -> None:
        raise OSError("No locks available")

    monkeypatch.setattr(unfinished, "_lock", no_locks)
    with replacing(work / "a.csv") as path:
        path.write_text("new")
    assert (work / "a.csv").read_text() == "new"
    assert not list(notes.iterdir())


def test_a_note_that_is_tidied_before_it_is_locked_is_made_again(
    notes: Path, work: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lock, calls = unfinished._lock, []

    def slow(handle: int) -> None:
        calls.append(handle)
        if len(calls) == 1:
            tidy()  # of another process: it finds an empty note without a lock
        lock(handle)

    monkeypatch.setattr(unfinished, "_lock", slow)
    with replacing(work / "a.csv") as path:
        assert [kept.read_text() for kept in notes.iterdir()] == [str(path)]


def test_the_usual_folder_is_the_users_own(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv(FOLDER)
    for variable in ("XDG_STATE_HOME", "HOME", "LOCALAPPDATA", "USERPROFILE"):
        monkeypatch.setenv(variable, str(tmp_path))
    folder = unfinished._folder()
    assert folder.is_absolute()
    assert folder.parts[-2:] == ("gdsim", "unfinished")


# Hostile notes -----------------------------------------------------------------------------------------------------


def test_a_file_that_is_no_temporary_one_is_not_deleted(notes: Path, work: Path, tmp_path: Path) -> None:
    precious = work / "thesis.tex"
    precious.write_text("ten years")
    near = [work / name for name in (".picture-0123456789abcdef.png", "picture-0123456789abcdef-part.png", "-part")]
    near += [work / ".picture-0123456789abcde-part.png", work / ".picture-0123456789abcdeg-part.png"]
    for path in near:
        path.touch()
    kept = [note(notes, str(path)) for path in (precious, *near)]
    kept += [
        note(notes, content) for content in ("", "\n", "x" * 100_000, b"\0" * 50, b"\xff\xfe", "/", ".", str(work))
    ]
    tidy()
    assert sorted(work.iterdir()) == sorted([precious, *near])
    assert not [path for path in kept if path.exists()]


def test_a_name_relative_to_wherever_one_is_is_not_followed(
    notes: Path, work: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(work)
    left = temporary(work)
    note(notes, left.name)
    tidy()
    assert left.exists()


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs links and pipes")
def test_links_folders_and_pipes_are_not_deleted(notes: Path, work: Path) -> None:
    precious = work / "thesis.tex"
    precious.write_text("ten years")
    link, folder, pipe = (work / f".{name}-0123456789abcdef-part.png" for name in ("link", "folder", "pipe"))
    link.symlink_to(precious)
    folder.mkdir()
    os.mkfifo(pipe)
    for path in (link, folder, pipe):
        note(notes, str(path))
    # Notes that are none.
    (notes / "0123456789abcdef.note").symlink_to(precious)
    (notes / "0123456789abcde0.note").mkdir()
    os.mkfifo(notes / "0123456789abcde1.note")
    (notes / "README").write_text(str(temporary(work)))
    before = sorted(work.iterdir())
    tidy()
    assert sorted(work.iterdir()) == before
    assert precious.read_text() == "ten years"
    assert (notes / "README").exists()


def test_a_temporary_file_of_any_target_is_known_again(notes: Path, work: Path) -> None:
    for name in ("a", "a.b.c", ".hidden", "ends.", "...", "ä\nö.png", "x" * 251 + ".csv", "a-b-part.svg"):
        left = unfinished.temporary_beside(work / name, work)
        assert left.suffix == (work / name).suffix
        left.touch()
        note(notes, str(left))
    tidy()
    assert not list(work.iterdir())


def test_what_cannot_be_deleted_now_is_tried_again(notes: Path, work: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    left = temporary(work)
    kept, other = note(notes, str(left)), note(notes, str(temporary(work, ".svg")))
    unlink = Path.unlink

    def refuse(path: Path, missing_ok: bool = False) -> None:
        if path == left:
            raise PermissionError
        unlink(path, missing_ok)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "unlink", refuse)
        tidy()
    assert list(work.iterdir()) == [left]
    assert kept.exists() and not other.exists()
    tidy()
    assert not list(work.iterdir())
    assert not list(notes.iterdir())
