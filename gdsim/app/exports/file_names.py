"""What files are called before one says so."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gdsim.simulation.scenario import Scenario

LONGEST_NAME = 40


def suggested_name(scenario: Scenario) -> str:
    """Return the name, without an ending, that suggests itself for a file of ``scenario``."""
    name = re.sub(r"\W+", "-", scenario.title or scenario.lab).strip("-").lower()[:LONGEST_NAME]
    return name or "gdsim"
