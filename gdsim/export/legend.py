"""Legends: the labelled artists of axes, each label once and written as it is."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.legend import Legend

_LONGEST = 30
_UNNAMED = re.compile(r"|_child\d+|_nolegend_|_mpl_.*")
"""What matplotlib calls artists without a label; a person may call a run ``_a``."""

Entry = tuple[Any, str]


def entries(panels: Iterable[Axes]) -> list[Entry]:
    """Return the artists that have a label, the first of each, with their labels."""
    result: dict[str, Any] = {}
    for panel in panels:
        for artist in (*panel.lines, *panel.collections, *panel.patches):
            label = str(artist.get_label())
            if not _UNNAMED.fullmatch(label):
                result.setdefault(label, artist)
    return [(artist, label) for label, artist in result.items()]


def shortened(label: str) -> str:
    """Return a label as legends show it."""
    return label if len(label) <= _LONGEST else label[: _LONGEST - 1] + "…"


def write_legend(place: Any, named: list[Entry], **options: Any) -> Legend | None:
    """Write a legend of ``named`` into axes or a figure; ``options`` are those of matplotlib's ``legend``."""
    if not named:
        return None
    handles, labels = [artist for artist, _ in named], [shortened(label) for _, label in named]
    legend: Legend = place.legend(handles, labels, **options)
    for text in legend.get_texts():
        text.set_parse_math(False)
    return legend
