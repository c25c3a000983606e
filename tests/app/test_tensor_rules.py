"""The table of tensors: what torch itself says of each, what is marked and chosen, copied, and left to the run."""

from __future__ import annotations

import random

import numpy as np
import pytest
import torch
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QApplication, QCheckBox, QTableView, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from gdsim.app import theme
from gdsim.app.widgets.tensor_rules import TensorRules
from gdsim.formula.program import parse_program
from gdsim.problems.graph import build_graph
from gdsim.simulation.calls import Call
from gdsim.simulation.files import load
from gdsim.simulation.walk import Walk

NAME, VALUE, GRAD, GRADIENT, REQUIRES_GRAD, IS_LEAF, GRAD_FN = range(7)
TWICE: tuple[Call, ...] = ("forward", "backward(retain_graph=True)", "backward")


@pytest.fixture
def rules(qtbot: QtBot) -> TensorRules:
    widget = TensorRules()
    qtbot.addWidget(widget)
    widget.resize(640, 260)
    with qtbot.waitActive(widget):
        widget.show()
        widget.activateWindow()
    return widget


def lecture(x: float = 1.0, calls: tuple[Call, ...] = ("forward", "backward")) -> Walk:
    return Walk(load("lecture-autograd").walk().graph, {"x": x, "y": 2.0}, calls)


def made(program: str, calls: tuple[Call, ...] = ("forward", "backward"), **leaves: float) -> Walk:
    return Walk(build_graph(parse_program(program), dict.fromkeys(leaves, True)), leaves, calls)


def finished(rules: TensorRules, walk: Walk, digits: int = 4) -> None:
    rules.show_state(walk, walk.state(len(walk.steps)), digits)


def table(rules: TensorRules) -> QTableView:
    return rules.findChild(QTableView)


def text(rules: TensorRules, row: int, column: int) -> str:
    return table(rules).model().index(row, column).data()


def tip(rules: TensorRules, row: int, column: int) -> str:
    return table(rules).model().index(row, column).data(Qt.ItemDataRole.ToolTipRole)


def column(rules: TensorRules, number: int) -> list[str]:
    return [text(rules, row, number) for row in range(table(rules).model().rowCount())]


def selected(rules: TensorRules) -> list[int]:
    return sorted(index.row() for index in table(rules).selectionModel().selectedRows())


def middle(rules: TensorRules, row: int, column: int = 0) -> QPoint:
    return table(rules).visualRect(table(rules).model().index(row, column)).center()


def header(rules: TensorRules, role: Qt.ItemDataRole = Qt.ItemDataRole.DisplayRole) -> list[str]:
    return [table(rules).model().headerData(each, Qt.Orientation.Horizontal, role) for each in range(7)]


def test_names(rules: TensorRules) -> None:
    assert (rules.objectName(), rules.accessibleName()) == ("tensor_rules", "Tensors")
    assert rules.findChild(QCheckBox, "show_unnamed").accessibleName()
    assert table(rules).accessibleName()


def test_every_row_says_what_torch_says(rules: TensorRules) -> None:
    finished(rules, lecture())
    x = torch.tensor(1.0, dtype=torch.float64, requires_grad=True)
    y = torch.tensor(2.0, dtype=torch.float64)
    z = x**2
    sigma = torch.sigmoid(z)
    loss = -(y * torch.log(sigma) + (1 - y) * torch.log(1 - sigma))
    for tensor in (z, sigma, loss):
        tensor.retain_grad()
    loss.backward()
    for row, (name, tensor) in enumerate({"x": x, "y": y, "z": z, "sigma": sigma, "loss": loss}.items()):
        assert text(rules, row, NAME) == name
        assert text(rules, row, VALUE) == f"{tensor.item():.4f}".replace("-", "−")
        assert text(rules, row, IS_LEAF) == str(tensor.is_leaf)
        assert text(rules, row, REQUIRES_GRAD) == str(tensor.requires_grad)
        grad_fn = type(tensor.grad_fn).__name__
        assert text(rules, row, GRAD_FN) == ("None" if tensor.grad_fn is None else f"<{grad_fn}>")
        slope = "–" if tensor.grad is None else f"{tensor.grad.item():.4f}".replace("-", "−")
        assert text(rules, row, GRADIENT) == slope
        # What retain_grad has kept here, torch would have forgotten.
        assert text(rules, row, GRAD) == (slope if tensor is x else "None")
        assert float(tip(rules, row, VALUE)) == pytest.approx(tensor.item(), rel=1e-14)


