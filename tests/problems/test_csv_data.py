"""CSV files: what is written comes back, and what is wrong is named by line and column."""

from __future__ import annotations

import csv
import io
import os
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gdsim.errors import InputError
from gdsim.problems import csv_data, csv_layout
from gdsim.problems.csv_data import read_csv
from gdsim.problems.data import DataSet

SAME_FOLDER = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
NUMBERS = st.one_of(
    st.floats(width=32, allow_nan=False, allow_infinity=False),
    st.floats(-1e38, 1e38),
    st.integers(-(10**20), 10**20),
)
TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), min_size=1, max_size=8)
NAMES = (
    TEXTS.map(str.strip).filter(bool).filter(lambda name: csv_layout.NUMBER.fullmatch(name.replace(",", ".")) is None)
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data.csv"


def read(path: Path, text: str | bytes) -> DataSet:
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return read_csv(path)


def complaint(path: Path, text: str | bytes | None = None) -> str:
    """Return the sentence with which a file is refused, without its path."""
    if text is not None:
        path.write_bytes(text.encode() if isinstance(text, str) else text)
    with pytest.raises(InputError) as caught:
        read_csv(path)
    sentence = str(caught.value)
    assert sentence.endswith(".") and "\n" not in sentence
    return sentence.replace(str(path), "F")


# ---- what can be read


def test_a_small_table(path: Path) -> None:
    data = read(path, "height,width,kind\n1.5,2,cat\n-3e2,.25,dog\n+7,8.,cat\n")
    assert data.features.tolist() == [[1.5, 2], [-300, 0.25], [7, 8]]
    assert data.features.dtype == np.float32 and data.features.flags.c_contiguous
    assert data.labels.tolist() == [0, 1, 0]
    assert data.labels.dtype == np.int64 and data.labels.flags.c_contiguous
    assert data.feature_names == ("height", "width")
    assert data.class_names == ("cat", "dog")


@given(st.data())
@SAME_FOLDER
def test_what_is_written_comes_back(tmp_path: Path, data: st.DataObject) -> None:
    names = data.draw(st.lists(NAMES, min_size=2, max_size=5, unique=True), "names")
    rows = data.draw(st.lists(st.tuples(*[NUMBERS] * (len(names) - 1)), min_size=2, max_size=20), "rows")
    known = data.draw(
        st.lists(NAMES.filter(lambda text: text != names[-1]), min_size=2, max_size=4, unique=True), "kinds"
    )
    kinds = data.draw(st.lists(st.sampled_from(known), min_size=len(rows), max_size=len(rows)), "labels")
    kinds[:2] = known[:2]
    separator = data.draw(st.sampled_from([",", ";", "\t", "|", " "]), "separator")
    line_end = data.draw(st.sampled_from(["\n", "\r\n", "\r"]), "line end")
    encoding = data.draw(st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]), "encoding")

    text = io.StringIO(newline="")
    # With all texts quoted the separator alone decides: names may hold any other of the separators.
    writer = csv.writer(text, delimiter=separator, lineterminator=line_end, quoting=csv.QUOTE_NONNUMERIC)
    writer.writerow(names)
    writer.writerows([*row, kind] for row, kind in zip(rows, kinds, strict=True))
    path = tmp_path / "data.csv"
    path.write_bytes(text.getvalue().encode(encoding))

    found = read_csv(path)
    assert found.features.tobytes() == np.array([[float(x) for x in row] for row in rows], np.float32).tobytes()
    assert [found.class_names[label] for label in found.labels] == kinds
    assert found.class_names == tuple(sorted(set(kinds)))
    assert found.feature_names == tuple(names[:-1])


@given(st.lists(st.tuples(NUMBERS, NUMBERS, st.integers(0, 3)), min_size=2, max_size=20))
@SAME_FOLDER
def test_decimal_commas_come_back(tmp_path: Path, rows: list[tuple[float, float, int]]) -> None:
    rows = [(0.5, 0.25, 7), (1.5, 2, 8), *rows]
    text = "\n".join(f"{float(x)!r};{float(y)!r};{kind}".replace(".", ",") for x, y, kind in rows)
    data = read(tmp_path / "data.csv", "a;b;kind\n" + text)
    assert data.features.tolist() == np.array([row[:2] for row in rows], np.float32).tolist()
    assert [int(data.class_names[label]) for label in data.labels] == [row[2] for row in rows]


