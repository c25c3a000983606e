"""The live tables as one uses them."""

from __future__ import annotations

import dataclasses
import math
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, QRect, Qt
from PySide6.QtGui import QColor, QGuiApplication, QHelpEvent, QImage, QKeySequence, QShortcut, QWheelEvent
from PySide6.QtWidgets import (
    QApplication,
    QCheckBox,
    QComboBox,
    QLabel,
    QLineEdit,
    QPushButton,
    QSpinBox,
    QTableView,
    QToolTip,
    QVBoxLayout,
    QWidget,
)
from pytestqt.qtbot import QtBot

from gdsim.app.theme import DARK, LIGHT
from gdsim.app.widgets.tensor_tables import TensorTables
from gdsim.simulation.snapshot import HeldGradient, Point, Snapshot, Values

LEFT = Qt.MouseButton.LeftButton
SHAPES = {"linear1.weight": (13, 20), "linear2.weight": (8, 13), "output.bias": (3,)}
WEIGHT = np.float32(0.13656412)


def values(seed: int, shapes: dict[str, tuple[int, ...]] | None = None, dtype: type = np.float32) -> Values:
    rng = np.random.default_rng(seed)
    return {name: np.asarray(rng.standard_normal(shape), dtype) for name, shape in (shapes or SHAPES).items()}


def snapshot(step: int = 1, run: int = 1, grad: HeldGradient | None = None, **changes: Any) -> Snapshot:
    parameters = changes.pop("parameters", None)
    if parameters is None:
        parameters = values(1)
        parameters["linear1.weight"][0, 1] = WEIGHT
    state = changes.pop("state", {"velocity": values(2)})
    point = Point(step, parameters, 1.0, {}, state, {})
    return Snapshot(run, "update", point, None, (), step, (), np.zeros((0, 0)), grad=grad, **changes)


def held(step: int = 1, count: int = 1, seed: int = 3) -> HeldGradient:
    return HeldGradient(values(seed), count, step)


class Bench:
    def __init__(self, qtbot: QtBot, tables: TensorTables, window: QWidget | None = None) -> None:
        self.qtbot, self.tables, self.window = qtbot, tables, window

    def table(self, name: str = "parameter_table") -> QTableView:
        return self.find(QTableView, name)

    def find(self, kind: type, name: str) -> Any:
        found = self.tables.findChild(kind, name)
        assert found is not None, name
        return found

    def text(self, row: int, column: int, table: str = "parameter_table", role: int = 0) -> Any:
        model = self.table(table).model()
        return model.data(model.index(row, column), Qt.ItemDataRole(role))

    def title(self, table: str) -> str:
        return self.find(QLabel, f"{table}_title").text()

    def advice(self, table: str) -> str:
        label = self.find(QLabel, f"{table}_advice")
        return label.text() if label.isVisible() else ""

    def place(self, row: int, column: int, table: str = "parameter_table") -> QPoint:
        view = self.table(table)
        return view.visualRect(view.model().index(row, column)).center()

    def click(self, row: int, column: int, table: str = "parameter_table") -> QTableView:
        view = self.table(table)
        self.qtbot.mouseClick(view.viewport(), LEFT, pos=self.place(row, column, table))
        return view

    def editor(self) -> QLineEdit:
        found = self.table().findChild(QLineEdit, "tensor_editor")
        assert found is not None
        return found

    def editing(self) -> bool:
        return self.table().findChild(QLineEdit, "tensor_editor") is not None

    def image(self, table: str = "parameter_table") -> QImage:
        return self.table(table).viewport().grab().toImage()

    def cell(self, row: int, column: int, table: str = "parameter_table") -> QRect:
        view = self.table(table)
        return view.visualRect(view.model().index(row, column))

    def ground(self, row: int, column: int, table: str = "parameter_table") -> QColor:
        """Return the colour of a cell beside its number and within a frame that may mark it."""
        return self.image(table).pixelColor(self.cell(row, column, table).topLeft() + QPoint(3, 3))

    def framed(self, table: str = "parameter_table") -> set[tuple[int, int]]:
        """Return the visible cells that have a frame in the colour of the text."""
        image, view, ink = self.image(table), self.table(table), QColor(LIGHT.text)
        found = set()
        for row in range(view.model().rowCount()):
            for column in range(view.model().columnCount()):
                rect = self.cell(row, column, table)
                edge = [rect.topLeft() + QPoint(1, y) for y in range(2, rect.height() - 3)]
                if all(image.rect().contains(p) and image.pixelColor(p) == ink for p in edge):
                    found.add((row, column))
        return found


