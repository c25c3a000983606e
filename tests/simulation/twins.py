"""The same networks, written plainly with torch.nn, and the verbs of the lecture's notebook on them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from torch import nn

from gdsim.optimizers import rule_named
from gdsim.problems.data import DataSet, generate
from gdsim.problems.network import Activation, Initialisation, Loss, NetworkProblem, chain
from gdsim.simulation.runner import Runner
from gdsim.simulation.snapshot import HeldGradient, Point, Snapshot, Values

torch.set_num_threads(1)  # small tensors: a pool of threads costs more than it gives

RULES = ("gd", "momentum", "momentum-pytorch")

MODULES = {
    "relu": nn.ReLU,
    "sigmoid": nn.Sigmoid,
    "tanh": nn.Tanh,
    "leaky_relu": nn.LeakyReLU,
    "gelu": nn.GELU,
    "identity": nn.Identity,
}


def data_set(samples: int = 12, features: int = 3, classes: int = 3, seed: int = 7) -> DataSet:
    """Return random samples; every class is there."""
    random = np.random.default_rng(seed)
    labels = np.arange(samples) % classes
    points = random.uniform(-2, 2, (samples, features)).astype(np.float32)
    return DataSet(points, labels, tuple(f"x{i}" for i in range(features)), tuple(map(str, range(classes))))


def problem_of(
    sizes: Sequence[int] = (3, 4, 3, 3),
    activations: Sequence[Activation] = ("tanh", "sigmoid", "identity"),
    bias: Sequence[bool] = (True, False, True),
    samples: int = 12,
    loss: Loss = "cross_entropy",
    batch_size: int | None = None,
    seed: int = 5,
    init: Initialisation = "torch",
    constant: float = 0.1,
    held_out: DataSet | None = None,
) -> NetworkProblem:
    """Return a small network on random samples."""
    layers = chain(sizes[0], list(zip(sizes[1:], activations, bias, strict=True)))
    data = data_set(samples, sizes[0], sizes[-1])
    return NetworkProblem(layers, data, held_out, loss, batch_size, seed, init, constant)


def lecture(batch_size: int | None = None, loss: Loss = "cross_entropy") -> NetworkProblem:
    """Return the lecture's network on the lecture's data."""
    layers = chain(20, [(13, "relu", False), (8, "sigmoid", False), (3, "identity", True)])
    return NetworkProblem(layers, generate("lecture", 500, 0.0, 420), None, loss, batch_size, 420)


def runner_of(problem: NetworkProblem, rule: str = "momentum", **hyper: float) -> Runner:
    """Return a runner with learning rate 0.1 and gamma 0.9 unless it is said otherwise."""
    known = {"learning_rate": 0.1} | ({} if rule == "gd" else {"gamma": 0.9})
    return Runner(problem, rule_named(rule), known | hyper)


def steps(runner: Runner, count: int) -> Runner:
    """Make ``count`` steps, or fewer where the run diverges."""
    for _ in range(count):
        runner.step()
    return runner


class Lecture(nn.Module):
    """The notebook's network, as the notebook writes it."""

    def __init__(self) -> None:
        super().__init__()
        self.linear1 = nn.Linear(20, 13, bias=False)
        self.linear2 = nn.Linear(13, 8, bias=False)
        self.output = nn.Linear(8, 3)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = torch.relu(self.linear1(x))
        x = torch.sigmoid(self.linear2(x))
        return self.output(x)


def module_of(problem: NetworkProblem) -> nn.Sequential:
    """Return a network of torch's modules, made after `manual_seed`, with the names of ``problem``'s parameters."""
    with torch.random.fork_rng():
        torch.manual_seed(problem.seed)
        model = nn.Sequential()
        for layer in problem.layers:
            model.add_module(layer.name, nn.Linear(layer.inputs, layer.units, bias=layer.bias))
            model.add_module(f"after_{layer.name}", MODULES[layer.activation]())
    return model


def loss_of(problem: NetworkProblem, model: nn.Module, step: int) -> torch.Tensor:
    """Return the loss of torch's modules on the batch of a step."""
    batch = problem.batch(step)
    outputs = model(batch.features)
    if problem.loss_name == "mse":
        return nn.MSELoss()(outputs, torch.eye(outputs.shape[1])[batch.labels])
    return nn.CrossEntropyLoss()(outputs, batch.labels)


def take_over(model: nn.Module, problem: NetworkProblem) -> nn.Module:
    """Give a module the first weights of ``problem``."""
    model.load_state_dict(problem.initial_parameters())
    return model


def values(model: nn.Module) -> dict[str, np.ndarray]:
    """Return copies of a module's parameters under their names."""
    return {name: p.detach().numpy().copy() for name, p in model.named_parameters()}


def bits(arrays: Values) -> dict[str, bytes]:
    """Return arrays, comparable bit for bit, nan included."""
    return {name: array.tobytes() for name, array in arrays.items()}


def facts(point: Point | None) -> list[object]:
    """Return all of a state, comparable bit for bit."""
    if point is None:
        return []
    state = {key: bits(part) for key, part in point.state.items()}
    return [point.step, bits(point.parameters), repr(point.loss), bits(point.gradient), state, point.hyper]


def everything(shot: Snapshot) -> dict[str, object]:
    """Return all that a snapshot tells of the present, the past and what is recorded, comparable bit for bit."""

    def held(grad: HeldGradient | None) -> object:
        return None if grad is None else (bits(grad.values), grad.count, grad.step)

    return {
        "now": facts(shot.now),
        "before": facts(shot.before),
        "terms": [(t.name, t.role, bits(t.value)) for t in shot.terms],
        "move": bits(shot.move),
        "grad": held(shot.grad),
        "phase": shot.phase,
        "graph": (shot.graph, shot.stale_graph),
        "last": shot.last_step,
        "table": (shot.table.shape, np.ascontiguousarray(shot.table).tobytes()),
        "changes": shot.changes,
        "events": shot.events,
        "diverged": shot.diverged_at,
        "spread": spread(shot),
    }


def spread(shot: Snapshot) -> dict[str, dict[str, list[object]]]:
    """Return the distributions of a snapshot, comparable."""
    return {
        kind: {name: [(d.step, d.low, d.high, d.counts.tolist()) for d in kept] for name, kept in named.items()}
        for kind, named in shot.distributions.items()
    }
