"""A PNG of 3840x2160 of the lecture's surface: through OpenGL, by our figures, and by matplotlib's own plot_surface.

matplotlib draws the surface at its default of 50 x 50, and again every cell of the mesh that we draw; the run, and
nothing else. Ours have contours, a colour bar and a title besides, and four samples a pixel in OpenGL, which software
has to pay for. They take turns. Run with `make benchmark`.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
from film import scene

SIZE = (3840, 2160)
LIMIT = 2.5


def by_window(view: Any, target: Path) -> float:
    """Return the seconds from the view on screen to the finished file."""
    begin = time.perf_counter()
    if not view.grab_image(*SIZE).save(str(target)):
        raise OSError(f"{target} cannot be written")
    return time.perf_counter() - begin


def by_figure(target: Path) -> float:
    """Return the seconds that `gdsim render` takes once it is loaded, the run included."""
    from gdsim.export.figure import write_figure
    from gdsim.simulation.files import load
    from gdsim.simulation.picture_spec import PictureSpec

    begin = time.perf_counter()
    write_figure(load("lecture-surface"), target, PictureSpec(size=SIZE))
    return time.perf_counter() - begin


def by_matplotlib(target: Path, cells: int) -> float:
    """Return the seconds that matplotlib takes, the run and the heights not counted."""
    from matplotlib.figure import Figure

    x, y, z, path = scene()
    begin = time.perf_counter()
    figure = Figure(figsize=(SIZE[0] / 300, SIZE[1] / 300), dpi=300)
    axes: Any = figure.add_subplot(projection="3d")
    grid = np.meshgrid(x, y, indexing="ij")
    axes.plot_surface(*grid, z, cmap="rainbow", alpha=0.7, rcount=cells, ccount=cells)
    axes.plot(*path, "o-", color="black")
    axes.view_init(45, 60)
    figure.savefig(target)
    return time.perf_counter() - begin


def shown_view() -> Any:
    """Return the window's view of the surface, on screen."""
    from PySide6.QtTest import QTest
    from PySide6.QtWidgets import QApplication

    from gdsim.app.camera import Camera
    from gdsim.app.scene.surface_view import SurfaceView
    from gdsim.app.way import Way
    from gdsim.problems.mesh import Mesh
    from gdsim.simulation.files import load

    x, y, z, path = scene()
    view = SurfaceView(Camera())
    view.resize(960, 540)
    view.set_mesh(Mesh(("w1", "w2"), x, y, z))
    view.set_style(load("lecture-surface").view)
    view.set_ways([Way(0, path[:2].T, path.shape[1] - 1)])
    view.show()
    QTest.qWaitForWindowExposed(view)
    QApplication.processEvents()
    return view


def main() -> int:
    """Measure, print, and say whether the limit holds."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=3, help="pictures of each")
    parser.add_argument("--keep", type=Path, help="a folder in which the pictures stay")
    options = parser.parse_args()
    from PySide6.QtCore import QCoreApplication, Qt
    from PySide6.QtWidgets import QApplication

    QCoreApplication.setAttribute(Qt.ApplicationAttribute.AA_ShareOpenGLContexts)
    application = QApplication([])
    view = shown_view()
    with tempfile.TemporaryDirectory() as scratch:
        folder = options.keep or Path(scratch)
        made = {
            "gdsim, OpenGL": lambda path: by_window(view, path),
            "gdsim render, matplotlib": by_figure,
            "plot_surface, 50 x 50": lambda path: by_matplotlib(path, 50),
            "plot_surface, every cell": lambda path: by_matplotlib(path, 200),
        }
        times: dict[str, list[float]] = {name: [] for name in made}
        for _ in range(options.rounds + 1):
            for number, (name, make) in enumerate(made.items()):
                times[name].append(make(folder / f"picture-{number}.png"))
    view.close()
    del application
    best = {name: min(each[1:]) for name, each in times.items()}  # the first has loaded what is needed
    print(f"a PNG of {SIZE[0]}x{SIZE[1]}, the lecture's surface; best of {options.rounds}:")
    peer = best["plot_surface, every cell"]
    for name, taken in best.items():
        print(f"  {name:26s} {taken:5.2f} s   {taken / peer:.2f} of plot_surface of every cell")
    ratio = best["gdsim, OpenGL"] / peer
    print(f"  OpenGL against it {ratio:.2f} (at most {LIMIT:g})")
    return int(ratio > LIMIT)


if __name__ == "__main__":
    raise SystemExit(main())
