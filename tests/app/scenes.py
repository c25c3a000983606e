"""Surfaces for the tests of the 3D view."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gdsim.problems.mesh import Mesh
from gdsim.simulation.surface_scenario import View

Array = NDArray[np.float64]


def lecture(x: Array, y: Array) -> Array:
    return (2 - x - y) ** 2 + (4 - 3 * x - y) ** 2


def mesh(function: Callable[[Array, Array], Array] = lecture, half: float = 10.0, points: int = 81) -> Mesh:
    x = np.linspace(-half, half, points)
    with np.errstate(all="ignore"):
        z = function(*np.meshgrid(x, x, indexing="ij"))
    return Mesh(("w1", "w2"), x, x, np.where(np.isfinite(z), z, np.nan))


def style(**changes: Any) -> View:
    """Return the plainest look: opaque, no lines, with ``changes``."""
    plain: dict[str, Any] = {"opacity": 1.0, "contours": False, "floor_contours": False}
    return View(**{**plain, **changes})