@pytest.fixture
def bench(qtbot: QtBot) -> Bench:
    tables = TensorTables()
    qtbot.addWidget(tables)
    tables.set_theme(LIGHT)
    tables.resize(1200, 360)
    with qtbot.waitActive(tables):
        tables.show()
        tables.activateWindow()
    return Bench(qtbot, tables)


@pytest.fixture
def full(bench: Bench) -> Bench:
    bench.tables.set_snapshot(snapshot(grad=held(), move=values(4)))
    return bench


# What is shown


def test_all_tables_of_one_parameter_stand_side_by_side(full: Bench) -> None:
    names = ["parameter_table", "gradient_table", "state_table_velocity", "update_table"]
    places = [full.table(name).mapTo(full.tables, QPoint()) for name in names]
    assert len({place.y() for place in places}) == 1
    assert [place.x() for place in places] == sorted(place.x() for place in places)
    assert all(full.table(name).isVisible() for name in names)
    assert full.title("parameter_table") == "linear1.weight (13 x 20)"
    assert [full.title(name) for name in names[1:]] == ["grad of step 1", "velocity", "last update"]


def test_the_numbers_are_the_snapshots(full: Bench) -> None:
    assert full.text(0, 1) == "0.1366"
    for seed, name in ((1, "parameter_table"), (3, "gradient_table"), (2, "state_table_velocity"), (4, "update_table")):
        array = values(seed)["linear1.weight"]
        model = full.table(name).model()
        assert (model.rowCount(), model.columnCount()) == (13, 20)
        assert full.text(12, 19, name, Qt.ItemDataRole.EditRole) == str(array[12, 19])
        assert float(full.text(12, 19, name).replace("−", "-")) == pytest.approx(array[12, 19], abs=5e-5)


def test_negative_numbers_have_a_real_minus_and_rows_count_from_zero(full: Bench) -> None:
    row, column = np.argwhere(values(1)["linear1.weight"] < 0)[-1]
    assert full.text(row, column).startswith("\N{MINUS SIGN}")
    model = full.table().model()
    assert [model.headerData(n, Qt.Orientation.Vertical, Qt.ItemDataRole.DisplayRole) for n in (0, 12)] == ["0", "12"]


def test_double_precision_is_read_out_to_its_last_digit(bench: Bench) -> None:
    parameters = {"w": np.array([[0.1, 1 / 3]])}
    bench.tables.set_snapshot(snapshot(parameters=parameters, state={}))
    assert bench.text(0, 1, role=Qt.ItemDataRole.EditRole) == "0.3333333333333333"


@pytest.mark.parametrize(("grad", "title"), [
    (held(step=4), "grad of step 4"),
    (held(step=3), "grad of step 3, before the last update"),
    (held(step=4, count=2), "grad of step 4, accumulated 2 times"),
    (held(step=3, count=2), "grad of step 3, accumulated 2 times, before the last update"),
    (None, "grad is None"),
])  # fmt: skip
def test_the_title_says_what_grad_holds(bench: Bench, grad: HeldGradient | None, title: str) -> None:
    bench.tables.set_snapshot(snapshot(step=4, grad=grad))
    assert bench.title("gradient_table") == title


def test_an_empty_table_says_what_to_do(bench: Bench) -> None:
    bench.tables.set_snapshot(snapshot(step=0))
    assert bench.advice("gradient_table") == "grad is None: there is no gradient yet. Run backward."
    assert bench.advice("update_table") == "No update has been made yet."
    assert not bench.table("gradient_table").isVisible()
    bench.tables.set_snapshot(snapshot(grad=held(), move=values(4)))
    assert bench.advice("gradient_table") == bench.advice("update_table") == ""
    assert bench.table("gradient_table").isVisible()
    bench.tables.set_snapshot(snapshot())
    assert bench.advice("gradient_table")


def test_a_rule_has_as_many_tables_as_it_has_state(bench: Bench) -> None:
    def states() -> list[str]:
        views = bench.tables.findChildren(QTableView)
        return sorted(v.objectName() for v in views if v.isVisible() and v.objectName().startswith("state_table"))

    bench.tables.set_snapshot(snapshot(state={}))
    assert states() == []
    bench.tables.set_snapshot(snapshot(run=2, state={"m": values(2), "v": values(5)}))
    assert states() == ["state_table_m", "state_table_v"]
    assert bench.title("state_table_v") == "v"
    bench.tables.set_snapshot(snapshot(run=3))
    assert states() == ["state_table_velocity"]


