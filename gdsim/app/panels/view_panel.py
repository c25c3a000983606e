"""The view panel: camera angles, colours and what is drawn on the surface."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QSignalBlocker, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QFormLayout,
    QGridLayout,
    QHBoxLayout,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from gdsim.app import theme
from gdsim.app.actions import Actions
from gdsim.app.camera import Camera
from gdsim.app.widgets.naming import named
from gdsim.app.widgets.number_field import LabelledNumber
from gdsim.app.widgets.switch import Switch
from gdsim.i18n import tr
from gdsim.simulation.surface_scenario import COLORMAPS, View


class ViewPanel(QWidget):
    """Writes the camera and the view's settings; `view_chosen` carries a key of `View` and its value."""

    view_chosen = Signal(str, object)

    def __init__(self, camera: Camera, actions: Actions, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._camera = camera
        self.elevation = LabelledNumber("elevation", tr("elev"), -90, 90, step=5, unit=tr("degrees"))
        self.azimuth = LabelledNumber("azimuth", tr("azim"), -180, 180, step=5, unit=tr("degrees"))
        self.opacity = LabelledNumber("opacity", tr("Opacity"), 0.05, 1, step=0.05)
        self.orbit_speed = LabelledNumber("orbit_speed", tr("Orbit"), 1, 180, step=5, unit=tr("degrees a second"))
        self.colormap = named(QComboBox(), "colormap", tr("Colormap"))
        self.colormap.addItems(list(COLORMAPS))
        self._switches = {
            "contours": Switch(tr("Contour lines")),
            "floor_contours": Switch(tr("Lines on the floor")),
            "wireframe": Switch(tr("Wireframe")),
            "log_height": Switch(tr("Log height")),
        }
        self._explain()
        self._lay_out(actions)
        self._connect()
        self.orbit_speed.set_value(20)
        self._show_camera()

    def show_view(self, view: View) -> None:
        """Show the settings of ``view`` (the camera is its own model)."""
        self.opacity.set_value(view.opacity)
        with QSignalBlocker(self.colormap):
            self.colormap.setCurrentText(view.colormap)
        for name, box in self._switches.items():
            with QSignalBlocker(box):
                box.setChecked(getattr(view, name))

    def _explain(self) -> None:
        tips = {
            "contours": tr("Lines of equal loss on the surface."),
            "floor_contours": tr("Lines of equal loss projected on the floor."),
            "wireframe": tr("A grid of lines on the surface."),
            "log_height": tr("Height and colour by the logarithm of the loss."),
        }
        for name, box in self._switches.items():
            box.setObjectName(name)
            box.setToolTip(tips[name])
        self.elevation.field.setToolTip(tr("Elevation above the floor, in degrees, as in matplotlib."))
        self.azimuth.field.setToolTip(tr("Azimuth about the vertical axis, in degrees, as in matplotlib."))
        self.colormap.setToolTip(tr("Colours of the loss; all but rainbow and turbo are perceptually uniform."))

    def _lay_out(self, actions: Actions) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(theme.GRID, theme.GRID // 2, theme.GRID, theme.GRID // 2)
        layout.setSpacing(theme.GRID // 2)
        rows = (self.elevation, self.azimuth, self.opacity, self.orbit_speed)
        width = max(row.label.sizeHint().width() for row in rows)
        for row in rows:
            row.label.setMinimumWidth(width)
        layout.addWidget(self.elevation)
        layout.addWidget(self.azimuth)
        buttons = QHBoxLayout()
        buttons.setSpacing(theme.GRID // 2)
        short = {
            "camera_lecture": tr("45, 60"),
            "camera_top": tr("Top"),
            "camera_front": tr("Front"),
            "camera_side": tr("Side"),
        }
        for name, text in short.items():
            button = named(QToolButton(), name)
            # The button takes its action's short text anew whenever the action changes.
            actions[name].setIconText(text)
            button.setDefaultAction(actions[name])
            button.setSizePolicy(button.sizePolicy().Policy.Expanding, button.sizePolicy().Policy.Fixed)
            buttons.addWidget(button)
        layout.addLayout(buttons)
        layout.addWidget(self.orbit_speed)
        form = QFormLayout()
        form.setContentsMargins(0, 0, 0, 0)
        form.addRow(tr("Colormap"), self.colormap)
        layout.addLayout(form)
        layout.addWidget(self.opacity)
        grid = QGridLayout()
        grid.setVerticalSpacing(0)
        for index, box in enumerate(self._switches.values()):
            grid.addWidget(box, index // 2, index % 2)
        layout.addLayout(grid)
        layout.addStretch(1)

    def _connect(self) -> None:
        self.elevation.changed.connect(lambda value: self._camera.set(elevation=value))
        self.azimuth.changed.connect(lambda value: self._camera.set(azimuth=value))
        self._camera.changed.connect(self._show_camera)
        self.opacity.changed.connect(lambda value: self.view_chosen.emit("opacity", value))
        self.colormap.textActivated.connect(lambda name: self.view_chosen.emit("colormap", name))
        for name, box in self._switches.items():
            box.toggled.connect(lambda on, name=name: self.view_chosen.emit(name, on))

    def _show_camera(self) -> None:
        for row, angle in ((self.elevation, self._camera.elevation), (self.azimuth, self._camera.azimuth)):
            shown: Any = round(angle, 1)
            if row.value() != shown:
                row.set_value(shown)
