"""Graphs and tangents as figures: what is in them, in every style, and that every graph of the window can be drawn."""

from __future__ import annotations

import io
import itertools
import xml.etree.ElementTree as ET
from typing import Any

import numpy as np
import pytest

from gdsim.export.contrast import contrast
from gdsim.export.figure import drawing, new_figure
from gdsim.export.graph_drawing import DARK, LIGHT, Drawer
from gdsim.export.graph_figure import draw_graph_scene, natural_size
from gdsim.export.graph_layout import lay_out
from gdsim.export.graph_picture import graph_picture
from gdsim.export.scenes import GraphScene, stage_of
from gdsim.export.style import STYLES, Style
from gdsim.export.tangent_figure import draw_tangent
from gdsim.formula.program import parse_program
from gdsim.problems.graph import build_graph
from gdsim.simulation.autograd_scenario import AutogradScenario
from gdsim.simulation.files import load, preset_names, validate
from gdsim.simulation.walk import Walk

SCREEN = STYLES["screen"]
SVG = "{http://www.w3.org/2000/svg}"


def scene_of(name: str, step: int, *settings: str) -> GraphScene:
    scenario = load(name, settings)
    assert isinstance(scenario, AutogradScenario)
    scene = stage_of(scenario, step).at(step)
    assert isinstance(scene, GraphScene)
    return scene


def program(text: str, **leaves: float) -> GraphScene:
    """Return the finished walk over a program all of whose leaves require a gradient."""
    parsed = parse_program(text)
    values = {name: {"value": leaves.get(name, 0.7)} for name in parsed.inputs}
    scenario = validate({"lab": "autograd", "problem": {"program": text, "leaf": values}})
    walk = Walk(build_graph(parsed, dict.fromkeys(parsed.inputs, True)), {n: v["value"] for n, v in values.items()})
    return GraphScene(scenario, len(walk.steps), walk)


def drawn(draw: Any, scene: GraphScene, style: Style = SCREEN, size: tuple[int, int] = (640, 480)) -> Any:
    with drawing(style):
        figure = new_figure(size)
        draw(figure, scene, style)
        figure.canvas.draw()
    return figure


def svg(draw: Any, scene: GraphScene, style: Style = SCREEN, size: tuple[int, int] = (1280, 480)) -> ET.Element:
    stream = io.BytesIO()
    with drawing(style):
        figure = new_figure(size)
        draw(figure, scene, style)
        figure.savefig(stream, format="svg")
    return ET.fromstring(stream.getvalue())


def texts(root: ET.Element) -> list[str]:
    """Return all that is written in an SVG, without the spaces by which formulas are set."""
    return ["".join("".join(each.itertext()).split()) for each in root.iter(f"{SVG}text")]


def pixels(figure: Any) -> Any:
    return np.asarray(figure.canvas.buffer_rgba())[..., :3] / 255.0


def has_colour(picture: Any, colour: str, least: int = 20) -> bool:
    wanted = np.array([int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)])
    return int((np.abs(picture - wanted).max(axis=2) < 0.02).sum()) >= least


def test_a_graph_alone_has_text_twenty_pixels_high() -> None:
    layout = lay_out(scene_of("lecture-autograd", 0).walk.graph)
    width, height = natural_size(layout)
    assert width == round(1.25 * layout.width)
    assert 1.25 * layout.height < height < 1.25 * layout.height + 120


def test_a_picture_is_never_larger_than_a_screen_of_the_largest() -> None:
    wide = program("\n".join(["s0 = x", *(f"s{i} = sin(s{i - 1})" for i in range(1, 60))]))
    width, height = natural_size(lay_out(wide.walk.graph))
    assert width == 7680 and height >= 64


def test_a_graph_is_vectors_and_its_text_is_text() -> None:
    root = svg(draw_graph_scene, scene_of("lecture-autograd", 21))
    assert not list(root.iter(f"{SVG}image"))
    assert {"0.7311", "−0.6867", ".grad−2.5379", "−6.4540", "0.1966"} <= set(texts(root))


