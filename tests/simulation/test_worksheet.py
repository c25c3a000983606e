"""The worksheet's numbers, recomputed from its own text with exact fractions."""

from __future__ import annotations

import math
import re
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gdsim.formula import Formula, parse
from gdsim.formula.calculus import gradient
from gdsim.problems.analysis import Analysis
from gdsim.problems.quadratic import analyse
from gdsim.simulation.by_hand import show
from gdsim.simulation.lines import SLOT, Line, Worksheet
from gdsim.simulation.snapshot import Phase, Point, Snapshot
from gdsim.simulation.worksheet import surface_worksheet

LECTURE = parse("(2 - w1 - w2)**2 + (4 - 3*w1 - w2)**2")
HYPER = {"learning_rate": 0.01, "gamma": 0.9}
Pair = dict[str, float]


def analysis(formula: Formula = LECTURE) -> Analysis:
    return Analysis(formula, gradient(formula), analyse(formula), np.empty((0, 2)))


def point(formula: Formula, step: int, w: Pair, v: Pair | None, hyper: Pair) -> Point:
    slopes = {name: np.asarray(each.evaluate(w)) for name, each in gradient(formula).items()}
    state = {} if v is None else {"velocity": {name: np.asarray(value) for name, value in v.items()}}
    values = {name: np.asarray(value) for name, value in w.items()}
    return Point(step, values, float(formula.evaluate(w)), slopes, state, hyper)


def snapshot(
    w: Pair, v: Pair | None, hyper: Pair, phase: Phase = "update", formula: Formula = LECTURE, first: bool = False
) -> Snapshot:
    """Return one update, computed here and not by the rules: the lecture's momentum, or gradient descent."""
    before = point(formula, 6, w, v, hyper)
    slope = {name: float(each) for name, each in before.gradient.items()}
    lr, gamma = hyper["learning_rate"], hyper.get("gamma", 0.0)
    moved = {name: gamma * (v or {}).get(name, 0.0) - lr * slope[name] for name in w}
    after = point(formula, 7, {name: w[name] + moved[name] for name in w}, None if v is None else moved, hyper)
    if first:
        return Snapshot(1, phase, before, None, (), 0, (), np.zeros((0, 0)))
    return Snapshot(1, phase, after, before, (), 7, (), np.zeros((0, 0)))


def lines(content: Worksheet) -> dict[str, Line]:
    return {line.key: line for section in content.sections for line in section.lines}


def fraction(text: str) -> Fraction:
    """Work out a line of the worksheet exactly; its grammar is Python's, on fractions."""
    exact = re.sub(r"(?<![\w.])(\d+(?:\.\d+)?(?:e[+-]?\d+)?)", r"F('\1')", text)
    exact = re.sub(r"\*\*F\('(\d+)'\)", r"**\1", exact)
    return eval(exact, {"__builtins__": {}, "F": Fraction})


def rounds_to(value: Fraction, shown: str) -> bool:
    mantissa, _, exponent = shown.partition("e")
    decimals = len(mantissa.partition(".")[2])
    unit = Fraction(10) ** (int(exponent or 0) - decimals)
    # A value in the middle between two roundings, up to the 50th digit, may be shown as either.
    return abs(value - Fraction(shown)) <= unit / 2 * (1 + Fraction(1, 10**50))


def check(line: Line, digits: int) -> bool:
    """Check one line by hand; return whether it claims to be exact."""
    text = line.plain_text(digits)
    if "~" in text:
        return False
    *_, numbers, result = text.split(" = ")
    assert rounds_to(fraction(numbers), result), text
    assert line.result is not None
    assert rounds_to(Fraction(line.result), result), text
    return True


coordinates = st.fixed_dictionaries({"w1": st.floats(-10, 10), "w2": st.floats(-10, 10)})
COMPUTED = ("loss", "gradient.w1", "gradient.w2", "velocity_next.w1", "w_next.w1", "velocity_next.w2", "w_next.w2")


@given(coordinates, coordinates, st.floats(1e-4, 1), st.floats(0, 1), st.integers(1, 8))
def test_every_line_can_be_checked_by_hand(w: Pair, v: Pair, lr: float, gamma: float, digits: int) -> None:
    content = surface_worksheet(snapshot(w, v, {"learning_rate": lr, "gamma": gamma}), "momentum", analysis())
    for key in COMPUTED:
        line = lines(content)[key]
        exact = check(line, digits)
        # Only where a result is lost in rounding errors may the worksheet say "about".
        size = max(map(abs, [*line.values.values(), 1.0]))
        assert exact or abs(line.result or 0.0) < 1e-6 * size


