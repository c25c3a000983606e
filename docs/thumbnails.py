"""Make the presets' pictures for the gallery: ``make thumbnails``."""

from __future__ import annotations

import tempfile
from pathlib import Path

from PIL import Image

from gdsim.export.figure import write_figure
from gdsim.simulation.files import load, preset_names
from gdsim.simulation.picture_spec import PictureSpec
from gdsim.simulation.scenario import Scenario

FOLDER = Path(__file__).resolve().parents[1] / "resources" / "thumbnails"
SIZE = (384, 240)
HEADING = 20
"""Pixels above, taken by the title, which the gallery writes beside the picture."""
COLOURS = 128

DECISIONS = ("network-spirals", "network-xor")
"""Whose decision map says more than their curves."""


def view_of(name: str, scenario: Scenario) -> str:
    """Return the view that tells a preset from the others best."""
    if scenario.lab == "network":
        return "decision" if name in DECISIONS else "diagram" if name == "lecture-network" else "loss"
    return "graph" if scenario.lab == "autograd" else "surface"


def write_thumbnail(name: str, target: Path) -> None:
    """Draw a preset without its title and write it in few colours."""
    scenario = load(name)
    width, height = SIZE
    picture = PictureSpec(views=(view_of(name, scenario),), size=(width, height + HEADING))
    with tempfile.TemporaryDirectory() as folder:
        drawn = Path(folder) / "drawn.png"
        write_figure(scenario, drawn, picture)
        with Image.open(drawn) as image:
            image.convert("RGB").crop((0, HEADING, width, height + HEADING)).quantize(COLOURS).save(target)


def main() -> int:
    """Make a thumbnail for every preset."""
    FOLDER.mkdir(exist_ok=True)
    for name in preset_names():
        write_thumbnail(name, FOLDER / f"{name}.png")
    print(f"{len(preset_names())} pictures written to {FOLDER.name}/.")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
