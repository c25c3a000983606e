"""The computational graph on screen."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from decimal import Decimal

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, QRect, QRectF, QSize, QSizeF, Qt
from PySide6.QtGui import QColor, QImage, QKeyEvent, QNativeGestureEvent, QPointingDevice, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QToolButton, QWidget
from pytestqt.qtbot import QtBot

from gdsim.app.theme import DARK, LIGHT
from gdsim.app.widgets import graph_text
from gdsim.app.widgets.graph_frame import Frame, fitted
from gdsim.app.widgets.graph_text import Formulas
from gdsim.app.widgets.graph_view import GraphView
from gdsim.app.widgets.graph_words import step_sentences
from gdsim.app.widgets.typeset import is_ready
from gdsim.formula.program import parse_program
from gdsim.problems.graph import build_graph
from gdsim.simulation.calls import USUAL, Call
from gdsim.simulation.files import load
from gdsim.simulation.walk import Walk

LECTURE = "z = x**2\nsigma = sigmoid(z)\nloss = -(y*log(sigma) + (1 - y)*log(1 - sigma))"
SIGMA = 1 / (1 + math.exp(-1.0))
"""At x = 1."""

LOSS_BY_SIGMA = -(2 / SIGMA + 1 / (1 - SIGMA))
"""With y = 2: the derivative of the binary cross-entropy by its probability."""


def walk_of(text: str, frozen: tuple[str, ...] = (), calls: tuple[Call, ...] = USUAL, **leaves: float) -> Walk:
    graph = build_graph(parse_program(text), {name: name not in frozen for name in leaves})
    return Walk(graph, leaves, calls)


def lecture(x: float = 1.0, frozen: tuple[str, ...] = ("y",)) -> Walk:
    return walk_of(LECTURE, frozen, x=x, y=2.0)


def show(view: GraphView, walk: Walk, position: int | None = None) -> None:
    view.set_walk(walk, walk.state(len(walk.steps) if position is None else position))


def step_of(walk: Walk, kind: str, name: str) -> int:
    """Return how many steps have been made after this one."""
    node = walk.graph.names[name]
    return next(k for k, step in enumerate(walk.steps, start=1) if (step.kind, step.node) == (kind, node))


@pytest.fixture
def view(qtbot: QtBot) -> GraphView:
    result = GraphView()
    qtbot.addWidget(result)
    result.resize(1000, 330)
    with qtbot.waitExposed(result):
        result.show()
    return result


def readout(view: GraphView) -> str:
    label = view.findChild(QLabel, "graph_readout")
    assert label is not None
    return label.toolTip()


def boxes(view: GraphView) -> list[QRectF]:
    """Return where the boxes are seen."""
    scene = view.canvas.scene()
    assert scene is not None
    return [view.canvas.sight.frame.seen(box) for box in scene.geometry.boxes]


def middle(view: GraphView, walk: Walk, name: str) -> QPoint:
    return boxes(view)[walk.graph.names[name]].center().toPoint()


def label(view: GraphView, walk: Walk, source: str, target: str) -> QPoint:
    """Return the middle of a wire's label."""
    scene = view.canvas.scene()
    assert scene is not None
    ends = (walk.graph.names[source], walk.graph.names[target])
    edge = next(edge for edge in walk.graph.edges if (edge.source, edge.target) == ends)
    return view.canvas.sight.frame.seen(scene.geometry.labels[edge.index]).center().toPoint()


