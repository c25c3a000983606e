"""How a computational graph is painted, on the screen as in a picture of any size."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from PySide6.QtCore import QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPen, QPolygonF

from gdsim.app.theme import Theme
from gdsim.app.widgets.graph_frame import Frame
from gdsim.app.widgets.graph_geometry import Geometry
from gdsim.app.widgets.graph_text import SMALLEST, Formulas, Writer
from gdsim.app.widgets.graph_wires import labels_of, paint_label, paint_wire
from gdsim.app.widgets.network_paint import mixed
from gdsim.export.graph_heights import BOX_HEIGHT
from gdsim.export.graph_layout import EM, LABEL_SIZE, TITLE_SIZE
from gdsim.export.graph_picture import BoxPicture, GraphPicture

_ROUND = 5.0
_THIN, _THICK = 1.6, 3.6
_RING = 5.0
_PADDING = 0.35 * EM
_DIMMED = 0.45


@dataclass(frozen=True, eq=False)
class Scene:
    """All that is painted of a graph.

    Attributes
    ----------
    geometry, picture, theme
        Where, what and in which colours.
    sums
        Terms of what is added up at a node in the last step, by its index.
    selected
        Index of the node that has a ring around it.
    opaque
        Whether it lies on the theme's ground; if not, the ground is transparent.
    """

    geometry: Geometry
    picture: GraphPicture
    theme: Theme
    sums: Mapping[int, str] = field(default_factory=dict)
    selected: int | None = None
    opaque: bool = True


def paint_graph(
    painter: QPainter, scene: Scene, frame: Frame, view: QSizeF, font: QFont, formulas: Formulas, margin: float = _RING
) -> None:
    """Paint the part of a graph that a view shows, on a ground that is there already.

    Parameters
    ----------
    painter
        Its unit is the pixel, its origin the view's upper left corner.
    scene, frame
        What is painted, and how large.
    view
        Size of the view, in pixels.
    font
        Font of numbers.
    formulas
        Where formulas come from; those that are not set yet are painted as text.
    margin
        How far beyond its rectangle a box is painted.
    """
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    geometry, picture = scene.geometry, scene.picture
    visible = frame.visible(view).adjusted(-margin, -margin, margin, margin)
    # What the last step worked on comes last, so that nothing covers it.
    wires = sorted((picture.wires[index] for index in geometry.wires_in(visible)), key=_importance)
    painter.save()
    painter.translate(frame.x, frame.y)
    painter.scale(frame.scale, frame.scale)
    for wire in wires:
        paint_wire(painter, geometry, wire, scene.theme, frame.scale)
    painter.restore()
    writer = Writer(painter, font, formulas)
    places = labels_of(wires, geometry)
    for wire in wires:
        if wire.slope and not wire.current:
            paint_label(writer, wire, places[wire.edge], scene.theme, frame, scene.opaque)
    boxes = geometry.boxes_in(visible)
    for index in boxes:
        _paint_box(writer, scene, picture.boxes[index], frame)
    for wire in wires:
        if wire.slope and wire.current:
            paint_label(writer, wire, places[wire.edge], scene.theme, frame, scene.opaque)
    for index in boxes:
        if index in scene.sums:
            _paint_sum(writer, scene, index, frame)


def _importance(wire: object) -> tuple[bool, bool]:
    return getattr(wire, "current", False), getattr(wire, "flow", "") == "gradient"


def _paint_box(writer: Writer, scene: Scene, box: BoxPicture, frame: Frame) -> None:
    painter, theme = writer.painter, scene.theme
    place = frame.seen(scene.geometry.boxes[box.node])
    edge = _edge(box, theme)
    dimmed = scene.picture.backward and not box.requires_grad
    radius = _ROUND * frame.scale
    painter.setOpacity(1.0)
    if box.current:
        halo = QColor(theme.accent)
        halo.setAlphaF(0.25)
        grown = 4.0 * frame.scale
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(halo)
        painter.drawRoundedRect(place.adjusted(-grown, -grown, grown, grown), radius + grown, radius + grown)
    painter.setPen(_box_pen(box, edge, dimmed, scene.theme, place.height()))
    painter.setBrush(_fill(box, theme))
    painter.drawRoundedRect(place, radius, radius)
    if scene.selected == box.node:
        paint_ring(painter, place, QColor(theme.accent), frame.scale)
    if box.trouble:
        _paint_warning(painter, place.topRight(), max(frame.scale, 0.4), theme)
    size = EM * frame.scale
    if size * 3 < SMALLEST:
        return
    painter.setOpacity(_DIMMED if dimmed else 1.0)
    _write_rows(writer, box, place, size, theme)
    painter.setOpacity(1.0)


def _box_pen(box: BoxPicture, edge: QColor, dimmed: bool, theme: Theme, height: float) -> QPen:
    """Return the pen of a box's outline, thick enough to be seen however small the box is."""
    if dimmed and not box.current:
        edge = mixed(QColor(theme.ground), edge, _DIMMED)
    if box.current or box.trouble:
        return QPen(edge, max(2.0, _THICK * height / BOX_HEIGHT))
    return QPen(edge, max(min(1.4, 0.1 * height), _THIN * height / BOX_HEIGHT))


