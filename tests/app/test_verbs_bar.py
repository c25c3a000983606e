"""The verbs bar, used as a person uses it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QAction, QColor, QPalette
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QMainWindow, QToolButton, QWidget
from pytestqt.qtbot import QtBot

from gdsim.app import theme
from gdsim.app.actions import Actions
from gdsim.app.panels.state_label import StateLabel
from gdsim.app.panels.verbs_bar import VERBS, Left, VerbsBar
from gdsim.app.widgets.message_label import MessageLabel
from gdsim.app.widgets.whole_number import WholeNumber
from gdsim.simulation.snapshot import Graph, HeldGradient, Point, Snapshot

GRAPH_VERBS = ("zero_grad", "forward", "backward")


def state(step: int, grad: tuple[int, int] | None = None, graph: Graph = "none", stale_graph: bool = False) -> Snapshot:
    """Return a run's state; ``grad`` is how often backward was called and at which step last."""
    held = None if grad is None else HeldGradient({}, *grad)
    now = Point(step, {}, 1.0, {}, {}, {})
    table = np.zeros((1, 0))
    return Snapshot(1, "backward", now, None, (), step, (), table, grad=held, graph=graph, stale_graph=stale_graph)


@pytest.fixture
def window(qtbot: QtBot) -> QMainWindow:
    """A window of the width of a small projector, with the actions' shortcuts and another field."""
    window = QMainWindow()
    qtbot.addWidget(window)
    actions = Actions(window)
    window.addActions([actions[name] for name in (*VERBS, "keep_graph", "run_epochs", "play")])
    window.addToolBar(VerbsBar(actions))
    window.setCentralWidget(QLineEdit())
    window.resize(1280, 200)
    with qtbot.waitActive(window):
        window.show()
        window.activateWindow()  # where no window manager hands out the keys
    return window


@pytest.fixture
def bar(window: QMainWindow) -> VerbsBar:
    found = window.findChild(VerbsBar, "verbs_bar")
    assert found is not None
    return found


@pytest.fixture
def graph_bar(window: QMainWindow) -> VerbsBar:
    """The bar of a lab that updates nothing and has no epochs, in a row below the other."""
    bar = VerbsBar(Actions(window), GRAPH_VERBS, with_epochs=False)
    window.addToolBarBreak()
    window.addToolBar(bar)
    return bar


def action(bar: VerbsBar, name: str) -> QAction:
    return bar.findChild(QToolButton, name).defaultAction()


def words(bar: VerbsBar) -> tuple[str, str]:
    return bar.findChild(QLabel, "grad_state").text(), bar.findChild(QLabel, "graph_state").text()


@pytest.mark.parametrize("name", [*VERBS, "run_epochs"])
def test_a_button_calls_its_verb_and_leaves_the_focus_alone(qtbot: QtBot, bar: VerbsBar, name: str) -> None:
    field = bar.window().centralWidget()
    field.setFocus()
    with qtbot.waitSignal(action(bar, name).triggered):
        qtbot.mouseClick(bar.findChild(QToolButton, name), Qt.MouseButton.LeftButton)
    assert QApplication.focusWidget() is field


def test_buttons_show_the_notebooks_words(bar: VerbsBar) -> None:
    assert [bar.findChild(QToolButton, name).text() for name in VERBS] == ["zero_grad", "forward", "backward", "update"]
    for name in VERBS:
        button = bar.findChild(QToolButton, name)
        assert button.toolButtonStyle() == Qt.ToolButtonStyle.ToolButtonTextOnly
        assert button.accessibleName() == name
        assert button.toolTip()


def test_keep_graph_is_a_switch_that_is_seen(qtbot: QtBot, bar: VerbsBar) -> None:
    button = bar.findChild(QToolButton, "keep_graph")
    off = ground(button)
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert action(bar, "keep_graph").isChecked()
    on = ground(button)
    assert abs(on.lightness() - off.lightness()) > 40
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert not action(bar, "keep_graph").isChecked()
    assert ground(button) == off


