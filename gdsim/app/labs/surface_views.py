"""The widgets that show a run in the surface lab."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QLabel, QWidget

from gdsim.app import theme
from gdsim.app.actions import Actions
from gdsim.app.camera import Camera
from gdsim.app.labs.lab import Coloured
from gdsim.app.panels.optimizer_panel import OptimizerPanel
from gdsim.app.panels.runs_panel import RunsPanel
from gdsim.app.panels.transport import TimelineBar, Transport
from gdsim.app.scene import opengl_works
from gdsim.app.scene.surface_view import SurfaceView
from gdsim.app.widgets.caption import Caption
from gdsim.app.widgets.chart import Chart
from gdsim.app.widgets.contour_view import ContourView
from gdsim.app.widgets.message_label import MessageLabel
from gdsim.app.widgets.worksheet_view import WorksheetView
from gdsim.i18n import tr


@dataclass(frozen=True, eq=False)
class Views:
    """The widgets that show a run.

    `surface` is None where there is no OpenGL, and `no_opengl` says so in its place. `note` speaks of the run,
    `caption` of its last update or the present part of it.
    """

    surface: SurfaceView | None
    no_opengl: QLabel | None
    contour: ContourView
    loss: Chart
    gradient: Chart
    worksheet: WorksheetView
    transport: Transport
    timeline: TimelineBar
    optimizer: OptimizerPanel
    runs: RunsPanel
    note: MessageLabel
    caption: Caption

    def hero(self) -> QWidget:
        """Return the 3D view, or what stands in its place."""
        hero = self.surface or self.no_opengl
        assert hero is not None
        return hero

    def drawings(self) -> list[SurfaceView | ContourView]:
        """Return the views of the surface that there are."""
        return [self.contour] if self.surface is None else [self.surface, self.contour]

    def coloured(self) -> list[Coloured]:
        """Return the views that take their colours from the theme."""
        return [*self.drawings(), self.loss, self.gradient, self.worksheet, self.optimizer, self.runs]


def build_views(camera: Camera, actions: Actions) -> Views:
    """Make the widgets that show a run."""
    works, why = opengl_works()
    views = Views(
        surface=_surface_view(camera) if works else None,
        no_opengl=None if works else _no_opengl(why),
        contour=ContourView(),
        loss=Chart("loss_chart", tr("Loss"), tr("loss"), "move"),
        gradient=Chart("gradient_chart", tr("Gradient norm"), tr("|gradient|"), "gradient"),
        worksheet=WorksheetView(),
        transport=Transport(actions),
        timeline=TimelineBar(),
        optimizer=OptimizerPanel(),
        runs=RunsPanel(),
        note=MessageLabel("run_note"),
        caption=Caption("update_caption", tr("What the update does")),
    )
    views.note.setContentsMargins(theme.GRID, theme.GRID // 2, theme.GRID, theme.GRID // 2)
    return views


def _surface_view(camera: Camera) -> SurfaceView:
    surface = SurfaceView(camera)
    if QGuiApplication.platformName() == "xcb":
        # A window of its own: else X11 has the whole window put together by OpenGL at each repaint of anything.
        surface.setAttribute(Qt.WidgetAttribute.WA_DontCreateNativeAncestors)
        surface.setAttribute(Qt.WidgetAttribute.WA_NativeWindow)
    return surface


def _no_opengl(why: str) -> QLabel:
    label = QLabel(why + "\n" + tr("The contour map shows the same surface."))
    label.setObjectName("no_opengl")
    label.setWordWrap(True)
    label.setAlignment(Qt.AlignmentFlag.AlignCenter)
    label.setMargin(2 * theme.GRID)
    return label
