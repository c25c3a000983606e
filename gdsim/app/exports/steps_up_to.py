"""How many steps of a run an export takes in."""

from __future__ import annotations

from typing import Any

from gdsim.app.widgets.whole_number import WholeNumber
from gdsim.i18n import tr
from gdsim.simulation.spec_model import MOST_STEPS


def last_step(lab: Any) -> int:
    """Return the last step that the lab's run can have."""
    return int(lab.walker.last) if lab.name == "autograd" else MOST_STEPS


def steps_up_to(lab: Any) -> WholeNumber:
    """Return a field for a number of steps: those on screen, or all that the scenario asks for before the first."""
    field = WholeNumber(0, last_step(lab), suffixes=(tr(" step"), tr(" steps")), tracking=True)
    field.set_silently(lab.shown_step or min(lab.scenario.playback.steps, last_step(lab)))
    return field
