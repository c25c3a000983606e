"""The test harness: what every test gets, and what fails a test that otherwise passed.

A test fails on a Python warning (``filterwarnings`` in pyproject.toml), on a Qt message of level warning or above
(``qt_log_level_fail``), on an item that pyqtgraph could not draw, and on a thread, a top-level widget or an active
timer that outlives it. The Qt checks apply to tests that use ``qapp`` or ``qtbot``; the others pay nothing for them.

Under pytest-xdist each worker has a virtual screen of its own, because only one window of a screen can be active.
"""

from __future__ import annotations

import gc
import itertools
import os
import subprocess
import sys
import threading
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

DRAWING_ERROR = "Error while drawing item"
"""What pyqtgraph prints, instead of raising, when an OpenGL item cannot be painted."""

if sys.platform.startswith("linux"):
    os.environ.setdefault("QT_QPA_PLATFORM", "xcb")
    if os.environ["QT_QPA_PLATFORM"] == "xcb":
        # PyOpenGL would choose EGL on a Wayland desktop, while Qt uses GLX here.
        os.environ.setdefault("PYOPENGL_PLATFORM", "glx")

STANDING = 40_000
"""From so many objects on, what stands is taken out of sight of Python's garbage collector before a test."""

settings.register_profile("default", deadline=None, max_examples=100)
settings.register_profile("ci", deadline=None, max_examples=100, derandomize=True, database=None, print_blob=True)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "default"))


def pytest_configure(config: pytest.Config) -> None:
    """Let the workers of pytest-xdist share the machine: a core and a screen for each."""
    if not hasattr(config, "workerinput"):
        return
    os.environ |= {"OMP_NUM_THREADS": "1", "LP_NUM_THREADS": "1"}  # of torch, and of OpenGL in software
    if os.environ.get("QT_QPA_PLATFORM") == "xcb":
        config.stash[_screen] = _start_screen()


_screen = pytest.StashKey[subprocess.Popen[bytes]]()


def _start_screen() -> subprocess.Popen[bytes]:
    """Start a virtual screen, as ``scripts/on_virtual_screen.sh`` does, that ends with this process however it ends."""
    reader, writer = os.pipe()
    command = ["setpriv", "--pdeathsig", "TERM", "Xvfb", "-displayfd", str(writer)]
    command += ["-screen", "0", "1920x1080x24", "+extension", "GLX", "-nolisten", "tcp"]
    nowhere = subprocess.DEVNULL
    screen = subprocess.Popen(command, pass_fds=[writer], stdin=nowhere, stdout=nowhere, stderr=nowhere)
    os.close(writer)
    with open(reader, encoding="ascii") as number:
        os.environ["DISPLAY"] = ":" + number.readline().strip()
    if os.environ["DISPLAY"] == ":":
        pytest.exit("Xvfb, the virtual screen of a test worker, does not start.", returncode=3)
    return screen


def pytest_collection_finish() -> None:
    """Spare the tests, some of which are timed, the collector's looks through all the modules that were imported."""
    _freeze_what_stands()


@pytest.fixture(scope="session")
def oracles() -> dict[str, Any]:
    """Numbers that come from outside this project (``oracles.toml``), by section."""
    return tomllib.loads(Path(__file__).with_name("oracles.toml").read_text(encoding="utf-8"))


@pytest.fixture(scope="session")
def qapp_cls() -> type:
    """Return the application class, once it is certain that OpenGL can work under it."""
    from PySide6.QtCore import QCoreApplication, Qt
    from PySide6.QtWidgets import QApplication

    if sys.platform.startswith("linux"):
        platform = os.environ["QT_QPA_PLATFORM"]
        if platform == "offscreen":
            pytest.fail("Qt's platform 'offscreen' has no OpenGL; run `make test`, or pytest under xvfb-run.")
        if platform == "xcb" and not os.environ.get("DISPLAY"):
            pytest.fail("There is no screen to test the window on; run `make test`, or pytest under xvfb-run.")
    # Without it a second OpenGL view draws nothing.
    QCoreApplication.setAttribute(Qt.ApplicationAttribute.AA_ShareOpenGLContexts)
    return QApplication


