"""A formula of two parameters as a problem."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from gdsim.formula import Formula
from gdsim.problems.base import NoMeter, Operands

if TYPE_CHECKING:
    from torch import Tensor

    from gdsim.optimizers import Params


@dataclass(frozen=True)
class SurfaceProblem:
    """A loss given by a formula, in double precision.

    Attributes
    ----------
    formula
        The loss.
    start
        Value of each variable at step 0, in axis order.
    """

    formula: Formula
    start: Mapping[str, float]
    measures: ClassVar[tuple[str, ...]] = ()
    steps_per_epoch: ClassVar[int] = 1

    def initial_parameters(self) -> Params:
        """Return the start, one tensor of shape ``()`` a variable."""
        import torch

        return {name: torch.tensor(value, dtype=torch.float64) for name, value in self.start.items()}

    def loss(self, params: Params, step: int) -> Tensor:
        """Return the formula's value, shape ``()``; the same at every step."""
        del step
        return self.formula.torch(params)

    def operands(self, params: Params) -> Operands:
        """Return the variables in the order of `start`."""
        return [params[name] for name in self.start]

    def evaluate(self, operands: Operands, step: int) -> tuple[Tensor, None]:
        """Return the loss; there is nothing else to measure."""
        return self.loss(dict(zip(self.start, operands, strict=True)), step), None

    def meter(self) -> NoMeter:
        """Return the meter that measures nothing."""
        return NoMeter()
