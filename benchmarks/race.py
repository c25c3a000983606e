"""Frames of the real window for a race of 20 runs, with arrows and legend, against a single run.

Each frame makes a step and has every view brought up to date and painted. Run with `make benchmark`.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Callable

import numpy as np

RUNS, STEPS, ROUNDS, LIMIT = 20, 60, 5, 1.5


def wait(until: Callable[[], bool], seconds: float = 60.0) -> None:
    """Let the window work until something holds."""
    from PySide6.QtWidgets import QApplication

    end = time.perf_counter() + seconds
    while not until():
        if time.perf_counter() > end:
            raise TimeoutError("The window did not get ready.")
        QApplication.processEvents()
        time.sleep(0.0005)


def window(runs: int) -> object:
    """Open a window on so many runs of momentum from different starts, with steps behind them."""
    from PySide6.QtCore import QSettings

    from gdsim.app.main_window import MainWindow
    from gdsim.simulation.files import validate

    angles = np.linspace(0, 2 * np.pi, runs, endpoint=False)
    starts = [{"w1": round(8 * float(np.cos(a)), 6), "w2": round(8 * float(np.sin(a)), 6)} for a in angles]
    made = validate(
        {
            "problem": {
                "formula": "(2 - w1 - w2)**2 + (4 - 3*w1 - w2)**2",
                "domain": {"w1": [-10, 10], "w2": [-10, 10]},
            },
            "run": [{"optimizer": "momentum", "learning_rate": 0.01, "start": start} for start in starts],
            "playback": {"steps": STEPS},
        }
    )
    QSettings("gdsim", "gdsim").clear()
    result = MainWindow(made)
    result.resize(1280, 720)
    result.show()
    wait(lambda: result.lab.snapshot is not None and result.lab.display.analysis is not None)
    result.lab.trainer.seek(STEPS)
    wait(lambda: result.lab.snapshot.race.step == STEPS)
    return result


def frames_ms(shown: object) -> list[float]:
    """Return for each step back and forth the time from the snapshot to the end of all painting."""
    from PySide6.QtWidgets import QApplication

    lab, times = shown.lab, []
    display, surface, contour = lab.display, lab.views.surface, lab.views.contour
    swaps: list[float] = []
    surface.frameSwapped.connect(lambda: swaps.append(0.0))
    for step in range(STEPS - 10, STEPS):
        lab.trainer.seek(step)
        wait(lambda step=step: lab.snapshot.race.step == step)
        snapshot, scenario = lab.snapshot, lab.model.scenario
        lab._poll.stop()
        QApplication.processEvents()
        swaps.clear()
        began = time.perf_counter()
        display._shown_at = -1.0  # all views at once, as when a person steps
        display.show_snapshot(snapshot, scenario)
        for view in (contour, lab.views.loss, lab.views.gradient, lab.views.worksheet, lab.views.runs):
            view.repaint()
        wait(lambda: bool(swaps))
        times.append((time.perf_counter() - began) * 1000)
        lab._poll.start()
    return times


def main() -> int:
    """Measure, print, and fail where the limit is missed."""
    os.environ["XDG_CONFIG_HOME"] = tempfile.mkdtemp()
    from PySide6.QtCore import QCoreApplication, Qt
    from PySide6.QtWidgets import QApplication

    QCoreApplication.setAttribute(Qt.ApplicationAttribute.AA_ShareOpenGLContexts)
    app = QApplication(sys.argv[:1])
    app.setStyle("Fusion")
    one, many = window(1), window(RUNS)
    measured: dict[str, list[float]] = {"one": [], "many": []}
    for _ in range(ROUNDS):
        for name, shown in (("one", one), ("many", many)):
            shown.raise_()
            measured[name] += frames_ms(shown)
    for shown in (one, many):
        shown.close()
        shown.deleteLater()
    single, race = (float(np.median(measured[name])) for name in ("one", "many"))
    ratio = race / single
    print(f"  a single run, a step in every view      {single:6.1f} ms")
    print(f"  {RUNS} runs, arrows and legend on           {race:6.1f} ms   ratio {ratio:.2f} (limit {LIMIT})")
    return 0 if ratio <= LIMIT else 1


if __name__ == "__main__":
    raise SystemExit(main())
