"""The gallery of presets, used as a person does."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QSize, Qt, QTimer
from PySide6.QtGui import QImage, QPixmap
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialogButtonBox, QLineEdit
from pytestqt.qtbot import QtBot

from gdsim.app import theme
from gdsim.app.gallery import Gallery
from gdsim.simulation.files import load, preset_names
from tests.app.conftest import Bench

THUMBNAILS = Path(__file__).resolve().parents[2] / "resources" / "thumbnails"


@pytest.fixture
def gallery(qtbot: QtBot) -> Iterator[Gallery]:
    """The gallery alone, three cards wide."""
    shown = Gallery("network")
    shown.resize(QSize(910, 640))
    with qtbot.waitActive(shown):
        shown.show()
        shown.activateWindow()
    yield shown
    shown.reject()


def names(gallery: Gallery) -> list[str]:
    """Return the names of the presets that are shown."""
    items = [gallery.list.item(row) for row in range(gallery.list.count())]
    presets = [item.data(Qt.ItemDataRole.UserRole) for item in items if not item.isHidden()]
    return [preset.name for preset in presets if preset is not None]


def headings(gallery: Gallery) -> list[str]:
    items = [gallery.list.item(row) for row in range(gallery.list.count())]
    return [item.text() for item in items if item.data(Qt.ItemDataRole.UserRole) is None and not item.isHidden()]


def centre(gallery: Gallery, name: str) -> QPoint:
    for row in range(gallery.list.count()):
        item = gallery.list.item(row)
        preset = item.data(Qt.ItemDataRole.UserRole)
        if preset is not None and preset.name == name:
            gallery.list.scrollToItem(item)
            return gallery.list.visualItemRect(item).center()
    raise AssertionError(name)


def choose(bench: Bench, act: Callable[[Gallery], object]) -> None:
    """Open the gallery by its keys and do something in it."""

    def use() -> None:
        gallery = QApplication.activeModalWidget()
        assert isinstance(gallery, Gallery)
        act(gallery)
        if gallery.isVisible():
            gallery.reject()

    QTimer.singleShot(0, bench.window, use)
    QTest.keyClick(bench.window, Qt.Key.Key_O, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)


@pytest.mark.parametrize("name", preset_names())
def test_every_preset_has_a_picture_in_light_colours(name: str) -> None:
    picture = QImage(str(THUMBNAILS / f"{name}.png"))
    assert (picture.width(), picture.height()) == (384, 240)
    pixels = [picture.pixelColor(x, y) for x in range(0, 384, 4) for y in range(0, 240, 4)]
    assert len({pixel.name() for pixel in pixels}) > 8
    assert sorted(pixel.lightness() for pixel in pixels)[len(pixels) // 2] > 150


def test_no_picture_is_of_a_preset_that_is_gone() -> None:
    assert {path.stem for path in THUMBNAILS.iterdir()} == set(preset_names())


def test_all_presets_stand_below_their_labs_the_present_one_first(gallery: Gallery) -> None:
    assert sorted(names(gallery)) == sorted(preset_names())
    assert headings(gallery) == ["Network", "Surface", "Autograd"]
    labs = [load(name).lab for name in names(gallery)]
    assert labs == sorted(labs, key=["network", "surface", "autograd"].index)
    assert load(gallery.chosen()).lab == "network"
    assert all(gallery.list.item(row).toolTip() for row in range(1, 6))


def test_the_cards_fill_rows_and_show_their_pictures(gallery: Gallery, qtbot: QtBot) -> None:
    rects = [gallery.list.visualItemRect(gallery.list.item(row)) for row in range(5)]
    heading, cards = rects[0], rects[1:]
    assert all(card.top() >= heading.bottom() for card in cards)
    assert cards[0].top() == cards[1].top() == cards[2].top() < cards[3].top()
    assert max(card.right() for card in cards) < gallery.list.viewport().width()
    assert gallery.list.horizontalScrollBar().maximum() == 0
    shot = gallery.list.viewport().grab(cards[0]).toImage()
    picture = QPixmap(str(THUMBNAILS / f"{gallery.chosen()}.png")).toImage()
    inside = shot.copy(12, 12, 256, 160)
    reds = [sum(image.pixelColor(x * image.width() // 64, y * image.height() // 40).lightness()
                for x in range(64) for y in range(40)) for image in (inside, picture)]  # fmt: skip
    assert reds[0] == pytest.approx(reds[1], rel=0.03)


def test_typing_finds_by_title_description_and_lab(gallery: Gallery) -> None:
    QTest.keyClicks(gallery.filter, "RACE momentum")
    assert "race-valley" in names(gallery) and "saddle" not in names(gallery)
    assert all("race" in name for name in names(gallery))
    assert gallery.chosen() == names(gallery)[0]
    gallery.filter.clear()
    QTest.keyClicks(gallery.filter, "autograd")
    assert names(gallery) == [name for name in preset_names() if load(name).lab == "autograd"]
    assert headings(gallery) == ["Autograd"]
    QTest.keyClicks(gallery.filter, "zzz")
    assert names(gallery) == [] and gallery.nothing.isVisible() and gallery.chosen() == ""
    assert not gallery.buttons.button(QDialogButtonBox.StandardButton.Open).isEnabled()
    QTest.keyClick(gallery.filter, Qt.Key.Key_Return)
    assert gallery.isVisible()
    gallery.filter.clear()
    assert len(names(gallery)) == len(preset_names()) and gallery.list.isVisible()


def test_arrows_walk_over_the_cards_and_typing_goes_back_to_the_search(gallery: Gallery) -> None:
    assert gallery.filter.hasFocus()
    QTest.keyClick(gallery.filter, Qt.Key.Key_Down)
    assert gallery.list.hasFocus()
    shown = names(gallery)
    assert gallery.chosen() == shown[0]
    QTest.keyClick(gallery.list, Qt.Key.Key_Right)
    assert gallery.chosen() == shown[1]
    QTest.keyClick(gallery.list, Qt.Key.Key_Down)
    assert gallery.chosen() == shown[4]
    # A heading is stepped over.
    QTest.keyClick(gallery.list, Qt.Key.Key_Down)
    assert load(gallery.chosen()).lab == "surface"
    QTest.keyClick(gallery.list, Qt.Key.Key_Up)
    assert load(gallery.chosen()).lab == "network"
    QTest.keyClicks(gallery.list, "sp")
    assert gallery.filter.hasFocus() and gallery.filter.text() == "sp"


@pytest.mark.parametrize("way", ["enter", "enter in the cards", "double click", "button"])
def test_a_preset_is_opened(bench: Bench, way: str) -> None:
    def act(gallery: Gallery) -> None:
        field = gallery.findChild(QLineEdit, "gallery_filter")
        QTest.keyClicks(field, "himmelblau")
        if way == "enter":
            QTest.keyClick(field, Qt.Key.Key_Return)
        elif way == "enter in the cards":
            QTest.keyClick(field, Qt.Key.Key_Down)
            QTest.keyClick(gallery.list, Qt.Key.Key_Return)
        elif way == "button":
            button = gallery.buttons.button(QDialogButtonBox.StandardButton.Open)
            QTest.mouseClick(button, Qt.MouseButton.LeftButton)
        else:
            place = centre(gallery, "himmelblau")
            QTest.mouseClick(gallery.list.viewport(), Qt.MouseButton.LeftButton, pos=place)
            QTest.mouseDClick(gallery.list.viewport(), Qt.MouseButton.LeftButton, pos=place)

    choose(bench, act)
    assert bench.lab.scenario == load("himmelblau")


def test_escape_opens_nothing(bench: Bench) -> None:
    before = bench.lab.scenario
    choose(bench, lambda gallery: QTest.keyClick(gallery.filter, Qt.Key.Key_Escape))
    assert bench.lab.scenario == before


def test_the_gallery_follows_the_theme(gallery: Gallery, qtbot: QtBot) -> None:
    def lightness() -> int:
        return gallery.list.viewport().grab().toImage().pixelColor(3, 3).lightness()

    assert lightness() > 200
    theme.apply("dark")
    try:
        qtbot.waitUntil(lambda: lightness() < 80)
    finally:
        theme.apply("light")
