"""Scenario files: what is read is what was written, and whatever else comes is refused in one sentence."""

from __future__ import annotations

import errno
import json
import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from gdsim.errors import InputError
from gdsim.simulation import files
from gdsim.simulation.scenario import Scenario
from gdsim.simulation.surface_scenario import COLORMAPS
from tests.simulation.hypers import COMMON, own

LECTURE = """
format = 1
[problem]
formula = "(2 - w1 - w2)**2 + (4 - 3*w1 - w2)**2"
domain = { w1 = [-10, 10], w2 = [-10, 10] }
[[run]]
optimizer = "momentum"
start = { w1 = -8.0, w2 = 6.0 }
"""


def data() -> dict[str, Any]:
    return tomllib.loads(LECTURE)


def refused(content: str | bytes, tmp_path: Path, overrides: list[str] | None = None) -> str:
    """Return the sentence with which a file is refused."""
    path = tmp_path / "s.toml"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    with pytest.raises(InputError) as caught:
        files.load(path, overrides)
    sentence = str(caught.value)
    assert "\n" not in sentence
    assert len(sentence) < 600
    assert sentence.endswith(".")
    return sentence.replace(str(tmp_path), "")


def short(value: object) -> str:
    """Name a case: pytest would write out ten million bytes."""
    return value[:30] if isinstance(value, str) else type(value).__name__


def numbers(low: float = -1e300, high: float = 1e300) -> st.SearchStrategy[float]:
    return st.floats(low, high, allow_nan=False)


@st.composite
def hypers(draw: st.DrawFn, rule: str) -> dict[str, float]:
    result = {"learning_rate": draw(numbers(1e-300, 1e3))}
    result |= draw(st.fixed_dictionaries({}, optional={name: st.integers(0, 9).map(float) for name in COMMON}))
    return result if rule == "gd" else result | {"gamma": draw(numbers(-2, 2))}


@st.composite
def scenarios(draw: st.DrawFn) -> dict[str, Any]:
    first, second = draw(st.sampled_from([("w1", "w2"), ("y", "x"), ("größe", "λ"), ("a_b", "theta")]))
    ends = {n: sorted(draw(st.tuples(numbers(), numbers()).filter(lambda p: p[0] != p[1]))) for n in (first, second)}
    runs = []
    for _ in range(draw(st.integers(1, 3))):
        rule = draw(st.sampled_from(["gd", "momentum", "momentum-pytorch"]))
        start = {name: draw(numbers(*interval)) for name, interval in ends.items()}
        changes = [{"step": step} | draw(hypers(rule)) for step in draw(st.lists(st.integers(0, 10**6), max_size=2))]
        name = draw(st.text(max_size=8).filter(_is_utf8))
        name = "" if name in {run["name"] for run in runs} else name
        look = {"colour": draw(st.sampled_from(["", "#332288", "#AAbb09"])), "hidden": draw(st.booleans())}
        runs.append({"name": name, **look, "optimizer": rule, "start": start, "change": changes, **draw(hypers(rule))})
    return {
        "title": draw(st.text(max_size=20).filter(_is_utf8)),
        "description": draw(st.text(max_size=20).filter(_is_utf8)),
        "problem": {"formula": f"{first}**2 + {second}", "domain": ends},
        "run": runs,
        "playback": {"steps": draw(st.integers(0, 10**6)), "speed": draw(numbers(0.5, 10_000))},
        "view": {
            "elev": draw(numbers(-90, 90)),
            "azim": draw(numbers(-360, 360)),
            "colormap": draw(st.sampled_from(COLORMAPS)),
            "opacity": draw(numbers(0.05, 1)),
            **{key: draw(st.booleans()) for key in ("wireframe", "contours", "floor_contours", "log_height")},
        },
    }


def _is_utf8(text: str) -> bool:
    return not any("\ud800" <= character <= "\udfff" for character in text)


