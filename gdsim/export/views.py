"""The views that figures and films can show, by lab: what they are called and who draws them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any

from gdsim.errors import InputError
from gdsim.i18n import tr

if TYPE_CHECKING:
    from matplotlib.figure import Figure, SubFigure

    from gdsim.export.scenes import Scene
    from gdsim.export.style import Style
    from gdsim.simulation.scenario import Scenario


@dataclass(frozen=True)
class FigureView:
    """A view of a lab, drawn by matplotlib.

    Attributes
    ----------
    name
        What ``picture.views`` and ``--view`` call it.
    label
        What the interface calls it, to be translated.
    place
        Module of `gdsim.export` and its function, which draws a scene into the whole of an empty figure or subfigure,
        in the colours and sizes of a style: ``draw(figure, scene, style)``. It writes no title: the sheet does.
    aspect
        Width to height that suits it.
    bare
        The same without its legend; 0 where that is no other.
    """

    name: str
    label: str
    place: str
    aspect: float = 4 / 3
    bare: float = 0.0

    def draw(self, figure: Figure | SubFigure, scene: Scene, style: Style) -> None:
        """Draw a scene of the view's lab."""
        module, _, function = self.place.partition(":")
        drawer: Callable[[Any, Any, Style], None] = getattr(import_module(f"gdsim.export.{module}"), function)
        drawer(figure, scene, style)


VIEWS: dict[str, tuple[FigureView, ...]] = {
    "surface": (
        FigureView("surface", "Surface in 3D", "surface_axes:draw_surface", bare=1.1),
        FigureView("contour", "Contour map", "contour_axes:draw_contour", 1.2, 1.05),
        FigureView("loss", "Loss chart", "curves:draw_loss", 16 / 9),
        FigureView("gradient", "Chart of the gradient norm", "curves:draw_gradient", 16 / 9),
    ),
    "network": (
        FigureView("curves", "Loss, accuracy and gradient norms", "curves:draw_curves"),
        FigureView("loss", "Loss chart", "curves:draw_loss", 16 / 9),
        FigureView("accuracy", "Accuracy chart", "curves:draw_accuracy", 16 / 9),
        FigureView("gradient", "Chart of the gradient norms", "curves:draw_gradient", 16 / 9),
        FigureView("diagram", "Diagram of the network", "diagram_figure:draw_diagram"),
        FigureView("decision", "Decision map", "decision_figure:draw_decision", 1.2),
        FigureView("tables", "Tables as heat maps", "table_figure:draw_tables", 1.2),
        FigureView("histograms", "Histograms", "histogram_figure:draw_histograms"),
    ),
    "autograd": (
        FigureView("graph", "Graph", "graph_figure:draw_graph_scene", 16 / 9),
        FigureView("tangent", "Curve and tangent", "tangent_figure:draw_tangent"),
    ),
}
"""Views by lab; the first is drawn where none is asked for."""


def views_named(scenario: Scenario, names: tuple[str, ...] = ()) -> list[FigureView]:
    """Return the views of these names, the lab's first where there are none.

    Raises
    ------
    InputError
        If the lab has no such view, or this scenario has not what it shows.
    """
    known = {view.name: view for view in VIEWS[scenario.lab]}
    names = names or (VIEWS[scenario.lab][0].name,)
    for name in names:
        if name not in known:
            raise InputError(
                tr(
                    "The lab {lab} has no view {name}; it has {known}.",
                    lab=scenario.lab,
                    name=repr(name),
                    known=", ".join(known),
                )
            )
        reason = lacking(scenario, name)
        if reason:
            raise InputError(reason)
    return [known[name] for name in names]


def lacking(scenario: Scenario, name: str) -> str:
    """Return why a view of the lab cannot be drawn of ``scenario``, in one sentence; empty where it can."""
    if scenario.lab != "autograd" and name not in ("surface", "contour") and all(run.hidden for run in scenario.run):
        return tr("All runs are hidden: there is nothing to draw.")
    if scenario.lab == "network" and name == "decision":
        from gdsim.simulation.build import data_of

        features = data_of(scenario.problem.data)[0].features.shape[1]
        if features != 2:
            return tr("The decision map needs data with two features; these have {count}.", count=features)
    return ""
