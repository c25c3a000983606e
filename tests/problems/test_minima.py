"""Local minima against published ones."""

from __future__ import annotations

import time
from typing import Any

import numpy as np
import pytest

from gdsim.formula import parse
from gdsim.problems.mesh import Domain, surface_mesh
from gdsim.problems.minima import MOST, find_minima

LECTURE = "(2 - w1 - w2)**2 + (4 - 3*w1 - w2)**2"


def minima(text: str, domain: Domain) -> np.ndarray:
    formula = parse(text)
    return find_minima(surface_mesh(formula, domain), formula)


@pytest.mark.parametrize("name", ["rosenbrock", "himmelblau", "beale"])
def test_published_minima(oracles: dict[str, Any], name: str) -> None:
    expected = np.array(oracles["minima"][name]["at"])
    found = minima(oracles["minima"][name]["formula"], {"x": (-4.5, 4.5), "y": (-4.5, 4.5)})
    assert found.shape == expected.shape
    for point in expected:
        assert np.abs(found - point).max(axis=1).min() < 1e-6


def test_the_lecture_surface_exactly(oracles: dict[str, Any]) -> None:
    found = minima(LECTURE, {"w1": (-10, 10), "w2": (-10, 10)})
    assert found.tolist() == [oracles["surface"]["minimum"]["at"]]


def test_axis_order_is_the_domains() -> None:
    text = "(x - 1)**2 + (y - 2)**2"
    assert minima(text, {"y": (-5, 5), "x": (-5, 5)}).tolist() == [[2.0, 1.0]]
    assert minima(text + " + 0.001*(x-1)**4", {"y": (-5, 5), "x": (-5, 5)}) == pytest.approx(np.array([[2.0, 1.0]]))


@pytest.mark.parametrize(
    "text", ["x**2 - y**2", "x + y", "x**3 + y", "0*x + y*0", "(x - y)**2", "relu(x)*relu(y)", "(x + 20)**2 + y**2"]
)
def test_saddles_slopes_plateaus_valleys_and_outside_points_are_no_minima(text: str) -> None:
    assert minima(text, {"x": (-5, 5), "y": (-5, 5)}).shape == (0, 2)


@pytest.mark.parametrize(
    "text", ["log(x*y)", "log(x**2 + y**2)", "log(abs(x - 1.234) + abs(y))", "-1/(x**2 + y**2)", "log(x) + y**2"]
)
def test_where_the_loss_falls_without_end_there_is_no_minimum(text: str) -> None:
    assert minima(text, {"x": (-5, 5), "y": (-5, 5)}).shape == (0, 2)


def test_a_minimum_beside_the_edge_of_the_definition_is_found() -> None:
    # The minimum of x*log(x) is at 1/e.
    assert minima("x*log(x) + y**2", {"x": (-5, 5), "y": (-5, 5)}) == pytest.approx(
        np.array([[np.exp(-1), 0.0]]), abs=1e-6
    )


def test_a_cusp_is_found() -> None:
    assert minima("sqrt(abs(x - 1)) + sqrt(abs(y))", {"x": (-5, 5), "y": (-5, 5)}) == pytest.approx(
        np.array([[1.0, 0.0]]), abs=1e-6
    )


def test_a_kink_is_found() -> None:
    assert minima("abs(x - 1.234) + abs(y + 2)*3", {"x": (-5, 5), "y": (-5, 5)}) == pytest.approx(
        np.array([[1.234, -2.0]]), abs=1e-6
    )


def test_rastrigin_is_cut_off_deepest_first() -> None:
    begin = time.process_time()
    text = "20 + x**2 - 10*cos(2*pi*x) + y**2 - 10*cos(2*pi*y)"
    found = minima(text, {"x": (-5.12, 5.12), "y": (-5.12, 5.12)})
    assert time.process_time() - begin < 10
    assert len(found) == MOST
    assert found[0] == pytest.approx([0, 0], abs=1e-8)
    heights = parse(text).evaluate({"x": found[:, 0], "y": found[:, 1]})
    assert (np.diff(heights) >= -1e-9).all()


def test_minima_beside_undefined_parts() -> None:
    assert minima("x - log(x) + y**2*exp(y)", {"x": (-3, 3), "y": (-1.5, 3)}) == pytest.approx(
        np.array([[1.0, 0.0]]), abs=1e-6
    )
