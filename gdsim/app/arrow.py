"""The arrow as a value: what the panels work out and both views draw."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Arrow:
    """A labelled arrow in the plane of the two parameters.

    Attributes
    ----------
    tail, tip
        Its ends, in the units of the two variables.
    role
        ``'gradient'``, ``'velocity'`` or ``'move'``; its colour is ``getattr(theme, role)``.
    label
        Plain text beside the tip, such as ``'γ·v'``.
    """

    tail: tuple[float, float]
    tip: tuple[float, float]
    role: str
    label: str
