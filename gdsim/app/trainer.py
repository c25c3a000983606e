"""The interface's end of the training thread: commands go in through a queue, one latest snapshot comes out."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Signal

from gdsim.app.training_thread import Build, Verb, Worker
from gdsim.simulation.snapshot import Snapshot


class Trainer(QObject):
    """The interface's end of the training thread.

    Every command takes effect between two steps. `latest` returns what there is to show; nothing is
    signalled per step, because a queued signal a step starves the event loop.
    """

    failed = Signal(str)
    """One sentence: a run could not be set up or went wrong."""

    refused = Signal(str)
    """One sentence: why torch's rules forbid the verb that was asked for."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._oldest_shown = 0
        self._asked = 0
        self._known = 0
        self._shown = 0
        self._worker = Worker(self)
        self._worker.failed.connect(self.failed)
        self._worker.refused.connect(self.refused)

    def start(self) -> None:
        """Start the thread; it imports torch first."""
        self._worker.start()

    def load(self, build: Build, current: int = 0, last: int = 0, dragged: bool = False, resume: bool = False) -> None:
        """Replace the race: build it, compute it to step ``last``, and show step ``current``.

        A newer load replaces one that still waits. With ``dragged`` the runs before are still shown when they
        are ready, so that the path follows a start point that moves faster than paths are computed. With
        ``resume`` a run that plays goes on playing.
        """
        self._worker.run_id += 1
        run_id = self._worker.run_id
        if not dragged:
            self._oldest_shown = run_id
        self._post(lambda worker: worker.load(run_id, build, current, last, resume))

    def step(self) -> None:
        """Make one update."""
        self._post(lambda worker: worker.step())

    def next_phase(self) -> None:
        """Do the next of forward, backward and update."""
        self._post(lambda worker: worker.next_phase())

    def do(self, verb: Verb, keep_graph: bool = False) -> None:
        """Call one of the notebook's verbs: zero_grad, forward, backward or update."""
        self._post(lambda worker: worker.do(verb, keep_graph))

    def look_at(self, run: int) -> None:
        """Let snapshots be of another run of the race; hyper-parameters and numbers are set in it alone."""
        self._post(lambda worker: worker.look_at(run))

    def edit(self, name: str, index: tuple[int, ...], value: float, at: int | None = None) -> None:
        """Set one number of a parameter at step ``at``, or at whichever step the run has reached."""
        self._post(lambda worker: worker.edit(name, index, value, at))

    def seek(self, step: int) -> None:
        """Go to a step; beyond the last recorded one the run goes on to it."""
        self._worker.wanted_step = step
        self._post(lambda worker: worker.seek(step))

    def step_back(self) -> None:
        """Undo one update."""
        self._post(lambda worker: worker.step_back())

    def play(self, rate: float, steps: int | None = None) -> None:
        """Go on by ``rate`` steps a second (``inf``: as fast as it goes), for ``steps`` or until paused."""
        self._post(lambda worker: worker.play(rate, steps))

    def pause(self) -> None:
        """Stop after the present step."""
        self._post(lambda worker: worker.pause())

    def set_rate(self, rate: float) -> None:
        """Play on at another pace; a run that rests stays at rest."""
        self._post(lambda worker: worker.set_rate(rate))

    def set_hyper(self, name: str, value: float, at: int | None = None) -> None:
        """Change a hyper-parameter from step ``at`` on, or from whichever step the run has reached."""
        self._asked += 1
        self._post(lambda worker: worker.set_hyper(name, value, at))

    @property
    def settled(self) -> bool:
        """Whether the last snapshot taken knows of every hyper-parameter that was set."""
        return self._known == self._asked

    @property
    def saturated(self) -> bool:
        """Whether the run plays as fast as it can, or cannot keep the pace asked for."""
        return self._worker.saturated

    @property
    def waiting(self) -> bool:
        """Whether nothing has been taken yet of the run that was loaded last."""
        return self._shown != self._worker.run_id

    def latest(self) -> Snapshot | None:
        """Return the newest snapshot, once; None when there is nothing new or it is of a run given up."""
        mail, self._worker.mailbox = self._worker.mailbox, None
        if mail is None or mail[0].run_id < self._oldest_shown:
            return None
        snapshot, self._known = mail
        self._shown = snapshot.run_id
        return snapshot

    def close(self) -> None:
        """End the thread and wait for it."""
        self._worker.requestInterruption()
        self._post(lambda worker: None)
        self._worker.wait()

    def _post(self, command: Callable[[Worker], None]) -> None:
        self._worker.commands.put(command)
