"""The files that were opened or saved last."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import QSettings, QTimer, Signal
from PySide6.QtWidgets import QMenu, QWidget

from gdsim.app.settings import texts
from gdsim.i18n import tr

MOST = 10
KEY = "window/recent"


class RecentMenu(QMenu):
    """A menu of the files, the newest first; `chosen` carries the path of one.

    Parameters
    ----------
    settings
        Where the list is kept.
    """

    chosen = Signal(str)

    def __init__(self, settings: QSettings, parent: QWidget | None = None) -> None:
        super().__init__(tr("Open recent"), parent)
        self.setObjectName("recent_menu")
        self.setToolTipsVisible(True)
        self._settings = settings
        self._fill()

    def paths(self) -> list[str]:
        """Return the files' full paths, the newest first."""
        return texts(self._settings, KEY)[:MOST]

    def add(self, path: Path) -> None:
        """Put a file, by its full path, in front."""
        full = str(path)
        self._keep([full, *(other for other in self.paths() if other != full)])

    def remove(self, path: str) -> None:
        """Take a file off the list."""
        self._keep([other for other in self.paths() if other != path])

    def _keep(self, paths: list[str]) -> None:
        self._settings.setValue(KEY, paths[:MOST])
        self._fill()

    def _later(self, act: Callable[[], None]) -> None:
        # The menu is filled anew by what is done, and must not lose an action that is just being carried out.
        QTimer.singleShot(0, self, act)

    def _fill(self) -> None:
        self.clear()
        paths = self.paths()
        names = Counter(Path(path).name for path in paths)
        for path in paths:
            name = Path(path).name
            folder = Path(path).parent.name
            label = name if names[name] == 1 else tr("{name} in {folder}", name=name, folder=folder)
            action = self.addAction(label.replace("&", "&&"))
            action.setToolTip(path)
            action.triggered.connect(lambda _checked=False, path=path: self._later(partial(self.chosen.emit, path)))
        self.addSeparator()
        clear = self.addAction(tr("Clear list"))
        clear.triggered.connect(lambda: self._later(partial(self._keep, [])))
        self.menuAction().setEnabled(bool(paths))
