"""The scenario files that the README shows are scenario files."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from gdsim.simulation.autograd_scenario import AutogradScenario
from gdsim.simulation.build import race_of
from gdsim.simulation.files import validate

README = (Path(__file__).resolve().parents[1] / "README.md").read_text(encoding="utf-8")
SCENARIOS = re.findall(r"```toml\n(.*?)```", README, flags=re.DOTALL)


@pytest.mark.parametrize("text", SCENARIOS, ids=["surface", "race", "network", "autograd"])
def test_each_scenario_runs(text: str) -> None:
    scenario = validate(tomllib.loads(text))
    if isinstance(scenario, AutogradScenario):
        walk = scenario.walk()
        assert walk.calls == scenario.playback.calls
        assert len(walk.steps) >= scenario.playback.steps
        return
    race = race_of(scenario)
    for _ in range(6):
        assert race.step()


def test_there_is_one_of_each_lab() -> None:
    assert [tomllib.loads(text)["lab"] for text in SCENARIOS] == [
        "surface", "surface", "network", "autograd",
    ]  # fmt: skip
