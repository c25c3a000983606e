"""Names of the files that a batch writes."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from pathlib import Path

from gdsim.commands.sweep import Variant
from gdsim.errors import InputError
from gdsim.i18n import tr


def targets(output: str, extension: str | None, variants: Sequence[Variant], kinds: Sequence[str]) -> list[Path]:
    """Return one file's name for each variant.

    Parameters
    ----------
    output
        A file's name; a folder; or a name with ``{name}``, ``{number}`` and ``{KEY}`` of the keys that are swept.
        Several files that are given one plain name are told apart by what is added to it.
    extension
        That of the files in a folder.
    variants
        What the files are made of.
    kinds
        Extensions that can be written, the usual one first.

    Raises
    ------
    InputError
        If the name has another extension or an unknown placeholder, or two files would have one name.
    """
    if extension is not None and f".{extension}" not in kinds:
        raise InputError(tr("--format {name} is unknown: there are {known}.", name=repr(extension),
                            known=", ".join(kind.removeprefix(".") for kind in kinds)))  # fmt: skip
    several = len({variant.source for variant in variants}) > 1
    if is_folder(output, extension, len(variants)):
        suffix = f".{extension}" if extension else kinds[0]
        result = [Path(output) / ("-".join([_name(v), *_swept(v)]) + suffix) for v in variants]
    elif "{" in output:
        result = [Path(_filled(output, variant, number)) for number, variant in enumerate(variants, 1)]
    else:
        path = Path(output)
        check_kind(path, kinds)
        added = [([_name(v)] if several else []) + _swept(v) for v in variants]
        result = [path.with_name("-".join([path.stem, *parts]) + path.suffix) if parts else path for parts in added]
    for target in result:
        check_kind(target, kinds)
    seen: set[Path] = set()
    for target in result:
        if target in seen:
            raise InputError(tr("Two files would be called {path}: give a folder, or a name with {placeholder}.",
                                path=str(target), placeholder="{number}"))  # fmt: skip
        seen.add(target)
    return result


def check_kind(target: Path, kinds: Sequence[str]) -> None:
    """Raise `InputError` unless a file of this name can be written."""
    if target.suffix.lower() not in kinds:
        raise InputError(
            tr(
                "{path} cannot be written: its name must end in one of {kinds}.",
                path=str(target),
                kinds=", ".join(kinds),
            )
        )


def is_folder(output: str, extension: str | None, count: int) -> bool:
    """Tell whether ``output`` names a folder into which ``count`` files go."""
    separators = tuple(filter(None, (os.sep, os.altsep)))
    if output.endswith(separators) or os.path.isdir(output):
        return True
    return not Path(output).suffix and (count > 1 or extension is not None)


def _filled(output: str, variant: Variant, number: int) -> str:
    values = {"name": _name(variant), "number": str(number), **{key: _safe(value) for key, value in variant.swept}}

    def value(match: re.Match[str]) -> str:
        if match[1] not in values:
            raise InputError(
                tr(
                    "-o has an unknown placeholder {placeholder}; there are {known}.",
                    placeholder=match[0],
                    known=", ".join(f"{{{name}}}" for name in values),
                )
            )
        return values[match[1]]

    filled = re.sub(r"\{([^{}]*)\}", value, output)
    if "{" in filled or "}" in filled:
        raise InputError(tr("-o {output} has a brace without its other half.", output=output))
    return filled


def _name(variant: Variant) -> str:
    return Path(variant.source).stem or "scenario"


def _swept(variant: Variant) -> list[str]:
    return [f"{key.rpartition('.')[2]}-{_safe(value)}" for key, value in variant.swept]


def _safe(value: str) -> str:
    """Return ``value`` as a part of a file's name."""
    return re.sub(r"[^\w.+-]+", "_", value.strip("\"' "))[:60] or "_"
