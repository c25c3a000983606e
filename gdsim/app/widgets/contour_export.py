"""The contour map as a picture of any size."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QImage, QPainter

from gdsim.app import theme as themes

if TYPE_CHECKING:
    from gdsim.app.widgets.contour_view import ContourView

_DESIGN = (640.0, 480.0)
"""Size at which text and lines have their size on the screen; larger pictures enlarge them in proportion."""

_LARGEST_SIDE = 2560


def render(view: ContourView, width: int, height: int, ground: str) -> QImage:
    """Lay the map out anew on an unseen twin of ``view`` and paint it; see `ContourView.grab_image`."""
    scale = min(width / _DESIGN[0], height / _DESIGN[1])
    twin = type(view)()
    try:
        twin.setAttribute(Qt.WidgetAttribute.WA_DontShowOnScreen)
        twin.set_theme(themes.for_ground(ground))
        if ground == "transparent":
            twin.setBackground(None)
        twin.resize(round(width / scale), round(height / scale))
        twin.show()
        twin.become_picture()
        twin.show_like(view, min(_LARGEST_SIDE, max(width, height)))
        # The first painting finds out how much room the tick labels need.
        _paint(twin, QImage(twin.size(), QImage.Format.Format_ARGB32_Premultiplied))
        twin.plotItem.layout.activate()
        twin.frame_like(view)
        image = QImage(width, height, QImage.Format.Format_ARGB32_Premultiplied)
        # Recorded axis labels are enlarged by the ratio of the resolutions: it must be 1.
        image.setDotsPerMeterX(round(view.logicalDpiX() / 0.0254))
        image.setDotsPerMeterY(round(view.logicalDpiY() / 0.0254))
        _paint(twin, image)
    finally:
        twin.close()
        twin.deleteLater()
    return image


def _paint(twin: ContourView, image: QImage) -> None:
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    twin.render(painter, QRectF(0, 0, image.width(), image.height()), twin.viewport().rect())
    painter.end()
