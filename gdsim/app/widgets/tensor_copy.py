"""Copying numbers of a table: as text, as TSV, or as an expression for torch."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from numpy.typing import NDArray
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QGuiApplication, QKeySequence
from PySide6.QtWidgets import QWidget

from gdsim.app.widgets.tensor_text import MOST_COPIED, NumberFormat, shown_text, torch_tensor, tsv
from gdsim.export.tensor_contents import as_table
from gdsim.i18n import tr


@dataclass(frozen=True, eq=False)
class Region:
    """A rectangle of cells.

    Attributes
    ----------
    array
        The array, None where there are no numbers.
    form
        How it is shown.
    rows, columns
        The cells, as slices of the array's table.
    """

    array: NDArray[Any] | None
    form: NumberFormat
    rows: slice
    columns: slice

    @property
    def count(self) -> int:
        """How many numbers it holds."""
        return (self.rows.stop - self.rows.start) * (self.columns.stop - self.columns.start)

    @property
    def table(self) -> NDArray[Any]:
        """Its numbers as rows and columns."""
        assert self.array is not None
        return as_table(self.array)[self.rows, self.columns]

    @property
    def part(self) -> NDArray[Any]:
        """Its numbers with as many dimensions as the array has."""
        assert self.array is not None
        return self.table if self.array.ndim == 2 else self.table.reshape(-1 if self.array.ndim else ())


def copy_actions(parent: QWidget, region: Callable[[], Region], refuse: Callable[[str], object]) -> list[QAction]:
    """Return the entries of a table's menu; Ctrl+C copies what a spreadsheet reads.

    Parameters
    ----------
    parent
        The table, which owns them; the shortcut works while it has the focus.
    region
        Says what to copy.
    refuse
        Is told, in one sentence, why nothing was copied.
    """

    def action(name: str, text: str, write: Callable[[Region], str]) -> QAction:
        def copy() -> None:
            chosen = region()
            if chosen.array is None:
                return
            if chosen.count > MOST_COPIED:
                refuse(
                    tr(
                        "{count} numbers are too many to copy at once: select up to {most} of them.",
                        count=f"{chosen.count:,}",
                        most=f"{MOST_COPIED:,}",
                    )
                )
                return
            QGuiApplication.clipboard().setText(write(chosen))

        found = QAction(text, parent)
        found.setObjectName(name)
        found.triggered.connect(copy)
        return found

    as_tsv = action("copy_tsv", tr("Copy as TSV"), lambda part: tsv(part.table))
    as_tsv.setShortcut(QKeySequence(QKeySequence.StandardKey.Copy))
    as_tsv.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
    return [
        action("copy_text", tr("Copy as text"), lambda part: shown_text(part.table, part.form)),
        as_tsv,
        action("copy_torch", tr("Copy as torch.tensor"), lambda part: torch_tensor(part.part)),
    ]
