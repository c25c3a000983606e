"""What is wrong with a scenario, in one sentence."""

from __future__ import annotations

from typing import Any

from pydantic_core import ErrorDetails

from gdsim.errors import FormulaError, ProgramError
from gdsim.i18n import tr


def sentence(detail: ErrorDetails, name_keys: bool) -> str:
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
        value=short(detail["input"]),
        message=detail["msg"][:1].lower() + detail["msg"][1:],
    )


def short(value: Any) -> str:
    """Return how a file would write ``value``, cut where it is long."""
    try:
        text = repr(value)
    except (ValueError, RecursionError):  # an integer of thousands of digits, or endless nesting
        return f"{type(value).__name__} (...)"
    return text if len(text) <= 60 else f"{text[:57]}..."


def one_line(text: str) -> str:
    """Return ``text`` without breaks, and with its middle left out where a file's own words make it endless."""
    text = " ".join(text.split())
    return text if len(text) <= 500 else f"{text[:300]}...{text[-100:]}"
