"""The form of a CSV file: its encoding, its separator and its header."""

from __future__ import annotations

import codecs
import csv
import io
import re
import stat
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from gdsim.errors import InputError
from gdsim.i18n import tr

MOST_BYTES = 1_000_000_000
SEPARATORS = (",", ";", "\t", "|")
WHITE_SPACE = " "
"""The separator of a `Layout` whose cells stand apart by any number of spaces and tabs."""

NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
"""A finite decimal number with a decimal point."""

SAMPLE_CHARACTERS, SAMPLE_ROWS = 1 << 18, 100
CHUNK = 1 << 22


@dataclass(frozen=True)
class Layout:
    """What must be known of a CSV file before its table can be read.

    Attributes
    ----------
    path
        The file.
    encoding
        As `codecs` names it.
    separator
        One of `SEPARATORS`, or `WHITE_SPACE`.
    names
        The columns' names, two at least.
    """

    path: Path
    encoding: str
    separator: str
    names: tuple[str, ...]

    @property
    def decimal_marks(self) -> tuple[str, ...]:
        """The marks that may stand before the decimals: a comma only where it does not separate cells."""
        return (".",) if self.separator == "," else (".", ",")

    def open(self) -> TextIO:
        """Open the text at its beginning, with every line end as a line feed: pandas errs with lone returns."""
        return self.path.open(encoding=self.encoding)

    def rows(self, stream: TextIO) -> Iterator[tuple[int, list[str]]]:
        """Yield of each row that is not blank the number of its first line, from 1, and its cells; the header first.

        Raises
        ------
        InputError
            If a quotation mark is not closed, or text follows the closing one.
        """
        rows = _rows(stream, self.separator)
        line = 1
        try:
            for line, cells in rows:
                yield line, cells
                line += 1
        except csv.Error:
            raise InputError(
                tr("{path}, line {line} or below: a quotation mark has no counterpart.", path=self.path, line=line)
            ) from None

    def check_width(self, line: int, cells: list[str]) -> None:
        """Raise `InputError` if the row that begins at ``line`` has more or fewer cells than the header."""
        if len(cells) != len(self.names):
            raise InputError(
                tr(
                    "{path}, line {line}: the header has {expected} cells, this row has {count}.",
                    path=self.path,
                    line=line,
                    count=len(cells),
                    expected=len(self.names),
                )
            )


def find_layout(path: Path) -> Layout:
    """Return the layout of a file: the first row is a header, and there is at least one row below.

    Raises
    ------
    InputError
        If it is no text file in UTF-8 or UTF-16, too large, empty, or its header or first row cannot be used.
    OSError
        If it cannot be read.
    """
    encoding = _encoding(path)
    with path.open(encoding=encoding) as stream:
        sample = stream.read(SAMPLE_CHARACTERS)
    separator = _separator(sample)
    with path.open(encoding=encoding) as stream:
        rows = Layout(path, encoding, separator, ()).rows(stream)
        _, header = next(rows, (0, []))
        if not header:
            raise InputError(tr("{path} is empty: a header and rows of numbers are needed.", path=path))
        layout = Layout(path, encoding, separator, tuple(cell.strip() for cell in header))
        _check_header(path, layout.names, _sampled(sample, separator)[1:])
        line, first = next(rows, (0, []))
    if not first:
        raise InputError(tr("{path} has no rows below its header.", path=path))
    layout.check_width(line, first)
    return layout


def _encoding(path: Path) -> str:
    """Return the encoding of a text file, after reading all of it."""
    try:
        status = path.stat()
    except ValueError:  # a name that no file can have
        raise FileNotFoundError(path) from None
    if stat.S_ISDIR(status.st_mode):
        raise InputError(tr("{path} is a folder: choose a file in it.", path=path))
    if not stat.S_ISREG(status.st_mode):  # a pipe or a device may have no end
        raise InputError(tr("{path} is not an ordinary file.", path=path))
    if status.st_size > MOST_BYTES:
        raise InputError(
            tr("{path} is too large: {most} MB can be read.", path=path, most=f"{MOST_BYTES / 1e6:.0f}"),
        )
    line = 1
    with path.open("rb") as stream:
        wide = stream.read(2) in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
        encoding, name = ("utf-16", "UTF-16") if wide else ("utf-8-sig", "UTF-8")
        stream.seek(0)
        decoder = codecs.getincrementaldecoder(encoding)()
        try:
            while chunk := stream.read(CHUNK):
                # Before the text is decoded, so that a picture is called no text, and not one in a wrong encoding.
                if (not wide and b"\0" in chunk) or "\0" in (text := decoder.decode(chunk)):
                    raise InputError(tr("{path} is not a text file: it holds NUL characters.", path=path))
                line += text.count("\n")
            decoder.decode(b"", final=True)
        except UnicodeDecodeError as error:
            line += error.object[: error.start].count(b"\n")
            raise InputError(
                tr(
                    "{path}, line {line} is not valid {encoding}: "
                    "save the file as UTF-8, or as UTF-16 with a byte order mark.",
                    path=path,
                    line=line,
                    encoding=name,
                )
            ) from None
    return encoding