_numbers = itertools.count()


@pytest.fixture(autouse=True, scope="session")
def _own_notes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keep the notes of unfinished files apart from the user's."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GDSIM_UNFINISHED", str(tmp_path_factory.mktemp("unfinished")))
        yield


@pytest.fixture(autouse=True)
def _own_settings(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the settings of each test apart from the user's and from those of other tests."""
    from PySide6.QtCore import QSettings

    folder = str(tmp_path_factory.mktemp(f"settings-{next(_numbers)}", numbered=False))
    monkeypatch.setenv("XDG_CONFIG_HOME", folder)
    QSettings.setDefaultFormat(QSettings.Format.IniFormat)
    for file_format in (QSettings.Format.IniFormat, QSettings.Format.NativeFormat):
        for scope in (QSettings.Scope.UserScope, QSettings.Scope.SystemScope):
            QSettings.setPath(file_format, scope, folder)


@pytest.fixture(autouse=True)
def _no_leaks(request: pytest.FixtureRequest) -> Iterator[None]:
    """Fail a test that leaves a thread, a top-level widget or an active timer behind."""
    find: Callable[[], list[object]] = list
    if "qapp" in request.fixturenames:
        find = _qt_leftovers
        _freeze_what_stands()
    threads = set(threading.enumerate())
    before = find()
    yield
    left = [thread for thread in threading.enumerate() if thread not in threads and not _has_ended(thread)]
    leaks = [f"running {thread!r}" for thread in left] + _new(before, find)
    if leaks:
        pytest.fail("The test leaves behind: " + "; ".join(leaks), pytrace=False)


def _freeze_what_stands() -> None:
    """Take modules and the like off the collector's lists, which are looked through twice a test."""
    if len(gc.get_objects()) > STANDING:
        gc.collect()
        gc.freeze()


def _has_ended(thread: threading.Thread) -> bool:
    if isinstance(thread, threading._DummyThread):
        return True  # Python's stand-in for a thread that Qt or torch started; it is never taken off the list
    thread.join(timeout=2)
    return not thread.is_alive()


def _new(before: list[object], find: Callable[[], list[object]]) -> list[str]:
    """Describe what ``find`` finds now and did not find ``before``."""

    def left() -> list[object]:
        return [thing for thing in find() if not any(thing is old for old in before)]

    if not left():
        return []
    # Only now, because a collection takes longer than most tests.
    gc.collect()
    return [repr(thing) for thing in left()]


def _qt_leftovers() -> list[object]:
    """Return the top-level widgets, running QThreads and active QTimers, after deferred deletions."""
    import shiboken6
    from PySide6.QtCore import QCoreApplication, QEvent, QThread, QTimer
    from PySide6.QtWidgets import QApplication

    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    found: list[object] = [widget for widget in QApplication.topLevelWidgets() if widget.parent() is None]
    # By type, and not by isinstance(): the latter is slow and wakes up other packages' lazy and deprecated objects.
    everything = gc.get_objects()
    kinds = {kind for kind in set(map(type, everything)) if issubclass(kind, (QThread, QTimer))}
    ours = [thing for thing in everything if type(thing) in kinds]
    for thing in filter(shiboken6.isValid, ours):
        active = thing.isActive() if isinstance(thing, QTimer) else thing is not _main_thread() and thing.isRunning()
        if active:
            found.append(thing)
    return found


def _main_thread() -> object:
    from PySide6.QtCore import QCoreApplication

    application = QCoreApplication.instance()
    return application.thread() if application is not None else None


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
    """Fail the test during which pyqtgraph could not draw an item."""
    report = yield
    if report.passed and DRAWING_ERROR in report.capstdout + report.capstderr:
        report.outcome = "failed"
        report.longrepr = f"pyqtgraph could not draw an item:\n{report.capstdout}{report.capstderr}"
    return report
