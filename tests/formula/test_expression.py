"""Values: numpy, torch and sympy agree, nothing warns, shapes broadcast."""

from __future__ import annotations

import math
import pickle
import warnings

import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, assume, given, settings

from gdsim.errors import InputError
from gdsim.formula import Formula, FormulaError, parse
from gdsim.formula.calculus import to_sympy
from gdsim.formula.tree import Node, to_text

from .strategies import is_moderate, points, trees


def test_the_lecture_surface_at_the_origin() -> None:
    formula = parse("(2 - w1 - w2)**2 + (4 - 3*w1 - w2)**2")
    assert formula.evaluate({"w1": 0.0, "w2": 0.0}) == 20.0
    assert formula.evaluate({"w1": [1.0, 0.0], "w2": [1.0, 0.0]}).tolist() == [0.0, 20.0]


def test_values_by_hand() -> None:
    point = {"x": 0.5, "y": -2.0}
    for text, expected in {
        "sigmoid(x)": 1 / (1 + math.exp(-0.5)),
        "relu(y) + relu(x)": 0.5,
        "min(x, y, 1) + max(x, y, 0.7)": -1.3,
        "abs(y)**3": 8.0,
        "tanh(x)*tan(x) + log(e)": math.tanh(0.5) * math.tan(0.5) + 1,
        "exp(sqrt(x))": math.exp(math.sqrt(0.5)),
        "cos(pi*x)": math.cos(math.pi / 2),
    }.items():
        formula = parse(text)
        assert formula.evaluate(point) == pytest.approx(expected, rel=1e-15)
        tensors = {name: torch.tensor(value, dtype=torch.float64) for name, value in point.items()}
        assert formula.torch(tensors).item() == pytest.approx(expected, rel=1e-14)


def test_undefined_and_overflowing_values_do_not_warn() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        result = parse("log(x) + 1/x + exp(x*1000)").evaluate({"x": np.array([-1.0, 0.0, 2.0])})
    assert np.isnan(result[0])
    assert not np.isfinite(result[1:]).any()


def test_sigmoid_is_exact_far_out() -> None:
    result = parse("sigmoid(x)").evaluate({"x": [-700.0, -40.0, 40.0, 1000.0]})
    assert result == pytest.approx([math.exp(-700), math.exp(-40), 1.0, 1.0], rel=1e-12)


def test_constant_formulas_take_the_shape_of_the_values() -> None:
    result = parse("1/4").evaluate({"x": np.zeros((3, 1)), "y": np.zeros(2)})
    assert result.shape == (3, 2)
    assert (result == 0.25).all()
    result[0, 0] = 1.0
    assert parse("1/4").torch({"x": torch.zeros(2)}).tolist() == [0.25, 0.25]


def test_evaluate_broadcasts_a_formula_of_one_variable() -> None:
    assert parse("x").evaluate({"x": np.zeros((3, 1)), "y": np.zeros(2)}).shape == (3, 2)


def test_a_missing_variable_is_named() -> None:
    with pytest.raises(InputError, match="w2"):
        parse("w1 + w2").evaluate({"w1": 1.0})


def test_formulas_are_values() -> None:
    formula = parse("x**2 + y")
    formula.evaluate({"x": 1.0, "y": 1.0})
    assert formula == parse("x**2 + y")
    assert hash(formula) == hash(parse("x**2 + y"))
    assert pickle.loads(pickle.dumps(formula)) == formula


def test_vmap_runs_many_at_once() -> None:
    formula = parse("max(x, 1) + x**2")
    x = torch.arange(4, dtype=torch.float64)
    assert torch.func.vmap(lambda each: formula.torch({"x": each}))(x).tolist() == [1.0, 2.0, 6.0, 12.0]


@pytest.mark.parametrize(("text", "x", "slope"), [("abs(x)", 0.0, 0.0), ("relu(x)", 0.0, 0.0), ("max(x, 0)", 0.0, 0.5)])
def test_kinks_have_torchs_slopes(text: str, x: float, slope: float) -> None:
    tensor = torch.tensor(x, dtype=torch.float64, requires_grad=True)
    parse(text).torch({"x": tensor}).backward()
    assert tensor.grad is not None
    assert tensor.grad.item() == slope


@settings(max_examples=150, suppress_health_check=[HealthCheck.filter_too_much])
@given(trees, points)
def test_numpy_torch_and_sympy_agree(tree: Node, point: dict[str, float]) -> None:
    try:
        formula = parse(to_text(tree))
    except FormulaError:
        assume(False)
    value = float(formula.evaluate(point))
    by_torch = formula.torch({name: torch.tensor(each, dtype=torch.float64) for name, each in point.items()})
    assert float(by_torch) == pytest.approx(value, rel=1e-9, abs=1e-12, nan_ok=True)
    if is_moderate(formula.tree, point):
        _compare_with_sympy(formula, point, value)


def _compare_with_sympy(formula: Formula, point: dict[str, float], value: float) -> None:
    import sympy

    from gdsim.formula.calculus import from_sympy

    try:
        again = Formula("", from_sympy(to_sympy(formula.tree)))
    except InputError:
        return
    nearby = [again.evaluate({name: each + shift for name, each in point.items()}) for shift in (0.0, 1e-9, -1e-9)]
    # Rewriting 0*log(x) to 0 may give a value where there was none, and steep places amplify rounding.
    spread = max(abs(float(each) - float(nearby[0])) for each in nearby)
    assert isinstance(to_sympy(formula.tree), sympy.Basic)
    if math.isfinite(float(nearby[0])) and math.isfinite(spread):
        assert float(nearby[0]) == pytest.approx(value, rel=1e-6, abs=1e-6 + 100 * spread)
