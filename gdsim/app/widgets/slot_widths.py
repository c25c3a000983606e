"""How wide the numbers of a worksheet are, and how wide its lines take them to be."""

from __future__ import annotations

from collections.abc import Sequence

from gdsim.app.widgets.typeset import UNIT, number_width
from gdsim.app.widgets.worksheet_layout import Key, Piece
from gdsim.simulation.lines import RESULT

_STEADY = 0.85 * UNIT
"""A result may be shorter than its place by a minus sign: its decimal point stays where it is."""

_SLACK = 2.0 * UNIT
"""Lines are to be broken anew when the numbers of a piece have become this much shorter."""


class SlotWidths:
    """The widths of all slots, at size `UNIT`.

    Within a formula a slot is as wide as its number. The lines are broken for reserved widths, which only
    grow while numbers change, so that a run does not make the lines jump; see `tighten`.
    """

    def __init__(self) -> None:
        self._now: dict[Key, tuple[float, ...]] = {}
        self._reserved: dict[Key, tuple[float, ...]] = {}

    def clear(self) -> None:
        """Forget everything."""
        self._now, self._reserved = {}, {}

    def measure(self, pieces: Sequence[Piece]) -> tuple[bool, bool]:
        """Measure all numbers; return whether a piece outgrew what is reserved, and whether one left much of it."""
        outgrown = slack = False
        for piece in pieces:
            widths = tuple(number_width(text) for text in piece.texts)
            if RESULT in piece.names:
                old = self._now.get(piece.key, widths)
                widths = tuple(b if a <= b <= a + _STEADY else a for a, b in zip(widths, old, strict=True))
            self._now[piece.key] = widths
            reserved = self._reserved.get(piece.key)
            if reserved is None or any(a > b for a, b in zip(widths, reserved, strict=True)):
                self._reserved[piece.key] = tuple(map(max, widths, reserved)) if reserved else widths
                outgrown = True
            elif sum(reserved) > sum(widths) + _SLACK:
                slack = True
        return outgrown, slack

    def tighten(self) -> None:
        """Reserve no more than the numbers take now."""
        self._reserved = dict(self._now)

    def now(self, piece: Piece) -> tuple[float, ...]:
        """Return the widths of a piece's slots."""
        return self._share(piece, self._now)

    def reserved(self, piece: Piece) -> tuple[float, ...]:
        """Return the widths with which a piece's line is broken."""
        return self._share(piece, self._reserved)

    @staticmethod
    def _share(piece: Piece, widths: dict[Key, tuple[float, ...]]) -> tuple[float, ...]:
        own = widths.get(piece.key, ()) if piece.texts else ()
        return own[piece.offset : piece.offset + len(piece.texts)]