def _edge(box: BoxPicture, theme: Theme) -> QColor:
    if box.trouble:
        return QColor(theme.error)
    if box.current:
        return QColor(theme.accent)
    if box.role == "input":
        return QColor(theme.start)
    return QColor(theme.accent if box.role == "result" else theme.muted)


def _fill(box: BoxPicture, theme: Theme) -> QColor:
    if box.role == "operation":
        return QColor(theme.pane)
    return mixed(QColor(theme.ground), QColor(theme.start if box.role == "input" else theme.accent), 0.12)


def _write_rows(writer: Writer, box: BoxPicture, place: QRectF, size: float, theme: Theme) -> None:
    """Write title, value and gradient, each in its row whether it is there or not."""
    padding = _PADDING / EM * size
    inside = place.adjusted(padding, padding, -padding, -1.3 * padding)
    line = 1.15 * size
    title = inside.adjusted(0.0, 0.0, 0.0, -2 * line)
    value = QRectF(inside.x(), title.bottom(), inside.width(), line)
    gradient = value.translated(0.0, line)
    text = QColor(theme.text)
    latex = box.title.replace(r"\frac", r"\dfrac")
    writer.formula(title, latex, box.plain_title, TITLE_SIZE / EM * size, text)
    if box.value:
        writer.number(value, box.value, size, QColor(theme.error) if box.trouble and not box.gradient else text)
    if box.grad:
        _write_grad(writer, gradient.adjusted(-padding / 2, 0.0, padding / 2, 0.0), box.grad, size, theme)
    elif box.gradient:
        writer.number(gradient, box.gradient, size, QColor(theme.gradient), bold=True)


def _write_grad(writer: Writer, place: QRectF, grad: str, size: float, theme: Theme) -> None:
    """Write torch's ``.grad`` of a leaf, with its name before it."""
    word, small, gap = ".grad", 0.6 * size, 0.15 * size
    colour = QColor(theme.muted if grad == "None" else theme.gradient)
    before = writer.width(word, small) + gap if small >= SMALLEST else 0.0
    across = min(before + writer.width(grad, size), place.width())
    left = place.center().x() - across / 2
    if before:
        writer.number(QRectF(left, place.y(), before - gap, place.height()), word, small, QColor(theme.muted))
    writer.number(QRectF(left + before, place.y(), across - before, place.height()), grad, size, colour)


def paint_ring(painter: QPainter, place: QRectF, colour: QColor, scale: float, width: float = 2.0) -> None:
    """Draw a ring around a box; ``place`` is in pixels."""
    away = _RING * scale + width / 2
    painter.setPen(QPen(colour, width))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRoundedRect(place.adjusted(-away, -away, away, away), away + 4 * scale, away + 4 * scale)


def _paint_warning(painter: QPainter, corner: QPointF, scale: float, theme: Theme) -> None:
    """Paint a warning sign on a corner."""
    half = 9.0 * scale
    tips = [(0.0, -1.0), (1.0, 0.8), (-1.0, 0.8)]
    painter.setPen(QPen(QColor(theme.error), 2.0 * scale, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
    painter.setBrush(QColor(theme.ground))
    painter.drawPolygon(QPolygonF([corner + QPointF(x * half * 1.1, y * half) for x, y in tips]))
    painter.drawLine(corner + QPointF(0.0, -0.3 * half), corner + QPointF(0.0, 0.2 * half))
    painter.drawPoint(corner + QPointF(0.0, 0.52 * half))


def _paint_sum(writer: Writer, scene: Scene, index: int, frame: Frame) -> None:
    """Write the terms of what has just been added up below a box, or above where another box is in the way."""
    size = LABEL_SIZE * frame.scale
    if size < SMALLEST:
        return
    geometry, text = scene.geometry, scene.sums[index]
    box = geometry.boxes[index]
    width = writer.width(text, size) / frame.scale + 10.0
    left = min(max(box.center().x() - width / 2, 0.0), geometry.size.width() - width)
    tag = QRectF(left, box.bottom() + 4.0, width, 1.2 * EM)
    above = tag.translated(0.0, box.y() - 4.0 - tag.bottom())
    if geometry.boxes_in(tag) and above.y() >= 0.0 and not geometry.boxes_in(above):
        tag = above
    painter, seen = writer.painter, frame.seen(tag)
    painter.setPen(QPen(QColor(scene.theme.gradient), 1.0))
    painter.setBrush(QColor(scene.theme.ground))
    painter.drawRoundedRect(seen, 4.0, 4.0)
    writer.number(seen.adjusted(2.0, 0.0, -2.0, 0.0), text, size, QColor(scene.theme.gradient), bold=False)
