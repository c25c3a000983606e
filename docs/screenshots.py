"""Make the pictures of the documentation from the real window: ``make screenshots``."""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

FOLDER = Path(__file__).parent / "images"
COMPARED = (900, 900)


def wait(until: Callable[[], bool], seconds: float = 30.0) -> None:
    """Let the window work until something holds."""
    from PySide6.QtWidgets import QApplication

    end = time.monotonic() + seconds
    while not until():
        if time.monotonic() > end:
            raise TimeoutError("The window did not get ready.")
        QApplication.processEvents()
        time.sleep(0.002)


def settle(seconds: float = 0.8) -> None:
    """Give every view time for its last paint."""
    end = time.monotonic() + seconds
    wait(lambda: time.monotonic() > end)


def picture(
    name: str, source: str, size: tuple[int, int], theme_name: str, step: int, phases: int = 0, front: str = ""
) -> None:
    """Open a scenario, run it to a step and write a picture of the whole window, with the dock ``front`` in front."""
    from PySide6.QtCore import QSettings

    from gdsim.app import theme
    from gdsim.app.main_window import MainWindow
    from gdsim.simulation.files import load

    theme.apply(theme_name)
    QSettings("gdsim", "gdsim").clear()  # the layout of a smaller window is not this one's
    window = MainWindow(load(source))
    window.resize(*size)
    window.show()
    lab = window.lab
    wait(lambda: lab.snapshot is not None and (lab.name != "surface" or lab.display.analysis is not None))
    if name == "window-dark":
        settle()
        lab.views.surface.grab_image(*COMPARED, "light").save(str(FOLDER / "compare-gdsim.png"))
    lab.trainer.seek(step)
    wait(lambda: lab.snapshot.race.step == step or lab.snapshot.diverged_at is not None)
    if front:
        lab.layout_of_docks.docks[front].raise_()
    for _ in range(phases):
        lab.trainer.next_phase()
    settle()
    window.grab().save(str(FOLDER / f"{name}.png"))
    window.close()
    window.deleteLater()


def graph_picture(name: str, source: str, size: tuple[int, int], theme_name: str, step: int) -> None:
    """Open a program, walk its graph to a step and write a picture of the whole window."""
    from PySide6.QtCore import QSettings

    from gdsim.app import theme
    from gdsim.app.main_window import MainWindow
    from gdsim.simulation.files import load

    theme.apply(theme_name)
    QSettings("gdsim", "gdsim").clear()
    window = MainWindow(load(source))
    window.resize(*size)
    window.show()
    settle()
    window.lab.walker.seek(step)
    settle(2.0)
    window.grab().save(str(FOLDER / f"{name}.png"))
    window.close()
    window.deleteLater()


def dialog_picture(name: str, source: str, theme_name: str, step: int, action: str) -> None:
    """Open a scenario at a step, trigger an action that opens a dialog, and write a picture of the dialog."""
    from PySide6.QtCore import QSettings, QTimer
    from PySide6.QtWidgets import QApplication, QLineEdit

    from gdsim.app import theme
    from gdsim.app.main_window import MainWindow
    from gdsim.simulation.files import load

    theme.apply(theme_name)
    QSettings("gdsim", "gdsim").clear()
    window = MainWindow(load(source))
    window.resize(1280, 720)
    window.show()
    wait(lambda: window.lab.snapshot is not None)
    window.lab.go_to(step)
    wait(lambda: window.lab.shown_step == step)

    def look() -> None:
        dialog = QApplication.activeModalWidget()
        for path in dialog.findChildren(QLineEdit):
            if path.objectName().endswith("_path"):
                path.setText(Path(path.text()).name)  # not whose home folder it is
        settle(4.0)
        dialog.grab().save(str(FOLDER / f"{name}.png"))
        dialog.reject()

    QTimer.singleShot(0, look)
    window.actions_by_name[action].trigger()
    window.close()
    window.deleteLater()


def matplotlib_picture() -> None:
    """Write matplotlib's own figure of the lecture's surface, for comparison."""
    import numpy as np
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    axis = np.arange(-10, 10, 0.05)
    w1, w2 = np.meshgrid(axis, axis)
    figure = Figure(figsize=(COMPARED[0] / 100, COMPARED[1] / 100), dpi=100, layout="constrained")
    axes = figure.add_subplot(projection="3d")
    axes.plot_surface(w1, w2, (2 - w1 - w2) ** 2 + (4 - 3 * w1 - w2) ** 2, cmap="rainbow", alpha=0.7)
    axes.view_init(elev=45, azim=60)
    axes.set_xlabel("w1", fontsize=20)
    axes.set_ylabel("w2", fontsize=20)
    axes.set_zlabel("loss", fontsize=20)
    FigureCanvasAgg(figure).print_png(str(FOLDER / "compare-matplotlib.png"))


def main() -> int:
    """Make every picture."""
    os.environ["XDG_CONFIG_HOME"] = tempfile.mkdtemp()
    from PySide6.QtCore import QCoreApplication, Qt
    from PySide6.QtWidgets import QApplication

    from gdsim.export.figure import write_figure
    from gdsim.simulation.files import load
    from gdsim.simulation.picture_spec import PictureSpec

    QCoreApplication.setAttribute(Qt.ApplicationAttribute.AA_ShareOpenGLContexts)
    app = QApplication(sys.argv[:1])
    app.setStyle("Fusion")
    FOLDER.mkdir(exist_ok=True)
    picture("window-light", "lecture-surface", (1280, 720), "light", 20)
    picture("window-dark", "lecture-surface", (1920, 1080), "dark", 20)
    picture("phase-backward", "lecture-surface", (1920, 1080), "light", 5, phases=2)
    picture("momentum-apart", "lecture-surface", (1920, 1080), "light", 6, phases=4)
    picture("adam-apart", "race-saddle", (1920, 1080), "light", 8, phases=5, front="worksheet")
    picture("race-valley", "race-valley", (1280, 720), "light", 60)
    picture("race-saddle", "race-saddle", (1920, 1080), "light", 40)
    picture("race-gamma", "race-gamma", (1920, 1080), "light", 100)
    picture("race-family", "race-family", (1920, 1080), "dark", 200)
    picture("network-race", "network-race", (1920, 1080), "light", 100)
    picture("diverged", "lecture-diverges", (1280, 720), "light", 5000)
    picture("network-backward", "lecture-network", (1280, 720), "light", 0, phases=2)
    picture("network-100", "lecture-network", (1920, 1080), "light", 100)
    picture("network-spirals", "network-spirals", (1920, 1080), "dark", 1500)
    picture("rosenbrock", "rosenbrock", (1920, 1080), "light", 300)
    graph_picture("autograd-before", "lecture-autograd", (1280, 720), "light", 10)
    graph_picture("autograd-half-way", "lecture-autograd", (1920, 1080), "light", 15)
    graph_picture("autograd-after", "lecture-autograd", (1280, 720), "light", 21)
    graph_picture("autograd-dark", "autograd-network-2-2-1", (1920, 1080), "dark", 30)
    dialog_picture("export-picture", "race-valley", "light", 60, "export_image")
    dialog_picture("export-film", "lecture-surface", "dark", 20, "export_film")
    dialog_picture("presets", "lecture-surface", "light", 0, "presets")
    for name, step in (("before", 10), ("half-way", 15), ("after", 21)):
        write_figure(load("lecture-autograd"), FOLDER / f"autograd-{name}.svg", PictureSpec(steps=(step,)))
    matplotlib_picture()
    print(f"Pictures written to {FOLDER.name}/ beside this script.")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
