"""Scenarios as figures, by matplotlib: PNG, SVG and PDF; no display, no pyplot."""

from __future__ import annotations

import io
import threading
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from gdsim.atomic import replacing
from gdsim.carrier import embed
from gdsim.errors import Cancelled, InputError
from gdsim.export.endings import PICTURES
from gdsim.export.glyphs import families, lacking
from gdsim.export.scenes import stage_of
from gdsim.export.sheet import draw_sheet as draw_sheet
from gdsim.export.sheet_layout import scale_of, size_of
from gdsim.export.style import STYLES, Style
from gdsim.export.views import views_named
from gdsim.i18n import tr
from gdsim.simulation.files import carried
from gdsim.simulation.picture_spec import PictureSpec

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from typing_extensions import Buffer

    from gdsim.simulation.scenario import Scenario

DPI = 96.0
"""Pixels per inch, as browsers count them: an SVG of 1280x960 is shown 1280 pixels wide."""

LOCK = threading.RLock()
"""Held by whoever draws or typesets with matplotlib, which bears no second thread."""


def write_figure(
    scenario: Scenario,
    target: Path,
    picture: PictureSpec | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> list[str]:
    """Draw ``scenario`` and write it to ``target``, whole or not at all; the file carries the scenario.

    Parameters
    ----------
    scenario
        What to draw.
    target
        A file's name that ends in ``.png``, ``.svg`` or ``.pdf``. Equal scenarios give equal bytes.
    picture
        What is drawn of it, and how; when None what the scenario itself says.
    cancelled
        Asked before each step of a run, while it is drawn and before it is there, whether to stop.

    Returns
    -------
    list of str
        Sentences on what is not drawn, on runs that diverged, and on characters that no font has.

    Raises
    ------
    InputError
        If there is nothing to draw, or the file cannot be written.
    Cancelled
        Once ``cancelled`` says so; nothing is left behind.
    """
    if target.suffix.lower() not in PICTURES:
        raise InputError(
            tr("{path} is no picture that can be written: its name must end in .png, .svg or .pdf.", path=str(target))
        )
    picture = resolved(scenario, picture or scenario.picture or PictureSpec())
    stage = stage_of(scenario, picture.steps[-1], picture.run, picture.parameter, cancelled)
    style = style_of(scenario, picture)
    assert picture.size is not None
    with replacing(target, cancelled) as temporary:
        with drawing(style):
            figure = new_figure(picture.size, picture.dpi)
            draw_sheet(figure, stage, picture, style, cancelled)
            save(figure, temporary, scenario.title or scenario.subject, picture.transparent, cancelled)
            # The text of an SVG is set in the fonts of whoever shows it.
            unknown = "" if target.suffix.lower() == ".svg" else lacking(_texts(figure))
        embed(temporary, carried(scenario.model_copy(update={"picture": picture, "film": None}), target))
    return [*stage.notes(), *filter(None, [unknown])]


def _texts(figure: Figure) -> list[str]:
    from matplotlib.text import Text

    return [text.get_text() for text in figure.findobj(Text) if isinstance(text, Text) and text.get_visible()]


def resolved(scenario: Scenario, picture: PictureSpec) -> PictureSpec:
    """Return ``picture`` with views, steps and size filled in.

    Raises
    ------
    InputError
        If the scenario has no such view, run or step, or not what the view shows.
    """
    views = views_named(scenario, picture.views)
    steps = picture.steps or (scenario.playback.steps,)
    if scenario.lab == "autograd":
        walk = scenario.walk()
        steps = tuple(scenario.position(walk, step) for step in picture.steps) or (scenario.position(walk),)
    elif picture.run >= len(scenario.run):
        raise InputError(
            tr("There is no run {number}: the scenario has {count}.", number=picture.run, count=len(scenario.run))
        )
    update = {
        "views": tuple(view.name for view in views),
        "steps": steps,
        "size": picture.size or size_of(scenario, views, steps),
        "engine": "matplotlib",
    }
    return picture.model_copy(update=update)


def style_of(scenario: Scenario, picture: PictureSpec) -> Style:
    """Return the style of a resolved ``picture``, with the sizes of text and lines that suit it."""
    assert picture.size is not None
    scale = scale_of(scenario, views_named(scenario, picture.views), picture.steps, picture.size)
    # In points, of which an inch has 72 however many pixels it has.
    return STYLES[picture.style].at(scale * DPI / picture.dpi)


@contextmanager
def drawing(style: Style) -> Iterator[None]:
    """Draw with matplotlib's own defaults, whatever the user's, in the colours and sizes of ``style``.

    The same bytes at any time: fixed SVG ids; text stays text in SVG and fonts are embedded in PDF.
    Holds `LOCK`.
    """
    import matplotlib.style

    lengths = ("axes.linewidth", "grid.linewidth", "axes.titlepad", "axes.labelpad", "patch.linewidth")
    ticks = (f"{axis}tick.{kind}.{part}" for axis in "xy" for kind in ("major", "minor") for part in _TICK_PARTS)
    with (
        LOCK,
        matplotlib.style.context("default"),
        warnings.catch_warnings(),
        np.errstate(all="ignore"),
    ):
        warnings.filterwarnings("ignore", r"Glyph .* missing from")  # `lacking` says it in a sentence
        current: Any = matplotlib.rcParams
        settings = _settings(style) | {key: current[key] * style.scale for key in (*lengths, *ticks)}
        with matplotlib.rc_context(settings):
            yield


_TICK_PARTS = ("size", "width", "pad")


def _settings(style: Style) -> dict[Any, Any]:
    text = ("text.color", "axes.labelcolor", "axes.edgecolor", "xtick.color", "ytick.color", "patch.edgecolor")
    ground = ("figure.facecolor", "axes.facecolor", "legend.facecolor")
    panes = (f"axes3d.{axis}axis.panecolor" for axis in "xyz")
    return {
        "svg.hashsalt": "gdsim",
        "svg.fonttype": "none",
        "pdf.fonttype": 42,
        "font.family": families(),
        "font.size": 12 * style.scale * style.type_scale,
        "path.simplify": False,
        "contour.negative_linestyle": "solid",
        "grid.color": style.grid,
        "legend.edgecolor": style.grid,
        **dict.fromkeys(text, style.text),
        **dict.fromkeys(ground, style.ground),
        **dict.fromkeys(panes, style.pane),
    }


def new_figure(size: tuple[int, int], dpi: float = DPI) -> Figure:
    """Return an empty figure of ``size`` pixels, ready to be written."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    # Half a thousandth of a pixel, because 1279.9999 pixels would be cut to 1279.
    figure = Figure(figsize=((size[0] + 5e-4) / dpi, (size[1] + 5e-4) / dpi), dpi=dpi)
    FigureCanvasAgg(figure)
    return figure


def save(
    figure: Figure,
    path: Path,
    title: str,
    transparent: bool = False,
    cancelled: Callable[[], bool] | None = None,
) -> None:
    """Write ``figure`` in the format of the path's extension, without the date.

    Raises
    ------
    Cancelled
        Once ``cancelled``, which is asked at each piece that is written, says so.
    """
    kind = path.suffix.lower().removeprefix(".")
    metadata: dict[str, Any] = {"Title": title}
    metadata |= {"svg": {"Date": None}, "pdf": {"CreationDate": None}}.get(kind, {})
    written = _Bytes(cancelled)  # first: on a full disk matplotlib's PDF stumbles over its own clearing up
    figure.savefig(written, format=kind, dpi=figure.dpi, metadata=metadata, transparent=transparent)
    path.write_bytes(written.getbuffer())


class _Bytes(io.BytesIO):
    def __init__(self, cancelled: Callable[[], bool] | None) -> None:
        super().__init__()
        self._cancelled = cancelled

    def write(self, piece: Buffer, /) -> int:
        if self._cancelled is not None and self._cancelled():
            raise Cancelled
        return super().write(piece)
