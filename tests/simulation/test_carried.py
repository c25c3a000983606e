"""Pictures and films are opened like scenario files; scenarios and their data files can go elsewhere together."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from gdsim.carrier import MAX_BYTES, comment_of, embed
from gdsim.errors import InputError
from gdsim.simulation import files
from gdsim.simulation.picture_spec import MOST_CELLS, STYLES, FilmSpec, PictureSpec
from gdsim.simulation.spec_model import MOST_STEPS

SVG = "<svg xmlns='http://www.w3.org/2000/svg'><g/></svg>"
NAMES = st.lists(st.sampled_from(["surface", "contour", "losses", "table"]), unique=True, max_size=3)
DRAWN: dict[str, st.SearchStrategy[Any]] = {
    "views": NAMES,
    "style": st.sampled_from(STYLES),
    "run": st.integers(0, 99),
    "parameter": st.sampled_from(["", "linear1.weight"]),
    "engine": st.sampled_from(["matplotlib", "window"]),
}
STEPS = st.integers(0, MOST_STEPS)


def reals(low: float, high: float) -> st.SearchStrategy[float]:
    return st.floats(low, high)


PICTURES = st.fixed_dictionaries(
    {},
    optional={
        **DRAWN,
        "steps": st.sets(STEPS, max_size=MOST_CELLS).map(sorted),
        "size": st.tuples(st.integers(64, 7680), st.integers(64, 4320)),
        "dpi": reals(10, 2400),
        "transparent": st.booleans(),
    },
)
FILMS = st.fixed_dictionaries(
    {},
    optional={
        **DRAWN,
        "motion": st.sampled_from(["run", "orbit", "both"]),
        "first": STEPS,
        "last": STEPS,
        "speed": reals(1e-9, 10_000),
        "turn": reals(-3600, 3600),
        "seconds": reals(1e-9, 3600),
        "pause": reals(0, 60),
        "fps": reals(1, 60),
        "size": st.tuples(st.integers(64, 3840), st.integers(64, 2160)),
        "captions": st.booleans(),
    },
)


def picture(folder: Path, text: str, name: str = "figure.svg") -> Path:
    path = folder / name
    path.write_text(SVG)
    embed(path, text)
    return path


@given(
    st.sampled_from(["lecture-surface", "lecture-network", "lecture-autograd"]),
    st.one_of(st.none(), PICTURES),
    st.one_of(st.none(), FILMS),
)
def test_what_is_drawn_of_a_scenario_is_written_and_read(
    name: str, drawn: dict[str, Any] | None, film: dict[str, Any] | None
) -> None:
    update = {
        "picture": None if drawn is None else PictureSpec(**drawn),
        "film": None if film is None else FilmSpec(**film),
    }
    scenario = files.load(name).model_copy(update=update)
    text = files.dumps(scenario)
    again = files.validate(tomllib.loads(text))
    assert again == scenario
    assert files.dumps(again) == text


@pytest.mark.parametrize("name", ["lecture-surface", "lecture-network", "lecture-autograd"])
def test_a_picture_is_opened_like_a_file(name: str, tmp_path: Path) -> None:
    scenario = files.load(name).model_copy(update={"picture": PictureSpec(steps=(0, 3))})
    path = picture(tmp_path, files.carried(scenario, tmp_path / "figure.svg"), "whatever.toml")
    assert files.load(path) == files.load(str(path)) == scenario
    assert files.load(path).shown_step == 3


def test_a_png_is_opened_like_a_file(tmp_path: Path) -> None:
    path = tmp_path / "figure"
    Image.effect_noise((1200, 1200), 90).save(path, "PNG")
    assert path.stat().st_size > MAX_BYTES, "more than a scenario file may have"
    embed(path, files.dumps(files.load("saddle")))
    assert files.load(path) == files.load("saddle")


def refused(path: Path, overrides: list[str] | None = None) -> str:
    with pytest.raises(InputError) as caught:
        files.load(path, overrides)
    sentence = str(caught.value)
    assert "\n" not in sentence and len(sentence) < 800 and sentence.endswith(".")
    return sentence.replace(str(path), path.name)


def test_pictures_and_films_without_a_scenario_are_told_so(tmp_path: Path) -> None:
    Image.new("RGB", (9, 9)).save(tmp_path / "photo.png")
    Image.new("RGB", (9, 9)).save(tmp_path / "photo.gif", comment=b"by hand")
    (tmp_path / "photo.svg").write_text(SVG)
    (tmp_path / "photo.pdf").write_bytes(b"%PDF-1.7\n")
    (tmp_path / "photo.mp4").write_bytes(b"\0\0\0\x0cftypisom")
    for kind in ("png", "svg", "pdf"):
        assert refused(tmp_path / f"photo.{kind}") == (
            f"photo.{kind} is a picture without a scenario: open one that gdsim has written."
        )
    for kind in ("gif", "mp4"):
        assert refused(tmp_path / f"photo.{kind}") == (
            f"photo.{kind} is a film without a scenario: open one that gdsim has written."
        )


WHOLE = files.dumps(files.load("lecture-surface"))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "lacks the key problem."),
        ("Once upon a time", "not valid TOML"),
        ("a = " + "[" * 200_000, "nested too deeply"),
        ("a = 1" + "0" * 5000, "not valid TOML"),
        (".".join("a" * 3000) + " = 1", ""),
        ("a = {" + "b" * 900_000 + " = 1, " + "b" * 10 + " = 1, " + "b" * 10 + " = 2}", "not valid TOML"),
        ("b" * 900_000 + " = 1\n" + WHOLE, "unknown key bbb"),
        ('"a\\nb" = 1\n' + WHOLE, "unknown key a b"),
        (WHOLE.replace("format = 1", "format = 2"), "format 2, which a newer gdsim has written; this one reads"),
        (WHOLE.replace("format = 1", "format = 0x" + "f" * 5000), "a newer gdsim"),
        (WHOLE.replace("steps = 60", "steps = 1" + "0" * 4000), "playback.steps"),
        (WHOLE.replace("steps = 60", "steps = 1e300"), "playback.steps"),
        (WHOLE.replace("steps = 60", "steps = nan"), "playback.steps"),
        (WHOLE + "\n[picture]\nsteps = [1000001]", "picture.steps.0"),
        (WHOLE + "\n[picture]\nsteps = [3, 2]", "must grow"),
        (WHOLE + f"\n[picture]\nsteps = {list(range(130_000))}", "picture.steps"),
        (WHOLE + "\n[picture]\nsize = [100000, 100000]", "100000x100000"),
        (WHOLE + "\n[picture]\nlayers = 3", "unknown key picture.layers"),
        (WHOLE + "\n[film]\nfps = 0", "film.fps"),
        (WHOLE + "\n[film]\nsize = [0, 0]", "0x0"),
        (WHOLE.replace("4 - 3*w1", "9**9**9**9"), "formula"),
        (WHOLE.replace("4 - 3*w1", "__import__('os')"), "formula"),
        ("lab = 'kitchen'", "'kitchen'"),
    ],
)
def test_a_hostile_scenario_is_told_to_be_the_pictures(text: str, said: str, tmp_path: Path) -> None:
    path = picture(tmp_path, text)
    for overrides in (None, ["playback.steps=5", "run.gamma=0.5", "film.fps=30", "picture.steps=[1]"]):
        sentence = refused(path, overrides)
        assert sentence.startswith("The scenario that figure.svg carries cannot be used: ")
        assert said in sentence


def test_damage_is_told_to_be_in_the_picture(tmp_path: Path) -> None:
    path = picture(tmp_path, WHOLE)
    path.write_text(path.read_text()[:300])
    assert refused(path) == "The scenario that figure.svg carries cannot be used: It is damaged."


def test_a_mistaken_set_is_not_laid_at_the_pictures_door(tmp_path: Path) -> None:
    sentence = refused(picture(tmp_path, WHOLE), ["view.elev=up"])
    assert sentence.startswith("The scenario's key view.elev cannot be 'up'")


def test_a_marked_comment_is_what_films_carry() -> None:
    assert comment_of(WHOLE).splitlines()[1:] == WHOLE.splitlines()


# Steps that are asked for ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("overrides", "shown", "steps", "last"),
    [
        ([], 20, (0, 20), 30),
        (["playback.steps=7"], 7, (), None),
        ([" playback.steps = 7"], 7, (), None),
        (["playback.steps=7", "film.last=4"], 4, (), 4),
        (["picture.steps=[1, 5]", "playback.steps=7"], 5, (1, 5), None),
        (["playback.speed=7"], 20, (0, 20), 30),
    ],
)
def test_steps_that_are_set_win_over_those_of_picture_and_film(
    overrides: list[str], shown: int, steps: tuple[int, ...], last: int | None, tmp_path: Path
) -> None:
    path = picture(tmp_path, WHOLE + "\n[picture]\nsteps = [0, 20]\n[film]\nlast = 30")
    scenario = files.load(path, overrides)
    assert scenario.picture is not None and scenario.film is not None
    assert (scenario.shown_step, scenario.picture.steps, scenario.film.last) == (shown, steps, last)


def test_a_walk_goes_to_the_step_of_the_picture(tmp_path: Path) -> None:
    scenario = files.load("lecture-autograd", ["picture.steps=[1, 2]"])
    assert scenario.lab == "autograd"
    walk = scenario.walk()
    assert scenario.position(walk) == 2
    assert scenario.position(walk, 1) == 1
    far = files.load("lecture-autograd", ["picture.steps=[1, 1000]"])
    assert far.lab == "autograd"
    assert far.position(walk) == len(walk.steps)


# Data files --------------------------------------------------------------------------------------------------------


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder with a CSV file in ``data`` and an empty folder ``figures``."""
    for name in ("data", "figures"):
        (tmp_path / name).mkdir()
    (tmp_path / "data" / "mäuse 1.csv").write_text("a,b,class\n1,2,x\n2,3,y\n")
    return tmp_path


