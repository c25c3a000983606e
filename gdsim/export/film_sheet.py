"""The pictures of a film: a header, and below it the views side by side, each redrawn only where it changes."""

from __future__ import annotations

import itertools
from dataclasses import replace
from importlib import import_module
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

from gdsim.export.figure import drawing, new_figure
from gdsim.export.film_header import Header, pixels_of
from gdsim.export.film_plan import Shot
from gdsim.export.scenes import RunsScene, Scene, Stage, SurfaceScene
from gdsim.export.sheet_layout import scale_of
from gdsim.export.style import STYLES, Style
from gdsim.export.views import FigureView, views_named
from gdsim.simulation.picture_spec import FilmSpec, Size

if TYPE_CHECKING:
    from gdsim.simulation.scenario import Scenario

Pixels = NDArray[np.uint8]

_USUAL = (1280, 720)
"""Size of a film of a surface in which text has its usual size."""

_GROUNDED = ("surface", "contour")
"""Views whose module draws first a ground that stays, then the runs on it."""


class FilmSheet:
    """Draws frames of one film; it may be used in any thread.

    Parameters
    ----------
    stage
        What is filmed.
    film
        Resolved: with views.
    """

    def __init__(self, stage: Stage, film: FilmSpec) -> None:
        scenario = stage.scenario
        views = views_named(scenario, film.views)
        style = style_of(scenario, views, film)
        width, height = film.size
        shares = [0.0, *itertools.accumulate(view.aspect for view in views)]
        edges = [round(width * share / shares[-1]) for share in shares]
        self._stage = stage
        self._header = Header(scenario, views, edges, height, style) if film.captions else None
        self._top = self._header.size[1] if self._header else 0
        sizes = [(right - left, height - self._top) for left, right in itertools.pairwise(edges)]
        made = [(_OnGround if view.name in _GROUNDED else _Anew) for view in views]
        self._cells = [kind(view, size, style) for kind, view, size in zip(made, views, sizes, strict=True)]
        self._edges = edges
        self._pixels: Pixels = np.empty((height, width, 4), np.uint8)
        self._shown: list[tuple[object, ...]] = [()] * len(views)
        self._scene: Scene | None = None

    def picture(self, shot: Shot) -> Pixels:
        """Return a frame, shape ``(height, width, 4)``; it is overwritten by the next.

        Raises
        ------
        InputError
            If a view cannot be drawn.
        """
        if self._scene is None or self._scene.step != shot.step:
            scene = self._stage.at(shot.step)
            self._scene = replace(scene, moving=True) if isinstance(scene, RunsScene) else scene
        if self._header is not None:
            self._pixels[: self._top] = self._header.picture(self._scene)
        for number, (cell, left, right) in enumerate(zip(self._cells, self._edges, self._edges[1:], strict=False)):
            shown = (shot.step, shot.elev, shot.azim) if cell.view.name == "surface" else (shot.step,)
            if self._shown[number] != shown:
                self._pixels[self._top :, left:right] = cell.picture(self._scene, shot)
                self._shown[number] = shown
        return self._pixels


def style_of(scenario: Scenario, views: list[FigureView], film: FilmSpec) -> Style:
    """Return the style of a film, with the sizes of text and lines that suit it."""
    scale = scale_of(scenario, views, (film.first,), film.size)
    if len(views) == 1 and scenario.lab == "surface":  # as large as the window draws it
        scale = max(scale, min(part / usual for part, usual in zip(film.size, _USUAL, strict=True)))
    return STYLES[film.style].at(scale)


class _Cell(Protocol):
    view: FigureView

    def __init__(self, view: FigureView, size: Size, style: Style) -> None: ...

    def picture(self, scene: Scene, shot: Shot) -> Pixels: ...


class _Anew(_Cell):
    """A view that is drawn anew at every step."""

    def __init__(self, view: FigureView, size: Size, style: Style) -> None:
        self.view, self._size, self._style = view, size, style

    def picture(self, scene: Scene, shot: Shot) -> Pixels:
        with drawing(self._style):
            figure = new_figure(self._size)
            self.view.draw(figure, scene, self._style)
            return pixels_of(figure)


class _OnGround(_Cell):
    """A surface or its map: the ground is drawn once for each place of the camera, the runs are laid on it."""

    def __init__(self, view: FigureView, size: Size, style: Style) -> None:
        self.view, self._size, self._style = view, size, style
        self._module: Any = import_module("gdsim.export." + view.place.partition(":")[0])
        self._axes: Any = None
        self._seen_from: tuple[float, float] | None = None
        self._ground: Any = None

    def picture(self, scene: Scene, shot: Shot) -> Pixels:
        assert isinstance(scene, SurfaceScene)
        with drawing(self._style):
            if self._axes is None:
                self._axes = self._module.draw_ground(new_figure(self._size), scene, self._style)
            figure = self._axes.get_figure(root=True)
            runs = self._module.draw_runs(self._axes, scene, self._style)
            # With them goes whatever lies above any of them.
            lowest = min((artist.get_zorder() for artist in runs), default=np.inf)
            upper = [a for a in self._axes.get_children() if a.get_visible() and a.get_zorder() >= lowest]
            if self._seen_from != (shot.elev, shot.azim):
                self._seen_from = shot.elev, shot.azim
                self._ground = self._without(upper, shot)
            figure.canvas.restore_region(self._ground)
            for artist in sorted(upper, key=lambda artist: float(artist.get_zorder())):
                self._axes.draw_artist(artist)
            for artist in runs:
                if artist is not self._axes.get_legend():
                    artist.remove()
            return np.asarray(figure.canvas.buffer_rgba())

    def _without(self, upper: list[Any], shot: Shot) -> Any:
        """Return what is below."""
        if self.view.name == "surface":
            self._axes.view_init(elev=shot.elev, azim=shot.azim)
        canvas = self._axes.get_figure(root=True).canvas
        for artist in upper:
            artist.set_visible(False)
        canvas.draw()
        for artist in upper:
            artist.set_visible(True)
        return canvas.copy_from_bbox(canvas.figure.bbox)
