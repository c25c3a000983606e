"""Reading programs: what is accepted, what is refused, where the mistake is and how fast."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gdsim.errors import OnlyANumber, ProgramError
from gdsim.formula import parse
from gdsim.formula.program import MAX_OPERATIONS, UNNAMED, Program, parse_program
from gdsim.formula.tree import PROGRAM_FUNCTIONS, to_text

from .strategies import Setup, setups


def statements(program: Program) -> list[tuple[str, str]]:
    return [(each.name, to_text(each.formula.tree)) for each in program.statements]


@pytest.mark.parametrize(
    ("text", "expected", "inputs"),
    [
        ("z = x**2", [("z", "x**2")], ("x",)),
        ("x + 1", [(UNNAMED, "x + 1")], ("x",)),
        ("z = x**2; s = sigmoid(z); -log(s)", [("z", "x**2"), ("s", "sigmoid(z)"), (UNNAMED, "-log(s)")], ("x",)),
        ("\n\n  a=y*x  \r\n\tb = a\n;;\n", [("a", "y*x"), ("b", "a")], ("y", "x")),
        ("# first\na = x # = y; b\n# last", [("a", "x")], ("x",)),
        ("a = (x # one\n  + y) # two\nb = a", [("a", "x + y"), ("b", "a")], ("x", "y")),
        ("a = max(x,\n\n y); b = a", [("a", "max(x, y)"), ("b", "a")], ("x", "y")),
        ("σ = x; größe = σ*2", [("σ", "x"), ("größe", "σ*2")], ("x",)),
        ("𝑥 = y; w = x*2", [("x", "y"), ("w", "x*2")], ("y",)),
        ("a = detach(x)*x", [("a", "detach(x)*x")], ("x",)),
        ("b = y + x; a = x*w", [("b", "y + x"), ("a", "x*w")], ("y", "x", "w")),
    ],
)
def test_reads_programs(text: str, expected: list[tuple[str, str]], inputs: tuple[str, ...]) -> None:
    program = parse_program(text)
    assert statements(program) == expected
    assert program.inputs == inputs
    assert (program.text, program.result) == (text, expected[-1][0])


@pytest.mark.parametrize(
    ("text", "words", "line", "position", "length"),
    [
        ("", "empty", 1, 0, 1),
        (" \n# nothing\n;", "empty", 1, 0, 1),
        ("z = x\nw = z*\nv = w", "too early", 2, 5, 1),
        ("z = x; w = z^2", "**", 1, 12, 1),
        ("z = ", "must follow the equals sign", 1, 2, 1),
        ("a = x\n  z =", "must follow the equals sign", 2, 4, 1),
        ("x**2\nz = x", "a name, as in z = x**2", 1, 0, 4),
        ("z = x\n 3 + z\nw = z", "a name, as in z = x**2", 2, 1, 5),
        ("z = x = y", "Only one equals sign", 1, 6, 1),
        ("2*z = x", "Only a name may stand left of the equals sign", 1, 4, 1),
        ("z += x", "Only a name may stand left of the equals sign", 1, 3, 1),
        ("a b = x", "Only a name may stand left of the equals sign", 1, 4, 1),
        ("z == x", "Comparisons", 1, 2, 2),
        ("z = x <= y", "Comparisons", 1, 6, 2),
        ("a = 1*x\nz = (x + a\nw = z", "closing parenthesis is missing", 2, 4, 1),
        ("z = x)\nw = z", "no opening one", 1, 5, 1),
        ("z = [x,\n y]", "Square brackets", 1, 4, 1),
        ("z = x\nw = z\nz = w", "z is assigned twice", 3, 0, 1),
        ("z = z + x", "z cannot be computed from itself", 1, 4, 1),
        ("a = c*x; b = a; c = b", "a → b → c → a", 1, 4, 1),
        ("a = 2*b\nb = x", "b is used before it is assigned", 1, 6, 1),
        ("z = torch*x", "torch is a reserved word", 1, 4, 5),
        ("print = x", "print is a reserved word", 1, 0, 5),
        ("lambda = x", "lambda is a reserved word", 1, 0, 6),
        ("None = x", "None is a reserved word", 1, 0, 4),
        ("__debug__ = x", "__debug__ is a reserved word", 1, 0, 9),
        ("pi = x", "pi is a constant", 1, 0, 2),
        ("a = x\n sigmoid = a", "sigmoid is a function", 2, 1, 7),
        ("z = detach*x", "detach(...)", 1, 4, 6),
        ("z = foo(x)", "the functions are sin", 1, 4, 3),
        ("a" * 41 + " = x", "too long", 1, 0, 41),
        ("z = " + "x" * 41, "too long", 1, 4, 41),
        ("z = x.grad", "dot", 1, 5, 5),
        ("z = 1/0*x", "finite", 1, 4, 3),
    ],
)
def test_says_what_is_wrong_and_where(text: str, words: str, line: int, position: int, length: int) -> None:
    with pytest.raises(ProgramError) as caught:
        parse_program(text)
    assert words in str(caught.value)
    assert (caught.value.line, caught.value.position, caught.value.length) == (line, position, length)


def test_a_line_that_is_only_a_number_can_become_a_leaf() -> None:
    with pytest.raises(OnlyANumber) as caught:
        parse_program("a = x\n  k = 2*0.25\nb = k*a")
    assert (caught.value.name, caught.value.value) == ("k", 0.5)
    assert (caught.value.line, caught.value.position, caught.value.length) == (2, 2, 1)


def test_the_largest_program_and_one_more() -> None:
    lines = ["a0 = -x", *(f"a{i} = -a{i - 1}" for i in range(1, MAX_OPERATIONS))]
    assert len(parse_program("\n".join(lines)).statements) == MAX_OPERATIONS
    with pytest.raises(ProgramError, match="at most 1000 operations") as caught:
        parse_program("\n".join([*lines, f"b = -a{MAX_OPERATIONS - 1}"]))
    assert caught.value.line == MAX_OPERATIONS + 1


@pytest.mark.parametrize(
    "text",
    [
        "\n".join(f"a{i} = -x" for i in range(10_000)),
        ";".join(f"a{i} = a{i + 1}" for i in range(10_000)),
        "a = " + "(" * 10_000,
        "a = " + "-" * 10_000 + "x",
        "a = " + "+".join(["x"] * 3000),
        "a = x**9**9**9",
        "a = " + "x" * 100_000,
        "=" * 10_000,
        "a = x\n" * 10_000,
        ";" * 100_000,
        "(\n" * 50_000,
        "#" * 100_000 + "\n" + "(a =\n" * 20_000,
        "a = __import__('os').system('true')",
        "a = ().__class__",
        "a = x\0",
        "\ud800 = x",
        "a = \ud800",
    ],
    ids=lambda text: text[:20],
)
def test_refuses_bombs_at_once(text: str) -> None:
    begin = time.process_time()
    with pytest.raises(ProgramError) as caught:
        parse_program(text)
    assert time.process_time() - begin < 1
    assert 1 <= caught.value.line <= text.count("\n") + 1


_PIECES = """x y z a = == # ( ) [ ] * + - ** , 1 2.5 max log sigmoid detach torch pi é x1 . lambda""".split()
_pieces = st.sampled_from([*_PIECES, " = ", " = ", "\n", ";", " ", "\r\n", "\t"])


