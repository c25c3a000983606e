"""``gdsim grad``: the gradient of a formula or a program at a point."""

from __future__ import annotations

import argparse
import re
from typing import Any

from gdsim.commands.parser import note
from gdsim.i18n import tr


def add(commands: Any) -> None:
    """Add the parser of ``grad``."""
    parser = commands.add_parser(
        "grad", allow_abbrev=False, description=tr("Value, symbolic and numeric gradient of a formula at a point.")
    )
    parser.add_argument(
        "formula", metavar="FORMULA", help=tr("such as 'x**2 + sin(y)', or a program such as 'z = x**2; sin(z)'")
    )
    parser.add_argument(
        "--at", action="append", default=[], metavar="NAME=VALUE", help=tr("the value of a variable; one for each")
    )
    parser.add_argument("--json", action="store_true", help=tr("write JSON"))
    parser.set_defaults(command=_grad)


def shielded(arguments: list[str]) -> list[str]:
    """Let a formula begin with a minus, which argparse would take for an option."""
    if arguments[0] != "grad":
        return arguments
    return [f" {a}" if re.match(r"-(?!-|h$)", a) else a for a in arguments]


def _grad(options: argparse.Namespace) -> int:
    from gdsim.export import derivative
    from gdsim.formula import parse
    from gdsim.formula.program import is_program, parse_program

    text = options.formula.strip()
    if is_program(text):
        program = parse_program(text)
        result = derivative.differentiate_program(program, derivative.read_point(program.inputs, options.at))
    else:
        formula = parse(text)
        result = derivative.differentiate(formula, derivative.read_point(formula.variables, options.at))
    print(result.json() if options.json else result.table())
    note(result.notes)
    return 0
