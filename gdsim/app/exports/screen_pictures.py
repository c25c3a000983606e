"""Pictures of the views as they are on screen, and the clipboard."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from PySide6.QtCore import QPoint, QSize, Qt
from PySide6.QtGui import QColor, QGuiApplication, QImage, QPainter

from gdsim.app import theme
from gdsim.atomic import replacing
from gdsim.i18n import tr
from gdsim.simulation.picture_spec import LARGEST, SMALLEST, PictureSpec

if TYPE_CHECKING:
    from gdsim.app.labs.lab import Lab, Picture
    from gdsim.simulation.scenario import Scenario

INCH = 0.0254
"""Metres."""


class Drawing(Protocol):
    """A view that can be drawn at any size."""

    def grab_image(self, width: int, height: int, ground: str) -> QImage: ...


def render_image(lab: Lab[Any], what: str, width: int, height: int, ground: str) -> QImage:
    """Return a picture of the lab's views.

    Parameters
    ----------
    lab
        Whose views.
    what
        One of the lab's pictures; the first where there is none of this name.
    width, height
        Size of the picture in pixels.
    ground
        ``light``, ``dark`` or ``transparent``.
    """
    pictures = lab.pictures()
    return pictures.get(what, next(iter(pictures.values()))).grab(width, height, ground)


def side_by_side(first: Drawing, second: Drawing, width: int, height: int, ground: str) -> QImage:
    """Return one picture of two views."""
    left = width // 2
    picture = QImage(width, height, QImage.Format.Format_ARGB32_Premultiplied)
    picture.fill(QColor(Qt.GlobalColor.transparent))
    painter = QPainter(picture)
    painter.drawImage(QPoint(0, 0), first.grab_image(left, height, ground))
    painter.drawImage(QPoint(left, 0), second.grab_image(width - left, height, ground))
    painter.end()
    return picture


def ground_of(picture: PictureSpec) -> str:
    """Return the ground that a picture of the window stands on: ``light``, ``dark`` or ``transparent``."""
    if picture.transparent:
        return "transparent"
    return "dark" if picture.style == "dark" else "light"


def size_of(picture: Picture) -> tuple[int, int]:
    """Return the size in pixels that suits a view: that on screen, twice as wide for two of them."""
    if picture.view is None:
        return (1920, 1080)
    size = _bounded(picture.view.size())
    return (size.width(), size.height())


def copy_image(lab: Lab[Any]) -> None:
    """Put the lab's first picture on the clipboard, at twice its size on screen."""
    picture = next(iter(lab.pictures().values()))
    assert picture.view is not None
    size = _bounded(picture.view.size() * 2)
    ground = "dark" if theme.current().dark else "light"
    draw = picture.enlarge or picture.grab
    QGuiApplication.clipboard().setImage(draw(size.width(), size.height(), ground))


def write_image(image: QImage, path: Path, scenario: Scenario, cancelled: Callable[[], bool] | None = None) -> None:
    """Write ``image`` as PNG that carries ``scenario``, whole or not at all.

    Raises
    ------
    InputError
        If it cannot be written.
    Cancelled
        If ``cancelled``, which is asked when all is written, says so; nothing is left behind.
    """
    from gdsim.carrier import embed
    from gdsim.simulation.files import carried

    dots = round((scenario.picture or PictureSpec()).dpi / INCH)
    image.setDotsPerMeterX(dots)
    image.setDotsPerMeterY(dots)
    with replacing(path, cancelled) as temporary:
        if not image.save(str(temporary)):
            raise OSError(28, tr("the disk is full or the folder cannot be written to"))
        embed(temporary, carried(scenario.model_copy(update={"film": None}), path))


def _bounded(size: QSize) -> QSize:
    return size.boundedTo(QSize(*LARGEST)).expandedTo(QSize(*SMALLEST))