@settings(max_examples=400, deadline=1000)
@given(st.one_of(st.text(max_size=80), st.lists(_pieces, max_size=40).map("".join)))
def test_random_text_is_read_or_refused(text: str) -> None:
    program, error = attempt(text)
    if program is not None:
        assert len({statement.name for statement in program.statements}) == len(program.statements)
        for statement in program.statements:
            assert parse(statement.formula.text, PROGRAM_FUNCTIONS).tree == statement.formula.tree
        return
    assert error is not None
    lines = text.split("\n")
    assert 1 <= error.line <= len(lines)
    assert 0 <= error.position <= len(lines[error.line - 1])
    assert error.length >= 1


def attempt(text: str) -> tuple[Program | None, ProgramError | None]:
    try:
        return parse_program(text), None
    except ProgramError as error:
        return None, error


@given(setups)
def test_written_out_again_it_is_the_same_program(setup: Setup) -> None:
    again = parse_program("\n".join(f"{name} = {right}" for name, right in statements(setup.program)))
    assert statements(again) == statements(setup.program)
    assert again.inputs == setup.program.inputs


def test_a_last_line_without_a_name_takes_one_that_is_free() -> None:
    assert parse_program("z = x**2; 3*z").result == "result"
    assert parse_program("result = x**2; 3*result").result == "result2"
    assert parse_program("z = 2*result; z*result2").result == "result3"
