"""What is drawn of an update, as values: the lab works them out and both views draw them."""

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
        What it stands for (`gdsim.optimizers.Role`); its colour is ``getattr(theme, role)``.
    label
        Plain text beside the tip: its name and its number, such as ``'γ·v (0.31, −0.2)'``.
    """

    tail: tuple[float, float]
    tip: tuple[float, float]
    role: str
    label: str


@dataclass(frozen=True)
class Square:
    """A labelled square beside a point, whose area stands for a number of one parameter.

    Attributes
    ----------
    at
        The point, in the units of the two variables; the squares of one point stand side by side beside it.
    side
        Its side as a share of the largest square's, 0 to 1.
    role
        What it stands for; its colour is ``getattr(theme, role)``.
    label
        Plain text below it, such as ``'v₁ = 0.25'``.
    """

    at: tuple[float, float]
    side: float
    role: str
    label: str