def network(file: str) -> Any:
    return files.load("lecture-network", ["problem.data.source='csv'", f"problem.data.file='{file}'"])


def named(text: str) -> str:
    result: str = tomllib.loads(text)["problem"]["data"]["file"]
    return result


def test_a_data_file_is_named_from_the_folder_of_the_file(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    scenario = network(str(folder / "data" / "mäuse 1.csv"))
    assert named(files.carried(scenario, folder / "data" / "a.png")) == "mäuse 1.csv"
    assert named(files.carried(scenario, folder / "figures" / "a.png")) == "../data/mäuse 1.csv"
    assert named(files.carried(scenario, folder / "a.png")) == "data/mäuse 1.csv"
    monkeypatch.chdir(folder / "figures")
    assert named(files.carried(scenario, Path("a.png"))) == "../data/mäuse 1.csv"
    assert named(files.dumps(scenario)) == str(folder / "data" / "mäuse 1.csv"), "where there is no target"


def test_scenario_and_data_go_elsewhere_together(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    scenario = network(str(folder / "data" / "mäuse 1.csv"))
    files.save(scenario, folder / "figures" / "s.toml")
    text = (folder / "figures" / "s.toml").read_text(encoding="utf-8")
    assert str(folder) not in text
    picture(folder / "figures", text)
    assert files.load(folder / "figures" / "s.toml") == files.load(folder / "figures" / "figure.svg") == scenario
    elsewhere = tmp_path_factory.mktemp("elsewhere") / "moved"
    folder.rename(elsewhere)
    moved: Any = files.load(elsewhere / "figures" / "figure.svg")
    assert moved.problem.data.file == str(elsewhere / "data" / "mäuse 1.csv")


def test_the_way_to_the_data_leads_through_links(folder: Path) -> None:
    """The way up from a folder is that from where it really is, not from where a link to it stands."""
    (folder / "deep" / "er").mkdir(parents=True)
    (folder / "link").symlink_to(folder / "deep" / "er", target_is_directory=True)
    scenario = network(str(folder / "data" / "mäuse 1.csv"))
    files.save(scenario, folder / "link" / "s.toml")
    for path in (folder / "link" / "s.toml", folder / "deep" / "er" / "s.toml"):
        loaded: Any = files.load(path)
        assert Path(loaded.problem.data.file).read_text() == "a,b,class\n1,2,x\n2,3,y\n"


def test_a_data_file_of_another_drive_keeps_its_name(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def other_drive(path: str, start: str) -> str:
        raise ValueError("path is on mount 'D:', start on mount 'C:'")

    monkeypatch.setattr("os.path.relpath", other_drive)
    scenario = network(str(folder / "data" / "mäuse 1.csv"))
    assert named(files.carried(scenario, folder / "a.png")) == str(folder / "data" / "mäuse 1.csv")