@settings(max_examples=50)
@given(st.sampled_from([1e12, 1e-9, 1e6, 1e-3, 1e-30]), st.floats(-10, 10), st.floats(-10, 10), st.integers(1, 12))
def test_huge_and_tiny_numbers(scale: float, a: float, b: float, digits: int) -> None:
    w = {"w1": a * scale, "w2": b * scale}
    content = surface_worksheet(snapshot(w, {"w1": b * scale, "w2": a}, HYPER), "momentum", analysis())
    for line in lines(content).values():
        if line.numbers:
            check(line, digits)


def test_the_first_step_of_the_lecture() -> None:
    w = {"w1": 0.0, "w2": 0.0}
    text = surface_worksheet(snapshot(w, w, HYPER), "momentum", analysis()).plain_text(3)
    assert (
        "L = (2 - w1 - w2)**2 + (4 - 3*w1 - w2)**2 = (2 - 0.000 - 0.000)**2 + (4 - 3*0.000 - 0.000)**2 = 20.000" in text
    )
    assert "g_w1 = dL/dw1 = 20*w1 + 8*w2 - 28 = 20*0.000 + 8*0.000 - 28 = -28.000" in text
    assert "g_w2 = dL/dw2 = 8*w1 + 4*w2 - 12 = 8*0.000 + 4*0.000 - 12 = -12.000" in text
    assert "v_w1 <- gamma*v_w1 - learning_rate*g_w1 = 0.9*0.000 - 0.01*(-28.000) = 0.280" in text
    assert "w1 <- w1 + v_w1 = 0.000 + 0.280 = 0.280" in text
    assert "w2 <- w2 + v_w2 = 0.000 + 0.120 = 0.120" in text


def test_the_equations_are_the_rules_own() -> None:
    content = surface_worksheet(snapshot({"w1": -8.0, "w2": 6.0}, None, {"learning_rate": 0.01}), "gd", analysis())
    line = lines(content)["w_next.w1"]
    assert line.plain_text(4) == "w1 <- w1 - learning_rate*g_w1 = -8.0000 - 0.01*(-140.0000) = -6.6000"
    assert "".join(line.symbols) == r"w_{1}-\;\eta g_{1}"
    assert [SLOT.findall(each) for each in line.numbers] == [[("w", "0")], [("learning_rate", "1"), ("g", "1")]]


@pytest.mark.parametrize(
    ("phase", "fresh", "computed"),
    [
        ("forward", {"loss"}, {"loss"}),
        ("backward", {"loss", "gradient.w1"}, {"gradient.w1"}),
        ("update", {"loss", "gradient.w1", "velocity_next.w1", "w_next.w1"}, {"velocity_next.w1", "w_next.w1"}),
    ],
)
def test_phases(phase: Phase, fresh: set[str], computed: set[str]) -> None:
    content = surface_worksheet(
        snapshot({"w1": 1.5, "w2": 2.5}, {"w1": 0.5, "w2": 0.25}, HYPER, phase), "momentum", analysis()
    )
    own = {key: line for key, line in lines(content).items() if not key.endswith("w2") and key in COMPUTED}
    assert {key for key, line in own.items() if line.fresh} == fresh
    assert {key for key, line in own.items() if line.computed} == computed
    # What is stale still shows the numbers of its own time: w1 = 1.5 before the update.
    stale_or_done = phase != "backward"
    assert (own["gradient.w1"].values["w1"] == 1.5) == stale_or_done
    assert own["w_next.w1"].values["w"] == 1.5


def test_before_the_first_step() -> None:
    w = {"w1": -8.0, "w2": 6.0}
    content = surface_worksheet(snapshot(w, w, HYPER, first=True), "momentum", analysis())
    assert lines(content)["loss"].plain_text(1).endswith("= 500.0")
    assert lines(content)["w_next.w1"].plain_text(1) == "w1 <- w1 + v_w1"
    forward = surface_worksheet(snapshot(w, w, HYPER, "forward", first=True), "momentum", analysis())
    assert lines(forward)["gradient.w1"].result is None


