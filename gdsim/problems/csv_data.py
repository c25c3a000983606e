"""Data sets from CSV files."""

from __future__ import annotations

import math
from collections.abc import Sequence
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gdsim.errors import InputError
from gdsim.i18n import tr
from gdsim.problems.csv_layout import NUMBER, WHITE_SPACE, Layout, find_layout, shortened
from gdsim.problems.data import DataSet

MOST_ROWS = 2_000_000
MOST_CLASSES = 1000
MOST_FRACTIONAL_CLASSES = 100
"""So many different labels may have decimals before they are taken for measurements."""

TOO_LARGE = (2 - 2.0**-24) * 2.0**127
"""The smallest number that is rounded to infinity in single precision."""


def read_csv(path: Path) -> DataSet:
    """Return the samples of a CSV file: a header, a row each; the last column is the class, the others are features.

    Commas, semicolons, tabs, ``|`` or, if none of these fits, white space separate the cells, which may be quoted.
    Where commas do not separate cells, decimals may be written with one. The text is UTF-8, or UTF-16 with a byte
    order mark. Blank lines are skipped. Numbers are rounded to single precision and nothing else is done to them.

    Classes have the names that the file gives them, without white space around; they are ordered by their value if all
    are numbers, where equal numbers are one class, and else as texts.

    Raises
    ------
    InputError
        If the file cannot be read or cannot be learned from; the message names the line, from 1, and the column.
    """
    try:
        return _read(find_layout(path))
    except FileNotFoundError:
        raise InputError(tr("There is no file {path}.", path=path)) from None
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise InputError(tr("{path} cannot be read: {reason}.", path=path, reason=reason)) from None


def _read(layout: Layout) -> DataSet:
    reason = ""
    for mark in layout.decimal_marks:
        try:
            frame = _frame(layout, mark)
        except ValueError as error:  # pandas' own errors are of this kind
            reason = str(error)
            continue
        if len(frame) > MOST_ROWS:
            raise InputError(tr("{path} has more than {most} rows.", path=layout.path, most=f"{MOST_ROWS:,}"))
        features = np.ascontiguousarray(frame.iloc[:, :-1].to_numpy(np.float32))
        codes, texts = frame.iloc[:, -1].factorize()
        written = [text.strip() for text in texts]
        if np.isfinite(features).all() and all(written):
            labels, class_names = _classes(layout, written, codes, mark)
            return DataSet(features, labels, layout.names[:-1], class_names)
    # pandas says neither line nor column. Of the decimal marks the one that fits farther is the file's.
    faults = [fault for mark in layout.decimal_marks if (fault := _fault(layout, mark)) is not None]
    if faults:
        raise max(faults, key=lambda fault: fault[0])[1]
    raise InputError(tr("{path} cannot be read as a table: {reason}.", path=layout.path, reason=shortened(reason)))


def _frame(layout: Layout, mark: str) -> Any:
    """Return the rows below the header as pandas' frame: columns of float32 and, last, one of texts."""
    import pandas

    label = len(layout.names) - 1
    kinds: dict[int, Any] = dict.fromkeys(range(label), np.float32) | {label: str}
    with layout.open() as stream, np.errstate(over="ignore"):
        next(layout.rows(stream))
        # Without filtering "NA" and the like are texts, and what is missing is an error.
        return pandas.read_csv(
            stream,
            sep=r"\s+" if layout.separator == WHITE_SPACE else layout.separator,
            header=None,
            dtype=kinds,
            decimal=mark,
            na_filter=False,
            skipinitialspace=True,
            nrows=MOST_ROWS + 1,
            engine="c",
        )


def _classes(
    layout: Layout, written: list[str], codes: NDArray[Any], mark: str
) -> tuple[NDArray[np.int64], tuple[str, ...]]:
    """Return each sample's class, shape ``(samples,)``, and the classes' names, from texts and each sample's text."""
    numbers = _numbers([text.replace(mark, ".") for text in written])
    keys: Sequence[Any] = written if numbers is None else numbers
    names: dict[Any, str] = {}
    for key, text in zip(keys, written, strict=True):
        names[key] = min(names.get(key, text), text, key=len)
    _check_classes(layout, len(codes), names)
    order = {key: index for index, key in enumerate(sorted(names))}
    labels = np.array([order[key] for key in keys], np.int64)[codes]
    return labels, tuple(names[key] for key in order)


