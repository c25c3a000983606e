"""Scenarios as documents that repeat them with torch and matplotlib alone: Jupyter notebooks and Python scripts."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from gdsim import __version__
from gdsim.atomic import replacing
from gdsim.errors import InputError
from gdsim.export.endings import DOCUMENTS
from gdsim.export.notebook_text import Cell, plain, text
from gdsim.i18n import tr
from gdsim.simulation.files import carried
from gdsim.simulation.spec_model import MOST_STEPS

if TYPE_CHECKING:
    from gdsim.simulation.scenario import Scenario


def write_notebook(scenario: Scenario, target: Path, steps: int | None = None) -> list[str]:
    """Write the document of a scenario, a notebook or a script by the extension of ``target``.

    It makes the runs of the scenario and has the numbers of ``gdsim run --csv``; it needs no gdsim.

    Parameters
    ----------
    scenario
        What is repeated.
    target
        ``.ipynb`` or ``.py``.
    steps
        How many steps; the scenario's own where it is None.

    Returns
    -------
    list of str
        Sentences on what the reader should know.

    Raises
    ------
    InputError
        If the extension is another one, the steps are none there can be, or the scenario cannot be made.
    """
    if target.suffix.lower() not in DOCUMENTS:
        raise InputError(
            tr(
                "{path} is no document that can be written: its name must end in .ipynb or .py.",
                path=str(target),
            )
        )
    if steps is not None and not 0 <= steps <= MOST_STEPS:
        raise InputError(tr("{steps} steps are not possible: give a number from 0 to {most}.", steps=steps,
                            most=MOST_STEPS))  # fmt: skip
    cells, notes = cells_of(scenario, target, steps)
    whole = [
        text(f"# {plain(scenario.title or scenario.subject)}", plain(scenario.description), _origin(scenario)),
        *cells,
    ]
    content = _notebook(whole, scenario, target) if target.suffix.lower() == ".ipynb" else _script(whole)
    with replacing(target) as temporary:
        temporary.write_text(content, encoding="utf-8", newline="\n")
    return notes


def cells_of(scenario: Scenario, target: Path, steps: int | None = None) -> tuple[list[Cell], list[str]]:
    """Return the cells of the document ``target`` below its title, and notes; it writes its numbers beside itself."""
    table = f"{target.stem}.csv"
    if scenario.lab == "autograd":
        from gdsim.export.notebook_autograd import autograd_cells

        walk = scenario.walk()
        position = scenario.position(walk, steps)
        return autograd_cells(scenario, walk, position, table), scenario.notes(walk, position)
    count = scenario.shown_step if steps is None else steps
    if scenario.lab == "network":
        from gdsim.export.notebook_network import network_cells

        return network_cells(scenario, count, target)
    from gdsim.export.notebook_surface import surface_cells

    return surface_cells(scenario, count, table), []


def _origin(scenario: Scenario) -> str:
    words = {"version": __version__}
    if scenario.lab == "autograd":
        return tr(
            "Written by gdsim {version}. It needs torch, numpy and matplotlib only. Numbers may differ from gdsim's in "
            "the last of their digits, since torch rounds some functions otherwise.",
            **words,
        )
    return tr(
        "Written by gdsim {version}. It needs torch, numpy and matplotlib only, and comes to gdsim's own numbers, to "
        "the last digit.",
        **words,
    )


def _script(cells: list[Cell]) -> str:
    """Return the cells as a script that editors show as cells, too."""
    parts = []
    for cell in cells:
        if cell.kind == "code":
            parts.append(f"# %%\n{cell.source}\n")
        else:
            lines = (f"# {line}".rstrip() for line in cell.source.split("\n"))
            parts.append("# %% [markdown]\n" + "\n".join(lines) + "\n")
    return "\n".join(parts)


def _notebook(cells: list[Cell], scenario: Scenario, target: Path) -> str:
    import nbformat

    v4: Any = nbformat.v4
    makers = {"code": v4.new_code_cell, "markdown": v4.new_markdown_cell}
    # Ids are made up by chance otherwise, and two files of one scenario would differ.
    made = [makers[cell.kind](cell.source, id=f"cell-{number}") for number, cell in enumerate(cells, start=1)]
    notebook = v4.new_notebook(
        cells=made,
        metadata={
            "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
            "language_info": {"name": "python"},
            "gdsim": {"version": __version__, "scenario": carried(scenario, target)},
        },
    )
    notebook.nbformat_minor = 5
    nbformat.validate(notebook)
    return str(v4.writes(notebook)) + "\n"
