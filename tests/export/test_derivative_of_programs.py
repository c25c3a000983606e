"""``gdsim grad`` with programs of several lines: values of all names, the gradient by rules and by torch."""

from __future__ import annotations

import json
import time

import pytest
from hypothesis import given, settings

from gdsim import cli
from gdsim.export.derivative import differentiate_program
from gdsim.formula.program import MAX_OPERATIONS, composed, is_program, parse_program
from gdsim.problems.graph import build_graph
from gdsim.problems.graph_numbers import compute
from tests.formula.strategies import Setup, setups

Captured = pytest.CaptureFixture[str]
LECTURE = "z = x**2; sigma = sigmoid(z); loss = -(y*log(sigma) + (1-y)*log(1-sigma))"


def grad(capsys: Captured, *arguments: str) -> tuple[int, str, str]:
    code = cli.main(["grad", *arguments])
    out, err = capsys.readouterr()
    return code, out, err


def test_the_lecture_s_program(capsys: Captured, oracles: dict[str, dict[str, float]]) -> None:
    code, out, err = grad(capsys, LECTURE, "--at", "x=1", "--at", "y=2", "--json")
    result = json.loads(out)
    assert (code, err) == (0, "")
    assert result["value"] == pytest.approx(oracles["autograd"]["loss"], abs=1e-15)
    assert result["numeric"]["x"] == pytest.approx(oracles["autograd"]["dloss_dx"], abs=5e-5)
    assert result["symbolic_value"]["x"] == pytest.approx(result["numeric"]["x"], rel=1e-12)
    assert list(result["values"]) == ["z", "sigma", "loss"]
    assert result["values"]["loss"] == result["value"]


def test_the_text_has_a_line_for_each_name(capsys: Captured) -> None:
    code, out, _ = grad(capsys, "z = x**2\n-z*x", "--at", "x=3")
    assert code == 0
    assert [line.split() for line in out.splitlines()] == [
        ["at", "x", "=", "3.0"],
        ["z", "=", "x**2", "=", "9.0"],
        ["result", "=", "-z*x", "=", "-27.0"],
        ["dresult/dx", "=", "-3*x**2", "=", "-27.0"],
        ["autograd", "=", "-27.0"],
    ]


@pytest.mark.parametrize(
    ("program", "said"),
    [
        ("z = x**2; q = z*", "Line 1, character 16: The formula ends too early"),
        ("z = x**2\nz = 3*x", "Line 2, character 1: z is assigned twice"),
        ("a = b*x; b = a*x", "circle"),
        ("z = x*w", "The formula needs a value for w: add --at w=1."),
        ("z = 3", "z is only a number"),
    ],
)
def test_bad_programs_get_one_line(capsys: Captured, program: str, said: str) -> None:
    code, out, err = grad(capsys, program, "--at", "x=1")
    assert (code, out) == (2, "")
    assert said in err
    assert err.count("\n") == 1


def test_what_has_no_symbolic_gradient_is_said_so(capsys: Captured) -> None:
    doubling = "; ".join(f"a{k + 1} = a{k}*a{k}" for k in range(30)).replace("a0", "x")
    assert composed(parse_program(doubling)) is None
    code, out, err = grad(capsys, doubling, "--at", "x=1", "--json")
    result = json.loads(out)
    assert code == 0
    assert "no symbolic gradient" in err
    assert (result["symbolic"]["x"], result["numeric"]["x"]) == (None, 2.0**30)
    code, out, err = grad(capsys, "a = detach(x); a*x", "--at", "x=3", "--json")
    assert "detach" in err
    assert json.loads(out)["numeric"] == {"x": 3.0}


@pytest.mark.parametrize(
    "program",
    [
        "a = (3*x)**500; b = a**500; c = b**500",
        "; ".join(["a0 = sin(x)", *(f"a{k + 1} = sin(a{k})" for k in range(300))]),
        "; ".join(["a0 = x**x", *(f"a{k + 1} = a{k}**x" for k in range(100))]),
    ],
    ids=lambda text: text[:20],
)
def test_what_nobody_may_type_as_one_formula_is_none(program: str) -> None:
    # Algebra on it would write out numbers of millions of digits.
    begin = time.process_time()
    result = differentiate_program(parse_program(program), {"x": 0.3})
    assert time.process_time() - begin < 2
    assert result.symbolic == {"x": None}
    assert "no symbolic gradient" in result.notes[0]


def test_a_name_like_a_word_of_the_table(capsys: Captured) -> None:
    _, out, _ = grad(capsys, "at = x*2; autograd = at*3", "--at", "x=1")
    assert [line.split() for line in out.splitlines()][:3] == [
        ["at", "x", "=", "1.0"],
        ["at", "=", "x*2", "=", "2.0"],
        ["autograd", "=", "at*3", "=", "6.0"],
    ]


def test_formulas_and_programs_are_told_apart() -> None:
    assert [is_program(text) for text in ("x + y", "x == y", "z = x", "x; y", " loss=x", "")] == [
        False, False, True, True, True, False
    ]  # fmt: skip
    assert is_program("# how steep\nz = x**2\nz*3")
    assert not is_program("x**2 # z = x")
    assert MAX_OPERATIONS >= 200


@settings(max_examples=60)
@given(setup=setups)
def test_torch_and_the_graph_agree(setup: Setup) -> None:
    graph = build_graph(setup.program, dict.fromkeys(setup.leaves, True))
    numbers = compute(graph, setup.leaves)
    size = max(map(abs, (*numbers.values, *numbers.contributions)))
    if not size < 1e6:
        return  # not finite, or so large that what is left of a difference is rounding
    result = differentiate_program(setup.program, setup.leaves)
    for name, slope in result.numeric.items():
        assert slope == pytest.approx(
            numbers.gradients[graph.names[name]], rel=1e-9, abs=1e-12 * max(1.0, size), nan_ok=True
        )
