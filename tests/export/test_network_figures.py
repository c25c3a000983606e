"""Charts, tables, histograms, diagrams and decision maps as figures: the numbers in them, and that all is in sight."""

from __future__ import annotations

import io
import xml.etree.ElementTree as ET
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import pytest
import torch
from matplotlib.colors import to_hex

from gdsim.errors import InputError
from gdsim.export.contrast import contrast
from gdsim.export.figure import drawing, new_figure
from gdsim.export.histogram_figure import draw_histograms
from gdsim.export.plot import text_width
from gdsim.export.run_lines import without_the_lost
from gdsim.export.scenes import RunsStage, stage_of
from gdsim.export.style import STYLES, Style
from gdsim.export.table_figure import number_text
from gdsim.export.views import VIEWS
from gdsim.problems.network import NetworkProblem
from gdsim.simulation.files import load, validate

SCREEN = STYLES["screen"]
SVG = "{http://www.w3.org/2000/svg}"


@cache
def stage(name: str, last: int, *settings: str, parameter: str = "", focus: int = 0) -> RunsStage:
    result = stage_of(load(name, settings), last, focus, parameter)
    assert isinstance(result, RunsStage)
    return result


def raced(name: str, last: int, *changes: Mapping[str, Any]) -> RunsStage:
    """Return a scenario with a run for each of ``changes``."""
    content = load(name).model_dump(mode="json")
    content["run"] = [content["run"][0] | dict(change) for change in changes]
    result = stage_of(validate(content), last)
    assert isinstance(result, RunsStage)
    return result


def drawn(view: str, played: RunsStage, step: int, style: Style = SCREEN, size: tuple[int, int] = (640, 480)) -> Any:
    (found,) = [each for each in VIEWS[played.scenario.lab] if each.name == view]
    with drawing(style):
        figure = new_figure(size)
        found.draw(figure, played.at(step), style)
        figure.canvas.draw()
    return figure


def svg(figure: Any, style: Style = SCREEN) -> ET.Element:
    stream = io.BytesIO()
    with drawing(style):
        figure.savefig(stream, format="svg")
    return ET.fromstring(stream.getvalue())


def named(axes: Any) -> dict[str, Any]:
    return {line.get_label(): line for line in axes.lines if not line.get_label().startswith("_")}


def legend(axes: Any) -> list[str]:
    return [text.get_text() for text in axes.get_legend().get_texts()] if axes.get_legend() else []


def heights(axes: Any) -> Any:
    """Return what is drawn of a single line, past and to come."""
    lines = [line for line in axes.lines if line.get_linestyle() != "None"]
    pieces = {float(x): float(y) for line in lines for x, y in zip(*line.get_data(), strict=True)}
    return np.array([pieces[step] for step in sorted(pieces)])


def test_the_loss_is_that_of_torch_by_hand() -> None:
    with torch.random.fork_rng():
        torch.manual_seed(420)
        x, y = torch.rand(500, 20) * 100, torch.randint(0, 3, (500,), dtype=torch.float32).long()
        torch.manual_seed(420)
        one, two, last = torch.nn.Linear(20, 13, False), torch.nn.Linear(13, 8, False), torch.nn.Linear(8, 3)
    model = torch.nn.Sequential(one, torch.nn.ReLU(), two, torch.nn.Sigmoid(), last)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
    losses, norms = [], []
    for _ in range(5):
        optimizer.zero_grad()
        loss = torch.nn.functional.cross_entropy(model(x), y)
        loss.backward()
        losses.append(loss.item())
        norms.append(one.weight.grad.norm().item() if one.weight.grad is not None else 0.0)
        optimizer.step()
    figure = drawn("curves", stage("lecture-network", 4), 4)
    assert [axes.get_ylabel() for axes in figure.axes] == ["loss", "accuracy", "gradient norm"]
    np.testing.assert_allclose(heights(figure.axes[0]), losses, rtol=1e-6)
    np.testing.assert_allclose(named(figure.axes[2])["linear1"].get_ydata(), norms, rtol=1e-5)
    assert [axes.get_yscale() for axes in figure.axes] == ["linear", "linear", "log"]


