"""The 3D view: pyqtgraph OpenGL items for the surface, its axes and the trajectory."""

from __future__ import annotations

from gdsim.i18n import tr


def opengl_works() -> tuple[bool, str]:
    """Tell whether the 3D view can be drawn on this machine, and if not, why, in one sentence.

    Needs a `QGuiApplication`.
    """
    from PySide6.QtGui import QOffscreenSurface, QOpenGLContext

    context = QOpenGLContext()
    if not context.create():
        return False, tr("This display offers no OpenGL, so the surface cannot be drawn in three dimensions.")
    surface = QOffscreenSurface()
    surface.setFormat(context.format())
    surface.create()
    if not context.makeCurrent(surface):
        return False, tr("OpenGL does not start on this display, so the surface cannot be drawn in three dimensions.")
    version = context.format().majorVersion(), context.format().minorVersion()
    context.doneCurrent()
    surface.destroy()
    if version < (2, 0) or (not context.isOpenGLES() and version < (2, 1)):
        return False, tr(
            "The graphics driver has OpenGL {version}; the surface in three dimensions needs 2.1.",
            version=".".join(map(str, version)),
        )
    return True, ""
