"""The theory of quadratics against closed forms, and against runs made here in plain Python."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gdsim.formula import parse
from gdsim.problems.quadratic import Quadratic, Verdict, analyse

LECTURE = "(2 - w1 - w2)**2 + (4 - 3*w1 - w2)**2"
CONVERGING = (Verdict.MONOTONE, Verdict.OSCILLATES)


def quadratic(text: str) -> Quadratic:
    result = analyse(parse(text))
    assert result is not None
    return result


def test_the_lecture_surface(oracles: dict[str, Any]) -> None:
    expected = oracles["surface"]
    facts = quadratic(LECTURE)
    assert facts.hessian.tolist() == expected["hessian"]
    assert facts.eigenvalues == pytest.approx(expected["eigenvalues"], rel=1e-13)
    assert facts.condition_number == pytest.approx(expected["condition_number"], rel=1e-12)
    assert facts.minimum is not None
    assert facts.minimum.tolist() == expected["minimum"]["at"]
    assert facts.largest_stable_learning_rate(0.0) == pytest.approx(expected["gd_stable_below"], rel=1e-13)
    assert facts.largest_stable_learning_rate(0.9) == pytest.approx(expected["gamma09_stable_below"], rel=1e-13)


def test_the_lecture_surfaces_best_settings(oracles: dict[str, Any]) -> None:
    expected = oracles["surface"]
    facts = quadratic(LECTURE)
    best = facts.best_learning_rate()
    assert best == pytest.approx(expected["gd_best"]["learning_rate"], rel=1e-13)
    assert facts.spectral_radius(best or 0.0) == pytest.approx(expected["gd_best"]["rate"], rel=1e-12)
    momentum = expected["momentum_best"]
    assert facts.best_momentum() == pytest.approx((momentum["learning_rate"], momentum["gamma"]), rel=1e-12)
    assert facts.spectral_radius(0.125, 0.5) == pytest.approx(momentum["spectral_radius"], rel=1e-7)


def test_the_limits_of_the_lecture_surface(oracles: dict[str, Any]) -> None:
    expected = oracles["surface"]
    facts = quadratic(LECTURE)
    assert facts.verdict(expected["converges"]["gd"]) in CONVERGING
    assert facts.verdict(expected["diverges"]["gd"]) is Verdict.DIVERGES
    assert facts.verdict(expected["converges"]["gamma09"], 0.9) in CONVERGING
    assert facts.verdict(expected["diverges"]["gamma09"], 0.9) is Verdict.DIVERGES
    assert facts.verdict(expected["gd_stable_below"]) is Verdict.LIMIT
    assert facts.verdict(0.01) is Verdict.MONOTONE
    assert facts.verdict(0.08) is Verdict.OSCILLATES
    assert facts.verdict(0.01, 0.9) is Verdict.OSCILLATES


@pytest.mark.parametrize(
    "text", ["x**3", "sin(x)", "x*y*x", "abs(x)**2", "1/x", "x**y", "(x + y)**9 - (x + y)**9 + x**2*y", "3"]
)
def test_what_is_not_quadratic(text: str) -> None:
    assert analyse(parse(text)) is None


@pytest.mark.parametrize("text", ["x**3 - x**3 + x**2 + y**2", "x**2/2*2 + -(-y)*y", "(x**2 + y**2)*sqrt(1)"])
def test_quadratics_however_they_are_written(text: str) -> None:
    assert quadratic(text).hessian.tolist() == [[2.0, 0.0], [0.0, 2.0]]


def test_a_saddle_never_converges() -> None:
    facts = quadratic("x**2 - y**2")
    assert facts.is_saddle
    assert facts.minimum is None
    assert math.isnan(facts.condition_number)
    assert facts.largest_stable_learning_rate(0.9) is None
    assert facts.best_learning_rate() is None
    assert facts.verdict(0.01, 0.5) is Verdict.DIVERGES


def test_a_valley_converges_across() -> None:
    facts = quadratic("(x - y)**2")
    assert facts.eigenvalues.tolist() == pytest.approx([0.0, 4.0])
    assert facts.condition_number == math.inf
    assert facts.largest_stable_learning_rate() == pytest.approx(0.5)
    assert facts.verdict(0.4) is Verdict.OSCILLATES
    assert facts.verdict(0.6) is Verdict.DIVERGES


def test_a_slope_has_no_bottom() -> None:
    assert quadratic("x + y").verdict(0.1) is Verdict.DIVERGES
    assert quadratic("x**2 + y").minimum is None
    assert quadratic("x**2 + y").largest_stable_learning_rate() is None


def test_no_gamma_of_one_or_more_converges() -> None:
    assert quadratic(LECTURE).largest_stable_learning_rate(1.0) is None
    assert quadratic(LECTURE).verdict(0.01, 1.01) is Verdict.DIVERGES


@given(st.floats(0.001, 0.3), st.floats(0, 0.95))
def test_verdict_is_what_a_run_does(learning_rate: float, gamma: float) -> None:
    facts = quadratic(LECTURE)
    radius = facts.spectral_radius(learning_rate, gamma)
    if abs(radius - 1) < 0.02:
        return
    w, v = np.array([-8.0, 6.0]), np.zeros(2)
    for _ in range(2000):
        v = gamma * v - learning_rate * (facts.hessian @ (w - 1))
        w = w + v
        if np.abs(w).max() > 1e6:
            break
    converged = bool(np.abs(w - 1).max() < 1e-6)
    assert converged == (facts.verdict(learning_rate, gamma) in CONVERGING)
