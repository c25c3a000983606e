"""The window: menus, files and the lab; wiring only."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from PySide6.QtCore import QByteArray, QEvent, QSize, QTimer
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent, QGuiApplication, QShowEvent, QUndoGroup
from PySide6.QtWidgets import QMainWindow, QMenu, QStackedWidget

from gdsim.app import dialogs, theme
from gdsim.app.actions import Actions, ActionSpec
from gdsim.app.documents import Documents
from gdsim.app.exports.screen_pictures import copy_image
from gdsim.app.icons import icon
from gdsim.app.labs.surface_lab import SurfaceLab
from gdsim.app.settings import choice, program_settings
from gdsim.app.widgets.lab_switch import LabSwitch
from gdsim.i18n import tr
from gdsim.simulation.files import DEFAULT_PRESET, LABS, load

if TYPE_CHECKING:
    from gdsim.app.labs.lab import Lab
    from gdsim.simulation.scenario import Scenario

SIZE = QSize(1600, 960)
"""Size of the first window, where the screen is large enough."""

OF_THE_LAB = ("run", "verbs", "view")
"""Menus whose actions the lab on screen carries out."""


class MainWindow(QMainWindow):
    """The program's window.

    Parameters
    ----------
    scenario
        What to begin with; the default preset if left out.

    Attributes
    ----------
    labs
        The labs that have been made, by name.
    documents
        The labs' scenario files.
    """

    def __init__(self, scenario: Scenario | None = None) -> None:
        super().__init__()
        self.setObjectName("main_window")
        self.setWindowIcon(icon("app"))
        self.setAcceptDrops(True)
        self._asking = False
        self.actions_by_name = Actions(self)
        self._undo = QUndoGroup(self)
        self._settings = program_settings()
        self.documents = Documents(self, self._settings)
        self.labs: dict[str, Lab[Any]] = {}
        self._stack = QStackedWidget()
        self.setCentralWidget(self._stack)
        self._panels = QMenu(tr("Panels"), self)
        self._fill_menus()
        self._connect()
        self._restore()
        self.show_lab((scenario or load(DEFAULT_PRESET)).lab, scenario)

    @property
    def lab(self) -> Lab[Any]:
        """The lab on screen."""
        return cast("Lab[Any]", self._stack.currentWidget())

    def open(self, source: str | Path) -> None:
        """Open a scenario file, a picture that carries one, or a preset; unsaved changes are asked about."""
        self.documents.open(source)

    def show_lab(self, name: str, scenario: Scenario | None = None) -> None:
        """Bring a lab on screen; one that was not there yet begins with ``scenario``, or with its default preset."""
        actions = self.actions_by_name
        if self.labs:
            self.lab.set_active(False)
        lab = self.labs.get(name) or self._new_lab(name, scenario)
        self._stack.setCurrentWidget(lab)
        self._undo.setActiveStack(lab.model.undo_stack)
        lab.set_active(True)
        for action, spec in actions.specs.items():
            if spec.menu in OF_THE_LAB:
                actions[action].setEnabled(action in lab.slots)
        for other in LABS:
            actions[f"lab_{other}"].setChecked(other == name)
        self._panels.clear()
        self._panels.addActions([dock.toggleViewAction() for dock in lab.layout_of_docks.docks.values()])
        self.documents.show_title()

    def show_message(self, sentence: str) -> None:
        """Show one sentence that concerns no field in particular."""
        self.lab.show_message(sentence)

    def close_labs(self) -> None:
        """End the threads of every lab."""
        for lab in self.labs.values():
            lab.close_lab()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Accept files."""
        if event.mimeData().hasUrls():
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Open a file that was dropped."""
        paths = [url.toLocalFile() for url in event.mimeData().urls() if url.isLocalFile()]
        if paths:
            event.acceptProposedAction()
            # Later: a question would keep the program waiting that the files come from.
            QTimer.singleShot(0, self, lambda: self.documents.open_dropped(paths))

    def showEvent(self, event: QShowEvent) -> None:
        """Take the keys, also where no window manager hands them out."""
        super().showEvent(event)
        self.activateWindow()

    def closeEvent(self, event: QCloseEvent) -> None:
        """Ask about unsaved changes, remember the layout and end the labs' threads."""
        if self._asking or not self._may_close():
            event.ignore()
            return
        self._settings.setValue("window/geometry", self.saveGeometry())
        for lab in self.labs.values():
            lab.save_layout(self._settings)
        self._settings.sync()
        self.close_labs()
        super().closeEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        """Colour the icons again when the palette changes."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "actions_by_name"):
            self.actions_by_name.refresh_icons()

    def _new_lab(self, name: str, scenario: Scenario | None) -> Lab[Any]:
        kind = _lab_class(name)
        lab = kind(scenario or load(kind.default_preset), self.actions_by_name)
        self._stack.addWidget(lab)
        self._undo.addStack(lab.model.undo_stack)
        lab.restore_layout(self._settings)
        lab.preset_chosen.connect(self.open)
        self.labs[name] = lab
        self.documents.add_lab(lab)
        return lab

    def _fill_menus(self) -> None:
        actions = self.actions_by_name
        file_menu = self._menu(tr("File"), "file")
        file_menu.insertMenu(actions["save"], self.documents.recent)
        for name in ("save", "export_image", "quit"):
            file_menu.insertSeparator(actions[name])
        self._menu(tr("Edit"), "edit")
        run = self._menu(tr("Run"), "run")
        run.addSeparator()
        run.addActions(actions.in_menu("verbs"))
        view = self._menu(tr("View"), "view")
        view.insertActions(view.actions()[0], actions.in_menu("labs"))
        view.insertSeparator(view.actions()[len(LABS)])
        view.addSeparator()
        themes = view.addMenu(tr("Theme"))
        themes.addActions(actions.in_menu("theme"))
        view.addMenu(self._panels)
        view.addActions(actions.in_menu("panels"))
        self._menu(tr("Help"), "help")
        self.addActions([actions[name] for name in actions.specs])
        self._switch = LabSwitch(actions, self.menuBar())
        self.menuBar().setCornerWidget(self._switch)

    def _menu(self, title: str, name: str) -> QMenu:
        menu = self.menuBar().addMenu(title)
        menu.addActions(self.actions_by_name.in_menu(name))
        menu.setToolTipsVisible(True)
        return menu

    def _connect(self) -> None:
        actions, undo, documents = self.actions_by_name, self._undo, self.documents
        actions.connect_all(
            {
                "open": documents.ask_open,
                "presets": documents.choose_preset,
                "save": documents.save,
                "save_as": documents.ask_save,
                "export_image": lambda: self._export("image_export", "ExportDialog"),
                "export_film": lambda: self._export("film_export", "FilmDialog"),
                "export_data": lambda: self._export("data_export", "DataDialog"),
                "export_notebook": lambda: self._export("notebook_export", "NotebookDialog"),
                "quit": self.close,
                "undo": undo.undo,
                "redo": undo.redo,
                "copy_image": lambda: copy_image(self.lab),
                "copy_worksheet": lambda: QGuiApplication.clipboard().setText(self.lab.worksheet_text()),
                "theme_system": lambda: self._choose_theme("system"),
                "theme_light": lambda: self._choose_theme("light"),
                "theme_dark": lambda: self._choose_theme("dark"),
                "reset_layout": lambda: self.lab.reset_layout(),
                "lab_surface": lambda _on: self.show_lab("surface"),
                "lab_network": lambda _on: self.show_lab("network"),
                "lab_autograd": lambda _on: self.show_lab("autograd"),
                "full_screen": lambda on: self.showFullScreen() if on else self.showNormal(),
                "shortcuts": lambda: dialogs.show_shortcuts(self, actions.shortcut_rows()),
                "about": lambda: dialogs.show_about(self),
            }
        )
        for name, signal in (("undo", undo.canUndoChanged), ("redo", undo.canRedoChanged)):
            actions[name].setEnabled(False)
            signal.connect(actions[name].setEnabled)
        undo.undoTextChanged.connect(
            lambda change: actions["undo"].setText(tr("Undo {change}", change=change) if change else tr("Undo"))
        )
        undo.redoTextChanged.connect(
            lambda change: actions["redo"].setText(tr("Redo {change}", change=change) if change else tr("Redo"))
        )
        for name, spec in actions.specs.items():
            if spec.menu in OF_THE_LAB:
                actions[name].triggered.connect(lambda on, name=name, spec=spec: self._carry_out(name, spec, on))

    def _export(self, module: str, dialog: str) -> None:
        """Let the lab on screen be exported; the dialogs are imported when they are needed."""
        getattr(import_module(f"gdsim.app.{module}"), dialog)(self.lab, self._settings, self).exec()

    def _may_close(self) -> bool:
        # The window may be asked to close again while it asks.
        self._asking = True
        try:
            return self.documents.may_close()
        finally:
            self._asking = False

    def _carry_out(self, name: str, spec: ActionSpec, on: bool) -> None:
        slot = self.lab.slots[name]
        slot(on) if spec.checkable else slot()

    def _restore(self) -> None:
        screen = QGuiApplication.primaryScreen().availableSize()
        self.resize(SIZE.boundedTo(screen))
        geometry = self._settings.value("window/geometry")
        if isinstance(geometry, QByteArray):
            self.restoreGeometry(geometry)
        self._mark_theme(choice(self._settings, "window/theme", theme.NAMES))

    def _choose_theme(self, name: str) -> None:
        self._settings.setValue("window/theme", name)
        self._mark_theme(name)
        theme.apply(name)

    def _mark_theme(self, name: str) -> None:
        for action in theme.NAMES:
            self.actions_by_name[f"theme_{action}"].setChecked(action == name)


def _lab_class(name: str) -> Any:
    # Imported when it is needed: the first window is to be quick.
    if name == "surface":
        return SurfaceLab
    if name == "network":
        from gdsim.app.labs.network_lab import NetworkLab

        return NetworkLab
    from gdsim.app.labs.autograd_lab import AutogradLab

    return AutogradLab
