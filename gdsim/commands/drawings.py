"""``gdsim render``, ``gdsim animate`` and ``gdsim notebook``: files made of scenarios, one or many."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from gdsim.commands.parser import add_overrides, size_of, steps_of
from gdsim.errors import InputError
from gdsim.export.endings import DOCUMENTS, FILMS, PICTURES
from gdsim.i18n import tr

if TYPE_CHECKING:
    from gdsim.commands.batch import Settings


def add(commands: Any) -> None:
    """Add the parsers of all three."""
    _add_render(commands.add_parser("render", allow_abbrev=False, description=tr("Draw scenarios, without a display.")))
    _add_animate(
        commands.add_parser("animate", allow_abbrev=False, description=tr("Film scenarios, without a display."))
    )
    _add_notebook(
        commands.add_parser(
            "notebook",
            allow_abbrev=False,
            description=tr("Write notebooks or scripts that repeat the runs with plain torch and matplotlib."),
        )
    )


def _add_render(parser: argparse.ArgumentParser) -> None:
    _add_files(parser, PICTURES)
    parser.add_argument(
        "--step", type=int, metavar="K", help=tr("draw the run or the walk up to this step; all of it if left out")
    )
    parser.add_argument("--steps", metavar="K,K,...", help=tr("draw a film strip of these steps"))
    _add_looks(parser)
    parser.add_argument("--dpi", type=float, metavar="D", help=tr("pixels an inch: how large it is on paper"))
    parser.add_argument("--transparent", action="store_true", help=tr("leave the ground out"))
    parser.set_defaults(command=_render)


def _add_animate(parser: argparse.ArgumentParser) -> None:
    _add_files(parser, FILMS)
    parser.add_argument(
        "--motion",
        metavar="NAME",
        help=tr("what moves: run (if left out), orbit of the camera, or both"),
    )
    parser.add_argument("--first", type=int, metavar="K", help=tr("the first step shown"))
    parser.add_argument("--last", type=int, metavar="K", help=tr("the last step shown; the scenario's own if left out"))
    parser.add_argument("--speed", type=float, metavar="S", help=tr("steps a second"))
    parser.add_argument("--turn", type=float, metavar="A", help=tr("degrees that the camera turns by; 360 if left out"))
    parser.add_argument("--seconds", type=float, metavar="T", help=tr("how long an orbit takes; 10 if left out"))
    parser.add_argument(
        "--pause", type=float, metavar="T", help=tr("seconds that the last picture stands; 1 if left out")
    )
    parser.add_argument("--fps", type=float, metavar="F", help=tr("frames a second; 30 if left out"))
    parser.add_argument("--no-captions", action="store_true", help=tr("write no step and loss"))
    _add_looks(parser)
    parser.set_defaults(command=_animate)


def _add_notebook(parser: argparse.ArgumentParser) -> None:
    _add_files(parser, DOCUMENTS)
    parser.add_argument("--steps", type=int, metavar="N", help=tr("number of updates; the scenario's own if left out"))
    parser.set_defaults(command=_notebook)


def _add_files(parser: argparse.ArgumentParser, kinds: tuple[str, ...]) -> None:
    names = ", ".join(kinds)
    parser.add_argument(
        "scenarios",
        nargs="+",
        metavar="SCENARIO",
        help=tr("scenario files, pictures made of one, presets, or patterns: 'race-*' for presets, '*.toml' for files"),
    )
    add_overrides(parser, sweeps=True)
    parser.add_argument(
        "-o",
        "--output",
        required=True,
        metavar="FILE",
        help=tr(
            "a file whose name ends in {kinds}; for many a folder, or a name with {name}, {number} or a key that --set "
            "gives several values, such as {key}",
            kinds=names, name="{name}", number="{number}", key="{run.learning_rate}",
        ),
    )  # fmt: skip
    parser.add_argument("--format", metavar="EXT", help=tr("kind of the files in a folder; {usual} if left out",
                                                           usual=kinds[0].removeprefix(".")))  # fmt: skip
    parser.add_argument("--jobs", type=int, metavar="N", help=tr("processes at once; one a processor if left out"))


def _add_looks(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--view", action="append", default=[], metavar="NAME", help=tr("what is drawn; several side by side")
    )
    parser.add_argument(
        "--style", metavar="NAME", help=tr("screen (if left out), print, which needs no colours, slide or dark")
    )
    parser.add_argument("--run", type=int, metavar="I", help=tr("the run whose numbers are shown where one's are"))
    parser.add_argument("--parameter", metavar="NAME", help=tr("the parameter whose tables are shown"))
    parser.add_argument("--elev", type=float, metavar="E", help=tr("degrees above the parameters' plane"))
    parser.add_argument("--azim", type=float, metavar="A", help=tr("degrees about the vertical axis"))
    parser.add_argument("--size", metavar="WxH", help=tr("in pixels; what suits the views if left out"))


def _render(options: argparse.Namespace) -> int:
    if options.step is not None and options.steps is not None:
        raise InputError(tr("--step and --steps exclude each other: give one step, or those of a film strip."))
    if options.step is not None and options.step < 0:
        raise InputError(tr("--step {step} is not allowed: it must be 0 or more.", step=options.step))
    settings = _looks(options)
    if options.step is not None:
        settings["steps"] = (options.step,)
    if options.steps is not None:
        settings["steps"] = steps_of(options.steps)
    if options.transparent:
        settings["transparent"] = True
    return _carry_out("picture", options, PICTURES, settings | _given(options, "dpi"))


def _animate(options: argparse.Namespace) -> int:
    settings = _looks(options) | _given(options, "motion", "first", "last", "speed", "turn", "seconds", "pause", "fps")
    if options.no_captions:
        settings["captions"] = False
    return _carry_out("film", options, FILMS, settings)


def _notebook(options: argparse.Namespace) -> int:
    if options.steps is not None and options.steps < 0:
        raise InputError(tr("--steps {steps} is not allowed: it must be 0 or more.", steps=options.steps))
    return _carry_out("notebook", options, DOCUMENTS, _given(options, "steps"))


def _looks(options: argparse.Namespace) -> Settings:
    settings = _given(options, "style", "run", "parameter")
    if options.view:
        settings["views"] = tuple(options.view)
    if options.size is not None:
        settings["size"] = size_of(options.size)
    return settings


def _given(options: argparse.Namespace, *names: str) -> Settings:
    return {name: getattr(options, name) for name in names if getattr(options, name) is not None}


def _carry_out(kind: str, options: argparse.Namespace, kinds: tuple[str, ...], settings: Settings) -> int:
    from gdsim.commands.batch import Job, folders, perform_all, processors
    from gdsim.commands.sweep import variants
    from gdsim.commands.targets import is_folder, targets

    if options.jobs is not None and options.jobs < 1:
        raise InputError(tr("--jobs {jobs} is not allowed: it must be 1 or more.", jobs=options.jobs))
    found = variants(options.scenarios, options.overrides)
    files = targets(options.output, options.format, found, kinds)
    angles = _angles(options)
    jobs = [
        Job(kind, variant.source, (*variant.overrides, *angles), target, settings)
        for variant, target in zip(found, files, strict=True)
    ]
    if angles and len(jobs) == 1:
        _check_lab(jobs[0].source)
    processes = options.jobs or processors()
    if len(jobs) == 1 and not is_folder(options.output, options.format, 1):
        return perform_all(jobs, processes)
    with folders(jobs):
        return perform_all(jobs, processes)


def _angles(options: argparse.Namespace) -> list[str]:
    names = [name for name in ("elev", "azim") if getattr(options, name, None) is not None]
    return [f"view.{name}={getattr(options, name)!r}" for name in names]


def _check_lab(source: str) -> None:
    """Refuse what only a surface has, in the words of the command line."""
    from gdsim.simulation.files import load

    if load(source).lab != "surface":
        raise InputError(tr("--elev and --azim turn a surface; {scenario} has none.", scenario=source))
