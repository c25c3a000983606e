"""The wires of a graph and what is written on them."""

from __future__ import annotations

import itertools
import math

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen, QPolygonF

from gdsim.app.theme import Theme
from gdsim.app.widgets.graph_frame import Frame
from gdsim.app.widgets.graph_geometry import Geometry
from gdsim.app.widgets.graph_text import SMALLEST, Writer
from gdsim.export.graph_heights import LABEL_HEIGHT
from gdsim.export.graph_layout import EM, LABEL_SIZE
from gdsim.export.graph_picture import WirePicture

_WIDTHS = {"idle": 1.0, "value": 1.6, "gradient": 2.0, "off": 1.2, "cut": 1.6}
_CURRENT = 3.6
_HEAD = 8.0
_LINE = 0.95 * EM
"""Height of a number's row in a label."""

_GROWTH = (22.0, 4.0)
"""By how much the label of the last step may be wider, to the left and to the right."""

_TALL = 68.0
_FADED = 0.4


def shade(wire: WirePicture, theme: Theme) -> QColor:
    """Return the colour of a wire."""
    if wire.flow == "gradient":
        return QColor(theme.gradient)
    if wire.current:
        return QColor(theme.accent)
    return QColor(theme.text if wire.flow == "value" else theme.muted)


def paint_wire(painter: QPainter, geometry: Geometry, wire: WirePicture, theme: Theme, scale: float) -> None:
    """Paint a wire with its arrow head; the painter works in units of the layout, ``scale`` pixels each."""
    colour = shade(wire, theme)
    back = wire.flow == "gradient"
    width = _CURRENT if wire.current else _WIDTHS[wire.flow]
    pen = QPen(colour, max(width, (1.6 if wire.current else 0.9) / scale))
    pen.setCapStyle(Qt.PenCapStyle.FlatCap)
    if wire.flow == "cut":
        pen.setDashPattern([3.0, 2.5])
    painter.setOpacity(_FADED if wire.flow == "off" else 1.0)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(pen)
    path = geometry.wires[wire.edge]
    painter.drawPath(path)
    if wire.flow == "cut":
        _paint_cut(painter, path, theme, pen.widthF())
    if _HEAD * scale >= 2.5:
        start, end = geometry.ends(wire.edge)
        _paint_head(painter, *(start if back else end), colour, _HEAD * (1.6 if wire.current else 1.0))


def _paint_head(painter: QPainter, tip: QPointF, before: QPointF, colour: QColor, size: float) -> None:
    """Paint an arrow head that points from ``before`` to ``tip``."""
    angle = math.atan2(tip.y() - before.y(), tip.x() - before.x())
    corners = [tip]
    for side in (-1.0, 1.0):
        turned = angle + math.pi + side * 0.42
        corners.append(QPointF(tip.x() + size * math.cos(turned), tip.y() + size * math.sin(turned)))
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(colour)
    painter.drawPolygon(QPolygonF(corners))


def _paint_cut(painter: QPainter, path: QPainterPath, theme: Theme, width: float) -> None:
    """Paint a gap in the middle of a wire, and scissors in it."""
    middle = path.pointAtPercent(0.5)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(theme.ground))
    painter.drawEllipse(middle, 11.0, 11.0)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(QColor(theme.error), max(1.6, width)))
    for side in (-1.0, 1.0):
        painter.drawLine(middle + QPointF(-3.0, -3.5 * side), middle + QPointF(9.0, 4.5 * side))
        painter.drawEllipse(middle + QPointF(-6.0, -5.0 * side), 3.2, 3.2)


def labels_of(wires: list[WirePicture], geometry: Geometry) -> dict[int, QRectF]:
    """Return the place of each label in units of the layout; those of the last step are larger, and kept apart."""
    places = {wire.edge: geometry.labels[wire.edge] for wire in wires if wire.slope}
    current = [wire.edge for wire in wires if wire.current and wire.slope]
    for edge in current:
        # Nothing but the bends of wires is on the left, and the arrow head, on the right, is at the other end now.
        taller = (_TALL - places[edge].height()) / 2
        places[edge] = places[edge].adjusted(-_GROWTH[0], -taller, _GROWTH[1], taller)
    current.sort(key=lambda edge: places[edge].y())
    for upper, lower in itertools.pairwise(current):
        common = places[upper] & places[lower]
        if not common.isEmpty():
            places[upper].translate(0.0, -common.height() / 2)
            places[lower].translate(0.0, common.height() / 2)
    return places


def paint_label(writer: Writer, wire: WirePicture, place: QRectF, theme: Theme, frame: Frame, opaque: bool) -> None:
    """Write local derivative and, of the last step, the contribution on a patch of the ground.

    ``place`` is in units of the layout; without ``opaque`` the ground, and the wire on it, are made transparent.
    """
    size = LABEL_SIZE * frame.scale
    if size < SMALLEST:
        return
    texts = [f"× {wire.slope}", f"= {wire.contribution}"] if wire.current else [wire.slope]
    room, line = frame.seen(place), _LINE * frame.scale
    latex = wire.formula.replace(r"\frac", r"\dfrac") if place.height() > LABEL_HEIGHT else wire.formula
    width, height = 0.0, 0.0
    if latex:
        width, height = writer.formula_size(latex, wire.plain_formula, size, room.height() - line * len(texts))
        height = max(height, size)
    width = max(width, *(writer.width(text, size, bold=wire.current) for text in texts)) + 0.4 * size
    height += line * len(texts) + 0.3 * size
    # The label of the last step begins at its box, for it may be wide.
    left = room.right() - width if wire.current else room.center().x() - width / 2
    patch = QRectF(max(left, room.x()), room.center().y() - height / 2, min(width, room.width()), height)
    _paint_patch(writer.painter, patch, theme, opaque, wire.current)
    colour = QColor(theme.gradient)
    inside = patch.adjusted(0.1 * size, 0.1 * size, -0.1 * size, -0.1 * size)
    if latex:
        writer.formula(inside.adjusted(0.0, 0.0, 0.0, -line * len(texts)), latex, wire.plain_formula, size, colour)
    for number, text in enumerate(reversed(texts)):
        row = QRectF(inside.x(), inside.bottom() - (number + 1) * line, inside.width(), line)
        writer.number(row, text, size, colour, bold=wire.current)


def _paint_patch(painter: QPainter, patch: QRectF, theme: Theme, opaque: bool, framed: bool) -> None:
    painter.setBrush(QColor(theme.ground))
    painter.setPen(Qt.PenStyle.NoPen)
    if opaque:
        painter.setPen(QPen(QColor(theme.gradient), 1.0) if framed else Qt.PenStyle.NoPen)
        painter.drawRoundedRect(patch, 4.0, 4.0)
        return
    painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_Clear)
    painter.drawRoundedRect(patch, 4.0, 4.0)
    painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_SourceOver)