def test_what_is_past_is_strong_and_the_axes_do_not_jump() -> None:
    played = stage("lecture-network", 30)
    ends = set()
    for step in (0, 12, 30):
        axes = drawn("loss", played, step).axes[0]
        strong = [line for line in axes.lines if line.get_color() == SCREEN.text and line.get_linestyle() == "-"]
        assert [len(line.get_xdata()) for line in strong] == [step + 1]
        assert len(heights(axes)) == 31
        ends.add((axes.get_xlim(), axes.get_ylim()))
    assert len(ends) == 1


def test_held_out_samples_are_dashed_and_known_once_an_epoch() -> None:
    settings = ("problem.data.samples=40", "problem.data.held_out=0.25", "problem.batch_size=10")
    axes = drawn("loss", stage("network-xor", 7, *settings), 7).axes[0]
    line = named(axes)["held out"]
    assert line.get_xdata().tolist() == [0, 3, 6]
    assert line.is_dashed() and not named(axes)["training"].is_dashed()
    assert legend(axes) == ["training", "held out"]


def test_a_race_has_its_colours_and_labels() -> None:
    played = raced("lecture-network", 2, {}, {"hidden": True}, {"name": "_a $x$"}, {"colour": "#123456"})
    axes = drawn("curves", played, 2).axes
    rule = "Momentum (lecture)"
    looks = {line.get_label(): line.get_color() for line in axes[0].lines if line.get_label() != "_nolegend_"}
    assert looks == {rule: "#332288", "_a $x$": "#117733", f"{rule} (3)": "#123456"}
    assert legend(axes[0]) == list(looks)
    assert not any(text.get_parse_math() for text in axes[0].get_legend().get_texts())
    assert legend(axes[1]) == legend(axes[2]) == []


def test_without_colours_the_lines_of_a_race_have_dashes_of_their_own() -> None:
    axes = drawn("loss", raced("saddle", 5, *[{"name": f"run {k}"} for k in range(4)]), 5, STYLES["print"]).axes[0]
    patterns = {(str(line._dash_pattern), line.get_marker(), line.get_color()) for line in named(axes).values()}
    assert len(named(axes)) == len(patterns) == 4


def test_a_run_that_diverges_does_not_flatten_the_others() -> None:
    played = raced("lecture-surface", 200, {"hyper": {"learning_rate": 5.0}}, {})
    axes = drawn("loss", played, 200).axes[0]
    assert played.at(200).runs[0].snapshot.diverged_at is not None
    assert axes.get_ylim()[1] < 1e6


@pytest.mark.parametrize("view", ["loss", "gradient"])
def test_a_run_that_diverges_leaves_the_chart_through_its_top(view: str) -> None:
    rates = (0.2, 1.0, 0.01)
    played = raced("lecture-surface", 60, *[{"name": f"{rate}", "hyper": {"learning_rate": rate}} for rate in rates])
    axes = drawn(view, played, 60).axes[0]
    column = {"loss": "loss", "gradient": "grad_norm"}[view]
    calm = played.at(60).runs[2].snapshot.column(column)
    top = axes.get_ylim()[1]
    assert calm.max() < top < 20 * calm.max()
    marks = {line.get_color(): line for line in axes.lines if line.get_linestyle() == "None"}
    for number, name in enumerate(("0.2", "1.0")):
        line = named(axes)[name]
        values = played.at(60).runs[number].snapshot.column(column)
        np.testing.assert_allclose(line.get_ydata()[:3], values[:3], rtol=1e-9)
        (step,), (height,) = marks[line.get_color()].get_data()
        after = int(np.argmax(values > top))
        share = np.log(top / values[after - 1]) / np.log(values[after] / values[after - 1])
        assert height == top
        assert step == pytest.approx(after - 1 + share)


def test_without_logarithms_too_a_run_leaves_the_chart() -> None:
    content = load("network-xor", ("problem.loss=mse", "problem.layer.0.activation=relu")).model_dump(mode="json")
    run = content["run"][0] | {"optimizer": "gd"}
    content["run"] = [run | {"hyper": {"learning_rate": rate}} for rate in (50.0, 0.1)]
    played = stage_of(validate(content), 30)
    assert isinstance(played, RunsStage)
    axes = drawn("loss", played, 30).axes[0]
    low, high = axes.get_ylim()
    calm = played.at(30).runs[1].snapshot.column("loss")
    assert low < calm.min() and calm.max() < high < calm.max() + np.ptp(calm)
    assert [line.get_ydata()[0] for line in axes.lines if line.get_marker() == "X"] == [high]


