"""Colours that stand out from their ground."""

from __future__ import annotations

import colorsys

CONTRAST = 3.0
"""What the Web Content Accessibility Guidelines (1.4.11) ask of lines, as a ratio of luminances."""


def readable(colour: str, ground: str) -> str:
    """Return ``colour`` (``#rrggbb``), lightened or darkened as far as needed to stand out from ``ground``."""
    hue, lightness, saturation = colorsys.rgb_to_hls(*_channels(colour))
    step = 0.02 if luminance(ground) < 0.18 else -0.02
    end = 1.0 if step > 0 else 0.0
    while contrast(colour, ground) < CONTRAST and lightness != end:
        lightness = min(max(lightness + step, 0.0), 1.0)
        channels = colorsys.hls_to_rgb(hue, lightness, saturation)
        colour = "#" + "".join(f"{round(255 * channel):02x}" for channel in channels)
    return colour


def contrast(one: str, other: str) -> float:
    """Return the ratio of the luminances of two colours, 1 to 21 (WCAG 2.1)."""
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def luminance(colour: str) -> float:
    """Return the relative luminance of ``#rrggbb``, 0 to 1 (WCAG 2.1)."""
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in _channels(colour)]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _channels(colour: str) -> tuple[float, float, float]:
    red, green, blue = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    return red, green, blue