@pytest.mark.parametrize(
    ("optimizer", "hyper", "word", "share"),
    [
        ("gd", {"learning_rate": 0.0857}, "converges", "99.9 %"),
        ("gd", {"learning_rate": 0.0858}, "diverges", "100.02 %"),
        ("momentum", {"learning_rate": 0.1629, "gamma": 0.9}, "converges", "99.9 %"),
        ("momentum", {"learning_rate": 0.1631, "gamma": 0.9}, "diverges", "100.1 %"),
        ("momentum-pytorch", {"learning_rate": 0.01, "gamma": 0.0}, "the run converges", "11.7 %"),
        ("gd", {"learning_rate": 3 / 2 - math.sqrt(2)}, "limit itself", "limit"),
    ],
)
def test_stability(optimizer: str, hyper: Pair, word: str, share: str) -> None:
    w = {"w1": -8.0, "w2": 6.0}
    content = surface_worksheet(snapshot(w, w if "gamma" in hyper else None, hyper), optimizer, analysis())
    note = content.sections[-1].note
    assert word in note
    assert share in note
    assert ("diverges" in note) == (word == "diverges")


def test_stability_numbers(oracles: dict[str, Any]) -> None:
    w = {"w1": -8.0, "w2": 6.0}
    content = lines(surface_worksheet(snapshot(w, w, HYPER), "momentum", analysis()))
    expected = oracles["surface"]
    assert [content["lambda_min"].result, content["lambda_max"].result] == pytest.approx(expected["eigenvalues"])
    assert content["kappa"].result == pytest.approx(expected["condition_number"])
    assert content["limit"].result == pytest.approx(expected["gamma09_stable_below"])
    assert all(check(content[key], 6) for key in ("kappa", "limit"))


def test_a_saddle_says_so() -> None:
    formula = parse("x**2 - y**2")
    w = {"x": 1.0, "y": 1.0}
    content = surface_worksheet(snapshot(w, w, HYPER, formula=formula), "momentum", analysis(formula))
    assert "diverges" in content.sections[-1].note
    assert "limit" not in lines(content)


def test_numbers_that_are_not_finite() -> None:
    w = {"w1": math.inf, "w2": math.nan}
    text = surface_worksheet(snapshot(w, w, HYPER), "momentum", analysis()).plain_text(4)
    assert "inf" in text
    assert "nan" in text


def test_a_gradient_that_is_only_rounding_error_is_not_claimed_to_agree() -> None:
    line = lines(surface_worksheet(snapshot({"w1": 1 + 2e-16, "w2": 1 - 1e-16}, None, HYPER), "gd", analysis()))[
        "gradient.w1"
    ]
    assert "~" in line.plain_text(4) or check(line, 4)


@pytest.mark.parametrize(
    ("value", "digits", "text"),
    [
        (0.0, 2, "0.00"),
        (-0.0, 2, "0.00"),
        (-8.0, 4, "−8.0000"),
        (0.125, 2, "0.13"),
        (1e12, 2, "1.00·10¹²"),
        (-2.5e-9, 1, "−2.5·10⁻⁹"),
        (9.9999e-9, 2, "1.00·10⁻⁸"),
        (math.inf, 2, "∞"),
    ],
)
def test_how_numbers_are_written(value: float, digits: int, text: str) -> None:
    assert show(value, digits).text == text


def test_hyper_parameters_are_shown_as_they_were_set() -> None:
    assert [show(each, 6, exact=True).plain for each in (0.9, 0.01, 1.0, 0.0001)] == ["0.9", "0.01", "1", "1e-04"]


def test_where_the_loss_is_not_finite_there_is_no_gradient() -> None:
    # 1/x and 1/y have values at (-8, 6), where log(x*y) has none.
    formula = parse("log(x*y)")
    known = Analysis(formula, gradient(formula), None, np.empty((0, 2)))
    values = {"x": np.asarray(-8.0), "y": np.asarray(6.0)}
    slopes = {name: np.asarray(each.evaluate(values)) for name, each in known.partials.items()}
    now = Point(0, values, math.nan, slopes, {}, {"learning_rate": 0.01})
    sheet = surface_worksheet(Snapshot(1, "backward", now, None, (), 0, (), np.zeros((0, 0))), "gd", known)
    section = next(each for each in sheet.sections if each.key == "gradient")
    assert [line.shown(4).result.text for line in section.lines] == ["nan", "nan"]
    assert "no gradient" in section.note
