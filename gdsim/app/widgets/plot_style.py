"""How the axes of every two-dimensional plot look."""

from __future__ import annotations

import pyqtgraph as pg
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QFont, QImage, QPalette, QPen
from PySide6.QtWidgets import QApplication, QLabel

from gdsim.app.theme import Theme

TICK_PIXELS, NAME_PIXELS = 11, 12
"""Size of tick labels and of the axes' names in a plot of its usual size."""


def style_axes(plot: pg.PlotItem, theme: Theme, size: int = TICK_PIXELS) -> None:
    """Give the axes of ``plot`` the theme's colours, tick labels of ``size`` pixels and no SI prefixes."""
    font = QFont(QApplication.font())
    font.setPixelSize(size)
    font.setFeature(QFont.Tag("tnum"), 1)
    for side in ("left", "bottom"):
        axis = plot.getAxis(side)
        axis.enableAutoSIPrefix(False)
        axis.setStyle(tickFont=font, tickLength=4)
        axis.setTickDensity(0.6)
        # pyqtgraph's own pens are cosmetic, so their lines would stay a hair in a large picture.
        axis.setPen(_pen(theme.muted))
        axis.setTickPen(_pen(theme.muted))
        axis.setTextPen(_pen(theme.text))
        axis.labelStyle = {"color": theme.text, "font-size": f"{size + 1}px"}
        axis.setLabel(text=axis.labelText, units=axis.labelUnits, **axis.labelStyle)


def own_menu(widget: pg.PlotWidget) -> None:
    """Let ``widget`` own the menu that pyqtgraph makes for each plot, which would outlive it as a window."""
    menu = widget.getPlotItem().ctrlMenu
    menu.setParent(widget, menu.windowFlags())


def colour_text(label: QLabel, colour: str) -> None:
    """Write ``label``, which lies on a plot, in ``colour``."""
    colours = label.palette()
    colours.setColor(QPalette.ColorRole.WindowText, QColor(colour))
    label.setPalette(colours)


def _pen(colour: str) -> QPen:
    return QPen(QColor(colour), 1.0, Qt.PenStyle.SolidLine)


def blank_image(width: int, height: int, theme: Theme, transparent: bool) -> QImage:
    """Return a picture of this size in pixels with nothing on it but the theme's ground, or not even that."""
    image = QImage(width, height, QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(QColor(Qt.GlobalColor.transparent) if transparent else QColor(theme.ground))
    return image
