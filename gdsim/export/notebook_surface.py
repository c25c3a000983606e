"""The document of a surface: its formula, the gradient by torch, the runs on it and their pictures."""

from __future__ import annotations

import numpy as np

from gdsim.export.notebook_runs import Runs
from gdsim.export.notebook_text import Cell, code, display, literal, python_names, text
from gdsim.export.notebook_torch import torch_cell
from gdsim.export.runs import finish_runs
from gdsim.export.table import csv_header
from gdsim.formula import parse
from gdsim.formula.latex import symbol
from gdsim.formula.tree import Variable, substituted
from gdsim.i18n import tr
from gdsim.optimizers import PREFIX
from gdsim.simulation.surface_scenario import SurfaceScenario
from gdsim.simulation.torch_code import python_text

POINTS = 150
"""Points of the drawn surface along each axis."""

_PIECES = """
def pieces(vector):
    return vector.unbind()


def joined(parts):
    return torch.stack([part.detach() for part in parts])
"""


def surface_cells(scenario: SurfaceScenario, steps: int, target: str) -> list[Cell]:
    """Return the cells of the document; ``target`` is the file that the table is written to."""
    names = list(scenario.problem.domain)
    made = finish_runs(scenario, 0)
    runs = Runs(scenario.run, csv_header(made), [[run.start[name] for name in names] for run in scenario.run])
    wrapped = [name for name in runs.rules if name.startswith(PREFIX)]
    return [
        code("import csv\nimport math\n\nimport matplotlib.pyplot as plt\nimport numpy as np\nimport torch"),
        *_loss_cells(scenario, names),
        *([torch_cell(wrapped, _PIECES, runs.has_changes)] if wrapped else []),
        *runs.rule_cells(),
        *runs.gradient_cells(),
        *runs.schedule_cells(),
        *runs.run_cells(steps),
        *_descent_cells(runs),
        *_picture_cells(scenario, names),
        *runs.table_cells(["loss", *names], target),
    ]


def _loss_cells(scenario: SurfaceScenario, names: list[str]) -> list[Cell]:
    formula = parse(scenario.problem.formula)
    written = python_names(names)
    tree = substituted(formula.tree, {name: Variable(written[name]) for name in names})
    left = f"L({', '.join(map(symbol, names))})"
    gradient = tr(
        "torch finds the gradient. `w` holds both parameters; `backward` adds the gradient of the loss to `w.grad`, "
        "which is set to zero before."
    )
    return [
        text(f"## {tr('The loss')}", display(f"{left} = {formula.latex()}")),
        code(
            f"NAMES = {literal(names)}",
            f"def loss_function({', '.join(written.values())}):\n    return {python_text(tree)}",
        ),
        text(f"## {tr('The gradient')}", gradient),
        code("""
            def loss_and_gradient(w):
                w = w.clone().requires_grad_()
                w.grad = torch.zeros_like(w)  # zero_grad
                loss = loss_function(*w)      # forward
                loss.backward()               # backward
                return loss.item(), w.grad
        """),
    ]


def _descent_cells(runs: Runs) -> list[Cell]:
    about = tr(
        "Each step evaluates loss and gradient, notes them as a row, and lets the rule move the parameters. A run that "
        "comes to a number which is not finite has diverged, and stops there."
    )
    update = "\n".join(f"        {line}".rstrip() for line in runs.update_lines("loss_and_gradient(point)"))
    return [
        text(f"## {tr('Descending')}", about),
        code(f"""
def record(w, loss, gradient, state, hyper):
    row = {{"loss": loss, "grad_norm": math.hypot(*gradient.tolist())}}
    row.update(zip(NAMES, w.tolist()))
    row.update((f"grad_{{name}}", slope) for name, slope in zip(NAMES, gradient.tolist()))
    if "velocity" in state:
        row.update((f"velocity_{{name}}", v) for name, v in zip(NAMES, state["velocity"].tolist()))
    row.update(hyper)
    return row


def descend(run):
    w = torch.tensor(run["start"], dtype=torch.float64)
    state = {{name: torch.zeros_like(w) for name in run["memory"]}}
    rows = []
    for step in range(STEPS + 1):
        {runs.hyper_line}
        loss, gradient = loss_and_gradient(w)
        rows.append(record(w, loss, gradient, state, hyper))
        if step == STEPS or not all(map(math.isfinite, rows[-1].values())):
            break
{update}
    return rows
"""),
        code("""
            results = [descend(run) for run in runs]
            for run, rows in zip(runs, results):
                last = rows[-1]
                print(run["label"], "step", len(rows) - 1, "loss", last["loss"], *(last[name] for name in NAMES))
        """),
    ]


