"""The commands. What a command does not need is not imported: help, lists and errors are quick."""

from __future__ import annotations

import argparse
import os
import re
import sys
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn, TextIO

from gdsim import __version__
from gdsim.errors import FormulaError, InputError, ProgramError
from gdsim.i18n import tr

if TYPE_CHECKING:
    from gdsim.simulation.autograd_scenario import AutogradScenario

COMMANDS = ("presets", "run", "grad", "render")
PICTURES = (".png", ".svg", ".pdf")
SMALLEST, LARGEST = (64, 64), (7680, 4320)

DONE, BAD_INPUT, INTERRUPTED, BROKEN_PIPE = 0, 2, 130, 141


class _Parser(argparse.ArgumentParser):
    """Complains in one line."""

    def error(self, message: str) -> NoReturn:
        raise InputError(tr("{message} (see {program} --help).", message=message, program=self.prog))


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line.

    Parameters
    ----------
    argv
        Arguments without the program's name; the process's own when None.

    Returns
    -------
    int
        0 done; 2 bad input, said in one line on stderr; 130 interrupted; 141 the reader of the output has gone.
    """
    arguments = list(sys.argv[1:] if argv is None else argv)
    try:
        code = _dispatch(arguments)
        if sys.stdout is not None:
            sys.stdout.flush()
    except ProgramError as error:
        return _complain(
            tr(
                "Line {line}, character {place}: {message}",
                line=error.line,
                place=error.position + 1,
                message=str(error),
            )
        )
    except FormulaError as error:
        return _complain(tr("Formula, character {place}: {message}", place=error.position + 1, message=str(error)))
    except InputError as error:
        return _complain(str(error))
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
        options = _command_parser().parse_args(_shield_formula(arguments))
        command: Callable[[argparse.Namespace], None] = options.command
        command(options)
        return DONE
    options = _window_parser().parse_args(arguments)
    from gdsim.app.application import main as open_window

    return open_window(options.scenario)


def _window_parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="gdsim",
        usage="gdsim [-h] [--version] [SCENARIO]\n       gdsim {presets,run,grad,render} ... [-h]",
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
        help=tr("a scenario file or a preset's name; a file called like a command is opened as ./run"),
    )
    return parser


def _commands_help() -> str:
    lines = (
        tr("commands:"),
        tr("  presets  list the presets"),
        tr("  run      make the runs of a scenario; write a table of every step (CSV), the last state (NPZ)"),
        tr("  grad     value, symbolic and numeric gradient of a formula at a point"),
        tr("  render   draw a scenario as PNG, SVG or PDF, without a display"),
    )
    return "\n".join(lines)


def _command_parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="gdsim", allow_abbrev=False)
    commands = parser.add_subparsers(required=True)
    presets = commands.add_parser("presets", allow_abbrev=False, description=tr("List the presets: name and title."))
    presets.set_defaults(command=_presets)
    _add_run(commands.add_parser("run", allow_abbrev=False, description=tr("Make the runs of a scenario.")))
    _add_grad(
        commands.add_parser(
            "grad", allow_abbrev=False, description=tr("Value, symbolic and numeric gradient of a formula at a point.")
        )
    )
    _add_render(
        commands.add_parser("render", allow_abbrev=False, description=tr("Draw a scenario, without a display."))
    )
    return parser


def _add_scenario(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("scenario", metavar="SCENARIO", help=tr("a scenario file or a preset's name"))
    parser.add_argument(
        "--set",
        dest="overrides",
        action="append",
        default=[],
        metavar="KEY=VALUE",
        help=tr("change a key of the scenario: run.learning_rate=0.1 for all runs, run.0.start.w1=2 for one"),
    )


def _add_run(parser: argparse.ArgumentParser) -> None:
    _add_scenario(parser)
    parser.add_argument("--steps", type=int, metavar="N", help=tr("number of updates; the scenario's own if left out"))
    parser.add_argument("--csv", metavar="FILE", help=tr("write every step as a table; - for standard output"))
    parser.add_argument("--npz", metavar="FILE", help=tr("write the last state's parameters and gradients"))
    parser.set_defaults(command=_run)


def _add_grad(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "formula", metavar="FORMULA", help=tr("such as 'x**2 + sin(y)', or a program such as 'z = x**2; sin(z)'")
    )
    parser.add_argument(
        "--at", action="append", default=[], metavar="NAME=VALUE", help=tr("the value of a variable; one for each")
    )
    parser.add_argument("--json", action="store_true", help=tr("write JSON"))
    parser.set_defaults(command=_grad)


def _add_render(parser: argparse.ArgumentParser) -> None:
    _add_scenario(parser)
    parser.add_argument("-o", "--output", required=True, metavar="FILE", help=tr("picture.png, .svg or .pdf"))
    parser.add_argument(
        "--step", type=int, metavar="K", help=tr("draw the run or the walk up to this step; all of it if left out")
    )
    parser.add_argument("--elev", type=float, metavar="E", help=tr("degrees above the parameters' plane"))
    parser.add_argument("--azim", type=float, metavar="A", help=tr("degrees about the vertical axis"))
    parser.add_argument("--size", metavar="WxH", help=tr("in pixels; 1280x960 if left out, of a graph what it needs"))
    parser.set_defaults(command=_render)


def _shield_formula(arguments: list[str]) -> list[str]:
    """Let a formula begin with a minus, which argparse would take for an option."""
    if arguments[0] != "grad":
        return arguments
    return [f" {a}" if re.match(r"-(?!-|h$)", a) else a for a in arguments]


def _presets(options: argparse.Namespace) -> None:
    del options
    from gdsim.simulation.files import preset_titles

    titles = preset_titles()
    width = max(map(len, titles))
    for name, title in titles.items():
        print(f"{name:{width}}  {title}".rstrip())


def _run(options: argparse.Namespace) -> None:
    from gdsim.simulation.files import load

    if options.npz == "-":
        raise InputError(tr("--npz needs the name of a file: the format is not for a terminal."))
    steps = [] if options.steps is None else [f"playback.steps={options.steps}"]
    scenario = load(options.scenario, [*options.overrides, *steps])
    if scenario.lab == "autograd":
        _run_walk(options, scenario)
        return
    from gdsim.export import runs as making
    from gdsim.export import table

    runs = making.finish_runs(scenario, scenario.playback.steps)
    _write_tables(
        options,
        lambda stream: table.write_csv(runs, stream),
        lambda path: table.write_npz(table.last_state(runs), path),
    )
    if options.csv == "-":
        table.write_csv(runs, sys.stdout)
    elif options.csv is None and options.npz is None:
        for run in runs:
            print(making.summary(run))
    _note(making.notes(runs, making.formula_of(scenario)))


def _run_walk(options: argparse.Namespace, scenario: AutogradScenario) -> None:
    from gdsim.export import graph_table, table

    walk = scenario.walk()
    position = scenario.position(walk, options.steps)
    state = walk.state(position)
    _write_tables(
        options,
        lambda stream: graph_table.write_csv(walk, position, stream),
        lambda path: table.write_npz(graph_table.arrays(walk, state), path),
    )
    if options.csv == "-":
        graph_table.write_csv(walk, position, sys.stdout)
    elif options.csv is None and options.npz is None:
        print(graph_table.summary(walk, state))
    _note(scenario.notes(walk, position))


def _write_tables(options: argparse.Namespace, csv: Callable[[TextIO], None], npz: Callable[[Path], None]) -> None:
    """Write the files that were asked for: all of them, or none where one of them fails."""
    from gdsim.atomic import replacing

    with ExitStack() as files:
        if options.npz is not None:
            npz(files.enter_context(replacing(Path(options.npz))))
        if options.csv not in (None, "-"):
            path = files.enter_context(replacing(Path(options.csv)))
            with path.open("w", encoding="utf-8", newline="") as stream:
                csv(stream)


def _grad(options: argparse.Namespace) -> None:
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
    _note(result.notes)


def _render(options: argparse.Namespace) -> None:
    target = Path(options.output)
    if target.suffix.lower() not in PICTURES:
        raise InputError(
            tr("{path} is no picture that can be written: its name must end in .png, .svg or .pdf.", path=str(target))
        )
    size = None if options.size is None else _size(options.size)
    if options.step is not None and options.step < 0:
        raise InputError(tr("--step {step} is not allowed: it must be 0 or more.", step=options.step))
    from gdsim.simulation.files import load

    _check_lab(options)
    view = [f"view.{key}={getattr(options, key)!r}" for key in ("elev", "azim") if getattr(options, key) is not None]
    scenario = load(options.scenario, [*options.overrides, *view])
    from gdsim.export.figure import write_figure

    _note(write_figure(scenario, target, size, options.step))


def _check_lab(options: argparse.Namespace) -> None:
    """Refuse what only a surface has, in the words of the command line."""
    from gdsim.simulation.files import load

    if (options.elev, options.azim) != (None, None) and load(options.scenario).lab != "surface":
        raise InputError(tr("--elev and --azim turn a surface; {scenario} has none.", scenario=options.scenario))


def _size(text: str) -> tuple[int, int]:
    match = re.fullmatch(r"(\d{1,6})[xX×](\d{1,6})", text.strip())
    size = (int(match[1]), int(match[2])) if match else (0, 0)
    if not all(low <= n <= high for n, low, high in zip(size, SMALLEST, LARGEST, strict=True)):
        raise InputError(
            tr(
                "--size {text} is not allowed: give width x height in pixels, from {low} to {high}.",
                text=text,
                low="x".join(map(str, SMALLEST)),
                high="x".join(map(str, LARGEST)),
            )
        )
    return size


def _note(sentences: Sequence[str]) -> None:
    for sentence in sentences:
        print(f"gdsim: {sentence}", file=sys.stderr)


def _complain(sentence: str) -> int:
    print("gdsim: " + " ".join(sentence.split()), file=sys.stderr)
    return BAD_INPUT


def _abandon_output() -> None:
    """Let nothing more reach standard output, not even what Python flushes at its end."""
    try:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except (OSError, ValueError, AttributeError):
        sys.stdout = None