def test_a_bias_is_one_row_and_a_single_number_one_cell(bench: Bench) -> None:
    bench.tables.set_snapshot(snapshot())
    bench.tables.choose("output.bias")
    model = bench.table().model()
    assert (model.rowCount(), model.columnCount()) == (1, 3)
    assert bench.title("parameter_table") == "output.bias (3)"
    bench.tables.set_snapshot(
        snapshot(run=2, parameters={"w1": np.array(0.5)}, state={"velocity": {"w1": np.array(0.0)}})
    )
    assert bench.text(0, 0) == "0.5000"
    assert bench.title("parameter_table") == "w1"


# Choosing


def test_the_chooser_offers_the_parameters_in_their_order(full: Bench) -> None:
    box = full.find(QComboBox, "tensor_parameter")
    texts = [box.itemText(i) for i in range(box.count())]
    assert texts == ["linear1.weight (13 x 20)", "linear2.weight (8 x 13)", "output.bias (3)"]
    assert full.tables.parameter == "linear1.weight"


def test_choosing_by_keys_and_wheel(full: Bench) -> None:
    box = full.find(QComboBox, "tensor_parameter")
    box.setFocus()
    with full.qtbot.waitSignal(full.tables.parameter_chosen) as chosen:
        full.qtbot.keyClick(box, Qt.Key.Key_Down, Qt.KeyboardModifier.AltModifier)
    assert chosen.args == ["linear2.weight"]
    assert full.table().model().rowCount() == 8
    table = full.click(0, 0)
    full.qtbot.keyClick(table, Qt.Key.Key_Up, Qt.KeyboardModifier.AltModifier)
    assert full.tables.parameter == "linear1.weight"
    assert box.currentText() == "linear1.weight (13 x 20)"

    def turn() -> None:
        event = QWheelEvent(
            QPointF(5, 5), QPointF(box.mapToGlobal(QPoint(5, 5))), QPoint(), QPoint(0, -120), Qt.MouseButton.NoButton,
            Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
        )  # fmt: skip
        QApplication.sendEvent(box, event)

    turn()
    assert full.tables.parameter == "linear1.weight"
    box.setFocus()
    turn()
    assert full.tables.parameter == "linear2.weight"


def test_the_choice_survives_snapshots_and_by_name_other_runs(full: Bench) -> None:
    full.tables.choose("linear2.weight")
    full.tables.set_snapshot(snapshot(step=2))
    assert full.tables.parameter == "linear2.weight"
    full.tables.set_snapshot(snapshot(run=2, parameters=values(1, {"other": (2, 2)}), state={}))
    assert full.tables.parameter == "other"
    shapes = {"a": (2, 2), "linear2.weight": (5, 4)}
    full.tables.set_snapshot(snapshot(run=3, parameters=values(1, shapes), state={}))
    assert full.tables.parameter == "linear2.weight"
    assert full.table().model().rowCount() == 5


def test_a_choice_made_while_hidden_is_shown_afterwards(full: Bench) -> None:
    full.tables.hide()
    full.tables.choose("linear2.weight")
    full.tables.show()
    assert full.table().model().rowCount() == 8


# How numbers look


def test_digits_and_notation(full: Bench) -> None:
    digits = full.find(QSpinBox, "tensor_digits")
    assert (digits.minimum(), digits.maximum()) == (0, 9)
    digits.setValue(6)
    assert full.text(0, 1) == "0.136564"
    full.qtbot.mouseClick(full.find(QCheckBox, "tensor_scientific"), LEFT, pos=QPoint(8, 8))
    assert full.text(0, 1) == "1.365641e−01"


def test_widths_depend_on_the_digits_and_never_on_the_numbers(full: Bench) -> None:
    view = full.table()
    narrow = view.columnWidth(0)
    loud = {name: 1e5 * array for name, array in values(1).items()}
    full.tables.set_snapshot(snapshot(step=2, parameters=loud))
    assert {view.columnWidth(n) for n in range(20)} == {narrow}
    full.tables.set_digits(8)
    assert view.columnWidth(0) > narrow


def test_choices_are_remembered(full: Bench, qtbot: QtBot) -> None:
    full.tables.set_digits(7)
    full.find(QCheckBox, "tensor_colours").setChecked(False)
    state = full.tables.save_state()
    assert state == {"digits": 7, "scientific": False, "colours": False, "changes": True}
    other = TensorTables()
    qtbot.addWidget(other)
    other.restore_state(state)
    assert other.save_state() == state
    other.restore_state({"digits": "x", "scientific": 3, "unknown": None})
    assert other.save_state() == state


