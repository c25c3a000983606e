"""Printed graphs: size, format, what is in them, and that every graph the window can show can be written."""

from __future__ import annotations

import itertools
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gdsim.errors import InputError
from gdsim.export.figure import drawing, new_figure
from gdsim.export.graph_drawing import DARK, LIGHT, Drawer
from gdsim.export.graph_figure import natural_size, write_graph, write_graph_of
from gdsim.export.graph_layout import lay_out
from gdsim.export.graph_picture import graph_picture
from gdsim.formula.program import parse_program
from gdsim.problems.graph import build_graph
from gdsim.simulation.files import load, preset_names, validate
from gdsim.simulation.walk import Walk

LECTURE = load("lecture-autograd")
SVG = "{http://www.w3.org/2000/svg}"


def walk_of(text: str, **leaves: float) -> Walk:
    program = parse_program(text)
    graph = build_graph(program, dict.fromkeys(program.inputs, True))
    return Walk(graph, {name: leaves.get(name, 0.7) for name in program.inputs})


def pixels(path: Path) -> np.ndarray[Any, Any]:
    from matplotlib.image import imread

    return np.asarray(imread(path))


def texts(path: Path) -> list[str]:
    """Return all that is written in an SVG, without the spaces by which formulas are set."""
    root = ET.parse(path).getroot()
    return ["".join("".join(each.itertext()).split()) for each in root.iter(f"{SVG}text")]


def has_colour(picture: np.ndarray[Any, Any], colour: str, least: int = 20) -> bool:
    wanted = np.array([int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)])
    return int((np.abs(picture[..., :3] - wanted).max(axis=2) < 0.02).sum()) >= least


@pytest.mark.parametrize("size", [(1000, 330), (333, 777), (64, 64), (1921, 641)])
def test_a_png_has_exactly_the_size_asked_for(tmp_path: Path, size: tuple[int, int]) -> None:
    assert write_graph(LECTURE, tmp_path / "a.png", size, 15) == []
    assert pixels(tmp_path / "a.png").shape[:2] == size[::-1]


def test_without_a_size_the_picture_is_as_large_as_the_graph(tmp_path: Path) -> None:
    layout = lay_out(LECTURE.walk().graph)
    write_graph(LECTURE, tmp_path / "a.png")
    height, width = pixels(tmp_path / "a.png").shape[:2]
    assert (width, height) == natural_size(layout)
    assert width == round(1.25 * layout.width)
    assert 1.25 * layout.height < height < 1.25 * layout.height + 120


def test_a_picture_is_never_larger_than_a_screen_of_the_largest(tmp_path: Path) -> None:
    wide = walk_of("\n".join(["s0 = x", *(f"s{i} = sin(s{i - 1})" for i in range(1, 60))]))
    width, height = natural_size(lay_out(wide.graph))
    assert width == 7680 and height >= 64
    high = walk_of(" + ".join(f"a{i}*b{i}" for i in range(3)))
    assert natural_size(lay_out(high.graph)) < (7680, 4320)


@pytest.mark.parametrize("kind", ["png", "svg", "pdf"])
def test_equal_scenarios_give_equal_bytes(tmp_path: Path, kind: str) -> None:
    for name in "ab":
        write_graph(LECTURE, tmp_path / f"{name}.{kind}", None, 15)
    assert (tmp_path / f"a.{kind}").read_bytes() == (tmp_path / f"b.{kind}").read_bytes()


def test_pdf_embeds_its_fonts(tmp_path: Path) -> None:
    write_graph(LECTURE, tmp_path / "a.pdf", None, 15)
    content = (tmp_path / "a.pdf").read_bytes()
    assert content.startswith(b"%PDF") and b"/FontFile2" in content and b"/CreationDate" not in content


def test_svg_is_as_large_as_asked_and_its_text_is_text(tmp_path: Path) -> None:
    write_graph(LECTURE, tmp_path / "a.svg", (1280, 360))
    root = ET.parse(tmp_path / "a.svg").getroot()
    size = [float(root.attrib[key].removesuffix("pt")) * 96 / 72 for key in ("width", "height")]
    assert size == pytest.approx([1280, 360], abs=0.01)
    written = texts(tmp_path / "a.svg")
    for text in ("Thelecture'sgraph:xtotheloss", "0.7311", "−0.6867", ".grad−2.5379", "−6.4540", "0.1966"):
        assert text in written, text
    assert any(text.startswith("step21of21") for text in written)


