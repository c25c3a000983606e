"""What the tables of one parameter show of a snapshot; knows no Qt."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from numpy.typing import NDArray

from gdsim.i18n import tr
from gdsim.optimizers import state_roles
from gdsim.simulation.snapshot import HeldGradient, Snapshot

Role = Literal["parameter", "gradient", "velocity", "second_moment", "decay", "move"]
Arrays = dict[tuple[str, str], NDArray[Any]]
"""What was shown, by table and parameter."""


@dataclass(frozen=True, eq=False)
class Content:
    """One table.

    Attributes
    ----------
    table
        Name of the table: ``parameter_table``.
    title
        Above it.
    role
        What it stands for, for its colour.
    label
        What the array is called in front of an index.
    array
        The numbers, None where there are none.
    advice
        What to do where there are none, one sentence or two.
    """

    table: str
    title: str
    role: Role
    label: str
    array: NDArray[Any] | None
    advice: str = ""


def contents_of(snapshot: Snapshot, name: str) -> list[Content]:
    """Return the tables of parameter ``name``: the weight, its gradient, the rule's state, the last update."""
    weight = snapshot.now.parameters[name]
    grad = None if snapshot.grad is None else snapshot.grad.values.get(name)
    states = [
        Content(
            f"state_table_{key}",
            key,
            state_roles().get(key, "velocity"),
            tr("{key} of {name}", key=key, name=name),
            values[name],
        )
        for key, values in snapshot.now.state.items()
        # A count of updates, or what a switch that is off leaves at 0, is no table of this parameter.
        if values[name].shape == snapshot.now.parameters[name].shape
        and not (key == "largest_moment" and not snapshot.now.hyper.get("amsgrad"))
        if name in values
    ]
    return [
        Content("parameter_table", title_of(name, weight.shape), "parameter", name, weight),
        Content(
            "gradient_table",
            _gradient_title(None if grad is None else snapshot.grad, snapshot.now.step),
            "gradient",
            f"{name}.grad",
            grad,
            tr("grad is None: there is no gradient yet. Run backward."),
        ),
        *states,
        Content(
            "update_table",
            tr("last update"),
            "move",
            tr("last update of {name}", name=name),
            snapshot.move.get(name),
            tr("No update has been made yet."),
        ),
    ]


def arrays_of(snapshot: Snapshot, names: list[str]) -> Arrays:
    """Return all arrays that the tables of the parameters ``names`` show."""
    return {
        (content.table, name): content.array
        for name in names
        for content in contents_of(snapshot, name)
        if content.array is not None
    }


def _gradient_title(held: HeldGradient | None, step: int) -> str:
    if held is None:
        return tr("grad is None")
    if held.step < step and held.count > 1:
        return tr(
            "grad of step {step}, accumulated {count} times, before the last update", step=held.step, count=held.count
        )
    if held.step < step:
        return tr("grad of step {step}, before the last update", step=held.step)
    if held.count > 1:
        return tr("grad of step {step}, accumulated {count} times", step=held.step, count=held.count)
    return tr("grad of step {step}", step=held.step)


def as_table(array: NDArray[Any]) -> NDArray[Any]:
    """Return ``array`` with rows and columns: a bias is one row, a single number one cell."""
    return array if array.ndim == 2 else array.reshape(1, -1)


def title_of(name: str, shape: tuple[int, ...]) -> str:
    """Return the name of a tensor with its shape: ``linear1.weight (13 x 20)``."""
    return f"{name} ({' x '.join(map(str, shape))})" if shape else name
