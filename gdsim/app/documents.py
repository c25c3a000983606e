"""Scenario files: which one each lab shows, what is unsaved of it, and what would lose that."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, QSettings
from PySide6.QtWidgets import QFileDialog

from gdsim.app import dialogs
from gdsim.app.exports.file_names import suggested_name
from gdsim.app.recent import RecentMenu
from gdsim.app.scenario_model import experiment
from gdsim.errors import InputError
from gdsim.i18n import tr
from gdsim.simulation.files import load, preset_names, save

if TYPE_CHECKING:
    from gdsim.app.labs.lab import Lab
    from gdsim.app.main_window import MainWindow

SUFFIX = ".toml"
"""Of the files that scenarios are saved to; pictures and films only carry one."""

OPENED = (SUFFIX, ".png", ".svg", ".pdf", ".gif", ".mp4")
"""Suffixes of the files that can be opened."""


@dataclass
class _Document:
    """A lab's scenario on disk: its file, None for a preset, and what was last read or written."""

    path: Path | None
    saved: Any


class Documents(QObject):
    """Opens and saves the labs' scenarios; each lab has one of its own.

    Parameters
    ----------
    window
        Shows the labs.
    settings
        Where folder and recent files are kept.

    Attributes
    ----------
    recent
        The menu of the files that were opened or saved last.
    """

    def __init__(self, window: MainWindow, settings: QSettings) -> None:
        super().__init__(window)
        self._window, self._settings = window, settings
        self._documents: dict[str, _Document] = {}
        self._coming: tuple[object, Path | None] = (None, None)
        self.recent = RecentMenu(settings, window)
        self.recent.chosen.connect(self._open_recent)

    def add_lab(self, lab: Lab[Any]) -> None:
        """Look after the scenario of a lab that has just been made."""
        lab.model.held.connect(self.show_title)
        lab.model.replaced.connect(lambda scenario: self._begin(lab, scenario))
        self._begin(lab, lab.model.scenario)

    def open(self, source: str | Path) -> None:
        """Open a file or preset; what cannot be opened is explained and changes nothing."""
        try:
            scenario = load(source)
        except InputError as error:
            self._refuse(str(error))
        else:
            self._take_up(source, scenario)

    def _refuse(self, sentence: str) -> None:
        """Say why nothing was opened."""
        before = self._window.lab
        self._window.show_message(sentence)
        before.preset.show_title(before.scenario.title)

    def _take_up(self, source: str | Path, scenario: Any) -> None:
        """Begin with what was read from a file or preset, unless that would lose changes that are wanted."""
        window, before = self._window, self._window.lab
        if self._may_lose(window.labs.get(scenario.lab)):
            self._coming = (scenario, None if str(source) in preset_names() else _full(source))
            window.show_lab(scenario.lab, scenario)
            if window.lab.model.scenario is not scenario:
                window.lab.open_scenario(scenario)
        else:
            window.show_lab(before.name)
        # Its box showed what was chosen, which may be another lab's or was not opened.
        before.preset.show_title(before.scenario.title)

    def open_dropped(self, paths: list[str]) -> None:
        """Open the first of several files that can be opened; where none can, say why not the first likely one."""
        refusals = []
        for path in [path for path in paths if path.lower().endswith(OPENED)] or paths[:1]:
            try:
                scenario = load(Path(path))
            except InputError as error:
                refusals.append(str(error))
                continue
            self._take_up(Path(path), scenario)
            if len(paths) > 1 and self._path() == _full(path):
                note = tr("Several files were dropped; {name} is the one that was opened.", name=Path(path).name)
                self._window.lab.show_message(note, error=False)
            return
        self._refuse(refusals[0])

    def ask_open(self) -> None:
        """Let a file be chosen, and open it."""
        kinds = " ".join(f"*{suffix}" for suffix in OPENED)
        kinds = tr("Scenarios and pictures ({kinds});;All files (*)", kinds=kinds)
        path, _ = QFileDialog.getOpenFileName(self._window, tr("Open scenario"), self._folder(), kinds)
        if path:
            self.open(Path(path))

    def choose_preset(self) -> None:
        """Let a preset be chosen from their pictures, and open it."""
        # Imported when it is needed: the window's start is not to wait for it.
        from gdsim.app.gallery import Gallery

        gallery = Gallery(self._window.lab.name, self._window)
        if gallery.exec():
            self.open(gallery.chosen())

    def save(self) -> bool:
        """Save the scenario on screen to its file, or ask for one; tell whether it is saved."""
        path = self._path()
        return self.write(path) if path is not None and path.suffix.lower() == SUFFIX else self.ask_save()

    def ask_save(self) -> bool:
        """Ask for a file and save the scenario on screen to it; tell whether it is saved."""
        present = self._path() or Path(self._folder()) / (suggested_name(self._window.lab.scenario) + SUFFIX)
        kinds = tr("Scenarios (*.toml)")
        path, _ = QFileDialog.getSaveFileName(
            self._window, tr("Save scenario"), str(present.with_suffix(SUFFIX)), kinds
        )
        if not path:
            return False
        target = Path(path) if Path(path).suffix.lower() == SUFFIX else Path(f"{path}{SUFFIX}")
        # The file dialog has asked already whether to replace what was chosen in it.
        if str(target) != path and target.exists() and not dialogs.may_replace(self._window, target):
            return False
        return self.write(target)

    def write(self, path: Path) -> bool:
        """Save the scenario on screen to ``path``; tell whether that worked, and the person where or why not."""
        lab = self._window.lab
        try:
            save(lab.scenario, path)
        except InputError as error:
            lab.show_message(str(error))
            return False
        self._documents[lab.name] = _Document(_full(path), experiment(lab.scenario))
        self._remember(path)
        self.show_title()
        lab.show_message(tr("Saved to {path}.", path=str(path)), error=False)
        return True

    def may_close(self) -> bool:
        """Ask about the unsaved changes of every lab; tell whether the window may close."""
        labs: Iterable[Lab[Any]] = self._window.labs.values()
        return all(self._may_lose(lab) for lab in labs)

    def show_title(self) -> None:
        """Let the window's title name the scenario on screen, and say whether it has changed."""
        lab = self._window.lab
        if lab.name in self._documents:
            # In a title [*] stands for the mark of changes, [*][*] for itself.
            name = self._name(lab).replace("[*]", "[*][*]")
            self._window.setWindowTitle(tr("{name}[*] - gdsim", name=name))
            self._window.setWindowModified(self._changed(lab))

    def _begin(self, lab: Lab[Any], scenario: Any) -> None:
        """Take note of what a lab begins with."""
        coming, path = self._coming
        # A lab may begin later than it was asked to, or not at all: where data must be read first.
        path = path if coming is scenario else None
        self._documents[lab.name] = _Document(path, experiment(scenario))
        if path is not None:
            self._remember(path)
        self.show_title()

    def _may_lose(self, lab: Lab[Any] | None) -> bool:
        """Ask what becomes of a lab's unsaved changes, if it has any; tell whether it may begin anew."""
        if lab is None or not self._changed(lab):
            return True
        self._window.show_lab(lab.name)
        answer = dialogs.ask_to_save(self._window, self._name(lab))
        return self.save() if answer == "save" else answer == "discard"

    def _changed(self, lab: Lab[Any]) -> bool:
        return bool(experiment(lab.model.scenario) != self._documents[lab.name].saved)

    def _name(self, lab: Lab[Any]) -> str:
        path = self._documents[lab.name].path
        scenario = lab.model.scenario
        return path.name if path is not None else scenario.title or scenario.subject

    def _open_recent(self, path: str) -> None:
        if Path(path).exists():
            self.open(Path(path))
            return
        self.recent.remove(path)
        self._window.show_message(
            tr("There is no file {path} any more; it has been taken off the list of recent files.", path=path)
        )

    def _path(self) -> Path | None:
        return self._documents[self._window.lab.name].path

    def _remember(self, path: Path) -> None:
        self.recent.add(_full(path))
        self._settings.setValue("window/folder", str(_full(path).parent))

    def _folder(self) -> str:
        folder = self._settings.value("window/folder")
        return folder if isinstance(folder, str) and Path(folder).is_dir() else str(Path.home())


def _full(path: str | Path) -> Path:
    return Path(os.path.abspath(path))
