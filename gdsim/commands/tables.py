"""``gdsim run``: the runs of a scenario as tables."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from gdsim.commands.parser import add_overrides, note
from gdsim.errors import InputError
from gdsim.i18n import tr

if TYPE_CHECKING:
    from gdsim.simulation.autograd_scenario import AutogradScenario


def add(commands: Any) -> None:
    """Add the parser of ``run``."""
    parser = commands.add_parser("run", allow_abbrev=False, description=tr("Make the runs of a scenario."))
    parser.add_argument("scenario", metavar="SCENARIO", help=tr("a scenario file, a picture or a preset's name"))
    add_overrides(parser)
    parser.add_argument("--steps", type=int, metavar="N", help=tr("number of updates; the scenario's own if left out"))
    parser.add_argument("--csv", metavar="FILE", help=tr("write every step as a table; - for standard output"))
    parser.add_argument(
        "--every",
        type=int,
        metavar="N",
        help=tr("write only every N-th step to the table; with --npz the history of these steps too"),
    )
    parser.add_argument("--npz", metavar="FILE", help=tr("write the last state's parameters and gradients"))
    parser.set_defaults(command=_run)


def _run(options: argparse.Namespace) -> int:
    from gdsim.simulation.files import load

    if options.npz == "-":
        raise InputError(tr("--npz needs the name of a file: the format is not for a terminal."))
    if options.every is not None and options.every < 1:
        raise InputError(tr("--every {every} is not allowed: it must be 1 or more.", every=options.every))
    if options.every is not None and options.csv is None and options.npz is None:
        raise InputError(tr("--every needs a file to write these steps to: give --csv or --npz."))
    every = options.every or 1
    steps = [] if options.steps is None else [f"playback.steps={options.steps}"]
    scenario = load(options.scenario, [*options.overrides, *steps])
    if scenario.lab == "autograd":
        _run_walk(options, scenario, every)
        return 0
    from gdsim.export import runs as making
    from gdsim.export import table

    runs = making.finish_runs(scenario, scenario.shown_step)
    last = table.last_state(runs)
    _write_tables(
        options,
        lambda stream: table.write_csv(runs, stream, every),
        lambda path: table.write_npz(last | (table.history(runs, options.every) if options.every else {}), path),
    )
    if options.csv == "-":
        table.write_csv(runs, sys.stdout, every)
    elif options.csv is None and options.npz is None:
        for run in runs:
            print(making.summary(run))
    note(making.notes(runs, making.formula_of(scenario)))
    return 0


def _run_walk(options: argparse.Namespace, scenario: AutogradScenario, every: int) -> None:
    from gdsim.export import graph_table, table

    walk = scenario.walk()
    position = scenario.position(walk, options.steps)
    state = walk.state(position)
    _write_tables(
        options,
        lambda stream: graph_table.write_csv(walk, position, stream, every),
        lambda path: table.write_npz(graph_table.arrays(walk, state), path),
    )
    if options.csv == "-":
        graph_table.write_csv(walk, position, sys.stdout, every)
    elif options.csv is None and options.npz is None:
        print(graph_table.summary(walk, state))
    note(scenario.notes(walk, position))


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
