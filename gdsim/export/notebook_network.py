"""The document of a network: its data, the model, the runs that train it and their pictures."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from gdsim.export.notebook_data import data_cells
from gdsim.export.notebook_runs import Runs
from gdsim.export.notebook_text import Cell, code, display, text
from gdsim.export.notebook_torch import torch_cell
from gdsim.export.runs import finish_runs
from gdsim.export.table import csv_header
from gdsim.i18n import tr
from gdsim.optimizers import PREFIX
from gdsim.problems.network import Layer, NetworkProblem
from gdsim.simulation.build import data_of
from gdsim.simulation.events import Edit, Script
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
        _imports(spec.data.source == "csv"),
        *data_cells(spec.data, *data_of(spec.data), target),
        *_model_cells(scenario, problem),
        *_loss_cells(scenario, problem),
        *([torch_cell(wrapped, _PIECES, runs.has_changes)] if wrapped else []),
        *runs.rule_cells(),
        *runs.gradient_cells(),
        *runs.schedule_cells(),
        *runs.run_cells(steps),
        *_training_cells(runs, problem),
        *_picture_cells(problem),
        *runs.table_cells(shown, f"{target.stem}.csv"),
    ]
    return cells, notes


def script(deeds: Script) -> list[Any]:
    """Return what was done by hand, as a document holds it: verbs, and edits as name, index and value."""
    return [(deed.parameter, deed.index, deed.value) if isinstance(deed, Edit) else deed for deed in deeds]


def _imports(reads: bool) -> Cell:
    return code(
        f"""
import csv
import math
{"from decimal import Decimal" if reads else ""}
from functools import lru_cache

import matplotlib.pyplot as plt
import numpy as np
import torch
from torch import nn
from torch.nn import functional
from torch.nn.utils import parameters_to_vector, vector_to_parameters

torch.set_num_threads(1)  # sums are then made in the same order on every machine of a kind
""".replace("\n\nfrom functools", "\nfrom functools")
    )


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

_NORM = """
layer_sizes = [sum(parameter.numel() for parameter in layer.parameters()) for layer in model.children()]
layer_starts = np.cumsum([0, *layer_sizes[:-1]])


def norm_of(gradient):
    squares = np.square(gradient.numpy(), dtype=np.float64)
    norms = np.sqrt(np.add.reduceat(squares, layer_starts))  # of each layer
    return np.sqrt(np.sum(norms * norms))
"""

_JUDGED = """
def judged(w):
    vector_to_parameters(w, model.parameters())
    with torch.no_grad():
        outputs = model(held_out_features)
        return loss_of(outputs, held_out_labels).item(), accuracy_of(outputs, held_out_labels)
"""

_BY_HAND = """
def set_number(w, name, index, value):
    vector_to_parameters(w, model.parameters())  # the model's parameters are now parts of w
    dict(model.named_parameters())[name].data[index] = value


def edited(w, script):
    w = w.clone()
    for deed in script:
        if isinstance(deed, tuple):
            set_number(w, *deed)
    return w


def by_hand(script, w, held, step):
    w = w.clone()
    for deed in script:
        if deed == "zero_grad":
            held = None
        elif deed == "backward":
            gradient = loss_and_gradient(w, step)[1]
            held = gradient if held is None else held + gradient
        else:
            set_number(w, *deed)
    return w, held