def test_each_step_shows_what_is_known_then() -> None:
    written = [texts(svg(draw_graph_scene, scene_of("lecture-autograd", step))) for step in (0, 10, 15, 21)]
    assert [".gradNone" in each for each in written] == [True, True, True, False]
    assert ["0.7311" in each for each in written] == [False, True, True, True]
    assert ["3.7183" in each for each in written] == [False, False, True, True]
    assert ["0.1966" in each for each in written] == [False, False, False, True]


def test_where_a_number_is_not_finite_it_is_said_and_marked() -> None:
    scene = scene_of("lecture-autograd", 21, "problem.leaf.x.value=40")
    written = texts(svg(draw_graph_scene, scene))
    assert "!" in written and any(text.startswith("v5isthefirst") for text in written)
    assert has_colour(pixels(drawn(draw_graph_scene, scene)), SCREEN.error)
    assert not has_colour(pixels(drawn(draw_graph_scene, scene_of("lecture-autograd", 21))), SCREEN.error)


def test_gradients_have_their_colour_and_only_they() -> None:
    shown = [pixels(drawn(draw_graph_scene, scene_of("lecture-autograd", step))) for step in (10, 15)]
    assert [has_colour(each, LIGHT.gradient) for each in shown] == [False, True]


@pytest.mark.parametrize("name", STYLES)
def test_a_graph_lies_on_the_ground_of_its_style(name: str) -> None:
    style = STYLES[name]
    picture = pixels(drawn(draw_graph_scene, scene_of("lecture-autograd", 15), style, (1280, 480)))
    corner = tuple(int(style.ground[i : i + 2], 16) / 255 for i in (1, 3, 5))
    np.testing.assert_allclose(picture[0, 0], corner, atol=0.01)
    assert has_colour(picture, style.text)


def test_without_colours_words_say_where_the_gradients_are_and_all_can_be_read() -> None:
    figure = drawn(draw_graph_scene, scene_of("lecture-autograd", 21), STYLES["print"])
    words = [text.get_text() for text in figure.axes[0].texts]
    assert "Below the values: gradients of loss; on the wires the local derivatives." in words
    assert all(contrast(text.get_color(), "#ffffff") > 4.5 for text in figure.axes[0].texts)


@pytest.mark.parametrize(
    "text",
    [
        "a*b + c", "y = x*x", "r = x", "z = x**2\na = z", "d = detach(h*w)\nloss = d*h", "log(x - 0.7)*y",
        "sqrt(x - 0.7)", "x/1e300/1e300/1e300 + 123456789*x", "max(x, x)",
        "a_long_name_indeed_of_a_leaf = x*another_long_name_indeed_of_a_leaf\nmax(a_long_name_indeed_of_a_leaf, x)",
    ],
)  # fmt: skip
def test_odd_graphs_and_their_tangents_are_drawn_without_a_warning(text: str) -> None:
    scene = program(text)
    assert pixels(drawn(draw_graph_scene, scene, size=(400, 300))).std() > 0.01
    assert pixels(drawn(draw_tangent, scene, SCREEN.at(0.5), (400, 300))).std() > 0.01


def test_a_large_graph_can_be_drawn() -> None:
    names = [f"s{number}" for number in range(30)]
    lines = ["s0 = sin(x)", *(f"{b} = {a} + y" for a, b in itertools.pairwise(names))]
    scene = program("\n".join(lines))
    figure = drawn(draw_graph_scene, scene, size=natural_size(lay_out(scene.walk.graph)))
    assert [text.get_text() for text in figure.axes[0].texts].count("$s_{29} = s_{28} + y$") == 1