def test_every_visible_cell_is_painted(full: Bench) -> None:
    full.find(QCheckBox, "tensor_colours").setChecked(False)
    full.find(QCheckBox, "tensor_changes").setChecked(False)
    image = full.image()
    for row in range(13):
        for column in range(3):
            rect = full.cell(row, column).adjusted(2, 2, -4, -4)
            lightness = [image.pixelColor(x, y).lightness() for x in range(rect.left(), rect.right())
                         for y in range(rect.top(), rect.bottom())]  # fmt: skip
            assert min(lightness) < 120, (row, column)


def test_a_new_number_is_painted_in_its_place(full: Bench) -> None:
    before = full.image()
    parameters = values(1)
    parameters["linear1.weight"].flat[1] = WEIGHT
    parameters["linear1.weight"][2, 1] = 88.8888
    full.find(QCheckBox, "tensor_changes").setChecked(False)
    full.find(QCheckBox, "tensor_colours").setChecked(False)
    before = full.image()
    full.tables.set_snapshot(snapshot(step=2, parameters=parameters))
    after = full.image()
    changed = {
        (row, column)
        for row in range(13) for column in range(3)
        if before.copy(full.cell(row, column)) != after.copy(full.cell(row, column))
    }  # fmt: skip
    assert changed == {(2, 1)}


def test_colours_by_sign_on_both_grounds(full: Bench) -> None:
    parameters = values(1)
    parameters["linear1.weight"][:] = 0
    parameters["linear1.weight"][0, :3] = (2, -2, 0)
    full.tables.set_snapshot(snapshot(run=2, parameters=parameters))
    for theme in (LIGHT, DARK):
        full.tables.set_theme(theme)
        positive, negative, zero = (full.ground(0, column) for column in range(3))
        assert positive.red() > positive.blue() + 40
        assert negative.blue() > negative.red() + 40
        assert zero == QColor(theme.ground)
    full.find(QCheckBox, "tensor_colours").setChecked(False)
    assert {full.ground(0, column).name() for column in range(3)} == {DARK.ground}


def test_nan_and_inf_are_marked_in_the_error_colour(full: Bench) -> None:
    parameters = values(1)
    parameters["linear1.weight"][0, :3] = (math.nan, math.inf, -math.inf)
    full.tables.set_snapshot(snapshot(step=2, parameters=parameters))
    assert [full.text(0, column) for column in range(3)] == ["nan", "inf", "−inf"]
    image = full.image()

    def reddest(rect: QRect) -> int:
        pixels = (image.pixelColor(x, y) for x in range(rect.left() + 4, rect.right() - 4)
                  for y in range(rect.top() + 4, rect.bottom() - 4))  # fmt: skip
        return max(pixel.red() - pixel.green() for pixel in pixels)

    assert all(reddest(full.cell(0, column)) > 120 for column in range(3))


def test_the_cells_that_changed_most_are_framed(full: Bench) -> None:
    full.find(QCheckBox, "tensor_colours").setChecked(False)
    assert full.framed() == set()
    parameters = {name: array.copy() for name, array in values(1).items()}
    parameters["linear1.weight"].flat[1] = WEIGHT
    for place in ((0, 0), (3, 1), (7, 2)):
        parameters["linear1.weight"][place] += 1.5
    changed = snapshot(step=2, parameters=parameters, grad=held(), move=values(4))
    full.tables.set_snapshot(changed)
    assert full.framed() == {(0, 0), (3, 1), (7, 2)}
    assert full.framed("gradient_table") == set()
    full.find(QCheckBox, "tensor_changes").setChecked(False)
    assert full.framed() == set()
    full.find(QCheckBox, "tensor_changes").setChecked(True)
    full.tables.set_snapshot(dataclasses.replace(changed, phase="forward"))
    assert full.framed() == set()


def test_nothing_is_framed_across_runs(full: Bench) -> None:
    full.find(QCheckBox, "tensor_colours").setChecked(False)
    full.tables.set_snapshot(snapshot(run=2, parameters=values(9)))
    assert full.framed() == set()