@pytest.mark.parametrize(("view", "style"), [("loss", "screen"), ("gradient", "print")])
@pytest.mark.parametrize("size", [(1280, 720), (480, 360)])
def test_a_legend_of_many_runs_is_no_wider_than_the_chart(view: str, style: str, size: tuple[int, int]) -> None:
    axes = drawn(view, stage("race-family", 3), 3, STYLES[style].at(size[0] / 1280), size).axes[0]
    assert len(legend(axes)) == 14
    assert axes.get_legend().get_window_extent().x1 <= size[0]
    assert axes.get_window_extent().width > 0.8 * size[0]


@pytest.mark.parametrize("last", [99.0, 1e40])
def test_what_is_far_beyond_the_others_is_left_out(last: float) -> None:
    class Rows:
        diverged_at = None

        def __init__(self, *values: float) -> None:
            self.values = np.array(values)

        def column(self, name: str) -> Any:
            return self.values

    states = [Rows(4.0, 3.0, 2.0), Rows(4.0, 30.0, last)]
    good, bad = without_the_lost(states, "loss", [state.values for state in states])
    assert good.tolist() == [4.0, 3.0, 2.0]
    assert bad[:2].tolist() == [4.0, 30.0]
    assert np.isnan(bad[2]) == (last > 1e6)


def test_the_loss_of_a_surface_is_logarithmic_where_it_can_be() -> None:
    assert drawn("loss", stage("lecture-surface", 5), 5).axes[0].get_yscale() == "log"
    below = stage("lecture-surface", 5, "problem.formula=-w1**2 - w2**2")
    assert drawn("loss", below, 5).axes[0].get_yscale() == "linear"
    axes = drawn("gradient", stage("lecture-surface", 5), 5).axes[0]
    # dL/dw at (-8, 6): residuals 4 and 22, so (-8 - 132, -8 - 44).
    assert heights(axes)[0] == pytest.approx(np.hypot(-140, -52), rel=1e-9)


def test_changes_of_hyper_parameters_are_marked_with_their_values() -> None:
    played = raced("lecture-network", 9, {"change": [{"step": 4, "learning_rate": 0.05, "gamma": 0.5}]})
    axes = drawn("curves", played, 6).axes
    for panel in axes:
        assert [line.get_xdata() for line in panel.lines if list(line.get_xdata()) == [4, 4]]
    assert [text.get_text() for text in axes[0].texts] == ["η = 0.05, γ = 0.5"]


def test_in_a_strip_the_sheet_writes_the_legend() -> None:
    style = SCREEN.without_legend()
    axes = drawn("loss", raced("saddle", 3, {}, {"name": "b"}), 3, style).axes[0]
    assert legend(axes) == [] and len(named(axes)) == 2
    layers = tuple(f"problem.layer.{k}.units={4 + k}" for k in range(2))
    many = drawn("curves", stage("network-spirals", 3, *layers), 3, style).axes
    assert legend(many[2]) == ["linear1", "linear2", "output"] and not named(many[2])


@pytest.mark.parametrize("view", [each.name for each in VIEWS["network"]])
@pytest.mark.parametrize(("style", "size"), [("slide", (400, 300)), ("print", (1200, 300))])
def test_nothing_is_cut_off(view: str, style: str, size: tuple[int, int]) -> None:
    settings = ("problem.data.samples=60", "problem.data.held_out=0.2", "problem.batch_size=20")
    figure = drawn(view, stage("network-spirals", 6, *settings), 4, STYLES[style].at(0.5), size)
    width, height = size
    boxes = [axes.get_tightbbox() for axes in figure.axes] + [text.get_window_extent() for text in figure.texts]
    for axes in figure.axes:
        boxes += [text.get_window_extent() for text in axes.texts]
    for box in boxes:
        assert box.x0 >= -1 and box.y0 >= -1 and box.x1 <= width + 1 and box.y1 <= height + 1


def tables(figure: Any) -> list[Any]:
    """Return the heat maps of a figure, without the bars of colours."""
    return [axes for axes in figure.axes if axes.collections and not hasattr(axes, "_colorbar")]


