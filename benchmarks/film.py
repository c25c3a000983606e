"""A film of 300 frames, 1280x720, in which the camera goes once round the lecture's surface, against matplotlib's own.

Ours is drawn through OpenGL, the mesh and all else as in the window. The peer is `matplotlib.animation.FuncAnimation`,
which draws the surface at its default of 50 x 50 and the run, and nothing else. Both are written by the same H.264
encoder, and take turns. Run with `make benchmark`.
"""

from __future__ import annotations

import argparse
import io
import os
import tempfile
import time
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import numpy as np

FRAMES, SIZE, FPS = 300, (1280, 720), 30
LIMIT = 5.0


def ours(target: Path, frames: int) -> float:
    """Return the seconds that the window's film takes, from the run to the finished file."""
    from gdsim.app.film_frames import SurfaceFilm, prepare
    from gdsim.simulation.files import load
    from gdsim.simulation.picture_spec import FilmSpec

    scenario = load("lecture-surface")
    film = FilmSpec(motion="orbit", seconds=frames / FPS, fps=FPS, pause=0, size=SIZE)
    begin = time.perf_counter()
    work = SurfaceFilm(prepare(scenario, film, target), film, target)
    while work.step():
        pass
    return time.perf_counter() - begin


def peers(target: Path, frames: int) -> float:
    """Return the seconds that matplotlib's film takes, the run and the heights not counted."""
    from matplotlib.animation import AbstractMovieWriter, FuncAnimation
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    from gdsim.export.encoder import Encoder

    class Writer(AbstractMovieWriter):
        """Feeds our encoder as matplotlib's own writers feed ffmpeg."""

        def setup(self, fig: Figure, outfile: str, dpi: float | None = None) -> None:
            super().setup(fig, outfile, dpi)
            self.encoder: AbstractContextManager[Encoder] = Encoder(Path(outfile), self.frame_size, FPS)
            self.opened = self.encoder.__enter__()

        def grab_frame(self, **options: Any) -> None:
            pixels = io.BytesIO()
            self.fig.savefig(pixels, format="rgba", dpi=self.dpi)
            width, height = self.frame_size
            self.opened.add(np.frombuffer(pixels.getbuffer(), np.uint8).reshape(height, width, 4))

        def finish(self) -> None:
            self.encoder.__exit__(None, None, None)

    x, y, z, path = scene()
    begin = time.perf_counter()
    figure = Figure(figsize=(SIZE[0] / 100, SIZE[1] / 100), dpi=100)
    FigureCanvasAgg(figure)
    axes: Any = figure.add_subplot(projection="3d")
    axes.plot_surface(*np.meshgrid(x, y, indexing="ij"), z, cmap="rainbow", alpha=0.7)
    axes.plot(*path, "o-", color="black")
    film = FuncAnimation(figure, lambda k: axes.view_init(45, 60 + 360 * k / frames), frames=frames)
    film.save(str(target), writer=Writer(fps=FPS))
    return time.perf_counter() - begin


def scene() -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Return the lecture's surface with its run: coordinates, heights, and the points of the path by rows."""
    from gdsim.export.scenes import RunsStage
    from gdsim.problems.mesh import surface_mesh
    from gdsim.simulation.files import load

    scenario = load("lecture-surface")
    stage = RunsStage(scenario, scenario.playback.steps)
    mesh = surface_mesh(stage.formula, scenario.problem.domain)
    run = stage.at(scenario.playback.steps).runs[0]
    return mesh.x, mesh.y, mesh.z, np.stack([run.column(name) for name in (*scenario.problem.domain, "loss")])


def main() -> int:
    """Measure, print, and say whether the limit holds."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--frames", type=int, default=FRAMES, help="frames of each film")
    parser.add_argument("--rounds", type=int, default=2, help="films of each")
    parser.add_argument("--keep", type=Path, help="a folder in which the films stay")
    options = parser.parse_args()
    from PySide6.QtCore import QCoreApplication, Qt
    from PySide6.QtGui import QGuiApplication

    QCoreApplication.setAttribute(Qt.ApplicationAttribute.AA_ShareOpenGLContexts)
    application = QGuiApplication([])
    with tempfile.TemporaryDirectory() as scratch:
        folder = options.keep or Path(scratch)
        ours(folder / "opengl.mp4", 2)  # loads what is needed
        peers(folder / "matplotlib.mp4", 2)
        times = [
            (ours(folder / "opengl.mp4", options.frames), peers(folder / "matplotlib.mp4", options.frames))
            for _ in range(options.rounds)
        ]
        sizes = [os.path.getsize(folder / f"{name}.mp4") / 1e6 for name in ("opengl", "matplotlib")]
    del application
    print(f"{options.frames} frames of {SIZE[0]}x{SIZE[1]}, an orbit of the lecture's surface, as H.264; best of "
          f"{options.rounds}:")  # fmt: skip
    for name, taken, size in zip(("gdsim, OpenGL", "FuncAnimation"), map(min, zip(*times, strict=True)), sizes,
                                 strict=True):  # fmt: skip
        print(f"  {name:14s} {taken:6.2f} s   {options.frames / taken:5.1f} frames/s   {size:.1f} MB")
    ratio = min(peer for _, peer in times) / min(own for own, _ in times)
    print(f"  ratio {ratio:.1f} (at least {LIMIT:g}); in each round {', '.join(f'{p / o:.1f}' for o, p in times)}")
    return int(ratio < LIMIT)


if __name__ == "__main__":
    raise SystemExit(main())
