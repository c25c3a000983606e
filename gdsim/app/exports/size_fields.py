"""How large a picture or film is: usual sizes, width and height, and what that is on paper."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QWidget

from gdsim.app.exports.number_group import NumberGroup
from gdsim.app.panels.fields import Choice
from gdsim.app.theme import GRID
from gdsim.app.widgets.naming import named
from gdsim.app.widgets.number_field import NumberField
from gdsim.app.widgets.whole_number import WholeNumber
from gdsim.i18n import tr
from gdsim.simulation.picture_spec import LARGEST, SMALLEST, Size

AUTOMATIC, CUSTOM = "automatic", "custom"
INCH = 2.54
"""Centimetres."""

SCREEN_DPI = 96.0


@dataclass(frozen=True)
class UsualSize:
    """A size that is often wanted: its name, pixels and, for paper, the pixels of an inch."""

    label: str
    size: Size
    dpi: float = SCREEN_DPI


def screens() -> list[UsualSize]:
    """Return the sizes of screens and projectors."""
    return [
        UsualSize(tr("HD, 1280 x 720"), (1280, 720)),
        UsualSize(tr("Full HD, 1920 x 1080"), (1920, 1080)),
        UsualSize(tr("4K, 3840 x 2160"), (3840, 2160)),
    ]


def papers() -> list[UsualSize]:
    """Return the sizes of figures on paper."""
    return [
        UsualSize(tr("Column of text, 8.5 cm wide at 300 dpi"), (1004, 753), 300),
        UsualSize(tr("Page of A4, 17 cm wide at 300 dpi"), (2008, 1506), 300),
    ]


class SizeFields(QWidget):
    """Asks for width and height in pixels.

    Parameters
    ----------
    kind
        What the names of its controls begin with.
    largest
        Width and height in pixels that are allowed at most.
    usual
        Sizes to choose from.
    """

    changed = Signal()

    def __init__(self, kind: str, largest: Size, usual: list[UsualSize]) -> None:
        super().__init__()
        self._usual = usual
        self.numbers = NumberGroup(f"{kind}_size_error", self)
        self.preset = named(Choice(), f"{kind}_preset", tr("Size"))
        for number, size in enumerate(usual):
            self.preset.addItem(size.label, str(number))
        self.preset.addItem(tr("Custom"), CUSTOM)
        self.across = _pixels(largest[0], f"{kind}_width", tr("Width"), tr("Width of the picture."))
        self.down = _pixels(largest[1], f"{kind}_height", tr("Height"), tr("Height of the picture."))
        self.preset.setToolTip(tr("A usual size, in pixels."))
        self._lay_out()
        self.numbers.watch(self.across, self.down)
        self.numbers.changed.connect(self.changed)
        self.preset.activated.connect(lambda _index: self._choose())
        for field in (self.across, self.down):
            field.lineEdit().textEdited.connect(lambda _text: self._name())
            field.valueChanged.connect(lambda _value: self._name())

    def size_in_pixels(self) -> Size | None:
        """Return the size."""
        return (self.across.value(), self.down.value())

    def show_pixels(self, size: Size) -> None:
        """Show a size without a signal."""
        self._fill(size)
        self._name()

    def _fill(self, size: Size) -> None:
        self.across.set_silently(size[0])
        self.down.set_silently(size[1])

    def _choose(self) -> None:
        """Take over the usual size that was chosen."""
        if self.preset.choice().isdigit():
            self._fill(self._usual[int(self.preset.choice())].size)
        self.numbers.follow()

    def _name(self) -> None:
        """Show which usual size this is, if any."""
        size = (self.across.value(), self.down.value())
        known = (str(number) for number, usual in enumerate(self._usual) if usual.size == size)
        self.preset.show_choice(next(known, CUSTOM))

    def _lay_out(self) -> None:
        self.grid = grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(GRID)
        grid.addWidget(self.preset, 0, 0, 1, 3)
        for column, widget in enumerate((self.across, QLabel("\N{MULTIPLICATION SIGN}"), self.down)):
            grid.addWidget(widget, 1, column)
        grid.setColumnStretch(0, 1)
        grid.setColumnStretch(2, 1)
        grid.addWidget(self.numbers.error, 3, 0, 1, 3)


class PaperSize(SizeFields):
    """Asks for the size of a picture, which can be what suits its views, and for the pixels of an inch of paper."""

    def __init__(self, kind: str) -> None:
        super().__init__(kind, LARGEST, screens() + papers())
        self.preset.insertItem(0, tr("Automatic"), AUTOMATIC)
        self.preset.setToolTip(tr("A usual size, in pixels; Automatic takes what suits the views."))
        self.dpi = named(NumberField(10, 2400, step=1), f"{kind}_dpi", tr("Resolution, in pixels of an inch"))
        self.dpi.setFixedWidth(12 * GRID)
        self.dpi.setToolTip(
            tr("How many pixels make an inch of paper: it decides the size when printed, not the number of pixels.")
        )
        self.paper = named(QLabel(), f"{kind}_paper_size", tr("Size on paper"))
        row = QHBoxLayout()
        row.addWidget(self.dpi)
        row.addWidget(QLabel(tr("dpi")))
        row.addStretch()
        row.addWidget(self.paper)
        self.grid.addLayout(row, 2, 0, 1, 3)
        self.numbers.watch(self.dpi)
        self.dpi.valueChanged.connect(lambda _value: self._measure())

    @property
    def automatic(self) -> bool:
        """Whether the size is to be what suits the picture."""
        return self.preset.choice() == AUTOMATIC

    def size_in_pixels(self) -> Size | None:
        """Return the size; None where it is what suits the picture."""
        return None if self.automatic else super().size_in_pixels()

    def show_size(self, size: Size | None, dpi: float) -> None:
        """Show a size without a signal; None is what suits the picture."""
        self.dpi.set_silently(dpi)
        if size is None:
            self.preset.show_choice(AUTOMATIC)
        else:
            self.show_pixels(size)

    def show_suiting(self, size: Size) -> None:
        """Show the size that turned out to suit the picture, while it is automatic."""
        if self.automatic:
            self._fill(size)

    def _fill(self, size: Size) -> None:
        super()._fill(size)
        self._measure()

    def _choose(self) -> None:
        if self.preset.choice().isdigit():
            self.dpi.set_silently(self._usual[int(self.preset.choice())].dpi)
        super()._choose()

    def _name(self) -> None:
        super()._name()
        self._measure()

    def _measure(self) -> None:
        across, down = (n / self.dpi.value() * INCH for n in (self.across.value(), self.down.value()))
        self.paper.setText(tr("{width} x {height} cm", width=f"{across:.1f}", height=f"{down:.1f}"))


def _pixels(largest: int, name: str, accessible: str, tip: str) -> WholeNumber:
    field = named(WholeNumber(SMALLEST[0], largest, suffixes=(tr(" px"), tr(" px")), tracking=True), name, accessible)
    field.setToolTip(tr("{what} Unit: pixels. {range}", what=tip, range=field.toolTip()))
    return field
