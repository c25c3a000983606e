"""Derivatives against torch's autograd and against what one finds by hand."""

from __future__ import annotations

import math
import time

import pytest
import torch
from hypothesis import HealthCheck, assume, given, settings

from gdsim.errors import FormulaError, InputError
from gdsim.formula import parse
from gdsim.formula.calculus import gradient, hessian
from gdsim.formula.tree import Node, to_text

from .strategies import is_moderate, moderate_trees, points


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("(2 - w1 - w2)**2 + (4 - 3*w1 - w2)**2", {"w1": "20*w1 + 8*w2 - 28", "w2": "8*w1 + 4*w2 - 12"}),
        ("x*y", {"x": "y", "y": "x"}),
        ("0.1*x**2 + y/3", {"x": "0.2*x", "y": "1/3"}),
        ("relu(x) + abs(y)", {"x": "heaviside(x)", "y": "sign(y)"}),
        ("sigmoid(x)", {"x": "(1 - sigmoid(x))*sigmoid(x)"}),
        ("-200*x*y**2", {"x": "-200*y**2", "y": "-400*x*y"}),
    ],
)
def test_gradient_as_by_hand(text: str, expected: dict[str, str]) -> None:
    assert {name: each.text for name, each in gradient(parse(text)).items()} == expected


def test_hessian_of_the_lecture_surface() -> None:
    second = hessian(parse("(2 - w1 - w2)**2 + (4 - 3*w1 - w2)**2"))
    assert [second[a, b].text for a in ("w1", "w2") for b in ("w1", "w2")] == ["20", "8", "8", "4"]


def test_hessian_of_rosenbrock() -> None:
    second = hessian(parse("(1 - x)**2 + 100*(y - x**2)**2"))
    assert float(second["x", "x"].evaluate({"x": 1.0, "y": 1.0})) == 802.0
    assert float(second["x", "y"].evaluate({"x": 1.0, "y": 1.0})) == -400.0


@pytest.mark.parametrize(
    "text", ["sin(" * 55 + "x*y" + ")" * 55, "x**(" * 50 + "y" + ")" * 50, "(-2)**x", "x*sqrt(x - x - 1)"]
)
def test_derivatives_that_cannot_be_written_are_refused_quickly(text: str) -> None:
    begin = time.process_time()
    with pytest.raises(InputError):
        hessian(parse(text))
    assert time.process_time() - begin < 5


# Many a random formula is undefined at a random point.
@settings(max_examples=150, suppress_health_check=[HealthCheck.filter_too_much])
@given(moderate_trees, points)
def test_gradient_agrees_with_autograd(tree: Node, point: dict[str, float]) -> None:
    try:
        formula = parse(to_text(tree))
        slopes = gradient(formula)
    except (FormulaError, InputError):
        assume(False)
    assume(formula.variables)
    tensors = {name: torch.tensor(v, dtype=torch.float64, requires_grad=True) for name, v in point.items()}
    value = formula.torch(tensors)
    assume(value.requires_grad and is_moderate(formula.tree, point))
    by_torch = torch.autograd.grad(value, [tensors[name] for name in formula.variables], allow_unused=True)
    for name, expected in zip(formula.variables, by_torch, strict=True):
        slope = float(slopes[name].evaluate(point))
        beside = float(slopes[name].evaluate({n: v + 1e-9 for n, v in point.items()}))
        other = float(slopes[name].evaluate({n: v - 1e-9 for n, v in point.items()}))
        if expected is None or not all(map(math.isfinite, (slope, beside, other, expected.item()))):
            continue
        # Kinks and poles: compare only where the slope does not jump within rounding of the point.
        if abs(beside - slope) + abs(other - slope) < 1e-3 * (1 + abs(slope)):
            assert slope == pytest.approx(expected.item(), rel=1e-3, abs=1e-3)
