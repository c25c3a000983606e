"""What theory says about gradient descent and momentum on a quadratic loss."""

from __future__ import annotations

import enum
import math
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from gdsim.formula import Formula
from gdsim.formula.polynomial import degree, polynomial

_FLAT = 1e-12
"""Eigenvalues below this share of the largest are rounding errors of zero."""


class Verdict(enum.Enum):
    """What becomes of a run on a quadratic."""

    MONOTONE = "converges monotonically"
    OSCILLATES = "oscillates and converges"
    LIMIT = "on the limit"
    DIVERGES = "diverges"


@dataclass(frozen=True, eq=False)
class Quadratic:
    """A loss with a constant Hessian.

    Attributes
    ----------
    names
        The variables, in the order of the rows.
    hessian
        Second derivatives, shape ``(n, n)``.
    eigenvalues
        Of the Hessian, ascending, shape ``(n,)``; rounding errors of zero are zero.
    minimum
        The lowest point, shape ``(n,)``; the one nearest the origin along a flat direction, None when the
        loss has no lowest point.
    """

    names: tuple[str, ...]
    hessian: NDArray[np.float64]
    eigenvalues: NDArray[np.float64]
    minimum: NDArray[np.float64] | None

    @property
    def curved(self) -> NDArray[np.float64]:
        """The positive eigenvalues, ascending; along a flat direction nothing moves."""
        result: NDArray[np.float64] = self.eigenvalues[self.eigenvalues > 0]
        return result

    @property
    def is_saddle(self) -> bool:
        """Whether the loss falls without end in some direction because it curves downwards."""
        return bool(self.eigenvalues[0] < 0)

    @property
    def condition_number(self) -> float:
        """Largest by smallest eigenvalue; ``inf`` with a flat direction, ``nan`` where it curves downwards."""
        low, high = float(self.eigenvalues[0]), float(self.eigenvalues[-1])
        if low < 0 or high <= 0:
            return math.nan
        return high / low if low > 0 else math.inf

    def largest_stable_learning_rate(self, gamma: float = 0.0) -> float | None:
        """Return the learning rate from which on a run no longer converges, ``(2 + 2 gamma)/lambda_max``.

        None when no learning rate converges: no lowest point, nothing curved, or ``gamma`` outside (-1, 1).

        Notes
        -----
        B. T. Polyak, *Some methods of speeding up the convergence of iteration methods*, 1964; G. Goh, *Why
        Momentum Really Works*, Distill 2017.
        """
        if self.minimum is None or not self.curved.size or not -1 < gamma < 1:
            return None
        return (2 + 2 * gamma) / float(self.curved[-1])

    def best_learning_rate(self) -> float | None:
        """Return the quickest learning rate of plain gradient descent, ``2/(lambda_min + lambda_max)``."""
        if self.minimum is None or not self.curved.size:
            return None
        return 2 / float(self.curved[0] + self.curved[-1])

    def best_momentum(self) -> tuple[float, float] | None:
        """Return the quickest learning rate and gamma of momentum (Polyak 1964)."""
        if self.minimum is None or not self.curved.size:
            return None
        low, high = math.sqrt(self.curved[0]), math.sqrt(self.curved[-1])
        return (2 / (low + high)) ** 2, ((high - low) / (high + low)) ** 2

    def spectral_radius(self, learning_rate: float, gamma: float = 0.0) -> float:
        """Return the factor by which the distance to the minimum shrinks a step, in the long run.

        It is the largest root, by absolute value, of ``z**2 - (1 + gamma - lr*lambda) z + gamma`` over all
        eigenvalues that are not zero; 0 when there are none.
        """
        return max((_radius(learning_rate * float(e), gamma) for e in self.eigenvalues if e != 0), default=0.0)

    def verdict(self, learning_rate: float, gamma: float = 0.0) -> Verdict:
        """Say what becomes of a run from anywhere but the minimum itself."""
        if self.minimum is None:
            return Verdict.DIVERGES
        radius = self.spectral_radius(learning_rate, gamma)
        if math.isclose(radius, 1.0, rel_tol=1e-12):
            return Verdict.LIMIT
        if radius > 1:
            return Verdict.DIVERGES
        middles = [1 + gamma - learning_rate * float(each) for each in self.curved]
        swings = any(middle < 0 or middle**2 < 4 * gamma for middle in middles)
        return Verdict.OSCILLATES if swings or gamma < 0 else Verdict.MONOTONE


def _radius(pull: float, gamma: float) -> float:
    """Return the larger absolute root of ``z**2 - (1 + gamma - pull) z + gamma``."""
    middle = 1 + gamma - pull
    inside = middle * middle - 4 * gamma
    if inside < 0:
        return math.sqrt(gamma)
    return (abs(middle) + math.sqrt(inside)) / 2


def analyse(formula: Formula) -> Quadratic | None:
    """Return the facts about a quadratic ``formula``, or None when its Hessian is not constant.

    Polynomials are recognised exactly, however they are written; ``abs(x)**2`` is not taken for one.
    """
    terms = polynomial(formula)
    names = formula.variables
    if terms is None or degree(terms) > 2 or not names:
        return None
    size = len(names)
    exact = [[Fraction(0)] * size for _ in names]
    slope = [Fraction(0)] * size
    for powers, coefficient in terms.items():
        rows = [row for row, power in enumerate(powers) for _ in range(power)]
        if len(rows) == 1:
            slope[rows[0]] = coefficient
        elif len(rows) == 2:
            exact[rows[0]][rows[1]] += coefficient
            exact[rows[1]][rows[0]] += coefficient
    try:
        hessian = np.array(exact, dtype=np.float64)
        linear = np.array(slope, dtype=np.float64)
        eigenvalues: NDArray[np.float64] = np.asarray(np.linalg.eigvalsh(hessian), dtype=np.float64)
        eigenvalues[np.abs(eigenvalues) <= _FLAT * np.abs(eigenvalues).max()] = 0.0
        if eigenvalues[0] < 0:
            minimum = None
        elif eigenvalues[0] > 0:
            minimum = np.array(_solve(exact, slope), dtype=np.float64) + 0.0
        else:
            minimum = _bottom_of_valley(hessian, linear)
    except (OverflowError, np.linalg.LinAlgError):
        return None
    return Quadratic(names, hessian, eigenvalues, minimum)


def _solve(hessian: list[list[Fraction]], slope: list[Fraction]) -> list[Fraction]:
    """Return where ``hessian @ w + slope`` is zero, exactly, by elimination; no pivot is zero as it is definite."""
    rows = [[*row, -s] for row, s in zip(hessian, slope, strict=True)]
    for i, pivot in enumerate(rows):
        rows[i] = pivot = [each / pivot[i] for each in pivot]
        for j, row in enumerate(rows):
            if j != i:
                rows[j] = [each - row[i] * p for each, p in zip(row, pivot, strict=True)]
    return [row[-1] for row in rows]


def _bottom_of_valley(hessian: NDArray[np.float64], linear: NDArray[np.float64]) -> NDArray[np.float64] | None:
    point = np.asarray(np.linalg.lstsq(hessian, -linear, rcond=_FLAT)[0], dtype=np.float64)
    slope = np.abs(hessian @ point + linear).max()
    return point if slope <= 1e-9 * np.abs(linear).max(initial=0.0) else None
