"""Reading formulas: what is accepted, what is refused, where the mistake is and how fast."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gdsim.formula import Formula, FormulaError, parse
from gdsim.formula.tree import Binary, Call, Negate, Node, Number, Variable, to_text

from .strategies import trees

X, Y = Variable("x"), Variable("y")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("x", X),
        (" ( x ) ", X),
        ("+x", X),
        ("-x**2", Negate(Binary("**", X, Number(2.0)))),
        ("x - y - 1", Binary("-", Binary("-", X, Y), Number(1.0))),
        ("2**x**y", Binary("**", Number(2.0), Binary("**", X, Y))),
        ("x**-1", Binary("**", X, Negate(Number(1.0)))),
        ("max(x,\n y, .5e-1)", Call("max", (X, Y, Number(0.05)))),
        ("θ*x", Binary("*", Variable("θ"), X)),
    ],
)
def test_reads_as_python_does(text: str, expected: Node) -> None:
    assert parse(text).tree == expected


def test_variables_are_sorted_and_named_freely() -> None:
    assert parse("(2 - w1 - w2)**2 + größe*α - pi*e").variables == ("größe", "w1", "w2", "α")


@pytest.mark.parametrize(
    ("text", "words", "position", "length"),
    [
        ("", "empty", 0, 1),
        (" \n ", "empty", 0, 1),
        ("x^2", "**", 1, 1),
        ("y = x", "equals", 2, 1),
        ("3 + 2x", "2*x", 4, 2),
        ("(x + 1)(y)", "(...)*(...)", 6, 2),
        ("x(y + 1)", "x*(...)", 0, 1),
        ("1 + sine(x)", "did you mean sin?", 4, 4),
        ("ln(x)", "did you mean log?", 0, 2),
        ("foo(x)", "sin, cos, tan, exp, log, sqrt, abs, sigmoid, tanh, relu, min, max", 0, 3),
        ("x.real", "dot", 1, 5),
        ("math.sin(x)", "sin alone", 4, 4),
        ("x[0]", "Square", 1, 1),
        ("x < 1", "Comparisons", 2, 1),
        ("x == 1", "Comparisons", 2, 2),
        ("2*(x + 1", "closing", 2, 1),
        ("x + 1)", "opening", 5, 1),
        ("sin(x, y)", "one argument", 0, 9),
        ("min(x)", "at least 2", 0, 6),
        ("sin + 1", "sin(...)", 0, 3),
        ("x +", "too early", 2, 1),
        ("x * / y", "between * and /", 4, 1),
        ("1,5*x", "point", 1, 1),
        ("lambda + x", "reserved", 0, 6),
        ("x²", "**", 1, 1),
        ("ééé + 1/0", "finite", 6, 3),
        ("  \n x + log(-1)", "finite", 8, 7),
        ("x**2000", "1000", 3, 4),
        ("(x**40)**40", "1000", 4, 2),
        ("9" * 400, "too large", 0, 400),
        ("x; y", "character ;", 1, 1),
        ("x if y", "reserved", 2, 2),
        ("'a'", "character '", 0, 1),
    ],
)
def test_says_what_is_wrong_and_where(text: str, words: str, position: int, length: int) -> None:
    with pytest.raises(FormulaError) as caught:
        parse(text)
    assert words in str(caught.value)
    assert (caught.value.position, caught.value.length) == (position, length)


@pytest.mark.parametrize(
    "text",
    [
        "9**9**9**9",
        "9**999",
        "x**9**9",
        "(x**500)**500",
        "(" * 10_000,
        "(" * 150 + "x" + ")" * 150,
        "-" * 1900 + "x",
        "2**" * 600 + "x",
        "sin(" * 100 + "x" + ")" * 100,
        "+".join(["x"] * 900),
        "x" * 100_000,
        "(x+" * 30_000,
        "9" * 1999,
        "exp(710)",
        "1" * 1999 + "**x",
        "__import__('os').system('true')",
        "().__class__",
        "(lambda: 1)()",
        "x\0",
        "\ud800",
        "[x for x in y]",
    ],
)
def test_refuses_bombs_at_once(text: str) -> None:
    # Of the process alone: what else the machine does is not the parser's fault.
    begin = time.process_time()
    with pytest.raises(FormulaError) as caught:
        parse(text)
    assert time.process_time() - begin < 1
    assert 0 <= caught.value.position <= len(text)


@settings(max_examples=300, deadline=1000)
@given(st.one_of(st.text(max_size=60), st.text("xy12. *+-/()^=,sinmax\n e", max_size=40)))
def test_random_text_is_read_or_refused(text: str) -> None:
    formula, error = attempt(text)
    if formula is not None:
        assert parse(to_text(formula.tree)).tree == formula.tree
    else:
        assert error is not None
        assert 0 <= error.position <= len(text)
        assert error.length >= 1


@settings(max_examples=200, deadline=1000)
@given(trees)
def test_text_reads_back_as_the_same_tree(tree: Node) -> None:
    text = to_text(tree)
    formula, error = attempt(text)
    # Random trees hold things like 1/0 and huge exponents, which are refused wherever they come from.
    refused = error is not None and ("finite" in str(error) or "exponent" in str(error))
    assert refused or (formula is not None and formula.tree == tree), text


def attempt(text: str) -> tuple[Formula | None, FormulaError | None]:
    try:
        return parse(text), None
    except FormulaError as error:
        return None, error


@pytest.mark.parametrize(
    ("text", "position", "says"),
    [
        ("θ₁**2+β**2", 1, "letters, the digits 0 to 9 and _"),
        ("3*x² + y", 3, "powers with **"),
        ("x + ab١", 6, "letters, the digits 0 to 9 and _"),
    ],
)
def test_odd_characters_in_names_are_pointed_at(text: str, position: int, says: str) -> None:
    with pytest.raises(FormulaError) as caught:
        parse(text)
    assert (caught.value.position, says in str(caught.value)) == (position, True)
