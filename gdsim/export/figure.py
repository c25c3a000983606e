"""A scenario as a printed figure, by matplotlib; no display, no pyplot."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from gdsim.atomic import replacing
from gdsim.errors import InputError
from gdsim.export.runs import FinishedRun, finish_runs, notes
from gdsim.formula import parse
from gdsim.i18n import tr
from gdsim.problems.mesh import surface_mesh
from gdsim.simulation.network_scenario import NetworkScenario

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from gdsim.simulation.scenario import RunScenario, Scenario
    from gdsim.simulation.surface_scenario import SurfaceScenario

DPI = 96
"""Pixels per inch, as browsers count them: an SVG of 1280x960 is shown 1280 pixels wide."""

_POINTS = 101
_NORMAL = (1280, 960)


def write_figure(
    scenario: Scenario, target: Path, size: tuple[int, int] | None = None, step: int | None = None
) -> list[str]:
    """Draw ``scenario`` and write it to ``target``, whole or not at all.

    Parameters
    ----------
    scenario
        What to draw.
    target
        A file's name that ends in ``.png``, ``.svg`` or ``.pdf``. Equal scenarios give equal bytes.
    size
        Width and height in pixels; text and lines grow with it. When None 1280x960, of a graph what it needs.
    step
        The last step drawn; ``playback.steps`` when None.

    Returns
    -------
    list of str
        Sentences on what is not drawn, and on runs that diverged.

    Raises
    ------
    InputError
        If there is nothing to draw, or the file cannot be written.
    """
    if scenario.lab == "autograd":
        from gdsim.export.graph_figure import write_graph

        return write_graph(scenario, target, size, step)
    size = size or _NORMAL
    runs = finish_runs(scenario, scenario.playback.steps if step is None else step)
    if isinstance(scenario, NetworkScenario):
        if all(run.spec.hidden for run in runs):
            raise InputError(tr("All runs are hidden: there is nothing to draw."))
        _write_curves(scenario, runs, target, size)
        return notes(runs, None)
    formula = parse(scenario.problem.formula)
    mesh = surface_mesh(formula, scenario.problem.domain, _POINTS)
    if not np.isfinite(mesh.z).any():
        raise InputError(mesh.note)
    with drawing(_scale(size)) as scale, replacing(target) as temporary:
        from gdsim.export.surface_axes import draw_scenario

        figure = new_figure(size)
        draw_scenario(figure, scenario, mesh, runs, scale)
        save(figure, temporary, _title(scenario, runs))
    shown = [run for run in runs if not run.spec.hidden]
    return [sentence for sentence in (mesh.note, *_outside(scenario, shown), *notes(runs, formula)) if sentence]


def _write_curves(scenario: NetworkScenario, runs: list[FinishedRun], target: Path, size: tuple[int, int]) -> None:
    with drawing(_scale(size)) as scale, replacing(target) as temporary:
        from gdsim.export.curves import draw_curves

        figure = new_figure(size)
        figure.set_layout_engine("constrained")
        figure.suptitle(_title(scenario, runs))
        draw_curves(figure, runs, scale)
        save(figure, temporary, _title(scenario, runs))


def _scale(size: tuple[int, int]) -> float:
    """Return how much larger than usual a picture of ``size`` pixels is."""
    return min(size[0] / _NORMAL[0], size[1] / _NORMAL[1])


@contextmanager
def drawing(scale: float) -> Iterator[float]:
    """Draw with matplotlib's own style, whatever the user's, with text and lines ``scale`` times as large.

    The same bytes at any time: fixed SVG ids; text stays text in SVG and fonts are embedded in PDF.
    """
    import matplotlib.style

    settings: Any = {
        "svg.hashsalt": "gdsim",
        "svg.fonttype": "none",
        "pdf.fonttype": 42,
        "font.size": 12 * scale,
        "path.simplify": False,
    }
    lengths = ("axes.linewidth", "grid.linewidth", "axes.titlepad", "axes.labelpad", "patch.linewidth")
    ticks = (f"{axis}tick.major.{part}" for axis in "xy" for part in ("size", "width", "pad"))
    with matplotlib.style.context("default"), warnings.catch_warnings(), np.errstate(all="ignore"):
        current: Any = matplotlib.rcParams
        settings |= {key: current[key] * scale for key in (*lengths, *ticks)}
        with matplotlib.rc_context(settings):
            yield scale


def new_figure(size: tuple[int, int]) -> Figure:
    """Return an empty figure of ``size`` pixels, ready to be written."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    # Half a thousandth of a pixel, because 1279.9999 pixels would be cut to 1279.
    figure = Figure(figsize=((size[0] + 5e-4) / DPI, (size[1] + 5e-4) / DPI), dpi=DPI)
    FigureCanvasAgg(figure)
    return figure


def save(figure: Figure, path: Path, title: str) -> None:
    """Write ``figure`` in the format of the path's extension, without the date."""
    kind = path.suffix.lower().removeprefix(".")
    metadata: dict[str, Any] = {"Title": title}
    metadata |= {"svg": {"Date": None}, "pdf": {"CreationDate": None}}.get(kind, {})
    figure.savefig(path, format=kind, dpi=DPI, metadata=metadata)


def _outside(scenario: SurfaceScenario, runs: list[FinishedRun]) -> list[str]:
    """Return one sentence for each run that leaves the domain."""
    low, high = np.array(list(scenario.problem.domain.values())).T
    result = []
    for run in runs:
        points = np.column_stack([run.runner.history.column(name) for name in scenario.problem.domain])
        steps = np.nonzero(~((points >= low) & (points <= high)).all(axis=1))[0]
        if steps.size:
            result.append(
                tr(
                    "Run {number} leaves the domain at step {step}: it is drawn where it is inside.",
                    number=run.number,
                    step=int(steps[0]),
                )
            )
    return result


def _title(scenario: RunScenario, runs: list[FinishedRun]) -> str:
    step = max(run.runner.step_count for run in runs)
    return tr("{title}, step {step}", title=scenario.title or scenario.subject, step=step)
