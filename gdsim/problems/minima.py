"""The local minima of a surface: candidates from the grid, made exact."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from gdsim.errors import InputError
from gdsim.formula import Formula
from gdsim.problems.mesh import Mesh
from gdsim.problems.quadratic import analyse

MOST = 50
"""More minima than this would be a rash on the picture."""

_CANDIDATES = 80
_RING = np.array([(np.cos(a), np.sin(a)) for a in np.linspace(0, 2 * np.pi, 16, endpoint=False)])

Point = NDArray[np.float64]


def find_minima(mesh: Mesh, formula: Formula) -> NDArray[np.float64]:
    """Return the isolated local minima inside the domain, the deepest first.

    Parameters
    ----------
    mesh
        Heights of ``formula`` over the domain; its names give the order of the coordinates.
    formula
        The loss.

    Returns
    -------
    ndarray
        Shape ``(m, 2)``, at most `MOST` rows. Saddles, plateaus, valleys and points on the border are left out.
    """
    search = _Search(mesh, formula)
    quadratic = analyse(formula)
    if quadratic is not None and quadratic.names == tuple(sorted(mesh.names)):
        point = quadratic.minimum
        if point is None or quadratic.eigenvalues[0] <= 0:
            return np.empty((0, 2))
        point = point[[quadratic.names.index(name) for name in mesh.names]]
        return point[None, :] if search.is_inside(point) else np.empty((0, 2))
    found: list[tuple[float, Point]] = []
    for start in _candidates(mesh):
        point = search.refine(start)
        if search.is_minimum(point) and all(search.differ(point, other) for _, other in found):
            found.append((search.height(point), point))
    found.sort(key=lambda each: each[0])
    return np.array([point for _, point in found[:MOST]]).reshape(-1, 2)


def _candidates(mesh: Mesh) -> NDArray[np.float64]:
    """Return the grid points that no neighbour undercuts, the deepest first, shape ``(k, 2)``."""
    z = np.where(np.isfinite(mesh.z), mesh.z, np.inf)
    padded = np.pad(z, 1, constant_values=np.inf)
    n, m = z.shape
    lowest = np.min([padded[i : i + n, j : j + m] for i in range(3) for j in range(3) if (i, j) != (1, 1)], axis=0)
    rows, columns = np.nonzero((z <= lowest) & np.isfinite(z))
    order = np.argsort(z[rows, columns], kind="stable")[:_CANDIDATES]
    return np.column_stack([mesh.x[rows[order]], mesh.y[columns[order]]])


class _Search:
    """One formula over one domain."""

    def __init__(self, mesh: Mesh, formula: Formula) -> None:
        self.names = mesh.names
        self.formula = formula
        self.low = np.array([mesh.x[0], mesh.y[0]])
        self.extent = np.array([mesh.x[-1], mesh.y[-1]]) - self.low
        self.cell = self.extent / (np.array(mesh.z.shape) - 1)
        self.partials: list[Formula] = []

    def heights(self, points: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the loss at points of shape ``(..., 2)``."""
        return self.formula.evaluate({name: points[..., axis] for axis, name in enumerate(self.names)})

    def height(self, point: Point) -> float:
        return float(self.heights(point))

    def refine(self, start: Point) -> Point:
        """Go downhill from ``start``, then polish with Newton's method where the loss is smooth."""
        from scipy.optimize import minimize

        def scaled(steps: NDArray[np.float64]) -> float:
            value = self.height(start + steps * self.cell)
            return value if np.isfinite(value) else np.inf

        simplex = np.array([[-0.3, -0.3], [0.7, 0.0], [0.0, 0.7]])
        options = {"initial_simplex": simplex, "xatol": 1e-9, "fatol": 0.0, "maxfev": 600}
        with np.errstate(all="ignore"):
            result = minimize(scaled, np.zeros(2), method="Nelder-Mead", options=options)
        return self.polish(start + result.x * self.cell)

    def polish(self, point: Point) -> Point:
        for _ in range(4):
            slope = self.slope(point)
            step = 1e-5 * self.extent
            columns = [self.slope(point + d) - self.slope(point - d) for d in np.diag(step)]
            curvature = np.column_stack(columns) / (2 * step)
            if (
                not (np.isfinite(curvature).all() and np.isfinite(slope).all())
                or abs(np.linalg.det(curvature)) < 1e-300
            ):
                return point
            better = point - np.linalg.solve(curvature, slope)
            # Newton's step may not leave the cell, nor make the slope worse: then the loss is not smooth here.
            if (np.abs(better - point) > self.cell).any() or not (
                np.linalg.norm(self.slope(better)) < np.linalg.norm(slope)
            ):
                return point
            point = better
        return point

    def slope(self, point: Point) -> NDArray[np.float64]:
        """Return the gradient at one point; ``nan`` where its formula cannot be written down."""
        if not self.partials:
            from gdsim.formula.calculus import gradient

            try:
                partials = gradient(self.formula)
            except InputError:
                return np.full(2, np.nan)
            if set(partials) != set(self.names):
                return np.full(2, np.nan)
            self.partials = [partials[name] for name in self.names]
        values = dict(zip(self.names, point, strict=True))
        return np.array([float(partial.evaluate(values)) for partial in self.partials])

    def is_inside(self, point: Point) -> bool:
        margin = 1e-9 * self.extent
        return bool(((point > self.low + margin) & (point < self.low + self.extent - margin)).all())

    def is_minimum(self, point: Point) -> bool:
        """Whether the loss is higher all around, close by and a little further off."""
        height = self.height(point)
        if not (self.is_inside(point) and np.isfinite(height)):
            return False
        around = self.rings(point, 1e-4, 1e-3)
        rounding = 1e-14 * max(1.0, abs(height))
        # At the edge of where the loss is defined there is no telling what it does beyond.
        if not (np.isfinite(around).all() and (around > height + rounding).all()):
            return False
        return not self.runs_off(point, height)

    def runs_off(self, point: Point, height: float) -> bool:
        """Whether the loss falls without end towards ``point``, as a logarithm does.

        Near a minimum it grows like a power of the distance r: for r**p the inner of two rings, the second
        ten times as wide, lies 1/(10**p - 1) of their difference above the middle, which is 4 for p = 0.1.
        """
        inner, outer = self.rings(point, 1e-6, 1e-5).mean(axis=1)
        return bool(inner - height > 4 * max(outer - inner, 0.0) + 1e-9 * max(1.0, abs(height)))

    def rings(self, point: Point, *radii: float) -> NDArray[np.float64]:
        """Return the loss on circles around ``point``, their radii as shares of the domain, shape ``(r, 16)``."""
        return self.heights(point + np.multiply.outer(radii, _RING * self.extent))

    def differ(self, a: Point, b: Point) -> bool:
        return bool((np.abs(a - b) > 0.01 * self.cell).any())