def test_a_cell_that_reads_zero_before_and_after_is_not_framed(full: Bench) -> None:
    full.find(QCheckBox, "tensor_colours").setChecked(False)
    first = {name: np.zeros(shape, np.float32) for name, shape in SHAPES.items()}
    second = {name: array.copy() for name, array in first.items()}
    second["linear1.weight"][2, 1] = 4e-5
    full.tables.set_snapshot(snapshot(run=2, parameters=first))
    full.tables.set_snapshot(snapshot(run=2, step=2, parameters=second))
    assert full.text(2, 1) == "0.0000"
    assert full.framed() == set()
    # With more digits, or in scientific notation, there is something to see.
    full.tables.set_digits(5)
    assert full.framed() == {(2, 1)}
    full.tables.set_digits(4)
    full.find(QCheckBox, "tensor_scientific").setChecked(True)
    assert full.framed() == {(2, 1)}
    full.find(QCheckBox, "tensor_scientific").setChecked(False)
    third = {name: array.copy() for name, array in second.items()}
    third["linear1.weight"][2, 1] = 0.5
    full.tables.set_snapshot(snapshot(run=2, step=3, parameters=third))
    assert full.framed() == {(2, 1)}
    full.tables.set_snapshot(snapshot(run=2, step=4, parameters=second))
    assert full.text(2, 1) == "0.0000"
    assert full.framed() == {(2, 1)}


def test_changes_of_another_parameter_are_framed_when_it_is_chosen(full: Bench) -> None:
    full.find(QCheckBox, "tensor_colours").setChecked(False)
    parameters = values(1)
    parameters["linear2.weight"][1, 2] += 3
    full.tables.set_snapshot(snapshot(step=2, parameters=parameters))
    full.tables.choose("linear2.weight")
    assert full.framed() == {(1, 2)}


def test_the_tooltip_has_all_digits(full: Bench) -> None:
    for table, expected in (
        ("parameter_table", "linear1.weight[0, 1] = 0.13656412"),
        ("gradient_table", f"linear1.weight.grad[0, 1] = {values(3)['linear1.weight'][0, 1]!s}"),
        ("state_table_velocity", f"velocity of linear1.weight[0, 1] = {values(2)['linear1.weight'][0, 1]!s}"),
    ):
        port, place = full.table(table).viewport(), full.place(0, 1, table)
        QApplication.sendEvent(port, QHelpEvent(QEvent.Type.ToolTip, place, port.mapToGlobal(place)))
        assert QToolTip.text() == expected
    QToolTip.hideText()
    full.qtbot.waitUntil(lambda: not QToolTip.isVisible())


def test_tables_scroll_together(full: Bench) -> None:
    full.tables.resize(1200, 250)
    full.table("gradient_table").horizontalScrollBar().setValue(200)
    full.table("update_table").verticalScrollBar().setValue(30)
    for name in ("parameter_table", "gradient_table", "state_table_velocity", "update_table"):
        assert full.table(name).horizontalScrollBar().value() == 200
        assert full.table(name).verticalScrollBar().value() == 30


def test_a_gradient_that_goes_and_comes_back_is_where_the_others_are(full: Bench) -> None:
    full.tables.resize(1200, 250)
    full.table().horizontalScrollBar().setValue(200)
    full.table().verticalScrollBar().setValue(30)
    full.tables.set_snapshot(snapshot(step=1, move=values(4)))
    QApplication.processEvents()
    assert full.table().horizontalScrollBar().value() == 200
    assert full.table("update_table").verticalScrollBar().value() == 30
    full.tables.set_snapshot(snapshot(step=1, grad=held(), move=values(4)))
    full.qtbot.waitUntil(lambda: full.table("gradient_table").horizontalScrollBar().value() == 200)
    assert full.table("gradient_table").verticalScrollBar().value() == 30
    assert full.table().horizontalScrollBar().value() == 200


def test_a_narrow_place_breaks_the_row(full: Bench) -> None:
    full.tables.resize(620, 500)
    full.qtbot.waitUntil(lambda: full.table("update_table").mapTo(full.tables, QPoint()).y() > 200)
    assert full.table("gradient_table").mapTo(full.tables, QPoint()).y() < 100
    full.tables.resize(1200, 500)
    full.qtbot.waitUntil(lambda: full.table("update_table").mapTo(full.tables, QPoint()).y() < 100)


def test_the_same_cell_is_outlined_in_the_other_tables(full: Bench) -> None:
    full.find(QCheckBox, "tensor_colours").setChecked(False)
    before = {name: full.image(name) for name in ("gradient_table", "update_table")}
    full.click(4, 1)
    for name, image in before.items():
        after = full.image(name)
        assert image.copy(full.cell(4, 1, name)) != after.copy(full.cell(4, 1, name))
        assert image.copy(full.cell(5, 1, name)) == after.copy(full.cell(5, 1, name))


# Editing


