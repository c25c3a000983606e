"""Printed figures: size, format, what is in them, and that nothing is left half-written."""

from __future__ import annotations

import errno
import itertools
import math
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gdsim.errors import Cancelled, InputError
from gdsim.export import figure, scenes
from gdsim.export.heights import log_height_ticks
from gdsim.export.path import path_on_surface
from gdsim.export.run_colours import run_labels
from gdsim.export.runs import finish_runs
from gdsim.export.style import STYLES
from gdsim.formula import parse
from gdsim.problems.heights import height_scale
from gdsim.simulation.files import load, preset_names, validate
from gdsim.simulation.picture_spec import PictureSpec
from gdsim.simulation.scenario import Scenario


@pytest.fixture(autouse=True)
def _coarse(monkeypatch: pytest.MonkeyPatch) -> None:
    """Draw fewer patches: nothing here depends on how smooth the surface is."""
    monkeypatch.setattr(scenes, "_POINTS", 31)


def custom(formula: str, low: float = -2.0, high: float = 2.0, **view: Any) -> Scenario:
    return validate({
        "problem": {"formula": formula, "domain": {"x": [low, high], "y": [low, high]}},
        "run": [{"optimizer": "gd", "start": {"x": high, "y": high}}],
        "view": view,
    })  # fmt: skip


def picture(path: Path) -> np.ndarray[Any, Any]:
    from matplotlib.image import imread

    return np.asarray(imread(path))


def write(scenario: Scenario, target: Path, size: tuple[int, int] | None = None, step: int | None = None) -> list[str]:
    return figure.write_figure(scenario, target, PictureSpec(size=size, steps=() if step is None else (step,)))


def drawn(scenario: Scenario, step: int = 20, scale: float = 1.0) -> Any:
    """Return matplotlib's figure and its 3D axes."""
    from gdsim.export.surface_axes import draw_surface

    style = STYLES["screen"].at(scale)
    with figure.drawing(style):
        result = figure.new_figure((int(640 * scale), int(480 * scale)))
        draw_surface(result, scenes.stage_of(scenario, step).at(step), style)
        result.canvas.draw()
    return result, result.axes[0]


@pytest.mark.parametrize("size", [(1280, 960), (640, 480), (1279, 721), (64, 64), (1921, 1081)])
def test_a_png_has_exactly_the_size_asked_for(tmp_path: Path, size: tuple[int, int]) -> None:
    write(load("lecture-surface"), tmp_path / "a.png", size, 3)
    assert picture(tmp_path / "a.png").shape[:2] == size[::-1]


@pytest.mark.parametrize("kind", ["png", "svg", "pdf"])
def test_equal_scenarios_give_equal_bytes(tmp_path: Path, kind: str) -> None:
    for name in "ab":
        write(load("saddle"), tmp_path / f"{name}.{kind}", (320, 240), 5)
    assert (tmp_path / f"a.{kind}").read_bytes() == (tmp_path / f"b.{kind}").read_bytes()


def test_svg_is_as_large_as_asked_and_its_text_is_text(tmp_path: Path) -> None:
    write(load("lecture-surface"), tmp_path / "a.svg", (640, 480))
    root = ET.parse(tmp_path / "a.svg").getroot()
    width, height = (float(root.attrib[key].removesuffix("pt")) * 96 / 72 for key in ("width", "height"))
    assert (width, height) == pytest.approx((640, 480), abs=0.01)
    texts = {"".join(e.itertext()).strip() for e in root.iter("{http://www.w3.org/2000/svg}text")}
    assert {"Two-parameter loss", "w1", "w2", "loss", "start", "minimum", "step 60"} <= texts
    assert any("step 60, loss" in text for text in texts)


def test_pdf_embeds_its_fonts(tmp_path: Path) -> None:
    write(load("lecture-surface"), tmp_path / "a.pdf", (320, 240), 3)
    content = (tmp_path / "a.pdf").read_bytes()
    assert content.startswith(b"%PDF")
    assert b"/FontFile2" in content
    assert b"/CreationDate" not in content


