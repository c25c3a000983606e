"""The harness itself: each thing that must fail a test does, and a clean test passes."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

TESTS = Path(__file__).parent

SPECIMENS = """
import threading, warnings
import pytest
from PySide6.QtCore import QSettings, Qt, QThread, QTimer, qWarning
from PySide6.QtWidgets import QApplication, QWidget

kept = []
release = threading.Event()

def test_clean(qtbot):
    widget = QWidget()
    qtbot.addWidget(widget)
    timer = QTimer(widget)
    timer.start(1000)
    with qtbot.waitExposed(widget):
        widget.show()
    assert QApplication.testAttribute(Qt.ApplicationAttribute.AA_ShareOpenGLContexts)

def test_settings_written():
    QSettings("gdsim", "gdsim").setValue("key", 1)

def test_settings_of_another_test():
    assert QSettings("gdsim", "gdsim").value("key") is None

def test_drawing_error(qtbot):
    print("Error while drawing item <GLAxisItem>.")

def test_widget_left(qtbot):
    kept.append(QWidget())

def test_after_widget_left(qtbot):
    pass

def test_timer_left(qtbot):
    kept.append(QTimer())
    kept[-1].start(1000)

def test_qthread_left(qtbot):
    kept.append(QThread())
    kept[-1].start()

def test_thread_left():
    kept.append(threading.Thread(target=release.wait, daemon=True))
    kept[-1].start()

def test_qt_warning(qtbot):
    qWarning("something is wrong")

def test_python_warning():
    warnings.warn("something is old", DeprecationWarning)

def test_exception_in_slot(qtbot):
    timer = QTimer()
    timer.timeout.connect(lambda: 1 / 0)
    with qtbot.waitSignal(timer.timeout):
        timer.start(0)
    timer.stop()

@pytest.fixture(scope="session", autouse=True)
def end():
    yield
    release.set()
    for thing in kept:
        if isinstance(thing, QThread):
            thing.quit()
            thing.wait()
"""

FAULTS = {
    "test_drawing_error": "pyqtgraph could not draw an item",
    "test_widget_left": "The test leaves behind: <PySide6.QtWidgets.QWidget",
    "test_timer_left": "The test leaves behind: <PySide6.QtCore.QTimer",
    "test_qthread_left": "The test leaves behind: <PySide6.QtCore.QThread",
    "test_thread_left": "The test leaves behind: running <Thread",
    "test_qt_warning": "something is wrong",
    "test_python_warning": "DeprecationWarning: something is old",
    "test_exception_in_slot": "ZeroDivisionError",
}
CLEAN = ["test_clean", "test_settings_written", "test_settings_of_another_test", "test_after_widget_left"]


def run_pytest(folder: Path, source: str, **environment: str) -> str:
    """Run ``source`` as a test file under this project's harness, in a process of its own; return the report."""
    shutil.copy(TESTS / "conftest.py", folder)
    (folder / "test_specimens.py").write_text(source, encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-vv", "-p", "no:cacheprovider", "test_specimens.py"]
    command += ["-c", str(TESTS.parent / "pyproject.toml"), "--rootdir", str(folder)]
    variables = {**os.environ, "COLUMNS": "200", **environment}
    return subprocess.run(command, cwd=folder, env=variables, capture_output=True, text=True, timeout=120).stdout


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> str:
    return run_pytest(tmp_path_factory.mktemp("specimens"), SPECIMENS)


def outcomes(report: str, test: str) -> list[str]:
    """Return the verbose outcomes of ``test``, one for its call and perhaps one for its teardown."""
    return re.findall(rf"::{test} (PASSED|FAILED|ERROR)", report.partition("short test summary")[0])


@pytest.mark.parametrize("test", FAULTS)
def test_fault_fails_its_test_and_says_why(report: str, test: str) -> None:
    assert outcomes(report, test)[-1] in {"FAILED", "ERROR"}, report
    assert FAULTS[test] in report


@pytest.mark.parametrize("test", CLEAN)
def test_clean_test_passes(report: str, test: str) -> None:
    assert outcomes(report, test) == ["PASSED"], report


def test_window_tests_refuse_the_platform_without_opengl(tmp_path: Path) -> None:
    report = run_pytest(tmp_path, "def test_window(qtbot):\n    pass\n", QT_QPA_PLATFORM="offscreen")
    assert "Qt's platform 'offscreen' has no OpenGL" in report
    assert "1 error" in report
