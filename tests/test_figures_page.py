"""The page of figures shows every preset, and each picture is what its command makes."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from gdsim import carrier, cli
from gdsim.simulation.files import load, preset_names

DOCS = Path(__file__).resolve().parents[1] / "docs"
PAGE = (DOCS / "figures.md").read_text(encoding="utf-8") if (DOCS / "figures.md").is_file() else ""
COMMANDS = re.findall(r"^(gdsim \w+ \S+ .*)$", PAGE, re.MULTILINE)


def test_every_preset_has_a_picture_and_every_picture_a_command() -> None:
    sources = {shlex.split(command)[2] for command in COMMANDS}
    assert set(preset_names()) <= sources
    shown = re.findall(r"!\[[^\]]+\]\((figures/\S+)\)", PAGE)
    made = [shlex.split(command)[-1].removeprefix("docs/") for command in COMMANDS]
    assert shown == made
    assert sorted(path.name for path in (DOCS / "figures").iterdir()) == sorted(Path(name).name for name in made)


@pytest.mark.parametrize("name", preset_names())
def test_the_picture_of_a_preset_carries_it(name: str) -> None:
    (file,) = (DOCS / "figures").glob(f"{name}.*")
    assert carrier.extract(file)
    bare = {"picture", "film"}
    assert load(file).model_dump(exclude=bare) == load(name).model_dump(exclude=bare)


def test_a_command_of_the_page_makes_its_picture_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (command,) = (c for c in COMMANDS if " saddle " in c)
    *words, target = shlex.split(command)[1:]
    assert cli.main([*words, str(tmp_path / "again.png")]) == 0
    assert carrier.extract(tmp_path / "again.png") == carrier.extract(DOCS.parent / target)
