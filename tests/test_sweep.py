"""Many files from few words: sweeps, patterns and names of files."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gdsim.commands.sweep import MOST, Variant, expand, split, variants
from gdsim.commands.targets import targets
from gdsim.errors import InputError

KINDS = (".png", ".svg", ".pdf")


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("0.01,0.05,0.09", ["0.01", "0.05", "0.09"]),
        ("gd, momentum", ["gd", "momentum"]),
        ("5", ["5"]),
        ("", [""]),
        ("[-10, 10]", ["[-10, 10]"]),
        ("[-10, 10],[-5, 5]", ["[-10, 10]", "[-5, 5]"]),
        ("{w1 = 1, w2 = 2}", ["{w1 = 1, w2 = 2}"]),
        ("max(w1, w2),min(w1, w2)", ["max(w1, w2)", "min(w1, w2)"]),
        ('"a, b","c"', ['"a, b"', '"c"']),
        ("'a, b'", ["'a, b'"]),
        (r'"say \"x, y\"",2', [r'"say \"x, y\""', "2"]),
        ("[1, 2", ["[1, 2"]),
    ],
)
def test_commas_separate_values_but_not_within_brackets_and_quotes(text: str, values: list[str]) -> None:
    assert split(text) == values


VALUES = st.one_of(
    st.integers(-9, 9),
    st.booleans(),
    st.floats(-1e6, 1e6),
    st.text(st.characters(codec="ascii", exclude_categories=["C"], exclude_characters='"\\')),
    st.lists(st.integers(0, 9), max_size=3),
)


def toml(value: object) -> str:
    """Return a value as TOML, by hand."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return f'"{value}"'
    if isinstance(value, list):
        return "[" + ", ".join(map(toml, value)) + "]"
    return repr(value)


@given(st.lists(VALUES, min_size=1, max_size=5))
def test_any_values_come_back(values: list[object]) -> None:
    parts = split(",".join(map(toml, values)))
    assert [tomllib.loads(f"value = {part}")["value"] for part in parts] == values


@given(st.text(max_size=40))
def test_any_text_is_split_without_loss(text: str) -> None:
    parts = split(text)
    assert len(parts) <= text.count(",") + 1
    assert "".join(",".join(parts).split()) == "".join(text.split())


def test_all_combinations_in_the_order_of_the_words() -> None:
    found = variants(["saddle"], ["run.learning_rate=0.1,0.2", "view.elev=30", "run.optimizer=gd,adam"])
    assert [v.overrides for v in found] == [
        ("run.learning_rate=0.1", "view.elev=30", "run.optimizer=gd"),
        ("run.learning_rate=0.1", "view.elev=30", "run.optimizer=adam"),
        ("run.learning_rate=0.2", "view.elev=30", "run.optimizer=gd"),
        ("run.learning_rate=0.2", "view.elev=30", "run.optimizer=adam"),
    ]
    assert found[2].swept == (("run.learning_rate", "0.2"), ("run.optimizer", "gd"))


def test_too_many_files_are_refused_before_any_is_made() -> None:
    thousand = ",".join(map(str, range(1000)))
    with pytest.raises(InputError, match=f"1000000 files; at most {MOST}"):
        variants(["saddle"], [f"run.learning_rate={thousand}", f"view.elev={thousand}"])


def test_a_pattern_stands_for_presets_or_with_a_dot_for_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert "race-valley" in expand("race-*") and "saddle" not in expand("race-*")
    for name in ("race-b.toml", "race-a.toml", "[x].toml"):
        Path(name).touch()
    assert "race-valley" in expand("race-*") and "race-a.toml" not in expand("race-*")
    assert expand("race-*.toml") == ["race-a.toml", "race-b.toml"]
    assert expand(f"{tmp_path}/race*") == [f"{tmp_path}/race-a.toml", f"{tmp_path}/race-b.toml"]
    assert expand("[x].toml") == ["[x].toml"]
    assert expand("nothing-*") == ["nothing-*"]
    assert [v.source for v in variants(["race-*.toml", "race-a.toml"], [])] == ["race-a.toml", "race-b.toml"]


def names(output: str, found: list[Variant], extension: str | None = None) -> list[str]:
    return [path.as_posix() for path in targets(output, extension, found, KINDS)]


TWO = variants(["saddle", "deep/mine.toml"], [])
SWEEP = variants(["saddle"], ["run.learning_rate=0.01,0.05"])


def test_one_file_gets_the_name_that_was_given() -> None:
    assert names("out.svg", variants(["saddle"], ["view.elev=3"])) == ["out.svg"]


def test_several_files_are_told_apart(tmp_path: Path) -> None:
    assert names("out/", TWO) == ["out/saddle.png", "out/mine.png"]
    assert names("out", TWO) == ["out/saddle.png", "out/mine.png"]
    assert names("out", TWO, "pdf") == ["out/saddle.pdf", "out/mine.pdf"]
    assert names(str(tmp_path), TWO[:1]) == [f"{tmp_path.as_posix()}/saddle.png"]
    assert names("fig.svg", TWO) == ["fig-saddle.svg", "fig-mine.svg"]
    assert names("fig.svg", SWEEP) == ["fig-learning_rate-0.01.svg", "fig-learning_rate-0.05.svg"]
    assert names("a/{name}-{run.learning_rate}-{number}.pdf", SWEEP) == ["a/saddle-0.01-1.pdf", "a/saddle-0.05-2.pdf"]


def test_a_value_makes_no_path(tmp_path: Path) -> None:
    found = variants(["saddle"], ["title=../../etc/x,b c"])
    assert names("out/", found) == ["out/saddle-title-.._.._etc_x.png", "out/saddle-title-b_c.png"]


@pytest.mark.parametrize(
    ("output", "extension", "sentence"),
    [
        ("out.bmp", None, r"out.bmp cannot be written: its name must end in one of .png, .svg, .pdf"),
        ("out/", "bmp", r"--format 'bmp' is unknown: there are png, svg, pdf"),
        ("{names}.png", None, r"unknown placeholder {names}; there are {name}, {number}, {run.learning_rate}"),
        ("{name.png", None, r"has a brace without its other half"),
        ("{name}.png", None, r"Two files would be called saddle.png"),
    ],
)
def test_names_that_cannot_be_used(output: str, extension: str | None, sentence: str) -> None:
    with pytest.raises(InputError, match=sentence):
        targets(output, extension, SWEEP, KINDS)
