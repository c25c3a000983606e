"""Scenarios read from and written to TOML, pictures and films that carry one; presets."""

from __future__ import annotations

import os
import tomllib
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from gdsim.atomic import replacing
from gdsim.errors import InputError
from gdsim.i18n import tr
from gdsim.optimizers import rule_named
from gdsim.simulation.complaints import one_line, sentence, short
from gdsim.simulation.overrides import override
from gdsim.simulation.schedule import CONSTANT
from gdsim.simulation.spec import RunSpec
from gdsim.simulation.surface_scenario import SurfaceRun, SurfaceScenario

if TYPE_CHECKING:
    from gdsim.simulation.scenario import Scenario

LABS = ("surface", "network", "autograd")
"""What a scenario's ``lab`` may be."""

DEFAULT_LAB = "surface"
DEFAULT_PRESET = "lecture-surface"
FORMAT = 1


def preset_names() -> list[str]:
    """Return the presets' names, the default first, then in order of their files' names."""
    return list(_preset_names())


def preset_titles() -> dict[str, str]:
    """Return every preset's title under its name."""
    return {name: str(_read(name).get("title", name)) for name in preset_names()}


def load(source: str | Path, overrides: list[str] | None = None) -> Scenario:
    """Return the scenario of a preset's name, of a file, or of a picture or a film that carries one.

    Parameters
    ----------
    source
        A preset's name, or a path to a TOML file, a picture or a film; what it is, its first bytes say.
    overrides
        ``KEY=VALUE`` with dotted scenario keys; see `gdsim.simulation.overrides`.

    Raises
    ------
    InputError
        If it cannot be read, or does not hold a scenario; the message names the key, the value and
        what is allowed.
    """
    data = _read(source)
    override(data, overrides or [])
    _resolve_data_file(data, source)
    return validate(data)


def validate(data: dict[str, Any], name_keys: bool = True) -> Scenario:
    """Return the scenario that ``data`` describes, or raise `InputError` with one clear sentence.

    Without ``name_keys`` the sentence names no key of a file where it can do without.
    """
    lab = data.get("lab", DEFAULT_LAB)
    if lab not in LABS:
        raise InputError(
            tr(
                "The scenario's key lab cannot be {value}: there are {known}.",
                value=short(lab),
                known=", ".join(map(repr, LABS)),
            )
        )
    _check_format(data.get("format", FORMAT))
    try:
        return _model(lab).model_validate(data)
    except RecursionError:
        raise InputError(tr("The scenario is nested too deeply.")) from None
    except ValidationError as error:
        raise InputError(one_line(sentence(error.errors()[0], name_keys))) from None


def _check_format(given: Any) -> None:
    if type(given) is int and given > FORMAT:
        raise InputError(
            tr(
                "The scenario has format {value}, which a newer gdsim has written; this one reads format {known}.",
                value=short(given),
                known=FORMAT,
            )
        )
    if given != FORMAT:
        raise InputError(
            tr(
                "The scenario's key format cannot be {value}: this gdsim reads format {known}.",
                value=short(given),
                known=FORMAT,
            )
        )


def _model(lab: str) -> type[Scenario]:
    # Imported when it is needed: the first window, on a surface, is to be quick.
    if lab == "surface":
        return SurfaceScenario
    if lab == "autograd":
        from gdsim.simulation.autograd_scenario import AutogradScenario

        return AutogradScenario
    from gdsim.simulation.network_scenario import NetworkScenario

    return NetworkScenario


def dumps(scenario: Scenario) -> str:
    """Return ``scenario`` as TOML; reading it gives an equal scenario."""
    import tomli_w

    data = scenario.model_dump(mode="json", exclude_none=True)
    if scenario.lab != "autograd":
        data["run"] = [_flat_run(run) for run in scenario.run]
    if scenario.lab == "network":
        data["problem"]["data"] = {key: value for key, value in data["problem"]["data"].items() if value != ""}
    return tomli_w.dumps({key: value for key, value in data.items() if value != ""})


def carried(scenario: Scenario, target: Path) -> str:
    """Return ``scenario`` as the TOML of a file at ``target``: itself, or a picture that carries it.

    A data file is named as it is found from the target's folder, so that both can go elsewhere together and no more
    folders are told of than it takes; where it lies on another drive it keeps its whole name.
    """
    if scenario.lab == "network" and scenario.problem.data.file:
        file = seen_from(scenario.problem.data.file, target)
        data = scenario.problem.data.model_copy(update={"file": file})
        problem = scenario.problem.model_copy(update={"data": data})
        scenario = scenario.model_copy(update={"problem": problem})
    return dumps(scenario)


def save(scenario: Scenario, path: Path) -> None:
    """Write ``scenario`` to ``path``, whole or not at all."""
    text = carried(scenario, path)
    with replacing(path) as temporary:
        temporary.write_text(text, encoding="utf-8")


@cache
def _preset_names() -> tuple[str, ...]:
    entries = (files("gdsim.resources") / "presets").iterdir()
    names = sorted(entry.name.removesuffix(".toml") for entry in entries if entry.name.endswith(".toml"))
    return tuple(sorted(names, key=lambda name: name != DEFAULT_PRESET))


