"""The export dialog of films: of the run, of an orbit of the camera, or of both."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

from PySide6.QtCore import QSettings, QTimer, Signal
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QLabel, QProgressBar, QWidget

from gdsim.app.exports.export_window import ExportWindow
from gdsim.app.exports.film_preview import FilmPreview
from gdsim.app.exports.film_times import FilmTimes
from gdsim.app.exports.size_fields import SizeFields, screens
from gdsim.app.exports.view_choice import TableChoice, ViewChoice
from gdsim.app.film_frames import SurfaceFilm, drawn_by_window, prepare
from gdsim.app.image_export import offer_print, style_choice
from gdsim.app.labs.lab import Lab
from gdsim.app.panels.fields import Choice
from gdsim.app.scenario_model import revised
from gdsim.app.settings import remembered
from gdsim.app.widgets.naming import named
from gdsim.errors import InputError
from gdsim.export.endings import FILMS, GIF
from gdsim.export.film_plan import Shot, check_target, plan
from gdsim.i18n import tr
from gdsim.simulation.picture_spec import MOST_FRAMES, FilmSpec
from gdsim.simulation.scenario import Scenario

LARGEST_FILM = (3840, 2160)


class FilmDialog(ExportWindow):
    """Asks what is filmed, how and where, shows any frame of it, and writes it with progress."""

    kind = "film"
    endings = FILMS
    can_be_called_off = True
    preview: FilmPreview
    progressed = Signal(int, int)
    """Frames that are done, and all of them."""

    def __init__(self, lab: Lab[Any], settings: QSettings, parent: QWidget | None = None) -> None:
        super().__init__(lab, settings, parent, tr("Export film"))
        scenario: Scenario = lab.scenario
        self._film_of_window: SurfaceFilm | None = None
        self._began = 0.0
        self.engine = named(Choice({"matplotlib": tr("Figure of chosen views")}), "film_engine", tr("Film of"))
        if "surface" in lab.pictures():
            self.engine.addItem(tr("3D view, as on screen"), "window")
        self.views = ViewChoice("film", scenario)
        self.parameter = TableChoice("film", lab)
        self.style_of_figure = named(style_choice(), "film_style", tr("Style"))
        self.captions = named(QCheckBox(tr("&Captions")), "film_captions", tr("Captions"))
        self.times = FilmTimes(scenario, self)
        self.size_fields = SizeFields("film", LARGEST_FILM, screens())
        self.bar = named(QProgressBar(), "film_progress", tr("Progress"))
        self.left = named(QLabel(), "film_time_left", tr("Time left"))
        self._tick = QTimer(self)
        self._tick.timeout.connect(self._draw_next)
        self._fill()
        self._show(scenario.film or remembered(settings, f"film/{lab.name}", FilmSpec) or self._quickest())
        self._connect_choices()
        preview = FilmPreview(self._drawing)
        preview.slider.valueChanged.connect(lambda _frame: self._pause.start())
        self._finish_layout(preview, self._progress_row())
        self._show_progress(False)

    def film(self) -> FilmSpec:
        """Return what is chosen.

        Raises
        ------
        InputError
            If it cannot be filmed.
        """
        film = self._scenario().film
        assert film is not None
        return film

    def done(self, result: int) -> None:
        """Close, and leave nothing unfinished behind."""
        self._tick.stop()
        if self._film_of_window is not None:
            self._film_of_window.cancel()
        super().done(result)

    def reject(self) -> None:
        """Close; while a film is written, call that off instead."""
        super().reject()
        if self._film_of_window is not None:
            self._film_of_window.cancel()
            self._film_of_window = None
            self._tick.stop()
            self._call_off()

    def _check(self) -> bool:
        good = all([self._of_window() or self.views.check(), self.times.good(), self.size_fields.numbers.good()])
        shots = self._shots() if good else None
        if shots is not None and self._fits_target():
            self.preview.show_plan(shots, self.times.fps.value())
            return True
        self.preview.show_no_plan()
        return False

    def _shots(self) -> tuple[Shot, ...] | None:
        """Return the frames, or say why there are none."""
        scenario = self._scenario()
        assert scenario.film is not None and scenario.film.last is not None
        try:
            shots = plan(scenario, scenario.film, scenario.film.last)
        except InputError as error:
            self.times.show_slip(str(error))
            return None
        self.times.show_slip("")
        return shots

    def _fits_target(self) -> bool:
        """Say so where the format cannot hold a film of this size or speed; tell whether it can."""
        ending, slip = Path(self.target.line.text()).suffix.lower(), ""
        if ending in FILMS:
            try:
                check_target(Path(f"film{ending}"), self.film())
            except InputError as error:
                slip = str(error)
        # A GIF can be of any size, and an MP4 of any speed.
        self.times.show_rate_slip(slip if ending == GIF else "")
        self.size_fields.numbers.error.show_sentence(slip if ending != GIF else "")
        return not slip

    def _preview(self) -> None:
        scenario = self._scenario()
        self.preview.show_working(tr("Drawing..."))
        self.preview.ask(scenario, self._new_preview)

    def _writer(self, path: Path) -> Callable[[], object]:
        scenario, film = self._scenario(), self.film()
        self._began = time.monotonic()
        if film.engine == "window":
            return lambda: prepare(scenario, film, path, self._stop.is_set)

        from gdsim.export.film import write_film

        return lambda: write_film(scenario, path, film, self.progressed.emit, self._stop.is_set)

    def _written(self, result: object) -> None:
        if self._target is not None and self.film().engine == "window":
            if self._stop.is_set():
                self._call_off()
            else:
                self._begin_drawing(result)
        else:
            super()._written(result)

    def _begin_drawing(self, stage: Any) -> None:
        """Draw the window's film, a picture whenever the window has nothing else to do."""
        assert self._target is not None
        try:
            self._film_of_window = SurfaceFilm(stage, self.film(), self._target)
        except InputError as error:
            self._not_written(str(error))
            return
        self._tick.start(0)

    def _draw_next(self) -> None:
        film = self._film_of_window
        assert film is not None
        try:
            if film.step():
                self._show_done(film.done, film.total)
                return
            self._tick.stop()
            super()._written(None)
        except Exception as error:  # whatever a driver cannot do must not end the program
            self._tick.stop()
            self._not_written(str(error))
        self._film_of_window = None

    def _begin(self, path: Path | None) -> None:
        super()._begin(path)
        if path is not None:
            self.preview.show_working("")  # the bar tells more
        self._show_progress(path is not None)

    def _show_progress(self, on: bool) -> None:
        self.bar.setRange(0, 0)
        self.left.setText(tr("Making the runs...") if on else "")
        for part in (self.bar, self.left):
            part.setVisible(on)

    def _show_done(self, done: int, total: int) -> None:
        if self._target is None:
            return
        self.bar.setRange(0, total)
        self.bar.setValue(done)
        seconds = (time.monotonic() - self._began) / max(done, 1) * (total - done)
        self.left.setText(_left(done, total, seconds))

    def _remember(self) -> None:
        film = self.film()
        kept = film.model_copy(update={"first": 0, "last": None, "speed": None, "run": 0, "parameter": ""})
        self._settings.setValue(f"film/{self._lab.name}", kept.model_dump_json())
        self._lab.model.note({"film": film.model_dump(mode="json")})

    def _fill(self) -> None:
        self.engine.setToolTip(tr("Figures show any views; the 3D view as on screen is drawn several times as fast."))
        self.captions.setToolTip(tr("Write title, step and loss above the picture."))
        form = self.form
        form.addRow(tr("Film &of"), self.engine)
        form.addRow(tr("Views"), self.views)
        form.addRow(tr("Ta&bles of"), self.parameter)
        self.times.add_rows(form)
        form.addRow(tr("St&yle"), self.style_of_figure)
        form.addRow("", self.captions)
        form.addRow(tr("Si&ze"), self.size_fields)

    def _progress_row(self) -> QWidget:
        holder = QWidget()
        row = QHBoxLayout(holder)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.bar, 1)
        row.addWidget(self.left)
        # Nothing is to move when a film is begun, or while it is written.
        self.left.setFixedWidth(self.left.fontMetrics().horizontalAdvance(_left(MOST_FRAMES, MOST_FRAMES, 59_999)))
        for part in (self.bar, self.left):
            room = part.sizePolicy()
            room.setRetainSizeWhenHidden(True)
            part.setSizePolicy(room)
        return holder

    def _connect_choices(self) -> None:
        for box in (self.engine, self.parameter, self.style_of_figure):
            box.currentIndexChanged.connect(lambda _index: self._choose())
        self.captions.toggled.connect(lambda _on: self.refresh())
        self.views.changed.connect(self._choose)
        self.times.changed.connect(self.refresh)
        self.size_fields.changed.connect(self.refresh)
        # Which films there can be depends on the format.
        self.target.changed.connect(self._writable)
        self.progressed.connect(self._show_done)
        self._show_rows()

    def _choose(self) -> None:
        if self._of_window() and self.style_of_figure.choice() == "print":
            self.style_of_figure.show_choice("screen")
        self._show_rows()
        self.refresh()

    def _show_rows(self) -> None:
        """Show the rows that concern what is chosen."""
        self.form.setRowVisible(self.views, not self._of_window())
        self.form.setRowVisible(self.parameter, self.parameter.concerns(self.views.names()))
        self.times.show_rows(self.form)
        offer_print(self.style_of_figure, not self._of_window())

    def _of_window(self) -> bool:
        return self.engine.choice() == "window"

    def _quickest(self) -> FilmSpec:
        """Return the film to begin with: one that the window draws, where it can."""
        return FilmSpec(engine="window" if self.engine.findData("window") >= 0 else "matplotlib")

    def _show(self, film: FilmSpec) -> None:
        """Bring ``film`` into the fields."""
        of_window = film.engine == self._quickest().engine == "window" and drawn_by_window(self._lab.scenario, film)
        self.engine.show_choice("window" if of_window else "matplotlib")
        self.views.show_names(film.views)
        self.parameter.show_parameter(film.parameter)
        self.style_of_figure.show_choice(film.style)
        self.captions.setChecked(film.captions)
        self.times.show_film(film)
        self.size_fields.show_pixels(film.size)

    def _scenario(self) -> Scenario:
        """Return the scenario with what is chosen as its film."""
        views = ("surface",) if self._of_window() else self.views.names()
        chosen: dict[str, Any] = self.times.values() | {
            "engine": self.engine.choice(),
            "views": views,
            "style": self.style_of_figure.choice(),
            "captions": self.captions.isChecked(),
            "size": self.size_fields.size_in_pixels(),
            "run": self._lab.model.focus,
            "parameter": self.parameter.parameter(views),
        }
        return cast(Scenario, revised(self._lab.scenario, {"film": chosen}))


def _left(done: int, total: int, seconds: float) -> str:
    return tr("{done} of {total} frames, {time} left", done=done, total=total, time=duration(seconds))


def duration(seconds: float) -> str:
    """Return a time as people say it."""
    whole = max(1, round(seconds))
    if whole < 60:
        return tr("1 second") if whole == 1 else tr("{count} seconds", count=whole)
    return tr("{minutes} min {seconds} s", minutes=whole // 60, seconds=whole % 60)