def test_the_view_is_the_scenarios() -> None:
    _, axes = drawn(load("lecture-surface", ["view.elev=12.5", "view.azim=-30"]))
    assert (axes.elev, axes.azim) == (12.5, -30)
    assert (axes.get_xlabel(), axes.get_ylabel(), axes.get_zlabel()) == ("w1", "w2", "loss")
    assert (axes.get_xlim(), axes.get_ylim()) == ((-10, 10), (-10, 10))


def test_the_path_the_start_and_the_minimum_stand_where_the_numbers_say() -> None:
    scenario = load("lecture-surface")
    _, axes = drawn(scenario, 20)
    runner = finish_runs(scenario, 20)[0].runner
    by_label = {line.get_label(): np.array(line.get_data_3d()) for line in axes.lines}
    np.testing.assert_allclose(by_label["minimum"][:, 0], [1, 1, 0], atol=1e-9)
    np.testing.assert_allclose(by_label["start"][:, 0], [-8, 6, 16 + 484])
    end = [runner.history.column(name)[20] for name in ("w1", "w2", "loss")]
    np.testing.assert_allclose(by_label["step 20"][:, 0], end, rtol=1e-12)


def test_words_grow_with_the_picture() -> None:
    places = []
    for scale in (1.0, 4.0):
        _, axes = drawn(load("lecture-surface"), 3, scale)
        labels = [
            axes.xaxis.label,
            axes.zaxis.label,
            next(t for t in axes.yaxis.get_majorticklabels() if t.get_text() == "0"),
        ]
        places.append([np.array(label.get_window_extent().bounds) / scale for label in labels])
    np.testing.assert_allclose(places[0], places[1], atol=2.0)


def test_the_path_is_drawn_above_the_surface() -> None:
    _, axes = drawn(load("lecture-surface"))
    assert axes.computed_zorder is False
    surface = max(axes.collections, key=lambda c: len(c.get_paths()))
    assert all(line.get_zorder() > surface.get_zorder() for line in axes.lines)


def test_the_path_is_seen_even_from_below(tmp_path: Path) -> None:
    """Nothing but the path is black; without its run the picture has less of it."""
    black = []
    for step in (0, 40):
        write(load("lecture-surface", ["view.elev=-40"]), tmp_path / "a.png", (640, 480), step)
        black.append(int((picture(tmp_path / "a.png")[100:400, 100:450, :3].max(axis=2) < 0.15).sum()))
    assert black[1] > black[0] + 150


def test_the_surface_is_drawn_where_it_is_finite_with_a_note(tmp_path: Path) -> None:
    said = write(custom("log(x) + y**2"), tmp_path / "a.png", (320, 240))
    assert [s for s in said if "not finite" in s and "of the domain" in s]
    write(custom("log(x) + y**2"), tmp_path / "a.svg", (320, 240))
    assert said[0] in (tmp_path / "a.svg").read_text(encoding="utf-8")


def test_a_surface_finite_nowhere_is_refused_and_nothing_written(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="finite nowhere"):
        write(custom("log(-1 - x**2) + y"), tmp_path / "a.png")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("log_height", [False, True])
@pytest.mark.parametrize(
    "formula",
    ["x*0 + y*0 + 3", "x*0 + y*0", "exp(exp(x**2 + y**2))", "1/(x*y)", "1e-300*(x**2 + y**2)", "x - y", "1e306*x*y"],
)
def test_odd_surfaces_are_drawn_without_a_warning(tmp_path: Path, formula: str, log_height: bool) -> None:
    scenario = custom(formula, log_height=log_height, wireframe=True)
    write(scenario, tmp_path / "a.png", (320, 240), 10)
    assert picture(tmp_path / "a.png").std() > 0.01


def test_dollar_signs_in_a_title_are_dollar_signs(tmp_path: Path) -> None:
    write(load("saddle", ["title=5$ and \\frac{1$"]), tmp_path / "a.svg", (320, 240), 1)
    assert "5$ and \\frac{1$" in (tmp_path / "a.svg").read_text(encoding="utf-8")


