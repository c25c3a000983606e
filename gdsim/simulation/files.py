"""Scenarios read from and written to TOML; presets; dotted overrides."""

from __future__ import annotations

import os
import tomllib
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from gdsim.atomic import replacing
from gdsim.errors import FormulaError, InputError, ProgramError
from gdsim.i18n import tr
from gdsim.optimizers import rule_named, rules
from gdsim.simulation.schedule import CONSTANT
from gdsim.simulation.spec import RunSpec
from gdsim.simulation.surface_scenario import SurfaceRun, SurfaceScenario

if TYPE_CHECKING:
    from gdsim.simulation.scenario import Scenario

LABS = ("surface", "network", "autograd")
"""What a scenario's ``lab`` may be."""

DEFAULT_LAB = "surface"
DEFAULT_PRESET = "lecture-surface"
MAX_BYTES = 1_000_000


def preset_names() -> list[str]:
    """Return the presets' names, the default first, then in order of their files' names."""
    names = sorted(entry.name.removesuffix(".toml") for entry in _presets() if entry.name.endswith(".toml"))
    return sorted(names, key=lambda name: name != DEFAULT_PRESET)


def preset_titles() -> dict[str, str]:
    """Return every preset's title under its name."""
    return {name: str(_read(name).get("title", name)) for name in preset_names()}


def load(source: str | Path, overrides: list[str] | None = None) -> Scenario:
    """Return the scenario of a preset's name or of a file.

    Parameters
    ----------
    source
        A preset's name, or a path to a TOML file.
    overrides
        ``KEY=VALUE`` with dotted scenario keys; ``run.KEY`` stands for all runs, ``run.0.KEY`` for one.

    Raises
    ------
    InputError
        If it cannot be read, or does not hold a scenario; the message names the key, the value and
        what is allowed.
    """
    data = _read(source)
    optimizers = [run.get("optimizer") for run in _runs(data)]
    given = {_override(data, override) for override in overrides or []}
    for run, before in zip(_runs(data), optimizers, strict=False):
        if run.get("optimizer") != before:
            _forget_foreign_hyper(run, str(before), given)
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
                value=_short(lab),
                known=", ".join(map(repr, LABS)),
            )
        )
    try:
        return _model(lab).model_validate(data)
    except RecursionError:
        raise InputError(tr("The scenario is nested too deeply.")) from None
    except ValidationError as error:
        raise InputError(_sentence(error.errors()[0], name_keys)) from None


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


def save(scenario: Scenario, path: Path) -> None:
    """Write ``scenario`` to ``path``, whole or not at all."""
    text = dumps(scenario)
    with replacing(path) as temporary:
        temporary.write_text(text, encoding="utf-8")


def _presets() -> list[Traversable]:
    return list((files("gdsim.resources") / "presets").iterdir())


def _read(source: str | Path) -> dict[str, Any]:
    entry: Traversable
    if str(source) in preset_names():
        entry = files("gdsim.resources") / "presets" / f"{source}.toml"
    else:
        entry = Path(source)
    try:
        with entry.open("rb") as stream:
            raw = stream.read(MAX_BYTES + 1)
        if len(raw) > MAX_BYTES:
            raise InputError(tr("{path} is too large for a scenario.", path=str(source)))
        # With a byte order mark, which some editors on Windows write.
        return tomllib.loads(raw.decode("utf-8-sig"))
    except FileNotFoundError:
        raise InputError(
            tr(
                "There is no scenario {path}: give a file or a preset ({known}).",
                path=str(source),
                known=", ".join(preset_names()),
            )
        ) from None
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise InputError(tr("{path} cannot be read: {reason}.", path=str(source), reason=reason)) from None
    except UnicodeDecodeError:
        raise InputError(tr("{path} is not a text file in UTF-8.", path=str(source))) from None
    except RecursionError:
        raise InputError(tr("{path} is nested too deeply for a scenario.", path=str(source))) from None
    except ValueError as error:  # tomllib's own, a number too long for int, or a path that no system allows
        raise InputError(tr("{path} is not valid TOML: {reason}.", path=str(source), reason=str(error))) from None


