"""Many files in parallel: each whole, one that fails stops no other, and the exit status tells."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

from gdsim import cli
from gdsim.commands import batch
from gdsim.commands.batch import Job, Result

SMALL = ["--size", "160x120"]
GOOD = """format = 1
lab = "surface"
[problem]
formula = "x**2 + y**2"
domain = { x = [-1, 1], y = [-1, 1] }
[[run]]
optimizer = "gd"
learning_rate = 0.1
start = { x = 1.0, y = 0.5 }
[playback]
steps = 3
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "good.toml").write_text(GOOD, encoding="utf-8")
    (tmp_path / "bad.toml").write_text(GOOD.replace("x**2 + y**2", "x**2 + import"), encoding="utf-8")
    return tmp_path


def test_one_bad_scenario_does_not_stop_the_others(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["render", "*.toml", "none.toml", "-o", "out/", *SMALL, "--set", "run.learning_rate=0.1,0.2", "--jobs", "1"]
    assert cli.main(words) == 1
    out, err = capsys.readouterr()
    assert out.startswith("2 of 6 files written in ")
    lines = err.strip().splitlines()
    bad = [line for line in lines if line.startswith("gdsim: out/bad-learning_rate-0.") and "of bad.toml: " in line]
    assert len([line for line in bad if "character" in line]) == 2
    assert len([line for line in lines if "There is no scenario none.toml" in line]) == 2
    assert len(lines) == 4
    assert sorted(path.name for path in (folder / "out").iterdir()) == [
        "good-learning_rate-0.1.png",
        "good-learning_rate-0.2.png",
    ]


def test_a_sweep_in_parallel_processes_writes_what_one_process_writes(folder: Path) -> None:
    words = ["render", "good.toml", *SMALL, "--set", "run.learning_rate=0.1,0.3"]
    arguments = [sys.executable, "-m", "gdsim", *words]
    result = subprocess.run([*arguments, "-o", "two/", "--jobs", "2"], capture_output=True, text=True, check=False)
    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout.startswith("2 of 2 files written in ")
    assert cli.main([*words, "-o", "one/", "--jobs", "1"]) == 0
    first, second = sorted((folder / "two").iterdir())
    assert [(folder / "one" / path.name).read_bytes() for path in (first, second)] == [
        first.read_bytes(),
        second.read_bytes(),
    ]
    assert Image.open(first).tobytes() != Image.open(second).tobytes()


def test_a_single_bad_scenario_is_bad_input(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["render", "bad.toml", "-o", "a.png"]) == 2
    assert capsys.readouterr().err.count("\n") == 1
    assert not (folder / "a.png").exists()


@pytest.mark.parametrize("source", ["none.toml", "zzz*", "bad.toml"])
def test_a_folder_that_would_stay_empty_is_not_there_afterwards(folder: Path, source: str) -> None:
    before = sorted(folder.iterdir())
    assert cli.main(["render", source, "-o", "new/deep/"]) == 2
    assert sorted(folder.iterdir()) == before


@pytest.mark.skipif(sys.platform == "win32", reason="there is no such signal")
def test_ctrl_c_ends_a_batch_at_once_and_leaves_no_part(folder: Path) -> None:
    words = [sys.executable, "-m", "gdsim", "animate", "good.toml", "-o", "films/", "--size", "640x480", "--jobs", "2"]
    sweep = ["--set", "run.learning_rate=0.1,0.2,0.3,0.4", "--last", "2000", "--speed", "30"]
    with subprocess.Popen([*words, *sweep], stderr=subprocess.PIPE, text=True, start_new_session=True) as process:
        while not (folder / "films").is_dir() or not list((folder / "films").iterdir()):
            assert process.poll() is None
        os.killpg(process.pid, signal.SIGINT)
        _, err = process.communicate(timeout=10)
    assert process.returncode == 130
    assert err == "gdsim: Stopped; 0 of 4 files are written.\n"
    assert not (folder / "films").exists()


def test_a_folder_that_cannot_be_made(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["render", "good.toml", "-o", "good.toml/deep/"]) == 2
    assert "The folder good.toml/deep cannot be made: not a directory." in capsys.readouterr().err


def test_what_a_library_cannot_do_is_told(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def break_down(job: Job) -> list[str]:
        raise MemoryError

    monkeypatch.setattr(batch, "perform", break_down)
    job = Job("picture", "good.toml", (), Path("a.png"), {})
    assert batch.attempt(job) == Result(job, error="It could not be written: MemoryError.")


@pytest.mark.skipif(sys.platform == "win32", reason="processes there do not see what was replaced here")
def test_a_process_that_dies_is_told(folder: Path) -> None:
    code = (
        "import os, sys\n"
        "from gdsim import cli\n"
        "from gdsim.commands import batch\n"
        "def die(job):\n    os._exit(9)\n"
        "if __name__ == '__main__':\n"
        "    batch.attempt = die\n"
        "    sys.exit(cli.main(sys.argv[1:]))\n"
    )
    (folder / "main.py").write_text(code, encoding="utf-8")
    arguments = ["render", "good.toml", "saddle", "-o", "out/", "--jobs", "2"]
    result = subprocess.run([sys.executable, "main.py", *arguments], capture_output=True, text=True, check=False)
    assert result.returncode == 1
    assert result.stderr.count("ended unexpectedly") == 2
    assert "Traceback" not in result.stderr
