"""What a network's diagram says about a line or a unit: their exact numbers."""

from __future__ import annotations

from collections.abc import Sequence

from gdsim.export.network_geometry import Floats
from gdsim.i18n import tr
from gdsim.problems.network import NetworkProblem
from gdsim.simulation.snapshot import Snapshot


def line_words(snapshot: Snapshot, problem: NetworkProblem, layer: int, unit: int, source: int) -> str:
    """Return weight and gradient of the line from ``source`` to ``unit``, shortest digits that give them exactly."""
    name = f"{problem.layers[layer].name}.weight"
    value = str(snapshot.now.parameters[name][unit, source])
    label = f"{name}[{unit}, {source}]"
    if snapshot.grad is None or name not in snapshot.grad.values:
        return tr("{label} = {value}, no gradient yet", label=label, value=value)
    gradient = str(snapshot.grad.values[name][unit, source])
    return tr("{label} = {value}, gradient {gradient}", label=label, value=value, gradient=gradient)


def unit_words(
    snapshot: Snapshot,
    problem: NetworkProblem,
    layer: int,
    unit: int,
    flow: Sequence[Floats] | None,
    sums: Sequence[Floats],
) -> str:
    """Return the name of a unit (layer -1: an input), its bias and what it makes of the sample."""
    if layer < 0:
        name = problem.data.feature_names[unit]
        if flow is None:
            return tr("input {unit}: {name}", unit=unit, name=name)
        return tr("input {unit}: {name} = {value}", unit=unit, name=name, value=_text(flow[0][unit]))
    parts = [tr("{layer}, unit {unit}", layer=problem.layers[layer].name, unit=unit)]
    if layer == len(problem.layers) - 1 and unit < len(problem.data.class_names):
        parts.append(tr("class {name}", name=problem.data.class_names[unit]))
    if problem.layers[layer].bias:
        bias = snapshot.now.parameters[f"{problem.layers[layer].name}.bias"][unit]
        parts.append(tr("bias {value}", value=str(bias)))
    else:
        parts.append(tr("no bias"))
    if flow is not None:
        parts.append(tr("sum {value}", value=_text(sums[layer][unit])))
        parts.append(tr("output {value}", value=_text(flow[layer + 1][unit])))
    return ", ".join(parts)


def gradient_note(snapshot: Snapshot | None) -> str:
    """Return what is special about the gradient that ``.grad`` holds; nothing if it is that of the present state."""
    if snapshot is None or snapshot.grad is None:
        return tr("No gradient yet: grad is None until backward.")
    grad = snapshot.grad
    if grad.count > 1:
        return tr("The sum of {count} calls of backward.", count=grad.count)
    if grad.step < snapshot.now.step:
        return tr("Old: from step {step}.", step=grad.step)
    return ""


def _text(value: float) -> str:
    return f"{value:.7g}"