def _numbers(texts: list[str]) -> list[Decimal] | None:
    """Return the exact numbers that the texts are, or None if one of them is none."""
    if not all(map(NUMBER.fullmatch, texts)):
        return None
    try:
        return [Decimal(text) for text in texts]
    except InvalidOperation:  # an exponent of twenty digits
        return None


def _check_classes(layout: Layout, samples: int, names: dict[Any, str]) -> None:
    """Raise `InputError` if there are too few samples, or too few or too many classes; ``names`` is by their value."""
    path, column, count = layout.path, shortened(layout.names[-1]), len(names)
    if samples == 1:
        raise InputError(tr("{path} has one row only below its header: two at least are needed.", path=path))
    if count == 1:
        raise InputError(
            tr(
                '{path}: every row is of the class "{name}" in the last column, "{column}": two classes at least '
                "are needed.",
                path=path,
                name=shortened(*names.values()),
                column=column,
            )
        )
    if count > MOST_FRACTIONAL_CLASSES and any(
        isinstance(key, Decimal) and key != key.to_integral_value() for key in names
    ):
        raise InputError(
            tr(
                '{path}: the last column, "{column}", must be a class, but holds {count} different numbers '
                "with decimals.",
                path=path,
                column=column,
                count=count,
            )
        )
    if count > MOST_CLASSES:
        raise InputError(
            tr(
                '{path}: the last column, "{column}", must be a class, but holds {count} different values; '
                "{most} classes can be learned.",
                path=path,
                column=column,
                count=count,
                most=MOST_CLASSES,
            )
        )


def _fault(layout: Layout, mark: str) -> tuple[int, InputError] | None:
    """Return the first line that cannot be read and what is wrong there, or None."""
    line = 0
    with layout.open() as stream:
        rows = layout.rows(stream)
        next(rows)
        try:
            for line, cells in rows:
                layout.check_width(line, cells)
                if not (cells[-1].strip() and _are_plain(cells[:-1], mark)):
                    _check_cells(layout, line, cells, mark)
        except InputError as error:
            return line, error
    return None


def _check_cells(layout: Layout, line: int, cells: list[str], mark: str) -> None:
    for name, cell in zip(layout.names, cells, strict=True):
        reason = tr("the value is missing") if not cell.strip() else None
        if reason is None and name != layout.names[-1]:
            reason = _fault_of_number(cell.strip(" \t\r\n\v\f"), mark)
        if reason is not None:
            raise InputError(
                tr(
                    '{path}, line {line}, column "{column}": {reason}.',
                    path=layout.path,
                    line=line,
                    column=shortened(name),
                    reason=reason,
                )
            )


def _are_plain(cells: list[str], mark: str) -> bool:
    """Return, in little time, whether all cells are numbers for certain."""
    text = "".join(cells)
    if not text.isascii() or "_" in text or (mark != "." and "." in text):
        return False
    try:
        values = [float(cell.replace(mark, ".")) for cell in cells] if mark != "." else list(map(float, cells))
    except ValueError:
        return False
    return max(values) < TOO_LARGE and min(values) > -TOO_LARGE and not any(map(math.isnan, values))


def _fault_of_number(cell: str, mark: str) -> str | None:
    """Return why a cell that is not empty is no number that can be used, or None."""
    shown = repr(shortened(cell))
    if NUMBER.fullmatch(cell.replace(mark, ".")) and (mark == "." or "." not in cell):
        if abs(float(cell.replace(mark, "."))) < TOO_LARGE:
            return None
        return tr("{cell} is too large for single precision, which ends at 3.4e38", cell=shown)
    try:
        if not math.isfinite(float(cell)):
            return tr("{cell} is not a finite number", cell=shown)
    except ValueError:
        pass
    if NUMBER.fullmatch(cell.replace(",", ".")):
        if mark == ".":
            return tr("{cell} is not a number, because this file writes decimals with a point", cell=shown)
        return tr("{cell} is not a number, because this file writes decimals with a comma", cell=shown)
    return tr("{cell} is not a number", cell=shown)
