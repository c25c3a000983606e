"""The result over one leaf: the curve, its slope by autograd, and what is said where they disagree."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from gdsim.formula.program import parse_program
from gdsim.problems.graph import build_graph
from gdsim.simulation.files import load
from gdsim.simulation.tangent import Slice, slice_of


def made(program: str, name: str = "x", requires_grad: dict[str, bool] | None = None, **leaves: float) -> Slice:
    graph = build_graph(parse_program(program), requires_grad or dict.fromkeys(leaves, True))
    return slice_of(graph, leaves, name, -3, 3)


def test_the_lecture_has_the_curve_and_the_slope_of_its_notebook(oracles: dict[str, Any]) -> None:
    walk = load("lecture-autograd").walk()
    found = slice_of(walk.graph, walk.leaves, "x", -3, 3)
    # With y = 2 the loss is ln(1 - s) - 2 ln(s); s = sigmoid(x**2) makes that x**2 + ln(1 + exp(-x**2)) ...
    x = np.linspace(-3, 3, 201)
    np.testing.assert_allclose(found.places, x, rtol=0, atol=1e-15)
    np.testing.assert_allclose(found.heights, np.log1p(np.exp(-(x**2))) - x**2, rtol=0, atol=1e-12)
    assert found.at == 1.0
    assert found.value == pytest.approx(math.log1p(math.exp(-1)) - 1, abs=1e-14)
    # ... with the derivative -2 x (1 + sigmoid(-x**2)).
    assert found.slope == pytest.approx(-2 * (1 + 1 / (1 + math.e)), abs=1e-14)
    assert found.value == pytest.approx(oracles["autograd"]["loss"], abs=1e-15)
    assert found.slope == pytest.approx(oracles["autograd"]["dloss_dx"], abs=5e-5)
    assert (found.leaf, found.leaves, found.result, found.note) == ("x", ("x", "y"), "loss", "")


@pytest.mark.parametrize(
    ("program", "torch_of"),
    [
        ("u = x*y; r = tanh(u) + u**2 / (1 + exp(y))", lambda x, y: torch.tanh(x * y) + (x * y) ** 2 / (1 + y.exp())),
        ("a = max(x, y, 0.5); b = relu(a - x)\na*b + abs(x)", None),
        ("p = sqrt(x + 4); q = p; r = sin(q)*p - y", lambda x, y: torch.sin((x + 4).sqrt()) * (x + 4).sqrt() - y),
    ],
)
def test_curve_and_slope_are_those_of_torch(program: str, torch_of: Callable[[Tensor, Tensor], Tensor] | None) -> None:
    def kinked(x: Tensor, y: Tensor) -> Tensor:
        a = torch.maximum(torch.maximum(x, y), torch.full_like(x, 0.5))
        return a * torch.relu(a - x) + x.abs()

    function = torch_of or kinked
    found = made(program, x=0.7, y=1.3)
    across = function(torch.linspace(-3, 3, 201, dtype=torch.float64), torch.tensor(1.3, dtype=torch.float64))
    np.testing.assert_allclose(found.heights, across.numpy(), rtol=1e-12, atol=1e-12)
    x = torch.tensor(0.7, dtype=torch.float64, requires_grad=True)
    value = function(x, torch.tensor(1.3, dtype=torch.float64))
    value.backward()
    assert x.grad is not None
    assert found.value == pytest.approx(value.item(), rel=1e-13)
    assert found.slope == pytest.approx(x.grad.item(), rel=1e-13)
    assert found.note == ""


def test_what_is_undefined_or_infinite_has_no_height() -> None:
    found = made("r = log(x)", x=2.0)
    assert np.isnan(found.heights[:101]).all()
    np.testing.assert_allclose(found.heights[101:], np.log(found.places[101:]))


def test_at_a_value_that_is_not_finite_there_is_no_tangent() -> None:
    found = made("r = log(x)", x=0.0)
    assert not found.has_tangent
    assert found.note == "r is −∞ here, so there is no tangent."


def test_where_the_slope_is_infinite_there_is_no_tangent() -> None:
    found = made("r = sqrt(x)", x=0.0)
    assert found.value == 0
    assert not found.has_tangent
    assert found.note == "The slope is ∞ here, so there is no tangent."


def test_a_leaf_that_requires_no_gradient_has_a_curve_and_no_slope() -> None:
    found = made("r = x*y", "y", {"x": True, "y": False}, x=2.0, y=1.5)
    np.testing.assert_allclose(found.heights, 2 * found.places)
    assert found.slope is None
    assert not found.has_tangent
    assert found.note == "y requires no gradient, so autograd finds no slope."


def test_detach_makes_the_tangent_leave_the_curve() -> None:
    # r = 3 x**2 has the slope 6 x, of which detach hides 2 x.
    found = made("r = 2*x*detach(x) + x**2", x=2.0)
    np.testing.assert_allclose(found.heights, 3 * found.places**2, atol=1e-12)
    assert found.slope == 8
    assert found.has_tangent
    assert found.note == "detach hides a part of r: autograd finds the slope 8.0000, the curve has 12.0000."


def test_detach_beside_the_way_of_the_leaf_changes_nothing() -> None:
    assert made("r = x**2 + detach(y)", x=2.0, y=1.0).note == ""


@pytest.mark.parametrize("program", ["r = y*detach(x)", "r = detach(x*y)"])
def test_a_leaf_that_detach_cuts_off_has_no_slope(program: str) -> None:
    found = made(program, x=2.0, y=3.0)
    np.testing.assert_allclose(found.heights, 3 * found.places)
    assert found.slope is None
    assert found.note == "detach cuts x off from r: the curve has the slope 3.0000, autograd finds none."


def test_a_leaf_on_which_the_result_does_not_depend() -> None:
    found = made("q = x + 1; r = y**2", x=1.0, y=3.0)
    np.testing.assert_array_equal(found.heights, np.full(201, 9.0))
    assert found.slope is None
    assert found.note == "r does not depend on x."


def test_as_many_points_as_are_asked_for() -> None:
    graph = build_graph(parse_program("x**2"), {"x": True})
    found = slice_of(graph, {"x": 1.0}, "x", 0, 4, points=5)
    np.testing.assert_array_equal(found.places, [0, 1, 2, 3, 4])
    np.testing.assert_array_equal(found.heights, [0, 1, 4, 9, 16])
