"""Any frame of a film, beside the choices."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QSignalBlocker, Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QSlider

from gdsim.app.background import Background
from gdsim.app.exports.preview import PicturePreview
from gdsim.app.widgets.message_label import MessageLabel
from gdsim.app.widgets.naming import named
from gdsim.errors import InputError
from gdsim.export.film_plan import Shot, plan
from gdsim.i18n import tr
from gdsim.simulation.picture_spec import FilmSpec
from gdsim.simulation.scenario import Scenario


class FilmPreview(PicturePreview):
    """Shows the frame that a slider chooses, as it will be in the film.

    Parameters
    ----------
    worker
        What makes the runs and draws figures.
    """

    def __init__(self, worker: Background) -> None:
        super().__init__("film")
        self.slider = named(QSlider(Qt.Orientation.Horizontal), "film_frame", tr("Frame"))
        self.slider.setToolTip(tr("Which frame is shown: from the first to the last."))
        self.summary = MessageLabel("film_summary")
        self.summary.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        # The picture is not to change its size with it.
        room = self.summary.sizePolicy()
        room.setRetainSizeWhenHidden(True)
        self.summary.setSizePolicy(room)
        self._planned = False
        layout = self.layout()
        assert layout is not None
        layout.addWidget(self.slider)
        layout.addWidget(self.summary)
        self._worker = worker
        self._reel = _Reel()
        self._runs: object = None
        self._cancelled: Callable[[], bool] | None = None
        worker.done.connect(self._show)

    def show_plan(self, shots: tuple[Shot, ...], fps: float) -> None:
        """Say how many frames the film has, and how long it is; the slider keeps its place, at first in the middle."""
        count, before = len(shots), self.slider.maximum() + 1
        if count != before:
            place = self.slider.value() * count // before if self._planned else count // 2
            with QSignalBlocker(self.slider):
                self.slider.setRange(0, count - 1)
                self.slider.setPageStep(max(1, count // 10))
                self.slider.setValue(place)
        self._planned = True
        self.summary.show_sentence(
            tr("{count} frames, {seconds} s", count=count, seconds=f"{count / fps:.1f}"), muted=True
        )

    def show_no_plan(self) -> None:
        """Say nothing of the length of a film that there cannot be."""
        self.summary.show_sentence("")

    def ask(self, scenario: Scenario, renew: Callable[[], Callable[[], bool]]) -> None:
        """Show the chosen frame of the film that ``scenario`` asks for, as soon as it is drawn.

        ``renew`` calls off what is being made, and returns what tells whether the next is; runs that are being made
        already are not made anew.
        """
        frame, runs = self.slider.value(), _runs_of(scenario)
        if self._cancelled is None or self._cancelled() or runs != self._runs:
            self._cancelled, self._runs = renew(), runs
        cancelled = self._cancelled
        self._worker.ask(lambda: self._reel.frame(scenario, frame, cancelled))

    def _show(self, result: object) -> None:
        frame = cast(_Frame, result)
        try:
            image = frame.image if frame.image is not None else _by_window(frame)
        except InputError as error:
            self.show_failure(str(error))
            return
        self.show_image(
            image,
            tr(
                "Frame {number} of {count}, step {step}",
                number=frame.number + 1,
                count=frame.count,
                step=frame.shot.step,
            ),
        )


class _Frame:
    """A frame; the window has yet to draw it where there is no image."""

    def __init__(self, number: int, count: int, shot: Shot, stage: Any, film: FilmSpec, image: QImage | None) -> None:
        self.number, self.count, self.shot, self.stage, self.film, self.image = number, count, shot, stage, film, image


class _Reel:
    """Draws frames, and keeps from one to the next what they have in common."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._stage: tuple[object, Any] = (None, None)
        self._sheet: tuple[object, Any] = (None, None)

    def frame(self, scenario: Scenario, number: int, cancelled: Callable[[], bool]) -> _Frame:
        """Return a frame of the film of ``scenario``."""
        from gdsim.export.film_plan import resolved
        from gdsim.export.scenes import stage_of

        with self._lock:
            film = resolved(scenario, scenario.film)
            assert film.last is not None
            key = _runs_of(scenario)
            if self._stage[0] != key:
                self._stage = (key, stage_of(scenario, film.last, film.run, film.parameter, cancelled))
            stage = self._stage[1]
            shots = plan(scenario, film, stage.last)
            number = min(number, len(shots) - 1)
            shot = shots[number]
            image = None
            if film.engine == "window":
                stage.at(shot.step)  # finds the minima
            else:
                image = _image(self._drawn(key, stage, film).picture(shot))
            return _Frame(number, len(shots), shot, stage, film, image)

    def _drawn(self, key: object, stage: Any, film: FilmSpec) -> Any:
        from gdsim.export.film_sheet import FilmSheet

        if self._sheet[0] != (key, film):
            self._sheet = ((key, film), FilmSheet(stage, film))
        return self._sheet[1]


def _runs_of(scenario: Scenario) -> object:
    """Return what decides which runs a film shows."""
    film = scenario.film
    assert film is not None
    return scenario.model_copy(update={"film": None}), film.last, film.run, film.parameter


def _by_window(frame: _Frame) -> QImage:
    from gdsim.app.film_frames import Pictures

    pictures = Pictures(frame.stage, frame.film)
    try:
        return _image(pictures.draw(frame.shot))
    finally:
        pictures.close()


def _image(pixels: NDArray[np.uint8]) -> QImage:
    rows = np.ascontiguousarray(pixels[..., :3])
    height, width = rows.shape[:2]
    return QImage(rows.data, width, height, 3 * width, QImage.Format.Format_RGB888).copy()
