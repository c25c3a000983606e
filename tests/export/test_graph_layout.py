"""Places in a graph: nothing lies on anything else, wires lead where they must, and large graphs stay manageable."""

from __future__ import annotations

import itertools
import random
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings

from gdsim.export.graph_heights import LABEL_HEIGHT
from gdsim.export.graph_layers import MOST_PASSAGES, layers
from gdsim.export.graph_layout import GraphLayout, Rect, estimated_width, lay_out
from gdsim.export.graph_picture import graph_titles
from gdsim.formula.program import parse_program
from gdsim.problems.graph import Graph, build_graph
from gdsim.simulation.files import load, preset_names
from tests.formula.strategies import Setup, setups


def graph_of(text: str, *unused: str) -> Graph:
    program = parse_program(text)
    return build_graph(program, dict.fromkeys((*program.inputs, *unused), True))


def random_program(count: int, seed: int, reach: int = 12) -> str:
    """Return a program of ``count`` lines, each of which uses the last ``reach`` names or any."""
    chance = random.Random(seed)
    names = [f"x{number}" for number in range(6)]
    lines = []
    for number in range(count):
        first = chance.choice(names[-reach:])
        second = chance.choice(names[-reach:] if chance.random() < 0.85 else names)
        form = chance.choice(("{0}*{1}", "{0} + {1}", "{0} - {1}", "sin({0})", "tanh({1})"))
        names.append(f"t{number}")
        lines.append(f"t{number} = {form.format(first, second)}")
    return "\n".join(lines)


LECTURE = load("lecture-autograd").problem.graph()
GRAPHS = {
    "lecture": LECTURE,
    "sum": graph_of("a*b + c"),
    "square": graph_of("y = x*x"),
    "leaf": graph_of("r = x"),
    "chain": graph_of("a = sin(x)\nb = sin(a)\nc = sin(b)\nd = c"),
    "unused leaves": graph_of("y = x*w", "p", "q"),
    "dead lines": graph_of("p = sin(u)\nq = cos(p)\nr = tanh(q)\ny = x*w"),
    "detach": graph_of("h = x*w\nd = detach(h)\nloss = d*x + sin(h)"),
    "least of six": graph_of("min(a, b, c, d, e1, f)"),
    "long names": graph_of("a_name_of_some_length = another_long_name*a_third_one\nmax(a_name_of_some_length, c)/c**2"),
    **{f"random {seed}": graph_of(random_program(60, seed)) for seed in range(3)},
}
every_graph = pytest.mark.parametrize("graph", GRAPHS.values(), ids=GRAPHS)


def label_rects(layout: GraphLayout) -> list[Rect]:
    return [
        Rect(x - width / 2, y - LABEL_HEIGHT / 2, width, LABEL_HEIGHT)
        for (x, y), width in zip(layout.labels, layout.label_widths, strict=True)
    ]


def touch(a: Rect, b: Rect) -> bool:
    return a.x < b.x + b.width and b.x < a.x + a.width and a.y < b.y + b.height and b.y < a.y + a.height


def traced(wire: Sequence[tuple[float, float]], count: int = 24) -> np.ndarray:
    """Return points along a wire, each curve worked out from Bernstein's polynomials."""
    t = np.linspace(0, 1, count)[:, None]
    points = np.array(wire)
    curves = [points[start : start + 4] for start in range(0, len(points) - 1, 3)]
    return np.concatenate(
        [(1 - t) ** 3 * a + 3 * t * (1 - t) ** 2 * b + 3 * t**2 * (1 - t) * c + t**3 * d for a, b, c, d in curves]
    )


def inside(points: np.ndarray, rect: Rect, margin: float = 0.5) -> np.ndarray:
    x, y = points.T
    return (
        (x > rect.x + margin)
        & (x < rect.x + rect.width - margin)
        & (y > rect.y + margin)
        & (y < rect.y + rect.height - margin)
    )


