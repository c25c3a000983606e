"""What every problem offers to a simulation."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from torch import Tensor

    from gdsim.optimizers import Params


class Problem(Protocol):
    """A loss and the parameters it starts from.

    Attributes
    ----------
    measures
        Names of what `evaluate` tells of a state beside its loss, such as ``accuracy``.
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

    def evaluate(self, params: Params, step: int) -> tuple[Tensor, Callable[[], tuple[float, ...]]]:
        """Return the loss, as `loss` does, and a function that works out the `measures` of this state when called."""
        ...


def no_measures() -> tuple[float, ...]:
    """Return the measures of a problem that has none."""
    return ()