@given(scenarios())
def test_what_is_written_is_read(content: dict[str, Any]) -> None:
    try:
        scenario = files.validate(content)
    except InputError as error:
        assert "too wide" in str(error)  # noqa: PT017
        return
    text = files.dumps(scenario)
    again = files.validate(tomllib.loads(text))
    assert again == scenario
    assert list(again.problem.domain) == list(scenario.problem.domain), "the order of the axes"
    assert files.dumps(again) == text


@pytest.mark.parametrize("name", files.preset_names())
def test_every_preset_is_read_and_written(name: str) -> None:
    scenario = files.load(name)
    assert scenario.title
    assert scenario.description
    assert files.validate(tomllib.loads(files.dumps(scenario))) == scenario


def test_the_default_is_the_first_preset() -> None:
    assert files.preset_names()[0] == files.DEFAULT_PRESET == "lecture-surface"
    assert files.preset_titles()["lecture-surface"] == files.load("lecture-surface").title


def test_the_defaults_are_those_of_the_contract() -> None:
    scenario = files.validate(data())
    assert own(scenario.run[0].hyper) == {"learning_rate": 0.01, "gamma": 0.9}
    assert (scenario.view.elev, scenario.view.azim, scenario.view.colormap, scenario.view.opacity) == (
        45, 60, "rainbow", 0.7,
    )  # fmt: skip


def test_hyperparameters_stand_beside_the_other_keys() -> None:
    written = tomllib.loads(files.dumps(files.load("lecture-surface")))
    assert written["run"][0] == {
        "optimizer": "momentum", "learning_rate": 0.01, "gamma": 0.9, "start": {"w1": -8.0, "w2": 6.0},
    }  # fmt: skip


def edited(path: str, value: Any) -> dict[str, Any]:
    """Return the lecture's scenario with one key set; a value of None removes it."""
    result: Any = data()
    *parents, last = (int(part) if part.isdigit() else part for part in path.split("."))
    part = result
    for key in parents:
        part = part[key] if isinstance(key, int) else part.setdefault(key, {})
    part[last] = value
    if value is None:
        del part[last]
    return result


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        ("format", 2, ["format 2", "a newer gdsim", "reads format 1"]),
        ("format", "1", ["format", "'1'", "reads format 1"]),
        ("format", -(10**5000), ["format cannot be", "reads format 1"]),
        ("colour" * 100_000, "red", ["unknown key colourcolour"]),
        ("a\nb", "red", ["unknown key a b"]),
        ("lab", "kitchen", ["lab", "'kitchen'", "'surface'"]),
        ("colour", "red", ["unknown key colour"]),
        ("view.roll", 2, ["unknown key view.roll"]),
        ("problem", None, ["lacks the key problem"]),
        ("problem.formula", None, ["lacks the key problem.formula"]),
        ("problem.formula", "w1**2 +* w2", ["problem.formula", "character 8"]),
        ("problem.formula", "w1**2", ["two variables", "w1"]),
        ("problem.formula", "__import__('os').system('x') + w1", ["problem.formula, character"]),
        ("problem.domain.w1", [3, 3], ["domain of w1 is empty", "3"]),
        ("problem.domain.w1", [-1e308, 1e308], ["domain of w1 is too wide"]),
        ("problem.domain.w1", [float("nan"), 1], ["problem.domain.w1.0", "nan", "finite"]),
        ("problem.domain.w3", [0, 1], ["w1, w2", "w3"]),
        ("run", [], ["run", "at least 1"]),
        ("run", "gd", ["run", "'gd'"]),
        ("run.0.optimizer", None, ["lacks the key run.0.optimizer"]),
        ("run.0.optimizer", "adamm", ["no optimizer 'adamm'", "gd, momentum"]),
        ("run.0.learning_rate", 0, ["learning_rate = 0", "greater than 0"]),
        ("run.0.learning_rate", -1, ["learning_rate = -1", "greater than 0"]),
        ("run.0.learning_rate", "fast", ["run.0.learning_rate", "'fast'", "number"]),
        ("run.0.learning_rate", 10**5000, ["run.0.learning_rate"]),
        ("run.0.gama", 0.9, ["momentum has no hyper-parameter gama", "learning_rate, gamma"]),
        ("run.0.start.w1", 11, ["start w1 = 11", "[-10, 10]"]),
        ("run.0.start.w1", None, ["each of w1, w2", "w2"]),
        ("run.0.change", [{"step": -1, "gamma": 0.5}], ["run.0.change.0.step", "-1"]),
        ("run.0.change", [{"step": 1, "gamma": "x"}], ["run.0.change.0.gamma", "'x'"]),
        ("run.0.change", [{"step": 1, "eps": 1}], ["no hyper-parameter eps"]),
        ("playback.steps", 1.5, ["playback.steps", "1.5", "integer"]),
        ("playback.speed", 10_001, ["playback.speed", "10001", "10000"]),
        ("view.elev", 91, ["view.elev", "91", "90"]),
        ("view.colormap", "jet", ["view.colormap", "'jet'", "rainbow"]),
        ("view.opacity", True and "yes", ["view.opacity", "'yes'"]),
    ],
    ids=short,
)
def test_a_mistake_names_the_key_the_value_and_what_is_allowed(key: str, value: Any, said: list[str]) -> None:
    with pytest.raises(InputError) as caught:
        files.validate(edited(key, value))
    sentence = str(caught.value)
    assert [part for part in said if part not in sentence] == [], sentence
    assert "\n" not in sentence
    assert "hyper." not in sentence, "no such key is in the file"


