"""What every problem offers to a simulation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from torch import Tensor

    from gdsim.optimizers import Params


class Problem(Protocol):
    """A loss and the parameters it starts from."""

    def initial_parameters(self) -> Params:
        """Return new tensors, in the order in which they are shown."""
        ...

    def loss(self, params: Params, step: int) -> Tensor:
        """Return the loss, shape ``()``; ``step`` chooses the mini-batch where there is one."""
        ...