def test_the_tables_hold_the_lectures_numbers(oracles: dict[str, Any]) -> None:
    played = stage("network-stale-gradient", 1)
    figure = drawn("tables", played, 0)
    weight = np.asarray(tables(figure)[0].collections[0].get_array())
    assert weight.shape == (13, 20)
    np.testing.assert_allclose(weight[:2, :3], oracles["network"]["linear1_weight"], rtol=1e-4)
    after = drawn("tables", played, 1)
    gradient, update = (np.asarray(tables(after)[k].collections[0].get_array()) for k in (1, 2))
    np.testing.assert_allclose(gradient[:2, :3], oracles["network"]["linear1_gradient"], rtol=1e-4)
    np.testing.assert_allclose(update[:2, :3], -10 * np.array(oracles["network"]["linear1_gradient"]), rtol=1e-4)
    words = [text.get_text() for text in figure.texts]
    assert "linear1.weight (13 x 20)" in words and "No update has been made yet." in " ".join(words).replace("\n", " ")


def test_colours_of_a_table_begin_at_zero_and_end_at_the_largest_number() -> None:
    (first, *_) = tables(drawn("tables", stage("lecture-network", 3, parameter="output.bias"), 3))
    mesh = first.collections[0]
    largest = float(np.abs(mesh.get_array()).max())
    assert mesh.get_array().shape == (1, 3)
    assert mesh.get_clim() == (-largest, largest)
    assert to_hex(mesh.get_cmap()(0.5)) == SCREEN.ground
    assert len(first.texts) == 3


def test_a_table_is_vectors_unless_it_has_thousands_of_cells() -> None:
    small = svg(drawn("tables", stage("lecture-network", 3), 3))
    assert not list(small.iter(f"{SVG}image"))
    texts = {"".join(each.itertext()).strip() for each in small.iter(f"{SVG}text")}
    assert {"linear1.weight (13 x 20)", "0", "10", "velocity"} <= texts
    large = drawn("tables", stage("network-xor", 1, "problem.layer.0.units=2600", parameter="output.weight"), 1)
    assert len(list(svg(large).iter(f"{SVG}image"))) == 4
    assert not any(axes.texts for axes in large.axes)


def test_small_tables_are_large_and_in_the_middle() -> None:
    figure = drawn("tables", stage("network-xor", 9), 9, size=(1152, 900))
    boxes = [axes.get_window_extent() for axes in tables(figure)]
    assert len({round(box.x0) for box in boxes}) == len({round(box.y0) for box in boxes}) == 2
    assert min(box.width / 2 for box in boxes) > 8 * 16 and min(box.height / 3 for box in boxes) > 3 * 16
    whole = [axes.get_tightbbox() for axes in figure.axes] + [text.get_window_extent() for text in figure.texts]
    left, right = min(box.x0 for box in whole), 1152 - max(box.x1 for box in whole)
    below, above = min(box.y0 for box in whole), 900 - max(box.y1 for box in whole)
    assert right > 8 and abs(left - right) < 32 and abs(above - below) < 32
    assert "grad of step 8, before the last update" in [text.get_text() for text in figure.texts]


def test_a_huge_table_is_thinned_and_says_so() -> None:
    played = stage("network-xor", 0, "problem.layer.0.units=2050")
    figure = drawn("tables", played, 0)
    assert "linear1.weight (2050 x 2), one number in 3" in [text.get_text() for text in figure.texts]
    assert figure.axes[0].images[0].get_array().shape == (684, 2)


def test_an_unknown_parameter_is_refused_with_those_there_are() -> None:
    with pytest.raises(InputError, match=r"no parameter 'nothing'; there are linear1\.weight, linear2\.weight, output"):
        drawn("tables", stage("lecture-network", 0, parameter="nothing"), 0)


@pytest.mark.parametrize("style", STYLES)
def test_numbers_stand_out_from_their_cells(style: str) -> None:
    figure = drawn("tables", stage("network-xor", 2), 2, STYLES[style], (1280, 960))
    seen = 0
    for axes in tables(figure):
        colours = axes.collections[0].to_rgba(axes.collections[0].get_array())
        for text in axes.texts:
            column, row = (round(place) for place in text.get_position())
            assert contrast(to_hex(text.get_color()), to_hex(colours[row, column])) > 4.4
            seen += 1
    assert seen == 4 * 6


