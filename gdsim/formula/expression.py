"""`Formula`: a frozen value that evaluates itself with numpy or torch and typesets itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gdsim.errors import InputError
from gdsim.formula import tree as trees
from gdsim.formula.backends import NUMPY, Compiled, compile_tree, torch_functions
from gdsim.i18n import tr

if TYPE_CHECKING:
    from torch import Tensor


@dataclass(frozen=True)
class Formula:
    """A formula that passed the parser, or was derived from one that did.

    Attributes
    ----------
    text
        The formula as it was typed.
    tree
        What it means.
    """

    text: str
    tree: trees.Node

    @cached_property
    def variables(self) -> tuple[str, ...]:
        """Names of the variables, sorted."""
        return trees.variables(self.tree)

    def evaluate(self, values: Mapping[str, ArrayLike]) -> NDArray[np.float64]:
        """Return the formula's value in double precision.

        Parameters
        ----------
        values
            One array or number for each variable; names that the formula lacks only broaden the result.

        Returns
        -------
        ndarray
            Of the shape that all ``values`` broadcast to; ``nan`` or ``inf`` where the formula is
            undefined or overflows. Never warns.
        """
        arrays = {name: np.asarray(value, dtype=np.float64) for name, value in values.items()}
        shape = np.broadcast_shapes(*(array.shape for array in arrays.values()))
        self._require(arrays)
        with np.errstate(all="ignore"):
            result = np.asarray(self._numpy(arrays), dtype=np.float64)
        return result if result.shape == shape else np.broadcast_to(result, shape).copy()

    def torch(self, values: Mapping[str, Tensor]) -> Tensor:
        """Return the formula's value as a tensor, differentiable, in the precision of ``values``."""
        self._require(values)
        result = self._torch(values)
        if isinstance(result, float):
            import torch

            like = next(iter(values.values()), torch.zeros((), dtype=torch.float64))
            return torch.full_like(like, result)
        return result  # type: ignore[no-any-return]

    def latex(self, values: Mapping[str, str] | None = None) -> str:
        r"""Return LaTeX for matplotlib's mathtext that keeps the structure as typed.

        Parameters
        ----------
        values
            LaTeX to put in for some of the variables, such as ``{"w1": "-8.0"}``; it gets brackets where
            the structure needs them.
        """
        from gdsim.formula.latex import to_latex

        return to_latex(self.tree, values or {})

    def _require(self, values: Mapping[str, Any]) -> None:
        for name in self.variables:
            if name not in values:
                raise InputError(tr("The formula needs a value for {name}.", name=name))

    @cached_property
    def _numpy(self) -> Compiled:
        return compile_tree(self.tree, NUMPY)

    @cached_property
    def _torch(self) -> Compiled:
        return compile_tree(self.tree, torch_functions())

    def __reduce__(self) -> tuple[type[Formula], tuple[str, trees.Node]]:
        # The compiled closures cannot be pickled, nor need they be.
        return Formula, (self.text, self.tree)