def _runs(data: dict[str, Any]) -> list[dict[str, Any]]:
    runs = data.get("run")
    return [run for run in runs if isinstance(run, dict)] if isinstance(runs, list) else []


def _forget_foreign_hyper(run: dict[str, Any], before: str, given: set[str]) -> None:
    """Drop what a file set for the optimizer ``before``: its own hyper-parameters, and its defaults of shared ones.

    Those asked for by name stay.
    """
    known = {h.name for rule in rules().values() for h in rule.hyperparameters}
    try:
        rule = rule_named(str(run.get("optimizer")))
    except InputError:
        return  # the check of the scenario will say so
    try:
        usual = {h.name: h.default for h in rule_named(before).hyperparameters}
    except InputError:
        usual = {}
    for name in usual.keys() - given:
        if run.get(name) == usual[name]:
            del run[name]
    changes = run.get("change")
    for part in [run, *(changes if isinstance(changes, list) else [])]:
        for name in known - {h.name for h in rule.hyperparameters} - given:
            if isinstance(part, dict):
                part.pop(name, None)


def _override(data: dict[str, Any], override: str) -> str:
    """Set one dotted key of ``data`` in place and return its last part."""
    key, equals, text = override.partition("=")
    if not equals or not key.strip():
        raise InputError(tr("--set {text} is not of the form KEY=VALUE.", text=override))
    try:
        value: Any = tomllib.loads(f"value = {text}")["value"]
    except (ValueError, RecursionError):  # tomllib's own error is a ValueError, a number too long for int another
        value = text
    parts = key.strip().split(".")
    if parts[0] == "run" and len(parts) > 1 and not _is_index(parts[1]) and isinstance(data.get("run"), list):
        for index in range(len(data["run"])):
            _set(data, ["run", str(index), *parts[1:]], value, key)
    else:
        _set(data, parts, value, key)
    return parts[-1]


def _set(data: Any, parts: list[str], value: Any, key: str) -> None:
    *path, last = parts
    for part in path:
        if isinstance(data, list):
            if not _is_index(part) or int(part) >= len(data):
                raise InputError(tr("--set {key}: there is no entry {part}.", key=key, part=part))
            data = data[int(part)]
        elif isinstance(data, dict):
            data = data.setdefault(part, {})
        else:
            break
    if not isinstance(data, dict):
        raise InputError(tr("--set {key}: the scenario has no such key.", key=key))
    data[last] = value


def _is_index(part: str) -> bool:
    return part.isascii() and part.isdigit() and len(part) < 20


def _sentence(detail: ErrorDetails, name_keys: bool) -> str:
    """Turn pydantic's first complaint into one sentence with key, value and what is allowed."""
    # In a file the hyper-parameters stand beside the other keys.
    key = ".".join(str(part) for part in detail["loc"] if part != "hyper")
    if detail["type"] == "value_error":
        cause = detail["ctx"]["error"]
        message = str(cause)
        if isinstance(cause, ProgramError):
            return tr(
                "In {key}.program, line {line}, character {place}: {message}",
                key=key,
                line=cause.line,
                place=cause.position + 1,
                message=message,
            )
        if isinstance(cause, FormulaError):
            return tr(
                "In {key}.formula, character {place}: {message}", key=key, place=cause.position + 1, message=message
            )
        return tr("In {key}: {message}", key=key, message=message) if key and name_keys else message
    if detail["type"] == "extra_forbidden":
        return tr("The scenario has an unknown key {key}.", key=key)
    if detail["type"] == "missing":
        return tr("The scenario lacks the key {key}.", key=key)
    return tr(
        "The scenario's key {key} cannot be {value}: {message}.",
        key=key,
        value=_short(detail["input"]),
        message=detail["msg"][:1].lower() + detail["msg"][1:],
    )


def _short(value: Any) -> str:
    try:
        text = repr(value)
    except (ValueError, RecursionError):  # an integer of thousands of digits, or endless nesting
        return f"{type(value).__name__} (...)"
    return text if len(text) <= 60 else f"{text[:57]}..."


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
        given["file"] = os.path.join(os.path.dirname(os.path.abspath(source)), given["file"])
