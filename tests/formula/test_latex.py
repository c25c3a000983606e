"""LaTeX keeps the structure as typed, brackets what must be, and matplotlib can set it."""

from __future__ import annotations

import pytest
from hypothesis import given, settings

from gdsim.formula import Formula, parse
from gdsim.formula.latex import Printer, broken, symbol
from gdsim.formula.tree import Node

from .strategies import trees


@pytest.mark.parametrize(
    ("text", "latex"),
    [
        ("(2 - w1 - w2)**2", r"\left(2 - w_{1} - w_{2}\right)^{2}"),
        ("3*w1", "3 w_{1}"),
        ("2*3*x", r"2 \cdot 3 x"),
        ("x*2", r"x \cdot 2"),
        ("x*2**y", r"x \cdot 2^{y}"),
        ("x/(y + 1)", r"\frac{x}{y + 1}"),
        ("(x/2)**2", r"\left(\frac{x}{2}\right)^{2}"),
        ("x*x", r"x \cdot x"),
        ("-x*y", "-x y"),
        ("x*-y", r"x \left(-y\right)"),
        ("a - (b - c)", r"a - \left(b - c\right)"),
        ("a + -b*c", r"a + \left(-b c\right)"),
        ("-(a + b)", r"-\left(a + b\right)"),
        ("(-x)**2", r"\left(-x\right)^{2}"),
        ("sin(x)**2", r"\sin^{2}\left(x\right)"),
        ("sqrt(x)*abs(y)", r"\sqrt{x} \left|y\right|"),
        ("exp(-x)*log(y)", r"\mathrm{e}^{-x} \, \ln\left(y\right)"),
        ("2.5e-10*x", r"2.5 \cdot 10^{-10} x"),
    ],
)
def test_structure(text: str, latex: str) -> None:
    assert parse(text).latex() == latex


@pytest.mark.parametrize(
    ("name", "latex"),
    [
        ("w1", "w_{1}"),
        ("w_12", "w_{12}"),
        ("alpha", r"\alpha"),
        ("θ", r"\theta"),
        ("theta2", r"\theta_{2}"),
        ("w_max", r"w_{\mathrm{max}}"),
        ("speed", r"\mathrm{speed}"),
        ("ä", r"\mathrm{ä}"),
    ],
)
def test_names(name: str, latex: str) -> None:
    assert symbol(name) == latex


def test_values_are_put_in_with_brackets_where_needed() -> None:
    formula = parse("(2 - w1 - w2)**2 + 3*w1**2")
    assert formula.latex({"w1": "-8.0", "w2": "6.0"}) == (
        r"\left(2 - \left(-8.0\right) - 6.0\right)^{2} + 3 \cdot \left(-8.0\right)^{2}"
    )
    assert parse("x**2*y").latex({"x": r"1.5 \cdot 10^{3}"}) == r"\left(1.5 \cdot 10^{3}\right)^{2} y"


def test_long_pieces_can_be_broken_inside_plain_brackets_only() -> None:
    printer = Printer(lambda name, place: None, breaks=True)
    assert [broken(piece) for piece in printer.terms(parse("1 + (a + b - c)**2*(d - e*x)").tree)] == [
        ["1"],
        ["+\\;(a ", "+\\;b ", "-\\;c)^{2}"],
        ["\\cdot\\;(d ", "-\\;e x)".replace("e x", "\\mathrm{e} x")],
    ]
    assert [broken(piece) for piece in printer.terms(parse("sin(a + b)/(c + d)").tree)] == [
        [r"\frac{\sin\left(a + b\right)}{c + d}"]
    ]


@settings(max_examples=40, deadline=None)
@given(trees)
def test_matplotlib_can_set_it(tree: Node) -> None:
    from matplotlib.mathtext import MathTextParser

    formula = Formula("", tree)
    for latex in (formula.latex(), formula.latex({"x": "-2.5", "y": r"1 \cdot 10^{-3}"})):
        assert MathTextParser("path").parse(f"${latex}$").width > 0


def test_a_long_word_is_no_index() -> None:
    assert parse("alpha_long_name").latex() == r"\mathrm{alpha\_long\_name}"
    assert parse("w_out").latex() == r"w_{\mathrm{out}}"
