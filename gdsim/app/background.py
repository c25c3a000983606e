"""Works something out in a thread of its own, newest request first."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, QThread, Signal

from gdsim.errors import Cancelled, InputError
from gdsim.i18n import tr

Work = Callable[[], object]


class Background(QObject):
    """Does the latest work that was asked for; `done` carries its result, unless newer work waits.

    Work that raises `gdsim.errors.Cancelled` ends without a word.

    Parameters
    ----------
    name
        Object name of the thread.
    """

    done = Signal(object)
    failed = Signal(str)
    """One sentence: the input's mistake, or what went wrong inside."""

    def __init__(self, name: str, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._name = name
        self._wanted: Work | None = None
        self._thread: _Thread | None = None
        self._given_up = False
        self._closed = self._left = False

    @property
    def busy(self) -> bool:
        """Whether something is being worked out whose result is still wanted."""
        return self._thread is not None and not self._given_up

    def ask(self, work: Work) -> None:
        """Ask for a result; older work that still waits is forgotten."""
        self._wanted = work
        self._start()

    def give_up(self) -> None:
        """Forget what was asked for; what is being worked out comes to nothing."""
        self._wanted = None
        self._given_up = True

    def close(self) -> None:
        """Wait for the thread and start no other."""
        self._closed = True
        if self._thread is not None:
            self._thread.wait()

    def leave_to(self, keeper: QObject) -> None:
        """Start no other thread; belong to ``keeper`` until the present one has ended, then go."""
        self._closed = self._left = True
        if self._thread is not None:
            self.setParent(keeper)

    def _start(self) -> None:
        if self._thread is not None or self._wanted is None or self._closed:
            return
        self._thread = _Thread(self._name, self._wanted, self)
        self._wanted, self._given_up = None, False
        self._thread.finished.connect(self._finish)
        self._thread.start()

    def _finish(self) -> None:
        thread, self._thread = self._thread, None
        assert thread is not None
        if self._wanted is None and not (self._closed or self._given_up or thread.cancelled):
            if thread.error:
                self.failed.emit(thread.error)
            else:
                self.done.emit(thread.result)
        thread.deleteLater()
        if self._left:
            self.deleteLater()
        self._start()


class _Thread(QThread):
    def __init__(self, name: str, work: Work, parent: QObject) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self._work = work
        self.result: object = None
        self.error = ""
        self.cancelled = False

    def run(self) -> None:
        try:
            self.result = self._work()
        except Cancelled:
            self.cancelled = True
        except InputError as error:
            self.error = str(error)
        except Exception as error:  # whatever a library cannot do must not end the program
            self.error = tr("It could not be worked out: {reason}.", reason=str(error) or type(error).__name__)
