"""Where a file goes: a field that is checked as one types, and a button that browses."""

from __future__ import annotations

import os
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFileDialog, QGridLayout, QLabel, QLineEdit, QPushButton, QWidget

from gdsim.app.dialogs import may_replace
from gdsim.app.theme import GRID
from gdsim.app.widgets.message_label import MessageLabel
from gdsim.app.widgets.naming import named
from gdsim.errors import InputError
from gdsim.i18n import tr


class TargetField(QWidget):
    """Asks for the name of a file, by which its format is chosen.

    `changed` tells that something else is typed.

    Parameters
    ----------
    kind
        What the names of its controls begin with.
    title
        Title of the window that browses.
    """

    changed = Signal()

    def __init__(self, kind: str, title: str) -> None:
        super().__init__()
        self._title = title
        self._endings: tuple[str, ...] = ()
        self._agreed: Path | None = None
        self.line = named(QLineEdit(), f"{kind}_path", tr("File"))
        self.browse = named(QPushButton(tr("&Browse...")), f"{kind}_browse", tr("Browse"))
        self.browse.setAutoDefault(False)
        self.error = MessageLabel(f"{kind}_error")
        label = QLabel(tr("&File"))
        label.setBuddy(self.line)
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(GRID)
        for column, widget in enumerate((label, self.line, self.browse)):
            grid.addWidget(widget, 0, column)
        grid.addWidget(self.error, 1, 1, 1, 2)
        grid.setColumnStretch(1, 1)
        self.line.textEdited.connect(lambda _text: self.changed.emit())
        self.browse.clicked.connect(self._browse)

    def set_endings(self, endings: tuple[str, ...]) -> None:
        """Let the file be of these formats; a name of another format takes the first."""
        before, self._endings = self._endings, endings
        self.line.setToolTip(tr("Its ending decides the format: {endings}.", endings=listed(endings)))
        ending = Path(self.line.text()).suffix.lower()
        if ending in before and ending not in endings:
            self.line.setText(self.line.text()[: -len(ending)] + endings[0])

    def path(self) -> Path:
        """Return the path that is typed.

        Raises
        ------
        InputError
            If no file of these formats can have this name.
        """
        return file_path(self.line.text(), self._endings)

    def check(self) -> bool:
        """Say what is wrong with what is typed; tell whether it can be written."""
        try:
            self.path()
        except InputError as error:
            self.error.show_sentence(str(error))
            return False
        self.error.show_sentence("")
        return True

    def may_write(self, path: Path) -> bool:
        """Ask whether a file that is there already may be replaced, unless that was asked while browsing."""
        return not path.exists() or path == self._agreed or may_replace(self.window(), path)

    def _browse(self) -> None:
        kinds = tr("Files ({patterns})", patterns=" ".join(f"*{ending}" for ending in self._endings))
        path, _ = QFileDialog.getSaveFileName(self, self._title, self.line.text(), kinds)
        if path:
            self._agreed = Path(path)
            self.line.setText(path if Path(path).suffix else path + self._endings[0])
            self.changed.emit()


def file_path(text: str, endings: tuple[str, ...]) -> Path:
    """Return the path of a file that ``text`` names.

    Raises
    ------
    InputError
        If it names none with one of these endings, or its folder cannot be written to.
    """
    try:
        path = Path(os.path.expanduser(text.strip()))
        nameless = not text.strip() or path.is_dir()
        folder, exists = path.parent, path.exists()
        there, open_ = folder.is_dir(), os.access(folder, os.W_OK)
    except (OSError, ValueError):
        raise InputError(tr("{path} cannot be the name of a file.", path=repr(text[:80]))) from None
    if nameless:
        raise InputError(tr("Give the name of a file that ends in {endings}.", endings=listed(endings)))
    if path.suffix.lower() not in endings:
        raise InputError(tr("{path} must end in {endings}.", path=str(path), endings=listed(endings)))
    if not there:
        raise InputError(tr("{path} cannot be written: there is no such folder.", path=str(path)))
    if not open_ or (exists and not os.access(path, os.W_OK)):
        raise InputError(tr("{path} cannot be written: it or its folder is read-only.", path=str(path)))
    return path


def listed(endings: tuple[str, ...]) -> str:
    """Return endings as a sentence names them: ``.png, .svg or .pdf``."""
    *first, last = endings
    return tr("{first} or {last}", first=", ".join(first), last=last) if first else last
