"""What ``--set KEY=VALUE`` changes of a scenario before it is checked."""

from __future__ import annotations

import tomllib
from typing import Any

from gdsim.errors import InputError
from gdsim.i18n import tr
from gdsim.optimizers import rule_named, rules


def override(data: dict[str, Any], overrides: list[str]) -> None:
    """Set dotted keys of ``data`` in place; ``run.KEY`` stands for all runs, ``run.0.KEY`` for one.

    What a file set for an optimizer that it no longer has is dropped, and so are the steps of its picture and film
    where ``playback.steps`` is set, unless they are set as well.

    Raises
    ------
    InputError
        If an override is not of the form ``KEY=VALUE``, or there is no such key.
    """
    optimizers = [run.get("optimizer") for run in _runs(data)]
    keys = [_override(data, text) for text in overrides]
    given = {key.rpartition(".")[2] for key in keys}
    for run, before in zip(_runs(data), optimizers, strict=False):
        if run.get("optimizer") != before:
            _forget_foreign_hyper(run, str(before), given)
    for table, key in (("picture", "steps"), ("film", "last")):
        drawn = data.get(table)
        if "playback.steps" in keys and f"{table}.{key}" not in keys and isinstance(drawn, dict):
            drawn.pop(key, None)


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
    """Set one dotted key of ``data`` in place and return it."""
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
    return ".".join(parts)


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
