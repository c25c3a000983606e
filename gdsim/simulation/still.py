"""Flat tensors of a run as frozen arrays for the interface; made only when somebody looks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

from gdsim.optimizers import State, Update
from gdsim.simulation.layout import ALL, Layout
from gdsim.simulation.simulation import Simulation
from gdsim.simulation.snapshot import HeldGradient, Point, TermValue, UpdateValue, UsedGradient, Values

if TYPE_CHECKING:
    from torch import Tensor


class Still(NamedTuple):
    """One state as the simulation holds it: flat tensors."""

    step: int
    parameters: Tensor
    loss: float
    gradient: Tensor | None
    state: State
    hyper: Mapping[str, float]


class Copies:
    """Copies of flat tensors as named arrays: one copy of a tensor, however often it is asked for."""

    def __init__(self, layout: Layout) -> None:
        self._layout = layout
        self._made: dict[int, tuple[Tensor, Values]] = {}  # with the tensor, so that its id stays its own

    def of(self, flat: Tensor | None) -> Values:
        """Return the parts of a flat tensor; nothing where there is none."""
        if flat is None:
            return {}
        made = self._made.get(id(flat))
        if made is None:
            made = self._made[id(flat)] = flat, self._layout.arrays(flat)
        return made[1]

    def point(self, still: Still, gradient: Tensor | None) -> Point:
        """Return a state, with ``gradient`` as the loss's there (none: nothing is known of it)."""
        return Point(
            step=still.step,
            parameters=self.of(still.parameters),
            loss=still.loss,
            gradient=self.of(gradient),
            state=self._state(still.state),
            hyper=dict(still.hyper),
        )

    def update(self, update: Update) -> UpdateValue:
        """Return an update, and what its rule was given if that was not the gradient itself."""
        terms = tuple(TermValue(term.name, term.role, self.of(term.value[ALL])) for term in update.terms)
        given, used = None, update.used
        if used is not None:
            noise = {} if used.noise is None else self.of(used.noise[ALL])
            norm = None if used.norm is None else float(used.norm)
            given = UsedGradient(self.of(used.gradient[ALL]), noise, norm)
        return UpdateValue(terms, self._state(update.state), given)

    def held_gradient(self, simulation: Simulation) -> HeldGradient | None:
        """Return what ``.grad`` holds."""
        flat = simulation.flat_gradient
        if flat is None:
            return None
        return HeldGradient(self.of(flat), simulation.backward_count, simulation.gradient_step)

    def _state(self, state: State) -> dict[str, Values]:
        size = self._layout.size
        # What has another shape than the parameters is the same for all of them.
        return {
            key: self.of(part[ALL])
            if part[ALL].numel() == size
            else dict.fromkeys(self._layout.shapes, part[ALL].numpy().copy())
            for key, part in state.items()
        }
