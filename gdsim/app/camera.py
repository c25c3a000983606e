"""Where one looks from: a model that panel, mouse and animation write, and that the view reads."""

from __future__ import annotations

import math

from PySide6.QtCore import QObject, Signal

from gdsim.errors import InputError
from gdsim.i18n import tr

ELEVATION = 45.0
AZIMUTH = 60.0
DISTANCE = 10.0
NEAREST, FARTHEST = 1.0, 40.0

Point = tuple[float, float, float]


def wrap_azimuth(degrees: float) -> float:
    """Return the same direction as an angle in (-180, 180]."""
    wrapped = math.fmod(degrees, 360.0)
    if wrapped > 180.0:
        return wrapped - 360.0
    return wrapped + 360.0 if wrapped <= -180.0 else wrapped


class Camera(QObject):
    """Direction, zoom and centre of a view; `changed` is emitted once for each real change.

    Angles are in degrees with matplotlib's meaning (pyqtgraph's is the same): `elevation` above the plane of
    the two variables, `azimuth` about the vertical axis, 0 along the first variable.

    `distance` is the zoom: at 10 (matplotlib's number too) the whole box fits; halving it doubles the picture.
    The perspective does not change with it.

    `center` is the point shown in the middle, in the scene's box, whose middle is (0, 0, 0).
    """

    changed = Signal()

    def __init__(self, elevation: float = ELEVATION, azimuth: float = AZIMUTH, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._elevation = ELEVATION
        self._azimuth = AZIMUTH
        self._distance = DISTANCE
        self._center: Point = (0.0, 0.0, 0.0)
        self.set(elevation=elevation, azimuth=azimuth)

    @property
    def elevation(self) -> float:
        """Degrees above the plane of the two variables, -90 to 90."""
        return self._elevation

    @property
    def azimuth(self) -> float:
        """Degrees about the vertical axis, in (-180, 180]."""
        return self._azimuth

    @property
    def distance(self) -> float:
        """Zoom: 10 shows the whole box, smaller is larger on screen."""
        return self._distance

    @property
    def center(self) -> Point:
        """Point of the box that lies in the middle of the view."""
        return self._center

    def set(
        self,
        *,
        elevation: float | None = None,
        azimuth: float | None = None,
        distance: float | None = None,
        center: Point | None = None,
    ) -> None:
        """Set what is given, within its bounds, and emit `changed` if anything is different.

        Raises
        ------
        InputError
            A value is not finite.
        """
        given = [v for v in (elevation, azimuth, distance) if v is not None] + list(center or ())
        if not all(math.isfinite(v) for v in given):
            raise InputError(tr("The camera's angles, distance and centre must be finite numbers."))
        before = (self._elevation, self._azimuth, self._distance, self._center)
        if elevation is not None:
            self._elevation = min(90.0, max(-90.0, float(elevation)))
        if azimuth is not None:
            self._azimuth = wrap_azimuth(float(azimuth))
        if distance is not None:
            self._distance = min(FARTHEST, max(NEAREST, float(distance)))
        if center is not None:
            x, y, z = (min(4.0, max(-4.0, float(v))) for v in center)
            self._center = (x, y, z)
        if before != (self._elevation, self._azimuth, self._distance, self._center):
            self.changed.emit()

    def reset(self) -> None:
        """Go back to the lecture's view (elevation 45, azimuth 60), the whole box in sight."""
        self.set(elevation=ELEVATION, azimuth=AZIMUTH, distance=DISTANCE, center=(0.0, 0.0, 0.0))

    def reset_zoom(self) -> None:
        """Show the whole box again, from the same direction."""
        self.set(distance=DISTANCE, center=(0.0, 0.0, 0.0))