def test_headers_name_torchs_attributes_and_explain_its_rules(rules: TensorRules) -> None:
    finished(rules, lecture())
    assert header(rules) == ["name", "value", ".grad", "∂loss/∂name", "requires_grad", "is_leaf", "grad_fn"]
    tips = header(rules, Qt.ItemDataRole.ToolTipRole)
    assert all(each.endswith(".") for each in tips)
    assert "without anything that requires a gradient" in tips[IS_LEAF]


def test_a_tensor_computed_without_gradients_is_a_leaf_too(rules: TensorRules) -> None:
    graph = build_graph(parse_program("c = 3*y; r = c*x"), {"x": True, "y": False})
    finished(rules, Walk(graph, {"x": 1.0, "y": 2.0}))
    assert [text(rules, 2, each) for each in range(7)] == ["c", "6.0000", "None", "–", "False", "True", "None"]
    assert "requires no gradient" in tip(rules, 2, GRAD)


def test_what_is_not_computed_yet_has_no_numbers(rules: TensorRules) -> None:
    walk = lecture()
    rules.show_state(walk, walk.state(0))
    assert column(rules, VALUE) == ["1.0000", "2.0000", "–", "–", "–"]
    assert column(rules, GRAD) == ["None"] * 5
    assert column(rules, GRADIENT) == ["–"] * 5
    assert "not computed" in tip(rules, 2, VALUE)
    rules.show_state(walk, walk.state(1))
    assert column(rules, VALUE) == ["1.0000", "2.0000", "1.0000", "–", "–"]


def test_grad_of_a_tensor_in_between_says_why_it_is_none(rules: TensorRules) -> None:
    finished(rules, lecture())
    assert text(rules, 2, GRAD) == "None"
    assert tip(rules, 2, GRAD) == (
        "torch keeps .grad only of leaves; the gradient that flows through is shown in the next column."
    )


def test_two_backward_calls_add_up_until_zero_grad(rules: TensorRules) -> None:
    finished(rules, lecture(calls=TWICE))
    assert text(rules, 0, GRAD) == "2× −5.0758"
    assert text(rules, 0, GRADIENT) == "−2.5379"
    assert tip(rules, 0, GRAD).startswith("-5.0757656854")
    assert tip(rules, 0, GRAD).endswith(" (2 backward calls added)")
    finished(rules, lecture(calls=(*TWICE, "zero_grad")))
    assert text(rules, 0, GRAD) == "None"


def test_small_and_infinite_numbers_are_legible(rules: TensorRules) -> None:
    finished(rules, made("r = x**9", x=0.1))
    assert text(rules, 0, GRAD) == "9.0000·10⁻⁸"
    finished(rules, made("r = log(x)", x=0.0))
    assert (text(rules, 1, VALUE), text(rules, 0, GRAD)) == ("−∞", "∞")
    assert tip(rules, 1, VALUE) == "-inf"


def test_digits_are_chosen(rules: TensorRules) -> None:
    finished(rules, lecture(), digits=2)
    assert text(rules, 0, GRAD) == "−2.54"
    finished(rules, lecture(), digits=8)
    assert text(rules, 0, GRAD) == "−2.53788284"


