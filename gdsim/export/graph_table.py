"""A walk over a computational graph as tables: CSV of every step, NPZ and a summary of where it ends."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from typing import Any, TextIO

import numpy as np
from numpy.typing import NDArray

from gdsim.i18n import tr
from gdsim.simulation.walk import State, Walk

HEADER = ("step", "call", "kind", "name", "grad_fn", "value", "gradient", "grad")


def csv_rows(walk: Walk, position: int) -> Iterator[list[str]]:
    """Yield one row a step: which call it belongs to, what it does to which tensor, and the numbers after it.

    ``gradient`` is the derivative of the result by the tensor, ``grad`` what torch's ``.grad`` of a leaf holds;
    cells are empty where there is no such number.
    """
    for number, step in enumerate(walk.steps[:position], start=1):
        row = [str(number), walk.calls[step.call], step.kind]
        if step.node is None:
            yield [*row, "", "", "", "", ""]
            continue
        node = walk.graph.nodes[step.node]
        gradient = "" if step.kind == "forward" else repr(walk.numbers.gradients[step.node])
        grad = walk.state(number).grad[step.node] if step.kind == "accumulate" else None
        yield [
            *row,
            node.name,
            node.grad_fn,
            repr(walk.numbers.values[step.node]),
            gradient,
            "" if grad is None else repr(grad),
        ]


def write_csv(walk: Walk, position: int, stream: TextIO, every: int = 1) -> None:
    """Write the header and the rows of the first ``position`` steps, or of every ``every``-th of them."""
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(HEADER)
    writer.writerows(row for number, row in enumerate(csv_rows(walk, position), 1) if number % every == 0)


def arrays(walk: Walk, state: State) -> dict[str, NDArray[Any]]:
    """Return the values of all named tensors that are there, and the ``.grad`` of leaves: ``x``, ``x.grad``."""
    result: dict[str, NDArray[Any]] = {}
    for name, index in walk.graph.names.items():
        value, grad = state.values[index], state.grad.get(index)
        if walk.graph.nodes[index].named and value is not None:
            result[name] = np.asarray(value)
            if grad is not None:
                result[f"{name}.grad"] = np.asarray(grad)
    return result


def summary(walk: Walk, state: State) -> str:
    """Return where a walk stands, for people: one line for each named tensor that has a value."""
    nodes = walk.graph.nodes
    width = max(4, *(len(name) for name in walk.graph.names))
    lines = [tr("Step {step} of {last}", step=state.position, last=len(walk.steps))]
    for name, index in walk.graph.names.items():
        value, gradient = state.values[index], state.gradients[index]
        if not nodes[index].named or value is None:
            continue
        words = {"name": f"{name:{width}}", "value": f"{value:.9g}"}
        if gradient is None:
            lines.append(tr("  {name}  {value}", **words))
        else:
            lines.append(tr("  {name}  {value}   gradient {slope}", slope=f"{gradient:.9g}", **words))
    return "\n".join(lines)
