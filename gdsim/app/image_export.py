"""Pictures of what one sees: the export dialog, and the clipboard."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from PySide6.QtCore import QPoint, QSettings, Qt
from PySide6.QtGui import QColor, QGuiApplication, QImage, QPainter
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from gdsim.app import theme
from gdsim.app.dialogs import may_replace
from gdsim.app.settings import whole_number
from gdsim.app.widgets.message_label import MessageLabel
from gdsim.app.widgets.naming import named
from gdsim.atomic import replacing
from gdsim.errors import InputError
from gdsim.i18n import tr

if TYPE_CHECKING:
    from gdsim.app.labs.lab import Lab, Picture

MAX_WIDTH, MAX_HEIGHT = 7680, 4320
PIXELS, VECTOR = (".png",), (".png", ".svg", ".pdf")


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


class Drawing(Protocol):
    """A view that can be drawn at any size."""

    def grab_image(self, width: int, height: int, ground: str) -> QImage: ...


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


def copy_image(lab: Lab[Any]) -> None:
    """Put the lab's first picture on the clipboard, at twice its size on screen."""
    picture = next(iter(lab.pictures().values()))
    assert picture.view is not None
    size = picture.view.size() * 2
    ground = "dark" if theme.current().dark else "light"
    width, height = min(size.width(), MAX_WIDTH), min(size.height(), MAX_HEIGHT)
    QGuiApplication.clipboard().setImage(picture.grab(width, height, ground))


def write_image(image: QImage, path: Path) -> None:
    """Write ``image`` as PNG, whole or not at all.

    Raises
    ------
    InputError
        If it cannot be written.
    """
    with replacing(path) as temporary:
        if not image.save(str(temporary)):
            raise OSError(28, tr("the disk is full or the folder cannot be written to"))


def picture_path(text: str, vector: bool = False) -> Path:
    """Return the path that was typed.

    Parameters
    ----------
    text
        What was typed.
    vector
        Whether the picture can be written as SVG and PDF too.

    Raises
    ------
    InputError
        If it cannot be the name of such a file.
    """
    path = Path(os.path.expanduser(text.strip()))
    named_so = path.suffix.lower() in (VECTOR if vector else PIXELS)
    if not text.strip() or path.is_dir():
        if vector:
            raise InputError(tr("Give the name of a file that ends in .png, .svg or .pdf."))
        raise InputError(tr("Give the name of a file that ends in .png."))
    if not named_so:
        if vector:
            raise InputError(tr("{path} must end in .png, .svg or .pdf.", path=str(path)))
        raise InputError(tr("{path} must end in .png.", path=str(path)))
    return path


class ExportDialog(QDialog):
    """Asks what to export, how large and where, and writes it."""

    def __init__(self, lab: Lab[Any], settings: QSettings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("export_dialog")
        self.setWindowTitle(tr("Export image"))
        self._lab, self._settings = lab, settings
        self._agreed: Path | None = None
        self.what = named(QComboBox(), "export_what", tr("Picture of"))
        self.width_field = named(QSpinBox(), "export_width", tr("Width"))
        self.height_field = named(QSpinBox(), "export_height", tr("Height"))
        self.ground = named(QComboBox(), "export_ground", tr("Ground"))
        self.path = named(QLineEdit(), "export_path", tr("File"))
        self.error = MessageLabel("export_error")
        self.buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Save | QDialogButtonBox.StandardButton.Cancel)
        self._fill()
        self._lay_out()
        self._restore()
        self.buttons.accepted.connect(self._export)
        self.buttons.rejected.connect(self.reject)
        self.finished.connect(self.deleteLater)

    def _fill(self) -> None:
        for name, picture in self._lab.pictures().items():
            self.what.addItem(picture.label, name)
        grounds = {"light": tr("Light"), "dark": tr("Dark"), "transparent": tr("Transparent")}
        for name, text in grounds.items():
            self.ground.addItem(text, name)
        for field, largest in ((self.width_field, MAX_WIDTH), (self.height_field, MAX_HEIGHT)):
            field.setRange(64, largest)
            field.setSuffix(tr(" px"))

    def _lay_out(self) -> None:
        size = QHBoxLayout()
        size.addWidget(self.width_field, 1)
        size.addWidget(self.height_field, 1)
        where = QHBoxLayout()
        where.addWidget(self.path, 1)
        browse = named(QPushButton(tr("Browse...")), "export_browse")
        browse.clicked.connect(self._browse)
        where.addWidget(browse)
        form = QFormLayout()
        form.addRow(tr("Picture of"), self.what)
        form.addRow(tr("Width and height"), size)
        form.addRow(tr("Ground"), self.ground)
        form.addRow(tr("File"), where)
        layout = QVBoxLayout(self)
        layout.addLayout(form)
        layout.addWidget(self.error)
        layout.addWidget(self.buttons)
        self.setMinimumWidth(60 * theme.GRID)

    def _restore(self) -> None:
        value = self._settings.value
        self.width_field.setValue(whole_number(self._settings, "export/width", 1920))
        self.height_field.setValue(whole_number(self._settings, "export/height", 1080))
        self.what.setCurrentIndex(max(0, self.what.findData(value("export/what", "surface"))))
        self.ground.setCurrentIndex(max(0, self.ground.findData(value("export/ground", "light"))))
        folder = Path(str(value("export/folder", str(Path.home()))))
        self.path.setText(str(folder / "gdsim.png"))

    def _browse(self) -> None:
        kinds = tr("Pictures (*.png *.svg *.pdf)") if self._picture().write else tr("Pictures (*.png)")
        path, _ = QFileDialog.getSaveFileName(self, tr("Export image"), self.path.text(), kinds)
        if path:
            self._agreed = Path(path)
            self.path.setText(path if Path(path).suffix else f"{path}.png")

    def _picture(self) -> Picture:
        return self._lab.pictures()[self.what.currentData()]

    def _export(self) -> None:
        picture = self._picture()
        try:
            path = picture_path(self.path.text(), vector=picture.write is not None)
        except InputError as error:
            self.error.show_sentence(str(error))
            return
        if path.exists() and path != self._agreed and not may_replace(self, path):
            return
        choice = (self.what.currentData(), self.width_field.value(), self.height_field.value())
        QGuiApplication.setOverrideCursor(Qt.CursorShape.WaitCursor)
        try:
            ground = self.ground.currentData()
            if picture.write is not None:
                picture.write(path, *choice[1:], ground)
            else:
                write_image(render_image(self._lab, *choice, ground), path)
        except InputError as error:
            self.error.show_sentence(str(error))
            return
        finally:
            QGuiApplication.restoreOverrideCursor()
        values = dict(zip(("what", "width", "height"), choice, strict=True))
        values |= {"ground": self.ground.currentData(), "folder": str(path.parent)}
        for name, chosen in values.items():
            self._settings.setValue(f"export/{name}", chosen)
        self._lab.show_message(tr("Written to {path}.", path=str(path)), error=False)
        self.accept()
