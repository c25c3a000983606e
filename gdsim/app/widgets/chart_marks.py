"""What a small chart writes: the ticks of its vertical axis and the line that reads out one value."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Qt
from PySide6.QtGui import QFontMetrics

from gdsim.app.scene.ticks import labels, linear_ticks, log_ticks, power_labels
from gdsim.i18n import tr

Floats = NDArray[np.float64]

_TICK_ROOM = 24
"""Pixels of height that one tick label needs."""

_TICK_EDGE = 7.0
"""Pixels between a tick and the end of the axis, so that its label is not cut."""

_FARTHEST = 307.0
"""Largest exponent of ten that is marked."""

_DIGITS = (7, 5, 4)
"""Digits of the number read out, the most for which there is room."""

_TITLE_ROOM = 16
"""Pixels below which a title is left out rather than elided."""


def marks(low: float, high: float, pixels: float, logarithmic: bool) -> tuple[Floats, list[str]]:
    """Return the heights of at least two ticks between ``low`` and ``high`` and their labels.

    Parameters
    ----------
    low, high
        Ends of the axis: values, or their decimal logarithms on a logarithmic axis.
    pixels
        Length of the axis.
    logarithmic
        Whether it is one.
    """
    edge = min(0.2, _TICK_EDGE / max(pixels, 1.0)) * (high - low)
    low, high = low + edge, high - edge
    room = max(2, int(pixels // _TICK_ROOM))
    values = np.empty(0)
    # Round numbers are rare in a short range: finer ones are tried until there are two.
    for intervals in range(room, room + 9):
        if logarithmic:
            values = log_ticks(10.0 ** max(low, -_FARTHEST), 10.0 ** min(high, _FARTHEST), intervals)
        else:
            values = linear_ticks(low, high, intervals)
        if len(values) >= 2:
            break
    values = values[:: max(1, -(-len(values) // room))]
    return (np.log10(values), power_labels(values)) if logarithmic else (values, labels(values))


def readout(title: str, step: int, value: float, room: int, metrics: QFontMetrics, decimals: int | None = None) -> str:
    """Return title, step and value in ``room`` pixels: with fewer digits, then less of the title, never less number."""

    def line(title: str, number: str) -> str:
        return tr("{title}, step {step}: {value}", title=title, step=step, value=number)

    # Judged by numbers of one width, lest the digits come and go with each step.
    digits = next((d for d in _DIGITS if metrics.horizontalAdvance(line(title, "0" * (d + 4))) <= room), _DIGITS[-1])
    number = shown(value, digits, decimals)
    left = room - metrics.horizontalAdvance(line("", number)) - 2
    if metrics.horizontalAdvance(title) <= left:
        return line(title, number)
    return line(metrics.elidedText(title, Qt.TextElideMode.ElideRight, left), number) if left > _TITLE_ROOM else number


def heading(title: str, step: int, room: int, metrics: QFontMetrics) -> str:
    """Return title and step in ``room`` pixels, with less of the title where both do not fit."""

    def line(title: str) -> str:
        return tr("{title}, step {step}", title=title, step=step)

    left = room - metrics.horizontalAdvance(line("")) - 2
    return line(metrics.elidedText(title, Qt.TextElideMode.ElideRight, max(left, 0)))


def shown(value: float, digits: int, decimals: int | None = None) -> str:
    """Return ``value`` to so many digits, or with so many decimals."""
    if not math.isfinite(value):
        return str(value)
    return f"{value:#.{digits}g}".rstrip(".") if decimals is None else f"{value:.{decimals}f}"