def test_each_step_shows_what_is_known_then(tmp_path: Path) -> None:
    written = []
    for step in (0, 10, 15, 21):
        write_graph(LECTURE, tmp_path / "a.svg", None, step)
        written.append(texts(tmp_path / "a.svg"))
    assert [".gradNone" in each for each in written] == [True, True, True, False]
    assert ["0.7311" in each for each in written] == [False, True, True, True]
    assert ["3.7183" in each for each in written] == [False, False, True, True]
    assert ["0.1966" in each for each in written] == [False, False, False, True]


def test_the_steps_are_the_scenarios_unless_told(tmp_path: Path) -> None:
    short = load("lecture-autograd", ["playback.steps=3"])
    write_graph(short, tmp_path / "a.svg")
    assert any(text.startswith("step3of21") for text in texts(tmp_path / "a.svg"))


def test_a_step_beyond_the_walk_is_refused_and_nothing_written(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="40.*21 steps"):
        write_graph(LECTURE, tmp_path / "a.png", None, 40)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_not_there_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be written"):
        write_graph(LECTURE, tmp_path / "none" / "a.png")


def test_where_a_number_is_not_finite_it_is_said_and_marked(tmp_path: Path) -> None:
    scenario = load("lecture-autograd", ["problem.leaf.x.value=40"])
    said = write_graph(scenario, tmp_path / "a.svg")
    assert len(said) == 1 and "v5" in said[0]
    assert "".join(said[0].split()) in texts(tmp_path / "a.svg")
    assert "!" in texts(tmp_path / "a.svg")
    write_graph(scenario, tmp_path / "a.png")
    write_graph(LECTURE, tmp_path / "b.png")
    assert has_colour(pixels(tmp_path / "a.png"), LIGHT.error)
    assert not has_colour(pixels(tmp_path / "b.png"), LIGHT.error)


def test_calls_that_cannot_be_made_are_noted(tmp_path: Path) -> None:
    scenario = load("lecture-autograd", ["problem.leaf.x.requires_grad=false"])
    said = write_graph(scenario, tmp_path / "a.svg")
    assert len(said) == 1 and "require" in said[0]
    assert not any("backward" in text for text in texts(tmp_path / "a.svg"))


def test_gradients_have_their_colour_and_only_they(tmp_path: Path) -> None:
    shown = []
    for step in (10, 15):
        write_graph(LECTURE, tmp_path / "a.png", None, step)
        shown.append(has_colour(pixels(tmp_path / "a.png"), LIGHT.gradient))
    assert shown == [False, True]


@pytest.mark.parametrize(
    ("ground", "dark", "corner"), [("light", False, (1, 1, 1, 1)), ("dark", False, (30 / 255, 31 / 255, 34 / 255, 1))]
)
def test_the_ground_is_light_or_dark(tmp_path: Path, ground: str, dark: bool, corner: tuple[float, ...]) -> None:
    write_graph_of(LECTURE.walk(), 15, tmp_path / "a.png", ground=ground, dark=dark)
    np.testing.assert_allclose(pixels(tmp_path / "a.png")[0, 0], corner, atol=0.01)


@pytest.mark.parametrize("dark", [False, True])
def test_a_transparent_picture_has_the_colours_for_where_it_will_lie(tmp_path: Path, dark: bool) -> None:
    write_graph_of(LECTURE.walk(), 5, tmp_path / "a.png", ground="transparent", dark=dark)
    picture = pixels(tmp_path / "a.png")
    assert picture[0, 0, 3] == 0
    assert has_colour(picture[picture[..., 3] == 1][:, None], (DARK if dark else LIGHT).text)


def test_title_and_digits_can_be_given(tmp_path: Path) -> None:
    write_graph_of(LECTURE.walk(), 21, tmp_path / "a.svg", title="5$ and \\frac{1$", digits=2)
    written = texts(tmp_path / "a.svg")
    assert "5$and\\frac{1$" in written and "−6.45" in written and "−6.4540" not in written
    write_graph_of(LECTURE.walk(), 21, tmp_path / "a.svg")
    assert any(text.startswith("loss=-(y*log(sigma)") for text in texts(tmp_path / "a.svg"))


