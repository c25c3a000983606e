"""A multilayer perceptron as a problem: its weights and biases are the parameters."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from gdsim.errors import InputError
from gdsim.i18n import tr
from gdsim.problems.data import DataSet

if TYPE_CHECKING:
    from torch import Generator, Tensor

    from gdsim.optimizers import Params

Activation = Literal["relu", "sigmoid", "tanh", "leaky_relu", "gelu", "identity"]
ACTIVATIONS: tuple[Activation, ...] = ("relu", "sigmoid", "tanh", "leaky_relu", "gelu", "identity")
Loss = Literal["cross_entropy", "mse"]
Initialisation = Literal["torch", "xavier", "kaiming", "zeros", "constant"]


@dataclass(frozen=True)
class Layer:
    """A linear map and its activation.

    Attributes
    ----------
    name
        ``linear1``, ``linear2``, .. and ``output``: the parameters are called ``linear1.weight``, ``linear1.bias``.
    inputs, units
        Sizes; the weight's shape is ``(units, inputs)``.
    activation
        One of `ACTIVATIONS`.
    bias
        Whether a bias is added.
    """

    name: str
    inputs: int
    units: int
    activation: Activation
    bias: bool


_SMALL = 10_000
"""Outputs of a step, in numbers, up to which it pays to count the right ones later."""


def chain(inputs: int, sizes: Sequence[tuple[int, Activation, bool]]) -> tuple[Layer, ...]:
    """Return layers one after the other from units, activation and bias of each; the last is called ``output``."""
    layers = []
    for number, (units, activation, bias) in enumerate(sizes, start=1):
        name = "output" if number == len(sizes) else f"linear{number}"
        layers.append(Layer(name, inputs, units, activation, bias))
        inputs = units
    return tuple(layers)


@dataclass(frozen=True, eq=False)
class LayerValues:
    """What a layer makes of one or more samples.

    Attributes
    ----------
    inputs
        What goes in, shape ``(samples, inputs)``.
    sums
        Weighted sums with the bias, shape ``(samples, units)``.
    outputs
        Their activation, shape ``(samples, units)``.
    """

    inputs: NDArray[Any]
    sums: NDArray[Any]
    outputs: NDArray[Any]


def walk(
    layers: Sequence[Layer], parameters: Mapping[str, NDArray[Any]], features: NDArray[np.float32]
) -> list[LayerValues]:
    """Return what every layer makes of ``features``, shape ``(samples, features)``."""
    import torch

    result = []
    with torch.no_grad():
        value = torch.from_numpy(features)
        for layer in layers:
            weight = torch.from_numpy(parameters[f"{layer.name}.weight"])
            bias = torch.from_numpy(parameters[f"{layer.name}.bias"]) if layer.bias else None
            sums = torch.nn.functional.linear(value, weight, bias)
            outputs = activation(layer.activation)(sums)
            result.append(LayerValues(value.numpy(), sums.numpy(), outputs.numpy()))
            value = outputs
    return result


def activation(name: Activation) -> Callable[[Tensor], Tensor]:
    """Return torch's function of this name."""
    import torch
    from torch.nn import functional

    functions: dict[str, Callable[[Tensor], Tensor]] = {
        "relu": torch.relu,
        "sigmoid": torch.sigmoid,
        "tanh": torch.tanh,
        "leaky_relu": functional.leaky_relu,
        "gelu": functional.gelu,
        "identity": lambda x: x,
    }
    return functions[name]