@pytest.mark.parametrize("separator", [",", ";", "\t", "|", " ", "   ", ", ", " ; ", " \t "])
def test_every_separator(path: Path, separator: str) -> None:
    lines = ["a b c", "1 2 x", "3 4 y"]
    data = read(path, "\n".join(line.replace(" ", separator) for line in lines))
    assert data.features.tolist() == [[1, 2], [3, 4]]
    assert (data.feature_names, data.class_names) == (("a", "b"), ("x", "y"))


def test_columns_aligned_by_spaces(path: Path) -> None:
    data = read(path, "   a     b   c\n  1.5  22   x  \n-10     3   y\n")
    assert data.features.tolist() == [[1.5, 22], [-10, 3]]
    assert data.class_names == ("x", "y")


def test_the_separator_is_the_one_that_makes_a_table_of_numbers(path: Path) -> None:
    data = read(path, "height, cm;width, cm;kind\n1,5;2,5;a\n3,5;4;b\n")
    assert data.feature_names == ("height, cm", "width, cm")
    assert data.features.tolist() == [[1.5, 2.5], [3.5, 4]]


def test_a_decimal_comma_far_down_is_found(path: Path) -> None:
    text = "a;kind\n" + "1;x\n" * 500 + "1,5;y\n"
    assert read(path, text).features[-1] == 1.5


def test_quoted_cells_may_hold_separators_quotes_and_line_ends(path: Path) -> None:
    data = read(path, '"a, ""b""","c\nd",kind\n"1","2","x, y"\n3,4,"z\n"\n')
    assert data.feature_names == ('a, "b"', "c\nd")
    assert data.features.tolist() == [[1, 2], [3, 4]]
    assert data.class_names == ("x, y", "z")


def test_blank_lines_and_white_space_mean_nothing(path: Path) -> None:
    data = read(path, "\n  \n a , b , kind \n\n 1 ,\t2 , x \n   \n3,4,x\n5,6, y\n\n\n")
    assert data.feature_names == ("a", "b")
    assert data.features.tolist() == [[1, 2], [3, 4], [5, 6]]
    assert data.class_names == ("x", "y")


@pytest.mark.parametrize(
    ("written", "names", "labels"),
    [
        (["10", "9", "10"], ("9", "10"), [1, 0, 1]),
        (["1.0", "2.0", "0.0"], ("0.0", "1.0", "2.0"), [1, 2, 0]),
        (["2.0", "1", "1.0", "2"], ("1", "2"), [1, 0, 0, 1]),
        (["-1", "+1", "1e0"], ("-1", "+1"), [0, 1, 1]),
        (["9007199254740993", "9007199254740992"], ("9007199254740992", "9007199254740993"), [1, 0]),
        (["b", "10", "9"], ("10", "9", "b"), [2, 0, 1]),
        (["NA", "nan", "None"], ("NA", "None", "nan"), [0, 2, 1]),
        (["1e999", "1e-999", "2"], ("1e-999", "2", "1e999"), [2, 0, 1]),
        (["2", "1e99999999999999999999", "10"], ("10", "1e99999999999999999999", "2"), [2, 1, 0]),
        (["True", "False"], ("False", "True"), [1, 0]),
        (["ä", "z", "日本"], ("z", "ä", "日本"), [1, 0, 2]),
    ],
)
def test_classes_are_named_as_written_and_sorted(
    path: Path, written: list[str], names: tuple[str, ...], labels: list[int]
) -> None:
    data = read(path, "a,kind\n" + "".join(f"1,{text}\n" for text in written))
    assert data.class_names == names
    assert data.labels.tolist() == labels


def test_numbers_are_rounded_once_and_to_the_nearest(path: Path) -> None:
    texts = ["0.1", "16777217", "3.4028235e38", "1e-46", "-1.17549435e-38", "123456789.123456789", "0." + "3" * 400]
    data = read(path, "a,kind\n" + "".join(f"{text},{index % 2}\n" for index, text in enumerate(texts)))
    assert data.features[:, 0].tolist() == [float(np.float32(float(text))) for text in texts]


def test_the_names_of_features_may_be_numbers(path: Path) -> None:
    data = read(path, "0,1,2,label\n5,6,7,a\n7,8,9,b\n")
    assert data.feature_names == ("0", "1", "2")


def test_a_thousand_classes_are_read(path: Path) -> None:
    data = read(path, "a,kind\n" + "".join(f"{index},k{index:04}\n" for index in range(1000)))
    assert data.labels.tolist() == list(range(1000))


