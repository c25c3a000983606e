"""Start-up: what must happen before, around and after the window."""

from __future__ import annotations

import ctypes
import gc
import importlib
import importlib.util
import logging
import os
import signal
import sys
import traceback
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

from gdsim.errors import InputError
from gdsim.i18n import set_translator, tr
from gdsim.optimizers import rules
from gdsim.simulation.files import load
from gdsim.unfinished import tidy

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication

    from gdsim.app.main_window import MainWindow

BEFORE_QT = (
    "OpenGL.GL", "numpy.ma", "gdsim.problems.surface", "gdsim.simulation.files", "gdsim.simulation.worksheet",
    "gdsim.simulation.apart", "gdsim.simulation.standing", "gdsim.export.run_colours", "gdsim.export.run_lines",
)  # fmt: skip
"""What the first window needs that is imported before Qt."""


def main(source: str | None = None) -> int:
    """Open the window with a scenario file or preset and return the exit status.

    Raises
    ------
    InputError
        If there is no screen, or the scenario cannot be read; no window has been opened then.
    """
    # Nothing that start-up makes is garbage; looking for some takes a tenth of the time.
    gc.disable()
    try:
        app, window = _open_window(source)
    except BaseException:
        gc.enable()
        raise
    from PySide6.QtCore import QTimer

    QTimer.singleShot(0, window, gc.enable)
    QTimer.singleShot(1000, window, tidy)  # once there is something to see
    status = app.exec()
    sys.excepthook = sys.__excepthook__
    return status


def _open_window(source: str | None) -> tuple[QApplication, MainWindow]:
    """Make the application and show its window."""
    _before_qt()
    if source is not None:
        load(source)
    from PySide6.QtCore import QCoreApplication, Qt
    from PySide6.QtWidgets import QApplication

    QCoreApplication.setAttribute(Qt.ApplicationAttribute.AA_ShareOpenGLContexts)
    app = QApplication.instance() or QApplication(sys.argv[:1])
    assert isinstance(app, QApplication)
    app.setApplicationName("gdsim")
    app.setStyle("Fusion")
    _install_translation(app)

    from gdsim.app import theme
    from gdsim.app.main_window import MainWindow
    from gdsim.app.settings import choice, program_settings

    theme.apply(choice(program_settings(), "window/theme", theme.NAMES))
    window = MainWindow()
    sys.excepthook = lambda kind, error, trace: _report(window, kind, error, trace)
    if source is not None:
        window.open(source)
    app.aboutToQuit.connect(window.close_labs)
    signal.signal(signal.SIGINT, lambda *_: window.close())  # Ctrl+C in the terminal, like the window's own button
    window.show()
    return app, window


def _before_qt() -> None:
    """Settle what cannot be changed once Qt and OpenGL are loaded."""
    screens = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    if sys.platform.startswith("linux") and not any(os.environ.get(name) for name in screens):
        raise InputError(tr("There is no screen to open a window on; gdsim render draws a scenario without one."))
    if sys.platform == "win32":
        _load_torch_libraries()
    elif sys.platform.startswith("linux"):
        # PyOpenGL picks EGL on Wayland desktops even where Qt runs through X.
        xcb = os.environ.get("QT_QPA_PLATFORM", "").startswith("xcb") or not os.environ.get("WAYLAND_DISPLAY")
        if xcb:
            os.environ.setdefault("PYOPENGL_PLATFORM", "glx")
    # Once PySide6 is there it reads the source of every module imported after it; these cost 0.2 s less before.
    for module in BEFORE_QT:
        importlib.import_module(module)
    rules()


def _load_torch_libraries() -> None:
    """Load torch's first library before Qt's, or Windows refuses it later (WinError 1114); torch itself waits."""
    spec = importlib.util.find_spec("torch")
    if spec is None or spec.origin is None:
        return
    library = Path(spec.origin).parent / "lib" / "c10.dll"
    if library.exists():
        os.add_dll_directory(str(library.parent))  # type: ignore[attr-defined,unused-ignore]
        ctypes.CDLL(str(library))


def _install_translation(app: object) -> None:
    """Translate Qt's own texts and ours into the system's language, where there is a translation."""
    from importlib.resources import files

    from PySide6.QtCore import QCoreApplication, QLibraryInfo, QLocale, QTranslator

    assert isinstance(app, QCoreApplication)
    folder = str(files("gdsim.resources") / "translations")
    found = False
    for name, where in (
        ("qtbase", QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)),
        ("gdsim", folder),
    ):
        translator = QTranslator(app)
        if translator.load(QLocale(), name, "_", where):
            app.installTranslator(translator)
            found = found or name == "gdsim"
    if found:
        set_translator(lambda text: QCoreApplication.translate("gdsim", text))


def _report(window: object, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """Say in the window that something unforeseen went wrong; the details go to the log, not to the user."""
    from PySide6.QtCore import QThread

    from gdsim.app.main_window import MainWindow

    logging.getLogger("gdsim").error("".join(traceback.format_exception(kind, error, trace)))
    if isinstance(window, MainWindow) and window.thread() is QThread.currentThread():
        window.show_message(
            tr("Something went wrong inside gdsim ({error}); the run can go on or be reset.", error=str(error))
        )
