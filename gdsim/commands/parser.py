"""What the commands' parsers have in common."""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Sequence
from typing import NoReturn

from gdsim.errors import FormulaError, InputError, ProgramError
from gdsim.i18n import tr


class Parser(argparse.ArgumentParser):
    """Complains in one line."""

    def error(self, message: str) -> NoReturn:
        raise InputError(tr("{message} (see {program} --help).", message=message, program=self.prog))


def add_overrides(parser: argparse.ArgumentParser, sweeps: bool = False) -> None:
    """Add ``--set``."""
    text = tr("change a key of the scenario: run.learning_rate=0.1 for all runs, run.0.start.w1=2 for one")
    several = tr(
        "change a key of the scenario: run.learning_rate=0.1 for all runs, run.0.start.w1=2 for one; several values, "
        "run.learning_rate=0.01,0.05,0.09, make a file each, several keys all combinations"
    )
    parser.add_argument(
        "--set",
        dest="overrides",
        action="append",
        default=[],
        metavar="KEY=VALUE[,VALUE...]" if sweeps else "KEY=VALUE",
        help=several if sweeps else text,
    )


def size_of(text: str) -> tuple[int, int]:
    """Return the width and height of ``1280x960``.

    Raises
    ------
    InputError
        If it is no size; whether it can be drawn is for the picture or film to say.
    """
    match = re.fullmatch(r"(\d{1,9})[xX×](\d{1,9})", text.strip())
    if match is None:
        raise InputError(
            tr("--size {text} is not allowed: give width x height in pixels, such as 1280x960.", text=text)
        )
    return int(match[1]), int(match[2])


def steps_of(text: str) -> tuple[int, ...]:
    """Return the steps of ``0,1,2,5``.

    Raises
    ------
    InputError
        If these are no steps.
    """
    parts = [part.strip() for part in text.split(",")]
    if not all(re.fullmatch(r"\d{1,9}", part) for part in parts):
        raise InputError(
            tr("--steps {text} is not allowed: give whole numbers from 0 on with commas, such as 0,1,2,5.", text=text)
        )
    return tuple(map(int, parts))


def said(error: InputError) -> str:
    """Return an error's sentence, with the place in a formula or program where it is."""
    if isinstance(error, ProgramError):
        return tr(
            "Line {line}, character {place}: {message}",
            line=error.line,
            place=error.position + 1,
            message=str(error),
        )
    if isinstance(error, FormulaError):
        return tr("Formula, character {place}: {message}", place=error.position + 1, message=str(error))
    return str(error)


def note(sentences: Sequence[str]) -> None:
    """Tell what is worth knowing beside the output."""
    for sentence in sentences:
        print(f"gdsim: {sentence}", file=sys.stderr)
