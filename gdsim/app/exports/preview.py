"""What an export will be, beside the choices: a picture scaled down, or the first lines of a text."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, QSizeF, Qt
from PySide6.QtGui import QColor, QFontDatabase, QImage, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QPlainTextEdit, QSizePolicy, QVBoxLayout, QWidget

from gdsim.app import theme
from gdsim.app.theme import GRID
from gdsim.app.widgets.message_label import MessageLabel
from gdsim.app.widgets.naming import named
from gdsim.i18n import tr


class PicturePreview(QWidget):
    """Shows a picture as large as there is room for, with a sentence about it beneath.

    Attributes
    ----------
    image
        The whole picture, as it is written; null before the first one.
    """

    def __init__(self, kind: str) -> None:
        super().__init__()
        self.canvas = named(_Canvas(), f"{kind}_preview", tr("Preview"))
        self.caption = MessageLabel(f"{kind}_preview_caption")
        self.caption.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.canvas, 1)
        layout.addWidget(self.caption)

    @property
    def image(self) -> QImage:
        """The whole picture, as it is written; null before the first one."""
        return self.canvas.image

    def show_image(self, image: QImage, sentence: str) -> None:
        """Show a picture and what there is to say of it."""
        self.canvas.show_image(image)
        self.caption.show_sentence(sentence, muted=True)

    def show_failure(self, sentence: str) -> None:
        """Say why there is no picture; the last one stays."""
        self.canvas.show_note("")
        self.caption.show_sentence(sentence)

    def show_working(self, note: str) -> None:
        """Say that something is being worked out; the last picture stays until it is there."""
        self.canvas.show_note(note)


class _Canvas(QWidget):
    """The picture, scaled down once for each size of the widget."""

    def __init__(self) -> None:
        super().__init__()
        self.image = QImage()
        self.note = ""
        self._scaled = QImage()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(40 * GRID, 24 * GRID)

    def sizeHint(self) -> QSize:
        return QSize(80 * GRID, 56 * GRID)

    def show_image(self, image: QImage) -> None:
        self.image, self._scaled, self.note = image, QImage(), ""
        self.update()

    def show_note(self, note: str) -> None:
        if note != self.note:
            self.note = note
            self.update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._scaled = QImage()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        colours = theme.current()
        if self.image.isNull():
            painter.fillRect(self.rect(), QColor(colours.pane))
        else:
            self._paint_picture(painter, QColor(colours.grid))
        if self.note:
            self._paint_note(painter, colours)

    def _paint_picture(self, painter: QPainter, edge: QColor) -> None:
        place = self.place()
        if self._scaled.isNull():
            pixels = (place.size() * self.devicePixelRatio()).toSize().expandedTo(QSize(1, 1))
            self._scaled = self.image.scaled(
                pixels, Qt.AspectRatioMode.IgnoreAspectRatio, Qt.TransformationMode.SmoothTransformation
            )
        if self.image.hasAlphaChannel():
            painter.fillRect(place, QColor("#ffffff"))
            painter.fillRect(place, Qt.BrushStyle.Dense6Pattern)
        painter.drawImage(place, self._scaled)
        painter.setPen(edge)
        painter.drawRect(place.adjusted(-0.5, -0.5, 0.5, 0.5))

    def place(self) -> QRectF:
        """Return where the picture stands, one pixel from the edge at least and never enlarged."""
        room = QSizeF(self.width() - 2, self.height() - 2)
        whole = QSizeF(self.image.size()) / self.devicePixelRatio()
        size = whole if whole.width() <= room.width() and whole.height() <= room.height() else whole.scaled(
            room, Qt.AspectRatioMode.KeepAspectRatio
        )  # fmt: skip
        size = QSizeF(max(1.0, float(round(size.width()))), max(1.0, float(round(size.height()))))
        corner = QPointF((self.width() - size.width()) // 2, (self.height() - size.height()) // 2)
        return QRectF(corner, size)

    def _paint_note(self, painter: QPainter, colours: theme.Theme) -> None:
        metrics = self.fontMetrics()
        box = QRectF(0, 0, metrics.horizontalAdvance(self.note) + 4 * GRID, metrics.height() + GRID)
        box.moveCenter(QPointF(self.rect().center()))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QColor(colours.grid))
        painter.setBrush(QColor(colours.pane))
        painter.drawRoundedRect(box, GRID / 2, GRID / 2)
        painter.setPen(QColor(colours.text))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, self.note)


class TextPreview(QWidget):
    """Shows the first lines of a file, with a sentence about it beneath."""

    def __init__(self, kind: str) -> None:
        super().__init__()
        self.text = named(QPlainTextEdit(), f"{kind}_preview", tr("Preview"))
        self.text.setReadOnly(True)
        self.text.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.text.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self.text.setTabChangesFocus(True)
        self.caption = MessageLabel(f"{kind}_preview_caption")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.text, 1)
        layout.addWidget(self.caption)
        self.setMinimumSize(60 * GRID, 32 * GRID)

    def show_text(self, text: str, sentence: str) -> None:
        """Show a text and what there is to say of it."""
        if text != self.text.toPlainText():
            self.text.setPlainText(text)
        self.caption.show_sentence(sentence, muted=True)

    def show_failure(self, sentence: str) -> None:
        """Say why there is no text; the last one stays."""
        self.caption.show_sentence(sentence)

    def show_working(self, note: str) -> None:
        """Say that something is being worked out; the last text stays until it is there."""
        if note:
            self.caption.show_sentence(note, muted=True)
