"""Programs: a few assignments, one a line or separated by semicolons, each in the grammar of formulas."""

from __future__ import annotations

import itertools
import keyword
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from gdsim.errors import FormulaError, OnlyANumber, ProgramError
from gdsim.formula.backends import constant_value
from gdsim.formula.expression import Formula
from gdsim.formula.parser import MAX_NODES, parse
from gdsim.formula.scanner import MAX_NAME
from gdsim.formula.tree import (
    CONSTANTS,
    PROGRAM_FUNCTIONS,
    Binary,
    Call,
    Negate,
    Node,
    Variable,
    substituted,
    to_text,
    walk,
)
from gdsim.i18n import tr

MAX_OPERATIONS = 1000
"""More than anybody reads; a graph of so many nodes is still laid out in less than a second."""

UNNAMED = "result"
"""What the last line computes, where it gives no name."""

_RESERVED = ("torch", "math", "print", "__debug__")
"""Names that the program's code in torch needs, and the one that Python lets nobody assign."""

_ASSIGNMENT = re.compile(r"\s*([^\W\d]\w*)\s*=(?!=)")
_EQUALS = re.compile(r"(?<![=<>!])=(?!=)")


@dataclass(frozen=True)
class Statement:
    """``name = formula``.

    Attributes
    ----------
    name
        What is assigned.
    formula
        Its right side.
    start, right
        Where the statement and its right side begin in the program's text.
    """

    name: str
    formula: Formula
    start: int
    right: int


@dataclass(frozen=True)
class Program:
    """A program that passed the parser; every name is assigned once, before it is used.

    Attributes
    ----------
    text
        The program as it was typed.
    statements
        The assignments, in their order; the last one computes the result.
    """

    text: str
    statements: tuple[Statement, ...]

    @property
    def result(self) -> str:
        """Name of what the last line computes."""
        return self.statements[-1].name

    @cached_property
    def inputs(self) -> tuple[str, ...]:
        """Names that are used and never assigned, in the order of their first use in the text."""
        assigned = {statement.name for statement in self.statements}
        found = {name for statement in self.statements for name in statement.formula.variables} - assigned
        return tuple(sorted(found, key=self.first_use))

    def first_use(self, name: str) -> int:
        """Return where ``name`` is first used in the text."""
        statement = next(each for each in self.statements if name in each.formula.variables)
        return statement.right + _place(statement.formula.text, name)

    def line_at(self, position: int) -> int:
        """Return the number, from 1, of the line that holds the character at ``position``."""
        return self.text.count("\n", 0, position) + 1

    def place(self, position: int) -> tuple[int, int]:
        """Return line, from 1, and place in this line of the character at ``position``."""
        return self.line_at(position), position - self.text.rfind("\n", 0, position) - 1


def is_program(text: str) -> bool:
    """Return whether ``text`` is meant as a program, not as one formula: it assigns something, or has several lines."""
    return ";" in text or any(_ASSIGNMENT.match(source) for _, source in _lines(text))


def composed(program: Program, most: int = MAX_NODES) -> Formula | None:
    """Return the whole program as one formula of its leaves; None where it would have more than ``most`` parts.

    A name that is used twice is written out twice, so a short program can be an endless formula; what ``detach``
    cuts off has no formula that is differentiated by rules. What nobody may type as one formula, such as a power of
    a power of a power, is none either.
    """
    trees: dict[str, Node] = {}
    sizes: dict[str, int] = {}
    for statement in program.statements:
        parts = list(walk(statement.formula.tree))
        if any(isinstance(part, Call) and part.function == "detach" for part in parts):
            return None
        size = sum(sizes.get(part.name, 1) if isinstance(part, Variable) else 1 for part in parts)
        if size > most:
            return None
        sizes[statement.name] = size
        trees[statement.name] = substituted(statement.formula.tree, trees)
    try:
        return parse(to_text(trees[program.result]))
    except FormulaError:
        return None


def parse_program(text: str) -> Program:
    """Read a program.

    Parameters
    ----------
    text
        One assignment a line, or several separated by ``;``. What follows ``#`` is a comment. A line goes on while
        a bracket is open and the next line does not begin with ``name =``. The last line may leave out its name,
        which is `UNNAMED` then.

    Raises
    ------
    ProgramError
        With one clear sentence, the line and the place in it; within a second whatever the text is.
    """
    statements: list[Statement] = []
    operations = 0
    lines = list(itertools.islice(_lines(text), MAX_OPERATIONS + 1))
    if not lines:
        raise ProgramError(tr("The program is empty: type one, for example z = x**2."), 1)
    draft = Program(text, ())
    for index, (start, source) in enumerate(lines):
        try:
            statement = _statement(source, start, index == len(lines) - 1)
        except FormulaError as error:
            raise ProgramError(str(error), *draft.place(min(error.position, len(text))), error.length) from None
        _check_dependence(statement, draft)
        operations += max(1, _operations(statement.formula))
        if operations > MAX_OPERATIONS:
            raise ProgramError(
                tr("The program is too large: a graph may have at most {most} operations.", most=MAX_OPERATIONS),
                *draft.place(start),
            )
        statements.append(_free_of(statements, statement))
    program = Program(text, tuple(statements))
    _check_names(program)
    return program


