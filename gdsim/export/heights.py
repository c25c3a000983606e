"""Where ticks go on a figure's logarithmic axis of heights."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

_MOST_TICKS = 7


def log_height_ticks(low: float, high: float) -> tuple[list[float], list[str]]:
    """Return the heights to mark between two logarithms, and what to write there, as mathtext."""
    decades = range(math.ceil(low - 1e-9), math.floor(high + 1e-9) + 1)
    if len(decades) >= 2:
        kept = decades[:: -(-len(decades) // _MOST_TICKS)]
        return [float(d) for d in kept], [f"$10^{{{d}}}$" for d in kept]
    places = np.linspace(low, high, 4).tolist()
    return places, [f"{10**place:.3g}" for place in places]


def write_powers(axis: Any) -> None:
    """Let each tick of an axis tell its own power of ten where its numbers are very large or small."""
    low, high = axis.get_view_interval()
    if not 1e-3 <= max(abs(low), abs(high)) < 1e6:
        axis.set_major_formatter(lambda value, place: f"{value:.4g}".replace("e+", "e").replace("-", "−"))
