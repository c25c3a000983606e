"""What the table of a race shows, as values."""

from __future__ import annotations

from dataclasses import dataclass

from gdsim.simulation.standing import Where


@dataclass(frozen=True)
class RunRow:
    """One run of a race as its table shows it.

    Attributes
    ----------
    name
        Its name, as it can be edited; empty where it has none of its own.
    label
        Its name, or its optimizer's where it has none.
    optimizer
        Name of its update rule in the interface, with its hyper-parameters in short.
    colour
        ``#rrggbb``.
    hidden
        Whether its path and curves are left out of the views.
    loss
        Loss of its present state.
    distance
        Distance of its present state to the nearest minimum; None where no minimum is known.
    gradient_norm
        Norm of the gradient there.
    reached
        The first step at which its loss was within the tolerance; None where it was not yet.
    state
        Where it stands.
    stopped_at
        The step at which it diverged, if it has.
    """

    name: str
    label: str
    optimizer: str
    colour: str
    hidden: bool
    loss: float
    distance: float | None
    gradient_norm: float
    reached: int | None
    state: Where
    stopped_at: int | None = None
