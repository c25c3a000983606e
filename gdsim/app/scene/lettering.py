"""Text as a texture: each label is written once, and all are put in place by a single draw.

A QPainter on an OpenGL surface takes 0.16 ms a label and frame with software OpenGL, which for thirty labels is
half of a frame.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QImage, QPainter, QPen

Array = NDArray[np.float64]

FONT_PIXELS = 12.0
BAR_WIDTH, BAR_ROOM = 14.0, 88.0
"""Pixels that the colour bar's strip takes, and that it takes at least with its labels."""

_BAR_LEFT = 10.0

Measure = Callable[[str], tuple[float, float]]


def label_font(family: str, scale: float) -> QFont:
    """Return the font of labels in a picture of this scale."""
    font = QFont(family)
    font.setPixelSize(max(6, round(FONT_PIXELS * scale)))
    font.setFeature(QFont.Tag("tnum"), 1)
    return font


@cache
def measurer(family: str, scale: float) -> Measure:
    """Return a function that gives the width and height of a label in pixels, measuring each text once."""
    metrics = QFontMetricsF(label_font(family, scale))
    height = metrics.ascent() * 0.86 + metrics.descent()

    @cache
    def measure(text: str) -> tuple[float, float]:
        return metrics.horizontalAdvance(text), height

    return measure


class Sheet:
    """An image that holds written texts, and where each one is.

    Rectangles are (left, top, width, height) in pixels of the image.
    """

    def __init__(self, texts: list[str], family: str, scale: float, colour: str, pictures: list[QImage]) -> None:
        font = label_font(family, scale)
        metrics = QFontMetricsF(font)
        measure = measurer(family, scale)
        row = int(np.ceil(metrics.height())) + 2
        widest = int(np.ceil(max((measure(text)[0] for text in texts), default=0))) + 4
        left = sum(picture.width() for picture in pictures)
        tall = max([row * len(texts), *(picture.height() for picture in pictures), 1])
        self.image = QImage(max(1, left + widest), tall, QImage.Format.Format_RGBA8888_Premultiplied)
        self.image.fill(0)
        self.places: dict[str, tuple[float, float, float, float]] = {}
        self.pictures: list[tuple[float, float, float, float]] = []
        painter = QPainter(self.image)
        across = 0
        for picture in pictures:
            painter.drawImage(across, 0, picture)
            self.pictures.append((across, 0, picture.width(), picture.height()))
            across += picture.width()
        painter.setFont(font)
        painter.setPen(QColor(colour))
        # Rectangles are those that `measurer` speaks of, so the ascent is cut to the figures' own height.
        cut = metrics.ascent() * 0.14
        for k, text in enumerate(texts):
            painter.drawText(QPointF(left + 2, k * row + 1 + metrics.ascent()), text)
            self.places[text] = (left, k * row + 1 + round(cut), widest, row - 1 - round(cut))
        painter.end()


def pixels(image: QImage) -> NDArray[np.uint8]:
    """Return an image of four bytes a pixel as an array, shape (height, width, 4), without its rows' padding."""
    rows = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), -1)
    return np.ascontiguousarray(rows[:, : 4 * image.width()]).reshape(image.height(), -1, 4)


def quads(places: Array, sources: Array, size: tuple[int, int]) -> tuple[Array, Array]:
    """Return the corners of rectangles on the picture and in the image.

    Parameters
    ----------
    places
        Left and top on the picture in pixels, shape (k, 2).
    sources
        Rectangles of the image, shape (k, 4).
    size
        Width and height of the image.

    Returns
    -------
    tuple
        Pixels on the picture and shares (0 to 1) of the image, each shape (k, 6, 2): two triangles a rectangle.
    """
    unit = np.array([[0, 0], [1, 0], [1, 1], [0, 0], [1, 1], [0, 1]], float)
    spread = unit * sources[:, None, 2:]
    return np.round(places)[:, None] + spread, (sources[:, None, :2] + spread) / size


def bar_room(labels: list[str], title: str, family: str) -> float:
    """Return the pixels (at scale 1) that the colour bar takes with these labels and this title."""
    measure = measurer(family, 1.0)
    widest = max((measure(label)[0] for label in labels), default=0.0)
    # Fonts come in whole pixels, so that text may be a little wider than its scale says.
    return max(BAR_ROOM, 1.05 * (_BAR_LEFT + BAR_WIDTH + 8 + max(widest, measure(title)[0] - 26)) + 4)


def bar_picture(
    strip: QImage, ticks: tuple[Array, list[str]], title: str, family: str, scale: float,
    size: tuple[float, float], text: str, line: str,
) -> QImage:  # fmt: skip
    """Return the colour bar with its ticks and title, as high as the picture needs.

    Parameters
    ----------
    strip
        One pixel wide, the highest value on top.
    ticks
        Shares of the height (0 to 1) and labels.
    title
        Written above.
    family, scale
        Of the font.
    size
        Width of the bar with its labels (see `bar_room`) and height of the whole picture, in pixels.
    text, line
        Colours.
    """
    measure = measurer(family, scale)
    descent = QFontMetricsF(label_font(family, scale)).descent()
    gap = 3 * scale
    tall = round(min(0.62 * size[1], 420 * scale))
    head = round(measure(title)[1] + 3 * gap)
    picture = QImage(round(size[0]), tall + head + round(3 * gap), QImage.Format.Format_RGBA8888_Premultiplied)
    picture.fill(0)
    painter = QPainter(picture)
    painter.setFont(label_font(family, scale))
    place = QRectF(round(_BAR_LEFT * scale) + 0.5, head + 0.5, round(BAR_WIDTH * scale), tall)
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
    painter.drawImage(place, strip)
    painter.setPen(QPen(QColor(line), max(1.0, scale)))
    painter.drawRect(place)
    painter.setPen(QPen(QColor(text), max(1.0, scale)))
    for share, label in zip(*ticks, strict=True):
        y = place.bottom() - share * tall
        painter.drawLine(QPointF(place.right(), y), QPointF(place.right() + gap, y))
        painter.drawText(QPointF(place.right() + 2 * gap, y + measure(label)[1] / 2 - descent), label)
    left = max(0.0, min(place.left(), picture.width() - measure(title)[0] - gap))
    painter.drawText(QPointF(left, place.top() - 2 * gap - descent), title)
    painter.end()
    return picture