def test_a_million_rows_in_seconds(path: Path) -> None:
    block = "".join(
        f"{','.join(f'{row + column / 10:.4f}' for column in range(10))},{row % 3}\n" for row in range(1000)
    )
    path.write_text(",".join(f"x{index}" for index in range(10)) + ",kind\n" + block * 1000, encoding="utf-8")
    begin = time.process_time()
    data = read_csv(path)
    assert time.process_time() - begin < 10
    assert data.features.shape == (1_000_000, 10)
    assert data.features[-1].tolist() == np.float32([999 + column / 10 for column in range(10)]).tolist()
    assert np.array_equal(data.labels, np.tile(np.arange(1000) % 3, 1000))


# ---- what is refused

GOOD = "height,width,kind\n1,2,a\n3,4,b\n"


@pytest.mark.parametrize(
    ("rows", "sentence"),
    [
        ("1,2,a\nabc,4,b\n", "line 3, column \"height\": 'abc' is not a number."),
        ("1,2,a\n3,red car,b\n", "line 3, column \"width\": 'red car' is not a number."),
        ("1,2,a\n\n\n3,x,b\n", "line 5, column \"width\": 'x' is not a number."),
        ('1,2,"a\nb"\n3,x,b\n', "line 4, column \"width\": 'x' is not a number."),
        ("1,2,a\n3,NA,b\n", "line 3, column \"width\": 'NA' is not a number."),
        ("1,2,a\n3,1_000,b\n", "line 3, column \"width\": '1_000' is not a number."),
        ("1,2,a\n3,٣,b\n", "line 3, column \"width\": '٣' is not a number."),
        ("1,2,a\n3,0x1F,b\n", "line 3, column \"width\": '0x1F' is not a number."),
        ("1,2,a\n3,1e,b\n", "line 3, column \"width\": '1e' is not a number."),
        ("1,2,a\n3,True,b\n", "line 3, column \"width\": 'True' is not a number."),
        ("1,2,a\n3,5\xa0,b\n", "line 3, column \"width\": '5' is not a number."),
        (f"1,2,a\n3,{'x' * 100},b\n", f"line 3, column \"width\": '{'x' * 37}...' is not a number."),
        (
            '1,2,a\n3,"1,5",b\n',
            "line 3, column \"width\": '1,5' is not a number, because this file writes decimals with a point.",
        ),
        ("1,2,a\n,4,b\n", 'line 3, column "height": the value is missing.'),
        ("1,2,a\n3,  ,b\n", 'line 3, column "width": the value is missing.'),
        ("1,2,a\n3,4,\n", 'line 3, column "kind": the value is missing.'),
        ('1,2,a\n3,4," "\n', 'line 3, column "kind": the value is missing.'),
        ("1,2,a\n,,\n", 'line 3, column "height": the value is missing.'),
        ("1,2,a\ninf,4,b\n", "line 3, column \"height\": 'inf' is not a finite number."),
        ("1,2,a\n3,-Infinity,b\n", "line 3, column \"width\": '-Infinity' is not a finite number."),
        ("1,2,a\n3,nan,b\n", "line 3, column \"width\": 'nan' is not a finite number."),
        (
            "1,2,a\n3,-3.4028236e38,b\n",
            "line 3, column \"width\": '-3.4028236e38' is too large for single precision, which ends at 3.4e38.",
        ),
        (
            "1,2,a\n3,1e999,b\n",
            "line 3, column \"width\": '1e999' is too large for single precision, which ends at 3.4e38.",
        ),
        ("1,2,a\n3,4\n", "line 3: the header has 3 cells, this row has 2."),
        ("1,2,a\n3\n", "line 3: the header has 3 cells, this row has 1."),
        ("1,2,a\n3,4,b,5\n", "line 3: the header has 3 cells, this row has 4."),
        ("1,2,a\n3,4,b,\n", "line 3: the header has 3 cells, this row has 4."),
        ("1,2,3,a\n3,4,5,b\n", "line 2: the header has 3 cells, this row has 4."),
        ("1,2\n3,4\n", "line 2: the header has 3 cells, this row has 2."),
        ('1,2,a\n3,4,"b\n5,6,b\n', "line 3 or below: a quotation mark has no counterpart."),
    ],
)
@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_a_bad_row_is_named_by_line_and_column(path: Path, rows: str, sentence: str, line_end: str) -> None:
    text = ("height,width,kind\n" + rows).replace("\n", line_end)
    assert complaint(path, text) == f"F, {sentence}"