@pytest.mark.parametrize(
    ("value", "largest", "text"),
    [
        (0.13656, 0.7, "0.137"), (-0.00001, 0.7, "0.000"), (-1.5, 12.0, "−1.5"), (3e-9, 4e-8, "3.0e−9"),
        (123456.0, 123456.0, "1.2e5"), (float("nan"), 1.0, "nan"), (float("-inf"), 1.0, "−inf"), (0.0, 0.0, "0"),
    ],
)  # fmt: skip
def test_numbers_of_tables(value: float, largest: float, text: str) -> None:
    assert number_text(value, largest) == text


def test_histograms_count_the_numbers_of_each_parameter() -> None:
    played = stage("lecture-network", 20)
    figure = drawn("histograms", played, 20)
    now = played.at(20).runs[0].snapshot.now
    titles = [axes.get_title(loc="left") for axes in figure.axes]
    assert titles[:2] == ["linear1.weight", "linear1.weight.grad"] and len(titles) == 8
    for axes, values in zip(figure.axes[:2], (now.parameters, now.gradient), strict=True):
        data = axes.patches[0].get_data()
        expected, _ = np.histogram(values["linear1.weight"].ravel(), data.edges)
        assert data.values.sum() == 260
        # In single precision a number may lie on an edge.
        assert np.abs(data.values - expected).sum() <= 4
    assert not list(svg(figure).iter(f"{SVG}image"))


def test_histograms_do_not_jump_from_step_to_step() -> None:
    style = SCREEN.without_legend()
    strip = [drawn("histograms", stage("lecture-network", 20), k, style).axes for k in (0, 20)]
    assert len({tuple(axes.get_xlim() for axes in panels) for panels in strip}) == 1


def test_the_histograms_of_a_picture_fill_their_axes_and_a_films_do_not_jump() -> None:
    played = stage("network-xor", 200)
    gradient = played.at(200).runs[0].snapshot.now.gradient["linear1.weight"]
    low, high = drawn("histograms", played, 200).axes[1].get_xlim()
    assert low < gradient.min() < gradient.max() < high < 0.01
    assert "10^{\N{MINUS SIGN}3}" in drawn("histograms", played, 200).axes[1].get_title(loc="right")
    assert high - low < 1.1 * (gradient.max() - gradient.min())
    scene, figure = replace(played.at(200), moving=True), new_figure((640, 480))
    draw_histograms(figure, scene, SCREEN)
    assert np.ptp(figure.axes[1].get_xlim()) > 10 * (high - low)


def test_titles_of_many_histograms_tell_gradients_from_weights() -> None:
    layers = [f"problem.layer.{k}.units=4" for k in range(2)]
    figure = drawn("histograms", stage("network-spirals", 1, *layers), 1, size=(720, 540))
    titles = [axes.get_title(loc="left") for axes in figure.axes]
    assert len(set(titles)) == len(titles) and all(each.endswith(".grad") for each in titles[1::2])
    assert any("…" in each for each in titles) and not any(each.startswith("…") for each in titles)


def test_a_diagram_has_a_line_for_each_weight_by_sign_and_size() -> None:
    played = stage("network-xor", 5)
    figure = drawn("diagram", played, 5)
    (axes,) = figure.axes
    lines = [each for each in axes.collections if type(each).__name__ == "LineCollection"]
    weights = played.at(5).runs[0].snapshot.now.parameters
    values = np.concatenate([weights[f"{name}.weight"].ravel() for name in ("linear1", "output")])
    assert sum(len(each.get_segments()) for each in lines) == values.size == 12
    widths = np.concatenate([each.get_linewidths() for each in lines])
    np.testing.assert_allclose(np.argsort(np.sort(np.abs(values))), np.argsort(widths))
    colours = np.concatenate([each.get_colors() for each in lines])
    assert int((colours[:, 0] > colours[:, 2]).sum()) == int((values > 0).sum())
    words = {text.get_text() for text in axes.texts}
    assert {"linear1: 2 → 3, tanh", "x1", "x2", "0", "1", "2 inputs", "3 units"} <= words
    root = svg(figure)
    assert not list(root.iter(f"{SVG}image"))
    assert "3 units" in {"".join(each.itertext()).strip() for each in root.iter(f"{SVG}text")}


