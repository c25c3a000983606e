"""Where ticks go and what they say, with matplotlib's taste but without matplotlib."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

NICE = (1.0, 2.0, 2.5, 5.0, 10.0)
"""Steps that a reader counts in, times a power of ten: those of matplotlib's automatic locator."""

MINUS = "\N{MINUS SIGN}"
_RAISED = str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")


def nice_step(span: float, intervals: int) -> float:
    """Return the smallest nice step that divides ``span`` in no more than ``intervals`` parts."""
    raw = span / intervals
    power = 10.0 ** math.floor(math.log10(raw))
    return next(step * power for step in NICE if step * power >= raw * (1 - 1e-10))


def linear_ticks(low: float, high: float, intervals: int = 8) -> Array:
    """Return round values within [low, high], ascending, for at most ``intervals`` intervals."""
    span = high - low
    if not (math.isfinite(span) and span > 0):
        return np.array([low]) if math.isfinite(low) else np.empty(0)
    step = nice_step(span, intervals)
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return np.arange(first, last + 1, dtype=np.float64) * step


def log_ticks(low: float, high: float, intervals: int = 8) -> Array:
    """Return values to mark on a logarithmic axis between ``low`` and ``high`` (both positive).

    Powers of ten, every one or every few; 1, 2 and 5 times them where fewer than two powers are in sight.
    """
    first, last = math.ceil(math.log10(low) - 1e-9), math.floor(math.log10(high) + 1e-9)
    if last - first >= 1:
        stride = max(1, math.ceil((last - first) / intervals))
        return np.power(10.0, np.arange(-(-first // stride) * stride, last + 1, stride, dtype=np.float64))
    decades = 10.0 ** np.arange(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    values = np.sort((decades[:, None] * np.array([1.0, 2.0, 5.0])).ravel())
    inside = values[(values >= low * (1 - 1e-9)) & (values <= high * (1 + 1e-9))]
    return inside if len(inside) >= 2 else linear_ticks(low, high, intervals)


def raised(exponent: int) -> str:
    """Return the exponent in raised figures."""
    return str(exponent).translate(_RAISED)


def labels(values: Array) -> list[str]:
    """Return a label for each of evenly spaced values, all with the same number of decimals."""
    if not len(values):
        return []
    largest = float(np.max(np.abs(values)))
    if largest == 0:
        return ["0"] * len(values)
    step = float(np.min(np.diff(values))) if len(values) > 1 else largest
    if largest >= 1e5 or largest < 1e-3:
        return _scientific(values, largest, step)
    return [_signed(f"{value:.{_decimals(step)}f}") for value in values]


def power_labels(values: Array) -> list[str]:
    """Return labels for logarithmic ticks: raised powers of ten, or plain numbers between them."""
    exponents = np.log10(values)
    if np.allclose(exponents, np.round(exponents), rtol=0, atol=1e-9):
        return [f"10{raised(round(e))}" for e in exponents]
    return [label for value in values for label in labels(np.array([value]))]


def _scientific(values: Array, largest: float, step: float) -> list[str]:
    exponent = math.floor(math.log10(largest) + 1e-12)
    scale = 10.0**exponent
    decimals = _decimals(step / scale)
    suffix = f"×10{raised(exponent)}"
    return ["0" if value == 0 else _signed(f"{value / scale:.{decimals}f}") + suffix for value in values]


def _decimals(step: float) -> int:
    for decimals in range(12):
        if abs(round(step, decimals) - step) <= 1e-6 * step:
            return decimals
    return 12


def _signed(text: str) -> str:
    return text.replace("-", MINUS) if float(text) != 0 else text.lstrip("-")
