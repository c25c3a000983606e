"""What can be said about a surface beforehand: derivatives, minima, stability."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gdsim.formula import Formula
from gdsim.problems.mesh import Mesh
from gdsim.problems.quadratic import Quadratic


@dataclass(frozen=True, eq=False)
class Analysis:
    """Facts about one formula over one domain.

    Attributes
    ----------
    formula
        The loss.
    partials
        Its partial derivatives, by variable.
    quadratic
        Hessian, eigenvalues and stability, or None when the loss is not quadratic.
    minima
        Local minima in the domain, the lowest first, shape ``(m, 2)``.
    """

    formula: Formula
    partials: dict[str, Formula]
    quadratic: Quadratic | None
    minima: NDArray[np.float64]


def analyse_surface(formula: Formula, mesh: Mesh) -> Analysis:
    """Work out the `Analysis`; it takes a second or so, because sympy and scipy have to be imported."""
    from gdsim.formula.calculus import gradient
    from gdsim.problems.minima import find_minima
    from gdsim.problems.quadratic import analyse

    return Analysis(formula, gradient(formula), analyse(formula), find_minima(mesh, formula))
