"""What every problem offers to a simulation."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from torch import Tensor

    from gdsim.optimizers import Params


Operands = Sequence["Tensor"]
"""Parameters in the order and the shapes in which a problem's loss uses them."""


class Meter(Protocol):
    """Works out what a problem measures of a state beside its loss, for many states at a time."""

    def see(self, operands: Operands, step: int, note: Any) -> None:
        """Look at a state, of which `Problem.evaluate` gave this note; both may change afterwards."""
        ...

    def rows(self) -> list[tuple[float, ...]]:
        """Return the measures of all states seen since the last call, one row a state."""
        ...


class Problem(Protocol):
    """A loss and the parameters it starts from.

    Attributes
    ----------
    measures
        Names of what a `meter` tells of a state beside its loss, such as ``accuracy``.
    steps_per_epoch
        Updates in which every sample is used once; 1 where there are no samples.
    """

    @property
    def measures(self) -> tuple[str, ...]: ...

    @property
    def steps_per_epoch(self) -> int: ...

    def initial_parameters(self) -> Params:
        """Return new tensors, in the order in which they are shown."""
        ...

    def loss(self, params: Params, step: int) -> Tensor:
        """Return the loss, shape ``()``; ``step`` chooses the mini-batch where there is one."""
        ...

    def operands(self, params: Params) -> Operands:
        """Return views of parameters, or of their gradients, as `evaluate` takes them: in its order and shapes."""
        ...

    def evaluate(self, operands: Operands, step: int) -> tuple[Tensor, Any]:
        """Return the loss, as `loss` does, and a note of what a `meter` needs beside the parameters."""
        ...

    def meter(self) -> Meter:
        """Return a new meter of the `measures`."""
        ...


class NoMeter:
    """The meter of a problem that measures nothing but its loss."""

    def __init__(self) -> None:
        self._seen = 0

    def see(self, operands: Operands, step: int, note: Any) -> None:
        """Count the states."""
        self._seen += 1

    def rows(self) -> list[tuple[float, ...]]:
        """Return empty rows."""
        count, self._seen = self._seen, 0
        return [()] * count