def test_a_run_that_leaves_the_domain_is_cut_off_with_a_note(tmp_path: Path) -> None:
    said = write(load("lecture-diverges"), tmp_path / "a.png", (320, 240), 30)
    runner = finish_runs(load("lecture-diverges"), 30)[0].runner
    outside = np.abs(np.stack([runner.history.column(n) for n in ("w1", "w2")])).max(axis=0) > 10
    assert said == [f"Run 0 leaves the domain at step {outside.argmax()}: it is drawn where it is inside."]


def test_a_path_into_a_pole_stays_in_the_box() -> None:
    scenario = validate({
        "problem": {"formula": "log(x) + y**2", "domain": {"x": [-2, 2], "y": [-2, 2]}},
        "run": [{"optimizer": "gd", "learning_rate": 0.2, "start": {"x": 0.5, "y": 1}}],
    })  # fmt: skip
    _, axes = drawn(scenario, 20)
    low, high = axes.get_zlim()
    heights = np.concatenate([np.array(line.get_data_3d())[2] for line in axes.lines])
    assert np.nanmin(heights) > low - 0.05 * (high - low)


def race(*changes: dict[str, Any]) -> Scenario:
    """Return the saddle with a run for each of ``changes``."""
    content = load("saddle").model_dump(mode="json")
    run = content["run"][0]
    content["run"] = [run | {"start": {"x": 1 - 0.1 * k, "y": 0.1}} | change for k, change in enumerate(changes)]
    return validate(content)


def legend(axes: Any) -> dict[str, str]:
    """Return the words of the legend with the colours of their samples."""
    from matplotlib.colors import to_hex

    shown = axes.get_legend()
    texts = [text.get_text() for text in shown.get_texts()]
    return dict(zip(texts, [to_hex(line.get_color()) for line in shown.legend_handles], strict=True))


def test_a_race_names_its_runs_in_their_colours() -> None:
    _, axes = drawn(race({"name": "a"}, {}, {"colour": "#123456"}, {"name": "b"}))
    words = legend(axes)
    rule = "Gradient descent"
    assert list(words)[:4] == ["a", rule, f"{rule} (2)", "b"]
    # Tol's muted set: indigo, rose, green, purple; the third has chosen its own.
    assert list(words.values())[:4] == ["#332288", "#cc6677", "#123456", "#aa4499"]
    assert list(words).count("start") == 1
    assert not any(word.startswith("step") for word in words)


def test_a_hidden_run_is_not_drawn_and_the_others_keep_colour_and_label() -> None:
    scenario = race({}, {"hidden": True}, {})
    _, axes = drawn(scenario)
    words = legend(axes)
    rule = "Gradient descent"
    assert {name: words[name] for name in words if name.startswith(rule)} == {
        rule: "#332288",
        f"{rule} (3)": "#117733",
    }
    paths = [line.get_data_3d() for line in axes.lines if len(line.get_data_3d()[0]) > 1]
    assert {(round(x[0], 9), round(y[0], 9)) for x, y, _ in paths} == {(1.0, 0.1), (0.8, 0.1)}


def test_with_all_runs_hidden_the_surface_is_drawn_alone(tmp_path: Path) -> None:
    _, axes = drawn(race({"hidden": True}, {"hidden": True}))
    assert not any(len(line.get_data_3d()[0]) > 1 for line in axes.lines)
    write(race({"hidden": True}), tmp_path / "a.png", (320, 240), 3)
    network = load("lecture-network", ["run.hidden=true", "playback.steps=2"])
    with pytest.raises(InputError, match="hidden"):
        write(network, tmp_path / "b.png", (320, 240))
    assert not (tmp_path / "b.png").exists()


def test_names_are_written_as_they_are_and_long_ones_cut() -> None:
    _, axes = drawn(race({"name": "_a $x$"}, {"name": "w" * 60}))
    texts = axes.get_legend().get_texts()
    assert [text.get_text() for text in texts[:2]] == ["_a $x$", "w" * 29 + "…"]
    assert not any(text.get_parse_math() for text in texts)


def test_twenty_runs_have_a_legend_inside_the_picture() -> None:
    result, axes = drawn(race(*[{"name": f"run {k}"} for k in range(20)]), 3, 2.0)
    assert len(axes.get_legend().get_texts()) >= 21
    box = axes.get_legend().get_window_extent()
    assert box.x0 > 0 and box.x1 < result.bbox.width and box.y1 < result.bbox.height
    assert box.height < 0.5 * result.bbox.height, "in one column it would be twice as high"