@pytest.mark.parametrize("how", ["double click", "F2", "digit"])
def test_an_edit_is_announced_and_changes_nothing(full: Bench, how: str) -> None:
    view = full.click(0, 1)
    if how == "double click":
        full.qtbot.mouseDClick(view.viewport(), LEFT, pos=full.place(0, 1))
        assert full.editor().text() == "0.13656412"
    elif how == "F2":
        full.qtbot.keyClick(view, Qt.Key.Key_F2)
        assert full.editor().text() == "0.13656412"
        assert full.editor().selectedText() == "0.13656412"
    else:
        full.qtbot.keyClick(view, Qt.Key.Key_2)
        assert full.editor().text() == "2"
        full.editor().clear()
    full.qtbot.keyClicks(full.editor(), "2.5e-3")
    with full.qtbot.waitSignal(full.tables.edited) as edited:
        full.qtbot.keyClick(full.editor(), Qt.Key.Key_Return)
    assert edited.args == ["linear1.weight", (0, 1), 0.0025]
    assert full.text(0, 1) == "0.1366"
    full.qtbot.waitUntil(lambda: not full.editing())


def test_indices_of_a_bias_and_of_a_single_number(bench: Bench) -> None:
    seen: list[tuple[object, ...]] = []
    bench.tables.edited.connect(lambda *args: seen.append(args))
    bench.tables.set_snapshot(snapshot())
    bench.tables.choose("output.bias")
    model = bench.table().model()
    assert model.setData(model.index(0, 2), "1", Qt.ItemDataRole.EditRole)
    bench.tables.set_snapshot(snapshot(run=2, parameters={"w1": np.array(0.5)}, state={}))
    assert model.setData(model.index(0, 0), "-2", Qt.ItemDataRole.EditRole)
    assert seen == [("output.bias", (2,), 1.0), ("w1", (), -2.0)]


def test_a_bad_entry_is_explained_and_the_next_good_one_clears_it(full: Bench) -> None:
    error = full.find(QLabel, "tensor_error")
    view = full.click(0, 1)
    with full.qtbot.assertNotEmitted(full.tables.edited):
        full.qtbot.keyClick(view, Qt.Key.Key_F2)
        full.qtbot.keyClicks(full.editor(), "1,5")
        full.qtbot.keyClick(full.editor(), Qt.Key.Key_Return)
        full.qtbot.waitUntil(error.isVisible)
    assert "decimal point" in error.text()
    assert full.text(0, 1) == "0.1366"
    full.qtbot.waitUntil(lambda: not full.editing())
    full.qtbot.keyClick(view, Qt.Key.Key_F2)
    full.qtbot.keyClicks(full.editor(), "1.5")
    full.qtbot.keyClick(full.editor(), Qt.Key.Key_Return)
    full.qtbot.waitUntil(lambda: not error.isVisible())


def test_escape_and_an_unchanged_text_edit_nothing(full: Bench) -> None:
    view = full.click(0, 1)
    with full.qtbot.assertNotEmitted(full.tables.edited):
        full.qtbot.keyClick(view, Qt.Key.Key_F2)
        full.qtbot.keyClicks(full.editor(), "7")
        full.qtbot.keyClick(full.editor(), Qt.Key.Key_Escape)
        full.qtbot.waitUntil(lambda: not full.editing())
        full.qtbot.keyClick(view, Qt.Key.Key_F2)
        full.qtbot.keyClick(full.editor(), Qt.Key.Key_Return)
        full.qtbot.waitUntil(lambda: not full.editing())


def test_what_is_being_typed_survives_new_numbers(full: Bench) -> None:
    view = full.click(0, 1)
    full.qtbot.keyClick(view, Qt.Key.Key_F2)
    full.qtbot.keyClicks(full.editor(), "12")
    full.tables.set_snapshot(snapshot(step=2, parameters=values(7)))
    assert full.editor().text() == "12"
    with full.qtbot.waitSignal(full.tables.edited) as edited:
        full.qtbot.keyClick(full.editor(), Qt.Key.Key_Return)
    assert edited.args == ["linear1.weight", (0, 1), 12.0]


def test_only_weights_are_editable(full: Bench) -> None:
    for name in ("gradient_table", "state_table_velocity", "update_table"):
        view = full.click(0, 1, name)
        full.qtbot.keyClick(view, Qt.Key.Key_F2)
        full.qtbot.keyClick(view, Qt.Key.Key_1)
        full.qtbot.mouseDClick(view.viewport(), LEFT, pos=full.place(0, 1, name))
        assert view.findChild(QLineEdit) is None
        said = full.find(QLabel, "tensor_error")
        assert said.isVisible() and said.text().startswith("Only the weights can be edited")
        # An entry that is taken clears it.
        model = full.table().model()
        assert model.setData(model.index(0, 0), "1", Qt.ItemDataRole.EditRole)
        assert not said.isVisible()
        assert not view.model().setData(view.model().index(0, 0), "1", Qt.ItemDataRole.EditRole)


