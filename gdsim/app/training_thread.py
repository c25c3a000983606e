"""The training thread: it owns the runs, takes commands between two steps, and leaves snapshots in a mailbox."""

from __future__ import annotations

import logging
import math
import queue
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Literal

from PySide6.QtCore import QObject, QThread, Signal

from gdsim.errors import InputError
from gdsim.i18n import tr
from gdsim.simulation.snapshot import Snapshot

if TYPE_CHECKING:
    from gdsim.simulation.race import Race

MAX_STEPS = 1_000_000
"""A run that plays by itself pauses here, so that one left alone does not fill the memory."""

PUBLISH_SECONDS = 0.012
"""Snapshots are made no more often than a display can show them."""

UNREAD_SECONDS = 0.05
"""How much longer it takes to replace a snapshot that nobody has taken yet."""

PUBLISH_SHARE = 20
"""Snapshots take no more than one part in so many of the time."""

SLICE_SECONDS = 0.004
"""How long the thread steps before it looks at its commands again, and between two batches."""

LOAD_SECONDS = 0.1
"""How long a new run is computed before it is shown; a longer one grows on screen."""

LATE_SECONDS = 0.1
"""Steps owed from longer ago than this are not made up for."""

Build = Callable[["Race | None"], "Race"]
"""Makes a race; it is given the one before, whose runs it may keep."""
Verb = Literal["zero_grad", "forward", "backward", "update"]