def large(scale: float) -> Any:
    """Return axes with the lecture's graph after all its steps, and the text that stands in them."""
    walk = scene_of("lecture-autograd", 21).walk
    layout = lay_out(walk.graph)
    with drawing(SCREEN.at(scale)):
        figure = new_figure((round(layout.width * scale), round(layout.height * scale)))
        axes = figure.add_axes((0, 0, 1, 1))
        axes.set_xlim(0, figure.bbox.width / scale)
        axes.set_ylim(figure.bbox.height / scale, 0)
        Drawer(axes, layout, graph_picture(walk, walk.state(21)), LIGHT, 0.75 * scale).draw()
        figure.canvas.draw()
    return layout, axes


@pytest.mark.parametrize("scale", [0.5, 3.0])
def test_what_is_written_stays_in_its_box_or_label(scale: float) -> None:
    layout, axes = large(scale)
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
    _, axes = large(2.0)
    extents = [(text.get_text(), text.get_window_extent()) for text in axes.texts]
    for index, (first, a) in enumerate(extents):
        for second, b in extents[index + 1 :]:
            # An extent reaches a little beyond the ink.
            apart = a.x1 < b.x0 or b.x1 < a.x0 or a.y1 < b.y0 + 6 or b.y1 < a.y0 + 6
            assert apart, (first, second)


@pytest.mark.parametrize("name", [name for name in preset_names() if load(name).lab == "autograd"])
def test_every_preset_has_a_graph_and_a_tangent(name: str) -> None:
    scene = stage_of(load(name), 0).at(0)
    for draw in (draw_graph_scene, draw_tangent):
        assert pixels(drawn(draw, scene, STYLES["dark"], (320, 240))).std() > 0.005


def test_the_tangent_has_the_printed_slope_and_touches_the_curve(oracles: dict[str, Any]) -> None:
    figure = drawn(draw_tangent, scene_of("lecture-autograd", 21))
    (axes,) = figure.axes
    _, curve, tangent, dot = axes.lines
    x, y = curve.get_data()
    # By hand: with y = 2 the loss is -2*log(s) + log(1 - s) of s = sigmoid(x**2).
    s = 1 / (1 + np.exp(-(x**2)))
    np.testing.assert_allclose(y, -2 * np.log(s) + np.log(1 - s), rtol=1e-9)
    (x0, x1), (y0, y1) = tangent.get_data()
    assert (y1 - y0) / (x1 - x0) == pytest.approx(oracles["autograd"]["dloss_dx"], abs=5e-5)
    assert dot.get_data()[0] == [1.0]
    assert dot.get_data()[1][0] == pytest.approx(oracles["autograd"]["loss"], rel=1e-6)
    assert axes.get_title(loc="left") == "d loss/dx = −2.5379 at x = 1"
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("x", "loss")


def test_the_leaf_of_the_tangent_is_the_one_that_the_scenario_follows() -> None:
    figure = drawn(draw_tangent, scene_of("lecture-autograd", 21, "view.leaf=y"))
    axes = figure.axes[0]
    assert axes.get_xlabel() == "y"
    assert axes.get_title(loc="left") == "loss = −0.6867 at y = 2"
    assert "requires no gradient" in " ".join(text.get_text() for text in figure.texts)


@pytest.mark.parametrize("name", STYLES)
def test_a_tangent_is_vectors_and_nothing_of_it_is_cut_off(name: str) -> None:
    style = STYLES[name].at(0.5)
    scene = scene_of("autograd-detach", 3)
    figure = drawn(draw_tangent, scene, style, (400, 300))
    box = figure.axes[0].get_tightbbox()
    assert box.x0 >= 0 and box.y0 >= 0 and box.x1 <= 400 and box.y1 <= 300
    (note,) = figure.texts
    assert note.get_window_extent().y1 < box.y0
    assert note.get_window_extent().x0 >= 0
    root = svg(draw_tangent, scene, style)
    assert not list(root.iter(f"{SVG}image"))
    assert any("detachhidesapart" in text for text in texts(root))


def test_colours_of_the_dark_ground_are_the_windows() -> None:
    picture = pixels(drawn(draw_graph_scene, scene_of("lecture-autograd", 15), STYLES["dark"], (1280, 480)))
    assert has_colour(picture, DARK.result) and has_colour(picture, DARK.leaf)