def turn_wheel(view: GraphView, place: QPoint, notches: int) -> None:
    canvas = view.canvas
    where = QPointF(place)
    event = QWheelEvent(
        where, QPointF(canvas.mapToGlobal(place)), QPoint(), QPoint(0, 120 * notches),
        Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(canvas, event)


def drag(view: GraphView, start: QPoint, end: QPoint, button: Qt.MouseButton = Qt.MouseButton.LeftButton) -> None:
    QTest.mousePress(view.canvas, button, pos=start)
    QTest.mouseMove(view.canvas, (start + end) / 2)
    QTest.mouseMove(view.canvas, end)
    QTest.mouseRelease(view.canvas, button, pos=end)


def pixels(image: QImage) -> np.ndarray:
    """Return red, green, blue and alpha of every pixel, shape ``(height, width, 4)``."""
    plain = image.convertToFormat(QImage.Format.Format_RGBA8888)
    rows = np.frombuffer(plain.constBits(), np.uint8).reshape(plain.height(), plain.bytesPerLine() // 4, 4)
    return rows[:, : plain.width()].astype(int)


def has(image: QImage, colour: str) -> bool:
    wanted = QColor(colour)
    distance = np.abs(pixels(image)[:, :, :3] - [wanted.red(), wanted.green(), wanted.blue()]).max(axis=2)
    return bool((distance < 12).any())


def test_names(view: GraphView) -> None:
    assert view.objectName() == "graph_view" and view.accessibleName() == "Graph"
    for name in ("graph_canvas", "graph_readout", "graph_fit", "graph_zoom_in", "graph_zoom_out"):
        found = view.findChild(QWidget, name)
        assert found is not None and found.accessibleName(), name
        assert name in ("graph_canvas", "graph_readout") or found.toolTip(), name


def test_an_empty_view_says_what_to_do(view: GraphView) -> None:
    view.set_theme(LIGHT)
    view.set_walk(None)
    assert readout(view) == ""
    assert has(view.canvas.grab().toImage(), LIGHT.muted)
    show(view, lecture())
    view.set_walk(None)
    assert view.canvas.scene() is None and readout(view) == ""
    assert view.grab_image(64, 64).size() == QSizeF(64, 64).toSize()


def test_nothing_moves_while_one_steps_or_a_leaf_changes(view: GraphView) -> None:
    walk = lecture()
    show(view, walk, 0)
    before = boxes(view)
    for position in range(len(walk.steps) + 1):
        show(view, walk, position)
        assert boxes(view) == before
    show(view, lecture(-2.71828182e-7))
    assert boxes(view) == before


def test_the_whole_graph_is_shown_at_every_size(view: GraphView, qtbot: QtBot) -> None:
    show(view, lecture())
    view.fit()
    for size in ((1000, 330), (400, 600), (1640, 560)):
        view.resize(*size)
        qtbot.waitUntil(lambda size=size: (view.width(), view.height()) == size)
        room = QRectF(view.canvas.rect())
        assert all(room.contains(box) for box in boxes(view))


def test_a_graph_too_large_to_read_begins_at_its_left_end(view: GraphView) -> None:
    walk = walk_of("\n".join(f"a{k} = sin({f'a{k - 1}' if k else 'x'})" for k in range(60)), x=0.5)
    show(view, walk, 0)
    names = walk.graph.names
    room = QRectF(view.canvas.rect())
    assert room.contains(boxes(view)[names["x"]]) and not room.intersects(boxes(view)[names["a59"]])
    assert boxes(view)[names["x"]].height() > 30
    show(view, walk, 30)
    view.canvas.sight.arrive()
    assert room.contains(boxes(view)[names["a29"]])
    view.fit()
    assert room.contains(boxes(view)[names["x"]]) and room.contains(boxes(view)[names["a59"]])


def test_another_program_is_laid_out_and_fitted(view: GraphView) -> None:
    show(view, lecture())
    view.zoom_in()
    view.zoom_in()
    other = walk_of("c = a*b", a=2.0, b=3.0)
    show(view, other)
    assert len(boxes(view)) == 3 and view.canvas.sight.is_fitted


def test_the_zoom_stays_when_only_switches_change(view: GraphView) -> None:
    show(view, lecture())
    view.select_node(3)
    view.zoom_in()
    frame = view.canvas.sight.frame
    show(view, lecture(frozen=()), 0)
    assert view.canvas.sight.frame == frame and view.selected == 3
    show(view, lecture(0.5, frozen=()), 0)
    assert view.canvas.sight.frame == frame


def test_a_node_under_the_pointer_may_go(view: GraphView, qtbot: QtBot) -> None:
    walk = lecture()
    show(view, walk)
    QTest.mouseMove(view.canvas, middle(view, walk, "loss"))
    qtbot.waitUntil(lambda: view.canvas.box == walk.graph.result)
    show(view, walk_of("c = a*b", a=2.0, b=3.0))
    assert view.canvas.box is None and "loss" not in readout(view)


def test_the_wheel_zooms_about_the_pointer(view: GraphView) -> None:
    walk = lecture()
    show(view, walk)
    pointer = middle(view, walk, "sigma")
    place, scale = view.canvas.sight.frame.place(QPointF(pointer)), view.canvas.sight.frame.scale
    turn_wheel(view, pointer, 3)
    frame = view.canvas.sight.frame
    assert frame.scale == pytest.approx(scale * 1.25**3)
    assert frame.place(QPointF(pointer)).x() == pytest.approx(place.x())
    assert frame.place(QPointF(pointer)).y() == pytest.approx(place.y())
    turn_wheel(view, pointer, 0)
    assert view.canvas.sight.frame == frame


def test_two_fingers_zoom(view: GraphView) -> None:
    show(view, lecture())
    scale, place = view.canvas.sight.frame.scale, QPointF(500, 100)
    event = QNativeGestureEvent(
        Qt.NativeGestureType.ZoomNativeGesture, QPointingDevice.primaryPointingDevice(), 2,
        place, place, QPointF(view.canvas.mapToGlobal(place)), 0.5, QPointF(),
    )  # fmt: skip
    QApplication.sendEvent(view.canvas, event)
    assert view.canvas.sight.frame.scale == pytest.approx(1.5 * scale)


def test_zooming_ends_somewhere(view: GraphView) -> None:
    show(view, lecture())
    whole = view.canvas.sight.frame.scale
    for _ in range(60):
        view.zoom_out()
    assert view.canvas.sight.frame.scale == pytest.approx(whole / 2)
    for _ in range(60):
        view.zoom_in()
    assert 3 <= view.canvas.sight.frame.scale <= 10
    view.canvas.grab()
    view.fit()
    assert view.canvas.sight.frame.scale == pytest.approx(whole)


@pytest.mark.parametrize("button", [Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton])
def test_dragging_the_ground_moves_the_graph(view: GraphView, button: Qt.MouseButton) -> None:
    show(view, lecture())
    before = view.canvas.sight.frame
    drag(view, QPoint(20, 20), QPoint(80, 50), button)
    after = view.canvas.sight.frame
    assert (after.x - before.x, after.y - before.y) == pytest.approx((60, 30))
    QTest.mouseMove(view.canvas, QPoint(200, 40))
    assert view.canvas.sight.frame == after
    for _ in range(3):
        drag(view, QPoint(20, 20), QPoint(990, 280), button)
    assert any(box.intersects(QRectF(view.canvas.rect())) for box in boxes(view))
    QTest.mouseDClick(view.canvas, Qt.MouseButton.LeftButton, pos=QPoint(20, 20))
    assert view.canvas.sight.is_fitted


def test_a_click_on_the_ground_leaves_the_graph_fitted(view: GraphView) -> None:
    show(view, lecture())
    drag(view, QPoint(20, 20), QPoint(22, 21))
    assert view.canvas.sight.is_fitted


def test_the_buttons_zoom_and_fit(view: GraphView, qtbot: QtBot) -> None:
    show(view, lecture())
    scale = view.canvas.sight.frame.scale
    for name, factor in (("graph_zoom_in", 1.25), ("graph_zoom_out", 1.0), ("graph_zoom_in", 1.25), ("graph_fit", 1.0)):
        button = view.findChild(QToolButton, name)
        assert button is not None
        qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
        assert view.canvas.sight.frame.scale == pytest.approx(scale * factor), name


def test_a_click_chooses_a_node(view: GraphView, qtbot: QtBot) -> None:
    walk = lecture()
    show(view, walk)
    with qtbot.waitSignal(view.node_chosen) as signal:
        qtbot.mouseClick(view.canvas, Qt.MouseButton.LeftButton, pos=middle(view, walk, "sigma"))
    assert signal.args == [walk.graph.names["sigma"]] and view.selected == walk.graph.names["sigma"]
    assert "SigmoidBackward0" in readout(view)
    with qtbot.assertNotEmitted(view.node_chosen):
        view.select_node(0)
        qtbot.mouseClick(view.canvas, Qt.MouseButton.LeftButton, pos=QPoint(20, 20))
    assert view.selected is None


def test_the_marked_node_is_seen(view: GraphView) -> None:
    show(view, walk_of("c = a*b", a=2.0, b=3.0), 0)
    plain = view.canvas.grab().toImage()
    view.select_node(1)
    marked = view.canvas.grab().toImage()
    changed = (pixels(plain) != pixels(marked)).any(axis=2)
    down, across = np.nonzero(changed)
    assert len(across)
    found = QRectF(QPointF(across.min(), down.min()), QPointF(across.max(), down.max()))
    assert found.contains(boxes(view)[1]) and not found.intersects(boxes(view)[2])


def test_keys_go_through_the_nodes_and_all_others_are_the_runs(view: GraphView, qtbot: QtBot) -> None:
    show(view, lecture())
    chosen: list[int] = []
    view.node_chosen.connect(chosen.append)
    for key in (Qt.Key.Key_Down, Qt.Key.Key_Down, Qt.Key.Key_Down, Qt.Key.Key_Up, Qt.Key.Key_Up, Qt.Key.Key_Up):
        qtbot.keyClick(view.canvas, key)
    assert chosen == [0, 1, 2, 1, 0, 0]
    for key in (Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Space, Qt.Key.Key_Home, Qt.Key.Key_P, Qt.Key.Key_Plus):
        event = QKeyEvent(QKeyEvent.Type.KeyPress, key, Qt.KeyboardModifier.NoModifier)
        view.canvas.keyPressEvent(event)
        assert not event.isAccepted(), key


def test_a_box_under_the_pointer_is_read_out(view: GraphView, qtbot: QtBot) -> None:
    walk = lecture()
    show(view, walk)
    QTest.mouseMove(view.canvas, middle(view, walk, "sigma"))
    qtbot.waitUntil(lambda: view.canvas.box is not None)
    gradient = f"{LOSS_BY_SIGMA:.10f}".replace("-", "−")
    assert readout(view) == (
        f"sigma = sigmoid(z) = {SIGMA:.10f}; ∂loss/∂sigma = {gradient}; grad_fn SigmoidBackward0; not a leaf."
    )
    show(view, walk, 0)
    assert readout(view) == "sigma = sigmoid(z), not computed yet; grad_fn SigmoidBackward0; not a leaf."
    QTest.mouseMove(view.canvas, middle(view, walk, "y"))
    qtbot.waitUntil(lambda: view.canvas.box == walk.graph.names["y"])
    assert readout(view) == "y = 2; grad_fn None; requires no gradient; a leaf."
    QTest.mouseMove(view.canvas, middle(view, walk, "x"))
    qtbot.waitUntil(lambda: view.canvas.box == walk.graph.names["x"])
    assert readout(view) == "x = 1; x.grad = None; grad_fn None; a leaf."


def test_a_wire_under_the_pointer_is_read_out(view: GraphView, qtbot: QtBot) -> None:
    walk = lecture()
    show(view, walk)
    QTest.mouseMove(view.canvas, label(view, walk, "z", "sigma"))
    qtbot.waitUntil(lambda: view.canvas.wire is not None)
    text = readout(view)
    slope = SIGMA * (1 - SIGMA)
    assert text.startswith(f"∂sigma/∂z = sigma*(1 − sigma) = {slope:.10f}; upstream × local = ")
    first, second, product = numbers(text.split("upstream")[1])
    assert float(first) == pytest.approx(LOSS_BY_SIGMA, rel=1e-10)
    assert float(second) == pytest.approx(slope, rel=1e-10)
    assert float(product) == pytest.approx(LOSS_BY_SIGMA * slope, rel=1e-10)
    show(view, walk, 0)
    assert readout(view) == "∂sigma/∂z = sigma*(1 − sigma); backward works it out."
    QTest.mouseMove(view.canvas, label(view, walk, "y", "v2"))
    qtbot.waitUntil(lambda: "v2" in readout(view))
    assert readout(view) == "y requires no gradient, so none goes back to it from v2."


def test_wires_without_a_gradient_say_why(view: GraphView, qtbot: QtBot) -> None:
    walk = walk_of("b = detach(a)\nc = b + 1\nd = c*a", a=2.0)
    show(view, walk)
    QTest.mouseMove(view.canvas, label(view, walk, "a", "b"))
    qtbot.waitUntil(lambda: view.canvas.wire is not None)
    assert readout(view) == "detach cuts the graph here: no gradient goes back from b to a."
    QTest.mouseMove(view.canvas, label(view, walk, "b", "c"))
    qtbot.waitUntil(lambda: readout(view).startswith("b requires"))
    assert readout(view) == "b requires no gradient, so none goes back to it from c."
    view.canvas.grab()


def numbers(text: str) -> list[Decimal]:
    """Return the numbers in a text."""
    return [Decimal(found.replace("−", "-")) for found in re.findall(r"(?<![\w∂])−?\d+(?:\.\d+)?", text)]


@pytest.mark.parametrize("x", [1.0, 0.3, -1.7])
def test_what_a_step_says_can_be_checked_by_hand(x: float) -> None:
    walk = lecture(x)
    checked = 0
    for position in range(len(walk.steps) + 1):
        for sentence in step_sentences(walk, walk.state(position), 4).split(". "):
            end = sentence.rstrip(".").rpartition(" = ")
            if "×" in end[0]:
                upstream, slope, product = numbers(sentence.partition(" = ")[2])
                assert round(upstream * slope, 4) == round(product, 4), sentence
                checked += 1
            elif sentence.startswith("∂loss/∂sigma"):
                first, second = end[0].partition(" = ")[2].split(" ", 1)
                terms = numbers(first)[0] + numbers(second.replace("− ", "−").replace("+ ", ""))[0]
                assert round(terms, 4) == round(numbers(end[2])[0], 4), sentence
                sigma = 1 / (1 + math.exp(-(x**2)))
                assert float(terms) == pytest.approx(-(2 / sigma + 1 / (1 - sigma)), abs=1e-4)
                checked += 1
    assert checked == 11


def test_the_readout_tells_of_the_last_step(view: GraphView) -> None:
    walk = lecture()
    for position, beginning in {
        0: "Point at",
        step_of(walk, "forward", "sigma"): "sigma = sigmoid(z) = 0.7311.",
        step_of(walk, "seed", "loss"): "∂loss/∂loss = 1:",
        step_of(walk, "backward", "sigma"): "To z: ∂loss/∂sigma × ∂sigma/∂z = −6.4540 × 0.1966 = −1.2689.",
        step_of(walk, "accumulate", "x"): "x.grad = −2.5379.",
    }.items():
        show(view, walk, position)
        assert readout(view).startswith(beginning)
    view.select_node(walk.graph.names["z"])
    assert readout(view).startswith("z = x**2 = 1;")
    show(view, walk, 3)
    assert readout(view).startswith("v1 = ")


def test_a_second_backward_is_seen_to_add(view: GraphView) -> None:
    calls: tuple[Call, ...] = ("forward", "backward", "forward", "backward")
    walk = walk_of("c = a*b", ("b",), calls, a=2.0, b=3.5)
    show(view, walk)
    assert readout(view) == "a.grad = 3.5 + 3.5 = 7: backward adds to it."
    scene = view.canvas.scene()
    assert scene is not None and dict(scene.sums) == {0: "3.5 + 3.5"}


def test_contributions_meeting_in_a_node_are_written_under_it(view: GraphView) -> None:
    walk = walk_of("a = x*x\nb = a + x", x=3.0)
    found: Mapping[int, str] = {}
    for position in range(len(walk.steps)):
        show(view, walk, position)
        scene = view.canvas.scene()
        assert scene is not None
        found = scene.sums or found
    assert found == {0: "1 + 3 + 3"}
    view.canvas.grab()


def test_the_first_number_that_is_not_finite_is_marked(view: GraphView) -> None:
    walk = walk_of("d = x - x\nr = log(d)", x=2.0)
    view.set_theme(LIGHT)
    show(view, walk, 1)
    assert not has(view.canvas.grab().toImage(), LIGHT.error)
    show(view, walk, 2)
    assert "−∞" in readout(view)
    # The sign reaches beyond the box.
    corner = boxes(view)[walk.graph.names["r"]].topRight().toPoint()
    beyond = view.canvas.grab(QRect(corner + QPoint(3, -12), QSize(20, 40))).toImage()
    assert has(beyond, LIGHT.error)


def test_the_current_node_is_brought_into_view(view: GraphView, qtbot: QtBot) -> None:
    walk = lecture()
    show(view, walk, 0)
    turn_wheel(view, middle(view, walk, "x"), 5)
    room = QRectF(view.canvas.rect())
    last = walk.graph.result
    assert not room.intersects(boxes(view)[last])
    show(view, walk, step_of(walk, "forward", "loss"))
    qtbot.waitUntil(lambda: room.contains(boxes(view)[last]))
    qtbot.waitUntil(lambda: view.canvas.sight._way is None)
    frame = view.canvas.sight.frame
    show(view, walk, step_of(walk, "seed", "loss"))
    assert view.canvas.sight.frame == frame and view.canvas.sight._way is None
    # Quicker than one can follow.
    show(view, walk, step_of(walk, "forward", "z"))
    assert view.canvas.sight._way is not None
    show(view, walk, step_of(walk, "forward", "v5"))
    qtbot.waitUntil(lambda: room.contains(boxes(view)[walk.graph.names["v5"]]))


def test_a_slider_does_not_move_the_view(view: GraphView) -> None:
    walk = lecture()
    show(view, walk)
    turn_wheel(view, middle(view, walk, "loss"), 8)
    frame = view.canvas.sight.frame
    show(view, lecture(0.9))
    assert view.canvas.sight.frame == frame and view.canvas.sight._way is None


def test_closing_while_it_moves(view: GraphView) -> None:
    walk = lecture()
    show(view, walk, 0)
    turn_wheel(view, middle(view, walk, "x"), 5)
    show(view, walk, step_of(walk, "forward", "loss"))
    assert view.canvas.sight._way is not None
    view.hide()
    assert view.canvas.sight._way is None


def test_text_too_small_to_read_is_not_set(view: GraphView, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot) -> None:
    qtbot.waitUntil(is_ready, timeout=20_000)
    lines = ["a0 = tanh(x)"]
    for number in range(1, 200):
        lines.append(f"a{number} = a{number - 1}*x + a{max(0, number - 7)}")
    walk = walk_of("\n".join(lines), x=0.5)
    view.set_walk(walk, walk.state(0))
    view.fit()
    calls: list[str] = []
    real = graph_text.typeset
    monkeypatch.setattr(graph_text, "typeset", lambda latex: calls.append(latex) or real(latex))
    show(view, walk)
    view.canvas.grab()
    assert not calls and not view.canvas.formulas.behind
    scene = view.canvas.scene()
    assert scene is not None
    while view.canvas.sight.frame.scale < 0.28:
        turn_wheel(view, QPoint(500, 150), 1)
        view.canvas.grab()
        assert not calls
    while view.canvas.sight.frame.scale < 0.8:
        turn_wheel(view, QPoint(500, 150), 1)
    seen = scene.geometry.boxes_in(view.canvas.sight.frame.visible(QSizeF(view.canvas.size())))
    assert 0 < len(seen) < 40
    view.canvas.grab()
    qtbot.waitUntil(lambda: not view.canvas.formulas.behind, timeout=20_000)
    assert 0 < len(calls) < 200


def test_formulas_are_set_a_slice_at_a_time(qtbot: QtBot) -> None:
    qtbot.waitUntil(is_ready, timeout=20_000)
    formulas = Formulas()
    wanted = [f"q_{{{number}}} = \\frac{{{number}}}{{p}}" for number in range(40)]
    formulas.begin()
    found = [formulas.find(latex) for latex in wanted]
    assert found[0] is not None and found[-1] is None and formulas.behind
    slices = 1
    while not formulas.go_on():
        slices += 1
    assert slices > 1
    assert all(formulas.find(latex) is not None for latex in wanted)


def test_a_picture_shows_the_gradient_once_it_flows(view: GraphView) -> None:
    walk = lecture()
    view.zoom_in()
    show(view, walk, step_of(walk, "forward", "loss"))
    assert not has(view.grab_image(900, 300), LIGHT.gradient)
    show(view, walk, step_of(walk, "backward", "z"))
    image = view.grab_image(1800, 600)
    assert (image.width(), image.height()) == (1800, 600) and has(image, LIGHT.gradient) and has(image, LIGHT.start)
    for ground, colour in (("light", LIGHT.ground), ("dark", DARK.ground)):
        assert view.grab_image(900, 300, ground).pixelColor(1, 1) == QColor(colour)
    clear = pixels(view.grab_image(900, 300, "transparent"))
    assert clear[0, 0, 3] == 0 and clear[:, :, 3].max() == 255


def test_it_follows_the_theme(view: GraphView) -> None:
    show(view, lecture())
    for theme in (DARK, LIGHT):
        view.set_theme(theme)
        image = view.canvas.grab().toImage()
        assert image.pixelColor(2, 2) == QColor(theme.ground) and has(image, theme.text)


def test_frames() -> None:
    graph, room = QSizeF(400, 100), QSizeF(1006, 506)
    whole = fitted(graph, room)
    assert whole == Frame(2.0, 103.0, 153.0)
    assert fitted(graph, room, largest=10.0).scale == 2.5
    assert whole.seen(QRectF(0, 0, 400, 100)) == QRectF(103, 153, 800, 200)
    near = Frame(4.0, 0.0, 0.0)
    box = QRectF(300, 40, 50, 20)
    moved = near.with_in_view(box, 10.0, room)
    assert moved.seen(box).right() == room.width() - 10 and moved.y == 0.0
    assert moved.with_in_view(box, 10.0, room) == moved
    large = near.with_in_view(QRectF(0, 0, 400, 100), 10.0, room)
    assert large.seen(QRectF(0, 0, 400, 100)).center().x() == room.width() / 2


def test_the_preset_opens(view: GraphView) -> None:
    walk = load("lecture-autograd").walk()
    show(view, walk)
    assert readout(view) == "x.grad = −2.5379."