def test_a_small_network_fills_the_height_with_the_names_close_above_it() -> None:
    axes = drawn("diagram", stage("network-xor", 5), 5, size=(1280, 900)).axes[0]
    circles = [each for each in axes.collections if type(each).__name__ == "EllipseCollection"]
    places = np.concatenate([axes.transData.transform(each.get_offsets())[:, 1] for each in circles])
    assert np.ptp(places) > 0.55 * 900
    (name,) = [text for text in axes.texts if text.get_text().startswith("linear1")]
    assert places.max() < name.get_window_extent().y0 < places.max() + 40


def test_large_layers_are_abbreviated_and_lines_below_zero_dashed_in_print() -> None:
    played = stage("network-xor", 0, "problem.layer.0.units=300")
    axes = drawn("diagram", played, 0, STYLES["print"]).axes[0]
    assert any(text.get_text().endswith("of 300 units") for text in axes.texts)
    lines = [each for each in axes.collections if type(each).__name__ == "LineCollection"]
    assert len(lines) == 2
    assert [each.get_linestyles()[0][1] is not None for each in lines] == [True, False]


def test_a_decision_map_shows_each_place_in_the_colour_of_its_class() -> None:
    played = stage("network-xor", 100)
    figure = drawn("decision", played, 100)
    (axes,) = figure.axes
    problem = played.at(100).runs[0].snapshot.problem
    assert isinstance(problem, NetworkProblem)
    parameters = {n: torch.from_numpy(v) for n, v in played.at(100).runs[0].snapshot.now.parameters.items()}
    picture = np.asarray(figure.canvas.buffer_rgba())[..., :3].astype(int)
    checked = 0
    for place in [(-1.2, -1.0), (0.0, 0.05), (1.1, 1.2), (-0.9, 0.75), (1.0, -0.45)]:
        hidden = torch.tanh(parameters["linear1.weight"] @ torch.tensor(place) + parameters["linear1.bias"])
        outputs = (parameters["output.weight"] @ hidden + parameters["output.bias"]).softmax(0)
        if outputs.max() < 0.8:
            continue
        x, y = axes.transData.transform(place)
        # Between the samples, which have strong colours.
        around = picture[480 - int(y) - 6 : 480 - int(y) + 6, int(x) - 6 : int(x) + 6].reshape(-1, 3)
        red, _, blue = np.median(around, axis=0)
        assert (blue > red) == (int(outputs.argmax()) == 0), place
        checked += 1
    assert checked >= 3
    assert not list(svg(figure).iter(f"{SVG}image"))


def test_samples_are_drawn_once_each_and_mistakes_crossed() -> None:
    settings = ("problem.data.samples=60", "problem.data.held_out=0.2", "problem.batch_size=20")
    played = stage("network-spirals", 6, *settings)
    axes = drawn("decision", played, 6).axes[0]
    run = played.at(6).runs[0]
    *samples, crosses = [line for line in axes.lines if len(line.get_xdata())]
    assert sum(len(line.get_xdata()) for line in samples) == 60
    accuracies = [float(run.snapshot.column(name)[6]) for name in ("accuracy", "held_out_accuracy")]
    assert crosses.get_marker() == "x"
    assert legend(axes) == ["0", "1", "held out", "classified wrongly"]
    hollow = [line for line in samples if to_hex(line.get_markerfacecolor()) == SCREEN.ground]
    assert sum(len(line.get_xdata()) for line in hollow) == 12
    held_out = round(12 * (1 - accuracies[1]))
    assert len(crosses.get_xdata()) >= held_out


def test_of_a_race_the_run_in_focus_is_named() -> None:
    played = stage("network-race", 1, focus=2)
    for view in ("diagram", "tables", "histograms"):
        assert "Adam" in [text.get_text() for text in drawn(view, played, 1).texts]


def test_text_is_measured_as_it_is_set() -> None:
    figure = new_figure((640, 480))
    text = figure.text(0, 0, "linear1.weight (13 x 20)", fontsize=20)
    assert text_width(text.get_text(), 20) == pytest.approx(text.get_window_extent().width * 72 / 96, rel=0.03)
