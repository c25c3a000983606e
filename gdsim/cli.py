"""The commands. What a command does not need is not imported: help, lists and errors are quick."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Sequence

from gdsim import __version__
from gdsim.commands import drawings, gradients, tables
from gdsim.commands.parser import Parser, said
from gdsim.errors import InputError
from gdsim.i18n import tr
from gdsim.unfinished import tidy

COMMANDS = ("presets", "run", "grad", "render", "animate", "notebook")

DONE, BAD_INPUT, INTERRUPTED, BROKEN_PIPE = 0, 2, 130, 141


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line.

    Parameters
    ----------
    argv
        Arguments without the program's name; the process's own when None.

    Returns
    -------
    int
        0 done; 1 some files of many could not be written; 2 bad input, said in one line on stderr; 130 interrupted;
        141 the reader of the output has gone.
    """
    arguments = list(sys.argv[1:] if argv is None else argv)
    try:
        code = _dispatch(arguments)
        if sys.stdout is not None:
            sys.stdout.flush()
    except InputError as error:
        return _complain(said(error))
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        _abandon_output()
        return BROKEN_PIPE
    except OSError as error:
        _abandon_output()
        return _complain(tr("The output cannot be written: {reason}.", reason=(error.strerror or str(error)).lower()))
    return code


def _dispatch(arguments: list[str]) -> int:
    if arguments and arguments[0] in COMMANDS:
        options = _command_parser().parse_args(gradients.shielded(arguments))
        command: Callable[[argparse.Namespace], int] = options.command
        tidy()
        return command(options)
    options = _window_parser().parse_args(arguments)
    from gdsim.app.application import main as open_window

    return open_window(options.scenario)


def _window_parser() -> argparse.ArgumentParser:
    parser = Parser(
        prog="gdsim",
        usage=f"gdsim [-h] [--version] [SCENARIO]\n       gdsim {{{','.join(COMMANDS)}}} ... [-h]",
        description=tr("A laboratory for gradient descent. Without a command, open the window."),
        epilog=_commands_help(),
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=f"gdsim {__version__}")
    parser.add_argument(
        "scenario",
        nargs="?",
        metavar="SCENARIO",
        help=tr(
            "a scenario file, a picture or film made of one, or a preset's name; a file called like a command is "
            "opened as ./run"
        ),
    )
    return parser


def _commands_help() -> str:
    lines = (
        tr("commands:"),
        tr("  presets   list the presets"),
        tr("  run       make the runs of a scenario; write a table of every step (CSV), the last state (NPZ)"),
        tr("  grad      value, symbolic and numeric gradient of a formula at a point"),
        tr("  render    draw scenarios as PNG, SVG or PDF, without a display"),
        tr("  animate   film scenarios as MP4 or GIF, without a display"),
        tr("  notebook  write a notebook or script that repeats the run with plain torch and matplotlib"),
    )
    return "\n".join(lines)


def _command_parser() -> argparse.ArgumentParser:
    parser = Parser(prog="gdsim", allow_abbrev=False)
    commands = parser.add_subparsers(required=True)
    presets = commands.add_parser("presets", allow_abbrev=False, description=tr("List the presets: name and title."))
    presets.set_defaults(command=_presets)
    for module in (tables, gradients, drawings):
        module.add(commands)
    return parser


def _presets(options: argparse.Namespace) -> int:
    del options
    from gdsim.simulation.files import preset_titles

    titles = preset_titles()
    width = max(map(len, titles))
    for name, title in titles.items():
        print(f"{name:{width}}  {title}".rstrip())
    return DONE


def _complain(sentence: str) -> int:
    print("gdsim: " + " ".join(sentence.split()), file=sys.stderr)
    return BAD_INPUT


def _abandon_output() -> None:
    """Let nothing more reach standard output, not even what Python flushes at its end."""
    try:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except (OSError, ValueError, AttributeError):
        sys.stdout = None
