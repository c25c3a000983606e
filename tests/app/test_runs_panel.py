"""The runs of a race as a person sees, names, colours, hides, adds and removes them."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from PySide6.QtCore import QEvent, QPoint, QRect, Qt
from PySide6.QtGui import QColor, QContextMenuEvent, QHelpEvent, QImage, QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QApplication,
    QColorDialog,
    QHeaderView,
    QLineEdit,
    QMenu,
    QTableView,
    QToolTip,
    QVBoxLayout,
    QWidget,
)
from pytestqt.qtbot import QtBot

from gdsim.app import theme
from gdsim.app.panels.run_rows import RunRow
from gdsim.app.panels.runs_panel import RunsPanel
from gdsim.app.way import COLOURS, run_colour

COLOUR, SHOWN, NAME, OPTIMIZER, LOSS, DISTANCE, GRADIENT, STEPS, STATE = range(9)
LEFT, CONTROL = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.ControlModifier
RUN_KEYS = ("Left", "Right", "Space", "Home", "PgUp", "PgDown", "Shift+Right", "Z")
SIGNALS = (
    "run_chosen", "renamed", "recoloured", "hidden", "shown_only", "all_shown", "added", "copied", "removed",
    "move_all_changed", "tolerance_chosen",
)  # fmt: skip

PLAIN = RunRow("Plain", "Plain", "Gradient descent, η 0.01", COLOURS[0], False, 0.123456, 1.5, 2.0, None, "running")
FAST = RunRow("", "Momentum", "Momentum, η 0.01, γ 0.9", COLOURS[1], False, 1.23456e-7, 0.25, 3e-4, 57, "converged")
LOST = RunRow("Far", "Far", "Adam, η 1", COLOURS[2], True, -12345.678, 40.0, 1e12, None, "diverged", 12)
THREE = (PLAIN, FAST, LOST)


def many(count: int, factor: float = 1.0) -> list[RunRow]:
    return [
        replace(THREE[i % 3], name=f"Run {i}", label=f"Run {i}", colour=run_colour(i), loss=factor * (i + 0.5))
        for i in range(count)
    ]


class Bench:
    """The panel in a window in which the keys of the run are shortcuts, and what it signals."""

    def __init__(self, qtbot: QtBot, width: int = 900) -> None:
        self.qtbot = qtbot
        self.window = QWidget()
        qtbot.addWidget(self.window)
        layout = QVBoxLayout(self.window)
        layout.setContentsMargins(0, 0, 0, 0)
        self.before, self.panel, self.after = QLineEdit(), RunsPanel(), QLineEdit()
        for widget in (self.before, self.panel, self.after):
            layout.addWidget(widget)
        self.keys: list[str] = []
        for key in RUN_KEYS:
            QShortcut(QKeySequence(key), self.window).activated.connect(lambda key=key: self.keys.append(key))
        self.heard: list[tuple[Any, ...]] = []
        for name in SIGNALS:
            getattr(self.panel, name).connect(lambda *args, name=name: self.heard.append((name, *args)))
        self.panel.show_rows(THREE, 0)
        self.window.resize(width, 320)
        with qtbot.waitActive(self.window):
            self.window.show()
            self.window.activateWindow()

    @property
    def table(self) -> QTableView:
        return self.find("runs_table", QTableView)

    def find(self, name: str, kind: type = QWidget) -> Any:
        found = self.panel.findChild(kind, name)
        assert found is not None, name
        return found

    def data(self, row: int, column: int, role: Qt.ItemDataRole = Qt.ItemDataRole.DisplayRole) -> Any:
        return self.table.model().index(row, column).data(role)

    def tip(self, row: int, column: int) -> str:
        return self.data(row, column, Qt.ItemDataRole.ToolTipRole)

    def middle(self, row: int, column: int) -> QPoint:
        return self.table.visualRect(self.table.model().index(row, column)).center()

    def click(self, row: int, column: int) -> None:
        self.qtbot.mouseClick(self.table.viewport(), LEFT, pos=self.middle(row, column))

    def press(self, *keys: Qt.Key) -> None:
        for key in keys:
            self.qtbot.keyClick(QApplication.focusWidget(), key)

    def editor(self) -> QLineEdit | None:
        return self.panel.findChild(QLineEdit, "run_name")

    def rename(self, text: str, end: Qt.Key = Qt.Key.Key_Return) -> None:
        editor = self.editor()
        assert editor is not None
        editor.selectAll()
        self.qtbot.keyClicks(editor, text)
        self.end(end)

    def end(self, key: Qt.Key = Qt.Key.Key_Return) -> None:
        """End the entry of a name: Qt takes it over when it has handled the key."""
        self.press(key)
        self.qtbot.waitUntil(lambda: self.editor() is None)

    def pick(self, menu: str, text: str) -> None:
        """Choose from an open menu with the mouse."""
        shown = next(found for found in self.panel.findChildren(QMenu, menu) if found.isVisible())
        action = next(action for action in shown.actions() if action.text() == text)
        self.qtbot.mouseClick(shown, LEFT, pos=shown.actionGeometry(action).center())

    def open_menu(self, row: int) -> QMenu:
        where = self.middle(row, LOSS)
        viewport = self.table.viewport()
        self.qtbot.mouseClick(viewport, Qt.MouseButton.RightButton, pos=where)
        event = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, where, viewport.mapToGlobal(where))
        QApplication.sendEvent(viewport, event)
        return self.find("run_menu", QMenu)

    def take(self) -> list[tuple[Any, ...]]:
        heard, self.heard = self.heard, []
        return heard

    def picture(self, row: int, column: int) -> QImage:
        image = self.table.viewport().grab(self.table.visualRect(self.table.model().index(row, column)))
        return image.toImage()

    def line(self, row: int) -> QImage:
        return (
            self.table.viewport()
            .grab(
                self.table.visualRect(self.table.model().index(row, NAME))
                .adjusted(-100, 0, 1000, 0)
                .intersected(self.table.viewport().rect())
            )
            .toImage()
        )

    def visible(self) -> list[int]:
        return [column for column in range(9) if not self.table.isColumnHidden(column)]


@pytest.fixture
def bench(qtbot: QtBot) -> Bench:
    return Bench(qtbot)


@pytest.fixture
def narrow(qtbot: QtBot) -> Bench:
    return Bench(qtbot, 420)


@pytest.fixture
def light_again(qapp: QApplication) -> Iterator[None]:
    before = qapp.palette()
    yield
    qapp.setPalette(before)


def colours_in(image: QImage) -> set[str]:
    return {image.pixelColor(x, y).name() for x in range(image.width()) for y in range(image.height())}


# What is on screen


def test_names(bench: Bench) -> None:
    names = ("runs_table", "move_all", "tolerance", "add_run", "copy_run_button", "remove_run_button")
    assert all(bench.find(name).accessibleName() and bench.find(name) for name in names)
    assert all(bench.find(name).toolTip().endswith(".") for name in names[1:])
    assert "lowest known minimum" in bench.find("tolerance").toolTip()


def test_every_run_is_a_row(bench: Bench) -> None:
    rows = [[bench.data(row, column) for column in range(NAME, 9)] for row in range(3)]
    assert rows == [
        ["Plain", "Gradient descent, η 0.01", "0.1235", "1.500", "2.000", "–", "running"],
        ["Momentum", "Momentum, η 0.01, γ 0.9", "1.235e-7", "0.2500", "3.000e-4", "57", "converged"],
        ["Far", "Adam, η 1", "−1.235e4", "40.00", "1.000e12", "–", "diverged at step 12"],
    ]


@pytest.mark.parametrize("value", [0.1 + 0.2, 1e-300, -123456.789, math.pi * 1e9, 0.0, math.inf])
def test_a_number_is_right_to_four_digits_and_whole_in_the_tooltip(bench: Bench, value: float) -> None:
    bench.panel.show_rows([replace(PLAIN, loss=value)], 0)
    text = bench.data(0, LOSS).replace("−", "-")
    assert float(text) == pytest.approx(value, rel=5e-4)
    assert float(bench.tip(0, LOSS)) == value
    alignment = bench.data(0, LOSS, Qt.ItemDataRole.TextAlignmentRole)
    assert alignment & Qt.AlignmentFlag.AlignRight


def test_the_numbers_that_stand_in_a_column_have_digits_of_one_width(bench: Bench) -> None:
    metrics = bench.table.fontMetrics()
    assert len({metrics.horizontalAdvance(digit * 8) for digit in "0123456789"}) == 1


def test_states_are_told_in_words_and_explained(bench: Bench) -> None:
    assert "not within the tolerance" in bench.tip(0, STATE)
    assert "first at step 57" in bench.tip(1, STATE)
    assert "at step 12" in bench.tip(2, STATE)
    assert "not been within" in bench.tip(2, STEPS)


def test_every_state_has_a_mark_of_its_own_shape(bench: Bench) -> None:
    def mark(row: int) -> list[bool]:
        # The ground differs, so that no row may be the tinted one.
        image = bench.picture(row, STATE)
        ground = image.pixelColor(1, 8)
        return [image.pixelColor(x, y) != ground for y in range(3, image.height() - 3) for x in range(8, 24)]

    bench.panel.show_rows([*THREE, PLAIN], 3)
    shapes = [mark(row) for row in range(3)]
    assert all(any(shape) for shape in shapes)
    assert shapes[0] != shapes[1] != shapes[2] != shapes[0]


@pytest.mark.usefixtures("light_again")
@pytest.mark.parametrize("name", ["light", "dark"])
def test_colours_follow_the_theme(bench: Bench, name: str) -> None:
    theme.apply(name)
    colours = theme.DARK if name == "dark" else theme.LIGHT
    QApplication.processEvents()
    assert colours.error in colours_in(bench.picture(2, STATE))
    assert colours.ground in colours_in(bench.picture(2, STATE))
    assert colours.text in colours_in(bench.picture(2, NAME))
    assert colours.text not in colours_in(bench.picture(1, NAME))  # only its optimizer's name, muted
    assert colours.muted in colours_in(bench.picture(2, SHOWN))  # the edge of a box that is not ticked


@pytest.mark.usefixtures("light_again")
def test_swatches_show_the_run_s_colour_full_or_as_an_edge(bench: Bench) -> None:
    theme.apply("light")
    bench.panel.show_rows([PLAIN, replace(FAST, colour="#117733"), replace(LOST, colour="#117733")], 0)
    QApplication.processEvents()
    centres = [(image := bench.picture(row, COLOUR)).pixelColor(image.rect().center()).name() for row in (1, 2)]
    assert centres == ["#117733", "#ffffff"]
    assert "#117733" in colours_in(bench.picture(2, COLOUR))


def test_a_chosen_run_looks_chosen(bench: Bench) -> None:
    before = bench.picture(1, OPTIMIZER).pixelColor(2, 6)
    bench.panel.show_rows(THREE, 1)
    QApplication.processEvents()
    assert bench.picture(1, OPTIMIZER).pixelColor(2, 6) != before


def test_the_distance_is_left_out_where_none_is_known(bench: Bench) -> None:
    assert DISTANCE in bench.visible()
    bench.panel.show_rows([replace(row, distance=None) for row in THREE], 0)
    assert DISTANCE not in bench.visible()
    bench.panel.show_rows([replace(PLAIN, distance=None), FAST], 0)
    assert DISTANCE in bench.visible()
    assert bench.data(0, DISTANCE) == "–"
    assert bench.tip(0, DISTANCE) == "No minimum is known."


@pytest.mark.parametrize("width", [300, 320, 340, 420, 640, 900])
@pytest.mark.parametrize("count", [2, 20])
def test_everything_fits(qtbot: QtBot, width: int, count: int) -> None:
    bench = Bench(qtbot, width)
    bench.panel.show_rows(many(count), 0)
    QApplication.processEvents()
    assert not bench.table.horizontalScrollBar().isVisible()
    assert bench.panel.minimumSizeHint().width() <= 300
    assert bench.panel.width() == width
    header = bench.table.horizontalHeader()
    shown = sum(header.sectionSize(column) for column in bench.visible())
    assert bench.table.viewport().width() - 2 <= shown <= bench.table.viewport().width()
    metrics = bench.table.fontMetrics()
    for column in {LOSS, DISTANCE, GRADIENT} & set(bench.visible()):
        for row in range(count):
            assert metrics.horizontalAdvance(bench.data(row, column)) < header.sectionSize(column)
        assert header.fontMetrics().horizontalAdvance(header.model().headerData(column, Qt.Orientation.Horizontal)) < (
            header.sectionSize(column)
        )
    for name in ("add_run", "copy_run_button", "remove_run_button", "move_all", "tolerance"):
        widget = bench.find(name)
        assert widget.mapTo(bench.panel, QPoint(widget.width(), 0)).x() <= width
        assert widget.width() >= widget.minimumSizeHint().width()


def test_a_narrow_table_writes_optimizer_and_state_on_a_second_line(narrow: Bench) -> None:
    QApplication.processEvents()
    assert narrow.visible() == [COLOUR, SHOWN, NAME, LOSS, DISTANCE, GRADIENT]
    assert narrow.table.rowHeight(0) > 1.5 * narrow.table.fontMetrics().height()
    before = narrow.line(1), narrow.line(2)
    narrow.panel.show_rows([PLAIN, replace(FAST, optimizer="Adam"), replace(LOST, state="running")], 0)
    QApplication.processEvents()
    after = narrow.line(1), narrow.line(2)
    for old, new in zip(before, after, strict=True):
        upper, half = QRect(0, 0, old.width(), old.height() // 2), old.width() // 2
        assert old.copy(upper) == new.copy(upper)
        left, right = (QRect(x, upper.height(), half, upper.height()) for x in (0, half))
        assert (old.copy(left) != new.copy(left)) == (old is before[0])
        assert (old.copy(right) != new.copy(right)) == (old is before[1])
    narrow.window.resize(900, 320)
    QApplication.processEvents()
    assert narrow.visible() == list(range(9))


def test_a_narrow_table_says_when_the_tolerance_was_reached(narrow: Bench) -> None:
    narrow.panel.show_rows([*THREE, replace(PLAIN, reached=7)], 0)
    assert [narrow.data(row, STATE) for row in range(4)] == [
        "running", "converged at step 57", "diverged at step 12", "running; reached at step 7",
    ]  # fmt: skip
    before = narrow.line(1)
    narrow.panel.show_rows([PLAIN, replace(FAST, reached=58), LOST], 0)
    QApplication.processEvents()
    assert narrow.line(1) != before


@pytest.mark.parametrize("width", [300, 340])
def test_a_state_is_never_shortened_for_an_optimizer(qtbot: QtBot, width: int) -> None:
    bench = Bench(qtbot, width)
    # The words and their mark, about as wide as 24 small digits.
    room = 24 * bench.table.fontMetrics().horizontalAdvance("0") * 8 // 10

    def state(optimizer: str, reached: int) -> QImage:
        bench.panel.show_rows([PLAIN, replace(FAST, optimizer=optimizer, reached=reached)], 0)
        QApplication.processEvents()
        picture = bench.line(1)
        return picture.copy(picture.width() - room, 0, room, picture.height())

    short = state("", 12345)
    assert short == state("m" * 60, 12345)
    assert short != state("", 12346)


def test_numbers_of_a_narrow_table_are_short(narrow: Bench) -> None:
    values = {
        0.123456: "0.123",
        1.23456e-7: "1.23e-7",
        1234.56: "1235",
        -999.96: "−1000",
        12345.6: "1.23e4",
        0.0: "0.00",
    }
    narrow.panel.show_rows([replace(PLAIN, loss=value) for value in values], 0)
    assert [narrow.data(row, LOSS) for row in range(len(values))] == list(values.values())


LABELS = ("Momentum", "RMSProp", "Nesterov momentum", "Gradient descent", "Adam")


@pytest.mark.parametrize(
    ("width", "value", "with_gradient"),
    [
        (300, 0.0123456, False),
        (300, 1.23456e-123, False),
        (320, 0.0123456, True),
        (320, 1.23456e-123, False),
        (340, 1.23456e-7, True),
    ],
)
def test_eight_letters_of_a_name_are_shown(qtbot: QtBot, width: int, value: float, with_gradient: bool) -> None:
    bench = Bench(qtbot, width)
    bench.panel.show_rows(
        [
            replace(PLAIN, name="" if i % 2 else label, label=label, loss=-value, distance=value, gradient_norm=value)
            for i, label in enumerate(LABELS * 3)
        ],
        0,
    )
    QApplication.processEvents()
    room, metrics = bench.table.columnWidth(NAME) - 8, bench.table.fontMetrics()
    for label in LABELS:
        shown = metrics.elidedText(label, Qt.TextElideMode.ElideRight, room)
        assert shown == label or len(shown) > 8
    assert not bench.table.horizontalScrollBar().isVisible()
    assert (GRADIENT in bench.visible()) == with_gradient


def test_what_a_narrow_table_leaves_out_is_told_in_the_tooltip(qtbot: QtBot) -> None:
    bench = Bench(qtbot, 300)
    assert GRADIENT not in bench.visible()
    tip = bench.tip(1, NAME)
    for part in ("Momentum, η 0.01, γ 0.9", "1.23456e-07", "0.25", "0.0003", "first at step 57"):
        assert part in tip
    bench.panel.show_rows([replace(PLAIN, distance=None)], 0)
    assert "Distance" not in bench.tip(0, NAME)


def test_the_second_line_of_a_narrow_row_is_no_part_of_swatch_and_box(narrow: Bench) -> None:
    viewport = narrow.table.viewport()
    for column in (COLOUR, SHOWN):
        cell = narrow.table.visualRect(narrow.table.model().index(2, column))
        below = QPoint(cell.center().x(), cell.bottom() - 6)
        narrow.panel.show_rows(THREE, 0)
        narrow.qtbot.mouseClick(viewport, LEFT, pos=below)
        assert narrow.take() == [("run_chosen", 2)]
        assert narrow.panel.findChild(QMenu, "run_colours") is None
        event = QHelpEvent(QEvent.Type.ToolTip, below, viewport.mapToGlobal(below))
        QApplication.sendEvent(viewport, event)
        assert QToolTip.text() == narrow.tip(2, NAME)
    narrow.click(2, SHOWN)
    assert narrow.take() == [("hidden", 2, False)]
    QToolTip.hideText()
    narrow.qtbot.waitUntil(lambda: not QToolTip.isVisible())


def test_a_wide_panel_can_be_made_narrow_again(bench: Bench) -> None:
    assert bench.panel.width() == 900
    bench.window.resize(420, 320)
    QApplication.processEvents()
    assert bench.panel.width() == 420
    assert OPTIMIZER not in bench.visible()
    assert not bench.table.horizontalScrollBar().isVisible()


def test_a_long_optimizer_goes_on_below_the_numbers(narrow: Bench) -> None:
    before = narrow.picture(0, LOSS)
    narrow.panel.show_rows([replace(PLAIN, optimizer="m" * 60), *THREE[1:]], 0)
    QApplication.processEvents()
    assert narrow.picture(0, LOSS) != before


def test_headers_say_more_in_their_tooltips(bench: Bench) -> None:
    model, role = bench.table.model(), Qt.ItemDataRole
    texts = [model.headerData(column, Qt.Orientation.Horizontal) for column in range(9)]
    assert texts == ["", "", "Name", "Optimizer", "Loss", "Distance", "|grad|", "Steps", "State"]
    for column in range(9):
        assert model.headerData(column, Qt.Orientation.Horizontal, role.ToolTipRole).endswith(".")
        assert model.headerData(column, Qt.Orientation.Horizontal, role.AccessibleTextRole)
    assert bench.data(2, SHOWN, role.AccessibleTextRole) == "hidden"
    assert COLOURS[0] in bench.data(0, COLOUR, role.AccessibleTextRole)


def test_columns_only_grow_while_numbers_change(bench: Bench) -> None:
    def widths() -> list[int]:
        return [bench.table.columnWidth(column) for column in range(9)]

    first = widths()
    bench.panel.show_rows([replace(row, loss=3.0, gradient_norm=0.5, reached=2) for row in THREE], 0)
    assert widths() == first
    bench.panel.show_rows([replace(PLAIN, loss=-1.2345e-123), *THREE[1:]], 0)
    wide = widths()
    assert wide[LOSS] > first[LOSS]
    assert sum(wide) == sum(first)
    bench.panel.show_rows(THREE, 0)
    assert widths() == wide
    assert bench.table.horizontalHeader().sectionResizeMode(LOSS) == QHeaderView.ResizeMode.Fixed


def test_new_numbers_cost_little_and_reset_nothing(bench: Bench) -> None:
    bench.panel.show_rows(many(20), 0)
    resets: list[int] = []
    bench.table.model().modelReset.connect(lambda: resets.append(1))
    bench.table.model().layoutChanged.connect(lambda *_: resets.append(1))
    versions = [many(20, 1 + k / 100) for k in range(30)]
    took = []
    for rows in versions:
        start = time.thread_time()
        bench.panel.show_rows(rows, 0)
        took.append(time.thread_time() - start)
    assert sorted(took)[len(took) // 2] < 0.002
    assert not resets
    assert bench.data(19, LOSS) == f"{1.29 * 19.5:.2f}"
    assert bench.take() == []


def test_runs_come_and_go(bench: Bench) -> None:
    bench.panel.show_rows(many(5), 4)
    assert bench.table.currentIndex().row() == 4
    bench.panel.show_rows(many(2), 1)
    assert bench.table.model().rowCount() == 2
    assert bench.table.currentIndex().row() == 1
    bench.panel.show_rows([], -1)
    bench.panel.show_rows(many(1), 0)
    assert bench.table.currentIndex().row() == 0
    assert bench.take() == []


# Choosing


def test_a_click_chooses_a_run(bench: Bench) -> None:
    bench.click(2, LOSS)
    bench.click(2, NAME)
    assert bench.take() == [("run_chosen", 2)]


def test_up_and_down_choose_and_other_keys_are_the_run_s(bench: Bench) -> None:
    bench.click(0, LOSS)
    bench.press(Qt.Key.Key_Down, Qt.Key.Key_Down, Qt.Key.Key_Down, Qt.Key.Key_Up)
    assert bench.take() == [("run_chosen", 1), ("run_chosen", 2), ("run_chosen", 1)]
    for key in RUN_KEYS:
        bench.qtbot.keySequence(bench.table, QKeySequence(key))
    assert bench.keys == list(RUN_KEYS)
    assert bench.table.currentIndex().row() == 1
    assert bench.take() == []


def test_escape_gives_the_keys_back(bench: Bench) -> None:
    bench.click(1, LOSS)
    bench.press(Qt.Key.Key_Escape)
    assert not bench.table.hasFocus()
    assert bench.table.currentIndex().row() == 1


def test_reaching_the_table_chooses_nothing(bench: Bench) -> None:
    bench.panel.show_rows(THREE, 2)
    bench.table.setFocus()
    assert bench.table.currentIndex().row() == 2
    assert bench.take() == []


# Shown and hidden


def test_a_click_on_a_box_hides_or_shows_without_choosing(bench: Bench) -> None:
    bench.click(1, SHOWN)
    bench.click(2, SHOWN)
    assert bench.take() == [("hidden", 1, True), ("hidden", 2, False)]
    assert bench.table.currentIndex().row() == 0
    assert bench.data(1, SHOWN, Qt.ItemDataRole.CheckStateRole) == Qt.CheckState.Checked
    bench.panel.show_rows([PLAIN, replace(FAST, hidden=True), LOST], 0)
    assert bench.data(1, SHOWN, Qt.ItemDataRole.CheckStateRole) == Qt.CheckState.Unchecked
    # After a click, Space is the run's.
    bench.press(Qt.Key.Key_Space)
    assert bench.keys == ["Space"]
    assert bench.take() == []


def test_a_press_that_is_dragged_away_does_nothing(bench: Bench) -> None:
    viewport = bench.table.viewport()
    bench.qtbot.mousePress(viewport, LEFT, pos=bench.middle(1, SHOWN))
    bench.qtbot.mouseMove(viewport, bench.middle(2, LOSS))
    bench.qtbot.mouseRelease(viewport, LEFT, pos=bench.middle(2, LOSS))
    assert bench.take() == []


def test_two_quick_clicks_on_a_box_count_twice(bench: Bench) -> None:
    viewport, where = bench.table.viewport(), bench.middle(1, SHOWN)
    bench.qtbot.mouseClick(viewport, LEFT, pos=where)
    bench.qtbot.mouseDClick(viewport, LEFT, pos=where)
    bench.qtbot.mouseRelease(viewport, LEFT, pos=where)
    assert bench.take() == [("hidden", 1, True)] * 2
    assert bench.editor() is None


def test_tab_goes_through_swatch_box_and_name(bench: Bench) -> None:
    bench.panel.remove.setFocus()
    while not bench.table.hasFocus():
        bench.press(Qt.Key.Key_Tab)
    bench.press(Qt.Key.Key_Space)
    assert bench.find("run_colours", QMenu).isVisible()
    bench.find("run_colours", QMenu).close()
    bench.press(Qt.Key.Key_Tab, Qt.Key.Key_Space)
    assert bench.take() == [("hidden", 0, True)]
    bench.press(Qt.Key.Key_Tab, Qt.Key.Key_Space)
    assert bench.keys == ["Space"]
    bench.press(Qt.Key.Key_Return)
    assert bench.editor() is not None
    bench.rename("", Qt.Key.Key_Escape)
    bench.press(Qt.Key.Key_Tab)
    assert not bench.table.hasFocus()
    assert bench.take() == []


# Names


@pytest.mark.parametrize("way", ["F2", "Enter", "double click"])
def test_renaming(bench: Bench, way: str) -> None:
    bench.click(0, NAME)
    if way == "double click":
        bench.qtbot.mouseDClick(bench.table.viewport(), LEFT, pos=bench.middle(0, NAME))
    else:
        bench.press(Qt.Key.Key_F2 if way == "F2" else Qt.Key.Key_Enter)
    editor = bench.editor()
    assert editor is not None and editor.text() == "Plain"
    bench.rename(" Slow z ")
    assert bench.take() == [("renamed", 0, "Slow z")]
    assert bench.keys == []
    # It is shown once it is taken.
    assert bench.data(0, NAME) == "Plain"
    assert bench.table.hasFocus()


def test_a_run_without_a_name_shows_its_label_as_a_placeholder(bench: Bench) -> None:
    bench.click(1, NAME)
    bench.take()
    bench.press(Qt.Key.Key_F2)
    editor = bench.editor()
    assert editor is not None
    assert (editor.text(), editor.placeholderText()) == ("", "Momentum")
    bench.end()
    assert bench.take() == []


def test_a_name_can_be_taken_away(bench: Bench) -> None:
    bench.click(0, NAME)
    bench.press(Qt.Key.Key_F2, Qt.Key.Key_Delete)
    bench.end()
    assert bench.take() == [("renamed", 0, "")]


def test_escape_keeps_the_old_name(bench: Bench) -> None:
    bench.click(0, NAME)
    bench.press(Qt.Key.Key_F2)
    bench.rename("Other", Qt.Key.Key_Escape)
    assert bench.take() == []
    assert bench.table.hasFocus()


def test_leaving_the_field_takes_the_name(bench: Bench) -> None:
    bench.click(0, NAME)
    bench.press(Qt.Key.Key_F2)
    editor = bench.editor()
    bench.qtbot.keyClicks(editor, "New")
    bench.click(1, LOSS)
    assert bench.take() == [("renamed", 0, "New"), ("run_chosen", 1)]
    assert bench.table.currentIndex().row() == 1


def test_a_running_race_leaves_the_field_alone(bench: Bench) -> None:
    bench.click(0, NAME)
    bench.press(Qt.Key.Key_F2)
    editor = bench.editor()
    assert editor is not None
    bench.qtbot.keyClicks(editor, "Ne")
    for k in range(5):
        bench.panel.show_rows([replace(row, loss=row.loss * k) for row in THREE], 2)
        QApplication.processEvents()
    bench.panel.show_rows([*THREE, PLAIN], 2)
    assert bench.editor() is editor and editor.hasFocus()
    bench.qtbot.keyClicks(editor, "w")
    assert editor.text() == "New"
    bench.press(Qt.Key.Key_Up, Qt.Key.Key_PageDown)
    assert bench.editor() is editor
    bench.end()
    assert bench.take() == [("renamed", 0, "New")]
    # What was asked for meanwhile.
    assert bench.table.currentIndex().row() == 2


def test_tab_ends_the_field_and_opens_no_other(bench: Bench) -> None:
    bench.click(0, NAME)
    bench.press(Qt.Key.Key_F2)
    bench.rename("New", Qt.Key.Key_Tab)
    assert bench.take() == [("renamed", 0, "New")]


def test_a_refusal_stands_beneath_the_table(bench: Bench) -> None:
    message = bench.find("runs_error")
    assert not message.isVisible()
    bench.panel.show_error("Two runs cannot have one name.")
    assert message.isVisible() and message.text() == "Two runs cannot have one name."
    assert message.y() >= bench.table.geometry().bottom()
    bench.panel.show_error("")
    assert not message.isVisible()


# Colours


def test_a_click_on_a_swatch_offers_the_palette(bench: Bench) -> None:
    bench.click(1, COLOUR)
    menu = bench.find("run_colours", QMenu)
    assert [action.text() for action in menu.actions() if not action.isSeparator()] == [
        "Indigo", "Rose", "Green", "Purple", "Cyan", "Wine", "Teal", "Olive", "Black",
        "Magenta", "Brown", "Grey", "Violet", "Moss", "Salmon", "Slate", "Ochre", "Umber", "Default colour", "Other...",
    ]  # fmt: skip
    bench.pick("run_colours", "Teal")
    # Tol's muted scheme.
    assert bench.take() == [("recoloured", 1, "#44aa99")]
    assert bench.table.currentIndex().row() == 0


def test_a_colour_can_be_given_up_for_the_default(bench: Bench) -> None:
    bench.click(2, COLOUR)
    bench.pick("run_colours", "Default colour")
    assert bench.take() == [("recoloured", 2, "")]


def test_another_colour_is_asked_for(bench: Bench) -> None:
    bench.click(0, COLOUR)
    bench.pick("run_colours", "Other...")
    dialog = bench.find("run_colour", QColorDialog)
    assert dialog.currentColor() == QColor(COLOURS[0])
    dialog.setCurrentColor(QColor("#123456"))
    bench.qtbot.keyClick(dialog, Qt.Key.Key_Return)
    assert bench.take() == [("recoloured", 0, "#123456")]
    bench.click(0, COLOUR)
    bench.pick("run_colours", "Other...")
    bench.qtbot.keyClick(bench.find("run_colour", QColorDialog), Qt.Key.Key_Escape)
    assert bench.take() == []


# Adding, copying, removing


def test_the_buttons(bench: Bench) -> None:
    bench.panel.show_rows(THREE, 1)
    for name in ("add_run", "copy_run_button", "remove_run_button"):
        bench.qtbot.mouseClick(bench.find(name), LEFT)
        assert not bench.find(name).hasFocus()
    assert bench.take() == [("added",), ("copied", 1), ("removed", 1)]


def test_a_button_takes_over_a_name_that_is_being_typed(bench: Bench) -> None:
    bench.click(0, NAME)
    bench.press(Qt.Key.Key_F2)
    bench.qtbot.keyClicks(bench.editor(), "New")
    bench.qtbot.mouseClick(bench.find("copy_run_button"), LEFT)
    assert bench.take() == [("renamed", 0, "New"), ("copied", 0)]


def test_keys_copy_and_remove(bench: Bench) -> None:
    bench.click(2, LOSS)
    bench.take()
    bench.qtbot.keyClick(bench.table, Qt.Key.Key_D, CONTROL)
    bench.qtbot.keyClick(bench.table, Qt.Key.Key_Delete)
    assert bench.take() == [("copied", 2), ("removed", 2)]


def test_the_last_run_stays(bench: Bench) -> None:
    bench.panel.show_rows([PLAIN], 0)
    bench.table.setFocus()
    bench.qtbot.keyClick(bench.table, Qt.Key.Key_Delete)
    bench.qtbot.mouseClick(bench.find("remove_run_button"), LEFT)
    assert bench.take() == []
    assert not bench.find("remove_run_button").isEnabled()
    bench.panel.show_rows(THREE, 0)
    assert bench.find("remove_run_button").isEnabled()


def test_the_menu_of_a_run(bench: Bench) -> None:
    menu = bench.open_menu(1)
    assert [action.text() for action in menu.actions()] == ["Rename", "Copy", "Show only this", "Show all", "Remove"]
    menu.close()
    assert bench.take() == [("run_chosen", 1)]
    for text, signal in (
        ("Copy", ("copied", 1)),
        ("Show only this", ("shown_only", 1)),
        ("Show all", ("all_shown",)),
        ("Remove", ("removed", 1)),
    ):
        bench.open_menu(1)
        bench.pick("run_menu", text)
        assert bench.take() == [signal]
    bench.open_menu(1)
    bench.pick("run_menu", "Rename")
    assert bench.editor() is not None
    bench.rename("New")
    assert bench.take() == [("renamed", 1, "New")]


def test_what_the_menu_cannot_do_is_disabled(bench: Bench) -> None:
    bench.panel.show_rows([PLAIN], 0)
    menu = bench.open_menu(0)
    assert [action.text() for action in menu.actions() if not action.isEnabled()] == ["Show all", "Remove"]
    menu.close()


# What holds for all runs


def test_moving_all_starts(bench: Bench) -> None:
    box = bench.find("move_all")
    assert bench.panel.move_all
    bench.qtbot.mouseClick(box, LEFT, pos=QPoint(8, box.height() // 2))
    assert not bench.panel.move_all
    assert bench.take() == [("move_all_changed", False)]
    bench.panel.move_all = True
    assert box.isChecked()
    assert bench.take() == []
    bench.panel.set_has_starts(False)
    assert not box.isVisible()
    assert bench.find("tolerance").isVisible()
    bench.panel.set_has_starts(True)
    assert box.isVisible()


def test_the_tolerance(bench: Bench) -> None:
    field, message = bench.find("tolerance"), bench.find("runs_error")
    bench.panel.show_tolerance(1e-6)
    assert field.text() == "1e-6"
    assert bench.take() == []

    def type_in(text: str) -> None:
        field.setFocus()
        field.selectAll()
        bench.qtbot.keyClicks(field, text)
        bench.qtbot.keyClick(field, Qt.Key.Key_Return)

    type_in("0.001")
    assert bench.take() == [("tolerance_chosen", 0.001)]
    type_in("0")
    assert bench.take() == []
    assert field.value() == 0.001
    assert message.isVisible() and "above 0" in message.text()
    type_in("1e-9")
    assert bench.take() == [("tolerance_chosen", 1e-9)]
    assert not message.isVisible()
    field.setFocus()
    bench.press(Qt.Key.Key_Up)
    assert bench.take() == [("tolerance_chosen", 1.25e-9)]
