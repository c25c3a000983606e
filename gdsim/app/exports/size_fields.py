"""How large a picture or film is: usual sizes, width and height, and what that is on paper."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QSignalBlocker
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel

from gdsim.app.exports.number_group import NumberGroup
from gdsim.app.panels.fields import Choice
from gdsim.app.theme import GRID
from gdsim.app.widgets.naming import named
from gdsim.app.widgets.number_field import NumberField
from gdsim.app.widgets.whole_number import WholeNumber
from gdsim.i18n import tr
from gdsim.simulation.picture_spec import SMALLEST, Size

AUTOMATIC, CUSTOM = "automatic", "custom"
INCH = 2.54
"""Centimetres."""


@dataclass(frozen=True)
class UsualSize:
    """A size that is often wanted: its name, pixels and, for paper, the pixels of an inch."""

    label: str
    size: Size
    dpi: float | None = None


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


class SizeFields(NumberGroup):
    """Asks for a size.

    Parameters
    ----------
    kind
        What the names of its controls begin with.
    largest
        Width and height in pixels that are allowed at most.
    usual
        Sizes to choose from.
    paper
        Whether there can be an automatic size, and pixels of an inch are asked for.
    """

    def __init__(self, kind: str, largest: Size, usual: list[UsualSize], paper: bool) -> None:
        super().__init__(f"{kind}_size_error")
        self._usual = usual
        self.preset = named(Choice({AUTOMATIC: tr("Automatic")} if paper else {}), f"{kind}_preset", tr("Size"))
        for number, size in enumerate(usual):
            self.preset.addItem(size.label, str(number))
        self.preset.addItem(tr("Custom"), CUSTOM)
        px = (tr(" px"), tr(" px"))
        self.across = named(
            WholeNumber(SMALLEST[0], largest[0], suffixes=px, tracking=True), f"{kind}_width", tr("Width")
        )
        self.down = named(
            WholeNumber(SMALLEST[1], largest[1], suffixes=px, tracking=True), f"{kind}_height", tr("Height")
        )
        self.dpi = named(NumberField(10, 2400, step=1), f"{kind}_dpi", tr("Resolution, in pixels of an inch"))
        self.paper = named(QLabel(), f"{kind}_paper_size", tr("Size on paper"))
        self._paper = paper
        self._explain()
        self._lay_out()
        self.show_size(None if paper else usual[0].size, 96.0)
        self.watch(self.across, self.down, self.dpi)
        self.preset.activated.connect(lambda _index: self._choose())
        self.across.lineEdit().textEdited.connect(lambda _text: self._name())
        self.down.lineEdit().textEdited.connect(lambda _text: self._name())
        self.across.valueChanged.connect(lambda _value: self._name())
        self.down.valueChanged.connect(lambda _value: self._name())
        self.dpi.valueChanged.connect(lambda _value: self._measure())

    @property
    def automatic(self) -> bool:
        """Whether the size is to be what suits the picture."""
        return self.preset.choice() == AUTOMATIC

    def size_in_pixels(self) -> Size | None:
        """Return the size; None where it is what suits the picture."""
        return None if self.automatic else (self.across.value(), self.down.value())

    def show_size(self, size: Size | None, dpi: float) -> None:
        """Show a size without a signal; None is what suits the picture."""
        if size is not None:
            self._show_pixels(size)
        self.dpi.set_silently(dpi)
        if size is None:
            self.preset.show_choice(AUTOMATIC)
        else:
            self._name()
        self._measure()

    def show_suiting(self, size: Size) -> None:
        """Show the size that turned out to suit the picture, while it is automatic."""
        if self.automatic:
            self._show_pixels(size)
            self._measure()

    def _show_pixels(self, size: Size) -> None:
        self.across.set_silently(size[0])
        self.down.set_silently(size[1])

    def _choose(self) -> None:
        choice = self.preset.choice()
        if choice not in (AUTOMATIC, CUSTOM):
            usual = self._usual[int(choice)]
            self._show_pixels(usual.size)
            if self._paper:
                self.dpi.set_silently(usual.dpi or 96.0)
        self._measure()
        self._follow()

    def _name(self) -> None:
        """Show which usual size this is, if any."""
        size = (self.across.value(), self.down.value())
        known = (str(number) for number, usual in enumerate(self._usual) if usual.size == size)
        with QSignalBlocker(self.preset):
            self.preset.show_choice(next(known, CUSTOM))
        self._measure()

    def _measure(self) -> None:
        across, down = (n / self.dpi.value() * INCH for n in (self.across.value(), self.down.value()))
        self.paper.setText(tr("{width} x {height} cm", width=f"{across:.1f}", height=f"{down:.1f}"))

    def _explain(self) -> None:
        self.preset.setToolTip(tr("A usual size; Automatic takes what suits the views."))
        self.across.setToolTip(tr("Width in pixels. {range}", range=self.across.toolTip()))
        self.down.setToolTip(tr("Height in pixels. {range}", range=self.down.toolTip()))
        self.dpi.setToolTip(
            tr("How many pixels make an inch of paper: it decides the size when printed, not the number of pixels.")
        )

    def _lay_out(self) -> None:
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(GRID)
        grid.addWidget(self.preset, 0, 0, 1, 3)
        times = QLabel("\N{MULTIPLICATION SIGN}")
        for column, widget in enumerate((self.across, times, self.down)):
            grid.addWidget(widget, 1, column)
        grid.setColumnStretch(0, 1)
        grid.setColumnStretch(2, 1)
        if self._paper:
            row = QHBoxLayout()
            self.dpi.setFixedWidth(12 * GRID)
            row.addWidget(self.dpi)
            row.addWidget(QLabel(tr("dpi")))
            row.addStretch()
            row.addWidget(self.paper)
            grid.addLayout(row, 2, 0, 1, 3)
        grid.addWidget(self.error, 3, 0, 1, 3)