def test_unnamed_tensors_are_shown_on_request(qtbot: QtBot, rules: TensorRules) -> None:
    finished(rules, lecture())
    assert column(rules, NAME) == ["x", "y", "z", "sigma", "loss"]
    switch = rules.findChild(QCheckBox, "show_unnamed")
    qtbot.mouseClick(switch, Qt.MouseButton.LeftButton, pos=QPoint(8, switch.height() // 2))
    assert column(rules, NAME) == ["x", "y", "z", "sigma", *(f"v{each}" for each in range(1, 8)), "loss"]
    # v3 = 1 - y requires no gradient.
    assert [text(rules, 6, each) for each in (NAME, IS_LEAF, GRAD_FN)] == ["v3", "True", "None"]
    assert tip(rules, 6, NAME) == "v3 = 1 - y"
    finished(rules, made("r = x**2", x=1.0))
    assert not switch.isEnabled()


def test_a_tensor_with_two_names_shows_both(rules: TensorRules) -> None:
    finished(rules, made("p = x; r = p**2", x=3.0))
    assert column(rules, NAME) == ["x, p", "r"]


def test_the_chosen_row_is_announced_and_a_marked_one_is_not(qtbot: QtBot, rules: TensorRules) -> None:
    finished(rules, lecture())
    chosen: list[int] = []
    rules.node_chosen.connect(chosen.append)
    rules.select_node(3)
    assert selected(rules) == [3]
    assert chosen == []
    qtbot.mouseClick(table(rules).viewport(), Qt.MouseButton.LeftButton, pos=middle(rules, 1, VALUE))
    assert (selected(rules), chosen) == ([1], [1])
    qtbot.keyClick(table(rules), Qt.Key.Key_Down)
    assert (selected(rules), chosen) == ([2], [1, 2])
    rules.select_node(None)
    assert (selected(rules), chosen) == ([], [1, 2])


def test_reaching_the_table_with_tab_chooses_nothing_yet(qtbot: QtBot, rules: TensorRules) -> None:
    finished(rules, lecture())
    chosen: list[int] = []
    rules.node_chosen.connect(chosen.append)
    rules.unnamed.setFocus()
    qtbot.keyClick(rules.unnamed, Qt.Key.Key_Tab)
    assert table(rules).hasFocus()
    assert (selected(rules), chosen) == ([], [])
    qtbot.keyClick(table(rules), Qt.Key.Key_Down)
    assert (selected(rules), chosen) == ([0], [0])


def test_the_mark_follows_the_node_when_rows_come_and_go(rules: TensorRules) -> None:
    finished(rules, lecture())
    chosen: list[int] = []
    rules.node_chosen.connect(chosen.append)
    last = len(lecture().graph.nodes) - 1
    rules.select_node(last)
    assert selected(rules) == [4]
    rules.unnamed.setChecked(True)
    assert selected(rules) == [last]
    rules.select_node(5)
    rules.unnamed.setChecked(False)
    assert selected(rules) == []
    rules.unnamed.setChecked(True)
    assert selected(rules) == [5]
    finished(rules, made("r = x**2", x=1.0))
    assert selected(rules) == []
    assert chosen == []


def test_the_mark_stays_while_numbers_change(rules: TensorRules) -> None:
    finished(rules, lecture())
    rules.select_node(2)
    finished(rules, lecture(x=1.5))
    assert selected(rules) == [2]
    assert text(rules, 0, VALUE) == "1.5000"


def ground(rules: TensorRules, row: int) -> str:
    view = table(rules)
    area = view.visualRect(view.model().index(row, GRAD_FN))
    return view.viewport().grab().toImage().pixelColor(area.right() - 1, area.center().y()).name()


def test_the_row_of_the_last_step_is_tinted(rules: TensorRules) -> None:
    walk = lecture()
    rules.show_state(walk, walk.state(2))
    assert [ground(rules, row) == theme.LIGHT.ground for row in range(5)] == [True, True, True, False, True]
    rules.show_state(walk, walk.state(len(walk.steps)))
    assert [ground(rules, row) == theme.LIGHT.ground for row in range(5)] == [False, True, True, True, True]
    rules.show_state(walk, walk.state(0))
    assert all(ground(rules, row) == theme.LIGHT.ground for row in range(5))


def count(rules: TensorRules, colour: str, row: int) -> int:
    view = table(rules)
    image = view.viewport().grab().toImage()
    pixels = np.frombuffer(image.constBits(), np.uint32).reshape(image.height(), -1) & 0xFFFFFF
    area = view.visualRect(view.model().index(row, 0))
    return int((pixels[area.top() : area.bottom() + 1] == int(colour[1:], 16)).sum())


def test_colours_mean_the_same_as_everywhere_also_in_a_marked_row(rules: TensorRules) -> None:
    walk = lecture()
    for colours in (theme.LIGHT, theme.DARK):
        rules.set_theme(colours)
        rules.show_state(walk, walk.state(0))
        rules.select_node(None)
        assert count(rules, colours.gradient, 0) == 0
        assert count(rules, colours.start, 0) > 5
        finished(rules, walk)
        for node in (None, 2):
            rules.select_node(node)
            assert count(rules, colours.gradient, 2) > 5
        assert ground(rules, 2) == colours.ground
        assert count(rules, colours.accent, 2) > 500
        assert count(rules, colours.accent, 3) == 0


def test_it_follows_the_palette(rules: TensorRules) -> None:
    finished(rules, lecture())
    try:
        theme.apply("dark")
        QApplication.processEvents()
        assert ground(rules, 1) == theme.DARK.ground
    finally:
        theme.apply("light")


def test_columns_grow_for_long_numbers_and_stay_so(rules: TensorRules) -> None:
    finished(rules, lecture())
    before = [table(rules).columnWidth(each) for each in range(7)]
    for x in (1.5, 2.5, -2.0):
        finished(rules, lecture(x))
        rules.grab()
        assert [table(rules).columnWidth(each) for each in range(7)] == before
    finished(rules, lecture(calls=TWICE))
    rules.grab()
    wider = table(rules).columnWidth(GRAD)
    assert wider > before[GRAD]
    assert wider > table(rules).fontMetrics().horizontalAdvance("2× −5.0758")
    finished(rules, lecture())
    rules.grab()
    assert table(rules).columnWidth(GRAD) == wider


def copied(qtbot: QtBot, rules: TensorRules) -> list[list[str]]:
    table(rules).setFocus()
    QApplication.clipboard().setText("before")
    qtbot.keySequence(table(rules), QKeySequence("Ctrl+C"))
    return [line.split("\t") for line in QApplication.clipboard().text().split("\n")]


def test_ctrl_c_copies_the_chosen_rows_or_all_of_them(qtbot: QtBot, rules: TensorRules) -> None:
    finished(rules, lecture(calls=TWICE))
    lines = copied(qtbot, rules)
    assert len(lines) == 6
    assert lines[0] == header(rules)
    assert lines[1][:2] + lines[1][4:] == ["x", "1.0", "True", "True", "None"]
    assert float(lines[1][GRAD]) == pytest.approx(-5.075765685479981, rel=1e-14)
    assert lines[2] == ["y", "2.0", "None", "", "False", "True", "None"]
    view = table(rules).viewport()
    qtbot.mouseClick(view, Qt.MouseButton.LeftButton, pos=middle(rules, 3))
    qtbot.mouseClick(view, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.ControlModifier, middle(rules, 1))
    assert [line[0] for line in copied(qtbot, rules)] == ["name", "y", "sigma"]


def test_keys_of_the_run_are_left_to_it(qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    rules = TensorRules()
    QVBoxLayout(window).addWidget(rules)
    keys = ("Space", "Left", "Right", "Home", "End", "PgUp", "PgDown", "S", "Shift+Right")
    pressed: list[str] = []
    for key in keys:
        QShortcut(QKeySequence(key), window).activated.connect(lambda key=key: pressed.append(key))
    with qtbot.waitActive(window):
        window.show()
        window.activateWindow()
    finished(rules, lecture())
    rules.select_node(1)
    table(rules).setFocus()
    for key in keys:
        qtbot.keySequence(table(rules), QKeySequence(key))
    assert pressed == list(keys)
    assert selected(rules) == [1]
    qtbot.keyClick(table(rules), Qt.Key.Key_Escape)
    assert selected(rules) == []
    assert not table(rules).hasFocus()


def test_a_thousand_rows_scroll_and_the_current_one_comes_into_view(rules: TensorRules) -> None:
    choose = random.Random(1)
    lines = ["a0 = sin(x)*y + x"]
    lines += [f"a{each} = tanh(a{each - 1}*x) + a{choose.randrange(each)}" for each in range(1, 330)]
    walk = made("\n".join(lines), x=1.0, y=2.0)
    rules.unnamed.setChecked(True)
    rules.show_state(walk, walk.state(0))
    assert table(rules).model().rowCount() == len(walk.graph.nodes) > 900
    bar = table(rules).verticalScrollBar()
    assert bar.value() == 0
    rules.show_state(walk, walk.state(500))
    row = walk.steps[499].node
    assert row is not None
    assert table(rules).viewport().rect().contains(middle(rules, row))
    # Numbers that change at the same step leave the view where the person has scrolled to.
    bar.setValue(0)
    other = Walk(walk.graph, {"x": 1.1, "y": 2.0}, walk.calls)
    rules.show_state(other, other.state(500))
    assert bar.value() == 0
    rules.select_node(700)
    assert table(rules).viewport().rect().contains(middle(rules, 700))


def test_before_there_is_a_walk_it_is_empty(rules: TensorRules) -> None:
    rules.unnamed.setChecked(True)
    rules.select_node(2)
    rules.grab()
    assert table(rules).model().rowCount() == 0
    finished(rules, lecture())
    assert selected(rules) == [2]
