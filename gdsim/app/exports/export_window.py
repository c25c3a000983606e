"""What all export dialogs have in common: choices, a preview, where the file goes, and writing it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar

from PySide6.QtCore import QEvent, QObject, QSettings, QTimer
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QFormLayout, QHBoxLayout, QVBoxLayout, QWidget

from gdsim.app.background import Background
from gdsim.app.exports.file_names import suggested_name
from gdsim.app.exports.preview import PicturePreview, TextPreview
from gdsim.app.exports.target_field import TargetField
from gdsim.app.labs.lab import Lab
from gdsim.app.settings import choice
from gdsim.app.theme import GRID
from gdsim.app.widgets.message_label import MessageLabel
from gdsim.errors import Cancelled
from gdsim.i18n import tr

PAUSE_MS = 200
"""How long nothing is chosen before the preview is made."""

FORM_WIDTH = 46 * GRID

CANCELLED = object()
"""What is returned by work that was called off."""


class ExportWindow(QDialog):
    """Choices at the left, what comes of them at the right, and below where it goes.

    A dialog says what is chosen (`_check`), shows it (`_preview`) and writes it (`_writer`).

    Parameters
    ----------
    lab
        What is exported.
    settings
        Where last choices are remembered.
    title
        Of the window.

    Attributes
    ----------
    kind
        What the names of its controls and settings begin with.
    endings
        Formats, the usual one first.
    can_be_called_off
        Whether writing takes so long that it heeds `_stop`.

    Previews heed what `_new_preview` returns.
    """

    kind: ClassVar[str]
    endings: ClassVar[tuple[str, ...]]
    can_be_called_off: ClassVar[bool] = False
    preview: PicturePreview | TextPreview

    def __init__(self, lab: Lab[Any], settings: QSettings, parent: QWidget | None, title: str) -> None:
        super().__init__(parent)
        self.setObjectName(f"{self.kind}_dialog")
        self.setWindowTitle(title)
        self._lab, self._settings = lab, settings
        # What is exported is what was on screen.
        lab.rest()
        self._stop = threading.Event()
        self._old = threading.Event()
        self._ended = self._preview_due = False
        self._target: Path | None = None
        self.form = QFormLayout()
        self.choices = QWidget()
        self.target = TargetField(self.kind, title)
        self.failure = MessageLabel(f"{self.kind}_failure")
        self.buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Save | QDialogButtonBox.StandardButton.Cancel)
        self.save_button = self.buttons.button(QDialogButtonBox.StandardButton.Save)
        self.cancel_button = self.buttons.button(QDialogButtonBox.StandardButton.Cancel)
        self.save_button.setDefault(True)
        self._drawing = Background(f"{self.kind}_preview", self)
        self._writing = Background(f"{self.kind}_writer", self)
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(PAUSE_MS)
        self._connect()

    def reject(self) -> None:
        """Close; while a file is written, call that off instead."""
        if self._target is None:
            super().reject()
        else:
            self._stop.set()
            self.cancel_button.setEnabled(False)
            self.preview.show_working(tr("Cancelling..."))

    def closeEvent(self, event: QCloseEvent) -> None:
        """Close at once, whatever is being written."""
        self.done(QDialog.DialogCode.Rejected)
        super().closeEvent(event)

    def done(self, result: int) -> None:
        """Close at once; the lab waits for what cannot be stopped at once."""
        if self._ended:
            return
        self._ended = True
        self._pause.stop()
        self._stop.set()
        self._give_up_preview()
        super().done(result)
        for worker in (self._drawing, self._writing):
            self._lab.keep(worker)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Close with the window that it belongs to."""
        if watched is self.parent() and event.type() == QEvent.Type.Hide and not event.spontaneous():
            self.done(QDialog.DialogCode.Rejected)
        return super().eventFilter(watched, event)

    def refresh(self) -> None:
        """Check what is chosen, and show it soon."""
        self._writable()
        self.preview.show_working(tr("Drawing..."))
        self._pause.start()

    def _check(self) -> bool:
        """Say at each field what is wrong with it; tell whether all can be used."""
        raise NotImplementedError

    def _preview(self) -> None:
        """Show what will be written."""
        raise NotImplementedError

    def _writer(self, path: Path) -> Callable[[], object]:
        """Return what writes the file, in a thread of its own."""
        raise NotImplementedError

    def _remember(self) -> None:
        """Keep what was chosen, once it is written."""
        raise NotImplementedError

    def _finish_layout(self, preview: PicturePreview | TextPreview, *below: QWidget) -> None:
        """Put the parts in their places, with ``below`` above the buttons, and begin."""
        self.preview = preview
        self.form.setContentsMargins(0, 0, 0, 0)
        self.form.setVerticalSpacing(GRID)
        self.form.setHorizontalSpacing(2 * GRID)
        self.form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        left = QVBoxLayout(self.choices)
        left.setContentsMargins(0, 0, 0, 0)
        left.addLayout(self.form)
        left.addStretch()
        self.choices.setFixedWidth(FORM_WIDTH)
        upper = QHBoxLayout()
        upper.setSpacing(2 * GRID)
        upper.addWidget(self.choices)
        upper.addWidget(preview, 1)
        layout = QVBoxLayout(self)
        layout.setSpacing(GRID)
        layout.setContentsMargins(2 * GRID, 2 * GRID, 2 * GRID, 2 * GRID)
        layout.addLayout(upper, 1)
        layout.addWidget(self.target)
        for widget in (self.failure, *below, self.buttons):
            layout.addWidget(widget)
        self.resize(136 * GRID, 76 * GRID)
        self._suggest_path()
        self.refresh()

    def _connect(self) -> None:
        self.buttons.accepted.connect(self._save)
        self.buttons.rejected.connect(self.reject)
        self.finished.connect(self.deleteLater)
        self.target.changed.connect(self._writable)
        self._pause.timeout.connect(self._show_preview)
        self._drawing.failed.connect(lambda sentence: self.preview.show_failure(sentence))
        self._writing.done.connect(self._written)
        self._writing.failed.connect(self._not_written)
        parent = self.parentWidget()
        if parent is not None:
            parent.installEventFilter(self)

    def _suggest_path(self) -> None:
        folder = str(self._settings.value("export/folder", str(Path.home())))
        ending = choice(self._settings, f"{self.kind}/ending", self.endings)
        self.target.set_endings(self.endings)
        self.target.line.setText(str(Path(folder) / (suggested_name(self._lab.scenario) + ending)))

    def _writable(self) -> bool:
        """Let Save be pressed where everything is right; tell whether it is."""
        good = all([self._check(), self.target.check()])
        self.save_button.setEnabled(good and self._target is None)
        return good

    def _show_preview(self) -> None:
        if self._check():
            self._preview()
        else:
            self._give_up_preview()
            self.preview.show_working("")

    def _new_preview(self) -> Callable[[], bool]:
        """Call off the preview that is being made; return what tells the next one whether it is wanted no more."""
        self._old.set()
        old = self._old = threading.Event()
        return old.is_set

    def _give_up_preview(self) -> None:
        self._old.set()
        self._drawing.give_up()

    def _save(self) -> None:
        if not self._writable() or self._target is not None:
            return
        path = self.target.path()
        if self.target.may_write(path):
            self.failure.show_sentence("")
            self._stop.clear()
            self._begin(path)
            writer = self._writer(path)
            self._writing.ask(lambda: _unless_cancelled(writer))

    def _begin(self, path: Path | None) -> None:
        """Let nothing be chosen while a file is written, and everything again afterwards (None)."""
        if path is not None:
            self._preview_due = self._pause.isActive() or self._drawing.busy
            self._pause.stop()
            self._give_up_preview()
        self._target = path
        for part in (self.choices, self.target):
            part.setEnabled(path is None)
        self.save_button.setEnabled(path is None)
        self.cancel_button.setEnabled(path is None or self.can_be_called_off)
        self.preview.show_working("" if path is None else tr("Writing..."))
        if path is None and self._preview_due:
            self.refresh()

    def _written(self, result: object) -> None:
        path = self._target
        if path is None:
            return
        if result is CANCELLED:
            self._call_off()
            return
        self._settings.setValue("export/folder", str(path.parent))
        self._settings.setValue(f"{self.kind}/ending", path.suffix.lower())
        self._remember()
        self._lab.show_message(tr("Written to {path}.", path=str(path)), error=False)
        self.accept()

    def _call_off(self) -> None:
        self._begin(None)
        self.failure.show_sentence(tr("The export was cancelled: nothing was written."), muted=True)

    def _not_written(self, sentence: str) -> None:
        self._begin(None)
        self.failure.show_sentence(sentence)


def _unless_cancelled(work: Callable[[], object]) -> object:
    try:
        return work()
    except Cancelled:
        return CANCELLED