def _read(source: str | Path) -> dict[str, Any]:
    if str(source) in preset_names():
        entry = files("gdsim.resources") / "presets" / f"{source}.toml"
        return tomllib.loads(entry.read_text(encoding="utf-8"))
    return _read_file(Path(source))


def _read_file(source: Path) -> dict[str, Any]:
    # Imported when it is needed: the first window, on a preset, is to be quick.
    from gdsim.carrier import KINDS, MAX_BYTES, kind_of

    try:
        with source.open("rb") as stream:
            raw = stream.read(MAX_BYTES + 1)
        if kind := kind_of(raw):
            return _read_picture(source, kind)
        if not raw.strip():
            raise InputError(tr("{path} is empty.", path=str(source)))
        if source.name.lower().endswith(KINDS):
            raise InputError(tr("{path} is no picture or film that can be read: it is damaged, or something else.",
                                path=str(source)))  # fmt: skip
        if len(raw) > MAX_BYTES:
            raise InputError(tr("{path} is too large for a scenario.", path=str(source)))
        # With a byte order mark, which some editors on Windows write.
        return tomllib.loads(raw.decode("utf-8-sig"))
    except FileNotFoundError:
        raise InputError(
            tr(
                "There is no scenario {path}: give a file or the name of a preset, which gdsim presets lists.",
                path=str(source),
            )
        ) from None
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise InputError(tr("{path} cannot be read: {reason}.", path=str(source), reason=reason)) from None
    except UnicodeDecodeError:
        raise InputError(tr("{path} is not a text file in UTF-8.", path=str(source))) from None
    except RecursionError:
        raise InputError(tr("{path} is nested too deeply for a scenario.", path=str(source))) from None
    except InputError:
        raise
    except ValueError as error:  # tomllib's own, a number too long for int, or a path that no system allows
        raise InputError(
            tr("{path} is not valid TOML: {reason}.", path=str(source), reason=one_line(str(error)))
        ) from None


def _read_picture(path: Path, kind: str) -> dict[str, Any]:
    from gdsim.carrier import extract

    try:
        text = extract(path)
        if text is not None:
            data = _parsed(text)
            validate(data)  # before anything is set in it, so that mistakes are laid at the right door
            return data
    except InputError as error:
        raise InputError(
            tr("The scenario that {path} carries cannot be used: {reason}", path=str(path), reason=str(error))
        ) from None
    if kind in (".gif", ".mp4"):
        raise InputError(tr("{path} is a film without a scenario: open one that gdsim has written.", path=str(path)))
    raise InputError(tr("{path} is a picture without a scenario: open one that gdsim has written.", path=str(path)))


def _parsed(text: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except RecursionError:
        raise InputError(tr("It is nested too deeply.")) from None
    except ValueError as error:  # tomllib's own, or a number too long for int
        raise InputError(tr("It is not valid TOML: {reason}.", reason=one_line(str(error)))) from None


def _flat_run(run: RunSpec) -> dict[str, Any]:
    result: dict[str, Any] = {"name": run.name} if run.name else {}
    described = {h.name: h for h in rule_named(run.optimizer).hyperparameters}
    result |= {"optimizer": run.optimizer}
    # What every rule has is written where it does something only.
    result |= {n: v for n, v in run.hyper.items() if not (described[n].common and v == described[n].default)}
    result |= {"colour": run.colour} if run.colour else {}
    result |= {"hidden": True} if run.hidden else {}
    if isinstance(run, SurfaceRun):
        result["start"] = dict(run.start)
    if run.schedule != CONSTANT:
        result["schedule"] = run.schedule.model_dump(mode="json")
    if run.change:
        result["change"] = [{"step": change.step, **change.hyper} for change in run.change]
    if run.events:
        from gdsim.simulation.network_scenario import event_entries

        result["event"] = event_entries(run.events)
    return result


def _resolve_data_file(data: dict[str, Any], source: str | Path) -> None:
    """Let the name of a data file count from the folder of the scenario that names it."""
    problem = data.get("problem")
    given = problem.get("data") if isinstance(problem, dict) else None
    if isinstance(given, dict) and isinstance(given.get("file"), str) and given["file"]:
        folder = os.path.dirname(os.path.abspath(source))
        if ".." in Path(given["file"]).parts:
            given["file"] = os.path.normpath(os.path.join(os.path.realpath(folder), given["file"]))
        else:
            given["file"] = os.path.join(folder, given["file"])


def seen_from(file: str, target: Path) -> str:
    """Return the name of ``file`` as it is found from the folder of ``target``."""
    folder, name = os.path.split(os.path.abspath(file))
    try:
        # Through no links: the way up from a folder is that from where it really is.
        way = os.path.relpath(os.path.realpath(folder), os.path.realpath(os.path.dirname(os.path.abspath(target))))
    except ValueError:  # on Windows, of two drives
        return file
    return Path(way, name).as_posix()
