"""The first look at a formula's text: mistakes that people make, said in plain words and with their place.

Python's own reader would find the same mistakes, but names them in Python's terms.
"""

from __future__ import annotations

import difflib
import itertools
import keyword
import re
import unicodedata
from dataclasses import dataclass

from gdsim.errors import FormulaError
from gdsim.formula.tree import FUNCTIONS, Functions
from gdsim.i18n import tr

MAX_LENGTH = 2000
MAX_DEPTH = 60
MAX_NAME = 40

_TOKEN = re.compile(
    r"(?P<number>(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?)|(?P<name>[^\W\d]\w*)|(?P<sign>\*\*|[-+*/(),])", re.ASCII
)
_NAME = re.compile(r"[^\W\d]\w*")
_ALIASES = {"ln": "log", "tg": "tan", "sig": "sigmoid", "logistic": "sigmoid", "fabs": "abs"}


@dataclass(frozen=True)
class Token:
    """A piece of the text: ``kind`` is ``number``, ``name``, ``function``, ``end`` or the sign itself."""

    kind: str
    text: str
    position: int

    def error(self, message: str) -> FormulaError:
        """Return an error that points at this token."""
        return FormulaError(message, self.position, len(self.text))


def scan(text: str, functions: Functions = FUNCTIONS) -> None:
    """Raise `FormulaError` at the first mistake in ``text``; blanks of every kind count as spaces."""
    if len(text) > MAX_LENGTH:
        raise FormulaError(
            tr("The formula is too long: {length} characters, at most {most}.", length=len(text), most=MAX_LENGTH),
            MAX_LENGTH,
            len(text) - MAX_LENGTH,
        )
    tokens = _tokens(text, functions)
    if not tokens:
        raise FormulaError(tr("The formula is empty: type one, for example x**2 + y**2."))
    _check_order(tokens, functions)


def _tokens(text: str, functions: Functions) -> list[Token]:
    result: list[Token] = []
    position = 0
    while position < len(text):
        if text[position].isspace():
            position += 1
            continue
        token = _token_at(text, position, functions)
        result.append(token)
        position += len(token.text)
    for index, (token, after) in enumerate(itertools.pairwise(result)):
        if token.kind == "name" and after.kind == "(" and _normal(token.text) in functions:
            result[index] = Token("function", token.text, token.position)
    return result


def _token_at(text: str, position: int, functions: Functions) -> Token:
    match = _TOKEN.match(text, position)
    # \w is ASCII above, so that digits are; a name may hold any letter.
    name = _NAME.match(text, position)
    if name:
        return _name(Token("name", name[0], position))
    if match is None:
        raise _bad_character(text, position, functions)
    kind = match.lastgroup or ""
    token = Token(match[0] if kind == "sign" else kind, match[0], position)
    if kind == "number" and re.match(r"0\d*[1-9]\d*$|00+$", match[0]):
        raise token.error(tr("Write the number {number} without leading zeros.", number=match[0]))
    return token


def _normal(name: str) -> str:
    return unicodedata.normalize("NFKC", name)


def _name(token: Token) -> Token:
    for index, character in enumerate(token.text):
        position = token.position + index
        if character in "⁰¹²³⁴⁵⁶⁷⁸⁹":
            raise FormulaError(
                tr("{character} cannot be part of a name; write powers with **.", character=character), position
            )
        # Python takes x₁ for x1 here, but not there.
        if not ("x" + character).isidentifier() or (not character.isascii() and _normal(character).isdigit()):
            raise FormulaError(
                tr(
                    "{character} cannot be part of a name: a name may hold letters, the digits 0 to 9 and _ .",
                    character=character,
                ),
                position,
            )
    normal = _normal(token.text)
    if not normal.isidentifier() or keyword.iskeyword(normal):
        raise token.error(tr("{name} is a reserved word; choose another name for the variable.", name=token.text))
    if len(token.text) > MAX_NAME:
        raise token.error(tr("This name is too long: at most {most} characters.", most=MAX_NAME))
    return token


def _bad_character(text: str, position: int, functions: Functions) -> FormulaError:
    character = text[position]
    pair = text[position : position + 2]
    if pair in ("==", "<=", ">=", "!="):
        return FormulaError(tr("Comparisons such as {sign} are not allowed.", sign=pair), position, 2)
    if character in "<>!":
        return FormulaError(tr("Comparisons such as {sign} are not allowed.", sign=character), position)
    if character == ".":
        return _attribute(text, position, functions)
    messages = {
        "^": tr("Write ** for powers, not ^."),
        "=": tr("Leave out the equals sign: type only what stands on its right."),
        "[": tr("Square brackets are not allowed; use ( and )."),
        "]": tr("Square brackets are not allowed; use ( and )."),
        "{": tr("Curly brackets are not allowed; use ( and )."),
        "}": tr("Curly brackets are not allowed; use ( and )."),
        "·": tr("Write * for a product."),
        "×": tr("Write * for a product."),
        "÷": tr("Write / for a quotient."),
        "−": tr("Write a plain minus sign, -."),
        "–": tr("Write a plain minus sign, -."),
        "√": tr("Write sqrt(...) for a square root."),
        "|": tr("Write abs(...) for an absolute value."),
    }
    shown = character if character.isprintable() else f"U+{ord(character):04X}"
    default = tr("The character {character} is not allowed in a formula.", character=shown)
    return FormulaError(messages.get(character, default), position)


