"""The numbers of a tensor as text: for cells of constant width, for the clipboard, and back from what was typed."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gdsim.app.widgets.number_field import number_text, parse_number
from gdsim.errors import InputError
from gdsim.i18n import tr

MOST_COPIED = 1_000_000
"""Numbers that can be copied at once; writing a million takes half a second."""
MOST_DIGITS = 9
MINUS = "\N{MINUS SIGN}"
_INTEGER_DIGITS = 3
_NARROWEST = 7  # room for -1e+300 where a number is too large for its column


@dataclass(frozen=True)
class NumberFormat:
    """How each number of a table is written: always in the same number of characters.

    Attributes
    ----------
    digits
        Decimals, 0 to `MOST_DIGITS`; in scientific notation those of the mantissa.
    scientific
        Whether to write ``1.2346e-05`` for ``0.0000``.
    """

    digits: int = 4
    scientific: bool = False

    @property
    def width(self) -> int:
        """Characters of a number, its sign included."""
        if self.scientific:
            return self.digits + (7 if self.digits else 6)
        return max(_NARROWEST, 1 + _INTEGER_DIGITS + 1 + self.digits)

    @property
    def point(self) -> int | None:
        """Position of the decimal point among the characters, None where there is none."""
        if not self.digits:
            return None
        return 2 if self.scientific else self.width - 1 - self.digits

    @property
    def exponent(self) -> int | None:
        """Position of the ``e`` among the characters, None in plain notation."""
        return self.width - 4 if self.scientific else None

    def text(self, value: float) -> str:
        """Return ``value`` as a cell shows it, with a real minus sign and without leading blanks."""
        return self._plain(value).replace("-", MINUS)

    def odd(self, values: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Return which of ``values`` do not have this format's shape: not finite, or too large for the column."""
        size = np.abs(values)
        if self.scientific:
            # Three digits of exponent; zero itself has two.
            return ~((size < 9.5e99) & ((size >= 1e-99) | (size == 0)))
        whole = (self.width if self.point is None else self.point) - 1
        # Half a unit of the last decimal less, or rounding would add a digit in front.
        return ~(size < 10.0**whole - 0.5 * 10.0**-self.digits)

    def codes(self, values: NDArray[np.float64], odd: NDArray[np.bool_]) -> NDArray[np.uint8]:
        """Return the characters of a block of numbers.

        Parameters
        ----------
        values
            Shape ``(rows, columns)``.
        odd
            What `odd` says of them; these come out blank.

        Returns
        -------
        ndarray
            ASCII codes, shape ``(rows, columns, width)``. A ``<`` before a minus sign is the room it needs to the
            left, since it is wider than a digit.
        """
        some = bool(odd.any())
        plain = np.where(odd, 0.0, values) if some else values
        kind = "e" if self.scientific else "f"
        joined = f"%{self.width}.{self.digits}{kind}" * plain.size % tuple(plain.ravel().tolist())
        found = np.frombuffer(joined.replace(" -", "<-").encode("ascii"), np.uint8)
        found = found.reshape(*values.shape, self.width)
        if some:
            found = found.copy()
            found[odd] = ord(" ")
        return found

    def _plain(self, value: float) -> str:
        if not math.isfinite(value):
            return str(value)
        if not self.odd(np.array(value, np.float64)):
            return f"{value:.{self.digits}{'e' if self.scientific else 'f'}}"
        for digits in range(self.digits, 0, -1):
            text = f"{value:.{digits}e}"
            if len(text) <= self.width:
                return text
        return f"{value:.0e}"


def place(shape: tuple[int, ...], row: int, column: int) -> tuple[int, ...]:
    """Return the index, into an array of ``shape``, of a cell of its table."""
    return ((), (column,), (row, column))[len(shape)]


def place_text(index: tuple[int, ...]) -> str:
    """Return an index as one writes it behind a name: ``[0, 1]``, and nothing for a single number."""
    return f"[{', '.join(map(str, index))}]" if index else ""


def exact(value: Any) -> str:
    """Return the shortest text that reads back as this number of its own type."""
    return str(value)


def parsed(text: str, dtype: np.dtype[Any]) -> float:
    """Return the finite number that ``text`` spells.

    Raises
    ------
    InputError
        If it spells none, or one that ``dtype`` cannot hold.
    """
    number = parse_number(text)
    shown = text.strip()[:40]
    if not shown:
        raise InputError(tr("A weight needs a number, such as 0.05 or 1e-3."))
    if number is None and "," in shown:
        raise InputError(tr("{text} is not a number: write a decimal point, as in 0.05.", text=repr(shown)))
    if number is None:
        raise InputError(tr("{text} is not a finite number: write one such as 0.05 or 1e-3.", text=repr(shown)))
    largest = float(np.finfo(dtype).max)
    if not abs(number) <= largest:
        raise InputError(
            tr("{text} is too large: {type} ends at {largest}.", text=shown, type=dtype, largest=number_text(largest))
        )
    return number


def shown_text(table: NDArray[Any], form: NumberFormat) -> str:
    """Return a block as the cells show it, in columns that line up."""
    cells = [[form.text(value).replace(MINUS, "-") for value in row] for row in table.tolist()]
    width = max(len(cell) for row in cells for cell in row)
    return "\n".join("  ".join(cell.rjust(width) for cell in row) for row in cells)


def tsv(table: NDArray[Any]) -> str:
    """Return a block with a tabulator between columns, each number to its last digit."""
    return "\n".join("\t".join(map(exact, row)) for row in table)


def torch_tensor(array: NDArray[Any]) -> str:
    """Return an expression that makes the same tensor again, to the last bit; it needs ``torch`` and nothing else."""
    return f"torch.tensor({_nested(array)}, dtype=torch.{array.dtype})"


def _nested(array: NDArray[Any]) -> str:
    if array.ndim == 0:
        return _literal(exact(array[()]))
    items: Iterable[str]
    if array.ndim == 1:
        items = map(_literal, map(exact, array))
        return f"[{', '.join(items)}]"
    return f"[{(',' + chr(10) + ' ' * 14).join(map(_nested, array))}]"


def _literal(text: str) -> str:
    """Return Python's spelling of a number; nan and inf have no literal."""
    return f"float('{text}')" if text[-1] in "nf" else text
