"""All parameters in one flat tensor: what is done to each number alike is then one call of torch, not one a layer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from torch import Tensor

    from gdsim.optimizers import Params, State

ALL = "all"
"""Name under which update rules are given the flat tensor."""


class Layout:
    """Where each parameter lies in the flat tensor.

    Attributes
    ----------
    shapes
        Shape of each parameter under its name, in order.
    starts
        Index of each parameter's first number, shape ``(parameters,)``.
    size
        Numbers of all parameters together.
    layers
        Names of the layers: what stands before the last dot of the parameters' names.
    layer_starts
        Index of each layer's first number, shape ``(layers,)``.
    """

    def __init__(self, params: Params) -> None:
        self.shapes = {name: tuple(p.shape) for name, p in params.items()}
        sizes = [p.numel() for p in params.values()]
        ends = np.cumsum(sizes, dtype=np.intp)
        self.starts: NDArray[np.intp] = ends - np.array(sizes, np.intp)
        self._parts = dict(zip(params, zip(self.starts.tolist(), ends.tolist(), strict=True), strict=True))
        firsts: dict[str, int] = {}
        for name, (start, _) in self._parts.items():
            firsts.setdefault(name.rpartition(".")[0] or name, start)
        self.layers = tuple(firsts)
        self.size = int(ends[-1])
        self.layer_starts: NDArray[np.intp] = np.array(list(firsts.values()), np.intp)

    def join(self, params: Params) -> Tensor:
        """Return a new flat tensor with the numbers of ``params``."""
        import torch

        return torch.cat([params[name].detach().reshape(-1) for name in self.shapes])

    def split(self, flat: Tensor) -> Params:
        """Return the parts of a flat tensor as views, each of its parameter's shape."""
        return {name: flat[a:b].view(self.shapes[name]) for name, (a, b) in self._parts.items()}

    def arrays(self, flat: Tensor) -> dict[str, NDArray[Any]]:
        """Return copies of the parts of a flat tensor, safe to hand to another thread."""
        whole = flat.numpy().copy()
        return {name: whole[a:b].reshape(self.shapes[name]) for name, (a, b) in self._parts.items()}

    def split_state(self, state: State) -> State:
        """Return the parts of a rule's state; what has another shape than the parameters is the same for all."""
        return {
            key: self.split(part[ALL]) if part[ALL].numel() == self.size else dict.fromkeys(self.shapes, part[ALL])
            for key, part in state.items()
        }

    def norms(self, flats: NDArray[Any]) -> NDArray[np.float64]:
        """Return the Euclidean norm of each layer in each of some flat arrays, shape ``(arrays, layers)``."""
        return np.sqrt(np.add.reduceat(np.square(flats, dtype=np.float64), self.layer_starts, axis=1))

    def place(self, name: str, index: tuple[int, ...]) -> int:
        """Return the flat index of one number.

        Raises
        ------
        IndexError
            If there is no such parameter or no such place in it.
        """
        shape = self.shapes.get(name)
        if shape is None or len(index) != len(shape) or not all(0 <= i < n for i, n in zip(index, shape, strict=True)):
            raise IndexError(name)
        return int(self._parts[name][0]) + (int(np.ravel_multi_index(index, shape)) if shape else 0)