# Keys


@pytest.fixture
def run_keys(qtbot: QtBot) -> Callable[[], tuple[Bench, list[str]]]:
    """Return a function that puts the tables into a window that has the run's shortcuts."""

    def build() -> tuple[Bench, list[str]]:
        window = QWidget()
        qtbot.addWidget(window)
        tables = TensorTables()
        layout = QVBoxLayout(window)
        layout.addWidget(QPushButton("first"))
        layout.addWidget(tables)
        pressed: list[str] = []
        for key in ("Space", "Left", "Right", "PgUp", "PgDown", "Home", "Shift+Right"):
            QShortcut(QKeySequence(key), window).activated.connect(lambda key=key: pressed.append(key))
        window.resize(1200, 400)
        with qtbot.waitActive(window):
            window.show()
            window.activateWindow()
        tables.set_snapshot(snapshot(grad=held(), move=values(4)))
        return Bench(qtbot, tables, window), pressed

    return build


def test_arrows_move_the_cell_and_other_keys_step_the_run(run_keys: Callable[[], tuple[Bench, list[str]]]) -> None:
    bench, pressed = run_keys()
    view = bench.click(2, 1)
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Down, Qt.Key.Key_Left, Qt.Key.Key_Down):
        bench.qtbot.keyClick(view, key)
    assert (view.currentIndex().row(), view.currentIndex().column()) == (4, 1)
    assert pressed == []
    for key in (Qt.Key.Key_Space, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown, Qt.Key.Key_Home):
        bench.qtbot.keyClick(view, key)
    bench.qtbot.keyClick(view, Qt.Key.Key_Right, Qt.KeyboardModifier.ShiftModifier)
    assert pressed == ["Space", "PgUp", "PgDown", "Home", "Shift+Right"]
    assert (view.currentIndex().row(), view.currentIndex().column()) == (4, 1)
    assert not bench.editing()
    bench.qtbot.keyClick(view, Qt.Key.Key_Escape)
    assert not view.hasFocus()
    assert not view.selectionModel().hasSelection()


def test_keys_edit_the_text_while_one_edits(run_keys: Callable[[], tuple[Bench, list[str]]]) -> None:
    bench, pressed = run_keys()
    view = bench.click(2, 1)
    bench.qtbot.keyClick(view, Qt.Key.Key_7)
    for key in (Qt.Key.Key_5, Qt.Key.Key_Left, Qt.Key.Key_1, Qt.Key.Key_Home, Qt.Key.Key_Minus, Qt.Key.Key_Up):
        bench.qtbot.keyClick(bench.editor(), key)
    assert bench.editor().text() == "-715"
    assert pressed == []
    assert (view.currentIndex().row(), view.currentIndex().column()) == (2, 1)


@pytest.mark.parametrize("name", ["tensor_parameter", "tensor_digits"])
def test_controls_leave_the_keys_to_the_run(run_keys: Callable[[], tuple[Bench, list[str]]], name: str) -> None:
    bench, pressed = run_keys()
    control = bench.find(QWidget, name)
    control.setFocus()
    for key in (Qt.Key.Key_Space, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown):
        bench.qtbot.keyClick(control, key)
    assert pressed == ["Space", "PgUp", "PgDown"]
    assert bench.tables.digits() == 4
    assert bench.tables.parameter == "linear1.weight"


def test_the_colours_are_named_as_they_are(full: Bench) -> None:
    tip = full.find(QCheckBox, "tensor_colours").toolTip()
    assert "Blue" in tip and "orange" in tip and "red" not in tip


def test_letters_neither_search_nor_edit(full: Bench) -> None:
    view = full.click(0, 1)
    full.qtbot.keyClick(view, Qt.Key.Key_A)
    full.qtbot.keyClick(view, Qt.Key.Key_Space)
    assert not full.editing()
    assert view.currentIndex().column() == 1


# Copying


