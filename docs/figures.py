"""Make docs/figures.md and its pictures: ``make figures``. Each picture is made by the command shown beside it."""

from __future__ import annotations

import os
import shlex
import sys
from dataclasses import dataclass
from pathlib import Path

from gdsim import cli
from gdsim.simulation.files import load, preset_names

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "figures.md"
FOLDER = "docs/figures"

OPTIONS = {
    "lecture-surface": "--view surface --view contour --size 1440x720",
    "lecture-network": "--view tables --step 60",
    "lecture-autograd": "--step 11",
    "lecture-diverges": "--view surface --view loss --size 1440x720",
    "race-valley": "--view contour --view loss --size 1440x720",
    "network-spirals": "--view decision --view curves --size 1440x720",
    "network-xor": "--view diagram --view decision --size 1440x720",
}
"""What is asked for beside the scenario; presets that are not listed are drawn as they are."""


@dataclass(frozen=True)
class Figure:
    """A picture of the page: a file of the folder, the command's words before ``-o``, and what it shows."""

    file: str
    words: str
    title: str

    @property
    def command(self) -> str:
        """The command that makes it, to be run in the project's folder."""
        return f"gdsim {self.words} -o {FOLDER}/{self.file}"


def presets() -> list[Figure]:
    """Return one picture for each preset."""
    result = []
    for name in preset_names():
        options = OPTIONS.get(name, "--size 960x720" if load(name).lab != "autograd" else "")
        result.append(Figure(f"{name}.png", f"render {name} {options}".strip(), load(name).title or name))
    return result


def more() -> list[Figure]:
    """Return what else figures can be."""
    strip = "--steps 0,1,2,5,10,20 --view contour --size 1440x960"
    return [
        Figure("strip.png", f"render lecture-surface {strip}", "A film strip: six steps in one figure"),
        Figure("print.svg", "render race-valley --style print --view contour", "Style print: no need of colours"),
        Figure("slide.png", "render himmelblau --style slide --size 1280x720", "Style slide: large type"),
        Figure("dark.png", "render race-saddle --style dark --size 1280x720", "Style dark"),
        Figure(
            "histograms.png",
            "render network-xor --view histograms --view diagram --step 100 --size 1440x720",
            "A network's distributions and its diagram",
        ),
        Figure(
            "orbit.gif",
            "animate lecture-surface --motion both --turn 120 --speed 10 --fps 10 --size 480x360",
            "A film: the run while the camera turns",
        ),
    ]


def page(figures: list[Figure], others: list[Figure]) -> str:
    """Return the page's text."""
    words = [
        "# Figures",
        "",
        "Every preset as `gdsim render` draws it, then what else figures can be. Each picture was made by the command",
        "beside it, run in the project's folder; `make figures` makes them all again. A picture carries its scenario:",
        "drop one on the window, or give it to `gdsim`, `gdsim run` or `gdsim render`, and what made it opens again.",
        "",
        "## Presets",
        "",
    ]
    for number, figure in enumerate([*figures, *others]):
        if number == len(figures):
            words += ["## Styles, film strips, films", ""]
        words += [f"### {figure.title}", "", "```", figure.command, "```", ""]
        words += [f"![{figure.title}](figures/{figure.file})", ""]
    return "\n".join(words).rstrip() + "\n"


def main() -> int:
    """Make the pictures and the page."""
    os.chdir(ROOT)
    Path(FOLDER).mkdir(exist_ok=True)
    figures, others = presets(), more()
    for figure in [*figures, *others]:
        print(figure.command, flush=True)
        if cli.main(shlex.split(figure.command)[1:]) != 0:
            return 1
    wanted = {figure.file for figure in [*figures, *others]}
    for path in Path(FOLDER).iterdir():
        if path.name not in wanted:
            path.unlink()
    PAGE.write_text(page(figures, others), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
