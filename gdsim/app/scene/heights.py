"""Where ticks go on the axis of the heights."""

from __future__ import annotations

import numpy as np

from gdsim.app.scene.ticks import Array, labels, linear_ticks, log_ticks, power_labels
from gdsim.problems.heights import HeightScale


def height_ticks(scale: HeightScale, low: float, high: float, intervals: int = 8) -> tuple[Array, list[str]]:
    """Return heights to mark between two heights, and what to write there."""
    if not scale.logarithmic:
        values = linear_ticks(low, high, intervals)
        return values, labels(values)
    values = log_ticks(10.0**low, 10.0**high, intervals)
    return np.log10(values), power_labels(values)
