"""The document of a network: its data, the model, the runs that train it and their pictures."""

from __future__ import annotations

from pathlib import Path

from gdsim.export.notebook_data import data_cells
from gdsim.export.notebook_runs import Runs
from gdsim.export.notebook_text import Cell, code, display, text
from gdsim.export.notebook_torch import torch_cell
from gdsim.export.notebook_training import picture_cells, training_cells
from gdsim.export.runs import finish_runs
from gdsim.export.table import csv_header
from gdsim.i18n import tr
from gdsim.optimizers import PREFIX
from gdsim.problems.network import Layer, NetworkProblem
from gdsim.simulation.build import data_of
from gdsim.simulation.network_scenario import NetworkScenario

_ACTIVATIONS = {
    "relu": "torch.relu({})",
    "sigmoid": "torch.sigmoid({})",
    "tanh": "torch.tanh({})",
    "leaky_relu": "functional.leaky_relu({})",
    "gelu": "functional.gelu({})",
    "identity": "{}",
}

_PIECES = """
def pieces(vector):
    parts = vector.split([parameter.numel() for parameter in model.parameters()])
    return [part.view_as(parameter) for part, parameter in zip(parts, model.parameters())]


def joined(parts):
    return parameters_to_vector(parts).detach()
"""


def network_cells(scenario: NetworkScenario, steps: int, target: Path) -> tuple[list[Cell], list[str]]:
    """Return the cells of the document, and notes; ``target`` is its file."""
    made = finish_runs(scenario, 0)
    problem = made[0].runner.simulation.problem
    assert isinstance(problem, NetworkProblem)
    runs = Runs(scenario.run, csv_header(made))
    spec = scenario.problem
    wrapped = [name for name in runs.rules if name.startswith(PREFIX)]
    shown = ["loss", "accuracy", "grad_norm", "learning_rate"]
    notes = []
    if spec.data.source == "csv":
        notes.append(tr("The document reads {file}: hand it on together with this file.", file=spec.data.file))
    cells = [
        _imports(spec.data.source == "csv", spec.batch_size is not None),
        *data_cells(spec.data, *data_of(spec.data), target),
        *_model_cells(scenario, problem),
        *_loss_cells(scenario, problem),
        *([torch_cell(wrapped, _PIECES, runs.has_changes)] if wrapped else []),
        *runs.rule_cells(),
        *runs.gradient_cells(),
        *runs.schedule_cells(),
        *runs.run_cells(steps),
        *training_cells(runs, problem),
        *picture_cells(problem),
        *runs.table_cells(shown, f"{target.stem}.csv"),
    ]
    return cells, notes


def _imports(reads: bool, shuffles: bool) -> Cell:
    own = ["import csv", "import math"]
    own += ["from decimal import Decimal"] if reads else []
    own += ["from functools import lru_cache"] if shuffles else []
    return code("\n".join(own) + _IMPORTS)


_IMPORTS = """

import matplotlib.pyplot as plt
import numpy as np
import torch
from torch import nn
from torch.nn import functional
from torch.nn.utils import parameters_to_vector, vector_to_parameters

torch.set_num_threads(1)  # more threads would add up in another order
"""


def _model_cells(scenario: NetworkScenario, problem: NetworkProblem) -> list[Cell]:
    layers = problem.layers
    sizes = "-".join(str(size) for size in (layers[0].inputs, *(layer.units for layer in layers)))
    about = tr(
        "A network of {sizes} units. Its parameters are called `linear1.weight` and so on; the first weights depend on "
        "the seed alone.",
        sizes=sizes,
    )
    vector = tr(
        "For the update rules all weights and biases stand in one long vector, since a rule does the same to every "
        "number."
    )
    made = "\n".join(f"        self.{each.name} = {_linear(each)}" for each in layers)
    walked = "\n".join(f"        x = {_ACTIVATIONS[each.activation].format(f'self.{each.name}(x)')}" for each in layers)
    return [
        text(f"## {tr('The model')}", about, vector),
        code(f"""
class Model(nn.Module):
    def __init__(self):
        super().__init__()
{made}

    def forward(self, x):
{walked}
        return x
"""),
        code(f"torch.manual_seed({scenario.problem.seed})\nmodel = Model()", *_first_weights(scenario),
             "first_weights = parameters_to_vector(model.parameters()).detach()\nfirst_weights.shape"),
    ]  # fmt: skip


