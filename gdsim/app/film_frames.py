"""Films of a surface through OpenGL, picture by picture, while the window goes on."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from gdsim.app.camera import DISTANCE, Camera
from gdsim.app.scene.frame import USUAL, text_scale
from gdsim.app.scene.off_screen import OffScreen
from gdsim.app.theme import DARK, LIGHT, Theme
from gdsim.app.way import Way, run_colour
from gdsim.errors import InputError
from gdsim.export.film_plan import Shot, check_target, plan, resolved
from gdsim.export.style import STYLES, Style
from gdsim.export.views import views_named
from gdsim.problems.mesh import surface_mesh

if TYPE_CHECKING:
    from gdsim.export.scenes import RunScene, RunsStage
    from gdsim.simulation.picture_spec import FilmSpec
    from gdsim.simulation.scenario import Scenario


def drawn_by_window(scenario: Scenario, film: FilmSpec) -> bool:
    """Tell whether `SurfaceFilm` can draw a film: a surface alone, not in the greys of print."""
    return scenario.lab == "surface" and film.views in ((), ("surface",)) and film.style != "print"


def prepare(scenario: Scenario, film: FilmSpec, target: Path, cancelled: Callable[[], bool] | None = None) -> RunsStage:
    """Return the runs that a film shows; this takes its time, so do it in a thread of its own.

    Raises
    ------
    InputError
        If there can be no such film.
    Cancelled
        Once ``cancelled``, which is asked before each step, says so.
    """
    from gdsim.export.scenes import RunsStage

    film = resolved(scenario, film)
    check_target(target, film)
    assert film.last is not None and scenario.lab == "surface"
    plan(scenario, film, film.last)
    stage = RunsStage(scenario, film.last, film.run, film.parameter, cancelled)
    if not np.isfinite(stage.mesh.z).any():
        raise InputError(stage.mesh.note)
    stage.at(film.first)  # finds the minima
    return stage


class SurfaceFilm:
    """Writes a film of a surface, one picture a `step`, in the GUI's thread; the target is there at the end only.

    Parameters
    ----------
    stage
        What `prepare` returned.
    film
        What is to be drawn.
    target
        Ends in ``.mp4`` or ``.gif``.

    Raises
    ------
    InputError
        As `prepare`.
    """

    def __init__(self, stage: RunsStage, film: FilmSpec, target: Path) -> None:
        scenario = stage.scenario
        assert scenario.lab == "surface"
        self._stage, self._scenario, self._target = stage, scenario, target
        self._film = resolved(scenario, film).model_copy(update={"engine": "window"})
        check_target(target, self._film)
        self._shots = plan(scenario, self._film, stage.last)
        self.done, self.total = 0, len(self._shots)
        self._work = self._write()

    def step(self) -> bool:
        """Draw the next picture; return False once the film is written.

        Raises
        ------
        InputError
            If it cannot be written or drawn; nothing is left behind.
        """
        try:
            self.done = next(self._work)
        except StopIteration:
            return False
        return True

    def cancel(self) -> None:
        """Leave nothing behind; it can be called at any time, and again."""
        self._work.close()

    def _write(self) -> Generator[int, None, None]:
        from gdsim.atomic import replacing
        from gdsim.export.encoder import Encoder
        from gdsim.export.film import carried_text, runs_of_equal, sampled

        film = self._film
        pictures = Pictures(self._stage, film)
        try:
            samples = sampled(self._shots, self._target, pictures.draw)
            text = carried_text(self._scenario, film, self._target)
            with (
                replacing(self._target) as temporary,
                Encoder(temporary, film.size, film.fps, text, samples) as encoder,
            ):
                done = 0
                kept = runs_of_equal(self._shots)
                for picture, (_, times) in zip(pictures.drawn(shot for shot, _ in kept), kept, strict=True):
                    encoder.add(picture, times)
                    done += times
                    yield done
        finally:
            pictures.close()


class Pictures:
    """The pictures of a film, each below its header."""

    def __init__(self, stage: RunsStage, film: FilmSpec) -> None:
        from gdsim.export.film_header import Header

        scenario = stage.scenario
        assert scenario.lab == "surface"
        self._stage = stage
        scene = stage.at(film.last or 0)
        self._runs, self._race = scene.shown, scene.race
        names = list(scenario.problem.domain)
        self._points = {run.number: np.column_stack([run.whole_column(name) for name in names]) for run in scene.shown}
        self._step: int | None = None
        self._captioned: int | None = None
        style = STYLES[film.style]
        width, height = film.size
        share = min(width / USUAL[0], height / USUAL[1])
        self._scale = text_scale(*USUAL) * share * style.type_scale
        self._header = None
        if film.captions:
            self._header = Header(scenario, views_named(scenario, ("surface",)), (0, width), height, style.at(share))
        top = self._header.size[1] if self._header else 0
        # As OpenGL has it: lowest row first.
        self._rows: NDArray[np.uint8] = np.empty((height, width, 4), np.uint8)
        self._camera = Camera()
        self._camera.set(distance=DISTANCE / scenario.view.zoom)
        self._below = height - top
        self._canvas = OffScreen((width, self._below))
        scenery = self._canvas.scenery
        scenery.set_theme(theme_of(style))
        scenery.set_style(scenario.view)
        scenery.set_mesh(surface_mesh(stage.formula, scenario.problem.domain))
        scenery.set_minima(stage.minima)
        scenery.add_floor_contours()

    def draw(self, shot: Shot) -> NDArray[np.uint8]:
        """Return a picture, shape ``(height, width, 4)``; it is overwritten by the next."""
        return next(self.drawn([shot]))

    def drawn(self, shots: Iterable[Shot]) -> Iterator[NDArray[np.uint8]]:
        """Return pictures as `draw` does, each when the next one is being drawn already."""
        before = None
        for shot in shots:
            self._begin(shot)
            if before is not None:
                yield self._finish(before)
            before = shot
        if before is not None:
            yield self._finish(before)

    def _begin(self, shot: Shot) -> None:
        if shot.step != self._step:
            self._step = shot.step
            self._canvas.scenery.set_ways([self._way(run, shot.step) for run in self._runs])
        self._camera.set(elevation=shot.elev, azimuth=shot.azim)
        self._canvas.draw(self._camera, self._scale)

    def _finish(self, shot: Shot) -> NDArray[np.uint8]:
        self._canvas.read(self._rows[: self._below])
        picture = self._rows[::-1]
        if self._header is not None and shot.step != self._captioned:
            self._captioned = shot.step
            picture[: self._header.size[1]] = self._header.picture(self._stage.at(shot.step))
        return picture

    def close(self) -> None:
        """Free what OpenGL holds."""
        self._canvas.close()

    def _way(self, run: RunScene, step: int) -> Way:
        points = self._points[run.number][: step + 1]
        colour = run_colour(run.number, run.spec.colour) if self._race else ""
        return Way(run.number, points, len(points) - 1, run.label if self._race else "", colour)


def theme_of(style: Style) -> Theme:
    """Return the colours of the window's 3D view in a style of figures."""
    return replace(
        DARK if style.dark else LIGHT, ground=style.ground, text=style.text, muted=style.muted, grid=style.grid,
        pane=style.pane, error=style.error,
    )  # fmt: skip
