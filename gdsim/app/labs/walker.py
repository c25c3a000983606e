"""Where one is on a walk over a graph, and what takes one along it."""

from __future__ import annotations

import time

from PySide6.QtCore import QObject, QTimer, Signal

from gdsim.simulation.calls import KEEPING, Call, refusal
from gdsim.simulation.walk import Birth, State, Walk

TICK_MS = 16


class Walker(QObject):
    """Goes along a walk: by steps, by calls, to any step, or at a pace.

    Signals
    -------
    moved
        Walk or step have changed.
    calls_made(object)
        A call made by hand has changed the walk's calls.
    refused(str)
        A call cannot be made; an empty sentence when another one could.
    playing_changed(bool)
        Playing has begun or ended.

    Attributes
    ----------
    walk, position
        What is walked, and how many steps of it have been made.
    keep
        Whether backward is called with ``retain_graph=True``.
    """

    moved = Signal()
    calls_made = Signal(object)
    refused = Signal(str)
    playing_changed = Signal(bool)

    def __init__(self, walk: Walk, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.walk = walk
        self.position = 0
        self.keep = False
        self._rate = 1.0
        self._began = (0.0, 0)
        self._timer = QTimer(self)
        self._timer.setInterval(TICK_MS)
        self._timer.timeout.connect(self._play_on)

    @property
    def state(self) -> State:
        """What is there at the present step."""
        return self.walk.state(self.position)

    @property
    def birth(self) -> Birth | None:
        """Where the first number that is not finite came from, if there is one."""
        return self.walk.birth(self.position)

    @property
    def last(self) -> int:
        """The last step of the walk."""
        return len(self.walk.steps)

    @property
    def playing(self) -> bool:
        """Whether steps are made at a pace."""
        return self._timer.isActive()

    def load(self, walk: Walk, position: int) -> None:
        """Go along another walk, from a step of it."""
        self.walk = walk
        self._go(position)

    def step(self) -> None:
        """Make one step."""
        self.seek(self.position + 1)

    def step_back(self) -> None:
        """Take one step back."""
        self.seek(self.position - 1)

    def next_call(self) -> None:
        """Go to the end of the call under way, or of the next one."""
        self.seek(self._end_of_call(self.position + 1))

    def finish(self) -> None:
        """Go to the last step."""
        self.seek(self.last)

    def seek(self, position: int) -> None:
        """Go to a step, clipped to those there are, and rest there."""
        self.pause()
        self._go(position)

    def play(self, rate: float) -> None:
        """Make ``rate`` steps a second until the end, from the start if this is the end."""
        self._rate = rate
        if self.position >= self.last:
            self._go(0)
        self._began = (time.monotonic(), self.position)
        if not self.playing:
            self._timer.start()
            self.playing_changed.emit(True)

    def pause(self) -> None:
        """Rest at the present step."""
        if self.playing:
            self._timer.stop()
            self.playing_changed.emit(False)

    def set_rate(self, rate: float) -> None:
        """Play at another pace from here on."""
        self._rate = rate
        self._began = (time.monotonic(), self.position)

    def call(self, name: Call) -> None:
        """Finish the call under way and, unless it is this one, make this call.

        Where the walk goes on with the same call, it is gone along; where with another, what was to come is given up.
        """
        self.pause()
        call: Call = KEEPING if name == "backward" and self.keep else name
        here = self._call_at(self.position)
        if here is not None and self.position < self.walk.ends[here] and self.walk.calls[here] == call:
            self._go(self.walk.ends[here])
            self.refused.emit("")
            return
        done = 0 if here is None else here + 1
        calls = self.walk.calls
        if calls[done : done + 1] != (call,):
            sentence = refusal(self.walk.graph, calls[:done], call)
            if sentence:
                self._go(self.walk.ends[done - 1] if done else 0)
                self.refused.emit(sentence)
                return
            self.walk = Walk(self.walk.graph, self.walk.leaves, (*calls[:done], call))
            self.calls_made.emit(self.walk.calls)
        self._go(self.walk.ends[done])
        self.refused.emit("")

    def _call_at(self, position: int) -> int | None:
        """Return the number of the call that the step before ``position`` belongs to."""
        return self.walk.steps[position - 1].call if position else None

    def _end_of_call(self, position: int) -> int:
        return next((end for end in self.walk.ends if end >= position), self.last)

    def _play_on(self) -> None:
        since, start = self._began
        position = start + int((time.monotonic() - since) * self._rate)
        if position > self.position:
            self._go(position)
        if self.position >= self.last:
            self.pause()

    def _go(self, position: int) -> None:
        self.position = min(max(position, 0), self.last)
        self.moved.emit()
