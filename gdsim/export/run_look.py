"""What the runs of a race look like in a figure: by colour, or by dashes and markers where there is none."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from gdsim.export.contrast import readable
from gdsim.export.run_colours import run_colour
from gdsim.i18n import tr

if TYPE_CHECKING:
    from gdsim.export.legend import Entry
    from gdsim.export.scenes import RunScene, RunsScene, SurfaceScene
    from gdsim.export.style import Style

DASHES: tuple[Any, ...] = (
    "solid", (0, (5, 1.8)), (0, (1.2, 1.4)), (0, (7, 1.6, 1.2, 1.6)), (0, (3, 1.2, 1.2, 1.2, 1.2, 1.2)), (0, (10, 3)),
)  # fmt: skip
MARKERS = ("o", "s", "^", "D", "v", "P", "X", "<", ">", "p", "h")
"""What tells lines apart without colours: dashes, and marks on them where there are more lines than dashes.

They are prime to each other in number: two runs share both only from the 67th on.
"""

# Okabe and Ito's colours, as in the window: one colour for one thing.
_START, _MINIMUM = "#009e73", "#f0e442"
_MOST_DOTS = 250
"""A way of more steps is drawn without a mark at each."""

_MARKS = 12
"""Marks on a way in print, which tell the runs of a race apart."""


@dataclass(frozen=True)
class RunLook:
    """Colour, dashes (as matplotlib's ``linestyle``) and marker of a run."""

    colour: str
    dashes: Any = "solid"
    marker: str = "o"


def look_of(run: RunScene, scene: RunsScene, style: Style) -> RunLook:
    """Return how ``run`` of ``scene`` looks: alone in the colour of text, in a race as no other run does."""
    if not scene.race:
        return RunLook(style.text)
    if style.grey:
        number = run.number
        return RunLook(style.text, DASHES[number % len(DASHES)], MARKERS[number % len(MARKERS)])
    return RunLook(readable(run_colour(run.number, run.spec.colour), style.ground))


def has_dots(scene: RunsScene, style: Style) -> bool:
    """Return whether the states on a way are marked."""
    return scene.step <= _MOST_DOTS or (style.grey and scene.race)


def line_look(look: RunLook, style: Style) -> dict[str, Any]:
    """Return matplotlib's properties of a run's line."""
    width = 1.6 if style.grey else 2.0
    return {"color": look.colour, "linestyle": look.dashes, "linewidth": width * style.scale}


def halo_look(style: Style) -> dict[str, Any]:
    """Return matplotlib's properties of the rim that keeps a way apart from the ground, with its marks."""
    return {"color": style.ground, "linewidth": 5.8 * style.scale, "alpha": 0.85}


def dot_look(look: RunLook, scene: RunsScene, style: Style) -> dict[str, Any]:
    """Return matplotlib's properties of a run's states: of all, or of few enough to tell their shape."""
    told = style.grey and scene.race
    every = max(1, -(-scene.step // _MARKS)) if told else 1
    size = (6.0 if told else 4.0) * style.scale
    return {
        "marker": look.marker, "color": look.colour, "markersize": size, "markeredgewidth": 0.0, "linestyle": "none",
        "markevery": every,
    }  # fmt: skip


def start_look(style: Style) -> dict[str, Any]:
    """Return matplotlib's properties of a start point."""
    edge = style.text if style.grey else style.ground
    colour = style.ground if style.grey else _START
    return _point(style) | {"marker": "o", "color": colour, "markeredgecolor": edge}


def present_look(look: RunLook, style: Style) -> dict[str, Any]:
    """Return matplotlib's properties of a present point."""
    # Smaller than a minimum, whose rays are seen around it.
    return _point(style) | {
        "marker": look.marker, "color": look.colour, "markersize": 9 * style.scale, "markeredgecolor": style.ground
    }  # fmt: skip


def minimum_look(style: Style) -> dict[str, Any]:
    """Return matplotlib's properties of a minimum."""
    colour = style.ground if style.grey else _MINIMUM
    return _point(style) | {
        "marker": "*", "color": colour, "markersize": 20 * style.scale, "markeredgecolor": "#000000",
        "markeredgewidth": 0.9 * style.scale,
    }  # fmt: skip


def _point(style: Style) -> dict[str, Any]:
    return {"markersize": 11 * style.scale, "markeredgewidth": 1.0 * style.scale, "linestyle": "none"}


def minima_label(scene: SurfaceScene) -> str:
    """Return what the minima are called."""
    return tr("minimum") if len(scene.minima) == 1 else tr("minima")


def present_label(scene: SurfaceScene, style: Style) -> str:
    """Return what a single run's present point is called; the same at every step where the sheet has one legend."""
    return tr("step {step}", step=scene.shown[0].step) if style.legend else tr("present point")


def surface_legend(scene: SurfaceScene, style: Style) -> list[Entry]:
    """Return what the legend of a surface or its map names: the runs of a race, minima, start, and a run's step."""
    from matplotlib.lines import Line2D

    named: list[Entry] = []
    looks = [look_of(run, scene, style) for run in scene.shown]
    if scene.race:
        for run, look in zip(scene.shown, looks, strict=True):
            mark = dot_look(look, scene, style) if style.grey else {}
            named.append((Line2D([], [], **(mark | line_look(look, style))), run.label))
    if len(scene.minima):
        named.append((Line2D([], [], **minimum_look(style)), minima_label(scene)))
    if scene.shown:
        named.append((Line2D([], [], **start_look(style)), tr("start")))
    if len(looks) == 1 and not scene.race:
        named.append((Line2D([], [], **present_look(looks[0], style)), present_label(scene, style)))
    return named


def update_legend(axes: Any, scene: SurfaceScene, style: Style) -> list[Any]:
    """Let the legend of ``axes`` tell the present step; return it, if there is one."""
    legend = axes.get_legend()
    if legend is not None and scene.shown and not scene.race:
        legend.get_texts()[-1].set_text(present_label(scene, style))
    return [] if legend is None else [legend]