def check(graph: Graph, layout: GraphLayout) -> None:
    """Check what must hold for every graph."""
    assert (len(layout.boxes), len(layout.wires)) == (len(graph.nodes), len(graph.edges))
    labels = label_rects(layout)
    for rect in (*layout.boxes, *labels):
        assert rect.x >= 0 and rect.x + rect.width <= layout.width
        assert rect.y >= 0 and rect.y + rect.height <= layout.height
    for a, b in itertools.combinations([*layout.boxes, *labels], 2):
        assert not touch(a, b), (a, b)
    for edge in graph.edges:
        source, target, wire = layout.boxes[edge.source], layout.boxes[edge.target], layout.wires[edge.index]
        assert len(wire) % 3 == 1 and len(wire) >= 4
        assert wire[0] == (source.x + source.width, source.y + source.height / 2)
        assert wire[-1][0] == target.x and target.y < wire[-1][1] < target.y + target.height
        assert wire[1][1] == wire[0][1] and wire[-2][1] == wire[-1][1], "level at both ends"
        assert all(a[0] <= b[0] for a, b in itertools.pairwise(wire)), "never back"


def check_wires(graph: Graph, layout: GraphLayout) -> None:
    """Check that no wire crosses a box or another's label, and that each has its label on it."""
    labels = label_rects(layout)
    for edge in graph.edges:
        points = traced(layout.wires[edge.index])
        for index, box in enumerate(layout.boxes):
            assert not inside(points, box).any(), f"{edge} crosses {graph.nodes[index].name}"
        x, y = layout.labels[edge.index]
        assert np.interp(x, *points.T) == pytest.approx(y, abs=0.5)
        for other in graph.edges:
            if other is not edge:
                assert not inside(points, labels[other.index], 2.0).any(), f"{edge} crosses the label of {other}"


@every_graph
def test_nothing_lies_on_anything_else(graph: Graph) -> None:
    layout = lay_out(graph)
    check(graph, layout)
    check_wires(graph, layout)


@given(setups)
@settings(max_examples=60)
def test_whatever_is_typed_can_be_laid_out(setup: Setup) -> None:
    graph = build_graph(setup.program, setup.requires_grad)
    layout = lay_out(graph)
    check(graph, layout)
    check_wires(graph, layout)


@pytest.mark.parametrize("name", [name for name in preset_names() if load(name).lab == "autograd"])
def test_every_preset_can_be_laid_out(name: str) -> None:
    graph = load(name).problem.graph()
    check(graph, lay_out(graph))


def test_equal_graphs_have_equal_places() -> None:
    text = random_program(80, 7)
    first, second = lay_out(graph_of(text)), lay_out(graph_of(text))
    assert (first.boxes, first.wires, first.labels) == (second.boxes, second.wires, second.labels)


def test_the_lectures_graph_can_be_read_in_the_window() -> None:
    layout = lay_out(LECTURE)
    columns = sorted({box.x for box in layout.boxes})
    assert len(columns) == 8, "x, z, sigma, v4, v5, v6, v7, loss"
    by_name = {name: layout.boxes[index] for name, index in LECTURE.names.items()}
    assert by_name["x"].x == by_name["y"].x == columns[0]
    assert by_name["loss"].x == columns[-1]
    assert by_name["x"].y == by_name["z"].y == by_name["sigma"].y, "a chain is straight"
    scale = min(1000 / layout.width, 330 / layout.height)
    assert 16 * scale > 11, "pixels that a line of text has"


def test_an_operand_used_twice_has_two_wires_and_two_labels() -> None:
    layout = lay_out(GRAPHS["square"])
    assert layout.wires[0] != layout.wires[1]
    assert abs(layout.labels[0][1] - layout.labels[1][1]) >= LABEL_HEIGHT


def test_a_tree_has_no_crossings() -> None:
    graph = graph_of("((a*b + c*d)*(f + g))/((h + i1)*(j - k))")
    wires = [traced(wire) for wire in lay_out(graph).wires]
    for first, second in itertools.combinations(wires, 2):
        low, high = max(first[0, 0], second[0, 0]), min(first[-1, 0], second[-1, 0])
        x = np.linspace(low, high, 50)
        if low < high:
            above = np.interp(x, *first.T) < np.interp(x, *second.T)
            assert above.all() or not above.any()


def test_a_leaf_used_late_begins_on_the_left_where_that_costs_no_room() -> None:
    columns = {name: lay_out(LECTURE).boxes[index].x for name, index in LECTURE.names.items()}
    assert columns["y"] < columns["z"]
    graph = graph_of("a = sin(x)\nb = sin(a)\nc = sin(b)\nd = sin(c)\nf = sin(d)\ng = sin(f)\nh = sin(g)\nh*late")
    boxes = lay_out(graph).boxes
    assert boxes[graph.names["late"]].x == boxes[graph.names["h"]].x


