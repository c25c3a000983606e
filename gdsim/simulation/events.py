"""What was done by hand at a step before its update: the verbs, and weights that were edited."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

Verb = Literal["zero_grad", "forward", "backward"]


@dataclass(frozen=True)
class Edit:
    """One number of a parameter set by hand.

    Attributes
    ----------
    parameter
        Its name, such as ``linear1.weight``.
    index
        Place in the parameter, one number a dimension.
    value
        The new number.
    """

    parameter: str
    index: tuple[int, ...]
    value: float


Script = tuple[Verb | Edit, ...]
"""What is done between one update and the next, in order."""

STANDARD: Script = ("zero_grad", "backward")
"""What every step does unless it is recorded otherwise; ``forward`` is left out, since it leaves no trace."""

Events = dict[int, Script]
"""The scripts of the steps at which anything but `STANDARD` was done, by step."""


def canonical(done: Iterable[Verb | Edit]) -> Script:
    """Return the shortest script with the same effect on parameters and gradient."""
    script = [deed for deed in done if deed != "forward"]
    if "zero_grad" in script:
        last = len(script) - 1 - script[::-1].index("zero_grad")
        script = [d for at, d in enumerate(script) if at >= last or isinstance(d, Edit)]
    return tuple(script)


def edits(script: Script) -> tuple[Edit, ...]:
    """Return the edits of a script, in order."""
    return tuple(deed for deed in script if isinstance(deed, Edit))


def is_usual(script: Script) -> bool:
    """Tell whether a script is edits, if any, followed by what every step does."""
    return script == (*edits(script), *STANDARD)


def recorded(events: Mapping[int, Script], step: int, script: Script) -> Events:
    """Return ``events`` with the script of ``step`` and without those of later steps."""
    kept = {at: s for at, s in events.items() if at < step}
    return kept if script == STANDARD else kept | {step: script}
