"""What the documents of a run are made of: cells, and names, texts and numbers that may stand in them."""

from __future__ import annotations

import builtins
import keyword
import textwrap
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Literal

from gdsim.optimizers import Hyperparameter

OWN_NAMES = frozenset(
    """
    STEPS at ax axes call calls cell cells column computed csv derivatives figure file finite found grad
    grad_fn grads header heights high kind leaves line low margin math name note number numbers order places
    plt result_at row slope table tensor tensors torch value width widths writer
    """.split()
)
"""What a document calls things itself where names of the user's stand beside them; those give way."""

WIDTH = 100


@dataclass(frozen=True)
class Cell:
    """A piece of a document: text in Markdown, or code in Python."""

    kind: Literal["markdown", "code"]
    source: str


def text(*paragraphs: str) -> Cell:
    """Return a cell of text from paragraphs of Markdown; empty ones are left out."""
    return Cell("markdown", "\n\n".join(filter(None, paragraphs)))


def code(*blocks: str) -> Cell:
    """Return a cell of code; two empty lines part a function from what stands beside it."""
    result = ""
    for block in (textwrap.dedent(each).strip("\n") for each in blocks):
        apart = "\n\n\n" if "def " in f"{result}{block}" else "\n"
        result += f"{apart}{block}" if result and block else block
    return Cell("code", result)


def plain(words: str) -> str:
    """Return any text as Markdown that shows it as it stands, on one line."""
    line = " ".join(words.split())
    marks = "\\`*_{}[]<>&#|~$@!"
    # Entities, since backslashes mean other things in the mathematics of notebooks.
    return "".join(f"&#{ord(c)};" if c in marks else c for c in line if c.isprintable())


def label(words: str) -> str:
    """Return a text as Python source for a label that matplotlib draws as it stands."""
    line = "".join(c for c in " ".join(words.split()) if c.isprintable())
    # matplotlib takes what stands between two dollars for mathematics, and leaves out labels that begin with _.
    return quoted((" " if line.startswith("_") else "") + line.replace("$", r"\$"))


def display(*lines: str) -> str:
    """Return LaTeX as a displayed formula of several lines, aligned at their ``&``."""
    if len(lines) == 1:
        return f"$${lines[0].replace('&', '')}$$"
    return "$$\\begin{aligned}\n" + " \\\\\n".join(lines) + "\n\\end{aligned}$$"


def python_names(names: Iterable[str], also_taken: Collection[str] = ()) -> dict[str, str]:
    """Return for each name of the user's the one that it has in a document: its own, or one with ``_`` behind it."""
    known = list(names)
    taken = {*OWN_NAMES, *also_taken, *keyword.kwlist, *keyword.softkwlist, *dir(builtins)}
    result: dict[str, str] = {}
    for name in known:
        free = name
        while free in taken or (free != name and free in known):
            free += "_"
        taken.add(free)
        result[name] = free
    return result


def number(described: Hyperparameter, value: float) -> float:
    """Return a hyper-parameter as one writes it: a switch as bool, a whole number as int."""
    if described.scale == "switch":
        return bool(value)
    return int(value) if described.scale == "whole" and abs(value) < 1e15 else value


def quoted(words: str) -> str:
    """Return a text as Python source, between double quotes where that is no harder to read."""
    source = repr(words)
    return source if '"' in source else f'"{source[1:-1]}"'


def literal(value: object, indent: int = 0) -> str:
    """Return lists, dictionaries, texts and numbers as Python source, broken into lines where it is long.

    Parameters
    ----------
    value
        What is written.
    indent
        Columns before it in its first line.
    """
    match value:
        case str():
            return quoted(value)
        case dict():
            parts = [f"{literal(key)}: {literal(item, indent + 4)}" for key, item in value.items()]
            return _bracketed("{", parts, "}", indent)
        case list():
            return _bracketed("[", [literal(item, indent + 1) for item in value], "]", indent)
        case tuple():
            parts = [literal(item, indent + 1) for item in value]
            return _bracketed("(", parts, ",)" if len(parts) == 1 else ")", indent)
    return repr(value)


def _bracketed(opening: str, parts: list[str], closing: str, indent: int) -> str:
    lines, line = [], opening
    for place, part in enumerate(parts):
        piece = part + (", " if place + 1 < len(parts) else "")
        if indent + len(line) + len(piece) > WIDTH and len(line) > 1:
            lines.append(line.rstrip())
            line = " " * (indent + 1)
        line += piece
    return "\n".join([*lines, line]) + closing