def crossings(graph: Graph) -> int:
    """Count by comparing each pair of wires between two columns."""
    found = layers(graph)
    column = {vertex: number for number, column in enumerate(found.columns) for vertex in column}
    wires = {(start, end) for end, starts in enumerate(found.before) for start in starts}
    return sum(
        (found.rank[a] - found.rank[c]) * (found.rank[b] - found.rank[d]) < 0
        for (a, b), (c, d) in itertools.combinations(wires, 2)
        if column[a] == column[c] and column[b] == column[d]
    )


def test_few_wires_cross(monkeypatch: pytest.MonkeyPatch) -> None:
    graph = graph_of(random_program(80, 5))
    sorted_out = crossings(graph)
    monkeypatch.setattr("gdsim.export.graph_layers._TURNS", 0)
    assert sorted_out < 0.7 * crossings(graph)


def test_all_wires_of_a_node_share_their_way() -> None:
    graph = graph_of("a = sin(x)\nb = sin(a)\nc = b*x\nd = c*x\nf = d*x")
    found = layers(graph)
    assert len(found.before) - len(graph.nodes) == 4, "one passage a column, not one for each wire"


@pytest.mark.parametrize(
    "text",
    [
        "\n".join(["s0 = x*x", *(f"s{i} = s{i - 1}*x" for i in range(1, 999))]),
        "\n".join([
            "v0 = sin(x)", *(f"v{i} = sin(v{i - 1})" for i in range(1, 480)),
            "s0 = v479 + x", *(f"s{i} = s{i - 1} + v{479 - i}" for i in range(1, 480)),
        ]),
        random_program(990, 2),
    ],
    ids=["one leaf everywhere", "far operands", "random"],
)  # fmt: skip
def test_the_largest_graphs_stay_manageable(text: str) -> None:
    graph = graph_of(text)
    layout = lay_out(graph)
    assert len(layers(graph).before) <= len(graph.nodes) + MOST_PASSAGES
    assert sum(map(len, layout.wires)) < 200_000, "straight stretches are one piece"
    boxes = np.array([(box.x, box.y) for box in layout.boxes])
    assert len(np.unique(boxes.round(3), axis=0)) == len(graph.nodes)
    for edge in graph.edges:
        assert layout.boxes[edge.source].x < layout.boxes[edge.target].x


def test_a_long_sum_is_not_laid_out_as_high_as_it_is_long() -> None:
    layout = lay_out(graph_of(" + ".join(f"w{i}*x{i}" for i in range(60))))
    assert layout.height < layout.width / 4


FORMULAS = (
    r"x", r"-1", r"2 x", r"\sigma \left(1 - \sigma\right)", r"\frac{1}{\sigma}", r"-\frac{a}{b^{2}}",
    r"v_{7} = v_{2} + v_{6}", r"\mathrm{loss} = -v_{7}", r"v_{12} \, \sin\left(v_{3}\right)",
    r"\max\left(v_{1}, v_{2}\right)", r"1 - h_{1}^{2}", r"x^{y - 1}", r"\mathrm{relu}\left(v_{7}\right)",
    r"a = z = x^{2}", r"\frac{a + b}{2 \cdot c}", r"\mathrm{a\_long\_name}", r"1.5 \cdot 10^{-7}",
)  # fmt: skip


@pytest.mark.parametrize("latex", FORMULAS)
def test_widths_are_estimated_well(latex: str) -> None:
    """Against matplotlib's own."""
    from matplotlib.font_manager import FontProperties
    from matplotlib.mathtext import MathTextParser

    width = MathTextParser("path").parse(f"${latex}$", 72, FontProperties(size=100))[0] / 100
    assert 0.88 * width - 0.1 < estimated_width(latex) < 1.25 * width + 0.2


@every_graph
def test_titles_fit_into_their_boxes(graph: Graph) -> None:
    from matplotlib.font_manager import FontProperties
    from matplotlib.mathtext import MathTextParser

    parser = MathTextParser("path")
    for title, box in zip(graph_titles(graph), lay_out(graph).boxes, strict=True):
        width = 0.92 * 16 * parser.parse(f"${title.latex}$", 72, FontProperties(size=100))[0] / 100
        assert width < box.width or box.width == 320, title.plain
