"""The commands, from the arguments to the exit status, mostly in processes of their own."""

from __future__ import annotations

import csv
import io
import json
import math
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gdsim import __version__, cli
from gdsim.simulation.files import load, preset_names, save

FIFTY = [
    "lecture-surface", "--set", "run.optimizer=gd", "--set", "run.learning_rate=0.05",
    "--set", "run.start.w1=0", "--set", "run.start.w2=0", "--steps", "50",
]  # fmt: skip

Captured = pytest.CaptureFixture[str]


def gdsim(*arguments: str, **options: Any) -> subprocess.CompletedProcess[str]:
    """Run the command in a process of its own, without a display."""
    environment = {k: v for k, v in os.environ.items() if k not in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")}
    return subprocess.run(
        [sys.executable, "-m", "gdsim", *arguments],
        capture_output=True,
        text=True,
        timeout=120,
        env=environment,
        **options,
    )


def imported_by(*arguments: str) -> set[str]:
    """Return the modules that a command imports."""
    code = "import sys; from gdsim.cli import main\n" + (
        f"try:\n    main({list(arguments)!r})\nexcept SystemExit:\n    pass\nprint('\\n', *sys.modules)"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120, check=True)
    return set(result.stdout.split("\n")[-2].split())


def refused(capsys: Captured, *arguments: str) -> str:
    """Return the one line with which arguments are refused."""
    assert cli.main(arguments) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.count("\n") == 1
    assert err.startswith("gdsim: ")
    assert "Traceback" not in err
    return err


def test_version(capsys: Captured) -> None:
    with pytest.raises(SystemExit) as caught:
        cli.main(["--version"])
    assert caught.value.code == 0
    assert capsys.readouterr().out == f"gdsim {__version__}\n"


def test_help_names_every_command(capsys: Captured) -> None:
    with pytest.raises(SystemExit) as caught:
        cli.main(["--help"])
    out = capsys.readouterr().out
    assert caught.value.code == 0
    assert [name for name in cli.COMMANDS if f"\n  {name} " not in out] == []


@pytest.mark.parametrize("command", cli.COMMANDS)
def test_every_command_has_help(capsys: Captured, command: str) -> None:
    with pytest.raises(SystemExit) as caught:
        cli.main([command, "--help"])
    assert caught.value.code == 0
    assert f"usage: gdsim {command}" in capsys.readouterr().out


def test_presets_are_listed_with_their_titles(capsys: Captured) -> None:
    assert cli.main(["presets"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split("  ")[0] for line in lines] == preset_names()
    assert [line.split("  ", 1)[1].strip() for line in lines] == [load(name).title for name in preset_names()]
    assert len({line.index(load(name).title) for line, name in zip(lines, preset_names(), strict=True)}) == 1


HEAVY = {"torch", "sympy", "matplotlib", "scipy", "PySide6", "OpenGL", "pyqtgraph"}


@pytest.mark.parametrize(
    "arguments",
    [["presets"], ["--help"], ["run", "nothing"], ["run", "lecture-surface", "--set", "run.gamma=x"], ["grad", "x +"],
     ["render", "lecture-surface", "-o", "a.gif"], ["run", "lecture-surface", "--steps", "x"]],
)  # fmt: skip
def test_help_lists_and_errors_import_nothing_heavy(arguments: list[str]) -> None:
    assert imported_by(*arguments) & HEAVY == set()


def test_render_needs_no_qt_no_opengl_and_no_pyplot(tmp_path: Path) -> None:
    modules = imported_by("render", "lecture-surface", "-o", str(tmp_path / "a.png"), "--size", "200x150")
    assert (tmp_path / "a.png").exists()
    assert "matplotlib" in modules
    assert modules & {"PySide6", "shiboken6", "OpenGL", "pyqtgraph", "matplotlib.pyplot"} == set()


def test_run_needs_neither_qt_nor_matplotlib() -> None:
    assert imported_by("run", "lecture-surface", "--steps", "2") & {"PySide6", "OpenGL", "matplotlib"} == set()


def test_the_lectures_fifty_updates(oracles: dict[str, Any]) -> None:
    result = gdsim("run", *FIFTY, "--csv", "-")
    assert (result.returncode, result.stderr) == (0, "")
    header, *rows = csv.reader(io.StringIO(result.stdout))
    assert ",".join(header) == "run,step,loss,w1,w2,grad_w1,grad_w2,velocity_w1,velocity_w2,learning_rate,gamma"
    assert len(rows) == 51
    assert rows[-1][1] == "50"
    assert [float(v) for v in rows[-1][3:5]] == pytest.approx(oracles["surface"]["run"][1]["w"], abs=5e-9)


def test_run_goes_as_far_as_the_scenario_says(capsys: Captured) -> None:
    assert cli.main(["run", "lecture-surface", "--csv", "-"]) == 0
    assert len(capsys.readouterr().out.splitlines()) == 1 + 1 + load("lecture-surface").playback.steps


def test_run_without_a_file_prints_a_summary(capsys: Captured) -> None:
    assert cli.main(["run", *FIFTY]) == 0
    out, err = capsys.readouterr()
    assert err == ""
    for word in ("gd", "learning_rate = 0.05", "50", "1.03613917", "0.91275233", "0.00306024"):
        assert word in out


def test_run_writes_both_files(tmp_path: Path, capsys: Captured) -> None:
    table, last = tmp_path / "t.csv", tmp_path / "l.npz"
    assert cli.main(["run", *FIFTY, "--csv", str(table), "--npz", str(last)]) == 0
    assert capsys.readouterr() == ("", "")
    row = list(csv.DictReader(io.StringIO(table.read_text(encoding="utf-8"))))[-1]
    with np.load(last) as archive:
        assert {n: float(row[n]) for n in ("w1", "w2")} == {n: archive[n].item() for n in ("w1", "w2")}
        assert float(row["grad_w1"]) == archive["w1.grad"].item()


def test_one_file_that_fails_leaves_the_other_as_it_was(tmp_path: Path, capsys: Captured) -> None:
    last = tmp_path / "l.npz"
    last.write_bytes(b"old")
    said = refused(capsys, "run", "saddle", "--npz", str(last), "--csv", str(tmp_path / "missing" / "t.csv"))
    assert "t.csv cannot be written: no such file or directory." in said
    assert last.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [last]


def test_a_run_that_diverges_is_done_with_a_note(capsys: Captured) -> None:
    assert cli.main(["run", "lecture-diverges", "--steps", "5000", "--csv", "-"]) == 0
    out, err = capsys.readouterr()
    last = out.splitlines()[-1].split(",")
    assert len(out.splitlines()) < 5000
    assert not math.isfinite(float(last[2]))
    assert err.count("\n") == 1
    assert f"diverged and stopped at step {last[1]}: the learning rate 0.1 is above 0.08579" in err


def test_a_scenario_file_and_its_changes(tmp_path: Path, capsys: Captured, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    save(load("lecture-surface", ["run.change=[{step = 3, learning_rate = 0.002}]"]), Path("run"))
    assert cli.main(["run", "run", "--steps", "4", "--csv", "-"]) == 0
    rates = [row["learning_rate"] for row in csv.DictReader(io.StringIO(capsys.readouterr().out))]
    assert rates == ["0.01", "0.01", "0.01", "0.002", "0.002"]


@pytest.mark.parametrize(
    ("formula", "at", "value", "gradient"),
    [
        ("(2 - w1 - w2)**2 + (4 - 3*w1 - w2)**2", {"w1": 0, "w2": 0}, 20, {"w1": -28, "w2": -12}),
        ("-x**2*y + sin(z)", {"x": 3, "y": 2, "z": 0}, -18, {"x": -12, "y": -9, "z": 1}),
        ("x/y", {"x": 1, "y": -4}, -0.25, {"x": -0.25, "y": -0.0625}),
        ("sigmoid(x)", {"x": 0}, 0.5, {"x": 0.25}),
        ("2*pi", {}, 2 * math.pi, {}),
    ],
)
def test_grad_agrees_with_the_hand(
    capsys: Captured, formula: str, at: dict[str, float], value: float, gradient: dict[str, float]
) -> None:
    points = [part for name, number in at.items() for part in ("--at", f"{name}={number}")]
    assert cli.main(["grad", formula, *points, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["value"] == pytest.approx(value)
    assert found["numeric"] == pytest.approx(gradient)
    assert found["symbolic_value"] == pytest.approx(gradient)
    assert found["symbolic"].keys() == gradient.keys()
    assert cli.main(["grad", formula, *points]) == 0
    out, err = capsys.readouterr()
    assert err == ""
    assert [text for text in found["symbolic"].values() if text not in out] == []
    assert repr(found["value"]) in out


def test_grad_where_there_is_no_value(capsys: Captured) -> None:
    assert cli.main(["grad", "log(x)", "--at", "x=-1", "--json"]) == 0
    out, err = capsys.readouterr()
    assert json.loads(out)["value"] is None
    assert "no finite value" in err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["x*y", "--at", "x=1"], "needs a value for y: add --at y=1."),
        (["x", "--at", "x=1", "--at", "y=2"], "has no variable y; it has x."),
        (["3", "--at", "y=2"], "has no variables."),
        (["x", "--at", "x=1", "--at", "x=2"], "--at gives x twice."),
        (["x", "--at", "x"], "--at x is not of the form NAME=VALUE."),
        (["x", "--at", "x=one"], "must be a finite number."),
        (["x", "--at", "x=inf"], "must be a finite number."),
        (["x +* y"], "character 4"),
        (["().__class__"], "character"),
        (["9**9**9**9"], "character"),
        (["x" * 100_000], "too long"),
        ([], "required: FORMULA"),
    ],
    ids=lambda value: str(value)[:30],
)
def test_grad_refuses_in_one_line(capsys: Captured, arguments: list[str], said: str) -> None:
    assert said in refused(capsys, "grad", *arguments)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["rnu"], "There is no scenario rnu"),
        (["run"], "required: SCENARIO"),
        (["run", "lecture-surface", "--steps", "many"], "--steps"),
        (["run", "lecture-surface", "--steps", "-1"], "playback.steps cannot be -1"),
        (["run", "lecture-surface", "--set", "run.learning_rate=-1"], "must be a number greater than 0."),
        (["run", "lecture-surface", "--set", "run.color=red"], "momentum has no"),
        (["run", "lecture-surface", "--csv", "/nowhere/t.csv"], "/nowhere/t.csv cannot be written"),
        (["run", "lecture-surface", "--npz", "-"], "--npz needs the name of a file"),
        (["run", "lecture-surface", "--bogus"], "--bogus"),
        (["presets", "extra"], "extra"),
        (["render", "lecture-surface"], "-o/--output"),
        (["render", "lecture-surface", "-o", "a.gif"], "must end in one of .png, .svg, .pdf."),
        (["render", "lecture-surface", "-o", "png"], "must end in one of .png, .svg, .pdf."),
        (["render", "lecture-surface", "-o", "a.png", "--size", "10x10"], "from 64x64 to 7680x4320."),
        (["render", "lecture-surface", "-o", "a.png", "--size", "7681x4320"], "from 64x64 to 7680x4320."),
        (["render", "lecture-surface", "-o", "a.png", "--size", "large"], "--size large"),
        (["render", "lecture-surface", "-o", "a.png", "--elev", "91"], "view.elev cannot be 91.0"),
        (["render", "lecture-surface", "-o", "a.png", "--step", "-1"], "--step -1"),
        (["render", "lecture-surface", "-o", "a.png", "--size", "0x0"], "A size of 0x0 is not allowed"),
        (["render", "lecture-surface", "-o", "a.png", "--size", "100000x100000"], "from 64x64 to 7680x4320."),
        (["render", "lecture-surface", "-o", "a.png", "--steps", "1,2,x"], "--steps 1,2,x"),
        (["render", "lecture-surface", "-o", "a.png", "--steps", "2,1"], "must grow; these are 2, 1."),
        (["render", "lecture-surface", "-o", "a.png", "--steps", "2", "--step", "1"], "exclude each other"),
        (["render", "lecture-surface", "-o", "a.png", "--style", "neon"], "picture.style cannot be 'neon'"),
        (["render", "lecture-surface", "-o", "a.png", "--view", "graph"], "has no view 'graph'; it has surface"),
        (["render", "lecture-network", "-o", "a.png", "--view", "decision"], "with two features; these have 20."),
        (["render", "lecture-surface", "-o", "a.png", "--dpi", "0"], "picture.dpi cannot be 0.0"),
        (["render", "lecture-surface", "-o", "a.png", "--jobs", "0"], "--jobs 0"),
        (["render", "*-nothing", "-o", "a.png"], "There is no scenario *-nothing"),
        (["animate", "lecture-surface", "-o", "a.png"], "must end in one of .mp4, .gif."),
        (["animate", "lecture-surface", "-o", "a.mp4", "--fps", "0"], "film.fps cannot be 0.0"),
        (["animate", "lecture-surface", "-o", "a.mp4", "--size", "0x0"], "A size of 0x0 is not allowed"),
        (["animate", "lecture-surface", "-o", "/nowhere/a.mp4"], "/nowhere/a.mp4 cannot be written"),
        (["animate", "lecture-network", "-o", "a.mp4", "--motion", "orbit"], "orbit"),
        (["notebook", "lecture-surface", "-o", "a.doc"], "must end in one of .ipynb, .py."),
        (["notebook", "lecture-surface", "-o", "a.py", "--steps", "-1"], "--steps -1"),
        (["run", "lecture-surface", "--every", "0", "--csv", "a.csv"], "--every 0"),
        (["run", "lecture-surface", "--every", "5"], "give --csv or --npz"),
        (["render", "lecture-surface", "-o", "no/a.png"], "no/a.png cannot be written: there is no such folder."),
        (["render", "lecture-surface", "-o", "/nowhere/a.png"], "/nowhere/a.png cannot be written"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_bad_arguments_are_refused_in_one_line(
    capsys: Captured, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], said: str
) -> None:
    monkeypatch.chdir(tmp_path)
    if arguments == ["rnu"]:
        arguments = ["run", "rnu"]
    assert said in refused(capsys, *arguments)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("kind", ["png", "svg", "pdf", "PNG"])
def test_render_without_a_display(tmp_path: Path, kind: str) -> None:
    target = tmp_path / f"a.{kind}"
    result = gdsim(
        "render",
        "lecture-surface",
        "-o",
        str(target),
        "--step",
        "5",
        "--elev",
        "-30",
        "--azim",
        "-1.5",
        "--size",
        "320x240",
    )
    assert (result.returncode, result.stdout, result.stderr) == (0, "", "")
    assert target.read_bytes()[:5] in (b"\x89PNG\r", b"<?xml", b"%PDF-")


def test_a_file_called_like_a_command_is_opened_in_the_window(monkeypatch: pytest.MonkeyPatch) -> None:
    import gdsim.app.application

    opened: list[str | None] = []
    monkeypatch.setattr(gdsim.app.application, "main", lambda source: opened.append(source) or 0)
    assert [cli.main(arguments) for arguments in (["./run"], [], ["saddle"])] == [0, 0, 0]
    assert opened == ["./run", None, "saddle"]


@pytest.mark.skipif(sys.platform == "win32", reason="pipes break otherwise on Windows")
def test_a_reader_that_goes_away_is_no_error() -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "gdsim", "run", "lecture-surface", "--steps", "3000", "--csv", "-"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    ) as process:  # fmt: skip
        assert process.stdout is not None
        assert process.stderr is not None
        assert process.stdout.readline().startswith("run,step")
        process.stdout.close()
        assert process.stderr.read() == ""
        assert process.wait(60) == 141


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs Linux's /dev/full")
def test_a_full_disk_behind_standard_output_is_one_line() -> None:
    with open("/dev/full", "w") as full:
        result = subprocess.run(
            [sys.executable, "-m", "gdsim", "presets"], stdout=full, stderr=subprocess.PIPE, text=True, timeout=60
        )
    assert result.returncode == 2
    assert result.stderr == "gdsim: The output cannot be written: no space left on device.\n"


def test_interrupting_is_quiet(monkeypatch: pytest.MonkeyPatch, capsys: Captured) -> None:
    def interrupted(*arguments: object) -> None:
        signal.raise_signal(signal.SIGINT)

    monkeypatch.setattr(cli, "_dispatch", interrupted)
    # A suite that a shell runs in the background is started with this signal ignored.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        assert cli.main(["presets"]) == 130
    finally:
        signal.signal(signal.SIGINT, before)
    assert capsys.readouterr() == ("", "")
