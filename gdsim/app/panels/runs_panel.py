"""The runs of a race: which there are, how far each has come, and what they have in common."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QEvent, QSignalBlocker, QSize, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from gdsim.app import theme as themes
from gdsim.app.panels.run_rows import RunRow
from gdsim.app.theme import GRID, Theme
from gdsim.app.widgets.message_label import MessageLabel
from gdsim.app.widgets.naming import named
from gdsim.app.widgets.number_field import NumberField
from gdsim.app.widgets.row_button import RowButton
from gdsim.app.widgets.runs_table import RunsTable
from gdsim.app.widgets.switch import Switch
from gdsim.i18n import tr

_LARGEST = 1e308


class RunsPanel(QWidget):
    """A table of the runs, buttons to add, copy and remove one, and what holds for all of them.

    The signals follow the person, never a method. Each int is the row of a run; nothing changes on screen until
    `show_rows` says so.
    """

    run_chosen = Signal(int)
    renamed = Signal(int, str)
    recoloured = Signal(int, str)
    hidden = Signal(int, bool)
    shown_only = Signal(int)
    all_shown = Signal()
    added = Signal()
    copied = Signal(int)
    removed = Signal(int)
    move_all_changed = Signal(bool)
    tolerance_chosen = Signal(float)
    settled = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        named(self, "runs_panel", tr("Runs of the race"))
        self.table = RunsTable()
        self.add = _button("add_run", tr("Add"), tr("Add a run with another rule, from the same start."))
        self.copy = _button("copy_run_button", tr("Copy"), tr("Add a run like the chosen one (Ctrl+D)."))
        self.remove = _button("remove_run_button", tr("Remove"), tr("Remove the chosen run (Delete)."))
        self._move_all = named(Switch(tr("Drag all starts")), "move_all", tr("Drag all starts"))
        self._move_all.setChecked(True)
        self._move_all.setToolTip(tr("Whether dragging the start of one run takes the starts of all others along."))
        self.tolerance = named(NumberField(0, _LARGEST, scale="log", above=True), "tolerance", tr("Tolerance"))
        self.message = MessageLabel("runs_error")
        # Beside the switch in a narrow dock; longer numbers scroll.
        self.tolerance.setMinimumWidth(11 * GRID)
        self._refusal = ""
        self._slipped = False
        self._explain_tolerance()
        self._lay_out()
        self._connect()

    @property
    def move_all(self) -> bool:
        """Whether dragging one start moves all."""
        return self._move_all.isChecked()

    @move_all.setter
    def move_all(self, on: bool) -> None:
        with QSignalBlocker(self._move_all):
            self._move_all.setChecked(on)

    def show_rows(self, rows: Sequence[RunRow], focused: int) -> None:
        """Show the runs, of which ``focused`` is the one whose numbers the other panels show."""
        self.table.show_rows(rows, focused)
        self.remove.setEnabled(len(rows) > 1)

    def show_tolerance(self, tolerance: float) -> None:
        """Show how near to the lowest minimum's loss a run counts as converged, in units of the loss."""
        if tolerance != self.tolerance.value():
            self.tolerance.set_silently(tolerance)

    def show_error(self, sentence: str) -> None:
        """Say beneath the table why something was refused; an empty sentence takes it away."""
        self._refusal = sentence
        self.message.show_sentence(sentence)

    def set_has_starts(self, on: bool) -> None:
        """Offer to move all starts, or not where a run has no start that can be dragged."""
        self._move_all.setVisible(on)

    def set_theme(self, theme: Theme) -> None:
        """Take the colours of ``theme``."""
        self.table.set_theme(theme)
        self.message.refresh_colour()

    def sizeHint(self) -> QSize:
        """Return a comfortable size."""
        return QSize(72 * GRID, 28 * GRID)

    def minimumSizeHint(self) -> QSize:
        """Return room for the bars one below the other, even while they stand side by side."""
        widest = max(part.minimumSizeHint().width() for part in (self._buttons, self._common, self.table))
        return QSize(widest + GRID, super().minimumSizeHint().height())

    def changeEvent(self, event: QEvent) -> None:
        """Follow the palette from light to dark and back."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "_slipped"):
            self.set_theme(themes.current())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Put the bars side by side where they fit."""
        super().resizeEvent(event)
        needed = sum(bar.sizeHint().width() for bar in (self._buttons, self._common)) + 4 * GRID
        wide = self.width() >= needed
        self._bars.setDirection(QBoxLayout.Direction.LeftToRight if wide else QBoxLayout.Direction.TopToBottom)

    def _explain_tolerance(self) -> None:
        self.tolerance.setToolTip(
            tr(
                "Loss above that of the lowest known minimum at which a run counts as converged; a number above 0, "
                "in units of the loss."
            )
        )

    def _lay_out(self) -> None:
        self._buttons, self._common = QWidget(), QWidget()
        buttons, common = QHBoxLayout(self._buttons), QHBoxLayout(self._common)
        for bar in (buttons, common):
            bar.setContentsMargins(0, 0, 0, 0)
            bar.setSpacing(GRID)
        label = QLabel(tr("Tolerance"))
        label.setBuddy(self.tolerance)
        for button in (self.add, self.copy, self.remove):
            buttons.addWidget(button)
        buttons.addStretch(1)
        common.addWidget(self._move_all)
        common.addStretch(1)
        common.addWidget(label)
        common.addWidget(self.tolerance)
        self._bars = QBoxLayout(QBoxLayout.Direction.TopToBottom)
        self._bars.setSpacing(GRID // 2)
        self._bars.addWidget(self._buttons)
        self._bars.addWidget(self._common)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(GRID // 2, GRID // 2, GRID // 2, GRID // 2)
        layout.setSpacing(GRID // 2)
        layout.addLayout(self._bars)
        layout.addWidget(self.table, 1)
        layout.addWidget(self.message)

    def _connect(self) -> None:
        table = self.table
        for own, theirs in (
            (self.run_chosen, table.run_chosen),
            (self.renamed, table.renamed),
            (self.recoloured, table.recoloured),
            (self.hidden, table.hidden),
            (self.shown_only, table.shown_only),
            (self.all_shown, table.all_shown),
            (self.copied, table.copied),
            (self.removed, table.removed),
        ):
            theirs.connect(own)
        self.add.clicked.connect(lambda _checked: self._after_entry(self.added.emit))
        self.copy.clicked.connect(lambda _checked: self._after_entry(lambda: self.copied.emit(table.focused)))
        self.remove.clicked.connect(lambda _checked: self._after_entry(lambda: self.removed.emit(table.focused)))
        self._move_all.toggled.connect(self.move_all_changed)
        self.tolerance.valueChanged.connect(self.tolerance_chosen)
        self.tolerance.rejected.connect(self._show_slip)
        self.tolerance.editingFinished.connect(self._finish_entry)
        self.tolerance.editingFinished.connect(self.settled)

    def _after_entry(self, act: Callable[[], object]) -> None:
        """Take over a name that is being typed first: the buttons do not take the focus, which would do it."""
        focus = self.window().focusWidget()
        if focus is not None and self.isAncestorOf(focus):
            focus.clearFocus()
        act()

    def _show_slip(self, sentence: str) -> None:
        self._slipped = True
        self.message.show_sentence(sentence)

    def _finish_entry(self) -> None:
        # The refusal of this very entry must stay readable; the next good one takes it away.
        if not self._slipped:
            self.message.show_sentence(self._refusal)
        self._slipped = False


def _button(name: str, text: str, tip: str) -> RowButton:
    button = named(RowButton(), name, text)
    button.setText(text)
    button.setAutoRaise(False)
    button.setToolTip(tip)
    return button