def _linear(layer: Layer) -> str:
    return f"nn.Linear({layer.inputs}, {layer.units}{'' if layer.bias else ', bias=False'})"


def _first_weights(scenario: NetworkScenario) -> list[str]:
    """Return what makes weights that are not torch's own."""
    spec = scenario.problem
    if spec.init == "torch":
        return []
    calls = {
        "xavier": "nn.init.xavier_uniform_(layer.weight)",
        "kaiming": 'nn.init.kaiming_uniform_(layer.weight, nonlinearity="relu")',
        "zeros": "nn.init.zeros_(layer.weight)",
        "constant": f"nn.init.constant_(layer.weight, {spec.constant!r})",
    }
    bias = (
        f"nn.init.constant_(layer.bias, {spec.constant!r})" if spec.init == "constant" else "nn.init.zeros_(layer.bias)"
    )
    return [
        f"""
torch.manual_seed({spec.seed})
for layer in model.children():
    {calls[spec.init]}
    if layer.bias is not None:
        {bias}
"""
    ]


def _loss_cells(scenario: NetworkScenario, problem: NetworkProblem) -> list[Cell]:
    size, seed = scenario.problem.batch_size, scenario.problem.seed
    classes = problem.layers[-1].units
    if scenario.problem.loss == "mse":
        criterion = f"functional.mse_loss(outputs, functional.one_hot(labels, {classes}).to(outputs.dtype))"
        about = tr("The loss is the mean squared error against 1 for the right class and 0 for the others.")
        formula = r"L = \frac{1}{n c} \sum_{i=1}^{n} \sum_{k=1}^{c} \left(z_{ik} - [k = y_i]\right)^2"
    else:
        criterion = "functional.cross_entropy(outputs, labels)"
        about = tr("The loss is the cross-entropy of the outputs, taken as logits.")
        formula = r"L = -\frac{1}{n} \sum_{i=1}^{n} \ln \frac{\mathrm{e}^{z_{i y_i}}}{\sum_k \mathrm{e}^{z_{ik}}}"
    batches = "" if size is None else _BATCHES.format(size=size, steps=problem.steps_per_epoch, seed=seed)
    whole = "" if size else "def batch_of(step):\n    return features, labels"
    mini = tr("Each epoch has a random order of its own, from which mini-batches of {size} are taken.", size=size)
    return [
        text(f"## {tr('Loss and gradient')}", about, display(formula), "" if size is None else mini),
        code(f"def loss_of(outputs, labels):\n    return {criterion}"),
        code(batches or whole),
        code(_GRADIENT),
    ]


_BATCHES = """
BATCH, STEPS_PER_EPOCH = {size}, {steps}


@lru_cache(maxsize=1)
def shuffled(epoch):
    mixed = np.random.SeedSequence([{seed}, epoch]).generate_state(1, np.uint64)[0] >> np.uint64(1)
    order = torch.randperm(len(labels), generator=torch.Generator().manual_seed(int(mixed)))
    return features[order], labels[order]


def batch_of(step):
    epoch, number = divmod(step, STEPS_PER_EPOCH)
    x, y = shuffled(epoch)
    return x[number * BATCH : (number + 1) * BATCH], y[number * BATCH : (number + 1) * BATCH]
"""

_GRADIENT = """
def accuracy_of(outputs, labels):
    return int((outputs.argmax(1) == labels).sum()) / len(labels)


def loss_and_gradient(w, step):
    x, y = batch_of(step)
    vector_to_parameters(w, model.parameters())
    model.zero_grad()
    outputs = model(x)          # forward
    loss = loss_of(outputs, y)
    loss.backward()             # backward
    gradient = parameters_to_vector(parameter.grad for parameter in model.parameters())
    return loss.item(), gradient, accuracy_of(outputs, y)
"""
