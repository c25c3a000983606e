"""The network panel, and what it shares with the data panel, used as a person uses them."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import (
    QApplication,
    QCheckBox,
    QComboBox,
    QDoubleSpinBox,
    QLabel,
    QPushButton,
    QToolButton,
    QWidget,
)
from pytestqt.qtbot import QtBot

from gdsim.app.panels.data_panel import DataPanel
from gdsim.app.panels.network_panel import NetworkPanel
from gdsim.app.scenario_model import revised
from gdsim.app.widgets.polite import is_refused
from gdsim.app.widgets.whole_number import WholeNumber
from tests.app.panel_bench import Bench, children, clipped, lecture


@pytest.fixture
def data(qtbot: QtBot) -> Bench:
    return Bench(qtbot, DataPanel(), lecture())


@pytest.fixture
def network(qtbot: QtBot) -> Bench:
    return Bench(qtbot, NetworkPanel(), lecture())


LECTURE_LAYERS = [
    {"units": 13, "activation": "relu", "bias": False},
    {"units": 8, "activation": "sigmoid", "bias": False},
]


def test_the_lectures_network_is_shown(network: Bench) -> None:
    assert [network.find(f"units_{i}").text() for i in (1, 2)] == ["13", "8"]
    names = ("activation_1", "activation_2", "activation_output")
    assert [network.find(n, QComboBox).currentText() for n in names] == ["relu", "sigmoid", "identity"]
    assert [network.find(f"bias_{i}", QCheckBox).isChecked() for i in (1, 2, "output")] == [False, False, True]
    network.panel.show_facts(391, 3, 500)
    assert network.find("units_output", QLabel).text() == "3"
    assert network.find("network_facts", QLabel).text() == "391 parameters"
    assert network.visible("batch_size", "init_constant") == []


def test_a_layer_is_edited(network: Bench) -> None:
    network.type("units_1", "128", end=None)
    assert network.offers == []
    network.qtbot.keyClick(network.find("units_1"), Qt.Key.Key_Return)
    first, second = LECTURE_LAYERS
    assert network.take_offers() == [{"problem.layer": [first | {"units": 128}, second]}]
    network.choose("activation_2", "leaky relu")
    assert network.take_offers()[0]["problem.layer"][1] == second | {"activation": "leaky_relu"}
    network.click("bias_1")
    assert network.take_offers()[0]["problem.layer"][0] == {"units": 128, "activation": "relu", "bias": True}
    assert network.scenario.problem.layer[1].activation == "leaky_relu"


def test_the_output_is_edited_but_for_its_units(network: Bench) -> None:
    network.choose("activation_output", "tanh")
    network.click("bias_output")
    assert network.take_offers() == [{"problem.output.activation": "tanh"}, {"problem.output.bias": False}]
    assert type(network.find("units_output")) is QLabel


def test_layers_are_added_up_to_eight_and_removed(network: Bench) -> None:
    add = network.find("add_layer", QPushButton)
    for count in range(3, 8):
        assert add.isEnabled()
        network.click("add_layer")
        [offer] = network.take_offers()
        assert offer == {"problem.layer": LECTURE_LAYERS + LECTURE_LAYERS[1:] * (count - 2)}
        assert network.visible(*(f"units_{i}" for i in range(1, count + 1)))[-1] == f"units_{count}"
    assert not add.isEnabled()
    assert "8 layers at most" in add.toolTip()
    network.click("remove_layer_1")
    assert network.take_offers() == [{"problem.layer": LECTURE_LAYERS[1:] * 6}]
    assert add.isEnabled() and "at most" not in add.toolTip()
    assert not network.find("units_7").isVisible()


def test_a_network_without_hidden_layers_and_back(network: Bench) -> None:
    network.click("remove_layer_1")
    network.click("remove_layer_1")
    assert network.take_offers() == [{"problem.layer": LECTURE_LAYERS[1:]}, {"problem.layer": []}]
    assert network.visible("units_1", "bias_1", "remove_layer_1") == []
    network.click("add_layer")
    [offer] = network.take_offers()
    assert offer == {"problem.layer": [{"units": 8, "activation": "relu", "bias": True}]}


def test_what_is_being_typed_is_not_lost_when_a_layer_is_added(network: Bench) -> None:
    network.type("units_2", "64", end=None)
    network.click("add_layer")
    grown = [LECTURE_LAYERS[0], LECTURE_LAYERS[1] | {"units": 64}]
    assert network.take_offers() == [{"problem.layer": grown}, {"problem.layer": [*grown, grown[1]]}]


def test_adding_and_removing_leaks_no_widgets(network: Bench) -> None:
    def count() -> int:
        return len(network.panel.findChildren(QWidget))

    for _ in range(5):
        network.click("add_layer")
    full = count()
    for _ in range(3):
        for _ in range(7):
            network.click("remove_layer_1")
        for _ in range(7):
            network.click("add_layer")
    assert count() == full


def test_the_focus_stays_while_layers_come_and_go(network: Bench) -> None:
    network.find("units_1").setFocus()
    network.click("add_layer")
    assert QApplication.focusWidget() is network.find("units_1")
    network.find("units_3").setFocus()
    network.click("remove_layer_1")
    assert QApplication.focusWidget() is network.find("units_2")
    network.find("remove_layer_2").setFocus()
    network.qtbot.keyClick(network.find("remove_layer_2"), Qt.Key.Key_Space)
    assert QApplication.focusWidget() is network.find("remove_layer_1")
    network.qtbot.keyClick(network.find("remove_layer_1"), Qt.Key.Key_Space)
    assert QApplication.focusWidget() is network.find("add_layer")
    for _ in range(7):
        network.qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Space)
    assert QApplication.focusWidget() is network.find("remove_layer_7")


def test_tab_goes_along_the_rows(network: Bench) -> None:
    network.click("add_layer")
    network.find("units_1").setFocus()
    seen = []
    for _ in range(16):
        seen.append(QApplication.focusWidget().objectName())
        network.qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Tab)
    rows = [f"{part}_{i}" for i in (1, 2, 3) for part in ("units", "activation", "bias", "remove_layer")]
    assert seen == [*rows, "activation_output", "bias_output", "add_layer", "loss"]


@pytest.mark.parametrize("text", ["0", "4097", "-3", "abc"])
def test_impossible_units_are_explained(network: Bench, text: str) -> None:
    network.type("units_1", text)
    assert text in network.error()
    assert (network.find("units_1").text(), network.offers) == ("13", [])


def test_a_batch_is_offered_and_taken_back(network: Bench) -> None:
    network.click("full_batch")
    assert network.visible("batch_size") == ["batch_size"]
    assert network.find("batch_size").text() == "32 samples"
    network.type("batch_size", "128")
    assert network.find("batch_size").text() == "128 samples"
    network.click("full_batch")
    assert network.take_offers() == [{"problem.batch_size": size} for size in (32, 128, None)]
    assert network.visible("batch_size") == []


def test_the_batch_offered_is_no_larger_than_the_data(network: Bench) -> None:
    network.panel.show_facts(391, 3, 10)
    network.click("full_batch")
    assert network.take_offers() == [{"problem.batch_size": 10}]


def test_a_refused_batch_stays_as_typed(network: Bench) -> None:
    network.click("full_batch")
    network.take_offers()
    network.refusal = "A batch of 5000 is not possible: there are 500 samples to learn from."
    network.type("batch_size", "5000")
    assert network.take_offers() == [{"problem.batch_size": 5000}]
    assert (network.find("batch_size").text(), network.error()) == ("5000 samples", network.refusal)
    network.refusal = ""
    network.type("batch_size", "32 samples")
    assert network.take_offers() == [{"problem.batch_size": 32}]
    assert network.error() == ""


def test_a_refused_layer_list_stays(network: Bench) -> None:
    network.refusal = "Too large."
    network.type("units_1", "4096")
    assert network.find("units_1").text() == "4096"
    assert network.error() == "Too large."


def test_loss_seed_and_initialisation(network: Bench) -> None:
    network.choose("loss", "Mean squared error")
    network.type("network_seed", "7")
    network.choose("initialisation", "Constant")
    assert network.visible("init_constant") == ["init_constant"]
    network.type("init_constant", "-0.5")
    network.choose("initialisation", "Xavier")
    assert network.visible("init_constant") == []
    assert network.take_offers() == [
        {"problem.loss": "mse"},
        {"problem.seed": 7},
        {"problem.init": "constant"},
        {"problem.constant": -0.5},
        {"problem.init": "xavier"},
    ]
    assert network.settled >= 5


def test_showing_is_silent(data: Bench, network: Bench) -> None:
    other = revised(
        data.scenario,
        {
            "problem.data": {"source": "spirals", "samples": 77, "noise": 0.3, "seed": 1, "held_out": 0.29,
                             "standardise": True},
            "problem.layer": [{"units": n, "activation": "gelu", "bias": True} for n in range(1, 8)],
            "problem.output": {"activation": "sigmoid", "bias": False},
            "problem.batch_size": 5_000_000_000, "problem.seed": 2**63 - 1, "problem.loss": "mse",
            "problem.init": "constant", "problem.constant": 0.5,
        },
    )  # fmt: skip
    for bench in (data, network):
        before, settled = bench.scenario, bench.settled
        bench.panel.show_scenario(other)
        shown = bench.panel.values()
        for key, value in shown.items():
            part: Any = other.model_dump(mode="json")
            for name in key.split("."):
                part = part[name]
            assert value == (list(part) if key == "problem.layer" else part), key
        bench.panel.show_scenario(before)
        assert bench.panel.values() != shown
        assert (bench.offers, bench.settled) == ([], settled)


def test_nothing_is_clipped_at_the_width_of_the_left_side(data: Bench, network: Bench) -> None:
    data.choose("data_source", "Moons")
    data.panel.show_facts(90_000, 10_000, 1000, 100)
    for _ in range(5):
        network.click("add_layer")
    for number in range(1, 8):
        network.type(f"units_{number}", "4096")
        network.choose(f"activation_{number}", "leaky relu")
    network.click("full_batch")
    network.choose("initialisation", "Constant")
    network.panel.show_facts(117_464_064, 100, 90_000)
    network.panel.show_error("A batch of 5000 is not possible: there are 400 samples to learn from.")
    assert clipped(data) == clipped(network) == []
    for number in range(1, 8):
        field = network.find(f"units_{number}", WholeNumber).lineEdit()
        assert field.fontMetrics().horizontalAdvance("4096") + 4 <= field.width()


def test_every_control_has_a_name_for_assistive_tools_and_a_tooltip(data: Bench, network: Bench) -> None:
    for bench in (data, network):
        for widget in children(bench, QComboBox, QCheckBox, WholeNumber, QDoubleSpinBox, QToolButton):
            assert widget.objectName() and widget.toolTip(), widget
            assert widget.accessibleName() or widget.text(), widget.objectName()


def test_scrolling_over_a_panel_changes_nothing(network: Bench) -> None:
    before = network.panel.values()
    network.find("add_layer").setFocus()
    for widget in children(network, QComboBox, WholeNumber):
        wheel = QWheelEvent(
            QPointF(5, 5), QPointF(5, 5), QPoint(0, 0), QPoint(0, -120), Qt.MouseButton.NoButton,
            Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
        )  # fmt: skip
        QApplication.sendEvent(widget, wheel)
    assert network.panel.values() == before
    assert network.offers == []


def test_refused_fields_of_layers_are_seen(network: Bench) -> None:
    def marked() -> list[str]:
        return sorted(w.objectName() for w in children(network, QComboBox, QCheckBox, WholeNumber) if is_refused(w))

    network.refusal = "Too large."
    network.type("units_1", "4096")
    network.choose("activation_2", "tanh")
    assert marked() == ["activation_2", "units_1"]
    network.click("add_layer")
    assert {"units_3", "activation_3", "bias_3"} < set(marked())
    network.click("remove_layer_3")
    assert marked() == ["activation_2", "units_1"]
    network.find("units_1").setFocus()
    network.qtbot.keyClick(network.find("units_1"), Qt.Key.Key_Escape)
    assert (marked(), network.find("units_1").text(), network.error()) == ([], "13", "")
    assert network.find("activation_2", QComboBox).currentText() == "sigmoid"


def test_escape_in_the_units_changes_nothing(network: Bench) -> None:
    network.type("units_1", "5", end=Qt.Key.Key_Escape)
    network.click("bias_1")
    [offer] = network.take_offers()
    assert offer["problem.layer"][0]["units"] == 13


def test_a_click_on_a_switch_takes_over_what_is_being_typed(network: Bench) -> None:
    network.type("units_1", "5", end=None)
    network.click("bias_1")
    first, second = LECTURE_LAYERS[0] | {"units": 5}, LECTURE_LAYERS[1]
    assert network.take_offers() == [
        {"problem.layer": [first, second]},
        {"problem.layer": [first | {"bias": True}, second]},
    ]
    assert QApplication.focusWidget() is None
