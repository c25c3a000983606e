"""Errors that a person caused and can mend; each carries one clear sentence."""

from __future__ import annotations


class InputError(ValueError):
    """Input that cannot be used.

    The message is one sentence that says what is wrong, where, and what is allowed. It is already
    translated (see :mod:`gdsim.i18n`) and is shown to the user as it stands.
    """


class FormulaError(InputError):
    """A formula that cannot be read.

    Parameters
    ----------
    message
        One sentence, without the position.
    position
        Index of the first offending character in the formula's text, from 0.
    length
        Number of offending characters, at least 1.
    """

    def __init__(self, message: str, position: int = 0, length: int = 1) -> None:
        super().__init__(message)
        self.position = position
        self.length = max(1, length)


class ProgramError(FormulaError):
    """A program of several lines that cannot be read.

    Parameters
    ----------
    message
        One sentence, without the position.
    line
        Number of the line, from 1.
    position
        Index of the first offending character in the line, from 0.
    length
        Number of offending characters, at least 1.
    """

    def __init__(self, message: str, line: int, position: int = 0, length: int = 1) -> None:
        super().__init__(message, position, length)
        self.line = line


class UnknownName(ProgramError):
    """A program uses ``name``, which is neither assigned nor a leaf."""

    def __init__(self, message: str, name: str, line: int, position: int) -> None:
        super().__init__(message, line, position, len(name))
        self.name = name


class OnlyANumber(ProgramError):
    """A line of a program assigns ``value``, which depends on nothing, to ``name``."""

    def __init__(self, message: str, name: str, value: float, line: int, position: int) -> None:
        super().__init__(message, line, position, len(name))
        self.name, self.value = name, value


class Cancelled(Exception):
    """A person asked to stop; what was begun is taken back."""