def _lines(text: str) -> Iterator[tuple[int, str]]:
    """Yield start and text of each statement; comments are blanked out."""
    text = re.sub(r"#[^\n]*", lambda match: " " * len(match[0]), text)
    start, depth = 0, 0
    for match in re.finditer(r"[()\[\]{};\n]|$", text):
        character = match[0]
        depth += (character in ("(", "[", "{")) - (character in (")", "]", "}"))
        # A bracket that somebody forgot to close must not swallow the assignments below it.
        if character in (";", "") or (character == "\n" and (depth <= 0 or _ASSIGNMENT.match(text, match.end()))):
            source = text[start : match.start()]
            if source.strip():
                yield start + len(source) - len(source.lstrip()), source.strip()
            start, depth = match.end(), 0


def _statement(source: str, start: int, last: bool) -> Statement:
    """Read one statement that begins at ``start``; errors have their position in the whole text."""
    match = _ASSIGNMENT.match(source)
    try:
        if match is None:
            _check_equals(source, tr("Only a name may stand left of the equals sign, as in z = x**2."))
            formula = parse(source, PROGRAM_FUNCTIONS)
            if not last:
                raise FormulaError(tr("Give this line's value a name, as in z = x**2."), 0, len(source))
            return Statement(UNNAMED, formula, start, start)
        name = unicodedata.normalize("NFKC", match[1])
        _check_name(name)
        if not source[match.end() :].strip():
            raise FormulaError(tr("Something must follow the equals sign."), match.end() - 1)
    except FormulaError as error:
        raise FormulaError(str(error), start + error.position, error.length) from None
    right = start + match.end()
    try:
        _check_equals(source[match.end() :], tr("Only one equals sign may stand in a line."))
        return Statement(name, parse(source[match.end() :], PROGRAM_FUNCTIONS), start, right)
    except FormulaError as error:
        raise FormulaError(str(error), right + error.position, error.length) from None


def _check_equals(text: str, message: str) -> None:
    stray = _EQUALS.search(text)
    if stray is not None:
        raise FormulaError(message, stray.start())


def _free_of(before: Sequence[Statement], statement: Statement) -> Statement:
    """Return the statement; one without a name gets another where `UNNAMED` is a name of the program's own."""
    if statement.right > statement.start:
        return statement
    taken = {each.name for each in before}
    taken.update(name for each in (*before, statement) for name in each.formula.variables)
    names = itertools.chain((UNNAMED,), (f"{UNNAMED}{number}" for number in itertools.count(2)))
    return replace(statement, name=next(name for name in names if name not in taken))


def _check_dependence(statement: Statement, program: Program) -> None:
    if statement.formula.variables:
        return
    name, value = statement.name, constant_value(statement.formula.tree)
    assert value is not None
    if statement.right == statement.start:
        raise ProgramError(
            tr("The result is only a number: let it depend on a leaf, as in z = x**2."),
            *program.place(statement.start),
            len(statement.formula.text),
        )
    raise OnlyANumber(
        tr("{name} is only a number: write it where it is used, or make {name} a leaf with this value.", name=name),
        name,
        value,
        *program.place(statement.start),
    )


def _check_name(name: str) -> None:
    """Check a name that is assigned at the beginning of a statement."""
    if keyword.iskeyword(name) or name in _RESERVED:
        message = tr("{name} is a reserved word; choose another name.", name=name)
    elif name in CONSTANTS:
        message = tr("{name} is a constant and cannot be assigned; choose another name.", name=name)
    elif name in PROGRAM_FUNCTIONS:
        message = tr("{name} is a function and cannot be assigned; choose another name.", name=name)
    elif len(name) > MAX_NAME:
        message = tr("This name is too long: at most {most} characters.", most=MAX_NAME)
    else:
        return
    raise FormulaError(message, 0, len(name))


def _operations(formula: Formula) -> int:
    return sum(isinstance(node, (Negate, Binary, Call)) for node in walk(formula.tree))


def _check_names(program: Program) -> None:
    """Check that each name is assigned once, before its first use."""
    uses = {statement.name: statement.formula.variables for statement in program.statements}
    known: set[str] = set()
    for statement in program.statements:
        if statement.name in known:
            raise ProgramError(
                tr("{name} is assigned twice: choose another name for one of them.", name=statement.name),
                *program.place(statement.start),
                len(statement.name),
            )
        for name in statement.formula.variables:
            place = program.place(statement.right + _place(statement.formula.text, name))
            if name in _RESERVED:
                raise ProgramError(tr("{name} is a reserved word; choose another name.", name=name), *place, len(name))
            if name in uses and name not in known:
                raise ProgramError(_early_use(statement.name, name, uses), *place, len(name))
        known.add(statement.name)


def _early_use(user: str, name: str, uses: Mapping[str, tuple[str, ...]]) -> str:
    """Say why ``name`` cannot be used by ``user``: it comes later, or depends on ``user`` itself."""
    if user == name:
        return tr("{name} cannot be computed from itself.", name=name)
    circle = _chain(name, user, uses)
    if circle:
        return tr("These names depend on each other in a circle: {names}.", names=" → ".join([*reversed(circle), user]))
    return tr("{name} is used before it is assigned: move its line up.", name=name)


def _chain(start: str, goal: str, uses: Mapping[str, tuple[str, ...]]) -> list[str]:
    """Return names from ``start`` to ``goal``, each computed from the next; empty where there are none."""
    came: dict[str, str] = {}
    waiting = [start]
    while waiting:
        name = waiting.pop()
        for other in uses.get(name, ()):
            if other not in came:
                came[other] = name
                waiting.append(other)
    if goal not in came:
        return []
    chain = [goal]
    while chain[-1] != start:
        chain.append(came[chain[-1]])
    return chain[::-1]


def _place(text: str, name: str) -> int:
    """Return where ``name`` stands in ``text`` as a whole word; 0 where it is spelt otherwise there."""
    match = re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text)
    return match.start() if match else 0
