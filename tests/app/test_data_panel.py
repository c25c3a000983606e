"""The data panel, used as a person uses it."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import (
    QApplication,
    QComboBox,
    QFileDialog,
    QLabel,
    QLineEdit,
    QWidget,
)
from pytestqt.qtbot import QtBot

from gdsim.app import theme
from gdsim.app.panels.data_panel import DataPanel
from gdsim.app.widgets.number_field import LinearSlider
from tests.app.panel_bench import Bench, lecture


@pytest.fixture
def data(qtbot: QtBot) -> Bench:
    return Bench(qtbot, DataPanel(), lecture())


def test_each_source_shows_the_rows_that_it_uses(data: Bench) -> None:
    rows = ("data_file", "data_browse", "data_samples", "data_noise", "data_seed", "held_out", "standardise")
    assert data.visible(*rows) == ["data_seed", "held_out", "standardise"]
    for title in ("XOR", "Moons", "Circles", "Spirals", "Blobs"):
        data.choose("data_source", title)
        assert data.visible(*rows) == ["data_samples", "data_noise", "data_seed", "held_out", "standardise"]
        assert data.take_offers() == [{"problem.data.source": title.lower()}]
    data.choose("data_source", "The lecture's")
    assert data.visible(*rows) == ["data_seed", "held_out", "standardise"]


def test_samples_typed_digit_by_digit_are_one_change(data: Bench) -> None:
    data.choose("data_source", "Moons")
    data.take_offers()
    settled = data.settled
    data.type("data_samples", "128", end=None)
    assert data.offers == []
    data.qtbot.keyClick(data.find("data_samples"), Qt.Key.Key_Return)
    assert data.take_offers() == [{"problem.data.samples": 128}]
    assert data.settled > settled
    assert QApplication.focusWidget() is not data.find("data_samples")  # the keys are the run's again


@pytest.mark.parametrize(
    ("name", "text", "key", "value"),
    [
        ("data_noise", "0.25", "noise", 0.25),
        ("data_seed", "9223372036854775807", "seed", 2**63 - 1),
        ("data_seed", "9007199254740993", "seed", 2**53 + 1),
        ("held_out", "29", "held_out", 0.29),
        ("held_out", "12.5", "held_out", 0.125),
    ],
)
def test_numbers_come_out_as_typed(data: Bench, name: str, text: str, key: str, value: float) -> None:
    data.choose("data_source", "Moons")
    data.take_offers()
    data.type(name, text)
    assert data.take_offers() == [{f"problem.data.{key}": value}]
    assert getattr(data.scenario.problem.data, key) == value
    assert data.find(name).text() == text


def test_standardise_is_a_switch(data: Bench) -> None:
    data.click("standardise")
    data.click("standardise")
    assert data.take_offers() == [{"problem.data.standardise": True}, {"problem.data.standardise": False}]
    assert "mean 0" in data.find("standardise").toolTip()


def test_noise_follows_its_slider_up_to_1(data: Bench) -> None:
    data.choose("data_source", "Moons")
    data.take_offers()
    slider = data.find("data_noise_slider", LinearSlider)
    data.qtbot.mouseClick(slider, Qt.MouseButton.LeftButton, pos=QPoint(slider.width() - 1, slider.height() // 2))
    assert data.take_offers()[-1] == {"problem.data.noise": 1.0}
    assert "units of the features" in slider.toolTip() == data.find("data_noise").toolTip()


def test_a_refused_number_stays_as_typed_and_comes_again_with_the_next(data: Bench) -> None:
    data.choose("data_source", "Moons")
    data.take_offers()
    data.refusal = "A share of 0.0001 of 500 samples cannot be held out."
    data.type("held_out", "0.01")
    assert data.take_offers() == [{"problem.data.held_out": 0.0001}]
    assert (data.find("held_out").text(), data.error()) == ("0.01", data.refusal)
    data.refusal = ""
    data.type("data_samples", "10000")
    assert data.take_offers() == [{"problem.data.samples": 10000, "problem.data.held_out": 0.0001}]
    assert data.error() == ""
    assert (data.scenario.problem.data.samples, data.scenario.problem.data.held_out) == (10000, 0.0001)


def test_another_scenario_takes_a_refusal_away(data: Bench) -> None:
    data.refusal = "No."
    data.type("data_seed", "7")
    assert data.find("data_seed").value() == 7
    data.panel.show_scenario(lecture())
    assert (data.find("data_seed").value(), data.error()) == (420, "")


def test_all_samples_cannot_be_held_out(data: Bench) -> None:
    data.type("held_out", "100")
    assert data.offers == []
    assert "cannot be held out" in data.error()


@pytest.mark.parametrize("text", ["1", "100001", "many", "1.5", ""])
def test_impossible_samples_are_explained_and_the_last_good_number_stays(data: Bench, text: str) -> None:
    data.choose("data_source", "Moons")
    data.take_offers()
    field = data.find("data_samples")
    field.setFocus()
    field.selectAll()
    data.qtbot.keyClick(field, Qt.Key.Key_Backspace)
    data.qtbot.keyClicks(field, text)
    data.qtbot.keyClick(field, Qt.Key.Key_Return)
    assert (field.text(), field.value(), data.offers) == ("500", 500, [])
    assert text in data.error() and data.error().endswith(".")
    data.type("data_samples", "500")
    assert (data.error(), data.offers) == ("", [])


def choose_file(monkeypatch: pytest.MonkeyPatch, path: str) -> list[str]:
    """Let the file dialog give ``path`` (nothing: cancelled), and return the folders in which it opens."""
    folders: list[str] = []

    def ask(_parent: QWidget, _title: str, folder: str, _filter: str) -> tuple[str, str]:
        folders.append(folder)
        return path, ""

    monkeypatch.setattr(QFileDialog, "getOpenFileName", ask)
    return folders


def test_csv_asks_for_its_file_once(data: Bench, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    path = str(tmp_path / "flowers.csv")
    asked = choose_file(monkeypatch, path)
    data.choose("data_source", "CSV file...")
    assert data.take_offers() == [{"problem.data.source": "csv", "problem.data.file": path}]
    assert data.find("data_file", QLineEdit).text() == data.find("data_file").toolTip() == path
    assert data.visible("data_file", "data_browse", "data_samples", "data_noise") == ["data_file", "data_browse"]
    data.choose("data_source", "Blobs")
    data.choose("data_source", "CSV file...")
    assert data.take_offers() == [{"problem.data.source": "blobs"}, {"problem.data.source": "csv"}]
    assert len(asked) == 1
    other = choose_file(monkeypatch, str(tmp_path / "other.csv"))
    data.click("data_browse")
    assert data.take_offers() == [{"problem.data.file": str(tmp_path / "other.csv")}]
    assert other == [str(tmp_path)]


def test_a_cancelled_dialog_goes_back_to_the_old_source(data: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    data.choose("data_source", "Circles")
    data.take_offers()
    asked = choose_file(monkeypatch, "")
    data.choose("data_source", "CSV file...")
    assert (len(asked), data.offers) == (1, [])
    assert data.find("data_source", QComboBox).currentText() == "Circles"
    assert data.visible("data_file", "data_samples") == ["data_samples"]


def test_a_refused_file_stays_and_another_can_be_typed(
    data: Bench, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    choose_file(monkeypatch, "/nowhere/bad.csv")
    data.refusal = "/nowhere/bad.csv cannot be read."
    data.choose("data_source", "CSV file...")
    data.take_offers()
    assert data.error() == data.refusal
    assert data.find("data_source", QComboBox).currentText() == "CSV file..."
    assert data.find("data_file", QLineEdit).text() == "/nowhere/bad.csv"
    data.type("data_file", "/still/bad.csv")
    assert data.take_offers() == [{"problem.data.source": "csv", "problem.data.file": "/still/bad.csv"}]
    assert data.find("data_file").text() == "/still/bad.csv"
    assert data.find("data_file").hasFocus()
    data.refusal = ""
    data.type("data_file", str(tmp_path / "good file.csv"))
    assert data.take_offers() == [{"problem.data.source": "csv", "problem.data.file": str(tmp_path / "good file.csv")}]
    assert data.error() == ""
    assert not data.find("data_file").hasFocus()


def test_no_file_at_all_is_explained(data: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    choose_file(monkeypatch, "/data/a.csv")
    data.choose("data_source", "CSV file...")
    data.take_offers()
    data.find("data_file").clear()
    data.qtbot.keyClick(data.find("data_file"), Qt.Key.Key_Return)
    assert "need the file's name" in data.error()
    assert data.scenario.problem.data.file == "/data/a.csv"


def test_facts_of_the_data(data: Bench) -> None:
    facts = data.find("data_facts", QLabel)
    assert not facts.isVisible()
    for numbers, text in (
        ((500, 0, 20, 3), "500 samples, 20 features, 3 classes"),
        ((400, 100, 2, 2), "400 to learn from, 100 held out, 2 features, 2 classes"),
        ((1, 0, 1, 1), "1 sample, 1 feature, 1 class"),
    ):
        data.panel.show_facts(*numbers)
        assert facts.isVisible() and facts.text() == text


def test_presets(data: Bench) -> None:
    with data.qtbot.assertNotEmitted(data.panel.preset.preset_chosen):
        data.panel.preset.fill({"a": "First", "b": "Second"})
        assert data.find("preset", QComboBox).currentIndex() == -1
        data.panel.preset.show_title("First")
    assert data.find("preset", QComboBox).currentText() == "First"
    with data.qtbot.waitSignal(data.panel.preset.preset_chosen) as chosen:
        data.choose("preset", "Second")
    assert chosen.args == ["b"]
    data.panel.preset.show_title("Of a file")
    assert data.find("preset", QComboBox).currentIndex() == -1


def test_the_keys_are_the_runs_when_the_row_that_has_them_goes(data: Bench) -> None:
    data.choose("data_source", "Moons")
    data.find("data_noise").setFocus()
    data.panel.show_scenario(lecture())
    assert QApplication.focusWidget() not in data.panel.findChildren(QWidget)


def in_error_colour(data: Bench, name: str) -> bool:
    field = data.find(name)
    return field.palette().color(QPalette.ColorRole.Text) == QColor(theme.current().error)


@pytest.fixture
def refused(data: Bench) -> Bench:
    """The panel after 20 samples were refused."""
    data.choose("data_source", "Blobs")
    data.take_offers()
    data.refusal = "A batch of 33 is not possible: there are 20 samples to learn from."
    data.type("data_samples", "20")
    assert data.take_offers() == [{"problem.data.samples": 20}]
    return data


def test_a_refused_number_is_seen_to_be_refused(refused: Bench) -> None:
    assert in_error_colour(refused, "data_samples") and not in_error_colour(refused, "data_seed")
    assert refused.find("data_samples").hasFocus()
    refused.refusal = ""
    refused.type("data_samples", "40")
    assert not in_error_colour(refused, "data_samples")
    assert (refused.error(), refused.scenario.problem.data.samples) == ("", 40)
    assert not refused.find("data_samples").hasFocus()


def test_escape_takes_a_refused_number_back(refused: Bench) -> None:
    refused.qtbot.keyClick(refused.find("data_samples"), Qt.Key.Key_Escape)
    assert (refused.find("data_samples").text(), refused.error()) == ("500", "")
    assert not in_error_colour(refused, "data_samples")
    assert QApplication.focusWidget() not in refused.panel.findChildren(QWidget)
    assert refused.offers == []


def test_a_slip_elsewhere_does_not_hide_that_a_number_is_refused(refused: Bench) -> None:
    sentence = refused.refusal
    refused.type("data_seed", "many")
    assert "many" in refused.error()
    refused.type("data_seed", "420")
    assert (refused.error(), refused.offers) == (sentence, [])
    assert in_error_colour(refused, "data_samples")


def refuse_20(data: Bench) -> None:
    """Refuse 20 samples, as the lab does while its batches are larger."""
    take = data._take

    def judge(values: dict[str, object]) -> None:
        data.refusal = "Too few." if values.get("problem.data.samples") == 20 else ""
        take(values)

    data.panel.chosen.disconnect()
    data.panel.chosen.connect(judge)


def test_a_refused_number_does_not_stand_in_the_way_of_the_next(refused: Bench) -> None:
    refuse_20(refused)
    refused.type("data_seed", "7")
    together, alone = refused.take_offers()
    assert list(together.items()) == [("problem.data.seed", 7), ("problem.data.samples", 20)]
    assert alone == {"problem.data.seed": 7}
    assert refused.scenario.problem.data.seed == 7
    assert (refused.find("data_samples").text(), refused.error()) == ("500", "")
    assert not in_error_colour(refused, "data_samples")


def test_two_refused_numbers_are_both_seen(refused: Bench) -> None:
    refused.type("data_seed", "7")
    assert [list(offer) for offer in refused.take_offers()] == [
        ["problem.data.seed", "problem.data.samples"],
        ["problem.data.seed"],
    ]
    assert in_error_colour(refused, "data_samples") and in_error_colour(refused, "data_seed")
    assert refused.error() == refused.refusal


def test_a_refused_file_and_its_source_are_one_choice(
    refused: Bench, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    path = str(tmp_path / "flowers.csv")
    choose_file(monkeypatch, path)
    refuse_20(refused)
    refused.choose("data_source", "CSV file...")
    file = {"problem.data.source": "csv", "problem.data.file": path}
    assert refused.take_offers() == [file | {"problem.data.samples": 20}, file]
    assert refused.scenario.problem.data.file == path


def test_escape_takes_a_file_back(data: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    choose_file(monkeypatch, "/data/a.csv")
    data.choose("data_source", "CSV file...")
    data.take_offers()
    data.type("data_file", "/data/b.csv", end=Qt.Key.Key_Escape)
    assert (data.find("data_file").text(), data.offers) == ("/data/a.csv", [])
    assert QApplication.focusWidget() is None


def test_a_click_on_the_held_out_slider_gives_whole_percents(data: Bench) -> None:
    slider = data.find("held_out_slider", LinearSlider)
    for x in range(15, slider.width() - 10, 7):
        data.qtbot.mouseClick(slider, Qt.MouseButton.LeftButton, pos=QPoint(x, slider.height() // 2))
        assert data.find("held_out").text().isdigit()
    assert data.scenario.problem.data.held_out > 0.5


def test_the_error_colour_follows_the_theme(refused: Bench, qapp: QApplication) -> None:
    before = QPalette(qapp.palette())
    try:
        for name in ("dark", "light"):
            theme.apply(name)
            QApplication.processEvents()
            assert in_error_colour(refused, "data_samples")
    finally:
        qapp.setPalette(before)