@pytest.mark.parametrize("name", ["loss", "step", "gamma", "learning_rate", "grad_y"])
def test_a_variable_called_like_a_column_is_refused(name: str) -> None:
    content = data()
    content["problem"] = {"formula": f"{name}**2 + y", "domain": {name: [-1, 1], "y": [-1, 1]}}
    content["run"][0]["start"] = {name: 0, "y": 0}
    with pytest.raises(InputError, match=rf"A variable cannot be called {name}"):
        files.validate(content)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"\x89PNG\r\n\x1a\n\x00\xff\xfe", "is a picture without a scenario"),
        (b"a = '\xff'", "not a text file in UTF-8"),
        (b"\x00" * 100, "not valid TOML"),
        ("a = " + "[" * 200_000, "nested too deeply"),
        ("a = " + "{a=" * 100_000, "nested too deeply"),
        ("a = 1" + "0" * 5000, "not valid TOML"),
        ("x = 0x" + "f" * 5000 + LECTURE, "unknown key x"),
        (b"a" * 10_000_000, "too large for a scenario"),
        ("format = 1\nformat = 1\n", "not valid TOML"),
        ("", "is empty"),
        ("run = 3", "lacks the key problem"),
        ("[run]\noptimizer = 'gd'", "lacks the key problem"),
    ],
    ids=short,
)
def test_hostile_files_are_refused_in_one_sentence(tmp_path: Path, content: str | bytes, said: str) -> None:
    assert said in refused(content, tmp_path)
    assert refused(content, tmp_path, ["run.learning_rate=0.1", "run.0.gamma=1", "problem.formula=x+y"])


@pytest.mark.parametrize("kind", [".png", ".SVG", ".mp4"])
def test_a_damaged_picture_is_not_called_toml(tmp_path: Path, kind: str) -> None:
    path = tmp_path / f"a{kind}"
    path.write_bytes(b"\0\0\0\0 nothing")
    with pytest.raises(InputError, match="is no picture or film that can be read"):
        files.load(path)


def test_endless_dotted_keys_are_refused(tmp_path: Path) -> None:
    assert refused(".".join(["a"] * 3000) + " = 1", tmp_path)
    assert refused(LECTURE + "\n[" + ".".join(["view"] + ["a"] * 3000) + "]\n", tmp_path)


@given(st.binary(max_size=60))
@example(b"\xef\xbb\xbf")
def test_any_bytes_are_read_or_refused_in_one_sentence(tmp_path_factory: pytest.TempPathFactory, raw: bytes) -> None:
    refused(raw, tmp_path_factory.mktemp("fuzz"))


json_values = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=5)),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=5), inner, max_size=3)),
    max_leaves=6,
)


