"""Steps a second of the lecture's network: a bare torch loop, the trainer without a window, and in the full window.

The bare loop takes turns with the trainer, then with the window, in one run. The window is 1920x1080 with the diagram,
four tables, all charts and the histograms visible; while it trains, a regular timer measures how late the event loop
is. Run with `make benchmark`.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable

import numpy as np
import torch
from PySide6.QtCore import QCoreApplication, QEventLoop, Qt, QTimer
from PySide6.QtWidgets import QApplication
from training import Steps, bare_loop

ALONE_LIMIT, WINDOW_LIMIT, DELAY_LIMIT_MS = 0.95, 0.8, 50.0
ROUNDS, SECONDS = 24, 0.8
QUANTILE = 0.75
BEAT_MS = 5


class Beat:
    """Measures how late a regular timer fires, in ms."""

    def __init__(self) -> None:
        self.delays: list[float] = []
        self._last = time.perf_counter()
        self._timer = QTimer(timerType=Qt.TimerType.PreciseTimer, interval=BEAT_MS)
        self._timer.timeout.connect(self._fire)
        self._timer.start()

    def _fire(self) -> None:
        now = time.perf_counter()
        self.delays.append(max(0.0, (now - self._last) * 1000 - BEAT_MS))
        self._last = now

    def stop(self) -> list[float]:
        """Stop and return the delays."""
        self._timer.stop()
        return self.delays


def run_loop(seconds: float) -> None:
    """Run the event loop for a time."""
    loop = QEventLoop()
    QTimer.singleShot(round(seconds * 1000), loop.quit)
    loop.exec()


def until(good: Callable[[], bool], seconds: float = 30.0) -> None:
    """Let the window work until something holds."""
    end = time.perf_counter() + seconds
    while not good():
        if time.perf_counter() > end:
            raise TimeoutError("The window did not get ready.")
        QApplication.processEvents()
        time.sleep(0.001)


def bare_rate(make: Steps, seconds: float) -> float:
    """Return steps a second of the bare loop."""
    start, steps = time.perf_counter(), 0
    while time.perf_counter() < start + seconds:
        make(50)
        steps += 50
    return steps / (time.perf_counter() - start)


def take_turns(loop: Steps, other: Callable[[], float]) -> tuple[float, float]:
    """Return steps a second of the bare loop and of another contender.

    A high quantile of many short turns, since a machine's other work only ever takes time away.
    """
    rates = [(bare_rate(loop, SECONDS), other()) for _ in range(ROUNDS)]
    bare, theirs = np.quantile(rates, QUANTILE, axis=0)
    return float(bare), float(theirs)


def rate_of(trainer: object, step: Callable[[], int], seconds: float, rest: Callable[[float], None]) -> float:
    """Return steps a second of a trainer that plays as fast as it goes."""
    before, start = step(), time.perf_counter()
    trainer.play(math.inf)
    rest(seconds)
    trainer.pause()
    elapsed = time.perf_counter() - start
    rest(0.3)
    return (step() - before) / elapsed


def lone_trainer() -> tuple[object, Callable[[], int]]:
    """Return a trainer on the lecture's network without a window, and how to ask for its step."""
    from gdsim.app.trainer import Trainer
    from gdsim.simulation.build import race_of
    from gdsim.simulation.files import load

    scenario, trainer = load("lecture-network"), Trainer()
    trainer.start()
    trainer.load(lambda before: race_of(scenario, before))
    seen = [None]

    def step() -> int:
        seen[0] = trainer.latest() or seen[0]
        return seen[0].now.step

    until(lambda: trainer._worker.mailbox is not None)
    return trainer, step


def open_window() -> object:
    """Return the window on the lecture's network with everything in sight."""
    from gdsim.app.main_window import MainWindow
    from gdsim.simulation.files import load

    window = MainWindow(load("lecture-network"))
    window.resize(1920, 1080)
    window.show()
    lab = window.lab
    until(lambda: lab.snapshot is not None)
    docks = lab.layout_of_docks.docks
    lab.splitDockWidget(docks["layers"], docks["histograms"], Qt.Orientation.Vertical)
    run_loop(1.0)
    views = lab.views
    for view in (views.tensors, views.diagram, *views.charts(), views.histograms):
        assert view.isVisible(), view
    return window


def main() -> int:
    """Print the measurements; exit status 1 when one is over its limit."""
    QCoreApplication.setAttribute(Qt.ApplicationAttribute.AA_ShareOpenGLContexts)
    app = QApplication([])
    app.setStyle("Fusion")
    torch.set_num_threads(1)
    loop = bare_loop()
    trainer, step = lone_trainer()
    bare_before, alone = take_turns(loop, lambda: rate_of(trainer, step, SECONDS, time.sleep))
    trainer.close()
    window = open_window()
    lab, delays = window.lab, []

    def in_window() -> float:
        beat = Beat()
        rate = rate_of(lab.trainer, lambda: lab.snapshot.now.step, SECONDS, run_loop)
        delays.extend(beat.stop())
        return rate

    bare_beside, shown = take_turns(loop, in_window)
    window.close()
    p99 = float(np.percentile(delays, 99))
    alone_share, shown_share = alone / bare_before, shown / bare_beside
    print(f"  bare torch loop          {bare_before:6.0f} steps/s, {bare_beside:.0f} beside the window")
    print(f"  trainer without a window {alone:6.0f} steps/s   {alone_share:.3f} of the bare loop (limit {ALONE_LIMIT})")
    print(
        f"  in the window            {shown:6.0f} steps/s   {shown_share:.3f} of the bare loop (limit {WINDOW_LIMIT})"
    )
    print(f"  event loop meanwhile: 99th percentile {p99:.1f} ms (limit {DELAY_LIMIT_MS:.0f} ms)")
    return int(alone_share < ALONE_LIMIT or shown_share < WINDOW_LIMIT or p99 > DELAY_LIMIT_MS)


if __name__ == "__main__":
    raise SystemExit(main())
