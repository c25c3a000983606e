"""Which steps a chart shows: everything there is, following the run, or a part that stays where it is."""

from __future__ import annotations

FEWEST = 4.0
"""Steps that fill a chart when one cannot zoom in any further."""

_PARTS = 32


class StepRange:
    """The ends of the horizontal axis, in steps.

    Attributes
    ----------
    left, right
        Steps at the ends of the axis.
    zoomed
        Whether it is a part that was chosen, which new steps do not move.
    """

    def __init__(self) -> None:
        self._end, self._margin = 1, 0.01
        self.zoomed = False
        self.left, self.right = self._everything()

    def set_last(self, last: int) -> None:
        """Follow a run to step ``last``, or stay; show everything again where the part shown is gone."""
        last = max(1, last)
        # In steps of up to 3 %, so that axis and line need not be laid out anew each time.
        unit = max(1, (1 << last.bit_length()) // (2 * _PARTS))
        self._end = -(-last // unit) * unit
        if not self.zoomed or self.left >= last:
            self.fit()
        else:
            self.show(self.left, self.right)

    def set_margin(self, share: float) -> None:
        """Leave so much of the axis free beyond the first and the last step."""
        if share != self._margin:
            self._margin = share
            if not self.zoomed:
                self.fit()

    def fit(self) -> None:
        """Show everything."""
        self.zoomed = False
        self.left, self.right = self._everything()

    def show(self, left: float, right: float) -> None:
        """Show the steps between two ends, in either order, but no fewer than `FEWEST` and nothing beyond the run."""
        middle, width = (left + right) / 2, max(abs(right - left), FEWEST)
        first, last = self._everything()
        if width >= last - first:
            self.fit()
            return
        self.zoomed = True
        margin = self._margin * width
        self.left = min(max(middle - width / 2, -margin), self._end + margin - width)
        self.right = self.left + width

    def zoom(self, factor: float, about: float) -> None:
        """Show ``factor`` times as many steps; ``about`` stays where it is."""
        # Bounded first, or the fixed point would wander at the closest zoom.
        factor = max(factor, FEWEST / (self.right - self.left))
        self.show(about + (self.left - about) * factor, about + (self.right - about) * factor)

    def pan(self, steps: float) -> None:
        """Move a part by so many steps."""
        if self.zoomed:
            self.show(self.left + steps, self.right + steps)

    def _everything(self) -> tuple[float, float]:
        return -self._margin * self._end, (1 + self._margin) * self._end
