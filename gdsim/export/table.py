"""Runs as tables: CSV of every step, NPZ of the last state."""

from __future__ import annotations

import csv
import io
import math
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

import numpy as np
from numpy.typing import NDArray

from gdsim.errors import InputError
from gdsim.i18n import tr

if TYPE_CHECKING:
    from gdsim.export.runs import FinishedRun

_EPOCH = (1980, 1, 1, 0, 0, 0)
MOST_NUMBERS = 100_000_000
"""Of a history that is written as arrays."""


def csv_header(runs: list[FinishedRun]) -> list[str]:
    """Return the column names: those of every run of the lab, then what only some rules or data have.

    What every rule has, such as weight decay, has a column where it does something.
    """
    idle = set.intersection(*(_idle(run) for run in runs))
    columns = (column for run in runs for column in run.runner.history.columns if column not in idle)
    recorded = list(dict.fromkeys(columns))
    if "accuracy" in recorded:
        # Norms layer by layer are for the charts: their names depend on the network.
        header = ["run", "step", "loss", "accuracy", "grad_norm", "learning_rate", "gamma"]
        return header + [column for column in recorded if column not in header and ":" not in column]
    names = list(runs[0].runner.simulation.parameters)
    header = ["run", "step", "loss", *names, *(f"grad_{n}" for n in names), *(f"velocity_{n}" for n in names)]
    header += ["learning_rate", "gamma"]
    return header + [column for column in recorded if column not in (*header, "grad_norm")]


def _idle(run: FinishedRun) -> set[str]:
    """Return the common hyper-parameters that do nothing in a run."""
    parts = [run.runner.initial_hyper, *run.runner.changes.values()]
    return {
        h.name
        for h in run.runner.rule.hyperparameters
        if h.common and all(part.get(h.name, h.default) == h.default for part in parts)
    }


def csv_rows(runs: list[FinishedRun], every: int = 1) -> Iterator[list[str]]:
    """Yield one row a step and run: numbers as `repr` writes them, empty where a rule has no such quantity.

    Of the steps only the multiples of ``every`` are told.
    """
    header = csv_header(runs)[2:]
    for run in runs:
        columns = run.runner.history.columns
        # What is held out is judged once an epoch: between, there is no such number.
        rare = {columns.index(name) for name in columns if name.startswith("held_out_")}
        places = [columns.index(name) if name in columns else None for name in header]
        for step, row in enumerate(run.runner.history.table()[::every]):
            numbers = row.tolist()
            cells = [
                "" if place is None or (place in rare and math.isnan(numbers[place])) else repr(numbers[place])
                for place in places
            ]
            yield [str(run.number), str(step * every), *cells]


def write_csv(runs: list[FinishedRun], stream: TextIO, every: int = 1) -> None:
    """Write the header and the rows of ``runs``, of every ``every``-th step; they share their parameters' names.

    The column ``run`` counts the scenario's runs from 0. Row ``k`` describes the state after ``k``
    updates; the hyper-parameters are those in force for the next one.
    """
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(csv_header(runs))
    writer.writerows(csv_rows(runs, every))


def last_state(runs: list[FinishedRun]) -> dict[str, NDArray[Any]]:
    """Return parameters and gradients of the last state: ``w1``, ``w1.grad``; ``run1.w1`` .. for further runs."""
    result = {}
    for run in runs:
        prefix = f"run{run.number}." if run.number else ""
        now = run.runner.snapshot().now
        for name, value in now.parameters.items():
            result[f"{prefix}{name}"] = value
            result[f"{prefix}{name}.grad"] = now.gradient[name]
    return result


def history(runs: list[FinishedRun], every: int) -> dict[str, NDArray[Any]]:
    """Return what is recorded of every ``every``-th step, and the parameters there.

    Names are ``history.step``, ``history.loss``, .. with shape ``(rows,)``, of a parameter ``(rows, *shape)``;
    ``run1.history.step``, .. for further runs.

    Raises
    ------
    InputError
        If these are more numbers than fit into memory.
    """
    result: dict[str, NDArray[Any]] = {}
    rows = sum(run.runner.last_step // every + 1 for run in runs)
    size = len(runs[0].runner.history.columns) + runs[0].runner.simulation.layout.size
    if rows * size > MOST_NUMBERS:
        raise InputError(
            tr(
                "The history would be {count} numbers, more than {most}: take only every so many steps.",
                count=rows * size,
                most=MOST_NUMBERS,
            )
        )
    for run in runs:
        prefix = f"run{run.number}.history." if run.number else "history."
        table, columns = run.runner.history.table()[::every], run.runner.history.columns
        result[f"{prefix}step"] = np.arange(len(table)) * every
        result |= {f"{prefix}{name}": table[:, number] for number, name in enumerate(columns)}
        wanted = [name for name in run.runner.simulation.parameters if name not in columns]
        states = [_parameters_at(run, int(step)) for step in result[f"{prefix}step"]] if wanted else []
        result |= {f"{prefix}{name}": np.stack([state[name] for state in states]) for name in wanted}
    return result


def _parameters_at(run: FinishedRun, step: int) -> dict[str, NDArray[Any]]:
    run.runner.seek(step)
    return run.runner.snapshot().now.parameters


def write_npz(arrays: dict[str, NDArray[Any]], path: Path) -> None:
    """Write ``arrays`` for `numpy.load`, without dates, so that equal arrays give equal files.

    `numpy.savez` takes names as keywords and so refuses a parameter called ``file``.
    """
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, array in arrays.items():
            content = io.BytesIO()
            np.lib.format.write_array(content, np.asarray(array), allow_pickle=False)
            archive.writestr(zipfile.ZipInfo(f"{name}.npy", _EPOCH), content.getvalue())
