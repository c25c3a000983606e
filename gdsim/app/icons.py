"""Icons: one family of SVG strokes, coloured from the palette."""

from __future__ import annotations

from importlib.resources import files

from PySide6.QtCore import QByteArray, QRectF, Qt
from PySide6.QtGui import QIcon, QPainter, QPalette, QPixmap
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QApplication

SIZE = 64
"""Pixels rendered; Qt scales down, so it is sharp on displays up to twice as fine."""


def icon(name: str) -> QIcon:
    """Return the icon of ``resources/icons/NAME.svg`` in the palette's colours."""
    source = (files("gdsim.resources") / "icons" / f"{name}.svg").read_text(encoding="utf-8")
    palette = QApplication.palette()
    result = QIcon()
    for mode, group in ((QIcon.Mode.Normal, QPalette.ColorGroup.Normal), (QIcon.Mode.Disabled, _DISABLED)):
        colour = palette.color(group, QPalette.ColorRole.ButtonText).name()
        renderer = QSvgRenderer(QByteArray(source.replace("currentColor", colour).encode()))
        picture = QPixmap(SIZE, SIZE)
        picture.fill(Qt.GlobalColor.transparent)
        painter = QPainter(picture)
        renderer.render(painter, QRectF(0, 0, SIZE, SIZE))
        painter.end()
        result.addPixmap(picture, mode)
    return result


_DISABLED = QPalette.ColorGroup.Disabled
