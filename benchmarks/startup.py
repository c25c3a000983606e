"""Time from process start to the first painted surface, against a bare PySide6 + pyqtgraph window.

Both run in fresh processes, alternating, after one warm-up each; the best of each is compared, since a
machine's other work only ever adds time. Run with `make benchmark`.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time

ROUNDS = 7
LIMIT = 1.5

BARE = """
import numpy as np
from PySide6.QtWidgets import QApplication
import pyqtgraph.opengl as gl
app = QApplication([])
axis = np.linspace(-10, 10, {points})
w1, w2 = np.meshgrid(axis, axis, indexing="ij")
loss = (2 - w1 - w2)**2 + (4 - 3*w1 - w2)**2
view = gl.GLViewWidget()
view.addItem(gl.GLSurfacePlotItem(x=axis, y=axis, z=loss / loss.max() * 10, computeNormals=False))
view.setCameraPosition(distance=40)
view.resize(1280, 720)
view.frameSwapped.connect(app.quit)
view.show()
app.exec()
"""

OURS = """
import os, sys
from gdsim.app import application
from gdsim.app.main_window import MainWindow
show = MainWindow.show
def show_and_end(window):
    window.lab.views.surface.frameSwapped.connect(lambda: (sys.stdout.flush(), os._exit(0)))
    show(window)
MainWindow.show = show_and_end
application.main()
"""


def seconds(code: str) -> float:
    """Return the time of a fresh process that ends when its surface has been painted."""
    start = time.perf_counter()
    subprocess.run([sys.executable, "-c", code], check=True)
    return time.perf_counter() - start


def main() -> int:
    """Print both times and their ratio; exit status 1 when the ratio is over its limit."""
    from gdsim.problems.mesh import POINTS

    bare_code = BARE.format(points=POINTS)
    seconds(bare_code), seconds(OURS)
    rounds = [(seconds(bare_code), seconds(OURS)) for _ in range(ROUNDS)]
    bare, ours = (sorted(column) for column in zip(*rounds, strict=True))
    ratio = min(ours) / min(bare)
    print(f"start to first painted surface, {POINTS} x {POINTS}, {ROUNDS} rounds, best (median):")
    print(f"  bare pyqtgraph window  {min(bare):.2f} s ({statistics.median(bare):.2f} s)")
    print(f"  gdsim                  {min(ours):.2f} s ({statistics.median(ours):.2f} s)")
    print(f"  ratio                  {ratio:.2f} (limit {LIMIT})")
    return int(ratio > LIMIT)


if __name__ == "__main__":
    raise SystemExit(main())
