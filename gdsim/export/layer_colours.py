"""Colours for the layers of a network, from Okabe and Ito's set, readable on a light and on a dark ground."""

from __future__ import annotations

_OKABE_ITO = ("#0072b2", "#e69f00", "#009e73", "#d55e00", "#cc79a7", "#56b4e9", "#808080", "#f0e442")
"""In an order that keeps similar ones apart; grey in place of black, which a dark ground would swallow."""


def layer_colours(count: int) -> list[str]:
    """Return ``count`` colours (``#rrggbb``), the same for a layer everywhere; after eight they begin again.

    Draw with `readable`, which adapts the pale ones to a white ground and the deep ones to a dark one.
    """
    return [_OKABE_ITO[number % len(_OKABE_ITO)] for number in range(count)]