def ground(button: QToolButton) -> QColor:
    QApplication.sendEvent(button, QEvent(QEvent.Type.Leave))
    return button.grab().toImage().pixelColor(5, button.height() // 2)


@pytest.mark.parametrize(
    ("snapshot", "grad", "graph"),
    [
        (state(0), "grad: None", "graph: none"),
        (state(0, None, "kept"), "grad: None", "graph: kept"),
        (state(3, (1, 3), "freed"), "grad: fresh", "graph: freed"),
        (state(4, (1, 3), "freed", True), "grad: stale, of step 3", "graph: freed"),
        (state(3, (2, 3), "kept"), "grad: accumulated 2 times", "graph: kept"),
        (state(5, (3, 4), "kept", True), "grad: accumulated 3 times, stale, of step 4", "graph: kept, out of date"),
        (state(5, None, "none", True), "grad: None", "graph: none"),
    ],
)
def test_the_state_is_said_in_words(bar: VerbsBar, snapshot: Snapshot, grad: str, graph: str) -> None:
    bar.show_state(state(9, (1, 9), "kept"))
    before = [bar.findChild(QLabel, name).toolTip() for name in ("grad_state", "graph_state")]
    bar.show_state(snapshot)
    assert words(bar) == (grad, graph)
    for name, text, old in zip(("grad_state", "graph_state"), words(bar), before, strict=True):
        label = bar.findChild(QLabel, name)
        assert label.fontMetrics().horizontalAdvance(text) <= label.contentsRect().width()
        assert label.toolTip().endswith(".")
        assert (label.toolTip() == old) == (text in ("grad: fresh", "graph: kept"))


@pytest.mark.parametrize("name", ["light", "dark"])
def test_the_dot_is_full_only_while_it_can_be_used(bar: VerbsBar, themed: Callable[[str], None], name: str) -> None:
    themed(name)
    bar.show_state(state(3, (1, 3), "kept"))
    grad, graph = bar.findChild(StateLabel, "grad_state"), bar.findChild(StateLabel, "graph_state")
    ground = bar.palette().color(QPalette.ColorRole.Window)
    assert middle(grad) == QColor(theme.current().gradient)
    assert middle(graph) == QColor(theme.current().text)
    bar.show_state(state(4, (1, 3), "kept", True))
    for label in (grad, graph):
        assert abs(middle(label).lightness() - ground.lightness()) < 25


def middle(label: StateLabel) -> QColor:
    return label.grab().toImage().pixelColor(6, label.height() // 2)


@pytest.fixture
def themed(qapp: QApplication) -> Iterator[Callable[[str], None]]:
    style, palette = qapp.style().objectName(), QPalette(qapp.palette())
    qapp.setStyle("Fusion")
    yield theme.apply
    qapp.setStyle(style)
    qapp.setPalette(palette)


def test_nothing_jumps_when_the_state_changes(bar: VerbsBar) -> None:
    buttons = [bar.findChild(QWidget, name) for name in (*VERBS, "run_epochs", "run_epochs_count")]

    def places() -> list[object]:
        QApplication.processEvents()
        return [(button.geometry(), bar.height()) for button in buttons]

    bar.show_state(state(0))
    first = places()
    for step in (1, 12, 9999):
        bar.show_state(state(step, (9, step - 1), "kept", True))
        bar.show_error("The graph was freed by the last backward: run forward again, or keep the graph next time.")
        assert places() == first


def test_a_state_costs_no_layout(qtbot: QtBot, bar: VerbsBar) -> None:
    seen: list[QEvent.Type] = []

    class Spy(QObject):
        def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
            seen.append(event.type())
            return False

    QApplication.processEvents()
    spy = Spy()
    for widget in (bar, bar.window(), bar.findChild(QLabel, "grad_state").parentWidget()):
        widget.installEventFilter(spy)
    for step in range(1, 20):
        bar.show_state(state(step, (1, step - 1), "freed"))
        QApplication.processEvents()
    assert words(bar)[0] == "grad: stale, of step 18"
    assert QEvent.Type.LayoutRequest not in seen


def test_a_refusal_is_read_whole_and_goes_with_the_next_state(bar: VerbsBar) -> None:
    error = bar.findChild(MessageLabel, "verbs_error")
    bar.show_state(state(3, (1, 3), "freed"))
    assert not error.isVisible()
    sentence = "The parameters have changed since the last forward; its graph is out of date: run forward again."
    bar.show_error(sentence)
    QApplication.processEvents()
    assert error.isVisible()
    assert error.text() == error.toolTip() == sentence
    assert error.heightForWidth(error.width()) <= error.height()
    assert error.font().pointSizeF() == bar.font().pointSizeF()
    bar.window().resize(1240, 200)
    QApplication.processEvents()
    assert error.heightForWidth(error.width()) <= error.height()
    assert error.font().pointSizeF() < bar.font().pointSizeF()
    bar.show_state(state(3, (1, 3), "freed"))
    assert error.isVisible()
    bar.show_state(state(3, None, "freed"))
    assert not error.isVisible()


def test_a_refusal_is_taken_away_after_success(bar: VerbsBar) -> None:
    bar.show_error("There is no gradient yet (grad is None): run backward first.")
    assert bar.findChild(MessageLabel, "verbs_error").isVisible()
    bar.show_error("")
    assert not bar.findChild(MessageLabel, "verbs_error").isVisible()


def test_a_refusal_has_the_colour_of_errors(bar: VerbsBar, themed: Callable[[str], None]) -> None:
    themed("light")
    error = bar.findChild(MessageLabel, "verbs_error")
    bar.show_error("####################")
    error.refresh_colour()
    QApplication.processEvents()
    image = error.grab().toImage()
    colours = [image.pixelColor(x, y) for x in range(120) for y in range(image.height())]
    assert any(c.red() > 150 and c.green() < 90 and c.blue() < 90 for c in colours)


def test_a_hidden_bar_does_nothing_and_catches_up(bar: VerbsBar) -> None:
    bar.show_state(state(3, (1, 3), "kept"))
    bar.hide()
    bar.show_state(state(4, (1, 3), "freed", True))
    assert words(bar) == ("grad: fresh", "graph: kept")
    bar.show()
    assert words(bar) == ("grad: stale, of step 3", "graph: freed")


def test_epochs_count_as_soon_as_they_are_typed(qtbot: QtBot, bar: VerbsBar) -> None:
    epochs = bar.findChild(WholeNumber, "run_epochs_count")
    epochs.selectAll()
    qtbot.keyClicks(epochs, "25")
    qtbot.mouseClick(bar.findChild(QToolButton, "run_epochs"), Qt.MouseButton.LeftButton)
    assert epochs.value() == 25
    qtbot.keyClick(epochs, Qt.Key.Key_Return)
    assert epochs.text() == "25 epochs"
    epochs.setValue(1)
    assert epochs.text() == "1 epoch"


@pytest.mark.parametrize("text", ["0", "1000001", "ten"])
def test_impossible_epochs_are_explained(qtbot: QtBot, bar: VerbsBar, text: str) -> None:
    epochs = bar.findChild(WholeNumber, "run_epochs_count")
    before = epochs.value()
    epochs.selectAll()
    qtbot.keyClicks(epochs, text)
    qtbot.keyClick(epochs, Qt.Key.Key_Return)
    assert text in bar.findChild(MessageLabel, "verbs_error").text()
    assert epochs.value() == before
    assert epochs.text() == f"{before} epochs"


def test_keys_of_the_run_pass_through_the_epochs(qtbot: QtBot, bar: VerbsBar) -> None:
    epochs = bar.findChild(WholeNumber, "run_epochs_count")
    epochs.setFocus()
    play = next(action for action in bar.window().actions() if action.text() == "Play")
    with qtbot.waitSignal(play.triggered):
        qtbot.keyClick(epochs, Qt.Key.Key_Space)
    assert epochs.text() == "10 epochs"


def test_a_bar_without_update_and_epochs_has_only_its_own_buttons(qtbot: QtBot, graph_bar: VerbsBar) -> None:
    buttons = [button.objectName() for button in graph_bar.findChildren(QToolButton) if button.defaultAction()]
    assert buttons == [*GRAPH_VERBS, "keep_graph"]
    assert graph_bar.epochs is None
    assert graph_bar.findChild(WholeNumber) is None
    for name in buttons:
        with qtbot.waitSignal(action(graph_bar, name).triggered):
            qtbot.mouseClick(graph_bar.findChild(QToolButton, name), Qt.MouseButton.LeftButton)


@pytest.mark.parametrize(
    ("left", "grad", "graph"),
    [
        (Left("zero_grad", None, "none"), "grad: None", "graph: none"),
        (Left("forward", None, "kept"), "grad: None", "graph: kept"),
        (Left("backward", (1, 0), "freed"), "grad: fresh", "graph: freed"),
        (Left("backward", (2, 0), "kept"), "grad: accumulated 2 times", "graph: kept"),
        (
            Left("forward", (1, 2), "kept", step=3, out_of_date=True),
            "grad: stale, of step 2",
            "graph: kept, out of date",
        ),
    ],
)
def test_what_is_left_without_a_run_is_said_in_words(graph_bar: VerbsBar, left: Left, grad: str, graph: str) -> None:
    graph_bar.show_left(Left("backward", (12, 0), "kept"))
    graph_bar.show_left(left)
    assert words(graph_bar) == (grad, graph)


LEFT = [
    Left("backward", grad, graph, step, out_of_date)
    for grad in (None, (1, 0), (2, 0))
    for graph in ("none", "kept", "freed")
    for step in (0, 1)
    for out_of_date in (False, True)
]
"""One of each kind of what verbs may leave behind."""


def tips(bar: VerbsBar) -> list[str]:
    return [bar.findChild(QLabel, name).toolTip() for name in ("grad_state", "graph_state")]


def test_a_bar_without_update_never_speaks_of_it(bar: VerbsBar, graph_bar: VerbsBar) -> None:
    said: dict[VerbsBar, set[str]] = {bar: set(), graph_bar: set()}
    for left in LEFT:
        for one in said:
            one.show_left(left)
            said[one].update(tips(one))
    assert "grad is None until backward has been called." in said[graph_bar]
    for sentence in said[graph_bar]:
        assert sentence.endswith(".")
        assert "update" not in sentence
        assert "parameters" not in sentence
    assert len([sentence for sentence in said[bar] if "update" in sentence]) == 2
    assert len([sentence for sentence in said[bar] if "parameters" in sentence]) == 1


def test_a_refusal_goes_with_the_next_phase_of_a_bar_without_a_run(graph_bar: VerbsBar) -> None:
    error = graph_bar.findChild(MessageLabel, "verbs_error")
    graph_bar.show_left(Left("backward", (1, 0), "freed"))
    graph_bar.show_error("The graph was freed by the last backward: run forward again, or keep the graph next time.")
    graph_bar.show_left(Left("backward", (1, 0), "freed"))
    assert error.isVisible()
    graph_bar.show_left(Left("forward", (1, 0), "freed"))
    assert not error.isVisible()


def test_a_hidden_bar_without_a_run_catches_up(graph_bar: VerbsBar) -> None:
    graph_bar.hide()
    graph_bar.show_left(Left("backward", (2, 0), "freed"))
    assert words(graph_bar) == ("grad: None", "graph: none")
    graph_bar.show()
    assert words(graph_bar) == ("grad: accumulated 2 times", "graph: freed")
