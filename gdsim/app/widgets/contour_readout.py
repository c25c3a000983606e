"""The line above the contour map that reads out the point under the pointer, and the fitting of the domain."""

from __future__ import annotations

import math

from PySide6.QtCore import QRectF, Qt
from PySide6.QtWidgets import QLabel, QWidget

from gdsim.app.theme import GRID
from gdsim.app.widgets.number_field import tabular
from gdsim.i18n import tr

_WIDE = 80 * GRID
_SQUARE = 1.25


class ContourReadout(QLabel):
    """Two variables, loss and gradient on one line where there is room, else on two; numbers keep their columns."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._separator = "\n"
        self.setObjectName("contour_readout")
        self.setFont(tabular(self.font()))
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.show_hint()

    def height_for(self, width: int) -> int:
        """Return the height needed in a map of this width, and use one line or two from now on."""
        self._separator = " " if width >= _WIDE else "\n"
        return 3 * GRID if width >= _WIDE else 5 * GRID

    def show_hint(self) -> None:
        """Say what the map is for."""
        self.setText(tr("Click or drag to move the start."))

    def show_point(
        self, names: tuple[str, str], point: tuple[float, float], loss: float, gradient: tuple[float, float] | None
    ) -> None:
        """Read out a point, its loss (``nan``: none) and its gradient (None: not known)."""
        where = tr("{a} = {x} {b} = {y}", a=names[0], b=names[1], x=_column(point[0]), y=_column(point[1]))
        what = tr("loss = {loss}", loss=_column(loss))
        if gradient is not None:
            what = tr("{loss} gradient = ({gx}, {gy})", loss=what, gx=_digits(gradient[0]), gy=_digits(gradient[1]))
        self.setText(where + self._separator + what)


def fitted_area(domain: QRectF, plot: QRectF) -> QRectF:
    """Return the part of the plane that shows all of ``domain`` in ``plot``.

    Where the ranges are equal and it costs little room, circles stay round and gradients at right angles to lines.
    """
    if abs(domain.width() / domain.height() - 1) > 1e-9 or plot.isEmpty():
        return domain
    ratio = plot.width() / plot.height()
    if not 1 / _SQUARE < ratio < _SQUARE:
        return domain
    across = domain.width() * max(0.0, ratio - 1) / 2
    up = domain.height() * max(0.0, 1 / ratio - 1) / 2
    return domain.adjusted(-across, -up, across, up)


def _column(value: float) -> str:
    """Return a number in ten columns, so that what follows it stays where it is."""
    return _digits(value).ljust(10, "\N{FIGURE SPACE}")


def _digits(value: float) -> str:
    if not math.isfinite(value):
        return tr("none")
    text = f"{value:#.5g}" if value == 0 or 1e-3 <= abs(value) < 1e6 else f"{value:.3e}"
    return text.rstrip(".").replace("-", "\N{MINUS SIGN}")