def _rows(lines: Iterable[str], separator: str) -> Iterator[tuple[int, list[str]]]:
    if separator == WHITE_SPACE:
        lines = (re.sub(r"[ \t]+", " ", line.strip(" \t\r\n")) + "\n" for line in lines)
    # Strict, because a wrong separator shows in what follows a closing quotation mark.
    reader = csv.reader(lines, delimiter=separator, skipinitialspace=True, strict=True)
    line = 1
    for cells in reader:
        if len(cells) > 1 or (cells and cells[0].strip()):
            yield line, cells
        line = reader.line_num + 1


def _sampled(sample: str, separator: str) -> list[list[str]]:
    """Return the first rows of a text, the header first, as far as they can be read and are whole."""
    rows: list[list[str]] = []
    try:
        for _, cells in _rows(io.StringIO(sample), separator):
            rows.append([cell.strip() for cell in cells])
            if len(rows) > SAMPLE_ROWS:
                return rows
    except csv.Error:
        return rows
    return rows[:-1] if len(rows) > 1 and len(sample) == SAMPLE_CHARACTERS else rows


def _separator(sample: str) -> str:
    """Return the separator that divides most rows into as many cells as the header, and most into numbers."""
    found = {separator: _fit(_sampled(sample, separator)) for separator in (*SEPARATORS, WHITE_SPACE)}
    best = max(SEPARATORS, key=lambda separator: found[separator])
    # White space must do better, because there may be some around any separator; and texts in a column are no table.
    return WHITE_SPACE if found[WHITE_SPACE][0] > max(found[best][0], 0.5) else best


def _fit(rows: list[list[str]]) -> tuple[float, float, int]:
    """Return how well rows make a table: the share of rows like the header, the share of numbers, the columns."""
    if not rows or len(rows[0]) < 2:
        return 0, 0, 0
    columns, body = len(rows[0]), rows[1:]
    alike = [cells for cells in body if len(cells) == columns]
    cells = [cell for row in alike for cell in row[:-1]]
    numbers = sum(NUMBER.fullmatch(cell.replace(",", ".")) is not None for cell in cells)
    return len(alike) / len(body) if body else 1, numbers / max(len(cells), 1), columns


def _check_header(path: Path, names: tuple[str, ...], sample: list[list[str]]) -> None:
    """Refuse a header without a feature, of data, or whose names do not tell the columns apart."""
    if len(names) == 1:
        raise InputError(
            tr(
                '{path} has one column only, "{column}": features and, as the last column, the class are needed, '
                "separated by commas, semicolons, tabs or |.",
                path=path,
                column=shortened(names[0]),
            )
        )
    *features, label = (NUMBER.fullmatch(name.replace(",", ".")) is not None for name in names)
    # Names may be numbers, such as those of pixels; but the name of the class is not one of the classes.
    if all(features) and (label or any(cells[-1] == names[-1] for cells in sample)):
        raise InputError(tr("{path} has no header: its first line holds data, not the columns' names.", path=path))
    seen: set[str] = set()
    for number, name in enumerate(names, start=1):
        if not name:
            raise InputError(tr("{path}: column {number} has no name in the header.", path=path, number=number))
        if name in seen:
            raise InputError(tr('{path} has more than one column "{column}".', path=path, column=shortened(name)))
        seen.add(name)


def shortened(text: str) -> str:
    """Return a cell's text on one line, short enough for a sentence."""
    line = " ".join(text.split())
    return line if len(line) <= 40 else f"{line[:37]}..."
