"""The export dialog of numbers: a run as a table (CSV), or its last state (NPZ)."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from numpy.typing import NDArray
from PySide6.QtCore import QSettings
from PySide6.QtWidgets import QCheckBox, QWidget

from gdsim.app.exports.export_window import ExportWindow
from gdsim.app.exports.number_group import NumberGroup
from gdsim.app.exports.preview import TextPreview
from gdsim.app.exports.steps_up_to import steps_up_to
from gdsim.app.exports.tables import Table, table_of
from gdsim.app.labs.lab import Lab
from gdsim.app.panels.fields import Choice
from gdsim.app.settings import choice, whole_number
from gdsim.app.widgets.naming import named
from gdsim.app.widgets.whole_number import WholeNumber
from gdsim.atomic import replacing
from gdsim.i18n import tr
from gdsim.simulation.spec_model import MOST_STEPS

CSV, NPZ = ".csv", ".npz"
ALL, FOCUSED = "all", "focused"
"""Which runs are written."""

MOST_LINES = 100
"""Rows that the preview shows."""


@dataclass(frozen=True)
class Wanted:
    """What is chosen: a table of every ``every``-th step, or the last state as arrays, perhaps with the history."""

    npz: bool
    history: bool
    every: int
    only: int | None

    def arrays(self, table: Table) -> dict[str, NDArray[Any]]:
        """Return the arrays that are chosen."""
        return table.arrays(self.only, self.every if self.history else None)


class DataDialog(ExportWindow):
    """Asks which numbers are written, and where, shows the first of them, and writes them."""

    kind = "data"
    endings = (CSV, NPZ)
    can_be_called_off = True
    preview: TextPreview

    def __init__(self, lab: Lab[Any], settings: QSettings, parent: QWidget | None = None) -> None:
        super().__init__(lab, settings, parent, tr("Export data"))
        self._table: Table | None = None
        self.steps = named(steps_up_to(lab), "data_steps", tr("Steps"))
        self.every = named(WholeNumber(1, MOST_STEPS, tracking=True), "data_every", tr("Every so many steps a row"))
        self.history = named(QCheckBox(tr("&History too")), "data_history", tr("History too"))
        self.runs = named(Choice({ALL: tr("All runs"), FOCUSED: tr("The chosen run")}), "data_runs", tr("Runs"))
        self.numbers = NumberGroup("data_numbers_error", self)
        self.numbers.watch(self.steps, self.every)
        self._fill()
        self._finish_layout(TextPreview("data"))
        self._show_rows()

    def _check(self) -> bool:
        return self.numbers.good()

    def _preview(self) -> None:
        make, wanted = self._maker(self._new_preview()), self._wanted()
        self._drawing.ask(lambda: (table := make(), *first_lines(table, wanted)))

    def _writer(self, path: Path) -> Callable[[], object]:
        make, wanted = self._maker(self._stop.is_set), self._wanted()
        return lambda: write(make(), wanted, path, self._stop.is_set)

    def _remember(self) -> None:
        self._settings.setValue("data/every", self.every.value())
        self._settings.setValue("data/runs", self.runs.choice())

    def _maker(self, cancelled: Callable[[], bool]) -> Callable[[], Table]:
        """Return what makes the runs, as far as they are not there yet."""
        scenario, steps, known = self._lab.scenario, self.steps.value(), self._table
        if known is not None and (known.scenario, known.steps) == (scenario, steps):
            return lambda: known
        return lambda: table_of(scenario, steps, cancelled)

    def _wanted(self) -> Wanted:
        only = self._lab.model.focus if self.runs.choice() == FOCUSED else None
        npz = self.target.line.text().lower().endswith(NPZ)
        return Wanted(npz, npz and self.history.isChecked() and self._lab.name != "autograd", self.every.value(), only)

    def _fill(self) -> None:
        self.every.set_silently(max(1, whole_number(self._settings, "data/every", 1)))
        self.runs.show_choice(choice(self._settings, "data/runs", (ALL, FOCUSED)))
        self.steps.setToolTip(tr("How many steps are made, from the start of the run."))
        self.every.setToolTip(tr("1 writes a row for every step, 10 one for every tenth."))
        self.history.setToolTip(tr("Write also what is recorded of the steps on the way, and the parameters there."))
        self.runs.setToolTip(tr("All runs of the scenario, or the one whose numbers the window shows."))
        self.form.addRow(tr("&Steps"), self.steps)
        self.form.addRow("", self.history)
        self.form.addRow(tr("A row e&very"), self.every)
        self.form.addRow(tr("&Runs"), self.runs)
        self.form.addRow(self.numbers.error)
        self.numbers.changed.connect(self.refresh)
        self.history.toggled.connect(lambda _on: self._change_format())
        self.runs.currentIndexChanged.connect(lambda _index: self.refresh())
        self.target.changed.connect(self._change_format)
        self._drawing.done.connect(self._show_table)

    def _change_format(self) -> None:
        self._show_rows()
        self.refresh()

    def _show_rows(self) -> None:
        scenario = self._lab.scenario
        wanted = self._wanted()
        self.form.setRowVisible(self.history, wanted.npz and scenario.lab != "autograd")
        self.form.setRowVisible(self.every, wanted.history or not wanted.npz)
        self.form.setRowVisible(self.runs, scenario.lab != "autograd" and len(scenario.run) > 1)

    def _show_table(self, result: object) -> None:
        self._table, text, sentence = cast("tuple[Table, str, str]", result)
        self.preview.show_text(text, sentence)


def first_lines(table: Table, wanted: Wanted) -> tuple[str, str]:
    """Return the first lines of what will be written, and how much it is."""
    if wanted.npz:
        arrays = wanted.arrays(table)
        lines = [tr("{name}: {shape}", name=name, shape=_shape(array.shape)) for name, array in arrays.items()]
        return "\n".join(lines), tr(
            "{count} arrays; the last state is that after {step} steps", count=len(arrays), step=table.last
        )
    rows = [table.header(wanted.only), *itertools.islice(table.rows(wanted.every, wanted.only), MOST_LINES)]
    count = table.count(wanted.every, wanted.only)
    return "\n".join(map(",".join, rows)), tr("1 row") if count == 1 else tr("{count} rows", count=count)


def write(table: Table, wanted: Wanted, path: Path, cancelled: Callable[[], bool]) -> None:
    """Write a table or arrays to ``path``, whole or not at all.

    Raises
    ------
    InputError
        If it cannot be written.
    Cancelled
        If ``cancelled``, which is asked when all is written, says so; nothing is left behind.
    """
    from gdsim.export.table import write_npz

    with replacing(path, cancelled) as temporary:
        if wanted.npz:
            write_npz(wanted.arrays(table), temporary)
        else:
            with temporary.open("w", encoding="utf-8", newline="") as stream:
                table.write_csv(stream, wanted.every, wanted.only)


def _shape(shape: tuple[int, ...]) -> str:
    return " x ".join(map(str, shape)) or tr("a number")