def _attribute(text: str, position: int, functions: Functions) -> FormulaError:
    after = _NAME.match(text, position + 1)
    if after and after[0] in functions:
        return FormulaError(
            tr("Write {function} alone, without what stands before the dot.", function=after[0]),
            position,
            len(after[0]) + 1,
        )
    return FormulaError(
        tr("A dot may only stand in a number such as 0.5."), position, 1 + len(after[0]) if after else 1
    )


def _check_order(tokens: list[Token], functions: Functions) -> None:
    """Check that operands and signs take turns and that brackets match."""
    open_brackets: list[Token] = []
    calls: list[bool] = []
    operand_next = True
    signs = 0
    before: Token | None = None
    for token in tokens:
        if operand_next and token.kind in ("+", "-"):
            signs += 1
        elif operand_next:
            signs = 0
            _check_operand(token, before, functions)
            operand_next = token.kind in ("function", "(")
        else:
            assert before is not None
            _check_after_operand(token, before, bool(calls) and calls[-1], functions)
            operand_next = token.kind != ")"
        if token.kind == "(":
            open_brackets.append(token)
            calls.append(before is not None and before.kind == "function")
        elif token.kind == ")":
            if not open_brackets:
                raise token.error(tr("This closing parenthesis has no opening one."))
            open_brackets.pop()
            calls.pop()
        if len(open_brackets) + signs > MAX_DEPTH:
            raise too_deep(token.position, len(token.text))
        before = token
    if operand_next and before is not None:
        raise before.error(tr("The formula ends too early: something must follow {sign}.", sign=before.text))
    if open_brackets:
        raise open_brackets[-1].error(tr("A closing parenthesis is missing: this one is never closed."))


def too_deep(position: int, length: int) -> FormulaError:
    """Return the error for a formula whose parts are nested beyond `MAX_DEPTH`."""
    return FormulaError(
        tr("The formula is nested too deeply: at most {most} levels.", most=MAX_DEPTH), position, length
    )


def _check_operand(token: Token, before: Token | None, functions: Functions) -> None:
    """Check ``token``, which stands where a number, a name or a bracket must."""
    if token.kind == ")":
        if before is not None and before.kind == "(":
            raise token.error(tr("There is nothing between these parentheses."))
        raise token.error(tr("Something is missing before this closing parenthesis."))
    if token.kind in ("*", "/", "**", ","):
        if before is None:
            raise token.error(tr("The formula cannot begin with {sign}.", sign=token.text))
        raise token.error(tr("Something is missing between {left} and {right}.", left=before.text, right=token.text))
    if token.kind == "name" and _normal(token.text) in functions:
        raise token.error(tr("{name} is a function: write {name}(...).", name=token.text))


def _check_after_operand(token: Token, before: Token, in_call: bool, functions: Functions) -> None:
    """Check ``token``, which stands where a sign, a comma or a closing bracket must."""
    if token.kind == "," and not in_call:
        raise token.error(
            tr("A comma may only stand between the arguments of a function; write decimals with a point.")
        )
    if token.kind == "(" and before.kind == "name":
        raise _unknown_function(before, functions)
    if token.kind in ("number", "name", "function", "("):
        left = before.text if before.kind != ")" else "(...)"
        right = "(...)" if token.kind == "(" else token.text + "(...)" * (token.kind == "function")
        raise FormulaError(
            tr("A multiplication sign is missing: write {left}*{right}.", left=left, right=right),
            before.position,
            token.position + len(token.text) - before.position,
        )


def _unknown_function(token: Token, functions: Functions) -> FormulaError:
    name = token.text
    allowed = ", ".join(functions)
    if len(name) == 1 or name in ("pi", "theta", "alpha", "beta") or name[-1].isdigit():
        return token.error(
            tr(
                "{name} is not a function: write {name}*(...) for a product; the functions are {allowed}.",
                name=name,
                allowed=allowed,
            )
        )
    near = [_ALIASES[name]] if name in _ALIASES else difflib.get_close_matches(name.lower(), functions, 1)
    if near:
        return token.error(
            tr(
                "There is no function {name}; did you mean {near}? The functions are {allowed}.",
                name=name,
                near=near[0],
                allowed=allowed,
            )
        )
    return token.error(tr("There is no function {name}; the functions are {allowed}.", name=name, allowed=allowed))
