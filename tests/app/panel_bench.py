"""A panel of the network lab in the place where it stands, with somebody who takes its edits."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import (
    QApplication,
    QComboBox,
    QScrollArea,
    QWidget,
)
from pytestqt.qtbot import QtBot

from gdsim.app.panels.fields import SpecPanel
from gdsim.app.scenario_model import revised
from gdsim.app.widgets.message_label import MessageLabel
from gdsim.errors import InputError
from gdsim.simulation.files import load
from gdsim.simulation.network_scenario import NetworkScenario

LEFT_WIDTH = 280


def lecture() -> NetworkScenario:
    """Return the lecture's network, as the panels first show it."""
    loaded = load("lecture-network")
    assert isinstance(loaded, NetworkScenario)
    return loaded


class Bench:
    """A panel in a scrolling dock, and a listener that takes its edits as the lab does."""

    def __init__(self, qtbot: QtBot, panel: SpecPanel, scenario: NetworkScenario) -> None:
        self.qtbot, self.panel, self.scenario = qtbot, panel, scenario
        self.offers: list[dict[str, Any]] = []
        self.settled = 0
        self.refusal = ""
        frame = QScrollArea()
        qtbot.addWidget(frame)
        frame.setWidget(panel)
        frame.setWidgetResizable(True)
        frame.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        frame.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        frame.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        frame.resize(LEFT_WIDTH, 560)
        self.frame = frame
        panel.show_scenario(scenario)
        panel.chosen.connect(self._take)
        panel.settled.connect(self._count)
        with qtbot.waitActive(frame):
            frame.show()
            frame.activateWindow()

    def _count(self) -> None:
        self.settled += 1

    def _take(self, values: dict[str, Any]) -> None:
        self.offers.append(values)
        if self.refusal:
            self.panel.show_error(self.refusal)
            return
        try:
            new = revised(self.scenario, values)
        except InputError as error:
            self.panel.show_error(str(error))
            return
        self.panel.show_error("")
        if new != self.scenario:
            self.scenario = new
            self.panel.show_scenario(new)

    def take_offers(self) -> list[dict[str, Any]]:
        taken, self.offers = self.offers, []
        return taken

    def find(self, name: str, kind: type = QWidget) -> Any:
        found = self.panel.findChild(kind, name)
        assert found is not None, name
        return found

    def choose(self, name: str, title: str) -> None:
        """Choose from a list with the keys."""
        box = self.find(name, QComboBox)
        box.showPopup()
        view = box.view()
        view.setCurrentIndex(box.model().index(box.findText(title), 0))
        self.qtbot.keyClick(view, Qt.Key.Key_Return)

    def type(self, name: str, text: str, end: Qt.Key | None = Qt.Key.Key_Return) -> None:
        field = self.find(name)
        field.setFocus()
        field.selectAll()
        self.qtbot.keyClicks(field, text)
        if end is not None:
            self.qtbot.keyClick(field, end)

    def click(self, name: str) -> None:
        widget = self.find(name)
        where = QPoint(8, widget.height() // 2)
        self.qtbot.mouseClick(widget, Qt.MouseButton.LeftButton, pos=where)

    def error(self) -> str:
        label = next(m for m in self.panel.findChildren(MessageLabel) if m.objectName().endswith("_error"))
        return label.text() if label.isVisible() else ""

    def visible(self, *names: str) -> list[str]:
        return [name for name in names if self.find(name).isVisible()]


def clipped(bench: Bench) -> list[str]:
    """Return what does not fit into the left side, or is narrower than it needs to be read."""
    QApplication.processEvents()
    width = bench.frame.viewport().width()
    bad = [] if bench.panel.minimumSizeHint().width() <= width else [f"panel {bench.panel.minimumSizeHint().width()}"]
    for widget in bench.panel.findChildren(QWidget):
        if not widget.isVisible() or not widget.objectName() or widget.objectName().startswith("qt_"):
            continue
        right = widget.mapTo(bench.panel, QPoint(widget.width(), 0)).x()
        if right > width or widget.width() < widget.minimumSizeHint().width():
            bad.append(widget.objectName())
    return bad


def children(bench: Bench, *kinds: type[QWidget]) -> list[QWidget]:
    return [widget for kind in kinds for widget in bench.panel.findChildren(kind)]