@dataclass(frozen=True, eq=False)
class NetworkProblem:
    """The mean loss of a network over a data set, or over one mini-batch a step, in single precision.

    Attributes
    ----------
    layers
        From the input to the output.
    data
        The samples that are learned.
    held_out
        Samples on which the network is judged only; None where there are none.
    loss_name
        ``cross_entropy`` of the outputs as logits, or ``mse`` against 0 and 1 for each class.
    batch_size
        Samples a step; None for all of them.
    seed
        Seed of the first weights and of the order of the mini-batches.
    init, constant
        How the weights begin; ``constant`` is the value of the initialisation of that name.
    measures
        Columns that `evaluate` adds to the loss.
    """

    layers: tuple[Layer, ...]
    data: DataSet
    held_out: DataSet | None = None
    loss_name: Loss = "cross_entropy"
    batch_size: int | None = None
    seed: int = 0
    init: Initialisation = "torch"
    constant: float = 0.0
    measures: tuple[str, ...] = field(init=False)

    def __post_init__(self) -> None:
        """Check the sizes.

        Raises
        ------
        InputError
            If the batch is larger than the data.
        """
        import torch
        from torch.nn import functional

        if self.batch_size is not None and not 1 <= self.batch_size <= len(self.data):
            raise InputError(
                tr(
                    "A batch of {size} is not possible: there are {count} samples to learn from.",
                    size=self.batch_size,
                    count=len(self.data),
                )
            )
        held_out = () if self.held_out is None else ("held_out_loss", "held_out_accuracy")
        fixed: dict[str, Any] = {
            "measures": ("accuracy", *held_out),
            "_walk": [
                (
                    f"{layer.name}.weight",
                    f"{layer.name}.bias" if layer.bias else "",
                    functional.linear,
                    None if layer.activation == "identity" else activation(layer.activation),
                )
                for layer in self.layers
            ],
            "_criterion": functional.cross_entropy if self.loss_name == "cross_entropy" else functional.mse_loss,
            "_whole": _Batch(torch.from_numpy(self.data.features), torch.from_numpy(self.data.labels), self._classes),
            "_judge": None
            if self.held_out is None
            else _Batch(
                torch.from_numpy(self.held_out.features), torch.from_numpy(self.held_out.labels), self._classes
            ),
            "_order": (-1, None),
        }
        for name, value in fixed.items():
            object.__setattr__(self, name, value)

    @property
    def _classes(self) -> int | None:
        """Number of outputs where the loss compares with 0 and 1 for each, else None."""
        return self.layers[-1].units if self.loss_name == "mse" else None

    @property
    def steps_per_epoch(self) -> int:
        """Updates in which every sample is used once; the last mini-batch may be smaller."""
        return 1 if self.batch_size is None else -(-len(self.data) // self.batch_size)

    def initial_parameters(self) -> Params:
        """Return weights and biases, float32, as a module of `torch.nn.Linear` layers has them after `manual_seed`."""
        import torch

        generator = torch.Generator().manual_seed(self.seed)
        result: Params = {}
        for layer in self.layers:
            weight = torch.empty(layer.units, layer.inputs)
            bias = torch.empty(layer.units) if layer.bias else None
            self._fill(layer, weight, bias, generator)
            result[f"{layer.name}.weight"] = weight
            if bias is not None:
                result[f"{layer.name}.bias"] = bias
        return result

    def loss(self, params: Params, step: int) -> Tensor:
        """Return the mean loss over the batch of ``step``, shape ``()``."""
        batch = self.batch(step)
        return self._loss(self._outputs(params, batch.features), batch)

    def evaluate(self, params: Params, step: int) -> tuple[Tensor, Callable[[], tuple[float, ...]]]:
        """Return the loss, and a function that works out the `measures`.

        The accuracy is the share of the batch's samples that are classified right. The held-out samples are judged
        at the first step of each epoch; between, their loss and accuracy are nan.
        """
        batch = self.batch(step)
        outputs = self._outputs(params, batch.features)
        judged: tuple[float, ...] = ()
        if self._judge is not None:
            judged = (math.nan, math.nan) if step % self.steps_per_epoch else self._judged(params, self._judge)
        guesses = outputs.detach().numpy()
        if guesses.size > _SMALL:
            right = batch.share_right(guesses)
            return self._loss(outputs, batch), lambda: (right, *judged)
        # Counted later, many steps at a time, on a copy: torch would have to find new memory in place of what is kept.
        kept = guesses.copy()
        return self._loss(outputs, batch), lambda: (batch.share_right(kept), *judged)

    def _judged(self, params: Params, held_out: _Batch) -> tuple[float, float]:
        """Return loss and accuracy of the samples held out."""
        import torch

        with torch.no_grad():
            outputs = self._outputs(params, held_out.features)
            return self._loss(outputs, held_out).item(), held_out.share_right(outputs.numpy())

    def batch(self, step: int) -> _Batch:
        """Return the samples of the update that follows ``step``: of each epoch's random order, the next ones."""
        if self.batch_size is None:
            return self._whole
        import torch

        epoch, number = divmod(step, self.steps_per_epoch)
        known, order = self._order
        if known != epoch:
            # Mixed, because neighbouring seeds of torch's generator give related numbers at first.
            mixed = int(np.random.SeedSequence([self.seed, epoch]).generate_state(1, np.uint64)[0] >> np.uint64(1))
            order = torch.randperm(len(self.data), generator=torch.Generator().manual_seed(mixed))
            object.__setattr__(self, "_order", (epoch, order))
        return self._whole.part(order[number * self.batch_size : (number + 1) * self.batch_size])

    def _outputs(self, params: Params, features: Tensor) -> Tensor:
        value = features
        for weight, bias, linear, function in self._walk:
            value = linear(value, params[weight], params[bias] if bias else None)
            if function is not None:
                value = function(value)
        return value

    def _loss(self, outputs: Tensor, batch: _Batch) -> Tensor:
        return self._criterion(outputs, batch.labels if batch.targets is None else batch.targets)

    def _fill(self, layer: Layer, weight: Tensor, bias: Tensor | None, generator: Generator) -> None:
        """Give one layer its first weights (torch's own: He et al. 2015 with a = sqrt(5); Glorot and Bengio 2010)."""
        from torch.nn import init

        if self.init == "torch":
            init.kaiming_uniform_(weight, a=5**0.5, generator=generator)
            if bias is not None:
                bound = 1 / layer.inputs**0.5
                init.uniform_(bias, -bound, bound, generator=generator)
            return
        if self.init == "xavier":
            init.xavier_uniform_(weight, generator=generator)
        elif self.init == "kaiming":
            init.kaiming_uniform_(weight, nonlinearity="relu", generator=generator)
        else:
            weight.fill_(self.constant if self.init == "constant" else 0.0)
        if bias is not None:
            bias.fill_(self.constant if self.init == "constant" else 0.0)

    # Looked up once: what is said at every step of a small network takes as long as torch's own work.
    _walk: list[tuple[str, str, Callable[..., Tensor], Callable[[Tensor], Tensor] | None]] = field(
        init=False, repr=False
    )
    _criterion: Callable[..., Tensor] = field(init=False, repr=False)
    _whole: _Batch = field(init=False, repr=False)
    _judge: _Batch | None = field(init=False, repr=False)
    _order: tuple[int, Any] = field(init=False, repr=False)


class _Batch:
    """Samples as tensors: features ``(n, d)``, labels ``(n,)`` and, for the squared error, targets ``(n, classes)``."""

    def __init__(self, features: Tensor, labels: Tensor, classes: int | None) -> None:
        from torch.nn.functional import one_hot

        self.features, self.labels = features, labels
        self.targets = one_hot(labels, classes).to(features.dtype) if classes else None
        self._labels = labels.numpy()

    def part(self, which: Tensor) -> _Batch:
        """Return the samples of these indices."""
        result = object.__new__(_Batch)
        result.features, result.labels = self.features[which], self.labels[which]
        result.targets = None if self.targets is None else self.targets[which]
        result._labels = result.labels.numpy()
        return result

    def share_right(self, outputs: NDArray[np.float32]) -> float:
        """Return the share of samples whose largest output is that of their class."""
        return int(np.count_nonzero(outputs.argmax(1) == self._labels)) / len(self._labels)