def test_labels_of_runs_differ() -> None:
    pairs = [("", "adam"), ("mine", "adam"), ("", "adam"), ("adam (2)", "gd"), ("mine", "gd"), ("", "adam")]
    assert run_labels(pairs) == ["adam", "mine", "adam (3)", "adam (2)", "mine (2)", "adam (4)"]
    assert run_labels([]) == []


def test_a_full_disk_leaves_the_old_picture(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = tmp_path / "a.png"
    target.write_bytes(b"old")

    def full(path: Path, content: Any) -> int:
        with path.open("wb") as stream:
            stream.write(b"half")
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(InputError, match=r"a\.png cannot be written: no space left on device\.$"):
        write(load("saddle"), target, (320, 240), 1)
    assert target.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [target]


def test_the_users_own_matplotlib_style_is_left_alone(tmp_path: Path) -> None:
    import matplotlib

    before = dict(matplotlib.rcParams)
    write(load("saddle"), tmp_path / "a.png", (320, 240), 1)
    assert dict(matplotlib.rcParams) == before


@pytest.mark.parametrize("name", preset_names())
def test_every_preset_can_be_drawn(tmp_path: Path, name: str) -> None:
    write(load(name), tmp_path / "a.png", (320, 240), 5)
    assert picture(tmp_path / "a.png").shape == (240, 320, 4)


def test_a_path_lies_on_the_surface_and_ends_at_the_edge_of_the_domain() -> None:
    formula, domain = parse("x**2 + y**2"), {"x": (-2.0, 2.0), "y": (-2.0, 2.0)}
    path = path_on_surface(formula, domain, np.array([[-1.0, 0.0], [1.0, 0.0], [3.0, 0.0]]))
    x, y, z = path.curve.T
    inside = ~np.isnan(x)
    np.testing.assert_allclose(z[inside], x[inside] ** 2 + y[inside] ** 2)
    assert x[inside].max() == pytest.approx(2.0, abs=0.1)
    assert np.isnan(path.stops[2]).all()
    assert np.nanmin(np.abs(x)) < 1e-12, "the chord passes over the bottom, and so does the path"


def test_logarithmic_heights() -> None:
    heights = height_scale(np.array([0.0, 1e-3, 10.0, np.nan]), True)
    assert heights(np.array([10.0, 1.0, 1e-3])).tolist() == pytest.approx([1, 0, -3])
    assert math.isfinite(float(heights(np.array([0.0]))[0]))
    places, labels = log_height_ticks(-3, 1)
    assert (places, labels[0]) == ([-3, -2, -1, 0, 1], "$10^{-3}$")
    assert height_scale(np.array([-5.0, 5.0]), True).title() == "loss + 5 (log)"
    assert height_scale(np.array([2.0, 2.0, 0.0]) * 0, True).logarithmic is False


@pytest.mark.parametrize("kind", ["png", "svg", "pdf"])
def test_a_figure_that_is_cancelled_at_any_time_leaves_nothing(tmp_path: Path, kind: str) -> None:
    asked, spec = itertools.count(), PictureSpec(views=("loss",), steps=(2, 3), size=(300, 200))
    figure.write_figure(load("lecture-surface"), tmp_path / f"whole.{kind}", spec, lambda: next(asked) < 0)
    asks = next(asked)
    path = tmp_path / f"a.{kind}"
    path.write_bytes(b"old")
    # While it is run (3 steps), before a view, amid the bytes, and when all of them are there.
    for last in (0, 3, 5, (5 + asks) // 2, asks - 1):
        asked = itertools.count()
        with pytest.raises(Cancelled):
            figure.write_figure(load("lecture-surface"), path, spec, lambda asked=asked, last=last: next(asked) >= last)
        assert next(asked) == last + 1 or kind == "pdf"  # which tries to end its file
        assert path.read_bytes() == b"old"
        assert len(list(tmp_path.iterdir())) == 2
