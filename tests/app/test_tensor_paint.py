"""Pixels of the tables: numbers, colours and what is marked."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtWidgets import QApplication

from gdsim.app.theme import DARK, LIGHT, Theme
from gdsim.app.widgets.number_field import tabular
from gdsim.app.widgets.tensor_paint import (
    MOST_MARKED,
    PADDING,
    cell_colours,
    change_between,
    glyphs_for,
    image_of,
    largest_of,
    marked_cells,
    sample_of,
)
from gdsim.app.widgets.tensor_text import NumberFormat

BOTH = pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])


def contrast(one: QColor, other: QColor) -> float:
    """Return the contrast of two colours as WCAG 2.1 defines it."""

    def luminance(colour: QColor) -> float:
        parts = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in colour.getRgbF()[:3]]
        return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]

    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def ink(image: QImage) -> np.ndarray:
    """Return how dark each pixel is, 0 to 255."""
    grey = image.convertToFormat(QImage.Format.Format_Grayscale8)
    rows = np.frombuffer(grey.constBits(), np.uint8).reshape(grey.height(), grey.bytesPerLine())
    return 255 - rows[:, : grey.width()].astype(int)


def on_white(width: int, height: int, ratio: float) -> QImage:
    image = QImage(round(width * ratio), round(height * ratio), QImage.Format.Format_RGB32)
    image.setDevicePixelRatio(ratio)
    image.fill(QColor("white"))
    return image


@pytest.mark.parametrize("ratio", [1.0, 1.25, 1.5, 2.0])
@pytest.mark.parametrize(("form", "value"), [
    (NumberFormat(4), 0.1366), (NumberFormat(4), -28.0509), (NumberFormat(4), -999.9), (NumberFormat(0), -7.0),
    (NumberFormat(3, scientific=True), -3.029e-4), (NumberFormat(3, scientific=True), 8.5e12),
    (NumberFormat(2), math.nan), (NumberFormat(2), -math.inf),
])  # fmt: skip
def test_put_together_glyphs_look_like_qts_own_text(
    qapp: QApplication, form: NumberFormat, value: float, ratio: float
) -> None:
    font = tabular(QApplication.font())
    glyphs = glyphs_for(font, ratio, form, LIGHT)
    width, height = glyphs.cell
    pixels, large = glyphs.picture(np.array([[value]]), 0)
    assert not large.size
    mine, qts = on_white(width, height, ratio), on_white(width, height, ratio)
    painter = QPainter(mine)
    painter.drawImage(0, 0, image_of(pixels, ratio))
    painter.end()
    painter = QPainter(qts)
    painter.setFont(font)
    painter.setPen(QColor(LIGHT.text if math.isfinite(value) else LIGHT.error))
    cell = QRectF(0, 0, width - PADDING, height)
    painter.drawText(cell, int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter), form.text(value))
    painter.end()
    # Each character may be rounded to whole pixels; where the ink lies, row by row and column by column, is the same.
    for axis, most in ((1, 1.0), (0, 1.0 + 0.5 * len(form.text(value)))):
        a, b = (np.cumsum(ink(image).sum(axis=axis)) for image in (mine, qts))
        assert b[-1] > 0
        assert abs(a[-1] - b[-1]) < 0.08 * b[-1]
        shares = np.linspace(0.05, 0.95, 19)
        places = [np.interp(shares, each / each[-1], np.arange(len(each))) for each in (a, b)]
        assert np.abs(places[0] - places[1]).mean() <= most


def test_equal_digits_are_equal_pixels_wherever_they_stand(qapp: QApplication) -> None:
    glyphs = glyphs_for(QApplication.font(), 1.0, NumberFormat(3), LIGHT)
    pixels, _ = glyphs.picture(np.array([[0.123, 0.124], [7.123, -0.123]]), 0)
    width, height = glyphs.cell
    cells = pixels.reshape(2, height, 2, width).transpose(0, 2, 1, 3)
    narrow = width - PADDING - 3 * glyphs.strips[-1].shape[2]
    assert (cells[0, 0][:, narrow:] == cells[1, 0][:, narrow:]).all()
    assert (cells[0, 0][:, narrow:] == cells[1, 1][:, narrow:]).all()
    assert (cells[0, 0] != cells[0, 1]).any()
    assert (cells[0, 0] != cells[1, 1]).any()


def test_a_number_too_large_for_its_column_is_left_to_be_drawn(qapp: QApplication) -> None:
    glyphs = glyphs_for(QApplication.font(), 1.0, NumberFormat(4), LIGHT)
    pixels, large = glyphs.picture(np.array([[1.0, 1e6], [math.nan, -5000.0]]), 0)
    assert large.tolist() == [[0, 1], [1, 1]]
    width, height = glyphs.cell
    assert not pixels[:height, width:].any()
    assert pixels[height:, :width].any()


@BOTH
def test_text_can_be_read_on_every_colour(theme: Theme) -> None:
    pixels = cell_colours(np.linspace(-1, 1, 511)[None], 1.0, theme)
    worst = min(contrast(QColor.fromRgb(int(pixel)), QColor(theme.text)) for pixel in pixels[0])
    assert worst >= 4.5


@BOTH
def test_the_scale_is_symmetric_about_the_ground(theme: Theme) -> None:
    values = np.array([[0.0, 2.0, -2.0, 1.0, -1.0, 9.0, math.nan, math.inf]])
    zero, most, least, more, less, beyond, nan, inf = (
        QColor.fromRgb(int(pixel)) for pixel in cell_colours(values, 2.0, theme)[0]
    )
    ground = QColor(theme.ground)
    assert zero == nan == inf == ground
    assert most == beyond
    assert abs(most.hue() - QColor(theme.gradient).hue()) < 12
    assert abs(least.hue() - QColor(theme.velocity).hue()) < 12

    def away(colour: QColor) -> float:
        return math.dist(colour.getRgb()[:3], ground.getRgb()[:3])

    assert away(more) == pytest.approx(away(most) / 2, rel=0.05)
    assert away(less) == pytest.approx(away(least) / 2, rel=0.05)


def test_nothing_but_zeros_is_all_ground() -> None:
    assert set(cell_colours(np.zeros((3, 4)), largest_of(np.zeros((3, 4))), LIGHT).ravel()) == {0xFFFFFFFF}


def test_the_largest_is_found_among_what_is_finite() -> None:
    assert largest_of(np.array([[1, -3, math.inf, math.nan]], np.float32)) == 3
    assert largest_of(np.array([[math.nan]])) == 0


@given(st.integers(1, 3000), st.integers(1, 3000))
def test_a_sample_is_small_and_spread(rows: int, columns: int) -> None:
    table = np.broadcast_to(np.float32(0), (rows, columns))
    sample = sample_of(table)
    assert 0 < sample.size <= 40_000
    assert sample.size >= min(table.size, 4_000)


def test_the_twentieth_part_that_changed_most_is_marked() -> None:
    before = np.zeros((13, 20))
    after = np.arange(260.0).reshape(13, 20)
    change = change_between(after, before)
    assert change is not None
    assert {tuple(cell) for cell in marked_cells(after, before, change)} == {(12, column) for column in range(7, 20)}


def test_a_change_the_same_everywhere_marks_no_more_than_its_share() -> None:
    change = change_between(np.ones((13, 20)), np.zeros((13, 20)))
    assert change is not None
    assert len(marked_cells(np.ones((13, 20)), np.zeros((13, 20)), change)) == 13


def test_one_cell_that_changed_is_marked_alone() -> None:
    before = np.zeros((13, 20))
    after = before.copy()
    after[4, 5] = -1e-30
    change = change_between(after, before)
    assert change is not None
    assert marked_cells(after, before, change).tolist() == [[4, 5]]


def test_nothing_is_marked_where_nothing_changed() -> None:
    table = np.array([[1.0, math.nan, math.inf]])
    assert change_between(table, table.copy()) is None


def test_a_number_that_became_nan_changed_most() -> None:
    before, after = np.zeros((2, 3)), np.array([[1.0, 2.0, 3.0], [4.0, math.nan, 5.0]])
    change = change_between(after, before)
    assert change is not None
    assert marked_cells(after, before, change).tolist() == [[1, 1]]


def test_a_large_layer_marks_at_most_fifty_of_what_is_visible() -> None:
    rng = np.random.default_rng(1)
    before = np.zeros((1000, 1000), np.float32)
    after = rng.standard_normal(before.shape).astype(np.float32)
    change = change_between(after, before)
    assert change is not None
    block = np.s_[200:300, 300:400]
    marked = marked_cells(after[block], before[block], change)
    assert len(marked) == MOST_MARKED
    sizes = np.abs(after[block])
    assert sizes[tuple(marked.T)].min() >= np.sort(sizes.ravel())[-MOST_MARKED]
    assert change.least == pytest.approx(1.96, abs=0.1)


def test_one_change_in_a_large_layer_is_marked_though_no_sample_saw_it() -> None:
    before = np.zeros((1000, 1000), np.float32)
    after = before.copy()
    after[211, 313] = 1e-20
    change = change_between(after, before)
    assert change is not None
    assert marked_cells(after[200:300], before[200:300], change).tolist() == [[11, 313]]


@given(arrays(np.float64, (4, 5)), arrays(np.float64, (4, 5)))
def test_marks_are_on_cells_that_changed(after: np.ndarray, before: np.ndarray) -> None:
    change = change_between(after, before)
    same = (after == before) | (np.isnan(after) & np.isnan(before))
    if change is None:
        assert same.all()
        return
    marked = marked_cells(after, before, change)
    assert len(marked) == 1
    assert not same[tuple(marked.T)].any()
