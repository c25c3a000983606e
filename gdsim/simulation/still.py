"""Flat tensors of a run as frozen arrays for the interface; made only when somebody looks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

from gdsim.optimizers import State, Term
from gdsim.simulation.layout import ALL, Layout
from gdsim.simulation.simulation import Simulation
from gdsim.simulation.snapshot import HeldGradient, Point, TermValue, Values

if TYPE_CHECKING:
    from torch import Tensor


class Still(NamedTuple):
    """One state as the simulation holds it: flat tensors that are not written into any more."""

    step: int
    parameters: Tensor
    loss: float
    gradient: Tensor | None
    state: State
    hyper: Mapping[str, float]


def point(layout: Layout, still: Still, gradient: Tensor | None) -> Point:
    """Return a state for the interface, with ``gradient`` as the loss's there (none: nothing is known of it)."""
    return Point(
        step=still.step,
        parameters=layout.arrays(still.parameters),
        loss=still.loss,
        gradient={} if gradient is None else layout.arrays(gradient),
        state=_state(layout, still.state),
        hyper=dict(still.hyper),
    )


def term_values(layout: Layout, terms: tuple[Term, ...]) -> tuple[TermValue, ...]:
    """Return the terms of an update for the interface."""
    return tuple(TermValue(t.name, t.role, layout.arrays(t.value[ALL])) for t in terms)


def held_gradient(simulation: Simulation) -> HeldGradient | None:
    """Return what ``.grad`` holds, for the interface."""
    flat = simulation.flat_gradient
    if flat is None:
        return None
    return HeldGradient(simulation.layout.arrays(flat), simulation.backward_count, simulation.gradient_step)


def _state(layout: Layout, state: State) -> dict[str, Values]:
    return {
        key: {name: t.numpy().copy() for name, t in part.items()} for key, part in layout.split_state(state).items()
    }
