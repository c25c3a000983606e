"""The export dialog of pictures: a figure of any views and steps, or a view as it is on screen."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

from PySide6.QtCore import QSettings
from PySide6.QtGui import QImage, QStandardItemModel
from PySide6.QtWidgets import QCheckBox, QWidget

from gdsim.app.exports.export_window import ExportWindow
from gdsim.app.exports.preview import PicturePreview
from gdsim.app.exports.screen_pictures import ground_of, render_image, size_of, write_image
from gdsim.app.exports.size_fields import PaperSize
from gdsim.app.exports.steps_field import StepsField
from gdsim.app.exports.steps_up_to import last_step
from gdsim.app.exports.view_choice import TableChoice, ViewChoice
from gdsim.app.labs.lab import Lab
from gdsim.app.panels.fields import Choice
from gdsim.app.scenario_model import revised
from gdsim.app.settings import remembered
from gdsim.app.widgets.naming import named
from gdsim.errors import InputError
from gdsim.export.endings import PICTURES
from gdsim.i18n import tr
from gdsim.simulation.picture_spec import PictureSpec
from gdsim.simulation.scenario import Scenario

FIGURE = "figure"
"""What is drawn by matplotlib; all other choices are pictures of the lab as it is on screen."""

PIXELS = (".png",)


class ExportDialog(ExportWindow):
    """Asks what to export, how, how large and where, shows it, and writes it."""

    kind = "export"
    endings = PICTURES
    can_be_called_off = True
    preview: PicturePreview

    def __init__(self, lab: Lab[Any], settings: QSettings, parent: QWidget | None = None) -> None:
        super().__init__(lab, settings, parent, tr("Export image"))
        scenario: Scenario = lab.scenario
        self._grabbed: tuple[object, QImage] | None = None
        self.what = named(Choice({FIGURE: tr("Figure of chosen views")}), "export_what", tr("Picture of"))
        for name, picture in lab.pictures().items():
            self.what.addItem(tr("{view}, as on screen", view=picture.label), name)
        self.views = ViewChoice("export", scenario)
        self.parameter = TableChoice("export", lab)

        self.steps = StepsField("export", lab.shown_step, last_step(lab))
        self.style_of_figure = named(style_choice(), "export_style", tr("Style"))
        self.transparent = named(QCheckBox(tr("&Transparent ground")), "export_transparent", tr("Transparent ground"))
        grounds = {"light": tr("Light"), "dark": tr("Dark"), "transparent": tr("Transparent")}
        self.ground = named(Choice(grounds), "export_ground", tr("Ground"))
        self.size_fields = PaperSize("export")
        self._fill()
        self._show(scenario.picture or remembered(settings, f"export/{lab.name}", PictureSpec) or PictureSpec())
        self._connect_choices()
        self._finish_layout(PicturePreview("export"))

    def picture(self) -> PictureSpec:
        """Return what is chosen.

        Raises
        ------
        InputError
            If it cannot be drawn.
        """
        picture = self._scenario().picture
        assert picture is not None
        return picture

    def _check(self) -> bool:
        figure = self._is_figure()
        self.target.set_endings(PICTURES if figure else PIXELS)
        drawable = not figure or all([self.views.check(), self.steps.check()])
        return self.size_fields.numbers.good() and drawable

    def _preview(self) -> None:
        try:
            scenario = self._scenario()
            if self._is_figure():
                cancelled = self._new_preview()
                self._drawing.ask(lambda: drawn(scenario, cancelled))
            else:
                self._show_drawn((self._grab(scenario), []))
        except InputError as error:
            self.preview.show_failure(str(error))

    def _writer(self, path: Path) -> Callable[[], object]:
        scenario = self._scenario()
        if self._is_figure():
            return lambda: _write(scenario, path, self._stop.is_set)
        image = self._grab(scenario)
        return lambda: write_image(image, path, scenario, self._stop.is_set)

    def _remember(self) -> None:
        picture = self.picture()
        kept = picture.model_copy(update={"steps": (), "run": 0, "parameter": ""})
        self._settings.setValue(f"export/{self._lab.name}", kept.model_dump_json())
        self._lab.model.note({"picture": picture.model_dump(mode="json")})

    def _fill(self) -> None:
        self.what.setToolTip(
            tr("A figure is drawn anew, also as true vectors; a picture as on screen repeats what the window shows.")
        )
        self.transparent.setToolTip(tr("Leave the ground out, so that the slide or page shows through."))
        self.ground.setToolTip(tr("What the view stands on."))
        form = self.form
        form.addRow(tr("&Picture of"), self.what)
        form.addRow(tr("Views"), self.views)
        form.addRow(tr("Tables o&f"), self.parameter)
        form.addRow(tr("Steps"), self.steps)
        form.addRow(tr("St&yle"), self.style_of_figure)
        form.addRow("", self.transparent)
        form.addRow(tr("&Ground"), self.ground)
        form.addRow(tr("Si&ze"), self.size_fields)

    def _connect_choices(self) -> None:
        for box in (self.what, self.parameter, self.style_of_figure, self.ground):
            box.currentIndexChanged.connect(lambda _index: self._choose())
        self.transparent.toggled.connect(lambda _on: self.refresh())
        self.views.changed.connect(self._choose)
        self.steps.changed.connect(self.refresh)
        self.size_fields.changed.connect(self.refresh)
        self._drawing.done.connect(self._show_drawn)
        self._show_rows()

    def _choose(self) -> None:
        self._show_rows()
        self.refresh()

    def _show_rows(self) -> None:
        """Show the rows that concern what is chosen."""
        figure, form = self._is_figure(), self.form
        for field in (self.views, self.steps, self.style_of_figure, self.transparent):
            form.setRowVisible(field, figure)
        form.setRowVisible(self.parameter, figure and self.parameter.concerns(self.views.names()))
        form.setRowVisible(self.ground, not figure)

    def _is_figure(self) -> bool:
        return self.what.choice() == FIGURE

    def _show(self, picture: PictureSpec) -> None:
        """Bring ``picture`` into the fields."""
        pictures = self._lab.pictures()
        of_window = picture.engine == "window"
        same = (name for name, one in pictures.items() if of_window and one.views == picture.views)
        self.what.show_choice(next(same, FIGURE))
        self.views.show_names(picture.views)
        self.parameter.show_parameter(picture.parameter)
        self.steps.show_steps(picture.steps)
        self.style_of_figure.show_choice(picture.style)
        self.transparent.setChecked(picture.transparent)
        self.ground.show_choice(ground_of(picture))
        self.size_fields.show_size(picture.size, picture.dpi)

    def _scenario(self) -> Scenario:
        """Return the scenario with what is chosen as its picture."""
        chosen: dict[str, Any] = {
            "size": self.size_fields.size_in_pixels(),
            "dpi": self.size_fields.dpi.value(),
            "run": self._lab.model.focus,
        }
        if self._is_figure():
            chosen |= {
                "views": self.views.names(),
                "steps": self.steps.steps(),
                "style": self.style_of_figure.choice(),
                "transparent": self.transparent.isChecked(),
                "parameter": self.parameter.parameter(self.views.names()),
            }
        else:
            shown = self._lab.pictures()[self.what.choice()]
            ground = self.ground.choice()
            chosen |= {
                "views": shown.views,
                "steps": (self._lab.shown_step,),
                "size": chosen["size"] or size_of(shown),
                "style": "dark" if ground == "dark" else "screen",
                "transparent": ground == "transparent",
                "engine": "window",
            }
        return cast(Scenario, revised(self._lab.scenario, {"picture": chosen}))

    def _grab(self, scenario: Scenario) -> QImage:
        """Return the picture of the window, grabbed anew where something else is chosen."""
        assert scenario.picture is not None and scenario.picture.size is not None
        key = (scenario, self.what.choice())
        if self._grabbed is None or self._grabbed[0] != key:
            size = scenario.picture.size
            self._grabbed = (key, render_image(self._lab, self.what.choice(), *size, ground_of(scenario.picture)))
        return self._grabbed[1]

    def _show_drawn(self, result: object) -> None:
        image, notes = cast("tuple[QImage, list[str]]", result)
        size = (image.width(), image.height())
        self.size_fields.show_suiting(size)
        sentence = tr("{width} x {height} pixels", width=size[0], height=size[1])
        self.preview.show_image(image, "\n".join([sentence, *notes[:3]]))


def style_choice() -> Choice:
    """Return a box of all styles of figures."""
    box = Choice(
        {
            "screen": tr("Screen"),
            "print": tr("Print, told apart without colours"),
            "slide": tr("Slide, large type"),
            "dark": tr("Dark"),
        }
    )
    box.setToolTip(tr("For a screen, for a page printed in grey, for a projector, or on a dark ground."))
    return box


def offer_print(box: Choice, offered: bool) -> None:
    """Let the style for print be chosen, or say why it cannot be."""
    entry = cast(QStandardItemModel, box.model()).item(box.findData("print"))
    entry.setEnabled(offered)
    entry.setToolTip(
        "" if offered else tr("The 3D view as on screen has no style for print: choose a figure for that.")
    )


def drawn(scenario: Scenario, cancelled: Callable[[], bool]) -> tuple[QImage, list[str]]:
    """Return the picture that the scenario asks for, as it is written, and what there is to say of it.

    Raises
    ------
    InputError
        If it cannot be drawn.
    Cancelled
        Once ``cancelled`` says so.
    """
    with tempfile.TemporaryDirectory(prefix="gdsim-") as folder:
        path = Path(folder) / "preview.png"
        notes = _write(scenario, path, cancelled)
        return QImage(str(path)), notes


def _write(scenario: Scenario, path: Path, cancelled: Callable[[], bool]) -> list[str]:
    from gdsim.export.figure import write_figure

    return write_figure(scenario, path, scenario.picture, cancelled)
