"""The export dialog of notebooks and scripts that repeat the run with plain torch."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

from PySide6.QtCore import QSettings
from PySide6.QtWidgets import QLabel, QWidget

from gdsim.app.exports.export_window import ExportWindow
from gdsim.app.exports.file_names import suggested_name
from gdsim.app.exports.number_group import NumberGroup
from gdsim.app.exports.preview import TextPreview
from gdsim.app.exports.steps_up_to import steps_up_to
from gdsim.app.labs.lab import Lab
from gdsim.app.widgets.code_colours import CodeColours
from gdsim.app.widgets.naming import named
from gdsim.export.endings import DOCUMENTS
from gdsim.i18n import tr
from gdsim.simulation.scenario import Scenario

LINES = 400
"""Lines of the script that the preview shows."""


class NotebookDialog(ExportWindow):
    """Asks how many steps a notebook repeats and where it goes, shows it as a script, and writes it."""

    kind = "notebook"
    endings = DOCUMENTS
    preview: TextPreview

    def __init__(self, lab: Lab[Any], settings: QSettings, parent: QWidget | None = None) -> None:
        super().__init__(lab, settings, parent, tr("Export notebook"))
        self.numbers = NumberGroup("notebook_steps_error", self)
        self.steps = named(steps_up_to(lab), "notebook_steps", tr("Steps"))
        self.steps.setToolTip(tr("How many steps the notebook repeats, from the start of the run."))
        self.numbers.watch(self.steps)
        self.form.addRow(tr("&Steps"), self.steps)
        self.form.addRow(self.numbers.error)
        about = named(
            QLabel(
                tr(
                    "The notebook (.ipynb) or script (.py) repeats the run with torch, numpy and matplotlib alone: "
                    "the problem, the update rule, the table and the picture, with short explanations."
                )
            ),
            "notebook_about",
        )
        about.setWordWrap(True)
        self.form.addRow(about)
        self.numbers.changed.connect(self.refresh)
        # The script names the table that it writes after itself.
        self.target.changed.connect(self.refresh)
        self._drawing.done.connect(self._show_script)
        preview = TextPreview("notebook")
        self._colours = CodeColours(preview.text.document())
        self._finish_layout(preview)

    def _check(self) -> bool:
        return self.numbers.good()

    def _preview(self) -> None:
        scenario, steps = self._lab.scenario, self.steps.value()
        name = Path(self.target.line.text()).stem if self.target.check() else suggested_name(scenario)
        self._drawing.ask(lambda: script_of(scenario, steps, name))

    def _writer(self, path: Path) -> Callable[[], object]:
        from gdsim.export.notebook import write_notebook

        scenario, steps = self._lab.scenario, self.steps.value()
        return lambda: write_notebook(scenario, path, steps)

    def _remember(self) -> None:
        """Keep nothing: the steps belong to the run."""

    def _show_script(self, result: object) -> None:
        text, notes = cast("tuple[str, list[str]]", result)
        lines = text.splitlines()
        count = tr("{count} lines as a script", count=len(lines))
        self.preview.show_text("\n".join(lines[:LINES]), "\n".join([count, *notes[:3]]))


def script_of(scenario: Scenario, steps: int, name: str) -> tuple[str, list[str]]:
    """Return the script ``name`` that repeats ``steps`` steps, and what the reader should know.

    Raises
    ------
    InputError
        If the scenario cannot be repeated.
    """
    from gdsim.export.notebook import write_notebook

    with tempfile.TemporaryDirectory(prefix="gdsim-") as folder:
        path = Path(folder) / f"{name}.py"
        notes = write_notebook(scenario, path, steps)
        return path.read_text(encoding="utf-8"), notes
