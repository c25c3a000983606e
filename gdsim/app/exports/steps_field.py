"""Which steps a picture shows: the one on screen, or several as a film strip."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable

from PySide6.QtCore import QSignalBlocker, Signal
from PySide6.QtWidgets import QGridLayout, QLineEdit, QRadioButton, QWidget

from gdsim.app.theme import GRID
from gdsim.app.widgets.message_label import MessageLabel
from gdsim.app.widgets.naming import named
from gdsim.app.widgets.polite import mark_refused
from gdsim.errors import InputError
from gdsim.i18n import tr
from gdsim.simulation.picture_spec import MOST_CELLS
from gdsim.simulation.spec_model import MOST_STEPS

USUAL = (0, 1, 2, 5, 10, 20)


class StepsField(QWidget):
    """Asks for steps.

    Parameters
    ----------
    kind
        What the names of its controls begin with.
    shown
        The step on screen.
    last
        The last step that there can be.
    """

    changed = Signal()

    def __init__(self, kind: str, shown: int, last: int = MOST_STEPS) -> None:
        super().__init__()
        self._shown, self._last = shown, last
        self.one = named(QRadioButton(tr("Step on screen: {step}", step=shown)), f"{kind}_step", tr("Step on screen"))
        self.strip = named(QRadioButton(tr("Film strip")), f"{kind}_strip", tr("Film strip"))
        self.line = named(QLineEdit(written(step for step in USUAL if step <= last)), f"{kind}_steps", tr("Steps"))
        self.error = MessageLabel(f"{kind}_steps_error")
        self.one.setChecked(True)
        self.strip.setToolTip(tr("Several steps in one picture, each with its step and its loss."))
        self.line.setToolTip(tr("Steps of the film strip, with commas between them, such as 0, 1, 2, 5, 10, 20."))
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(GRID // 2)
        grid.addWidget(self.one, 0, 0, 1, 2)
        grid.addWidget(self.strip, 1, 0)
        grid.addWidget(self.line, 1, 1)
        grid.addWidget(self.error, 2, 0, 1, 2)
        grid.setColumnStretch(1, 1)
        self.one.toggled.connect(lambda _on: self.changed.emit())
        self.line.textEdited.connect(lambda _text: self._type())

    def steps(self) -> tuple[int, ...]:
        """Return the steps that are chosen.

        Raises
        ------
        InputError
            If what is typed are no steps that grow.
        """
        return (self._shown,) if self.one.isChecked() else parse_steps(self.line.text(), self._last)

    def show_steps(self, steps: tuple[int, ...]) -> None:
        """Choose a film strip of these steps, or the step on screen where it is one or none, without a signal."""
        strip = len(steps) > 1
        with QSignalBlocker(self.one):
            (self.strip if strip else self.one).setChecked(True)
        if strip:
            self.line.setText(written(steps))

    def check(self) -> bool:
        """Say what is wrong with what is typed; tell whether it can be drawn."""
        sentence = ""
        try:
            self.steps()
        except InputError as error:
            sentence = str(error)
        self.error.show_sentence(sentence)
        mark_refused(self.line, bool(sentence))
        return not sentence

    def _type(self) -> None:
        with QSignalBlocker(self.one):
            self.strip.setChecked(True)
        self.changed.emit()


def written(steps: Iterable[int]) -> str:
    """Return steps as one types them."""
    return ", ".join(map(str, steps))


def parse_steps(text: str, last: int = MOST_STEPS) -> tuple[int, ...]:
    """Return the steps that ``text`` lists, with commas or spaces between them.

    Raises
    ------
    InputError
        If there are none, too many, one that is no step up to ``last``, or one that is not above the step before.
    """
    words = [word for word in re.split(r"[,;\s]+", text.strip()) if word]
    if not words:
        raise InputError(tr("Give the steps of the film strip, such as 0, 1, 2, 5, 10, 20."))
    if len(words) > MOST_CELLS:
        raise InputError(tr("A film strip has at most {most} steps, not {count}.", most=MOST_CELLS, count=len(words)))
    for word in words:
        if not re.fullmatch("[0-9]{1,9}", word) or int(word) > last:
            raise InputError(
                tr("{word} is no step: give whole numbers from 0 to {last}.", word=repr(word[:40]), last=last)
            )
    steps = tuple(map(int, words))
    for before, step in itertools.pairwise(steps):
        if step <= before:
            raise InputError(tr("The steps must grow: {step} cannot follow {before}.", step=step, before=before))
    return steps
