"""Scenario files: the TOML format of the scenario contract, one model for each lab.

A scenario is a frozen value. It holds everything that a person sets, so undo, saving and the command
line all deal in whole scenarios.
"""

from __future__ import annotations

from gdsim.simulation.autograd_scenario import AutogradScenario
from gdsim.simulation.network_scenario import NetworkScenario
from gdsim.simulation.surface_scenario import SurfaceScenario

RunScenario = SurfaceScenario | NetworkScenario
"""Scenarios in which parameters are updated."""

Scenario = RunScenario | AutogradScenario
