"""Where the panels of a lab stand."""

from __future__ import annotations

from PySide6.QtCore import QByteArray, QSize, Qt, QTimer
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QDockWidget, QFrame, QMainWindow, QScrollArea, QWidget

from gdsim.app.theme import GRID
from gdsim.app.widgets.message_label import MessageLabel
from gdsim.i18n import tr

VERSION = 2
"""Raise it when docks are added or renamed: a remembered layout of another version is not used."""

LEFT_WIDTH = 280

LEFT, RIGHT, BOTTOM = (
    Qt.DockWidgetArea.LeftDockWidgetArea,
    Qt.DockWidgetArea.RightDockWidgetArea,
    Qt.DockWidgetArea.BottomDockWidgetArea,
)


class Layout:
    """The docks of a lab, by name.

    Parameters
    ----------
    lab
        The window that holds the docks.
    panels
        What stands on the left, one below the other, by name.
    below
        What stands below the central view, side by side.
    right
        What stands on the right.
    shares
        How the panels below share the width.
    tabs
        Which of the panels stand behind which other one.
    """

    def __init__(
        self,
        lab: QMainWindow,
        panels: dict[str, QWidget],
        below: dict[str, QWidget],
        right: dict[str, QWidget],
        shares: tuple[int, ...],
        tabs: dict[str, tuple[str, ...]] | None = None,
    ) -> None:
        self._lab = lab
        self._areas = ((LEFT, panels), (BOTTOM, below), (RIGHT, right))
        self._shares = shares
        self._tabs = tabs or {}
        self._behind = {name for names in self._tabs.values() for name in names}
        self.docks: dict[str, QDockWidget] = {}
        lab.setDockOptions(
            QMainWindow.DockOption.AnimatedDocks
            | QMainWindow.DockOption.AllowNestedDocks
            | QMainWindow.DockOption.AllowTabbedDocks
        )
        lab.setCorner(Qt.Corner.BottomLeftCorner, LEFT)
        lab.setCorner(Qt.Corner.BottomRightCorner, RIGHT)
        for name, widget in panels.items():
            self._add(name, Scrolled(widget))
            for label in widget.findChildren(MessageLabel):
                label.shown_or_hidden.connect(self._share_left_later)
        for name, widget in (below | right).items():
            self._add(name, widget)
        self.reset()

    def reset(self) -> None:
        """Put every dock back in its place, in proportion to the window."""
        lab = self._lab
        for area, widgets in self._areas:
            orientation = Qt.Orientation.Horizontal if area == BOTTOM else Qt.Orientation.Vertical
            for name in widgets:
                self.docks[name].setFloating(False)
                lab.removeDockWidget(self.docks[name])
            previous: QDockWidget | None = None
            for name in (name for name in widgets if name not in self._behind):
                dock = self.docks[name]
                lab.addDockWidget(area, dock)
                if previous is not None:
                    lab.splitDockWidget(previous, dock, orientation)
                dock.show()
                previous = dock
        for name, behind in self._tabs.items():
            for other in behind:
                lab.tabifyDockWidget(self.docks[name], self.docks[other])
                self.docks[other].show()
            self.docks[name].raise_()
        self.proportion()

    def proportion(self) -> None:
        """Give the docks their shares of the window as it is now."""
        width, height = max(self._lab.width(), 1200), max(self._lab.height(), 600)
        left, below, right = (
            [self.docks[name] for name in widgets if name not in self._behind] for _, widgets in self._areas
        )
        lab = self._lab
        lab.resizeDocks(
            [left[0], *right[:1]], [LEFT_WIDTH, min(width // 4, 440)][: 1 + len(right)], Qt.Orientation.Horizontal
        )
        lab.resizeDocks(below, [round(height * 0.36)] * len(below), Qt.Orientation.Vertical)
        lab.resizeDocks(below, list(self._shares), Qt.Orientation.Horizontal)
        self._share_left()

    def _share_left(self) -> None:
        """Give each panel on the left the height that it needs now; its messages come and go."""
        panels = {name: panel for name, panel in self._areas[0][1].items() if name not in self._behind}
        shown = [(self.docks[name], panel) for name, panel in panels.items() if self._docked(name)]
        if shown:
            docks, contents = zip(*shown, strict=True)
            self._lab.resizeDocks(docks, [_height(panel) for panel in contents], Qt.Orientation.Vertical)

    def _share_left_later(self) -> None:
        # Once the panel has laid itself out with the message.
        QTimer.singleShot(0, self._lab, self._share_left)

    def _docked(self, name: str) -> bool:
        dock = self.docks[name]
        return not dock.isFloating() and not dock.isHidden()

    def save(self) -> QByteArray:
        """Return the layout for the settings."""
        return self._lab.saveState(VERSION)

    def restore(self, state: QByteArray) -> bool:
        """Restore a remembered layout; False when it is of another version."""
        return self._lab.restoreState(state, VERSION)

    def _add(self, name: str, widget: QWidget) -> None:
        dock = QDockWidget(_titles()[name], self._lab)
        dock.setObjectName(f"{name}_dock")
        dock.setWidget(widget)
        self.docks[name] = dock


class Scrolled(QScrollArea):
    """A panel in a frame that scrolls up and down when there is too little room."""

    def __init__(self, panel: QWidget) -> None:
        super().__init__()
        self._panel = panel
        self.setWidget(panel)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)

    def sizeHint(self) -> QSize:
        """Ask for all the room that the panel would like, so that it need not scroll."""
        return QSize(self._panel.sizeHint().width(), _height(self._panel))

    def minimumSizeHint(self) -> QSize:
        """Ask for the width without which fields would be cut."""
        return QSize(min(LEFT_WIDTH, self._panel.minimumSizeHint().width()), super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the panel as wide as the frame."""
        self._panel.setMaximumWidth(self.viewport().width())
        super().resizeEvent(event)


def _height(panel: QWidget) -> int:
    """Return the height that ``panel`` needs at the width of the left side; its explanation wraps."""
    return max(panel.heightForWidth(LEFT_WIDTH - 2 * GRID), panel.sizeHint().height())


def _titles() -> dict[str, str]:
    return {
        "problem": tr("Problem"),
        "optimizer": tr("Optimizer"),
        "view": tr("View"),
        "data": tr("Data"),
        "network": tr("Network"),
        "contour": tr("Contour map"),
        "tensors": tr("Weights, gradients and updates"),
        "unit": tr("Unit"),
        "decision": tr("Map"),
        "histograms": tr("Histograms"),
        "charts": tr("Charts"),
        "runs": tr("Runs"),
        "layers": tr("Layers"),
        "program": tr("Program"),
        "tangent": tr("Result and tangent"),
        "rules": tr("Tensors"),
        "code": tr("In PyTorch"),
        "worksheet": tr("Worksheet"),
    }
