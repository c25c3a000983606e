"""The colours of a surface and its map."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from gdsim.problems.heights import HeightScale
from gdsim.problems.mesh import Mesh

if TYPE_CHECKING:
    from matplotlib.cm import ScalarMappable

    from gdsim.export.style import Style
    from gdsim.simulation.surface_scenario import View

_DARKEST = 0.4
"""Grey of the lowest place in print: black ways are seen on it."""

_LEAST_OPAQUE = 0.9
"""In print, where the ground would leave little of the greys."""


def opacity_of(view: View, style: Style) -> float:
    """Return how opaque a surface is."""
    return max(view.opacity, _LEAST_OPAQUE) if style.grey else view.opacity


def blended(colours: ScalarMappable, opacity: float, style: Style) -> ScalarMappable:
    """Return the colours as they are seen where they let the ground shine through."""
    from matplotlib.cm import ScalarMappable
    from matplotlib.colors import ListedColormap, to_rgb

    table = colours.cmap(np.linspace(0, 1, 256))[:, :3]
    mixed = opacity * table + (1 - opacity) * np.array(to_rgb(style.ground))
    return ScalarMappable(colours.norm, ListedColormap(mixed.tolist()))


def colours_of(mesh: Mesh, heights: HeightScale, view: View, style: Style) -> ScalarMappable:
    """Return how heights become colours; greys in print."""
    from matplotlib import colormaps
    from matplotlib.cm import ScalarMappable
    from matplotlib.colors import Colormap, LinearSegmentedColormap, Normalize

    z = heights(mesh.z)
    low, high = float(np.nanmin(z)), float(np.nanmax(z))
    colormap: Colormap
    if style.grey:
        grey = np.linspace(_DARKEST, 0.98, 256)
        colormap = LinearSegmentedColormap.from_list("print", np.column_stack([grey] * 3).tolist(), 256)
    else:
        colormap = colormaps[view.colormap]
    if not high > low:  # a constant stands in the middle
        low, high = low - max(0.5, 0.05 * abs(low)), high + max(0.5, 0.05 * abs(high))
    return ScalarMappable(Normalize(low, high), colormap)
