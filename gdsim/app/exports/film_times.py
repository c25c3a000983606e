"""What moves in a film, from which step to which, and how fast."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QFormLayout, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from gdsim.app.exports.number_group import NumberGroup
from gdsim.app.panels.fields import Choice
from gdsim.app.theme import GRID
from gdsim.app.widgets.naming import named
from gdsim.app.widgets.number_field import NumberField
from gdsim.app.widgets.whole_number import WholeNumber
from gdsim.i18n import tr
from gdsim.simulation.picture_spec import FilmSpec
from gdsim.simulation.scenario import Scenario
from gdsim.simulation.spec_model import MOST_STEPS


class FilmTimes(QObject):
    """Asks for steps, speeds and angles of a film; its fields are rows of a form, each with a place for one sentence.

    `changed` tells that something else is chosen or typed.

    Parameters
    ----------
    scenario
        What is filmed.
    parent
        What owns the group.
    """

    changed = Signal()

    def __init__(self, scenario: Scenario, parent: QObject) -> None:
        super().__init__(parent)
        walk = scenario.lab == "autograd"
        last = len(scenario.walk().steps) if scenario.lab == "autograd" else MOST_STEPS
        self._usual = (min(scenario.playback.steps, last), scenario.playback.speed)
        motions = {"run": tr("The walk over the graph") if walk else tr("The run")}
        if scenario.lab == "surface":
            motions |= {"orbit": tr("An orbit of the camera"), "both": tr("The run, while the camera orbits")}
        self.motion = named(Choice(motions), "film_motion", tr("What moves"))
        self.first = named(WholeNumber(0, last, tracking=True), "film_first", tr("First step"))
        self.last = named(WholeNumber(0, last, tracking=True), "film_last", tr("Last step"))
        self.speed = named(NumberField(0, 10_000, above=True, scale="log"), "film_speed", tr("Speed"))
        self.turn = named(NumberField(-3600, 3600, step=90), "film_turn", tr("Turn"))
        self.seconds = named(NumberField(0, 3600, above=True, step=1), "film_seconds", tr("Time of the turn"))
        self.pause = named(NumberField(0, 60, step=0.5), "film_pause", tr("Pause at the end"))
        self.fps = named(NumberField(1, 60, step=1), "film_fps", tr("Frame rate"))
        self._groups: dict[str, NumberGroup] = {}
        self._steps = self._row("steps", self.first, QLabel(tr("to")), self.last)
        self._speed = self._row("speed", self.speed, QLabel(tr("steps a second")))
        self._turn = self._row("turn", self.turn, QLabel("\N{DEGREE SIGN}"), self.seconds, QLabel(tr("s")))
        self._frames = self._row("fps", self.fps, QLabel(tr("frames a second")))
        self._pause = self._row("pause", self.pause, QLabel(tr("s at the end")))
        self._explain()
        self.motion.currentIndexChanged.connect(lambda _index: self.changed.emit())

    def add_rows(self, form: QFormLayout) -> None:
        """Put the fields into a form."""
        form.addRow(tr("&What moves"), self.motion)
        form.addRow(tr("Steps"), self._steps)
        form.addRow(tr("Speed"), self._speed)
        form.addRow(tr("Turn"), self._turn)
        form.addRow(tr("Frame rate"), self._frames)
        form.addRow(tr("Pause"), self._pause)
        self.motion.currentIndexChanged.connect(lambda _index: self.show_rows(form))

    def good(self) -> bool:
        """Tell whether all numbers that are typed can be used."""
        return all(group.good() for group in self._groups.values())

    def show_slip(self, sentence: str) -> None:
        """Say why there is no film of these times, or nothing (empty), at what decides how many frames it has."""
        place = "turn" if self.motion.choice() == "orbit" else "steps"
        for row in ("steps", "turn"):
            self._groups[row].error.show_sentence(sentence if row == place else "")

    def show_rate_slip(self, sentence: str) -> None:
        """Say what is wrong with the frame rate, or nothing (empty)."""
        self._groups["fps"].error.show_sentence(sentence)

    def show_rows(self, form: QFormLayout) -> None:
        """Show the rows that concern what moves."""
        motion = self.motion.choice()
        form.setRowVisible(self._turn, motion != "run")
        form.setRowVisible(self._speed, motion != "orbit")
        self.seconds.setEnabled(motion == "orbit")
        self.first.setEnabled(motion != "orbit")

    def show_film(self, film: FilmSpec) -> None:
        """Show what ``film`` asks for, without a signal."""
        self.motion.show_choice(film.motion if self.motion.findData(film.motion) >= 0 else "run")
        self.first.set_silently(film.first)
        self.last.set_silently(self._usual[0] if film.last is None else film.last)
        self.speed.set_silently(self._usual[1] if film.speed is None else film.speed)
        self.turn.set_silently(film.turn)
        self.seconds.set_silently(film.seconds)
        self.pause.set_silently(film.pause)
        self.fps.set_silently(film.fps)

    def values(self) -> dict[str, Any]:
        """Return keys of ``film`` with what is chosen."""
        numbers = {name: getattr(self, name).value() for name in _NUMBERS}
        return {"motion": self.motion.choice()} | numbers

    def _explain(self) -> None:
        tips = {
            self.motion: tr("What changes from frame to frame."),
            self.first: tr("The step of the first frame."),
            self.last: tr("The step of the last frame; a run that ends before ends the film."),
            self.speed: tr("Steps a second, above 0 and up to 10000."),
            self.turn: tr("Degrees that the camera turns in all; below 0 the other way round."),
            self.seconds: tr("Seconds that the turn takes; while a run is shown it lasts as long as that."),
            self.pause: tr("Seconds, up to 60, that the last picture stands."),
            self.fps: tr("Frames a second, from 1 to 60; a GIF shows at most 50."),
        }
        for field, tip in tips.items():
            field.setToolTip(tip)

    def _row(self, name: str, *parts: QLabel | WholeNumber | NumberField) -> QWidget:
        """Return a row of a form with its own place for what is wrong."""
        group = self._groups[name] = NumberGroup(f"film_{name}_error", self)
        group.changed.connect(self.changed)
        holder = QWidget()
        column = QVBoxLayout(holder)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GRID // 2)
        row = QHBoxLayout()
        row.setSpacing(GRID)
        for part in parts:
            row.addWidget(part, 0 if isinstance(part, QLabel) else 1)
            if not isinstance(part, QLabel):
                group.watch(part)
        column.addLayout(row)
        column.addWidget(group.error)
        return holder


_NUMBERS = ("first", "last", "speed", "turn", "seconds", "pause", "fps")