def test_ctrl_c_copies_the_selection_for_a_spreadsheet(full: Bench) -> None:
    view = full.click(0, 1)
    full.qtbot.keyClick(view, Qt.Key.Key_Down, Qt.KeyboardModifier.ShiftModifier)
    full.qtbot.keyClick(view, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    array = values(1)["linear1.weight"]
    assert QGuiApplication.clipboard().text() == f"0.13656412\n{array[1, 1]!s}"


def test_the_menu_copies_everything_where_nothing_is_selected(full: Bench) -> None:
    import torch

    actions = {action.objectName(): action for action in full.table("gradient_table").actions()}
    assert [action.text() for action in actions.values()] == ["Copy as text", "Copy as TSV", "Copy as torch.tensor"]
    actions["copy_torch"].trigger()
    made = eval(QGuiApplication.clipboard().text(), {"torch": torch})
    assert made.dtype == torch.float32
    assert (made.numpy() == values(3)["linear1.weight"]).all()
    actions["copy_text"].trigger()
    lines = QGuiApplication.clipboard().text().split("\n")
    assert len(lines) == 13
    assert len({len(line) for line in lines}) == 1
    assert len(lines[0].split()) == 20
    actions["copy_tsv"].trigger()
    assert QGuiApplication.clipboard().text().count("\t") == 13 * 19


def test_a_click_on_a_number_beside_the_table_selects_its_row_or_column(full: Bench) -> None:
    view = full.table()
    for y in (1, 9, 17):
        view.clearSelection()
        full.qtbot.mouseClick(view.verticalHeader().viewport(), LEFT, pos=QPoint(5, 2 * view.rowHeight(0) + y))
        full.table().actions()[1].trigger()
        row = values(1)["linear1.weight"][2]
        assert QGuiApplication.clipboard().text() == "\t".join(map(str, row))
    full.qtbot.mouseClick(view.horizontalHeader().viewport(), LEFT, pos=QPoint(view.columnWidth(0) + 3, 5))
    full.table().actions()[1].trigger()
    assert QGuiApplication.clipboard().text().split("\n")[0] == "0.13656412"
    assert QGuiApplication.clipboard().text().count("\n") == 12


def test_a_bias_is_copied_as_a_vector(full: Bench) -> None:
    full.tables.choose("output.bias")
    full.table().actions()[2].trigger()
    text = QGuiApplication.clipboard().text()
    assert text == f"torch.tensor([{', '.join(map(str, values(1)['output.bias']))}], dtype=torch.float32)"


# Size and time


@pytest.fixture
def large(bench: Bench) -> Bench:
    array = np.random.default_rng(1).standard_normal((4096, 4096)).astype(np.float32)
    bench.tables.set_snapshot(snapshot(parameters={"big": array}, state={}))
    return bench


def test_too_much_to_copy_asks_for_a_selection(large: Bench) -> None:
    QGuiApplication.clipboard().setText("as before")
    view = large.click(0, 1)
    large.qtbot.keyClick(view, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    large.qtbot.keyClick(view, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QGuiApplication.clipboard().text() == "as before"
    assert "16,777,216 numbers are too many" in large.find(QLabel, "tensor_error").text()


def test_a_large_layer_is_shown_and_scrolled_without_touching_all_of_it(large: Bench) -> None:
    array = np.random.default_rng(2).standard_normal((4096, 4096)).astype(np.float32)
    view = large.table()
    view.verticalScrollBar().setValue(view.verticalScrollBar().maximum())
    view.horizontalScrollBar().setValue(view.horizontalScrollBar().maximum())
    times = []
    for step in range(10):
        begun = time.thread_time()
        large.tables.set_snapshot(snapshot(step=step, parameters={"big": array}, state={}))
        large.image()
        times.append(time.thread_time() - begun)
    # All 16.7 million numbers, or all columns, would take a second; a loaded machine some milliseconds.
    assert min(times) < 0.05
    last = view.visualRect(view.model().index(4095, 4095))
    assert view.viewport().rect().contains(last)
    assert large.text(4095, 4095, role=Qt.ItemDataRole.EditRole) == str(array[4095, 4095])


def test_hidden_tables_do_nothing_and_catch_up(full: Bench) -> None:
    model = full.table().model()
    seen: list[object] = []
    model.dataChanged.connect(lambda *_: seen.append(1))
    model.modelReset.connect(lambda: seen.append(2))
    full.tables.hide()
    parameters = values(8)
    full.tables.set_snapshot(snapshot(step=2, parameters=parameters))
    assert seen == []
    full.tables.show()
    assert seen == [1]
    assert full.text(3, 3, role=Qt.ItemDataRole.EditRole) == str(parameters["linear1.weight"][3, 3])


def test_the_same_snapshot_again_costs_nothing(full: Bench) -> None:
    again = snapshot(step=5)
    full.tables.set_snapshot(again)
    with full.qtbot.assertNotEmitted(full.table().model().dataChanged):
        full.tables.set_snapshot(again)
