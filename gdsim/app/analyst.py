"""Analyses a surface in the background, newest request first."""

from __future__ import annotations

from PySide6.QtCore import QObject, QThread, Signal

from gdsim.formula import Formula
from gdsim.problems.analysis import Analysis, analyse_surface
from gdsim.problems.mesh import Mesh


class Analyst(QObject):
    """Works out the analysis of the latest surface; `done` carries it, unless a newer one was asked for."""

    done = Signal(object)
    failed = Signal(str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._wanted: tuple[Formula, Mesh] | None = None
        self._thread: _AnalysisThread | None = None
        self._closed = False

    def analyse(self, formula: Formula, mesh: Mesh) -> None:
        """Ask for the analysis of a surface; an older request still waiting is forgotten."""
        self._wanted = (formula, mesh)
        self._start()

    def close(self) -> None:
        """Wait for the thread and start no other."""
        self._closed = True
        if self._thread is not None:
            self._thread.wait()

    def _start(self) -> None:
        if self._thread is not None or self._wanted is None or self._closed:
            return
        self._thread = _AnalysisThread(*self._wanted, parent=self)
        self._wanted = None
        self._thread.finished.connect(self._finish)
        self._thread.start()

    def _finish(self) -> None:
        thread, self._thread = self._thread, None
        assert thread is not None
        if self._wanted is None and not self._closed:
            if thread.analysis is not None:
                self.done.emit(thread.analysis)
            else:
                self.failed.emit(thread.error)
        thread.deleteLater()
        self._start()


class _AnalysisThread(QThread):
    def __init__(self, formula: Formula, mesh: Mesh, parent: QObject) -> None:
        super().__init__(parent)
        self.setObjectName("analysis")
        self._formula, self._mesh = formula, mesh
        self.analysis: Analysis | None = None
        self.error = ""

    def run(self) -> None:
        try:
            self.analysis = analyse_surface(self._formula, self._mesh)
        except Exception as error:  # whatever sympy or scipy cannot do must not end the program
            self.error = str(error)
