"""Views that are brought up to date in turn, so that neither the window nor the training waits for them."""

from __future__ import annotations

import time
from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer

SHARE = 11
"""While a run plays, one part of the time goes to the views and so many to the training; both need Python's lock."""


MOST_REST = 0.2
"""Seconds after which a view may have its turn whatever the last one took: a large network lets go of the lock."""


class Turns(QObject):
    """Refreshes one part after the other.

    Parameters
    ----------
    parts
        What brings each view up to date.
    """

    def __init__(self, parts: tuple[Callable[[], None], ...], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._parts = parts
        self._turn = -1
        self._stale: set[Callable[[], None]] = set()
        self._rest_until = 0.0
        self._began = 0.0
        self._painted = QTimer(self)
        self._painted.setSingleShot(True)
        self._painted.timeout.connect(self._rest)

    @property
    def resting(self) -> bool:
        """Whether it is the training's time."""
        return self._painted.isActive() or time.perf_counter() < self._rest_until

    @property
    def done(self) -> bool:
        """Whether every part is up to date."""
        return not self._stale

    def invalidate(self) -> None:
        """Say that every part is out of date."""
        self._stale = set(self._parts)

    def forget(self) -> None:
        """Say that nothing is out of date."""
        self._stale = set()

    def all(self) -> None:
        """Bring every part up to date at once."""
        for part in self._parts:
            if part in self._stale:
                self._stale.remove(part)
                part()

    def next(self) -> None:
        """Bring the part whose turn it is up to date, then rest in proportion to what it took, painting included."""
        self._began = time.perf_counter()
        for _ in self._parts:
            self._turn = (self._turn + 1) % len(self._parts)
            part = self._parts[self._turn]
            if part in self._stale:
                self._stale.remove(part)
                part()
                # Painting is an event that comes before a timer of no time.
                self._painted.start(0)
                return

    def stop(self) -> None:
        """Leave no timer behind."""
        self._painted.stop()

    def _rest(self) -> None:
        now = time.perf_counter()
        self._rest_until = now + min(SHARE * (now - self._began), MOST_REST)
