"""A multilayer perceptron as a problem: its weights and biases are the parameters."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from gdsim.errors import InputError
from gdsim.i18n import tr
from gdsim.problems.base import Operands
from gdsim.problems.data import DataSet
from gdsim.problems.samples import Accuracy, Batch, RightAnswers, share_right

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
        Columns that a `meter` adds to the loss.
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
        whole = Batch.of(self.data, self._classes)
        fixed: dict[str, Any] = {
            "measures": ("accuracy", *held_out),
            "_walk": [
                (layer.bias, None if layer.activation == "identity" else activation(layer.activation))
                for layer in self.layers
            ],
            "_products": (torch.addmm, torch.mm),
            "_criterion": functional.cross_entropy if self.loss_name == "cross_entropy" else functional.mse_loss,
            "_whole": whole,
            "_judge": None if self.held_out is None else Batch.of(self.held_out, self._classes),
            "_shuffled": (-1, whole),
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
        return self.evaluate(self.operands(params), step)[0]

    def operands(self, params: Params) -> Operands:
        """Return layer by layer the transposed weight, shape ``(inputs, units)``, and the bias if there is one."""
        # Transposed once and not at each step, which would be one operation more on the way there and back.
        result = []
        for layer in self.layers:
            result.append(params[f"{layer.name}.weight"].t())
            if layer.bias:
                result.append(params[f"{layer.name}.bias"])
        return result

    def evaluate(self, operands: Operands, step: int) -> tuple[Tensor, tuple[Tensor, Batch]]:
        """Return the loss, and the outputs, shape ``(samples, classes)``, with the batch that they are for."""
        batch = self.batch(step)
        outputs = self._outputs(operands, batch.features)
        return self._loss(outputs, batch), (outputs, batch)

    def meter(self) -> Accuracy:
        """Return a meter of the accuracy of the batch, and of loss and accuracy of the samples held out."""
        right = RightAnswers(self.batch_size or len(self.data))
        return Accuracy(right, self.steps_per_epoch, None if self._judge is None else self._judged)

    def _judged(self, operands: Operands) -> tuple[float, float]:
        """Return loss and accuracy of the samples held out."""
        import torch

        held_out = self._judge
        assert held_out is not None
        with torch.no_grad():
            outputs = self._outputs(operands, held_out.features)
            return self._loss(outputs, held_out).item(), share_right(outputs, held_out.labels)

    def batch(self, step: int) -> Batch:
        """Return the samples of the update that follows ``step``: of each epoch's random order, the next ones."""
        size = self.batch_size
        if size is None:
            return self._whole
        import torch

        epoch, number = divmod(step, self.steps_per_epoch)
        known, shuffled = self._shuffled
        if known != epoch:
            # Mixed, because neighbouring seeds of torch's generator give related numbers at first.
            mixed = int(np.random.SeedSequence([self.seed, epoch]).generate_state(1, np.uint64)[0] >> np.uint64(1))
            shuffled = self._whole[torch.randperm(len(self.data), generator=torch.Generator().manual_seed(mixed))]
            object.__setattr__(self, "_shuffled", (epoch, shuffled))
        return shuffled[number * size : (number + 1) * size]

    def _outputs(self, operands: Operands, features: Tensor) -> Tensor:
        addmm, mm = self._products
        value, following = features, iter(operands)
        for biased, function in self._walk:
            weight = next(following)
            value = addmm(next(following), value, weight) if biased else mm(value, weight)
            if function is not None:
                value = function(value)
        return value

    def _loss(self, outputs: Tensor, batch: Batch) -> Tensor:
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
    _walk: list[tuple[bool, Callable[[Tensor], Tensor] | None]] = field(init=False, repr=False)
    _products: tuple[Callable[..., Tensor], Callable[..., Tensor]] = field(init=False, repr=False)
    _criterion: Callable[..., Tensor] = field(init=False, repr=False)
    _whole: Batch = field(init=False, repr=False)
    _judge: Batch | None = field(init=False, repr=False)
    _shuffled: tuple[int, Batch] = field(init=False, repr=False)