@given(
    st.sampled_from([
        "problem", "problem.domain", "problem.domain.w1", "problem.formula", "run", "run.0", "run.0.start",
        "run.0.start.w1", "run.0.optimizer", "run.0.learning_rate", "run.0.hyper", "run.0.change", "playback", "view",
    ]),
    json_values,
)  # fmt: skip
def test_any_value_of_any_key_is_accepted_or_refused_in_one_sentence(key: str, value: Any) -> None:
    try:
        assert isinstance(files.validate(edited(key, value)), Scenario)
    except InputError as error:
        assert str(error)  # noqa: PT017
        assert "\n" not in str(error)  # noqa: PT017


def test_a_byte_order_mark_is_skipped(tmp_path: Path) -> None:
    path = tmp_path / "s.toml"
    path.write_text(LECTURE, encoding="utf-8-sig")
    assert files.load(path) == files.validate(data())


def test_what_cannot_be_opened_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"^There is no scenario nothing: give a file or the name of a preset"):
        files.load("nothing")
    with pytest.raises(InputError, match=r"cannot be read: is a directory\.$"):
        files.load(tmp_path)


@pytest.mark.parametrize(
    ("override", "path", "value"),
    [
        ("run.learning_rate=0.1", "run.0.hyper.learning_rate", 0.1),
        ("run.0.gamma = 0", "run.0.hyper.gamma", 0.0),
        ("run.start.w1=0", "run.0.start.w1", 0.0),
        ("view.colormap=viridis", "view.colormap", "viridis"),
        ("view.log_height=true", "view.log_height", True),
        ('title="a = b"', "title", "a = b"),
        ("title=a = b", "title", "a = b"),
        ("problem.domain.w1=[-20, 20]", "problem.domain.w1", [-20.0, 20.0]),
        ("run.optimizer=gd", "run.0.hyper", {"learning_rate": 0.01, **COMMON}),
    ],
)
def test_set_changes_one_key(override: str, path: str, value: Any) -> None:
    found: Any = json.loads(files.load("lecture-surface", [override]).model_dump_json())
    for part in path.split("."):
        found = found[int(part)] if part.isdigit() else found[part]
    assert found == value


@pytest.mark.parametrize(
    ("override", "said"),
    [
        ("learning_rate", "not of the form KEY=VALUE"),
        ("=3", "not of the form KEY=VALUE"),
        ("run.5.gamma=1", "there is no entry 5"),
        ("run.²=1", "no hyper-parameter ²"),
        ("run.9999999999999.gamma=1", "there is no"),
        ("title.x=1", "no such key"),
        ("run.0=1", "no such key"),
        ("view.elev=up", "'up'"),
        ("view.elev=" + "9" * 5000, "view.elev"),
        ("view.elev=" + "[" * 100_000, "view.elev"),
        ("nothing=1", "unknown key nothing"),
    ],
    ids=short,
)
def test_a_mistaken_set_is_one_sentence(override: str, said: str) -> None:
    with pytest.raises(InputError) as caught:
        files.load("lecture-surface", [override])
    assert said in str(caught.value)
    assert len(str(caught.value)) < 400


def test_another_optimizer_forgets_what_it_has_no_use_for(tmp_path: Path) -> None:
    path = tmp_path / "s.toml"
    path.write_text(LECTURE + "gamma = 0.5\nchange = [{ step = 3, gamma = 0.1, learning_rate = 0.2 }]\n")
    run = files.load(path, ["run.optimizer=gd"]).run[0]
    assert (own(run.hyper), run.change[0].hyper) == ({"learning_rate": 0.01}, {"learning_rate": 0.2})
    with pytest.raises(InputError, match="gd has no hyper-parameter gamma"):
        files.load(path, ["run.optimizer=gd", "run.gamma=0.9"])


def test_saving_is_all_or_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "s.toml"
    files.save(files.load("saddle"), path)
    before = path.read_bytes()
    assert files.load(path) == files.load("saddle")

    def full(self: Path, *args: Any, **kwargs: Any) -> int:
        self.write_bytes(b"half")
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "write_text", full)
    with pytest.raises(InputError, match="no space left on device"):
        files.save(files.load("beale"), path)
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]