def _picture_cells(scenario: SurfaceScenario, names: list[str]) -> list[Cell]:
    """Return the surface, the contour map and the losses; without what has no finite height to draw."""
    loss = code(*_LOSS_CURVES)
    (x_low, x_high), (y_low, y_high) = (scenario.problem.domain[name] for name in names)
    x, y = np.meshgrid(np.linspace(x_low, x_high, POINTS), np.linspace(y_low, y_high, POINTS), indexing="ij")
    heights = parse(scenario.problem.formula).evaluate(dict(zip(names, (x, y), strict=True)))
    finite = heights[np.isfinite(heights)]
    if not finite.size or finite.min() == finite.max():
        return [text(f"## {tr('Pictures')}"), loss]
    view = scenario.view
    labels = (repr(f"${symbol(name)}$") for name in names)
    axes = "\n".join(f"ax.set_{axis}label({source})" for axis, source in zip("xy", labels, strict=True))
    about = tr("The surface with the paths on it, as seen from {elev}° above and {azim}° around.",
               elev=f"{view.elev:g}", azim=f"{view.azim:g}")  # fmt: skip
    return [
        text(f"## {tr('Pictures')}", about),
        code(_mesh(scenario, names), _heights(view.log_height), _PATHS),
        code(_surface(scenario, axes)),
        text(tr("The same from above: contour lines of equal loss.")),
        code(_CONTOURS.format(colormap=view.colormap, axes=axes)),
        text(tr("The loss over the steps.")),
        loss,
    ]


def _mesh(scenario: SurfaceScenario, names: list[str]) -> str:
    (x_low, x_high), (y_low, y_high) = (scenario.problem.domain[name] for name in names)
    return f"""
x_range, y_range = ({x_low!r}, {x_high!r}), ({y_low!r}, {y_high!r})
x, y = np.meshgrid(np.linspace(*x_range, {POINTS}), np.linspace(*y_range, {POINTS}))
z = loss_function(torch.from_numpy(x), torch.from_numpy(y)).numpy()
z = np.where(np.isfinite(z), z, np.nan)
"""


def _heights(logarithmic: bool) -> str:
    if not logarithmic:
        return 'HEIGHT = "loss"\n\n\ndef height(loss):\n    return loss'
    return """
HEIGHT = "log10 of the loss"
lowest = min(0.0, np.nanmin(z))
floor = max(np.min(z[z > lowest]) - lowest, 1e-8 * (np.nanmax(z) - lowest))


def height(loss):
    return np.log10(np.maximum(loss - lowest, floor))
"""


_PATHS = """
def path(rows):
    px, py, loss = (np.array([row[name] for row in rows]) for name in [*NAMES, "loss"])
    inside = (px >= x_range[0]) & (px <= x_range[1]) & (py >= y_range[0]) & (py <= y_range[1])
    px, py, loss = (np.where(inside & np.isfinite(loss), values, np.nan) for values in (px, py, loss))
    return px, py, height(loss)


drawn = [(run, rows) for run, rows in zip(runs, results) if not run.get("hidden")]
"""


def _surface(scenario: SurfaceScenario, axes: str) -> str:
    view = scenario.view
    look = f'cmap="{view.colormap}", alpha={view.opacity!r}'
    if view.wireframe:
        surface = 'ax.plot_wireframe(x, y, height(z), rcount=40, ccount=40, color="grey", linewidth=0.6, zorder=1)'
    else:
        surface = f"ax.plot_surface(x, y, height(z), {look}, rcount=75, ccount=75, zorder=1)"
    floor = ""
    if view.floor_contours:
        levels = 'height(z), 14, zdir="z", offset=np.nanmin(height(z))'
        floor = f'ax.contour(x, y, {levels}, cmap="{view.colormap}", zorder=0)\n'
    return f"""
figure = plt.figure(figsize=(8, 7), layout="constrained")
ax = figure.add_subplot(projection="3d", computed_zorder=False)
{surface}
{floor}for run, rows in drawn:
    px, py, pz = path(rows)
    ax.plot(px, py, pz, "o-", color=run["colour"], markersize=3, label=run["label"], zorder=5)
{axes}
ax.set_zlabel(HEIGHT)
ax.view_init(elev={view.elev!r}, azim={view.azim!r})
ax.set_box_aspect(None, zoom={view.zoom!r})
figure.legend(loc="outside upper center", ncols=4)
plt.show()
"""


_CONTOURS = """
figure, ax = plt.subplots(figsize=(7, 6), layout="constrained")
filled = ax.contourf(x, y, height(z), 30, cmap="{colormap}", alpha=0.8)
figure.colorbar(filled, label=HEIGHT)
for run, rows in drawn:
    px, py, _ = path(rows)
    ax.plot(px, py, "o-", color=run["colour"], markersize=3, label=run["label"])
{axes}
figure.legend(loc="outside upper center", ncols=4)
plt.show()
"""

_LOSS_CURVES = (
    """
figure, ax = plt.subplots(figsize=(8, 4), layout="constrained")
for run, rows in zip(runs, results):
    if not run.get("hidden"):
        ax.plot([row["loss"] for row in rows], color=run["colour"], label=run["label"])
if all(row["loss"] > 0 for rows in results for row in rows):
    ax.set_yscale("log")
ax.set_xlabel("step")
ax.set_ylabel("loss")
figure.legend(loc="outside upper center", ncols=4)
plt.show()
""",
)
