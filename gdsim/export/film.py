"""Films of a scenario, by matplotlib without a display."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from gdsim.atomic import replacing
from gdsim.errors import Cancelled
from gdsim.export.film_plan import Shot, check_target, plan, resolved
from gdsim.export.scenes import stage_of

if TYPE_CHECKING:
    from gdsim.export.encoder import Picture
    from gdsim.simulation.picture_spec import FilmSpec
    from gdsim.simulation.scenario import Scenario

_SAMPLES = 5
"""Pictures of a film from which the colours of a GIF are chosen."""


def write_film(
    scenario: Scenario,
    target: Path,
    film: FilmSpec | None = None,
    progress: Callable[[int, int], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> list[str]:
    """Film ``scenario`` and write it to ``target``, whole or not at all; the file carries the scenario.

    Parameters
    ----------
    scenario
        What to film.
    target
        A file's name that ends in ``.mp4`` or ``.gif``.
    film
        What is shown of it, and how; when None what the scenario itself says.
    progress
        Called with the number of frames that are done, and of all.
    cancelled
        Asked before each step and each picture whether to stop.

    Returns
    -------
    list of str
        Sentences on what is not drawn, and on runs that diverged.

    Raises
    ------
    InputError
        If there can be no such film, or the file cannot be written.
    Cancelled
        If ``cancelled`` said so; nothing is left behind.
    """
    from gdsim.export.encoder import Encoder
    from gdsim.export.film_sheet import FilmSheet

    film = resolved(scenario, film).model_copy(update={"engine": "matplotlib"})
    check_target(target, film)
    assert film.last is not None
    plan(scenario, film, film.last)  # what cannot be filmed is refused before it is run
    stage = stage_of(scenario, film.last, film.run, film.parameter, cancelled)
    shots = plan(scenario, film, stage.last)
    sheet = FilmSheet(stage, film)

    def draw(shot: Shot) -> Picture:
        if cancelled is not None and cancelled():
            raise Cancelled
        return sheet.picture(shot)

    samples = sampled(shots, target, draw)
    text = carried_text(scenario, film, target)
    with (
        replacing(target, cancelled) as temporary,
        Encoder(temporary, film.size, film.fps, text, samples) as encoder,
    ):
        done = 0
        for shot, times in runs_of_equal(shots):
            encoder.add(draw(shot), times)
            done += times
            if progress is not None:
                progress(done, len(shots))
    return stage.notes()


def runs_of_equal(shots: Sequence[Shot]) -> list[tuple[Shot, int]]:
    """Return the shots with how often each follows itself."""
    return [(shot, len(list(same))) for shot, same in itertools.groupby(shots)]


def sampled(shots: Sequence[Shot], target: Path, draw: Callable[[Shot], Picture]) -> list[Picture]:
    """Return some pictures of a film, from its first to its last, where its format chooses its colours by them."""
    if target.suffix.lower() != ".gif":
        return []
    last = len(shots) - 1
    chosen = dict.fromkeys(shots[round(last * k / (_SAMPLES - 1))] for k in range(_SAMPLES))
    return [draw(shot).copy() for shot in chosen]


def carried_text(scenario: Scenario, film: FilmSpec, target: Path) -> str:
    """Return the text that a film carries: the scenario, of which it is the only picture."""
    from gdsim.simulation.files import carried

    return carried(scenario.model_copy(update={"film": film, "picture": None}), target)