@given(st.integers(0, 200), st.integers(0, 2), st.sampled_from(["?", "", "nan", "1.2.3"]), st.sampled_from(",;\t| "))
@SAME_FOLDER
def test_the_line_and_column_of_any_bad_cell(tmp_path: Path, row: int, column: int, cell: str, separator: str) -> None:
    rows = [["1.5", "2", "-3e-2", "ab"[index % 2]] for index in range(201)]
    rows[row][column] = cell or '""'
    text = "\n".join(separator.join(cells) for cells in [["c0", "c1", "c2", "kind"], *rows])
    sentence = complaint(tmp_path / "data.csv", text)
    assert sentence.startswith(f'F, line {row + 2}, column "c{column}": ')


def test_a_bad_row_far_down_is_found(path: Path) -> None:
    text = "a,b,kind\n" + "1,2,x\n3,4,y\n" * 100_000
    assert complaint(path, text + "5,6,x,7\n") == "F, line 200002: the header has 3 cells, this row has 4."
    assert complaint(path, text + "5,x\n") == "F, line 200002: the header has 3 cells, this row has 2."
    assert complaint(path, text + "5,!,x\n") == "F, line 200002, column \"b\": '!' is not a number."


def test_mixed_decimal_marks(path: Path) -> None:
    assert complaint(path, "a;b;kind\n1,5;2;x\n1;2;y\n1.5;2;x\n") == (
        "F, line 4, column \"a\": '1.5' is not a number, because this file writes decimals with a comma."
    )
    assert complaint(path, "a;b;kind\n1.5;2;x\n1;2;y\n1,5;2;x\n") == (
        "F, line 4, column \"a\": '1,5' is not a number, because this file writes decimals with a point."
    )
    assert complaint(path, "a;b;kind\n1,5;2;x\n1;2;y\n1,5;abc;x\n") == "F, line 4, column \"b\": 'abc' is not a number."
    assert complaint(path, "a;b;kind\n1.234,5;2;x\n1;2;y\n") == "F, line 2, column \"a\": '1.234,5' is not a number."


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "F is empty: a header and rows of numbers are needed."),
        ("\ufeff", "F is empty: a header and rows of numbers are needed."),
        (" \n\n \r\n", "F is empty: a header and rows of numbers are needed."),
        ("a,b,kind\n", "F has no rows below its header."),
        ("a,b,kind\n\n \n", "F has no rows below its header."),
        ("a,b,kind\n1,2,x", "F has one row only below its header: two at least are needed."),
        (
            "a,b,kind\n1,2,x\n3,4,x\n5,6, x\n",
            'F: every row is of the class "x" in the last column, "kind": two classes at least are needed.',
        ),
        (
            "a,b,kind\n1,2,1\n3,4,1.0\n",
            'F: every row is of the class "1" in the last column, "kind": two classes at least are needed.',
        ),
        (
            "kind\nx\ny\n",
            'F has one column only, "kind": features and, as the last column, the class are needed, '
            "separated by commas, semicolons, tabs or |.",
        ),
        (
            "what is seen\nx\ny\n",
            'F has one column only, "what is seen": features and, as the last column, the class are needed, '
            "separated by commas, semicolons, tabs or |.",
        ),
        ("1,2,0\n3,4,1\n", "F has no header: its first line holds data, not the columns' names."),
        ("1;2,5;0\n3;4,5;1\n", "F has no header: its first line holds data, not the columns' names."),
        ("1,2,x\n3,4,y\n5,6,x\n", "F has no header: its first line holds data, not the columns' names."),
        ("a,b,a\n1,2,x\n3,4,y\n", 'F has more than one column "a".'),
        (",b,kind\n1,2,x\n3,4,y\n", "F: column 1 has no name in the header."),
        ("a,b,kind,\n1,2,x,\n3,4,y,\n", "F: column 4 has no name in the header."),
        ('a,"b,kind\n1,2,x\n3,4,y\n', "F, line 1 or below: a quotation mark has no counterpart."),
        (
            "a,price\n" + "".join(f"1,{index}.5\n" for index in range(101)),
            'F: the last column, "price", must be a class, but holds 101 different numbers with decimals.',
        ),
        (
            "a,id\n" + "".join(f"1,k{index}\n" for index in range(1001)),
            'F: the last column, "id", must be a class, but holds 1001 different values; 1000 classes can be learned.',
        ),
        ("a,b,kind\n1,2,x\n3,\x004,y\n", "F is not a text file: it holds NUL characters."),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "F is not a text file: it holds NUL characters."),
        (GOOD.encode("utf-16-le"), "F is not a text file: it holds NUL characters."),
        (GOOD.encode("utf-32"), "F is not a text file: it holds NUL characters."),
        (
            "a,b,kind\n1,2,süß\n".encode("latin-1"),
            "F, line 2 is not valid UTF-8: save the file as UTF-8, or as UTF-16 with a byte order mark.",
        ),
        (
            "a,b,kind\n1,2,ä".encode()[:-1],
            "F, line 2 is not valid UTF-8: save the file as UTF-8, or as UTF-16 with a byte order mark.",
        ),
        (
            GOOD.encode("utf-16")[:-1],
            "F, line 3 is not valid UTF-16: save the file as UTF-8, or as UTF-16 with a byte order mark.",
        ),
    ],
)
def test_a_file_that_cannot_be_learned_from(path: Path, text: str | bytes, sentence: str) -> None:
    assert complaint(path, text) == sentence