@pytest.mark.parametrize(
    "text",
    [
        "a*b + c", "y = x*x", "r = x", "z = x**2\na = z", "d = detach(h*w)\nloss = d*h", "log(x - 0.7)*y",
        "sqrt(x - 0.7)", "x/1e300/1e300/1e300 + 123456789*x", "max(x, x)",
        "a_long_name_indeed_of_a_leaf = x*another_long_name_indeed_of_a_leaf\nmax(a_long_name_indeed_of_a_leaf, x)",
    ],
)  # fmt: skip
@pytest.mark.parametrize("share", [0.5, 1])
def test_odd_graphs_are_drawn_without_a_warning(tmp_path: Path, text: str, share: float) -> None:
    walk = walk_of(text)
    write_graph_of(walk, round(share * len(walk.steps)), tmp_path / "a.png")
    assert pixels(tmp_path / "a.png").std() > 0.01


@pytest.mark.parametrize("name", [name for name in preset_names() if load(name).lab == "autograd"])
def test_every_preset_can_be_drawn(tmp_path: Path, name: str) -> None:
    scenario = load(name)
    write_graph(scenario, tmp_path / "a.png", (640, 360))
    assert pixels(tmp_path / "a.png").shape == (360, 640, 4)


def test_a_large_graph_can_be_written(tmp_path: Path) -> None:
    names = [f"s{number}" for number in range(30)]
    lines = ["s0 = sin(x)", *(f"{b} = {a} + y" for a, b in itertools.pairwise(names))]
    walk = walk_of("\n".join(lines))
    write_graph_of(walk, len(walk.steps), tmp_path / "a.svg")
    assert texts(tmp_path / "a.svg").count("s29=s28+y") == 1


def drawn(scale: float) -> Any:
    """Return axes with the lecture's graph after all its steps, and the text that stands in them."""
    walk = LECTURE.walk()
    layout = lay_out(walk.graph)
    with drawing(scale):
        figure = new_figure((round(layout.width * scale), round(layout.height * scale)))
        axes = figure.add_axes((0, 0, 1, 1))
        axes.set_xlim(0, figure.bbox.width / scale)
        axes.set_ylim(figure.bbox.height / scale, 0)
        Drawer(axes, layout, graph_picture(walk, walk.state(21)), LIGHT, 0.75 * scale).draw()
        figure.canvas.draw()
    return layout, axes


@pytest.mark.parametrize("scale", [0.5, 1.0, 3.0])
def test_what_is_written_stays_in_its_box_or_label(scale: float) -> None:
    layout, axes = drawn(scale)
    rooms = [(box.x, box.y, box.x + box.width, box.y + box.height) for box in layout.boxes]
    rooms += [
        (x - width / 2 - 1, y - 20, x + width / 2 + 1, y + 20)
        for (x, y), width in zip(layout.labels, layout.label_widths, strict=True)
    ]
    assert len(axes.texts) > 40
    for text in axes.texts:
        bounds = text.get_window_extent().transformed(axes.transData.inverted())
        left, right = sorted((bounds.x0, bounds.x1))
        top, bottom = sorted((bounds.y0, bounds.y1))
        around = [room for room in rooms if room[0] < (left + right) / 2 < room[2]]
        assert any(
            room[0] - 1 <= left and right <= room[2] + 1 and room[1] - 1 <= top and bottom <= room[3] + 1
            for room in around
        ), text.get_text()


def test_lines_of_text_do_not_touch_each_other() -> None:
    _, axes = drawn(2.0)
    extents = [(text.get_text(), text.get_window_extent()) for text in axes.texts]
    for index, (first, a) in enumerate(extents):
        for second, b in extents[index + 1 :]:
            # An extent reaches a little beyond the ink.
            apart = a.x1 < b.x0 or b.x1 < a.x0 or a.y1 < b.y0 + 6 or b.y1 < a.y0 + 6
            assert apart, (first, second)


def test_an_unusual_scenario_needs_no_title(tmp_path: Path) -> None:
    content = {"lab": "autograd", "problem": {"program": "y = x*3", "leaf": {"x": {"value": 2.0}}}}
    write_graph(validate(content), tmp_path / "a.svg")
    assert "y=x*3" in texts(tmp_path / "a.svg")
