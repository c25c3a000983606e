"""Training in the document of a network: the loop over the steps, what was done by hand, and the pictures."""

from __future__ import annotations

from gdsim.export.notebook_runs import Runs
from gdsim.export.notebook_text import Cell, code, text
from gdsim.i18n import tr
from gdsim.problems.network import NetworkProblem

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


def training_cells(runs: Runs, problem: NetworkProblem) -> list[Cell]:
    """Return the loop over the steps, and what it needs."""
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


def picture_cells(problem: NetworkProblem) -> list[Cell]:
    """Return loss and accuracy over the steps, and the weights as heat maps."""
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
    most = np.abs(weight[np.isfinite(weight)]).max(initial=1e-12)
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