def test_a_hundred_classes_may_have_decimals(path: Path) -> None:
    data = read(path, "a,dose\n" + "".join(f"1,{index}.5\n" for index in range(100)))
    assert len(data.class_names) == 100


def test_a_wrong_encoding_far_down_is_named_by_line(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(csv_layout, "CHUNK", 7)
    text = b"a,b,kind\n" + "1,2,ä\n".encode() * 20 + b"3,4,\xe4\n"
    assert complaint(path, text).startswith("F, line 22 is not valid UTF-8")


def test_what_is_no_file(tmp_path: Path) -> None:
    assert complaint(tmp_path / "none.csv").startswith("There is no file ")
    assert complaint(tmp_path) == "F is a folder: choose a file in it."
    assert complaint(Path("a\0b.csv")).startswith("There is no file ")
    assert "cannot be read: " in complaint(tmp_path / ("x" * 5000))


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no named pipes of this kind")
def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    assert complaint(tmp_path / "pipe") == "F is not an ordinary file."


def test_a_file_that_may_not_be_read(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def forbidden(*arguments: object, **options: object) -> None:
        raise PermissionError(13, "Permission denied")

    path.write_text(GOOD)
    # Taking the permission away would not stop the superuser, as whom tests may run.
    monkeypatch.setattr(Path, "open", forbidden)
    with pytest.raises(InputError, match=r"data\.csv cannot be read: permission denied\.$"):
        read_csv(path)


def test_a_file_that_is_too_large_is_not_even_opened(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with path.open("wb") as stream:
        stream.truncate(1_000_000_001)
    monkeypatch.setattr(Path, "open", None)
    with pytest.raises(InputError, match=r"data\.csv is too large: 1000 MB can be read\.$"):
        read_csv(path)


def test_too_many_rows(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert csv_data.MOST_ROWS == 2_000_000
    monkeypatch.setattr(csv_data, "MOST_ROWS", 3)
    assert len(read(path, GOOD + "5,6,a\n")) == 3
    assert complaint(path, GOOD + "5,6,a\n7,8,b\n") == "F has more than 3 rows."


@given(st.text(st.sampled_from("ab1290.,;|\t \"'-e_\n\r#ä\x0b\x1c\x85\xa0\u2028"), max_size=60))
@settings(SAME_FOLDER, max_examples=500)
def test_any_text_is_a_data_set_or_refused_in_a_sentence(tmp_path: Path, text: str) -> None:
    _is_read_or_refused(tmp_path / "data.csv", ("a,b,kind\n1,2,x\n" + text).encode())
    _is_read_or_refused(tmp_path / "data.csv", text.encode())


@given(st.binary(max_size=60))
@SAME_FOLDER
def test_any_bytes_are_a_data_set_or_refused_in_a_sentence(tmp_path: Path, text: bytes) -> None:
    _is_read_or_refused(tmp_path / "data.csv", text)


def _is_read_or_refused(path: Path, text: bytes) -> None:
    path.write_bytes(text)
    try:
        data = read_csv(path)
    except InputError:
        return
    assert data.features.shape == (len(data), len(data.feature_names))
    assert np.isfinite(data.features).all()
    assert len(data) >= 2 and len(data.class_names) >= 2
    assert sorted(set(data.labels.tolist())) == list(range(len(data.class_names)))