"""


def _training_cells(runs: Runs, problem: NetworkProblem) -> list[Cell]:
    by_hand = any(spec.events for spec in runs.specs)
    about = [
        tr(
            "Each step evaluates loss and gradient, notes them as a row, and lets the rule move the weights. The norm "
            "of the gradient is that of the norms of its layers."
        )
    ]
    blocks = [_NORM]
    if problem.held_out is not None:
        blocks.append(_JUDGED)
        about.append(tr("The samples held out are judged where an epoch begins."))
    if by_hand:
        blocks.append(_BY_HAND)
        about.append(
            tr(
                "`events` tells what was done by hand before an update: numbers of a parameter that were edited, and "
                "the verbs that were called. Without `zero_grad` gradients add up; without `backward` the old one is "
                "used again."
            )
        )
    return [
        text(f"## {tr('Training')}", *about),
        code(*blocks),
        code(_training(runs, problem, by_hand)),
        code(_RESULTS),
    ]


def _training(runs: Runs, problem: NetworkProblem, by_hand: bool) -> str:
    lines = [
        "def train(run):",
        "    w = first_weights.clone()",
        '    state = {name: torch.zeros_like(w) for name in run["memory"]}',
        *(["    held = None  # what .grad holds"] if by_hand else []),
        "    rows = []",
        "    for step in range(STEPS + 1):",
        f"        {runs.hyper_line}",
    ]
    if by_hand:
        lines += [
            '        script = run["events"].get(step, ["zero_grad", "backward"])',
            "        unedited, w = w, edited(w, script)",
        ]
    lines += [
        "        loss, gradient, accuracy = loss_and_gradient(w, step)",
        '        row = {"loss": loss, "accuracy": accuracy, "grad_norm": norm_of(gradient), **hyper}',
    ]
    if problem.held_out is not None:
        condition = "" if problem.steps_per_epoch == 1 else "if step % STEPS_PER_EPOCH == 0:"
        judged = 'row["held_out_loss"], row["held_out_accuracy"] = judged(w)'
        lines += [f"        {condition}", f"            {judged}"] if condition else [f"        {judged}"]
    lines += [
        "        rows.append(row)",
        "        finite = math.isfinite(loss) and gradient.isfinite().all() and w.isfinite().all()",
        "        if step == STEPS or not finite:",
        "            break",
    ]
    if by_hand:
        lines += [
            "        w, held = by_hand(script, unedited, held, step)",
            "        if held is None:",
            f"            raise ValueError({tr('There is no gradient yet (grad is None): run backward first.')!r})",
            "        gradient = held",
        ]
    lines += [f"        {line}".rstrip() for line in runs.update_lines("loss_and_gradient(point, step)[:2]")]
    return "\n".join([*lines, "    return rows, w"])


_RESULTS = """
trained = [train(run) for run in runs]
results = [rows for rows, _ in trained]
for run, rows in zip(runs, results):
    last = rows[-1]
    print(run["label"], "step", len(rows) - 1, "loss", last["loss"], "accuracy", last["accuracy"])
"""


def _picture_cells(problem: NetworkProblem) -> list[Cell]:
    curves = """
figure, axes = plt.subplots(1, 2, figsize=(11, 4), layout="constrained")
for ax, name in zip(axes, ["loss", "accuracy"]):
    for run, rows in zip(runs, results):
        if run.get("hidden"):
            continue
        ax.plot([row[name] for row in rows], color=run["colour"], label=run["label"])
"""
    if problem.held_out is not None:
        curves += """        steps = [step for step, row in enumerate(rows) if f"held_out_{name}" in row]
        judgement = [rows[step][f"held_out_{name}"] for step in steps]
        ax.plot(steps, judgement, "--", color=run["colour"], label=f'{run["label"]}, held out')
"""
    curves += """    ax.set_xlabel("step")
    ax.set_ylabel(name)
figure.legend(*axes[0].get_legend_handles_labels(), loc="outside upper center", ncols=4)
plt.show()
"""
    return [
        text(f"## {tr('Pictures')}", tr("Loss and accuracy over the steps.")),
        code(curves),
        text(tr("The weights of the first run after its last step, layer by layer: a row for each unit.")),
        code("""
vector_to_parameters(trained[0][1], model.parameters())
figure, axes = plt.subplots(1, len(list(model.children())), figsize=(11, 4), squeeze=False, layout="constrained")
for ax, (name, layer) in zip(axes[0], model.named_children()):
    weight = layer.weight.detach().numpy()
    most = np.nanmax(np.abs(weight))
    image = ax.imshow(weight, cmap="coolwarm", vmin=-most, vmax=most, aspect="auto")
    figure.colorbar(image, ax=ax)
    ax.xaxis.get_major_locator().set_params(integer=True)
    ax.yaxis.get_major_locator().set_params(integer=True)
    ax.set_title(f"{name}.weight")
    ax.set_xlabel("input")
    ax.set_ylabel("unit")
plt.show()
"""),
    ]