class Worker(QThread):
    """Owns the race; `mailbox` holds the newest snapshot with the number of hyper-parameters set until then."""

    failed = Signal(str)
    refused = Signal(str)

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.setObjectName("trainer")
        self.commands: queue.SimpleQueue[Callable[[Worker], None]] = queue.SimpleQueue()
        self.mailbox: tuple[Snapshot, int] | None = None
        self.run_id = 0
        self.wanted_step = 0
        self.focus = 0
        self.saturated = False
        self._loaded_id = 0
        self._race: Race | None = None
        self._hyper_set = 0
        self._show_then: int | None = None
        self._go_on = (0.0, 0)
        self._rate = 0.0
        self._until = 0
        self._wake = 0.0
        self._paid = 0.0
        self._due = 0.0
        self._dirty = False

    def run(self) -> None:
        import torch  # noqa: F401  (takes a second, while the window is already there)

        while not self.isInterruptionRequested():
            self._take_commands()
            self._guard(self._publish_when_due)
            self._guard(self._advance)
            self._guard(self._publish_when_due)

    def load(self, run_id: int, build: Build, current: int, last: int, resume: bool) -> None:
        if run_id != self.run_id:
            return
        going = (0.0, 0)
        if resume:
            going = (self._rate, self._until) if self._show_then is None else self._go_on
        self.pause()
        race = build(self._race)
        race.focus = min(self.focus, len(race.runners) - 1)
        self._race = race
        self._loaded_id = run_id
        end = time.perf_counter() + LOAD_SECONDS
        while time.perf_counter() < end and race.extend(last):
            pass
        race.seek(last)
        if race.step_count < last and not race.stopped:
            self.play(math.inf, last - race.step_count)
            self._show_then, self._go_on = current, going
        else:
            race.seek(current)
            self._resume(going)
        self._publish()

    def step(self) -> None:
        self.pause()
        if self._race is not None:
            self._race.step()

    def next_phase(self) -> None:
        self.pause()
        if self._race is not None:
            self._race.next_phase()

    def do(self, verb: Verb, keep_graph: bool) -> None:
        self.pause()
        race = self._race
        if race is None:
            return
        verbs: dict[Verb, Callable[[], object]] = {
            "zero_grad": race.zero_grad,
            "forward": race.forward,
            "backward": lambda: race.backward(keep_graph),
            "update": race.update,
        }
        try:
            verbs[verb]()
        except InputError as error:
            self.refused.emit(str(error))

    def look_at(self, run: int) -> None:
        self.focus = run
        if self._race is not None:
            self._race.focus = min(run, len(self._race.runners) - 1)

    def edit(self, name: str, index: tuple[int, ...], value: float, at: int | None) -> None:
        if self._race is None:
            return
        self._come_to(at)
        self._race.edit(name, index, value)

    def step_back(self) -> None:
        self.pause()
        if self._race is not None:
            resting = self._race.phase == "update"
            self._race.seek(self._race.step_count - 1 if resting else self._race.step_count)

    def seek(self, step: int) -> None:
        race = self._race
        if race is None or step != self.wanted_step:
            return
        self.pause()
        race.seek(step)
        if step > race.step_count:
            self.play(math.inf, step - race.step_count)

    def play(self, rate: float, steps: int | None) -> None:
        if self._race is None:
            return
        if self._race.step_count >= MAX_STEPS:
            self.failed.emit(tr("The run has {count} steps, the most it can have: reset it.", count=MAX_STEPS))
            return
        self.pause()
        self._until = min(self._race.step_count + steps if steps is not None else MAX_STEPS, MAX_STEPS)
        self._rate = rate
        self._wake = time.perf_counter()
        self._paid = self._wake - 1 / rate

    def pause(self) -> None:
        self._rate = 0.0
        self.saturated = False
        self._show_then = None
        self._go_on = (0.0, 0)

    def set_rate(self, rate: float) -> None:
        if self._rate and self._show_then is None:
            self._rate = rate
            self._wake = time.perf_counter()

    def set_hyper(self, name: str, value: float, at: int | None) -> None:
        self._hyper_set += 1
        if self._race is None:
            return
        self._come_to(at)
        self._race.set_hyper(name, value)

    def _come_to(self, at: int | None) -> None:
        """Go to the step at which something is changed; None: where the run is."""
        if at is not None and self._race is not None and at != self._race.step_count:
            self.pause()
            self._race.seek(at)

    def _take_commands(self) -> None:
        """Carry out what is waiting; wait for a command, or for the next step or snapshot to be due."""
        timeout = None
        if self._rate:
            wake = min(self._wake, self._publish_at()) if self._dirty else self._wake
            timeout = max(0.0, wake - time.perf_counter())
        try:
            self._carry_out(self.commands.get(timeout=timeout))
            for _ in range(self.commands.qsize()):
                self._carry_out(self.commands.get_nowait())
        except queue.Empty:
            pass

    def _carry_out(self, command: Callable[[Worker], None]) -> None:
        self._guard(lambda: command(self))
        # What was asked for is answered before the next step, which may take long.
        self._dirty, self._due = True, -math.inf

    def _guard(self, work: Callable[[], None]) -> None:
        """Do ``work``; what goes wrong stops the run and is told, and the thread lives on."""
        try:
            work()
        except InputError as error:
            self.pause()
            self.failed.emit(str(error))
        except Exception as error:
            self.pause()
            logging.getLogger("gdsim").exception("The run stopped.")
            self.failed.emit(tr("The run stopped because of an error inside gdsim: {error}.", error=str(error)))

    def _advance(self) -> None:
        """Make the steps that are due, for one slice of time at most; fast play is done in batches."""
        race = self._race
        now = time.perf_counter()
        if race is None or not self._rate or now < self._wake:
            return
        self._paid = max(self._paid, now - LATE_SECONDS - 1 / self._rate)
        end = now + SLICE_SECONDS
        while self._paid + 1 / self._rate <= now and time.perf_counter() < end:
            if race.step_count >= self._until or not race.step():
                self._arrive(race)
                break
            self._paid += 1 / self._rate
        self._dirty = True
        self.saturated = self._rate > 0 and self._paid + 1 / self._rate <= time.perf_counter()
        if self._rate:
            self._wake = max(self._paid + 1 / self._rate, now + SLICE_SECONDS if math.isfinite(self._rate) else 0.0)

    def _arrive(self, race: Race) -> None:
        """Rest where the run was to go, or show the step that was asked for with it."""
        go_on = self._go_on
        if self._show_then is not None:
            race.seek(self._show_then)
        self.pause()
        self._resume(go_on)

    def _resume(self, going: tuple[float, int]) -> None:
        """Play on as before a run was replaced."""
        rate, until = going
        if rate and self._race is not None and not self._race.stopped:
            self.play(rate, until - self._race.step_count)

    def _publish_when_due(self) -> None:
        if self._dirty and not (self._rate and time.perf_counter() < self._publish_at()):
            self._publish()

    def _publish_at(self) -> float:
        """Return when a newer snapshot is due: later while the last one has not been taken."""
        return self._due if self.mailbox is None else self._due + UNREAD_SECONDS

    def _publish(self) -> None:
        self._dirty = False
        if self._race is not None:
            began = time.perf_counter()
            self.mailbox = (self._race.snapshot(self._loaded_id, playing=self._rate != 0), self._hyper_set)
            now = time.perf_counter()
            # A large network's tensors take long to copy; most of the time is to go into training.
            self._due = now + max(PUBLISH_SECONDS, PUBLISH_SHARE * (now - began))
